//! After an outage: everybody who wrote and got no answer meanwhile hears once what happened (R47, R48).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::engine::commit::put_due;
use crate::engine::core::Core;
use crate::engine::intake::{Due, Records};
use crate::engine::keys;
use crate::engine::request::EngineError;
use crate::store::{Batch, KeyRange, Table, decode_record, get_json};

/// The name of the row in the timer table.
const RECOVERED: &str = "\u{1}recovered";
/// Outages looked at for a message that came late.
const REMEMBERED: usize = 64;

/// When the host was last known to be alive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Alive {
    at: Timestamp,
}

/// A time in which the host was down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outage {
    /// The last sign of life before it.
    pub began_at: Timestamp,
    /// The first one after it.
    pub ended_at: Timestamp,
}

impl Core {
    /// Leaves a durable sign of life.
    ///
    /// # Errors
    /// Where the store refuses.
    pub fn note_alive(&self) -> Result<(), EngineError> {
        let mut batch = Batch::new();
        let at = self.clock.now();
        batch.put_json(Table::Meta, keys::alive(), &Alive { at });
        Ok(self.store.commit(batch)?)
    }

    /// To be called once at the start, before anything else: finds out whether the host was down, and sees to it that
    /// every customer who was left without an answer hears of it. One batch: however often the start is tried again,
    /// each outage is dealt with once.
    ///
    /// # Errors
    /// Where the store refuses.
    pub fn recover(&self) -> Result<Option<Outage>, EngineError> {
        let now = self.clock.now();
        let (settings, store) = (self.desk().settings.floor.clone(), self.store.as_ref());
        let alive: Option<Alive> = get_json(store, Table::Meta, &keys::alive())?;
        let newest_run = store.scan(Table::RunByTime, KeyRange::all().reverse(), 1)?;
        let newest_run = newest_run.first().and_then(|(key, _)| keys::due_of(key));
        let last = alive.map(|alive| alive.at).max(newest_run);
        let outage = last
            .filter(|last| now.duration_since(*last) > settings.outage_after)
            .map(|last| Outage {
                began_at: last,
                ended_at: now,
            });
        let mut batch = Batch::new();
        batch.put_json(Table::Meta, keys::alive(), &Alive { at: now });
        let mut board = self.floor.hold(store)?;
        // Nobody could give a sign of life meanwhile.
        let agents: Vec<_> = board.presence.values().cloned().collect();
        for mut presence in agents
            .into_iter()
            .filter(|agent| agent.expires_at.is_some())
        {
            presence.expires_at = now.checked_add(settings.heartbeat).ok();
            board.be(presence);
        }
        if let Some(outage) = outage {
            batch.put_json(Table::Meta, keys::outage(outage.began_at), &outage);
            for (id, place) in &board.places {
                let Ok(state) = Records(store).conversation(id) else {
                    continue;
                };
                let care = &state.care;
                if care.owed_since.is_some() || care.unheard_since.is_some() {
                    // Its place in the table is before everything that came due in the meantime.
                    put_due(
                        &mut batch,
                        &place.account,
                        id,
                        outage.began_at,
                        RECOVERED,
                        Due::Recovered {
                            began_at: outage.began_at,
                            ended_at: outage.ended_at,
                        },
                    );
                }
            }
        }
        board.write(&mut batch, now);
        let flight = board.take_off();
        let result = store.commit(batch);
        flight.land(result.is_ok());
        result?;
        crash_point!("engine::recovered");
        Ok(outage)
    }

    /// The outage in which something was sent.
    pub(crate) fn outage_around(&self, sent_at: Timestamp) -> Result<Option<Outage>, EngineError> {
        let prefix = keys::outages();
        let rows = self
            .store
            .scan(Table::Meta, KeyRange::prefix(&prefix).reverse(), REMEMBERED)?;
        for (key, value) in rows {
            let outage: Outage = decode_record(Table::Meta, &key, &value)?;
            if outage.began_at <= sent_at && sent_at < outage.ended_at {
                return Ok(Some(outage));
            }
        }
        Ok(None)
    }
}
