use super::*;

#[test]
fn a_full_disk_refuses_commits_serves_reads_and_recovers_by_itself() {
    let dir = tempfile::tempdir().unwrap();
    let disk = Arc::new(TestDisk::default());
    let options = SledOptions {
        disk: Arc::clone(&disk) as Arc<dyn Disk>,
        low_space_bytes: 1000,
        ..options()
    };
    let store = SledStore::open_with(dir.path(), options).unwrap();
    store.commit(put(Table::Message, "a", vec![1])).unwrap();
    *disk.free.lock().unwrap() = Some(1001);
    let full = Err(StoreError::Full {
        free: 1001,
        needed: 1002,
    });
    assert_eq!(store.commit(put(Table::Message, "b", vec![1])), full);
    let large = put(Table::Plugin, "p", vec![1; CHUNKED_BYTES + 1]);
    assert!(matches!(store.commit(large), Err(StoreError::Full { .. })));
    assert_eq!(files_in(&dir.path().join("large")), 0);
    assert_eq!(store.get(Table::Message, b"a"), Ok(Some(vec![1])));
    assert_eq!(store.get(Table::Message, b"b"), Ok(None));
    assert_eq!(store.stats().refused_full, 1);
    *disk.free.lock().unwrap() = Some(5000);
    store.commit(put(Table::Message, "b", vec![1])).unwrap();
}

#[test]
fn the_reserve_is_taken_where_there_is_space_and_released_on_a_full_disk() {
    let dir = tempfile::tempdir().unwrap();
    let disk = Arc::new(TestDisk::default());
    let options = || SledOptions {
        disk: Arc::clone(&disk) as Arc<dyn Disk>,
        low_space_bytes: 1000,
        reserve_bytes: 64 * 1024,
        ..options()
    };
    let reserve = dir.path().join("RESERVE");
    drop(SledStore::open_with(dir.path(), options()).unwrap());
    assert_eq!(std::fs::metadata(&reserve).unwrap().len(), 64 * 1024);
    *disk.free.lock().unwrap() = Some(10);
    drop(SledStore::open_with(dir.path(), options()).unwrap());
    assert!(!reserve.exists());
    drop(SledStore::open_with(dir.path(), options()).unwrap());
    assert!(!reserve.exists());
}
