//! Telephone numbers as people write them, folded so that two ways of writing one number are one (R116).

/// Channels on which a customer's name is a telephone number.
const CHANNELS: [&str; 4] = ["phone", "sms", "whatsapp", "tel"];

/// The contact under which a customer is kept: on channels of telephones the folded number, elsewhere as it is.
pub fn contact_key(channel: &str, contact: &str) -> String {
    let number = CHANNELS.contains(&channel).then(|| folded(contact));
    number.flatten().unwrap_or_else(|| contact.to_owned())
}

/// A number without what only helps to read it. `+86 138-0013-8000`, `0086 13800138000`, `１３８ ００１３ ８０００` and
/// `13800138000` are one; none where it isn't a telephone number.
pub(super) fn folded(text: &str) -> Option<String> {
    let mut digits = String::new();
    let mut international = false;
    for c in text.trim().chars() {
        match c {
            '0'..='9' => digits.push(c),
            '０'..='９' => digits.push(char::from_digit(c as u32 - '０' as u32, 10)?),
            '+' | '＋' if digits.is_empty() => international = true,
            ' ' | '\u{a0}' | '\u{3000}' | '-' | '‐' | '–' | '－' | '(' | ')' | '（' | '）'
            | '.' | '/' => {}
            _ => return None,
        }
    }
    if !international && let Some(rest) = digits.strip_prefix("00") {
        digits = rest.to_owned();
        international = true;
    }
    // The mobile numbers of mainland China are also written with the country's code and nothing before it.
    let mobile = |digits: &str| {
        digits.len() == 11
            && digits.starts_with('1')
            && digits
                .chars()
                .nth(1)
                .is_some_and(|c| ('3'..='9').contains(&c))
    };
    if !international {
        if mobile(&digits) {
            return Some(format!("+86{digits}"));
        }
        if digits.strip_prefix("86").is_some_and(mobile) {
            return Some(format!("+{digits}"));
        }
    }
    (7..=15)
        .contains(&digits.len())
        .then(|| format!("{}{digits}", if international { "+" } else { "" }))
}

/// A telephone number with its middle hidden, for people who don't need it: the first three characters and the last two
/// stay. None where it isn't a telephone number.
pub fn masked(text: &str) -> Option<String> {
    const FIRST: usize = 3;
    const LAST: usize = 2;
    folded(text)?;
    let text = text.trim();
    let digits = |c: &char| c.is_ascii_digit() || ('０'..='９').contains(c);
    let most = text.chars().filter(digits).count();
    let mut nth = 0;
    let hidden = text.chars().map(|c| {
        if !digits(&c) {
            return c;
        }
        nth += 1;
        if nth > FIRST && nth + LAST <= most {
            '•'
        } else {
            c
        }
    });
    Some(hidden.collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_number_in_many_ways_of_writing_is_one() {
        for text in [
            "13800138000",
            "138 0013 8000",
            "138-0013-8000",
            "+86 138 0013 8000",
            "+86-13800138000",
            "0086 13800138000",
            "8613800138000",
            "１３８００１３８０００",
            "（+86）138–0013–8000",
        ] {
            assert_eq!(folded(text).as_deref(), Some("+8613800138000"), "{text}");
        }
        assert_eq!(folded("+852 9123 4567"), folded("00852-91234567"));
        assert_ne!(folded("+852 9123 4567"), folded("9123 4567"));
    }

    #[test]
    fn what_is_no_number_stays_as_it_is() {
        for text in [
            "ana",
            "",
            "12345",
            "1234567890123456",
            "138 0013 8000 ext. 5",
        ] {
            assert_eq!(folded(text), None, "{text}");
        }
        assert_eq!(contact_key("phone", "ana"), "ana");
        assert_eq!(contact_key("web", "13800138000"), "13800138000");
        assert_eq!(contact_key("sms", "138 0013 8000"), "+8613800138000");
    }

    #[test]
    fn the_middle_of_a_telephone_number_is_hidden_and_nothing_else() {
        assert_eq!(masked("13800138000").as_deref(), Some("138••••••00"));
        assert_eq!(
            masked("+86 138 0013 8000").as_deref(),
            Some("+86 1•• •••• ••00")
        );
        assert_eq!(masked("ana"), None);
        assert_eq!(masked("12345"), None);
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(text in "[+＋]?[0-9０-９ ().-]{0,18}") {
            if let Some(once) = folded(&text) {
                prop_assert_eq!(folded(&once), Some(once));
            }
        }
    }
}
