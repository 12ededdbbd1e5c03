//! Random weeks at the demo desk, with its real plugins: agents come, forget to come and go, customers ask, complain and
//! panic in three languages, departments answer or don't, the host dies and is down, and holidays fall where they do.
//! Whatever happens, the rules hold. `WEEKS=5000 cargo test --workspace --test weeks` lives through more of them.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a panic here is the failure report"
)]

mod demo;
#[path = "weeks/found.rs"]
mod found;
#[path = "weeks/random.rs"]
mod random;
#[path = "weeks/rules.rs"]
mod rules;
#[path = "weeks/words.rs"]
mod words;

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use switchboard::engine::ReplaySelection;

use demo::{DESK, SANDBOX, text};

/// Weeks of an ordinary test run.
const WEEKS: u64 = 24;
/// Of so many weeks one is replayed.
const REPLAYED: u64 = 8;
/// Seeds whose weeks once broke a rule, as weeks are drawn now; what they found is in `weeks/found.rs`, too.
const KEPT: &[u64] = &[1193, 1258, 2071, 2429, 3025];

/// Lives through a week; where it broke a rule, says which, and leaves the week as a scenario.
fn check(seed: u64) -> Result<(), String> {
    let week = random::live(&DESK, &SANDBOX, seed);
    let mut broken = week.broken;
    if seed.is_multiple_of(REPLAYED) {
        let replay = week
            .simulation
            .core()
            .replay(&ReplaySelection::default(), |_| ());
        let report = replay.unwrap();
        broken.extend(
            report
                .differences
                .iter()
                .map(|found| format!("replay: {found:?}")),
        );
    }
    if broken.is_empty() {
        return Ok(());
    }
    let path = std::env::temp_dir().join(format!("week-{seed}.jsonl"));
    std::fs::write(&path, week.scenario).unwrap();
    Err(format!(
        "seed {seed} ({}):\n  {}",
        path.display(),
        broken.join("\n  ")
    ))
}

/// All of these seeds, on as many threads as there are processors.
fn check_all(seeds: &[u64]) {
    let (next, failed) = (AtomicU64::new(0), Mutex::new(Vec::new()));
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let index = usize::try_from(next.fetch_add(1, Ordering::Relaxed)).unwrap();
                    let Some(seed) = seeds.get(index) else { return };
                    if let Err(broken) = check(*seed) {
                        failed.lock().unwrap().push(broken);
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().unwrap();
    assert!(
        failed.is_empty(),
        "{} of {} weeks broke a rule\n{}",
        failed.len(),
        seeds.len(),
        failed.join("\n")
    );
}

#[test]
fn whatever_happens_in_a_week_the_rules_hold() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse().ok());
    let first: u64 = number("FIRST_WEEK").unwrap_or(0);
    let count = number("WEEKS").unwrap_or(WEEKS);
    check_all(&(first..first + count).collect::<Vec<_>>());
}

#[test]
fn weeks_that_once_broke_a_rule_keep_it() {
    check_all(KEPT);
}

#[test]
fn a_seed_is_the_same_week_every_time() {
    for seed in [1, 2] {
        let (one, other) = (
            random::live(&DESK, &SANDBOX, seed),
            random::live(&DESK, &SANDBOX, seed),
        );
        assert_eq!(one.scenario, other.scenario);
        assert_eq!(text(&one.timeline), text(&other.timeline));
    }
}
