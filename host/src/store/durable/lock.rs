//! One process per data directory.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;

use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;

use super::super::StoreError;

/// Whether a process has the directory open, and its id where it is known. Changes nothing.
///
/// # Errors
/// [`StoreError::Io`].
pub fn holder_of(dir: &Path) -> Result<Option<Option<u32>>, StoreError> {
    let path = dir.join("LOCK");
    let Ok(mut file) = File::open(&path) else {
        return Ok(None);
    };
    match flock(&file, FlockOperation::NonBlockingLockShared) {
        Ok(()) => Ok(None),
        Err(Errno::WOULDBLOCK) => {
            let mut text = String::new();
            let _ = file.read_to_string(&mut text);
            Ok(Some(text.trim().parse().ok()))
        }
        Err(error) => Err(StoreError::io(format!("lock {}", path.display()), &error)),
    }
}

/// The lock on a data directory; it ends with the value, and with the process however that ends.
pub(super) struct DirectoryLock {
    _file: File,
}

impl DirectoryLock {
    /// Takes the lock, or says who has it.
    ///
    /// # Errors
    /// [`StoreError::InUse`], [`StoreError::Io`].
    pub(super) fn take(dir: &Path) -> Result<Self, StoreError> {
        let path = dir.join("LOCK");
        let failed = |error: &dyn std::fmt::Display| {
            StoreError::io(format!("lock {}", path.display()), error)
        };
        let mut file = OpenOptions::new()
            .create(true)
            .read(true)
            .write(true)
            .truncate(false)
            .open(&path)
            .map_err(|error| failed(&error))?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            Err(Errno::WOULDBLOCK) => {
                let mut text = String::new();
                let _ = file.read_to_string(&mut text);
                return Err(StoreError::InUse {
                    dir: dir.to_owned(),
                    pid: text.trim().parse().ok(),
                });
            }
            Err(error) => return Err(failed(&error)),
        }
        // The pid only helps people; the lock itself is the kernel's.
        let _ = file
            .set_len(0)
            .and_then(|()| file.seek(SeekFrom::Start(0)))
            .and_then(|_| writeln!(file, "{}", std::process::id()));
        Ok(Self { _file: file })
    }
}
