//! Finding the listed words in a folded text.

mod en;
mod zh;

use switchboard_sdk::{
    phrases::Phrases,
    text::{is_typo_of, is_whole_word},
};

use crate::concept::Concept;

/// A concept and the bytes of the folded text that stand for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Found {
    /// What it stands for.
    pub(crate) concept: Concept,
    /// The first byte.
    pub(crate) start: usize,
    /// The byte behind the last one.
    pub(crate) end: usize,
}

/// Everything that `text` speaks of, in the order of the text; `words` are its words.
pub(crate) fn find(text: &str, words: &[(usize, &str)]) -> Vec<Found> {
    let mut found = Vec::with_capacity(16);
    chinese(text, &mut found);
    english(words, &mut found);
    found.sort_by_key(|hit| (hit.start, hit.end, hit.concept));
    found
}

fn chinese(text: &str, found: &mut Vec<Found>) {
    let mut skip_to = 0;
    for (start, character) in text.char_indices() {
        if start < skip_to
            || character == ' '
            || character.is_ascii_alphabetic() && inside_word(text, start)
        {
            continue;
        }
        let tail = text.get(start..).unwrap_or_default();
        let Some(length) = longest(&zh::TABLE, tail, text, start, character) else {
            continue;
        };
        skip_to = start.saturating_add(length);
        let phrase = tail.get(..length).unwrap_or_default();
        for (_, concept) in zh::TABLE
            .beginning_with(phrase)
            .take_while(|(known, _)| known.len() == length)
        {
            found.push(Found {
                concept,
                start,
                end: skip_to,
            });
        }
    }
}

fn inside_word(text: &str, at: usize) -> bool {
    text.get(..at)
        .and_then(|head| head.chars().next_back())
        .is_some_and(|c| c.is_ascii_alphanumeric())
}

fn longest(
    table: &Phrases<Concept>,
    tail: &str,
    text: &str,
    start: usize,
    first: char,
) -> Option<usize> {
    let mut buffer = [0; 4];
    let first: &str = first.encode_utf8(&mut buffer);
    let mut best = None;
    for (phrase, _) in table.beginning_with(first) {
        let end = start.saturating_add(phrase.len());
        if tail.starts_with(phrase)
            && best.is_none_or(|known| phrase.len() > known)
            && (!phrase.is_ascii() || is_whole_word(text, start..end))
        {
            best = Some(phrase.len());
        }
    }
    best
}

fn english(words: &[(usize, &str)], found: &mut Vec<Found>) {
    let mut at = 0;
    while let Some((start, word)) = words.get(at).copied() {
        let rest = words.get(at..).unwrap_or_default();
        let mut best = Match::default();
        for form in forms(word) {
            best.look_up(form.as_str(), rest);
        }
        if best.length == 0
            && let Some(meant) = meant_by(word)
        {
            best.look_up(meant, rest);
        }
        let last = at.saturating_add(best.length.max(1)).saturating_sub(1);
        if let Some((last_start, last_word)) = words.get(last).copied() {
            let end = last_start.saturating_add(last_word.len());
            found.extend(best.concepts().map(|concept| Found {
                concept,
                start,
                end,
            }));
        }
        at = last.saturating_add(1);
    }
}

/// The longest phrase found so far, in words, and what it stands for.
#[derive(Default)]
struct Match {
    length: usize,
    concepts: [Option<Concept>; 4],
}

impl Match {
    fn concepts(&self) -> impl Iterator<Item = Concept> {
        self.concepts.iter().flatten().copied()
    }

    fn offer(&mut self, length: usize, concept: Concept) {
        if length < self.length {
            return;
        }
        if length > self.length {
            *self = Self {
                length,
                concepts: [None; 4],
            };
        }
        if self.concepts().any(|known| known == concept) {
            return;
        }
        if let Some(free) = self.concepts.iter_mut().find(|slot| slot.is_none()) {
            *free = Some(concept);
        }
    }

    fn look_up(&mut self, first: &str, words: &[(usize, &str)]) {
        for (phrase, concept) in en::TABLE.beginning_with(first) {
            let more = phrase.get(first.len()..).unwrap_or_default();
            if more.is_empty() {
                self.offer(1, concept);
            } else if let Some(more) = more.strip_prefix(' ') {
                if let Some(length) = continues(more, words) {
                    self.offer(length, concept);
                }
            } else {
                // A blank sorts before every letter: from here on the first word is a longer one.
                break;
            }
        }
    }
}

/// The word that a misspelt one stands for.
fn meant_by(word: &str) -> Option<&'static str> {
    if word.len() < 5 || en::COMMON.binary_search(&word).is_ok() {
        return None;
    }
    let stems = [
        Some(word),
        word.strip_suffix('s'),
        word.strip_suffix("ing"),
        word.strip_suffix("ed"),
    ];
    en::OFTEN_MISSPELT
        .iter()
        .find(|known| stems.iter().flatten().any(|stem| is_typo_of(stem, known)))
        .copied()
}

/// How many words the phrase has if `more` is how it goes on behind the first of `words`.
fn continues(more: &str, words: &[(usize, &str)]) -> Option<usize> {
    let mut length = 1usize;
    for wanted in more.split(' ') {
        let (_, word) = words.get(length)?;
        if !forms(word).any(|form| form.as_str() == wanted) && !is_typo_of(word, wanted) {
            return None;
        }
        length = length.saturating_add(1);
    }
    Some(length)
}

/// A word or its uninflected form, without an allocation.
struct Form<'a> {
    stem: &'a str,
    buffer: [u8; 24],
    length: usize,
}

impl Form<'_> {
    fn as_str(&self) -> &str {
        if self.length == 0 {
            return self.stem;
        }
        self.buffer
            .get(..self.length)
            .and_then(|bytes| core::str::from_utf8(bytes).ok())
            .unwrap_or(self.stem)
    }
}

/// The word itself and what it may be an inflection of: cancelling → cancell, cancelle, cancel.
fn forms(word: &str) -> impl Iterator<Item = Form<'_>> {
    const ENDINGS: &[&str] = &["s", "es", "ed", "d", "ing", "in", "er", "'s", "n't"];
    let whole = Form {
        stem: word,
        buffer: [0; 24],
        length: 0,
    };
    let inflected = ENDINGS.iter().filter_map(move |ending| {
        let stem = word.strip_suffix(ending)?;
        (stem.len() >= 3).then_some((stem, *ending))
    });
    let stems = inflected.flat_map(|(stem, ending)| {
        let plain = Form {
            stem,
            buffer: [0; 24],
            length: 0,
        };
        let with_e = (ending == "ing").then(|| with_final_e(stem)).flatten();
        let undoubled = matches!(ending, "ed" | "ing" | "er")
            .then(|| undoubled(stem))
            .flatten();
        [Some(plain), with_e, undoubled].into_iter().flatten()
    });
    core::iter::once(whole).chain(stems)
}

fn with_final_e(stem: &str) -> Option<Form<'_>> {
    let mut form = Form {
        stem,
        buffer: [0; 24],
        length: stem.len().saturating_add(1),
    };
    form.buffer
        .get_mut(..stem.len())?
        .copy_from_slice(stem.as_bytes());
    *form.buffer.get_mut(stem.len())? = b'e';
    Some(form)
}

fn undoubled(stem: &str) -> Option<Form<'_>> {
    let (shorter, last) = stem.split_at_checked(stem.len().checked_sub(1)?)?;
    shorter.ends_with(last).then_some(Form {
        stem: shorter,
        buffer: [0; 24],
        length: 0,
    })
}

#[cfg(test)]
mod tests {
    use switchboard_sdk::text::{Folded, words};

    use super::*;

    fn concepts(text: &str) -> Vec<Concept> {
        let folded = Folded::new(text);
        let words: Vec<_> = words(folded.text()).collect();
        find(folded.text(), &words)
            .into_iter()
            .map(|hit| hit.concept)
            .collect()
    }

    #[test]
    fn tables_are_sorted_and_hold_folded_words_only() {
        for table in [zh::TABLE, en::TABLE] {
            let phrases: Vec<_> = table.iter().map(|(phrase, _)| phrase).collect();
            assert!(phrases.windows(2).all(|two| two[0] <= two[1]));
            for phrase in phrases {
                assert!(!phrase.is_empty());
                assert_eq!(Folded::new(phrase).text(), phrase);
            }
        }
        assert!(en::COMMON.windows(2).all(|two| two[0] < two[1]));
    }

    #[test]
    fn the_longest_phrase_wins() {
        assert!(!concepts("人工费怎么算").contains(&Concept::StaffAlone));
        assert!(concepts("轉人工").contains(&Concept::Human));
        assert_eq!(concepts("smoke detector"), [Concept::Nothing]);
    }

    #[test]
    fn inflections_and_single_typing_errors_are_understood() {
        for word in [
            "cancelling",
            "cancels",
            "canceled",
            "cancfel",
            "CANCEL",
            "cnacel",
        ] {
            assert!(concepts(word).contains(&Concept::Cancel), "{word}");
        }
        assert!(concepts("i want a reufnd").contains(&Concept::Refund));
        assert!(!concepts("he spoke to the fire fighter").contains(&Concept::Fire));
    }
}
