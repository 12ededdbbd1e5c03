//! What a desk is made of: pure data and pure rules.
//!
//! Nothing here does I/O, reads a clock or draws a random number; nothing here knows wasmtime, sled or axum. A
//! conversation's state is the fold of its [`Change`]s: the engine decides which changes a run makes, this room says
//! what each one does.
//!
//! JSON names are snake_case, values of enums kebab-case, as in the HTTP API. Times are UTC here; they get the desk's
//! offset where people or plugins see them.

mod account;
mod change;
mod context;
mod conversation;
mod effect;
mod event;
mod fact;
mod floor;
mod ids;
mod lasting;
mod manifest;
mod phone;
mod record;
mod run;
#[cfg(test)]
pub(crate) mod testing;

pub use account::Account;
pub use change::{Actor, Change, Entry, Policy};
pub use context::{AccountView, Context, ConversationView, DeskView};
pub(crate) use conversation::kinds;
pub use conversation::{
    Author, Category, Closing, Conversation, Handler, Message, Priority, Promise, PromiseStatus,
    Stage, SurveyStatus, Ticket, TicketKind, TicketStatus, Timer,
};
pub use effect::{
    Effect, Escalation, Handover, Moment, NextStep, Notification, Outcome, PromiseDraft, Reply,
    StepError, SurveyResult, TicketDraft, TimerDraft,
};
pub use event::{Event, EventKind, Occurrence};
pub use fact::Fact;
pub use floor::{Care, Login, Presence, PresenceStatus};
pub use ids::{AccountId, ConversationId, EventId, MessageId, PromiseId, RunId, TicketId};
pub use lasting::lasting;
pub use manifest::{Finding, Manifest, Severity};
pub use phone::{contact_key, masked};
pub(crate) use record::cut;
pub use record::{
    Edited, Handled, Held, Record, RecordEdit, RecordedTicket, Tally, Worker, worker_of,
};
pub use run::{
    HostCall, Invocation, InvocationResult, KvScope, KvWrite, LogLevel, LogLine, Resume,
    ReviewFailure, ReviewedText, Run, Usage,
};

/// A BCP 47 language tag: `zh-Hans`, `zh-Hant`, `en` or whatever a desk serves.
pub type Language = String;
