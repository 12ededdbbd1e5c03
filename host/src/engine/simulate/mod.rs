//! A desk in virtual time: a scenario in, a timeline out, the same bytes every time.
//!
//! The same [`Core`] as in production, one request at a time, with a clock that only the scenario moves and ids drawn
//! from a fixed seed. Timers fire at the moment that they are due.

mod chores;
mod crash;
mod customers;
mod scenario;
mod servers;

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;

pub use customers::{CustomerAct, CustomerAction};
pub use scenario::{Action, Line, ScenarioError, parse};
pub use servers::Said;

use self::crash::Crashing;
use self::servers::Sayings;
use super::clock::{SeededEntropy, VirtualClock};
use super::core::{Core, Parts};
use super::floor::{PresenceChange, SignOfLife};
use super::intake::Records;
use super::keys;
use super::network::Network;
use super::plugins::PluginsError;
use super::request::{Answer, EngineError, Inbound, Request};
use super::timeline::{TimelineLine, held_back, local, presence_line, timeline};
use crate::model::{Conversation, ConversationId, PresenceStatus, TicketStatus};
use crate::sandbox::{Outside, Sandbox};
use crate::store::{Batch, KeyRange, Store, StoreError, Table};
use crate::workflow::Desk;

/// The channel of messages that name none.
pub const DEFAULT_CHANNEL: &str = "web";
/// What ids are drawn from.
const SEED: u64 = 0x0073_7769_7463_6862;
/// How many timers may fire at one moment before the desk is said to be running in circles.
const MAX_TIMERS_AT_ONCE: usize = 100_000;

/// Why a scenario can't go on.
#[derive(Debug, thiserror::Error)]
pub enum SimulateError {
    /// A plugin can't be had.
    #[error(transparent)]
    Plugins(#[from] PluginsError),
    /// A line asks for something that can't be.
    #[error("line {line}: {message}")]
    Line {
        /// Which, from 1.
        line: usize,
        /// Why.
        message: String,
    },
    /// The store refused.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A desk in virtual time.
pub struct Simulation {
    desk: Arc<Desk>,
    sandbox: Arc<Sandbox>,
    clock: Arc<VirtualClock>,
    store: Arc<Crashing>,
    entropy: Arc<SeededEntropy>,
    core: Core,
    /// What lies outside says.
    sayings: Arc<Sayings>,
    chores: Vec<Arc<dyn super::Chore>>,
    /// Where customers have written so far.
    channels: BTreeSet<String>,
    down_until: Option<Timestamp>,
}

impl Simulation {
    /// A desk whose clock shows the beginning of the scenario.
    ///
    /// # Errors
    /// Where a plugin can't be had.
    pub fn new(
        desk: Arc<Desk>,
        sandbox: Arc<Sandbox>,
        store: Arc<dyn Store>,
        begin: Timestamp,
    ) -> Result<Self, SimulateError> {
        let clock = Arc::new(VirtualClock::new(begin));
        let store = Arc::new(Crashing::new(store));
        let entropy = Arc::new(SeededEntropy::new(SEED));
        let sayings = Arc::new(Sayings::new(Arc::clone(&clock)));
        let core = core(&desk, &sandbox, &clock, &store, &entropy, &sayings)?;
        Ok(Self {
            desk,
            sandbox,
            clock,
            store,
            entropy,
            core,
            sayings,
            chores: Vec::new(),
            channels: BTreeSet::new(),
            down_until: None,
        })
    }

    /// The engine, for looking at what came of it.
    pub fn core(&self) -> &Core {
        &self.core
    }

    /// Carries a line out, after everything that was due before it.
    ///
    /// # Errors
    /// Where the line asks for something that can't be.
    pub fn play(
        &mut self,
        line: &Line,
        mut tell: impl FnMut(TimelineLine),
    ) -> Result<(), SimulateError> {
        // While the host is down nothing happens; whatever was meant for it comes when it is back.
        let at = self.down_until.map_or(line.at, |until| until.max(line.at));
        self.advance(at, &mut tell)?;
        let request = match &line.action {
            Action::Advance => return Ok(()),
            Action::Outage { until } => return self.outage(line, at, *until, &mut tell),
            Action::Presence {
                agent,
                status,
                heartbeat,
            } => {
                let change = self.presence(line, agent, *status, *heartbeat)?;
                presence_line(&change, &self.desk.time_zone)
                    .into_iter()
                    .for_each(&mut tell);
                return self.advance(at, &mut tell);
            }
            Action::Customer(action) => {
                let line = self.customer(line, at, action)?;
                tell(line);
                return self.advance(at, &mut tell);
            }
            Action::Release { agent, contact } => Request::Release {
                conversation: self.conversation(line, contact)?.id,
                agent: agent.clone(),
                reason: None,
            },
            Action::Server(said) => {
                self.sayings.say(said.clone());
                return Ok(());
            }
            Action::Crash => {
                self.store.arm();
                return Ok(());
            }
            Action::Message {
                contact,
                text,
                channel,
                id,
                account,
            } => {
                self.channels.insert(channel.clone());
                Request::Message(Inbound {
                    channel: channel.clone(),
                    contact: contact.clone(),
                    account: account.clone(),
                    conversation: None,
                    text: text.clone(),
                    key: Some(
                        id.clone()
                            .unwrap_or_else(|| format!("line-{}", line.number)),
                    ),
                    sent_at: (line.at < at).then_some(line.at),
                })
            }
            Action::AgentReply {
                agent,
                contact,
                text,
            } => Request::Reply {
                conversation: self.conversation(line, contact)?.id,
                agent: agent.clone(),
                text: text.clone(),
            },
            Action::Take { agent, contact } => Request::Take {
                conversation: self.conversation(line, contact)?.id,
                agent: agent.clone(),
            },
            Action::Resolve {
                agent,
                contact,
                summary,
            } => Request::Resolve {
                conversation: self.conversation(line, contact)?.id,
                by: agent.clone(),
                summary: summary.clone(),
            },
            Action::Ticket {
                contact,
                kind,
                status,
                feedback,
            } => {
                let conversation = self.conversation(line, contact)?;
                let mut open = conversation.tickets.iter().rev();
                let ticket = open
                    .find(|ticket| ticket.kind == *kind && ticket.status != TicketStatus::Closed)
                    .ok_or_else(|| error(line, format!("{contact:?} has no open {kind} ticket")))?;
                Request::Ticket {
                    ticket: ticket.id.clone(),
                    by: ticket.department.clone(),
                    status: *status,
                    feedback: feedback.clone(),
                }
            }
        };
        match (self.carry_out(&request), &line.action) {
            (Ok(answer), _) => self.tell(&answer, &mut tell),
            // The agent sees why, and the day goes on.
            (
                Err(EngineError::HeldBack { findings }),
                Action::AgentReply {
                    agent,
                    contact,
                    text,
                },
            ) => {
                let conversation = self.conversation(line, contact)?;
                let at = local(at, &self.desk.time_zone);
                let lines = held_back(&conversation, agent, text, &findings, at);
                lines.into_iter().for_each(&mut tell);
            }
            (Err(problem), _) => return Err(error(line, problem.to_string())),
        }
        self.advance(at, &mut tell)
    }

    /// The host goes down and comes back.
    fn outage(
        &mut self,
        line: &Line,
        at: Timestamp,
        until: Timestamp,
        tell: &mut dyn FnMut(TimelineLine),
    ) -> Result<(), SimulateError> {
        let begin = |problem: EngineError| error(line, problem.to_string());
        while let Err(problem) = self.core.note_alive() {
            self.start_again(problem).map_err(begin)?;
        }
        let until = until.max(at);
        self.clock.advance_to(until);
        self.core = core(
            &self.desk,
            &self.sandbox,
            &self.clock,
            &self.store,
            &self.entropy,
            &self.sayings,
        )?;
        while let Err(problem) = self.core.recover() {
            self.start_again(problem).map_err(begin)?;
        }
        self.down_until = Some(until);
        self.advance(until, tell)
    }

    fn presence(
        &mut self,
        line: &Line,
        agent: &str,
        status: PresenceStatus,
        heartbeat: bool,
    ) -> Result<PresenceChange, SimulateError> {
        let sign = if heartbeat {
            SignOfLife::Lasting
        } else {
            SignOfLife::Now
        };
        let mut died = false;
        loop {
            match self.core.presence(agent, status, sign) {
                Ok(mut change) => {
                    // Durable before the crash: then it was new, although saying it again changed nothing.
                    let presence = &change.presence;
                    if died && presence.since == presence.seen_at {
                        change.changed = true;
                        let day = jiff::SignedDuration::from_hours(24);
                        let (from, to) = (presence.since - day, presence.since + day);
                        let logins = self.core.logins(from, to).map_err(nowhere)?;
                        change.login = logins.into_iter().find(|login| {
                            login.agent == presence.agent && login.at == presence.since
                        });
                    }
                    return Ok(change);
                }
                Err(EngineError::NotFound { id, .. }) => {
                    let message = format!("directory.toml knows no person called {id:?}");
                    return Err(error(line, message));
                }
                Err(problem) => self
                    .start_again(problem)
                    .map_err(|problem| error(line, problem.to_string()))?,
            }
            died = true;
        }
    }

    /// Starts the process again where it died; any other problem stays one.
    fn start_again(&mut self, problem: EngineError) -> Result<(), EngineError> {
        match problem {
            EngineError::Store(problem) if matches!(*problem, StoreError::Crashed) => {}
            other => return Err(other),
        }
        self.restart()
    }

    /// Lets time pass; timers fire on the way, in the order in which they are due.
    fn advance(
        &mut self,
        to: Timestamp,
        tell: &mut dyn FnMut(TimelineLine),
    ) -> Result<(), SimulateError> {
        let end = to
            .checked_add(jiff::SignedDuration::from_millis(1))
            .unwrap_or(to);
        let end = keys::before(end);
        let mut fired = 0;
        loop {
            let next = self
                .store
                .scan(Table::Timer, KeyRange::all().before(&end), 1)?
                .into_iter()
                .next();
            let due = next.as_ref().and_then(|(key, _)| keys::due_of(key));
            if let Some(expiry) = self.expiry(to)?
                && due.is_none_or(|due| expiry <= due)
            {
                self.chores_until(expiry, tell)?;
                self.clock.advance_to(expiry);
                self.expire(tell)?;
                continue;
            }
            let Some((key, _)) = next else { break };
            if let Some(due) = due {
                self.chores_until(due.min(to), tell)?;
                self.clock.advance_to(due);
            }
            fired += 1;
            if fired > MAX_TIMERS_AT_ONCE {
                let message = format!(
                    "more than {MAX_TIMERS_AT_ONCE} timers fired up to {to}: a step keeps setting one in the past"
                );
                return Err(SimulateError::Line { line: 0, message });
            }
            match self.carry_out(&Request::Due(key.clone())) {
                Ok(answer) => self.tell(&answer, tell),
                Err(EngineError::NothingDue | EngineError::NotFound { .. }) => {
                    let mut batch = Batch::new();
                    batch.delete(Table::Timer, key);
                    match self.store.commit(batch) {
                        Err(StoreError::Crashed) => self.restart().map_err(nowhere)?,
                        other => other?,
                    }
                }
                Err(problem) => {
                    return Err(SimulateError::Line {
                        line: 0,
                        message: problem.to_string(),
                    });
                }
            }
        }
        self.chores_until(to, tell)?;
        self.clock.advance_to(to);
        Ok(())
    }

    /// Starts the process again, on what is on the disk.
    fn restart(&mut self) -> Result<(), EngineError> {
        self.store.restart();
        self.core = core(
            &self.desk,
            &self.sandbox,
            &self.clock,
            &self.store,
            &self.entropy,
            &self.sayings,
        )
        .map_err(|problem| EngineError::Invalid(problem.to_string()))?;
        Ok(())
    }

    /// When an agent without a sign of life counts as away, up to that time.
    fn expiry(&self, to: Timestamp) -> Result<Option<Timestamp>, SimulateError> {
        let expiry = self.core.next_expiry().map_err(nowhere)?;
        Ok(expiry.filter(|expiry| *expiry <= to))
    }

    fn expire(&mut self, tell: &mut dyn FnMut(TimelineLine)) -> Result<(), SimulateError> {
        loop {
            match self.core.expire_presence() {
                Ok(changes) => {
                    for change in changes {
                        presence_line(&change, &self.desk.time_zone)
                            .into_iter()
                            .for_each(&mut *tell);
                    }
                    return Ok(());
                }
                Err(problem) => self.start_again(problem).map_err(nowhere)?,
            }
        }
    }

    /// Carries a request out; where the process dies on the way, starts it again and does what the sender would do:
    /// send the same once more. Where it turns out to be done already, the answer is that of the run that did it.
    fn carry_out(&mut self, request: &Request) -> Result<Answer, EngineError> {
        let before = self.runs_of(request);
        match self.core.process(request) {
            Err(problem) => self.start_again(problem)?,
            done => return done,
        }
        let answer = match (before, self.runs_of(request)) {
            // Another run of the conversation: it was durable before the crash, and whoever asked sees that.
            (Some((conversation, before)), Some((_, now))) if now > before => {
                let records = Records(self.store.as_ref());
                Ok(Answer {
                    run: Arc::new(records.run(&conversation, now)?),
                    repeated: true,
                })
            }
            // A timer that fired is gone, and the last run is the one that it fired in.
            (Some((conversation, before)), None) => {
                let records = Records(self.store.as_ref());
                Ok(Answer {
                    run: Arc::new(records.run(&conversation, before + 1)?),
                    repeated: true,
                })
            }
            _ => self.core.process(request),
        };
        // Nobody has heard of it yet.
        answer.map(|answer| Answer {
            repeated: false,
            ..answer
        })
    }

    /// The conversation that a request concerns with the number of its runs, where it isn't a message: that has a key
    /// by which it is known again.
    fn runs_of(&self, request: &Request) -> Option<(ConversationId, u32)> {
        let id = self.conversation_of(request)?;
        let runs = Records(self.store.as_ref())
            .conversation(&id)
            .ok()?
            .run_count;
        Some((id, runs))
    }

    /// The conversation that a request concerns, where it isn't a message.
    fn conversation_of(&self, request: &Request) -> Option<ConversationId> {
        let records = Records(self.store.as_ref());
        match request {
            Request::Message(_) => None,
            Request::Reply { conversation, .. }
            | Request::Take { conversation, .. }
            | Request::Release { conversation, .. }
            | Request::Resolve { conversation, .. }
            | Request::Survey { conversation, .. }
            | Request::Note { conversation, .. }
            | Request::HandOver { conversation, .. }
            | Request::EditRecord { conversation, .. } => Some(conversation.clone()),
            Request::EditAccount { account, .. } => records
                .account(account)
                .ok()??
                .conversations
                .last()
                .cloned(),
            Request::Ticket { ticket, .. } => Some(records.ticket(ticket).ok()?.conversation),
            Request::Kept { promise, .. } => Some(records.promise(promise).ok()?.conversation),
            Request::Due(key) => Some(records.due(key).ok()?.conversation),
        }
    }

    fn tell(&self, answer: &Answer, tell: &mut dyn FnMut(TimelineLine)) {
        // The same message once more has the same answer, and nothing happens.
        if answer.repeated {
            return;
        }
        for line in timeline(&answer.run, &self.desk.time_zone) {
            tell(line);
        }
    }

    /// A contact's current conversation, on whatever channel the contact wrote last.
    fn conversation(&self, line: &Line, contact: &str) -> Result<Conversation, SimulateError> {
        let records = Records(self.store.as_ref());
        let found = self.channels.iter().filter_map(|channel| {
            let id: ConversationId = records.identity(channel, contact).ok()??.conversation?;
            records.conversation(&id).ok()
        });
        found
            .max_by_key(|conversation| conversation.last_activity)
            .ok_or_else(|| error(line, format!("{contact:?} has not written yet")))
    }
}

fn core(
    desk: &Arc<Desk>,
    sandbox: &Arc<Sandbox>,
    clock: &Arc<VirtualClock>,
    store: &Arc<Crashing>,
    entropy: &Arc<SeededEntropy>,
    sayings: &Arc<Sayings>,
) -> Result<Core, PluginsError> {
    let core = Core::new(Parts {
        desk: Arc::clone(desk),
        store: Arc::clone(store) as Arc<dyn Store>,
        sandbox: Arc::clone(sandbox),
        clock: Arc::clone(clock) as Arc<dyn super::Clock>,
        entropy: Arc::clone(entropy) as Arc<dyn super::Entropy>,
    })?;
    let outside = Arc::clone(sayings) as Arc<dyn Outside>;
    Ok(core.with_network(Network::answered_by(outside)))
}

/// A problem of the time between two lines.
fn nowhere(problem: EngineError) -> SimulateError {
    SimulateError::Line {
        line: 0,
        message: problem.to_string(),
    }
}

fn error(line: &Line, message: String) -> SimulateError {
    SimulateError::Line {
        line: line.number,
        message,
    }
}
