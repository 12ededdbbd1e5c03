//! Word lists, grouped for people, sorted at compile time for the search: nothing is built at start.

// The compiler itself runs the indexing: an index out of bounds is an error of the build.
#![allow(clippy::indexing_slicing)]

use crate::concept::Concept;

/// Words and phrases of one concept, separated by `|`; a line break in the source is written `\`.
pub(super) type Group = (Concept, &'static str);

/// Where a phrase stands in its groups.
#[derive(Clone, Copy)]
pub(super) struct Entry {
    group: u16,
    start: u16,
    end: u16,
}

/// How many phrases the groups have.
pub(super) const fn count(groups: &[Group]) -> usize {
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

/// All phrases in byte order.
pub(super) const fn sorted<const N: usize>(groups: &[Group]) -> [Entry; N] {
    let mut entries = [Entry {
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

const fn before(groups: &[Group], left: &Entry, right: &Entry) -> bool {
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

/// A searchable word list.
#[derive(Clone, Copy)]
pub(super) struct Table {
    /// The lists.
    pub(super) groups: &'static [Group],
    /// Their phrases in order.
    pub(super) entries: &'static [Entry],
}

impl Table {
    /// The phrase and concept of an entry.
    pub(super) fn get(&self, entry: Entry) -> (&'static str, Concept) {
        self.groups
            .get(usize::from(entry.group))
            .and_then(|(concept, words)| {
                Some((
                    words.get(usize::from(entry.start)..usize::from(entry.end))?,
                    *concept,
                ))
            })
            .unwrap_or(("", Concept::Nothing))
    }

    /// The phrases that begin with `prefix`, in order.
    pub(super) fn beginning_with<'a>(
        &'a self,
        prefix: &'a str,
    ) -> impl Iterator<Item = (&'static str, Concept)> + 'a {
        let first = self
            .entries
            .partition_point(|entry| self.get(*entry).0 < prefix);
        self.entries
            .get(first..)
            .unwrap_or_default()
            .iter()
            .map(|entry| self.get(*entry))
            .take_while(move |(phrase, _)| phrase.starts_with(prefix))
    }
}
