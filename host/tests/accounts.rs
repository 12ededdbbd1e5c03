//! Customers: one with two accounts, merged, taken apart, merged again in a crash, handed over and erased in another;
//! and care for them beyond the case.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a panic here is the failure report"
)]

mod demo;

use std::collections::BTreeSet;

use switchboard::engine::ReplaySelection;
use switchboard::engine::simulate::Simulation;
use switchboard::store::{KeyRange, Store, Table};

use demo::{begin, live, play, text};

const ACCOUNTS: &str = include_str!("../../examples/scenarios/accounts.jsonl");

/// Which tables hold a word, in keys or values.
fn tables_with(simulation: &Simulation, word: &str) -> BTreeSet<&'static str> {
    let store = simulation.core().store();
    let holds = |bytes: &[u8]| {
        bytes
            .windows(word.len())
            .any(|window| window == word.as_bytes())
    };
    Table::ALL
        .iter()
        .filter(|table| {
            let rows = store.scan(**table, KeyRange::all(), usize::MAX).unwrap();
            rows.iter().any(|(key, value)| holds(key) || holds(value))
        })
        .map(|table| table.name())
        .collect()
}

#[test]
fn two_accounts_of_one_customer_are_merged_taken_apart_handed_over_and_erased() {
    let (simulation, timeline) = live(ACCOUNTS);
    insta::assert_snapshot!("accounts", text(&timeline));
    can_be_repeated(&simulation);
}

#[test]
fn birthdays_are_wished_and_festivals_visited_as_the_page_says() {
    let (simulation, timeline) = live(include_str!("../../examples/scenarios/care.jsonl"));
    insta::assert_snapshot!("care", text(&timeline));
    can_be_repeated(&simulation);
}

fn can_be_repeated(simulation: &Simulation) {
    let replay = simulation
        .core()
        .replay(&ReplaySelection::default(), |_| {});
    let replay = replay.unwrap();
    assert!(replay.differences.is_empty(), "{:?}", replay.differences);
    assert!(replay.runs > 0);
}

#[test]
fn nothing_is_left_of_whoever_was_erased() {
    let erasing = ACCOUNTS
        .lines()
        .position(|line| line.contains("\"erase\""))
        .unwrap();
    let lines: Vec<&str> = ACCOUNTS.lines().collect();
    let before = lines.iter().take(erasing).map(|line| format!("{line}\n"));
    let (simulation, _) = play(begin(ACCOUNTS), &before.collect::<String>());
    let words = ["陳小姐", "chen@example.com", "BW-20260301-0007", "破損"];
    for word in words {
        assert!(!tables_with(&simulation, word).is_empty(), "{word}");
    }
    let rest = lines
        .iter()
        .skip(erasing)
        .take(1)
        .map(|line| format!("{line}\n"));
    let (simulation, _) = play(simulation, &rest.collect::<String>());
    for word in words {
        assert_eq!(tables_with(&simulation, word), BTreeSet::new(), "{word}");
    }
}
