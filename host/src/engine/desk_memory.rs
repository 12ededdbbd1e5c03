//! Desk-wide memory between runs: what one run read of it must still hold when it becomes durable.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::core::Core;
use super::keys;
use super::run::{Finished, reads_of};
use crate::store::Table;

/// Desk-wide memory that was written but isn't durable yet, and how many batches still hold it.
pub(crate) type Unsettled = HashMap<Vec<u8>, (Option<Vec<u8>>, usize)>;

/// Holds what a run wrote to desk-wide memory until it is durable.
pub(crate) struct DeskMemory {
    unsettled: Arc<Mutex<Unsettled>>,
    keys: Vec<Vec<u8>>,
}

impl Drop for DeskMemory {
    fn drop(&mut self) {
        let mut unsettled = self
            .unsettled
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        for key in &self.keys {
            if let Some((_, holders)) = unsettled.get_mut(key) {
                *holders -= 1;
                if *holders == 0 {
                    unsettled.remove(key);
                }
            }
        }
    }
}

impl Core {
    /// Checks that what the run read of desk-wide memory still holds, and shows what it wrote to the runs after it.
    #[allow(
        clippy::option_option,
        reason = "none: a conflict; some(none): nothing to hold"
    )]
    pub(crate) fn settle_desk_memory(&self, finished: &Finished) -> Option<Option<DeskMemory>> {
        if !touches_desk(finished) {
            return Some(None);
        }
        let reads = reads_of(&finished.desk_reads);
        let writes: Vec<_> = finished
            .kv
            .iter()
            .filter(|(key, _)| keys::is_desk_wide(key))
            .collect();
        let mut unsettled = self
            .unsettled
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        for (key, value) in &reads {
            let now = match unsettled.get(key) {
                Some((value, _)) => value.clone(),
                None => self.store.get(Table::KeyValue, key).ok()?,
            };
            if now != *value {
                return None;
            }
        }
        let mut held = Vec::with_capacity(writes.len());
        for (key, value) in writes {
            let entry = unsettled.entry(key.clone()).or_insert_with(|| (None, 0));
            entry.0.clone_from(value);
            entry.1 += 1;
            held.push(key.clone());
        }
        drop(unsettled);
        Some(Some(DeskMemory {
            unsettled: Arc::clone(&self.unsettled),
            keys: held,
        }))
    }
}

/// Whether a run read or wrote desk-wide memory.
pub(crate) fn touches_desk(finished: &Finished) -> bool {
    !reads_of(&finished.desk_reads).is_empty()
        || finished.kv.keys().any(|key| keys::is_desk_wide(key))
}
