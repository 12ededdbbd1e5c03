//! Lists of words that are looked for in a text all at once.
//!
//! A search for each word in turn costs more than all the rest of a call. Here the text is walked once, and at most
//! places one look at a table of first bytes says that no word begins there.

use core::ops::Range;

use crate::text::is_whole_word;

/// Words in folded form. Those in Latin letters are found as whole words only, others anywhere.
#[derive(Debug)]
pub struct Words {
    words: &'static [&'static str],
    begins: Beginnings,
}

/// Which pairs of first bytes begin any of some words.
#[derive(Debug, Clone, Copy)]
pub struct Beginnings([u64; 16]);

impl Beginnings {
    /// Of the given words; at least one byte each.
    #[must_use]
    #[allow(
        clippy::indexing_slicing,
        reason = "in a constant, where going past the end doesn't compile"
    )]
    pub const fn of(words: &[&str]) -> Self {
        let mut all = Self::none();
        let mut at = 0;
        while at < words.len() {
            let bytes = words[at].as_bytes();
            all = all.and(bytes, 0, bytes.len());
            at += 1;
        }
        all
    }

    /// No word at all.
    #[must_use]
    pub const fn none() -> Self {
        Self([0; 16])
    }

    /// With one word more, `bytes[start..end]`.
    #[must_use]
    #[allow(
        clippy::indexing_slicing,
        reason = "in a constant, where going past the end doesn't compile"
    )]
    pub const fn and(mut self, bytes: &[u8], start: usize, end: usize) -> Self {
        if start + 1 < end {
            let mark = Self::mark(bytes[start], bytes[start + 1]);
            self.0[mark >> 6] |= 1 << (mark & 63);
        } else if start < end {
            let mut second = 0u8;
            loop {
                let mark = Self::mark(bytes[start], second);
                self.0[mark >> 6] |= 1 << (mark & 63);
                if second == u8::MAX {
                    break;
                }
                second += 1;
            }
        }
        self
    }

    const fn mark(first: u8, second: u8) -> usize {
        ((first as usize) ^ ((second as usize) << 4)) & 1023
    }

    /// Whether one of the words may begin `tail`; false is certain.
    #[must_use]
    #[inline]
    pub fn may_begin(&self, tail: &[u8]) -> bool {
        let Some(&first) = tail.first() else {
            return false;
        };
        let second = tail.get(1).copied().unwrap_or_default();
        let mark = Self::mark(first, second);
        self.0
            .get(mark >> 6)
            .is_some_and(|marks| marks & (1 << (mark & 63)) != 0)
    }
}

impl Words {
    /// A list; none of the words may be empty.
    #[must_use]
    pub const fn new(words: &'static [&'static str]) -> Self {
        Self {
            words,
            begins: Beginnings::of(words),
        }
    }

    /// The words that stand at byte `at` of a folded text, in the order of the list.
    pub fn at<'t>(&'t self, text: &'t str, at: usize) -> impl Iterator<Item = &'static str> + 't {
        let tail = text.as_bytes().get(at..).unwrap_or_default();
        let words = if self.begins.may_begin(tail) {
            self.words
        } else {
            &[]
        };
        words.iter().copied().filter(move |word| {
            begins(tail, word)
                && (!is_latin(word) || is_whole_word(text, at..at.saturating_add(word.len())))
        })
    }

    /// Whether one of them may begin with the first letters of `text`; false is certain.
    #[must_use]
    pub fn may_begin(&self, text: &str) -> bool {
        self.begins.may_begin(text.as_bytes())
    }

    /// Whether it is one of them, whole.
    #[must_use]
    pub fn contains(&self, word: &str) -> bool {
        self.begins.may_begin(word.as_bytes()) && self.words.contains(&word)
    }

    /// The places of any of them, in the order of the text; of several that begin at one place the longest.
    pub fn all_in<'t>(&'t self, text: &'t str) -> impl Iterator<Item = Range<usize>> + 't {
        text.char_indices().filter_map(move |(at, _)| {
            let longest = self.at(text, at).map(str::len).max()?;
            Some(at..at.saturating_add(longest))
        })
    }

    /// The first of [`Words::all_in`].
    #[must_use]
    pub fn first_in(&self, text: &str) -> Option<Range<usize>> {
        self.all_in(text).next()
    }

    /// The place of any of them that ends last; of several that end there the longest.
    #[must_use]
    pub fn last_in(&self, text: &str) -> Option<Range<usize>> {
        let mut last: Option<Range<usize>> = None;
        for (at, _) in text.char_indices() {
            for word in self.at(text, at) {
                let end = at.saturating_add(word.len());
                if last.as_ref().is_none_or(|known| end > known.end) {
                    last = Some(at..end);
                }
            }
        }
        last
    }

    /// Whether any of them stands in a folded text.
    #[must_use]
    pub fn are_in(&self, text: &str) -> bool {
        self.first_in(text).is_some()
    }
}

/// Whether `tail` begins with `word`. Looks at the first two bytes before it calls a comparison.
#[must_use]
#[inline]
pub fn begins(tail: &[u8], word: &str) -> bool {
    match (tail, word.as_bytes()) {
        ([a, b, ..], [c, d, ..]) if a != c || b != d => false,
        (tail, word) => tail.starts_with(word),
    }
}

/// Whether a word is found as a whole only: signs such as "?" stand anywhere.
fn is_latin(word: &str) -> bool {
    word.is_ascii() && word.bytes().any(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LIST: &[&str] = &[
        "明天",
        "明",
        "soon",
        "so",
        "?",
        "as soon as",
        "天",
        "an hour",
    ];
    static WORDS: Words = Words::new(LIST);

    #[test]
    fn latin_words_are_found_whole_and_others_anywhere() {
        assert_eq!(WORDS.first_in("sooner or soon"), Some(10..14));
        assert_eq!(WORDS.first_in("今天"), Some(3..6));
        assert_eq!(WORDS.first_in("what?"), Some(4..5));
        assert_eq!(WORDS.first_in("说明天气"), Some(3..9));
        assert_eq!(WORDS.first_in(""), None);
        assert_eq!(WORDS.last_in("soon 明天"), Some(5..11));
        assert!(!WORDS.are_in("sooo"));
    }

    proptest! {
        #[test]
        fn one_walk_finds_what_a_search_for_each_word_finds(text in "[明天今so n?ahur]{0,24}") {
            let each = LIST.iter().flat_map(|word| {
                let found: Vec<_> = text.match_indices(word).map(|(at, word)| at..at + word.len()).collect();
                found.into_iter().filter(|range| !is_latin(word) || is_whole_word(&text, range.clone()))
            });
            let first = each.min_by_key(|range| (range.start, usize::MAX - range.end));
            prop_assert_eq!(WORDS.first_in(&text), first);
        }
    }
}
