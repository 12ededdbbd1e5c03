//! What a desk lists and what a plugin asks for: two keys, neither of which widens the other.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::secret::SecretText;
use super::target::Origin;
use super::wire::Method;

/// Headers that the host sets or nobody does: they say who speaks, how long it is and what becomes of the connection.
const OURS: [&str; 21] = [
    "accept-encoding",
    "authorization",
    "connection",
    "content-length",
    "cookie",
    "expect",
    "forwarded",
    "host",
    "http2-settings",
    "idempotency-key",
    "keep-alive",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "via",
    "x-forwarded-for",
    "x-forwarded-host",
];
/// Of these a desk may set, but a plugin may not.
const SECRETS: [&str; 3] = ["authorization", "cookie", "proxy-authorization"];

/// A line of a desk's `[[step.http]]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// Where requests may go.
    pub origin: Origin,
    /// What they may do there.
    pub methods: Vec<Method>,
    /// Whether the origin may lead to an address of this machine or of a private network.
    #[serde(default, skip_serializing_if = "is_false")]
    pub private: bool,
    /// Headers that the host adds, by name in small letters.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub secrets: BTreeMap<String, SecretText>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde wants it")]
fn is_false(value: &bool) -> bool {
    !*value
}

impl Rule {
    /// Whether it lets such a request out.
    pub fn lets(&self, method: Method, origin: &Origin) -> bool {
        self.origin == *origin && self.methods.contains(&method)
    }

    /// # Errors
    /// Why a desk can't set a header of that name.
    pub fn check_secret(name: &str) -> Result<(), String> {
        if !is_token(name) {
            return Err(format!("{name:?} is no name of a header"));
        }
        if OURS.contains(&name) && !SECRETS.contains(&name) {
            return Err(format!("the host itself sets {name}"));
        }
        Ok(())
    }

    /// # Errors
    /// Why a plugin can't send a header.
    pub fn check_header(&self, name: &str, value: &str) -> Result<(), String> {
        let name = name.to_ascii_lowercase();
        if !is_token(&name) {
            return Err(format!("{name:?} is no name of a header"));
        }
        if OURS.contains(&name.as_str()) || self.secrets.contains_key(&name) {
            return Err(format!(
                "the header {name} is set by the host; leave it out"
            ));
        }
        let plain = |c: char| c == ' ' || c == '\t' || c.is_ascii_graphic();
        if !value.chars().all(plain) {
            return Err(format!(
                "the value of the header {name} isn't plain ASCII without line breaks"
            ));
        }
        Ok(())
    }
}

fn is_token(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !name.is_empty() && name.len() <= 100 && name.bytes().all(plain)
}

/// What a manifest asks for: `http`, `http GET,POST`, `http GET https://api.example.com`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ask {
    methods: Option<Vec<Method>>,
    origin: Option<Origin>,
}

impl Ask {
    /// Reads it; none: it is something else, or wrong.
    pub fn parse(text: &str) -> Option<Self> {
        let mut words = text.split(' ');
        if words.next() != Some("http") {
            return None;
        }
        let methods = match words.next() {
            None | Some("*") => None,
            Some(list) => Some(
                list.split(',')
                    .map(Method::parse)
                    .collect::<Option<Vec<_>>>()?,
            ),
        };
        let origin = match words.next() {
            None => None,
            Some(origin) => Some(Origin::parse(origin).ok()?),
        };
        (words.next().is_none()).then_some(Self { methods, origin })
    }

    /// Whether it asks for that.
    pub fn covers(&self, method: Method, origin: &Origin) -> bool {
        self.methods
            .as_ref()
            .is_none_or(|methods| methods.contains(&method))
            && self.origin.as_ref().is_none_or(|asked| asked == origin)
    }

    /// Whether a desk's line answers it, in part at least.
    pub fn is_met_by(&self, rule: &Rule) -> bool {
        rule.methods
            .iter()
            .any(|method| self.covers(*method, &rule.origin))
    }
}

impl fmt::Display for Ask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("http")?;
        match (&self.methods, &self.origin) {
            (Some(methods), _) => {
                let names: Vec<&str> = methods.iter().map(|method| method.as_str()).collect();
                write!(f, " {}", names.join(","))?;
            }
            (None, Some(_)) => f.write_str(" *")?,
            (None, None) => {}
        }
        match &self.origin {
            Some(origin) => write!(f, " {origin}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule() -> Rule {
        Rule {
            origin: Origin::parse("https://orders.example").unwrap(),
            methods: vec![Method::Get],
            private: false,
            secrets: BTreeMap::from([(
                "x-api-key".to_owned(),
                SecretText::parse("${KEY}").unwrap(),
            )]),
        }
    }

    #[test]
    fn a_rule_lets_out_what_it_lists_and_nothing_else() {
        let origin = |text: &str| Origin::parse(text).unwrap();
        assert!(rule().lets(Method::Get, &origin("https://orders.example:443")));
        assert!(!rule().lets(Method::Post, &origin("https://orders.example")));
        for other in [
            "http://orders.example",
            "https://orders.example:8443",
            "https://evil.orders.example",
            "https://orders.example.evil",
        ] {
            assert!(!rule().lets(Method::Get, &origin(other)), "{other}");
        }
    }

    #[test]
    fn a_plugin_cant_set_what_the_host_sets() {
        for name in OURS.iter().chain(&[
            "X-Api-Key",
            "Host",
            "AUTHORIZATION",
            "a b",
            "",
            "x\r\ny",
            "名",
        ]) {
            assert!(rule().check_header(name, "x").is_err(), "{name}");
        }
        for value in ["a\r\nHost: b", "a\nb", "\u{0}", "é"] {
            assert!(rule().check_header("accept", value).is_err());
        }
        assert_eq!(rule().check_header("Accept", "application/json"), Ok(()));
        assert!(Rule::check_secret("host").is_err() && Rule::check_secret("authorization").is_ok());
    }

    #[test]
    fn an_ask_is_as_wide_as_it_says() {
        let origin = Origin::parse("https://a.example").unwrap();
        for (text, get, post) in [
            ("http", true, true),
            ("http GET", true, false),
            ("http GET,POST https://a.example", true, true),
            ("http * https://b.example", false, false),
        ] {
            let ask = Ask::parse(text).unwrap();
            assert_eq!(ask.to_string(), text);
            assert_eq!(
                (
                    ask.covers(Method::Get, &origin),
                    ask.covers(Method::Post, &origin)
                ),
                (get, post),
                "{text}"
            );
        }
        for wrong in [
            "https",
            "http get",
            "http GET a.example",
            "http  GET",
            "http GET https://a.example x",
            "",
        ] {
            assert_eq!(Ask::parse(wrong), None, "{wrong}");
        }
    }
}
