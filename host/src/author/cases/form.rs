//! The words of a case, as a person writes them.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use jiff::Timestamp;
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::egress::{HttpError, Method, ModelError};
use crate::model::{
    Effect, Handler, HostCall, KvScope, Language, Priority, PromiseStatus, Stage, SurveyStatus,
    TicketKind, TicketStatus,
};
use crate::sandbox::{FailureCode, Grant, Limits};
use crate::workflow::{Calendar, Hours, quantity};

/// One line.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct CaseForm {
    pub(super) case: Option<String>,
    pub(super) at: Option<Timestamp>,
    pub(super) seed: Option<u32>,

    pub(super) message: Option<TextOr<MessageForm>>,
    pub(super) event: Option<EventForm>,
    pub(super) drafts: Option<Vec<TextOr<MessageForm>>>,

    #[serde(default)]
    pub(super) config: Option<serde_json::Map<String, Value>>,
    #[serde(default)]
    pub(super) grants: Option<Vec<GrantForm>>,
    #[serde(default)]
    pub(super) limits: LimitsForm,
    #[serde(default)]
    pub(super) desk: DeskForm,
    #[serde(default)]
    pub(super) account: AccountForm,
    #[serde(default)]
    pub(super) conversation: ConversationForm,
    #[serde(default)]
    pub(super) draft: Vec<EffectForm>,
    #[serde(default)]
    pub(super) host: HostForm,
    #[serde(default)]
    pub(super) answers: Vec<HostCall>,

    /// The surest of the categories that the step sets; empty: none.
    pub(super) category: Option<String>,
    pub(super) effects: Option<Vec<Value>>,
    pub(super) next: Option<NextForm>,
    pub(super) findings: Option<Vec<Value>>,
    pub(super) failure: Option<TextOr<FailureForm>>,
    pub(super) kv: Option<BTreeMap<KvScope, BTreeMap<String, Option<BytesForm>>>>,
    pub(super) log: Option<Vec<Value>>,
}

impl CaseForm {
    /// # Errors
    /// What is wrong, with the path of the field.
    pub(super) fn read(line: &str) -> Result<Self, String> {
        let mut json = serde_json::Deserializer::from_str(line);
        let form: Self = serde_path_to_error::deserialize(&mut json).map_err(|error| {
            let path = error.path().to_string();
            let told = error.inner().to_string();
            // The line is the file's, not the one that the parser counts.
            let told = told.replace("at line 1 column", "at column");
            if path == "." {
                told
            } else {
                format!("{path}: {told}")
            }
        })?;
        json.end().map_err(|_| {
            "there is more than one JSON object on the line; a case is one line".to_owned()
        })?;
        form.check()?;
        Ok(form)
    }

    fn check(&self) -> Result<(), String> {
        match (&self.message, &self.event) {
            (Some(_), Some(_)) => {
                return Err(
                    "it has both a message and an event; a message is an event of its own"
                        .to_owned(),
                );
            }
            (None, None) if self.drafts.is_none() => {
                return Err(
                    "it has neither a message nor an event; add \"message\": \"…\" (or \"drafts\" for a reviewer)".to_owned(),
                );
            }
            _ => {}
        }
        let expects = self.effects.is_some()
            || self.category.is_some()
            || self.next.is_some()
            || self.findings.is_some()
            || self.failure.is_some()
            || self.kv.is_some()
            || self.log.is_some();
        if !expects {
            return Err(
                "it expects nothing, so it can't fail; add effects, category, next, failure, kv or log"
                    .to_owned(),
            );
        }
        if self.failure.is_some() && (self.effects.is_some() || self.kv.is_some()) {
            return Err(
                "a failed call leaves no effects and no kv; expect one or the other".to_owned(),
            );
        }
        Ok(())
    }
}

/// A text, or an object that says more.
#[derive(Debug)]
pub(super) enum TextOr<T> {
    Text(String),
    More(T),
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for TextOr<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either<T>(PhantomData<T>);
        impl<'de, T: DeserializeOwned> Visitor<'de> for Either<T> {
            type Value = TextOr<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text or an object")
            }
            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(TextOr::Text(text.to_owned()))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(TextOr::More)
            }
        }
        deserializer.deserialize_any(Either(PhantomData))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum AuthorForm {
    Customer,
    Step,
    Agent,
    Host,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct MessageForm {
    pub(super) id: Option<String>,
    pub(super) author: Option<AuthorForm>,
    pub(super) author_name: Option<String>,
    pub(super) text: String,
    pub(super) language: Option<Language>,
    pub(super) sent_at: Option<Timestamp>,
}

impl TextOr<MessageForm> {
    pub(super) fn form(&self) -> MessageForm {
        match self {
            Self::More(form) => form.clone(),
            Self::Text(text) => MessageForm {
                id: None,
                author: None,
                author_name: None,
                text: text.clone(),
                language: None,
                sent_at: None,
            },
        }
    }
}

/// Named as the contract's `occurrence`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum EventForm {
    MessageReceived(TextOr<MessageForm>),
    AgentReplied(TextOr<MessageForm>),
    TimerFired(TimerForm),
    ConversationResolved(ResolutionForm),
    SurveyAnswered(AnswerForm),
    TicketUpdated(TicketForm),
    DeskRecovered(OutageForm),
    Announced(FieldForm),
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct TimerForm {
    pub(super) name: String,
    pub(super) due: Option<Timestamp>,
    #[serde(default)]
    pub(super) payload: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct ResolutionForm {
    #[serde(default = "somebody")]
    pub(super) by: String,
    pub(super) summary: Option<String>,
}

fn somebody() -> String {
    "agent".to_owned()
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct AnswerForm {
    pub(super) code: u32,
    pub(super) text: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct OutageForm {
    pub(super) began_at: Timestamp,
    pub(super) ended_at: Timestamp,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct FieldForm {
    pub(super) name: String,
    pub(super) value: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct TicketForm {
    pub(super) id: Option<String>,
    pub(super) key: String,
    pub(super) kind: TicketKind,
    #[serde(default = "service")]
    pub(super) department: String,
    #[serde(default)]
    pub(super) title: String,
    pub(super) status: Option<TicketStatus>,
    pub(super) priority: Option<Priority>,
    pub(super) opened_at: Option<Timestamp>,
    pub(super) due: Option<Timestamp>,
    #[serde(default)]
    pub(super) escalations: u32,
    pub(super) feedback: Option<String>,
}

fn service() -> String {
    "service".to_owned()
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct PromiseForm {
    pub(super) text: String,
    pub(super) due: Timestamp,
    pub(super) owner: Option<String>,
    pub(super) status: Option<PromiseStatus>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct CategoryForm {
    pub(super) name: String,
    #[serde(default = "sure")]
    pub(super) confidence: f32,
}

fn sure() -> f32 {
    1.0
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct DeskForm {
    pub(super) name: Option<String>,
    pub(super) time_zone: Option<String>,
    pub(super) languages: Option<Vec<Language>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct AccountForm {
    pub(super) id: Option<String>,
    pub(super) name: Option<String>,
    pub(super) language: Option<Language>,
    #[serde(default)]
    pub(super) fields: BTreeMap<String, String>,
    pub(super) conversation_count: Option<u32>,
    #[serde(default)]
    pub(super) open_complaints: u32,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct ConversationForm {
    pub(super) id: Option<String>,
    pub(super) channel: Option<String>,
    pub(super) opened_at: Option<Timestamp>,
    #[serde(default)]
    pub(super) resolved: bool,
    pub(super) handler: Option<Handler>,
    pub(super) language: Option<Language>,
    #[serde(default)]
    pub(super) categories: Vec<TextOr<CategoryForm>>,
    pub(super) priority: Option<Priority>,
    pub(super) stage: Option<Stage>,
    #[serde(default)]
    pub(super) labels: Vec<String>,
    #[serde(default)]
    pub(super) tickets: Vec<TicketForm>,
    #[serde(default)]
    pub(super) timers: Vec<TimerForm>,
    #[serde(default)]
    pub(super) promises: Vec<PromiseForm>,
    pub(super) survey: Option<SurveyStatus>,
    pub(super) message_count: Option<u32>,
    #[serde(default)]
    pub(super) messages: Vec<TextOr<MessageForm>>,
}

/// What the desk answers.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct HostForm {
    /// The hits of every search.
    #[serde(default)]
    pub(super) knowledge: Vec<HitForm>,
    #[serde(default)]
    pub(super) departments: Vec<String>,
    /// Who answers for what, by topic.
    #[serde(default)]
    pub(super) responsible: BTreeMap<String, ContactForm>,
    pub(super) hours: Option<HoursForm>,
    #[serde(default)]
    pub(super) kv: BTreeMap<KvScope, BTreeMap<String, BytesForm>>,
    /// What servers of others answer: to each request the first that fits.
    #[serde(default)]
    pub(super) http: Vec<AnsweredForm>,
    /// What the model says, one text after the other; the last again and again.
    #[serde(default)]
    pub(super) model: Vec<SaidForm>,
}

impl HostForm {
    /// Whether the case says nothing of what the desk answers.
    pub(super) fn is_silent(&self) -> bool {
        self.knowledge.is_empty()
            && self.departments.is_empty()
            && self.responsible.is_empty()
            && self.hours.is_none()
            && self.kv.is_empty()
            && self.http.is_empty()
            && self.model.is_empty()
    }
}

/// A request and its answer: `{"url": "https://…", "status": 200, "body": {…}}` or `{"url": "…", "error": {"timeout": "…"}}`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct AnsweredForm {
    pub(super) method: Option<Method>,
    pub(super) url: String,
    #[serde(default = "found")]
    pub(super) status: u32,
    #[serde(default)]
    pub(super) headers: BTreeMap<String, String>,
    /// A text as it is, anything else as JSON.
    pub(super) body: Option<Value>,
    pub(super) error: Option<HttpError>,
}

fn found() -> u32 {
    200
}

/// A text, or why there is none: `{"error": {"timeout": "…"}}`.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum SaidForm {
    Text(String),
    Error { error: ModelError },
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct HitForm {
    #[serde(default = "article")]
    pub(super) article: String,
    #[serde(default)]
    pub(super) title: String,
    pub(super) text: String,
    pub(super) language: Option<Language>,
    #[serde(default = "sure")]
    pub(super) score: f32,
    #[serde(default)]
    pub(super) labels: Vec<String>,
}

fn article() -> String {
    "article".to_owned()
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct ContactForm {
    pub(super) name: String,
    #[serde(default = "service")]
    pub(super) department: String,
    #[serde(default)]
    pub(super) role: String,
    pub(super) public_contact: Option<String>,
    #[serde(default = "yes")]
    pub(super) reachable: bool,
    pub(super) back_at: Option<Timestamp>,
}

fn yes() -> bool {
    true
}

/// Opening hours, as `hours.toml` has them.
#[derive(Debug)]
pub(super) struct HoursForm(Hours);

impl HoursForm {
    pub(super) fn calendar(&self, zone: &jiff::tz::TimeZone) -> Calendar {
        self.0.calendar(zone)
    }

    /// # Errors
    /// Never, unless the text here is wrong.
    pub(super) fn usual() -> Result<Self, String> {
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
pub(super) struct BytesForm(pub(super) Vec<u8>);

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
pub(super) struct EffectForm(pub(super) Effect);

impl<'de> Deserialize<'de> for EffectForm {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        Effect::deserialize(super::differ::from_contract(&value))
            .map(Self)
            .map_err(D::Error::custom)
    }
}

#[derive(Clone, Debug)]
pub(super) struct GrantForm(pub(super) Grant);

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
pub(super) struct LimitsForm {
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
    pub(super) fn limits(&self) -> Limits {
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
pub(super) enum NextForm {
    GoOn,
    Finish,
}

impl NextForm {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::GoOn => "go-on",
            Self::Finish => "finish",
        }
    }
}

/// A failure: its code, or code and reason.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct FailureForm {
    pub(super) code: FailureCode,
    pub(super) reason: Option<Value>,
    pub(super) retry_after_seconds: Option<u32>,
}
