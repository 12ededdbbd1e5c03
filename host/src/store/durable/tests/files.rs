use super::super::super::KeyRange;
use super::super::state::{FORMAT, State};
use super::*;

#[test]
fn a_second_opener_learns_who_has_the_directory() {
    let dir = tempfile::tempdir().unwrap();
    let store = SledStore::open_with(dir.path(), options()).unwrap();
    let refused = SledStore::open_with(dir.path(), options()).unwrap_err();
    assert_eq!(
        refused,
        StoreError::InUse {
            dir: dir.path().to_owned(),
            pid: Some(std::process::id())
        }
    );
    assert!(
        refused
            .to_string()
            .contains(&std::process::id().to_string())
    );
    drop(store);
    SledStore::open_with(dir.path(), options()).unwrap();
}

#[test]
fn large_values_are_files_that_go_with_the_last_row_that_names_them() {
    let dir = tempfile::tempdir().unwrap();
    let large = dir.path().join("large");
    let value = vec![7; 200_000];
    let store = SledStore::open_with(dir.path(), options()).unwrap();
    store
        .commit(put(Table::Plugin, "a", value.clone()))
        .unwrap();
    store
        .commit(put(Table::Plugin, "b", value.clone()))
        .unwrap();
    assert_eq!(files_in(&large), 1);
    assert_eq!(store.get(Table::Plugin, b"b"), Ok(Some(value.clone())));
    assert!(store.stats().disk_bytes >= 200_000);
    store
        .commit(put(Table::Plugin, "a", b"small".to_vec()))
        .unwrap();
    assert_eq!(files_in(&large), 1);
    let rows = store.scan(Table::Plugin, KeyRange::all(), 9).unwrap();
    assert_eq!(
        rows,
        [(b"a".to_vec(), b"small".to_vec()), (b"b".to_vec(), value)]
    );
    let mut batch = Batch::new();
    batch.delete(Table::Plugin, "b");
    store.commit(batch).unwrap();
    assert!(store.verify().unwrap().is_sound());
    assert_eq!(files_in(&large), 0);
}

#[test]
fn what_a_crash_left_of_large_values_is_removed_when_the_store_is_opened() {
    let dir = tempfile::tempdir().unwrap();
    let large = dir.path().join("large");
    let store = SledStore::open_with(dir.path(), options()).unwrap();
    store
        .commit(put(Table::Plugin, "a", vec![7; 100_000]))
        .unwrap();
    drop(store);
    std::fs::write(large.join("new-0"), "unfinished").unwrap();
    std::fs::write(large.join("ab".repeat(32)), "nobody names it").unwrap();
    let store = SledStore::open_with(dir.path(), options()).unwrap();
    assert_eq!(files_in(&large), 1);
    assert_eq!(store.get(Table::Plugin, b"a"), Ok(Some(vec![7; 100_000])));
}

#[test]
fn sled_never_needs_files_of_its_own_for_pages() {
    let dir = tempfile::tempdir().unwrap();
    let store = SledStore::open_with(dir.path(), options()).unwrap();
    for round in 0..6_u8 {
        let mut batch = Batch::new();
        for number in 0..60_u8 {
            // The longest keys with the longest rows, next to each other.
            let mut key = vec![b'k'; super::super::super::MAX_KEY_BYTES];
            key[500] = number;
            let length = if number.is_multiple_of(2) {
                record::INLINE_BYTES
            } else {
                CHUNKED_BYTES
            };
            if (number + round).is_multiple_of(5) {
                batch.delete(Table::Run, key);
            } else {
                batch.put(Table::Run, key, vec![round; length]);
            }
        }
        store.commit(batch).unwrap();
        assert_eq!(files_in(&dir.path().join("sled/blobs")), 0);
    }
}

#[test]
fn a_directory_of_a_newer_version_is_refused_and_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let store = SledStore::open_with(dir.path(), options()).unwrap();
    let key = record::prefixed(record::space::STORE, State::KEY);
    let newer = State {
        format: FORMAT + 1,
        ..State::default()
    }
    .write();
    store.reader.db.insert(key, newer).unwrap();
    drop(store);
    let refused = SledStore::open_with(dir.path(), options()).unwrap_err();
    let dir = dir.path().to_owned();
    assert_eq!(
        refused,
        StoreError::NewerFormat {
            dir,
            found: FORMAT + 1,
            supported: FORMAT
        }
    );
}

#[test]
fn a_directory_that_cannot_be_made_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    std::fs::write(&file, "").unwrap();
    let refused = SledStore::open_with(file.join("data"), options()).unwrap_err();
    assert!(refused.to_string().contains("file/data"), "{refused}");
}
