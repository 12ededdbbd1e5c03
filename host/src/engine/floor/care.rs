//! The minute: when a customer in people's hands must hear something, what they hear, and whom silence is brought
//! before (R31–R33, R39, R54).

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::board::Standing;
use crate::model::{Author, Change, Conversation, Handler, Message, MessageId};
use crate::workflow::Desk;
use crate::workflow::directory::MANAGER;
use crate::workflow::floor::{self, FloorText};

/// The label of a conversation in which somebody owes an answer for too long.
pub(crate) const STALLED: &str = "stalled";
/// What is owed climbs so far: the lead, then the manager.
const LEVELS: u32 = 2;

/// What is due of a conversation, and when.
#[derive(Debug, Default, PartialEq, Eq)]
struct Dues {
    hold: Option<Timestamp>,
    apology: Option<Timestamp>,
    offer: Option<Timestamp>,
    escalation: Option<Timestamp>,
}

/// When the host must look at a conversation next; none while nobody owes the customer anything.
pub(crate) fn next(desk: &Desk, state: &Conversation) -> Option<Timestamp> {
    let Dues {
        hold,
        apology,
        offer,
        escalation,
    } = dues(desk, state);
    [hold, apology, offer, escalation]
        .into_iter()
        .flatten()
        .min()
}

fn dues(desk: &Desk, state: &Conversation) -> Dues {
    let (care, settings) = (&state.care, &desk.settings.floor);
    let after = |since: Timestamp, span: SignedDuration| {
        let span = Duration::try_from(span).unwrap_or_default();
        desk.calendar.add_business(since, span).ok()
    };
    if state.resolved {
        return Dues::default();
    }
    let climb = |since: Option<Timestamp>| {
        let span = settings
            .escalate_after
            .checked_mul(i32::try_from(care.escalations + 1).ok()?)?;
        since
            .filter(|_| care.escalations < LEVELS)
            .and_then(|since| after(since, span))
    };
    match state.handler {
        Handler::Bot => Dues::default(),
        Handler::Agent => {
            let owed = care
                .owed_since
                .map(|since| care.assigned_at.map_or(since, |at| since.max(at)));
            // The minute begins with the customer's words, whoever has the conversation meanwhile; whoever was passed on hears
            // something within the minute, too.
            let passed_on = owed.filter(|owed| {
                care.assigned_at == Some(*owed) && care.told_at.is_none_or(|told| told <= *owed)
            });
            Dues {
                hold: care
                    .unheard_since
                    .or(passed_on)
                    .and_then(|since| after(since, settings.hold_after)),
                escalation: climb(owed),
                ..Dues::default()
            }
        }
        Handler::Queue => {
            let since = care.queued_at;
            let told = since.map(|since| care.told_at.map_or(since, |told| told.max(since)));
            Dues {
                hold: care
                    .unheard_since
                    .and_then(|since| after(since, settings.hold_after)),
                apology: told
                    .filter(|_| care.apologies < settings.apologies)
                    .and_then(|told| after(told, settings.apologise_every)),
                offer: since
                    .filter(|_| !care.offered)
                    .and_then(|since| after(since, settings.offer_after)),
                escalation: climb(since),
            }
        }
    }
}

/// What the host does about a conversation now, in order.
pub(crate) fn due(
    desk: &Desk,
    state: &Conversation,
    language: Option<&str>,
    standing: Option<Standing>,
    at: Timestamp,
) -> Vec<Change> {
    let dues = dues(desk, state);
    let is_due = |due: Option<Timestamp>| due.is_some_and(|due| due <= at);
    let mut work = Work {
        desk,
        state: state.clone(),
        language,
        at,
        changes: Vec::new(),
    };
    if state.handler == Handler::Queue {
        work.waiting(
            is_due(dues.hold) || is_due(dues.apology),
            is_due(dues.apology),
            is_due(dues.offer),
            standing,
        );
    } else if is_due(dues.hold) {
        work.say(&floor::HOLD, &[]);
        work.nudge();
    }
    if is_due(dues.escalation) {
        work.escalate(!is_due(dues.hold) && state.handler == Handler::Agent);
    }
    work.changes
}

struct Work<'a> {
    desk: &'a Desk,
    state: Conversation,
    language: Option<&'a str>,
    at: Timestamp,
    changes: Vec<Change>,
}

impl Work<'_> {
    fn push(&mut self, change: Change) {
        self.state.apply(&change, self.at);
        self.changes.push(change);
    }

    fn say(&mut self, text: &FloorText, words: &[(&str, &str)]) {
        let text = self.desk.settings.floor.say(text, self.language, words);
        let change = said(&self.state, text, self.language, self.at);
        self.push(change);
    }

    fn waiting(&mut self, speak: bool, counts: bool, offer: bool, standing: Option<Standing>) {
        if counts {
            self.push(Change::WaitExcused {
                position: standing.map(|standing| standing.position),
            });
        }
        if speak {
            match standing {
                Some(Standing {
                    position,
                    wait: Some(wait),
                }) if position > 1 => {
                    let (ahead, minutes) = (position.saturating_sub(1), minutes(wait));
                    let words = [
                        ("ahead", ahead.to_string()),
                        ("minutes", minutes.to_string()),
                    ];
                    let words = words
                        .each_ref()
                        .map(|(place, word)| (*place, word.as_str()));
                    self.say(&floor::WAITING_TIME, &words);
                }
                Some(Standing {
                    position,
                    wait: None,
                }) if position > 1 => {
                    let ahead = (position - 1).to_string();
                    self.say(&floor::WAITING, &[("ahead", &ahead)]);
                }
                _ => self.say(&floor::WAITING_NEXT, &[]),
            }
        }
        if offer {
            self.push(Change::Offered);
            self.say(&floor::OFFER, &[]);
        }
    }

    /// The agent is reminded of whom they keep waiting.
    fn nudge(&mut self) {
        let Some(agent) = self.state.agent.clone() else {
            return;
        };
        if self.desk.directory.person(&agent).is_some() {
            let text = format!("{} waits for your answer", self.state.contact);
            self.push(Change::Notified {
                to: agent,
                text,
                urgent: false,
            });
        }
    }

    fn escalate(&mut self, apologise: bool) {
        let to = target(self.desk, &self.state);
        if self.state.care.escalations == 0 {
            // Whoever has only just heard an explanation isn't told the same in other words.
            let just_told = self.state.care.told_at.is_some_and(|told| {
                self.at.duration_since(told) < self.desk.settings.floor.hold_after
            });
            if apologise && !just_told {
                self.say(&floor::HOLD_AGAIN, &[]);
            }
            if !self.state.labels.iter().any(|label| label == STALLED) {
                self.push(Change::LabelAdded {
                    label: STALLED.to_owned(),
                });
            }
        }
        let (contact, channel) = (&self.state.contact, &self.state.channel);
        // Where the lead owes the answer, the manager hears of it both times.
        let still = match self.state.care.escalations {
            0 => "",
            _ => "still ",
        };
        let text = match (&self.state.agent, &self.state.team) {
            (Some(agent), _) => format!("{contact} ({channel}) {still}gets no answer from {agent}"),
            (None, Some(team)) => {
                format!("{contact} ({channel}) {still}waits for {team}, and nobody is free")
            }
            (None, None) => {
                format!("{contact} ({channel}) {still}waits for a person, and nobody is free")
            }
        };
        self.push(Change::Escalated {
            to: to.clone().unwrap_or_else(|| "nobody".to_owned()),
        });
        if let Some(to) = to {
            self.push(Change::Notified {
                to,
                text,
                urgent: false,
            });
        }
    }
}

/// A text of the host.
pub(crate) fn said(
    state: &Conversation,
    text: String,
    language: Option<&str>,
    at: Timestamp,
) -> Change {
    let number = state.message_count + 1;
    Change::Replied {
        message: Message {
            id: MessageId::of(&state.id, number),
            number,
            author: Author::Host,
            text,
            language: language.map(str::to_owned),
            sources: Vec::new(),
            at,
        },
    }
}

/// The lead of whoever owes the answer first, then the manager; a lead who owes it themselves is passed over, and so is
/// whoever doesn't see the conversation (R74).
fn target(desk: &Desk, state: &Conversation) -> Option<String> {
    let directory = &desk.directory;
    let agent = state.agent.as_deref();
    let department = state
        .team
        .as_deref()
        .and_then(|team| directory.team(team))
        .map(|team| team.department.as_str())
        .or_else(|| {
            agent
                .and_then(|agent| directory.person(agent))
                .map(|person| person.department.as_str())
        });
    let lead = department
        .and_then(|department| directory.department(department))
        .and_then(|department| directory.lead(department))
        .map(|lead| lead.name.as_str())
        .filter(|lead| Some(*lead) != agent && !state.is_hidden_from(lead));
    let is_hidden = |name: &str| {
        let person = directory.person(name);
        person.is_some_and(|person| state.is_hidden_from(&person.name))
    };
    let manager = (directory.has(MANAGER) && !is_hidden(MANAGER)).then_some(MANAGER);
    let to = if state.care.escalations == 0 {
        lead.or(manager)
    } else {
        manager.or(lead)
    };
    to.map(str::to_owned)
}

/// Whole minutes, rounded up: a wait that turns out shorter is no broken word.
pub(crate) fn minutes(wait: SignedDuration) -> i64 {
    (wait.as_secs().max(1) + 59) / 60
}
