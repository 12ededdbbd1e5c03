//! A step's configuration: TOML in the desk, JSON for the plugin, checked against the plugin's JSON Schema.

use serde_json::{Map, Number, Value as Json};
use toml::de::DeValue;

use super::reader::{Reader, Value};

/// No configuration is longer, in bytes of JSON.
const MAX_CONFIG: usize = 256 << 10;

/// What is wrong with a configuration, for the plugin that it is meant for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {message}")]
pub struct ConfigProblem {
    /// Where in the configuration: `confidence`, `levels[2].name`; `config` for the whole.
    pub path: String,
    /// What is wrong and how to mend it.
    pub message: String,
}

/// Checks a configuration against the JSON Schema of a plugin's manifest.
///
/// # Errors
/// Everything that the schema refuses; or that the schema itself is none.
pub fn check_config(schema: &str, config: &Json) -> Result<(), Vec<ConfigProblem>> {
    let whole = |message: String| {
        vec![ConfigProblem {
            path: "config".to_owned(),
            message,
        }]
    };
    let schema: Json = serde_json::from_str(schema).map_err(|error| {
        whole(format!(
            "the plugin's manifest has a schema that is not JSON ({error}); tell its author"
        ))
    })?;
    let validator = jsonschema::validator_for(&schema).map_err(|error| {
        whole(format!(
            "the plugin's manifest has a schema that is no JSON Schema ({error}); tell its author"
        ))
    })?;
    let problems: Vec<ConfigProblem> = validator
        .iter_errors(config)
        .map(|error| ConfigProblem {
            path: path(&error.instance_path().to_string()),
            message: error.to_string(),
        })
        .collect();
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems)
    }
}

/// `/levels/2/name` as one would write it.
fn path(pointer: &str) -> String {
    let mut path = String::new();
    for part in pointer.split('/').filter(|part| !part.is_empty()) {
        let part = part.replace("~1", "/").replace("~0", "~");
        match part.parse::<usize>() {
            Ok(index) => path.push_str(&format!("[{index}]")),
            Err(_) if path.is_empty() => path.push_str(&part),
            Err(_) => path.push_str(&format!(".{part}")),
        }
    }
    if path.is_empty() {
        "config".to_owned()
    } else {
        path
    }
}

/// Reads `[step.config]`.
pub(super) fn read(reader: &mut Reader<'_>, value: &Value<'_>) -> Json {
    if value.get_ref().as_table().is_none() {
        reader.wrong_kind(value, "config", "a table, as [step.config]");
        return Json::Object(Map::new());
    }
    let json = json(reader, value);
    let length = canonical(&json).len();
    if length > MAX_CONFIG {
        reader.problem(
            &value.span(),
            format!(
                "the configuration is longer than {} KiB; put long texts into knowledge articles",
                MAX_CONFIG >> 10
            ),
        );
    }
    json
}

fn json(reader: &mut Reader<'_>, value: &Value<'_>) -> Json {
    match value.get_ref() {
        DeValue::String(text) => Json::String(text.to_string()),
        DeValue::Boolean(flag) => Json::Bool(*flag),
        DeValue::Datetime(moment) => Json::String(moment.to_string()),
        DeValue::Array(entries) => {
            Json::Array(entries.iter().map(|entry| json(reader, entry)).collect())
        }
        DeValue::Table(table) => {
            let fields = table
                .iter()
                .map(|(key, value)| (key.get_ref().to_string(), json(reader, value)));
            Json::Object(fields.collect())
        }
        DeValue::Integer(integer) => match i64::from_str_radix(integer.as_str(), integer.radix()) {
            Ok(number) => Json::Number(number.into()),
            Err(_) => {
                reader.problem(
                    &value.span(),
                    format!("the number {} is too large", integer.as_str()),
                );
                Json::Null
            }
        },
        DeValue::Float(float) => match float.as_str().parse().ok().and_then(Number::from_f64) {
            Some(number) => Json::Number(number),
            None => {
                reader.problem(
                    &value.span(),
                    format!(
                        "the number {} can't be given to a plugin; write a finite one",
                        float.as_str()
                    ),
                );
                Json::Null
            }
        },
    }
}

/// JSON with keys in order, so that what means the same reads the same.
pub(super) fn canonical(json: &Json) -> String {
    match json {
        Json::Object(fields) => {
            let mut sorted: Vec<_> = fields.iter().collect();
            sorted.sort_by_key(|(key, _)| *key);
            let fields: Vec<String> = sorted
                .into_iter()
                .map(|(key, value)| format!("{}:{}", Json::String(key.clone()), canonical(value)))
                .collect();
            format!("{{{}}}", fields.join(","))
        }
        Json::Array(entries) => format!(
            "[{}]",
            entries.iter().map(canonical).collect::<Vec<_>>().join(",")
        ),
        plain => plain.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn keys_come_in_order_at_every_depth() {
        let config = json!({"b": [{"z": 1, "a": "引\"号"}], "a": null});
        assert_eq!(
            canonical(&config),
            r#"{"a":null,"b":[{"a":"引\"号","z":1}]}"#
        );
    }

    #[test]
    fn what_a_schema_refuses_is_said_with_its_place() {
        let schema = r#"{"type": "object", "additionalProperties": false, "properties": {
            "confidence": {"type": "number", "minimum": 0, "maximum": 1},
            "levels": {"type": "array", "items": {"type": "string"}}}}"#;
        assert_eq!(check_config(schema, &json!({"confidence": 0.6})), Ok(()));
        let problems = check_config(
            schema,
            &json!({"confidence": 7, "levels": ["a", 3], "colour": "blue"}),
        )
        .unwrap_err();
        let shown: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert_eq!(shown.len(), 3, "{shown:?}");
        assert!(
            shown
                .iter()
                .any(|problem| problem.starts_with("confidence: ")),
            "{shown:?}"
        );
        assert!(
            shown
                .iter()
                .any(|problem| problem.starts_with("levels[1]: ")),
            "{shown:?}"
        );
        assert!(
            shown
                .iter()
                .any(|problem| problem.starts_with("config: ") && problem.contains("colour")),
            "{shown:?}"
        );
    }

    #[test]
    fn a_broken_schema_is_the_plugins_mistake() {
        assert!(
            check_config("{", &json!({})).unwrap_err()[0]
                .message
                .contains("author")
        );
        assert!(
            check_config(r#"{"type": 3}"#, &json!({})).unwrap_err()[0]
                .message
                .contains("author")
        );
    }
}
