//! Rows as runs would write them, for tests that need many.

use jiff::{SignedDuration, Timestamp};

use super::keys;
use crate::model::{AccountId, Conversation, ConversationId, Fact, Record, RunId, Worker};
use crate::store::{Batch, Table};

/// A settled conversation with the facts of its three runs.
pub(crate) fn conversation_with_facts(batch: &mut Batch, number: u32, at: Timestamp) {
    let id = ConversationId::from_random(u128::from(number));
    let account = AccountId::from_random(u128::from(number / 3));
    let agent = format!("agent-{}", number % 20);
    let mut state = Conversation::new(id.clone(), account, "web".into(), "ana".into(), at);
    state.tally.asked = "我上周买的小火车坏了，请问怎么换一辆新的？".to_owned();
    state.resolved = true;
    state.record = Some(Box::new(Record::draft(
        &state,
        &agent,
        at,
        Some("换了新的"),
    )));
    batch.put_json(Table::Conversation, keys::conversation(&id), &state);
    let by_time = keys::conversation_by_time(at, &id);
    batch.put(Table::ConversationByTime, by_time, Vec::new());
    let facts = [
        vec![Fact::Replied {
            name: "auto-reply".into(),
            worker: Worker::Plugin,
        }],
        vec![
            Fact::Replied {
                name: agent.clone(),
                worker: Worker::Person,
            },
            Fact::Responded {
                agent: agent.clone(),
                since: at,
                business: number % 300,
            },
        ],
        vec![
            Fact::Released {
                agent: agent.clone(),
                since: at,
            },
            Fact::Settled {
                people: vec![agent],
            },
        ],
    ];
    for (run, facts) in (1u32..).zip(facts) {
        let at = at + SignedDuration::from_secs(i64::from(run) * 40);
        let key = keys::run_by_time(at, &RunId::of(&id, run));
        batch.put_json(Table::RunByTime, key, &facts);
    }
}
