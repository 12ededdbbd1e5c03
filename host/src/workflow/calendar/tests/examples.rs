//! The rules by example: R1, R2, R3 and the table of business-time examples.

use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::date;
use jiff::tz::TimeZone;

use super::super::{CalendarError, DayKind, Hours, zone};
use super::{SIX_DAYS, at, calendar, hours, wall};

const SHANGHAI: &str = "Asia/Shanghai";
const HOUR: u64 = 3600;

#[test]
fn business_time_falls_due_as_in_the_table_of_examples() {
    let desk = calendar(SIX_DAYS, SHANGHAI);
    for (inbound, budget, due) in [
        ("2026-03-10 11:59:40", 60, "2026-03-10 13:00:40"),
        ("2026-03-14 17:29:30", 60, "2026-03-16 08:30:30"),
        ("2026-03-15 10:00:00", 60, "2026-03-16 08:31:00"),
        ("2026-03-13 16:00:00", 8 * HOUR, "2026-03-14 16:00:00"),
        ("2026-01-04 09:00:00", 60, "2026-01-04 09:01:00"),
    ] {
        let result = desk
            .add_business(at(&desk, inbound), Duration::from_secs(budget))
            .unwrap();
        assert_eq!(wall(&desk, result), due, "{inbound} + {budget} s");
    }
}

#[test]
fn a_six_day_week_of_eight_hours_is_48_hours_and_closed_on_sunday() {
    let desk = calendar(SIX_DAYS, SHANGHAI);
    assert_eq!(desk.weekly_total(), Duration::from_secs(48 * HOUR));
    assert_eq!(desk.weekly_total_text(), "48 h");
    assert!(!desk.is_open(at(&desk, "2026-03-15 10:00")));
    assert!(desk.day(date(2026, 3, 15)).intervals.is_empty());
}

#[test]
fn the_official_calendar_opens_make_up_days_and_closes_holidays() {
    let desk = calendar(SIX_DAYS, SHANGHAI);
    assert!(desk.is_open(at(&desk, "2026-01-04 09:00")));
    let make_up = desk.day(date(2026, 1, 4));
    assert_eq!(
        (make_up.kind, make_up.name),
        (DayKind::MakeUp, Some("元旦"))
    );
    for day in 15..=23 {
        let date = date(2026, 2, day);
        assert!(desk.is_holiday(date), "{date}");
        assert_eq!(desk.day_name(date), Some("春节"));
        for hour in 0..24 {
            let noon = TimeZone::to_timestamp(desk.time_zone(), date.at(hour, 0, 0, 0)).unwrap();
            assert!(!desk.is_open(noon));
        }
    }
    assert!(desk.is_open(at(&desk, "2026-02-14 17:29:59")));
    assert_eq!(
        wall(
            &desk,
            desk.next_open(at(&desk, "2026-02-14 17:30")).unwrap()
        ),
        "2026-02-24 08:30:00"
    );
}

#[test]
fn a_make_up_day_keeps_its_weekdays_hours_where_there_are_any() {
    let text = r#"
        calendar = "china"
        make-up-like = "friday"
        [weekly]
        monday-thursday = ["08:00-18:00"]
        friday = ["08:00-15:00"]
        saturday = ["10:00-12:00"]
    "#;
    let desk = calendar(text, SHANGHAI);
    // Saturday 2026-02-14, Sunday 2026-01-04.
    assert_eq!(
        desk.day(date(2026, 2, 14)).intervals,
        desk.day(date(2026, 3, 14)).intervals
    );
    assert_eq!(
        desk.day(date(2026, 1, 4)).intervals,
        desk.day(date(2026, 3, 13)).intervals
    );
}

#[test]
fn without_a_named_weekday_a_make_up_day_follows_the_first_open_one() {
    let desk = calendar(
        "calendar = \"china\"\n[weekly]\ntuesday-friday = \"09:00-17:00\"",
        SHANGHAI,
    );
    assert_eq!(
        desk.day(date(2026, 1, 4)).intervals,
        desk.day(date(2026, 3, 10)).intervals
    );
}

#[test]
fn special_hours_go_before_make_up_days_before_holidays_and_own_dates_before_official_ones() {
    let text = r#"
        calendar = "china"
        [weekly]
        monday-saturday = ["08:30-12:00", "13:00-17:30"]
        [[special]]
        from = 2026-02-17
        to = 2026-02-19
        name = "春节"
        hours = ["09:00-17:00"]
        [[make-up-days]]
        from = 2026-02-19
        to = "2026-02-20"
        hours = ["10:00-11:00"]
        [[holidays]]
        from = 2026-02-20
        to = 2026-02-24
        name = "long break"
        [[holidays]]
        date = 2026-01-04
        name = "own holiday"
    "#;
    let desk = calendar(text, SHANGHAI);
    let kind = |month, day| desk.day(date(2026, month, day)).kind;
    assert_eq!(kind(2, 16), DayKind::Holiday);
    assert_eq!(kind(2, 17), DayKind::Special);
    assert_eq!(kind(2, 19), DayKind::Special);
    assert_eq!(kind(2, 20), DayKind::MakeUp);
    assert_eq!(desk.day_name(date(2026, 2, 21)), Some("long break"));
    assert_eq!(kind(2, 24), DayKind::Holiday);
    assert_eq!(kind(2, 25), DayKind::Ordinary);
    assert_eq!(desk.day_name(date(2026, 1, 4)), Some("own holiday"));
    assert!(desk.is_open(at(&desk, "2026-02-17 12:30")));
    assert!(!desk.is_open(at(&desk, "2026-02-17 17:00")));
}

#[test]
fn a_night_shift_belongs_to_the_day_it_starts_on() {
    let text =
        "[weekly]\nmonday-friday = \"20:00-08:00\"\n[[holidays]]\ndate = 2026-03-10\nname = \"x\"";
    let desk = calendar(text, SHANGHAI);
    // Monday's shift ends on Tuesday's morning although Tuesday is a holiday; Friday's on Saturday's.
    assert!(desk.is_open(at(&desk, "2026-03-10 07:59:59")));
    assert!(!desk.is_open(at(&desk, "2026-03-10 08:00")));
    assert!(!desk.is_open(at(&desk, "2026-03-10 23:00")));
    assert!(!desk.is_open(at(&desk, "2026-03-11 03:00")));
    assert!(desk.is_open(at(&desk, "2026-03-14 03:00")));
    assert!(!desk.is_open(at(&desk, "2026-03-16 03:00")));
    let night = at(&desk, "2026-03-09 23:59:30");
    assert_eq!(
        wall(
            &desk,
            desk.add_business(night, Duration::from_secs(60)).unwrap()
        ),
        "2026-03-10 00:00:30"
    );
    assert_eq!(
        wall(&desk, desk.end_of_business_day(night).unwrap()),
        "2026-03-10 08:00:00"
    );
    assert_eq!(
        wall(&desk, desk.next_business_day_end(night).unwrap()),
        "2026-03-12 08:00:00"
    );
}

#[test]
fn open_and_close_are_found_from_inside_and_outside() {
    let desk = calendar(SIX_DAYS, SHANGHAI);
    for (now, open, close) in [
        (
            "2026-03-10 07:00",
            "2026-03-10 08:30:00",
            "2026-03-10 12:00:00",
        ),
        (
            "2026-03-10 08:30",
            "2026-03-10 08:30:00",
            "2026-03-10 12:00:00",
        ),
        (
            "2026-03-10 12:00",
            "2026-03-10 13:00:00",
            "2026-03-10 17:30:00",
        ),
        (
            "2026-03-14 17:30",
            "2026-03-16 08:30:00",
            "2026-03-16 12:00:00",
        ),
    ] {
        assert_eq!(
            wall(&desk, desk.next_open(at(&desk, now)).unwrap()),
            open,
            "{now}"
        );
        assert_eq!(
            wall(&desk, desk.next_close(at(&desk, now)).unwrap()),
            close,
            "{now}"
        );
    }
}

#[test]
fn a_business_day_ends_with_its_last_close() {
    let desk = calendar(SIX_DAYS, SHANGHAI);
    for (now, this, next) in [
        (
            "2026-03-13 07:00",
            "2026-03-13 17:30:00",
            "2026-03-14 17:30:00",
        ),
        (
            "2026-03-13 12:30",
            "2026-03-13 17:30:00",
            "2026-03-14 17:30:00",
        ),
        (
            "2026-03-14 09:00",
            "2026-03-14 17:30:00",
            "2026-03-16 17:30:00",
        ),
        (
            "2026-03-14 18:00",
            "2026-03-16 17:30:00",
            "2026-03-16 17:30:00",
        ),
        (
            "2026-03-15 10:00",
            "2026-03-16 17:30:00",
            "2026-03-16 17:30:00",
        ),
    ] {
        assert_eq!(
            wall(&desk, desk.end_of_business_day(at(&desk, now)).unwrap()),
            this,
            "{now}"
        );
        assert_eq!(
            wall(&desk, desk.next_business_day_end(at(&desk, now)).unwrap()),
            next,
            "{now}"
        );
    }
}

#[test]
fn a_due_instant_on_a_close_stays_there_and_nothing_to_add_stays_in_open_time() {
    let desk = calendar(SIX_DAYS, SHANGHAI);
    let add = |now, seconds| {
        wall(
            &desk,
            desk.add_business(at(&desk, now), Duration::from_secs(seconds))
                .unwrap(),
        )
    };
    assert_eq!(add("2026-03-10 10:00", 2 * HOUR), "2026-03-10 12:00:00");
    assert_eq!(add("2026-03-10 10:00", 2 * HOUR + 1), "2026-03-10 13:00:01");
    assert_eq!(add("2026-03-10 10:00", 0), "2026-03-10 10:00:00");
    assert_eq!(add("2026-03-10 12:00", 0), "2026-03-10 12:00:00");
    assert_eq!(add("2026-03-10 12:30", 0), "2026-03-10 13:00:00");
}

#[test]
fn parts_of_a_second_are_kept() {
    let desk = calendar(SIX_DAYS, SHANGHAI);
    let due = desk
        .add_business(at(&desk, "2026-03-10 11:59:40.25"), Duration::from_secs(60))
        .unwrap();
    assert_eq!(wall(&desk, due), "2026-03-10 13:00:40.25");
}

#[test]
fn touching_intervals_are_one_open_time_and_a_desk_that_never_closes_has_no_close() {
    let desk = calendar(
        "[weekly]\nmon-fri = [\"13:00-17:00\", \"09:00-13:00\"]",
        SHANGHAI,
    );
    assert_eq!(
        wall(
            &desk,
            desk.next_close(at(&desk, "2026-03-10 10:00")).unwrap()
        ),
        "2026-03-10 17:00:00"
    );
    let always = Hours::round_the_clock().calendar(&TimeZone::UTC);
    let now = at(&always, "2026-03-10 10:00");
    assert_eq!(always.next_close(now), None);
    assert!(always.is_open(now));
    assert_eq!(always.weekly_total_text(), "168 h");
    assert_eq!(
        wall(&always, always.end_of_business_day(now).unwrap()),
        "2026-03-11 00:00:00"
    );
    let week = Duration::from_secs(7 * 24 * HOUR);
    assert_eq!(
        wall(&always, always.add_business(now, week).unwrap()),
        "2026-03-17 10:00:00"
    );
}

#[test]
fn a_desk_that_never_opens_gives_an_error_and_no_endless_search() {
    let mut text = "[weekly]\nmonday = \"09:00-17:00\"\n".to_owned();
    for year in 2026..2029 {
        text +=
            &format!("[[holidays]]\nfrom = {year}-01-01\nto = {year}-12-31\nname = \"closed\"\n");
    }
    let desk = calendar(&text, SHANGHAI);
    let now = at(&desk, "2026-01-01 00:00");
    assert_eq!(desk.next_open(now), None);
    assert_eq!(desk.next_close(now), None);
    assert_eq!(
        desk.add_business(now, Duration::ZERO),
        Err(CalendarError::NeverOpens { after: now })
    );
    assert_eq!(
        desk.end_of_business_day(now),
        Err(CalendarError::NeverOpens { after: now })
    );
    assert!(desk.next_business_day_end(now).is_err());
    assert_eq!(
        desk.business_between(now, at(&desk, "2029-01-01 10:00")),
        Ok(Duration::from_secs(HOUR))
    );
}

#[test]
fn amounts_and_instants_beyond_all_bounds_are_errors() {
    let desk = calendar(SIX_DAYS, SHANGHAI);
    let now = at(&desk, "2026-03-10 10:00");
    for amount in [Duration::from_secs(u32::MAX.into()), Duration::MAX] {
        assert_eq!(
            desk.add_business(now, amount),
            Err(CalendarError::TooFar { from: now })
        );
    }
    assert!(desk.business_between(now, Timestamp::MAX).is_err());
    assert_eq!(
        desk.business_between(now, Timestamp::MIN),
        Ok(Duration::ZERO)
    );
    for edge in [Timestamp::MIN, Timestamp::MAX] {
        let _ = (
            desk.is_open(edge),
            desk.next_open(edge),
            desk.next_close(edge),
            desk.end_of_business_day(edge),
        );
        let _ = desk.add_business(edge, Duration::from_secs(60));
    }
}

#[test]
fn business_time_between_two_instants_leaves_out_nights_and_breaks() {
    let desk = calendar(SIX_DAYS, SHANGHAI);
    let between = |from, to| {
        desk.business_between(at(&desk, from), at(&desk, to))
            .unwrap()
            .as_secs()
    };
    assert_eq!(between("2026-03-09 00:00", "2026-03-16 00:00"), 48 * HOUR);
    assert_eq!(between("2026-03-10 11:59:40", "2026-03-10 13:00:40"), 60);
    assert_eq!(between("2026-02-15 00:00", "2026-02-24 08:30"), 0);
    assert_eq!(between("2026-03-11 00:00", "2026-03-10 00:00"), 0);
}

#[test]
fn teams_keep_calendars_of_their_own() {
    let file = hours(
        "[weekly]\nmonday = \"09:00-17:00\"\n[calendars.on-call]\ntime-zone = \"Asia/Tokyo\"\n[calendars.on-call.weekly]\nmonday-sunday = \"00:00-24:00\"",
    );
    let shanghai = zone(SHANGHAI).unwrap();
    assert_eq!(file.further_names().collect::<Vec<_>>(), ["on-call"]);
    let on_call = file.further("on-call", &shanghai).unwrap();
    assert_eq!(on_call.weekly_total_text(), "168 h");
    assert_eq!(on_call.time_zone().iana_name(), Some("Asia/Tokyo"));
    assert_eq!(file.calendar(&shanghai).weekly_total_text(), "8 h");
    assert!(file.further("sales", &shanghai).is_none());
}

#[test]
fn the_example_of_the_manual_is_read_as_the_manual_says() {
    let manual = include_str!("../../../../../docs/hours.md");
    let example = manual
        .split("```toml\n")
        .nth(1)
        .unwrap()
        .split("```")
        .next()
        .unwrap();
    let file = hours(example);
    let desk = file.calendar(&TimeZone::UTC);
    assert_eq!(desk.time_zone().iana_name(), Some(SHANGHAI));
    assert_eq!(desk.weekly_total_text(), "48 h");
    for (date, kind, hours) in [
        (date(2026, 3, 2), DayKind::Holiday, vec![]),
        (date(2026, 7, 15), DayKind::Holiday, vec![]),
        (
            date(2026, 7, 19),
            DayKind::MakeUp,
            vec!["08:30-12:00", "13:00-17:30"],
        ),
        (date(2026, 7, 26), DayKind::MakeUp, vec!["09:00-12:00"]),
        (date(2026, 2, 18), DayKind::Special, vec!["09:00-17:00"]),
        (date(2026, 2, 20), DayKind::Holiday, vec![]),
        (
            date(2026, 1, 4),
            DayKind::MakeUp,
            vec!["08:30-12:00", "13:00-17:30"],
        ),
        (date(2026, 3, 15), DayKind::Ordinary, vec![]),
    ] {
        let day = desk.day(date);
        let intervals: Vec<String> = day.intervals.iter().map(ToString::to_string).collect();
        assert_eq!(
            (day.kind, intervals),
            (kind, hours.into_iter().map(str::to_owned).collect()),
            "{date}"
        );
    }
    let on_call = file.further("on-call", &zone(SHANGHAI).unwrap()).unwrap();
    assert!(on_call.is_open(at(&on_call, "2026-03-10 03:00")));
    assert!(!on_call.is_open(at(&on_call, "2026-03-10 12:00")));
}
