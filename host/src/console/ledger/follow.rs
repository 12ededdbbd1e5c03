//! Counts each run once.
//!
//! Whatever becomes durable is told to whoever listens, and comes from there as long as none is missed. At the start, and
//! after a gap, runs are found in the store by their time. One that took long may be stored after others that came later:
//! so the last seconds are gone through again then, and those that are known already are left out.

use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use tokio::sync::broadcast::{Receiver, error::TryRecvError};

use super::{Books, DAYS, MOST_DAYS, Next};
use crate::engine::{Core, EngineError, LiveEvent, RunMark};
use crate::model::{Fact, Run, RunId, TicketId};

/// A run is stored so long after its time at the latest.
const LATE: SignedDuration = SignedDuration::from_secs(15);
/// How often what is known of earlier seconds is forgotten.
const FORGET_EVERY: SignedDuration = SignedDuration::from_secs(1);
/// How many runs are read before they are put into the books together.
const TOGETHER: usize = 50;
/// How many entries of the index are read at once.
const INDEX: usize = 1_000;
/// How many tickets are read at once.
const TICKETS: usize = 500;

/// How far the books go.
pub(super) struct Following {
    zone: TimeZone,
    erasures: Arc<AtomicU64>,
    erased: u64,
    /// What comes from here on is live.
    live_from: Date,
    live: Live,
    /// What becomes durable from now on.
    news: Receiver<LiveEvent>,
    /// All days from here on are whole.
    whole_from: Date,
    /// Where the day before that goes on.
    mark: Option<RunMark>,
    /// How far back somebody wants them to go.
    wanted: Date,
    /// Before the desk's first conversation there is nothing; none: nobody has written yet.
    first: Option<Date>,
    /// The tickets that were there at the start.
    tickets: Option<Option<TicketId>>,
}

/// Runs as they come.
#[derive(Default)]
struct Live {
    /// Everything before that was counted; none: nothing was.
    from: Option<Timestamp>,
    /// Where reading goes on while there is much to catch up with.
    after: Option<RunMark>,
    /// What was counted of the last seconds.
    known: HashSet<RunMark>,
    /// Whether all since `from` was heard of: then nothing has to be looked for.
    has_all: bool,
    is_caught_up: bool,
}

impl Live {
    /// Everything up to now is counted.
    fn advance(&mut self, settled: Timestamp) {
        let from = self.from.unwrap_or(Timestamp::MIN);
        if settled.duration_since(from) > FORGET_EVERY {
            self.from = Some(settled);
            self.known.retain(|mark| mark.at() >= Some(settled));
        }
    }
}

impl Following {
    pub(super) fn new(
        core: &Core,
        news: Receiver<LiveEvent>,
        erasures: Arc<AtomicU64>,
        zone: &TimeZone,
    ) -> Self {
        let today = core.clock().now().to_zoned(zone.clone()).date();
        Self {
            zone: zone.clone(),
            erased: erasures.load(Ordering::Relaxed),
            erasures,
            live_from: today,
            live: Live::default(),
            news,
            whole_from: today,
            mark: None,
            wanted: back(today, DAYS),
            first: None,
            tickets: Some(None),
        }
    }

    /// Somebody wants days from there on.
    pub(super) fn want(&mut self, from: Date) {
        let farthest = back(self.live_from, MOST_DAYS);
        self.wanted = self.wanted.min(from.max(farthest));
    }

    /// Whether everything from that day on is in the books; none: everything of the last day and all tickets.
    pub(super) fn is_whole(&self, from: Option<Date>) -> bool {
        let from = from.unwrap_or_else(|| back(self.live_from, 1));
        let from = self.first.map_or(self.live_from, |first| from.max(first));
        self.live.is_caught_up && self.tickets.is_none() && self.whole_from <= from
    }

    /// Reads so many runs at most; gives when there will be more to read.
    pub(super) fn work(
        &mut self,
        core: &Core,
        books: &Mutex<Books>,
        most: usize,
        is_background: bool,
    ) -> Result<Next, EngineError> {
        let erased = self.erasures.load(Ordering::Relaxed);
        if erased != self.erased {
            // What was counted of somebody who is gone can't be told apart: everything is counted anew.
            let wanted = self.wanted;
            let news = self.news.resubscribe();
            *self = Self::new(core, news, Arc::clone(&self.erasures), &self.zone);
            self.want(wanted);
            *lock(books) = Books::new(self.zone.clone());
        }
        if self.first.is_none() {
            let first = core.first_conversation_at()?;
            self.first = first.map(|at| self.zone.to_datetime(at).date());
        }
        let (mut left, heard) = self.follow(core, books, most)?;
        if left == 0 {
            return Ok(Next::More);
        }
        if let Some(after) = self.tickets.take() {
            self.tickets = stored_tickets(core, books, after)?.map(Some);
            if self.tickets.is_some() && is_background {
                return Ok(Next::More);
            }
        }
        while left > 0 && self.whole_from > self.earliest() {
            left = self.look_back(core, books, left)?;
        }
        Ok(match (left == 0 || self.tickets.is_some(), heard) {
            (true, _) => Next::More,
            (false, true) => Next::Busy,
            (false, false) => Next::Quiet,
        })
    }

    fn earliest(&self) -> Date {
        self.first
            .map_or(self.live_from, |first| first.max(self.wanted))
    }

    /// Counts what was heard of, once; gives whether there was anything.
    fn hear(&mut self, core: &Core, books: &Mutex<Books>) -> Result<bool, EngineError> {
        let has_all = std::mem::take(&mut self.live.has_all);
        let mut has_gap = false;
        let mut news: Vec<(Arc<Run>, Vec<Fact>)> = Vec::new();
        loop {
            match self.news.try_recv() {
                Ok(LiveEvent { run, .. }) => {
                    if !self.live.known.contains(&RunMark::of(&run)) {
                        let facts = core.facts_of(run.event.at, &run.id)?;
                        news.push((run, facts));
                    }
                }
                Err(TryRecvError::Lagged(_)) => has_gap = true,
                Err(TryRecvError::Empty | TryRecvError::Closed) => break,
            }
        }
        let heard = !news.is_empty();
        let mut books = lock(books);
        for (run, facts) in news {
            books.add(&run, &facts, true);
            self.live.known.insert(RunMark::of(&run));
        }
        self.live.has_all = has_all && !has_gap;
        Ok(heard)
    }

    /// Counts what came; gives how much else may be read: nothing as long as there is more of it; and whether
    /// anything was heard of.
    fn follow(
        &mut self,
        core: &Core,
        books: &Mutex<Books>,
        most: usize,
    ) -> Result<(usize, bool), EngineError> {
        let now = core.clock().now();
        let settled = now.checked_sub(LATE).unwrap_or(now);
        let heard = self.hear(core, books)?;
        if self.live.has_all {
            self.live.advance(settled);
            return Ok((most, heard));
        }
        let from = self.live.from.unwrap_or(self.midnight(self.live_from));
        let mut after = self.live.after.clone();
        let mut left = most;
        loop {
            let rows = core.runs_between(from, Timestamp::MAX, after.as_ref(), INDEX)?;
            let is_last = rows.len() < INDEX;
            let end = rows.last().map(|(mark, _)| mark.clone());
            let known = &self.live.known;
            let mut news: Vec<_> = rows
                .into_iter()
                .filter(|(mark, _)| !known.contains(mark))
                .collect();
            let is_cut = news.len() > left;
            news.truncate(left);
            left -= news.len();
            let ids = news.iter().map(|(mark, id)| (mark.at(), id));
            read(core, books, ids, true)?;
            let last = news.last().map(|(mark, _)| mark.clone());
            self.live
                .known
                .extend(news.into_iter().map(|(mark, _)| mark));
            if is_cut {
                // What is long ago is settled: the next time goes on after it.
                if let Some(last) = last.filter(|mark| mark.at() < Some(settled)) {
                    self.live.known.retain(|mark| *mark > last);
                    self.live.after = Some(last);
                }
                return Ok((0, heard));
            }
            if is_last {
                break;
            }
            after = end;
        }
        self.live.is_caught_up = true;
        self.live.has_all = true;
        self.live.after = None;
        self.live.from = Some(from);
        self.live.advance(settled);
        Ok((left, heard))
    }

    /// Reads what there is of the newest day that isn't whole; gives how much else may be read.
    fn look_back(
        &mut self,
        core: &Core,
        books: &Mutex<Books>,
        most: usize,
    ) -> Result<usize, EngineError> {
        let day = back(self.whole_from, 1);
        let (from, to) = (self.midnight(day), self.midnight(self.whole_from));
        let most_now = most.min(INDEX);
        let rows = core.runs_between(from, to, self.mark.as_ref(), most_now)?;
        let ids = rows.iter().map(|(mark, id)| (mark.at(), id));
        read(core, books, ids, false)?;
        if rows.len() < most_now {
            (self.whole_from, self.mark) = (day, None);
        } else {
            self.mark = rows.last().map(|(mark, _)| mark.clone());
        }
        Ok(most - rows.len())
    }

    fn midnight(&self, day: Date) -> Timestamp {
        let begins = day.to_zoned(self.zone.clone());
        begins.map_or(Timestamp::MIN, |begins| begins.timestamp())
    }
}

fn back(day: Date, days: i32) -> Date {
    day.checked_sub(days.days()).unwrap_or(day)
}

fn lock(books: &Mutex<Books>) -> std::sync::MutexGuard<'_, Books> {
    books.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Puts runs into the books.
fn read<'r>(
    core: &Core,
    books: &Mutex<Books>,
    ids: impl Iterator<Item = (Option<Timestamp>, &'r RunId)>,
    is_live: bool,
) -> Result<(), EngineError> {
    let mut together: Vec<(Run, Vec<Fact>)> = Vec::with_capacity(TOGETHER);
    let put = |together: &mut Vec<(Run, Vec<Fact>)>| {
        let mut books = lock(books);
        for (run, facts) in together.drain(..) {
            books.add(&run, &facts, is_live);
        }
    };
    for (at, id) in ids {
        let run = match core.run(id) {
            Ok(run) => run,
            // Erased meanwhile.
            Err(EngineError::NotFound { .. }) => continue,
            Err(error) => return Err(error),
        };
        let facts = core.facts_of(at.unwrap_or(run.event.at), id)?;
        together.push((run, facts));
        if together.len() == TOGETHER {
            put(&mut together);
        }
    }
    put(&mut together);
    Ok(())
}

/// Puts the next of the stored tickets into the books; gives after which to go on.
fn stored_tickets(
    core: &Core,
    books: &Mutex<Books>,
    after: Option<TicketId>,
) -> Result<Option<TicketId>, EngineError> {
    let tickets = core.tickets(after.as_ref(), TICKETS)?;
    let now = core.clock().now();
    let mut books = lock(books);
    for ticket in &tickets {
        books.lists.ticket(ticket, now);
    }
    let is_last = tickets.len() < TICKETS;
    let last = tickets.into_iter().last().map(|ticket| ticket.id);
    Ok(last.filter(|_| !is_last))
}

#[cfg(test)]
mod tests {
    use tokio::sync::broadcast;

    use super::super::Wanted;
    use super::*;
    use crate::engine::{Inbound, Parts, Request, SeededEntropy, VirtualClock};
    use crate::sandbox::{Sandbox, SandboxConfig};
    use crate::store::MemoryStore;
    use crate::workflow::{Desk, DeskFiles};

    /// A desk, who tells of its runs, and who counts them. As many wait for who counts as there are places.
    struct House {
        core: Core,
        clock: Arc<VirtualClock>,
        told: broadcast::Sender<LiveEvent>,
        following: Following,
        books: Mutex<Books>,
    }

    impl House {
        fn with_places(places: usize) -> Self {
            let noon: Timestamp = "2026-03-10T12:00:00+08:00".parse().unwrap();
            let clock = Arc::new(VirtualClock::new(noon));
            let core = Core::new(Parts {
                desk: Arc::new(Desk::load(&DeskFiles::Embedded).unwrap()),
                store: Arc::new(MemoryStore::new()),
                sandbox: Arc::new(Sandbox::new(SandboxConfig::in_process()).unwrap()),
                clock: Arc::clone(&clock) as _,
                entropy: Arc::new(SeededEntropy::new(1)),
            })
            .unwrap();
            let zone = core.desk().time_zone.clone();
            let (told, news) = broadcast::channel(places);
            Self {
                following: Following::new(&core, news, Arc::default(), &zone),
                books: Mutex::new(Books::new(zone)),
                core,
                clock,
                told,
            }
        }

        fn runs(&self, contacts: std::ops::Range<u32>) {
            for contact in contacts {
                self.clock
                    .advance_to(self.core.clock().now() + SignedDuration::from_millis(100));
                let answer = self
                    .core
                    .process(&Request::Message(Inbound {
                        channel: "web".to_owned(),
                        contact: format!("c{contact}"),
                        account: None,
                        conversation: None,
                        text: "hello".to_owned(),
                        key: None,
                        sent_at: None,
                    }))
                    .unwrap();
                let _ = self.told.send(LiveEvent {
                    conversation: answer.run.before.id.clone(),
                    run: answer.run,
                });
            }
        }

        fn counted(&mut self, at_once: usize) -> u64 {
            while self
                .following
                .work(&self.core, &self.books, at_once, true)
                .unwrap()
                == Next::More
            {}
            let wanted = Wanted {
                step: "triage",
                ..Wanted::default()
            };
            lock(&self.books).steps.since(Timestamp::MIN, wanted).calls
        }
    }

    #[test]
    fn each_run_is_counted_once_however_many_are_missed() {
        for places in [4, 64] {
            let mut house = House::with_places(places);
            house.runs(0..3);
            assert_eq!(house.counted(100), 3);
            house.runs(3..20);
            assert_eq!(house.counted(2), 20);
            house.runs(20..22);
            // What was counted long ago is forgotten, and isn't counted again.
            house
                .clock
                .advance_to(house.core.clock().now() + SignedDuration::from_mins(2));
            assert_eq!(house.counted(2), 22);
            house.runs(22..40);
            assert_eq!(house.counted(5), 40);
            assert_eq!(house.counted(5), 40);
        }
    }
}
