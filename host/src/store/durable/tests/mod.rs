//! What the durable store promises beyond every store: barriers, space, damage, the end of the process.

mod barrier;
mod damage;
mod dictionaries;
mod files;
mod kill;
mod power;
mod rounds;
mod space;

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::*;

/// A disk that counts, and that waits, fails and fills up on command.
#[derive(Default)]
struct TestDisk {
    syncs: AtomicU64,
    slow: AtomicU64,
    failing: AtomicBool,
    /// Whoever holds it keeps every sync from ending.
    gate: Mutex<()>,
    free: Mutex<Option<u64>>,
}

impl Disk for TestDisk {
    fn sync(&self, file: &File) -> io::Result<()> {
        if self.failing.load(SeqCst) {
            return Err(io::Error::other("the disk is on fire"));
        }
        std::thread::sleep(Duration::from_millis(self.slow.load(SeqCst)));
        let _gate = self.gate.lock().unwrap();
        file.sync_data()?;
        self.syncs.fetch_add(1, SeqCst);
        Ok(())
    }

    fn free_bytes(&self, dir: &Path) -> io::Result<u64> {
        let free = *self.free.lock().unwrap();
        free.map_or_else(|| RealDisk.free_bytes(dir), Ok)
    }
}

fn options() -> SledOptions {
    SledOptions {
        low_space_bytes: 0,
        reserve_bytes: 0,
        dictionary_after: 32,
        lasting: <[u8]>::to_vec,
        ..SledOptions::default()
    }
}

fn open_on(dir: &Path, disk: &Arc<TestDisk>) -> SledStore {
    let disk = Arc::clone(disk);
    SledStore::open_with(dir, SledOptions { disk, ..options() }).unwrap()
}

/// A value as runs are: much that every one of them has, then its own.
fn with_common(own: Vec<u8>) -> Vec<u8> {
    let digests = (1..8_u128)
        .map(|nth| nth.wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835))
        .flat_map(|digest| format!("{digest:032x}").into_bytes());
    digests.chain(own).collect()
}

fn put(table: Table, key: &str, value: Vec<u8>) -> Batch {
    let mut batch = Batch::new();
    batch.put(table, key, value);
    batch
}

fn files_in(dir: &Path) -> usize {
    std::fs::read_dir(dir).unwrap().count()
}
