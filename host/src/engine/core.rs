//! The engine without its threads: one request at a time, from look-up to batch.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use super::admission::Admission;
use super::clock::{Clock, Entropy};
use super::commit::{self, Arrival};
use super::desk_memory::{Unsettled, touches_desk};
use super::floor::{Floor, Held, closing};
use super::intake::{self, Inbox, Lane, Newcomers};
use super::network::{Answered, Gate, Network, WayOut};
use super::opening::{ASSIGNED, Arrived};
use super::plan::Workflow;
use super::plugins::Trials;
use super::request::{Answer, EngineError, Request};
use super::run::{Finished, Plan, Runner};
use crate::model::{AccountId, Change, Occurrence, Run};
use crate::sandbox::{Plugin, Sandbox};
use crate::store::{Batch, Store};
use crate::workflow::Desk;

/// How often a run is done where another conversation changed desk-wide memory meanwhile. The second time nobody can;
/// more than that is a fault in the store.
const MAX_CONFLICTS: u32 = 3;

/// What an engine is made of.
pub struct Parts {
    /// The desk.
    pub desk: Arc<Desk>,
    /// Where everything is kept.
    pub store: Arc<dyn Store>,
    /// Where plugins run.
    pub sandbox: Arc<Sandbox>,
    /// Where the time comes from.
    pub clock: Arc<dyn Clock>,
    /// Where ids come from.
    pub entropy: Arc<dyn Entropy>,
}

/// The engine without its threads. Calls for one account must not overlap; calls for different accounts may.
pub struct Core {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) sandbox: Arc<Sandbox>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    workflow: RwLock<Arc<Workflow>>,
    pub(crate) activation: Mutex<()>,
    admission: Admission,
    newcomers: Arc<Newcomers>,
    pub(super) unsettled: Arc<Mutex<Unsettled>>,
    order: Mutex<()>,
    /// One merge of accounts at a time.
    pub(crate) merging: Mutex<()>,
    /// Whether there may be any.
    pub(crate) merges: AtomicBool,
    /// How many requests could run if there was a thread for them.
    pub(super) ready: AtomicUsize,
    /// Who is there, and who waits for whom.
    pub(crate) floor: Floor,
    /// Versions beside the live ones.
    pub(super) trials: Trials,
    /// How plugins reach servers of others; none: they don't.
    network: Option<Arc<Network>>,
    pub(crate) gate: Arc<Gate>,
    /// Components that only recorded runs use, by digest.
    pub(crate) kept: Mutex<HashMap<String, Arc<Plugin>>>,
}

/// Told what came of a request, once it is durable.
pub(crate) type OnDone = Box<dyn FnOnce(Result<Answer, EngineError>) + Send>;

/// A run with what its batch needs besides.
struct Fresh {
    finished: Finished,
    desk: Arc<Desk>,
    number: u32,
    arrival: Option<Arrival>,
    taken: Option<Vec<u8>>,
}

enum Attempt {
    Known(Answer),
    Fresh(Box<Fresh>),
}

impl Core {
    /// An engine over these parts, with every plugin of the desk activated.
    ///
    /// # Errors
    /// Where a step's plugin can't be found or activated.
    pub fn new(parts: Parts) -> Result<Self, super::PluginsError> {
        let Parts {
            desk,
            store,
            sandbox,
            clock,
            entropy,
        } = parts;
        let workflow = super::plugins::workflow(desk, &store, &sandbox)?;
        super::upgrade::bring_up(store.as_ref(), &workflow.desk.calendar)?;
        let merges = AtomicBool::new(Self::has_merges(store.as_ref()));
        let core = Self {
            store,
            sandbox,
            clock,
            entropy,
            workflow: RwLock::new(Arc::new(workflow)),
            activation: Mutex::new(()),
            admission: Admission::default(),
            newcomers: Arc::new(Newcomers::default()),
            unsettled: Arc::new(Mutex::new(HashMap::new())),
            order: Mutex::new(()),
            merging: Mutex::new(()),
            merges,
            ready: AtomicUsize::new(0),
            floor: Floor::default(),
            kept: Mutex::new(HashMap::new()),
            trials: Trials::default(),
            network: None,
            gate: Arc::new(Gate::default()),
        };
        core.take_up_trials()?;
        Ok(core)
    }

    /// With a way to servers of others. Without one every request of a plugin is unanswerable.
    pub fn with_network(mut self, network: Network) -> Self {
        self.network = Some(Arc::new(network));
        self
    }

    /// Whether runs are to be looked at for trials.
    pub(crate) fn has_trials(&self) -> bool {
        self.trials.are_under_way()
    }

    /// A run came too fast to be looked at.
    pub(crate) fn miss_for_trials(&self) {
        self.trials.miss();
    }

    /// Whether there is a way to servers of others.
    pub(crate) fn has_network(&self) -> bool {
        self.network.is_some()
    }

    /// The workflow as it is now.
    pub fn workflow(&self) -> Arc<Workflow> {
        Arc::clone(&self.workflow.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The desk as it is now.
    pub fn desk(&self) -> Arc<Desk> {
        Arc::clone(&self.workflow().desk)
    }

    /// Replaces the workflow; runs under way end with the one that they began with.
    pub(crate) fn replace_workflow(&self, workflow: Workflow) {
        *self
            .workflow
            .write()
            .unwrap_or_else(PoisonError::into_inner) = Arc::new(workflow);
    }

    /// The store.
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }

    /// The clock.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    pub(crate) fn runner(&self, workflow: Arc<Workflow>) -> Runner<'_> {
        Runner {
            workflow,
            store: &self.store,
            admission: &self.admission,
            unsettled: &self.unsettled,
            way_out: None,
        }
    }

    /// The account that a request concerns.
    pub(crate) fn lane(&self, request: &Request) -> Result<Lane, EngineError> {
        intake::lane(
            self.store.as_ref(),
            &self.newcomers,
            &|| AccountId::minted(self.clock.now(), self.entropy.bits()),
            request,
        )
    }

    /// Carries a request out and makes it durable.
    ///
    /// # Errors
    /// See [`EngineError`]; nothing of the request is kept then.
    pub fn process(&self, request: &Request) -> Result<Answer, EngineError> {
        let lane = self.lane(request)?;
        let (sender, receiver) = std::sync::mpsc::sync_channel(1);
        self.carry_out(
            &lane.account,
            request,
            Box::new(move |result| {
                let _ = sender.send(result);
            }),
        );
        let result = receiver.recv().unwrap_or(Err(EngineError::Stopping));
        drop(lane);
        result
    }

    /// Carries a request out; `done` is told once it is durable, or why not.
    pub(crate) fn carry_out(&self, account: &AccountId, request: &Request, done: OnDone) {
        let in_turn = || self.order.lock().unwrap_or_else(PoisonError::into_inner);
        let answered = Answered::default();
        for conflicts in 0..MAX_CONFLICTS {
            // Whoever lost once runs again while nobody else may settle, so that nobody loses for ever.
            let alone = (conflicts > 0).then(in_turn);
            let mut fresh = match self.attempt(account, request, &answered, alone.is_none()) {
                Ok(Attempt::Fresh(fresh)) => fresh,
                Ok(Attempt::Known(answer)) => return done(Ok(answer)),
                Err(error) => return done(Err(error)),
            };
            // Whoever read what this run wrote must not become durable before it.
            let order = alone.or_else(|| touches_desk(&fresh.finished).then(in_turn));
            crash_point!("engine::ran");
            let Some(memory) = self.settle_desk_memory(&fresh.finished) else {
                continue;
            };
            let (mut batch, board) = match self.close(&mut fresh) {
                Ok(Some(closed)) => closed,
                // The place that was kept for it isn't any more.
                Ok(None) => continue,
                Err(error) => return done(Err(error)),
            };
            batch.expect_company(self.ready.load(Ordering::Relaxed));
            let flight = board.as_ref().map(|board| board.take_off());
            crash_point!("engine::batched");
            let answer = Answer {
                run: Arc::new(fresh.finished.run),
                repeated: false,
            };
            self.store.submit(
                batch,
                Box::new(move |result| {
                    drop(memory);
                    if let Some(flight) = flight {
                        flight.land(result.is_ok());
                    }
                    done(result.map(|()| answer).map_err(EngineError::from));
                }),
            );
            crash_point!("engine::submitted");
            drop(board);
            drop(order);
            return;
        }
        done(Err(EngineError::Busy {
            retry_after: std::time::Duration::from_secs(1),
        }));
    }

    /// Runs a request up to its batch.
    fn attempt(
        &self,
        account: &AccountId,
        request: &Request,
        answered: &Answered,
        may_wait: bool,
    ) -> Result<Attempt, EngineError> {
        let workflow = self.workflow();
        let inbox = match request {
            Request::Message(inbound) => match self.message(&workflow, account, inbound)? {
                Arrived::New(inbox) => *inbox,
                Arrived::Known(answer) => return Ok(Attempt::Known(answer)),
            },
            other => self.other(other)?,
        };
        let Inbox {
            mut input,
            arrival,
            taken,
        } = inbox;
        let number = input.number;
        let desk = Arc::clone(&workflow.desk);
        // Where accounts are merged, steps see the customer whole, and each account keeps what is its own.
        let own = self.merges.load(Ordering::Acquire).then(|| {
            let changed = input.account_changed;
            (input.account.clone(), changed)
        });
        if let Some((account, _)) = &own {
            input.account = self.seen_whole(account)?;
        }
        let way_out = self.network.as_ref().map(|network| WayOut {
            network: Arc::clone(network),
            gate: Arc::clone(&self.gate),
            answered: Arc::clone(answered),
            may_wait,
        });
        let runner = Runner {
            way_out,
            ..self.runner(workflow)
        };
        let mut finished = runner.execute(input, &Plan::Live)?;
        if let Some((account, changed)) = own {
            finished.account = finished.run.own_account(account, changed);
        }
        Ok(Attempt::Fresh(Box::new(Fresh {
            finished,
            desk,
            number,
            arrival,
            taken,
        })))
    }

    /// What the floor makes of a run, and the batch of both; the board with it where that changed, to be held until the
    /// batch is on its way. None: a place that was kept for the conversation is gone, so the run must be done again.
    fn close(&self, fresh: &mut Fresh) -> Result<Option<(Batch, Option<Held<'_>>)>, EngineError> {
        let mut board = self.floor.hold(self.store.as_ref())?;
        let finished = &mut fresh.finished;
        if let Some(agent) = offered_to(&finished.run)
            && !board.is_offered(&finished.state.id, agent)
        {
            return Ok(None);
        }
        let at = finished.run.event.at;
        closing::close(&mut board, &fresh.desk, finished);
        let mut rows = Batch::new();
        let changed = board.write(&mut rows, at);
        // Most runs change nothing there: nobody waits for their batch to be written.
        let board = changed.then_some(board);
        let (arrival, taken) = (fresh.arrival.as_ref(), fresh.taken.as_deref());
        let mut batch = commit::batch(&fresh.desk, finished, fresh.number, arrival, taken);
        batch.append(rows);
        Ok(Some((batch, board)))
    }
}

/// The agent whose free place a run takes.
fn offered_to(run: &Run) -> Option<&str> {
    let opening = run.entries.first().filter(|_| run.opening > 0)?;
    match (&run.event.what, &opening.change) {
        (Occurrence::Announced { name, .. }, Change::Assigned { agent }) if name == ASSIGNED => {
            Some(agent)
        }
        _ => None,
    }
}
