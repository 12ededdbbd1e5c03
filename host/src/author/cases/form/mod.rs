//! The words of a case, as a person writes them.

mod host;

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use jiff::Timestamp;
use serde::de::Error as _;
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::model::{
    Handler, HostCall, KvScope, Language, Priority, PromiseStatus, Stage, SurveyStatus, TicketKind,
    TicketStatus,
};

pub(super) use host::*;

/// One line.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct CaseForm {
    pub(super) case: Option<String>,
    pub(super) at: Option<Timestamp>,
    pub(super) seed: Option<SeedForm>,
    /// The step's name; left out, the plugin's.
    pub(super) step: Option<String>,

    pub(super) message: Option<TextOr<MessageForm>>,
    pub(super) event: Option<EventForm>,
    pub(super) event_id: Option<String>,
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

/// What is said, `null` included.
fn said<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// A small number, or all of a seed in hexadecimal.
#[derive(Clone, Copy, Debug)]
pub(super) struct SeedForm(pub(super) [u8; 32]);

impl<'de> Deserialize<'de> for SeedForm {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let wrong = || {
            D::Error::custom(
                "it is neither a whole number up to 4294967295 nor 64 hexadecimal digits",
            )
        };
        let mut seed = [0; 32];
        match &value {
            Value::String(text) => {
                let digits: Option<Vec<u8>> = text
                    .chars()
                    .map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
                    .collect();
                let digits = digits
                    .filter(|digits| digits.len() == 64)
                    .ok_or_else(wrong)?;
                for (byte, pair) in seed.iter_mut().zip(digits.chunks_exact(2)) {
                    *byte = pair.iter().fold(0, |sum, digit| sum << 4 | digit);
                }
            }
            number => {
                let number = number
                    .as_u64()
                    .and_then(|number| u32::try_from(number).ok());
                let number = number.ok_or_else(wrong)?.to_le_bytes();
                for (byte, value) in seed.iter_mut().zip(number) {
                    *byte = value;
                }
            }
        }
        Ok(Self(seed))
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
    /// Left out: that of the event's message; `null`: none.
    #[serde(default, deserialize_with = "said")]
    pub(super) language: Option<Option<Language>>,
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
