//! The engine: what customers write goes in, runs come out, and each is durable before anybody hears of it.
//!
//! - `request`, `intake`: what can happen to a desk, and which account and conversation it concerns.
//! - `run`, `review`, `settle`, `failure`: one event through its chain, as a pure function of event, context, plugins and
//!   host answers.
//! - `floor`: who is there, who waits for whom, the minute, outages.
//! - `notices`: who is told what and when; `complaints`: those about somebody of the desk; `promises`: the ledger; `case`: when a
//!   conversation is settled; `duties`: what the host sees to
//!   whatever the steps do.
//! - `commit`: a run as one atomic batch.
//! - `opening`: requests as the input of a run; `plan`: the workflow that it sees; `desk_memory`: what runs share.
//! - `core`: these together, one request at a time: what the simulator drives in virtual time.
//! - `reading`, `holdings`: what others may read, and all that is kept of one customer, to hand over or to erase.
//! - `meters`: figures of a running host.
//! - `service`: many accounts at once over the same core: lanes, workers, timers, live events.
//! - `network`: requests of plugins to servers of others, and that nobody else waits for them.
//! - `outbox`: what must leave the desk, until it has.
//! - `replay`, `rehearsal`, `simulate`, `timeline`: recorded runs again, and what another component would have done in them; whole days in virtual time; what people read of either.
//!
//! Invariants:
//! 1. One request of an account at a time, in the order in which they came; many accounts at once.
//! 2. A run's event, state, effects, key-value writes, timers, outbox rows and trace are one batch.
//! 3. Nobody is answered before the batch is durable.
//! 4. Nothing in a run depends on anything but its recorded inputs, so that every run can be repeated.

mod admission;
mod case;
mod chores;
mod clock;
mod closing;
mod commit;
mod complaints;
mod core;
mod desk_host;
mod desk_memory;
mod duties;
mod facts;
mod failure;
mod floor;
mod history;
mod holdings;
mod intake;
mod keys;
mod merging;
mod meters;
mod network;
mod notices;
mod opening;
mod outbox;
mod periods;
mod plan;
mod plugins;
mod promises;
mod reading;
mod rehearsal;
mod replay;
mod request;
mod review;
mod run;
mod search;
mod secret;
mod service;
mod settle;
pub mod simulate;
#[cfg(test)]
pub(crate) mod testing;
mod texts;
mod timeline;
mod upgrade;
mod words;

pub(crate) use chores::HostNote;
pub use chores::{Chore, keep};
pub use clock::{Clock, Entropy, SeededEntropy, SystemClock, SystemEntropy, VirtualClock};
pub(crate) use commit::Attachment;
pub use core::{Core, Parts};
pub(crate) use failure::NEEDS_ATTENTION;
pub use floor::{AgentAtWork, AtHand, IdleNudge, Outage, PresenceChange, SignOfLife, Waiting};
pub use history::TimelineMark;
pub use holdings::{Held, Remembered};
pub use merging::Merge;
pub use network::Network;
pub use plugins::{
    ActivePlugin, Amendments, ExamReport, Origin, PluginVersion, PluginsError, RefusedWish,
    Revision, ShiftAmendment, StepAmendment, Trial, TrialKind, VersionFigures, WHOLE, WrongCase,
    standard_plugins,
};
pub use promises::PromiseRow;
pub use reading::{MessagePage, RunMark};
pub use rehearsal::{DifferenceGroup, Example, Rehearsal, RehearsalReport};
pub use replay::{Difference, ReplayReport, ReplaySelection};
pub use request::{Answer, EngineError, HandTo, Inbound, Request};
pub use search::{Hit, Hits, SearchMark};
pub use service::{Engine, LiveEvent, ServiceConfig};
pub use timeline::{TimelineLine, timeline};
