//! A desk in virtual time: a scenario in, a timeline out, the same bytes every time.
//!
//! The same [`Core`] as in production, one request at a time, with a clock that only the scenario moves and ids drawn
//! from a fixed seed. Timers fire at the moment that they are due.

mod chores;
mod crash;
mod scenario;

use std::sync::Arc;

use jiff::Timestamp;

pub use scenario::{Action, Line, ScenarioError, parse};

use self::crash::Crashing;
use super::clock::{SeededEntropy, VirtualClock};
use super::core::{Core, Parts};
use super::intake::Records;
use super::keys;
use super::plugins::PluginsError;
use super::request::{Answer, EngineError, Inbound, Request};
use super::timeline::{TimelineLine, held_back, local, timeline};
use crate::model::{Conversation, ConversationId, TicketStatus};
use crate::sandbox::Sandbox;
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
    chores: Vec<Arc<dyn super::Chore>>,
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
        let core = core(&desk, &sandbox, &clock, &store, &entropy)?;
        Ok(Self {
            desk,
            sandbox,
            clock,
            store,
            entropy,
            core,
            chores: Vec::new(),
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
        self.advance(line.at, &mut tell)?;
        let request = match &line.action {
            Action::Advance => return Ok(()),
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
            } => Request::Message(Inbound {
                channel: channel.clone(),
                contact: contact.clone(),
                account: account.clone(),
                conversation: None,
                text: text.clone(),
                key: Some(
                    id.clone()
                        .unwrap_or_else(|| format!("line-{}", line.number)),
                ),
            }),
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
                let at = local(line.at, &self.desk.time_zone);
                let lines = held_back(&conversation, agent, text, &findings, at);
                lines.into_iter().for_each(&mut tell);
            }
            (Err(problem), _) => return Err(error(line, problem.to_string())),
        }
        self.advance(line.at, &mut tell)
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
        while let Some((key, _)) = self
            .store
            .scan(Table::Timer, KeyRange::all().before(&end), 1)?
            .into_iter()
            .next()
        {
            if let Some(due) = keys::due_of(&key) {
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
                    self.store.commit(batch)?;
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
        )
        .map_err(|problem| EngineError::Invalid(problem.to_string()))?;
        Ok(())
    }

    /// Carries a request out; where the process dies on the way, starts it again and does what the sender would do:
    /// send the same once more. Where it turns out to be done already, the answer is that of the run that did it.
    fn carry_out(&mut self, request: &Request) -> Result<Answer, EngineError> {
        let conversation = self.conversation_of(request);
        match self.core.process(request) {
            Err(EngineError::Store(problem)) if matches!(*problem, StoreError::Crashed) => {}
            other => return other,
        }
        self.restart()?;
        let answer = match (self.core.process(request), conversation) {
            // Its timer, ticket or conversation shows that the run was durable before the crash; it was the last one.
            (Err(EngineError::NothingDue | EngineError::Conflict(_)), Some(conversation)) => {
                let records = Records(self.store.as_ref());
                let number = records.conversation(&conversation)?.run_count;
                Ok(Answer {
                    run: Arc::new(records.run(&conversation, number)?),
                    repeated: true,
                })
            }
            (other, _) => other,
        };
        // Nobody has heard of it yet.
        answer.map(|answer| Answer {
            repeated: false,
            ..answer
        })
    }

    /// The conversation that a request concerns, where it isn't a message, whose key names it.
    fn conversation_of(&self, request: &Request) -> Option<ConversationId> {
        let records = Records(self.store.as_ref());
        match request {
            Request::Message(_) => None,
            Request::Reply { conversation, .. }
            | Request::Take { conversation, .. }
            | Request::Resolve { conversation, .. }
            | Request::Survey { conversation, .. }
            | Request::EditRecord { conversation, .. } => Some(conversation.clone()),
            Request::Ticket { ticket, .. } => Some(records.ticket(ticket).ok()?.conversation),
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
        let channels = [DEFAULT_CHANNEL, "email", "wechat", "api", "phone"];
        let found = channels.iter().filter_map(|channel| {
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
) -> Result<Core, PluginsError> {
    Core::new(Parts {
        desk: Arc::clone(desk),
        store: Arc::clone(store) as Arc<dyn Store>,
        sandbox: Arc::clone(sandbox),
        clock: Arc::clone(clock) as Arc<dyn super::Clock>,
        entropy: Arc::clone(entropy) as Arc<dyn super::Entropy>,
    })
}

fn error(line: &Line, message: String) -> SimulateError {
    SimulateError::Line {
        line: line.number,
        message,
    }
}
