//! What a step may do: two keys for each capability, the plugin's manifest and the desk's workflow.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

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
        }
    }
}

/// What one step of a desk was granted, and the step's name, so that a refusal can say what to add where. Cheap to
/// clone: every call takes one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grants {
    step: Arc<str>,
    granted: Arc<BTreeSet<Grant>>,
}

impl Grants {
    /// The grants of a step.
    pub fn new(step: impl Into<Arc<str>>, granted: impl IntoIterator<Item = Grant>) -> Self {
        Self {
            step: step.into(),
            granted: Arc::new(granted.into_iter().collect()),
        }
    }

    /// Only what the plugin asks for counts: neither key widens the other.
    pub fn narrowed(mut self, asked: &[String]) -> Self {
        Arc::make_mut(&mut self.granted).retain(|grant| asked.contains(&grant.to_string()));
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

    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Grant> {
        self.granted.iter()
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
    fn every_name_comes_back_as_it_was() {
        for name in [
            "kv",
            "knowledge",
            "directory",
            "calendar",
            "tickets",
            "notify",
            "account.tier",
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
