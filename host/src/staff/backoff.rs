//! How often somebody may try to sign in: longer and longer pauses, by account, by address and by known device.
//!
//! Whoever guesses at an account makes everybody wait who comes from an unknown device. Its owner, who signed in before,
//! comes with a device that the account knows and has a count of its own; and a session that is there goes on whatever
//! happens here. So guessing shuts nobody out.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

/// The longest pause.
const LONGEST: SignedDuration = SignedDuration::from_mins(15);
/// Without a try for so long everything is forgotten.
const FORGOTTEN: SignedDuration = SignedDuration::from_hours(1);
/// The most that are remembered.
const MOST: usize = 20_000;

/// What tries are counted by.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Trier {
    /// A name, tried from devices that it isn't known by.
    Account(String),
    /// A device that an account is known by.
    Device(String),
    /// Where tries come from.
    Address(IpAddr),
}

impl Trier {
    /// How many tries are free.
    fn free(&self) -> u32 {
        match self {
            Self::Account(_) | Self::Device(_) => 5,
            // A whole office may stand behind one address.
            Self::Address(_) => 30,
        }
    }
}

#[derive(Clone, Copy)]
pub(super) struct Tries {
    count: u32,
    last: Timestamp,
    until: Timestamp,
}

/// Counts tries; in memory, bounded.
#[derive(Default)]
pub struct Backoff(pub(super) Mutex<HashMap<Option<Trier>, Tries>>);

impl Backoff {
    /// Counts a try before it is looked at, so that many at once count as many; else says how long to wait.
    ///
    /// # Errors
    /// How long until another try is taken.
    pub fn try_as(&self, triers: &[Trier], now: Timestamp) -> Result<(), SignedDuration> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() + triers.len() > MOST {
            known.retain(|_, tries| now.duration_since(tries.last) < FORGOTTEN);
        }
        let full = known.len() + triers.len() > MOST;
        let keys: Vec<(Option<Trier>, u32)> = triers
            .iter()
            .map(|trier| {
                let key = Some(trier.clone());
                // Newcomers share one count where there are too many: memory stays bounded.
                let key = key.filter(|_| !full || known.contains_key(&Some(trier.clone())));
                (key, trier.free())
            })
            .collect();
        let waits = keys.iter().filter_map(|(key, _)| {
            let wait = known.get(key)?.until.duration_since(now);
            wait.is_positive().then_some(wait)
        });
        if let Some(wait) = waits.max() {
            return Err(wait);
        }
        for (key, free) in keys {
            let tries = known.entry(key).or_insert(Tries {
                count: 0,
                last: now,
                until: now,
            });
            if now.duration_since(tries.last) >= FORGOTTEN {
                tries.count = 0;
            }
            tries.count = tries.count.saturating_add(1);
            tries.last = now;
            let over = tries.count.saturating_sub(free);
            if over > 0 {
                let pause = SignedDuration::from_secs(1_i64 << over.min(10)).min(LONGEST);
                tries.until = now.checked_add(pause).unwrap_or(now);
            }
        }
        Ok(())
    }

    /// The try was good: the account or device begins anew, the address gets one try back.
    pub fn succeeded(&self, triers: &[Trier]) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for trier in triers {
            let key = Some(trier.clone());
            if let Trier::Address(_) = trier {
                if let Some(tries) = known.get_mut(&key) {
                    tries.count = tries.count.saturating_sub(1);
                    tries.until = tries.last;
                }
            } else {
                known.remove(&key);
            }
        }
    }
}
