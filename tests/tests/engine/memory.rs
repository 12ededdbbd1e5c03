//! Memory that all conversations of a desk share.

use std::sync::Arc;

use switchboard::engine::{Engine, SeededEntropy, ServiceConfig, VirtualClock};
use switchboard::store::{MemoryStore, SledStore, Store};
use switchboard::workflow::Desk;
use switchboard_tests::house::{chain, core, key, message, noon};
use switchboard_tests::script::{Script, Space};

use crate::service::wait_for;

const CONVERSATIONS: usize = 32;
const MESSAGES: usize = 8;

fn counting() -> Arc<Desk> {
    chain(
        &[(
            "counter | on-failure = \"skip\"",
            Script::new("counter").count(Space::Desk, "n").component(),
        )],
        &["message.received"],
        "",
    )
}

/// Everybody counts at once; the sum must be right.
fn counts(store: Arc<dyn Store>) {
    let clock = Arc::new(VirtualClock::new(noon()));
    let core = core(
        &counting(),
        Arc::clone(&store),
        &clock,
        &Arc::new(SeededEntropy::new(7)),
    );
    let engine = Arc::new(
        Engine::start(
            core,
            ServiceConfig {
                workers: 8,
                ..ServiceConfig::default()
            },
        )
        .unwrap(),
    );
    let answers = wait_for(async {
        let mut tasks = tokio::task::JoinSet::new();
        for contact in 0..CONVERSATIONS {
            for _ in 0..MESSAGES {
                let engine = Arc::clone(&engine);
                tasks.spawn(async move {
                    engine
                        .submit(message(&format!("contact-{contact}"), "one"))
                        .await
                });
            }
        }
        tasks.join_all().await
    });
    let counted = answers.into_iter().map(Result::unwrap).filter(|answer| {
        answer
            .run
            .invocations
            .iter()
            .all(|invocation| !invocation.kv_writes.is_empty())
    });
    assert_eq!(counted.count(), CONVERSATIONS * MESSAGES);
    let sum = u32::from_le_bytes(key(store.as_ref(), "n").unwrap().try_into().unwrap());
    assert_eq!(sum as usize, CONVERSATIONS * MESSAGES);
    engine.stop();
    assert_eq!(
        engine
            .core()
            .replay(&switchboard::engine::ReplaySelection::default(), |_| {})
            .unwrap()
            .differences,
        []
    );
}

#[test]
fn a_counter_of_the_desk_counts_every_conversation_in_memory() {
    counts(Arc::new(MemoryStore::new()));
}

#[test]
fn a_counter_of_the_desk_counts_every_conversation_on_disk() {
    let folder = tempfile::tempdir().unwrap();
    counts(Arc::new(SledStore::open(folder.path()).unwrap()));
}
