//! The lists of dates in `hours.toml`: holidays, make-up working days, special hours.

use toml::de::DeTable;

use super::check;
use super::dates::{DateTable, Dates};
use super::interval::Interval;
use super::read::open_weekday;
use super::reader::{Placed, Reader, Value};
use super::rules::{DateRules, MakeUpDay, MakeUpHours, SpecialDay, Week};

/// A longer stretch of dates is taken for a mistyped year.
const MAX_DATES: i32 = 366;

/// Reads all lists of an hours file or an official calendar. `week` is what make-up days may follow.
pub(super) fn date_lists(reader: &mut Reader<'_>, table: &DeTable<'_>, week: &Week) -> DateRules {
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
                hours: make_up_hours(reader, entry, week),
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

/// A make-up day that followed a closed weekday would be closed: surely not what was meant.
fn make_up_hours(
    reader: &mut Reader<'_>,
    entry: &Placed<&DeTable<'_>>,
    week: &Week,
) -> MakeUpHours {
    match (entry.value.get("like"), entry.value.get("hours")) {
        (Some(like), Some(_)) => {
            reader.problem(
                &like.span(),
                "a make-up day has either like or hours; remove one of them",
            );
            MakeUpHours::Ordinary
        }
        (Some(like), None) => open_weekday(reader, like, "like", week)
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
