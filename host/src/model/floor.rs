//! People at work: who is there, and how long the customers whom they have or who wait for them have heard nothing
//! (R5, R31–R35, R48).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::conversation::kinds;
use super::{Author, Change, Conversation, Handler};

kinds!(
    /// Whether an agent is there (R5).
    PresenceStatus {
        /// There, and takes conversations.
        Online = "online",
        /// There, but takes no further conversation.
        Busy = "busy",
        /// Not there for a while.
        Away = "away",
        /// Gone.
        Offline = "offline",
    }
);

/// An agent's presence as the desk knows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Presence {
    /// The person's name in the directory.
    pub agent: String,
    /// Whether they are there.
    pub status: PresenceStatus,
    /// Since when.
    pub since: Timestamp,
    /// The last sign of life.
    pub seen_at: Timestamp,
    /// Without another sign of life until then they count as away; none: somebody vouches for them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// How many seconds after the beginning of their last shift they came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub late_seconds: Option<u32>,
    /// Since when they have had nothing to do; none: they aren't there, or have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idle_since: Option<Timestamp>,
    /// When it was last looked whether something was left behind that they could do (R45).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub looked_at: Option<Timestamp>,
}

/// One time that an agent came to work: a row of the attendance record (R5).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Login {
    /// Who.
    pub agent: String,
    /// When their shift began.
    pub due: Timestamp,
    /// When they came.
    pub at: Timestamp,
    /// How many seconds later that is.
    pub late_seconds: u32,
}

/// What a customer in people's hands has been told, and since when not (R31–R33).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Care {
    /// The customer's newest message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asked_at: Option<Timestamp>,
    /// The oldest message of the customer since which the desk has said nothing at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unheard_since: Option<Timestamp>,
    /// Since when a person owes the customer an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owed_since: Option<Timestamp>,
    /// The desk's newest words to the customer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub told_at: Option<Timestamp>,
    /// Since when the customer waits for a person: the message that asked for one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queued_at: Option<Timestamp>,
    /// Since when the agent has the conversation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assigned_at: Option<Timestamp>,
    /// How often the customer heard an apology for this wait (R33).
    #[serde(skip_serializing_if = "is_zero")]
    pub apologies: u32,
    /// Whether a call-back or self-service was offered in this wait (R39).
    #[serde(skip_serializing_if = "is_false")]
    pub offered: bool,
    /// How far what is owed was escalated: the agent, the lead, the manager (R54).
    #[serde(skip_serializing_if = "is_zero")]
    pub escalations: u32,
    /// The agent for whom the workflow answers in this run (R6).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub covered: Option<String>,
    /// Whether the agent's newest words ask something: then even an "ok" is an answer that somebody waits for.
    #[serde(skip_serializing_if = "is_false")]
    pub asks: bool,
    /// Whether anybody but the host has ever answered here.
    #[serde(skip_serializing_if = "is_false")]
    pub attended: bool,
    /// Whether an earlier message waited for something to be heard already when the last one came, perhaps at the same
    /// moment: a thank-you doesn't settle it.
    #[serde(skip_serializing_if = "is_false")]
    pub unheard_before: bool,
    /// Whether people owed an answer already when the last message came.
    #[serde(skip_serializing_if = "is_false")]
    pub owed_before: bool,
    /// The beginning of the outage that the customer heard an explanation of last (R48).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outage: Option<Timestamp>,
    /// When the host looks at the conversation next.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<Timestamp>,
}

fn is_zero(number: &u32) -> bool {
    *number == 0
}

fn is_false(flag: &bool) -> bool {
    !*flag
}

/// Categories of messages that ask for nothing: nobody owes an answer to a thank-you.
const ASKS_NOTHING: [&str; 3] = ["thanks", "survey-answer", "nuisance"];

/// What people say to an agent who has answered, to say that they heard it.
const NODS: [&str; 31] = [
    "ok",
    "okay",
    "okey",
    "k",
    "kk",
    "alright",
    "sure",
    "i see",
    "got it",
    "understood",
    "noted",
    "好",
    "好的",
    "好吧",
    "好滴",
    "好哦",
    "好喔",
    "好呀",
    "嗯",
    "嗯嗯",
    "恩",
    "行",
    "可以",
    "知道了",
    "明白",
    "明白了",
    "了解",
    "瞭解",
    "了解了",
    "收到",
    "哦",
];

/// Whether a text says nothing but that the customer heard what was said: nobody owes an answer to it.
fn is_nod(text: &str) -> bool {
    let words: String = text
        .chars()
        .filter(|c| c.is_alphanumeric() || *c == ' ')
        .flat_map(char::to_lowercase)
        .collect();
    NODS.contains(&words.trim())
}

impl Care {
    /// Whether nothing is known, which needs no place in the record.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What a change does to the care for a customer whom `handler` had before it.
    pub(super) fn apply(&mut self, change: &Change, handler: Handler, at: Timestamp) {
        match change {
            Change::Received { message } => {
                self.asked_at = Some(at);
                self.unheard_before = self.unheard_since.is_some();
                self.owed_before = self.owed_since.is_some();
                if handler == Handler::Agent && !self.asks && is_nod(&message.text) {
                    return;
                }
                self.unheard_since.get_or_insert(at);
                if handler != Handler::Bot {
                    self.owed_since.get_or_insert(at);
                }
            }
            Change::CategoriesSet { categories } if self.asked_at == Some(at) => {
                let asks_nothing = !categories.is_empty()
                    && categories
                        .iter()
                        .all(|category| ASKS_NOTHING.contains(&category.name.as_str()));
                if asks_nothing {
                    self.unheard_since = self.unheard_since.filter(|_| self.unheard_before);
                    self.owed_since = self.owed_since.filter(|_| self.owed_before);
                }
            }
            Change::Replied { message } => {
                self.unheard_since = None;
                self.told_at = Some(at);
                self.attended |= message.author != Author::Host;
                if matches!(message.author, Author::Agent(_)) {
                    self.asks = message.text.contains(['?', '？']);
                    self.owed_since = None;
                    self.escalations = 0;
                }
            }
            Change::HandedOver { .. } => {
                if handler != Handler::Queue {
                    self.queued_at = Some(self.asked_at.unwrap_or(at));
                    self.apologies = 0;
                    self.offered = false;
                    self.escalations = 0;
                }
                self.owed_since.get_or_insert(at);
                self.assigned_at = None;
                self.covered = None;
            }
            Change::Assigned { .. } => {
                self.queued_at = None;
                self.assigned_at = Some(at);
                self.apologies = 0;
                self.offered = false;
                self.escalations = 0;
                self.covered = None;
            }
            Change::Resolved { .. } => {
                *self = Self {
                    asked_at: self.asked_at,
                    told_at: self.told_at,
                    attended: self.attended,
                    outage: self.outage,
                    next: self.next,
                    ..Self::default()
                };
            }
            Change::SelfServed { .. } => {
                self.queued_at = None;
                self.owed_since = None;
                self.escalations = 0;
            }
            Change::AutoReplyOn { agent, .. } => self.covered = Some(agent.clone()),
            Change::AutoReplyOff { .. } => self.covered = None,
            Change::WaitExcused { .. } => self.apologies += 1,
            Change::Offered => self.offered = true,
            Change::Escalated { .. } => self.escalations += 1,
            Change::OutageExplained { began_at, .. } => self.outage = Some(*began_at),
            _ => {}
        }
    }
}

impl Conversation {
    /// The names of timers about waiting for a person: `hold`, or any that ends in `.hold`. They end with the wait.
    pub fn hold_timers(&self) -> impl Iterator<Item = &super::Timer> {
        self.timers
            .iter()
            .filter(|timer| timer.name == "hold" || timer.name.ends_with(".hold"))
    }
}

#[cfg(test)]
mod tests {
    use super::is_nod;

    #[test]
    fn a_nod_says_nothing_else() {
        for text in [
            "ok",
            "OK!",
            "好的",
            "好的。",
            "嗯嗯~",
            "知道了",
            "Got it.",
            "收到",
            "了解",
            "瞭解",
            "了解了",
        ] {
            assert!(is_nod(text), "{text}");
        }
        for text in [
            "好的，那运费呢",
            "ok and when?",
            "收到了吗",
            "好的好的快点",
            "不好",
            "",
            "?",
            "ok 1234",
        ] {
            assert!(!is_nod(text), "{text}");
        }
    }
}
