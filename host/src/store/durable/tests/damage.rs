use std::collections::BTreeMap;
use std::path::PathBuf;

use proptest::prelude::Strategy;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::super::super::KeyRange;
use super::super::journal::Journal;
use super::*;

type Rows = BTreeMap<(Table, Vec<u8>), Vec<u8>>;

/// A store of some hundred rows of every kind, with rewritten and deleted ones.
fn fill(dir: &Path) -> Rows {
    let store = SledStore::open_with(dir, options()).unwrap();
    let mut rows = Rows::new();
    for number in 0..120_usize {
        let mut batch = Batch::new();
        for (table, length) in [
            (Table::Message, 30),
            (Table::Run, 300 * (number % 20)),
            (Table::Counter, 8),
        ] {
            let key = if table == Table::Counter {
                b"n".to_vec()
            } else {
                format!("{:03}", number % 90).into_bytes()
            };
            let value = match table {
                Table::Run => with_common(vec![number as u8; length]),
                _ => vec![number as u8; length],
            };
            batch.put(table, key.clone(), value.clone());
            rows.insert((table, key), value);
        }
        if number.is_multiple_of(7) {
            let key = format!("{:03}", number / 2).into_bytes();
            batch.delete(Table::Message, key.clone());
            rows.remove(&(Table::Message, key));
        }
        if number == 60 {
            batch.put(Table::Plugin, "p", vec![5; 70_000]);
            rows.insert((Table::Plugin, b"p".to_vec()), vec![5; 70_000]);
        }
        store.commit(batch).unwrap();
    }
    rows
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to.join(entry.file_name()));
        } else {
            std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

fn files(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found)
        } else {
            found.push(path)
        }
    }
}

/// Opens a damaged store; `Some` where the damage was reported, and a failure where wrong data were served.
fn look(dir: &Path, expected: &Rows) -> Option<StoreError> {
    let store = match SledStore::open_with(dir, options()) {
        Ok(store) => store,
        Err(error) => return Some(error),
    };
    let mut seen = 0;
    let mut reported = None;
    for ((table, key), value) in expected {
        match store.get(*table, key) {
            Ok(found) => {
                assert_eq!(
                    found.as_ref(),
                    Some(value),
                    "{table}/{} served as something else",
                    key.escape_ascii()
                );
                seen += 1;
            }
            Err(error) => reported = Some(error),
        }
    }
    let scanned: Result<Vec<_>, _> = Table::ALL
        .iter()
        .map(|table| store.scan(*table, KeyRange::all(), usize::MAX))
        .collect();
    match scanned {
        Ok(tables) => assert_eq!(tables.iter().map(Vec::len).sum::<usize>(), seen),
        Err(error) => reported = Some(error),
    }
    reported
}

#[test]
fn flipped_bits_and_blank_blocks_are_reported_or_harmless() {
    let original = tempfile::tempdir().unwrap();
    let expected = fill(original.path());
    let mut paths = Vec::new();
    files(original.path(), &mut paths);
    let cases = std::env::var("SWITCHBOARD_DAMAGE_CASES")
        .ok()
        .and_then(|cases| cases.parse().ok())
        .unwrap_or(60);
    let mut runner = TestRunner::default();
    let mut reported = 0;
    for case in 0..cases {
        let damaged = tempfile::tempdir().unwrap();
        copy(original.path(), damaged.path());
        // With its journal a damaged log heals by itself; without one it can only be reported.
        if case % 2 == 0 {
            forget_journal(damaged.path());
        }
        // Mostly sled's log, and each of the other files now and then.
        let data = original.path().join("sled/db");
        let path = if case % 3 == 0 {
            &paths[case / 3 % paths.len()]
        } else {
            &data
        };
        let mut bytes = std::fs::read(path).unwrap();
        if bytes.is_empty() {
            continue;
        }
        let used = bytes
            .iter()
            .rposition(|byte| *byte != 0)
            .map_or(1, |last| last + 1);
        let at = (0..used).new_tree(&mut runner).unwrap().current();
        let what = if case % 5 == 4 {
            let end = (at + 4096).min(bytes.len());
            bytes[at..end].fill(0);
            "blanked"
        } else {
            bytes[at] ^= 1 << (case % 8);
            "flipped"
        };
        let relative = path.strip_prefix(original.path()).unwrap();
        eprintln!(
            "case {case}: {what} {} at {at} of {used}",
            relative.display()
        );
        std::fs::write(damaged.path().join(relative), bytes).unwrap();
        if let Some(error) = look(damaged.path(), &expected) {
            eprintln!("  {error}");
            reported += 1;
        }
    }
    assert!(
        reported * 6 > cases,
        "only {reported} of {cases} were reported"
    );
}

fn forget_journal(dir: &Path) {
    for path in Journal::paths(dir) {
        std::fs::remove_file(path).unwrap();
    }
}

/// A store whose log lacks the last two groups, and what it held before them.
fn without_its_end() -> (tempfile::TempDir, Rows) {
    let dir = tempfile::tempdir().unwrap();
    let expected = fill(dir.path());
    let older = tempfile::tempdir().unwrap();
    copy(&dir.path().join("sled"), older.path());
    let store = SledStore::open_with(dir.path(), options()).unwrap();
    store.commit(put(Table::Message, "later", vec![1])).unwrap();
    store.commit(put(Table::Message, "later", vec![2])).unwrap();
    drop(store);
    std::fs::remove_dir_all(dir.path().join("sled")).unwrap();
    copy(older.path(), &dir.path().join("sled"));
    (dir, expected)
}

#[test]
fn a_log_that_lost_its_end_heals_from_the_journal() {
    let (dir, expected) = without_its_end();
    let store = SledStore::open_with(dir.path(), options()).unwrap();
    assert_eq!(store.get(Table::Message, b"later"), Ok(Some(vec![2])));
    assert!(store.verify().unwrap().is_sound());
    let mut batch = Batch::new();
    batch.delete(Table::Message, "later");
    store.commit(batch).unwrap();
    drop(store);
    assert_eq!(look(dir.path(), &expected), None);
}

#[test]
fn a_log_that_lost_its_end_is_refused_until_the_loss_is_accepted() {
    let (dir, expected) = without_its_end();
    forget_journal(dir.path());

    let refused = SledStore::open_with(dir.path(), options()).unwrap_err();
    assert!(
        refused.to_string().contains("the last 2 acknowledged"),
        "{refused}"
    );
    let accepting = SledOptions {
        accept_loss: true,
        ..options()
    };
    drop(SledStore::open_with(dir.path(), accepting).unwrap());
    assert_eq!(look(dir.path(), &expected), None);
    assert!(
        SledStore::open_with(dir.path(), options())
            .unwrap()
            .verify()
            .unwrap()
            .is_sound()
    );
}

#[test]
fn a_lost_store_is_not_taken_for_a_new_one() {
    let dir = tempfile::tempdir().unwrap();
    fill(dir.path());
    std::fs::remove_dir_all(dir.path().join("sled")).unwrap();
    assert!(matches!(
        SledStore::open_with(dir.path(), options()),
        Err(StoreError::Damaged { .. })
    ));
}

#[test]
fn a_row_that_is_missing_or_old_or_swapped_is_found_by_verify() {
    let dir = tempfile::tempdir().unwrap();
    let expected = fill(dir.path());
    let store = SledStore::open_with(dir.path(), options()).unwrap();
    let sound = store.verify().unwrap();
    assert!(
        sound.is_sound() && sound.rows == expected.len() as u64,
        "{sound:?}"
    );

    let (key, other) = (
        record::place(Table::Message, b"080"),
        record::place(Table::Message, b"081"),
    );
    let row = store.reader.db.get(&key).unwrap().unwrap();
    store.reader.db.remove(&key).unwrap();
    let found = store.verify().unwrap();
    assert!(
        !found.is_sound() && found.damaged_rows == 0 && !found.complete,
        "{found:?}"
    );

    store
        .reader
        .db
        .insert(
            &key,
            record::head_of_value(&key, &packing::Kept::plain(b"an older value".to_vec())),
        )
        .unwrap();
    assert!(!store.verify().unwrap().is_sound());

    store.reader.db.insert(&key, &row).unwrap();
    store.reader.db.insert(&other, row).unwrap();
    let found = store.verify().unwrap();
    assert_eq!(found.damaged, ["message/081"]);
    let corrupt = StoreError::Corrupt {
        table: Table::Message,
        key: b"081".to_vec(),
    };
    assert_eq!(store.get(Table::Message, b"081"), Err(corrupt));
    drop(store);
    let refused = SledStore::open_with(dir.path(), options()).unwrap_err();
    assert!(refused.to_string().contains("message/081"), "{refused}");
}
