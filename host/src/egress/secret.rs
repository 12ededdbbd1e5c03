//! What the desk keeps to itself: headers with places for secrets, `Bearer ${ORDERS_TOKEN}`.
//!
//! The desk's files hold the names only. What stands for them is in the host's environment, or in a file of that name in
//! the directory that `SWITCHBOARD_SECRETS` names (or systemd's `CREDENTIALS_DIRECTORY`). It is read at each call, so that
//! a new one needs no restart, and it goes nowhere but into the request.

use std::path::PathBuf;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Secrets shorter than this would be found everywhere by accident.
const SHORTEST_HIDDEN: usize = 4;

/// A text with places for secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretText {
    text: String,
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Secret(String),
}

impl SecretText {
    /// Reads `Bearer ${ORDERS_TOKEN}`.
    ///
    /// # Errors
    /// What is wrong with it; the text itself isn't repeated, it may be a secret.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            let (name, after) = after
                .split_once('}')
                .ok_or("it has ${ without a } after it")?;
            let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
            if name.is_empty() || name.len() > 128 || !name.chars().all(plain) {
                return Err(
                    "between ${ and } stands the name of a secret: letters, digits and _"
                        .to_owned(),
                );
            }
            if !before.is_empty() {
                parts.push(Part::Text(before.to_owned()));
            }
            parts.push(Part::Secret(name.to_owned()));
            rest = after;
        }
        if !rest.is_empty() {
            parts.push(Part::Text(rest.to_owned()));
        }
        let visible = |c: char| c == ' ' || c.is_ascii_graphic();
        if !text.chars().all(visible) {
            return Err("a header's value is plain ASCII without line breaks".to_owned());
        }
        if !parts.iter().any(|part| matches!(part, Part::Secret(_))) {
            return Err(
                "it names no secret; keep the secret in the host's environment and write its name, like \"Bearer ${ORDERS_TOKEN}\""
                    .to_owned(),
            );
        }
        Ok(Self {
            text: text.to_owned(),
            parts,
        })
    }

    /// The names of its secrets.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Secret(name) => Some(name.as_str()),
            Part::Text(_) => None,
        })
    }

    /// The text with the secrets in their places, which are noted in `secrets`.
    ///
    /// # Errors
    /// Which secret isn't there.
    pub(super) fn fill(&self, secrets: &mut Secrets) -> Result<String, String> {
        let mut filled = String::new();
        for part in &self.parts {
            match part {
                Part::Text(text) => filled.push_str(text),
                Part::Secret(name) => filled.push_str(&secrets.get(name)?),
            }
        }
        secrets.hide(filled.clone(), &self.text);
        Ok(filled)
    }
}

impl Serialize for SecretText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.text.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for SecretText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

/// The secrets of one call: where they are found, and what must not come back.
#[derive(Default)]
pub struct Secrets {
    hidden: Vec<(String, String)>,
}

impl Secrets {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether there is such a secret.
    ///
    /// # Errors
    /// Where it was looked for.
    pub fn look(name: &str) -> Result<String, String> {
        if let Ok(value) = std::env::var(name)
            && !value.trim().is_empty()
        {
            return sound(name, value.trim());
        }
        for directory in directories() {
            if let Ok(value) = std::fs::read_to_string(directory.join(name))
                && !value.trim().is_empty()
            {
                return sound(name, value.trim());
            }
        }
        Err(format!(
            "the secret {name} isn't there: set the environment variable {name} of the host, or put it into a file {name} in the directory that SWITCHBOARD_SECRETS names"
        ))
    }

    fn get(&mut self, name: &str) -> Result<String, String> {
        let value = Self::look(name)?;
        self.hide(value.clone(), &format!("${{{name}}}"));
        Ok(value)
    }

    fn hide(&mut self, value: String, shown: &str) {
        if value.len() >= SHORTEST_HIDDEN {
            self.hidden.push((value, shown.to_owned()));
            // The longest first: a header's whole value before the secret in it.
            self.hidden
                .sort_by_key(|(value, _)| std::cmp::Reverse(value.len()));
        }
    }

    /// The text with every secret replaced by its name, as it stands or in base64.
    pub fn without(&self, text: String) -> String {
        use base64::Engine as _;
        use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
        self.hidden.iter().fold(text, |mut text, (value, shown)| {
            for form in [
                value.clone(),
                STANDARD.encode(value),
                URL_SAFE_NO_PAD.encode(value),
            ] {
                if text.contains(&form) {
                    text = text.replace(&form, shown);
                }
            }
            text
        })
    }
}

fn directories() -> impl Iterator<Item = PathBuf> {
    let named = ["SWITCHBOARD_SECRETS", "CREDENTIALS_DIRECTORY"].into_iter();
    let named = named.filter_map(std::env::var_os).map(PathBuf::from);
    #[cfg(test)]
    let named = named.chain(TEST_DIRECTORY.get().cloned());
    named
}

/// Where secrets of this program's tests are: its environment can't be changed while threads read it.
#[cfg(test)]
static TEST_DIRECTORY: std::sync::OnceLock<PathBuf> = std::sync::OnceLock::new();

#[cfg(test)]
pub(super) fn in_test_directory(directory: &std::path::Path) {
    let _ = TEST_DIRECTORY.set(directory.to_owned());
}

fn sound(name: &str, value: &str) -> Result<String, String> {
    if value.chars().all(|c| c == ' ' || c.is_ascii_graphic()) {
        Ok(value.to_owned())
    } else {
        Err(format!(
            "the secret {name} holds something that can't stand in a header"
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_names_its_secrets_and_shows_none() {
        let text = SecretText::parse("Bearer ${ORDERS_TOKEN}").unwrap();
        assert_eq!(text.names().collect::<Vec<_>>(), ["ORDERS_TOKEN"]);
        assert_eq!(
            serde_json::to_value(&text).unwrap(),
            "Bearer ${ORDERS_TOKEN}"
        );
        for wrong in [
            "hunter2",
            "Bearer hunter2",
            "",
            "${",
            "${}",
            "${A B}",
            "a\r\nb${C}",
            "${A}\u{7f}",
        ] {
            let message = SecretText::parse(wrong).unwrap_err();
            assert!(!message.contains("hunter2"), "{message}");
        }
    }

    #[test]
    fn a_secret_that_isnt_there_is_named_with_where_to_put_it() {
        let text = SecretText::parse("${SWITCHBOARD_NO_SUCH}").unwrap();
        let message = text.fill(&mut Secrets::new()).unwrap_err();
        assert!(message.contains("SWITCHBOARD_NO_SUCH") && message.contains("SWITCHBOARD_SECRETS"));
    }

    #[test]
    fn what_comes_back_shows_no_secret_in_any_form() {
        let mut secrets = Secrets::new();
        secrets.hide("hunter2hunter2".to_owned(), "${PW}");
        secrets.hide("Bearer hunter2hunter2".to_owned(), "Bearer ${PW}");
        let told = secrets.without(
            "you sent Bearer hunter2hunter2, or aHVudGVyMmh1bnRlcjI=, or hunter2hunter2".to_owned(),
        );
        assert_eq!(told, "you sent Bearer ${PW}, or ${PW}, or ${PW}");
    }
}
