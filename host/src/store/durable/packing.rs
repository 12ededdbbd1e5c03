//! Packing: values become smaller by LZ4, and by what the values of their table have in common.
//!
//! Most of what a run's trace holds stands in every other one: names of fields, digests of plugins and of their settings,
//! texts of articles. What values of a table have in common is a dictionary. It is a row of its own, durable before any
//! value refers to it, and it is kept for ever. Packed with one, the trace of a run takes half the space that it takes
//! packed alone, mostly fits into one row, and is written and synced in less time than packing takes.
//!
//! A dictionary stays when the values that it was made of are deleted. So it is made of nothing but what whoever opens
//! the store says may last (`SledOptions::lasting`), and of that only passages that at least [`SHARERS`] of [`SAMPLES`]
//! values have.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use super::record::CHUNKED_BYTES;

/// The longest value that isn't worth packing.
const LEAST_BYTES: usize = 256;
/// The longest value that isn't worth packing without a dictionary.
const ALONE_BYTES: usize = 1024;

/// How many values are compared to find what they have in common, and how many must have a passage.
const SAMPLES: u32 = 16;
const SHARERS: u32 = 4;
/// What is looked at of each.
const SAMPLE_BYTES: usize = 16 * 1024;
/// The shortest passage.
const PASSAGE_BYTES: usize = 12;
/// The longest dictionary: packing goes through all of it.
const DICTIONARY_BYTES: usize = 8 * 1024;
/// A store learns no more dictionaries than this.
const MOST_DICTIONARIES: usize = 256;
/// A dictionary is worth its row where it leaves less than this of what is left without it.
const WORTH: f64 = 0.9;
/// Values that take so much more than when the dictionary was new have changed: another one is looked for.
const STALE: f64 = 1.25;

/// How a value is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    /// As it is.
    Plain,
    /// Its length, 4, and an LZ4 block.
    Alone,
    /// The number of a dictionary, 4, the value's length, 4, and an LZ4 block after that dictionary.
    Dictionary,
}

/// A value in the form in which its row or its chunks keep it.
pub(super) struct Kept {
    pub(super) bytes: Vec<u8>,
    pub(super) packing: Packing,
}

impl Kept {
    /// A value as it is.
    pub(super) fn plain(bytes: Vec<u8>) -> Self {
        Self {
            bytes,
            packing: Packing::Plain,
        }
    }
}

/// A dictionary that isn't durable yet.
pub(super) struct Found {
    pub(super) number: u32,
    pub(super) table: u8,
    pub(super) bytes: Vec<u8>,
}

impl Found {
    /// The value of its row: the table, 1, and the dictionary.
    pub(super) fn value(&self) -> Vec<u8> {
        [&[self.table], self.bytes.as_slice()].concat()
    }
}

/// The dictionaries of a store, and what is learned for the next ones.
pub(super) struct Dictionaries {
    known: RwLock<HashMap<u32, Arc<[u8]>>>,
    tables: Mutex<BTreeMap<u8, Learning>>,
    found: Mutex<VecDeque<Found>>,
    next: AtomicU32,
    /// After so many values of a table it is looked at what they have in common.
    window: u32,
    lasting: fn(&[u8]) -> Vec<u8>,
}

/// What is known of the values of a table.
#[derive(Default)]
struct Learning {
    current: Option<(u32, Arc<[u8]>)>,
    /// What share of the values' bytes was left when the dictionary was new, or when none was worth it.
    share: Option<f64>,
    /// A dictionary is looked for, or on its way.
    busy: bool,
    window: Window,
}

/// The newest values of a table.
#[derive(Default)]
struct Window {
    values: u32,
    bytes: u64,
    kept: u64,
    samples: Vec<Vec<u8>>,
}

impl Window {
    /// What share of the values' bytes is left.
    fn share(&self) -> f64 {
        self.kept as f64 / self.bytes.max(1) as f64
    }
}

impl Learning {
    /// Whether the values of a window ask for a dictionary that they don't have.
    fn asks(&mut self, window: &Window) -> bool {
        match (self.share, &self.current) {
            (Some(then), _) => window.share() > then * STALE,
            (None, None) => true,
            (None, Some(_)) => {
                self.share = Some(window.share());
                false
            }
        }
    }
}

impl Dictionaries {
    /// None yet; after `window` values of a table it is looked at what they have in common, 0: never. What `lasting` gives
    /// of a value may outlive it.
    pub(super) fn new(window: u32, lasting: fn(&[u8]) -> Vec<u8>) -> Self {
        Self {
            known: RwLock::default(),
            tables: Mutex::default(),
            found: Mutex::default(),
            next: AtomicU32::new(1),
            window,
            lasting,
        }
    }

    /// Packs a value of a table where that is worth it.
    pub(super) fn keep(&self, table: u8, value: Vec<u8>) -> Kept {
        if value.len() <= LEAST_BYTES {
            return Kept::plain(value);
        }
        let current = self
            .tables()
            .get(&table)
            .and_then(|known| known.current.clone());
        let packed = packed(&value, current.as_ref());
        let kept = packed.as_ref().map_or(value.len(), |kept| kept.bytes.len());
        self.note(table, &value, kept);
        packed.unwrap_or_else(|| Kept::plain(value))
    }

    /// The value that was kept so; `None` where it is none.
    pub(super) fn value(&self, packing: Packing, kept: &[u8]) -> Option<Vec<u8>> {
        let (dictionary, packed) = match packing {
            Packing::Plain => return Some(kept.to_vec()),
            Packing::Alone => (None, kept),
            Packing::Dictionary => {
                let (number, packed) = kept.split_first_chunk::<4>()?;
                let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
                (
                    Some(Arc::clone(known.get(&u32::from_le_bytes(*number))?)),
                    packed,
                )
            }
        };
        let (length, block) = packed.split_first_chunk::<4>()?;
        let length = u32::from_le_bytes(*length) as usize;
        // Only what was short enough to be kept so was ever packed: no other length is worth the memory.
        if length > CHUNKED_BYTES {
            return None;
        }
        let value = match dictionary {
            None => lz4_flex::decompress(block, length),
            Some(dictionary) => lz4_flex::block::decompress_with_dict(block, length, &dictionary),
        };
        value.ok().filter(|value| value.len() == length)
    }

    /// A dictionary that is durable: from its row's key and value. `None` where it is none.
    pub(super) fn add(&self, number: u32, value: &[u8]) -> Option<()> {
        let (table, bytes) = value.split_first()?;
        let bytes: Arc<[u8]> = bytes.into();
        self.known
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(number, Arc::clone(&bytes));
        self.is_taken(number);
        let mut tables = self.tables();
        let learning = tables.entry(*table).or_default();
        if learning
            .current
            .as_ref()
            .is_none_or(|(newest, _)| *newest < number)
        {
            learning.current = Some((number, bytes));
            learning.share = None;
        }
        learning.busy = false;
        Some(())
    }

    /// The number of a dictionary, readable or not: it is never given again.
    pub(super) fn is_taken(&self, number: u32) {
        self.next
            .fetch_max(number.saturating_add(1), Ordering::Relaxed);
    }

    /// A dictionary that didn't become durable.
    pub(super) fn give_up(&self, found: &Found) {
        if let Some(learning) = self.tables().get_mut(&found.table) {
            learning.busy = false;
        }
    }

    /// A dictionary to be made durable.
    pub(super) fn take_found(&self) -> Option<Found> {
        self.found().pop_front()
    }

    fn note(&self, table: u8, value: &[u8], kept: usize) {
        if self.window == 0 {
            return;
        }
        let window = {
            let mut tables = self.tables();
            let learning = tables.entry(table).or_default();
            let window = &mut learning.window;
            window.values += 1;
            window.bytes += value.len() as u64;
            window.kept += kept as u64;
            if window.values.is_multiple_of((self.window / SAMPLES).max(1)) {
                let sample = value.get(..SAMPLE_BYTES).unwrap_or(value);
                window.samples.push(sample.to_vec());
            }
            if window.values < self.window {
                return;
            }
            let window = std::mem::take(window);
            if learning.busy || !learning.asks(&window) {
                return;
            }
            learning.busy = true;
            window
        };
        self.learn(table, &window);
    }

    /// Looks for a dictionary.
    fn learn(&self, table: u8, window: &Window) {
        let lasting = |value: &Vec<u8>| (self.lasting)(value);
        let bytes = common(&window.samples.iter().map(lasting).collect::<Vec<_>>());
        let room = {
            let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
            known.len() < MOST_DICTIONARIES
        };
        let mut tables = self.tables();
        let learning = tables.entry(table).or_default();
        let candidate = (0, Arc::<[u8]>::from(bytes));
        let left = |dictionary| -> usize {
            let samples = window.samples.iter();
            samples
                .map(|value| packed(value, dictionary).map_or(value.len(), |kept| kept.bytes.len()))
                .sum()
        };
        let is_worth =
            (left(Some(&candidate)) as f64) < left(learning.current.as_ref()) as f64 * WORTH;
        if candidate.1.is_empty() || !is_worth || !room {
            learning.share = Some(window.share());
            learning.busy = false;
            return;
        }
        drop(tables);
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        self.found().push_back(Found {
            number,
            table,
            bytes: candidate.1.to_vec(),
        });
    }

    fn tables(&self) -> MutexGuard<'_, BTreeMap<u8, Learning>> {
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn found(&self) -> MutexGuard<'_, VecDeque<Found>> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A value packed, where that makes it smaller and it isn't too short.
fn packed(value: &[u8], dictionary: Option<&(u32, Arc<[u8]>)>) -> Option<Kept> {
    let kept = match dictionary {
        None if value.len() <= ALONE_BYTES => return None,
        None => Kept {
            bytes: lz4_flex::compress_prepend_size(value),
            packing: Packing::Alone,
        },
        Some((number, dictionary)) => {
            let mut bytes = number.to_le_bytes().to_vec();
            bytes.extend_from_slice(&u32::try_from(value.len()).ok()?.to_le_bytes());
            let head = bytes.len();
            bytes.resize(
                head + lz4_flex::block::get_maximum_output_size(value.len()),
                0,
            );
            let block = bytes.get_mut(head..)?;
            let length = lz4_flex::block::compress_into_with_dict(value, block, dictionary).ok()?;
            bytes.truncate(head + length);
            bytes.shrink_to_fit();
            Kept {
                bytes,
                packing: Packing::Dictionary,
            }
        }
    };
    (kept.bytes.len() < value.len()).then_some(kept)
}

/// What at least [`SHARERS`] of the samples have in common: first what most of them have.
fn common(samples: &[Vec<u8>]) -> Vec<u8> {
    // How many samples have a passage, and the last one that was counted.
    let mut holders: HashMap<&[u8], (u32, usize)> = HashMap::new();
    for (number, sample) in samples.iter().enumerate() {
        for passage in sample.windows(PASSAGE_BYTES) {
            let (count, last) = holders.entry(passage).or_insert((0, usize::MAX));
            if *last != number {
                (*count, *last) = (*count + 1, number);
            }
        }
    }
    let mut common = Vec::new();
    for least in [SAMPLES * 3 / 4, SAMPLES / 2, SHARERS] {
        for sample in samples {
            // Passages that overlap are one.
            let mut until = 0;
            for (from, passage) in sample.windows(PASSAGE_BYTES).enumerate() {
                let Some((count, _)) = holders.get_mut(passage) else {
                    continue;
                };
                if *count < least {
                    continue;
                }
                *count = 0;
                let end = from + PASSAGE_BYTES;
                common.extend_from_slice(sample.get(from.max(until)..end).unwrap_or_default());
                until = end;
            }
            if common.len() >= DICTIONARY_BYTES {
                common.truncate(DICTIONARY_BYTES);
                return common;
            }
        }
    }
    common
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TABLE: u8 = 6;

    fn digest(nth: u32) -> String {
        let mixed = u128::from(nth).wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835);
        format!("{mixed:032x}")
    }

    /// What one value alone says.
    fn own(number: u32) -> String {
        digest(number + 10_000).chars().rev().collect()
    }

    /// Values as runs are: much that is the same, and words that one alone has.
    fn value(number: u32) -> Vec<u8> {
        let calls: Vec<String> = (0..6)
            .map(|step| {
                format!(
                    r#"{{"step":"step-{step}","sha256":"{}","memory":393664}}"#,
                    digest(step)
                )
            })
            .collect();
        format!(
            r#"{{"id":"{}","text":"{} 你好 {number}","invocations":[{}]}}"#,
            digest(number + 100),
            own(number),
            calls.join(",")
        )
        .into_bytes()
    }

    fn learned(window: u32) -> Dictionaries {
        let dictionaries = Dictionaries::new(window, <[u8]>::to_vec);
        for number in 0..window {
            dictionaries.keep(TABLE, value(number));
        }
        dictionaries
    }

    /// Makes durable what was found.
    fn adopt(dictionaries: &Dictionaries) -> Found {
        let found = dictionaries.take_found().unwrap();
        dictionaries.add(found.number, &found.value()).unwrap();
        found
    }

    #[test]
    fn what_values_have_in_common_is_kept_once() {
        let dictionaries = learned(64);
        let before = dictionaries.keep(TABLE, value(1_000));
        let found = adopt(&dictionaries);
        assert_eq!((found.number, found.table), (1, TABLE));
        assert!(dictionaries.take_found().is_none());
        let after = dictionaries.keep(TABLE, value(1_000));
        assert_eq!(after.packing, Packing::Dictionary);
        assert!(
            after.bytes.len() * 3 < before.bytes.len(),
            "{} {}",
            after.bytes.len(),
            before.bytes.len()
        );
        for kept in [before, after] {
            assert_eq!(
                dictionaries.value(kept.packing, &kept.bytes),
                Some(value(1_000))
            );
        }
    }

    #[test]
    fn nobodys_own_words_are_in_a_dictionary() {
        let found = adopt(&learned(64));
        let dictionary = String::from_utf8_lossy(&found.bytes);
        assert!(dictionary.contains(r#","memory":393664}"#), "{dictionary}");
        for number in 0..64 {
            assert!(!dictionary.contains(&own(number)), "{dictionary}");
        }
    }

    #[test]
    fn what_may_not_last_is_in_no_dictionary() {
        let dictionaries = Dictionaries::new(64, |_| Vec::new());
        for number in 0..64 {
            dictionaries.keep(TABLE, value(number));
        }
        assert!(dictionaries.take_found().is_none(), "nothing may last");
        let dictionaries = Dictionaries::new(64, |value| {
            let text = String::from_utf8_lossy(value);
            text.replace("memory", "x").into_bytes()
        });
        for number in 0..64 {
            dictionaries.keep(TABLE, value(number));
        }
        let found = adopt(&dictionaries);
        assert!(!String::from_utf8_lossy(&found.bytes).contains("memory"));
    }

    #[test]
    fn another_store_that_knows_the_dictionary_reads_its_values() {
        let dictionaries = learned(64);
        let found = adopt(&dictionaries);
        let kept = dictionaries.keep(TABLE, value(7));
        let other = Dictionaries::new(64, <[u8]>::to_vec);
        assert_eq!(other.value(kept.packing, &kept.bytes), None);
        other.add(found.number, &found.value()).unwrap();
        assert_eq!(other.value(kept.packing, &kept.bytes), Some(value(7)));
        // And goes on with it.
        assert_eq!(other.keep(TABLE, value(8)).packing, Packing::Dictionary);
        assert_eq!(other.keep(TABLE + 1, value(8)).packing, Packing::Plain);
    }

    #[test]
    fn values_that_have_changed_get_another_dictionary_and_the_old_ones_stay_readable() {
        let changed = |number: u32| {
            String::from_utf8(value(number))
                .unwrap()
                .replace(['a', 'b', '7', '1', '5'], "x")
                .replace("memory", "and now something else")
                .into_bytes()
        };
        let dictionaries = learned(64);
        adopt(&dictionaries);
        let old = dictionaries.keep(TABLE, value(3));
        for number in 0..256 {
            dictionaries.keep(TABLE, value(number));
        }
        assert!(dictionaries.take_found().is_none(), "nothing has changed");
        for number in 0..192 {
            dictionaries.keep(TABLE, changed(number));
        }
        let found = adopt(&dictionaries);
        assert_eq!(found.number, 2);
        let new = dictionaries.keep(TABLE, changed(9));
        assert_eq!(
            dictionaries.value(new.packing, &new.bytes),
            Some(changed(9))
        );
        assert_eq!(dictionaries.value(old.packing, &old.bytes), Some(value(3)));
    }

    #[test]
    fn values_without_anything_in_common_get_none_and_are_not_looked_at_again() {
        let noise = |number: u32| -> Vec<u8> {
            let mut state = u64::from(number) + 1;
            let mut next = || {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                (state >> 56) as u8
            };
            (0..600).map(|_| next()).collect()
        };
        let dictionaries = Dictionaries::new(64, <[u8]>::to_vec);
        for number in 0..640 {
            assert_eq!(
                dictionaries.keep(TABLE, noise(number)).packing,
                Packing::Plain
            );
        }
        assert!(dictionaries.take_found().is_none());
        assert!(!dictionaries.tables()[&TABLE].busy);
        assert!(dictionaries.tables()[&TABLE].share.is_some());
    }

    #[test]
    fn a_dictionary_that_could_not_be_written_is_looked_for_again() {
        let dictionaries = learned(64);
        let found = dictionaries.take_found().unwrap();
        dictionaries.give_up(&found);
        for number in 0..64 {
            dictionaries.keep(TABLE, value(number));
        }
        assert_eq!(adopt(&dictionaries).number, 2);
    }

    #[test]
    fn what_is_no_packed_value_is_refused_without_taking_memory() {
        let dictionaries = learned(64);
        adopt(&dictionaries);
        for broken in [
            &b""[..],
            b"\xff\xff\xff\xffabc",
            b"\x05\0\0\0",
            b"\x01\0\0\0\x20ab",
        ] {
            assert_eq!(dictionaries.value(Packing::Alone, broken), None);
            assert_eq!(dictionaries.value(Packing::Dictionary, broken), None);
            let known = [&1_u32.to_le_bytes(), broken].concat();
            assert_eq!(dictionaries.value(Packing::Dictionary, &known), None);
        }
        assert_eq!(dictionaries.add(9, b""), None);
    }

    proptest! {
        #[test]
        fn every_value_comes_back(parts in prop::collection::vec((0_u32..80, any::<u8>()), 0..40)) {
            let dictionaries = learned(64);
            adopt(&dictionaries);
            let mut whole = Vec::new();
            for (number, byte) in parts {
                whole.extend_from_slice(value(number).get(usize::from(byte)..).unwrap_or_default());
                whole.push(byte);
            }
            whole.truncate(CHUNKED_BYTES);
            let kept = dictionaries.keep(TABLE, whole.clone());
            prop_assert_eq!(dictionaries.value(kept.packing, &kept.bytes), Some(whole));
        }
    }
}
