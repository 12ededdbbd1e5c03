//! The structure of `hours.toml`; described for its writers in `docs/hours.md`.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use toml::de::DeTable;

use super::check;
use super::dates::{DateTable, Dates};
use super::hours::Hours;
use super::interval::Interval;
use super::official::Official;
use super::reader::{Place, Placed, Reader, Value, weekday};
use super::rules::{DateRules, MakeUpDay, MakeUpHours, OpeningRules, SpecialDay, Week};
use super::zone::zone;
use crate::workflow::Problem;

/// A longer stretch of dates is taken for a mistyped year.
const MAX_DATES: i32 = 366;

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
    read(file, text, date_lists)
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
    let own = date_lists(reader, table);
    refuse_closed_models(reader, table, &week);
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

fn date_lists(reader: &mut Reader<'_>, table: &DeTable<'_>) -> DateRules {
    DateRules {
        holidays: list(reader, table, "holidays", &[], |reader, entry| {
            let name = name(reader, entry.value);
            if name.is_none() && !entry.value.contains_key("name") {
                reader.problem(
                    &entry.place,
                    "the holiday has no name; add a line like name = \"Spring Festival\"",
                );
            }
            name.unwrap_or_default()
        }),
        make_up: list(
            reader,
            table,
            "make-up-days",
            &["like", "hours"],
            |reader, entry| MakeUpDay {
                name: name(reader, entry.value),
                hours: make_up_hours(reader, entry),
            },
        ),
        special: list(reader, table, "special", &["hours"], |reader, entry| {
            SpecialDay {
                name: name(reader, entry.value),
                intervals: special_hours(reader, entry),
            }
        }),
    }
}

fn list<T>(
    reader: &mut Reader<'_>,
    table: &DeTable<'_>,
    key: &str,
    extra: &[&str],
    mut read_entry: impl FnMut(&mut Reader<'_>, &Placed<&DeTable<'_>>) -> T,
) -> DateTable<T> {
    let known = [&["date", "from", "to", "name"], extra].concat();
    let entries = table
        .get(key)
        .map(|value| reader.tables(value, key))
        .unwrap_or_default();
    let mut listed = Vec::new();
    for entry in &entries {
        for (name, _) in entry.value {
            if !known.contains(&name.get_ref().as_ref()) {
                reader.unknown_key(&name.span(), name.get_ref(), &known);
            }
        }
        let value = read_entry(reader, entry);
        listed.extend(dates(reader, entry).map(|dates| (dates, value)));
    }
    check::dates(reader, key, listed)
}

/// The dates of an entry: `date`, or `from` and `to`.
fn dates(reader: &mut Reader<'_>, entry: &Placed<&DeTable<'_>>) -> Option<Placed<Dates>> {
    let value = match (
        entry.value.get("date"),
        entry.value.get("from"),
        entry.value.get("to"),
    ) {
        (Some(day), None, None) => {
            let date = reader.date(day, "date")?;
            return Some(Placed {
                place: day.span(),
                value: Dates {
                    first: date,
                    last: date,
                },
            });
        }
        (None, Some(from), Some(to)) => {
            let (first, last) = (reader.date(from, "from"), reader.date(to, "to"));
            let dates = Dates {
                first: first?,
                last: last?,
            };
            if dates.last < dates.first {
                let message = format!(
                    "the stretch ends on {}, before it begins on {}; exchange from and to",
                    dates.last, dates.first
                );
                reader.problem(&to.span(), message);
                return None;
            }
            let days = (dates.last - dates.first).get_days();
            if days >= MAX_DATES {
                let message = format!(
                    "from {} to {} are {} days, more than a year; check the years",
                    dates.first,
                    dates.last,
                    days + 1
                );
                reader.problem(&to.span(), message);
                return None;
            }
            Placed {
                place: from.span(),
                value: dates,
            }
        }
        _ => {
            reader.problem(
                &entry.place,
                "say which day with date = 2026-02-17, or which days with from and to",
            );
            return None;
        }
    };
    Some(value)
}

fn name(reader: &mut Reader<'_>, entry: &DeTable<'_>) -> Option<String> {
    entry.get("name").and_then(|value| reader.name(value))
}

fn make_up_hours(reader: &mut Reader<'_>, entry: &Placed<&DeTable<'_>>) -> MakeUpHours {
    match (entry.value.get("like"), entry.value.get("hours")) {
        (Some(like), Some(_)) => {
            reader.problem(
                &like.span(),
                "a make-up day has either like or hours; remove one of them",
            );
            MakeUpHours::Ordinary
        }
        (Some(like), None) => reader
            .weekday(like, "like")
            .map_or(MakeUpHours::Ordinary, MakeUpHours::Like),
        (None, Some(hours)) => MakeUpHours::Own(open_hours(reader, hours)),
        (None, None) => MakeUpHours::Ordinary,
    }
}

fn special_hours(reader: &mut Reader<'_>, entry: &Placed<&DeTable<'_>>) -> Vec<Interval> {
    match entry.value.get("hours") {
        Some(hours) => open_hours(reader, hours),
        None => {
            reader.problem(
                &entry.place,
                "the special day has no hours; add a line like hours = [\"09:00-17:00\"]",
            );
            Vec::new()
        }
    }
}

/// Hours of a date, at least one interval.
fn open_hours(reader: &mut Reader<'_>, value: &Value<'_>) -> Vec<Interval> {
    let problems_before = reader.problems.len();
    let intervals = reader.intervals(value, "hours").unwrap_or_default();
    if intervals.is_empty() && reader.problems.len() == problems_before {
        reader.problem(
            &value.span(),
            "there is no interval in hours; to close a day, list it under [[holidays]]",
        );
    }
    check::one_day(reader, intervals)
}

/// A weekday whose hours another day is to follow.
fn open_weekday(
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

/// A make-up day that follows a closed weekday would be closed: surely not what was meant.
fn refuse_closed_models(reader: &mut Reader<'_>, table: &DeTable<'_>, week: &Week) {
    let entries = table
        .get("make-up-days")
        .and_then(|value| value.get_ref().as_array());
    for entry in entries.into_iter().flat_map(|entries| entries.iter()) {
        let like = entry
            .get_ref()
            .as_table()
            .and_then(|table| table.get("like"));
        // What isn't a weekday at all has been reported when the entry was read.
        if let Some(like) = like.filter(|like| like.get_ref().as_str().and_then(weekday).is_some())
        {
            open_weekday(reader, like, "like", week);
        }
    }
}
