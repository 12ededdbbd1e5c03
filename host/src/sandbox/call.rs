//! What goes into a call and what comes out of it.

use std::time::Duration;

use jiff::Zoned;

use super::grants::Grants;
use super::host::HostSide;
use super::limits::Limits;
use serde::{Deserialize, Serialize};

use crate::model::{Context, Event, HostCall, KvWrite, LogLine, Usage};

/// Everything that one call may know and use.
pub struct Call<'a> {
    /// What the step sees.
    pub context: &'a Context<'a>,
    /// What happened.
    pub event: &'a Event,
    /// The run's clock, in the desk's zone: times reach the plugin with its offset.
    pub now: Zoned,
    /// The seed of the run's random source.
    pub seed: [u8; 32],
    /// The step's configuration as JSON.
    pub config: &'a str,
    /// What the step may do.
    pub grants: &'a Grants,
    /// What it may use.
    pub limits: &'a Limits,
    /// Who answers its questions.
    pub host: HostSide,
}

/// What a call left behind. Of a failed call nothing but this report remains: `kv_writes` is empty then.
#[derive(Clone, Debug)]
pub struct CallReport<T> {
    /// What the plugin answered.
    pub result: Result<T, CallFailure>,
    /// What it asked and was told, in order.
    pub host_calls: Vec<HostCall>,
    /// What it wrote, one entry a key, in the order of the first write to each.
    pub kv_writes: Vec<KvWrite>,
    /// What it logged.
    pub log: Vec<LogLine>,
    /// What it cost.
    pub usage: Usage,
    /// Its processor time up to the last look at it, every [`super::engine::TICK`]; zero for calls that ended before the
    /// first.
    pub computed: Duration,
}

impl<T> CallReport<T> {
    /// Of a call that wasn't made.
    pub fn refused(failure: CallFailure) -> Self {
        Self {
            result: Err(failure),
            host_calls: Vec::new(),
            kv_writes: Vec::new(),
            log: Vec::new(),
            usage: Usage::default(),
            computed: Duration::ZERO,
        }
    }
}

/// Why a call gave no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {reason}")]
pub struct CallFailure {
    /// The stable name of the cause.
    pub code: FailureCode,
    /// In words, for whoever mends it.
    pub reason: String,
    /// When another try is worth it, where the plugin said so.
    pub retry_after: Option<Duration>,
}

impl CallFailure {
    /// A failure that says nothing about another try.
    pub fn new(code: FailureCode, reason: impl Into<String>) -> Self {
        Self {
            code,
            reason: reason.into(),
            retry_after: None,
        }
    }
}

crate::model::kinds!(
    /// Why a call gave no answer.
    FailureCode {
        /// It used too much processor time.
        Deadline = "deadline",
        /// It took too long, whoever was to blame.
        WallClock = "wall-clock",
        /// It wanted more memory or tables than its limit.
        Memory = "memory",
        /// It called too deep.
        StackOverflow = "stack-overflow",
        /// It trapped: `unreachable`, division by zero, out of bounds …
        Trap = "trap",
        /// It asked the host too often.
        HostCallBudget = "host-call-budget",
        /// It passed too much data to and from the host.
        HostData = "host-data",
        /// It returned too much.
        Output = "output",
        /// It returned something that isn't what the contract says.
        InvalidOutput = "invalid-output",
        /// It asked for an effect that its step wasn't granted.
        NoGrant = "no-grant",
        /// It says that another try is worth it.
        Transient = "transient",
        /// It says that the same input will fail again.
        Permanent = "permanent",
        /// It asked something else than in the recording.
        ReplayDivergence = "replay-divergence",
        /// Its instance couldn't be made.
        Instantiation = "instantiation",
        /// All slots for plugin instances are taken.
        Busy = "busy",
        /// The call isn't one that the plugin's world has.
        WrongWorld = "wrong-world",
        /// The host couldn't do its part.
        Host = "host",
    }
);
