//! What a calendar's file says, once it is known to be sound: which intervals hold on which date.

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;

use super::dates::DateTable;
use super::interval::{DAY, Interval};
use super::official::Official;

/// The ordinary week.
#[derive(Debug, Clone, Default)]
pub(super) struct Week {
    /// From Monday; each day's intervals in order and without overlap.
    days: [Vec<Interval>; 7],
}

impl Week {
    pub(super) fn on(&self, weekday: Weekday) -> &[Interval] {
        usize::try_from(weekday.to_monday_zero_offset())
            .ok()
            .and_then(|index| self.days.get(index))
            .map_or(&[], Vec::as_slice)
    }

    pub(super) fn on_mut(&mut self, weekday: Weekday) -> Option<&mut Vec<Interval>> {
        usize::try_from(weekday.to_monday_zero_offset())
            .ok()
            .and_then(|index| self.days.get_mut(index))
    }

    pub(super) fn intervals(&self) -> impl Iterator<Item = Interval> {
        self.days.iter().flatten().copied()
    }

    /// Monday, or where the desk is closed on Mondays the first open weekday after it.
    pub(super) fn first_open(&self) -> Option<Weekday> {
        MONDAY_FIRST
            .into_iter()
            .find(|weekday| !self.on(*weekday).is_empty())
    }
}

pub(super) const MONDAY_FIRST: [Weekday; 7] = [
    Weekday::Monday,
    Weekday::Tuesday,
    Weekday::Wednesday,
    Weekday::Thursday,
    Weekday::Friday,
    Weekday::Saturday,
    Weekday::Sunday,
];

/// Dates that don't follow the ordinary week, of a desk or of an official calendar.
#[derive(Debug, Clone, Default)]
pub(super) struct DateRules {
    pub(super) special: DateTable<SpecialDay>,
    pub(super) make_up: DateTable<MakeUpDay>,
    /// The holiday's name.
    pub(super) holidays: DateTable<String>,
}

#[derive(Debug, Clone)]
pub(super) struct SpecialDay {
    pub(super) name: Option<String>,
    pub(super) intervals: Vec<Interval>,
}

#[derive(Debug, Clone)]
pub(super) struct MakeUpDay {
    pub(super) name: Option<String>,
    pub(super) hours: MakeUpHours,
}

/// Which hours a make-up working day follows.
#[derive(Debug, Clone)]
pub(super) enum MakeUpHours {
    /// Its own weekday's if the desk is open then anyway, else those of [`OpeningRules::make_up_like`].
    Ordinary,
    Like(Weekday),
    Own(Vec<Interval>),
}

/// One whole calendar.
#[derive(Debug, Clone)]
pub(super) struct OpeningRules {
    /// Overrides the desk's zone.
    pub(super) time_zone: Option<TimeZone>,
    pub(super) official: Option<Official>,
    pub(super) week: Week,
    pub(super) make_up_like: Weekday,
    pub(super) own: DateRules,
}

/// Why a date has the hours it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayKind {
    /// The weekday's ordinary hours.
    Ordinary,
    /// Closed by a holiday.
    Holiday,
    /// A make-up working day (调休).
    MakeUp,
    /// Special hours.
    Special,
}

/// What holds on one date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day<'c> {
    /// Which of the calendar's rules decides the date.
    pub kind: DayKind,
    /// What the rule calls the date: the holiday's name, 春节, stocktaking.
    pub name: Option<&'c str>,
    /// The intervals that start on this date, in order; none where the desk is closed.
    pub intervals: &'c [Interval],
}

impl OpeningRules {
    /// The rule for a date. The desk's own dates go before the official calendar's, and within each special
    /// hours before make-up days before holidays (R3).
    pub(super) fn on(&self, date: Date) -> Day<'_> {
        self.by_dates(&self.own, date)
            .or_else(|| self.by_dates(self.official?.rules(), date))
            .unwrap_or_else(|| Day {
                kind: DayKind::Ordinary,
                name: None,
                intervals: self.week.on(date.weekday()),
            })
    }

    fn by_dates<'c>(&'c self, rules: &'c DateRules, date: Date) -> Option<Day<'c>> {
        if let Some(day) = rules.special.get(date) {
            return Some(Day {
                kind: DayKind::Special,
                name: day.name.as_deref(),
                intervals: &day.intervals,
            });
        }
        if let Some(day) = rules.make_up.get(date) {
            let intervals = match &day.hours {
                MakeUpHours::Own(intervals) => intervals.as_slice(),
                MakeUpHours::Like(weekday) => self.week.on(*weekday),
                MakeUpHours::Ordinary => self.ordinary_or_like(date),
            };
            return Some(Day {
                kind: DayKind::MakeUp,
                name: day.name.as_deref(),
                intervals,
            });
        }
        let name = rules.holidays.get(date)?;
        Some(Day {
            kind: DayKind::Holiday,
            name: Some(name),
            intervals: &[],
        })
    }

    fn ordinary_or_like(&self, date: Date) -> &[Interval] {
        match self.week.on(date.weekday()) {
            [] => self.week.on(self.make_up_like),
            ordinary => ordinary,
        }
    }

    /// Whether any interval ends at or after the midnight that ends its date.
    pub(super) fn reaches_midnight(&self) -> bool {
        let special = self.own.special.values().flat_map(|day| &day.intervals);
        let make_up = self.own.make_up.values().flat_map(|day| match &day.hours {
            MakeUpHours::Own(intervals) => intervals.as_slice(),
            MakeUpHours::Like(_) | MakeUpHours::Ordinary => &[],
        });
        self.week
            .intervals()
            .chain(special.copied())
            .chain(make_up.copied())
            .any(|interval| interval.end() >= DAY)
    }
}
