//! Official calendars that the binary carries as data.
//!
//! A table is written in the format of `hours.toml` itself and read by the same reader, so whoever can write
//! a desk's holidays can extend it when the next year is announced.

use std::ops::RangeInclusive;
use std::sync::LazyLock;

use super::read;
use super::rules::DateRules;

/// A public calendar that a desk takes in with `calendar = "…"` (R3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Official {
    /// Holidays and make-up working days (调休) of mainland China, as the State Council announced them.
    China,
}

static CHINA: LazyLock<DateRules> = LazyLock::new(|| {
    read::date_rules("china.toml", include_str!("china.toml")).unwrap_or_default()
});

impl Official {
    /// The names that `calendar = "…"` understands.
    pub const NAMES: &[&str] = &["china"];

    /// Finds a calendar by the name a desk gives it.
    pub fn by_name(name: &str) -> Option<Self> {
        match name {
            "china" => Some(Self::China),
            _ => None,
        }
    }

    /// The years that the table knows. In other years the weekly hours and the desk's own dates hold alone.
    pub fn years(self) -> RangeInclusive<i16> {
        match self {
            Self::China => 2024..=2026,
        }
    }

    pub(super) fn rules(self) -> &'static DateRules {
        match self {
            Self::China => &CHINA,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::{Date, date};

    #[test]
    fn the_table_of_china_reads_without_a_problem() {
        read::date_rules("china.toml", include_str!("china.toml")).unwrap();
    }

    fn dates_of(year: i16) -> impl Iterator<Item = Date> {
        date(year, 1, 1)
            .series(jiff::ToSpan::day(1))
            .take_while(move |date| date.year() == year)
    }

    /// The announcements name 28 holidays and 8, 5 and 6 make-up days: counted by hand from their texts.
    #[test]
    fn each_year_has_as_many_days_as_were_announced() {
        let rules = Official::China.rules();
        let count = |year| {
            let holidays = dates_of(year)
                .filter(|date| rules.holidays.get(*date).is_some())
                .count();
            (
                holidays,
                dates_of(year)
                    .filter(|date| rules.make_up.get(*date).is_some())
                    .count(),
            )
        };
        assert_eq!(
            Official::China.years().map(count).collect::<Vec<_>>(),
            COUNTS
        );
    }

    const COUNTS: [(usize, usize); 3] = [(28, 8), (28, 5), (33, 6)];

    #[test]
    fn every_make_up_day_falls_on_a_weekend_and_on_no_holiday() {
        let rules = Official::China.rules();
        for date in Official::China.years().flat_map(dates_of) {
            if rules.make_up.get(date).is_some() {
                assert!(date.weekday().to_monday_zero_offset() >= 5, "{date}");
                assert!(rules.holidays.get(date).is_none(), "{date}");
            }
        }
    }
}
