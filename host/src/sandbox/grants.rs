//! What a step may do: two keys for each capability, the plugin's manifest and the desk's workflow.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use crate::egress::{Ask, Method, Origin, Rule};

/// One thing that a step may be allowed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grant {
    /// Its own key-value space.
    Kv,
    /// The articles.
    Knowledge,
    /// Who answers for what.
    Directory,
    /// Business hours.
    Calendar,
    /// To open and escalate tickets.
    Tickets,
    /// To tell people of the directory something.
    Notify,
    /// To see and set one field of the account.
    Account(String),
    /// To ask the desk's language model.
    Model,
    /// To send requests to servers of others: what a manifest asks for. A desk grants it by [`Rule`]s.
    Http(Ask),
}

impl Grant {
    /// The grant of that name: `kv`, `account.tier` …
    pub fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "kv" => Self::Kv,
            "knowledge" => Self::Knowledge,
            "directory" => Self::Directory,
            "calendar" => Self::Calendar,
            "tickets" => Self::Tickets,
            "notify" => Self::Notify,
            "model" => Self::Model,
            "http" => Self::Http(Ask::parse(name)?),
            http if http.starts_with("http ") => Self::Http(Ask::parse(http)?),
            other => {
                let field = other.strip_prefix("account.")?;
                let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
                if field.is_empty() || field.len() > 64 || !field.chars().all(plain) {
                    return None;
                }
                Self::Account(field.to_owned())
            }
        })
    }
}

impl fmt::Display for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kv => f.write_str("kv"),
            Self::Knowledge => f.write_str("knowledge"),
            Self::Directory => f.write_str("directory"),
            Self::Calendar => f.write_str("calendar"),
            Self::Tickets => f.write_str("tickets"),
            Self::Notify => f.write_str("notify"),
            Self::Account(field) => write!(f, "account.{field}"),
            Self::Model => f.write_str("model"),
            Self::Http(ask) => ask.fmt(f),
        }
    }
}

/// What one step of a desk was granted, and the step's name, so that a refusal can say what to add where. Cheap to
/// clone: every call takes one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grants {
    step: Arc<str>,
    granted: Arc<BTreeSet<Grant>>,
    http: Arc<[Rule]>,
    /// What the plugin asks to send; none: whatever the desk lists.
    asks: Option<Arc<[Ask]>>,
}

impl Grants {
    /// The grants of a step.
    pub fn new(step: impl Into<Arc<str>>, granted: impl IntoIterator<Item = Grant>) -> Self {
        Self {
            step: step.into(),
            granted: Arc::new(granted.into_iter().collect()),
            http: Arc::default(),
            asks: None,
        }
    }

    /// With the requests that the desk lets out.
    pub fn with_http(mut self, rules: impl IntoIterator<Item = Rule>) -> Self {
        self.http = rules.into_iter().collect();
        self
    }

    /// Only what the plugin asks for counts: neither key widens the other.
    pub fn narrowed(mut self, asked: &[String]) -> Self {
        Arc::make_mut(&mut self.granted).retain(|grant| asked.contains(&grant.to_string()));
        self.asks = Some(asked.iter().filter_map(|name| Ask::parse(name)).collect());
        self
    }

    /// The step's name.
    pub fn step(&self) -> &str {
        &self.step
    }

    /// Whether it was granted.
    pub fn has(&self, grant: &Grant) -> bool {
        self.granted.contains(grant)
    }

    /// Whether the desk lets any request out.
    pub fn has_http(&self) -> bool {
        !self.http.is_empty()
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Grant> {
        self.granted.iter()
    }

    /// What lets a request out.
    ///
    /// # Errors
    /// The words of the refusal, with the lines to add.
    pub fn check_http(&self, method: Method, origin: &Origin) -> Result<Cow<'_, Rule>, String> {
        let covers = |ask: &Ask| ask.covers(method, origin);
        if self
            .asks
            .as_ref()
            .is_some_and(|asks| !asks.iter().any(covers))
        {
            return Err(format!(
                "the plugin doesn't ask for it: add \"http {method} {origin}\" to the grants of its manifest"
            ));
        }
        if let Some(rule) = self.http.iter().find(|rule| rule.lets(method, origin)) {
            return Ok(Cow::Borrowed(rule));
        }
        // Outside of a desk, where a case is tried, what is asked for is granted.
        let granted = |grant: &Grant| matches!(grant, Grant::Http(ask) if covers(ask));
        if self.granted.iter().any(granted) {
            return Ok(Cow::Owned(Rule {
                origin: origin.clone(),
                methods: vec![method],
                private: false,
                secrets: BTreeMap::new(),
            }));
        }
        let step = &self.step;
        let may_not = format!("step {step:?} may not send {method} to {origin}");
        let known = self.http.iter().find(|rule| rule.origin == *origin);
        Err(match known {
            Some(rule) => {
                let methods = rule.methods.iter().chain([&method]);
                let methods: Vec<_> = methods.map(|method| format!("\"{method}\"")).collect();
                format!(
                    "{may_not}: write methods = [{}] in its [[step.http]] of {origin} in desk.toml",
                    methods.join(", ")
                )
            }
            None if self.http.is_empty() => format!(
                "{may_not}: add to [[step]] name = {step:?} in desk.toml: http = [{{ origin = \"{origin}\", methods = [\"{method}\"] }}]"
            ),
            None => format!(
                "{may_not}: add below the other [[step.http]] of [[step]] name = {step:?} in desk.toml one more with origin = \"{origin}\" and methods = [\"{method}\"]"
            ),
        })
    }

    /// # Errors
    /// The words of the refusal, with the line to add.
    pub fn check(&self, grant: &Grant) -> Result<(), String> {
        if self.has(grant) {
            return Ok(());
        }
        let step = &self.step;
        Err(format!(
            "step {step:?} may not use {grant}: add \"{grant}\" to grants of [[step]] name = {step:?} in desk.toml"
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_names_the_line_to_add() {
        let grants = Grants::new("auto-reply", [Grant::Kv]);
        assert_eq!(grants.check(&Grant::Kv), Ok(()));
        assert_eq!(
            grants.check(&Grant::Knowledge).unwrap_err(),
            "step \"auto-reply\" may not use knowledge: add \"knowledge\" to grants of [[step]] name = \"auto-reply\" in desk.toml"
        );
    }

    #[test]
    fn a_request_needs_the_desks_word_and_the_plugins() {
        let origin = Origin::parse("https://orders.example").unwrap();
        let rule = Rule {
            origin: origin.clone(),
            methods: vec![Method::Get],
            private: false,
            secrets: BTreeMap::new(),
        };
        let asked = |asked: &str| {
            Grants::new("lookup", [])
                .with_http([rule.clone()])
                .narrowed(&[asked.to_owned()])
        };
        assert_eq!(
            *asked("http").check_http(Method::Get, &origin).unwrap(),
            rule
        );
        let told = asked("http").check_http(Method::Post, &origin).unwrap_err();
        assert!(
            told.contains("write methods = [\"GET\", \"POST\"] in its [[step.http]]"),
            "{told}"
        );
        let told = asked("http POST")
            .check_http(Method::Get, &origin)
            .unwrap_err();
        assert!(
            told.contains("add \"http GET https://orders.example\" to the grants of its manifest"),
            "{told}"
        );
        let other = Origin::parse("http://10.0.0.7:8080").unwrap();
        let told = asked("http").check_http(Method::Get, &other).unwrap_err();
        assert!(
            told.contains("one more with origin = \"http://10.0.0.7:8080\""),
            "{told}"
        );
        let none = Grants::new("lookup", []).narrowed(&["http".to_owned()]);
        let told = none.check_http(Method::Get, &other).unwrap_err();
        let line = "desk.toml: http = [{ origin = \"http://10.0.0.7:8080\", methods = [\"GET\"] }]";
        assert!(told.ends_with(line), "{told}");
        assert!(Grants::default().check_http(Method::Get, &origin).is_err());
    }

    #[test]
    fn every_name_comes_back_as_it_was() {
        for name in [
            "kv",
            "knowledge",
            "directory",
            "calendar",
            "tickets",
            "notify",
            "account.tier",
            "model",
            "http",
            "http GET,POST https://orders.example",
        ] {
            assert_eq!(Grant::parse(name).unwrap().to_string(), name);
        }
        for name in ["", "KV", "account.", "account.a b", "files", "account"] {
            assert_eq!(Grant::parse(name), None, "{name}");
        }
    }

    #[test]
    fn neither_key_widens_the_other() {
        let granted = Grants::new("s", [Grant::Kv, Grant::Knowledge]);
        let both = granted.narrowed(&["kv".to_owned(), "calendar".to_owned()]);
        assert_eq!(both.iter().collect::<Vec<_>>(), [&Grant::Kv]);
    }
}
