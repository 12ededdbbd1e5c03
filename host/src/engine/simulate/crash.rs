//! A store whose process can die in the middle of a commit.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use crate::store::{Batch, Done, KeyRange, Row, Store, StoreError, StoreStats, Table};

/// Dies at the next commit once it is armed: every other time before the batch is durable, else after, before anybody
/// hears of it. Everything fails then until [`Crashing::restart`].
pub(super) struct Crashing {
    store: Arc<dyn Store>,
    armed: AtomicBool,
    dead: AtomicBool,
    crashes: AtomicU32,
}

impl Crashing {
    pub(super) fn new(store: Arc<dyn Store>) -> Self {
        Self {
            store,
            armed: AtomicBool::new(false),
            dead: AtomicBool::new(false),
            crashes: AtomicU32::new(0),
        }
    }

    pub(super) fn arm(&self) {
        self.armed.store(true, Ordering::Release);
    }

    pub(super) fn restart(&self) {
        self.dead.store(false, Ordering::Release);
    }

    fn alive(&self) -> Result<(), StoreError> {
        if self.dead.load(Ordering::Acquire) {
            Err(StoreError::Crashed)
        } else {
            Ok(())
        }
    }
}

impl Store for Crashing {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.alive()?;
        self.store.get(table, key)
    }

    fn scan(
        &self,
        table: Table,
        range: KeyRange<'_>,
        limit: usize,
    ) -> Result<Vec<Row>, StoreError> {
        self.alive()?;
        self.store.scan(table, range, limit)
    }

    fn submit(&self, batch: Batch, done: Done) {
        if let Err(error) = self.alive() {
            return done(Err(error));
        }
        if !self.armed.swap(false, Ordering::AcqRel) {
            return self.store.submit(batch, done);
        }
        let durable = self.crashes.fetch_add(1, Ordering::AcqRel) % 2 == 1;
        if durable && let Err(error) = self.store.commit(batch) {
            return done(Err(error));
        }
        self.dead.store(true, Ordering::Release);
        done(Err(StoreError::Crashed));
    }

    fn stats(&self) -> StoreStats {
        self.store.stats()
    }
}
