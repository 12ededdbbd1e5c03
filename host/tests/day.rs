//! The recorded day in `examples/day.jsonl`, lived through in virtual time.

#![allow(clippy::unwrap_used, reason = "a panic here is the failure report")]

use std::collections::BTreeSet;
use std::sync::Arc;

use switchboard::engine::simulate::{Action, Simulation, parse};
use switchboard::engine::{ReplaySelection, TimelineLine};
use switchboard::sandbox::{Sandbox, SandboxConfig};
use switchboard::store::MemoryStore;
use switchboard::workflow::{Desk, DeskFiles};

const DAY: &str = include_str!("../../examples/day.jsonl");

fn live(sandbox: &Arc<Sandbox>) -> (Simulation, Vec<TimelineLine>) {
    let desk = Arc::new(Desk::load(&DeskFiles::Embedded).unwrap());
    let lines = parse(DAY).unwrap();
    let begin = lines.first().unwrap().at;
    let store = Arc::new(MemoryStore::new());
    let mut simulation = Simulation::new(desk, Arc::clone(sandbox), store, begin).unwrap();
    let mut timeline = Vec::new();
    for line in &lines {
        simulation.play(line, |line| timeline.push(line)).unwrap();
    }
    (simulation, timeline)
}

fn text(timeline: &[TimelineLine]) -> String {
    timeline
        .iter()
        .map(|line| serde_json::to_string(line).unwrap() + "\n")
        .collect()
}

#[test]
fn the_day_goes_as_it_did_and_every_run_of_it_can_be_repeated() {
    // Machine code is kept, or each start after a crash would compile anew.
    let code = tempfile::tempdir().unwrap();
    let config = SandboxConfig {
        cache_dir: Some(code.path().to_owned()),
        ..SandboxConfig::in_process()
    };
    let sandbox = Arc::new(Sandbox::new(config).unwrap());
    let (first, timeline) = live(&sandbox);
    let (_, again) = live(&sandbox);
    assert_eq!(
        text(&timeline),
        text(&again),
        "the same day gives the same bytes"
    );
    let report = first
        .core()
        .replay(&ReplaySelection::default(), |_| ())
        .unwrap();
    assert!(report.runs > 200, "{report:?}");
    assert_eq!(report.differences, [], "a repeated run differs");
    assert_eq!(
        report.carried_over, 0,
        "a step failed for reasons of the machine"
    );
    insta::assert_snapshot!("day", text(&timeline));
}

#[test]
fn the_day_is_as_large_as_it_says() {
    let (mut customers, mut messages) = (BTreeSet::new(), 0);
    for line in &parse(DAY).unwrap() {
        if let Action::Message { contact, .. } = &line.action {
            customers.insert(contact.clone());
            messages += 1;
        }
    }
    assert!(
        customers.len() >= 60 && messages >= 200,
        "{} customers, {messages} messages",
        customers.len()
    );
}
