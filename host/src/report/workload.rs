//! Who did how much (R147): people, plugins and the host itself in rows of their own, so that what was answered
//! automatically never counts as anybody's work.

use std::collections::{BTreeMap, HashSet};

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::sheet::{Column, Sheet};
use super::{Period, Tally, mark, mean, seconds};
use crate::engine::{Core, EngineError};
use crate::model::{ConversationId, Fact, Worker};

/// Its columns.
pub const COLUMNS: &[Column] = &[
    Column::plain("worker"),
    Column::plain("name"),
    Column::plain("conversations"),
    Column::plain("replies"),
    Column::plain("settled"),
    Column::plain("held"),
    Column::plain("mean_held_s"),
    Column::plain("total_held_s"),
    Column::plain("most_at_once"),
];

#[derive(Clone, Default)]
struct Load {
    conversations: HashSet<u64>,
    replies: u32,
    /// Conversations that were settled and that they wrote in.
    settled: u32,
    /// From when to when they had a conversation.
    held: Vec<(Timestamp, Timestamp)>,
}

/// One row for each person, plugin step and the host, and before those of a kind one over all of it.
///
/// # Errors
/// Where the store can't be read.
pub fn report(core: &Core, period: Period) -> Result<Sheet, EngineError> {
    Ok(Loads::of(core, period)?.sheet())
}

/// The load of each. The empty name stands for all of a kind, and comes first.
#[derive(Clone, Default)]
pub(crate) struct Loads(BTreeMap<(Worker, String), Load>);

impl Tally for Loads {
    fn add(&mut self, at: Timestamp, conversation: &ConversationId, fact: &Fact) {
        let (Self(loads), conversation) = (self, mark(conversation));
        let mut add = |worker: Worker, name: &str| {
            for name in [name, ""] {
                let load = loads.entry((worker, name.to_owned())).or_default();
                load.add(at, conversation, fact);
            }
        };
        match fact {
            Fact::Replied { name, worker } => add(*worker, name),
            Fact::Released { agent, .. } => add(Worker::Person, agent),
            Fact::Settled { people } if people.is_empty() => {
                let key = (Worker::Plugin, String::new());
                loads.entry(key).or_default().settled += 1;
            }
            Fact::Settled { people } => {
                for name in people {
                    let key = (Worker::Person, name.clone());
                    loads.entry(key).or_default().settled += 1;
                }
                let key = (Worker::Person, String::new());
                loads.entry(key).or_default().settled += 1;
            }
            _ => {}
        }
    }

    fn join(&mut self, other: &Self) {
        for (who, load) in &other.0 {
            self.0.entry(who.clone()).or_default().join(load);
        }
    }

    fn sheet(self) -> Sheet {
        let loads = self.0.into_iter();
        let rows = loads.map(|((worker, name), load)| load.row(worker, &name));
        Sheet {
            name: "workload",
            title: "工作量统计 Workload".to_owned(),
            columns: COLUMNS,
            rows: rows.collect(),
        }
    }
}

impl Load {
    fn add(&mut self, at: Timestamp, conversation: u64, fact: &Fact) {
        match fact {
            Fact::Replied { .. } => {
                self.replies += 1;
                self.conversations.insert(conversation);
            }
            Fact::Released { since, .. } => self.held.push((*since, at)),
            _ => {}
        }
    }

    fn join(&mut self, other: &Self) {
        self.conversations.extend(&other.conversations);
        self.replies += other.replies;
        self.settled += other.settled;
        self.held.extend(&other.held);
    }

    fn row(self, worker: Worker, name: &str) -> Map<String, Value> {
        let held: Vec<u32> = self
            .held
            .iter()
            .map(|(from, to)| seconds(*from, *to))
            .collect();
        let total: u64 = held.iter().map(|time| u64::from(*time)).sum();
        let person = worker == Worker::Person;
        let row = json!({
            "worker": worker.as_str(),
            "name": if name.is_empty() { super::people::EVERYBODY } else { name },
            "conversations": self.conversations.len(),
            "replies": self.replies,
            "settled": self.settled,
            "held": person.then_some(held.len()),
            "mean_held_s": mean(&held),
            "total_held_s": person.then_some(total),
            "most_at_once": person.then(|| at_once(&self.held)),
        });
        match row {
            Value::Object(row) => row,
            _ => Map::new(),
        }
    }
}

/// How many of the intervals overlap at most. One that ends when another begins doesn't.
fn at_once(held: &[(Timestamp, Timestamp)]) -> usize {
    let mut edges: Vec<(Timestamp, bool)> = held
        .iter()
        .flat_map(|(from, to)| [(*from, true), (*to, false)])
        .collect();
    // Ends come before beginnings of the same moment.
    edges.sort_unstable();
    let (mut now, mut most) = (0usize, 0);
    for (_, begins) in edges {
        now = if begins {
            now + 1
        } else {
            now.saturating_sub(1)
        };
        most = most.max(now);
    }
    most
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conversations_that_follow_one_another_are_not_at_once() {
        let at = |second| Timestamp::from_second(second).unwrap();
        assert_eq!(at_once(&[]), 0);
        assert_eq!(at_once(&[(at(0), at(10)), (at(10), at(20))]), 1);
        assert_eq!(
            at_once(&[(at(0), at(10)), (at(5), at(20)), (at(9), at(11))]),
            3
        );
    }
}
