//! The clock that running calls are held against: a thread that ticks while there are calls, and sleeps when there
//! are none.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};
use wasmtime::{Engine, Store, UpdateDeadline};

use super::call::FailureCode;
use super::engine::TICK;
use super::state::{HostState, Stop};

/// After so many ticks without a call the thread goes to sleep; waking it costs a call some microseconds.
const IDLE_TICKS: u32 = 100;

struct Shared {
    stop: AtomicBool,
    asleep: AtomicBool,
    /// Calls that are running.
    running: AtomicU32,
}

/// The ticking thread; it ends with this.
pub(super) struct Ticker {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl Ticker {
    pub(super) fn start(engine: &Engine) -> std::io::Result<Self> {
        let shared = Arc::new(Shared {
            stop: AtomicBool::new(false),
            asleep: AtomicBool::new(false),
            running: AtomicU32::new(0),
        });
        let (engine, theirs) = (engine.clone(), Arc::clone(&shared));
        let thread = std::thread::Builder::new()
            .name("sandbox-clock".to_owned())
            .spawn(move || tick(&engine, &theirs))?;
        Ok(Self {
            shared,
            thread: Some(thread),
        })
    }

    /// From now until the guard is dropped the clock ticks.
    pub(super) fn running(&self) -> Running<'_> {
        self.shared.running.fetch_add(1, Ordering::SeqCst);
        if self.shared.asleep.load(Ordering::SeqCst)
            && let Some(thread) = &self.thread
        {
            thread.thread().unpark();
        }
        Running(&self.shared)
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::SeqCst);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            // The thread only sleeps and counts; it ends within a tick.
            drop(thread.join());
        }
    }
}

pub(super) struct Running<'a>(&'a Shared);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.running.fetch_sub(1, Ordering::SeqCst);
    }
}

fn tick(engine: &Engine, shared: &Shared) {
    let mut idle = 0;
    while !shared.stop.load(Ordering::SeqCst) {
        std::thread::sleep(TICK);
        engine.increment_epoch();
        if shared.running.load(Ordering::SeqCst) > 0 {
            idle = 0;
            continue;
        }
        idle += 1;
        if idle < IDLE_TICKS {
            continue;
        }
        shared.asleep.store(true, Ordering::SeqCst);
        // A call that began before it could see `asleep` is seen here; one that begins later wakes this thread.
        while shared.running.load(Ordering::SeqCst) == 0 && !shared.stop.load(Ordering::SeqCst) {
            std::thread::park();
        }
        shared.asleep.store(false, Ordering::SeqCst);
        idle = 0;
    }
}

/// Looks at the call at every tick. Most calls end before the first and never pay for this.
pub(super) fn hold_to(store: &mut Store<HostState>, time: Duration, wall: Duration) {
    let mut watch = Watch {
        time,
        wall,
        began: Instant::now(),
        used_until: None,
    };
    store.set_epoch_deadline(1);
    store.epoch_deadline_callback(move |mut store| {
        let outside = store.data().outside;
        let used = watch.used(outside.computed);
        store.data_mut().computed = used;
        watch.look(used, outside.waited)?;
        Ok(UpdateDeadline::Continue(1))
    });
}

struct Watch {
    time: Duration,
    wall: Duration,
    began: Instant,
    /// The thread's processor clock at the first look, and what is taken as used before it.
    used_until: Option<(Duration, Duration)>,
}

/// What a call spent on waiting for servers of others: not its own time.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct OutsideTime {
    pub(super) waited: Duration,
    pub(super) computed: Duration,
}

impl Watch {
    /// The processor time so far.
    fn used(&mut self, outside: Duration) -> Duration {
        let processor = thread_time().saturating_sub(outside);
        // Reading the processor's clock is a system call, so short calls do without: what passed before the first
        // look, at most a tick or so, counts as used.
        let waited = self.began.elapsed().min(TICK);
        let (first, before) = *self.used_until.get_or_insert((processor, waited));
        before + processor.saturating_sub(first)
    }

    fn look(&self, used: Duration, outside: Duration) -> wasmtime::Result<()> {
        let waited = self.began.elapsed().saturating_sub(outside);
        if used >= self.time {
            return Err(Stop::error(
                FailureCode::Deadline,
                format!("it used its {} ms of processor time", self.time.as_millis()),
            ));
        }
        if waited >= self.wall {
            return Err(Stop::error(
                FailureCode::WallClock,
                format!("it took longer than {} ms", self.wall.as_millis()),
            ));
        }
        Ok(())
    }
}

/// Processor time of this thread: a call's own, because a call stays on its thread.
pub(super) fn thread_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(
        u64::try_from(time.tv_sec).unwrap_or(0),
        u32::try_from(time.tv_nsec).unwrap_or(0),
    )
}
