//! Reads typed values out of a TOML tree. A value of the wrong kind becomes a problem at its place and the
//! reading goes on, so that one pass finds every mistake.

use std::ops::Range;

use jiff::civil::{Date, Weekday};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::interval::Interval;
use super::rules::MONDAY_FIRST;
use crate::workflow::Problem;

/// A byte range of the text.
pub(super) type Place = Range<usize>;
pub(super) type Value<'t> = Spanned<DeValue<'t>>;

/// A value and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Placed<T> {
    pub(super) place: Place,
    pub(super) value: T,
}

pub(super) struct Reader<'t> {
    file: &'t str,
    text: &'t str,
    pub(super) problems: Vec<Problem>,
}

impl<'t> Reader<'t> {
    pub(super) fn new(file: &'t str, text: &'t str) -> Self {
        Self {
            file,
            text,
            problems: Vec::new(),
        }
    }

    pub(super) fn problem(&mut self, place: &Place, message: impl Into<String>) {
        self.problems
            .push(Problem::at(self.file, self.text, place.start, message));
    }

    /// The line of a place, to point to it from elsewhere.
    pub(super) fn line(&self, place: &Place) -> usize {
        Problem::at(self.file, self.text, place.start, "").line
    }

    fn wrong_kind(&mut self, value: &Value<'_>, key: &str, wanted: &str) {
        let found = match value.get_ref() {
            DeValue::Table(_) => "a table",
            DeValue::Array(_) => "a list",
            DeValue::String(_) => "a text",
            DeValue::Integer(_) | DeValue::Float(_) => "a number",
            DeValue::Boolean(_) => "true or false",
            DeValue::Datetime(_) => "a date or time",
        };
        self.problem(
            &value.span(),
            format!("{key} is {found} here; write {wanted}"),
        );
    }

    pub(super) fn unknown_key(&mut self, place: &Place, key: &str, known: &[&str]) {
        let plain = |key: &str| {
            key.to_lowercase()
                .replace(['-', '_', ' '], "")
                .trim_end_matches('s')
                .to_owned()
        };
        let message = match known.iter().find(|known| plain(known) == plain(key)) {
            Some(meant) => format!("unknown key \"{key}\"; did you mean {meant}?"),
            None => format!(
                "unknown key \"{key}\"; what can stand here is {}",
                known.join(", ")
            ),
        };
        self.problem(place, message);
    }

    pub(super) fn table<'v, 'i>(
        &mut self,
        value: &'v Value<'i>,
        key: &str,
        wanted: &str,
    ) -> Option<&'v DeTable<'i>> {
        let table = value.get_ref().as_table();
        if table.is_none() {
            self.wrong_kind(value, key, wanted);
        }
        table
    }

    /// The tables of a list of tables, with their places.
    pub(super) fn tables<'v, 'i>(
        &mut self,
        value: &'v Value<'i>,
        key: &str,
    ) -> Vec<Placed<&'v DeTable<'i>>> {
        let wanted = format!("each entry under its own line [[{key}]]");
        let Some(entries) = value.get_ref().as_array() else {
            self.wrong_kind(value, key, &wanted);
            return Vec::new();
        };
        let mut tables = Vec::new();
        for entry in entries.iter() {
            let table = self.table(entry, &format!("an entry of {key}"), &wanted);
            tables.extend(table.map(|value| Placed {
                place: entry.span(),
                value,
            }));
        }
        tables
    }

    pub(super) fn text<'v>(
        &mut self,
        value: &'v Value<'_>,
        key: &str,
        wanted: &str,
    ) -> Option<&'v str> {
        let text = value.get_ref().as_str();
        if text.is_none() {
            self.wrong_kind(value, key, wanted);
        }
        text
    }

    /// A name that is shown to people.
    pub(super) fn name(&mut self, value: &Value<'_>) -> Option<String> {
        let name = self
            .text(value, "name", "a text in quotes, like \"Spring Festival\"")?
            .trim();
        if name.is_empty() {
            self.problem(
                &value.span(),
                "the name is empty; say what the day is called, or leave the line out",
            );
            return None;
        }
        Some(name.to_owned())
    }

    pub(super) fn weekday(&mut self, value: &Value<'_>, key: &str) -> Option<Weekday> {
        let text = self.text(value, key, "a weekday in quotes, like \"monday\"")?;
        let weekday = weekday(text);
        if weekday.is_none() {
            let message =
                format!("\"{text}\" is not a weekday; write one of monday, tuesday … sunday");
            self.problem(&value.span(), message);
        }
        weekday
    }

    /// A date, bare as TOML has it or as a text.
    pub(super) fn date(&mut self, value: &Value<'_>, key: &str) -> Option<Date> {
        let result = match value.get_ref() {
            DeValue::Datetime(moment) => match (moment.date, moment.time) {
                (Some(date), None) => civil(date.year.into(), date.month.into(), date.day.into()),
                _ => Err(format!(
                    "{key} takes a whole date without a time of day, like 2026-02-17"
                )),
            },
            DeValue::String(text) => date(text),
            _ => {
                self.wrong_kind(value, key, "a date like 2026-02-17");
                return None;
            }
        };
        result
            .map_err(|message| self.problem(&value.span(), message))
            .ok()
    }

    /// A list of intervals, or a single one without the list's brackets. `None` if it is neither.
    pub(super) fn intervals(
        &mut self,
        value: &Value<'_>,
        key: &str,
    ) -> Option<Vec<Placed<Interval>>> {
        let wanted = "intervals like [\"08:30-12:00\", \"13:00-17:30\"]";
        let entries = match value.get_ref() {
            DeValue::Array(entries) => &**entries,
            DeValue::String(_) => std::slice::from_ref(value),
            _ => {
                self.wrong_kind(value, key, wanted);
                return None;
            }
        };
        let mut intervals = Vec::new();
        for entry in entries {
            let Some(text) = self.text(entry, &format!("an interval of {key}"), wanted) else {
                continue;
            };
            match Interval::parse(text) {
                Ok(value) => intervals.push(Placed {
                    place: entry.span(),
                    value,
                }),
                Err(message) => self.problem(&entry.span(), message),
            }
        }
        Some(intervals)
    }
}

/// A weekday by its English name or the name's first three letters.
pub(super) fn weekday(name: &str) -> Option<Weekday> {
    const NAMES: [&str; 7] = [
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
    ];
    let mut named = NAMES.into_iter().zip(MONDAY_FIRST);
    named
        .find(|(full, _)| *full == name || full.get(..3) == Some(name))
        .map(|(_, weekday)| weekday)
}

/// Reads exactly `YYYY-MM-DD`.
fn date(text: &str) -> Result<Date, String> {
    let malformed =
        || format!("\"{text}\" is not a date; write year, month and day like 2026-02-17");
    let number = |part: Option<&str>, digits: usize| {
        let part = part
            .filter(|part| part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit()));
        part.and_then(|part| part.parse::<i64>().ok())
            .ok_or_else(malformed)
    };
    let mut parts = text.split('-');
    let (year, month, day) = (
        number(parts.next(), 4)?,
        number(parts.next(), 2)?,
        number(parts.next(), 2)?,
    );
    if parts.next().is_some() {
        return Err(malformed());
    }
    civil(year, month, day)
}

fn civil(year: i64, month: i64, day: i64) -> Result<Date, String> {
    let date = || {
        Date::new(
            i16::try_from(year).ok()?,
            i8::try_from(month).ok()?,
            i8::try_from(day).ok()?,
        )
        .ok()
    };
    date().ok_or_else(|| {
        format!(
            "there is no {year:04}-{month:02}-{day:02} in the calendar; check the month and the day"
        )
    })
}
