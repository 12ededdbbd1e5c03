//! What was expected against what came, in the words of the contract.

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::model::Effect;

/// One place where it isn't what was expected.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Difference {
    /// Where: `effects[0].reply.text`.
    pub path: String,
    /// What the case says; none: nothing was expected here.
    pub expected: Option<Value>,
    /// What came; none: nothing did.
    pub came: Option<Value>,
}

/// An effect as the contract names it: `{"reply": {"text": "…"}}`, `"ask-survey"`.
pub(super) fn to_contract(effect: &Effect) -> Value {
    let Ok(Value::Object(mut form)) = serde_json::to_value(effect) else {
        return Value::Null;
    };
    let kind = form.remove("effect");
    let kind = kind.as_ref().and_then(Value::as_str).unwrap_or_default();
    match form.remove("value") {
        None => json!(kind),
        Some(value) if kind == "set-categories" => {
            json!({ kind: renamed(&value, "value", "name") })
        }
        Some(value) => json!({ kind: value }),
    }
}

/// The model's form of an effect as the contract names it. What is no effect comes out as one that nobody knows.
pub(super) fn from_contract(value: &Value) -> Value {
    match value {
        Value::String(kind) => json!({ "effect": kind }),
        Value::Object(fields) if fields.len() == 1 => {
            let (kind, value) = fields.iter().next().unzip();
            let (kind, value) = (
                kind.cloned().unwrap_or_default(),
                value.cloned().unwrap_or_default(),
            );
            let value = match (kind.as_str(), value) {
                ("reply", Value::String(text)) => json!({ "text": text }),
                ("set-categories", value) => renamed(&value, "name", "value"),
                (_, value) => value,
            };
            json!({ "effect": kind, "value": value })
        }
        other => other.clone(),
    }
}

fn renamed(list: &Value, from: &str, to: &str) -> Value {
    let rename = |item: &Value| {
        let Value::Object(fields) = item else {
            return item.clone();
        };
        let fields = fields.iter().map(|(name, value)| {
            let name = if name == from { to } else { name };
            (name.to_owned(), value.clone())
        });
        Value::Object(fields.collect::<Map<_, _>>())
    };
    match list {
        Value::Array(items) => Value::Array(items.iter().map(rename).collect()),
        other => other.clone(),
    }
}

/// Adds every difference. An object that is expected names only the fields that matter; `{"contains": "…"}` stands
/// for any text that contains it; a reply may be just its text.
pub(super) fn compare(path: &str, expected: &Value, came: &Value, out: &mut Vec<Difference>) {
    let differs = || Difference {
        path: path.to_owned(),
        expected: Some(expected.clone()),
        came: Some(came.clone()),
    };
    match (expected, came) {
        (Value::Object(wanted), Value::String(text)) if wanted.len() == 1 => {
            let part = wanted.get("contains").and_then(Value::as_str);
            if part.is_none_or(|part| !text.contains(part)) {
                out.push(differs());
            }
        }
        (Value::Object(wanted), Value::Object(fields)) => {
            for (name, wanted) in wanted {
                let inner = format!("{path}.{name}");
                match fields.get(name) {
                    Some(value) if name == "reply" && wanted.is_string() => {
                        let text = value.get("text").unwrap_or(&Value::Null);
                        compare(&format!("{inner}.text"), wanted, text, out);
                    }
                    Some(value) => compare(&inner, wanted, value, out),
                    None if wanted.is_null() => {}
                    None if fields.len() == 1 && wanted != &Value::Null => out.push(differs()),
                    None => out.push(Difference {
                        path: inner,
                        expected: Some(wanted.clone()),
                        came: None,
                    }),
                }
            }
        }
        (Value::Array(wanted), Value::Array(items)) => {
            for at in 0..wanted.len().max(items.len()) {
                let inner = format!("{path}[{at}]");
                match (wanted.get(at), items.get(at)) {
                    (Some(wanted), Some(item)) => compare(&inner, wanted, item, out),
                    (wanted, item) => out.push(Difference {
                        path: inner,
                        expected: wanted.cloned(),
                        came: item.cloned(),
                    }),
                }
            }
        }
        (Value::Number(wanted), Value::Number(number)) => {
            // Confidences are 32-bit numbers: 0.9 comes as 0.8999999762.
            let close = wanted
                .as_f64()
                .zip(number.as_f64())
                .is_some_and(|(a, b)| (a - b).abs() < 1e-6);
            if !close {
                out.push(differs());
            }
        }
        _ if expected == came => {}
        _ => out.push(differs()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Category;

    fn differences(expected: Value, came: Value) -> Vec<String> {
        let mut out = Vec::new();
        compare("effects", &expected, &came, &mut out);
        out.into_iter().map(|one| one.path).collect()
    }

    #[test]
    fn only_named_fields_matter() {
        let came = json!([{"reply": {"text": "您好！", "language": "zh-Hans"}}]);
        let same = Vec::<String>::new();
        assert_eq!(
            differences(json!([{"reply": {"text": "您好！"}}]), came.clone()),
            same
        );
        assert_eq!(
            differences(json!([{"reply": "您好！"}]), came.clone()),
            same
        );
        assert_eq!(
            differences(
                json!([{"reply": {"text": {"contains": "好"}}}]),
                came.clone()
            ),
            same
        );
        assert_eq!(
            differences(json!([{"reply": {"sources": null}}]), came.clone()),
            same
        );
        assert_eq!(
            differences(json!([{"reply": "再见"}]), came.clone()),
            ["effects[0].reply.text"]
        );
        assert_eq!(
            differences(
                json!([{"reply": {"text": {"contains": "见"}}}]),
                came.clone()
            ),
            ["effects[0].reply.text"]
        );
        assert_eq!(
            differences(json!([{"reply": {"language": "en"}}]), came.clone()),
            ["effects[0].reply.language"]
        );
        assert_eq!(
            differences(json!([{"reply": {"sources": ["a"]}}]), came.clone()),
            ["effects[0].reply.sources"]
        );
        assert_eq!(
            differences(json!([{"note": "a"}]), came.clone()),
            ["effects[0]"]
        );
        assert_eq!(differences(json!([]), came.clone()), ["effects[0]"]);
        assert_eq!(
            differences(json!([{"reply": "您好！"}, "ask-survey"]), came),
            ["effects[1]"]
        );
    }

    #[test]
    fn effects_have_the_contract_s_names_both_ways() {
        let effects = [
            Effect::AskSurvey,
            Effect::AddLabel("vip".to_owned()),
            Effect::SetCategories(vec![Category {
                name: "order".to_owned(),
                confidence: 0.5,
            }]),
            Effect::SetField {
                name: "tier".to_owned(),
                value: "gold".to_owned(),
            },
        ];
        let forms = [
            json!("ask-survey"),
            json!({"add-label": "vip"}),
            json!({"set-categories": [{"name": "order", "confidence": 0.5}]}),
            json!({"set-field": {"name": "tier", "value": "gold"}}),
        ];
        for (effect, form) in effects.iter().zip(forms) {
            assert_eq!(to_contract(effect), form);
            let back: Effect = serde_json::from_value(from_contract(&form)).unwrap();
            assert_eq!(&back, effect);
        }
    }
}
