//! Walking over open time: every question about instants is answered by going from date to date, so nothing
//! is laid out in advance and a near answer is a cheap one.

use std::time::Duration;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use super::compiled::{Calendar, Piece};

/// A search gives up after this many dates in a row without an open moment: longer than a year, so that a
/// desk that opens on one day of the year is still found.
pub const MAX_CLOSED_DAYS: u32 = 400;

/// How far business time is counted: ten years, a few milliseconds of work.
pub const MAX_SPAN_DAYS: u32 = 3_660;

/// Why a calendar has no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CalendarError {
    /// Nothing is open within [`MAX_CLOSED_DAYS`].
    #[error(
        "the desk never opens in the {MAX_CLOSED_DAYS} days after {after}; check the weekly hours and the holidays in hours.toml"
    )]
    NeverOpens {
        /// The instant from which nothing opens.
        after: Timestamp,
    },
    /// The answer lies beyond [`MAX_SPAN_DAYS`], or outside the years that timestamps can express.
    #[error(
        "business time is counted over at most {MAX_SPAN_DAYS} days from {from}; ask for a smaller amount or a nearer time"
    )]
    TooFar {
        /// Where the count began.
        from: Timestamp,
    },
}

/// The open intervals of one date after the other, by start. They may touch, and may overlap where a night
/// shift reaches into a date with special hours.
struct Pieces<'c> {
    calendar: &'c Calendar,
    date: Option<Date>,
    next_interval: usize,
    days_left: u32,
    /// Whether finding an interval renews `days_left`.
    patient: bool,
}

impl<'c> Pieces<'c> {
    /// Every interval that ends after `at`, and possibly a few before, until too long a time is closed.
    fn from(calendar: &'c Calendar, at: Timestamp) -> Self {
        Self::new(calendar, calendar.date(at), MAX_CLOSED_DAYS, true)
    }

    /// As [`Self::from`], but only of the given number of dates.
    fn within(calendar: &'c Calendar, first: Date, days: u32) -> Self {
        Self::new(calendar, first, days, false)
    }

    fn new(calendar: &'c Calendar, today: Date, days: u32, patient: bool) -> Self {
        // The eve of the eve, too: a zone that moved over the date line has skipped the date between them.
        let back = |date: Date| date.yesterday().unwrap_or(date);
        let (first, days) = if calendar.reaches_midnight {
            (back(back(today)), days.saturating_add(1))
        } else {
            (today, days)
        };
        Self {
            calendar,
            date: Some(first),
            next_interval: 0,
            days_left: days,
            patient,
        }
    }
}

impl Iterator for Pieces<'_> {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        loop {
            let date = self.date?;
            match self.calendar.day(date).intervals.get(self.next_interval) {
                Some(interval) => {
                    self.next_interval += 1;
                    if let Some(piece) = self.calendar.piece(date, *interval) {
                        if self.patient {
                            self.days_left = MAX_CLOSED_DAYS;
                        }
                        return Some(piece);
                    }
                }
                None => {
                    self.days_left = self.days_left.checked_sub(1)?;
                    self.next_interval = 0;
                    self.date = date.tomorrow().ok();
                }
            }
        }
    }
}

/// Days around a date on which an interval may start that matters to it: the eve, the date, and the morrow,
/// whose hours may have begun where the clock goes back over midnight.
const NEIGHBOURS: u32 = 2;

impl Calendar {
    /// Whether the desk is open at this very instant. A closing instant is closed.
    pub fn is_open(&self, at: Timestamp) -> bool {
        Pieces::within(self, self.date(at), NEIGHBOURS)
            .take_while(|piece| piece.start <= at)
            .any(|piece| at < piece.end)
    }

    /// The first open instant at or after `at`; none within [`MAX_CLOSED_DAYS`] if `None`.
    pub fn next_open(&self, at: Timestamp) -> Option<Timestamp> {
        Pieces::from(self, at)
            .find(|piece| at < piece.end)
            .map(|piece| piece.start.max(at))
    }

    /// The first instant after `at` at which the desk closes: of the present open time, or of the next.
    /// Intervals that touch, also over midnight, are one. `None` if it never opens or never closes within
    /// [`MAX_CLOSED_DAYS`].
    pub fn next_close(&self, at: Timestamp) -> Option<Timestamp> {
        let horizon = after_days(at, MAX_CLOSED_DAYS);
        let mut pieces = Pieces::from(self, at).skip_while(|piece| piece.end <= at);
        let mut close = pieces.next()?.end;
        for piece in pieces.take_while(|piece| piece.start <= horizon) {
            if close < piece.start {
                return Some(close);
            }
            close = close.max(piece.end);
        }
        (close <= horizon).then_some(close)
    }

    /// The instant at which `amount` of business time has passed since `start`, exact to the nanosecond.
    ///
    /// Time before the next opening doesn't count. A due instant that falls exactly on a close stays there.
    /// An `amount` of nothing gives `start` itself while the desk is open or just closing, else the next
    /// opening; so the result is always in open time or at its close, `add(add(t, a), b) == add(t, a + b)`,
    /// and the result grows with both `start` and `amount`.
    ///
    /// # Errors
    /// [`CalendarError::NeverOpens`] and [`CalendarError::TooFar`].
    pub fn add_business(
        &self,
        start: Timestamp,
        amount: Duration,
    ) -> Result<Timestamp, CalendarError> {
        let too_far = || CalendarError::TooFar { from: start };
        let horizon = after_days(start, MAX_SPAN_DAYS);
        let mut left = SignedDuration::try_from(amount).map_err(|_| too_far())?;
        let mut counted_to = start;
        for piece in Pieces::from(self, start) {
            if piece.start > horizon {
                return Err(too_far());
            }
            let from = piece.start.max(counted_to);
            if piece.end < from {
                continue;
            }
            let open = from.duration_until(piece.end);
            if left <= open {
                return from.checked_add(left).map_err(|_| too_far());
            }
            left -= open;
            counted_to = piece.end;
        }
        Err(CalendarError::NeverOpens { after: counted_to })
    }

    /// How much business time lies between two instants; nothing if `to` isn't after `from`.
    ///
    /// # Errors
    /// [`CalendarError::TooFar`] if they are more than [`MAX_SPAN_DAYS`] apart.
    pub fn business_between(
        &self,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Duration, CalendarError> {
        if to > after_days(from, MAX_SPAN_DAYS) {
            return Err(CalendarError::TooFar { from });
        }
        let mut total = SignedDuration::ZERO;
        let mut counted_to = from;
        // Local dates advance a little unlike elapsed days, hence the neighbours.
        for piece in Pieces::within(self, self.date(from), MAX_SPAN_DAYS + NEIGHBOURS) {
            if piece.start >= to {
                break;
            }
            let start = piece.start.max(counted_to);
            let end = piece.end.min(to);
            if start < end {
                total += start.duration_until(end);
                counted_to = end;
            }
        }
        Ok(total.unsigned_abs())
    }

    /// The close of the business day that `at` lies in, a lunch break included, or else of the next one.
    /// A business day is the open time that starts on one date, so a night shift ends with its morning.
    ///
    /// # Errors
    /// [`CalendarError::NeverOpens`].
    pub fn end_of_business_day(&self, at: Timestamp) -> Result<Timestamp, CalendarError> {
        let day = self.business_days(at).find(|day| at < day.end);
        day.map(|day| day.end)
            .ok_or(CalendarError::NeverOpens { after: at })
    }

    /// The close of the business day after the one that `at` lies in; outside business days, of the first one
    /// on a later date than the wall clock shows. So on Friday evening it is Monday's close, as it is on
    /// Friday noon, for a desk that works from Monday to Friday.
    ///
    /// # Errors
    /// [`CalendarError::NeverOpens`].
    pub fn next_business_day_end(&self, at: Timestamp) -> Result<Timestamp, CalendarError> {
        let today = self
            .business_days(at)
            .take_while(|day| day.start <= at)
            .find(|day| at < day.end)
            .map_or_else(|| self.date(at), |day| day.date);
        let day = self.business_days(at).find(|day| today < day.date);
        day.map(|day| day.end)
            .ok_or(CalendarError::NeverOpens { after: at })
    }

    /// Each date's open time from its first opening to its last close.
    fn business_days(&self, at: Timestamp) -> impl Iterator<Item = Piece> {
        let mut pieces = Pieces::from(self, at).peekable();
        std::iter::from_fn(move || {
            let mut day = pieces.next()?;
            while let Some(more) = pieces.next_if(|piece| piece.date == day.date) {
                day.end = day.end.max(more.end);
            }
            Some(day)
        })
    }
}

/// The last instant there is, where the addition would pass it.
fn after_days(at: Timestamp, days: u32) -> Timestamp {
    at.checked_add(SignedDuration::from_hours(i64::from(days) * 24))
        .unwrap_or(Timestamp::MAX)
}
