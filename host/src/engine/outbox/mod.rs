//! Deliveries leave at least once, in order for each conversation and receiver, with growing pauses, until the receiver
//! took them.
//!
//! What is urgent has a thread of its own, and each receiver is called beside the others: nobody's page waits for
//! somebody else's dead address (R62). A receiver that can't be reached waits as a whole; one that refuses a single
//! delivery gets the other conversations' deliveries meanwhile.

mod egress;
mod signature;

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use self::egress::Agents;
use super::commit::Delivery;
use super::core::Core;
use crate::model::ConversationId;
use crate::store::{Batch, KeyRange, StoreError, Table, decode_record};
use crate::workflow::directory::Directory;

/// How often the outbox is looked at.
const TICK: Duration = Duration::from_millis(500);
/// How often it is looked at for what is urgent.
const URGENT_TICK: Duration = Duration::from_millis(200);
/// How many deliveries are looked at in one round.
const AT_ONCE: usize = 256;
/// How many receivers are called beside each other.
const RECEIVERS_AT_ONCE: usize = 8;
/// The pause after the first failed attempt; it doubles with each.
const FIRST_PAUSE: Duration = Duration::from_secs(2);
/// It doesn't grow beyond this.
const LONGEST_PAUSE: Duration = Duration::from_secs(600);

/// Which deliveries a thread makes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lane {
    /// Those where people may be in danger.
    Urgent,
    /// The others.
    Usual,
}

/// Why a delivery wasn't taken.
#[derive(Debug, PartialEq, Eq)]
enum Refusal {
    /// Nobody answered there, or not now.
    Receiver(String),
    /// It answered, but didn't take this one.
    Delivery(String),
}

/// Who waits after a failure: a receiver, or one conversation's deliveries to it.
type Waiter = (String, Option<ConversationId>);

struct Pause {
    until: Instant,
    length: Duration,
}

#[derive(Default)]
struct Pauses(HashMap<Waiter, Pause>);

impl Pauses {
    fn waits(&self, receiver: &str, conversation: &ConversationId, now: Instant) -> bool {
        let waits = |waiter: &Waiter| self.0.get(waiter).is_some_and(|pause| pause.until > now);
        waits(&(receiver.to_owned(), None))
            || waits(&(receiver.to_owned(), Some(conversation.clone())))
    }

    fn failed(&mut self, waiter: Waiter) -> Duration {
        let before = self.0.get(&waiter).map(|pause| pause.length);
        let length = before.map_or(FIRST_PAUSE, |length| (length * 2).min(LONGEST_PAUSE));
        let until = Instant::now() + length;
        self.0.insert(waiter, Pause { until, length });
        length
    }

    fn taken(&mut self, receiver: &str, conversation: &ConversationId) {
        self.0.remove(&(receiver.to_owned(), None));
        self.0
            .remove(&(receiver.to_owned(), Some(conversation.clone())));
    }
}

/// One delivery with its row's key.
type Row = (Vec<u8>, Delivery);

/// Delivers until told to stop. A delivery that a crash interrupts is done again under the same key.
pub(crate) fn deliver(core: &Core, stopping: &AtomicBool, lane: Lane) {
    let agents = Agents::new();
    let mut pauses = Pauses::default();
    while !stopping.load(Ordering::Acquire) {
        if let Err(error) = round(core, &agents, &mut pauses, stopping, lane) {
            tracing::error!(%error, "the outbox could not be read");
        }
        std::thread::sleep(match lane {
            Lane::Urgent => URGENT_TICK,
            Lane::Usual => TICK,
        });
    }
}

fn round(
    core: &Core,
    agents: &Agents,
    pauses: &mut Pauses,
    stopping: &AtomicBool,
    lane: Lane,
) -> Result<(), StoreError> {
    let mut last = Vec::new();
    loop {
        let rows = core
            .store()
            .scan(Table::Outbox, KeyRange::all().after(&last), AT_ONCE)?;
        let Some((key, _)) = rows.last() else {
            return Ok(());
        };
        last.clone_from(key);
        let now = Instant::now();
        let mut receivers: BTreeMap<String, Vec<Row>> = BTreeMap::new();
        for (key, value) in rows {
            let delivery: Delivery = decode_record(Table::Outbox, &key, &value)?;
            let mine = delivery.urgent == (lane == Lane::Urgent);
            if mine && !pauses.waits(&delivery.url, &delivery.conversation, now) {
                let receiver = receivers.entry(delivery.url.clone()).or_default();
                receiver.push((key, delivery));
            }
        }
        let receivers: Vec<_> = receivers.into_iter().collect();
        for some in receivers.chunks(RECEIVERS_AT_ONCE) {
            let directory = core.desk();
            let outcomes = std::thread::scope(|scope| {
                let calls: Vec<_> = some
                    .iter()
                    .map(|(_, rows)| {
                        scope.spawn(|| call(core, agents, &directory.directory, rows, stopping))
                    })
                    .collect();
                let joined = calls
                    .into_iter()
                    .map(|call| call.join().unwrap_or_default());
                joined.collect::<Vec<_>>()
            });
            for ((_, rows), outcomes) in some.iter().zip(outcomes) {
                settle(core, pauses, rows, outcomes)?;
            }
        }
    }
}

/// Calls one receiver with its deliveries, in order; what it answered to the first ones, up to where it is left alone.
fn call(
    core: &Core,
    agents: &Agents,
    directory: &Directory,
    rows: &[Row],
    stopping: &AtomicBool,
) -> Vec<Option<Result<(), Refusal>>> {
    let mut outcomes = Vec::new();
    let mut refused: Vec<&ConversationId> = Vec::new();
    for (_, delivery) in rows {
        if stopping.load(Ordering::Acquire) {
            break;
        }
        // A conversation's later deliveries wait for the earlier one.
        if refused.contains(&&delivery.conversation) {
            outcomes.push(None);
            continue;
        }
        crash_point!("outbox::sending");
        let outcome = send(core, agents, directory, delivery);
        crash_point!("outbox::sent");
        let unreachable = matches!(outcome, Err(Refusal::Receiver(_)));
        if outcome.is_err() {
            refused.push(&delivery.conversation);
        }
        outcomes.push(Some(outcome));
        if unreachable {
            break;
        }
    }
    outcomes
}

fn settle(
    core: &Core,
    pauses: &mut Pauses,
    rows: &[Row],
    outcomes: Vec<Option<Result<(), Refusal>>>,
) -> Result<(), StoreError> {
    let mut batch = Batch::new();
    for ((key, delivery), outcome) in rows.iter().zip(outcomes) {
        let (waiter, reason) = match outcome {
            None => continue,
            Some(Ok(())) => {
                pauses.taken(&delivery.url, &delivery.conversation);
                batch.delete(Table::Outbox, key.clone());
                continue;
            }
            Some(Err(Refusal::Receiver(reason))) => ((delivery.url.clone(), None), reason),
            Some(Err(Refusal::Delivery(reason))) => {
                let conversation = Some(delivery.conversation.clone());
                ((delivery.url.clone(), conversation), reason)
            }
        };
        let pause = pauses.failed(waiter);
        tracing::warn!(key = %delivery.key, to = %delivery.to, %reason, ?pause, "a delivery failed; it is tried again");
    }
    if batch.operations().is_empty() {
        return Ok(());
    }
    core.store().commit(batch)?;
    crash_point!("outbox::marked");
    Ok(())
}

fn send(
    core: &Core,
    agents: &Agents,
    directory: &Directory,
    delivery: &Delivery,
) -> Result<(), Refusal> {
    let hook = directory.webhook(&delivery.url);
    let (url, private) = match hook {
        Some(hook) => (hook.url.as_str(), hook.private),
        None if delivery.url.contains("://") => (delivery.url.as_str(), false),
        None => {
            return Err(Refusal::Receiver(format!(
                "directory.toml has no webhook {:?} any more",
                delivery.url
            )));
        }
    };
    // Squashed, as Standard Webhooks has it: type and timestamp beside the data.
    let mut body = serde_json::json!({
        "type": "desk.notice",
        "timestamp": delivery.at,
        "to": delivery.to,
        "text": delivery.text,
        "conversation": delivery.conversation,
        "at": delivery.at,
        "urgent": delivery.urgent,
    });
    if let (Some(file), Some(body)) = (&delivery.attachment, body.as_object_mut()) {
        let file = serde_json::json!({"name": file.name, "type": file.kind, "base64": file.base64});
        body.insert("attachment".to_owned(), file);
    }
    let body = body.to_string();
    let attempt = core.clock().now().as_second();
    let mut request = agents
        .post(url, private)
        .map_err(Refusal::Receiver)?
        .content_type("application/json")
        .header("webhook-id", &delivery.key)
        .header("webhook-timestamp", attempt.to_string());
    if let Some(hook) = hook {
        let keys = signature::keys(&hook.secrets).map_err(Refusal::Receiver)?;
        let signed = signature::sign(&keys, &delivery.key, attempt, body.as_bytes());
        request = request.header("webhook-signature", signed);
    }
    match request.send(body.as_bytes()) {
        Ok(response) if response.status().is_success() => Ok(()),
        Ok(response) => {
            let status = response.status();
            let reason = format!("the receiver answered {status}");
            if status.is_server_error() || status.as_u16() == 429 {
                Err(Refusal::Receiver(reason))
            } else {
                Err(Refusal::Delivery(reason))
            }
        }
        Err(error) => Err(Refusal::Receiver(error.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dead_receiver_waits_longer_each_time_and_a_refused_delivery_holds_up_its_conversation_only()
     {
        let mut pauses = Pauses::default();
        let (one, two) = (ConversationId::new("con_1"), ConversationId::new("con_2"));
        let now = Instant::now();
        assert_eq!(pauses.failed(("dead".into(), None)), FIRST_PAUSE);
        assert_eq!(pauses.failed(("dead".into(), None)), FIRST_PAUSE * 2);
        for _ in 0..20 {
            assert!(pauses.failed(("dead".into(), None)) <= LONGEST_PAUSE);
        }
        assert!(pauses.waits("dead", &one, now) && pauses.waits("dead", &two, now));
        pauses.failed(("fussy".into(), Some(one.clone())));
        assert!(pauses.waits("fussy", &one, now) && !pauses.waits("fussy", &two, now));
        pauses.taken("dead", &one);
        assert!(!pauses.waits("dead", &two, now));
    }
}
