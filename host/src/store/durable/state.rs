//! What the store knows about itself: how many groups it has committed and what all its rows add up to.
//!
//! sled takes a damaged spot in its log for the torn end of it and opens without what came after. So the number of the
//! last group is kept twice: in sled, beside its rows, and in the file `MARK`, written after the barrier. A mark
//! ahead of sled means that acknowledged commits are missing. The mark is not synced: after a power cut it may lag
//! behind, which proves nothing and harms nothing.
//!
//! The sum over all rows finds what no single row's checksum can: a row that is missing, or an older one in its place.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

/// The newest data format that this program reads, and the one it writes. 2 has
/// dictionaries, and states that know of a round that has begun; otherwise it is as 1.
pub(super) const FORMAT: u32 = 2;

/// What all rows add up to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Sum {
    /// The number of the last group among them.
    pub(super) group: u64,
    /// The number of rows.
    pub(super) rows: u64,
    /// The sum of their weights.
    pub(super) weight: u64,
}

/// The state, as sled has it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct State {
    /// The data format.
    pub(super) format: u32,
    /// Of the last round that sled took over.
    pub(super) sum: Sum,
    /// Of the round of which it has begun to take rows over.
    pub(super) next: Option<Sum>,
}

impl Sum {
    fn write(&self, bytes: &mut Vec<u8>) {
        for number in [self.group, self.rows, self.weight] {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
    }

    fn read(bytes: &[u8]) -> Option<(Self, &[u8])> {
        let (group, rest) = bytes.split_first_chunk::<8>()?;
        let (rows, rest) = rest.split_first_chunk::<8>()?;
        let (weight, rest) = rest.split_first_chunk::<8>()?;
        let sum = Self {
            group: u64::from_le_bytes(*group),
            rows: u64::from_le_bytes(*rows),
            weight: u64::from_le_bytes(*weight),
        };
        Some((sum, rest))
    }
}

impl State {
    /// The key of the state, in the store's own space.
    pub(super) const KEY: &'static [u8] = b"state";

    pub(super) fn write(&self) -> Vec<u8> {
        let mut bytes = self.format.to_le_bytes().to_vec();
        self.sum.write(&mut bytes);
        if let Some(next) = &self.next {
            next.write(&mut bytes);
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
        let (sum, rest) = Sum::read(rest)?;
        let state = Self {
            format,
            sum,
            next: Sum::read(rest).map(|(next, _)| next),
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
        let sum = Sum {
            group: 7,
            rows: 3,
            weight: u64::MAX,
        };
        for next in [None, Some(Sum { group: 9, ..sum })] {
            let state = State {
                format: FORMAT,
                sum,
                next,
            };
            let bytes = state.write();
            assert_eq!(State::read(&bytes), Some(state));
            for at in 4..bytes.len() {
                let mut broken = bytes.clone();
                broken[at] ^= 1;
                assert_eq!(State::read(&broken), None);
            }
            for length in 0..bytes.len() {
                assert_eq!(State::read(&bytes[..length]), None);
            }
        }
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
