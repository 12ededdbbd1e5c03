//! What a desk lets out: `[[step.http]]` and `[model]`.

use std::collections::BTreeMap;

use toml::de::DeValue;

use super::reader::{Placed, Reader, Section, Value};
use super::suggest;
use crate::egress::{Method, ModelServer, Origin, Rule, SecretText, Target};

pub(super) const HTTP_KEYS: &[&str] = &["origin", "methods", "private", "secrets"];
pub(super) const MODEL_KEYS: &[&str] = &["url", "name", "max-tokens", "private", "secrets"];
/// Where a model's desk doesn't say: about a page.
const TOKENS: u32 = 500;
const MOST_TOKENS: u32 = 8_000;

/// The requests that a step may send.
pub(super) fn rules(reader: &mut Reader<'_>, step: &Section<'_, '_>) -> Vec<Rule> {
    let mut rules: Vec<Rule> = Vec::new();
    for section in reader.sections(step, "http", "[[step.http]]") {
        reader.known_keys(&section, HTTP_KEYS);
        let example = "\"https://orders.example\"";
        let value = reader.required(&section, "origin", &format!("origin = {example}"));
        let origin = value.and_then(|value| {
            let text = reader.text(value, "origin", example)?;
            let origin = Origin::parse(text)
                .map_err(|message| reader.problem(&value.span(), format!("origin: {message}")))
                .ok()?;
            if rules.iter().any(|rule| rule.origin == origin) {
                let message =
                    format!("{origin} stands here already; join the two lists of methods");
                reader.problem(&value.span(), message);
                return None;
            }
            Some(origin)
        });
        let methods = methods(reader, &section);
        let private = flag(reader, &section, "private");
        let secrets = secrets(reader, &section);
        if let Some(origin) = origin {
            secrets_travel_safely(reader, &section, &origin, private, &secrets);
            rules.push(Rule {
                origin,
                methods,
                private,
                secrets,
            });
        }
    }
    rules
}

fn methods(reader: &mut Reader<'_>, section: &Section<'_, '_>) -> Vec<Method> {
    let mut methods = Vec::new();
    let Some(value) = reader.required(section, "methods", "methods = [\"GET\"]") else {
        return methods;
    };
    for Placed { place, value: name } in reader.texts(value, "methods", "[\"GET\", \"POST\"]") {
        match Method::parse(name) {
            Some(method) if methods.contains(&method) => {
                reader.problem(&place, format!("{method} stands here twice; remove one"));
            }
            Some(method) => methods.push(method),
            None => {
                let known: Vec<&str> = Method::ALL.iter().map(|method| method.as_str()).collect();
                let hint = suggest::hint(&name.to_uppercase(), &known);
                reader.problem(&place, format!("there is no method \"{name}\"; {hint}"));
            }
        }
    }
    methods.sort();
    methods
}

fn flag(reader: &mut Reader<'_>, section: &Section<'_, '_>, key: &str) -> bool {
    match section.get(key).map(|value| (value, value.get_ref())) {
        None => false,
        Some((_, DeValue::Boolean(flag))) => *flag,
        Some((value, _)) => {
            reader.wrong_kind(value, key, "true or false");
            false
        }
    }
}

fn secrets(reader: &mut Reader<'_>, section: &Section<'_, '_>) -> BTreeMap<String, SecretText> {
    let mut secrets = BTreeMap::new();
    let Some(value) = section.get("secrets") else {
        return secrets;
    };
    let example = "{ Authorization = \"Bearer ${ORDERS_TOKEN}\" }";
    let Some(table) = value.get_ref().as_table() else {
        reader.wrong_kind(value, "secrets", &format!("a table like {example}"));
        return secrets;
    };
    for (key, value) in table {
        let name = key.get_ref().to_ascii_lowercase();
        if let Err(message) = Rule::check_secret(&name) {
            reader.problem(&key.span(), message);
            continue;
        }
        let Some(text) = reader.text(value, &name, "\"Bearer ${ORDERS_TOKEN}\"") else {
            continue;
        };
        match SecretText::parse(text) {
            Ok(text) => drop(secrets.insert(name, text)),
            Err(message) => reader.problem(&value.span(), format!("{name}: {message}")),
        }
    }
    secrets
}

/// Whoever listens on the way would have it.
fn secrets_travel_safely(
    reader: &mut Reader<'_>,
    section: &Section<'_, '_>,
    origin: &Origin,
    private: bool,
    secrets: &BTreeMap<String, SecretText>,
) {
    if !secrets.is_empty() && !origin.is_https() && !private {
        let message = format!(
            "secrets would go to {origin} in the open; use https, or write private = true if it is in your own network"
        );
        reader.problem(&section.place, message);
    }
}

/// The desk's language model.
pub(super) fn model(reader: &mut Reader<'_>, value: &Value<'_>) -> Option<ModelServer> {
    let section = reader.section(value, "model", "[model]")?;
    reader.known_keys(&section, MODEL_KEYS);
    let example = "\"https://api.example.com/v1\"";
    let url = reader
        .required(&section, "url", &format!("url = {example}"))
        .and_then(|value| {
            let text = reader.text(value, "url", example)?;
            Target::parse(text)
                .map_err(|message| reader.problem(&value.span(), format!("url: {message}")))
                .ok()
        });
    let name = reader
        .required(&section, "name", "name = \"gpt-5-mini\"")
        .and_then(|value| reader.text(value, "name", "\"gpt-5-mini\""))
        .map(str::to_owned);
    let most_tokens = section
        .get("max-tokens")
        .and_then(|value| reader.whole(value, "max-tokens", 1..MOST_TOKENS))
        .unwrap_or(TOKENS);
    let private = flag(reader, &section, "private");
    let secrets = secrets(reader, &section);
    let url = url?;
    if url.path.contains('?') {
        let message = "url has a query; write the part before /chat/completions only";
        reader.problem(&section.place, message);
    }
    secrets_travel_safely(reader, &section, &url.origin, private, &secrets);
    Some(ModelServer {
        rule: Rule {
            origin: url.origin.clone(),
            methods: vec![Method::Post],
            private,
            secrets,
        },
        url,
        name: name?,
        most_tokens,
    })
}

#[cfg(test)]
mod tests {
    use super::super::reader;
    use super::*;

    fn read(text: &str) -> (Vec<Rule>, Vec<String>) {
        let mut problems = Vec::new();
        let rules = reader::read("desk.toml", text, &mut problems, |reader, root| {
            Some(rules(reader, &root))
        });
        let told = problems
            .iter()
            .map(|problem| format!("{}: {}", problem.line, problem.message));
        (rules.unwrap_or_default(), told.collect())
    }

    #[test]
    fn a_step_names_where_it_may_send_what() {
        let (rules, problems) = read(
            "[[http]]\norigin = \"https://orders.example\"\nmethods = [\"POST\", \"GET\"]\nsecrets = { Authorization = \"Bearer ${ORDERS_TOKEN}\" }\n",
        );
        assert_eq!(problems, [""; 0]);
        assert_eq!(rules[0].methods, [Method::Get, Method::Post]);
        assert!(!rules[0].private && rules[0].secrets.contains_key("authorization"));
    }

    #[test]
    fn every_mistake_says_where_it_is_and_how_to_mend_it() {
        for (text, told) in [
            ("methods = [\"GET\"]", "has no origin"),
            ("origin = \"https://h\"", "has no methods"),
            ("origin = \"https://h/\"\nmethods = []", "without path"),
            (
                "origin = \"http://127.1\"\nmethods = []",
                "has no host that can be called",
            ),
            (
                "origin = \"https://h\"\nmethods = [\"get\"]",
                "did you mean \"GET\"?",
            ),
            (
                "origin = \"https://h\"\nmethods = [\"GET\", \"GET\"]",
                "twice",
            ),
            (
                "origin = \"https://h\"\nmethods = []\nprivate = 1",
                "write true or false",
            ),
            (
                "origin = \"https://h\"\nmethods = []\nsecrets = { Host = \"${A}\" }",
                "the host itself sets host",
            ),
            (
                "origin = \"https://h\"\nmethods = []\nsecrets = { X = \"hunter2\" }",
                "it names no secret",
            ),
            (
                "origin = \"http://h\"\nmethods = []\nsecrets = { X = \"${A}\" }",
                "in the open; use https",
            ),
            (
                "origin = \"https://h\"\nmethods = []\nmethod = 1",
                "did you mean methods?",
            ),
        ] {
            let (_, problems) = read(&format!("[[http]]\n{text}\n"));
            assert!(
                problems.iter().any(|problem| problem.contains(told))
                    && !problems.concat().contains("hunter2"),
                "{text}: {problems:?}"
            );
        }
    }
}
