//! sled behind a durability barrier of our own.
//!
//! A commit is one record in a `journal` of our own and its `fdatasync`, for all that wait at once (`committer`); only then
//! is anybody told, and readers see it (`pending`). sled takes the rows over afterwards, many groups at once
//! (`applier`): a batch of sled's costs three writes that each wait for the disk and some thirty wake-ups of its threads, whether
//! it has ten rows or a thousand. sled 0.34's `flush` ends before the drive's cache is flushed, so it is followed by
//! `fdatasync` of sled's file before the journal forgets anything, and what sled takes for a durable write is made one
//! (`sync_range`).
//! Every row carries a checksum (`record`), values are packed by what they have in common (`packing`), long ones are cut
//! up and very long ones are files of their own (`large`), because sled never syncs pages above 128 KiB. The store knows what all its rows add up to and how far
//! it had come (`state`), because sled opens a damaged log as if it merely ended earlier.
//!
//! A data directory: `LOCK` (the process that has it), `JOURNAL-0` and `JOURNAL-1` (the newest groups), `sled/` (sled's
//! own), `large/` (values above 60 KiB, by their SHA-256), `MARK` (the last group), `RESERVE` (space to be able to open on a full disk).
//!
//! Deleted values stay readable in sled's file until sled rewrites that part of it.

mod applier;
mod committer;
mod disk;
mod journal;
mod large;
mod lock;
mod open;
mod packing;
mod pending;
mod reader;
mod record;
mod state;
#[cfg(target_os = "linux")]
mod sync_range;
mod writer;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

pub use disk::{Disk, RealDisk};
pub use lock::holder_of;
pub use open::Verification;

use self::applier::Taken;
use self::committer::{Preflight, Queue, Waiting, held, let_go};
use self::large::LargeError;
use self::lock::DirectoryLock;
use self::packing::Kept;
use self::reader::Reader;
use self::record::{CHUNKED_BYTES, LargeRef, place, place_dictionary};
use self::writer::{Change, Content};
use super::{Batch, Done, KeyRange, Row, Store, StoreError, StoreStats, Table};

/// Told why the store stopped.
pub type OnStop = Arc<dyn Fn(&str) + Send + Sync>;

/// How a [`SledStore`] is opened.
#[derive(Clone)]
pub struct SledOptions {
    /// Bytes of pages that sled keeps in memory.
    pub cache_bytes: u64,
    /// Commits are refused while fewer bytes than this, and the batch itself, are free on the disk.
    pub low_space_bytes: u64,
    /// Size of the file that reserves space for opening on a full disk; 0 for none.
    pub reserve_bytes: u64,
    /// Batches that may wait for their barrier.
    pub queue_batches: usize,
    /// Bytes of batches that may wait for their barrier.
    pub queue_bytes: usize,
    /// How long a submitter waits for room in the queue before [`StoreError::Busy`].
    pub patience: Duration,
    /// Stores whose sled file has at most so many bytes are verified whole when they are opened.
    pub verify_below_bytes: u64,
    /// After so many values of a table that are worth packing it is looked at what they have in common, and again when
    /// they have changed; 0: never.
    pub dictionary_after: u32,
    /// What of a value may still be kept when the value itself is deleted: only that gets into a dictionary.
    pub lasting: fn(&[u8]) -> Vec<u8>,
    /// Opens a store although acknowledged commits are missing from it or its rows do not add up, and takes what is
    /// there as the new truth. For repair, after a copy was made.
    pub accept_loss: bool,
    /// Called once, on the thread that noticed, when a write or sync has failed: the process should end, and recover from
    /// what is on disk when it starts again. A failed sync must never be tried again.
    pub on_stop: Option<OnStop>,
    /// The disk, to be replaced in tests.
    pub disk: Arc<dyn Disk>,
}

impl Default for SledOptions {
    fn default() -> Self {
        Self {
            cache_bytes: 8 * 1024 * 1024,
            low_space_bytes: 64 * 1024 * 1024,
            reserve_bytes: 16 * 1024 * 1024,
            queue_batches: 1024,
            queue_bytes: 32 * 1024 * 1024,
            patience: Duration::from_secs(5),
            verify_below_bytes: 8 * 1024 * 1024,
            dictionary_after: 256,
            lasting: |_| Vec::new(),
            accept_loss: false,
            on_stop: None,
            disk: Arc::new(RealDisk),
        }
    }
}

/// The default store: one directory, one process, sled with our own barrier.
///
/// Dropping it writes what waits, ends the commit thread and gives the directory free.
pub struct SledStore {
    reader: Arc<Reader>,
    queue: Arc<Queue>,
    disk: Arc<dyn Disk>,
    preflight: Preflight,
    taken: Arc<Taken>,
    thread: Option<JoinHandle<()>>,
    lock: Option<DirectoryLock>,
}

impl SledStore {
    /// Opens the store in `dir`, creating it where there is none.
    ///
    /// # Errors
    /// [`StoreError::InUse`], [`StoreError::Damaged`], [`StoreError::NewerFormat`], [`StoreError::Full`] and
    /// [`StoreError::Io`].
    pub fn open(dir: impl AsRef<Path>) -> Result<Self, StoreError> {
        Self::open_with(dir, SledOptions::default())
    }

    /// The same with options.
    ///
    /// # Errors
    /// As for [`SledStore::open`].
    pub fn open_with(dir: impl AsRef<Path>, options: SledOptions) -> Result<Self, StoreError> {
        open::open(dir.as_ref(), &options)
    }

    /// The data directory.
    pub fn dir(&self) -> &Path {
        &self.reader.dir
    }

    /// Reads every row with its checksum and compares their sum with what it should be. What is committed meanwhile isn't
    /// among them.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] where sled itself cannot go on; damaged rows are in the result.
    pub fn verify(&self) -> Result<Verification, StoreError> {
        let group = self.reader.shared().group();
        self.taken.wait(group)?;
        open::verify(&self.reader)
    }

    /// Turns a batch into changes, its large values already in their files.
    fn prepare(&self, batch: Batch) -> Result<Vec<Change>, StoreError> {
        self.queue.alive()?;
        batch.check()?;
        let bytes = batch.bytes();
        let mut changes = Vec::with_capacity(batch.len());
        let mut held = Vec::new();
        for operation in batch.into_operations() {
            let dictionaries = &self.reader.dictionaries;
            let content = match operation.value {
                None => Content::Nothing,
                Some(value) if value.len() <= CHUNKED_BYTES => {
                    Content::Value(dictionaries.keep(operation.table.number(), value))
                }
                Some(value) => match self.hold(&value, bytes) {
                    Ok(large) => {
                        held.push(large);
                        Content::Large(large)
                    }
                    Err(error) => {
                        let_go(&self.reader, &held, true);
                        return Err(error);
                    }
                },
            };
            changes.push(Change {
                placed: place(operation.table, &operation.key),
                content: Arc::new(content),
            });
        }
        Ok(changes)
    }

    /// Writes the dictionaries that were found; values are packed with them once they are durable.
    fn write_dictionaries(&self) {
        while let Some(found) = self.reader.dictionaries.take_found() {
            let value = found.value();
            let bytes = value.len();
            let change = Change {
                placed: place_dictionary(found.number),
                content: Arc::new(Content::Value(Kept::plain(value.clone()))),
            };
            let reader = Arc::clone(&self.reader);
            let done = move |result: Result<(), StoreError>| match result {
                Ok(()) => {
                    let _ = reader.dictionaries.add(found.number, &value);
                }
                Err(_) => reader.dictionaries.give_up(&found),
            };
            let waiting = Waiting {
                changes: vec![change],
                bytes,
                company: 0,
                done: Box::new(done),
            };
            if let Err((waiting, error)) = self.queue.push(waiting) {
                (waiting.done)(Err(error));
            }
        }
    }

    fn hold(&self, value: &[u8], batch_bytes: usize) -> Result<LargeRef, StoreError> {
        (self.preflight)(batch_bytes)?;
        self.reader
            .large
            .hold(self.disk.as_ref(), value)
            .map_err(|error| match error {
                LargeError::Write(error) => StoreError::io(
                    format!(
                        "write a large value to {}",
                        self.reader.large.dir().display()
                    ),
                    &error,
                ),
                LargeError::Sync(error) => {
                    let why = error.to_string();
                    self.queue.stop(&why);
                    StoreError::Stopped { why }
                }
            })
    }
}

impl Store for SledStore {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.queue.alive()?;
        self.reader.get(table, key)
    }

    fn scan(
        &self,
        table: Table,
        range: KeyRange<'_>,
        limit: usize,
    ) -> Result<Vec<Row>, StoreError> {
        self.queue.alive()?;
        self.reader.scan(table, range, limit)
    }

    fn commit(&self, batch: Batch) -> Result<(), StoreError> {
        if self.queue.is_commit_thread() {
            return Err(StoreError::Busy);
        }
        let (sender, receiver) = std::sync::mpsc::sync_channel(1);
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

    fn submit(&self, batch: Batch, done: Done) {
        let (bytes, company) = (batch.bytes(), batch.company());
        let changes = match self.prepare(batch) {
            Ok(changes) => changes,
            Err(error) => return done(Err(error)),
        };
        if let Err((waiting, error)) = self.queue.push(Waiting {
            changes,
            bytes,
            company,
            done,
        }) {
            let_go(&self.reader, &held(&waiting.changes), true);
            (waiting.done)(Err(error));
        }
        self.write_dictionaries();
    }

    fn stats(&self) -> StoreStats {
        StoreStats {
            disk_bytes: self.reader.disk_bytes(),
            free_bytes: self.disk.free_bytes(&self.reader.dir).unwrap_or(0),
            ..self.queue.stats()
        }
    }
}

impl Drop for SledStore {
    fn drop(&mut self) {
        self.queue.close();
        // A `done` may own the last reference to the store: the thread then ends by itself.
        if let Some(thread) = self.thread.take()
            && !self.queue.is_commit_thread()
        {
            let _ = thread.join();
        }
        drop(self.lock.take());
    }
}

impl std::fmt::Debug for SledStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SledStore")
            .field("dir", &self.reader.dir)
            .finish_non_exhaustive()
    }
}

/// Where things are in a data directory.
struct Paths {
    dir: PathBuf,
}

impl Paths {
    fn sled(&self) -> PathBuf {
        self.dir.join("sled")
    }

    fn data(&self) -> PathBuf {
        self.sled().join("db")
    }

    fn blobs(&self) -> PathBuf {
        self.sled().join("blobs")
    }

    fn large(&self) -> PathBuf {
        self.dir.join("large")
    }

    fn mark(&self) -> PathBuf {
        self.dir.join("MARK")
    }

    fn reserve(&self) -> PathBuf {
        self.dir.join("RESERVE")
    }
}
