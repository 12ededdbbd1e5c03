//! Somebody's own week in place of a calendar's: a line for each day, as people write it. Holidays, make-up days and
//! special hours stay those of the calendar.

use std::fmt::Write as _;
use std::sync::Arc;

use jiff::civil::Weekday;

use super::compiled::Calendar;
use super::hours::Hours;
use super::rules::{MONDAY_FIRST, OpeningRules};

/// The days' names in hours files, from Monday.
pub const WEEKDAYS: [&str; 7] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];

/// What is wrong with a week.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WeekProblem {
    /// On which day, where it is one day's: one of [`WEEKDAYS`].
    pub day: Option<&'static str>,
    /// What, and how to mend it: the words of `switchboard check`.
    pub message: String,
}

impl Calendar {
    /// The ordinary week from Monday, a day each: `08:30-12:00, 13:00-17:30`; empty: off.
    pub fn week(&self) -> Vec<String> {
        let day = |weekday: &Weekday| {
            let intervals = self.rules.week.on(*weekday).iter();
            let intervals: Vec<String> = intervals.map(ToString::to_string).collect();
            intervals.join(", ")
        };
        MONDAY_FIRST.iter().map(day).collect()
    }

    /// The same calendar with another week, written as [`Calendar::week`] gives it.
    ///
    /// # Errors
    /// Every mistake in it: what is no interval, overlaps, lasts too long; a week without hours.
    pub fn with_week(&self, week: &[String]) -> Result<Self, Vec<WeekProblem>> {
        let mut text = "[weekly]\n".to_owned();
        for (day, hours) in WEEKDAYS.iter().zip(week) {
            let intervals: Vec<String> = hours
                .split([',', '，', '、', ';'])
                .map(|interval| interval.trim().replace(['–', '—', '~', '～'], "-"))
                .filter(|interval| !interval.is_empty())
                .map(|interval| serde_json::Value::from(interval).to_string())
                .collect();
            let _ = writeln!(text, "{day} = [{}]", intervals.join(", "));
        }
        let read = Hours::parse("week", &text).map_err(|problems| {
            let problems = problems.into_iter().map(|problem| WeekProblem {
                // Monday stands in the second line.
                day: problem
                    .line
                    .checked_sub(2)
                    .and_then(|nth| WEEKDAYS.get(nth).copied()),
                message: problem.message,
            });
            problems.collect::<Vec<_>>()
        })?;
        let week = read.desk_rules().week.clone();
        let like = self.rules.make_up_like;
        let rules = OpeningRules {
            make_up_like: match week.on(like) {
                [] => week.first_open().unwrap_or(like),
                _ => like,
            },
            week,
            ..OpeningRules::clone(&self.rules)
        };
        Ok(Self::new(Arc::new(rules), &self.zone))
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use jiff::tz::TimeZone;

    use super::*;

    fn calendar() -> Calendar {
        let text = "[weekly]\nmonday-saturday = [\"08:30-12:00\", \"13:00-17:30\"]\n\
            [[holidays]]\ndate = 2026-03-17\nname = \"Stocktaking\"\n";
        let hours = Hours::parse("hours.toml", text).unwrap();
        hours.calendar(&TimeZone::get("Asia/Shanghai").unwrap())
    }

    fn week(days: [&str; 7]) -> Vec<String> {
        days.map(str::to_owned).to_vec()
    }

    #[test]
    fn a_week_comes_back_as_it_was_written() {
        let before = calendar();
        assert_eq!(before.week()[0], "08:30-12:00, 13:00-17:30");
        assert_eq!(before.week()[6], "");
        let same = before.with_week(&before.week()).unwrap();
        assert_eq!(same.week(), before.week());
        let night = week([
            "20:00–08:00",
            "",
            "08:00-12:00，16:00-20:00",
            "",
            "",
            "",
            "",
        ]);
        let night = before.with_week(&night).unwrap();
        assert_eq!(night.week()[0], "20:00-08:00");
        assert_eq!(night.week()[2], "08:00-12:00, 16:00-20:00");
    }

    #[test]
    fn an_overnight_shift_reaches_into_the_next_day_and_holidays_stay() {
        let nights = week(["20:00-08:00", "20:00-08:00", "", "", "", "", ""]);
        let nights = calendar().with_week(&nights).unwrap();
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        // Monday's shift, on Tuesday morning; Tuesday the 17th is a holiday.
        assert!(nights.is_open(at("2026-03-10T07:59:00+08:00")));
        assert!(!nights.is_open(at("2026-03-10T08:00:00+08:00")));
        assert!(nights.is_open(at("2026-03-10T21:00:00+08:00")));
        assert!(!nights.is_open(at("2026-03-17T21:00:00+08:00")));
    }

    #[test]
    fn each_mistake_names_its_day() {
        let wrong = week(["8-12", "", "09:00-13:00, 12:00-14:00", "", "", "", ""]);
        let problems = calendar().with_week(&wrong).unwrap_err();
        let days: Vec<_> = problems.iter().map(|problem| problem.day).collect();
        assert!(
            days.contains(&Some("monday")) && days.contains(&Some("wednesday")),
            "{problems:?}"
        );
        for hostile in ["\"]\nx = 1", "\\", "\u{0}", "[weekly]"] {
            let wrong = week([hostile, "", "", "", "", "", ""]);
            assert!(calendar().with_week(&wrong).is_err(), "{hostile}");
        }
        assert!(
            calendar().with_week(&week([""; 7])).is_err(),
            "no hours at all"
        );
    }
}
