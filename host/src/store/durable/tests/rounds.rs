use super::super::journal::Journal;
use super::super::record::{Body, Head};
use super::super::state::{State, Sum};
use super::super::writer::{Change, Content};
use super::*;

fn plugin(number: u64) -> Vec<u8> {
    number.to_be_bytes().repeat(9_000)
}

fn change(placed: &[u8], large: LargeRef) -> Change {
    Change {
        placed: placed.to_vec(),
        content: Arc::new(Content::Large(large)),
    }
}

/// A store whose process ended in a round: what the round puts there first is there already, or nothing of it.
///
/// Row `a` had the file that row `b` gets in a group after the round.
fn cut_off(dir: &Path, has_begun: bool) {
    let store = SledStore::open_with(dir, options()).unwrap();
    store.commit(put(Table::Plugin, "a", plugin(40))).unwrap();
    store.commit(put(Table::Message, "m", vec![1])).unwrap();
    store.verify().unwrap();
    let (reader, a) = (&store.reader, record::place(Table::Plugin, b"a"));
    let row = |key: &[u8]| reader.row(key).unwrap().unwrap();
    let old = Head::read(&row(&a)).unwrap();
    let Body::Large(shared) = old.body else {
        panic!("{old:?}");
    };
    let large = reader
        .large
        .hold(&RealDisk, &plugin(80))
        .unwrap_or_else(|_| panic!());
    let new = record::head_of_large(&a, &large);
    let state_key = record::prefixed(record::space::STORE, State::KEY);
    let state = State::read(&row(&state_key)).unwrap();
    let weight = Head::read(&new).unwrap().weight();
    let next = Sum {
        group: state.sum.group + 1,
        weight: state
            .sum
            .weight
            .wrapping_sub(old.weight())
            .wrapping_add(weight),
        ..state.sum
    };
    let begun = State {
        next: Some(next),
        ..state
    };
    reader.db.insert(state_key, begun.write()).unwrap();
    if has_begun {
        let reference = |large: &LargeRef| record::place_reference(&large.sha256, &a);
        reader.db.remove(reference(&shared)).unwrap();
        reader.db.insert(reference(&large), &[]).unwrap();
        reader.db.insert(&a, new).unwrap();
    }
    drop(store);
    let (mut journal, _) = Journal::open(dir).unwrap();
    let b = record::place(Table::Plugin, b"b");
    let groups = [change(&a, large), change(&b, shared)];
    for (number, change) in (next.group..).zip(groups) {
        journal.write(&RealDisk, number, &[change]).unwrap();
    }
}

#[test]
fn one_that_was_cut_off_is_done_again_and_counts_once() {
    for has_begun in [false, true] {
        let dir = tempfile::tempdir().unwrap();
        cut_off(dir.path(), has_begun);
        for _ in 0..2 {
            let store = SledStore::open_with(dir.path(), options()).unwrap();
            let found = store.verify().unwrap();
            assert!(found.is_sound() && found.rows == 3, "{found:?}");
            assert_eq!(store.get(Table::Plugin, b"a"), Ok(Some(plugin(80))));
            assert_eq!(store.get(Table::Plugin, b"b"), Ok(Some(plugin(40))));
            assert_eq!(files_in(&dir.path().join("large")), 2);
        }
    }
}

#[test]
fn one_whose_groups_are_missing_is_a_loss() {
    let dir = tempfile::tempdir().unwrap();
    cut_off(dir.path(), true);
    for path in Journal::paths(dir.path()) {
        std::fs::write(path, []).unwrap();
    }
    let refused = SledStore::open_with(dir.path(), options()).unwrap_err();
    assert!(refused.to_string().contains("missing"), "{refused}");
    let accepting = SledOptions {
        accept_loss: true,
        ..options()
    };
    drop(SledStore::open_with(dir.path(), accepting).unwrap());
    let store = SledStore::open_with(dir.path(), options()).unwrap();
    assert!(store.verify().unwrap().is_sound());
    assert_eq!(store.get(Table::Message, b"m"), Ok(Some(vec![1])));
}
