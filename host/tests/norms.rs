//! The norms of service in virtual time: each scenario of `examples/scenarios/` that is named here, with its timeline.

#![allow(clippy::unwrap_used, reason = "a panic here is the failure report")]

use std::sync::Arc;

use switchboard::engine::simulate::{Simulation, parse};
use switchboard::engine::{ReplaySelection, TimelineLine};
use switchboard::sandbox::{Sandbox, SandboxConfig};
use switchboard::store::MemoryStore;
use switchboard::workflow::{Desk, DeskFiles};

/// Lives the scenario through on the demo desk and repeats every run of it; the timeline.
fn lived(scenario: &str) -> Vec<TimelineLine> {
    let sandbox = Arc::new(Sandbox::new(SandboxConfig::in_process()).unwrap());
    let desk = Arc::new(Desk::load(&DeskFiles::Embedded).unwrap());
    let lines = parse(scenario).unwrap();
    let begin = lines.first().unwrap().at;
    let store = Arc::new(MemoryStore::new());
    let mut simulation = Simulation::new(desk, sandbox, store, begin).unwrap();
    let mut timeline = Vec::new();
    for line in &lines {
        simulation.play(line, |line| timeline.push(line)).unwrap();
    }
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
