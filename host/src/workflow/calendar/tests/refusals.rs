//! Every mistake in an `hours.toml` is found, at its place, with a way to mend it.

use super::super::Hours;

/// The problems of a text, each as `line:column message`.
fn problems(text: &str) -> Vec<String> {
    let problems = Hours::parse("hours.toml", text)
        .map(|_| Vec::new())
        .unwrap_or_else(|all| all);
    assert!(problems.iter().all(|problem| problem.file == "hours.toml"));
    problems
        .iter()
        .map(|p| format!("{}:{} {}", p.line, p.column, p.message))
        .collect()
}

const WEEK: &str = "[weekly]\nmonday-friday = [\"09:00-12:00\"]\n";

#[track_caller]
fn only_problem(text: &str, place: &str, part: &str) {
    let found = problems(text);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(found[0].starts_with(&format!("{place} ")), "{found:#?}");
    assert!(found[0].contains(part), "{found:#?}");
}

#[test]
fn every_mistake_is_reported_in_the_order_of_the_text() {
    let text = r#"time-zone = "Mars/Olympus"
calendar = "chine"
holiday = []

[weekly]
monday = ["08:30-12:00", "11:00-17:30"]
tuesday = ["17:30-13:00"]
wensday = ["08:30-12:00"]
thursday = [8.30]

[[holidays]]
date = "2026-02-30"
name = "x"

[[special]]
date = 2026-05-02
"#;
    let expected = [
        "1:13 there is no time zone \"Mars/Olympus\"",
        "2:12 there is no official calendar \"chine\"",
        "3:1 unknown key \"holiday\"; did you mean holidays?",
        "6:26 11:00-17:30 overlaps 08:30-12:00 in line 6",
        "7:12 \"17:30-13:00\" ends before it starts",
        "8:1 \"wensday\" is neither a weekday nor a stretch",
        "9:13 an interval of thursday is a number here",
        "12:8 there is no 2026-02-30 in the calendar",
        "15:1 the special day has no hours",
    ];
    let found = problems(text);
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for (found, expected) in found.iter().zip(expected) {
        assert!(found.starts_with(expected), "{found}\n{expected}");
    }
}

#[test]
fn a_problem_prints_as_file_line_message() {
    let all = Hours::parse("desk/hours.toml", "").unwrap_err();
    let printed = all.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(
        printed,
        [
            "desk/hours.toml:1: the weekly hours are missing; add [weekly] with a line like monday-friday = [\"09:00-17:00\"]"
        ]
    );
}

#[test]
fn a_week_without_hours_is_refused() {
    only_problem(
        "[weekly]\nmonday = []",
        "1:2",
        "the week has no opening hours",
    );
    only_problem("weekly = 5", "1:10", "weekly is a number here");
}

#[test]
fn overlaps_reach_over_midnight_and_over_the_weeks_end() {
    let text = "[weekly]\nmonday = \"20:00-08:00\"\ntuesday = \"07:00-12:00\"";
    only_problem(text, "3:11", "07:00-12:00 overlaps 20:00-08:00 in line 2");
    let text = "[weekly]\nmonday = \"07:00-12:00\"\nsunday = \"20:00-08:00\"";
    only_problem(text, "3:10", "20:00-08:00 overlaps 07:00-12:00 in line 2");
    let text = "[weekly]\nmonday-sunday = [\"08:00-20:00\", \"20:00-08:00\"]";
    assert!(problems(text).is_empty());
}

#[test]
fn one_overlap_of_many_days_is_reported_once() {
    let text = "[weekly]\nmonday-sunday = [\"08:00-12:00\", \"11:00-13:00\"]";
    only_problem(text, "2:33", "11:00-13:00 overlaps 08:00-12:00");
}

#[test]
fn a_weekday_has_one_line() {
    let text = "[weekly]\nmon-fri = \"09:00-12:00\"\nfriday = \"13:00-15:00\"";
    only_problem(text, "3:1", "Friday has hours in line 2 already");
}

#[test]
fn a_date_stands_in_a_list_once() {
    let entry = |dates: &str| format!("[[holidays]]\n{dates}\nname = \"x\"\n");
    let twice = [
        WEEK,
        &entry("date = 2026-02-17"),
        &entry("date = 2026-02-17"),
    ]
    .concat();
    only_problem(
        &twice,
        "7:8",
        "2026-02-17 is listed twice under holidays, also in line 4",
    );
    let inside = [
        WEEK,
        &entry("date = 2026-02-17"),
        &entry("from = 2026-02-15\nto = 2026-02-23"),
    ];
    only_problem(&inside.concat(), "7:8", "2026-02-17 is listed twice");
}

#[test]
fn dates_that_cannot_be_are_refused() {
    for (dates, part) in [
        ("date = \"2026-2-17\"", "is not a date"),
        ("date = \"2026-02-17T10:00\"", "is not a date"),
        ("date = 2026-02-17T10:00:00", "without a time of day"),
        ("date = 10:00:00", "without a time of day"),
        ("date = 20260217", "date is a number here"),
        ("from = 2026-02-17", "say which day"),
        ("date = 2026-02-17\nto = 2026-02-18", "say which day"),
        ("from = 2026-02-23\nto = 2026-02-15", "exchange from and to"),
        ("from = 2026-02-15\nto = 2062-02-23", "check the years"),
    ] {
        let text = format!("{WEEK}[[holidays]]\nname = \"x\"\n{dates}\n");
        let found = problems(&text);
        assert_eq!(found.len(), 1, "{dates}: {found:#?}");
        assert!(found[0].contains(part), "{dates}: {found:#?}");
    }
}

#[test]
fn holidays_have_names_and_open_days_have_hours() {
    let text = format!("{WEEK}[[holidays]]\ndate = 2026-02-17\n");
    only_problem(&text, "3:1", "the holiday has no name");
    let text = format!("{WEEK}[[holidays]]\ndate = 2026-02-17\nname = \" \"\n");
    only_problem(&text, "5:8", "the name is empty");
    let text = format!("{WEEK}[[special]]\ndate = 2026-02-17\nhours = []\n");
    only_problem(&text, "5:9", "to close a day, list it under [[holidays]]");
}

#[test]
fn a_make_up_day_follows_an_open_weekday_or_has_hours() {
    let entry = |lines: &str| format!("{WEEK}[[make-up-days]]\ndate = 2026-02-14\n{lines}\n");
    only_problem(
        &entry("like = \"sunday\""),
        "5:8",
        "on which the desk is closed",
    );
    only_problem(&entry("like = \"someday\""), "5:8", "is not a weekday");
    only_problem(
        &entry("like = \"monday\"\nhours = \"09:00-10:00\""),
        "5:8",
        "either like or hours",
    );
    only_problem(
        &format!("make-up-like = \"sat\"\n{WEEK}"),
        "1:16",
        "on which the desk is closed",
    );
}

#[test]
fn a_wrong_shape_is_refused() {
    only_problem(
        &format!("holidays = \"none\"\n{WEEK}"),
        "1:12",
        "[[holidays]]",
    );
    only_problem(&format!("holidays = [1]\n{WEEK}"), "1:13", "[[holidays]]");
    only_problem(
        &format!("calendar = 3\n{WEEK}"),
        "1:12",
        "official calendar",
    );
    only_problem(
        &format!("calendars = 3\n{WEEK}"),
        "1:13",
        "[calendars.NAME]",
    );
    only_problem("[weekly]\nmonday = true", "2:10", "write intervals like");
}

#[test]
fn further_calendars_are_checked_as_closely() {
    let text = format!("{WEEK}[calendars.a]\ncolour = 1\n[calendars.a.weekly]\nmonday = \"9-5\"\n");
    let found = problems(&text);
    assert_eq!(found.len(), 2, "{found:#?}");
    assert!(
        found[0].starts_with("4:1 unknown key \"colour\""),
        "{found:#?}"
    );
    assert!(
        found[1].starts_with("6:10 \"9\" is not a time of day"),
        "{found:#?}"
    );
    only_problem(
        &format!("{WEEK}[calendars.a]\n"),
        "3:12",
        "the weekly hours are missing",
    );
}

#[test]
fn broken_toml_doesnt_hide_the_other_mistakes() {
    let text = "[weekly]\nmonday = [\"09:00-12:00\"\n]\nmonday = []\n\n[[holidays]]\ndate = 2026-02-30\nname = x\n\n[[special]]\ndate = 2026-01-01\n";
    let found = problems(text);
    let expected = [
        "4:1 this is not valid TOML: duplicate key",
        "7:8 this is not valid TOML: invalid date",
        "8:8 this is not valid TOML: string values must be quoted",
        "10:1 the special day has no hours",
    ];
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for (found, expected) in found.iter().zip(expected) {
        assert!(found.starts_with(expected), "{found}\n{expected}");
    }
}
