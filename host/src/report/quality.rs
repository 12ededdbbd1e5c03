//! What reviewers found in the texts of a period, conversation by conversation (R148), worst first.
//!
//! The score is a rule and no opinion: 100, less 25 for each finding that blocks a text, 5 for each warning and 1 for
//! each remark, never below 0. The same findings give the same score; which rules there are and how severe they are is
//! up to the reviewers' configuration, which runs record.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::sheet::{Column, Sheet};
use super::{Period, Tally, mark, share};
use crate::engine::{Core, EngineError};
use crate::model::{ConversationId, Fact, Severity};

/// Its columns.
pub const COLUMNS: &[Column] = &[
    Column::plain("conversation"),
    Column::plain("score"),
    Column::plain("blocking"),
    Column::plain("warnings"),
    Column::plain("remarks"),
    Column::plain("rules"),
    Column::plain("authors"),
    Column::plain("checked"),
    Column::plain("share_without_findings"),
];

#[derive(Clone, Default)]
struct Found {
    blocking: u32,
    warnings: u32,
    remarks: u32,
    rules: BTreeSet<String>,
    authors: BTreeSet<String>,
}

/// The first row is over all conversations with a text in the period; then one for each with findings.
///
/// # Errors
/// Where the store can't be read.
pub fn report(core: &Core, period: Period) -> Result<Sheet, EngineError> {
    Ok(Findings::of(core, period)?.sheet())
}

/// What was found, over all and in each conversation in which something was.
#[derive(Clone, Default)]
pub(crate) struct Findings {
    checked: HashSet<u64>,
    all: Found,
    found: BTreeMap<ConversationId, Found>,
}

impl Tally for Findings {
    fn add(&mut self, _: Timestamp, conversation: &ConversationId, fact: &Fact) {
        if matches!(fact, Fact::Replied { .. } | Fact::Found { .. }) {
            self.checked.insert(mark(conversation));
        }
        if let Fact::Found {
            author,
            rule,
            severity,
        } = fact
        {
            let one = self.found.entry(conversation.clone()).or_default();
            for found in [one, &mut self.all] {
                found.add(author, rule, *severity);
            }
        }
    }

    fn join(&mut self, other: &Self) {
        self.checked.extend(&other.checked);
        self.all.join(&other.all);
        for (conversation, found) in &other.found {
            let one = self.found.entry(conversation.clone()).or_default();
            one.join(found);
        }
    }

    fn sheet(self) -> Sheet {
        let Self {
            checked,
            all,
            found,
        } = self;
        let mut first = all.row();
        let without = checked.len().saturating_sub(found.len());
        first.insert("conversation".to_owned(), json!(super::people::EVERYBODY));
        first.insert("score".to_owned(), mean_score(&found, checked.len()));
        first.insert("checked".to_owned(), json!(checked.len()));
        let without = json!(share(without, checked.len()));
        first.insert("share_without_findings".to_owned(), without);
        let mut rest: Vec<_> = found.into_iter().collect();
        rest.sort_by_key(|(_, found)| found.score());
        let rest = rest.into_iter().map(|(conversation, found)| {
            let mut row = found.row();
            row.insert("conversation".to_owned(), json!(conversation));
            row
        });
        Sheet {
            name: "quality",
            title: "会话质检 Quality of conversations".to_owned(),
            columns: COLUMNS,
            rows: std::iter::once(first).chain(rest).collect(),
        }
    }
}

/// Conversations without findings score 100.
fn mean_score(found: &BTreeMap<ConversationId, Found>, checked: usize) -> Value {
    if checked == 0 {
        return Value::Null;
    }
    let lost: u64 = found
        .values()
        .map(|found| u64::from(100 - found.score()))
        .sum();
    let mean = 100.0 - lost as f64 / checked as f64;
    json!((mean * 1e3).round() / 1e3)
}

impl Found {
    fn add(&mut self, author: &str, rule: &str, severity: Severity) {
        match severity {
            Severity::Blocking => self.blocking += 1,
            Severity::Warning => self.warnings += 1,
            Severity::Info => self.remarks += 1,
        }
        self.rules.insert(rule.to_owned());
        self.authors.insert(author.to_owned());
    }

    fn join(&mut self, other: &Self) {
        self.blocking += other.blocking;
        self.warnings += other.warnings;
        self.remarks += other.remarks;
        self.rules.extend(other.rules.iter().cloned());
        self.authors.extend(other.authors.iter().cloned());
    }

    fn score(&self) -> u32 {
        let lost =
            u64::from(self.blocking) * 25 + u64::from(self.warnings) * 5 + u64::from(self.remarks);
        100 - u32::try_from(lost.min(100)).unwrap_or(100)
    }

    fn row(&self) -> Map<String, Value> {
        let list = |names: &BTreeSet<String>| {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            names.join("; ")
        };
        let row = json!({
            "score": self.score(),
            "blocking": self.blocking,
            "warnings": self.warnings,
            "remarks": self.remarks,
            "rules": list(&self.rules),
            "authors": list(&self.authors),
        });
        match row {
            Value::Object(row) => row,
            _ => Map::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_never_falls_below_nothing() {
        let mut found = Found::default();
        assert_eq!(found.score(), 100);
        found.add("li", "vague", Severity::Warning);
        found.add("li", "too-short", Severity::Info);
        assert_eq!(found.score(), 94);
        for _ in 0..9 {
            found.add("li", "profanity", Severity::Blocking);
        }
        assert_eq!(found.score(), 0);
    }
}
