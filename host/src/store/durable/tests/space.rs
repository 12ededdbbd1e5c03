use std::path::PathBuf;
use std::process::Command;

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
    // What sled hasn't got yet needs room, too.
    let refused = store.commit(put(Table::Message, "b", vec![1]));
    assert!(
        matches!(
            refused,
            Err(StoreError::Full {
                free: 1001,
                needed: 1002..1010
            })
        ),
        "{refused:?}"
    );
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

/// The disk of the test below, and a file on it that can be removed to make room.
const SMALL_DISK: u64 = 32 << 20;
const BALLAST: usize = 12 << 20;

#[test]
#[ignore = "started by the test that gives it a small disk"]
fn on_a_small_disk() {
    let disk = PathBuf::from(std::env::var_os("SWITCHBOARD_SMALL_DISK").unwrap());
    let (dir, ballast) = (disk.join("data"), disk.join("ballast"));
    std::fs::write(&ballast, vec![1; BALLAST]).unwrap();
    let open = || {
        let options = SledOptions {
            low_space_bytes: 4 << 20,
            reserve_bytes: 1 << 20,
            ..SledOptions::default()
        };
        SledStore::open_with(&dir, options).unwrap()
    };
    let value = |number: u32| -> Vec<u8> {
        let bytes =
            (0..4096_u32).map(|at| (number ^ at).wrapping_mul(0x9E37_79B9).to_be_bytes()[0]);
        bytes.collect()
    };
    let keep = |store: &SledStore, number: u32| {
        store.commit(put(Table::Message, &format!("{number:08}"), value(number)))
    };
    let all_there = |store: &SledStore, count: u32| {
        for number in 0..count {
            let kept = store.get(Table::Message, format!("{number:08}").as_bytes());
            assert_eq!(kept, Ok(Some(value(number))), "{number} of {count}");
        }
    };

    // Room that the store finds again, as its reserve, is used too.
    let fill = |store: &SledStore, mut count: u32| {
        let mut refused = 0;
        while refused < 200 {
            match keep(store, count) {
                Ok(()) => (count, refused) = (count + 1, 0),
                Err(StoreError::Full { .. }) => refused += 1,
                Err(other) => panic!("{other}, after {count}"),
            }
        }
        count
    };

    let store = open();
    let count = fill(&store, 0);
    assert!(count > 500, "{count}");
    all_there(&store, count);
    drop(store);

    let store = open();
    let count = fill(&store, count);
    all_there(&store, count);
    std::fs::remove_file(&ballast).unwrap();
    for number in count..count + 200 {
        keep(&store, number).unwrap();
    }
    drop(store);
    all_there(&open(), count + 200);
}

#[test]
fn a_disk_that_is_really_full_loses_nothing_and_goes_on_once_there_is_room() {
    let mount = tempfile::tempdir().unwrap();
    let script = format!(
        "mount -t tmpfs -o size={SMALL_DISK} none \"$SWITCHBOARD_SMALL_DISK\" && exec \"$0\" --ignored --exact \\
         store::durable::tests::space::on_a_small_disk"
    );
    let ran = Command::new("unshare")
        .args(["--user", "--map-root-user", "--mount", "sh", "-c", &script])
        .arg(std::env::current_exe().unwrap())
        .env("SWITCHBOARD_SMALL_DISK", mount.path())
        .output();
    let ran = match ran {
        Ok(ran) if String::from_utf8_lossy(&ran.stdout).contains("running 1 test") => ran,
        other => {
            eprintln!("skipped: this machine lets nobody mount a small disk ({other:?})");
            return;
        }
    };
    assert!(ran.status.success(), "{ran:?}");
}
