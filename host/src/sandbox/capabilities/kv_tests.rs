use super::super::super::limits::Limits;
use super::super::testing;
use super::*;

fn desk() -> HostState {
    testing::state(testing::granted(&[Grant::Kv]))
}

fn keys(entries: &[Entry]) -> Vec<&str> {
    entries.iter().map(|entry| entry.key.as_str()).collect()
}

#[test]
fn without_the_grant_nothing_is_read_or_written() {
    let mut state = testing::state(testing::nothing());
    let refused =
        |answer: KvError| matches!(answer, KvError::NoGrant(line) if line.contains("add \"kv\""));
    assert!(refused(
        state
            .get(Scope::Desk, "old1".to_owned())
            .unwrap()
            .unwrap_err()
    ));
    assert!(refused(
        state
            .set(Scope::Desk, "k".to_owned(), vec![1])
            .unwrap()
            .unwrap_err()
    ));
    assert!(refused(
        state
            .scan(Scope::Desk, String::new(), None, 10)
            .unwrap()
            .unwrap_err()
    ));
    assert!(state.kv.finish().is_empty());
}

#[test]
fn a_call_reads_its_own_writes_in_their_scope_only() {
    let mut state = desk();
    state
        .set(Scope::Conversation, "k".to_owned(), vec![1])
        .unwrap()
        .unwrap();
    let get = |state: &mut HostState, scope| state.get(scope, "k".to_owned()).unwrap().unwrap();
    assert_eq!(get(&mut state, Scope::Conversation), Some(vec![1]));
    assert_eq!(get(&mut state, Scope::Account), None);
    assert_eq!(get(&mut state, Scope::Desk), None);
}

#[test]
fn a_scan_shows_writes_and_hides_what_was_removed() {
    let mut state = desk();
    state
        .remove(Scope::Desk, "old2".to_owned())
        .unwrap()
        .unwrap();
    state
        .set(Scope::Desk, "old11".to_owned(), vec![9])
        .unwrap()
        .unwrap();
    let scan = |state: &mut HostState, after: Option<&str>, limit| {
        state
            .scan(
                Scope::Desk,
                "old".to_owned(),
                after.map(str::to_owned),
                limit,
            )
            .unwrap()
            .unwrap()
    };
    assert_eq!(
        keys(&scan(&mut state, None, 10)),
        ["old1", "old11", "old3", "old4"]
    );
    assert_eq!(keys(&scan(&mut state, None, 2)), ["old1", "old11"]);
    assert_eq!(keys(&scan(&mut state, Some("old11"), 1)), ["old3"]);
}

#[test]
fn a_value_is_set_only_where_it_is_what_was_expected() {
    let mut state = desk();
    let cas = |state: &mut HostState, expected: Option<&[u8]>, value: &[u8]| {
        let expected = expected.map(<[u8]>::to_vec);
        state
            .compare_and_set(Scope::Desk, "old1".to_owned(), expected, value.to_vec())
            .unwrap()
            .unwrap()
    };
    assert!(!cas(&mut state, None, b"a"));
    assert!(cas(&mut state, Some(b"was1"), b"b"));
    assert!(cas(&mut state, Some(b"b"), b"c"));
    let writes = state.kv.finish();
    assert_eq!(writes.len(), 1);
    assert_eq!(writes[0].value.as_deref(), Some(&b"c"[..]));
}

#[test]
fn keys_and_values_have_limits() {
    let mut state = desk();
    let mut set = |key: String, size: usize| {
        state
            .set(Scope::Desk, key, vec![0; size])
            .unwrap()
            .map_err(|error| match error {
                KvError::InvalidKey(_) => "key",
                KvError::Quota(_) => "quota",
                KvError::NoGrant(_) => "grant",
            })
    };
    assert_eq!(set(String::new(), 1), Err("key"));
    assert_eq!(set("k".repeat(257), 1), Err("key"));
    assert_eq!(set("k".repeat(256), 1), Ok(()));
    assert_eq!(set("../other/x\0".to_owned(), 1), Ok(()));
    assert_eq!(set("v".to_owned(), 65_537), Err("quota"));
}

#[test]
fn at_its_quota_a_plugin_may_replace_but_not_add() {
    let limits = Limits {
        kv_keys: 4,
        ..Limits::default()
    };
    let mut state = testing::state_within(testing::granted(&[Grant::Kv]), &limits);
    let set =
        |state: &mut HostState, key: &str| state.set(Scope::Desk, key.to_owned(), vec![1]).unwrap();
    assert!(matches!(set(&mut state, "new"), Err(KvError::Quota(_))));
    assert!(set(&mut state, "old1").is_ok());
}

#[test]
fn the_number_of_writes_is_limited() {
    let mut state = desk();
    for number in 0..128 {
        state
            .set(Scope::Desk, number.to_string(), vec![1])
            .unwrap()
            .unwrap();
    }
    let refused = state.remove(Scope::Desk, "x".to_owned()).unwrap();
    assert!(matches!(refused, Err(KvError::Quota(_))));
}

#[test]
fn values_in_the_trace_are_text_where_they_are_text() {
    let json = |bytes: &[u8]| serde_json::to_string(&Bytes(bytes.to_vec())).unwrap();
    assert_eq!(json("已问".as_bytes()), "{\"text\":\"已问\"}");
    assert_eq!(json(&[0xff, 0]), "{\"base64\":\"/wA=\"}");
    for bytes in [&b"a"[..], &[0xff, 0, 1]] {
        let back: Bytes = serde_json::from_str(&json(bytes)).unwrap();
        assert_eq!(back.0, bytes);
    }
}

mod scans {
    use std::collections::BTreeMap;

    use proptest::collection::{btree_map, vec};
    use proptest::option;
    use proptest::prelude::*;

    use super::*;

    fn key() -> impl Strategy<Value = String> {
        "[ab]{1,3}"
    }

    /// The desk's answer, as `kv_scan` promises it.
    fn desk(rows: &BTreeMap<String, Vec<u8>>, after: &str, asked: u32) -> Vec<(String, Bytes)> {
        rows.iter()
            .filter(|(key, _)| key.as_str() > after)
            .take(asked as usize)
            .map(|(key, value)| (key.clone(), Bytes(value.clone())))
            .collect()
    }

    proptest! {
        #[test]
        fn page_by_page_show_what_one_map_would_hold(
            rows in btree_map(key(), vec(any::<u8>(), 1), 0..12),
            writes in btree_map(key(), option::of(vec(any::<u8>(), 1)), 0..8),
            limit in 1_u32..5,
        ) {
            let mut model = rows.clone();
            for (key, value) in &writes {
                match value {
                    Some(value) => model.insert(key.clone(), value.clone()),
                    None => model.remove(key),
                };
            }
            let mut seen = Vec::new();
            let mut after = String::new();
            loop {
                let buffered: Vec<_> = writes
                    .iter()
                    .filter(|(key, _)| **key > after)
                    .map(|(key, value)| (key.clone(), value.clone()))
                    .collect();
                let asked = limit + buffered.len() as u32;
                let page = overlay(desk(&rows, &after, asked), buffered, asked, limit);
                prop_assert!(page.len() <= limit as usize);
                let Some(last) = page.last() else { break };
                after = last.key.clone();
                seen.extend(page.into_iter().map(|entry| (entry.key, entry.value)));
            }
            prop_assert_eq!(seen, model.into_iter().collect::<Vec<_>>());
        }
    }
}
