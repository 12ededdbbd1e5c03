//! Personal data of a recorded case, put out of sight so that a step still does the same: a telephone number becomes another
//! telephone number, an identity number another one with a right check digit, an address of mail another address; the same
//! one everywhere in the case.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

/// The one field of an object that stands for bytes.
const BASE64: &str = "base64";
/// Where no name is longer than this, it might be part of any word.
const SHORTEST_NAME: usize = 2;
const IDENTITY: usize = 18;

/// What stands for what, so that one thing is the same everywhere.
#[derive(Debug, Default)]
struct Masks {
    names: Vec<(String, String)>,
    numbers: BTreeMap<String, String>,
    addresses: BTreeMap<String, String>,
}

/// Masks telephone and identity numbers, addresses of mail and the customer's name in every text of a case.
pub fn masked(mut case: Value) -> Value {
    let mut masks = Masks::default();
    let name = case.pointer("/account/name").and_then(Value::as_str);
    if let Some(name) = name.filter(|name| name.chars().count() >= SHORTEST_NAME) {
        masks.names.push((name.to_owned(), "某客户".to_owned()));
    }
    masks.value(&mut case);
    case
}

impl Masks {
    fn value(&mut self, value: &mut Value) {
        match value {
            Value::String(text) => *text = self.text(text),
            Value::Array(items) => items.iter_mut().for_each(|item| self.value(item)),
            Value::Object(fields) => {
                if let Some(Value::String(encoded)) = fields.get_mut(BASE64) {
                    *encoded = self.encoded(encoded);
                    return;
                }
                if let Some(Value::Object(scopes)) = fields.get_mut("kv") {
                    for keys in scopes.values_mut().filter_map(Value::as_object_mut) {
                        let old = std::mem::take(keys);
                        keys.extend(old.into_iter().map(|(key, value)| (self.text(&key), value)));
                    }
                }
                for (name, value) in fields {
                    // Ids and the seed only look like numbers.
                    if !["id", "event-id", "seed", "case", "step"].contains(&name.as_str()) {
                        self.value(value);
                    }
                }
            }
            _ => {}
        }
    }

    /// Bytes that are no text as a whole may have texts in them. What isn't base64 stays.
    fn encoded(&mut self, encoded: &str) -> String {
        let Ok(bytes) = STANDARD.decode(encoded) else {
            return encoded.to_owned();
        };
        let mut masked = Vec::with_capacity(bytes.len());
        for chunk in bytes.utf8_chunks() {
            masked.extend_from_slice(self.text(chunk.valid()).as_bytes());
            masked.extend_from_slice(chunk.invalid());
        }
        STANDARD.encode(masked)
    }

    fn text(&mut self, text: &str) -> String {
        let mut text = text.to_owned();
        for (name, instead) in &self.names {
            text = text.replace(name, instead);
        }
        let mut out = String::with_capacity(text.len());
        let mut rest = text.as_str();
        while let Some(first) = rest.chars().next() {
            let word = word_at(rest);
            if word.is_empty() {
                out.push(first);
                rest = rest.get(first.len_utf8()..).unwrap_or_default();
                continue;
            }
            out.push_str(&self.word(word));
            rest = rest.get(word.len()..).unwrap_or_default();
        }
        out
    }

    fn word(&mut self, word: &str) -> String {
        if word.contains('@') {
            let number = self.addresses.len() + 1;
            let address = self.addresses.entry(word.to_owned());
            return address
                .or_insert_with(|| format!("person{number}@example.com"))
                .clone();
        }
        let number = self.numbers.len() + 1;
        if is_identity(word) {
            let masked = self.numbers.entry(word.to_owned());
            return masked.or_insert_with(|| identity(number)).clone();
        }
        let national = word.strip_prefix("86").filter(|it| is_mobile(it));
        let (country, mobile) = match national {
            Some(mobile) => ("86", mobile),
            None => ("", word),
        };
        if is_mobile(mobile) {
            let masked = self.numbers.entry(mobile.to_owned());
            let first: String = mobile.chars().take(3).collect();
            let masked = masked.or_insert_with(|| format!("{first}{number:08}"));
            return format!("{country}{masked}");
        }
        word.to_owned()
    }
}

/// The longest run of digits, or the address of mail, that a text begins with; empty where it begins with neither.
fn word_at(text: &str) -> &str {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._%+-@".contains(c);
    let end = text.find(|c| !plain(c)).unwrap_or(text.len());
    let whole = text
        .get(..end)
        .unwrap_or_default()
        .trim_end_matches(['.', '-']);
    if is_address(whole) {
        return whole;
    }
    let digits = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, rest) = text.split_at_checked(digits).unwrap_or_default();
    if number.len() + 1 == IDENTITY && rest.starts_with(['x', 'X']) {
        return text.get(..IDENTITY).unwrap_or(number);
    }
    if number.is_empty() {
        // A word of letters is passed over as a whole: its end is no beginning of a number.
        let letters = text
            .find(|c: char| !c.is_ascii_alphabetic())
            .unwrap_or(text.len());
        return text.get(..letters).unwrap_or_default();
    }
    number
}

fn is_address(word: &str) -> bool {
    let Some((user, host)) = word.split_once('@') else {
        return false;
    };
    !user.is_empty() && host.contains('.') && !host.contains('@') && !host.starts_with('.')
}

fn is_mobile(word: &str) -> bool {
    word.len() == 11
        && word.starts_with('1')
        && word
            .chars()
            .nth(1)
            .is_some_and(|c| ('3'..='9').contains(&c))
}

fn is_identity(word: &str) -> bool {
    word.len() == IDENTITY
        && check_digit(word).is_some_and(|check| word.to_ascii_uppercase().ends_with(check))
}

/// ISO 7064 MOD 11-2 over the first 17 digits; none where they aren't digits.
fn check_digit(word: &str) -> Option<char> {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let mut sum = 0;
    let mut digits = word.chars();
    for weight in WEIGHTS {
        sum += weight * digits.next()?.to_digit(10)?;
    }
    let index = usize::try_from(sum % 11).unwrap_or(0);
    "10X98765432".chars().nth(index)
}

/// An identity number that is nobody's.
fn identity(number: usize) -> String {
    let digits = format!("00000019900101{:03}", number % 1000);
    let check = check_digit(&digits).unwrap_or('0');
    format!("{digits}{check}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_personal_is_another_of_its_kind_and_the_same_everywhere() {
        let case = masked(json!({
            "account": {"id": "acc_13812345678", "name": "王小明"},
            "event": {"message-received": {"text": "我是王小明，电话13812345678，+8613812345678，证号11010519491231002X，邮箱 wang@mail.cn。"}},
            "effects": [{"note": "回电 13812345678"}],
        }));
        let text = case.pointer("/event/message-received/text").unwrap();
        let text = text.as_str().unwrap();
        assert!(
            text.starts_with("我是某客户，电话13800000001，+8613800000001，证号00000019900101002"),
            "{text}"
        );
        assert!(text.ends_with("邮箱 person1@example.com。"), "{text}");
        assert!(is_identity(&identity(2)) && is_identity("11010519491231002X"));
        assert_eq!(case.pointer("/effects/0/note").unwrap(), "回电 13800000001");
        assert_eq!(case.pointer("/account/id").unwrap(), "acc_13812345678");
    }

    #[test]
    fn what_a_step_keeps_is_looked_through_keys_and_bytes_too() {
        let bytes = |text: &[u8]| STANDARD.encode(text);
        let case = masked(json!({
            "event": {"message-received": {"text": "13812345678"}},
            "answers": [{
                "call": "kv.get",
                "arguments": {"key": "of/13812345678"},
                "answer": {"Ok": {"base64": bytes(b"\xff13812345678\x00\xfe")}},
            }],
            "kv": {"account": {"of/13812345678": {"base64": bytes(b"\x9913812345678")}, "n": "4"}},
        }));
        let told = case.to_string();
        assert!(!told.contains("13812345678"), "{told}");
        let kept = bytes(b"\xff13800000001\x00\xfe");
        assert_eq!(
            case.pointer("/answers/0/answer/Ok/base64").unwrap(),
            &json!(kept)
        );
        let key = case
            .pointer("/answers/0/arguments/key")
            .unwrap()
            .as_str()
            .unwrap();
        let written = case.pointer("/kv/account").unwrap();
        assert_eq!(
            written.get(key).unwrap(),
            &json!({"base64": bytes(b"\x9913800000001")})
        );
        assert_eq!(written.get("n").unwrap(), "4");
    }

    #[test]
    fn what_isnt_personal_stays() {
        for text in [
            "订单 BW2026031000428，12 元",
            "20260310004281 110105194912310021 a@b",
            "2026-03-10T12:00:00+08:00",
        ] {
            assert_eq!(masked(json!(text)), json!(text));
        }
    }
}
