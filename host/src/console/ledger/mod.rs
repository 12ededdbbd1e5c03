//! What pages show of many runs at once, kept in memory so that no page reads them: figures of each day, how steps did,
//! what nobody could answer, who was told what, which tickets there are.
//!
//! - `follow`: counts each run once, as it comes and, in the background, those of the days before, the newest day first;
//! - `days`: what reports count, day by day of the desk; `steps`: how calls went, in slots of five minutes;
//! - `lists`: questions without an answer, who was told an article, tickets, what wants attention.
//!
//! Invariants:
//! 1. Nothing here is the truth: all of it follows from the store, and after a start, or when a customer was erased, it
//!    is counted anew. As long as that takes, pages say so.
//! 2. It is the same computation as that of the API and of the files: only kept.
//! 3. Every collection is bounded, or grows with people's work and not with what customers write, but for eight bytes
//!    for each conversation, day and worker.
//! 4. What it names is looked up in the store again before it is shown, as whoever looks may see it.

mod days;
mod follow;
mod lists;
mod steps;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::api::Api;
use crate::engine::{Core, EngineError};
use crate::model::{Fact, Run};

pub(super) use days::Day;
use follow::Following;
pub(super) use lists::Glimpse;
use steps::Steps;
pub(super) use steps::{Done, Wanted};

/// How many days before today are counted without anybody having asked.
const DAYS: i32 = 31;
/// Reports that begin longer ago aren't kept.
pub(super) const MOST_DAYS: i32 = 400;
/// How many runs a page itself reads at most to be as new as can be.
const READ_BY_PAGES: usize = 300;
/// How many runs the background reads at once.
const READ_AT_ONCE: usize = 200;
/// How often the background looks for new runs: they wait in memory until then.
const LOOK_AGAIN: Duration = Duration::from_millis(100);
/// The same while many come: the memory of what is counted soon is still in the processor's caches, for the next runs.
const LOOK_SOON: Duration = Duration::from_millis(10);

/// What was counted.
pub(super) struct Books {
    zone: TimeZone,
    pub(super) days: std::collections::BTreeMap<Date, Day>,
    pub(super) steps: Steps,
    pub(super) lists: lists::Lists,
}

impl Books {
    fn new(zone: TimeZone) -> Self {
        Self {
            zone,
            days: std::collections::BTreeMap::new(),
            steps: Steps::default(),
            lists: lists::Lists::default(),
        }
    }

    fn add(&mut self, run: &Run, facts: &[Fact], is_live: bool) {
        let date = self.zone.to_datetime(run.event.at).date();
        let day = self.days.entry(date).or_default();
        day.add(run, facts, &self.zone);
        self.steps.add(run);
        self.lists.add(run, is_live);
    }
}

/// The books and how far they go.
pub(crate) struct Ledger {
    books: Mutex<Books>,
    following: Mutex<Following>,
}

/// When to look again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    /// There is more to read.
    More,
    /// Everything was read, and runs are coming.
    Busy,
    /// Nothing came.
    Quiet,
}

/// What a page reads: the books, and whether they are whole for it.
pub(super) struct Reading<'l> {
    pub(super) books: MutexGuard<'l, Books>,
    pub(super) is_whole: bool,
}

impl Ledger {
    /// One that is kept up in the background as long as the host runs.
    pub(super) fn kept(api: &Api) -> Arc<Self> {
        let core = api.engine.core();
        let zone = core.desk().time_zone.clone();
        let ledger = Arc::new(Self {
            following: Mutex::new(Following::new(
                core,
                api.engine.live(),
                Arc::clone(&api.erasures),
                &zone,
            )),
            books: Mutex::new(Books::new(zone)),
        });
        let (kept, stopping) = (Arc::downgrade(&ledger), api.stopping.clone());
        let core = Arc::downgrade(core);
        let background = std::thread::Builder::new().name("ledger".to_owned());
        let started = background.spawn(move || {
            while !*stopping.borrow() && stopping.has_changed().is_ok() {
                let (Some(ledger), Some(core)) = (kept.upgrade(), core.upgrade()) else {
                    return;
                };
                let next = ledger.work(&core, READ_AT_ONCE, true);
                drop((ledger, core));
                match next {
                    Ok(Next::More) => std::thread::yield_now(),
                    Ok(Next::Busy) => std::thread::sleep(LOOK_SOON),
                    Ok(Next::Quiet) => std::thread::sleep(LOOK_AGAIN),
                    Err(error) => {
                        tracing::warn!(%error, "what pages show could not be counted; it is tried again");
                        std::thread::sleep(LOOK_AGAIN);
                    }
                }
            }
        });
        if let Err(error) = started {
            tracing::warn!(%error, "what pages show is counted by the pages themselves");
        }
        ledger
    }

    fn work(&self, core: &Core, most: usize, is_background: bool) -> Result<Next, EngineError> {
        let mut following = self
            .following
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        following.work(core, &self.books, most, is_background)
    }

    /// The books as they are now, and whether they go back to that day; none: whether they are there at all.
    pub(super) fn read(&self, core: &Core, from: Option<Date>) -> Result<Reading<'_>, EngineError> {
        let mut following = self
            .following
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(from) = from {
            following.want(from);
        }
        following.work(core, &self.books, READ_BY_PAGES, false)?;
        Ok(Reading {
            is_whole: following.is_whole(from),
            books: self.books.lock().unwrap_or_else(PoisonError::into_inner),
        })
    }
}
