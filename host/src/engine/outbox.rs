//! Deliveries leave at least once, in order for each conversation, with growing pauses, until the receiver took them.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::commit::Delivery;
use super::core::Core;
use crate::model::ConversationId;
use crate::store::{Batch, KeyRange, StoreError, Table, decode_record};

/// How often the outbox is looked at.
const TICK: Duration = Duration::from_millis(500);
/// How many deliveries are looked at in one round.
const AT_ONCE: usize = 256;
/// How long a receiver may take.
const TIMEOUT: Duration = Duration::from_secs(10);
/// The pause after the first failed attempt; it doubles with each.
const FIRST_PAUSE: Duration = Duration::from_secs(2);
/// It doesn't grow beyond this.
const LONGEST_PAUSE: Duration = Duration::from_secs(600);

/// A conversation whose delivery failed.
struct Waiting {
    until: Instant,
    pause: Duration,
}

/// Delivers until told to stop. A delivery that a crash interrupts is done again under the same key.
pub(crate) fn deliver(core: &Core, stopping: &AtomicBool) {
    let config = ureq::Agent::config_builder()
        .timeout_global(Some(TIMEOUT))
        .max_redirects(0)
        .build();
    let agent = ureq::Agent::from(config);
    let mut waiting = HashMap::new();
    while !stopping.load(Ordering::Acquire) {
        if let Err(error) = round(core, &agent, &mut waiting, stopping) {
            tracing::error!(%error, "the outbox could not be read");
        }
        std::thread::sleep(TICK);
    }
}

fn round(
    core: &Core,
    agent: &ureq::Agent,
    waiting: &mut HashMap<ConversationId, Waiting>,
    stopping: &AtomicBool,
) -> Result<(), StoreError> {
    let now = Instant::now();
    let mut last = Vec::new();
    loop {
        let rows = core
            .store()
            .scan(Table::Outbox, KeyRange::all().after(&last), AT_ONCE)?;
        let Some((key, _)) = rows.last() else {
            return Ok(());
        };
        last.clone_from(key);
        for (key, value) in rows {
            if stopping.load(Ordering::Acquire) {
                return Ok(());
            }
            let delivery: Delivery = decode_record(Table::Outbox, &key, &value)?;
            // A conversation's later deliveries wait for the earlier one.
            if waiting
                .get(&delivery.conversation)
                .is_some_and(|waiting| waiting.until > now)
            {
                continue;
            }
            match send(agent, &delivery) {
                Ok(()) => {
                    waiting.remove(&delivery.conversation);
                    let mut batch = Batch::new();
                    batch.delete(Table::Outbox, key);
                    core.store().commit(batch)?;
                }
                Err(reason) => {
                    let before = waiting
                        .get(&delivery.conversation)
                        .map(|waiting| waiting.pause);
                    let pause = before.map_or(FIRST_PAUSE, |pause| (pause * 2).min(LONGEST_PAUSE));
                    tracing::warn!(key = %delivery.key, to = %delivery.to, %reason, ?pause, "a delivery failed; it is tried again");
                    waiting.insert(
                        delivery.conversation,
                        Waiting {
                            until: Instant::now() + pause,
                            pause,
                        },
                    );
                }
            }
        }
    }
}

fn send(agent: &ureq::Agent, delivery: &Delivery) -> Result<(), String> {
    let mut body = serde_json::json!({
        "to": delivery.to,
        "text": delivery.text,
        "conversation": delivery.conversation,
        "at": delivery.at,
    });
    if let (Some(file), Some(body)) = (&delivery.attachment, body.as_object_mut()) {
        let file = serde_json::json!({"name": file.name, "type": file.kind, "base64": file.base64});
        body.insert("attachment".to_owned(), file);
    }
    let request = agent
        .post(&delivery.url)
        .header("webhook-id", &delivery.key);
    match request.send_json(body) {
        Ok(response) if response.status().is_success() => Ok(()),
        Ok(response) => Err(format!("the receiver answered {}", response.status())),
        Err(error) => Err(error.to_string()),
    }
}
