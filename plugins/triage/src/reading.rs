//! What a message says: its concepts, clause by clause, without what it negates.

use switchboard_sdk::text::{Folded, Negation, ends_clause, negation_before, words};

use crate::{
    concept::{Concept, Concepts},
    lexicon::{self, Found},
};

/// A concept in its place.
#[derive(Debug, Clone, Copy)]
pub struct Hit {
    /// What was said.
    pub concept: Concept,
    /// First byte in the folded text.
    pub start: usize,
    /// The byte behind the last one.
    pub end: usize,
    /// Which clause of the message, from 0.
    pub clause: usize,
}

/// A message, read.
#[derive(Debug)]
pub struct Reading {
    /// The folded text.
    pub folded: Folded,
    /// What is said and not negated, in order.
    pub hits: Vec<Hit>,
    /// The same as a set.
    pub said: Concepts,
    /// What is said not to be wanted.
    pub unwanted: Concepts,
    /// What is only held possible ("会着火吗", "what if it explodes").
    pub possible: Concepts,
    /// How many letters, digits and Han characters there are.
    pub length: usize,
    /// How many of them no listed word explains.
    pub unexplained: usize,
}

/// Dangers and faults, which may be spoken of without being there.
const STATES: &[Concept] = &[
    Concept::Fire,
    Concept::Smoke,
    Concept::Blast,
    Concept::Injury,
    Concept::Swallow,
    Concept::Gas,
    Concept::Shock,
    Concept::Trapped,
    Concept::Fault,
    Concept::Fake,
    Concept::Damaged,
    Concept::WrongItem,
    Concept::Outage,
    Concept::Overcharge,
    Concept::Fraud,
    Concept::Grievance,
    Concept::Rudeness,
];

/// What a negated statement denies, besides [`STATES`].
const STATEMENTS: &[Concept] = &[
    Concept::Complain,
    Concept::Suggest,
    Concept::Deadline,
    Concept::Legal,
];

/// What a negated wish declines, besides the statements.
const WISHES: &[Concept] = &[
    Concept::Human,
    Concept::Staff,
    Concept::Somebody,
    Concept::StaffAlone,
    Concept::Bot,
    Concept::Refund,
    Concept::Return,
    Concept::Exchange,
    Concept::Cancel,
    Concept::Repair,
    Concept::Order,
    Concept::Parcel,
    Concept::Place,
    Concept::Invoice,
    Concept::Change,
    Concept::ChangeOrder,
    Concept::Review,
    Concept::Track,
];

impl Reading {
    /// Reads `text`.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let folded = Folded::new(text);
        let tokens: Vec<_> = words(folded.text()).collect();
        let found = lexicon::find(folded.text(), &tokens);
        let length = folded
            .text()
            .chars()
            .filter(|c| c.is_alphanumeric())
            .count();
        let mut reading = Self {
            hits: Vec::with_capacity(found.len()),
            said: Concepts::default(),
            unwanted: Concepts::default(),
            possible: Concepts::default(),
            length,
            unexplained: 0,
            folded,
        };
        reading.take(&found);
        reading.unexplained = reading.count_unexplained(&found);
        reading
    }

    fn take(&mut self, found: &[Found]) {
        let mut clause = 0usize;
        let mut counted = 0usize;
        let mut maybe_clause = None;
        for hit in found {
            let gap = self
                .folded
                .text()
                .get(counted..hit.start)
                .unwrap_or_default();
            clause = clause.saturating_add(gap.chars().filter(|c| ends_clause(*c)).count());
            counted = counted.max(hit.start);
            let concept = hit.concept;
            if concept == Concept::Nothing {
                continue;
            }
            if concept == Concept::Maybe {
                maybe_clause = Some(clause);
            }
            if self.is_denied(hit) {
                continue;
            }
            if STATES.contains(&concept) && (maybe_clause == Some(clause) || self.is_after_may(hit))
            {
                self.possible.add(concept);
                continue;
            }
            self.said.add(concept);
            self.hits.push(Hit {
                concept,
                start: hit.start,
                end: hit.end,
                clause,
            });
        }
    }

    /// Notes what is negated.
    fn is_denied(&mut self, hit: &Found) -> bool {
        let statement = STATES.contains(&hit.concept) || STATEMENTS.contains(&hit.concept);
        let wish = WISHES.contains(&hit.concept);
        if !statement && !wish {
            return false;
        }
        // "不想退货" may be found as "想退": the negation stands before the verb of wishing and takes it in.
        let text = self
            .folded
            .text()
            .get(hit.start..hit.end)
            .unwrap_or_default();
        let verb = if text.starts_with(['想', '要']) {
            '想'.len_utf8()
        } else {
            0
        };
        match negation_before(self.folded.text(), hit.start.saturating_add(verb)) {
            Negation::None => false,
            Negation::Wish => {
                self.unwanted.add(hit.concept);
                true
            }
            Negation::Statement => statement,
        }
    }

    /// "会着火吗", "能爆炸": asked, not told.
    fn is_after_may(&self, hit: &Found) -> bool {
        let head = self.folded.text().get(..hit.start).unwrap_or_default();
        let tail = self.folded.text().get(hit.end..).unwrap_or_default();
        let asked = tail
            .trim_start_matches(['了', '的'])
            .starts_with(['吗', '么', '嘛', '?']);
        head.ends_with(['会', '易', '能']) || asked && head.ends_with(['是', '有'])
    }

    fn count_unexplained(&self, found: &[Found]) -> usize {
        let mut explained = 0usize;
        let mut counted = 0usize;
        for hit in found {
            let part = self
                .folded
                .text()
                .get(hit.start.max(counted)..hit.end)
                .unwrap_or_default();
            explained =
                explained.saturating_add(part.chars().filter(|c| c.is_alphanumeric()).count());
            counted = counted.max(hit.end);
        }
        self.length.saturating_sub(explained)
    }

    /// Whether any of `concepts` is said.
    #[must_use]
    pub fn any(&self, concepts: &[Concept]) -> bool {
        self.said.any(concepts)
    }

    /// Whether any of `concepts` is said in a clause that has none of `others`.
    #[must_use]
    pub fn apart(&self, concepts: &[Concept], others: &[Concept]) -> bool {
        self.hits
            .iter()
            .filter(|hit| concepts.contains(&hit.concept))
            .any(|hit| {
                !self
                    .hits
                    .iter()
                    .any(|other| other.clause == hit.clause && others.contains(&other.concept))
            })
    }

    /// Whether `first` is said and `second` behind it in the same clause, at most `bytes` further on.
    #[must_use]
    pub fn follows(&self, first: &[Concept], second: &[Concept], bytes: usize) -> bool {
        self.hits
            .iter()
            .filter(|hit| first.contains(&hit.concept))
            .any(|left| {
                self.hits.iter().any(|right| {
                    second.contains(&right.concept)
                        && right.clause == left.clause
                        && right.start >= left.end
                        && right.start.saturating_sub(left.end) <= bytes
                })
            })
    }

    /// Whether both are said in one clause, in any order.
    #[must_use]
    pub fn together(&self, one: &[Concept], other: &[Concept]) -> bool {
        self.hits
            .iter()
            .filter(|hit| one.contains(&hit.concept))
            .any(|left| {
                self.hits.iter().any(|right| {
                    other.contains(&right.concept)
                        && right.clause == left.clause
                        && right.start != left.start
                })
            })
    }
}
