//! The store: everything that the desk keeps, in one ordered key space.
//!
//! This room keeps bytes. It knows nothing of accounts, runs or tickets beyond the names of their tables, and it
//! never looks at a clock.
//!
//! - `table`, `batch`, `range`, `error`, `json`: the words of the [`Store`] trait.
//! - `memory`: [`MemoryStore`], for virtual time; crashes on command.
//! - `durable`: [`SledStore`], the default: sled behind a durability barrier of our own.
//! - `conformance` (tests): what every store must do, and a random walk beside a model.
//!
//! Invariants that every store keeps:
//! 1. A batch is durable as a whole or not at all, over all tables.
//! 2. A commit that returned `Ok` survives the end of the process at any later moment, and for [`SledStore`] the loss
//!    of power on a disk that honours a flush.
//! 3. Batches become durable in the order in which they were submitted.
//! 4. A value that is served is byte for byte one that was committed under that key, or an error is returned.
//! 5. After the first failed write or sync nothing more is acknowledged.

mod batch;
mod durable;
mod error;
mod json;
mod memory;
mod pages;
mod range;
mod table;

#[cfg(test)]
mod conformance;

use std::sync::{Arc, mpsc};
use std::time::Duration;

pub use batch::{Batch, Operation};
pub use durable::{Disk, OnStop, RealDisk, SledOptions, SledStore, Verification, holder_of};
pub use error::StoreError;
pub use json::{decode, decode_record, encode, get_json, try_encode};
pub use memory::{CrashPoint, MemoryStore};
pub use pages::for_each_row;
pub use range::KeyRange;
pub use table::Table;

/// The longest key, in bytes, without the table.
pub const MAX_KEY_BYTES: usize = 512;

/// The most bytes of keys and values in one batch. Room for the largest plugin component that a desk may push.
pub const MAX_BATCH_BYTES: usize = 64 * 1024 * 1024;

/// Told how a submitted batch ended.
pub type Done = Box<dyn FnOnce(Result<(), StoreError>) + Send>;

/// A key with its value, as a scan returns them.
pub type Row = (Vec<u8>, Vec<u8>);

/// Where everything is kept. All calls may come from any thread and block that thread.
pub trait Store: Send + Sync + 'static {
    /// The value of a key.
    ///
    /// A batch that was submitted and is not yet durable may or may not be visible, but always as a whole.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] where the value is damaged; [`StoreError::Stopped`].
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError>;

    /// The rows of one table in `range`, in key order (or the reverse), at most `limit`.
    ///
    /// One call sees every batch as a whole. Commits may wait for it: page through long ranges with
    /// [`KeyRange::after`] and a limit of some thousands.
    ///
    /// # Errors
    /// As for [`Store::get`]; the whole scan fails at the first damaged row.
    fn scan(&self, table: Table, range: KeyRange<'_>, limit: usize)
    -> Result<Vec<Row>, StoreError>;

    /// Applies a batch and makes it durable; returns when the barrier has passed.
    ///
    /// Not to be called from a `done` of [`Store::submit`], which would wait for itself: refused as [`StoreError::Busy`].
    ///
    /// # Errors
    /// What the batch is refused for ([`Batch::check`], [`StoreError::Busy`], [`StoreError::Full`]): nothing of it was
    /// written. [`StoreError::Stopped`]: whether it is on disk is known only after a restart.
    fn commit(&self, batch: Batch) -> Result<(), StoreError> {
        let (sender, receiver) = mpsc::sync_channel(1);
        self.submit(
            batch,
            Box::new(move |result| {
                let _ = sender.send(result);
            }),
        );
        receiver.recv().unwrap_or_else(|_| {
            Err(StoreError::Stopped {
                why: "the commit thread is gone".to_owned(),
            })
        })
    }

    /// The same without waiting: `done` is called exactly once, after the barrier or with the error.
    ///
    /// Batches become durable in the order submitted, and each `done` is called in that order, on the commit thread:
    /// keep it short and never block in it (submitting from it is fine). A refusal, and every outcome of a
    /// [`MemoryStore`], is told on the caller's thread before `submit` returns; so hold no lock that `done` takes.
    ///
    /// The queue is bounded: beyond it `submit` waits for room, then refuses with [`StoreError::Busy`].
    fn submit(&self, batch: Batch, done: Done);

    /// Figures about the work done and the space used.
    fn stats(&self) -> StoreStats;
}

impl<S: Store + ?Sized> Store for Arc<S> {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        (**self).get(table, key)
    }

    fn scan(
        &self,
        table: Table,
        range: KeyRange<'_>,
        limit: usize,
    ) -> Result<Vec<Row>, StoreError> {
        (**self).scan(table, range, limit)
    }

    fn commit(&self, batch: Batch) -> Result<(), StoreError> {
        (**self).commit(batch)
    }

    fn submit(&self, batch: Batch, done: Done) {
        (**self).submit(batch, done);
    }

    fn stats(&self) -> StoreStats {
        (**self).stats()
    }
}

/// Figures about a store, since it was opened where they count something.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct StoreStats {
    /// Barriers passed: writes to the disk that were waited for. One serves a whole group of commits.
    pub barriers: u64,
    /// Batches made durable.
    pub batches: u64,
    /// Operations in them.
    pub operations: u64,
    /// Bytes of their keys and values.
    pub bytes: u64,
    /// Batches refused for want of space.
    pub refused_full: u64,
    /// Batches refused because too many were waiting.
    pub refused_busy: u64,
    /// Batches waiting now.
    pub waiting: u64,
    /// Bytes that the store takes on disk (in memory, for [`MemoryStore`]).
    pub disk_bytes: u64,
    /// Bytes free on its file system; 0 where that is unknown or meaningless.
    pub free_bytes: u64,
    /// How long the slowest group took, from taking it up to the end of its barrier.
    pub slowest_group: Duration,
    /// How long the group being written now has taken. Longer than 30 s: restart the process.
    pub current_group: Option<Duration>,
    /// Why the store has stopped, where it has.
    pub stopped: Option<String>,
}
