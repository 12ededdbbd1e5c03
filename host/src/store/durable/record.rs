//! How a value is written: format version, kind, checksum, content.
//!
//! sled keeps up to 17 rows in one page and writes pages above 128 KiB into files that it never syncs. So a row in sled
//! has at most [`INLINE_BYTES`]: a longer value is cut into chunks under keys of their own, and one above [`CHUNKED_BYTES`]
//! is a file named by its hash (see `large`). All of that is one batch, and nobody outside of this room sees it.
//! Values are packed where that makes them smaller (see `packing`).
//!
//! ```text
//! head    version 1 · kind 1 · crc32c 4 · content
//! content kind 0: the value · kind 1: its length, 4 · kind 2: its length, 8, and SHA-256, 32
//!         kinds 3 and 4: as 0 and 1, with the packed value in the value's place; 5 and 6: packed with a dictionary
//! ```
//! The checksum covers version, kind, table, key and the value as kept (of a large one: length and hash), so that one
//! under a wrong key is as visible as a flipped bit. Numbers are little-endian.

use super::super::Table;
use super::packing::{Kept, Packing};

/// The version of the way a single value is written.
const VERSION: u8 = 1;
/// The longest value that is kept in its own row.
pub(super) const INLINE_BYTES: usize = 4 * 1024;
/// The longest value that is kept in chunks.
pub(super) const CHUNKED_BYTES: usize = 60 * 1024;

/// First bytes of keys that are not of a [`Table`].
pub(super) mod space {
    /// Facts about the store itself.
    pub(in super::super) const STORE: u8 = 0;
    /// Dictionaries, by number (four bytes, big-endian): a row like a table's, which the sum over all rows leaves out.
    pub(in super::super) const DICTIONARY: u8 = 0xEF;
    /// Chunks: table, key, number of the chunk (two bytes, big-endian).
    pub(in super::super) const CHUNK: u8 = 0xF0;
    /// Which rows name a large file: SHA-256, table, key.
    pub(in super::super) const LARGE: u8 = 0xF1;
}

/// A value that is a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LargeRef {
    pub(super) bytes: u64,
    pub(super) sha256: [u8; 32],
}

/// What a head says about its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) body: Body,
    pub(super) crc: u32,
}

/// Where the value is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Body {
    Inline { packing: Packing },
    Chunked { bytes: usize, packing: Packing },
    Large(LargeRef),
}

impl Head {
    /// Reads a head; `None` where it is not one. Checks its form, not the value's checksum.
    pub(super) fn read(row: &[u8]) -> Option<Self> {
        let ([version, kind, crc @ ..], content) = row.split_first_chunk::<6>()?;
        if *version != VERSION {
            return None;
        }
        let body = match kind {
            0 | 3 | 5 => Body::Inline {
                packing: packing(*kind)?,
            },
            1 | 4 | 6 => Body::Chunked {
                bytes: u32::from_le_bytes(content.try_into().ok()?) as usize,
                packing: packing(*kind)?,
            },
            2 => {
                let (bytes, sha256) = content.split_first_chunk::<8>()?;
                Body::Large(LargeRef {
                    bytes: u64::from_le_bytes(*bytes),
                    sha256: sha256.try_into().ok()?,
                })
            }
            _ => return None,
        };
        if matches!(body, Body::Chunked { bytes, .. } if bytes > CHUNKED_BYTES) {
            return None;
        }
        Some(Self {
            body,
            crc: u32::from_le_bytes(*crc),
        })
    }

    /// How many chunk rows belong to it.
    pub(super) fn chunks(&self) -> usize {
        match self.body {
            Body::Chunked { bytes, .. } => bytes.div_ceil(INLINE_BYTES),
            Body::Inline { .. } | Body::Large(_) => 0,
        }
    }

    /// What the row adds to the sum over all rows (see `state`).
    pub(super) fn weight(&self) -> u64 {
        // splitmix64, so that swapping bits between two checksums does not cancel out.
        let mut mixed = u64::from(self.crc).wrapping_add(0x9E37_79B9_7F4A_7C15);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }
}

/// The content of an inline row, checked; `None` where it is not what was written.
pub(super) fn inline<'a>(placed: &[u8], row: &'a [u8]) -> Option<&'a [u8]> {
    let (head, content) = row.split_first_chunk::<6>()?;
    let [version, kind, crc @ ..] = head;
    (*version == VERSION
        && matches!(kind, 0 | 3 | 5)
        && checksum(*kind, placed, content) == u32::from_le_bytes(*crc))
    .then_some(content)
}

/// Whether `kept` is what a chunked head was written for.
pub(super) fn is_whole(placed: &[u8], crc: u32, packing: Packing, kept: &[u8]) -> bool {
    checksum(kind(packing, false), placed, kept) == crc
}

/// Whether a head of a large value is what was written.
pub(super) fn is_reference(placed: &[u8], crc: u32, large: &LargeRef) -> bool {
    checksum(2, placed, &reference(large)) == crc
}

/// The row of a value that is kept inline or in chunks.
pub(super) fn head_of_value(placed: &[u8], kept: &Kept) -> Vec<u8> {
    let value = &kept.bytes;
    if value.len() <= INLINE_BYTES {
        let kind = kind(kept.packing, true);
        return head(kind, checksum(kind, placed, value), value);
    }
    let kind = kind(kept.packing, false);
    let bytes = u32::try_from(value.len()).unwrap_or(u32::MAX);
    head(kind, checksum(kind, placed, value), &bytes.to_le_bytes())
}

/// The row of a value that is a file.
pub(super) fn head_of_large(placed: &[u8], large: &LargeRef) -> Vec<u8> {
    let content = reference(large);
    head(2, checksum(2, placed, &content), &content)
}

/// The key of a row: its table's number and its key.
pub(super) fn place(table: Table, key: &[u8]) -> Vec<u8> {
    prefixed(table.number(), key)
}

/// The key of a dictionary.
pub(super) fn place_dictionary(number: u32) -> Vec<u8> {
    prefixed(space::DICTIONARY, &number.to_be_bytes())
}

/// Whether a row is a table's.
pub(super) fn is_of_table(placed: &[u8]) -> bool {
    placed
        .first()
        .is_some_and(|first| (space::STORE + 1..space::DICTIONARY).contains(first))
}

/// The key of one chunk.
pub(super) fn place_chunk(placed: &[u8], number: usize) -> Vec<u8> {
    let mut chunk = prefixed(space::CHUNK, placed);
    chunk.extend_from_slice(&u16::try_from(number).unwrap_or(u16::MAX).to_be_bytes());
    chunk
}

/// The key that says that a row names a large file.
pub(super) fn place_reference(sha256: &[u8; 32], placed: &[u8]) -> Vec<u8> {
    let mut place = prefixed(space::LARGE, sha256);
    place.extend_from_slice(placed);
    place
}

/// A key in one of the spaces.
pub(super) fn prefixed(space: u8, key: &[u8]) -> Vec<u8> {
    let mut placed = Vec::with_capacity(key.len() + 3);
    placed.push(space);
    placed.extend_from_slice(key);
    placed
}

/// The kind of a value that is kept so, in its row or in chunks.
fn kind(packing: Packing, is_inline: bool) -> u8 {
    match (packing, is_inline) {
        (Packing::Plain, true) => 0,
        (Packing::Plain, false) => 1,
        (Packing::Alone, true) => 3,
        (Packing::Alone, false) => 4,
        (Packing::Dictionary, true) => 5,
        (Packing::Dictionary, false) => 6,
    }
}

/// How a value of that kind is kept.
fn packing(kind: u8) -> Option<Packing> {
    match kind {
        0 | 1 => Some(Packing::Plain),
        3 | 4 => Some(Packing::Alone),
        5 | 6 => Some(Packing::Dictionary),
        _ => None,
    }
}

fn head(kind: u8, crc: u32, content: &[u8]) -> Vec<u8> {
    let mut head = Vec::with_capacity(6 + content.len());
    head.extend_from_slice(&[VERSION, kind]);
    head.extend_from_slice(&crc.to_le_bytes());
    head.extend_from_slice(content);
    head
}

fn reference(large: &LargeRef) -> Vec<u8> {
    let mut content = large.bytes.to_le_bytes().to_vec();
    content.extend_from_slice(&large.sha256);
    content
}

fn checksum(kind: u8, placed: &[u8], value: &[u8]) -> u32 {
    // With the key's length, so that a byte cannot move between key and value.
    let length = u16::try_from(placed.len())
        .unwrap_or(u16::MAX)
        .to_le_bytes();
    let crc = crc32c::crc32c(&[VERSION, kind, length[0], length[1]]);
    crc32c::crc32c_append(crc32c::crc32c_append(crc, placed), value)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_flipped_bit_is_noticed(key in prop::collection::vec(any::<u8>(), 0..20),
                                      value in prop::collection::vec(any::<u8>(), 0..200), bit in any::<prop::sample::Index>()) {
            let placed = place(Table::Message, &key);
            let mut row = head_of_value(&placed, &Kept::plain(value.clone()));
            prop_assert_eq!(inline(&placed, &row), Some(value.as_slice()));
            let bit = bit.index(row.len() * 8);
            row[bit / 8] ^= 1 << (bit % 8);
            prop_assert_eq!(inline(&placed, &row), None);
        }
    }

    #[test]
    fn a_row_says_how_its_value_is_packed() {
        let placed = place(Table::Run, b"r");
        for packing in [Packing::Plain, Packing::Alone, Packing::Dictionary] {
            for bytes in [10, INLINE_BYTES + 1] {
                let bytes = vec![7; bytes];
                let row = head_of_value(
                    &placed,
                    &Kept {
                        bytes: bytes.clone(),
                        packing,
                    },
                );
                let head = Head::read(&row).unwrap();
                match head.body {
                    Body::Inline { packing: read } => {
                        assert_eq!((read, inline(&placed, &row)), (packing, Some(&bytes[..])));
                    }
                    Body::Chunked { packing: read, .. } => {
                        assert_eq!((read, inline(&placed, &row)), (packing, None));
                        for other in [Packing::Plain, Packing::Alone, Packing::Dictionary] {
                            assert_eq!(
                                is_whole(&placed, head.crc, other, &bytes),
                                other == packing
                            );
                        }
                    }
                    Body::Large(_) => panic!("it isn't large"),
                }
            }
        }
    }

    #[test]
    fn a_value_under_another_key_or_table_is_noticed() {
        let row = head_of_value(&place(Table::Message, b"ab"), &Kept::plain(b"cd".to_vec()));
        assert_eq!(inline(&place(Table::Message, b"ac"), &row), None);
        assert_eq!(inline(&place(Table::Run, b"ab"), &row), None);
        assert_eq!(
            inline(&place(Table::Message, b"abc"), &row[..row.len() - 1]),
            None
        );
    }

    #[test]
    fn heads_say_where_the_value_is() {
        let placed = place(Table::Plugin, b"p");
        let long = vec![7; INLINE_BYTES + 1];
        let head = Head::read(&head_of_value(&placed, &Kept::plain(long))).unwrap();
        assert_eq!(
            (head.chunks(), head.body),
            (
                2,
                Body::Chunked {
                    bytes: INLINE_BYTES + 1,
                    packing: Packing::Plain
                }
            )
        );
        let large = LargeRef {
            bytes: 5,
            sha256: [9; 32],
        };
        let head = Head::read(&head_of_large(&placed, &large)).unwrap();
        assert!(is_reference(&placed, head.crc, &large));
        assert_eq!(head.body, Body::Large(large));
        for broken in [
            &b""[..],
            b"\x01\x00",
            b"\x02\x00\0\0\0\0",
            b"\x01\x07\0\0\0\0",
            b"\x01\x01\0\0\0\0\0",
        ] {
            assert_eq!(Head::read(broken), None);
        }
    }
}
