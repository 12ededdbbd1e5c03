//! The trace of a run: enough to understand it, and to repeat it byte for byte.

use serde::{Deserialize, Serialize};

use super::conversation::kinds;
use super::{Account, Conversation, Entry, Event, Outcome, Policy, RunId};

/// One event through its chain.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// Its id.
    pub id: RunId,
    /// What it handled.
    pub event: Event,
    /// The conversation before the run, after the event itself was applied.
    pub before: Conversation,
    /// The account before the run.
    pub account: Account,
    /// The name of the desk's revision that it ran under: a hash of workflow and configuration.
    pub desk: String,
    /// Where the chain was taken up again after a failure; none: from its beginning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resumed: Option<Resume>,
    /// Each plugin call, in order.
    pub invocations: Vec<Invocation>,
    /// The times that the calendar made of the effects' moments, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub moments: Vec<jiff::Timestamp>,
    /// How many of the entries are the event's own, before any step.
    pub opening: u32,
    /// How many of the entries the host added after the last step: what became of the queue, for instance. Like a host
    /// answer they depend on the rest of the desk, so a replay takes them over.
    #[serde(default, skip_serializing_if = "none_of_them")]
    pub closing: u32,
    /// What it did, in order.
    pub entries: Vec<Entry>,
}

fn none_of_them(count: &u32) -> bool {
    *count == 0
}

impl Run {
    /// What the run's steps made of an account that the run saw together with others of the same customer: none where
    /// nothing changed, unless the event itself did `change` it.
    pub fn own_account(&self, mut account: Account, change: bool) -> Option<Account> {
        let opening = usize::try_from(self.opening).unwrap_or(usize::MAX);
        let mut changed = change;
        for entry in self.entries.iter().skip(opening) {
            changed |= account.apply(&entry.change);
        }
        changed.then_some(account)
    }
}

/// Where a chain is taken up again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Resume {
    /// The run whose event is handled once more.
    pub run: u32,
    /// The step that failed.
    pub step: String,
    /// How often it was tried before.
    pub attempt: u32,
}

/// One plugin call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Invocation {
    /// The step.
    pub step: String,
    /// The plugin's name.
    pub plugin: String,
    /// The plugin's version.
    pub version: String,
    /// SHA-256 of the component, in hexadecimal.
    pub sha256: String,
    /// SHA-256 of the step's configuration, grants and limits, under which they are kept.
    pub settings: String,
    /// What came of it.
    pub result: InvocationResult,
    /// What it asked the host and was told, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub host_calls: Vec<HostCall>,
    /// What it wrote to its key-value space.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kv_writes: Vec<KvWrite>,
    /// What it logged.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub log: Vec<LogLine>,
    /// What it cost. Not part of a replay's comparison.
    pub usage: Usage,
}

/// What came of an invocation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "result", rename_all = "kebab-case")]
pub enum InvocationResult {
    /// The step answered.
    Done {
        /// What.
        outcome: Outcome,
    },
    /// The reviewer answered, or its failure policy did for it.
    Reviewed {
        /// What it found, text by text, in the order of the texts.
        texts: Vec<ReviewedText>,
        /// Why it could not look at them, where its failure policy answered.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        failure: Option<ReviewFailure>,
    },
    /// The step failed or was stopped; nothing of the call counts.
    Failed {
        /// A stable name of the cause: `deadline`, `memory`, `trap`, `transient`, `invalid-effect` …
        code: String,
        /// Why, in words.
        reason: String,
        /// What the host did about it.
        policy: Policy,
    },
}

/// A text that a reviewer saw.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReviewedText {
    /// The message's number.
    pub number: u32,
    /// What was found in it.
    pub findings: Vec<super::Finding>,
}

/// Why a reviewer gave no answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReviewFailure {
    /// A stable name of the cause, as for steps.
    pub code: String,
    /// Why, in words.
    pub reason: String,
}

/// A question to the host and its answer, as JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HostCall {
    /// `interface.function`.
    pub call: String,
    /// The arguments.
    pub arguments: serde_json::Value,
    /// The answer.
    pub answer: serde_json::Value,
}

kinds!(
    /// Whose memory a key belongs to.
    KvScope {
        /// The conversation's.
        Conversation = "conversation",
        /// The account's.
        Account = "account",
        /// The whole desk's.
        Desk = "desk",
    }
);

/// A write to a step's key-value space; none removes the key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KvWrite {
    /// Whose memory.
    pub scope: KvScope,
    /// Which key.
    pub key: String,
    /// What.
    pub value: Option<Vec<u8>>,
}

kinds!(
    /// How much a log line matters.
    LogLevel {
        /// For the plugin's author.
        Debug = "debug",
        /// For whoever runs the desk.
        Info = "info",
        /// Something is odd.
        Warn = "warn",
        /// Something is wrong.
        Error = "error",
    }
);

/// A line that a plugin logged, control characters escaped.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LogLine {
    /// How much it matters.
    pub level: LogLevel,
    /// What.
    pub text: String,
}

/// What a call cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Microseconds of wall time.
    pub time_us: u32,
    /// How many of them it waited for servers of others.
    #[serde(default, skip_serializing_if = "none_of_them")]
    pub outside_us: u32,
    /// Fuel, where the engine counts it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fuel: Option<u64>,
    /// Most bytes of linear memory and tables held at once.
    pub memory: u64,
    /// Questions to the host.
    pub host_calls: u32,
}
