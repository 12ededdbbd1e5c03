//! Many accounts at once: one lane for each, a few workers, timers, and whoever listens.
//!
//! A lane holds an account's requests in the order in which they came. A worker takes the next request of a lane that
//! isn't busy, runs it, hands its batch to the store and goes on with another lane; the lane is free again when the
//! batch is durable. So the workers compute while the disk syncs, and one barrier serves all lanes that wait for it.
//!
//! Plugin calls are synchronous, on these workers and nowhere else: few threads that execute guests keep the cost of
//! mapping and unmapping their memory low, the operating system preempts a guest that computes for long, and the
//! threads that serve the network are never held up by one. A call that waits for a server of others gives its place to
//! a further thread meanwhile (`network`).

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{broadcast, oneshot};

use super::core::{Core, OnDone};
use super::holdings::OnErased;
use super::intake::{Lane, REMEMBERED, Records};
use super::keys;
use super::meters::Meters;
use super::network::AT_ONCE;
use super::outbox;
use super::request::{Answer, EngineError, Request};
use crate::model::{AccountId, ConversationId, Run};
use crate::store::{Batch, KeyRange, Store, StoreError, Table};

/// How an engine works.
#[derive(Clone, Debug)]
pub struct ServiceConfig {
    /// Threads that run plugins.
    pub workers: usize,
    /// Requests that may wait in all.
    pub max_waiting: usize,
    /// Requests of one account that may wait.
    pub max_waiting_per_account: usize,
    /// How often the timer table is looked at.
    pub tick: Duration,
}

impl Default for ServiceConfig {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        Self {
            workers: cores.clamp(1, 8),
            max_waiting: 10_000,
            max_waiting_per_account: 1_000,
            tick: Duration::from_millis(200),
        }
    }
}

/// How many due timers are taken up at once.
const TIMERS_AT_ONCE: usize = 256;
/// How often forgotten idempotency keys are swept.
const SWEEP_EVERY: Duration = Duration::from_secs(600);
/// How often a durable sign of life is left.
const ALIVE_EVERY: Duration = Duration::from_secs(10);
/// How many are swept in one batch.
const SWEEP_AT_ONCE: usize = 1_000;
/// How many runs may wait for the trials; more aren't looked at, and are counted.
const TRIALS_BACKLOG: usize = 1_024;
/// How often their figures are kept.
const SAVE_TRIALS_EVERY: Duration = Duration::from_secs(5);
/// How many live events a slow listener may be behind.
const LIVE_BACKLOG: usize = 1_024;

/// A run that just became durable.
#[derive(Clone, Debug)]
pub struct LiveEvent {
    /// Where.
    pub conversation: ConversationId,
    /// The run.
    pub run: Arc<Run>,
}

struct Job {
    task: Task,
    lane: Lane,
}

enum Task {
    Request(Request, OnDone),
    Erase(OnErased),
}

#[derive(Default)]
struct LaneState {
    queue: VecDeque<Job>,
    busy: bool,
}

#[derive(Default)]
struct Lanes {
    by_account: HashMap<AccountId, LaneState>,
    ready: VecDeque<AccountId>,
    waiting: usize,
}

struct Shared {
    core: Arc<Core>,
    config: ServiceConfig,
    lanes: Mutex<Lanes>,
    work: Condvar,
    idle: Condvar,
    stopping: AtomicBool,
    live: broadcast::Sender<LiveEvent>,
    firing: Mutex<HashSet<Vec<u8>>>,
    meters: Meters,
    /// Runs on their way to the trials.
    for_trials: SyncSender<Arc<Run>>,
}

/// A running engine. Dropping it stops it after what is under way; [`Engine::stop`] also waits.
pub struct Engine {
    shared: Arc<Shared>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl Engine {
    /// Starts workers and the timer thread over a core.
    ///
    /// # Errors
    /// Where the operating system gives no thread.
    pub fn start(core: Arc<Core>, config: ServiceConfig) -> std::io::Result<Self> {
        let (for_trials, runs) = sync_channel(TRIALS_BACKLOG);
        let shared = Arc::new(Shared {
            for_trials,
            core,
            lanes: Mutex::new(Lanes::default()),
            work: Condvar::new(),
            idle: Condvar::new(),
            stopping: AtomicBool::new(false),
            live: broadcast::channel(LIVE_BACKLOG).0,
            firing: Mutex::new(HashSet::new()),
            meters: Meters::new(),
            config,
        });
        let mut threads = Vec::new();
        // Those over the number work while others wait for servers of others.
        let waiters = if shared.core.has_network() {
            AT_ONCE
        } else {
            0
        };
        let waiters = usize::try_from(waiters).unwrap_or(0);
        for number in 0..shared.config.workers.max(1) + waiters {
            let shared = Arc::clone(&shared);
            let builder = std::thread::Builder::new().name(format!("worker-{number}"));
            threads.push(builder.spawn(move || shared.work())?);
        }
        let timers = Arc::clone(&shared);
        threads.push(
            std::thread::Builder::new()
                .name("timers".to_owned())
                .spawn(move || timers.tick())?,
        );
        let watching = Arc::clone(&shared);
        let builder = std::thread::Builder::new().name("trials".to_owned());
        threads.push(builder.spawn(move || watching.watch_trials(&runs))?);
        for (name, lane) in [
            ("outbox", outbox::Lane::Usual),
            ("outbox-urgent", outbox::Lane::Urgent),
        ] {
            let sender = Arc::clone(&shared);
            let deliver = move || outbox::deliver(&sender.core, &sender.stopping, lane);
            let builder = std::thread::Builder::new().name(name.to_owned());
            threads.push(builder.spawn(deliver)?);
        }
        Ok(Self {
            shared,
            threads: Mutex::new(threads),
        })
    }

    /// The engine's core, for reading.
    pub fn core(&self) -> &Arc<Core> {
        &self.shared.core
    }

    /// Carries a request out; resolves once it is durable.
    ///
    /// # Errors
    /// See [`EngineError`]. [`EngineError::Busy`] comes at once, before anything is kept.
    pub async fn submit(&self, request: Request) -> Result<Answer, EngineError> {
        let (sender, receiver) = oneshot::channel();
        self.shared.enqueue(
            request,
            Box::new(move |result| {
                let _ = sender.send(result);
            }),
        )?;
        receiver.await.unwrap_or(Err(EngineError::Stopping))
    }

    /// Takes everything of a customer away, account by account, each after what waits in its lane; gives the number of
    /// rows. Resolves once that is durable. The account that stands for the customer goes last: whoever is interrupted
    /// finds the rest by asking again.
    ///
    /// # Errors
    /// [`EngineError::NotFound`], and as [`Engine::submit`].
    pub async fn erase(&self, account: &AccountId) -> Result<usize, EngineError> {
        let mut rows = 0;
        for member in self.core().family(account)?.iter().rev() {
            rows += self.erase_one(member).await?;
        }
        Ok(rows)
    }

    async fn erase_one(&self, account: &AccountId) -> Result<usize, EngineError> {
        if !Records(self.core().store().as_ref()).has_account(account)? {
            return Err(EngineError::NotFound {
                what: "account",
                id: account.to_string(),
            });
        }
        let (sender, receiver) = oneshot::channel();
        let done: OnErased = Box::new(move |result| {
            let _ = sender.send(result);
        });
        let lane = Lane {
            account: account.clone(),
            _place: None,
        };
        self.shared.push(Job {
            task: Task::Erase(done),
            lane,
        })?;
        receiver.await.unwrap_or(Err(EngineError::Stopping))
    }

    /// Figures of the engine and its store, as Prometheus reads them. Reads the store.
    pub fn metrics(&self) -> String {
        self.shared.meters.render(self.core(), self.waiting())
    }

    /// Runs as they become durable. A listener that falls far behind misses some and is told so.
    pub fn live(&self) -> broadcast::Receiver<LiveEvent> {
        self.shared.live.subscribe()
    }

    /// How many requests wait.
    pub fn waiting(&self) -> usize {
        self.shared.lanes().waiting
    }

    /// Takes nothing new, ends what was taken, and stops.
    pub fn stop(&self) {
        self.shared.stopping.store(true, Ordering::Release);
        let mut lanes = self.shared.lanes();
        while !lanes.by_account.is_empty() {
            let (guard, timeout) = self
                .shared
                .idle
                .wait_timeout(lanes, Duration::from_secs(10))
                .unwrap_or_else(PoisonError::into_inner);
            lanes = guard;
            if timeout.timed_out() {
                tracing::warn!("some requests were still under way after ten seconds");
                break;
            }
        }
        drop(lanes);
        self.shared.work.notify_all();
        let threads =
            std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        for thread in threads {
            let _ = thread.join();
        }
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Shared {
    fn lanes(&self) -> MutexGuard<'_, Lanes> {
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enqueue(&self, request: Request, done: OnDone) -> Result<(), EngineError> {
        if self.stopping.load(Ordering::Acquire) {
            return Err(EngineError::Stopping);
        }
        let lane = self.core.lane(&request)?;
        self.push(Job {
            task: Task::Request(request, done),
            lane,
        })
    }

    fn push(&self, job: Job) -> Result<(), EngineError> {
        let account = job.lane.account.clone();
        let mut lanes = self.lanes();
        // Under the lock: whoever stops sees the job, or the job sees that.
        if self.stopping.load(Ordering::Acquire) {
            return Err(EngineError::Stopping);
        }
        let lanes = &mut *lanes;
        if lanes.waiting >= self.config.max_waiting {
            return Err(EngineError::Busy {
                retry_after: Duration::from_secs(1),
            });
        }
        let state = lanes.by_account.entry(account.clone()).or_default();
        if state.queue.len() >= self.config.max_waiting_per_account {
            return Err(EngineError::Busy {
                retry_after: Duration::from_secs(5),
            });
        }
        state.queue.push_back(job);
        lanes.waiting += 1;
        crash_point!("engine::accepted");
        if !state.busy && state.queue.len() == 1 {
            lanes.ready.push_back(account);
            self.tell(lanes);
            self.work.notify_one();
        }
        Ok(())
    }

    fn work(self: &Arc<Self>) {
        let (gate, places) = (&self.core.gate, self.config.workers.max(1));
        gate.enter(places);
        while let Some((account, job)) = self.next() {
            crash_point!("engine::taken");
            let Job { task, lane } = job;
            let shared = Arc::clone(self);
            let freed = account.clone();
            let (request, done) = match task {
                Task::Request(request, done) => (request, done),
                Task::Erase(done) => {
                    let finish: OnErased = Box::new(move |result| {
                        drop(lane);
                        shared.free(&freed);
                        done(result);
                    });
                    self.core.erase(&account, finish);
                    continue;
                }
            };
            let finish: OnDone = Box::new(move |result| {
                drop(lane);
                if let Ok(answer) = &result
                    && !answer.repeated
                {
                    shared.meters.note(&answer.run);
                    if shared.core.has_trials()
                        && shared.for_trials.try_send(Arc::clone(&answer.run)).is_err()
                    {
                        shared.core.miss_for_trials();
                    }
                    let conversation = answer.run.before.id.clone();
                    let _ = shared.live.send(LiveEvent {
                        conversation,
                        run: Arc::clone(&answer.run),
                    });
                }
                crash_point!("engine::committed");
                shared.free(&freed);
                done(result);
            });
            self.core.carry_out(&account, &request, finish);
            if gate.is_crowded(places) {
                gate.leave();
                gate.enter(places);
            }
        }
        gate.leave();
    }

    fn next(&self) -> Option<(AccountId, Job)> {
        let mut lanes = self.lanes();
        loop {
            if let Some(account) = lanes.ready.pop_front() {
                let lanes = &mut *lanes;
                self.tell(lanes);
                let Some(state) = lanes.by_account.get_mut(&account) else {
                    continue;
                };
                let Some(job) = state.queue.pop_front() else {
                    continue;
                };
                state.busy = true;
                lanes.waiting -= 1;
                return Some((account, job));
            }
            if self.stopping.load(Ordering::Acquire) && lanes.by_account.is_empty() {
                return None;
            }
            lanes = self
                .work
                .wait_timeout(lanes, Duration::from_secs(1))
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }

    /// How many lanes could run, for whoever decides whether their batches are worth waiting for.
    fn tell(&self, lanes: &Lanes) {
        self.core.ready.store(lanes.ready.len(), Ordering::Relaxed);
    }

    /// The account's last request is durable: its next one may run.
    fn free(&self, account: &AccountId) {
        let mut lanes = self.lanes();
        let lanes = &mut *lanes;
        let Some(state) = lanes.by_account.get_mut(account) else {
            return;
        };
        state.busy = false;
        if state.queue.is_empty() {
            lanes.by_account.remove(account);
            if lanes.by_account.is_empty() {
                self.idle.notify_all();
            }
        } else {
            lanes.ready.push_back(account.clone());
            self.tell(lanes);
            self.work.notify_one();
        }
    }

    /// What versions beside the live ones make of durable runs; nobody waits for it.
    fn watch_trials(&self, runs: &Receiver<Arc<Run>>) {
        let mut saved = std::time::Instant::now();
        while !self.stopping.load(Ordering::Acquire) {
            match runs.recv_timeout(Duration::from_secs(1)) {
                Ok(run) => self.core.look_for_trials(&run),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            if saved.elapsed() >= SAVE_TRIALS_EVERY {
                saved = std::time::Instant::now();
                self.save_trials();
            }
        }
        for run in runs.try_iter() {
            self.core.look_for_trials(&run);
        }
        self.save_trials();
    }

    fn save_trials(&self) {
        if let Err(error) = self.core.save_trials() {
            tracing::warn!(%error, "the figures of trials could not be kept");
        }
    }

    fn tick(self: &Arc<Self>) {
        let mut swept = std::time::Instant::now();
        let mut alive = std::time::Instant::now();
        while !self.stopping.load(Ordering::Acquire) {
            if let Err(error) = self.fire_due() {
                tracing::error!(%error, "the timer table could not be read");
            }
            if let Err(error) = self.core.expire_presence() {
                tracing::warn!(%error, "presence could not be looked at");
            }
            if alive.elapsed() >= ALIVE_EVERY {
                alive = std::time::Instant::now();
                if let Err(error) = self.core.note_alive() {
                    tracing::warn!(%error, "no sign of life could be left");
                }
            }
            if swept.elapsed() >= SWEEP_EVERY {
                swept = std::time::Instant::now();
                if let Err(error) = sweep(self.core.store().as_ref(), self.core.clock().now()) {
                    tracing::warn!(%error, "old idempotency keys could not be swept");
                }
            }
            self.meters.upkeep();
            std::thread::sleep(self.config.tick);
        }
    }

    fn fire_due(self: &Arc<Self>) -> Result<(), StoreError> {
        let now = keys::before(self.core.clock().now());
        let rows =
            self.core
                .store()
                .scan(Table::Timer, KeyRange::all().before(&now), TIMERS_AT_ONCE)?;
        for (key, _) in rows {
            if !self
                .firing
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .insert(key.clone())
            {
                continue;
            }
            crash_point!("engine::due");
            let shared = Arc::clone(self);
            let fired = key.clone();
            let done: OnDone = Box::new(move |result| shared.fired(&fired, &result.map(|_| ())));
            if let Err(error) = self.enqueue(Request::Due(key.clone()), done) {
                self.fired(&key, &Err(error));
            }
        }
        Ok(())
    }

    fn fired(&self, key: &[u8], result: &Result<(), EngineError>) {
        crash_point!("engine::fired");
        match result {
            Ok(()) | Err(EngineError::Busy { .. } | EngineError::Stopping) => {}
            // The conversation or its timer is gone: so is the row.
            Err(EngineError::NothingDue | EngineError::NotFound { .. }) => {
                let mut batch = Batch::new();
                batch.delete(Table::Timer, key);
                self.core.store().submit(batch, Box::new(|_| {}));
            }
            Err(error) => {
                tracing::error!(%error, "a timer could not be carried out; it is tried again")
            }
        }
        self.firing
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(key);
    }
}

/// Forgets idempotency keys older than their time.
fn sweep(store: &dyn Store, now: Timestamp) -> Result<(), StoreError> {
    let Ok(old) = now.checked_sub(REMEMBERED) else {
        return Ok(());
    };
    let end = keys::before(old);
    loop {
        let rows = store.scan(
            Table::IdempotencyByTime,
            KeyRange::all().before(&end),
            SWEEP_AT_ONCE,
        )?;
        if rows.is_empty() {
            return Ok(());
        }
        let mut batch = Batch::new();
        for (key, _) in rows {
            if let Some(row) = keys::idempotency_of(&key) {
                batch.delete(Table::Idempotency, row);
            }
            batch.delete(Table::IdempotencyByTime, key);
        }
        store.commit(batch)?;
    }
}
