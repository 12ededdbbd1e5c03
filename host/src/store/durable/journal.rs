//! The journal: groups as they were committed, one write and one sync each. What stands here is durable; sled gets it
//! afterwards, many groups at once (see `applier`).
//!
//! Two files are written in turn. One is written over from its beginning when sled has durably taken over all that it
//! held. A group is a record:
//!
//! ```text
//! record  crc32c of the rest 4 · length of the changes 4 · number of the group 8 · changes
//! change  kind 1 · length of the key 2 · key · kind 0: nothing · kinds 1, 2 (packed) and 4 (with a dictionary):
//!         length 4, value · kind 3: length 8 and SHA-256 32 of a large file
//! ```
//! Numbers are little-endian. Records count up by one, so the first that doesn't, or whose checksum is wrong, ends a file:
//! it is torn, or left over from the file's last use.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::disk::Disk;
use super::packing::{Kept, Packing};
use super::record::LargeRef;
use super::writer::{Change, Content};

/// A file that has so many bytes is full.
pub(super) const FILE_BYTES: u64 = 2 * 1024 * 1024;
/// The bytes of a record before its changes.
const HEAD: usize = 16;

/// A group as the journal keeps it.
pub(super) struct Group {
    pub(super) number: u64,
    pub(super) changes: Vec<Change>,
}

/// Both files, and where the next record goes.
pub(super) struct Journal {
    files: [Half; 2],
    active: usize,
}

struct Half {
    file: File,
    /// Whether it has its full length already and nothing in it.
    is_blank: bool,
    end: u64,
    /// The newest group in it; 0: none.
    newest: u64,
}

impl Journal {
    /// The paths of the files.
    pub(super) fn paths(dir: &Path) -> [PathBuf; 2] {
        [dir.join("JOURNAL-0"), dir.join("JOURNAL-1")]
    }

    /// Opens the files, creating them where there are none; also what is in them, in order.
    pub(super) fn open(dir: &Path) -> io::Result<(Self, Vec<Group>)> {
        let mut found = Vec::new();
        let mut open = |path: &Path| -> io::Result<Half> {
            let file = OpenOptions::new()
                .create(true)
                .read(true)
                .write(true)
                .truncate(false)
                .open(path)?;
            let mut bytes = Vec::new();
            (&file).read_to_end(&mut bytes)?;
            found.extend(groups(&bytes));
            Ok(Half {
                file,
                is_blank: bytes.len() as u64 == FILE_BYTES && bytes.iter().all(|byte| *byte == 0),
                end: 0,
                newest: 0,
            })
        };
        let [first, second] = Self::paths(dir);
        let files = [open(&first)?, open(&second)?];
        found.sort_by_key(|group| group.number);
        Ok((Self { files, active: 0 }, found))
    }

    /// Forgets everything: sled has it all. The files have their full length from then on, written with zeros: a sync
    /// of a file that grows takes twice as long.
    pub(super) fn clear(&mut self, disk: &dyn Disk) -> io::Result<()> {
        for half in &mut self.files {
            if !half.is_blank {
                if let Err(error) = blank(&half.file) {
                    if error.kind() != io::ErrorKind::StorageFull {
                        return Err(error);
                    }
                    half.file.set_len(0)?;
                }
                crash_point!("store::blanked");
                disk.sync(&half.file)?;
            }
            (half.end, half.newest) = (0, 0);
        }
        self.active = 0;
        Ok(())
    }

    /// Up to which group sled must have taken everything over before the next record can be written, if a file is full.
    pub(super) fn waits_for(&self) -> Option<u64> {
        let is_full = self.active().is_some_and(|half| half.end >= FILE_BYTES);
        let other = self.files.get(1 - self.active);
        is_full.then(|| other.map_or(0, |half| half.newest))
    }

    /// Goes on in the other file, which nobody needs any more.
    pub(super) fn turn(&mut self) {
        self.active = 1 - self.active;
        let active = self.active;
        if let Some(half) = self.files.get_mut(active) {
            (half.end, half.newest) = (0, 0);
        }
    }

    /// Writes a group and syncs it.
    pub(super) fn write(
        &mut self,
        disk: &dyn Disk,
        number: u64,
        changes: &[Change],
    ) -> io::Result<()> {
        let record = record(number, changes);
        let active = self.active;
        let Some(half) = self.files.get_mut(active) else {
            return Err(io::Error::other("there is no such file of the journal"));
        };
        crash_point!("store::writing");
        half.file.write_all_at(&record, half.end)?;
        crash_point!("store::written");
        disk.sync(&half.file)?;
        crash_point!("store::synced");
        half.is_blank = false;
        half.end = half.end.saturating_add(record.len() as u64);
        half.newest = number;
        Ok(())
    }

    /// Bytes on the disk.
    pub(super) fn bytes(dir: &Path) -> u64 {
        let sizes =
            Self::paths(dir).map(|path| std::fs::metadata(path).map_or(0, |file| file.len()));
        sizes.iter().sum()
    }

    fn active(&self) -> Option<&Half> {
        self.files.get(self.active)
    }
}

fn record(number: u64, changes: &[Change]) -> Vec<u8> {
    let bytes: usize = changes
        .iter()
        .map(|change| change.placed.len() + change.content.bytes() + 48)
        .sum();
    let mut record = Vec::with_capacity(HEAD + bytes);
    record.extend_from_slice(&[0; 8]);
    record.extend_from_slice(&number.to_le_bytes());
    for Change { placed, content } in changes {
        let kind = match content.as_ref() {
            Content::Nothing => 0,
            Content::Value(kept) => match kept.packing {
                Packing::Plain => 1,
                Packing::Alone => 2,
                Packing::Dictionary => 4,
            },
            Content::Large(_) => 3,
        };
        record.push(kind);
        let length = u16::try_from(placed.len()).unwrap_or(u16::MAX);
        record.extend_from_slice(&length.to_le_bytes());
        record.extend_from_slice(placed);
        match content.as_ref() {
            Content::Nothing => {}
            Content::Value(kept) => {
                let length = u32::try_from(kept.bytes.len()).unwrap_or(u32::MAX);
                record.extend_from_slice(&length.to_le_bytes());
                record.extend_from_slice(&kept.bytes);
            }
            Content::Large(large) => {
                record.extend_from_slice(&large.bytes.to_le_bytes());
                record.extend_from_slice(&large.sha256);
            }
        }
    }
    let length = u32::try_from(record.len() - HEAD).unwrap_or(u32::MAX);
    if let Some(place) = record.get_mut(4..8) {
        place.copy_from_slice(&length.to_le_bytes());
    }
    let crc = crc32c::crc32c(record.get(4..).unwrap_or_default());
    if let Some(place) = record.get_mut(..4) {
        place.copy_from_slice(&crc.to_le_bytes());
    }
    record
}

/// Zeros from the beginning to the full length, and nothing behind.
fn blank(file: &File) -> io::Result<()> {
    let zeros = vec![0; usize::try_from(FILE_BYTES).unwrap_or(0)];
    file.write_all_at(&zeros, 0)?;
    file.set_len(FILE_BYTES)
}

/// The groups of a file, up to the first record that isn't the next one.
fn groups(bytes: &[u8]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut rest = bytes;
    while let Some((group, behind)) = first(rest) {
        let follows = groups
            .last()
            .is_none_or(|last| group.number == last.number.wrapping_add(1));
        if !follows {
            break;
        }
        groups.push(group);
        rest = behind;
    }
    groups
}

fn first(bytes: &[u8]) -> Option<(Group, &[u8])> {
    let (crc, rest) = bytes.split_first_chunk::<4>()?;
    let (length, _) = rest.split_first_chunk::<4>()?;
    let length = u32::from_le_bytes(*length) as usize;
    let (sealed, behind) = rest.split_at_checked(length.checked_add(HEAD - 4)?)?;
    if crc32c::crc32c(sealed) != u32::from_le_bytes(*crc) {
        return None;
    }
    let (number, mut rest) = sealed.get(4..)?.split_first_chunk::<8>()?;
    let mut changes = Vec::new();
    while !rest.is_empty() {
        let (change, behind) = change(rest)?;
        changes.push(change);
        rest = behind;
    }
    let number = u64::from_le_bytes(*number);
    Some((Group { number, changes }, behind))
}

fn change(bytes: &[u8]) -> Option<(Change, &[u8])> {
    let (kind, rest) = bytes.split_first()?;
    let (length, rest) = rest.split_first_chunk::<2>()?;
    let (placed, rest) = rest.split_at_checked(usize::from(u16::from_le_bytes(*length)))?;
    let (content, rest) = match kind {
        0 => (Content::Nothing, rest),
        1 | 2 | 4 => {
            let packing = match kind {
                1 => Packing::Plain,
                2 => Packing::Alone,
                _ => Packing::Dictionary,
            };
            let (length, rest) = rest.split_first_chunk::<4>()?;
            let (value, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
            let bytes = value.to_vec();
            (Content::Value(Kept { bytes, packing }), rest)
        }
        3 => {
            let (bytes, rest) = rest.split_first_chunk::<8>()?;
            let (sha256, rest) = rest.split_first_chunk::<32>()?;
            let large = LargeRef {
                bytes: u64::from_le_bytes(*bytes),
                sha256: *sha256,
            };
            (Content::Large(large), rest)
        }
        _ => return None,
    };
    let change = Change {
        placed: placed.to_vec(),
        content: Arc::new(content),
    };
    Some((change, rest))
}

#[cfg(test)]
mod tests {
    use super::super::disk::RealDisk;
    use super::*;

    fn value(bytes: usize, packing: Packing) -> Content {
        Content::Value(Kept {
            bytes: vec![7; bytes],
            packing,
        })
    }

    fn changes(number: u64) -> Vec<Change> {
        let place = |nth: u64| [&[5_u8][..], &number.to_le_bytes(), &nth.to_le_bytes()].concat();
        let contents = [
            value(10, Packing::Plain),
            value(40, Packing::Alone),
            value(50, Packing::Dictionary),
            Content::Nothing,
            Content::Large(LargeRef {
                bytes: 99,
                sha256: [3; 32],
            }),
        ];
        (0..)
            .zip(contents)
            .map(|(nth, content)| Change {
                placed: place(nth),
                content: Arc::new(content),
            })
            .collect()
    }

    fn written(dir: &Path, numbers: std::ops::Range<u64>) -> Journal {
        let (mut journal, _) = Journal::open(dir).unwrap();
        for number in numbers {
            journal.write(&RealDisk, number, &changes(number)).unwrap();
        }
        journal
    }

    fn numbers(dir: &Path) -> Vec<u64> {
        let (_, groups) = Journal::open(dir).unwrap();
        for group in &groups {
            let expected = record(group.number, &changes(group.number));
            assert_eq!(record(group.number, &group.changes), expected);
        }
        groups.iter().map(|group| group.number).collect()
    }

    #[test]
    fn groups_come_back_and_a_torn_one_ends_them() {
        let dir = tempfile::tempdir().unwrap();
        written(dir.path(), 5..9);
        assert_eq!(numbers(dir.path()), [5, 6, 7, 8]);
        let path = &Journal::paths(dir.path())[0];
        let whole = std::fs::read(path).unwrap();
        let one = whole.len() / 4;
        for kept in 0..whole.len() {
            std::fs::write(path, &whole[..kept]).unwrap();
            let left: Vec<u64> = (5..9).take(kept / one).collect();
            assert_eq!(numbers(dir.path()), left, "{kept} bytes");
        }
        for at in 0..one {
            let mut broken = whole.clone();
            broken[at] ^= 1;
            std::fs::write(path, broken).unwrap();
            assert_eq!(numbers(dir.path()), [] as [u64; 0], "byte {at}");
        }
    }

    #[test]
    fn a_cleared_journal_has_its_length_and_nothing_in_it() {
        let dir = tempfile::tempdir().unwrap();
        let mut journal = written(dir.path(), 1..5);
        journal.clear(&RealDisk).unwrap();
        for path in Journal::paths(dir.path()) {
            assert_eq!(std::fs::read(path).unwrap(), vec![0; 2 * 1024 * 1024]);
        }
        assert_eq!(numbers(dir.path()), [] as [u64; 0]);
        written(dir.path(), 7..9);
        assert_eq!(numbers(dir.path()), [7, 8]);
    }

    #[test]
    fn what_is_left_of_a_files_last_use_is_no_group() {
        let dir = tempfile::tempdir().unwrap();
        let mut journal = written(dir.path(), 1..5);
        journal.turn();
        journal.write(&RealDisk, 5, &changes(5)).unwrap();
        journal.turn();
        journal.write(&RealDisk, 6, &changes(6)).unwrap();
        drop(journal);
        assert_eq!(numbers(dir.path()), [5, 6]);
    }

    #[test]
    fn a_full_file_waits_until_the_other_is_free() {
        let dir = tempfile::tempdir().unwrap();
        let mut journal = written(dir.path(), 1..2);
        assert_eq!(journal.waits_for(), None);
        let mut number = 1;
        while journal.waits_for().is_none() {
            number += 1;
            let large = vec![Change {
                placed: vec![5],
                content: Arc::new(value(500_000, Packing::Plain)),
            }];
            journal.write(&RealDisk, number, &large).unwrap();
        }
        assert_eq!(journal.waits_for(), Some(0));
        journal.turn();
        assert_eq!(journal.waits_for(), None);
    }
}
