//! Daylight saving, skipped days and odd offsets (K09).

use std::time::Duration;

use jiff::Timestamp;

use super::super::Calendar;
use super::{at, calendar};

const HOUR: u64 = 3600;

fn utc(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn daily(intervals: &str, zone: &str) -> Calendar {
    calendar(&format!("[weekly]\nmonday-sunday = [{intervals}]"), zone)
}

/// The open seconds of a UTC day or so, and where they begin and end.
fn open_time(calendar: &Calendar, from: &str, to: &str) -> (u64, Timestamp, Timestamp) {
    let (from, to) = (utc(from), utc(to));
    let open = calendar.next_open(from).unwrap();
    let seconds = calendar.business_between(from, to).unwrap().as_secs();
    (seconds, open, calendar.next_close(open).unwrap())
}

#[test]
fn a_night_shift_is_an_hour_shorter_when_the_clock_goes_forward() {
    let berlin = daily("\"22:00-06:00\"", "Europe/Berlin");
    let night = open_time(&berlin, "2026-03-28T12:00Z", "2026-03-29T12:00Z");
    assert_eq!(
        night,
        (7 * HOUR, utc("2026-03-28T21:00Z"), utc("2026-03-29T04:00Z"))
    );
    let new_york = daily("\"22:00-06:00\"", "America/New_York");
    let night = open_time(&new_york, "2026-03-07T18:00Z", "2026-03-08T18:00Z");
    assert_eq!(
        night,
        (7 * HOUR, utc("2026-03-08T03:00Z"), utc("2026-03-08T10:00Z"))
    );
}

#[test]
fn a_night_shift_is_an_hour_longer_when_the_clock_goes_back() {
    let berlin = daily("\"22:00-06:00\"", "Europe/Berlin");
    let night = open_time(&berlin, "2026-10-24T12:00Z", "2026-10-25T12:00Z");
    assert_eq!(
        night,
        (9 * HOUR, utc("2026-10-24T20:00Z"), utc("2026-10-25T05:00Z"))
    );
    let new_york = daily("\"22:00-06:00\"", "America/New_York");
    let night = open_time(&new_york, "2026-10-31T18:00Z", "2026-11-01T18:00Z");
    assert_eq!(
        night,
        (9 * HOUR, utc("2026-11-01T02:00Z"), utc("2026-11-01T11:00Z"))
    );
}

#[test]
fn a_skipped_boundary_moves_to_the_moment_of_the_change() {
    // 02:00 to 03:00 is skipped on 2026-03-29; the change is at 01:00 UTC.
    let change = utc("2026-03-29T01:00Z");
    let opens_in_gap = daily("\"02:30-05:00\"", "Europe/Berlin");
    let night = open_time(&opens_in_gap, "2026-03-28T12:00Z", "2026-03-29T12:00Z");
    assert_eq!(night, (2 * HOUR, change, utc("2026-03-29T03:00Z")));
    let closes_in_gap = daily("\"01:00-02:30\"", "Europe/Berlin");
    let night = open_time(&closes_in_gap, "2026-03-28T12:00Z", "2026-03-29T12:00Z");
    assert_eq!(night, (HOUR, utc("2026-03-29T00:00Z"), change));
}

#[test]
fn an_interval_that_the_clock_skips_whole_isnt_open_that_day() {
    let berlin = daily("\"02:10-02:50\"", "Europe/Berlin");
    let next = berlin.next_open(utc("2026-03-28T12:00Z")).unwrap();
    assert_eq!(next, utc("2026-03-30T00:10Z"));
}

#[test]
fn a_boundary_shown_twice_means_the_first_time() {
    // 02:00 to 03:00 is shown twice on 2026-10-25, from 00:00 and from 01:00 UTC.
    let opens = daily("\"02:30-05:00\"", "Europe/Berlin");
    let night = open_time(&opens, "2026-10-24T12:00Z", "2026-10-25T12:00Z");
    assert_eq!(
        night,
        (
            7 * HOUR / 2,
            utc("2026-10-25T00:30Z"),
            utc("2026-10-25T04:00Z")
        )
    );
    let closes = daily("\"01:00-02:30\"", "Europe/Berlin");
    let night = open_time(&closes, "2026-10-24T12:00Z", "2026-10-25T12:00Z");
    assert_eq!(
        night,
        (
            3 * HOUR / 2,
            utc("2026-10-24T23:00Z"),
            utc("2026-10-25T00:30Z")
        )
    );
    assert!(
        !closes.is_open(utc("2026-10-25T01:10Z")),
        "the second showing of 02:10 is closed"
    );
}

#[test]
fn hours_after_a_change_follow_the_new_clock() {
    let berlin = daily("\"08:30-17:30\"", "Europe/Berlin");
    let due = berlin
        .add_business(at(&berlin, "2026-03-28 17:29"), Duration::from_secs(120))
        .unwrap();
    assert_eq!(due, at(&berlin, "2026-03-29 08:31"));
    assert_eq!(due, utc("2026-03-29T06:31Z"));
}

#[test]
fn a_close_before_a_date_that_samoa_skipped_is_the_close_of_that_evening() {
    let apia = daily("\"22:00-24:00\"", "Pacific/Apia");
    let close = "2011-12-30T10:00:00Z".parse().unwrap();
    assert_eq!(
        apia.add_business(close, std::time::Duration::ZERO),
        Ok(close)
    );
}

#[test]
fn a_date_that_samoa_skipped_has_no_open_time() {
    let apia = daily("\"09:00-17:00\"", "Pacific/Apia");
    let late_thursday = at(&apia, "2011-12-29 16:59:30");
    assert_eq!(
        apia.add_business(late_thursday, Duration::from_secs(60))
            .unwrap(),
        at(&apia, "2011-12-31 09:00:30")
    );
    assert_eq!(
        apia.next_open(at(&apia, "2011-12-29 17:00")),
        Some(at(&apia, "2011-12-31 09:00"))
    );
    // Thursday's night shift goes on into Saturday's morning: an ordinary night of twelve hours.
    let nights = daily("\"20:00-08:00\"", "Pacific/Apia");
    assert_eq!(
        nights.next_close(at(&nights, "2011-12-29 21:00")),
        Some(at(&nights, "2011-12-31 08:00"))
    );
    // A desk that never closes has no hole there.
    let always = daily("\"00:00-24:00\"", "Pacific/Apia");
    let day = Duration::from_secs(24 * HOUR);
    let due = always.add_business(utc("2011-12-29T22:00Z"), day).unwrap();
    assert_eq!(due, utc("2011-12-30T22:00Z"));
}

#[test]
fn a_change_at_midnight_neither_hides_nor_doubles_open_time() {
    // Newfoundland went back from 00:01 to 23:01: Sunday's hours had begun when Saturday's last hour came again.
    let st_johns = daily("\"00:00-08:00\"", "America/St_Johns");
    let open = utc("2010-11-07T02:30Z");
    assert!(st_johns.is_open(open));
    assert!(
        st_johns.is_open(utc("2010-11-07T02:31Z")),
        "the wall clock shows Saturday 23:01 again"
    );
    assert_eq!(st_johns.next_close(open), Some(utc("2010-11-07T11:30Z")));
    // Havana goes forward from 00:00 to 01:00.
    let havana = daily("\"00:00-08:00\"", "America/Havana");
    assert_eq!(
        havana.next_open(utc("2026-03-07T18:00Z")),
        Some(utc("2026-03-08T05:00Z"))
    );
}

#[test]
fn offsets_of_quarter_hours_are_exact() {
    let kathmandu = daily("\"09:00-17:00\"", "Asia/Kathmandu");
    assert_eq!(
        kathmandu.next_open(utc("2026-03-10T00:00Z")),
        Some(utc("2026-03-10T03:15Z"))
    );
    assert_eq!(
        kathmandu.next_close(utc("2026-03-10T04:00Z")),
        Some(utc("2026-03-10T11:15Z"))
    );
}

#[test]
fn instants_before_1970_with_parts_of_a_second_are_exact() {
    let utc_desk = daily("\"09:00-17:00\"", "UTC");
    assert!(!utc_desk.is_open(utc("1969-12-30T08:59:59.999Z")));
    assert!(utc_desk.is_open(utc("1969-12-30T09:00:00Z")));
    assert!(utc_desk.is_open(utc("1969-12-30T16:59:59.999Z")));
    let due = utc_desk.add_business(utc("1969-12-30T16:59:59.5Z"), Duration::from_secs(1));
    assert_eq!(due.unwrap(), utc("1969-12-31T09:00:00.5Z"));
}
