//! What can happen to a desk from outside, and what comes back.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::model::{
    AccountId, ConversationId, Finding, PromiseId, RecordEdit, Run, Severity, TicketId,
    TicketStatus, contact_key,
};
use crate::store::StoreError;

/// A customer's message as a channel hands it over.
#[derive(Clone, Debug, PartialEq)]
pub struct Inbound {
    /// The channel.
    pub channel: String,
    /// The customer's name on that channel.
    pub contact: String,
    /// An account to file a new contact under; none: one of its own.
    pub account: Option<String>,
    /// A conversation to go on with; none: the contact's current one.
    pub conversation: Option<ConversationId>,
    /// What the customer wrote, byte for byte.
    pub text: String,
    /// A name that the sender gave the message: the same again has no second effect (within seven days).
    pub key: Option<String>,
    /// When the customer sent it, where the channel knows; none: now. What was sent while the host was down gets an
    /// explanation first (R48).
    pub sent_at: Option<jiff::Timestamp>,
}

impl Inbound {
    /// What the customer's account calls where the message came from: one name for one telephone number, however it is
    /// written.
    pub(crate) fn identity(&self) -> String {
        let contact = contact_key(&self.channel, &self.contact);
        format!("{}/{contact}", self.channel)
    }
}

/// To whom a conversation is handed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HandTo {
    /// A person, who has it from now on.
    Agent(String),
    /// A team's queue.
    Team(String),
}

/// What can happen to a desk from outside.
#[derive(Clone, Debug, PartialEq)]
pub enum Request {
    /// A customer writes.
    Message(Inbound),
    /// An agent writes.
    Reply {
        /// Where.
        conversation: ConversationId,
        /// Who.
        agent: String,
        /// What.
        text: String,
    },
    /// An agent takes a conversation over.
    Take {
        /// Which.
        conversation: ConversationId,
        /// Who.
        agent: String,
    },
    /// An agent gives a conversation back to the queue.
    Release {
        /// Which.
        conversation: ConversationId,
        /// Who.
        agent: String,
        /// Why.
        reason: Option<String>,
    },
    /// Somebody settles a conversation.
    Resolve {
        /// Which.
        conversation: ConversationId,
        /// Who.
        by: String,
        /// How.
        summary: Option<String>,
    },
    /// An agent writes a note that no customer sees (R51).
    Note {
        /// Where.
        conversation: ConversationId,
        /// Who.
        agent: String,
        /// What.
        text: String,
    },
    /// An agent hands a conversation over (R51).
    HandOver {
        /// Which.
        conversation: ConversationId,
        /// Who hands it over.
        by: String,
        /// To whom.
        to: HandTo,
        /// Why, for whoever gets it.
        reason: String,
    },
    /// An agent puts their own words into a conversation's wrap-up record.
    EditRecord {
        /// Which conversation's.
        conversation: ConversationId,
        /// Who.
        agent: String,
        /// What.
        edit: RecordEdit,
    },
    /// Somebody of the desk writes down what a customer is called, and what else is known of them (R116, R118).
    EditAccount {
        /// Whose.
        account: AccountId,
        /// Who.
        agent: String,
        /// What to call the customer; empty: no name any more.
        name: Option<String>,
        /// What else, by field name; none: nothing any more.
        fields: BTreeMap<String, Option<String>>,
    },
    /// A satisfaction answer came in a structured form (R82).
    Survey {
        /// Whose.
        conversation: ConversationId,
        /// The digit.
        code: u32,
        /// What was written besides.
        text: Option<String>,
    },
    /// A department moves a ticket on.
    Ticket {
        /// Which.
        ticket: TicketId,
        /// Who.
        by: String,
        /// Where to.
        status: TicketStatus,
        /// For the customer to hear; needed to close.
        feedback: Option<String>,
    },
    /// Somebody did what was promised.
    Kept {
        /// What was promised.
        promise: PromiseId,
        /// Who says so.
        by: String,
        /// What shows it.
        evidence: String,
    },
    /// A row of the timer table came due: its key.
    Due(Vec<u8>),
}

/// What came of a request, once it is durable.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The run.
    pub run: Arc<Run>,
    /// Whether the request had been answered before and this is that answer.
    pub repeated: bool,
}

/// Why a request was not carried out. Nothing of it is kept.
#[derive(Debug, Clone, thiserror::Error)]
pub enum EngineError {
    /// There is no such thing.
    #[error("there is no {what} {id:?}")]
    NotFound {
        /// What.
        what: &'static str,
        /// Its id.
        id: String,
    },
    /// The request makes no sense as it is.
    #[error("{0}")]
    Invalid(String),
    /// The request contradicts what is there.
    #[error("{0}")]
    Conflict(String),
    /// A reviewer holds the text back.
    #[error("the text was held back: {}", why_held_back(findings))]
    HeldBack {
        /// Why.
        findings: Vec<Finding>,
    },
    /// A timer that is no longer there: nothing to do.
    #[error("nothing is due under that key")]
    NothingDue,
    /// Too much is waiting already.
    #[error("too much is waiting; try again in {} s", retry_after.as_secs())]
    Busy {
        /// When to try again.
        retry_after: Duration,
    },
    /// The host is going down.
    #[error("the host is stopping")]
    Stopping,
    /// The store refused.
    #[error("{0}")]
    Store(#[from] Arc<StoreError>),
}

/// Rule, place and reason of each finding that holds the text back, and how to say it instead.
fn why_held_back(findings: &[Finding]) -> String {
    let blocking = || {
        findings
            .iter()
            .filter(|finding| finding.severity == Severity::Blocking)
    };
    let reasons: Vec<String> = blocking()
        .map(|finding| {
            let Finding {
                rule,
                start,
                end,
                explanation,
                ..
            } = finding;
            format!("{rule} at bytes {start} to {end}: {explanation}")
        })
        .collect();
    let mut text = reasons.join("; ");
    if let Some(better) = blocking().find_map(|finding| finding.suggestion.as_deref()) {
        text.push_str(". Say instead: ");
        text.push_str(better);
    }
    text
}

impl From<StoreError> for EngineError {
    fn from(error: StoreError) -> Self {
        Self::Store(Arc::new(error))
    }
}
