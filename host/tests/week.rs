//! A week at the demo desk with a make-up Sunday and the holidays of the Mid-Autumn Festival and the National Day:
//! `examples/scenarios/week.jsonl`, which `week.md` tells in words.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a panic here is the failure report"
)]

#[path = "weeks/rules.rs"]
mod rules;

mod demo;

use std::sync::Arc;

use jiff::Timestamp;
use switchboard::engine::simulate::{Action, Simulation, parse};
use switchboard::engine::{ReplaySelection, TimelineLine};
use switchboard::report::delivery::{FormDelivery, delivered};

use demo::{DESK, begin, play, text};

const WEEK: &str = include_str!("../../examples/scenarios/week.jsonl");

/// With the record form, which is delivered on its day.
fn live(scenario: &str) -> (Simulation, Vec<TimelineLine>) {
    let simulation = begin(scenario).with_chores(vec![Arc::new(FormDelivery)]);
    play(simulation, scenario)
}

/// The rules that a scenario broke.
fn broken(simulation: &Simulation, scenario: &str) -> Vec<String> {
    let lines = parse(scenario).unwrap();
    let sent = lines.iter().filter_map(|line| match &line.action {
        Action::Message {
            contact,
            text,
            channel,
            ..
        } => Some((channel.clone(), contact.clone(), text.clone())),
        _ => None,
    });
    let outages = lines.iter().filter_map(|line| match line.action {
        Action::Outage { until } => Some((line.at, until)),
        _ => None,
    });
    rules::broken(
        simulation.core(),
        &DESK,
        &sent.collect::<Vec<_>>(),
        &outages.collect::<Vec<_>>(),
        lines.last().unwrap().at,
    )
}

#[test]
fn the_week_goes_as_its_page_says() {
    let (simulation, timeline) = live(WEEK);
    assert_eq!(
        text(&timeline),
        text(&live(WEEK).1),
        "the same bytes every time"
    );
    let report = simulation
        .core()
        .replay(&ReplaySelection::default(), |_| ())
        .unwrap();
    assert!(report.runs > 250, "{report:?}");
    assert_eq!(report.differences, [], "a repeated run differs");
    assert_eq!(broken(&simulation, WEEK), Vec::<String>::new());
    insta::assert_snapshot!("week", text(&timeline));
}

#[test]
fn september_is_delivered_once_after_the_national_day() {
    let (simulation, timeline) = live(WEEK);
    let forms = delivered(simulation.core(), 10).unwrap();
    let opens: Timestamp = "2026-10-08T08:30:00+08:00".parse().unwrap();
    assert_eq!(
        forms.iter().map(|form| form.at).collect::<Vec<_>>(),
        [opens]
    );
    assert_eq!(forms[0].recipients, ["wang-fang"]);
    let conversations: std::collections::BTreeSet<_> = timeline
        .iter()
        .filter(|line| !line.conversation.is_empty())
        .map(|line| &line.conversation)
        .collect();
    assert_eq!(forms[0].rows, conversations.len());
}

#[test]
fn what_came_over_the_holidays_is_one_list_in_the_morning() {
    let until: String = WEEK
        .lines()
        .take_while(|line| !line.contains("\"2026-09-28T08:3"))
        .map(|line| line.to_owned() + "\n")
        .collect();
    let (simulation, _) = live(&until);
    let list = simulation.core().overnight().unwrap();
    let contacts: Vec<_> = list.iter().map(|state| state.contact.as_str()).collect();
    assert_eq!(contacts, ["夜班护士小何", "Ben from Leeds"]);
}

/// The timeline without ids, which are drawn anew after a crash.
fn essence(timeline: &[TimelineLine]) -> Vec<String> {
    let mut lines: Vec<String> = timeline
        .iter()
        .map(|line| {
            let mut details = line.details.clone();
            details.remove("ticket");
            let line = format!(
                "{} {} {} {} {details:?}",
                line.at, line.contact, line.kind, line.by
            );
            without_ids(&line)
        })
        .collect();
    lines.sort();
    lines
}

fn without_ids(text: &str) -> String {
    let mut rest = text;
    let mut plain = String::new();
    while let Some(at) = ["tic_", "con_", "acc_"]
        .iter()
        .filter_map(|id| rest.find(id))
        .min()
    {
        let (before, id) = rest.split_at(at);
        plain.push_str(before);
        plain.push('#');
        rest = id[4..].trim_start_matches(|c: char| c.is_ascii_hexdigit());
    }
    plain + rest
}

/// The week with a crash at every sixth line of it: right before the line, or right after the line before it, where it
/// hits whatever comes due in between. The process dies before the commit and after it by turns.
fn crashing(after: bool, first: usize) -> String {
    let at = |line: &str| line.split('"').nth(3).unwrap().to_owned();
    let lines: Vec<&str> = WEEK.lines().collect();
    let mut scenario = String::new();
    for (number, line) in lines.iter().enumerate() {
        if number % 6 == first {
            let moment = if after {
                number.saturating_sub(1)
            } else {
                number
            };
            let at = at(lines[moment]);
            scenario += &format!("{{\"at\":\"{at}\",\"do\":\"crash\"}}\n");
        }
        scenario += line;
        scenario.push('\n');
    }
    scenario
}

#[test]
fn whenever_the_host_dies_the_week_goes_on_as_if_it_had_not() {
    let wanted = essence(&live(WEEK).1);
    for (after, first) in [(false, 0), (true, 2), (false, 3), (true, 5)] {
        let scenario = crashing(after, first);
        let (simulation, timeline) = live(&scenario);
        let found = essence(&timeline);
        let more: Vec<_> = found.iter().filter(|line| !wanted.contains(line)).collect();
        let less: Vec<_> = wanted.iter().filter(|line| !found.contains(line)).collect();
        assert!(
            found.len() == wanted.len() && more.is_empty() && less.is_empty(),
            "after {after}, first {first}\nmore: {more:#?}\nless: {less:#?}"
        );
        assert_eq!(broken(&simulation, &scenario), Vec::<String>::new());
    }
}
