//! Writing to sled: what the journal holds, many groups at once.

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
use super::state::State;

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

/// Rows in the form in which sled takes them.
#[derive(Default)]
struct Plan {
    batch: sled::Batch,
    /// Large files that lose a row.
    released: Vec<[u8; 32]>,
}

/// How many rows sled gets at once: its readers wait meanwhile.
const ROWS: usize = 256;

impl Writer {
    /// Brings everything up to a group into sled, durably. An error is final: nothing may be written after it.
    pub(super) fn take_over(&mut self, share: Share) -> Result<(), StoreError> {
        let mut released = Vec::new();
        let mut changes = share.changes.as_slice();
        loop {
            let (these, rest) = changes.split_at(changes.len().min(ROWS));
            let mut state = self.state;
            if rest.is_empty() {
                state.group = share.group;
            }
            let mut plan = Plan::default();
            for Change { placed, content } in these {
                self.plan(&mut plan, &mut state, placed, content)?;
            }
            plan.batch.insert(
                record::prefixed(record::space::STORE, State::KEY),
                state.write(),
            );
            crash_point!("store::planned");
            {
                let _whole = self.reader.applying();
                finally(|| self.reader.db.apply_batch(plan.batch))?;
            }
            crash_point!("store::applied");
            self.state = state;
            released.extend(plan.released);
            changes = rest;
            if rest.is_empty() {
                break;
            }
        }
        self.barrier()?;
        crash_point!("store::checkpointed");
        released.extend(self.reader.exclusive().settle(share.group));
        for sha256 in released {
            // Where that cannot be known the file stays.
            self.reader
                .large
                .remove_unless(&sha256, || self.reader.is_named(&sha256).unwrap_or(true));
        }
        Ok(())
    }

    fn plan(
        &self,
        plan: &mut Plan,
        state: &mut State,
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
                state.rows = state.rows.wrapping_sub(1);
                state.sum = state.sum.wrapping_sub(old.weight());
            }
            if let Body::Large(large) = &old.body {
                plan.batch
                    .remove(record::place_reference(&large.sha256, placed));
                plan.released.push(large.sha256);
            }
        }
        let old_chunks = old.as_ref().map_or(0, Head::chunks);
        let row = match content {
            Content::Nothing => None,
            Content::Value(value) => Some(record::head_of_value(placed, value)),
            Content::Large(large) => {
                plan.batch
                    .insert(record::place_reference(&large.sha256, placed), &[]);
                Some(record::head_of_large(placed, large))
            }
        };
        let Some(row) = row else {
            if old.is_some() {
                plan.batch.remove(placed);
                self.remove_chunks(plan, placed, 0..old_chunks);
            }
            return Ok(());
        };
        let mut chunks = 0;
        if let Some(head) = Head::read(&row) {
            if is_counted {
                state.rows = state.rows.wrapping_add(1);
                state.sum = state.sum.wrapping_add(head.weight());
            }
            chunks = head.chunks();
        }
        if let (Content::Value(value), 1..) = (content, chunks) {
            for (number, chunk) in value.bytes.chunks(INLINE_BYTES).enumerate() {
                plan.batch
                    .insert(record::place_chunk(placed, number), chunk);
            }
        }
        self.remove_chunks(plan, placed, chunks..old_chunks);
        plan.batch.insert(placed, row);
        Ok(())
    }

    fn remove_chunks(&self, plan: &mut Plan, placed: &[u8], numbers: std::ops::Range<usize>) {
        for number in numbers {
            plan.batch.remove(record::place_chunk(placed, number));
        }
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
