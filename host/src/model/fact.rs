//! What reports count: small facts that follow from a run and are kept in the order of time, so that the figures of a
//! period need nothing outside it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Severity, Worker};

/// One thing that a report counts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "kebab-case")]
pub enum Fact {
    /// Texts of somebody to the customer.
    Replied {
        /// The agent or step, or `host`.
        name: String,
        /// What they are.
        worker: Worker,
    },
    /// A person ended a customer's wait.
    Responded {
        /// Who.
        agent: String,
        /// Since when the customer waited.
        since: Timestamp,
        /// How much of that was business time, in seconds.
        business: u32,
    },
    /// A person let go of a conversation: settled, handed on or taken over by somebody else.
    Released {
        /// Who.
        agent: String,
        /// Since when they had it.
        since: Timestamp,
    },
    /// A conversation was settled.
    Settled {
        /// The people who wrote in it; nobody: plugins served it alone.
        people: Vec<String>,
    },
    /// The customer answered the satisfaction question.
    Rated {
        /// The person who wrote last in it; none: plugins served it alone.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        agent: Option<String>,
        /// The digit.
        code: u32,
        /// Its points.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        points: Option<u32>,
    },
    /// A reviewer found something in a text.
    Found {
        /// Whose text it was.
        author: String,
        /// The rule.
        rule: String,
        /// How bad.
        severity: Severity,
    },
}
