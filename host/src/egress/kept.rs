//! Connections that are kept open for a moment, so that a step that reads again and again needn't shake hands each time.
//!
//! They begin with the second request within [`IDLE`]. Each step has its own, under its own rule: nobody sends over a connection that another made. The name is looked up and
//! its addresses are checked before each request all the same, kept connection or not; after [`IDLE`] without a request, and
//! [`LONGEST`] after the first of its generation, the next one goes where the name leads by then.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use ureq::Agent;

use super::rule::Rule;

/// For how long a connection may wait for the next request.
pub(super) const IDLE: Duration = Duration::from_secs(10);
/// For how long connections of one generation are taken again, however busy they are.
pub(super) const LONGEST: Duration = Duration::from_secs(60);
/// Connections that wait for one origin, for one step.
pub(super) const EACH: usize = 2;
/// Steps and rules that have some; more go without.
const MOST: usize = 64;

/// How long connections are kept.
#[derive(Clone, Copy, Debug)]
pub(super) struct Keeping {
    pub(super) idle: Duration,
    pub(super) longest: Duration,
}

impl Default for Keeping {
    fn default() -> Self {
        Self {
            idle: IDLE,
            longest: LONGEST,
        }
    }
}

struct Generation {
    /// None after one request: who asks once in a while has nothing of it, and a new agent costs more than a handshake.
    agent: Option<Agent>,
    began: Instant,
    used: Instant,
}

/// The agents that keep them.
#[derive(Default)]
pub(super) struct Kept {
    keeping: Keeping,
    of: Mutex<HashMap<String, Generation>>,
}

impl Kept {
    pub(super) fn new(keeping: Keeping) -> Self {
        Self {
            keeping,
            of: Mutex::default(),
        }
    }

    /// The agent that keeps a step's connections under a rule, and whether it may have one by now; none for the first request
    /// in a while, or where too many steps have some already.
    pub(super) fn agent(
        &self,
        owner: &str,
        rule: &Rule,
        make: impl FnOnce(Keeping) -> Agent,
    ) -> Option<(Agent, bool)> {
        let rule = serde_json::to_string(rule).ok()?;
        let name = format!("{owner}\n{rule}");
        let Keeping { idle, longest } = self.keeping;
        let now = Instant::now();
        let mut of = self.of.lock().unwrap_or_else(PoisonError::into_inner);
        of.retain(|_, it| it.began.elapsed() < longest && it.used.elapsed() < idle);
        let Some(it) = of.get_mut(&name) else {
            if of.len() < MOST {
                let first = Generation {
                    agent: None,
                    began: now,
                    used: now,
                };
                of.insert(name, first);
            }
            return None;
        };
        it.used = now;
        if let Some(agent) = &it.agent {
            return Some((agent.clone(), true));
        }
        it.began = now;
        let agent = it.agent.insert(make(self.keeping));
        Some((agent.clone(), false))
    }
}
