//! From a time as it was said to a moment of the desk's calendar.

use switchboard_sdk::{
    Host,
    config::permanent,
    times::{Due, Weekday},
    types::StepError,
    when::{Date, LocalTime},
};

/// Working days that are counted, at most: longer promises are not made in a chat.
const MOST_BUSINESS_DAYS: u32 = 60;
/// Days ahead that the host takes (400), with some room.
const MOST_DAYS: u32 = 390;
const FRIDAY: i32 = 4;
const SATURDAY: i32 = 5;

/// Until when it is to be done: the end of the business day that was named, or of the next one after a day off.
pub(crate) fn deadline(host: &impl Host, due: Due) -> Result<String, StepError> {
    let now_text = host.now();
    let now = parse(&now_text)?;
    if let Some(seconds) = span(due) {
        return Ok(now.plus_seconds(seconds).to_rfc3339());
    }
    let day = match due {
        Due::Soon | Due::Today => return host.end_of_day(&now_text).map_err(permanent),
        Due::BusinessDays(days) => return business_days(host, now, days),
        Due::NextMonth => first_of_month(now, 2).plus_days(-1),
        due => named_day(now, due),
    };
    host.end_of_day(&day.at(0, 0).to_rfc3339())
        .map_err(permanent)
}

/// That hour and minute of the day on which `deadline` falls; the deadline itself where they are over already.
pub(crate) fn at_clock(
    host: &impl Host,
    deadline: &str,
    (hour, minute): (u32, u32),
) -> Result<String, StepError> {
    let at = parse(deadline)?.at(hour, minute);
    let is_over = at <= parse(&host.now())?;
    Ok(if is_over {
        deadline.to_owned()
    } else {
        at.to_rfc3339()
    })
}

/// When to come back to somebody who wants to think until then: on that day at ten, in business hours.
pub(crate) fn visit(host: &impl Host, due: Due) -> Result<String, StepError> {
    let now = parse(&host.now())?;
    let at = match (span(due), due) {
        (Some(seconds), _) => now.plus_seconds(seconds),
        (_, Due::BusinessDays(days)) => parse(&business_days(host, now, days)?)?.at(10, 0),
        (_, Due::Soon | Due::Today) => now.plus_seconds(3 * 3_600),
        (_, Due::NextMonth) => first_of_month(now, 1).at(10, 0),
        (_, due) => named_day(now, due).at(10, 0),
    };
    host.next_open(&at.to_rfc3339()).map_err(permanent)
}

fn parse(text: &str) -> Result<LocalTime, StepError> {
    LocalTime::parse(text).ok_or_else(|| permanent(format!("the host's time `{text}` is none")))
}

/// What is counted by the clock, in seconds.
fn span(due: Due) -> Option<i64> {
    match due {
        Due::Minutes(minutes) => Some(i64::from(minutes.min(MOST_DAYS * 1_440)) * 60),
        Due::Hours(hours) => Some(i64::from(hours.min(MOST_DAYS * 24)) * 3_600),
        _ => None,
    }
}

fn business_days(host: &impl Host, now: LocalTime, days: u32) -> Result<String, StepError> {
    let mut end = now;
    let mut text = String::new();
    for _ in 0..days.clamp(1, MOST_BUSINESS_DAYS) {
        text = host
            .end_of_day(&end.plus_days(1).at(0, 0).to_rfc3339())
            .map_err(permanent)?;
        end = parse(&text)?;
    }
    Ok(text)
}

/// The day that is meant, with the wall clock of `now`.
fn named_day(now: LocalTime, due: Due) -> LocalTime {
    let today = i32::try_from(now.weekday()).unwrap_or_default();
    let ahead = match due {
        Due::Tomorrow => 1,
        Due::Days(days) => i32::try_from(days.min(MOST_DAYS)).unwrap_or(1),
        Due::On(day) => match (number(day) - today).rem_euclid(7) {
            0 => 7,
            days => days,
        },
        Due::NextWeekOn(day) => 7 - today + number(day),
        Due::Weekend => (SATURDAY - today).max(0),
        Due::ThisWeek => (FRIDAY - today).max(0),
        Due::NextWeek => 7 - today + FRIDAY,
        Due::Date(month, day) => return next_date(now, month, day),
        _ => 0,
    };
    now.plus_days(ahead)
}

const fn number(day: Weekday) -> i32 {
    match day {
        Weekday::Monday => 0,
        Weekday::Tuesday => 1,
        Weekday::Wednesday => 2,
        Weekday::Thursday => 3,
        Weekday::Friday => FRIDAY,
        Weekday::Saturday => SATURDAY,
        Weekday::Sunday => 6,
    }
}

/// That day of this year, or of the next where it is past.
fn next_date(now: LocalTime, month: u32, day: u32) -> LocalTime {
    let year = now.date().year;
    let this = Date { year, month, day }.days();
    let days = if this < now.day {
        let year = year.saturating_add(1);
        Date { year, month, day }.days()
    } else {
        this
    };
    LocalTime { day: days, ..now }
}

/// The first day of the month so many months after this one.
fn first_of_month(now: LocalTime, months: u32) -> LocalTime {
    let date = now.date();
    let month = date.month.saturating_sub(1).saturating_add(months);
    let first = Date {
        year: date
            .year
            .saturating_add(i32::try_from(month / 12).unwrap_or_default()),
        month: (month % 12).saturating_add(1),
        day: 1,
    };
    LocalTime {
        day: first.days(),
        ..now
    }
}

#[cfg(test)]
mod tests {
    use switchboard_sdk::testing::{FakeHost, TUESDAY_MORNING};

    use super::*;

    #[test]
    fn what_was_said_becomes_the_end_of_a_business_day() {
        let host = FakeHost::at(TUESDAY_MORNING);
        for (due, day) in [
            (Due::Soon, "2026-03-10T18:00:00"),
            (Due::Today, "2026-03-10T18:00:00"),
            (Due::Tomorrow, "2026-03-11T18:00:00"),
            (Due::Hours(24), "2026-03-11T10:00:00"),
            (Due::Minutes(30), "2026-03-10T10:30:00"),
            (Due::Days(3), "2026-03-13T18:00:00"),
            (Due::Days(4), "2026-03-16T18:00:00"),
            (Due::BusinessDays(4), "2026-03-16T18:00:00"),
            (Due::On(Weekday::Friday), "2026-03-13T18:00:00"),
            (Due::On(Weekday::Tuesday), "2026-03-17T18:00:00"),
            (Due::NextWeekOn(Weekday::Monday), "2026-03-16T18:00:00"),
            (Due::ThisWeek, "2026-03-13T18:00:00"),
            (Due::Weekend, "2026-03-16T18:00:00"),
            (Due::NextWeek, "2026-03-20T18:00:00"),
            (Due::NextMonth, "2026-04-30T18:00:00"),
            (Due::Date(3, 12), "2026-03-12T18:00:00"),
            (Due::Date(1, 5), "2027-01-05T18:00:00"),
        ] {
            let deadline = deadline(&host, due).unwrap();
            assert_eq!(deadline, format!("{day}+08:00"), "{due:?}");
        }
    }

    #[test]
    fn an_hour_that_was_named_counts_unless_it_is_over() {
        let host = FakeHost::at(TUESDAY_MORNING);
        let end = "2026-03-10T18:00:00+08:00";
        assert_eq!(
            at_clock(&host, end, (15, 30)).unwrap(),
            "2026-03-10T15:30:00+08:00"
        );
        assert_eq!(at_clock(&host, end, (9, 0)).unwrap(), end);
    }

    #[test]
    fn tomorrow_is_the_next_business_day() {
        let friday = FakeHost::at("2026-03-13T15:00:00+08:00");
        assert_eq!(
            deadline(&friday, Due::Tomorrow).unwrap(),
            "2026-03-16T18:00:00+08:00"
        );
    }

    #[test]
    fn whoever_thinks_it_over_is_visited_in_hours() {
        let host = FakeHost::at(TUESDAY_MORNING);
        for (due, at) in [
            (Due::On(Weekday::Friday), "2026-03-13T10:00:00"),
            (Due::On(Weekday::Saturday), "2026-03-16T09:00:00"),
            (Due::NextMonth, "2026-04-01T10:00:00"),
            (Due::Hours(12), "2026-03-11T09:00:00"),
        ] {
            assert_eq!(visit(&host, due).unwrap(), format!("{at}+08:00"), "{due:?}");
        }
    }

    #[test]
    fn no_number_is_too_great() {
        let host = FakeHost::at(TUESDAY_MORNING);
        for due in [
            Due::Days(u32::MAX),
            Due::Hours(u32::MAX),
            Due::Minutes(u32::MAX),
            Due::BusinessDays(u32::MAX),
        ] {
            deadline(&host, due).unwrap();
            visit(&host, due).unwrap();
        }
    }
}
