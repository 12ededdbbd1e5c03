//! The manager's one report: how fast each agent answered, and how content the customers were (R85). Volume and
//! quality side by side (R150).
//!
//! A response is counted when a person ends a customer's wait: from the first message that nobody had answered, or
//! from the hand-over to a person, in business time. What plugins say meanwhile doesn't end the wait. A rating belongs
//! to the person who wrote last in the conversation.

use std::collections::{BTreeMap, HashSet};

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::sheet::{Column, Sheet};
use super::{Period, Tally, mark, mean, quantile, share};
use crate::engine::{Core, EngineError};
use crate::model::{ConversationId, Fact, Worker};

/// How soon a customer should have a word, in seconds of business time (R31).
const IN_TIME: u32 = 60;
/// The row over all agents.
pub const EVERYBODY: &str = "all";

/// Its columns.
pub const COLUMNS: &[Column] = &[
    Column::plain("agent"),
    Column::plain("conversations"),
    Column::plain("replies"),
    Column::plain("responses"),
    Column::plain("mean_response_s"),
    Column::plain("median_response_s"),
    Column::plain("p90_response_s"),
    Column::plain("longest_response_s"),
    Column::plain("within_minute"),
    Column::plain("ratings"),
    Column::plain("mean_points"),
];

#[derive(Clone, Default)]
struct Agent {
    conversations: HashSet<u64>,
    replies: u32,
    responses: Vec<u32>,
    ratings: u32,
    points: Vec<u32>,
}

/// One row for each agent, and one over all of them first.
///
/// # Errors
/// Where the store can't be read.
pub fn report(core: &Core, period: Period) -> Result<Sheet, EngineError> {
    Ok(Agents::of(core, period)?.sheet())
}

/// All agents together, and each.
#[derive(Clone, Default)]
pub(crate) struct Agents {
    all: Agent,
    agents: BTreeMap<String, Agent>,
}

impl Tally for Agents {
    fn add(&mut self, _: Timestamp, conversation: &ConversationId, fact: &Fact) {
        let name = match fact {
            Fact::Replied {
                name,
                worker: Worker::Person,
            } => name,
            Fact::Responded { agent, .. } => agent,
            Fact::Rated {
                agent: Some(agent), ..
            } => agent,
            _ => return,
        };
        let conversation = mark(conversation);
        let agent = self.agents.entry(name.clone()).or_default();
        for agent in [agent, &mut self.all] {
            agent.add(conversation, fact);
        }
    }

    fn join(&mut self, other: &Self) {
        self.all.join(&other.all);
        for (name, agent) in &other.agents {
            self.agents.entry(name.clone()).or_default().join(agent);
        }
    }

    fn sheet(self) -> Sheet {
        let mut rows = vec![self.all.row(EVERYBODY)];
        let each = self.agents.into_iter();
        rows.extend(each.map(|(name, agent)| agent.row(&name)));
        Sheet {
            name: "agents",
            title: "客服响应时间与满意度 Response time and satisfaction".to_owned(),
            columns: COLUMNS,
            rows,
        }
    }
}

impl Agent {
    fn add(&mut self, conversation: u64, fact: &Fact) {
        match fact {
            Fact::Replied { .. } => {
                self.replies += 1;
                self.conversations.insert(conversation);
            }
            Fact::Responded { business, .. } => self.responses.push(*business),
            Fact::Rated { points, .. } => {
                self.ratings += 1;
                self.points.extend(points);
            }
            _ => {}
        }
    }

    fn join(&mut self, other: &Self) {
        self.conversations.extend(&other.conversations);
        self.replies += other.replies;
        self.responses.extend(&other.responses);
        self.ratings += other.ratings;
        self.points.extend(&other.points);
    }

    fn row(mut self, name: &str) -> Map<String, Value> {
        self.responses.sort_unstable();
        let in_time = self.responses.iter().filter(|took| **took <= IN_TIME);
        let in_time = in_time.count();
        let row = json!({
            "agent": name,
            "conversations": self.conversations.len(),
            "replies": self.replies,
            "responses": self.responses.len(),
            "mean_response_s": mean(&self.responses),
            "median_response_s": quantile(&self.responses, 50),
            "p90_response_s": quantile(&self.responses, 90),
            "longest_response_s": self.responses.last(),
            "within_minute": share(in_time, self.responses.len()),
            "ratings": self.ratings,
            "mean_points": mean(&self.points),
        });
        match row {
            Value::Object(row) => row,
            _ => Map::new(),
        }
    }
}
