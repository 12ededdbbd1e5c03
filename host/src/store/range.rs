//! Which keys of a table a scan visits.

use std::ops::Bound;

/// Which keys of a table a scan visits, and in which direction.
///
/// The conditions narrow one another; every key named is a whole key, prefix included. Examples: the newest 50 of a
/// conversation are `KeyRange::prefix(id).reverse()` with limit 50; the next page of them adds `.before(last_seen)`;
/// timers due are `KeyRange::all().before(now)`; the next page of a listing is `KeyRange::prefix(p).after(last_seen)`.
#[derive(Clone, Copy, Debug)]
pub struct KeyRange<'a> {
    prefix: &'a [u8],
    lower: Bound<&'a [u8]>,
    upper: Option<&'a [u8]>,
    reverse: bool,
}

impl<'a> KeyRange<'a> {
    /// Every key of the table.
    pub const fn all() -> Self {
        Self {
            prefix: &[],
            lower: Bound::Unbounded,
            upper: None,
            reverse: false,
        }
    }

    /// The keys that begin with `prefix`.
    pub fn prefix<K: AsRef<[u8]> + ?Sized>(prefix: &'a K) -> Self {
        Self {
            prefix: prefix.as_ref(),
            ..Self::all()
        }
    }

    /// Only `key` and what comes after it.
    #[must_use]
    pub fn from<K: AsRef<[u8]> + ?Sized>(mut self, key: &'a K) -> Self {
        self.lower = Bound::Included(key.as_ref());
        self
    }

    /// Only what comes after `key`, without it.
    #[must_use]
    pub fn after<K: AsRef<[u8]> + ?Sized>(mut self, key: &'a K) -> Self {
        self.lower = Bound::Excluded(key.as_ref());
        self
    }

    /// Only what comes before `key`, without it.
    #[must_use]
    pub fn before<K: AsRef<[u8]> + ?Sized>(mut self, key: &'a K) -> Self {
        self.upper = Some(key.as_ref());
        self
    }

    /// From the last key to the first; the conditions keep their meaning.
    #[must_use]
    pub const fn reverse(mut self) -> Self {
        self.reverse = true;
        self
    }

    /// Whether the scan goes from the last key to the first.
    pub const fn is_reverse(&self) -> bool {
        self.reverse
    }

    /// Whether the scan visits `key`.
    pub fn contains(&self, key: &[u8]) -> bool {
        let above = match self.lower {
            Bound::Included(lower) => key >= lower,
            Bound::Excluded(lower) => key > lower,
            Bound::Unbounded => true,
        };
        above && key.starts_with(self.prefix) && self.upper.is_none_or(|upper| key < upper)
    }

    /// The same keys as `[first, end)` in a key space where each key of the table is preceded by the byte `space`
    /// (below 255); `None` where no key can match.
    pub fn resolve(&self, space: u8) -> Option<(Vec<u8>, Vec<u8>)> {
        let placed = |key: &[u8]| {
            let mut placed = Vec::with_capacity(key.len() + 2);
            placed.push(space);
            placed.extend_from_slice(key);
            placed
        };
        let mut first = placed(self.prefix);
        let mut end = successor(&first);
        match self.lower {
            Bound::Included(lower) => first = first.max(placed(lower)),
            Bound::Excluded(lower) => {
                // The smallest key above `lower` is `lower` with a zero byte behind it.
                let mut above = placed(lower);
                above.push(0);
                first = first.max(above);
            }
            Bound::Unbounded => {}
        }
        if let Some(upper) = self.upper {
            end = end.min(placed(upper));
        }
        (first < end).then_some((first, end))
    }
}

/// The smallest key above every key that begins with `prefix`; needs a byte below 255 in it.
fn successor(prefix: &[u8]) -> Vec<u8> {
    let mut next = prefix.to_vec();
    while let Some(byte) = next.pop() {
        if let Some(byte) = byte.checked_add(1) {
            next.push(byte);
            break;
        }
    }
    next
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_prefix_of_highest_bytes_ends_with_the_table() {
        assert_eq!(
            KeyRange::prefix(&[255, 255]).resolve(7),
            Some((vec![7, 255, 255], vec![8]))
        );
        assert_eq!(KeyRange::all().resolve(7), Some((vec![7], vec![8])));
        assert_eq!(KeyRange::prefix("b").before("a").resolve(7), None);
    }

    proptest! {
        #[test]
        fn the_resolved_range_holds_exactly_the_keys_that_match(
            prefix in prop::collection::vec(prop::sample::select(vec![0u8, 1, 254, 255]), 0..3),
            lower in prop::option::of((any::<bool>(), prop::collection::vec(prop::sample::select(vec![0u8, 1, 254, 255]), 0..4))),
            upper in prop::option::of(prop::collection::vec(prop::sample::select(vec![0u8, 1, 254, 255]), 0..4)),
            key in prop::collection::vec(prop::sample::select(vec![0u8, 1, 254, 255]), 0..5),
        ) {
            let mut range = KeyRange::prefix(&prefix);
            if let Some((inclusive, lower)) = &lower {
                range = if *inclusive { range.from(lower) } else { range.after(lower) };
            }
            if let Some(upper) = &upper {
                range = range.before(upper);
            }
            let mut placed = vec![9];
            placed.extend_from_slice(&key);
            let inside = range.resolve(9).is_some_and(|(first, end)| first <= placed && placed < end);
            prop_assert_eq!(inside, range.contains(&key));
        }
    }
}
