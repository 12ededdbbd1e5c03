//! Every word of a desk's articles, numbered, with how telling it is.

use std::collections::HashMap;
use std::collections::{BTreeMap, BTreeSet};

use super::analysis::{ArticleText, Word};
use super::spelling::Spelling;

/// Where a term stands.
pub(super) const TITLE: u8 = 1;
pub(super) const QUESTIONS: u8 = 2;
pub(super) const TEXT: u8 = 4;

/// What a word weighs that no article has: much, for it may be what the question is about.
const UNKNOWN_WEIGHT: f32 = 0.7;
const FUNCTION_WEIGHT: f32 = 0.04;
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
    pub(super) pairs: Box<[u32]>,
    pub(super) pair_count: u8,
    pub(super) chars: Box<[u32]>,
    pub(super) char_count: u8,
}

pub(super) struct Vocabulary {
    terms: HashMap<Box<str>, Term>,
    spelling: Spelling,
}

#[derive(Default)]
pub(super) struct VocabularyBuilder {
    seen: BTreeMap<String, Seen>,
    topics: BTreeSet<usize>,
}

#[derive(Default)]
struct Seen {
    places: u8,
    heads: BTreeSet<usize>,
    texts: BTreeSet<usize>,
    english: bool,
}

impl VocabularyBuilder {
    pub(super) fn add(&mut self, article: &ArticleText, topic: usize) {
        self.topics.insert(topic);
        self.add_words(&article.title, TITLE, topic);
        for question in &article.questions {
            self.add_words(question, QUESTIONS, topic);
        }
        self.add_words(&article.text, TEXT, topic);
    }

    fn add_words(&mut self, words: &[Word], place: u8, topic: usize) {
        for (text, english) in terms(words, place != TEXT) {
            let seen = self.seen.entry(text).or_default();
            seen.places |= place;
            seen.english |= english;
            if place == TEXT {
                seen.texts.insert(topic)
            } else {
                seen.heads.insert(topic)
            };
        }
    }

    pub(super) fn finish(self) -> Vocabulary {
        let topics = self.topics.len();
        let mut terms = HashMap::with_capacity(self.seen.len());
        let mut spelling = Spelling::default();
        for (id, (text, seen)) in (0u32..).zip(self.seen) {
            let in_topics = if seen.heads.is_empty() {
                seen.texts.len()
            } else {
                seen.heads.len()
            };
            // A misspelt word should be taken for one that articles are about.
            if seen.english && !seen.heads.is_empty() {
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

impl Vocabulary {
    pub(super) fn term(&self, text: &str) -> Option<&Term> {
        self.terms.get(text)
    }

    /// The words of a title or question of an article, or of a customer's message.
    pub(super) fn units(&self, words: &[Word]) -> Vec<Unit> {
        words.iter().map(|word| self.unit(word)).collect()
    }

    fn unit(&self, word: &Word) -> Unit {
        let known = self
            .term(&word.text)
            .map(|term| (term.id, term.weight, 1.0));
        let meant = known.or_else(|| self.guess(&word.text));
        let (id, weight, quality) = match meant {
            Some((id, weight, quality)) => (Some(id), weight, quality),
            None => (None, UNKNOWN_WEIGHT, 1.0),
        };
        let (pairs, chars) = if word.han {
            (pairs(&word.text), single(&word.text))
        } else {
            (Vec::new(), Vec::new())
        };
        let known = |terms: &[String]| {
            terms
                .iter()
                .filter_map(|text| self.term(text))
                .map(|term| term.id)
                .collect()
        };
        Unit {
            id,
            weight: if word.function {
                FUNCTION_WEIGHT
            } else {
                weight
            },
            quality,
            pair_count: count(&pairs),
            char_count: count(&chars),
            pairs: known(&pairs),
            chars: known(&chars),
        }
    }

    fn guess(&self, word: &str) -> Option<(u32, f32, f32)> {
        let id = self.spelling.near(word).into_iter().next()?;
        Some((id, UNKNOWN_WEIGHT, MISSPELT))
    }
}

/// Everything that a run of words is found by: the words, the pairs of Chinese characters also across words, so that
/// any part of two characters or more is found (R88), and with `chars` the single characters.
pub(super) fn terms(words: &[Word], chars: bool) -> Vec<(String, bool)> {
    let mut terms = Vec::with_capacity(words.len() * 3);
    let mut last: Option<char> = None;
    for word in words {
        terms.push((word.text.clone(), !word.han));
        if !word.han {
            last = None;
            continue;
        }
        if let (Some(before), Some(first), true) = (last, word.text.chars().next(), word.joined) {
            terms.push((String::from_iter([before, first]), false));
        }
        // A word of two characters is its own pair.
        terms.extend(
            pairs(&word.text)
                .into_iter()
                .filter(|pair| *pair != word.text)
                .map(|pair| (pair, false)),
        );
        if chars {
            terms.extend(single(&word.text).into_iter().map(|char| (char, false)));
        }
        last = word.text.chars().last();
    }
    terms
}

fn pairs(word: &str) -> Vec<String> {
    word.chars()
        .zip(word.chars().skip(1))
        .map(|(a, b)| String::from_iter([a, b]))
        .collect()
}

/// Single characters are marked, for a character within a word says less than a word of one character.
fn single(word: &str) -> Vec<String> {
    word.chars().map(|c| String::from_iter(['·', c])).collect()
}

fn count(of: &[String]) -> u8 {
    u8::try_from(of.len()).unwrap_or(u8::MAX)
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
