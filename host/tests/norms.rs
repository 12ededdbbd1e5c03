//! The norms of service in virtual time: each scenario of `examples/scenarios/` that is named here, with its timeline.

#![allow(clippy::unwrap_used, reason = "a panic here is the failure report")]

mod demo;

use switchboard::engine::{ReplaySelection, TimelineLine};

/// Lives the scenario through on the demo desk and repeats every run of it; the timeline.
fn lived(scenario: &str) -> Vec<TimelineLine> {
    let (simulation, timeline) = demo::live(scenario);
    let report = simulation
        .core()
        .replay(&ReplaySelection::default(), |_| ())
        .unwrap();
    assert_eq!(report.differences, [], "a repeated run differs");
    timeline
}

fn detail<'a>(line: &'a TimelineLine, name: &str) -> &'a str {
    line.details
        .get(name)
        .and_then(|value| value.as_str())
        .unwrap_or_default()
}

/// Time, contact, kind and who, and what of the details is named.
fn brief(timeline: &[TimelineLine], kinds: &[&str], names: &[&str]) -> String {
    timeline
        .iter()
        .filter(|line| kinds.contains(&line.kind))
        .map(|line| {
            let details: Vec<String> = names
                .iter()
                .filter_map(|name| Some((name, line.details.get(*name)?)))
                .map(|(name, value)| format!("{name}: {}", value.to_string().trim_matches('"')))
                .collect();
            format!(
                "{} {} | {} by {} | {}\n",
                line.at.get(5..16).unwrap_or_default(),
                line.contact,
                line.kind,
                line.by,
                details.join(" | ")
            )
        })
        .collect()
}

#[test]
fn what_agents_write_is_held_to_the_norms() {
    let timeline = lived(include_str!("../../examples/scenarios/wording.jsonl"));
    let said: Vec<&str> = timeline
        .iter()
        .filter(|line| line.kind == "reply" && line.by != "greeting")
        .map(|line| detail(line, "text"))
        .collect();
    assert!(
        !said
            .iter()
            .any(|text| text.contains("我不清楚") || text.contains('痴'))
    );
    assert!(said.iter().any(|text| text.contains("“不知道怎么装箱”")));
    insta::assert_snapshot!(brief(
        &timeline,
        &["reply", "finding", "promise"],
        &["rule", "severity", "text", "suggestion", "status", "due"]
    ));
}

#[test]
fn ratings_are_read_as_people_write_them_corrected_for_a_while_and_reopen_once() {
    let timeline = lived(include_str!("../../examples/scenarios/satisfaction.jsonl"));
    let of = |contact: &str, kind: &str| {
        timeline
            .iter()
            .filter(|line| line.contact == contact && line.kind == kind)
            .filter_map(|line| {
                line.details
                    .get("code")
                    .and_then(serde_json::Value::as_u64)
                    .or(Some(0))
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(of("王先生", "survey"), [0, 1]);
    assert_eq!(
        of("李女士", "survey"),
        [0, 3, 2],
        "corrected once, then no more"
    );
    assert_eq!(of("陳小姐", "survey"), [0, 4, 0, 4]);
    assert_eq!(of("陳小姐", "reopened"), [0], "reopened once");
    assert_eq!(of("dave", "survey"), [0, 2]);
    assert_eq!(of("夜猫子", "survey"), [0, 1], "asked when the desk opens");
    insta::assert_snapshot!(brief(
        &timeline,
        &["survey", "reopened", "hand-off", "label", "note", "notify"],
        &[
            "status", "code", "points", "reason", "value", "removed", "text", "to"
        ]
    ));
}

#[test]
fn visits_come_when_they_are_welcome() {
    let timeline = lived(include_str!(
        "../../examples/scenarios/follow-up-visits.jsonl"
    ));
    let visits: Vec<(&str, &str)> = timeline
        .iter()
        .filter(|line| {
            line.kind == "reply"
                && line.by == "follow-up-visit"
                && (detail(line, "text").contains("回访")
                    || detail(line, "text").contains("following up"))
        })
        .map(|line| (line.contact.as_str(), line.at.get(..16).unwrap()))
        .collect();
    assert!(
        visits.contains(&("孙女士", "2026-03-17T18:00")),
        "in the evening: {visits:?}"
    );
    assert!(
        !visits.iter().any(|(contact, _)| *contact == "吴先生"),
        "{visits:?}"
    );
    assert!(
        visits
            .iter()
            .filter(|(contact, _)| *contact == "周先生")
            .all(|(_, at)| *at > "2026-03-20T15:05"),
        "not while a complaint is open: {visits:?}"
    );
    assert!(
        visits
            .iter()
            .any(|(contact, at)| *contact == "amy" && *at > "2026-04-07T00:00"),
        "not on a holiday: {visits:?}"
    );
    insta::assert_snapshot!(brief(
        &timeline,
        &["reply", "timer", "note", "label"],
        &["name", "due", "status", "text", "value", "removed"]
    ));
}
