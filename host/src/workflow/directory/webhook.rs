//! Webhooks of the directory: an address with the secrets that what is sent there is signed with.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Directory;
use crate::workflow::reader::{Placed, Reader, Section};

pub(in crate::workflow) const WEBHOOK_KEYS: &[&str] = &["name", "url", "secrets", "private"];

/// What every secret begins with.
const PREFIX: &str = "whsec_";
/// What a secret that stands elsewhere begins with: the name of an environment variable of the host.
const ELSEWHERE: &str = "env:";
/// How many bytes a secret has, as Standard Webhooks has it.
const SECRET_BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// An address that is told things, signed as Standard Webhooks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    /// What `notify = ["webhook:NAME"]` calls it.
    pub name: String,
    /// Where it is.
    pub url: String,
    /// What it is signed with; several while an old one is replaced. Never empty.
    pub secrets: Vec<Secret>,
    /// Whether its name may lead to an address of a private network.
    pub private: bool,
}

/// A secret, or where the host finds it.
#[derive(Clone, PartialEq, Eq)]
pub enum Secret {
    /// It.
    Key(Vec<u8>),
    /// The environment variable of the host that holds it.
    Environment(String),
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Key(_) => f.write_str("Key(…)"),
            Self::Environment(name) => write!(f, "Environment({name:?})"),
        }
    }
}

impl Secret {
    /// Reads `whsec_BASE64` or `env:NAME`.
    ///
    /// # Errors
    /// What is wrong with it; the secret itself isn't repeated.
    pub fn parse(text: &str) -> Result<Self, String> {
        if let Some(name) = text.strip_prefix(ELSEWHERE) {
            let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
            return if !name.is_empty() && name.chars().all(plain) {
                Ok(Self::Environment(name.to_owned()))
            } else {
                Err(format!(
                    "\"{text}\" names no environment variable; write one like \"env:PAGER_SECRET\""
                ))
            };
        }
        let Some(encoded) = text.strip_prefix(PREFIX) else {
            return Err(
                "a secret begins with whsec_ or is the name of an environment variable that holds one, such as \"env:PAGER_SECRET\""
                    .to_owned(),
            );
        };
        let key = STANDARD
            .decode(encoded)
            .map_err(|error| format!("what follows whsec_ is not base64: {error}"))?;
        if SECRET_BYTES.contains(&key.len()) {
            Ok(Self::Key(key))
        } else {
            Err(format!(
                "the secret has {} bytes; Standard Webhooks wants 24 to 64, such as `printf whsec_; openssl rand -base64 32` makes",
                key.len()
            ))
        }
    }
}

impl Directory {
    /// All webhooks, in the order of the file.
    pub fn webhooks(&self) -> &[Webhook] {
        &self.webhooks
    }

    /// The webhook of that name.
    pub fn webhook(&self, name: &str) -> Option<&Webhook> {
        self.webhooks.iter().find(|hook| hook.name == name)
    }
}

/// A web address that a request can go to.
pub(super) fn address(text: &str) -> Result<String, String> {
    let uri = text.parse::<ureq::http::Uri>().ok();
    let plain = !text.contains(|c: char| c.is_whitespace() || c.is_control());
    let whole = uri.is_some_and(|uri| {
        let web = matches!(uri.scheme_str(), Some("http" | "https"));
        let host = uri.host().is_some_and(|host| !host.is_empty());
        let anonymous = uri
            .authority()
            .is_some_and(|authority| !authority.as_str().contains('@'));
        web && host && anonymous
    });
    if plain && whole {
        Ok(text.to_owned())
    } else {
        Err(format!("\"{text}\" is not a web address"))
    }
}

/// Reads a `[[webhook]]`.
pub(super) fn read(
    reader: &mut Reader<'_>,
    section: &Section<'_, '_>,
    known: &[Webhook],
) -> Option<Webhook> {
    reader.known_keys(section, WEBHOOK_KEYS);
    let name = reader
        .required(section, "name", "name = \"pager\"")
        .and_then(|value| reader.name(value, "name", "\"pager\""));
    if let Some(name) = &name
        && known.iter().any(|other| other.name == *name)
    {
        let message = format!("there is a webhook \"{name}\" already; give this one another name");
        reader.problem(&section.place, message);
    }
    let example = "\"https://example.com/tickets\"";
    let url = reader
        .required(section, "url", &format!("url = {example}"))
        .and_then(|value| {
            let text = reader.text(value, "url", example)?;
            address(text)
                .map_err(|message| {
                    reader.problem(
                        &value.span(),
                        format!("{message}; write one like {example}"),
                    );
                })
                .ok()
        });
    let problems = reader.problem_count();
    let mut secrets = Vec::new();
    if let Some(value) = reader.required(section, "secrets", "secrets = [\"env:PAGER_SECRET\"]") {
        for Placed { place, value } in reader.texts(value, "secrets", "[\"env:PAGER_SECRET\"]") {
            match Secret::parse(value) {
                Ok(secret) => secrets.push(secret),
                Err(message) => reader.problem(&place, message),
            }
        }
    }
    let private = section
        .get("private")
        .is_some_and(|value| match value.get_ref() {
            toml::de::DeValue::Boolean(private) => *private,
            _ => {
                reader.wrong_kind(value, "private", "true or false");
                false
            }
        });
    // Where nothing was wrong with any of them, there is none.
    if secrets.is_empty() && reader.problem_count() == problems {
        let message = "secrets is empty; write at least one, or notify the address itself as \"webhook:https://…\" to send unsigned";
        reader.problem(&section.place, message);
    }
    Some(Webhook {
        name: name?,
        url: url?,
        secrets,
        private,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_a_key_or_the_name_of_a_variable_and_is_never_shown() {
        let key = Secret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        assert!(matches!(&key, Secret::Key(bytes) if bytes.len() == 24));
        assert_eq!(format!("{key:?}"), "Key(…)");
        assert_eq!(
            Secret::parse("env:PAGER"),
            Ok(Secret::Environment("PAGER".to_owned()))
        );
        for wrong in [
            "",
            "whsec_",
            "whsec_äö",
            "whsec_c2hvcnQ=",
            "env:",
            "env:A B",
            "hunter2",
        ] {
            let message = Secret::parse(wrong).unwrap_err();
            assert!(
                !message.contains("hunter2") && !message.is_empty(),
                "{wrong}"
            );
        }
    }

    #[test]
    fn only_whole_web_addresses_without_a_password_are_taken() {
        for good in [
            "http://127.0.0.1:8080/a",
            "https://example.com/tickets?x=1",
            "http://[::1]:9/",
        ] {
            assert!(address(good).is_ok(), "{good}");
        }
        for bad in [
            "example.com/a",
            "ftp://example.com",
            "http://",
            "http:///a",
            "http://user:secret@example.com/",
            "http://exa mple.com/",
            "file:///etc/passwd",
        ] {
            assert!(address(bad).is_err(), "{bad}");
        }
    }
}
