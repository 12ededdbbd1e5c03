//! The engine without its threads: one request at a time, from look-up to batch.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use super::clock::{Clock, Entropy};
use super::commit::{self, Arrival};
use super::failure::Breakers;
use super::intake::{self, Due, Identity, Inbox, Lane, Newcomers, Records};
use super::keys;
use super::request::{Answer, EngineError, Inbound, Request};
use super::run::{Finished, Input, Plan, Runner, reads_of};
use crate::knowledge::Knowledge;
use crate::model::{
    Account, AccountId, Author, Change, Conversation, ConversationId, DeskView, Entry, Event,
    EventId, EventKind, Handler, Message, MessageId, Occurrence, Policy, Resume, RunId,
    TicketStatus,
};
use crate::sandbox::{Grants, Limits, Plugin, Sandbox};
use crate::store::{Batch, Store, Table};
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

/// One step with everything that its calls need, looked up beforehand.
pub(crate) struct StepPlan {
    pub(crate) name: String,
    pub(crate) plugin: Arc<Plugin>,
    pub(crate) grants: Grants,
    pub(crate) limits: Limits,
    pub(crate) config: Arc<str>,
    pub(crate) settings: String,
    pub(crate) policy: Policy,
    pub(crate) events: Vec<EventKind>,
}

impl StepPlan {
    /// Whether the plugin wants events of that kind.
    pub(crate) fn handles(&self, kind: EventKind) -> bool {
        self.events.is_empty() || self.events.contains(&kind)
    }
}

/// A desk with its plugins: what a run sees, whole, from its beginning to its end.
pub struct Workflow {
    pub(crate) desk: Arc<Desk>,
    pub(crate) knowledge: Arc<Knowledge>,
    pub(crate) view: DeskView,
    pub(crate) steps: Vec<Arc<StepPlan>>,
    pub(crate) reviewers: Vec<Arc<StepPlan>>,
    pub(crate) histories: HashMap<EventKind, u32>,
}

impl Workflow {
    /// The steps of an event, in order.
    pub(crate) fn chain(&self, kind: EventKind) -> impl Iterator<Item = &StepPlan> {
        let chain = self
            .desk
            .chains
            .get(&kind)
            .map(Vec::as_slice)
            .unwrap_or_default();
        chain
            .iter()
            .filter_map(|index| self.steps.get(*index))
            .map(Arc::as_ref)
    }

    /// How many messages the steps of an event want to see.
    pub(crate) fn history(&self, kind: EventKind) -> u32 {
        self.histories.get(&kind).copied().unwrap_or(0)
    }
}

/// Desk-wide memory that was written but isn't durable yet, and how many batches still hold it.
pub(crate) type Unsettled = HashMap<Vec<u8>, (Option<Vec<u8>>, usize)>;

/// The engine without its threads. Calls for one account must not overlap; calls for different accounts may.
pub struct Core {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) sandbox: Arc<Sandbox>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    workflow: RwLock<Arc<Workflow>>,
    pub(crate) activation: Mutex<()>,
    breakers: Breakers,
    newcomers: Arc<Newcomers>,
    unsettled: Arc<Mutex<Unsettled>>,
    order: Mutex<()>,
    /// Components that only recorded runs use, by digest.
    pub(crate) kept: Mutex<HashMap<String, Arc<Plugin>>>,
}

/// Told what came of a request, once it is durable.
pub(crate) type OnDone = Box<dyn FnOnce(Result<Answer, EngineError>) + Send>;

enum Attempt {
    Known(Answer),
    Fresh(Box<Finished>, Batch),
}

/// Holds what a run wrote to desk-wide memory until it is durable.
pub(crate) struct DeskMemory {
    unsettled: Arc<Mutex<Unsettled>>,
    keys: Vec<Vec<u8>>,
}

impl Drop for DeskMemory {
    fn drop(&mut self) {
        let mut unsettled = self
            .unsettled
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        for key in &self.keys {
            if let Some((_, holders)) = unsettled.get_mut(key) {
                *holders -= 1;
                if *holders == 0 {
                    unsettled.remove(key);
                }
            }
        }
    }
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
        Ok(Self {
            store,
            sandbox,
            clock,
            entropy,
            workflow: RwLock::new(Arc::new(workflow)),
            activation: Mutex::new(()),
            breakers: Breakers::default(),
            newcomers: Arc::new(Newcomers::default()),
            unsettled: Arc::new(Mutex::new(HashMap::new())),
            order: Mutex::new(()),
            kept: Mutex::new(HashMap::new()),
        })
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
            breakers: &self.breakers,
            unsettled: &self.unsettled,
        }
    }

    /// The account that a request concerns.
    pub(crate) fn lane(&self, request: &Request) -> Result<Lane, EngineError> {
        intake::lane(
            self.store.as_ref(),
            &self.newcomers,
            self.entropy.as_ref(),
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
        for conflicts in 0..MAX_CONFLICTS {
            // Whoever lost once runs again while nobody else may settle, so that nobody loses for ever.
            let alone = (conflicts > 0).then(in_turn);
            let (finished, batch) = match self.attempt(account, request) {
                Ok(Attempt::Fresh(finished, batch)) => (finished, batch),
                Ok(Attempt::Known(answer)) => return done(Ok(answer)),
                Err(error) => return done(Err(error)),
            };
            // Whoever read what this run wrote must not become durable before it.
            let order = alone.or_else(|| touches_desk(&finished).then(in_turn));
            let Some(memory) = self.settle_desk_memory(&finished) else {
                continue;
            };
            let answer = Answer {
                run: Arc::new(finished.run),
                repeated: false,
            };
            self.store.submit(
                batch,
                Box::new(move |result| {
                    drop(memory);
                    done(result.map(|()| answer).map_err(EngineError::from));
                }),
            );
            drop(order);
            return;
        }
        done(Err(EngineError::Busy {
            retry_after: std::time::Duration::from_secs(1),
        }));
    }

    /// Runs a request up to its batch.
    fn attempt(&self, account: &AccountId, request: &Request) -> Result<Attempt, EngineError> {
        let workflow = self.workflow();
        let inbox = match request {
            Request::Message(inbound) => match self.message(&workflow, account, inbound)? {
                Arrived::New(inbox) => *inbox,
                Arrived::Known(answer) => return Ok(Attempt::Known(answer)),
            },
            other => self.other(other)?,
        };
        let Inbox {
            input,
            arrival,
            taken,
        } = inbox;
        let number = input.number;
        let desk = Arc::clone(&workflow.desk);
        let finished = self.runner(workflow).execute(input, &Plan::Live)?;
        let batch = commit::batch(&desk, &finished, number, arrival.as_ref(), taken.as_deref());
        Ok(Attempt::Fresh(Box::new(finished), batch))
    }

    /// Checks that what the run read of desk-wide memory still holds, and shows what it wrote to the runs after it.
    #[allow(
        clippy::option_option,
        reason = "none: a conflict; some(none): nothing to hold"
    )]
    fn settle_desk_memory(&self, finished: &Finished) -> Option<Option<DeskMemory>> {
        if !touches_desk(finished) {
            return Some(None);
        }
        let reads = reads_of(&finished.desk_reads);
        let writes: Vec<_> = finished
            .kv
            .iter()
            .filter(|(key, _)| keys::is_desk_wide(key))
            .collect();
        let mut unsettled = self
            .unsettled
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        for (key, value) in &reads {
            let now = match unsettled.get(key) {
                Some((value, _)) => value.clone(),
                None => self.store.get(Table::KeyValue, key).ok()?,
            };
            if now != *value {
                return None;
            }
        }
        let mut held = Vec::with_capacity(writes.len());
        for (key, value) in writes {
            let entry = unsettled.entry(key.clone()).or_insert_with(|| (None, 0));
            entry.0.clone_from(value);
            entry.1 += 1;
            held.push(key.clone());
        }
        drop(unsettled);
        Some(Some(DeskMemory {
            unsettled: Arc::clone(&self.unsettled),
            keys: held,
        }))
    }

    fn message(
        &self,
        workflow: &Workflow,
        account: &AccountId,
        inbound: &Inbound,
    ) -> Result<Arrived, EngineError> {
        let records = Records(self.store.as_ref());
        let at = self.clock.now();
        let digest = intake::digest_of(inbound);
        if let Some(key) = &inbound.key {
            let row = keys::idempotency(&inbound.channel, &inbound.contact, key);
            if let Some(seen) = records.seen(&row)?
                && at.duration_since(seen.at) < intake::REMEMBERED
            {
                if seen.digest != digest {
                    return Err(EngineError::Conflict(format!(
                        "Idempotency-Key {key:?} was used for another message; use a new key for a new message"
                    )));
                }
                let run = records.run(&seen.conversation, seen.run)?;
                return Ok(Arrived::Known(Answer {
                    run: Arc::new(run),
                    repeated: true,
                }));
            }
        }
        let identity = records.identity(&inbound.channel, &inbound.contact)?;
        let mut customer = records.account(account)?.unwrap_or_else(|| {
            Account::new(
                account.clone(),
                format!("{}/{}", inbound.channel, inbound.contact),
                at,
            )
        });
        let mut conversation =
            self.conversation_for(workflow, &records, identity.as_ref(), account, inbound, at)?;
        let is_current = identity
            .as_ref()
            .and_then(|known| known.conversation.as_ref())
            == Some(&conversation.id);
        let mut account_changed = false;
        if !customer.conversations.contains(&conversation.id) {
            customer.conversations.push(conversation.id.clone());
            account_changed = true;
        }
        let name = format!("{}/{}", inbound.channel, inbound.contact);
        if !customer.identities.contains(&name) {
            customer.identities.push(name);
            account_changed = true;
        }
        let number = conversation.message_count + 1;
        let message = Message {
            id: MessageId::of(&conversation.id, number),
            number,
            author: Author::Customer,
            text: inbound.text.clone(),
            language: None,
            sources: Vec::new(),
            at,
        };
        let change = Change::Received {
            message: message.clone(),
        };
        let what = Occurrence::MessageReceived { message };
        let mut input = begin(
            &mut conversation,
            customer,
            at,
            what,
            "customer",
            vec![change],
        );
        input.account_changed |= account_changed;
        let arrival = Arrival {
            channel: inbound.channel.clone(),
            contact: inbound.contact.clone(),
            seen: inbound.key.clone().map(|key| (key, digest)),
            identity: !is_current,
        };
        Ok(Arrived::New(Box::new(Inbox {
            input,
            arrival: Some(arrival),
            taken: None,
        })))
    }

    /// The conversation that a message belongs to: the named one, the current one, or a new one where the current one
    /// was settled long enough ago.
    fn conversation_for(
        &self,
        workflow: &Workflow,
        records: &Records<'_>,
        identity: Option<&Identity>,
        account: &AccountId,
        inbound: &Inbound,
        at: jiff::Timestamp,
    ) -> Result<Conversation, EngineError> {
        if let Some(id) = &inbound.conversation {
            let conversation = records.conversation(id)?;
            if conversation.channel != inbound.channel || conversation.contact != inbound.contact {
                return Err(EngineError::NotFound {
                    what: "conversation",
                    id: id.to_string(),
                });
            }
            return Ok(conversation);
        }
        if let Some(id) = identity.and_then(|known| known.conversation.as_ref()) {
            let conversation = records.conversation(id)?;
            let idle = at.duration_since(conversation.last_activity);
            if !conversation.resolved || idle <= workflow.desk.settings.idle_after {
                return Ok(conversation);
            }
        }
        let id = ConversationId::from_random(self.entropy.bits());
        Ok(Conversation::new(
            id,
            account.clone(),
            inbound.channel.clone(),
            inbound.contact.clone(),
            at,
        ))
    }

    fn other(&self, request: &Request) -> Result<Inbox, EngineError> {
        let records = Records(self.store.as_ref());
        let at = self.clock.now();
        match request {
            Request::Message(_) => Err(EngineError::Invalid(
                "a message goes another way".to_owned(),
            )),
            Request::Reply {
                conversation,
                agent,
                text,
            } => self.agent_reply(&records, conversation, agent, text, at),
            Request::Take {
                conversation,
                agent,
            } => {
                let (mut conversation, customer) = load(&records, conversation)?;
                let what = Occurrence::Announced {
                    name: "conversation.taken".to_owned(),
                    value: serde_json::json!({ "agent": agent }).to_string(),
                };
                let change = Change::Assigned {
                    agent: agent.clone(),
                };
                Ok(Inbox::of(begin(
                    &mut conversation,
                    customer,
                    at,
                    what,
                    agent,
                    vec![change],
                )))
            }
            Request::Resolve {
                conversation,
                by,
                summary,
            } => {
                let (mut conversation, customer) = load(&records, conversation)?;
                if conversation.resolved {
                    return Err(EngineError::Conflict(format!(
                        "conversation {} is resolved already",
                        conversation.id
                    )));
                }
                let what = Occurrence::ConversationResolved {
                    by: by.clone(),
                    summary: summary.clone(),
                };
                let change = Change::Resolved {
                    summary: summary.clone(),
                };
                Ok(Inbox::of(begin(
                    &mut conversation,
                    customer,
                    at,
                    what,
                    by,
                    vec![change],
                )))
            }
            Request::Ticket {
                ticket,
                by,
                status,
                feedback,
            } => {
                let mut ticket = records.ticket(ticket)?;
                if !ticket.may_become(*status) {
                    return Err(EngineError::Conflict(format!(
                        "ticket {} is {}; it can't become {status}",
                        ticket.id, ticket.status
                    )));
                }
                if *status == TicketStatus::Closed
                    && feedback.as_ref().is_none_or(|text| text.trim().is_empty())
                {
                    return Err(EngineError::Invalid(
                        "feedback: closing a ticket needs a word for the customer; add `feedback`"
                            .to_owned(),
                    ));
                }
                ticket.status = *status;
                if feedback.is_some() {
                    ticket.feedback.clone_from(feedback);
                }
                let (mut conversation, customer) = load(&records, &ticket.conversation)?;
                let brief = crate::model::Ticket {
                    body: String::new(),
                    ..ticket.clone()
                };
                let what = Occurrence::TicketUpdated {
                    ticket: brief.clone(),
                };
                let change = Change::TicketMoved { ticket: brief };
                let mut input = begin(&mut conversation, customer, at, what, by, vec![change]);
                input.tickets.push(ticket);
                Ok(Inbox::of(input))
            }
            Request::Due(key) => self.due(&records, key, at),
        }
    }

    fn agent_reply(
        &self,
        records: &Records<'_>,
        conversation: &ConversationId,
        agent: &str,
        text: &str,
        at: jiff::Timestamp,
    ) -> Result<Inbox, EngineError> {
        if text.trim().is_empty() {
            return Err(EngineError::Invalid(
                "text: there is nothing in it; write what to say".to_owned(),
            ));
        }
        let (mut conversation, customer) = load(records, conversation)?;
        let number = conversation.message_count + 1;
        let message = Message {
            id: MessageId::of(&conversation.id, number),
            number,
            author: Author::Agent(agent.to_owned()),
            text: text.to_owned(),
            language: conversation.language.clone(),
            sources: Vec::new(),
            at,
        };
        let findings = self
            .runner(self.workflow())
            .look_at(&conversation, &customer, &message, at);
        if findings
            .iter()
            .any(|finding| finding.severity == crate::model::Severity::Blocking)
        {
            return Err(EngineError::HeldBack { findings });
        }
        let mut changes = Vec::new();
        // Whoever answers has the conversation: the workflow no longer speaks over them.
        if conversation.handler != Handler::Agent {
            changes.push(Change::Assigned {
                agent: agent.to_owned(),
            });
        }
        changes.push(Change::Replied {
            message: message.clone(),
        });
        changes.extend(findings.into_iter().map(|finding| Change::Found {
            finding,
            text: text.to_owned(),
        }));
        let what = Occurrence::AgentReplied { message };
        Ok(Inbox::of(begin(
            &mut conversation,
            customer,
            at,
            what,
            agent,
            changes,
        )))
    }

    fn due(
        &self,
        records: &Records<'_>,
        key: &[u8],
        at: jiff::Timestamp,
    ) -> Result<Inbox, EngineError> {
        let row = records.due(key)?;
        let (mut conversation, customer) = load(records, &row.conversation)?;
        let input = match row.what {
            Due::Timer { name } => {
                let same = |timer: &&crate::model::Timer| {
                    timer.name == name
                        && keys::timer(timer.due, &conversation.id, &timer.name) == key
                };
                let timer = conversation
                    .timers
                    .iter()
                    .find(same)
                    .cloned()
                    .ok_or(EngineError::NothingDue)?;
                let by = timer.step.clone();
                let change = Change::TimerFired {
                    timer: timer.clone(),
                };
                begin(
                    &mut conversation,
                    customer,
                    at,
                    Occurrence::TimerFired { timer },
                    &by,
                    vec![change],
                )
            }
            Due::Announcement { name, value, depth } => {
                let what = Occurrence::Announced { name, value };
                let mut input = begin(&mut conversation, customer, at, what, "host", Vec::new());
                input.event.depth = depth;
                input
            }
            Due::Retry(resume) => self.resume(records, &mut conversation, customer, resume, at)?,
        };
        Ok(Inbox {
            input,
            arrival: None,
            taken: Some(key.to_vec()),
        })
    }

    /// The event of an earlier run once more, from the step that failed.
    fn resume(
        &self,
        records: &Records<'_>,
        conversation: &mut Conversation,
        customer: Account,
        resume: Resume,
        at: jiff::Timestamp,
    ) -> Result<Input, EngineError> {
        let Event { what, depth, .. } = records.run(&conversation.id, resume.run)?.event;
        let mut input = begin(conversation, customer, at, what, "host", Vec::new());
        input.event.depth = depth;
        input.resumed = Some(resume);
        Ok(input)
    }
}

/// Whether a run read or wrote desk-wide memory.
fn touches_desk(finished: &Finished) -> bool {
    !reads_of(&finished.desk_reads).is_empty()
        || finished.kv.keys().any(|key| keys::is_desk_wide(key))
}

enum Arrived {
    New(Box<Inbox>),
    Known(Answer),
}

fn load(
    records: &Records<'_>,
    id: &ConversationId,
) -> Result<(Conversation, Account), EngineError> {
    let conversation = records.conversation(id)?;
    let account = records
        .account(&conversation.account)?
        .ok_or_else(|| EngineError::NotFound {
            what: "account",
            id: conversation.account.to_string(),
        })?;
    Ok((conversation, account))
}

/// The input of a run: the event's own changes are applied to the conversation beforehand.
fn begin(
    conversation: &mut Conversation,
    mut account: Account,
    at: jiff::Timestamp,
    what: Occurrence,
    by: &str,
    changes: Vec<Change>,
) -> Input {
    conversation.run_count += 1;
    let number = conversation.run_count;
    let mut account_changed = false;
    for change in &changes {
        conversation.apply(change, at);
        account_changed |= account.apply(change);
    }
    Input {
        id: RunId::of(&conversation.id, number),
        number,
        event: Event {
            id: EventId::of(&conversation.id, number),
            at,
            depth: 0,
            what,
        },
        before: conversation.clone(),
        account,
        opening: changes
            .into_iter()
            .map(|change| Entry {
                by: by.to_owned(),
                change,
            })
            .collect(),
        resumed: None,
        tickets: Vec::new(),
        account_changed,
    }
}
