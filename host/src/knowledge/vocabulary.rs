//! Every word of a desk's articles, numbered, with how telling it is.

use std::collections::HashMap;

use super::analysis::{ArticleText, Passage, Word, pairs, singles};
use super::spelling::Spelling;

/// Where a term stands.
pub(super) const TITLE: u8 = 1;
pub(super) const QUESTIONS: u8 = 2;
pub(super) const TEXT: u8 = 4;

/// What a word weighs that no article has: much, for it may be what the question is about.
const UNKNOWN_WEIGHT: f32 = 0.95;
const FUNCTION_WEIGHT: f32 = 0.08;
/// A word with a typing mistake counts almost as well as the right one.
const MISSPELT: f32 = 0.9;

/// What articles and questions are compared by: a word, two neighbouring Chinese characters, or a single one.
#[derive(Debug, Clone)]
pub(super) struct Term {
    pub(super) id: u32,
    /// Where in the articles it stands: [`TITLE`], [`QUESTIONS`], [`TEXT`].
    pub(super) places: u8,
    weight: f32,
}

/// A word as the vocabulary sees it.
#[derive(Debug, Clone)]
pub(super) struct Unit {
    /// `None` for a word that no article has.
    pub(super) id: Option<u32>,
    /// How telling the word is, 0 to 1.
    pub(super) weight: f32,
    /// Below 1 if the word had to be guessed.
    pub(super) quality: f32,
    /// The known pairs of its characters, and how many pairs there are.
    pub(super) pairs: Vec<u32>,
    pub(super) pair_count: u8,
    pub(super) chars: Vec<u32>,
    pub(super) char_count: u8,
}

pub(super) struct Vocabulary {
    terms: HashMap<Box<str>, Term>,
    spelling: Spelling,
}

#[derive(Default)]
pub(super) struct VocabularyBuilder {
    seen: HashMap<String, Seen>,
    topics: Vec<usize>,
}

#[derive(Default)]
struct Seen {
    places: u8,
    heads: Vec<usize>,
    texts: Vec<usize>,
}

impl VocabularyBuilder {
    pub(super) fn add(&mut self, article: &ArticleText, topic: usize) {
        note(&mut self.topics, topic);
        self.add_passage(&article.title, TITLE, topic);
        for question in &article.questions {
            self.add_passage(question, QUESTIONS, topic);
        }
        self.add_passage(&article.text, TEXT, topic);
    }

    fn add_passage(&mut self, passage: &Passage, place: u8, topic: usize) {
        for term in &passage.terms {
            if !self.seen.contains_key(term) {
                self.seen.insert(term.clone(), Seen::default());
            }
            if let Some(seen) = self.seen.get_mut(term) {
                seen.places |= place;
                note(
                    if place == TEXT {
                        &mut seen.texts
                    } else {
                        &mut seen.heads
                    },
                    topic,
                );
            }
        }
    }

    pub(super) fn finish(self) -> Vocabulary {
        let topics = self.topics.len();
        let mut seen: Vec<(String, Seen)> = self.seen.into_iter().collect();
        // Numbers must not depend on the order in which a hash table gives its entries.
        seen.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        let mut terms = HashMap::with_capacity(seen.len());
        let mut spelling = Spelling::default();
        for (id, (text, seen)) in (0u32..).zip(seen) {
            let in_topics = if seen.heads.is_empty() {
                seen.texts.len()
            } else {
                seen.heads.len()
            };
            // A misspelt word should be taken for one that articles are about.
            if !seen.heads.is_empty() {
                spelling.add(&text, id);
            }
            let term = Term {
                id,
                places: seen.places,
                weight: rarity(in_topics, topics),
            };
            terms.insert(text.into_boxed_str(), term);
        }
        Vocabulary { terms, spelling }
    }
}

/// Remembers a topic once. Versions of a topic come one after the other, mostly.
fn note(topics: &mut Vec<usize>, topic: usize) {
    if topics.last() != Some(&topic) && !topics.contains(&topic) {
        topics.push(topic);
    }
}

impl Vocabulary {
    pub(super) fn term(&self, text: &str) -> Option<&Term> {
        self.terms.get(text)
    }

    /// The term, and its text as it is kept here.
    pub(super) fn entry(&self, text: &str) -> Option<(&str, &Term)> {
        let (text, term) = self.terms.get_key_value(text)?;
        Some((text, term))
    }

    /// How many terms there are; their numbers are smaller.
    pub(super) fn len(&self) -> usize {
        self.terms.len()
    }

    /// The words of a title or question of an article, or of a customer's message.
    pub(super) fn units(&self, words: &[Word]) -> Vec<Unit> {
        words.iter().map(|word| self.unit(word)).collect()
    }

    pub(super) fn unit(&self, word: &Word) -> Unit {
        let known = self
            .term(&word.text)
            .map(|term| (term.id, term.weight, 1.0));
        let meant = known.or_else(|| {
            self.guess(&word.text)
                .map(|(_, id)| (id, UNKNOWN_WEIGHT, MISSPELT))
        });
        let (id, weight, quality) = match meant {
            Some((id, weight, quality)) => (Some(id), weight, quality),
            None => (None, UNKNOWN_WEIGHT, 1.0),
        };
        let mut unit = Unit {
            id,
            weight: if word.function {
                FUNCTION_WEIGHT
            } else {
                weight
            },
            quality,
            pairs: Vec::new(),
            pair_count: 0,
            chars: Vec::new(),
            char_count: 0,
        };
        if word.han {
            pairs(&word.text, |pair| {
                unit.pair_count = unit.pair_count.saturating_add(1);
                unit.pairs.extend(self.term(pair).map(|term| term.id));
            });
            singles(&word.text, |single| {
                unit.char_count = unit.char_count.saturating_add(1);
                unit.chars.extend(self.term(single).map(|term| term.id));
            });
        }
        unit
    }

    /// The known word that a misspelt English one seems to mean.
    pub(super) fn guess(&self, word: &str) -> Option<(&str, u32)> {
        self.spelling.near(word).next()
    }
}

/// Inverse document frequency over topics, scaled to 0 … 1.
fn rarity(in_topics: usize, topics: usize) -> f32 {
    let idf = |in_topics: usize| {
        let (n, of) = (in_topics as f32, topics as f32);
        (1.0 + (of - n + 0.5) / (n + 0.5)).ln()
    };
    if topics < 2 {
        1.0
    } else {
        (idf(in_topics) / idf(1)).clamp(0.05, 1.0)
    }
}
