//! The ledger of promises (R138, R139): open until it is kept, with what shows it, or broken when it is due.
//!
//! What keeps a promise: for one that came with a ticket, closing it. For one in words, a word of the desk's people to the
//! customer when they come back to it: after a silence, or long after the promise; what is said in the same breath as
//! "I'll call you tomorrow" keeps nothing. Or somebody says that it is kept, and how.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::failure::who_looks;
use super::intake::{Due, digest_bits};
use super::keys;
use super::opening::begin;
use super::request::EngineError;
use super::run::{Finished, Input};
use super::settle::Draft;
use super::timeline::local;
use super::words;
use crate::model::{
    Account, Change, Conversation, ConversationId, Occurrence, Promise, PromiseDraft, PromiseId,
    PromiseStatus, Ticket, TicketKind, TicketStatus,
};
use crate::store::{Batch, Table};

/// Who opens tickets that no step does.
const HOST: &str = "host";
/// How many promises of a conversation may be open.
const MAX_OPEN: usize = 64;
/// A silence as long as this, or a quarter of the promised time, parts one sitting from the next.
const SILENCE: SignedDuration = SignedDuration::from_mins(30);
/// What is said so long after a promise, or half of the promised time, is no longer the same breath.
const LATER: SignedDuration = SignedDuration::from_hours(2);
/// The event of a promise that was broken.
const BROKEN: &str = "promise.broken";
/// The event of the desk being open again after one was.
const APOLOGY: &str = "promise.apology";
/// The event of a promise that somebody says is kept.
const KEPT: &str = "promise.kept";
/// The longest evidence that is kept, in characters.
const EVIDENCE: usize = 500;

/// A promise and where it was made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PromiseRow {
    /// Where.
    pub conversation: ConversationId,
    /// What.
    pub promise: Promise,
}

/// What a run changes of the ledger.
pub(super) fn rows(batch: &mut Batch, finished: &Finished) {
    for entry in &finished.run.entries {
        if let Change::Promised { promise } | Change::PromiseSettled { promise } = &entry.change {
            let row = PromiseRow {
                conversation: finished.state.id.clone(),
                promise: promise.clone(),
            };
            batch.put_json(Table::Promise, keys::promise(&promise.id), &row);
        }
    }
}

impl Draft<'_> {
    /// Writes a promise down.
    pub(crate) fn promise(&mut self, step: &str, draft: &PromiseDraft) -> Result<(), String> {
        let due = self.moment(&draft.due)?;
        if open(&self.state).count() >= MAX_OPEN {
            return Err(format!(
                "the conversation has {MAX_OPEN} open promises already"
            ));
        }
        let at = self.at;
        let with_it = |ticket: &&Ticket| {
            ticket.opened_at == at
                && ticket.due == Some(due)
                && draft.text.ends_with(ticket.title.as_str())
        };
        let ticket = self.state.open_tickets().find(with_it).cloned();
        let owner = ticket.as_ref().map(|ticket| ticket.department.clone());
        let id = self.promise_id();
        self.due.push((due, Due::Promise { id: id.clone() }));
        let promise = Promise {
            id,
            text: draft.text.clone(),
            due,
            owner: owner.or_else(|| draft.owner.clone()),
            made_at: Some(at),
            ticket: ticket.map(|ticket| ticket.id),
            status: PromiseStatus::Open,
            settled_at: None,
            evidence: None,
        };
        self.push(step, Change::Promised { promise });
        Ok(())
    }
}

/// The promise that the host makes with a ticket of its own.
pub(super) fn of_host(ticket: &Ticket, due: Timestamp, text: String) -> Promise {
    Promise {
        id: PromiseId::from_random(digest_bits(&format!("{}/promise", ticket.id))),
        text,
        due,
        owner: Some(ticket.department.clone()),
        made_at: Some(ticket.opened_at),
        ticket: Some(ticket.id.clone()),
        status: PromiseStatus::Open,
        settled_at: None,
        evidence: None,
    }
}

fn open(conversation: &Conversation) -> impl Iterator<Item = &Promise> {
    let promises = conversation.promises.iter();
    promises.filter(|promise| promise.status == PromiseStatus::Open)
}

fn settled(promise: &Promise, status: PromiseStatus, at: Timestamp, evidence: &str) -> Change {
    let evidence: String = evidence.chars().take(EVIDENCE).collect();
    Change::PromiseSettled {
        promise: Promise {
            status,
            settled_at: Some(at),
            evidence: Some(evidence).filter(|evidence| !evidence.is_empty()),
            ..promise.clone()
        },
    }
}

/// What closing a ticket keeps: its own promise, and what its feedback answers.
pub(super) fn kept_by_ticket(
    conversation: &Conversation,
    ticket: &Ticket,
    by: &str,
    at: Timestamp,
) -> Vec<Change> {
    let mut changes = kept_by_answer(conversation, ticket, by, at);
    if ticket.status == TicketStatus::Closed {
        let evidence = evidence(ticket, by);
        changes.extend(kept_by_word(conversation, at, &evidence));
    }
    changes
}

/// The promise that came with a ticket, where that is closed now.
pub(super) fn kept_by_answer(
    conversation: &Conversation,
    ticket: &Ticket,
    by: &str,
    at: Timestamp,
) -> Vec<Change> {
    if ticket.status != TicketStatus::Closed {
        return Vec::new();
    }
    let evidence = evidence(ticket, by);
    open(conversation)
        .filter(|promise| promise.ticket.as_ref() == Some(&ticket.id) && at <= promise.due)
        .map(|promise| settled(promise, PromiseStatus::Kept, at, &evidence))
        .collect()
}

fn evidence(ticket: &Ticket, by: &str) -> String {
    let feedback = ticket.feedback.as_deref().unwrap_or_default();
    format!("{} closed by {by}: {feedback}", ticket.id)
}

/// What a word of the desk's people to the customer keeps. `conversation` is as it was before.
pub(super) fn kept_by_word(
    conversation: &Conversation,
    at: Timestamp,
    evidence: &str,
) -> Vec<Change> {
    let came_back = |promise: &&Promise| {
        let Some(made_at) = promise.made_at.filter(|_| promise.ticket.is_none()) else {
            return false;
        };
        let promised = promise.due.duration_since(made_at);
        let silence = at.duration_since(conversation.last_activity);
        let since = at.duration_since(made_at);
        at <= promise.due
            && (silence >= SILENCE.min(promised / 4) || since >= LATER.min(promised / 2))
    };
    open(conversation)
        .filter(came_back)
        .map(|promise| settled(promise, PromiseStatus::Kept, at, evidence))
        .collect()
}

fn find<'c>(conversation: &'c Conversation, id: &PromiseId) -> Option<&'c Promise> {
    conversation
        .promises
        .iter()
        .find(|promise| promise.id == *id)
}

fn told(name: &str, promise: &Promise) -> Occurrence {
    let value = serde_json::json!({
        "promise": promise.id,
        "text": promise.text,
        "owner": promise.owner,
    });
    Occurrence::Announced {
        name: name.to_owned(),
        value: value.to_string(),
    }
}

/// Somebody says that a promise is kept.
pub(super) fn kept_by_hand(
    conversation: &mut Conversation,
    account: Account,
    at: Timestamp,
    id: &PromiseId,
    by: &str,
    evidence: &str,
) -> Result<Input, EngineError> {
    if evidence.trim().is_empty() {
        return Err(EngineError::Invalid(
            "evidence: there is nothing in it; say what was done, and how one can tell".to_owned(),
        ));
    }
    let promise = find(conversation, id).ok_or_else(|| EngineError::NotFound {
        what: "promise",
        id: id.to_string(),
    })?;
    if promise.status != PromiseStatus::Open {
        return Err(EngineError::Conflict(format!(
            "promise {id} is {} already; only an open one can be kept",
            promise.status
        )));
    }
    let what = told(KEPT, promise);
    let change = settled(promise, PromiseStatus::Kept, at, evidence);
    Ok(begin(conversation, account, at, what, by, vec![change]))
}

/// A promise is due; nothing is, where it was kept.
pub(super) fn due(
    conversation: &mut Conversation,
    account: Account,
    at: Timestamp,
    id: &PromiseId,
) -> Result<Input, EngineError> {
    let promise = find(conversation, id)
        .filter(|promise| promise.status == PromiseStatus::Open)
        .ok_or(EngineError::NothingDue)?;
    let what = told(BROKEN, promise);
    let change = settled(promise, PromiseStatus::Broken, at, "");
    Ok(begin(conversation, account, at, what, "host", vec![change]))
}

/// The desk is open again after a promise was broken while it was closed.
pub(super) fn reopened(
    conversation: &mut Conversation,
    account: Account,
    at: Timestamp,
    id: &PromiseId,
) -> Result<Input, EngineError> {
    let promise = find(conversation, id).ok_or(EngineError::NothingDue)?;
    let what = told(APOLOGY, promise);
    Ok(begin(conversation, account, at, what, "host", Vec::new()))
}

/// Apologises for what was broken, once, and reports it to its owner and their lead.
pub(super) fn account_for(draft: &mut Draft<'_>, input: &Input) {
    for entry in &input.opening {
        if let Change::PromiseSettled { promise } = &entry.change
            && promise.status == PromiseStatus::Broken
        {
            report(draft, promise);
            // What was promised together is apologised for together.
            let together = draft.state.promises.iter().any(|other| {
                other.id != promise.id
                    && other.due == promise.due
                    && other.status == PromiseStatus::Broken
            });
            if together {
                continue;
            }
            let calendar = &draft.desk.calendar;
            match calendar.next_open(draft.at) {
                // Nobody is rung out of bed to hear that something isn't done.
                Some(open) if !calendar.is_open(draft.at) => {
                    let id = promise.id.clone();
                    draft.due.push((open, Due::Apology { id }));
                }
                _ => apologise(draft, promise),
            }
        }
    }
    if let Occurrence::Announced { name, value } = &input.event.what
        && name == APOLOGY
        && input.opening.is_empty()
    {
        let value: serde_json::Value = serde_json::from_str(value).unwrap_or_default();
        let id = PromiseId::new(
            value
                .get("promise")
                .and_then(serde_json::Value::as_str)
                .unwrap_or_default(),
        );
        let broken = find(&draft.state, &id).cloned();
        if let Some(promise) = broken.filter(|it| it.status == PromiseStatus::Broken) {
            apologise(draft, &promise);
        }
    }
}

fn report(draft: &mut Draft<'_>, promise: &Promise) {
    let directory = &draft.desk.directory;
    let owner = promise
        .owner
        .clone()
        .filter(|owner| directory.has(owner))
        .or_else(|| who_looks(draft));
    let Some(owner) = owner else { return };
    let department = match directory.person(&owner) {
        Some(person) => person.department.clone(),
        None => owner.clone(),
    };
    let above = directory.escalation(&department).into_iter();
    let lead = above
        .map(|person| person.name.clone())
        .find(|name| *name != owner);
    let (contact, channel) = (&draft.state.contact, &draft.state.channel);
    let due = local(promise.due, &draft.desk.time_zone);
    let text = format!(
        "[broken promise] {contact} ({channel}): {}, due {due}",
        promise.text
    );
    let told: Vec<String> = std::iter::once(owner).chain(lead).collect();
    draft.notify_all("host", &told, &text);
}

fn apologise(draft: &mut Draft<'_>, promise: &Promise) {
    let of_promise = |ticket: &&Ticket| promise.ticket.as_ref() == Some(&ticket.id);
    let ticket = draft.state.tickets.iter().find(of_promise);
    // Whoever is in danger has people with them; "later than promised" is nothing to tell them (R62).
    let in_danger = ticket.is_some_and(|ticket| ticket.kind == TicketKind::Emergency)
        || draft.state.has_open_emergency();
    if in_danger || ticket.is_some_and(|ticket| ticket.status == TicketStatus::Closed) {
        return;
    }
    // The title of a ticket that the host opened is for the department.
    let title = ticket
        .filter(|ticket| ticket.opened_by != HOST)
        .map_or_else(|| promise.text.clone(), |ticket| ticket.title.clone());
    draft.say(&words::BROKEN, &title, "");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::AccountId;

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_second(minutes * 60).unwrap()
    }

    fn promised(minutes: i64) -> Conversation {
        let mut conversation = Conversation::new(
            ConversationId::new("con_1"),
            AccountId::new("acc_1"),
            "web".to_owned(),
            "ana".to_owned(),
            at(0),
        );
        conversation.promises.push(Promise {
            id: PromiseId::new("prm_1"),
            text: "I'll call you".to_owned(),
            due: at(minutes),
            owner: Some("zhang-wei".to_owned()),
            made_at: Some(at(0)),
            ticket: None,
            status: PromiseStatus::Open,
            settled_at: None,
            evidence: None,
        });
        conversation
    }

    fn keeps(promised_minutes: i64, last_message: i64, word: i64) -> bool {
        let mut conversation = promised(promised_minutes);
        conversation.last_activity = at(last_message);
        !kept_by_word(&conversation, at(word), "done").is_empty()
    }

    #[test]
    fn coming_back_to_it_keeps_a_promise_and_the_same_breath_does_not() {
        const TOMORROW: i64 = 24 * 60;
        assert!(!keeps(TOMORROW, 0, 1), "the next sentence");
        assert!(!keeps(TOMORROW, 20, 25), "the chat goes on");
        assert!(keeps(TOMORROW, 5, 35), "after a silence");
        assert!(
            keeps(TOMORROW, 1_199, 1_200),
            "the customer asked the next day"
        );
        assert!(!keeps(TOMORROW, 5, TOMORROW + 1), "too late");
        assert!(keeps(TOMORROW, 5, TOMORROW), "at the last moment");
        assert!(
            !keeps(10, 0, 2) && keeps(10, 0, 3),
            "ten minutes were promised"
        );
    }

    #[test]
    fn a_tickets_promise_is_kept_by_closing_it_and_by_no_word() {
        let mut conversation = promised(600);
        let ticket = crate::model::TicketId::new("tic_1");
        conversation.promises[0].ticket = Some(ticket);
        assert!(kept_by_word(&conversation, at(300), "soon").is_empty());
    }
}
