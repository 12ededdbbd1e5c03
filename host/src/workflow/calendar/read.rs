//! The structure of `hours.toml`; described for its writers in `docs/hours.md`.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use toml::de::DeTable;

use super::check;
use super::hours::Hours;
use super::interval::Interval;
use super::lists;
use super::official::Official;
use super::reader::{Place, Placed, Reader, Value, weekday};
use super::rules::{DateRules, OpeningRules, Week};
use super::zone::zone;
use crate::workflow::Problem;

const CALENDAR_KEYS: &[&str] = &[
    "time-zone",
    "calendar",
    "make-up-like",
    "weekly",
    "holidays",
    "make-up-days",
    "special",
];
const FILE_KEYS: &[&str] = &[
    "time-zone",
    "calendar",
    "make-up-like",
    "weekly",
    "holidays",
    "make-up-days",
    "special",
    "calendars",
];

/// Reads a whole file.
pub(super) fn hours(file: &str, text: &str) -> Result<Hours, Vec<Problem>> {
    read(file, text, |reader, root| {
        let desk = calendar(reader, root, &(0..0), FILE_KEYS);
        let mut further = BTreeMap::new();
        let named = root
            .get("calendars")
            .and_then(|value| reader.table(value, "calendars", "[calendars.NAME]"));
        for (name, value) in named.into_iter().flatten() {
            if let Some(table) = reader.table(
                value,
                name.get_ref(),
                "its hours under [calendars.NAME.weekly]",
            ) {
                let rules = calendar(reader, table, &name.span(), CALENDAR_KEYS);
                further.insert(name.get_ref().to_string(), rules);
            }
        }
        Hours::new(desk, further)
    })
}

/// Reads a file of dates only: an official calendar.
pub(super) fn date_rules(file: &str, text: &str) -> Result<DateRules, Vec<Problem>> {
    read(file, text, |reader, root| {
        lists::date_lists(reader, root, &Week::default())
    })
}

/// All problems of the text, or what it says. After a mistake in the TOML itself the rest is still read, and
/// what it says wrong elsewhere is reported too.
fn read<T>(
    file: &str,
    text: &str,
    meaning: impl FnOnce(&mut Reader<'_>, &DeTable<'_>) -> T,
) -> Result<T, Vec<Problem>> {
    let (root, mistakes) = DeTable::parse_recoverable(text);
    let mut reader = Reader::new(file, text);
    let value = meaning(&mut reader, root.get_ref());
    let broken: Vec<Problem> = mistakes
        .iter()
        .map(|mistake| {
            let offset = mistake.span().map_or(0, |span| span.start);
            Problem::at(
                file,
                text,
                offset,
                format!("this is not valid TOML: {}", mistake.message().trim()),
            )
        })
        .collect();
    let broken_lines: BTreeSet<usize> = broken.iter().map(|problem| problem.line).collect();
    let mut problems = reader.problems;
    problems.retain(|problem| !broken_lines.contains(&problem.line));
    problems.extend(broken);
    problems.sort();
    problems.dedup();
    if problems.is_empty() {
        Ok(value)
    } else {
        Err(problems)
    }
}

fn calendar(
    reader: &mut Reader<'_>,
    table: &DeTable<'_>,
    place: &Place,
    known: &[&str],
) -> OpeningRules {
    for (key, _) in table {
        if !known.contains(&key.get_ref().as_ref()) {
            reader.unknown_key(&key.span(), key.get_ref(), known);
        }
    }
    let time_zone = table
        .get("time-zone")
        .and_then(|value| time_zone(reader, value));
    let official = table
        .get("calendar")
        .and_then(|value| official(reader, value));
    let week = weekly(reader, table, place);
    let like = table
        .get("make-up-like")
        .and_then(|value| open_weekday(reader, value, "make-up-like", &week));
    let own = lists::date_lists(reader, table, &week);
    let make_up_like = like
        .or_else(|| week.first_open())
        .unwrap_or(Weekday::Monday);
    OpeningRules {
        time_zone,
        official,
        week,
        make_up_like,
        own,
    }
}

fn time_zone(reader: &mut Reader<'_>, value: &Value<'_>) -> Option<TimeZone> {
    let name = reader.text(value, "time-zone", "an IANA name like \"Asia/Shanghai\"")?;
    let found = zone(name);
    if found.is_none() {
        reader.problem(
            &value.span(),
            format!("there is no time zone \"{name}\"; write an IANA name like \"Asia/Shanghai\" or \"Europe/Berlin\""),
        );
    }
    found
}

fn official(reader: &mut Reader<'_>, value: &Value<'_>) -> Option<Official> {
    let name = reader.text(
        value,
        "calendar",
        "the name of an official calendar, like \"china\"",
    )?;
    let found = Official::by_name(name);
    if found.is_none() {
        let message = format!(
            "there is no official calendar \"{name}\"; there is {}. Other holidays are listed under [[holidays]]",
            Official::NAMES.join(", ")
        );
        reader.problem(&value.span(), message);
    }
    found
}

fn weekly(reader: &mut Reader<'_>, table: &DeTable<'_>, place: &Place) -> Week {
    let Some((key, value)) = table.get_key_value("weekly") else {
        reader.problem(place, "the weekly hours are missing; add [weekly] with a line like monday-friday = [\"09:00-17:00\"]");
        return Week::default();
    };
    let Some(days) = reader.table(value, "weekly", "[weekly] with a line for each day") else {
        return Week::default();
    };
    let mut seen: BTreeMap<i8, usize> = BTreeMap::new();
    let mut listed: Vec<(Weekday, Placed<Interval>)> = Vec::new();
    let problems_before = reader.problems.len();
    let mut lines: Vec<_> = days.iter().collect();
    lines.sort_by_key(|(key, _)| key.span().start);
    for (key, value) in lines {
        let Some(weekdays) = weekdays(key.get_ref()) else {
            let message = format!(
                "\"{}\" is neither a weekday nor a stretch of them; write monday … sunday, or like monday-friday",
                key.get_ref()
            );
            reader.problem(&key.span(), message);
            continue;
        };
        let intervals = reader.intervals(value, key.get_ref()).unwrap_or_default();
        for weekday in weekdays {
            let line = reader.line(&key.span());
            if let Some(first) = seen.insert(weekday.to_monday_zero_offset(), line) {
                let message = format!(
                    "{weekday:?} has hours in line {first} already; name it once, with all its intervals in one list"
                );
                reader.problem(&key.span(), message);
                continue;
            }
            listed.extend(intervals.iter().map(|interval| (weekday, interval.clone())));
        }
    }
    if listed.is_empty() && reader.problems.len() == problems_before {
        reader.problem(
            &key.span(),
            "the week has no opening hours; add a line like monday-friday = [\"09:00-17:00\"]",
        );
    }
    check::week(reader, &listed)
}

/// `monday`, `mon`, `monday-friday`, `sat-sun`, also over the week's end as `friday-monday`.
fn weekdays(key: &str) -> Option<Vec<Weekday>> {
    let (first, last) = key.split_once('-').unwrap_or((key, key));
    let (first, last) = (weekday(first)?, weekday(last)?);
    let mut days = vec![first];
    while let Some(day) = days.last().filter(|day| **day != last) {
        days.push(day.next());
    }
    Some(days)
}

/// A weekday whose hours another day is to follow.
pub(super) fn open_weekday(
    reader: &mut Reader<'_>,
    value: &Value<'_>,
    key: &str,
    week: &Week,
) -> Option<Weekday> {
    let weekday = reader.weekday(value, key)?;
    if week.on(weekday).is_empty() && week.first_open().is_some() {
        reader.problem(
            &value.span(),
            format!("{key} names {weekday:?}, on which the desk is closed; name an open weekday"),
        );
    }
    Some(weekday)
}
