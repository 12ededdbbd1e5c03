//! What happened and what a workflow may react to.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::conversation::kinds;
use super::{EventId, Message, Ticket, Timer};

kinds!(
    /// The kind of an event, by the name that workflows and manifests use.
    EventKind {
        /// A customer wrote.
        MessageReceived = "message.received",
        /// A person of the desk wrote.
        AgentReplied = "agent.replied",
        /// A timer came due.
        TimerFired = "timer.fired",
        /// The conversation was settled.
        ConversationResolved = "conversation.resolved",
        /// A satisfaction answer came in a structured form.
        SurveyAnswered = "survey.answered",
        /// A department moved a ticket on.
        TicketUpdated = "ticket.updated",
        /// The host is back after an outage.
        DeskRecovered = "desk.recovered",
        /// A step or an integration announced something.
        Announced = "announced",
    }
);

/// One thing that happened in a conversation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Its id.
    pub id: EventId,
    /// When; also the clock of its run.
    pub at: Timestamp,
    /// How many announcements led here, one from the other.
    #[serde(default)]
    pub depth: u8,
    /// What.
    pub what: Occurrence,
}

/// What an event says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind")]
pub enum Occurrence {
    /// See [`EventKind::MessageReceived`].
    #[serde(rename = "message.received")]
    MessageReceived {
        /// What the customer wrote.
        message: Message,
    },
    /// See [`EventKind::AgentReplied`].
    #[serde(rename = "agent.replied")]
    AgentReplied {
        /// What the agent wrote.
        message: Message,
    },
    /// See [`EventKind::TimerFired`].
    #[serde(rename = "timer.fired")]
    TimerFired {
        /// The timer, no longer among the conversation's.
        timer: Timer,
    },
    /// See [`EventKind::ConversationResolved`].
    #[serde(rename = "conversation.resolved")]
    ConversationResolved {
        /// Who settled it.
        by: String,
        /// How.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        summary: Option<String>,
    },
    /// See [`EventKind::SurveyAnswered`].
    #[serde(rename = "survey.answered")]
    SurveyAnswered {
        /// The digit.
        code: u32,
        /// What was written besides.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
    },
    /// See [`EventKind::TicketUpdated`].
    #[serde(rename = "ticket.updated")]
    TicketUpdated {
        /// The ticket as it is now.
        ticket: Ticket,
    },
    /// See [`EventKind::DeskRecovered`].
    #[serde(rename = "desk.recovered")]
    DeskRecovered {
        /// When the host went away.
        began_at: Timestamp,
        /// When it came back.
        ended_at: Timestamp,
    },
    /// See [`EventKind::Announced`].
    #[serde(rename = "announced")]
    Announced {
        /// What it is called.
        name: String,
        /// JSON.
        value: String,
    },
}

impl Event {
    /// What kind of event this is.
    pub fn kind(&self) -> EventKind {
        match self.what {
            Occurrence::MessageReceived { .. } => EventKind::MessageReceived,
            Occurrence::AgentReplied { .. } => EventKind::AgentReplied,
            Occurrence::TimerFired { .. } => EventKind::TimerFired,
            Occurrence::ConversationResolved { .. } => EventKind::ConversationResolved,
            Occurrence::SurveyAnswered { .. } => EventKind::SurveyAnswered,
            Occurrence::TicketUpdated { .. } => EventKind::TicketUpdated,
            Occurrence::DeskRecovered { .. } => EventKind::DeskRecovered,
            Occurrence::Announced { .. } => EventKind::Announced,
        }
    }

    /// The message that came with it.
    pub fn message(&self) -> Option<&Message> {
        match &self.what {
            Occurrence::MessageReceived { message } | Occurrence::AgentReplied { message } => {
                Some(message)
            }
            _ => None,
        }
    }
}
