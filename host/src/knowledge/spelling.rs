//! Words with one typing mistake: one letter added, left out, replaced, or swapped with its neighbour.
//!
//! Two words are one mistake apart only if removing at most one letter from each can make them equal; so the index
//! holds every word under each form that lacks one letter.

use std::collections::HashMap;

/// Shorter words have too many neighbours to guess what was meant.
const SHORTEST: usize = 4;
/// Nobody types a longer word; it would only cost time.
const LONGEST: usize = 24;

#[derive(Debug, Default)]
pub(super) struct Spelling {
    by_shortened: HashMap<Box<str>, Vec<u32>>,
    words: HashMap<u32, Box<str>>,
}

impl Spelling {
    pub(super) fn add(&mut self, word: &str, id: u32) {
        if !is_checkable(word) {
            return;
        }
        self.words.insert(id, word.into());
        for form in std::iter::once(word.to_owned()).chain(shortened(word)) {
            let ids = self.by_shortened.entry(form.into_boxed_str()).or_default();
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
    }

    /// The known words at most one mistake away from `word`, smaller ids first.
    pub(super) fn near(&self, word: &str) -> impl Iterator<Item = (&str, u32)> {
        let mut near: Vec<u32> = Vec::new();
        if is_checkable(word) {
            let forms = std::iter::once(word.to_owned()).chain(shortened(word));
            near = forms
                .filter_map(|form| self.by_shortened.get(form.as_str()))
                .flatten()
                .copied()
                .collect();
        }
        near.sort_unstable();
        near.dedup();
        let known = near
            .into_iter()
            .filter_map(|id| Some((self.words.get(&id)?.as_ref(), id)));
        known
            .filter(move |(known, _)| is_one_mistake(known, word))
            .collect::<Vec<_>>()
            .into_iter()
    }
}

fn is_checkable(word: &str) -> bool {
    (SHORTEST..=LONGEST).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_lowercase())
}

/// The word without each of its letters in turn. ASCII only.
fn shortened(word: &str) -> impl Iterator<Item = String> + '_ {
    word.char_indices().map(|(left_out, _)| {
        word.char_indices()
            .filter(|(i, _)| *i != left_out)
            .map(|(_, c)| c)
            .collect()
    })
}

fn is_one_mistake(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let prefix = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (Some(a), Some(b)) = (a.get(prefix..), b.get(prefix..)) else {
        return false;
    };
    let suffix = a
        .iter()
        .rev()
        .zip(b.iter().rev())
        .take_while(|(x, y)| x == y)
        .count();
    let (Some(a), Some(b)) = (a.get(..a.len() - suffix), b.get(..b.len() - suffix)) else {
        return false;
    };
    match (a, b) {
        ([x1, x2], [y1, y2]) => x1 == y2 && x2 == y1,
        _ => a.len() <= 1 && b.len() <= 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_mistake_is_forgiven_and_two_are_not() {
        let mut spelling = Spelling::default();
        spelling.add("refund", 7);
        for word in ["refund", "refnd", "refuund", "refumd", "refudn", "erfund"] {
            assert_eq!(spelling.near(word).next(), Some(("refund", 7)), "{word}");
        }
        for word in ["refu", "rfnd", "refunding", "dnufer", "run", "", "退款"] {
            assert_eq!(spelling.near(word).next(), None, "{word}");
        }
    }
}
