//! Writing to sled: what the journal holds, many groups at once.
//!
//! Before the first row of a round the state says up to which group the round goes and what all rows add up to then. sled
//! keeps what it was given in order, so whatever part of a round is left after a crash, that is known, and the rows of the
//! round, which the journal has, are written once more.

use std::fs::File;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use super::super::StoreError;
use super::disk::{Disk, sync_directory};
use super::packing::Kept;
use super::pending::Share;
use super::reader::Reader;
use super::record::{self, Body, Head, INLINE_BYTES, LargeRef};
use super::state::{State, Sum};

/// One change, with its large value already in its file.
pub(super) struct Change {
    /// The key with its table.
    pub(super) placed: Vec<u8>,
    pub(super) content: Arc<Content>,
}

/// What a key is set to.
pub(super) enum Content {
    Nothing,
    Value(Kept),
    Large(LargeRef),
}

impl Content {
    /// Bytes of the value as it is kept in a row.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::Value(kept) => kept.bytes.len(),
            Self::Nothing | Self::Large(_) => 0,
        }
    }
}

/// Writes to sled: on the apply thread, and before there is one.
pub(super) struct Writer {
    pub(super) reader: Arc<Reader>,
    pub(super) disk: Arc<dyn Disk>,
    pub(super) state: State,
    /// sled's `db`, opened by us: errors of the system reach every open file once.
    pub(super) data: File,
    pub(super) blobs: PathBuf,
    pub(super) blobs_seen: Option<SystemTime>,
}

/// Rows in the form in which sled takes them, in an order in which any first part of them may be there after a crash: what
/// belongs to a row is before it.
#[derive(Default)]
struct Plan {
    rows: Vec<(Vec<u8>, Option<Vec<u8>>)>,
    /// Large files that lose a row.
    released: Vec<[u8; 32]>,
}

impl Plan {
    fn insert(&mut self, key: Vec<u8>, row: Vec<u8>) {
        self.rows.push((key, Some(row)));
    }

    fn remove(&mut self, key: Vec<u8>) {
        self.rows.push((key, None));
    }
}

/// How many rows stop lying over sled's at once: readers wait meanwhile.
const SETTLED: usize = 32;

impl Writer {
    /// Brings everything up to a group into sled, durably, and removes the large files that no row names any more. An
    /// error is final: nothing may be written after it.
    pub(super) fn take_over(&mut self, share: Share) -> Result<(), StoreError> {
        for sha256 in self.bring(share)? {
            // Where that cannot be known the file stays.
            self.reader
                .large
                .remove_unless(&sha256, || self.reader.is_named(&sha256).unwrap_or(true));
        }
        Ok(())
    }

    /// Brings everything up to a group into sled, durably; gives the large files that lost a row.
    ///
    /// Rows go there one by one, so that readers of others needn't wait: a batch of sled's keeps all of them out.
    pub(super) fn bring(&mut self, share: Share) -> Result<Vec<[u8; 32]>, StoreError> {
        let Share { group, changes } = share;
        let mut plan = Plan::default();
        {
            let reader = Arc::clone(&self.reader);
            let _whole = reader.applying();
            let state = self.plan_all(&mut plan, group, &changes)?;
            if !plan.rows.is_empty() {
                self.put_state(State {
                    next: Some(state.sum),
                    ..self.state
                })?;
            }
            crash_point!("store::planned");
            for (key, row) in plan.rows {
                finally(|| match row {
                    Some(row) => self.reader.db.insert(key, row),
                    None => self.reader.db.remove(key),
                })?;
                crash_point!("store::applied");
            }
            self.put_state(state)?;
        }
        self.barrier()?;
        crash_point!("store::checkpointed");
        let mut released = plan.released;
        for some in changes.chunks(SETTLED) {
            let settled = self.reader.exclusive().settle(group, some);
            // Not while readers wait.
            drop(settled);
        }
        released.extend(self.reader.exclusive().released());
        Ok(released)
    }

    /// What sled is to get for the changes up to a group, and the state with all of them.
    fn plan_all(
        &self,
        plan: &mut Plan,
        group: u64,
        changes: &[Change],
    ) -> Result<State, StoreError> {
        let mut sum = Sum {
            group,
            ..self.state.sum
        };
        for Change { placed, content } in changes {
            self.plan(plan, &mut sum, placed, content)?;
        }
        // Some of the rows may be there already: only whoever began it knows what they add up to.
        let begun = self.state.next.filter(|next| next.group == group);
        Ok(State {
            format: self.state.format,
            sum: begun.unwrap_or(sum),
            next: None,
        })
    }

    fn put_state(&mut self, state: State) -> Result<(), StoreError> {
        let key = record::prefixed(record::space::STORE, State::KEY);
        finally(|| self.reader.db.insert(key, state.write()))?;
        self.state = state;
        Ok(())
    }

    fn plan(
        &self,
        plan: &mut Plan,
        sum: &mut Sum,
        placed: &[u8],
        content: &Content,
    ) -> Result<(), StoreError> {
        let old = self.reader.row(placed)?;
        let old = old.map(|row| {
            Head::read(&row).ok_or_else(|| StoreError::Damaged {
                dir: self.reader.dir.clone(),
                why: format!("the row {} is no record", placed.escape_ascii()),
            })
        });
        let old = old.transpose()?;
        let is_counted = record::is_of_table(placed);
        if let Some(old) = &old {
            if is_counted {
                sum.rows = sum.rows.wrapping_sub(1);
                sum.weight = sum.weight.wrapping_sub(old.weight());
            }
            if let Body::Large(large) = &old.body {
                plan.remove(record::place_reference(&large.sha256, placed));
                plan.released.push(large.sha256);
            }
        }
        let old_chunks = old.as_ref().map_or(0, Head::chunks);
        let row = match content {
            Content::Nothing => None,
            Content::Value(value) => Some(record::head_of_value(placed, value)),
            Content::Large(large) => {
                plan.insert(record::place_reference(&large.sha256, placed), Vec::new());
                Some(record::head_of_large(placed, large))
            }
        };
        let Some(row) = row else {
            if old.is_some() {
                remove_chunks(plan, placed, 0..old_chunks);
                plan.remove(placed.to_vec());
            }
            return Ok(());
        };
        let mut chunks = 0;
        if let Some(head) = Head::read(&row) {
            if is_counted {
                sum.rows = sum.rows.wrapping_add(1);
                sum.weight = sum.weight.wrapping_add(head.weight());
            }
            chunks = head.chunks();
        }
        if let (Content::Value(value), 1..) = (content, chunks) {
            for (number, chunk) in value.bytes.chunks(INLINE_BYTES).enumerate() {
                plan.insert(record::place_chunk(placed, number), chunk.to_vec());
            }
        }
        remove_chunks(plan, placed, chunks..old_chunks);
        plan.insert(placed.to_vec(), row);
        Ok(())
    }

    /// sled writes, then the system, then the drive.
    pub(super) fn barrier(&mut self) -> Result<(), StoreError> {
        finally(|| self.reader.db.flush())?;
        crash_point!("store::flushed");
        self.sync_blobs()
            .and_then(|()| self.disk.sync(&self.data))
            .map_err(|error| stopped(&error))
    }

    /// No page should ever be large enough for a file of its own; one that is must not be lost all the same.
    fn sync_blobs(&mut self) -> io::Result<()> {
        let changed = std::fs::metadata(&self.blobs)?.modified().ok();
        if changed == self.blobs_seen {
            return Ok(());
        }
        for entry in std::fs::read_dir(&self.blobs)? {
            match File::open(entry?.path()) {
                Ok(file) => self.disk.sync(&file)?,
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        sync_directory(self.disk.as_ref(), &self.blobs)?;
        self.blobs_seen = changed;
        Ok(())
    }
}

fn remove_chunks(plan: &mut Plan, placed: &[u8], numbers: std::ops::Range<usize>) {
    for number in numbers {
        plan.remove(record::place_chunk(placed, number));
    }
}

fn finally<T>(call: impl FnOnce() -> Result<T, sled::Error>) -> Result<(), StoreError> {
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => Err(stopped(&error)),
        Err(_) => Err(stopped(&"sled panicked while writing")),
    }
}

fn stopped(error: &dyn std::fmt::Display) -> StoreError {
    StoreError::Stopped {
        why: error.to_string(),
    }
}
