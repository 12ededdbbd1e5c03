//! The commit thread: everything that waits becomes one group, one group is one barrier.
//!
//! A group is what has gathered while the barrier before it ran, so one commit alone waits for nobody and many share.
//! Only where every batch of it says that others follow at once ([`crate::store::Batch::expect_company`]) does it wait
//! for them, [`FOR_COMPANY`] at most: a barrier takes processor time as well, and that is what they wait for.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::{JoinHandle, ThreadId};
use std::time::{Duration, Instant};

use super::super::{Done, StoreError, StoreStats};
use super::applier::Taken;
use super::disk::Disk;
use super::journal::Journal;
use super::reader::Reader;
use super::record::LargeRef;
use super::state::Mark;
use super::writer::{Change, Content};

/// The most bytes in one group; a single batch may be larger.
const GROUP_BYTES: usize = 4 * 1024 * 1024;

/// How long a group waits for the company that it expects.
const FOR_COMPANY: Duration = Duration::from_millis(5);
/// A group of so many waits for no more.
const COMPANY: usize = 16;

/// What is told when the store stops for good.
pub(super) type OnStop = Arc<dyn Fn(&str) + Send + Sync>;

/// A batch that waits.
pub(super) struct Waiting {
    pub(super) changes: Vec<Change>,
    pub(super) bytes: usize,
    /// How many are likely to follow at once.
    pub(super) company: usize,
    pub(super) done: Done,
}

/// The large files that changes hold.
pub(super) fn held(changes: &[Change]) -> Vec<LargeRef> {
    let large = |change: &Change| match *change.content {
        Content::Large(large) => Some(large),
        Content::Nothing | Content::Value(_) => None,
    };
    changes.iter().filter_map(large).collect()
}

/// How much may wait, and how long for room.
#[derive(Debug, Clone, Copy)]
pub(super) struct QueueLimits {
    pub(super) batches: usize,
    pub(super) bytes: usize,
    pub(super) patience: Duration,
}

/// Between the callers and the commit thread.
pub(super) struct Queue {
    limits: QueueLimits,
    inner: Mutex<Inner>,
    arrived: Condvar,
    left: Condvar,
    stopped: OnceLock<String>,
    on_stop: Option<OnStop>,
    thread: OnceLock<ThreadId>,
}

#[derive(Default)]
struct Inner {
    waiting: VecDeque<Waiting>,
    bytes: usize,
    /// The commit thread waits until there are so many; none: it doesn't, or for any.
    gathers: Option<usize>,
    closed: bool,
    group_since: Option<Instant>,
    stats: StoreStats,
}

impl Inner {
    /// Whether the commit thread has nothing more to wait for.
    fn is_enough(&self) -> bool {
        let enough = self
            .gathers
            .is_none_or(|enough| self.waiting.len() >= enough);
        enough || self.bytes >= GROUP_BYTES || self.closed
    }
}

impl Queue {
    pub(super) fn new(limits: QueueLimits, on_stop: Option<OnStop>) -> Self {
        Self {
            limits,
            inner: Mutex::default(),
            arrived: Condvar::new(),
            left: Condvar::new(),
            stopped: OnceLock::new(),
            on_stop,
            thread: OnceLock::new(),
        }
    }

    /// Fails once the store has stopped.
    pub(super) fn alive(&self) -> Result<(), StoreError> {
        match self.stopped.get() {
            Some(why) => Err(StoreError::Stopped { why: why.clone() }),
            None => Ok(()),
        }
    }

    /// Stops the store for good; only the first reason counts.
    pub(super) fn stop(&self, why: &str) {
        if self.stopped.set(why.to_owned()).is_err() {
            return;
        }
        tracing::error!(why, "the store has stopped");
        // Under the lock, so that nobody goes to sleep between looking and waiting.
        drop(self.inner());
        self.left.notify_all();
        if let Some(on_stop) = &self.on_stop {
            on_stop(why);
        }
    }

    /// Whether the caller is the commit thread, in a `done`.
    pub(super) fn is_commit_thread(&self) -> bool {
        self.thread.get() == Some(&std::thread::current().id())
    }

    /// Queues a batch, or gives it back with the reason.
    pub(super) fn push(&self, waiting: Waiting) -> Result<(), (Waiting, StoreError)> {
        let since = Instant::now();
        let mut inner = self.inner();
        // The commit thread is the one that makes room: it never waits for it.
        while !self.is_commit_thread()
            && !self.has_room(&inner, waiting.bytes)
            && self.alive().is_ok()
        {
            let Some(left) = self.limits.patience.checked_sub(since.elapsed()) else {
                inner.stats.refused_busy += 1;
                return Err((waiting, StoreError::Busy));
            };
            inner = self
                .left
                .wait_timeout(inner, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
        if let Err(error) = self.alive() {
            return Err((waiting, error));
        }
        inner.bytes = inner.bytes.saturating_add(waiting.bytes);
        if let Some(enough) = &mut inner.gathers {
            *enough = (*enough).min(waiting.company);
        }
        inner.waiting.push_back(waiting);
        let is_enough = inner.is_enough();
        drop(inner);
        if is_enough {
            self.arrived.notify_one();
        }
        Ok(())
    }

    /// Lets the commit thread end once nothing waits.
    pub(super) fn close(&self) {
        self.inner().closed = true;
        self.arrived.notify_all();
    }

    /// The figures that the queue knows.
    pub(super) fn stats(&self) -> StoreStats {
        let inner = self.inner();
        StoreStats {
            waiting: inner.waiting.len() as u64,
            current_group: inner.group_since.map(|since| since.elapsed()),
            stopped: self.stopped.get().cloned(),
            ..inner.stats.clone()
        }
    }

    fn has_room(&self, inner: &Inner, bytes: usize) -> bool {
        inner.waiting.is_empty()
            || (inner.waiting.len() < self.limits.batches
                && inner.bytes.saturating_add(bytes) <= self.limits.bytes)
    }

    /// Waits for the next group; `None` at the end.
    fn take(&self) -> Option<Vec<Waiting>> {
        let mut inner = self.inner();
        while inner.waiting.is_empty() {
            if inner.closed {
                return None;
            }
            inner = self
                .arrived
                .wait(inner)
                .unwrap_or_else(PoisonError::into_inner);
        }
        inner = self.gather(inner);
        let mut group = Vec::new();
        let mut bytes = 0_usize;
        while let Some(next) = inner.waiting.front() {
            bytes = bytes.saturating_add(next.bytes);
            if bytes > GROUP_BYTES && !group.is_empty() {
                break;
            }
            inner.bytes = inner.bytes.saturating_sub(next.bytes);
            group.extend(inner.waiting.pop_front());
        }
        inner.group_since = Some(Instant::now());
        drop(inner);
        self.left.notify_all();
        Some(group)
    }

    /// Waits for the company that all who wait expect.
    fn gather<'i>(&'i self, mut inner: MutexGuard<'i, Inner>) -> MutexGuard<'i, Inner> {
        let expected = inner.waiting.iter().map(|waiting| waiting.company).min();
        inner.gathers = Some(expected.unwrap_or(0).min(COMPANY));
        let since = Instant::now();
        while !inner.is_enough()
            && let Some(left) = FOR_COMPANY.checked_sub(since.elapsed())
        {
            inner = self
                .arrived
                .wait_timeout(inner, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
        inner.gathers = None;
        inner
    }

    fn finish(&self, count: impl FnOnce(&mut StoreStats)) {
        let mut inner = self.inner();
        if let Some(since) = inner.group_since.take() {
            inner.stats.slowest_group = inner.stats.slowest_group.max(since.elapsed());
        }
        count(&mut inner.stats);
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Checks whether there is space for so many bytes.
pub(super) type Preflight = Arc<dyn Fn(usize) -> Result<(), StoreError> + Send + Sync>;

/// The work of the commit thread.
pub(super) struct Committer {
    pub(super) queue: Arc<Queue>,
    pub(super) reader: Arc<Reader>,
    pub(super) disk: Arc<dyn Disk>,
    pub(super) journal: Journal,
    pub(super) mark: Mark,
    /// The newest group.
    pub(super) group: u64,
    pub(super) taken: Arc<Taken>,
    pub(super) preflight: Preflight,
    pub(super) applier: Option<JoinHandle<()>>,
}

impl Committer {
    /// Runs until the queue is closed and empty.
    pub(super) fn run(mut self) {
        let _ = self.queue.thread.set(std::thread::current().id());
        while let Some(group) = self.queue.take() {
            crash_point!("store::grouped");
            self.commit(group);
        }
        self.taken.close();
        if let Some(applier) = self.applier.take() {
            let _ = applier.join();
        }
    }

    fn commit(&mut self, group: Vec<Waiting>) {
        let batches = group.len() as u64;
        let bytes = group
            .iter()
            .fold(0_usize, |sum, waiting| sum.saturating_add(waiting.bytes));
        let mut changes = Vec::new();
        let mut dones = Vec::with_capacity(group.len());
        for waiting in group {
            changes.extend(waiting.changes);
            dones.push(waiting.done);
        }
        let operations = changes.len() as u64;
        let held = held(&changes);
        let result = self.write(changes, bytes);
        let_go(&self.reader, &held, result.is_err());
        self.queue.finish(|stats| match &result {
            Ok(()) => {
                stats.barriers += u64::from(operations > 0);
                stats.batches += batches;
                stats.operations += operations;
                stats.bytes += bytes as u64;
            }
            Err(StoreError::Full { .. }) => stats.refused_full += batches,
            Err(_) => {}
        });
        for done in dones {
            let result = result.clone();
            if catch_unwind(AssertUnwindSafe(|| done(result))).is_err() {
                tracing::error!("the answer to a commit panicked; the commit itself stands");
            }
        }
    }

    fn write(&mut self, changes: Vec<Change>, bytes: usize) -> Result<(), StoreError> {
        self.queue.alive()?;
        if changes.is_empty() {
            // Everything before is durable already.
            return Ok(());
        }
        // What isn't in sled yet will be written there besides.
        let pending = self.reader.shared().bytes();
        (self.preflight)(bytes.saturating_add(pending))?;
        let result = catch_unwind(AssertUnwindSafe(|| self.record(changes))).unwrap_or_else(|_| {
            Err(StoreError::Stopped {
                why: "the commit thread panicked".to_owned(),
            })
        });
        result.map_err(|error| {
            let why = match error {
                StoreError::Stopped { why } => why,
                other => other.to_string(),
            };
            self.queue.stop(&why);
            StoreError::Stopped { why }
        })
    }

    /// Makes the changes of one group durable, in order, and shows them. An error is final: nothing may be written after
    /// it.
    fn record(&mut self, changes: Vec<Change>) -> Result<(), StoreError> {
        if let Some(group) = self.journal.waits_for() {
            self.taken.wait(group)?;
            self.journal.turn();
            crash_point!("store::turned");
            self.taken.want(self.group);
        }
        let group = self.group.wrapping_add(1);
        self.journal
            .write(self.disk.as_ref(), group, &changes)
            .map_err(|error| StoreError::Stopped {
                why: error.to_string(),
            })?;
        self.group = group;
        self.reader.exclusive().add(group, changes);
        crash_point!("store::shown");
        if let Err(error) = self.mark.write(group) {
            tracing::warn!(%error, "could not move the mark of the store");
        }
        crash_point!("store::marked");
        Ok(())
    }
}

/// Lets go of the large files of batches; those of refused ones (`refused`) that nothing else names are removed.
pub(super) fn let_go(reader: &Reader, held: &[LargeRef], refused: bool) {
    for large in held {
        reader.large.unhold(large);
        if refused {
            reader.large.remove_unless(&large.sha256, || {
                reader.is_named(&large.sha256).unwrap_or(true)
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queue() -> Queue {
        let limits = QueueLimits {
            batches: 100,
            bytes: 1 << 20,
            patience: Duration::ZERO,
        };
        Queue::new(limits, None)
    }

    fn push(queue: &Queue, company: usize) {
        let waiting = Waiting {
            changes: Vec::new(),
            bytes: 1,
            company,
            done: Box::new(|_| {}),
        };
        assert!(queue.push(waiting).is_ok());
    }

    #[test]
    fn a_group_waits_for_the_company_that_all_of_it_expect() {
        let queue = queue();
        queue.inner().gathers = Some(3);
        push(&queue, 3);
        push(&queue, 9);
        assert!(!queue.inner().is_enough());
        push(&queue, 3);
        assert!(queue.inner().is_enough());
    }

    #[test]
    fn whoever_expects_nobody_ends_the_waiting() {
        for last in [0, 1, 2] {
            let queue = queue();
            queue.inner().gathers = Some(8);
            push(&queue, 8);
            assert!(!queue.inner().is_enough());
            push(&queue, last);
            assert!(queue.inner().is_enough());
        }
    }

    #[test]
    fn a_group_whose_company_never_comes_goes_alone() {
        let queue = queue();
        push(&queue, 8);
        assert_eq!(queue.take().map(|group| group.len()), Some(1));
        assert!(queue.inner().gathers.is_none());
    }
}
