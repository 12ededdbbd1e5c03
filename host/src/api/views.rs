//! The shapes of answers. Apart from the model's, so that what is kept may change while what is answered stays.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::customers::MergeView;
use crate::model::{
    Account, Author, Category, Conversation, Message, Promise, Ticket, TicketStatus, Timer,
};

/// What a conversation is about, and how sure whoever said so is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CategoryView {
    /// Its name.
    value: String,
    /// 0 to 1.
    confidence: f64,
}

impl From<&Category> for CategoryView {
    fn from(category: &Category) -> Self {
        // A single-precision figure, written as a person would.
        let confidence = (f64::from(category.confidence) * 1e3).round() / 1e3;
        Self {
            value: category.name.clone(),
            confidence,
        }
    }
}

/// A message.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MessageView {
    /// Its id.
    pub(crate) id: String,
    /// Its number in the conversation, counted from 1.
    pub(crate) number: u32,
    /// `customer`, `step`, `agent` or `host`.
    pub(crate) author: &'static str,
    /// The step's or agent's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) author_name: Option<String>,
    /// What it says, byte for byte.
    pub(crate) text: String,
    /// In which language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) language: Option<String>,
    /// Articles that its facts come from.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) sources: Vec<String>,
    /// When the desk had it.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) at: Timestamp,
}

impl From<&Message> for MessageView {
    fn from(message: &Message) -> Self {
        let (author, author_name) = match &message.author {
            Author::Customer => ("customer", None),
            Author::Step(name) => ("step", Some(name.clone())),
            Author::Agent(name) => ("agent", Some(name.clone())),
            Author::Host => ("host", None),
        };
        Self {
            id: message.id.to_string(),
            number: message.number,
            author,
            author_name,
            text: message.text.clone(),
            language: message.language.clone(),
            sources: message.sources.clone(),
            at: message.at,
        }
    }
}

/// A work order for a department.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TicketView {
    /// Its id.
    id: String,
    /// The step's own name for it.
    key: String,
    /// The conversation that it came from.
    conversation: String,
    /// The customer.
    account: String,
    /// `complaint`, `suggestion`, `repair`, `order`, `lead`, `question` or `emergency`.
    kind: &'static str,
    /// Who is to do it.
    department: String,
    /// One line.
    title: String,
    /// The evidence pack; only where the ticket itself is asked for.
    #[serde(skip_serializing_if = "String::is_empty")]
    body: String,
    /// `opened`, `acknowledged`, `in-progress` or `closed`.
    status: &'static str,
    /// `low`, `normal`, `high` or `urgent`.
    priority: &'static str,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    opened_at: Timestamp,
    /// Until when.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    due: Option<Timestamp>,
    /// How often it was escalated.
    escalations: u32,
    /// Who was told besides the department.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notified: Vec<String>,
    /// What was done, for the customer to hear.
    #[serde(skip_serializing_if = "Option::is_none")]
    feedback: Option<String>,
    /// Whom of the desk's people a complaint is about; they don't see it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    about: Vec<String>,
}

impl From<&Ticket> for TicketView {
    fn from(ticket: &Ticket) -> Self {
        Self {
            id: ticket.id.to_string(),
            key: ticket.key.clone(),
            conversation: ticket.conversation.to_string(),
            account: ticket.account.to_string(),
            kind: ticket.kind.as_str(),
            department: ticket.department.clone(),
            title: ticket.title.clone(),
            body: ticket.body.clone(),
            status: ticket.status.as_str(),
            priority: ticket.priority.as_str(),
            opened_at: ticket.opened_at,
            due: ticket.due,
            escalations: ticket.escalations,
            notified: ticket.notified.clone(),
            feedback: ticket.feedback.clone(),
            about: ticket.about.clone(),
        }
    }
}

/// Whether a ticket should be closed by now and isn't.
pub(crate) fn is_overdue(ticket: &Ticket, now: Timestamp) -> bool {
    ticket.status != TicketStatus::Closed && ticket.due.is_some_and(|due| due < now)
}

/// Something that comes due.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TimerView {
    /// Its name.
    name: String,
    /// The step that set it.
    step: String,
    /// When it fires, at the earliest.
    #[schema(value_type = String, format = DateTime)]
    due: Timestamp,
}

impl From<&Timer> for TimerView {
    fn from(timer: &Timer) -> Self {
        Self {
            name: timer.name.clone(),
            step: timer.step.clone(),
            due: timer.due,
        }
    }
}

/// Something that the desk said it would do.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PromiseView {
    /// Its id.
    id: String,
    /// The words.
    text: String,
    /// Until when.
    #[schema(value_type = String, format = DateTime)]
    due: Timestamp,
    /// Who is to keep it.
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<String>,
    /// `open`, `kept` or `broken`.
    status: &'static str,
    /// Since when.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    made_at: Option<Timestamp>,
    /// The ticket whose closing keeps it.
    #[serde(skip_serializing_if = "Option::is_none")]
    ticket: Option<String>,
    /// Since when it is kept or broken.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    settled_at: Option<Timestamp>,
    /// What kept it.
    #[serde(skip_serializing_if = "Option::is_none")]
    evidence: Option<String>,
}

impl From<&Promise> for PromiseView {
    fn from(promise: &Promise) -> Self {
        Self {
            id: promise.id.to_string(),
            text: promise.text.clone(),
            due: promise.due,
            owner: promise.owner.clone(),
            status: promise.status.as_str(),
            made_at: promise.made_at,
            ticket: promise.ticket.as_ref().map(ToString::to_string),
            settled_at: promise.settled_at,
            evidence: promise.evidence.clone(),
        }
    }
}

/// The state of a conversation.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConversationView {
    /// Its id.
    id: String,
    /// The customer.
    account: String,
    /// Where it takes place.
    channel: String,
    /// The customer's name on that channel.
    contact: String,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    opened_at: Timestamp,
    /// The last message of either side.
    #[schema(value_type = String, format = DateTime)]
    last_activity: Timestamp,
    /// Whether it is settled.
    resolved: bool,
    /// Who answers: `bot`, `queue` or `agent`.
    handler: &'static str,
    /// The team that it waits for or that has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    team: Option<String>,
    /// The agent who has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    agent: Option<String>,
    /// What the customer speaks here.
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<String>,
    /// What it is about, surest first.
    categories: Vec<CategoryView>,
    /// `low`, `normal`, `high` or `urgent`.
    priority: &'static str,
    /// `pre-sale`, `in-sale` or `after-sale`.
    #[serde(skip_serializing_if = "Option::is_none")]
    stage: Option<&'static str>,
    /// Tags.
    labels: Vec<String>,
    /// Its tickets without their bodies, oldest first.
    tickets: Vec<TicketView>,
    /// What comes due.
    timers: Vec<TimerView>,
    /// What was promised, oldest first.
    promises: Vec<PromiseView>,
    /// The satisfaction question: `not-asked`, `asked` or `answered`.
    survey: &'static str,
    /// The last satisfaction answer: its code.
    #[serde(skip_serializing_if = "Option::is_none")]
    survey_code: Option<u32>,
    /// How many messages it has.
    message_count: u32,
    /// How many runs it has had.
    run_count: u32,
}

impl From<&Conversation> for ConversationView {
    fn from(state: &Conversation) -> Self {
        Self {
            id: state.id.to_string(),
            account: state.account.to_string(),
            channel: state.channel.clone(),
            contact: state.contact.clone(),
            opened_at: state.opened_at,
            last_activity: state.last_activity,
            resolved: state.resolved,
            handler: state.handler.as_str(),
            team: state.team.clone(),
            agent: state.agent.clone(),
            language: state.language.clone(),
            categories: state.categories.iter().map(CategoryView::from).collect(),
            priority: state.priority.as_str(),
            stage: state.stage.map(crate::model::Stage::as_str),
            labels: state.labels.clone(),
            tickets: state.tickets.iter().map(TicketView::from).collect(),
            timers: state.timers.iter().map(TimerView::from).collect(),
            promises: state.promises.iter().map(PromiseView::from).collect(),
            survey: state.survey.as_str(),
            survey_code: state.survey_code,
            message_count: state.message_count,
            run_count: state.run_count,
        }
    }
}

/// A customer.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AccountView {
    /// Its id.
    id: String,
    /// What to call the customer.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// The language last spoken.
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<String>,
    /// What else the desk knows, by field name.
    fields: BTreeMap<String, String>,
    /// Where the customer writes from: `channel/contact`.
    identities: Vec<String>,
    /// Complaint tickets that no department has closed yet.
    open_complaints: u32,
    /// First contact.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// All conversations, oldest first.
    conversations: Vec<ConversationView>,
    /// All tickets with their bodies, oldest first.
    tickets: Vec<TicketView>,
    /// The accounts that were merged into it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    merged: Vec<MergeView>,
    /// What every department promised the customer, the first to be due first.
    promises: Vec<PromiseView>,
}

impl AccountView {
    pub(crate) fn new(
        account: &Account,
        conversations: &[Conversation],
        tickets: &[Ticket],
        merged: Vec<MergeView>,
    ) -> Self {
        let promises = conversations.iter().flat_map(|state| &state.promises);
        let mut promises: Vec<&Promise> = promises.collect();
        promises.sort_by_key(|promise| promise.due);
        Self {
            id: account.id.to_string(),
            name: account.name.clone(),
            language: account.language.clone(),
            fields: account.fields.clone(),
            identities: account.identities.clone(),
            open_complaints: account.open_complaints,
            created_at: account.created_at,
            conversations: conversations.iter().map(ConversationView::from).collect(),
            tickets: tickets.iter().map(TicketView::from).collect(),
            merged,
            promises: promises.into_iter().map(PromiseView::from).collect(),
        }
    }
}
