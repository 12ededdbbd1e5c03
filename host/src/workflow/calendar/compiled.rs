//! The calendar that answers questions: opening rules in a time zone.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::{AmbiguousOffset, TimeZone};

use super::interval::{DAY, Interval, length};
use super::official::Official;
use super::rules::{Day, DayKind, MONDAY_FIRST, OpeningRules};

/// Opening hours in a time zone; answers questions about business time. Immutable, cheap to clone.
///
/// # How the wall clock becomes an instant
/// An interval's start and end are wall-clock times of its date, each turned into the first instant at which
/// the wall clock shows that time or a later one. So a boundary that the clock skips moves to the instant of
/// the change, and a boundary that the clock shows twice means the first showing, for a start and an end
/// alike. An interval that the clock skips whole (and a date, as Samoa's 30 December 2011) has no instants.
///
/// # What a due instant is
/// `add_business(t, n)` is the earliest instant, not before `t`, up to which `n` of business time has passed.
/// Where that falls exactly on a close it stays at the close and doesn't move to the next opening.
#[derive(Debug, Clone)]
pub struct Calendar {
    pub(super) rules: Arc<OpeningRules>,
    pub(super) zone: TimeZone,
    /// Whether yesterday's intervals can matter today.
    pub(super) reaches_midnight: bool,
}

/// An interval on its date, as instants.
#[derive(Debug, Clone, Copy)]
pub(super) struct Piece {
    pub(super) date: Date,
    pub(super) start: Timestamp,
    pub(super) end: Timestamp,
}

impl Calendar {
    pub(super) fn new(rules: Arc<OpeningRules>, desk_zone: &TimeZone) -> Self {
        let zone = rules.time_zone.as_ref().unwrap_or(desk_zone).clone();
        let reaches_midnight = rules.reaches_midnight();
        Self {
            rules,
            zone,
            reaches_midnight,
        }
    }

    /// The zone whose wall clock the hours follow.
    pub fn time_zone(&self) -> &TimeZone {
        &self.zone
    }

    /// What holds on a date, and why.
    pub fn day(&self, date: Date) -> Day<'_> {
        self.rules.on(date)
    }

    /// The date that the desk's wall clock shows.
    pub fn date(&self, at: Timestamp) -> Date {
        self.zone.to_datetime(at).date()
    }

    /// Whether the date is closed by a holiday, of the desk or official (R3). A weekly closing day isn't one.
    pub fn is_holiday(&self, date: Date) -> bool {
        self.day(date).kind == DayKind::Holiday
    }

    /// What the date is called: the holiday's, the make-up day's or the special hours' name.
    pub fn day_name(&self, date: Date) -> Option<&str> {
        self.day(date).name
    }

    /// The official calendar taken in; its years say how far ahead the public holidays are known.
    pub fn official(&self) -> Option<Official> {
        self.rules.official
    }

    /// How long the desk is open in an ordinary week (R2).
    pub fn weekly_total(&self) -> Duration {
        Duration::from_secs(self.weekly_seconds().into())
    }

    /// [`Self::weekly_total`] for people: `48 h`, `37 h 30 min` (R2).
    pub fn weekly_total_text(&self) -> String {
        length(self.weekly_seconds())
    }

    fn weekly_seconds(&self) -> u32 {
        MONDAY_FIRST
            .iter()
            .flat_map(|weekday| self.rules.week.on(*weekday))
            .map(|interval| interval.seconds())
            .sum()
    }

    /// `None` where the clock skips the whole interval, and outside the years that timestamps can express.
    pub(super) fn piece(&self, date: Date, interval: Interval) -> Option<Piece> {
        let start = self.instant(date, interval.start())?;
        let end = self.instant(date, interval.end())?;
        (start < end).then_some(Piece { date, start, end })
    }

    /// The first instant at which the wall clock shows this time or a later one.
    fn instant(&self, date: Date, seconds: u32) -> Option<Timestamp> {
        let (date, seconds) = if seconds < DAY {
            (date, seconds)
        } else {
            (date.tomorrow().ok()?, seconds - DAY)
        };
        let field = |value: u32| i8::try_from(value).ok();
        let time = Time::new(
            field(seconds / 3600)?,
            field(seconds / 60 % 60)?,
            field(seconds % 60)?,
            0,
        )
        .ok()?;
        let wall = date.to_datetime(time);
        let ambiguous = self.zone.to_ambiguous_timestamp(wall);
        match ambiguous.offset() {
            AmbiguousOffset::Gap { after, .. } => {
                // Read with the later offset, a skipped time lies just before the change that skips it.
                let before_change = after.to_timestamp(wall).ok()?;
                self.zone
                    .following(before_change)
                    .find(|change| change.offset() == after)
                    .map(|change| change.timestamp())
            }
            AmbiguousOffset::Unambiguous { .. } | AmbiguousOffset::Fold { .. } => {
                ambiguous.earlier().ok()
            }
        }
    }
}
