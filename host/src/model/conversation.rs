//! Conversations and what hangs from them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    AccountId, Care, ConversationId, Language, MessageId, PromiseId, Record, Tally, TicketId,
};

/// Who wrote a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "author", content = "author_name", rename_all = "kebab-case")]
pub enum Author {
    /// The customer.
    Customer,
    /// A step of the workflow, by name.
    Step(String),
    /// A person of the desk, by name.
    Agent(String),
    /// The host itself: a holding reply, an apology after an outage.
    Host,
}

/// One message. Never changed once written; stored byte for byte as it came.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// Its id.
    pub id: MessageId,
    /// Its number in the conversation, counted from 1.
    pub number: u32,
    /// Who wrote it.
    #[serde(flatten)]
    pub author: Author,
    /// What it says.
    pub text: String,
    /// Its language, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// Articles that its facts come from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<String>,
    /// When the desk had it.
    pub at: Timestamp,
}

macro_rules! kinds {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $text)] $variant),+ }

        impl $name {
            /// Every value, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The name used in JSON, desk files and the contract.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// The value of that name.
            pub fn parse(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.as_str() == name)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}
pub(crate) use kinds;

kinds!(
    /// How soon a conversation or ticket wants attention.
    Priority {
        /// Can wait.
        Low = "low",
        /// The usual.
        Normal = "normal",
        /// Before the usual.
        High = "high",
        /// At once.
        Urgent = "urgent",
    }
);

kinds!(
    /// Where the customer stands (R112).
    Stage {
        /// Before buying.
        PreSale = "pre-sale",
        /// Ordered, not received.
        InSale = "in-sale",
        /// Received.
        AfterSale = "after-sale",
    }
);

kinds!(
    /// Who answers the customer now.
    Handler {
        /// The workflow.
        Bot = "bot",
        /// Nobody yet: the customer waits for a person.
        Queue = "queue",
        /// A person.
        Agent = "agent",
    }
);

kinds!(
    /// What kind of work a ticket is.
    TicketKind {
        /// Something went wrong (R67).
        Complaint = "complaint",
        /// Something could be better (R68).
        Suggestion = "suggestion",
        /// Something is to be repaired.
        Repair = "repair",
        /// Something is to be ordered, changed or cancelled.
        Order = "order",
        /// Somebody may buy.
        Lead = "lead",
        /// Something is to be answered by somebody else (R53).
        Question = "question",
        /// People are in danger (R62).
        Emergency = "emergency",
    }
);

kinds!(
    /// Where a ticket stands.
    TicketStatus {
        /// Nobody has looked yet.
        Opened = "opened",
        /// The department has it.
        Acknowledged = "acknowledged",
        /// The department works on it.
        InProgress = "in-progress",
        /// Done, with feedback for the customer (R58).
        Closed = "closed",
    }
);

kinds!(
    /// Where the satisfaction question stands.
    SurveyStatus {
        /// Not asked since the last resolution.
        NotAsked = "not-asked",
        /// Waiting for the answer.
        Asked = "asked",
        /// Answered.
        Answered = "answered",
    }
);

kinds!(
    /// Where a promise stands (R138).
    PromiseStatus {
        /// Given, not due yet.
        Open = "open",
        /// Kept in time.
        Kept = "kept",
        /// Due and not kept.
        Broken = "broken",
    }
);

/// What a conversation is about, and how sure whoever said so is (0 to 1).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Category {
    /// One of the names in the documentation of categories, or a desk's own.
    #[serde(rename = "value")]
    pub name: String,
    /// 0 to 1.
    pub confidence: f32,
}

/// A work order for a department.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ticket {
    /// Its id.
    pub id: TicketId,
    /// The step's own name for it; unique among the conversation's open tickets.
    pub key: String,
    /// The conversation that it came from.
    pub conversation: ConversationId,
    /// The customer.
    pub account: AccountId,
    /// What kind of work.
    pub kind: TicketKind,
    /// Who is to do it.
    pub department: String,
    /// One line.
    pub title: String,
    /// The evidence pack (R73), with what was added later.
    pub body: String,
    /// Where it stands.
    pub status: TicketStatus,
    /// How soon.
    pub priority: Priority,
    /// Since when.
    pub opened_at: Timestamp,
    /// Until when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Timestamp>,
    /// How often it was escalated.
    #[serde(default)]
    pub escalations: u32,
    /// Who was told besides the department.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notified: Vec<String>,
    /// What was done, for the customer to hear.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feedback: Option<String>,
    /// The step that opened it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub opened_by: String,
    /// Whom of the desk's people a complaint is about: they don't see it (R74).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub about: Vec<String>,
}

/// A timer of a conversation; its name is unique in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Timer {
    /// Its name.
    pub name: String,
    /// The step that set it.
    pub step: String,
    /// When it fires, at the earliest.
    pub due: Timestamp,
    /// The step's own data.
    #[serde(default)]
    pub payload: String,
}

/// Something that the desk said it would do (R138).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Promise {
    /// Its id.
    #[serde(default = "no_promise")]
    pub id: PromiseId,
    /// The words.
    pub text: String,
    /// Until when.
    pub due: Timestamp,
    /// Who is to keep it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Since when; none: by an earlier version, which didn't say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made_at: Option<Timestamp>,
    /// The ticket whose closing keeps it; none: a word to the customer does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<TicketId>,
    /// Where it stands.
    pub status: PromiseStatus,
    /// Since when it is kept or broken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settled_at: Option<Timestamp>,
    /// What kept it, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<String>,
}

/// Earlier versions gave promises no id.
fn no_promise() -> PromiseId {
    PromiseId::new("")
}

/// Somebody settled a conversation while departments still work on it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Closing {
    /// Who.
    pub by: String,
    /// How.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
}

/// The state of a conversation: the fold of its changes. Messages are kept apart, so that a long conversation costs no
/// more than a short one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Conversation {
    /// Its id.
    pub id: ConversationId,
    /// The customer.
    pub account: AccountId,
    /// Where it takes place.
    pub channel: String,
    /// The customer's name on that channel.
    pub contact: String,
    /// Since when.
    pub opened_at: Timestamp,
    /// The last message of either side.
    pub last_activity: Timestamp,
    /// Whether it is settled.
    #[serde(default)]
    pub resolved: bool,
    /// Who answers.
    pub handler: Handler,
    /// The team that it waits for or that has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    /// The agent who has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    /// What the customer speaks here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// What it is about.
    #[serde(default)]
    pub categories: Vec<Category>,
    /// How soon.
    pub priority: Priority,
    /// Where the customer stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<Stage>,
    /// Tags.
    #[serde(default)]
    pub labels: Vec<String>,
    /// How it is resolved once all its tickets are closed (R57).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closing: Option<Closing>,
    /// People of the desk who don't see it, because a complaint in it is about them (R74).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hidden_from: Vec<String>,
    /// Its tickets without their bodies, oldest first; closed ones stay.
    #[serde(default)]
    pub tickets: Vec<Ticket>,
    /// Its timers, by name.
    #[serde(default)]
    pub timers: Vec<Timer>,
    /// Its promises, oldest first.
    #[serde(default)]
    pub promises: Vec<Promise>,
    /// The satisfaction question.
    pub survey: SurveyStatus,
    /// The last satisfaction answer: its code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub survey_code: Option<u32>,
    /// Its wrap-up record, once it was settled (R86).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<Box<Record>>,
    /// What it counts while it goes on.
    #[serde(default)]
    pub tally: Tally,
    /// How many messages it has.
    #[serde(default)]
    pub message_count: u32,
    /// How many runs it has had.
    #[serde(default)]
    pub run_count: u32,
    /// What a customer in people's hands has been told, and since when not.
    #[serde(default, skip_serializing_if = "Care::is_empty")]
    pub care: Care,
}

impl Conversation {
    /// A conversation that begins now.
    pub fn new(
        id: ConversationId,
        account: AccountId,
        channel: String,
        contact: String,
        at: Timestamp,
    ) -> Self {
        Self {
            id,
            account,
            channel,
            contact,
            opened_at: at,
            last_activity: at,
            resolved: false,
            handler: Handler::Bot,
            team: None,
            agent: None,
            language: None,
            categories: Vec::new(),
            priority: Priority::Normal,
            stage: None,
            labels: Vec::new(),
            closing: None,
            hidden_from: Vec::new(),
            tickets: Vec::new(),
            timers: Vec::new(),
            promises: Vec::new(),
            survey: SurveyStatus::NotAsked,
            survey_code: None,
            record: None,
            tally: Tally::default(),
            message_count: 0,
            run_count: 0,
            care: Care::default(),
        }
    }

    /// The tickets that no department has closed yet.
    pub fn open_tickets(&self) -> impl Iterator<Item = &Ticket> {
        self.tickets
            .iter()
            .filter(|ticket| ticket.status != TicketStatus::Closed)
    }

    /// Whether somebody of the desk may not see it.
    pub fn is_hidden_from(&self, person: &str) -> bool {
        self.hidden_from.iter().any(|hidden| hidden == person)
    }

    /// The open ticket of that key.
    pub fn open_ticket(&self, key: &str) -> Option<&Ticket> {
        self.tickets
            .iter()
            .find(|ticket| ticket.key == key && ticket.status != TicketStatus::Closed)
    }
}
