//! Phrase lists, grouped for people, sorted at compile time for the search: nothing is built at start.
//!
//! ```
//! use switchboard_sdk::phrases::{Entry, Group, Phrases, count, sorted};
//!
//! const GROUPS: &[Group<u8>] = &[(1, "one|uno"), (2, "two|dos")];
//! static ENTRIES: [Entry; count(GROUPS)] = sorted(GROUPS);
//! static NUMBERS: Phrases<u8> = Phrases::new(GROUPS, &ENTRIES);
//!
//! assert_eq!(NUMBERS.beginning_with("d").next(), Some(("dos", 2)));
//! ```

// The compiler itself runs the indexing: an index out of bounds is an error of the build.
#![allow(clippy::indexing_slicing)]

use crate::words::{Beginnings, begins};

/// What the words and phrases of a list stand for, and the list, separated by `|`; a line break in the source is
/// written `\`.
pub type Group<T> = (T, &'static str);

/// Where a phrase stands in its groups.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// The phrase's first bytes, so that most of a search compares numbers.
    key: u64,
    group: u16,
    start: u16,
    end: u16,
}

/// How many phrases the groups have.
#[must_use]
pub const fn count<T>(groups: &[Group<T>]) -> usize {
    let mut total = 0;
    let mut group = 0;
    while group < groups.len() {
        total += 1;
        let bytes = groups[group].1.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            if bytes[at] == b'|' {
                total += 1;
            }
            at += 1;
        }
        group += 1;
    }
    total
}

/// All phrases in byte order; `N` is [`count`] of the same groups.
#[must_use]
pub const fn sorted<T, const N: usize>(groups: &[Group<T>]) -> [Entry; N] {
    let mut entries = [Entry {
        key: 0,
        group: 0,
        start: 0,
        end: 0,
    }; N];
    let mut next = 0;
    let mut group = 0;
    while group < groups.len() {
        let bytes = groups[group].1.as_bytes();
        let mut start = 0;
        let mut at = 0;
        while at <= bytes.len() {
            if at == bytes.len() || bytes[at] == b'|' {
                entries[next] = Entry {
                    key: key(bytes, start, at),
                    group: group as u16,
                    start: start as u16,
                    end: at as u16,
                };
                next += 1;
                start = at + 1;
            }
            at += 1;
        }
        group += 1;
    }
    // Shell sort: short, and quick enough for the compiler.
    let mut gap = N / 2;
    while gap > 0 {
        let mut outer = gap;
        while outer < N {
            let entry = entries[outer];
            let mut inner = outer;
            while inner >= gap && before(groups, &entry, &entries[inner - gap]) {
                entries[inner] = entries[inner - gap];
                inner -= gap;
            }
            entries[inner] = entry;
            outer += 1;
        }
        gap /= 2;
    }
    entries
}

/// How many bytes of a phrase its key has.
const KEY: usize = 8;

/// The first bytes of `bytes[start..end]` as a number in the order of the bytes, zeros behind the end.
const fn key(bytes: &[u8], start: usize, end: usize) -> u64 {
    let mut key = [0; KEY];
    let mut at = 0;
    while at < KEY && start + at < end {
        key[at] = bytes[start + at];
        at += 1;
    }
    u64::from_be_bytes(key)
}

const fn before<T>(groups: &[Group<T>], left: &Entry, right: &Entry) -> bool {
    if left.key != right.key {
        return left.key < right.key;
    }
    let (a, b) = (
        groups[left.group as usize].1.as_bytes(),
        groups[right.group as usize].1.as_bytes(),
    );
    let (mut i, mut j) = (left.start as usize, right.start as usize);
    while i < left.end as usize && j < right.end as usize {
        if a[i] != b[j] {
            return a[i] < b[j];
        }
        i += 1;
        j += 1;
    }
    i == left.end as usize && j < right.end as usize
}

/// A searchable list of phrases.
#[derive(Debug, Clone, Copy)]
pub struct Phrases<T: 'static> {
    groups: &'static [Group<T>],
    entries: &'static [Entry],
    begins: Beginnings,
}

impl<T: Copy> Phrases<T> {
    /// The phrases of `groups`, with `entries` as [`sorted`] made them of the same groups.
    #[must_use]
    pub const fn new(groups: &'static [Group<T>], entries: &'static [Entry]) -> Self {
        let mut begins = Beginnings::no_phrases();
        let mut at = 0;
        while at < entries.len() {
            let Entry {
                group, start, end, ..
            } = entries[at];
            let bytes = groups[group as usize].1.as_bytes();
            begins = begins.measuring(bytes, start as usize, end as usize);
            at += 1;
        }
        at = 0;
        while at < entries.len() {
            let Entry {
                group, start, end, ..
            } = entries[at];
            let bytes = groups[group as usize].1.as_bytes();
            begins = begins.and(bytes, start as usize, end as usize);
            at += 1;
        }
        Self {
            groups,
            entries,
            begins,
        }
    }

    /// All phrases, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, T)> {
        self.entries.iter().filter_map(|entry| self.get(*entry))
    }

    /// The phrases that begin with `prefix`, in order.
    pub fn beginning_with<'a>(
        &'a self,
        prefix: &'a str,
    ) -> impl Iterator<Item = (&'static str, T)> + 'a {
        let wanted = prefix.as_bytes();
        let key = key(wanted, 0, wanted.len());
        let of_prefix =
            !u64::MAX.unbounded_shr(u8::BITS.saturating_mul(wanted.len().min(KEY) as u32));
        let first = self.entries.partition_point(|entry| {
            entry.key < key || wanted.len() > KEY && entry.key == key && self.bytes(entry) < wanted
        });
        self.entries
            .get(first..)
            .unwrap_or_default()
            .iter()
            .take_while(move |entry| {
                (entry.key ^ key) & of_prefix == 0
                    && (wanted.len() <= KEY || self.bytes(entry).starts_with(wanted))
            })
            .filter_map(|entry| self.get(*entry))
    }

    /// The phrases that `text` begins with, shorter ones first.
    pub fn at<'a>(&'a self, text: &'a str) -> impl Iterator<Item = (&'static str, T)> + 'a {
        let shared = self.begins.shared(text.as_bytes());
        // Where that is in the middle of a character, the one before it will do.
        let first = text
            .get(..shared)
            .or_else(|| text.get(..text.chars().next()?.len_utf8()))
            .unwrap_or_default();
        let phrases = (!first.is_empty()).then(|| self.beginning_with(first));
        phrases
            .into_iter()
            .flatten()
            .filter(move |(phrase, _)| begins(text.as_bytes(), phrase))
    }

    /// The phrase's bytes, without a look at whether they are whole characters.
    #[inline]
    fn bytes(&self, entry: &Entry) -> &'static [u8] {
        self.groups
            .get(usize::from(entry.group))
            .and_then(|(_, phrases)| {
                let place = usize::from(entry.start)..usize::from(entry.end);
                phrases.as_bytes().get(place)
            })
            .unwrap_or_default()
    }

    fn get(&self, entry: Entry) -> Option<(&'static str, T)> {
        let (means, phrases) = self.groups.get(usize::from(entry.group))?;
        let phrase = phrases.get(usize::from(entry.start)..usize::from(entry.end))?;
        Some((phrase, *means))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GROUPS: &[Group<char>] = &[('n', "不知道|不知|no idea"), ('y', "知道|no")];
    static ENTRIES: [Entry; count(GROUPS)] = sorted(GROUPS);
    static LIST: Phrases<char> = Phrases::new(GROUPS, &ENTRIES);

    #[test]
    fn phrases_are_sorted_and_each_found_where_it_begins() {
        let all: Vec<_> = LIST.iter().map(|(phrase, _)| phrase).collect();
        assert_eq!(all, ["no", "no idea", "不知", "不知道", "知道"]);
        let found: Vec<_> = LIST.at("不知道啊").collect();
        assert_eq!(found, [("不知", 'n'), ("不知道", 'n')]);
        assert_eq!(LIST.at("").count(), 0);
        assert_eq!(LIST.at("好").count(), 0);
    }
}
