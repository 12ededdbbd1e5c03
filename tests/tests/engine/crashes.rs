//! The process dies in the middle of commits, again and again; whoever heard nothing sends once more.

use std::collections::BTreeMap;
use std::sync::Arc;

use switchboard::engine::{EngineError, Request};
use switchboard::sandbox::{Sandbox, SandboxConfig};
use switchboard::store::{CrashPoint, MemoryStore, Store, StoreError, Table};
use switchboard_tests::house::{House, key};

use crate::replays::{clerk, day, live_through};

/// What is there in the end, without ids, which are drawn anew after a crash.
fn state(house: &House) -> BTreeMap<String, Vec<String>> {
    let mut all = BTreeMap::new();
    for contact in (0..5).map(|number| format!("contact-{number}")) {
        let conversation = house.conversation(&contact);
        let mut lines: Vec<String> = house
            .messages(&conversation.id)
            .into_iter()
            .map(|message| {
                format!(
                    "{} {} {:?} {}",
                    message.number, message.at, message.author, message.text
                )
            })
            .collect();
        let tickets = conversation.tickets.iter();
        lines.extend(tickets.map(|ticket| {
            let body = house.core.ticket(&ticket.id).unwrap().body;
            format!(
                "ticket {} {} {} {:?} {body}",
                ticket.key, ticket.status, ticket.opened_at, ticket.feedback
            )
        }));
        lines.extend(
            conversation
                .timers
                .iter()
                .map(|timer| format!("timer {} {}", timer.name, timer.due)),
        );
        lines.push(format!(
            "runs {} labels {:?}",
            conversation.run_count, conversation.labels
        ));
        let account = house.core.account(&conversation.account).unwrap();
        lines.push(format!(
            "conversations {} complaints {}",
            account.conversations.len(),
            account.open_complaints
        ));
        all.insert(contact, lines);
    }
    let counted = key(house.store.as_ref(), "all").unwrap();
    all.insert("memory".to_owned(), vec![format!("{counted:?}")]);
    for table in [
        Table::Account,
        Table::Conversation,
        Table::Message,
        Table::Run,
        Table::RunByTime,
        Table::Ticket,
        Table::Timer,
        Table::Outbox,
        Table::KeyValue,
        Table::Idempotency,
    ] {
        let rows = house
            .store
            .scan(table, switchboard::store::KeyRange::all(), usize::MAX)
            .unwrap()
            .len();
        all.entry("rows".to_owned())
            .or_default()
            .push(format!("{table:?} {rows}"));
    }
    all
}

/// Sends until it is answered; gives how often the process died.
fn insist(house: &mut House, request: &Request, crashes: &mut u32) {
    loop {
        match house.core.process(request) {
            Ok(_) => return,
            Err(EngineError::Store(error)) if matches!(*error, StoreError::Crashed) => {
                *crashes += 1;
                house.restart();
                // A message's sender has a key; whoever sends anything else looks before trying again.
                if !matches!(request, Request::Message(_) | Request::Due(_))
                    && was_durable(*crashes)
                {
                    return;
                }
            }
            // Durable before the crash: its row is gone.
            Err(EngineError::NothingDue) => return,
            Err(error) => panic!("{request:?}: {error}"),
        }
    }
}

fn was_durable(crashes: u32) -> bool {
    crashes.is_multiple_of(2)
}

#[test]
fn whenever_the_process_dies_the_end_is_the_same() {
    // Machine code is kept, or the many starts would each compile anew.
    let folder = tempfile::tempdir().unwrap();
    let sandbox = Arc::new(
        Sandbox::new(SandboxConfig {
            cache_dir: Some(folder.path().to_owned()),
            ..SandboxConfig::in_process()
        })
        .unwrap(),
    );
    let mut plain = House::new(day(clerk()));
    live_through(&mut plain, |house, request| {
        house.core.process(request).unwrap();
    });
    let expected = state(&plain);
    for every in [1_u64, 2, 3, 7] {
        let mut house = House::with(
            day(clerk()),
            Arc::new(MemoryStore::new()),
            Arc::clone(&sandbox),
        );
        let (mut crashes, mut requests) = (0, 0);
        live_through(&mut house, |house, request| {
            requests += 1;
            if requests % every == 0 {
                // Every other time the batch was durable already.
                let point = if was_durable(crashes + 1) {
                    CrashPoint::AfterDurable
                } else {
                    CrashPoint::BeforeDurable
                };
                house.store.arm_crash(point);
            }
            insist(house, request, &mut crashes);
        });
        assert!(
            u64::from(crashes) >= requests / every,
            "{crashes} crashes in {requests} requests"
        );
        assert_eq!(state(&house), expected, "every {every}");
        assert_eq!(house.replay().differences, [], "every {every}");
    }
}
