//! Reports: what happened in a period, as tables for people and spreadsheet programs.
//!
//! - [`people`]: the manager's one report, response time and satisfaction of each agent (R85, R150);
//! - [`workload`]: who did how much, people and plugins apart (R147);
//! - [`quality`]: what reviewers found, conversation by conversation (R148);
//! - [`form`]: the service record form 《在线客服受理记录表》 (R87);
//! - [`delivery`]: the form on its way to whoever is to have it, once for each period;
//! - [`sheet`]: a table, and how it is written as JSON, CSV and XLSX.
//!
//! All of them read the facts and conversations of their period from indices in the order of time; none goes through
//! runs. Figures are sums over what runs recorded: the same period gives the same table until somebody is erased.

pub mod delivery;
pub mod form;
pub mod people;
pub mod quality;
pub mod sheet;
pub mod workload;

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use jiff::Timestamp;

pub use sheet::{Column, Sheet, SheetError};

use crate::engine::{Core, EngineError};
use crate::model::{ConversationId, Fact};

/// From one time (included) to another (not).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// Included.
    pub from: Timestamp,
    /// Not included.
    pub to: Timestamp,
}

/// A report by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// See [`people`].
    Agents,
    /// See [`workload`].
    Workload,
    /// See [`quality`].
    Quality,
    /// See [`form`].
    Records,
}

impl Kind {
    /// Every report.
    pub const ALL: &'static [Self] = &[Self::Agents, Self::Workload, Self::Quality, Self::Records];

    /// Its name in the API and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Agents => "agents",
            Self::Workload => "workload",
            Self::Quality => "quality",
            Self::Records => "records",
        }
    }

    /// Its columns.
    pub const fn columns(self) -> &'static [Column] {
        match self {
            Self::Agents => people::COLUMNS,
            Self::Workload => workload::COLUMNS,
            Self::Quality => quality::COLUMNS,
            Self::Records => form::COLUMNS,
        }
    }

    /// The report of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.name() == name)
    }

    /// The report of a period.
    ///
    /// # Errors
    /// Where the store can't be read.
    pub fn of(self, core: &Core, period: Period) -> Result<Sheet, EngineError> {
        match self {
            Self::Agents => people::report(core, period),
            Self::Workload => workload::report(core, period),
            Self::Quality => quality::report(core, period),
            Self::Records => form::report(core, period),
        }
    }
}

/// What a report is added up from, fact by fact. Those of two periods make that of both, so that whoever keeps them day
/// by day has the report of any days without reading anything.
pub(crate) trait Tally: Clone + Default {
    /// Adds a fact; facts come in the order of time.
    fn add(&mut self, at: Timestamp, conversation: &ConversationId, fact: &Fact);
    /// Adds what another period counted.
    fn join(&mut self, other: &Self);
    /// The report.
    fn sheet(self) -> Sheet;

    /// That of a period.
    ///
    /// # Errors
    /// Where the store can't be read.
    fn of(core: &Core, period: Period) -> Result<Self, EngineError> {
        let mut tally = Self::default();
        core.facts_between(period.from, period.to, |at, conversation, fact| {
            tally.add(at, conversation, fact);
        })?;
        Ok(tally)
    }
}

/// A conversation where only its number counts: eight bytes instead of its id.
fn mark(conversation: &ConversationId) -> u64 {
    let mut hasher = DefaultHasher::new();
    conversation.hash(&mut hasher);
    hasher.finish()
}

/// To three digits; none of none.
fn mean(values: &[u32]) -> Option<f64> {
    let sum: u64 = values.iter().map(|value| u64::from(*value)).sum();
    (!values.is_empty()).then(|| (sum as f64 / values.len() as f64 * 1e3).round() / 1e3)
}

/// A part of a whole, to three digits; none of nothing.
fn share(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| (part as f64 / whole as f64 * 1e3).round() / 1e3)
}

/// The smallest of the sorted values that at least so many hundredths don't exceed.
fn quantile(sorted: &[u32], hundredths: usize) -> Option<u32> {
    let rank = (sorted.len() * hundredths).div_ceil(100);
    sorted.get(rank.max(1) - 1).copied()
}

fn seconds(from: Timestamp, to: Timestamp) -> u32 {
    u32::try_from(to.duration_since(from).as_secs()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Instant;

    use jiff::SignedDuration;

    use super::*;
    use crate::engine::{Parts, SeededEntropy, VirtualClock, testing};
    use crate::sandbox::{Sandbox, SandboxConfig};
    use crate::store::{Batch, SledOptions, SledStore, Store};
    use crate::workflow::{Desk, DeskFiles};

    /// A year of 500,000 conversations, 100,000 of them in the period.
    #[test]
    #[ignore = "measures; takes minutes"]
    fn a_report_of_100_000_conversations_reads_no_more_than_its_period() {
        let dir = tempfile::tempdir().unwrap();
        let store: Arc<dyn Store> =
            Arc::new(SledStore::open_with(dir.path(), SledOptions::default()).unwrap());
        let begin: Timestamp = "2026-01-01T00:00:00+08:00".parse().unwrap();
        let mut batch = Batch::new();
        for number in 0..500_000u32 {
            let at = begin + SignedDuration::from_secs(i64::from(number) * 60);
            testing::conversation_with_facts(&mut batch, number, at);
            if number % 500 == 499 {
                store.commit(std::mem::take(&mut batch)).unwrap();
            }
        }
        let core = Core::new(Parts {
            desk: Arc::new(Desk::load(&DeskFiles::Embedded).unwrap()),
            store,
            sandbox: Arc::new(Sandbox::new(SandboxConfig::in_process()).unwrap()),
            clock: Arc::new(VirtualClock::new(begin)),
            entropy: Arc::new(SeededEntropy::new(1)),
        })
        .unwrap();
        let from = begin + SignedDuration::from_secs(200_000 * 60);
        for (name, minutes) in [("100,000", 100_000), ("1,000", 1_000)] {
            let period = Period {
                from,
                to: from + SignedDuration::from_secs(minutes * 60),
            };
            for kind in Kind::ALL {
                let start = Instant::now();
                let sheet = kind.of(&core, period).unwrap();
                let took = start.elapsed();
                let start = Instant::now();
                let bytes = sheet.to_xlsx().unwrap().len();
                println!(
                    "{name} of 500,000: {:<9} {} rows in {took:?}; as xlsx {bytes} bytes in {:?}",
                    kind.name(),
                    sheet.rows.len(),
                    start.elapsed()
                );
            }
        }
    }
}
