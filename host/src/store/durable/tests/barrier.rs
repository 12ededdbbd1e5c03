use std::sync::mpsc;

use super::*;

#[test]
fn many_commits_share_a_barrier_and_each_answer_comes_after_one() {
    let dir = tempfile::tempdir().unwrap();
    let disk = Arc::new(TestDisk::default());
    let store = open_on(dir.path(), &disk);
    disk.slow.store(3, SeqCst);
    let syncs_before = disk.syncs.load(SeqCst);
    std::thread::scope(|scope| {
        for writer in 0..16 {
            let (store, disk) = (&store, &disk);
            scope.spawn(move || {
                for number in 0..10 {
                    let before = disk.syncs.load(SeqCst);
                    store
                        .commit(put(Table::Message, &format!("{writer}/{number}"), vec![1]))
                        .unwrap();
                    assert!(disk.syncs.load(SeqCst) > before, "told before the barrier");
                }
            });
        }
    });
    let stats = store.stats();
    assert_eq!((stats.batches, stats.operations), (160, 160));
    assert!(
        (10..80).contains(&stats.barriers),
        "{} barriers for 160 commits of 16 writers",
        stats.barriers
    );
    assert_eq!(
        disk.syncs.load(SeqCst) - syncs_before,
        stats.barriers,
        "one sync of sled's file for each barrier"
    );
    assert!(stats.slowest_group >= Duration::from_millis(3));
}

#[test]
fn a_failed_sync_stops_the_store_for_good_and_a_restart_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let disk = Arc::new(TestDisk::default());
    let told = Arc::new(AtomicU64::new(0));
    let on_stop = Arc::clone(&told);
    let options = SledOptions {
        disk: Arc::clone(&disk) as Arc<dyn Disk>,
        on_stop: Some(Arc::new(move |_: &str| {
            on_stop.fetch_add(1, SeqCst);
        })),
        ..options()
    };
    let store = SledStore::open_with(dir.path(), options).unwrap();
    store.commit(put(Table::Message, "kept", vec![1])).unwrap();
    disk.failing.store(true, SeqCst);
    assert!(matches!(
        store.commit(put(Table::Message, "x", vec![1])),
        Err(StoreError::Stopped { .. })
    ));
    disk.failing.store(false, SeqCst);
    let stopped = store.commit(put(Table::Message, "y", vec![1])).unwrap_err();
    assert!(stopped.to_string().contains("on fire"), "{stopped}");
    assert!(matches!(
        store.get(Table::Message, b"kept"),
        Err(StoreError::Stopped { .. })
    ));
    assert_eq!(told.load(SeqCst), 1);
    assert!(store.stats().stopped.is_some());
    drop(store);

    let store = open_on(dir.path(), &disk);
    assert_eq!(store.get(Table::Message, b"kept"), Ok(Some(vec![1])));
    assert_eq!(
        store.get(Table::Message, b"y"),
        Ok(None),
        "what came after the failure was not written"
    );
}

#[test]
fn a_failed_sync_of_a_large_value_stops_the_store_too() {
    let dir = tempfile::tempdir().unwrap();
    let disk = Arc::new(TestDisk::default());
    let store = open_on(dir.path(), &disk);
    disk.failing.store(true, SeqCst);
    let large = put(Table::Plugin, "p", vec![1; CHUNKED_BYTES + 1]);
    assert!(matches!(
        store.commit(large),
        Err(StoreError::Stopped { .. })
    ));
    disk.failing.store(false, SeqCst);
    assert!(matches!(
        store.commit(Batch::new()),
        Err(StoreError::Stopped { .. })
    ));
}

#[test]
fn a_full_queue_makes_submitters_wait_and_then_refuses() {
    let dir = tempfile::tempdir().unwrap();
    let disk = Arc::new(TestDisk::default());
    let options = SledOptions {
        disk: Arc::clone(&disk) as Arc<dyn Disk>,
        queue_batches: 2,
        patience: Duration::from_millis(20),
        ..options()
    };
    let store = SledStore::open_with(dir.path(), options).unwrap();
    let (sender, receiver) = mpsc::channel();
    let submit = |number: u32| {
        let sender = sender.clone();
        let done = move |result| sender.send((number, result)).unwrap();
        store.submit(
            put(Table::Message, &number.to_string(), vec![1]),
            Box::new(done),
        );
    };
    let gate = disk.gate.lock().unwrap();
    submit(0);
    while store.stats().waiting > 0 {
        std::thread::yield_now();
    }
    // One is on its way, two wait; there is no room for more.
    (1..5).for_each(submit);
    let refused: Vec<_> = receiver.try_iter().collect();
    assert_eq!(
        refused,
        [(3, Err(StoreError::Busy)), (4, Err(StoreError::Busy))]
    );
    assert_eq!((store.stats().refused_busy, store.stats().waiting), (2, 2));
    assert!(store.stats().current_group.is_some());
    drop(gate);
    // However slow the disk is today.
    let durable: Vec<_> = receiver.iter().take(3).collect();
    assert_eq!(durable, [(0, Ok(())), (1, Ok(())), (2, Ok(()))]);
}

#[test]
fn an_answer_may_submit_but_not_wait_and_may_drop_the_store() {
    let dir = tempfile::tempdir().unwrap();
    let store = Arc::new(
        SledStore::open_with(
            dir.path(),
            SledOptions {
                queue_batches: 1,
                ..options()
            },
        )
        .unwrap(),
    );
    let (sender, receiver) = mpsc::channel();
    let inner = Arc::clone(&store);
    store.submit(
        put(Table::Message, "first", vec![1]),
        Box::new(move |result| {
            assert_eq!(inner.commit(Batch::new()), Err(StoreError::Busy));
            for number in 0..5 {
                let sender = sender.clone();
                let done = move |result: Result<(), StoreError>| sender.send(result).unwrap();
                inner.submit(
                    put(Table::Message, &number.to_string(), vec![1]),
                    Box::new(done),
                );
            }
            sender.send(result).unwrap();
        }),
    );
    drop(store);
    assert!(receiver.iter().take(6).all(|result| result.is_ok()));
}

#[test]
fn a_panicking_answer_harms_nobody() {
    let dir = tempfile::tempdir().unwrap();
    let store = SledStore::open_with(dir.path(), options()).unwrap();
    store.submit(
        put(Table::Message, "a", vec![1]),
        Box::new(|_| panic!("an answer that panics, as intended")),
    );
    assert_eq!(store.commit(put(Table::Message, "b", vec![1])), Ok(()));
}
