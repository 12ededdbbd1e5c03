//! What pages list: questions that nobody could answer, who was told an article, tickets, what wants attention.

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::{SignedDuration, Timestamp};

use crate::engine::NEEDS_ATTENTION;
use crate::model::{
    Change, ConversationId, Occurrence, Priority, Run, RunId, Ticket, TicketId, TicketKind,
    TicketStatus,
};

/// How many of the newest questions are kept.
const QUESTIONS: usize = 1_000;
/// The longest that is kept of a question, in characters.
const LONGEST: usize = 300;
/// Of how many of those who were told an article it is known, the newest.
const TOLD: usize = 1_000;
/// How many conversations may want attention.
const ATTENTION: usize = 10_000;
/// How long a closed ticket is shown.
const CLOSED_SHOWN: SignedDuration = SignedDuration::from_hours(30 * 24);

/// A question for which a step searched the articles, and to which nothing from an article was said.
#[derive(Clone, Debug)]
pub(in super::super) struct Question {
    pub(in super::super) text: String,
    pub(in super::super) at: Timestamp,
    pub(in super::super) run: RunId,
    pub(in super::super) conversation: ConversationId,
}

/// What the board has to know of a ticket to place it.
#[derive(Clone, Debug, PartialEq)]
pub(in super::super) struct Glimpse {
    pub(in super::super) id: TicketId,
    pub(in super::super) department: String,
    pub(in super::super) kind: TicketKind,
    pub(in super::super) status: TicketStatus,
    pub(in super::super) priority: Priority,
    pub(in super::super) opened_at: Timestamp,
    pub(in super::super) due: Option<Timestamp>,
    pub(in super::super) conversation: ConversationId,
    pub(in super::super) about: Vec<String>,
}

impl Glimpse {
    fn of(ticket: &Ticket) -> Self {
        Self {
            id: ticket.id.clone(),
            department: ticket.department.clone(),
            kind: ticket.kind,
            status: ticket.status,
            priority: ticket.priority,
            opened_at: ticket.opened_at,
            due: ticket.due,
            conversation: ticket.conversation.clone(),
            about: ticket.about.clone(),
        }
    }

    /// Whether it is too long ago to be shown.
    pub(in super::super) fn is_old(&self, now: Timestamp) -> bool {
        let long_ago = now.checked_sub(CLOSED_SHOWN).unwrap_or(Timestamp::MIN);
        self.status == TicketStatus::Closed && self.opened_at < long_ago
    }
}

/// All of them.
#[derive(Default)]
pub(in super::super) struct Lists {
    questions: BTreeMap<(Timestamp, RunId), Question>,
    told: HashMap<String, BTreeMap<(Timestamp, RunId), ()>>,
    tickets: HashMap<TicketId, Glimpse>,
    attention: HashSet<ConversationId>,
}

impl Lists {
    pub(super) fn add(&mut self, run: &Run, is_live: bool) {
        let place = (run.event.at, run.id.clone());
        if let Some(text) = unanswered(run) {
            let question = Question {
                text: text.chars().take(LONGEST).collect(),
                at: run.event.at,
                run: run.id.clone(),
                conversation: run.before.id.clone(),
            };
            self.questions.insert(place.clone(), question);
            while self.questions.len() > QUESTIONS {
                self.questions.pop_first();
            }
        }
        for entry in &run.entries {
            match &entry.change {
                Change::Replied { message } => {
                    for article in &message.sources {
                        let told = self.told.entry(article.clone()).or_default();
                        told.insert(place.clone(), ());
                        while told.len() > TOLD {
                            told.pop_first();
                        }
                    }
                }
                Change::LabelAdded { label }
                    if label == NEEDS_ATTENTION && self.attention.len() < ATTENTION =>
                {
                    self.attention.insert(run.before.id.clone());
                }
                Change::TicketOpened { ticket }
                | Change::TicketAppended { ticket, .. }
                | Change::TicketEscalated { ticket, .. }
                | Change::TicketMoved { ticket }
                    if is_live =>
                {
                    self.ticket(ticket, run.event.at);
                }
                _ => {}
            }
        }
    }

    /// A ticket as it is now. It only ever moves on.
    pub(super) fn ticket(&mut self, ticket: &Ticket, now: Timestamp) {
        let glimpse = Glimpse::of(ticket);
        if glimpse.is_old(now) {
            self.tickets.remove(&glimpse.id);
            return;
        }
        match self.tickets.get_mut(&glimpse.id) {
            Some(known) if known.status <= glimpse.status => *known = glimpse,
            Some(_) => {}
            None => {
                self.tickets.insert(glimpse.id.clone(), glimpse);
            }
        }
    }

    /// The questions, newest first.
    pub(in super::super) fn questions(&self) -> impl Iterator<Item = &Question> {
        self.questions.values().rev()
    }

    /// The runs in which an article was told, newest first.
    pub(in super::super) fn told(&self, article: &str) -> Vec<RunId> {
        let told = self.told.get(article).into_iter();
        let runs = told.flat_map(|told| told.keys().rev());
        runs.map(|(_, run)| run.clone()).collect()
    }

    /// Every ticket that is open or was until lately.
    pub(in super::super) fn tickets(&self) -> impl Iterator<Item = &Glimpse> {
        self.tickets.values()
    }

    /// Conversations outside the queue that a person may have to look at: labelled so, or with an open question.
    pub(in super::super) fn attention(&self) -> HashSet<ConversationId> {
        let open = self.tickets.values().filter(|ticket| {
            ticket.kind == TicketKind::Question && ticket.status == TicketStatus::Opened
        });
        let mut found = self.attention.clone();
        found.extend(open.map(|ticket| ticket.conversation.clone()));
        found
    }
}

fn unanswered(run: &Run) -> Option<&str> {
    let Occurrence::MessageReceived { message } = &run.event.what else {
        return None;
    };
    let calls = run.invocations.iter().flat_map(|call| &call.host_calls);
    let searched = calls
        .into_iter()
        .any(|call| call.call == "knowledge.search");
    let answered = run.entries.iter().any(
        |entry| matches!(&entry.change, Change::Replied { message } if !message.sources.is_empty()),
    );
    (searched && !answered).then_some(message.text.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::testing::complaint;

    #[test]
    fn a_ticket_only_moves_on_and_one_closed_long_ago_is_forgotten() {
        let mut lists = Lists::default();
        let now = complaint(TicketStatus::Opened).opened_at;
        lists.ticket(&complaint(TicketStatus::Acknowledged), now);
        lists.ticket(&complaint(TicketStatus::Opened), now);
        let status = |lists: &Lists| lists.tickets().next().map(|ticket| ticket.status);
        assert_eq!(status(&lists), Some(TicketStatus::Acknowledged));
        lists.ticket(&complaint(TicketStatus::Closed), now);
        assert_eq!(status(&lists), Some(TicketStatus::Closed));
        let later = now + SignedDuration::from_hours(31 * 24);
        lists.ticket(&complaint(TicketStatus::Closed), later);
        assert_eq!(status(&lists), None);
    }
}
