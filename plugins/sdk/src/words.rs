//! Lists of words that are looked for in a text all at once.
//!
//! A search for each word in turn costs more than all the rest of a call. Here the text is walked once, and at most
//! places one look at a table of first bytes says that no word begins there.

use core::ops::Range;

use crate::text::is_whole_word;

/// Words in folded form. Those in Latin letters are found as whole words only, unless the list says otherwise; others
/// anywhere.
#[derive(Debug)]
pub struct Words {
    words: &'static [&'static str],
    begins: Beginnings,
    whole: bool,
}

/// What some words begin with, as marks that a look-up finds without reading the words: two Han characters or two Latin
/// letters of each (of phrases four), and of those that have fewer bytes as many as the shortest has.
#[derive(Debug, Clone, Copy)]
pub struct Beginnings {
    marks: [u64; MARKS / 64],
    /// Of words that begin in ASCII.
    ascii: Lengths,
    /// Of all others.
    other: Lengths,
}

/// How many bytes of words are marked.
#[derive(Debug, Clone, Copy)]
struct Lengths {
    /// Of those that have fewer than `long`; 0: there is no such word.
    short: usize,
    /// Of all others.
    long: usize,
    has_long: bool,
}

/// Enough that of a long list, too, few places of a text look as if a word began there. A power of two.
const MARKS: usize = 16_384;
/// Two Latin letters: what is asked for may be the beginning of a longer word.
const TWO_LETTERS: usize = 2;
/// Four of them, where texts are asked for and not single words: so few places of an English text look like a beginning.
const FOUR_LETTERS: usize = 4;
/// Two Han characters.
const TWO_HAN: usize = 6;
/// At least as many bytes as are ever marked.
const KEY: usize = 8;

#[allow(
    clippy::indexing_slicing,
    reason = "in a constant, where going past the end doesn't compile"
)]
impl Beginnings {
    /// Of the given words; at least one byte each.
    #[must_use]
    pub const fn of(words: &[&str]) -> Self {
        let mut all = Self::none();
        let mut at = 0;
        while at < words.len() {
            all = all.measuring(words[at].as_bytes(), 0, words[at].len());
            at += 1;
        }
        at = 0;
        while at < words.len() {
            all = all.and(words[at].as_bytes(), 0, words[at].len());
            at += 1;
        }
        all
    }

    /// No word at all.
    #[must_use]
    pub const fn none() -> Self {
        Self::of_none(TWO_LETTERS)
    }

    /// No phrase at all: of those that are added, four Latin letters are marked. For asking with all that follows in a text.
    #[must_use]
    pub(crate) const fn no_phrases() -> Self {
        Self::of_none(FOUR_LETTERS)
    }

    const fn of_none(letters: usize) -> Self {
        const fn none(long: usize) -> Lengths {
            Lengths {
                short: 0,
                long,
                has_long: false,
            }
        }
        Self {
            marks: [0; MARKS / 64],
            ascii: none(letters),
            other: none(TWO_HAN),
        }
    }

    /// Ready for the word `bytes[start..end]`: every word has to be measured before the first is added.
    #[must_use]
    pub const fn measuring(mut self, bytes: &[u8], start: usize, end: usize) -> Self {
        let length = end - start;
        let lengths = if bytes[start].is_ascii() {
            &mut self.ascii
        } else {
            &mut self.other
        };
        if length >= lengths.long {
            lengths.has_long = true;
        } else if lengths.short == 0 || length < lengths.short {
            lengths.short = length;
        }
        self
    }

    /// With one word more, `bytes[start..end]`.
    #[must_use]
    pub const fn and(mut self, bytes: &[u8], start: usize, end: usize) -> Self {
        let lengths = self.lengths(bytes[start]);
        let length = if end - start >= lengths.long {
            assert!(lengths.has_long, "it wasn't measured");
            lengths.long
        } else {
            lengths.short
        };
        assert!(0 < length && length <= end - start, "it wasn't measured");
        let mut key = [0; KEY];
        let mut at = 0;
        while at < length {
            key[at] = bytes[start + at];
            at += 1;
        }
        let mark = mark(u64::from_le_bytes(key), length);
        self.marks[mark / 64] |= 1 << (mark % 64);
        self
    }

    /// Whether one of the words may begin `tail`; false is certain.
    #[must_use]
    #[inline]
    pub fn may_begin(&self, tail: &[u8]) -> bool {
        self.shared(tail) > 0
    }

    /// How many first bytes of `tail` all words begin with that it may begin with; 0: it begins with none.
    #[must_use]
    #[inline]
    pub(crate) fn shared(&self, tail: &[u8]) -> usize {
        let Some(&first) = tail.first() else {
            return 0;
        };
        let Lengths {
            short,
            long,
            has_long,
        } = *self.lengths(first);
        let key = key(tail);
        let has = |length: usize| length <= tail.len() && self.is_marked(key, length);
        if short > 0 && has(short) {
            short
        } else if has_long && has(long) {
            long
        } else {
            0
        }
    }

    #[inline]
    fn is_marked(&self, key: u64, length: usize) -> bool {
        let mark = mark(key, length);
        self.marks
            .get(mark / 64)
            .is_some_and(|marks| marks & (1 << (mark % 64)) != 0)
    }

    #[inline]
    const fn lengths(&self, first: u8) -> &Lengths {
        if first.is_ascii() {
            &self.ascii
        } else {
            &self.other
        }
    }
}

/// The first bytes of a text as a number, zeros behind its end.
#[inline]
fn key(tail: &[u8]) -> u64 {
    let bytes = tail.first_chunk().copied().unwrap_or_else(|| {
        let mut bytes = [0; KEY];
        for (to, from) in bytes.iter_mut().zip(tail) {
            *to = *from;
        }
        bytes
    });
    u64::from_le_bytes(bytes)
}

/// The mark of the first bytes of a key: the upper bits of a product, into which all of them go.
#[inline]
const fn mark(key: u64, length: usize) -> usize {
    let first = key & (u64::MAX >> (64 - 8 * length));
    (first.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (u64::BITS - MARKS.ilog2())) as usize
}

impl Words {
    /// A list; none of the words may be empty.
    #[must_use]
    pub const fn new(words: &'static [&'static str]) -> Self {
        Self {
            words,
            begins: Beginnings::of(words),
            whole: true,
        }
    }

    /// A list whose words are found inside of others, too, in whatever letters.
    #[must_use]
    pub const fn anywhere(words: &'static [&'static str]) -> Self {
        Self {
            whole: false,
            ..Self::new(words)
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
                && (!self.whole
                    || !is_latin(word)
                    || is_whole_word(text, at..at.saturating_add(word.len())))
        })
    }

    /// Whether one of them may begin with the first two letters of `text`; false is certain.
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

    /// Every word at every place, with where it ends.
    pub fn each_in<'t>(
        &'t self,
        text: &'t str,
    ) -> impl Iterator<Item = (&'static str, Range<usize>)> + 't {
        text.char_indices().flat_map(move |(at, _)| {
            self.at(text, at)
                .map(move |word| (word, at..at.saturating_add(word.len())))
        })
    }

    /// How many of the words stand in a folded text, each counted once.
    #[must_use]
    pub fn kinds_in(&self, text: &str) -> usize {
        let mut found: Vec<&str> = Vec::new();
        for (word, _) in self.each_in(text) {
            if !found.contains(&word) {
                found.push(word);
            }
        }
        found.len()
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
    static ANYWHERE: Words = Words::anywhere(LIST);

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
            let kinds = LIST.iter().filter(|word| text.contains(**word)).count();
            prop_assert_eq!(ANYWHERE.kinds_in(&text), kinds);
        }
    }
}
