//! Whether what a plugin says of itself makes sense.

use super::grants::Grant;
use crate::model::{EventKind, Manifest};

/// A plugin sees at most so many messages.
const MOST_HISTORY: u32 = 50;
const LONGEST_NAME: usize = 64;
const LONGEST_SUMMARY: usize = 500;
const LONGEST_SCHEMA: usize = 64 << 10;

/// # Errors
/// Everything that doesn't, a line each.
pub(super) fn check(manifest: &Manifest) -> Result<(), Vec<String>> {
    let mut problems = Vec::new();
    let mut wrong = |problem: String| problems.push(problem);
    if !is_name(&manifest.name) {
        wrong(format!(
            "the name {:?} isn't lower-case letters, digits and hyphens, at most {LONGEST_NAME}",
            manifest.name
        ));
    }
    if let Err(error) = semver::Version::parse(&manifest.version) {
        wrong(format!(
            "the version {:?} isn't a semantic version: {error}",
            manifest.version
        ));
    }
    if manifest.summary.len() > LONGEST_SUMMARY {
        wrong(format!(
            "the summary is longer than {LONGEST_SUMMARY} bytes"
        ));
    }
    for grant in &manifest.grants {
        if Grant::parse(grant).is_none() {
            wrong(format!(
                "there is no grant {grant:?}; there are kv, knowledge, directory, calendar, tickets, notify, model, account.NAME, http and \"http METHODS ORIGIN\""
            ));
        }
    }
    for event in &manifest.events {
        if EventKind::parse(event).is_none() {
            let known: Vec<&str> = EventKind::ALL.iter().map(|kind| kind.as_str()).collect();
            wrong(format!(
                "there is no event {event:?}; there are {}",
                known.join(", ")
            ));
        }
    }
    if manifest.history > MOST_HISTORY {
        wrong(format!(
            "it wants {} messages of history; at most {MOST_HISTORY} are given",
            manifest.history
        ));
    }
    if let Some(schema) = &manifest.config_schema
        && let Err(problem) = check_schema(schema)
    {
        wrong(format!("the schema of its configuration {problem}"));
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems)
    }
}

fn is_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    !name.is_empty()
        && name.len() <= LONGEST_NAME
        && name.chars().all(plain)
        && !name.starts_with('-')
        && !name.ends_with('-')
}

fn check_schema(schema: &str) -> Result<(), String> {
    if schema.len() > LONGEST_SCHEMA {
        return Err(format!("is longer than {LONGEST_SCHEMA} bytes"));
    }
    let schema: serde_json::Value =
        serde_json::from_str(schema).map_err(|error| format!("isn't JSON: {error}"))?;
    jsonschema::validator_for(&schema)
        .map(drop)
        .map_err(|error| format!("isn't a JSON Schema: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> Manifest {
        Manifest {
            name: "auto-reply".to_owned(),
            version: "0.1.0".to_owned(),
            summary: "回答常见问题".to_owned(),
            grants: vec!["knowledge".to_owned(), "account.tier".to_owned()],
            events: vec!["message.received".to_owned()],
            history: 50,
            config_schema: Some("{\"type\":\"object\"}".to_owned()),
        }
    }

    #[test]
    fn a_sensible_manifest_passes() {
        assert_eq!(check(&good()), Ok(()));
    }

    #[test]
    fn everything_that_is_wrong_is_told_at_once() {
        let bad = Manifest {
            name: "Auto Reply".to_owned(),
            version: "1".to_owned(),
            summary: String::new(),
            grants: vec!["files".to_owned()],
            events: vec!["message".to_owned()],
            history: 51,
            config_schema: Some("{\"type\":\"no-such-type\"}".to_owned()),
        };
        let problems = check(&bad).unwrap_err();
        assert_eq!(problems.len(), 6, "{problems:#?}");
    }
}
