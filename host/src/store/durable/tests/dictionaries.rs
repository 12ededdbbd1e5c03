use super::super::record::place_dictionary;
use super::super::state::{FORMAT, State};
use super::*;

/// Values of which the later ones are packed with a dictionary.
const VALUES: u8 = 100;

fn value(number: u8) -> Vec<u8> {
    with_common(vec![number; 50])
}

fn fill(store: &SledStore) {
    for number in 0..VALUES {
        store
            .commit(put(Table::Run, &format!("{number:03}"), value(number)))
            .unwrap();
    }
}

fn bytes_of(store: &SledStore, number: u8) -> usize {
    let key = record::place(Table::Run, format!("{number:03}").as_bytes());
    store.reader.row(&key).unwrap().unwrap().len()
}

#[test]
fn they_are_durable_before_any_value_needs_them() {
    let dir = tempfile::tempdir().unwrap();
    fill(&SledStore::open_with(dir.path(), options()).unwrap());
    for more in 0..2 {
        let store = SledStore::open_with(dir.path(), options()).unwrap();
        assert_eq!(store.verify().unwrap().rows, u64::from(VALUES) + more);
        assert!(store.verify().unwrap().is_sound());
        assert!(bytes_of(&store, VALUES - 1) * 2 < bytes_of(&store, 0));
        for number in 0..VALUES {
            let read = store.get(Table::Run, format!("{number:03}").as_bytes());
            assert_eq!(read, Ok(Some(value(number))));
        }
        // It goes on with the one that is there.
        store.commit(put(Table::Run, "more", value(1))).unwrap();
        assert!(store.reader.row(&place_dictionary(1)).unwrap().is_some());
        assert!(store.reader.row(&place_dictionary(2)).unwrap().is_none());
    }
}

#[test]
fn a_damaged_one_is_named_and_what_needs_it_is_no_answer() {
    let dir = tempfile::tempdir().unwrap();
    let store = SledStore::open_with(dir.path(), options()).unwrap();
    fill(&store);
    store.verify().unwrap();
    let key = place_dictionary(1);
    let mut row = store.reader.row(&key).unwrap().unwrap().to_vec();
    *row.last_mut().unwrap() ^= 1;
    store.reader.db.insert(&key, row).unwrap();
    drop(store);

    let refused = SledStore::open_with(dir.path(), options()).unwrap_err();
    assert!(refused.to_string().contains("dictionary 1"), "{refused}");
    let accepting = SledOptions {
        accept_loss: true,
        ..options()
    };
    let store = SledStore::open_with(dir.path(), accepting).unwrap();
    assert_eq!(store.get(Table::Run, b"000"), Ok(Some(value(0))));
    let last = format!("{:03}", VALUES - 1);
    assert!(matches!(
        store.get(Table::Run, last.as_bytes()),
        Err(StoreError::Corrupt { .. })
    ));
    assert!(store.verify().unwrap().damaged_rows > 0);
    // Its number isn't given again.
    fill(&store);
    store.verify().unwrap();
    assert!(store.reader.row(&place_dictionary(2)).unwrap().is_some());
    assert_eq!(
        store.get(Table::Run, last.as_bytes()),
        Ok(Some(value(VALUES - 1)))
    );
}

#[test]
fn a_full_disk_keeps_no_value_waiting_for_one() {
    let dir = tempfile::tempdir().unwrap();
    let disk = Arc::new(TestDisk::default());
    let store = open_on(dir.path(), &disk);
    for number in 0..31 {
        store
            .commit(put(Table::Run, &number.to_string(), value(number)))
            .unwrap();
    }
    *disk.free.lock().unwrap() = Some(0);
    let refused = store.commit(put(Table::Run, "31", value(31)));
    assert!(
        matches!(refused, Err(StoreError::Full { .. })),
        "{refused:?}"
    );
    *disk.free.lock().unwrap() = None;
    fill(&store);
    assert!(store.verify().unwrap().is_sound());
    assert!(bytes_of(&store, VALUES - 1) * 2 < bytes_of(&store, 0));
}

#[test]
fn a_directory_of_the_format_before_them_is_taken_over() {
    let dir = tempfile::tempdir().unwrap();
    let without = SledOptions {
        dictionary_after: 0,
        ..options()
    };
    let store = SledStore::open_with(dir.path(), without).unwrap();
    fill(&store);
    store.verify().unwrap();
    let key = record::prefixed(record::space::STORE, State::KEY);
    let state = |store: &SledStore| State::read(&store.reader.row(&key).unwrap().unwrap()).unwrap();
    let older = State {
        format: 1,
        ..state(&store)
    };
    store.reader.db.insert(&key, older.write()).unwrap();
    drop(store);
    let store = SledStore::open_with(dir.path(), options()).unwrap();
    assert_eq!(state(&store).format, FORMAT);
    assert_eq!(store.get(Table::Run, b"007"), Ok(Some(value(7))));
    fill(&store);
    assert!(store.verify().unwrap().is_sound());
}
