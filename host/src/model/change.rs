//! What a run did: settled effects with ids and times, and what each does to the conversation.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::conversation::kinds;
use super::{
    Category, Closing, Conversation, Finding, Handler, Language, Message, Priority, Promise,
    Record, Stage, SurveyResult, SurveyStatus, Ticket, TicketStatus, Timer,
};

/// Who did it: a step, an agent, a department or the host, by name.
pub type Actor = String;

kinds!(
    /// What the host does when a step fails.
    Policy {
        /// The customer gets a polite holding reply, a person is asked to look, the chain goes on.
        HoldMessage = "hold-message",
        /// The chain goes on without the step.
        Skip = "skip",
        /// The chain ends; what earlier steps asked for stands.
        Stop = "stop",
        /// Tried again later with growing pauses, then as `hold-message`.
        Retry = "retry",
    }
);

/// One change and who made it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// A step's or agent's name, or `host`.
    pub by: Actor,
    /// What changed.
    #[serde(flatten)]
    pub change: Change,
}

/// What changed in a conversation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "kebab-case")]
pub enum Change {
    /// A customer's message came in.
    Received {
        /// It.
        message: Message,
    },
    /// A text went to the customer.
    Replied {
        /// It.
        message: Message,
    },
    /// A note for agents.
    Noted {
        /// What.
        text: String,
    },
    /// The customer's language.
    LanguageSet {
        /// Which.
        language: Language,
    },
    /// What the conversation is about.
    CategoriesSet {
        /// All of them, surest first.
        categories: Vec<Category>,
    },
    /// How soon.
    PrioritySet {
        /// How.
        priority: Priority,
    },
    /// Where the customer stands.
    StageSet {
        /// Where.
        stage: Stage,
    },
    /// A tag came.
    LabelAdded {
        /// Which.
        label: String,
    },
    /// A tag went.
    LabelRemoved {
        /// Which.
        label: String,
    },
    /// The account knows something new.
    FieldSet {
        /// Which field.
        name: String,
        /// What.
        value: String,
    },
    /// The account no longer knows something.
    FieldRemoved {
        /// Which field.
        name: String,
    },
    /// The account has a name; empty: none any more.
    AccountNamed {
        /// What to call the customer.
        name: String,
    },
    /// A ticket was opened.
    TicketOpened {
        /// It.
        ticket: Ticket,
    },
    /// Something was added to an open ticket.
    TicketAppended {
        /// The ticket without its body.
        ticket: Ticket,
        /// What.
        text: String,
    },
    /// A ticket was escalated.
    TicketEscalated {
        /// The ticket as it is now.
        ticket: Ticket,
        /// Why.
        reason: String,
    },
    /// A department moved a ticket on.
    TicketMoved {
        /// The ticket as it is now.
        ticket: Ticket,
    },
    /// Somebody was told something.
    Notified {
        /// Who.
        to: String,
        /// What.
        text: String,
        /// Whether everybody is told, there or not: people may be in danger (R62).
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        urgent: bool,
    },
    /// Somebody who isn't there will be told something on return (R53).
    NoticeKept {
        /// Who.
        to: String,
        /// What.
        text: String,
        /// When.
        until: Timestamp,
    },
    /// A timer was set.
    TimerSet {
        /// It.
        timer: Timer,
    },
    /// A timer was cancelled.
    TimerCancelled {
        /// It.
        timer: Timer,
    },
    /// A timer fired.
    TimerFired {
        /// It.
        timer: Timer,
    },
    /// Something was promised.
    Promised {
        /// What.
        promise: Promise,
    },
    /// A promise was kept or broken.
    PromiseSettled {
        /// It, as it is now.
        promise: Promise,
    },
    /// The satisfaction question was asked.
    SurveyAsked,
    /// And answered.
    SurveyAnswered {
        /// How.
        result: SurveyResult,
    },
    /// A person is to take over.
    HandedOver {
        /// Whose.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        team: Option<String>,
        /// Why.
        reason: String,
    },
    /// A person took over.
    Assigned {
        /// Who.
        agent: String,
    },
    /// The customer waits for a person (R34).
    Queued {
        /// Whose.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        team: Option<String>,
        /// Which place, from 1.
        position: u32,
        /// How many seconds it is likely to take, where the desk can tell (R41).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        wait_seconds: Option<u32>,
    },
    /// The customer heard an apology for the wait (R33).
    WaitExcused {
        /// Which place, from 1; none where nobody knows.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        position: Option<u32>,
    },
    /// The customer was offered a call-back or self-service instead of the wait (R39).
    Offered,
    /// The customer no longer waits for a person.
    SelfServed {
        /// What instead: `call-back` or `self-service`.
        choice: String,
    },
    /// What a person owes the customer was brought before somebody (R54).
    Escalated {
        /// Whom: a person or role of the directory.
        to: String,
    },
    /// The workflow answers for an agent who can't (R6).
    AutoReplyOn {
        /// For whom.
        agent: String,
        /// Why: `away`, `offline`, `busy` or `over-capacity`.
        reason: String,
    },
    /// The agent has the conversation again.
    AutoReplyOff {
        /// Who.
        agent: String,
    },
    /// The customer heard an explanation of an outage (R48).
    OutageExplained {
        /// Which: when it began.
        began_at: Timestamp,
        /// When it ended, where the host explains it only behind the steps: whoever is new is greeted first (R15), and
        /// nobody knows their language yet.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ended_at: Option<Timestamp>,
    },
    /// Settled.
    Resolved {
        /// How.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        summary: Option<String>,
    },
    /// Settled as soon as all tickets are closed.
    ResolveLater {
        /// By whom, and how.
        closing: Closing,
        /// The tickets that are open.
        open: Vec<String>,
    },
    /// Not settled after all.
    Reopened {
        /// Why.
        reason: String,
    },
    /// The wrap-up record was drafted or changed (R86).
    Recorded {
        /// It, as it is now.
        record: Box<Record>,
    },
    /// Something for other steps to hear.
    Announced {
        /// What it is called.
        name: String,
        /// JSON.
        value: String,
    },
    /// A reviewer found something in a text.
    Found {
        /// What.
        finding: Finding,
        /// Where.
        text: String,
    },
    /// A step failed.
    Failed {
        /// Which.
        step: String,
        /// Why.
        reason: String,
        /// What the host did about it.
        policy: Policy,
    },
}

impl Conversation {
    /// What a change does to the conversation. Timers, tickets and messages are also kept apart by whoever commits.
    pub fn apply(&mut self, change: &Change, at: Timestamp) {
        super::record::note(&mut self.record, change);
        self.care.apply(change, self.handler, at);
        match change {
            Change::Received { message } | Change::Replied { message } => {
                self.message_count = self.message_count.max(message.number);
                self.last_activity = at;
            }
            Change::LanguageSet { language } => self.language = Some(language.clone()),
            Change::CategoriesSet { categories } => self.categories.clone_from(categories),
            Change::PrioritySet { priority } => self.priority = *priority,
            Change::StageSet { stage } => self.stage = Some(*stage),
            Change::LabelAdded { label } => {
                if !self.labels.contains(label) {
                    self.labels.push(label.clone());
                }
            }
            Change::LabelRemoved { label } => self.labels.retain(|existing| existing != label),
            Change::TicketOpened { ticket } => {
                self.tickets.push(without_body(ticket));
                self.hide(&ticket.about);
            }
            Change::TicketAppended { ticket, .. }
            | Change::TicketEscalated { ticket, .. }
            | Change::TicketMoved { ticket } => self.replace_ticket(ticket),
            Change::TimerSet { timer } => {
                self.timers.retain(|existing| existing.name != timer.name);
                self.timers.push(timer.clone());
            }
            Change::TimerCancelled { timer } | Change::TimerFired { timer } => {
                self.timers.retain(|existing| existing.name != timer.name);
            }
            Change::Promised { promise } => self.promises.push(promise.clone()),
            Change::PromiseSettled { promise } => self.settle_promise(promise),
            Change::SurveyAsked => self.survey = SurveyStatus::Asked,
            Change::SurveyAnswered { result } => {
                self.survey = SurveyStatus::Answered;
                self.survey_code = Some(result.code);
            }
            Change::HandedOver { team, .. } => {
                self.handler = Handler::Queue;
                self.team.clone_from(team);
                self.agent = None;
            }
            Change::SelfServed { .. } => {
                self.handler = Handler::Bot;
                self.team = None;
            }
            Change::AutoReplyOn { .. } => self.handler = Handler::Bot,
            Change::AutoReplyOff { .. } => self.handler = Handler::Agent,
            Change::Assigned { agent } => {
                self.handler = Handler::Agent;
                self.agent = Some(agent.clone());
            }
            Change::Resolved { .. } => {
                self.resolved = true;
                self.handler = Handler::Bot;
                self.agent = None;
                self.team = None;
                self.survey = SurveyStatus::NotAsked;
                self.closing = None;
            }
            Change::ResolveLater { closing, .. } => self.closing = Some(closing.clone()),
            Change::Reopened { .. } => {
                self.resolved = false;
                self.closing = None;
            }
            Change::Queued { .. }
            | Change::WaitExcused { .. }
            | Change::Offered
            | Change::Escalated { .. }
            | Change::OutageExplained { .. }
            | Change::Noted { .. }
            | Change::FieldSet { .. }
            | Change::FieldRemoved { .. }
            | Change::AccountNamed { .. }
            | Change::Notified { .. }
            | Change::NoticeKept { .. }
            | Change::Recorded { .. }
            | Change::Announced { .. }
            | Change::Found { .. }
            | Change::Failed { .. } => {}
        }
    }

    fn replace_ticket(&mut self, ticket: &Ticket) {
        if let Some(existing) = self
            .tickets
            .iter_mut()
            .find(|existing| existing.id == ticket.id)
        {
            *existing = without_body(ticket);
        }
        self.hide(&ticket.about);
    }

    /// Whom a complaint is about neither sees the conversation nor has it any longer (R74).
    fn hide(&mut self, about: &[String]) {
        for name in about {
            if !self.hidden_from.contains(name) {
                self.hidden_from.push(name.clone());
            }
            if self.agent.as_ref() == Some(name) {
                self.agent = None;
            }
        }
    }

    fn settle_promise(&mut self, settled: &Promise) {
        let same = |promise: &&mut Promise| promise.id == settled.id;
        if let Some(promise) = self.promises.iter_mut().find(same) {
            promise.clone_from(settled);
        }
    }
}

fn without_body(ticket: &Ticket) -> Ticket {
    Ticket {
        body: String::new(),
        ..ticket.clone()
    }
}

impl Ticket {
    /// Whether a department may move it there: forwards only, and never out of `closed`.
    pub fn may_become(&self, status: TicketStatus) -> bool {
        self.status != TicketStatus::Closed && status > self.status
    }
}
