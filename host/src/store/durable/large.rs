//! Values that are files: named by their SHA-256, durable before a row names them.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use sha2::{Digest, Sha256};

use super::disk::{Disk, sync_directory};
use super::record::LargeRef;

/// The directory of large values.
pub(super) struct LargeFiles {
    dir: PathBuf,
    // Files that a batch on its way is going to name; they are not removed although no row names them.
    pending: Mutex<HashMap<[u8; 32], usize>>,
    temporary: AtomicU64,
    bytes: AtomicU64,
}

/// Why a large value was not written.
pub(super) enum LargeError {
    /// Nothing came of it; the next one may succeed.
    Write(io::Error),
    /// The disk failed to make it durable.
    Sync(io::Error),
}

impl LargeFiles {
    pub(super) fn open(dir: PathBuf) -> io::Result<Self> {
        fs::create_dir_all(&dir)?;
        Ok(Self {
            dir,
            pending: Mutex::default(),
            temporary: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
        })
    }

    pub(super) fn dir(&self) -> &Path {
        &self.dir
    }

    /// Bytes of all files.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Makes a value durable and holds its file until [`LargeFiles::unhold`].
    pub(super) fn hold(&self, disk: &dyn Disk, value: &[u8]) -> Result<LargeRef, LargeError> {
        let large = LargeRef {
            bytes: value.len() as u64,
            sha256: Sha256::digest(value).into(),
        };
        *self.pending().entry(large.sha256).or_default() += 1;
        let written = self.write(disk, &large, value);
        if written.is_err() {
            self.unhold(&large);
        }
        written.map(|()| large)
    }

    /// The batch that names the file is durable, or will never be.
    pub(super) fn unhold(&self, large: &LargeRef) {
        let mut pending = self.pending();
        if let Some(count) = pending.get_mut(&large.sha256) {
            *count -= 1;
            if *count == 0 {
                pending.remove(&large.sha256);
            }
        }
    }

    /// The value, if the file is there and is what its name says. `Ok(None)` where there is no file.
    pub(super) fn read(&self, large: &LargeRef) -> io::Result<Option<Vec<u8>>> {
        match fs::read(self.path(&large.sha256)) {
            Ok(value) if matches(large, &value) => Ok(Some(value)),
            Ok(_) => Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "its content does not match its name",
            )),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Removes a file unless a batch on its way or a row (`is_named`) names it.
    pub(super) fn remove_unless(&self, sha256: &[u8; 32], is_named: impl FnOnce() -> bool) {
        let pending = self.pending();
        if pending.contains_key(sha256) || is_named() {
            return;
        }
        let path = self.path(sha256);
        let bytes = fs::metadata(&path).map_or(0, |data| data.len());
        if fs::remove_file(&path).is_ok() {
            self.bytes.fetch_sub(bytes, Ordering::Relaxed);
        }
    }

    /// Removes what a crash left behind: unfinished files and those that no row names. For use at open only.
    pub(super) fn sweep(&self, is_named: impl Fn(&[u8; 32]) -> bool) -> io::Result<()> {
        let mut bytes = 0;
        for entry in fs::read_dir(&self.dir)? {
            let entry = entry?;
            let named = entry
                .file_name()
                .to_str()
                .and_then(from_hex)
                .is_some_and(|sha256| is_named(&sha256));
            if named {
                bytes += entry.metadata()?.len();
            } else {
                fs::remove_file(entry.path())?;
            }
        }
        self.bytes.store(bytes, Ordering::Relaxed);
        Ok(())
    }

    fn write(&self, disk: &dyn Disk, large: &LargeRef, value: &[u8]) -> Result<(), LargeError> {
        let path = self.path(&large.sha256);
        if !self.read(large).is_ok_and(|found| found.is_some()) {
            let number = self.temporary.fetch_add(1, Ordering::Relaxed);
            let temporary = self.dir.join(format!("new-{number}"));
            let written = self.write_new(disk, &temporary, value).and_then(|()| {
                crash_point!("large::written");
                let replaced = fs::metadata(&path).map_or(0, |data| data.len());
                fs::rename(&temporary, &path).map_err(LargeError::Write)?;
                self.bytes.fetch_add(large.bytes, Ordering::Relaxed);
                self.bytes.fetch_sub(replaced, Ordering::Relaxed);
                Ok(())
            });
            if written.is_err() {
                let _ = fs::remove_file(&temporary);
                return written;
            }
        }
        crash_point!("large::named");
        // Also for a file found: whoever renamed it may not have come as far as this.
        sync_directory(disk, &self.dir).map_err(LargeError::Sync)
    }

    fn write_new(&self, disk: &dyn Disk, path: &Path, value: &[u8]) -> Result<(), LargeError> {
        let mut file = File::create(path).map_err(LargeError::Write)?;
        file.write_all(value).map_err(LargeError::Write)?;
        disk.sync(&file).map_err(LargeError::Sync)
    }

    fn path(&self, sha256: &[u8; 32]) -> PathBuf {
        self.dir.join(
            sha256
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect::<String>(),
        )
    }

    fn pending(&self) -> MutexGuard<'_, HashMap<[u8; 32], usize>> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn matches(large: &LargeRef, value: &[u8]) -> bool {
    large.bytes == value.len() as u64 && large.sha256 == <[u8; 32]>::from(Sha256::digest(value))
}

fn from_hex(name: &str) -> Option<[u8; 32]> {
    let mut sha256 = [0; 32];
    if name.len() != 64
        || !name
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    {
        return None;
    }
    for (byte, at) in sha256.iter_mut().zip((0..64).step_by(2)) {
        *byte = u8::from_str_radix(name.get(at..at + 2)?, 16).ok()?;
    }
    Some(sha256)
}
