//! How sure we are that an article answers a question.
//!
//! BM25 orders candidates well, but its numbers mean nothing by themselves. The confidence compares the customer's
//! wording with each wording that the article lists: how much of what the customer says does the wording cover, and
//! how much of the wording does the customer say, each word weighed by how telling it is. Small talk covers little
//! and says little that is telling; a paraphrase does both.

use super::analysis::{ArticleText, QuestionText};
use super::vocabulary::{Unit, Vocabulary, terms};

/// Part of a message is a weaker sign than the whole message.
const CLAUSE: f32 = 0.97;
/// What coverage of the customer's words counts against coverage of the article's wording.
const QUESTION_SHARE: f32 = 0.6;
/// A word that only the article's text has, against one in its title or questions.
const IN_TEXT: f32 = 0.45;
/// A Chinese word of which all pairs of characters, or all single characters, appear.
const BY_PAIRS: f32 = 0.85;
const BY_CHARS: f32 = 0.5;
/// Matched words must weigh as much together before a match can be sure.
const TELLING: f32 = 0.75;

/// Confidence before rounding.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Confidence(f32);

impl Confidence {
    pub(super) fn max(self, other: Self) -> Self {
        Self(self.0.max(other.0))
    }

    /// Scaled and rounded to thousandths, so that the same input gives the same bytes.
    pub(super) fn thousandths(self, factor: f32) -> u16 {
        (self.0 * factor * 1000.0).round().clamp(0.0, 1000.0) as u16
    }
}

/// How an article words what it is about.
pub(super) struct Wording {
    phrases: Vec<Phrase>,
    text: Vec<u32>,
}

impl Wording {
    pub(super) fn new(article: &ArticleText, vocabulary: &Vocabulary) -> Self {
        let ids = |words: &[_], chars| {
            let known = terms(words, chars)
                .into_iter()
                .filter_map(|(text, _)| vocabulary.term(&text));
            sorted(known.map(|term| term.id))
        };
        let phrases = article
            .heads()
            .map(|words| Phrase::new(vocabulary.units(words), ids(words, true)))
            .collect();
        Self {
            phrases,
            text: ids(&article.text, false),
        }
    }
}

/// A customer's message, ready to be compared.
pub(super) struct Question {
    parts: Vec<Phrase>,
    /// What to look for in the index.
    pub(super) terms: Vec<super::index::Lookup>,
}

impl Question {
    pub(super) fn new(text: &QuestionText, vocabulary: &Vocabulary) -> Self {
        let mut lookups = Vec::new();
        let mut parts = Vec::with_capacity(text.parts.len());
        for (number, words) in text.parts.iter().enumerate() {
            let units = vocabulary.units(words);
            let known: Vec<_> = terms(words, true)
                .into_iter()
                .filter_map(|(text, _)| Some((vocabulary.term(&text)?.clone(), text)))
                .collect();
            let guessed = units
                .iter()
                .filter(|unit| unit.quality < 1.0)
                .filter_map(|unit| unit.id);
            let ids = sorted(known.iter().map(|(term, _)| term.id).chain(guessed));
            if number == 0 {
                lookups = known
                    .into_iter()
                    .map(|(term, text)| super::index::Lookup {
                        text,
                        places: term.places,
                    })
                    .collect();
            }
            parts.push(Phrase::new(units, ids));
        }
        Self {
            parts,
            terms: lookups,
        }
    }

    /// Whether there is nothing to look for.
    pub(super) fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    pub(super) fn confidence(&self, wording: &Wording) -> Confidence {
        let mut best = 0.0f32;
        for (number, part) in self.parts.iter().enumerate() {
            let factor = if number == 0 { 1.0 } else { CLAUSE };
            for phrase in &wording.phrases {
                best = best.max(factor * part.resemblance(phrase, &wording.text));
            }
        }
        Confidence(best)
    }
}

/// Some words that are compared with others.
struct Phrase {
    units: Vec<Unit>,
    weight: f32,
    /// Words, pairs and characters, sorted.
    ids: Vec<u32>,
}

impl Phrase {
    fn new(units: Vec<Unit>, ids: Vec<u32>) -> Self {
        let weight = units.iter().map(|unit| unit.weight).sum();
        Self { units, weight, ids }
    }

    /// 0 to 1: how well this question's words and an article's wording agree.
    fn resemblance(&self, phrase: &Phrase, text: &[u32]) -> f32 {
        if self.weight <= 0.0 || phrase.weight <= 0.0 {
            return 0.0;
        }
        let mut matched = 0.0;
        for unit in &self.units {
            let in_phrase = presence(unit, &phrase.ids);
            let in_text = if in_phrase < IN_TEXT {
                IN_TEXT * presence(unit, text)
            } else {
                0.0
            };
            matched += unit.weight * in_phrase.max(in_text);
        }
        let covers = matched / self.weight;
        let covered = phrase
            .units
            .iter()
            .map(|unit| unit.weight * presence(unit, &self.ids))
            .sum::<f32>()
            / phrase.weight;
        let agreement = QUESTION_SHARE * covers + (1.0 - QUESTION_SHARE) * covered;
        agreement * (matched / TELLING).min(1.0)
    }
}

/// How well a word is found among others, 0 to 1.
fn presence(unit: &Unit, ids: &[u32]) -> f32 {
    let has = |id: &u32| ids.binary_search(id).is_ok();
    if unit.id.as_ref().is_some_and(has) {
        return unit.quality;
    }
    let share = |of: &[u32], count: u8| {
        if count == 0 {
            0.0
        } else {
            of.iter().filter(|id| has(id)).count() as f32 / f32::from(count)
        }
    };
    (BY_PAIRS * share(&unit.pairs, unit.pair_count))
        .max(BY_CHARS * share(&unit.chars, unit.char_count))
}

fn sorted(ids: impl Iterator<Item = u32>) -> Vec<u32> {
    let mut ids: Vec<u32> = ids.collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}
