//! What a case says of the desk around the plugin: what it answers, grants and allows, and what goes wrong.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::{TextOr, service, sure};
use crate::author::cases::differ;
use crate::egress::{ModelError, Written};
use crate::model::{Effect, KvScope, Language};
use crate::sandbox::{FailureCode, Grant, Limits};
use crate::workflow::{Calendar, Hours, quantity};

/// What the desk answers.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(in crate::author::cases) struct HostForm {
    /// The hits of every search.
    #[serde(default)]
    pub(in crate::author::cases) knowledge: Vec<HitForm>,
    #[serde(default)]
    pub(in crate::author::cases) departments: Vec<String>,
    /// Who answers for what, by topic.
    #[serde(default)]
    pub(in crate::author::cases) responsible: BTreeMap<String, ContactForm>,
    pub(in crate::author::cases) hours: Option<HoursForm>,
    #[serde(default)]
    pub(in crate::author::cases) kv: BTreeMap<KvScope, BTreeMap<String, BytesForm>>,
    /// What servers of others answer: to each request the first that fits.
    #[serde(default)]
    pub(in crate::author::cases) http: Vec<Written>,
    /// What the model says, one text after the other; the last again and again.
    #[serde(default)]
    pub(in crate::author::cases) model: Vec<SaidForm>,
}

impl HostForm {
    /// Whether the case says nothing of what the desk answers.
    pub(in crate::author::cases) fn is_silent(&self) -> bool {
        self.knowledge.is_empty()
            && self.departments.is_empty()
            && self.responsible.is_empty()
            && self.hours.is_none()
            && self.kv.is_empty()
            && self.http.is_empty()
            && self.model.is_empty()
    }
}

/// A text, or why there is none: `{"error": {"timeout": "…"}}`.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(in crate::author::cases) enum SaidForm {
    Text(String),
    Error { error: ModelError },
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(in crate::author::cases) struct HitForm {
    #[serde(default = "article")]
    pub(in crate::author::cases) article: String,
    #[serde(default)]
    pub(in crate::author::cases) title: String,
    pub(in crate::author::cases) text: String,
    pub(in crate::author::cases) language: Option<Language>,
    #[serde(default = "sure")]
    pub(in crate::author::cases) score: f32,
    #[serde(default)]
    pub(in crate::author::cases) labels: Vec<String>,
}

fn article() -> String {
    "article".to_owned()
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(in crate::author::cases) struct ContactForm {
    pub(in crate::author::cases) name: String,
    #[serde(default = "service")]
    pub(in crate::author::cases) department: String,
    #[serde(default)]
    pub(in crate::author::cases) role: String,
    pub(in crate::author::cases) public_contact: Option<String>,
    #[serde(default = "yes")]
    pub(in crate::author::cases) reachable: bool,
    pub(in crate::author::cases) back_at: Option<Timestamp>,
}

fn yes() -> bool {
    true
}

/// Opening hours, as `hours.toml` has them.
#[derive(Debug)]
pub(in crate::author::cases) struct HoursForm(Hours);

impl HoursForm {
    pub(in crate::author::cases) fn calendar(&self, zone: &jiff::tz::TimeZone) -> Calendar {
        self.0.calendar(zone)
    }

    /// # Errors
    /// Never, unless the text here is wrong.
    pub(in crate::author::cases) fn usual() -> Result<Self, String> {
        Self::parse("[weekly]\nmonday-friday = [\"09:00-18:00\"]\n")
    }

    fn parse(text: &str) -> Result<Self, String> {
        let told = |problems: Vec<crate::workflow::Problem>| {
            let told: Vec<String> = problems.iter().map(|one| one.message.clone()).collect();
            told.join("; ")
        };
        Hours::parse("hours", text).map(Self).map_err(told)
    }
}

impl<'de> Deserialize<'de> for HoursForm {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = toml::Table::deserialize(deserializer)?;
        let text = toml::to_string(&value).map_err(D::Error::custom)?;
        Self::parse(&text).map_err(D::Error::custom)
    }
}

/// A value of a key: a text, or `{"base64": "…"}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::author::cases) struct BytesForm(pub(in crate::author::cases) Vec<u8>);

impl<'de> Deserialize<'de> for BytesForm {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use base64::Engine as _;
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Encoded {
            base64: String,
        }
        match TextOr::<Encoded>::deserialize(deserializer)? {
            TextOr::Text(text) => Ok(Self(text.into_bytes())),
            TextOr::More(encoded) => base64::engine::general_purpose::STANDARD
                .decode(encoded.base64)
                .map(Self)
                .map_err(D::Error::custom),
        }
    }
}

/// An effect that an earlier step asked for, named as in the contract: `{"add-label": "vip"}`.
#[derive(Debug)]
pub(in crate::author::cases) struct EffectForm(pub(in crate::author::cases) Effect);

impl<'de> Deserialize<'de> for EffectForm {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        Effect::deserialize(differ::from_contract(&value))
            .map(Self)
            .map_err(D::Error::custom)
    }
}

#[derive(Clone, Debug)]
pub(in crate::author::cases) struct GrantForm(pub(in crate::author::cases) Grant);

impl<'de> Deserialize<'de> for GrantForm {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Grant::parse(&name).map(Self).ok_or_else(|| {
            D::Error::custom(format!(
                "there is no grant {name:?}; there are kv, knowledge, directory, calendar, tickets, notify, model, account.NAME, http and \"http METHODS ORIGIN\""
            ))
        })
    }
}

/// As in `desk.toml`: `{"time": "50ms", "memory": "16MiB"}`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(in crate::author::cases) struct LimitsForm {
    time: Option<TimeForm>,
    wall: Option<TimeForm>,
    memory: Option<SizeForm>,
    output: Option<SizeForm>,
    host_calls: Option<u32>,
    log_lines: Option<usize>,
    kv_writes: Option<usize>,
    http_time: Option<TimeForm>,
    http_calls: Option<u32>,
    http_body: Option<SizeForm>,
}

impl LimitsForm {
    pub(in crate::author::cases) fn limits(&self) -> Limits {
        let usual = Limits::default();
        Limits {
            time: self.time.as_ref().map_or(usual.time, |form| form.0),
            wall: self.wall.as_ref().map_or(usual.wall, |form| form.0),
            memory: self.memory.as_ref().map_or(usual.memory, |form| form.0),
            output_bytes: self
                .output
                .as_ref()
                .map_or(usual.output_bytes, |form| form.0),
            host_calls: self.host_calls.unwrap_or(usual.host_calls),
            log_lines: self.log_lines.unwrap_or(usual.log_lines),
            kv_writes: self.kv_writes.unwrap_or(usual.kv_writes),
            http_time: self
                .http_time
                .as_ref()
                .map_or(usual.http_time, |form| form.0),
            http_calls: self.http_calls.unwrap_or(usual.http_calls),
            http_body: self
                .http_body
                .as_ref()
                .map_or(usual.http_body, |form| form.0),
            ..usual
        }
    }
}

#[derive(Debug)]
struct TimeForm(std::time::Duration);

impl<'de> Deserialize<'de> for TimeForm {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        quantity::time(&text).map(Self).map_err(D::Error::custom)
    }
}

#[derive(Debug)]
struct SizeForm(usize);

impl<'de> Deserialize<'de> for SizeForm {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = quantity::size(&text).map_err(D::Error::custom)?;
        usize::try_from(bytes).map(Self).map_err(D::Error::custom)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(in crate::author::cases) enum NextForm {
    GoOn,
    Finish,
}

impl NextForm {
    pub(in crate::author::cases) fn as_str(self) -> &'static str {
        match self {
            Self::GoOn => "go-on",
            Self::Finish => "finish",
        }
    }
}

/// A failure: its code, or code and reason.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(in crate::author::cases) struct FailureForm {
    pub(in crate::author::cases) code: FailureCode,
    pub(in crate::author::cases) reason: Option<Value>,
    pub(in crate::author::cases) retry_after_seconds: Option<u32>,
}
