//! Timers, versions and notices, as the runs of a data directory tell of them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use switchboard::model::{Change, Conversation, Occurrence, Run};

use super::oracle::conversation_of;
use super::receiver::Receiver;

/// The runs of each conversation, in order.
fn by_conversation(runs: &[Run]) -> BTreeMap<String, Vec<&Run>> {
    let mut all: BTreeMap<String, Vec<&Run>> = BTreeMap::new();
    for run in runs {
        let conversation = conversation_of(run.id.as_str());
        all.entry(conversation).or_default().push(run);
    }
    all
}

/// Whatever fired had been set and not fired before, and what hasn't fired is still set.
pub(crate) fn check_timers(conversations: &[Conversation], runs: &[Run], hears: &str) {
    let runs = by_conversation(runs);
    for state in conversations {
        let mut set = BTreeMap::new();
        for run in &runs[state.id.as_str()] {
            for entry in &run.entries {
                match &entry.change {
                    Change::TimerSet { timer } => drop(set.insert(&timer.name, timer.due)),
                    Change::TimerCancelled { timer } => drop(set.remove(&timer.name)),
                    Change::TimerFired { timer } => {
                        assert_eq!(set.remove(&timer.name), Some(timer.due), "{}", run.id);
                        assert!(timer.due <= run.event.at, "{}: too early", run.id);
                    }
                    _ => {}
                }
            }
            let heard = run.entries.iter().filter(|entry| entry.by == hears).count();
            let fired = matches!(run.event.what, Occurrence::TimerFired { .. });
            assert_eq!(heard, usize::from(fired), "{}: notes of a timer", run.id);
        }
        let left = state.timers.iter().map(|timer| (&timer.name, timer.due));
        assert_eq!(left.collect::<BTreeMap<_, _>>(), set, "{}", state.id);
    }
}

/// The last part of a version.
pub(crate) fn patch(version: &str) -> u32 {
    version.rsplit_once('.').unwrap().1.parse().unwrap()
}

/// Who was served by a version never gets an older one again.
pub(crate) fn check_versions(runs: &[Run], step: &str) {
    for (conversation, runs) in by_conversation(runs) {
        let calls = runs.iter().flat_map(|run| &run.invocations);
        let calls = calls.filter(|call| call.step == step);
        let versions: Vec<u32> = calls.map(|call| patch(&call.version)).collect();
        assert!(versions.is_sorted(), "{conversation}: {versions:?}");
    }
}

/// Every notice was delivered or waits for that; what was delivered more than once is the same, once a crash at most;
/// and a conversation's came in order.
pub(crate) fn check_deliveries(
    told: &str,
    receiver: &Receiver,
    runs: &[Run],
    waiting: &[Value],
    crashes: usize,
) {
    let mut expected = BTreeMap::new();
    for run in runs {
        let told = run.entries.iter().filter_map(|entry| match &entry.change {
            Change::Notified { to, text, .. } if to == told => Some(text),
            _ => None,
        });
        for (nth, text) in told.enumerate() {
            expected.insert(format!("{}_{nth}", run.id), text.clone());
        }
    }
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    let mut last: BTreeMap<String, (u32, u32)> = BTreeMap::new();
    for delivery in receiver.received() {
        let id = delivery.id;
        assert_eq!(
            delivery.body["text"],
            Value::from(expected[&id].clone()),
            "{id}"
        );
        let count = times.entry(id.clone()).or_default();
        *count += 1;
        if *count == 1 {
            let (run, nth) = id.rsplit_once('_').unwrap();
            let number = run.rsplit_once('_').unwrap().1.parse().unwrap();
            let place = (number, nth.parse().unwrap());
            let before = last.insert(conversation_of(run), place);
            assert!(before < Some(place), "{id} came after {before:?}");
        }
    }
    assert!(
        times.values().all(|count| *count <= 1 + crashes),
        "{times:?}"
    );
    let waiting = waiting.iter().map(|row| row["key"].as_str().unwrap());
    let there: BTreeSet<&str> = times.keys().map(String::as_str).chain(waiting).collect();
    let expected: BTreeSet<&str> = expected.keys().map(String::as_str).collect();
    assert_eq!(
        there, expected,
        "delivered or waiting, and what people are to be told"
    );
}
