//! What the store knows about itself: how many groups it has committed and what all its rows add up to.
//!
//! sled takes a damaged spot in its log for the torn end of it and opens without what came after. So the number of the
//! last group is kept twice: in sled, as part of the group, and in the file `MARK`, written after the barrier. A mark
//! ahead of sled means that acknowledged commits are missing. The mark is not synced: after a power cut it may lag
//! behind, which proves nothing and harms nothing.
//!
//! The sum over all rows finds what no single row's checksum can: a row that is missing, or an older one in its place.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

/// The newest data format that this program reads, and the one it writes. 2 has dictionaries, and otherwise is as 1.
pub(super) const FORMAT: u32 = 2;

/// The state as part of every group.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct State {
    /// The data format.
    pub(super) format: u32,
    /// The number of the last group committed.
    pub(super) group: u64,
    /// The number of rows.
    pub(super) rows: u64,
    /// The sum of their weights.
    pub(super) sum: u64,
}

impl State {
    /// The key of the state, in the store's own space.
    pub(super) const KEY: &'static [u8] = b"state";

    pub(super) fn write(&self) -> Vec<u8> {
        let mut bytes = self.format.to_le_bytes().to_vec();
        for number in [self.group, self.rows, self.sum] {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
        sealed(bytes)
    }

    /// Reads a state; of a newer format only that is certain.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let (format, rest) = bytes.split_first_chunk::<4>()?;
        let format = u32::from_le_bytes(*format);
        if format > FORMAT {
            return Some(Self {
                format,
                ..Self::default()
            });
        }
        let (group, rest) = rest.split_first_chunk::<8>()?;
        let (rows, rest) = rest.split_first_chunk::<8>()?;
        let (sum, _) = rest.split_first_chunk::<8>()?;
        let state = Self {
            format,
            group: u64::from_le_bytes(*group),
            rows: u64::from_le_bytes(*rows),
            sum: u64::from_le_bytes(*sum),
        };
        (state.write() == bytes).then_some(state)
    }
}

/// The file that says how far the store had come.
pub(super) struct Mark(File);

impl Mark {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        OpenOptions::new()
            .create(true)
            .read(true)
            .write(true)
            .truncate(false)
            .open(path)
            .map(Self)
    }

    /// The group marked last; 0 where there is none or it cannot be read.
    pub(super) fn read(&self) -> u64 {
        let mut bytes = [0; 12];
        if self.0.read_exact_at(&mut bytes, 0).is_err() {
            return 0;
        }
        let (group, _) = bytes.split_at(8);
        let number = group.try_into().map_or(0, u64::from_le_bytes);
        if sealed(group.to_vec()) == bytes {
            number
        } else {
            0
        }
    }

    pub(super) fn write(&self, group: u64) -> io::Result<()> {
        self.0
            .write_all_at(&sealed(group.to_le_bytes().to_vec()), 0)
    }
}

fn sealed(mut bytes: Vec<u8>) -> Vec<u8> {
    let crc = crc32c::crc32c(&bytes);
    bytes.extend_from_slice(&crc.to_le_bytes());
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_comes_back_and_a_damaged_one_does_not() {
        let state = State {
            format: FORMAT,
            group: 7,
            rows: 3,
            sum: u64::MAX,
        };
        let bytes = state.write();
        assert_eq!(State::read(&bytes), Some(state));
        for at in 4..bytes.len() {
            let mut broken = bytes.clone();
            broken[at] ^= 1;
            assert_eq!(State::read(&broken), None);
        }
        assert_eq!(State::read(&bytes[..10]), None);
    }

    #[test]
    fn the_format_of_a_newer_state_is_readable_whatever_else_it_holds() {
        let newer = [&(FORMAT + 1).to_le_bytes()[..], b"something else"].concat();
        assert_eq!(
            State::read(&newer).map(|state| state.format),
            Some(FORMAT + 1)
        );
    }

    #[test]
    fn a_mark_comes_back_and_a_damaged_one_counts_as_none() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("MARK");
        let mark = Mark::open(&path).unwrap();
        assert_eq!(mark.read(), 0);
        mark.write(42).unwrap();
        assert_eq!(Mark::open(&path).unwrap().read(), 42);
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[3] ^= 8;
        std::fs::write(&path, bytes).unwrap();
        assert_eq!(Mark::open(&path).unwrap().read(), 0);
    }
}
