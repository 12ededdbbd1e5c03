//! What can go wrong in a store, and how to mend it.

use std::path::PathBuf;

use super::{MAX_BATCH_BYTES, MAX_KEY_BYTES, Table};

/// What can go wrong in a store. Cheap to copy: one failed barrier is told to everybody who waited for it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// A write or a sync failed earlier; nothing after it can be trusted to be on disk, so the store takes no more.
    #[error("the store has stopped: {why}; restart the host, it recovers from what is on disk")]
    Stopped {
        /// What failed first.
        why: String,
    },
    /// The queue of waiting commits stayed full for as long as the store is patient.
    #[error("the store is busy: too many commits are waiting; try again shortly")]
    Busy,
    /// Too little free space: nothing was written, reads go on, commits work again as soon as there is space.
    #[error(
        "the disk is almost full ({free} bytes free, {needed} needed): free some space, commits resume by themselves"
    )]
    Full {
        /// Bytes free on the file system of the data directory.
        free: u64,
        /// Bytes that must be free before anything is written.
        needed: u64,
    },
    /// Another process has the data directory open.
    #[error("{} is in use by {}; stop it or use another data directory", dir.display(), pid.map_or("another process".to_owned(), |pid| format!("process {pid}")))]
    InUse {
        /// The data directory.
        dir: PathBuf,
        /// The process that has it, where it could be read.
        pid: Option<u32>,
    },
    /// A stored value is not what was written; it is never served.
    #[error("the record {table}/{} is damaged; `switchboard doctor` lists all that are, then restore a backup", key.escape_ascii())]
    Corrupt {
        /// The table of the record.
        table: Table,
        /// The key of the record.
        key: Vec<u8>,
    },
    /// The files of the store as a whole cannot be read.
    #[error("the store in {} is damaged: {why}; keep a copy of the directory and put a backup in its place", dir.display())]
    Damaged {
        /// The data directory.
        dir: PathBuf,
        /// What was found.
        why: String,
    },
    /// The data directory was written by a newer version.
    #[error("{} has data format {found}, this program reads up to {supported}: start the newer version that wrote it, or restore a backup", dir.display())]
    NewerFormat {
        /// The data directory.
        dir: PathBuf,
        /// The format found.
        found: u32,
        /// The newest format that this program reads.
        supported: u32,
    },
    /// A key is longer than every store takes.
    #[error(
        "a key of {table} has {bytes} bytes, at most {} are possible",
        MAX_KEY_BYTES
    )]
    KeyTooLong {
        /// The table of the key.
        table: Table,
        /// The length of the key.
        bytes: usize,
    },
    /// A batch is larger than every store takes.
    #[error(
        "a batch of {bytes} bytes is too large, at most {} are possible",
        MAX_BATCH_BYTES
    )]
    TooLarge {
        /// The bytes of all keys and values.
        bytes: usize,
    },
    /// A value could not be written as JSON; the batch was not taken.
    #[error("a value cannot be written as JSON: {why}")]
    Encode {
        /// What the encoder said.
        why: String,
    },
    /// A stored value is whole, but not what this version expects under its key.
    #[error("a stored value is not the expected JSON: {why}")]
    Decode {
        /// What the decoder said.
        why: String,
    },
    /// The file system refused something before anything was written.
    #[error("could not {doing}: {why}")]
    Io {
        /// What was tried, with the path.
        doing: String,
        /// What the system said.
        why: String,
    },
    /// The simulated process is dead (only in [`super::MemoryStore`]).
    #[error("the simulated process has crashed")]
    Crashed,
}

impl StoreError {
    /// An [`StoreError::Io`] from what was tried and what came of it.
    pub(crate) fn io(doing: impl Into<String>, error: &dyn std::fmt::Display) -> Self {
        Self::Io {
            doing: doing.into(),
            why: error.to_string(),
        }
    }
}
