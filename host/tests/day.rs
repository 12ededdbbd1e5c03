//! The recorded day in `examples/day.jsonl`, lived through in virtual time.

#![allow(clippy::unwrap_used, reason = "a panic here is the failure report")]

mod demo;

use std::collections::BTreeSet;

use switchboard::engine::ReplaySelection;
use switchboard::engine::simulate::{Action, parse};

use demo::{live, text};

const DAY: &str = include_str!("../../examples/day.jsonl");

#[test]
fn the_day_goes_as_it_did_and_every_run_of_it_can_be_repeated() {
    let (first, timeline) = live(DAY);
    let (_, again) = live(DAY);
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
