//! How long pages take where a hundred thousand conversations are stored.

use std::sync::Arc;
use std::time::{Duration, Instant};

use switchboard::store::{Batch, KeyRange, SledOptions, SledStore, Store, Table};

use super::House;

/// So many conversations are stored.
const STORED: usize = 100_000;
/// So many of them wait for people.
const WAITING: usize = 300;
/// The longest that the server may take for a page, in the programs that people run. What the tests run isn't
/// optimised: there ten times as long must do.
const LONGEST: Duration = Duration::from_millis(if cfg!(debug_assertions) { 1_000 } else { 100 });

/// The tables whose rows tell of one conversation.
const OF_CONVERSATION: &[Table] = &[
    Table::Account,
    Table::Identity,
    Table::Conversation,
    Table::Message,
    Table::Run,
    Table::RunByTime,
    Table::ConversationByTime,
    Table::Queue,
];

/// The same conversation under other ids, as often as wanted. Ids have one length, so that keys stay keys.
fn copy(store: &dyn Store, ids: &[String], copies: usize, with_place: bool) {
    let mut rows = Vec::new();
    for table in OF_CONVERSATION {
        if *table == Table::Queue && !with_place {
            continue;
        }
        for (key, value) in store.scan(*table, KeyRange::all(), 10_000).unwrap() {
            let is_theirs = ids.iter().any(|id| holds(&key, id) || holds(&value, id));
            if is_theirs {
                rows.push((*table, key, value));
            }
        }
    }
    let mut batch = Batch::new();
    for nth in 0..copies {
        let others: Vec<String> = ids
            .iter()
            .map(|id| {
                let (kind, digits) = id.split_at(id.len() - 12);
                let number = u64::from_str_radix(digits, 16).unwrap();
                let number = number.wrapping_add(nth as u64 + 1) & 0xffff_ffff_ffff;
                format!("{kind}{number:012x}")
            })
            .collect();
        for (table, key, value) in &rows {
            // An identity isn't named after its account: each copy would be the same row.
            let mut key = key.clone();
            if *table == Table::Identity {
                key.extend_from_slice(nth.to_string().as_bytes());
            }
            let mut value = value.clone();
            for (id, other) in ids.iter().zip(&others) {
                key = replaced(&key, id, other);
                value = replaced(&value, id, other);
            }
            batch.put(*table, key, value);
        }
        if nth % 200 == 199 {
            store.commit(std::mem::take(&mut batch)).unwrap();
        }
    }
    store.commit(batch).unwrap();
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes
        .windows(text.len())
        .any(|part| part == text.as_bytes())
}

fn replaced(bytes: &[u8], from: &str, to: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(at) = rest
        .windows(from.len())
        .position(|part| part == from.as_bytes())
    {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(to.as_bytes());
        rest = &rest[at + from.len()..];
    }
    out.extend_from_slice(rest);
    out
}

#[test]
#[ignore = "stores a hundred thousand conversations: minutes, and a gigabyte of disk"]
fn pages_are_there_at_once_with_a_hundred_thousand_conversations() {
    let dir = tempfile::tempdir().unwrap();
    let open = || -> Arc<dyn Store> {
        Arc::new(SledStore::open_with(dir.path(), SledOptions::default()).unwrap())
    };
    let waiting;
    {
        let house = House::over(open());
        let settled = house.message("ana", "运费多少？");
        waiting = house.message("bo", "我要转人工");
        let of = |id: &str| {
            let id = switchboard::model::ConversationId::new(id.to_owned());
            let state = house.engine.core().conversation(&id).unwrap();
            vec![state.id.to_string(), state.account.to_string()]
        };
        let store = house.engine.core().store();
        let begun = Instant::now();
        copy(store.as_ref(), &of(&settled), STORED - WAITING, false);
        copy(store.as_ref(), &of(&waiting), WAITING, true);
        println!("stored within {:?}", begun.elapsed());
        house.stop();
    }
    let house = House::over(open());
    house.staff_all();
    let stored = house
        .engine
        .core()
        .store()
        .scan(Table::ConversationByTime, KeyRange::all(), 2 * STORED)
        .unwrap();
    assert!(stored.len() >= STORED, "{}", stored.len());
    let supervisor = house.browser_of("lin-mei");
    let mut slow = Vec::new();
    let mut paths: Vec<String> = ["mine", "team", "queue", "longest", "overnight", "recent"]
        .iter()
        .map(|tab| format!("/console/inbox?tab={tab}"))
        .collect();
    paths.push(format!("/console/conversations/{waiting}"));
    let article = house.engine.core().desk().articles[0].id.clone();
    paths.extend([
        "/console/people".to_owned(),
        "/console/profile".to_owned(),
        "/console/tickets".to_owned(),
        "/console/tickets?view=list".to_owned(),
        "/console/workflow".to_owned(),
        "/console/runs".to_owned(),
        "/console/runs?failed=yes".to_owned(),
        "/console/plugins".to_owned(),
        "/console/knowledge".to_owned(),
        format!("/console/knowledge/{article}"),
        "/console/reports".to_owned(),
    ]);
    let begun = Instant::now();
    while supervisor
        .get("/console/reports")
        .page()
        .contains("id=\"counting\"")
    {
        assert!(begun.elapsed() < Duration::from_secs(900), "still counting");
        std::thread::sleep(Duration::from_secs(2));
    }
    println!("counted within {:?}", begun.elapsed());
    for path in paths {
        supervisor.get(&path).page();
        let mut took: Vec<Duration> = (0..20)
            .map(|_| {
                let begun = Instant::now();
                supervisor.get(&path).page();
                begun.elapsed()
            })
            .collect();
        took.sort();
        println!("{path}: median {:?}, slowest {:?}", took[10], took[19]);
        if took[10] > LONGEST {
            slow.push((path, took[10]));
        }
    }
    assert!(slow.is_empty(), "{slow:?}");
}
