//! How sure we are that an article answers a question.
//!
//! BM25 orders candidates well, but its numbers mean nothing by themselves. The confidence compares the customer's
//! wording with each wording that the article lists: how much of what the customer says does the wording cover, and
//! how much of the wording does the customer say, each word weighed by how telling it is. Small talk covers little
//! and says little that is telling; a paraphrase does both.

use std::ops::Range;

use super::analysis::{self, ArticleText, Passage, QuestionText};
use super::index::Lookup;
use super::vocabulary::{Term, Unit, Vocabulary};

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

/// Of more clauses the rest counts only for the whole message.
const CLAUSES: usize = 8;

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
pub(super) struct Question<'v> {
    units: Vec<Unit>,
    /// The message as a whole and, if there are several, its clauses.
    parts: Vec<Part>,
    /// The known pairs of neighbouring Chinese characters, and how many there are.
    pairs: Vec<u32>,
    pair_count: usize,
    /// What to look for in the index.
    pub(super) lookups: Vec<Lookup<'v>>,
    scratch: Scratch,
}

/// The message, or a clause of it.
struct Part {
    /// Which of the message's.
    units: Range<usize>,
    weight: f32,
    /// Its words, pairs and characters.
    has: TermSet,
    /// How well it agrees with the best phrase of the article that is looked at, 0 to 1.
    strength: f32,
}

/// Room to compare an article in, so that the next one needs no new memory.
struct Scratch {
    /// Empty between any two uses.
    terms: TermSet,
    more_terms: TermSet,
    /// How well the article has each unit of the message outside the phrase that is looked at.
    elsewhere: Vec<f32>,
    /// How central each is to the article.
    central: Vec<f32>,
    /// How well the phrase has each, or the rest of the article.
    found: Vec<f32>,
}

impl<'v> Question<'v> {
    pub(super) fn new(text: &QuestionText, vocabulary: &'v Vocabulary) -> Self {
        let mut units = Vec::new();
        let mut clauses = Vec::new();
        let mut whole = TermSet::new(vocabulary.len());
        let (mut pairs, mut pair_count) = (Vec::new(), 0);
        for (number, clause) in text.clauses.iter().enumerate() {
            let first = units.len();
            units.extend(clause.words.iter().map(|word| vocabulary.unit(word)));
            let mut ids = Vec::with_capacity(clause.terms.len());
            for text in &clause.terms {
                let id = vocabulary.term(text).map(|term| term.id);
                ids.extend(id);
                if analysis::is_pair(text) {
                    pairs.extend(id);
                    pair_count += 1;
                }
            }
            ids.iter().for_each(|id| whole.insert(*id));
            if text.clauses.len() > 1 && number < CLAUSES {
                let mut has = TermSet::new(vocabulary.len());
                ids.iter().for_each(|id| has.insert(*id));
                clauses.push(Part::new(first, &units, has));
            }
        }
        let mut parts = vec![Part::new(0, &units, whole)];
        parts.extend(clauses);
        Self {
            scratch: Scratch {
                terms: TermSet::new(vocabulary.len()),
                more_terms: TermSet::new(vocabulary.len()),
                elsewhere: vec![0.0; units.len()],
                central: vec![0.0; units.len()],
                found: vec![0.0; units.len()],
            },
            units,
            parts,
            pairs,
            pair_count,
            lookups: lookups(text, vocabulary),
        }
    }

    /// Whether there is nothing to look for.
    pub(super) fn is_empty(&self) -> bool {
        self.lookups.is_empty()
    }

    pub(super) fn confidence(&mut self, wording: &Wording) -> Confidence {
        let as_part = self.beside(wording);
        let Self {
            units,
            parts,
            scratch,
            ..
        } = self;
        let Some((whole, _)) = parts.split_first() else {
            return Confidence::of(0.0);
        };
        if whole.weight <= 0.0 {
            return Confidence::of(as_part);
        }
        let covers = sum(units, &scratch.elsewhere) / whole.weight;
        parts.iter_mut().for_each(|part| part.strength = 0.0);
        let mut has_other = false;
        for phrase in &wording.phrases {
            if phrase.weight <= 0.0 {
                continue;
            }
            let said = parts.first().map(|whole| &whole.has);
            let is_other = |id: &u32| said.is_none_or(|said| !said.contains(*id));
            if phrase.ids.iter().all(is_other) {
                has_other = true;
                continue;
            }
            scratch.terms.holding(&phrase.ids, |terms| {
                let places = scratch
                    .found
                    .iter_mut()
                    .zip(units.iter().zip(&scratch.elsewhere));
                for (found, (unit, elsewhere)) in places {
                    *found = presence(unit, terms).max(*elsewhere);
                }
            });
            for part in &mut *parts {
                part.meet(units, scratch, Some(phrase));
            }
        }
        if has_other {
            scratch.found.copy_from_slice(&scratch.elsewhere);
            for part in &mut *parts {
                part.meet(units, scratch, None);
            }
        }
        let mut best = as_part;
        for (number, part) in parts.iter().enumerate() {
            // A clause counts less, the less the article has of the rest.
            let context = if number == 0 {
                1.0
            } else {
                CLAUSE + (1.0 - CLAUSE) * covers
            };
            best = best.max(context * part.strength);
        }
        Confidence::of(best)
    }

    /// Puts down how well the article has each unit, and gives what it counts that the message is a part of its text.
    fn beside(&mut self, wording: &Wording) -> f32 {
        let Scratch {
            terms: heads,
            more_terms: text,
            elsewhere,
            central,
            ..
        } = &mut self.scratch;
        let units = &self.units;
        let mut known_pairs = 0;
        heads.holding(&wording.heads, |heads| {
            text.holding(&wording.text, |text| {
                for (unit, elsewhere) in units.iter().zip(elsewhere) {
                    let in_heads = IN_HEADS * presence(unit, heads);
                    *elsewhere = if in_heads >= IN_TEXT {
                        in_heads
                    } else {
                        in_heads.max(IN_TEXT * presence(unit, text))
                    };
                }
                let has = |id: &&u32| text.contains(**id) || heads.contains(**id);
                known_pairs = self.pairs.iter().filter(has).count();
            });
        });
        heads.holding(&wording.central, |terms| {
            for (unit, central) in units.iter().zip(central) {
                *central = presence(unit, terms);
            }
        });
        if self.pair_count == 0 {
            return 0.0;
        }
        let share = known_pairs as f32 / self.pair_count as f32;
        AS_PART * share * share
    }
}

impl Part {
    /// The units from the first on.
    fn new(first: usize, units: &[Unit], mut has: TermSet) -> Self {
        let own = units.get(first..).unwrap_or_default();
        let meant = own.iter().filter_map(|unit| unit.id);
        meant.for_each(|id| has.insert(id));
        Self {
            units: first..units.len(),
            weight: weight(own),
            has,
            strength: 0.0,
        }
    }

    /// How much of a phrase it says, 0 to 1.
    fn share_of(&self, phrase: &Phrase) -> f32 {
        let units = phrase.units.iter();
        let said = units.map(|unit| unit.weight * presence(unit, &self.has));
        said.sum::<f32>() / phrase.weight
    }

    /// Notes how well it agrees with a phrase that has its units as found; without one, with any of which it says
    /// nothing.
    fn meet(&mut self, units: &[Unit], scratch: &Scratch, phrase: Option<&Phrase>) {
        if self.weight <= 0.0 {
            return;
        }
        let units = own(units, &self.units);
        let found = own(&scratch.found, &self.units);
        let central = own(&scratch.central, &self.units);
        let mut matched = 0.0;
        let mut telling = 0.0;
        for ((unit, found), central) in units.iter().zip(found).zip(central) {
            matched += unit.weight * found;
            telling += unit.weight * (INCIDENTAL * found).max(*central);
        }
        let covers = matched / self.weight;
        let telling = (telling / TELLING).min(1.0);
        let strength =
            |share: f32| telling * (QUESTION_SHARE * covers + (1.0 - QUESTION_SHARE) * share);
        // Most phrases can't be the best, however much of them is said.
        const ALL: f32 = 1.001;
        if strength(ALL) > self.strength {
            let share = phrase.map_or(0.0, |phrase| self.share_of(phrase));
            self.strength = self.strength.max(strength(share));
        }
    }
}

/// One way in which an article says what it is about.
struct Phrase {
    units: Vec<Unit>,
    weight: f32,
    /// Words, pairs and characters, sorted.
    ids: Vec<u32>,
}

/// Those of a part, among what the message has of each unit.
fn own<'a, T>(of_message: &'a [T], units: &Range<usize>) -> &'a [T] {
    of_message.get(units.clone()).unwrap_or_default()
}

fn weight(units: &[Unit]) -> f32 {
    units.iter().map(|unit| unit.weight).sum()
}

/// What the units weigh that are found as well.
fn sum(units: &[Unit], found: &[f32]) -> f32 {
    let units = units.iter().zip(found);
    units.map(|(unit, found)| unit.weight * found).sum()
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

    /// What it is used for while it has these terms besides, and only then.
    fn holding(&mut self, ids: &[u32], with: impl FnOnce(&Self)) {
        ids.iter().for_each(|id| self.insert(*id));
        with(self);
        ids.iter().for_each(|id| self.remove(*id));
    }
}

/// How well a word is found among others, 0 to 1.
fn presence(unit: &Unit, terms: &TermSet) -> f32 {
    if unit.id.is_some_and(|id| terms.contains(id)) {
        return unit.quality;
    }
    let share = |of: &[u32], count: u8| {
        if count == 0 {
            0.0
        } else {
            of.iter().filter(|id| terms.contains(**id)).count() as f32 / f32::from(count)
        }
    };
    (BY_PAIRS * share(&unit.pairs, unit.pair_count))
        .max(BY_CHARS * share(&unit.chars, unit.char_count))
}

/// The terms of the whole message that some article has. Words that only say how something is asked are looked up
/// only if there are no others; misspelt words as what they are taken for; single characters only where they are
/// words or belong to a word that no article has.
fn lookups<'v>(text: &QuestionText, vocabulary: &'v Vocabulary) -> Vec<Lookup<'v>> {
    let words = || text.clauses.iter().flat_map(|clause| &clause.words);
    let mut wanted: Vec<(&'v str, &'v Term)> = Vec::new();
    let mut want = |text: &str| wanted.extend(vocabulary.entry(text));
    for word in words().filter(|word| !word.function) {
        match vocabulary.term(&word.text) {
            Some(_) => {}
            None if word.han => analysis::singles(&word.text, &mut want),
            None => {
                if let Some((text, _)) = vocabulary.guess(&word.text) {
                    want(text);
                }
            }
        }
        if word.text.chars().count() == 1 {
            analysis::singles(&word.text, &mut want);
        }
    }
    let all_function = words().all(|word| word.function);
    let is_function = |term: &str| words().any(|word| word.function && word.text == term);
    let terms = text.clauses.iter().flat_map(|clause| &clause.terms);
    terms
        .filter(|term| !analysis::is_single(term) && (all_function || !is_function(term)))
        .for_each(|term| want(term));
    // Terms are numbered in the order of their texts.
    wanted.sort_unstable_by_key(|(_, term)| term.id);
    wanted.dedup_by_key(|(_, term)| term.id);
    let lookup = |(text, term): (&'v str, &Term)| Lookup {
        text,
        places: term.places,
    };
    wanted.into_iter().map(lookup).collect()
}

fn sorted(ids: impl Iterator<Item = u32>) -> Vec<u32> {
    let mut ids: Vec<u32> = ids.collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}
