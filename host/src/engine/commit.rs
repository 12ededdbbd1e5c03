//! A run as one atomic batch.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::facts;
use super::intake::{Due, DueRow, Identity, Seen};
use super::keys;
use super::promises;
use super::run::Finished;
use super::texts;
use crate::model::{AccountId, Change, ConversationId, Timer};
use crate::store::{Batch, Table};
use crate::workflow::Desk;
use crate::workflow::directory::{Told, Via};

/// Something that must leave the desk: kept until whoever it is for has it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Delivery {
    /// The same for every attempt, so that a receiver can tell repetitions.
    pub(crate) key: String,
    /// The conversation that it comes from.
    pub(crate) conversation: ConversationId,
    /// A person or department of the directory.
    pub(crate) to: String,
    /// Where it goes: the address of a webhook, or the name of one in the directory.
    pub(crate) url: String,
    /// Whether people may be in danger: it waits for nothing else.
    #[serde(default)]
    pub(crate) urgent: bool,
    /// What.
    pub(crate) text: String,
    /// Since when.
    pub(crate) at: Timestamp,
    /// A file that goes along.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) attachment: Option<Attachment>,
}

/// A file that goes along with a delivery.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Attachment {
    /// What it is called.
    pub(crate) name: String,
    /// Its media type.
    pub(crate) kind: String,
    /// What is in it.
    pub(crate) base64: String,
}

/// What a message brings besides its run.
pub(crate) struct Arrival {
    pub(crate) channel: String,
    pub(crate) contact: String,
    /// The key that the sender gave, and the digest of what it stood for.
    pub(crate) seen: Option<(String, String)>,
    /// Whether the contact's identity row changes.
    pub(crate) identity: bool,
}

/// Everything that a run makes durable.
pub(crate) fn batch(
    desk: &Desk,
    finished: &Finished,
    number: u32,
    arrival: Option<&Arrival>,
    taken: Option<&[u8]>,
) -> Batch {
    let mut batch = Batch::new();
    let state = &finished.state;
    let at = finished.run.event.at;
    batch.put_json(Table::Conversation, keys::conversation(&state.id), state);
    if let Some(account) = &finished.account {
        batch.put_json(Table::Account, keys::account(&state.account), account);
    }
    texts::put(&mut batch, finished);
    batch.put_json(Table::Run, keys::run(&state.id, number), &finished.run);
    batch.put(
        Table::RunByTime,
        keys::run_by_time(at, &finished.run.id),
        facts::kept(&finished.facts),
    );
    if number == 1 {
        batch.put(
            Table::ConversationByTime,
            keys::conversation_by_time(state.opened_at, &state.id),
            Vec::new(),
        );
    }
    promises::rows(&mut batch, finished);
    for ticket in &finished.tickets {
        batch.put_json(Table::Ticket, keys::ticket(&ticket.id), ticket);
    }
    if let Some(key) = taken {
        batch.delete(Table::Timer, key);
    }
    timers(&mut batch, finished);
    super::floor::care_row(&mut batch, finished);
    for (nth, (due, what)) in finished.due.iter().enumerate() {
        // No timer of a step can have that name: it begins with a control character.
        let name = format!("\u{1}host/{number}/{nth}");
        put_due(
            &mut batch,
            &state.account,
            &state.id,
            *due,
            &name,
            what.clone(),
        );
    }
    outbox(&mut batch, desk, finished, number);
    for (key, value) in &finished.kv {
        match value {
            Some(value) => batch.put(Table::KeyValue, key.clone(), value.clone()),
            None => batch.delete(Table::KeyValue, key.clone()),
        }
    }
    if let Some(arrival) = arrival {
        arrived(&mut batch, finished, number, arrival);
    }
    batch
}

/// Timers that the run set, changed or took away: the difference between the conversation before and after.
fn timers(batch: &mut Batch, finished: &Finished) {
    let (before, after) = (&finished.run.before.timers, &finished.state.timers);
    let id = &finished.state.id;
    for timer in before.iter().filter(|timer| !kept(after, timer)) {
        batch.delete(Table::Timer, keys::timer(timer.due, id, &timer.name));
    }
    for timer in after.iter().filter(|timer| !kept(before, timer)) {
        put_due(
            batch,
            &finished.state.account,
            id,
            timer.due,
            &timer.name,
            Due::Timer {
                name: timer.name.clone(),
            },
        );
    }
}

fn kept(timers: &[Timer], timer: &Timer) -> bool {
    timers
        .iter()
        .any(|other| other.name == timer.name && other.due == timer.due)
}

/// Something comes due of a conversation.
pub(crate) fn put_due(
    batch: &mut Batch,
    account: &AccountId,
    conversation: &ConversationId,
    due: Timestamp,
    name: &str,
    what: Due,
) {
    let row = DueRow {
        account: account.clone(),
        conversation: conversation.clone(),
        what,
    };
    batch.put_json(Table::Timer, keys::timer(due, conversation, name), &row);
}

/// What goes to webhooks. Whoever is told in the console finds it in the run.
fn outbox(batch: &mut Batch, desk: &Desk, finished: &Finished, number: u32) {
    let at = finished.run.event.at;
    let mut nth = 0;
    for entry in &finished.run.entries {
        let Change::Notified { to, text, urgent } = &entry.change else {
            continue;
        };
        let recipients = match desk.directory.told(to, at) {
            Told::Now(present) if !urgent => present,
            _ => desk.directory.recipients(to),
        };
        let hidden = &finished.state.hidden_from;
        for recipient in recipients {
            if hidden.iter().any(|name| name == recipient.name) {
                continue;
            }
            for via in recipient.via {
                let Via::Webhook(url) = via else { continue };
                let delivery = Delivery {
                    key: format!("{}_{nth}", finished.run.id),
                    conversation: finished.state.id.clone(),
                    to: recipient.name.to_owned(),
                    url: url.clone(),
                    urgent: *urgent,
                    text: text.clone(),
                    at,
                    attachment: None,
                };
                batch.put_json(
                    Table::Outbox,
                    keys::outbox(&finished.state.id, number, nth),
                    &delivery,
                );
                nth += 1;
            }
        }
    }
}

fn arrived(batch: &mut Batch, finished: &Finished, number: u32, arrival: &Arrival) {
    let at = finished.run.event.at;
    if arrival.identity {
        let identity = Identity {
            account: finished.state.account.clone(),
            conversation: Some(finished.state.id.clone()),
        };
        batch.put_json(
            Table::Identity,
            keys::identity(&arrival.channel, &arrival.contact),
            &identity,
        );
    }
    if let Some((key, digest)) = &arrival.seen {
        let key = keys::idempotency(&arrival.channel, &arrival.contact, key);
        let seen = Seen {
            conversation: finished.state.id.clone(),
            run: number,
            digest: digest.clone(),
            at,
        };
        batch.put(
            Table::IdempotencyByTime,
            keys::idempotency_by_time(at, &key),
            Vec::new(),
        );
        batch.put_json(Table::Idempotency, key, &seen);
    }
}
