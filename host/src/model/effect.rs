//! What a step asks for, as data. The twin of the contract's `effect`; nothing has happened yet.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Category, Language, Priority, Stage, TicketKind};

/// When something is to happen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Moment {
    /// At that time; if it is past, now.
    At(Timestamp),
    /// Seconds from the run's clock.
    AfterSeconds(u32),
    /// Seconds of the desk's business time from the run's clock.
    AfterBusinessSeconds(u32),
}

/// A text for the customer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reply {
    /// What to say.
    pub text: String,
    /// In which language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// Articles that the facts come from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<String>,
}

/// A ticket to be opened, or to be added to where one of its key is open.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TicketDraft {
    /// The step's own name for it.
    pub key: String,
    /// What kind of work.
    pub kind: TicketKind,
    /// A department of the directory.
    pub department: String,
    /// One line.
    pub title: String,
    /// The evidence pack.
    pub body: String,
    /// How soon.
    pub priority: Priority,
    /// Until when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Moment>,
    /// Who is to be told besides the department.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notify: Vec<String>,
}

/// A ticket that wasn't acknowledged in time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Escalation {
    /// Its key.
    pub key: String,
    /// Who is to be told.
    pub notify: Vec<String>,
    /// Why.
    pub reason: String,
}

/// A timer to be set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TimerDraft {
    /// Its name.
    pub name: String,
    /// When it is to fire.
    pub due: Moment,
    /// The step's own data.
    #[serde(default)]
    pub payload: String,
}

/// A promise that a text made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PromiseDraft {
    /// The words.
    pub text: String,
    /// Until when.
    pub due: Moment,
    /// Who is to keep it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
}

/// A person is to take over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Handover {
    /// Whose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    /// Why.
    pub reason: String,
}

/// Somebody of the directory is to be told something.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Notification {
    /// A person, role or department.
    pub to: String,
    /// What.
    pub text: String,
}

/// A satisfaction answer understood (R81).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SurveyResult {
    /// The digit.
    pub code: u32,
    /// 0 to 10, where the code has any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub points: Option<u32>,
    /// What the code means.
    pub reason: String,
}

/// What a step asks for. See `wit/` for the rules of each.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "effect", content = "value", rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the contract documents each")]
pub enum Effect {
    Reply(Reply),
    Note(String),
    SetLanguage(Language),
    SetCategories(Vec<Category>),
    SetPriority(Priority),
    SetStage(Stage),
    AddLabel(String),
    RemoveLabel(String),
    SetField { name: String, value: String },
    OpenTicket(TicketDraft),
    EscalateTicket(Escalation),
    Notify(Notification),
    SetTimer(TimerDraft),
    CancelTimer(String),
    RecordPromise(PromiseDraft),
    AskSurvey,
    RecordSurvey(SurveyResult),
    HandOver(Handover),
    Resolve(String),
    Reopen(String),
    Announce { name: String, value: String },
}

/// Whether the steps that follow are to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NextStep {
    /// Yes.
    GoOn,
    /// No.
    Finish,
}

/// What a step answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// What it asks for, in order.
    pub effects: Vec<Effect>,
    /// Where to go next.
    pub next: NextStep,
}

/// A step that could not do its work and says so.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepError {
    /// Worth another try.
    Transient {
        /// Why.
        message: String,
        /// When, in seconds.
        retry_after_seconds: Option<u32>,
    },
    /// The same input will fail again.
    Permanent {
        /// Why.
        message: String,
    },
}
