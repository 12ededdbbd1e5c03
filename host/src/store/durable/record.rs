//! How a value is written: format version, kind, checksum, content.
//!
//! sled keeps up to 17 rows in one page and writes pages above 128 KiB into files that it never syncs. So a row in sled
//! has at most [`INLINE_BYTES`]: a longer value is cut into chunks under keys of their own, and one above [`CHUNKED_BYTES`]
//! is a file named by its hash (see `large`). All of that is one batch, and nobody outside of this room sees it.
//! Values above [`PACKED_BYTES`] are packed with LZ4 where that makes them smaller: traces of runs become a third, which
//! is less to write, to sync and to read than packing costs.
//!
//! ```text
//! head    version 1 · kind 1 · crc32c 4 · content
//! content kind 0: the value · kind 1: its length, 4 · kind 2: its length, 8, and SHA-256, 32
//!         kinds 3 and 4: as 0 and 1, with the packed value in the value's place
//! ```
//! The checksum covers version, kind, table, key and the value as kept (of a large one: length and hash), so that one
//! under a wrong key is as visible as a flipped bit. Numbers are little-endian.

use super::super::Table;

/// The version of the way a single value is written.
const VERSION: u8 = 1;
/// The longest value that is kept in its own row.
pub(super) const INLINE_BYTES: usize = 4 * 1024;
/// The longest value that isn't worth packing.
const PACKED_BYTES: usize = 1024;
/// The longest value that is kept in chunks.
pub(super) const CHUNKED_BYTES: usize = 60 * 1024;

/// First bytes of keys that are not of a [`Table`].
pub(super) mod space {
    /// Facts about the store itself.
    pub(in super::super) const STORE: u8 = 0;
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
    Inline { packed: bool },
    Chunked { bytes: usize, packed: bool },
    Large(LargeRef),
}

/// A value in the form in which its row or its chunks keep it.
pub(super) struct Kept {
    pub(super) bytes: Vec<u8>,
    packed: bool,
}

impl Kept {
    /// Packs the value where that is worth it.
    pub(super) fn new(value: Vec<u8>) -> Self {
        if value.len() > PACKED_BYTES {
            let bytes = lz4_flex::compress_prepend_size(&value);
            if bytes.len() < value.len() {
                return Self {
                    bytes,
                    packed: true,
                };
            }
        }
        Self {
            bytes: value,
            packed: false,
        }
    }
}

impl Kept {
    /// A value that was kept before.
    pub(super) fn again(bytes: Vec<u8>, packed: bool) -> Self {
        Self { bytes, packed }
    }

    pub(super) fn is_packed(&self) -> bool {
        self.packed
    }

    /// The value as it was given; `None` where it isn't one.
    pub(super) fn value(&self) -> Option<Vec<u8>> {
        if self.packed {
            unpacked(&self.bytes)
        } else {
            Some(self.bytes.clone())
        }
    }
}

/// The value that was packed; `None` where it is none.
pub(super) fn unpacked(bytes: &[u8]) -> Option<Vec<u8>> {
    let (length, block) = bytes.split_first_chunk::<4>()?;
    let length = u32::from_le_bytes(*length) as usize;
    // Only what was short enough to be kept so was ever packed: no other length is worth the memory.
    if length > CHUNKED_BYTES {
        return None;
    }
    let value = lz4_flex::decompress(block, length).ok()?;
    (value.len() == length).then_some(value)
}

impl Head {
    /// Reads a head; `None` where it is not one. Checks its form, not the value's checksum.
    pub(super) fn read(row: &[u8]) -> Option<Self> {
        let ([version, kind, crc @ ..], content) = row.split_first_chunk::<6>()?;
        if *version != VERSION {
            return None;
        }
        let body = match kind {
            0 | 3 => Body::Inline { packed: *kind == 3 },
            1 | 4 => Body::Chunked {
                bytes: u32::from_le_bytes(content.try_into().ok()?) as usize,
                packed: *kind == 4,
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
        && matches!(kind, 0 | 3)
        && checksum(*kind, placed, content) == u32::from_le_bytes(*crc))
    .then_some(content)
}

/// Whether `kept` is what a chunked head was written for.
pub(super) fn is_whole(placed: &[u8], crc: u32, packed: bool, kept: &[u8]) -> bool {
    checksum(if packed { 4 } else { 1 }, placed, kept) == crc
}

/// Whether a head of a large value is what was written.
pub(super) fn is_reference(placed: &[u8], crc: u32, large: &LargeRef) -> bool {
    checksum(2, placed, &reference(large)) == crc
}

/// The row of a value that is kept inline or in chunks.
pub(super) fn head_of_value(placed: &[u8], kept: &Kept) -> Vec<u8> {
    let value = &kept.bytes;
    if value.len() <= INLINE_BYTES {
        let kind = if kept.packed { 3 } else { 0 };
        return head(kind, checksum(kind, placed, value), value);
    }
    let kind = if kept.packed { 4 } else { 1 };
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
            let mut row = head_of_value(&placed, &Kept::new(value.clone()));
            prop_assert_eq!(inline(&placed, &row), Some(value.as_slice()));
            let bit = bit.index(row.len() * 8);
            row[bit / 8] ^= 1 << (bit % 8);
            prop_assert_eq!(inline(&placed, &row), None);
        }
    }

    /// Bytes that can't be packed.
    fn noise(at: usize) -> u8 {
        let mixed = (at as u64 + 1).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        ((mixed ^ (mixed >> 31)).wrapping_mul(0x94D0_49BB_1331_11EB) >> 40) as u8
    }

    #[test]
    fn what_repeats_is_packed_and_comes_back() {
        let value = b"{\"call\":\"kv.get\"}".repeat(500);
        let placed = place(Table::Run, b"r");
        let kept = Kept::new(value.clone());
        assert!(kept.bytes.len() < value.len() / 10);
        let row = head_of_value(&placed, &kept);
        let head = Head::read(&row).unwrap();
        assert_eq!(head.body, Body::Inline { packed: true });
        let content = inline(&placed, &row).unwrap();
        assert_eq!(unpacked(content), Some(value));
    }

    #[test]
    fn what_is_no_packed_value_is_refused_without_taking_memory() {
        for broken in [
            &b""[..],
            b"\xff\xff\xff\xffabc",
            b"\x05\0\0\0",
            b"\x01\0\0\0\x20ab",
        ] {
            assert_eq!(unpacked(broken), None);
        }
    }

    #[test]
    fn a_value_under_another_key_or_table_is_noticed() {
        let row = head_of_value(&place(Table::Message, b"ab"), &Kept::new(b"cd".to_vec()));
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
        let long: Vec<u8> = (0..INLINE_BYTES + 1).map(noise).collect();
        let head = Head::read(&head_of_value(&placed, &Kept::new(long))).unwrap();
        assert_eq!(
            (head.chunks(), head.body),
            (
                2,
                Body::Chunked {
                    bytes: INLINE_BYTES + 1,
                    packed: false
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
