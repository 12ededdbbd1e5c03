//! What of a record outlives it: what every record of its kind has, and nothing that anybody wrote.

use std::io::Write as _;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// Fields whose values are one of a few words, or name what the desk is made of.
const KEPT: &[&str] = &[
    "call",
    "change",
    "code",
    "department",
    "desk",
    "effect",
    "handler",
    "host_calls",
    "kind",
    "language",
    "level",
    "memory",
    "next",
    "plugin",
    "policy",
    "priority",
    "result",
    "scope",
    "settings",
    "sha256",
    "stage",
    "status",
    "step",
    "survey",
    "version",
    "worker",
];
/// The first field of an article of the desk's, as a search gives it.
const ARTICLE: &str = "article";

/// A record's JSON without what is somebody's own: names of fields stay, and values that the desk or its plugins bring
/// along, such as digests and articles. All other texts become empty, all other numbers 0.
///
/// A customer's records may be erased; what was derived from this needn't be. Of JSON that breaks off, what stands before
/// the break.
pub fn lasting(json: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(json.len());
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    // Where it breaks off, what was written stands.
    let _: Result<(), _> = Lasting {
        out: &mut out,
        is_kept: false,
    }
    .deserialize(&mut deserializer);
    out
}

/// Writes a value down as far as it lasts.
struct Lasting<'o> {
    out: &'o mut Vec<u8>,
    is_kept: bool,
}

impl Lasting<'_> {
    fn write<E: Error>(self, value: impl serde::Serialize, instead: &str) -> Result<(), E> {
        if self.is_kept {
            serde_json::to_writer(self.out, &value).map_err(E::custom)
        } else {
            self.out.write_all(instead.as_bytes()).map_err(E::custom)
        }
    }
}

impl<'de> DeserializeSeed<'de> for Lasting<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Lasting<'_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.write((), "null")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        self.write(value, if value { "true" } else { "false" })
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        self.write(value, "0")
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        self.write(value, "0")
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        self.write(value, "0")
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<(), E> {
        self.write(value, "\"\"")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        self.out.push(b'[');
        loop {
            let end = self.out.len();
            if !self.out.ends_with(b"[") {
                self.out.push(b',');
            }
            let item = Lasting {
                out: &mut *self.out,
                is_kept: self.is_kept,
            };
            if items.next_element_seed(item)?.is_none() {
                self.out.truncate(end);
                break;
            }
        }
        self.out.push(b']');
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<(), A::Error> {
        self.out.push(b'{');
        let (mut is_first, mut is_article) = (true, false);
        while let Some(name) = fields.next_key::<String>()? {
            is_article |= is_first && name == ARTICLE;
            if !is_first {
                self.out.push(b',');
            }
            is_first = false;
            serde_json::to_writer(&mut *self.out, &name).map_err(A::Error::custom)?;
            self.out.push(b':');
            fields.next_value_seed(Lasting {
                is_kept: is_article || KEPT.contains(&name.as_str()),
                out: &mut *self.out,
            })?;
        }
        self.out.push(b'}');
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn text(json: &str) -> String {
        String::from_utf8(lasting(json.as_bytes())).unwrap()
    }

    #[test]
    fn what_the_desk_brings_along_stays_in_its_order_and_what_anybody_wrote_does_not() {
        let run = r#"{"id":"run_1","event":{"kind":"message.received","message":{"author":"customer","text":"我是王小明"}},"before":{"contact":"ana","handler":"bot","priority":"urgent","tally":{"asked":"call 13800138000","messages":7}},"invocations":[{"step":"auto-reply","plugin":"auto-reply","sha256":"56c1","settings":"44ff","host_calls":[{"call":"knowledge.search","arguments":{"query":"我是王小明"},"answer":{"Ok":[{"article":"returns","title":"退货","text":"七天内可以退货。","score":0.75,"labels":["shop"]}]}}],"usage":{"time_us":24,"memory":459368,"host_calls":2}}],"entries":[{"by":"Li Wei","change":"noted","text":"rude"},{"by":"auto-reply","change":"replied"}],"done":true,"none":null}"#;
        let kept = r#"{"id":"","event":{"kind":"message.received","message":{"author":"","text":""}},"before":{"contact":"","handler":"bot","priority":"urgent","tally":{"asked":"","messages":0}},"invocations":[{"step":"auto-reply","plugin":"auto-reply","sha256":"56c1","settings":"44ff","host_calls":[{"call":"knowledge.search","arguments":{"query":""},"answer":{"Ok":[{"article":"returns","title":"退货","text":"七天内可以退货。","score":0.75,"labels":["shop"]}]}}],"usage":{"time_us":0,"memory":459368,"host_calls":2}}],"entries":[{"by":"","change":"noted","text":""},{"by":"","change":"replied"}],"done":true,"none":null}"#;
        assert_eq!(text(run), kept);
    }

    #[test]
    fn of_what_breaks_off_the_part_before_stands() {
        assert_eq!(
            text(r#"{"step":"triage","text":"half of wh"#),
            r#"{"step":"triage","text":"#
        );
        assert_eq!(text("[]"), "[]");
        assert_eq!(text(r#"[[],{},["a"]]"#), r#"[[],{},[""]]"#);
        assert_eq!(text("no JSON"), "");
        assert_eq!(text(""), "");
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(|value| json!(value)),
            any::<i64>().prop_map(|value| json!(value)),
            any::<f64>().prop_map(|value| json!(value)),
            "[\\PC\"\\\\\n]{0,12}".prop_map(|value| json!(value)),
        ];
        leaf.prop_recursive(4, 40, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::Array),
                prop::collection::vec(("[a-z]{1,6}", inner), 0..5).prop_map(|fields| {
                    Value::Object(
                        fields
                            .into_iter()
                            .map(|(name, value)| (format!("x{name}"), value))
                            .collect(),
                    )
                }),
            ]
        })
    }

    /// The same with every text empty and every number 0.
    fn blank(value: &Value) -> Value {
        match value {
            Value::String(_) => json!(""),
            Value::Number(_) => json!(0),
            Value::Array(items) => items.iter().map(blank).collect(),
            Value::Object(fields) => Value::Object(
                fields
                    .iter()
                    .map(|(name, value)| (name.clone(), blank(value)))
                    .collect(),
            ),
            other => other.clone(),
        }
    }

    proptest! {
        #[test]
        fn nothing_of_an_unknown_field_lasts_but_its_name(value in any_json()) {
            let kept = lasting(value.to_string().as_bytes());
            prop_assert_eq!(serde_json::from_slice::<Value>(&kept).unwrap(), blank(&value));
        }
    }
}
