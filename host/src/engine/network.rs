//! Requests of plugins to servers of others: how many at once, and that nobody waits for them but their own customers.
//!
//! A plugin's call keeps its thread while it waits for an answer. So that a server that hangs doesn't stop the desk, there
//! are more threads than work at once: who waits gives its place to another thread and takes one back, over the number
//! for a moment, when the answer is there.

use std::cell::Cell;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};

use sha2::{Digest, Sha256};

use super::intake::hex;
use super::plan::Workflow;
use crate::egress::{
    Authorities, Client, HttpError, ModelAnswer, ModelError, Prompt, Request, Response, Rule,
    Target, Within,
};
use crate::sandbox::Outside;

/// Calls that may wait for others at once; more are told so.
pub(crate) const AT_ONCE: u32 = 32;
/// Of them for one origin: a server that hangs holds no more than these.
const AT_ONCE_EACH: u32 = 8;

/// The way to servers of others.
pub struct Network {
    client: OnceLock<Client>,
    authorities: Option<Authorities>,
    /// Who answers instead; nothing is sent then.
    instead: Option<Arc<dyn Outside>>,
    waiting: Mutex<HashMap<String, u32>>,
}

impl std::fmt::Debug for Network {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            waiting, instead, ..
        } = self;
        let mut shown = f.debug_struct("Network");
        shown.field("waiting", waiting);
        shown.field("is_answered_here", &instead.is_some());
        shown.finish()
    }
}

impl Network {
    /// A way that trusts the certificates of these authorities; none: the system's.
    pub fn new(authorities: Option<Authorities>) -> Self {
        Self {
            client: OnceLock::new(),
            authorities,
            instead: None,
            waiting: Mutex::default(),
        }
    }

    /// No way at all: somebody else answers.
    pub(crate) fn answered_by(instead: Arc<dyn Outside>) -> Self {
        Self {
            instead: Some(instead),
            ..Self::new(None)
        }
    }

    /// Made when it is first needed: most desks never do.
    fn client(&self) -> &Client {
        self.client.get_or_init(|| {
            let system = Authorities::of_system;
            Client::new(&self.authorities.clone().unwrap_or_else(system))
        })
    }

    /// # Errors
    /// In words, where too many wait already.
    fn enter(&self, origin: &str) -> Result<Waiting<'_>, String> {
        let mut waiting = lock(&self.waiting);
        let all: u32 = waiting.values().sum();
        let count = waiting.entry(origin.to_owned()).or_default();
        if all >= AT_ONCE || *count >= AT_ONCE_EACH {
            return Err(format!(
                "{count} calls wait for {origin} and {all} for anybody; at most {AT_ONCE_EACH} and {AT_ONCE} do"
            ));
        }
        *count += 1;
        Ok(Waiting {
            network: self,
            origin: origin.to_owned(),
        })
    }
}

struct Waiting<'a> {
    network: &'a Network,
    origin: String,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let mut waiting = lock(&self.network.waiting);
        if let Some(count) = waiting.get_mut(&self.origin) {
            *count -= 1;
            if *count == 0 {
                waiting.remove(&self.origin);
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Places for threads that work.
#[derive(Debug, Default)]
pub(crate) struct Gate {
    running: Mutex<usize>,
    left: Condvar,
}

thread_local! {
    static HAS_A_PLACE: Cell<bool> = const { Cell::new(false) };
}

impl Gate {
    /// Waits for one of `places`.
    pub(crate) fn enter(&self, places: usize) {
        let running = lock(&self.running);
        let full = |running: &mut usize| *running >= places;
        let mut running = self
            .left
            .wait_while(running, full)
            .unwrap_or_else(PoisonError::into_inner);
        *running += 1;
        HAS_A_PLACE.set(true);
    }

    /// Gives the place back.
    pub(crate) fn leave(&self) {
        *lock(&self.running) -= 1;
        HAS_A_PLACE.set(false);
        self.left.notify_one();
    }

    /// Whether more work than there are places: somebody came back from waiting.
    pub(crate) fn is_crowded(&self, places: usize) -> bool {
        *lock(&self.running) > places
    }

    /// Does what takes long and computes little, while another thread works.
    fn outside<T>(&self, wait: impl FnOnce() -> T) -> T {
        if !HAS_A_PLACE.get() {
            return wait();
        }
        *lock(&self.running) -= 1;
        self.left.notify_one();
        let done = wait();
        *lock(&self.running) += 1;
        done
    }
}

/// Answers that a run got before it had to be done again.
pub(crate) type Answered = Arc<Mutex<HashMap<String, Result<String, String>>>>;

/// A run's way out.
#[derive(Clone)]
pub(crate) struct WayOut {
    pub(crate) network: Arc<Network>,
    pub(crate) gate: Arc<Gate>,
    /// What the run has been answered, by the name of the request.
    pub(crate) answered: Answered,
    /// Whether something new may be asked: not while others wait for this run.
    pub(crate) may_wait: bool,
}

/// A step's way out.
pub(crate) struct StepOutside {
    pub(crate) way: WayOut,
    pub(crate) workflow: Arc<Workflow>,
    /// What names the event, the same if it is handled once more.
    pub(crate) event: String,
    pub(crate) step: String,
    pub(crate) calls: AtomicU32,
}

impl StepOutside {
    /// The request's name: the same where an interrupted run is done again.
    fn once(&self, asked: &str) -> String {
        let number = self.calls.fetch_add(1, Ordering::Relaxed);
        let named = format!("{}\n{}\n{number}\n{asked}", self.event, self.step);
        let mut name = hex(&Sha256::digest(named));
        name.truncate(32);
        name
    }

    /// Asks, where it wasn't asked before and nothing stands against it.
    fn asked<T, E>(
        &self,
        once: &str,
        origin: &str,
        too_many: impl Fn(String) -> E,
        ask: impl FnOnce(&Client) -> Result<T, E>,
    ) -> Result<T, E>
    where
        Result<T, E>: serde::Serialize + serde::de::DeserializeOwned,
    {
        let known = lock(&self.way.answered).get(once).cloned();
        if let Some(Ok(known)) = known
            && let Ok(answer) = serde_json::from_str(&known)
        {
            return answer;
        }
        if !self.way.may_wait {
            let why = "another conversation changed what this run depends on, and its second attempt asks something else";
            return Err(too_many(why.to_owned()));
        }
        let answer = match self.way.network.enter(origin) {
            Ok(_waiting) => self.way.gate.outside(|| ask(self.way.network.client())),
            Err(why) => Err(too_many(why)),
        };
        let kept = serde_json::to_string(&answer).map_err(|error| error.to_string());
        lock(&self.way.answered).insert(once.to_owned(), kept);
        answer
    }
}

impl Outside for StepOutside {
    fn send(&self, request: &Request, rule: &Rule, within: Within) -> Result<Response, HttpError> {
        if let Some(instead) = &self.way.network.instead {
            return instead.send(request, rule, within);
        }
        let once = self.once(&format!("{} {}", request.method, request.url));
        let origin = rule.origin.to_string();
        self.asked(&once, &origin, HttpError::TooMany, |client| {
            client.send_for(&self.step, request, rule, &once, within)
        })
    }

    fn complete(&self, prompt: &Prompt, within: Within) -> Result<ModelAnswer, ModelError> {
        let Some(server) = &self.workflow.desk.model else {
            return Err(ModelError::Unavailable(
                "the desk names no model: add [model] with url and name to desk.toml".to_owned(),
            ));
        };
        if let Some(instead) = &self.way.network.instead {
            return instead.complete(prompt, within);
        }
        let once = self.once("model");
        let Target { origin, .. } = &server.url;
        self.asked(&once, &origin.to_string(), ModelError::TooMany, |client| {
            server.complete(client, prompt, &once, within)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    #[test]
    fn who_waits_gives_its_place_to_another_and_takes_it_back() {
        let gate = Arc::new(Gate::default());
        let (inside, is_inside) = channel();
        let (answer, answered) = channel::<()>();
        std::thread::scope(|scope| {
            let waits = scope.spawn(|| {
                let answered = answered;
                gate.enter(1);
                inside.send(()).unwrap();
                gate.outside(|| answered.recv().unwrap());
                assert!(gate.is_crowded(1), "both work for a moment");
                gate.leave();
            });
            is_inside.recv().unwrap();
            // There is one place, and the one who waits isn't on it.
            gate.enter(1);
            answer.send(()).unwrap();
            waits.join().unwrap();
            assert!(!gate.is_crowded(1));
            gate.leave();
        });
        assert_eq!(*gate.running.lock().unwrap(), 0);
    }

    #[test]
    fn one_server_that_hangs_holds_only_its_share() {
        let network = Network::new(None);
        let hung: Vec<_> = (0..AT_ONCE_EACH)
            .map(|_| network.enter("a").unwrap())
            .collect();
        assert!(network.enter("a").is_err());
        let others: Vec<_> = (0..AT_ONCE - AT_ONCE_EACH)
            .map(|number| {
                network
                    .enter(&format!("b{}", number / AT_ONCE_EACH))
                    .unwrap()
            })
            .collect();
        assert!(network.enter("c").is_err());
        drop(hung);
        assert!(network.enter("a").is_ok() && network.enter("c").is_ok());
        drop(others);
        assert!(network.waiting.lock().unwrap().is_empty());
    }
}
