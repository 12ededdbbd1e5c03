//! The apply thread: brings what the journal holds into sled, many groups at once.
//!
//! Nobody waits for it, except a commit that finds both files of the journal full. A round is everything that is durable
//! when it begins. Wherever it ends, the journal is replayed from the last whole round on, and rows that are there already
//! are written once more (see `writer`).

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::super::StoreError;
use super::committer::Queue;
use super::reader::Reader;
use super::writer::Writer;

/// How long what is durable may wait for sled.
const PAUSE: Duration = Duration::from_millis(500);

/// Between the commit thread and the apply thread.
#[derive(Default)]
pub(super) struct Taken {
    inner: Mutex<Inner>,
    changed: Condvar,
}

#[derive(Default)]
struct Inner {
    /// Up to which group sled has everything.
    group: u64,
    /// Up to which group somebody wants it to, at once.
    wanted: u64,
    closed: bool,
    failed: bool,
}

impl Taken {
    pub(super) fn new(group: u64) -> Self {
        let taken = Self::default();
        taken.inner().group = group;
        taken
    }

    /// Asks for everything up to that group.
    pub(super) fn want(&self, group: u64) {
        let mut inner = self.inner();
        if inner.wanted < group {
            inner.wanted = group;
            drop(inner);
            self.changed.notify_all();
        }
    }

    /// Returns once sled has everything up to that group; an error where it never will.
    pub(super) fn wait(&self, group: u64) -> Result<(), StoreError> {
        self.want(group);
        let mut inner = self.inner();
        while inner.group < group {
            if inner.failed {
                return Err(StoreError::Stopped {
                    why: "what is durable can't be brought into sled".to_owned(),
                });
            }
            inner = self
                .changed
                .wait(inner)
                .unwrap_or_else(PoisonError::into_inner);
        }
        Ok(())
    }

    /// Lets the apply thread end once sled has everything.
    pub(super) fn close(&self) {
        self.inner().closed = true;
        self.changed.notify_all();
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The work of the apply thread.
pub(super) struct Applier {
    pub(super) taken: Arc<Taken>,
    pub(super) queue: Arc<Queue>,
    pub(super) reader: Arc<Reader>,
    pub(super) writer: Writer,
}

impl Applier {
    /// Runs until it is closed and sled has everything, or can't take it.
    pub(super) fn run(mut self) {
        loop {
            let is_last = {
                let mut inner = self.taken.inner();
                if inner.wanted <= inner.group && !inner.closed {
                    inner = self
                        .taken
                        .changed
                        .wait_timeout(inner, PAUSE)
                        .unwrap_or_else(PoisonError::into_inner)
                        .0;
                }
                inner.closed
            };
            let result = self.round();
            let mut inner = self.taken.inner();
            match result {
                Ok(group) => inner.group = inner.group.max(group),
                Err(_) => inner.failed = true,
            }
            let ends = is_last || inner.failed;
            drop(inner);
            self.taken.changed.notify_all();
            if ends {
                return;
            }
        }
    }

    /// Everything that is durable now.
    fn round(&mut self) -> Result<u64, StoreError> {
        self.queue.alive()?;
        let share = self.reader.shared().share();
        let group = share.group;
        if group > self.writer.state.sum.group {
            let taken = catch_unwind(AssertUnwindSafe(|| self.writer.take_over(share)));
            let taken = taken.unwrap_or_else(|_| {
                Err(StoreError::Stopped {
                    why: "the apply thread panicked".to_owned(),
                })
            });
            if let Err(error) = taken {
                let why = match error {
                    StoreError::Stopped { why } => why,
                    other => other.to_string(),
                };
                self.queue.stop(&why);
                return Err(StoreError::Stopped { why });
            }
        }
        Ok(self.writer.state.sum.group)
    }
}
