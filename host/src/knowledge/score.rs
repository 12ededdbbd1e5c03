//! How sure we are that an article answers a question.
//!
//! BM25 orders candidates well, but its numbers mean nothing by themselves. The confidence compares the customer's
//! wording with each wording that the article lists: how much of what the customer says does the wording cover, and
//! how much of the wording does the customer say, each word weighed by how telling it is. Small talk covers little
//! and says little that is telling; a paraphrase does both.

use super::analysis::{self, ArticleText, Passage, QuestionText};
use super::index::Lookup;
use super::vocabulary::{Unit, Vocabulary};

/// A clause that answers well is worth as much as the rest of the message has to do with it.
const CLAUSE: f32 = 0.75;
/// What coverage of the customer's words counts against coverage of the article's wording.
const QUESTION_SHARE: f32 = 0.64;
/// A word that another wording of the article has, or only its text.
const IN_HEADS: f32 = 0.9;
const IN_TEXT: f32 = 0.6;
/// A Chinese word of which all pairs of characters, or all single characters, appear.
const BY_PAIRS: f32 = 0.85;
const BY_CHARS: f32 = 0.7;
/// Matched words must weigh as much together before a match can be sure.
const TELLING: f32 = 0.9;
/// What a word adds to that which the article has only once: it needn't be what the article is about.
const INCIDENTAL: f32 = 0.5;

/// What it counts that every two neighbouring Chinese characters of a message appear in an article: enough to be found
/// first by a part of its text (R88), too little to be sure.
const AS_PART: f32 = 0.3;

/// The agreement from which on an answer was right often enough, and small talk was answered seldom enough, and the
/// confidence that it is called.
const SURE_AGREEMENT: f32 = 0.545;
const SURE: f32 = 0.6;

/// Confidence before rounding.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Confidence(f32);

impl Confidence {
    fn of(agreement: f32) -> Self {
        if agreement < SURE_AGREEMENT {
            return Self(agreement * SURE / SURE_AGREEMENT);
        }
        Self(SURE + (agreement - SURE_AGREEMENT) * (1.0 - SURE) / (1.0 - SURE_AGREEMENT))
    }

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
    /// What any of the phrases has.
    heads: Vec<u32>,
    /// What the title or at least three phrases have.
    central: Vec<u32>,
    text: Vec<u32>,
}

impl Wording {
    pub(super) fn new(article: &ArticleText, vocabulary: &Vocabulary) -> Self {
        let ids = |passage: &Passage| {
            sorted(
                passage
                    .terms
                    .iter()
                    .filter_map(|term| vocabulary.term(term))
                    .map(|term| term.id),
            )
        };
        let phrases: Vec<Phrase> = article
            .heads()
            .map(|passage| {
                let units = vocabulary.units(&passage.words);
                Phrase {
                    weight: weight(&units),
                    units,
                    ids: ids(passage),
                }
            })
            .collect();
        let mut all: Vec<u32> = phrases
            .iter()
            .flat_map(|phrase| &phrase.ids)
            .copied()
            .collect();
        // Being in the title counts three times.
        let title = phrases.first().map_or(&[][..], |title| &title.ids);
        all.extend(title.iter().chain(title));
        all.sort_unstable();
        let central = all
            .chunk_by(|a, b| a == b)
            .filter(|same| same.len() > 2)
            .filter_map(|same| same.first().copied())
            .collect();
        Self {
            heads: sorted(all.into_iter()),
            central,
            phrases,
            text: ids(&article.text),
        }
    }
}

/// A customer's message, ready to be compared.
pub(super) struct Question {
    parts: Vec<Part>,
    /// The known pairs of neighbouring Chinese characters, and how many there are.
    pairs: Vec<u32>,
    pair_count: usize,
    /// What to look for in the index.
    pub(super) lookups: Vec<Lookup>,
    /// Empty between any two comparisons.
    scratch: TermSet,
}

impl Question {
    pub(super) fn new(text: &QuestionText, vocabulary: &Vocabulary) -> Self {
        let parts = text.parts.iter().map(|part| {
            let units = vocabulary.units(&part.words);
            let mut has = TermSet::new(vocabulary.len());
            let said = part.terms.iter().filter_map(|term| vocabulary.term(term));
            said.for_each(|term| has.insert(term.id));
            let meant = units.iter().filter_map(|unit| unit.id);
            meant.for_each(|id| has.insert(id));
            Part {
                weight: weight(&units),
                units,
                has,
            }
        });
        let message = text.parts.first().map_or(&[][..], |message| &message.terms);
        let pairs: Vec<&String> = message
            .iter()
            .filter(|term| analysis::is_pair(term))
            .collect();
        Self {
            parts: parts.collect(),
            pairs: pairs
                .iter()
                .filter_map(|pair| vocabulary.term(pair))
                .map(|term| term.id)
                .collect(),
            pair_count: pairs.len(),
            lookups: lookups(text, vocabulary),
            scratch: TermSet::new(vocabulary.len()),
        }
    }

    /// Whether there is nothing to look for.
    pub(super) fn is_empty(&self) -> bool {
        self.lookups.is_empty()
    }

    pub(super) fn confidence(&mut self, wording: &Wording) -> Confidence {
        let mut parts: Vec<Compared<'_>> = self
            .parts
            .iter()
            .map(|part| Compared::new(part, wording))
            .collect();
        for phrase in &wording.phrases {
            if phrase.weight <= 0.0 {
                continue;
            }
            phrase.ids.iter().for_each(|id| self.scratch.insert(*id));
            for part in &mut parts {
                part.strength = part.strength.max(part.resemblance(phrase, &self.scratch));
            }
            phrase.ids.iter().for_each(|id| self.scratch.remove(*id));
        }
        let Some((whole, clauses)) = parts.split_first() else {
            return Confidence::of(0.0);
        };
        let mut best = whole.strength.max(self.as_part_of(wording));
        for clause in clauses {
            let context = CLAUSE + (1.0 - CLAUSE) * whole.covers;
            best = best.max(context * clause.strength);
        }
        Confidence::of(best)
    }

    fn as_part_of(&self, wording: &Wording) -> f32 {
        if self.pair_count == 0 {
            return 0.0;
        }
        let has = |id: &&u32| {
            wording.text.binary_search(id).is_ok() || wording.heads.binary_search(id).is_ok()
        };
        let share = self.pairs.iter().filter(has).count() as f32 / self.pair_count as f32;
        AS_PART * share * share
    }
}

/// The message, or a clause of it.
struct Part {
    units: Vec<Unit>,
    weight: f32,
    /// Its words, pairs and characters.
    has: TermSet,
}

/// One way in which an article says what it is about.
struct Phrase {
    units: Vec<Unit>,
    weight: f32,
    /// Words, pairs and characters, sorted.
    ids: Vec<u32>,
}

fn weight(units: &[Unit]) -> f32 {
    units.iter().map(|unit| unit.weight).sum()
}

/// A part beside an article.
struct Compared<'a> {
    part: &'a Part,
    /// How well the article has each word outside the phrase that is looked at.
    elsewhere: Vec<f32>,
    /// How central each word is to the article.
    central: Vec<f32>,
    /// How much of what the customer says the article's heads or text have.
    covers: f32,
    /// How well it agrees with the best of the article's phrases, 0 to 1.
    strength: f32,
}

impl<'a> Compared<'a> {
    fn new(part: &'a Part, wording: &Wording) -> Self {
        let mut compared = Self {
            part,
            elsewhere: Vec::new(),
            central: Vec::new(),
            covers: 0.0,
            strength: 0.0,
        };
        if part.weight <= 0.0 {
            return compared;
        }
        let units = part.units.iter();
        compared.elsewhere = units.map(|unit| elsewhere(unit, wording)).collect();
        let found = part.units.iter().zip(&compared.elsewhere);
        compared.covers = found.map(|(unit, found)| unit.weight * found).sum::<f32>() / part.weight;
        let units = part.units.iter();
        let central = |unit| presence(unit, |id| wording.central.binary_search(&id).is_ok());
        compared.central = units.map(central).collect();
        compared
    }

    /// 0 to 1: how well this part's words and one phrase agree. `has` is the set of the phrase's terms.
    fn resemblance(&self, phrase: &Phrase, has: &TermSet) -> f32 {
        let part = self.part;
        if part.weight <= 0.0 {
            return 0.0;
        }
        let mut matched = 0.0;
        let mut telling = 0.0;
        for ((unit, elsewhere), central) in
            part.units.iter().zip(&self.elsewhere).zip(&self.central)
        {
            let found = presence(unit, |id| has.contains(id)).max(*elsewhere);
            matched += unit.weight * found;
            telling += unit.weight * (INCIDENTAL * found).max(*central);
        }
        let covers = matched / part.weight;
        let covered = phrase
            .units
            .iter()
            .map(|unit| unit.weight * presence(unit, |id| part.has.contains(id)))
            .sum::<f32>()
            / phrase.weight;
        let agreement = QUESTION_SHARE * covers + (1.0 - QUESTION_SHARE) * covered;
        agreement * (telling / TELLING).min(1.0)
    }
}

/// Terms of the vocabulary, a bit for each: asked a hundred times for each phrase of each candidate.
struct TermSet(Vec<u64>);

impl TermSet {
    /// None of `terms` terms.
    fn new(terms: usize) -> Self {
        Self(vec![0; terms.div_ceil(64)])
    }

    fn place(id: u32) -> (usize, u64) {
        (id as usize / 64, 1 << (id % 64))
    }

    fn insert(&mut self, id: u32) {
        let (word, bit) = Self::place(id);
        if let Some(word) = self.0.get_mut(word) {
            *word |= bit;
        }
    }

    fn remove(&mut self, id: u32) {
        let (word, bit) = Self::place(id);
        if let Some(word) = self.0.get_mut(word) {
            *word &= !bit;
        }
    }

    fn contains(&self, id: u32) -> bool {
        let (word, bit) = Self::place(id);
        self.0.get(word).is_some_and(|word| word & bit != 0)
    }
}

fn elsewhere(unit: &Unit, wording: &Wording) -> f32 {
    let in_heads = IN_HEADS * presence(unit, |id| wording.heads.binary_search(&id).is_ok());
    if in_heads >= IN_TEXT {
        return in_heads;
    }
    let in_text = presence(unit, |id| wording.text.binary_search(&id).is_ok());
    in_heads.max(IN_TEXT * in_text)
}

/// How well a word is found among others, 0 to 1.
fn presence(unit: &Unit, has: impl Fn(u32) -> bool) -> f32 {
    if unit.id.is_some_and(&has) {
        return unit.quality;
    }
    let share = |of: &[u32], count: u8| {
        if count == 0 {
            0.0
        } else {
            of.iter().filter(|id| has(**id)).count() as f32 / f32::from(count)
        }
    };
    (BY_PAIRS * share(&unit.pairs, unit.pair_count))
        .max(BY_CHARS * share(&unit.chars, unit.char_count))
}

/// The terms of the whole message that some article has. Words that only say how something is asked are looked up
/// only if there are no others; misspelt words as what they are taken for; single characters only where they are
/// words or belong to a word that no article has.
fn lookups(text: &QuestionText, vocabulary: &Vocabulary) -> Vec<Lookup> {
    let Some(message) = text.parts.first() else {
        return Vec::new();
    };
    let mut wanted: Vec<String> = Vec::new();
    for word in message.words.iter().filter(|word| !word.function) {
        match vocabulary.term(&word.text) {
            Some(_) => {}
            None if word.han => wanted.extend(analysis::single(&word.text)),
            None => wanted.extend(
                vocabulary
                    .guess(&word.text)
                    .map(|(text, _)| text.to_owned()),
            ),
        }
        if word.text.chars().count() == 1 {
            wanted.extend(analysis::single(&word.text));
        }
    }
    let all_function = message.words.iter().all(|word| word.function);
    let is_function = |term: &str| {
        message
            .words
            .iter()
            .any(|word| word.function && word.text == term)
    };
    wanted.extend(
        message
            .terms
            .iter()
            .filter(|term| !analysis::is_single(term) && (all_function || !is_function(term)))
            .cloned(),
    );
    wanted.sort_unstable();
    wanted.dedup();
    let known = wanted.into_iter().filter_map(|text| {
        Some(Lookup {
            places: vocabulary.term(&text)?.places,
            text,
        })
    });
    known.collect()
}

fn sorted(ids: impl Iterator<Item = u32>) -> Vec<u32> {
    let mut ids: Vec<u32> = ids.collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}
