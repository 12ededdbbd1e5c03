//! The desk's side of a call: what the engine answers, and how answers are played back.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::egress::{HttpError, ModelAnswer, ModelError, Prompt, Request, Response, Rule, Within};
use crate::model::{HostCall, KvScope};

/// An article that answers a query.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hit {
    /// Its id.
    pub article: String,
    /// Its title.
    pub title: String,
    /// What it says.
    pub text: String,
    /// Its language.
    pub language: String,
    /// How surely it answers the query, 0 to 1.
    pub score: f32,
    /// Its labels.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<String>,
}

/// Somebody of the directory, as plugins see them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Contact {
    /// Who.
    pub name: String,
    /// Where.
    pub department: String,
    /// As what.
    pub role: String,
    /// How a customer may reach them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_contact: Option<String>,
    /// Whether they are on duty at the run's time.
    pub reachable: bool,
    /// When they are back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub back_at: Option<Timestamp>,
}

/// How much one of a plugin's key-value spaces holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KvUsage {
    /// Keys.
    pub keys: u64,
    /// Bytes of keys and values.
    pub bytes: u64,
}

/// What the engine answers. The object is bound to one plugin, conversation and account: it names the namespaces, a
/// plugin can't. The sandbox lays the call's own buffered writes over its answers.
///
/// An `Err` reaches the plugin as the error of its question; it is not a failure of the call.
pub trait Host: Send + Sync {
    /// Best first, at most `limit` (itself at most 10).
    fn search(&self, query: &str, language: Option<&str>, limit: u32) -> Result<Vec<Hit>, String>;
    /// The article of that id, where it is valid now.
    fn article(&self, id: &str) -> Result<Option<Hit>, String>;
    /// All departments, in the directory's order.
    fn departments(&self) -> Vec<String>;
    /// Who answers for a topic.
    fn responsible(&self, topic: &str) -> Option<Contact>;
    /// Whether the desk is open.
    fn is_open(&self, at: Timestamp) -> Result<bool, String>;
    /// The first open moment at or after `at`.
    fn next_open(&self, at: Timestamp) -> Result<Timestamp, String>;
    /// The end of the business day that `at` is in, or of the next one.
    fn end_of_day(&self, at: Timestamp) -> Result<Timestamp, String>;
    /// So many seconds of business time later.
    fn add_business_seconds(&self, start: Timestamp, seconds: u32) -> Result<Timestamp, String>;
    /// The committed value of a key.
    fn kv_get(&self, scope: KvScope, key: &str) -> Result<Option<Vec<u8>>, String>;
    /// Committed keys that begin with `prefix`, in byte order, after the key `after`, at most `limit`.
    fn kv_scan(
        &self,
        scope: KvScope,
        prefix: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<(String, Vec<u8>)>, String>;
    /// How much one of its spaces holds: the conversation's, the account's or the desk's.
    fn kv_usage(&self, scope: KvScope) -> Result<KvUsage, String>;
    /// What lies outside the host.
    fn outside(&self) -> &dyn Outside;
}

/// Who calls servers of others. Takes as long as the limits let it.
pub trait Outside: Send + Sync {
    /// Sends a request that the step's grants let out.
    fn send(&self, request: &Request, rule: &Rule, within: Within) -> Result<Response, HttpError>;
    /// Asks the desk's model.
    fn complete(&self, prompt: &Prompt, within: Within) -> Result<ModelAnswer, ModelError>;
}

/// Nobody: for rehearsals, simulations and tests.
impl Outside for () {
    fn send(&self, _: &Request, _: &Rule, _: Within) -> Result<Response, HttpError> {
        Err(HttpError::Unanswerable(UNANSWERABLE.to_owned()))
    }

    fn complete(&self, _: &Prompt, _: Within) -> Result<ModelAnswer, ModelError> {
        Err(ModelError::Unanswerable(UNANSWERABLE.to_owned()))
    }
}

const UNANSWERABLE: &str = "nothing is sent from here, and no answer to this is on record";

/// Where a call's answers come from.
#[derive(Clone)]
pub enum HostSide {
    /// From the desk; each answer is recorded.
    Live(Arc<dyn Host>),
    /// From a recording, in order. A question that isn't the recorded one fails the call with `replay-divergence`.
    Recorded(Arc<[HostCall]>),
    /// From a recording where the same question was asked in it, else from the desk: for another version of a
    /// plugin, which may ask other questions.
    Rehearsed {
        /// What was answered then.
        recorded: Arc<[HostCall]>,
        /// What answers the rest.
        live: Arc<dyn Host>,
    },
    /// From nobody: every question that needs a grant is refused. `describe` runs so.
    None,
}

impl std::fmt::Debug for HostSide {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Live(_) => "Live",
            Self::Recorded(_) => "Recorded",
            Self::Rehearsed { .. } => "Rehearsed",
            Self::None => "None",
        })
    }
}
