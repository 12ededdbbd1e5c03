//! Reading: from sled's rows back to values, never without their checksum.

use std::cmp::Ordering;
use std::ops::Bound;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::super::{KeyRange, Row, StoreError, Table};
use super::journal::Journal;
use super::large::LargeFiles;
use super::packing::Dictionaries;
use super::pending::Pending;
use super::record::{self, Body, Head, LargeRef};
use super::writer::Content;

/// The rows: sled's, and over them those that only the journal has yet. A reader holds them for as long as it reads, and
/// so sees groups as a whole: a row that isn't pending can't become so meanwhile, and only pending rows change in sled.
pub(super) struct Reader {
    pub(super) dir: PathBuf,
    pub(super) db: sled::Db,
    pub(super) large: LargeFiles,
    pub(super) dictionaries: Dictionaries,
    pending: RwLock<Pending>,
    applying: Mutex<()>,
}

/// A value, or where it is.
enum Found {
    Value(Vec<u8>),
    Large(LargeRef),
}

impl Reader {
    pub(super) fn new(
        dir: PathBuf,
        db: sled::Db,
        large: LargeFiles,
        dictionaries: Dictionaries,
    ) -> Self {
        Self {
            dir,
            db,
            large,
            dictionaries,
            pending: RwLock::default(),
            applying: Mutex::default(),
        }
    }

    /// What is pending, to be changed.
    pub(super) fn exclusive(&self) -> RwLockWriteGuard<'_, Pending> {
        self.pending.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is pending, to be read.
    pub(super) fn shared(&self) -> RwLockReadGuard<'_, Pending> {
        self.pending.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Held while sled gets rows, and while all of sled's rows are read.
    pub(super) fn applying(&self) -> MutexGuard<'_, ()> {
        self.applying.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let placed = record::place(table, key);
        // A file may be replaced between reading its name and opening it: then the row has changed too.
        for _ in 0..16 {
            let found = {
                let pending = self.shared();
                match pending.get(&placed) {
                    Some(Content::Nothing) => return Ok(None),
                    Some(content) => self.pending(table, &placed, content)?,
                    None => {
                        let Some(row) = self.row(&placed)? else {
                            return Ok(None);
                        };
                        self.found(table, &placed, &row)?
                    }
                }
            };
            match found {
                Found::Value(value) => return Ok(Some(value)),
                Found::Large(large) => match self.large.read(&large) {
                    Ok(Some(value)) => return Ok(Some(value)),
                    Ok(None) => {}
                    Err(error) => return Err(large_error(table, key, &error)),
                },
            }
        }
        Err(StoreError::Corrupt {
            table,
            key: key.to_vec(),
        })
    }

    pub(super) fn scan(
        &self,
        table: Table,
        range: KeyRange<'_>,
        limit: usize,
    ) -> Result<Vec<Row>, StoreError> {
        let Some((first, end)) = range.resolve(table.number()) else {
            return Ok(Vec::new());
        };
        let mut found = Vec::new();
        {
            let pending = self.shared();
            let mut over = pending.range(&first, &end);
            let mut next_over = || {
                if range.is_reverse() {
                    over.next_back()
                } else {
                    over.next()
                }
            };
            let mut rows = self.guarded(|| {
                let range = (Bound::Included(&first), Bound::Excluded(&end));
                Ok(self.db.range::<&Vec<u8>, _>(range))
            })?;
            let mut next_row = || {
                self.guarded(|| {
                    if range.is_reverse() {
                        rows.next_back()
                    } else {
                        rows.next()
                    }
                    .transpose()
                })
            };
            let (mut above, mut below) = (next_over(), next_row()?);
            while found.len() < limit {
                // Which of the two comes first; where both are of one key sled's is old.
                let order = match (&above, &below) {
                    (None, None) => break,
                    (Some(_), None) => Ordering::Less,
                    (None, Some(_)) => Ordering::Greater,
                    (Some((above, _)), Some((below, _))) if range.is_reverse() => {
                        below.as_ref().cmp(above)
                    }
                    (Some((above, _)), Some((below, _))) => (*above).cmp(below.as_ref()),
                };
                if order == Ordering::Greater {
                    if let Some((placed, row)) = below.take() {
                        found.push((placed.to_vec(), self.found(table, &placed, &row)?));
                    }
                    below = next_row()?;
                    continue;
                }
                if order == Ordering::Equal {
                    below = next_row()?;
                }
                if let Some((placed, content)) = above.take()
                    && !matches!(content, Content::Nothing)
                {
                    let value = self.pending(table, placed, content)?;
                    found.push((placed.to_vec(), value));
                }
                above = next_over();
            }
        }
        let mut values = Vec::with_capacity(found.len());
        for (placed, found) in found {
            let key = placed.get(1..).unwrap_or_default().to_vec();
            let value = match found {
                Found::Value(value) => Some(value),
                Found::Large(large) => match self.large.read(&large) {
                    Ok(Some(value)) => Some(value),
                    Ok(None) => self.get(table, &key)?,
                    Err(error) => return Err(large_error(table, &key, &error)),
                },
            };
            values.extend(value.map(|value| (key, value)));
        }
        Ok(values)
    }

    /// One row as sled has it.
    pub(super) fn row(&self, placed: &[u8]) -> Result<Option<sled::IVec>, StoreError> {
        self.guarded(|| self.db.get(placed))
    }

    /// Bytes of sled's file, of the journal and of the large files.
    pub(super) fn disk_bytes(&self) -> u64 {
        let sled = self.guarded(|| self.db.size_on_disk()).unwrap_or(0);
        sled.saturating_add(self.large.bytes())
            .saturating_add(Journal::bytes(&self.dir))
    }

    /// Whether a row names the large file.
    pub(super) fn is_named(&self, sha256: &[u8; 32]) -> Result<bool, StoreError> {
        if self.shared().names(sha256) {
            return Ok(true);
        }
        self.guarded(|| {
            self.db
                .scan_prefix(record::prefixed(record::space::LARGE, sha256))
                .next()
                .transpose()
        })
        .map(|row| row.is_some())
    }

    /// Checks one row with everything that belongs to it.
    pub(super) fn check(&self, table: Table, placed: &[u8], row: &[u8]) -> Result<(), StoreError> {
        let corrupt = || StoreError::Corrupt {
            table,
            key: placed.get(1..).unwrap_or_default().to_vec(),
        };
        match self.found(table, placed, row)? {
            Found::Value(_) => Ok(()),
            Found::Large(large) => match self.large.read(&large) {
                Ok(Some(_)) => Ok(()),
                _ => Err(corrupt()),
            },
        }
    }

    /// Reads the dictionaries that sled has; where one is damaged, so is the store, unless that loss is accepted.
    pub(super) fn read_dictionaries(&self, accept_loss: bool) -> Result<(), StoreError> {
        let from = record::place_dictionary(0);
        let mut rows = self.guarded(|| Ok(self.db.range(from..vec![record::space::CHUNK])))?;
        while let Some((placed, row)) = self.guarded(|| rows.next().transpose())? {
            let number = placed.get(1..).and_then(|number| number.try_into().ok());
            let number = number.map(u32::from_be_bytes);
            let value = match self.unpacked(&placed, &row)? {
                Some(Found::Value(value)) => Some(value),
                Some(Found::Large(_)) | None => None,
            };
            let added = number
                .zip(value)
                .and_then(|(number, value)| self.dictionaries.add(number, &value));
            if added.is_some() {
                continue;
            }
            if !accept_loss {
                let number = number.unwrap_or(0);
                return Err(StoreError::Damaged {
                    dir: self.dir.clone(),
                    why: format!("dictionary {number}, which values are packed with, is damaged"),
                });
            }
            self.dictionaries.is_taken(number.unwrap_or(0));
        }
        Ok(())
    }

    /// Calls sled so that neither its errors nor its panics on damaged files reach the caller as such.
    pub(super) fn guarded<T>(
        &self,
        call: impl FnOnce() -> Result<T, sled::Error>,
    ) -> Result<T, StoreError> {
        let damaged = |why: String| StoreError::Damaged {
            dir: self.dir.clone(),
            why,
        };
        match catch_unwind(AssertUnwindSafe(call)) {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(sled::Error::Io(error))) => Err(StoreError::io("read the store", &error)),
            Ok(Err(error)) => Err(damaged(error.to_string())),
            Err(_) => Err(damaged("its files make no sense to sled".to_owned())),
        }
    }

    /// A row that is pending and not removed.
    fn pending(&self, table: Table, placed: &[u8], content: &Content) -> Result<Found, StoreError> {
        let value = match content {
            Content::Large(large) => return Ok(Found::Large(*large)),
            Content::Value(kept) => self.dictionaries.value(kept.packing, &kept.bytes),
            Content::Nothing => None,
        };
        value.map(Found::Value).ok_or_else(|| StoreError::Corrupt {
            table,
            key: placed.get(1..).unwrap_or_default().to_vec(),
        })
    }

    fn found(&self, table: Table, placed: &[u8], row: &[u8]) -> Result<Found, StoreError> {
        self.unpacked(placed, row)?
            .ok_or_else(|| StoreError::Corrupt {
                table,
                key: placed.get(1..).unwrap_or_default().to_vec(),
            })
    }

    /// What a row of sled's stands for; `None` where it or a part of it isn't what was written.
    fn unpacked(&self, placed: &[u8], row: &[u8]) -> Result<Option<Found>, StoreError> {
        let Some(head) = Head::read(row) else {
            return Ok(None);
        };
        let value = match &head.body {
            Body::Inline { packing } => {
                record::inline(placed, row).and_then(|kept| self.dictionaries.value(*packing, kept))
            }
            Body::Chunked { bytes, packing } => {
                let mut kept = Vec::with_capacity(*bytes);
                for number in 0..head.chunks() {
                    let Some(chunk) = self.row(&record::place_chunk(placed, number))? else {
                        return Ok(None);
                    };
                    kept.extend_from_slice(&chunk);
                }
                record::is_whole(placed, head.crc, *packing, &kept)
                    .then(|| self.dictionaries.value(*packing, &kept))
                    .flatten()
            }
            Body::Large(large) => {
                let is_whole = record::is_reference(placed, head.crc, large);
                return Ok(is_whole.then_some(Found::Large(*large)));
            }
        };
        Ok(value.map(Found::Value))
    }
}

fn large_error(table: Table, key: &[u8], error: &std::io::Error) -> StoreError {
    if error.kind() == std::io::ErrorKind::InvalidData {
        StoreError::Corrupt {
            table,
            key: key.to_vec(),
        }
    } else {
        StoreError::io(
            format!("read the large value of {table}/{}", key.escape_ascii()),
            error,
        )
    }
}
