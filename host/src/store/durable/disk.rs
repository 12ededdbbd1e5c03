//! The disk as far as durability depends on it, as a parameter, so that tests count, delay and fail it.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

use rustix::fs::{FallocateFlags, fallocate, statvfs};

/// What the store asks of the disk beyond reading and writing.
pub trait Disk: Send + Sync + 'static {
    /// Returns once the file's data, and what is needed to find them, have left the drive's cache.
    ///
    /// # Errors
    /// What the system says; the store takes every error as final.
    fn sync(&self, file: &File) -> io::Result<()>;

    /// Bytes that may still be written to the file system that holds `dir`.
    ///
    /// # Errors
    /// What the system says.
    fn free_bytes(&self, dir: &Path) -> io::Result<u64>;
}

/// The machine's disk.
#[derive(Debug, Clone, Copy, Default)]
pub struct RealDisk;

impl Disk for RealDisk {
    fn sync(&self, file: &File) -> io::Result<()> {
        file.sync_data()
    }

    fn free_bytes(&self, dir: &Path) -> io::Result<u64> {
        let stat = statvfs(dir)?;
        Ok(stat.f_bavail.saturating_mul(stat.f_frsize))
    }
}

/// Makes the names in a directory durable.
pub(super) fn sync_directory(disk: &dyn Disk, dir: &Path) -> io::Result<()> {
    disk.sync(&File::open(dir)?)
}

/// A file that only takes space: removed when the store has to be opened on a full disk, which sled cannot do.
pub(super) struct Reserve<'a> {
    pub(super) path: &'a Path,
    pub(super) bytes: u64,
}

impl Reserve<'_> {
    /// Gives the space back.
    pub(super) fn release(&self) {
        match std::fs::remove_file(self.path) {
            Ok(()) => tracing::warn!(
                "the disk is almost full: released the reserve to be able to open the store"
            ),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => tracing::warn!(%error, "could not release the reserve"),
        }
    }

    /// Takes the space where `free` bytes leave room for it above `watermark`.
    pub(super) fn take(&self, free: u64, watermark: u64) {
        let present = std::fs::metadata(self.path).is_ok_and(|data| data.len() == self.bytes);
        if self.bytes == 0 || present || free < watermark.saturating_add(self.bytes) {
            return;
        }
        let taken = OpenOptions::new()
            .create(true)
            .write(true)
            .truncate(true)
            .open(self.path)
            .and_then(|file| {
                fallocate(&file, FallocateFlags::empty(), 0, self.bytes).map_err(io::Error::from)
            });
        if let Err(error) = taken {
            tracing::debug!(%error, "no reserve: the file system does not preallocate");
            let _ = std::fs::remove_file(self.path);
        }
    }
}
