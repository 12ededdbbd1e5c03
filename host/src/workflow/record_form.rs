//! `[record-form]` of `desk.toml`: how often the service record form is filled in, and who gets it (R87).

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use serde::{Deserialize, Serialize};

use super::directory::{Directory, Recipient};
use super::reader::{Reader, Section};
use super::{Problem, suggest};
use crate::model::kinds;

kinds!(
    /// How long a period is.
    Every {
        /// From midnight to midnight.
        Day = "day",
        /// From Monday to Sunday.
        Week = "week",
        /// From the first to the last of a month.
        Month = "month",
    }
);

kinds!(
    /// As what the form is delivered.
    FormFormat {
        /// A workbook.
        Xlsx = "xlsx",
        /// Text.
        Csv = "csv",
    }
);

/// When the service record form is delivered, and to whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordForm {
    /// How long a period is.
    pub every: Every,
    /// A department, whose lead gets it, or whoever else the directory knows.
    pub to: String,
    /// As what.
    pub format: FormFormat,
    /// The line that says to whom.
    line: usize,
}

pub(super) const KEYS: &[&str] = &["every", "to", "format"];

impl RecordForm {
    pub(super) fn read(reader: &mut Reader<'_>, root: &Section<'_, '_>) -> Option<Self> {
        let value = root.get("record-form")?;
        let section = reader.section(value, "record-form", "[record-form]")?;
        reader.known_keys(&section, KEYS);
        let every = reader
            .required(&section, "every", "every = \"month\"")
            .and_then(|value| {
                let text = reader.text(value, "every", "\"month\"")?;
                let names: Vec<_> = Every::ALL.iter().map(|every| every.as_str()).collect();
                let every = Every::parse(text);
                if every.is_none() {
                    let hint = suggest::hint(text, &names);
                    reader.problem(&value.span(), format!("every: can't be \"{text}\"; {hint}"));
                }
                every
            });
        let to = reader
            .required(&section, "to", "to = \"marketing\"")
            .and_then(|value| {
                let text = reader.text(value, "to", "\"marketing\"")?;
                Some((text.to_owned(), reader.line(&value.span())))
            });
        let format = section
            .get("format")
            .map_or(Some(FormFormat::Xlsx), |value| {
                let text = reader.text(value, "format", "\"xlsx\"")?;
                let format = FormFormat::parse(text);
                if format.is_none() {
                    let message = format!("format: can't be \"{text}\"; use xlsx or csv");
                    reader.problem(&value.span(), message);
                }
                format
            });
        let (to, line) = to?;
        Some(Self {
            every: every?,
            to,
            format: format?,
            line,
        })
    }

    pub(super) fn check(&self, directory: &Directory, problems: &mut Vec<Problem>) {
        if self.recipients(directory).is_empty() {
            problems.push(Problem {
                file: super::desk::DESK_FILE.to_owned(),
                line: self.line,
                column: 1,
                message: format!(
                    "record-form: directory.toml knows nobody by \"{}\"; name a department with a lead, a person or a role",
                    self.to
                ),
            });
        }
    }

    /// Who gets it: a department's lead, where it has one.
    pub fn recipients<'d>(&self, directory: &'d Directory) -> Vec<Recipient<'d>> {
        let lead = directory
            .department(&self.to)
            .and_then(|department| directory.lead(department));
        match lead {
            Some(lead) => vec![directory.recipient(lead)],
            None => directory.recipients(&self.to),
        }
    }
}

impl Every {
    /// The period that a moment lies in: from the first moment (included) to the last (not).
    pub fn around(self, at: Timestamp, zone: &TimeZone) -> Option<(Timestamp, Timestamp)> {
        let day = at.to_zoned(zone.clone()).date();
        let (first, next) = match self {
            Self::Day => (day, day.checked_add(1.day()).ok()?),
            Self::Week => {
                let since_monday = day.weekday().since(Weekday::Monday);
                let monday = day.checked_sub(i64::from(since_monday).days()).ok()?;
                (monday, monday.checked_add(7.days()).ok()?)
            }
            Self::Month => {
                let first = day.first_of_month();
                (first, first.checked_add(1.month()).ok()?)
            }
        };
        let midnight = |day: Date| Some(day.to_zoned(zone.clone()).ok()?.timestamp());
        Some((midnight(first)?, midnight(next)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn around(every: Every, at: &str, zone: &str) -> (String, String) {
        let zone = TimeZone::get(zone).unwrap();
        let (from, to) = every.around(at.parse().unwrap(), &zone).unwrap();
        let local = |at: Timestamp| at.display_with_offset(zone.to_offset(at)).to_string();
        (local(from), local(to))
    }

    #[test]
    fn periods_are_those_of_the_desks_calendar() {
        let shanghai = "Asia/Shanghai";
        assert_eq!(
            around(Every::Month, "2026-02-28T16:30:00Z", shanghai),
            (
                "2026-03-01T00:00:00+08:00".into(),
                "2026-04-01T00:00:00+08:00".into()
            )
        );
        assert_eq!(
            around(Every::Week, "2026-03-01T10:00:00+08:00", shanghai),
            (
                "2026-02-23T00:00:00+08:00".into(),
                "2026-03-02T00:00:00+08:00".into()
            )
        );
        assert_eq!(
            around(Every::Day, "2026-03-29T12:00:00+02:00", "Europe/Berlin"),
            (
                "2026-03-29T00:00:00+01:00".into(),
                "2026-03-30T00:00:00+02:00".into()
            )
        );
    }
}
