//! What is durable in the journal and not in sled yet. It lies over sled's rows: readers look here first.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::writer::{Change, Content};

/// The newest change of each row that sled hasn't taken over.
#[derive(Default)]
pub(super) struct Pending {
    rows: BTreeMap<Vec<u8>, Row>,
    /// The newest group in it, or that was.
    group: u64,
    bytes: usize,
    /// Large files that lost a row before sled knew of it.
    released: Vec<[u8; 32]>,
}

struct Row {
    content: Arc<Content>,
    group: u64,
}

/// What sled is to take over.
pub(super) struct Share {
    /// Everything up to this group.
    pub(super) group: u64,
    pub(super) changes: Vec<Change>,
}

impl Pending {
    /// A group is durable.
    pub(super) fn add(&mut self, group: u64, changes: Vec<Change>) {
        self.group = group;
        for Change { placed, content } in changes {
            let (bytes, key) = (content.bytes(), placed.len());
            match self.rows.insert(placed, Row { content, group }) {
                Some(old) => {
                    self.bytes -= old.content.bytes();
                    if let Content::Large(large) = old.content.as_ref() {
                        self.released.push(large.sha256);
                    }
                }
                None => self.bytes += key,
            }
            self.bytes += bytes;
        }
    }

    /// About how many bytes it holds.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// The newest group.
    pub(super) fn group(&self) -> u64 {
        self.group
    }

    /// The row, if it is here.
    pub(super) fn get(&self, placed: &[u8]) -> Option<&Content> {
        self.rows.get(placed).map(|row| row.content.as_ref())
    }

    /// The rows from one key (included) to another (not).
    pub(super) fn range(
        &self,
        from: &[u8],
        to: &[u8],
    ) -> impl DoubleEndedIterator<Item = (&[u8], &Content)> {
        // An empty range the wrong way round would be a panic.
        let range = (from < to).then(|| {
            self.rows.range::<[u8], _>((
                std::ops::Bound::Included(from),
                std::ops::Bound::Excluded(to),
            ))
        });
        range
            .into_iter()
            .flatten()
            .map(|(key, row)| (key.as_slice(), row.content.as_ref()))
    }

    /// Whether a row names the large file.
    pub(super) fn names(&self, sha256: &[u8; 32]) -> bool {
        self.rows.values().any(
            |row| matches!(row.content.as_ref(), Content::Large(large) if large.sha256 == *sha256),
        )
    }

    /// Everything, to be taken over.
    pub(super) fn share(&self) -> Share {
        let changes = self.rows.iter().map(|(placed, row)| Change {
            placed: placed.clone(),
            content: Arc::clone(&row.content),
        });
        Share {
            group: self.group,
            changes: changes.collect(),
        }
    }

    /// sled has some changes up to that group: what wasn't changed since needs no place here. Gives it, to be dropped.
    pub(super) fn settle(&mut self, group: u64, changes: &[Change]) -> Vec<Arc<Content>> {
        let mut settled = Vec::with_capacity(changes.len());
        for Change { placed, .. } in changes {
            if self.rows.get(placed).is_none_or(|row| row.group > group) {
                continue;
            }
            if let Some(row) = self.rows.remove(placed) {
                self.bytes -= placed.len() + row.content.bytes();
                settled.push(row.content);
            }
        }
        settled
    }

    /// The large files that lost a row before sled knew of it, once.
    pub(super) fn released(&mut self) -> Vec<[u8; 32]> {
        std::mem::take(&mut self.released)
    }
}

#[cfg(test)]
mod tests {
    use super::super::packing::Kept;
    use super::super::record::LargeRef;
    use super::*;

    fn change(key: u8, content: Content) -> Change {
        Change {
            placed: vec![5, key],
            content: Arc::new(content),
        }
    }

    fn value(bytes: usize) -> Content {
        Content::Value(Kept::plain(vec![1; bytes]))
    }

    #[test]
    fn what_changed_after_the_share_stays_and_the_bytes_add_up() {
        let mut pending = Pending::default();
        pending.add(1, vec![change(1, value(10)), change(2, value(20))]);
        pending.add(2, vec![change(1, Content::Nothing)]);
        assert_eq!((pending.bytes(), pending.group()), (24, 2));
        let share = pending.share();
        assert_eq!((share.group, share.changes.len()), (2, 2));
        pending.add(3, vec![change(2, value(5)), change(3, value(1))]);
        pending.settle(share.group, &share.changes);
        assert!(pending.get(&[5, 1]).is_none() && pending.get(&[5, 3]).is_some());
        assert_eq!(pending.bytes(), 2 + 5 + 2 + 1);
        let rest = pending.share();
        pending.settle(rest.group, &rest.changes);
        assert_eq!(pending.bytes(), 0);
        assert_eq!(pending.range(&[5], &[4]).count(), 0);
    }

    #[test]
    fn a_large_file_that_sled_never_knew_of_is_released() {
        let mut pending = Pending::default();
        let large = LargeRef {
            bytes: 1,
            sha256: [9; 32],
        };
        pending.add(1, vec![change(1, Content::Large(large))]);
        assert!(pending.names(&[9; 32]) && !pending.names(&[8; 32]));
        pending.add(2, vec![change(1, Content::Nothing)]);
        assert_eq!(pending.released(), [[9; 32]]);
        assert!(pending.released().is_empty());
    }
}
