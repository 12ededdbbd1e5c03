//! Whole-calendar tests, one file per subject.

mod clock_changes;
mod examples;
mod properties;
mod refusals;

use jiff::Timestamp;
use jiff::civil::DateTime;

use super::{Calendar, Hours, zone};

/// The six-day desk of the source texts.
const SIX_DAYS: &str = r#"
calendar = "china"
[weekly]
monday-saturday = ["08:30-12:00", "13:00-17:30"]
"#;

fn hours(text: &str) -> Hours {
    Hours::parse("hours.toml", text).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

fn calendar(text: &str, zone_name: &str) -> Calendar {
    hours(text).calendar(&zone(zone_name).unwrap())
}

/// A wall-clock time of the calendar's zone, written `2026-03-10 11:59:40`.
fn at(calendar: &Calendar, text: &str) -> Timestamp {
    let wall: DateTime = text.parse().unwrap();
    calendar
        .time_zone()
        .to_ambiguous_timestamp(wall)
        .unambiguous()
        .unwrap()
}

/// The wall clock of the calendar's zone, for comparisons that read well when they fail.
fn wall(calendar: &Calendar, at: Timestamp) -> String {
    calendar
        .time_zone()
        .to_datetime(at)
        .to_string()
        .replace('T', " ")
}
