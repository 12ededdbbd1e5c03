//! The host's times, and how a person says them.

use core::cmp::Ordering;

use crate::language::Language;

/// A moment with the wall clock of the desk's zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LocalTime {
    /// Days since 1970-01-01 on the wall calendar.
    pub day: i32,
    /// Seconds since midnight on the wall clock.
    pub second: u32,
    /// Minutes that the wall clock is ahead of UTC.
    pub offset: i32,
}

/// A date of the wall calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Date {
    /// The year.
    pub year: i32,
    /// 1 to 12.
    pub month: u32,
    /// 1 to 31.
    pub day: u32,
}

/// Seconds of a day.
pub const DAY: u32 = 86_400;

/// Seconds of so many hours; at most 400 days, at least a minute.
#[must_use]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped before"
)]
pub fn hours(hours: f32) -> u32 {
    (hours.clamp(1.0 / 60.0, 9_600.0) * 3_600.0) as u32
}

impl LocalTime {
    /// Reads RFC 3339. None where it isn't that.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let number = |range: core::ops::Range<usize>| -> Option<u32> {
            let digits = text.get(range)?;
            digits
                .bytes()
                .all(|byte| byte.is_ascii_digit())
                .then(|| digits.parse().ok())?
        };
        let date = Date {
            year: i32::try_from(number(0..4)?).ok()?,
            month: number(5..7).filter(|month| (1..=12).contains(month))?,
            day: number(8..10).filter(|day| (1..=31).contains(day))?,
        };
        let (hour, minute, second) = (number(11..13)?, number(14..16)?, number(17..19)?);
        let zone = text
            .get(19..)?
            .trim_start_matches(|character: char| character == '.' || character.is_ascii_digit());
        let offset = if zone.eq_ignore_ascii_case("z") {
            0
        } else {
            let (sign, digits) = zone.split_at_checked(1)?;
            let hours: i32 = digits.get(0..2)?.parse().ok()?;
            let minutes: i32 = digits.get(3..5)?.parse().ok()?;
            let offset = hours.checked_mul(60)?.checked_add(minutes)?;
            match sign {
                "+" => offset,
                "-" => -offset,
                _ => return None,
            }
        };
        Some(Self {
            day: date.days(),
            second: hour
                .checked_mul(3600)?
                .checked_add(minute.checked_mul(60)?)?
                .checked_add(second)?,
            offset,
        })
    }

    /// The same moment as RFC 3339.
    #[must_use]
    pub fn to_rfc3339(self) -> String {
        let Date { year, month, day } = Date::of(self.day);
        let (hour, minute, second) = (self.hour(), self.minute(), self.second % 60);
        let sign = if self.offset < 0 { '-' } else { '+' };
        let (off_hour, off_minute) = (self.offset.abs() / 60, self.offset.abs() % 60);
        format!(
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{sign}{off_hour:02}:{off_minute:02}"
        )
    }

    /// Hour of the wall clock.
    #[must_use]
    pub const fn hour(self) -> u32 {
        self.second / 3600
    }
    /// Minute of the wall clock.
    #[must_use]
    pub const fn minute(self) -> u32 {
        self.second / 60 % 60
    }
    /// The date of the wall calendar.
    #[must_use]
    pub fn date(self) -> Date {
        Date::of(self.day)
    }
    /// 0 is Monday.
    #[must_use]
    pub const fn weekday(self) -> u32 {
        // 1970-01-01 was a Thursday.
        self.day.saturating_add(3).rem_euclid(7).unsigned_abs()
    }
    /// The same wall clock so many days later.
    #[must_use]
    pub const fn plus_days(self, days: i32) -> Self {
        Self {
            day: self.day.saturating_add(days),
            ..self
        }
    }
    /// The same day at another time of the wall clock.
    #[must_use]
    pub const fn at(self, hour: u32, minute: u32) -> Self {
        Self {
            second: hour
                .saturating_mul(3600)
                .saturating_add(minute.saturating_mul(60)),
            ..self
        }
    }
    /// Seconds since 1970-01-01 UTC.
    #[must_use]
    pub const fn epoch(self) -> i64 {
        (self.day as i64)
            .saturating_mul(DAY as i64)
            .saturating_add(self.second as i64)
            .saturating_sub((self.offset as i64).saturating_mul(60))
    }
    /// So many seconds later, on the same offset.
    #[must_use]
    pub fn plus_seconds(self, seconds: i64) -> Self {
        let total = i64::from(self.second).saturating_add(seconds);
        let days = total.div_euclid(i64::from(DAY));
        Self {
            day: self
                .day
                .saturating_add(i32::try_from(days).unwrap_or(i32::MAX)),
            second: u32::try_from(total.rem_euclid(i64::from(DAY))).unwrap_or_default(),
            offset: self.offset,
        }
    }
}

impl PartialOrd for LocalTime {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.epoch().cmp(&other.epoch()))
    }
}

impl Date {
    /// Days since 1970-01-01.
    #[must_use]
    pub const fn days(self) -> i32 {
        // Years begin in March, so that the leap day is the last; 400 years have 146,097 days.
        let year = if self.month <= 2 {
            self.year - 1
        } else {
            self.year
        };
        let month = (self.month as i32 + 9) % 12;
        let in_year = (153 * month + 2) / 5 + self.day as i32 - 1;
        let (cycle, of_cycle) = (year.div_euclid(400), year.rem_euclid(400));
        cycle * 146_097 + of_cycle * 365 + of_cycle / 4 - of_cycle / 100 + in_year - 719_468
    }

    /// The date so many days after 1970-01-01.
    #[must_use]
    pub const fn of(days: i32) -> Self {
        let days = days.saturating_add(719_468);
        let (cycle, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
        let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
        let in_year = day - (365 * year + year / 4 - year / 100);
        let month = (5 * in_year + 2) / 153;
        let calendar_month = if month < 10 { month + 3 } else { month - 9 };
        Self {
            year: cycle * 400 + year + (calendar_month <= 2) as i32,
            month: calendar_month.unsigned_abs(),
            day: (in_year - (153 * month + 2) / 5 + 1).unsigned_abs(),
        }
    }
}

/// How a person says `at` when it is `now`: "今天18:00", "tomorrow (Tuesday) at 09:00", "星期三（3月11日）09:00".
/// Both RFC 3339; what is not that is said as it is written.
#[must_use]
pub fn say(now: &str, at: &str, language: Language) -> String {
    let (Some(now), Some(at)) = (LocalTime::parse(now), LocalTime::parse(at)) else {
        return at.to_owned();
    };
    let (hour, minute) = (at.hour(), at.minute());
    let weekday = weekday(at.weekday(), language);
    let Date { month, day, .. } = at.date();
    match (language, at.day.saturating_sub(now.day)) {
        (Language::SimplifiedChinese | Language::TraditionalChinese, 0) => {
            format!("今天{hour:02}:{minute:02}")
        }
        (Language::SimplifiedChinese | Language::TraditionalChinese, 1) => {
            format!("明天（{weekday}）{hour:02}:{minute:02}")
        }
        (Language::SimplifiedChinese | Language::TraditionalChinese, _) => {
            format!("{month}月{day}日（{weekday}）{hour:02}:{minute:02}")
        }
        (_, 0) => format!("{hour:02}:{minute:02} today"),
        (_, 1) => format!("{hour:02}:{minute:02} tomorrow ({weekday})"),
        (_, _) => format!(
            "{hour:02}:{minute:02} on {weekday}, {} {day}",
            month_name(month)
        ),
    }
}

fn weekday(number: u32, language: Language) -> &'static str {
    let number = number as usize;
    if language.is_chinese() {
        [
            "星期一",
            "星期二",
            "星期三",
            "星期四",
            "星期五",
            "星期六",
            "星期日",
        ]
        .get(number)
    } else {
        [
            "Monday",
            "Tuesday",
            "Wednesday",
            "Thursday",
            "Friday",
            "Saturday",
            "Sunday",
        ]
        .get(number)
    }
    .copied()
    .unwrap_or_default()
}

fn month_name(month: u32) -> &'static str {
    [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ]
    .get((month as usize).saturating_sub(1))
    .copied()
    .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: &str = "2026-03-10T11:59:40+08:00";

    #[test]
    fn every_day_of_four_centuries_has_its_date() {
        let mut before = Date::of(-1_000);
        for day in -999..146_097 {
            let date = Date::of(day);
            assert_eq!(date.days(), day);
            let follows = date.day == before.day + 1 || (date.day == 1 && before.day >= 28);
            assert!(follows, "{before:?} {date:?}");
            before = date;
        }
    }

    #[test]
    fn a_time_is_read_and_written_again() {
        for text in [
            NOW,
            "2024-02-29T23:59:59-03:30",
            "1970-01-01T00:00:00+00:00",
        ] {
            let time = LocalTime::parse(text).unwrap();
            assert_eq!(time.to_rfc3339(), text);
        }
        let zulu = LocalTime::parse("2026-03-10T03:59:40.250Z").unwrap();
        assert_eq!(zulu.epoch(), LocalTime::parse(NOW).unwrap().epoch());
        assert_eq!(LocalTime::parse("soon"), None);
        assert_eq!(LocalTime::parse("2026-13-10T03:59:40Z"), None);
    }

    #[test]
    fn a_time_is_said_as_people_say_it() {
        let hans = Language::SimplifiedChinese;
        assert_eq!(say(NOW, "2026-03-10T18:00:00+08:00", hans), "今天18:00");
        assert_eq!(
            say(
                NOW,
                "2026-03-11T09:00:00+08:00",
                Language::TraditionalChinese
            ),
            "明天（星期三）09:00"
        );
        assert_eq!(
            say(NOW, "2026-03-16T09:30:00+08:00", hans),
            "3月16日（星期一）09:30"
        );
        let en = Language::English;
        assert_eq!(say(NOW, "2026-03-10T18:00:00+08:00", en), "18:00 today");
        assert_eq!(
            say(NOW, "2026-03-11T09:00:00+08:00", en),
            "09:00 tomorrow (Wednesday)"
        );
        assert_eq!(
            say(NOW, "2026-03-16T09:30:00+08:00", en),
            "09:30 on Monday, March 16"
        );
    }
}
