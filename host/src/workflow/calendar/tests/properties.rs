//! What holds for every calendar, instant and amount; and that no text makes the reader panic.

use std::time::Duration;

use jiff::civil::{Date, DateTime, Time};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use proptest::sample::select;

use super::super::{Calendar, Hours, zone};
use super::{calendar, hours};

/// Zones with a change of clocks, a skipped day, a change at midnight, an odd offset, and none of these.
const ZONES: &[&str] = &[
    "Asia/Shanghai",
    "Europe/Berlin",
    "America/New_York",
    "America/St_Johns",
    "America/Havana",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Asia/Kathmandu",
];

/// Days around which the zones change their clocks, and China's long holidays.
const DAYS: &[&str] = &[
    "2010-11-07",
    "2011-12-30",
    "2026-02-15",
    "2026-03-08",
    "2026-03-29",
    "2026-04-05",
    "2026-10-04",
    "2026-10-25",
    "2026-11-01",
];

fn minute(minutes: u32) -> String {
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

/// Up to three intervals by day, and perhaps a night shift that leaves the next day's free.
fn day_hours() -> impl Strategy<Value = Vec<String>> {
    let by_day = prop::collection::btree_set(360_u32..=1320, 0..7).prop_map(|bounds| {
        let bounds: Vec<u32> = bounds.into_iter().collect();
        bounds
            .chunks_exact(2)
            .map(|pair| (pair[0], pair[1]))
            .collect::<Vec<_>>()
    });
    let night = prop::option::weighted(
        0.3,
        (1320_u32..1440, prop_oneof![Just(1440_u32), 0_u32..=360]),
    );
    (by_day, night).prop_map(|(by_day, night)| {
        let written = |(start, end)| format!("\"{}-{}\"", minute(start), minute(end));
        by_day.into_iter().chain(night).map(written).collect()
    })
}

fn hours_text() -> impl Strategy<Value = String> {
    let week = prop::collection::vec(day_hours(), 7).prop_filter("an open week", |days| {
        days.iter().any(|day| !day.is_empty())
    });
    let special = prop::option::of((select(DAYS), day_hours()));
    (week, special, any::<bool>()).prop_map(|(week, special, china)| {
        let mut text = if china { "calendar = \"china\"\n" } else { "" }.to_owned();
        text += "[weekly]\n";
        let names = [
            "monday",
            "tuesday",
            "wednesday",
            "thursday",
            "friday",
            "saturday",
            "sunday",
        ];
        for (name, intervals) in names.iter().zip(week) {
            text += &format!("{name} = [{}]\n", intervals.join(", "));
        }
        match special {
            Some((day, intervals)) if intervals.is_empty() => {
                text += &format!("[[holidays]]\ndate = {day}\nname = \"closed\"\n");
            }
            Some((day, intervals)) => {
                text += &format!(
                    "[[special]]\ndate = {day}\nhours = [{}]\n",
                    intervals.join(", ")
                );
            }
            None => {}
        }
        text
    })
}

/// Calendars with enough open time that no amount of these tests is due too far away.
fn calendars() -> impl Strategy<Value = Calendar> {
    (hours_text(), select(ZONES))
        .prop_map(|(text, zone)| calendar(&text, zone))
        .prop_filter("some hours a week", |desk| {
            desk.weekly_total() >= Duration::from_secs(4 * 3600)
        })
}

/// Whole and broken seconds near an eventful day.
fn instants() -> impl Strategy<Value = Timestamp> {
    let second = -6 * 86_400_i64..6 * 86_400;
    let nanosecond = prop_oneof![Just(0), 0..1_000_000_000_i32];
    (select(DAYS), second, nanosecond).prop_map(|(day, second, nanosecond)| {
        let midnight: Timestamp = format!("{day}T00:00Z").parse().unwrap();
        midnight + SignedDuration::new(second, nanosecond)
    })
}

/// Nothing, seconds, hours, weeks; whole quarters of an hour often meet a close exactly.
fn amounts() -> impl Strategy<Value = Duration> {
    prop_oneof![
        Just(Duration::ZERO),
        (0_u64..200).prop_map(Duration::from_secs),
        (0_u64..400).prop_map(|quarters| Duration::from_secs(quarters * 900)),
        (0_u64..2_000_000, 0_u32..1_000_000_000).prop_map(|(s, n)| Duration::new(s, n)),
    ]
}

/// Open, or the closing instant of open time.
fn in_open_time(calendar: &Calendar, at: Timestamp) -> bool {
    calendar.is_open(at) || calendar.is_open(at - SignedDuration::from_nanos(1))
}

proptest! {
    #[test]
    fn adding_one_amount_then_another_is_adding_both(
        desk in calendars(), start in instants(), a in amounts(), b in amounts(),
    ) {
        let stepwise = desk.add_business(desk.add_business(start, a).unwrap(), b);
        prop_assert_eq!(stepwise, desk.add_business(start, a + b));
    }

    #[test]
    fn a_due_instant_lies_in_open_time_or_at_its_close(
        desk in calendars(), start in instants(), amount in amounts(),
    ) {
        let due = desk.add_business(start, amount).unwrap();
        prop_assert!(due >= start);
        prop_assert!(in_open_time(&desk, due), "{}", due);
    }

    #[test]
    fn a_due_instant_at_a_close_is_reached_exactly_and_stays(desk in calendars(), start in instants()) {
        let open = desk.next_open(start).unwrap();
        if let Some(close) = desk.next_close(open) {
            let amount = desk.business_between(open, close).unwrap();
            prop_assert_eq!(desk.add_business(start, amount).unwrap(), close);
            prop_assert_eq!(desk.add_business(close, Duration::ZERO).unwrap(), close);
        }
    }

    #[test]
    fn later_starts_and_greater_amounts_are_due_no_earlier(
        desk in calendars(), start in instants(), later in amounts(), amount in amounts(), more in amounts(),
    ) {
        let due = desk.add_business(start, amount).unwrap();
        prop_assert!(due <= desk.add_business(start + later, amount).unwrap());
        prop_assert!(due <= desk.add_business(start, amount + more).unwrap());
    }

    #[test]
    fn between_a_start_and_its_due_instant_lies_just_the_amount(
        desk in calendars(), start in instants(), amount in amounts(),
    ) {
        let due = desk.add_business(start, amount).unwrap();
        prop_assert_eq!(desk.business_between(start, due).unwrap(), amount);
    }

    #[test]
    fn the_next_opening_is_open_and_nothing_before_it_is(desk in calendars(), at in instants()) {
        let open = desk.next_open(at).unwrap();
        prop_assert!(open >= at && desk.is_open(open));
        prop_assert_eq!(desk.business_between(at, open).unwrap(), Duration::ZERO);
        prop_assert_eq!(open == at, desk.is_open(at));
    }

    #[test]
    fn at_the_next_close_the_desk_is_closed_and_was_open(desk in calendars(), at in instants()) {
        if let Some(close) = desk.next_close(at) {
            prop_assert!(close > at && !desk.is_open(close));
            prop_assert!(desk.is_open(close - SignedDuration::from_nanos(1)));
        }
    }

    #[test]
    fn a_business_day_ends_after_now_in_open_time(desk in calendars(), at in instants()) {
        let end = desk.end_of_business_day(at).unwrap();
        prop_assert!(at < end);
        prop_assert!(desk.is_open(end - SignedDuration::from_nanos(1)));
        prop_assert!(end <= desk.next_business_day_end(at).unwrap());
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in any::<String>()) {
        check_problems(&text);
    }

    #[test]
    fn no_change_to_a_valid_text_makes_the_reader_panic(
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..12, select(SNIPPETS)), 1..6),
    ) {
        let mut text: Vec<char> = FULL.chars().collect();
        for (place, removed, inserted) in edits {
            let from = place.index(text.len() + 1);
            let to = (from + removed).min(text.len());
            text.splice(from..to, inserted.chars());
        }
        check_problems(&text.into_iter().collect::<String>());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn open_is_what_a_minute_by_minute_model_says(desk in calendars(), day in select(DAYS)) {
        let midnight: Timestamp = format!("{day}T00:00Z").parse().unwrap();
        for (at, open) in Model::around(&desk, midnight).minutes() {
            prop_assert_eq!(desk.is_open(at), open, "{}", at);
        }
    }
}

/// The wall clock written down minute by minute, without any help for ambiguous times.
struct Model {
    first: Timestamp,
    /// The latest time shown up to each minute.
    latest_shown: Vec<DateTime>,
    open: Vec<bool>,
}

impl Model {
    const DAYS: i64 = 4;

    fn around(desk: &Calendar, middle: Timestamp) -> Self {
        let first = middle - SignedDuration::from_hours(24 * Self::DAYS);
        let minutes = 2 * Self::DAYS * 24 * 60;
        let mut latest = DateTime::MIN;
        let latest_shown: Vec<DateTime> = (0..minutes)
            .map(|minute| {
                latest = latest.max(
                    desk.time_zone()
                        .to_datetime(first + SignedDuration::from_mins(minute)),
                );
                latest
            })
            .collect();
        let mut model = Self {
            first,
            open: vec![false; latest_shown.len()],
            latest_shown,
        };
        let mut date = model.latest_shown[0].date().yesterday().unwrap();
        while date <= latest.date() {
            for interval in desk.day(date).intervals {
                let (start, end) = (
                    model.first_shown(date, interval.start()),
                    model.first_shown(date, interval.end()),
                );
                if start < end {
                    model.open[start..end].fill(true);
                }
            }
            date = date.tomorrow().unwrap();
        }
        model
    }

    /// The first minute at which the clock shows the time or a later one.
    fn first_shown(&self, date: Date, seconds: u32) -> usize {
        let wall = date.to_datetime(Time::midnight()) + SignedDuration::from_secs(seconds.into());
        self.latest_shown.partition_point(|shown| *shown < wall)
    }

    /// Without the first two days, into which hours from before the model may reach.
    fn minutes(&self) -> impl Iterator<Item = (Timestamp, bool)> {
        let at =
            |minute: usize| self.first + SignedDuration::from_mins(i64::try_from(minute).unwrap());
        self.open
            .iter()
            .enumerate()
            .skip(2 * 24 * 60)
            .map(move |(minute, open)| (at(minute), *open))
    }
}

const FULL: &str = r#"time-zone = "Asia/Shanghai"
calendar = "china"
make-up-like = "monday"
[weekly]
monday-saturday = ["08:30-12:00", "13:00—17:30"]
[[holidays]]
from = 2026-07-13
to = 2026-07-17
name = "暑假"
[[make-up-days]]
date = "2026-07-19"
like = "friday"
[[special]]
date = 2026-02-17
name = "春节"
hours = ["20:00-08:00"]
[calendars.on-call.weekly]
sat-sun = "00:00-24:00"
"#;

const SNIPPETS: &[&str] = &[
    "",
    "\"",
    "[",
    "]]",
    "=",
    "\n",
    "-",
    "9",
    "99",
    "：",
    "é",
    "\u{0}",
    "[[special]]\n",
    "= 1e9",
    "from = 0000-01-01",
    "{",
];

/// A text is either sound, and then its calendars answer, or each problem has a place in it.
fn check_problems(text: &str) {
    match Hours::parse("hours.toml", text) {
        Ok(hours) => {
            let desk = hours.calendar(&zone("UTC").unwrap());
            assert!(!desk.weekly_total().is_zero());
        }
        Err(problems) => {
            assert!(!problems.is_empty());
            let lines = text.matches('\n').count() + 1;
            for problem in problems {
                assert!(
                    (1..=lines).contains(&problem.line) && problem.column >= 1,
                    "{problem:?}"
                );
                assert!(!problem.message.is_empty());
            }
        }
    }
}

#[test]
fn the_text_that_is_mutated_is_valid() {
    assert_eq!(
        hours(FULL)
            .calendar(&zone("UTC").unwrap())
            .weekly_total_text(),
        "48 h"
    );
}
