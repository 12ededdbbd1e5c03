//! Requests become the input of a run: what the event itself changes is applied to the conversation beforehand.

use std::sync::Arc;

use super::case;
use super::commit::Arrival;
use super::core::Core;
use super::floor::board::Roster;
use super::floor::{self, Outage, care};
use super::intake::{self, Due, Identity, Inbox, Records};
use super::keys;
use super::plan::Workflow;
use super::promises;
use super::request::{Answer, EngineError, Inbound, Request};
use super::run::Input;
use crate::model::{
    Account, AccountId, Author, Change, Conversation, ConversationId, Entry, Event, EventId,
    Handler, Message, MessageId, Occurrence, RecordEdit, Resume, RunId, TicketStatus,
};
use crate::workflow::Desk;

impl Core {
    pub(super) fn message(
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
        let mut customer = records
            .account(account)?
            .unwrap_or_else(|| Account::new(account.clone(), inbound.identity(), at));
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
        let name = inbound.identity();
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
        let mut changes = vec![Change::Received {
            message: message.clone(),
        }];
        changes.extend(self.before_the_steps(workflow, &conversation, &customer, inbound, at)?);
        let what = Occurrence::MessageReceived { message };
        let mut input = begin(&mut conversation, customer, at, what, "customer", changes);
        // What the customer said is theirs; what follows is the host's.
        for entry in input.opening.iter_mut().skip(1) {
            entry.by = "host".to_owned();
        }
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

    /// What the host does about a message before any step sees it: explains an outage in which it was sent (R48), and
    /// lets the workflow answer for an agent who can't (R6).
    fn before_the_steps(
        &self,
        workflow: &Workflow,
        conversation: &Conversation,
        customer: &Account,
        inbound: &Inbound,
        at: jiff::Timestamp,
    ) -> Result<Vec<Change>, EngineError> {
        let mut changes = Vec::new();
        let outage = match inbound.sent_at {
            Some(sent_at) => self.outage_around(sent_at)?,
            None => None,
        };
        if let Some(outage) = outage
            && conversation.care.outage != Some(outage.began_at)
        {
            let mut state = conversation.clone();
            // The customer's message comes first.
            state.message_count += 1;
            changes.extend(explanation(workflow, &state, customer, &outage, at));
        }
        if conversation.handler == Handler::Agent
            && let Some(agent) = &conversation.agent
        {
            let board = self.floor.hold(self.store.as_ref())?;
            if let Some(reason) = board.absence(agent, &Roster::of(&workflow.desk)) {
                changes.push(Change::AutoReplyOn {
                    agent: agent.clone(),
                    reason: reason.to_owned(),
                });
            }
        }
        Ok(changes)
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
        let id = ConversationId::minted(at, self.entropy.bits());
        Ok(Conversation::new(
            id,
            account.clone(),
            inbound.channel.clone(),
            inbound.contact.clone(),
            at,
        ))
    }

    pub(super) fn other(&self, request: &Request) -> Result<Inbox, EngineError> {
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
                visible(&self.desk(), &conversation, agent)?;
                let what = Occurrence::Announced {
                    name: "conversation.taken".to_owned(),
                    value: serde_json::json!({ "agent": agent }).to_string(),
                };
                let mut changes = reopened(&conversation, agent);
                changes.push(Change::Assigned {
                    agent: agent.clone(),
                });
                Ok(Inbox::of(begin(
                    &mut conversation,
                    customer,
                    at,
                    what,
                    agent,
                    changes,
                )))
            }
            Request::Release {
                conversation,
                agent,
                reason,
            } => {
                let (mut conversation, customer) = load(&records, conversation)?;
                if conversation.handler != Handler::Agent {
                    return Err(EngineError::Conflict(format!(
                        "no agent has conversation {}",
                        conversation.id
                    )));
                }
                let what = Occurrence::Announced {
                    name: "conversation.released".to_owned(),
                    value: serde_json::json!({ "agent": agent }).to_string(),
                };
                let change = Change::HandedOver {
                    team: conversation.team.clone(),
                    reason: reason
                        .clone()
                        .unwrap_or_else(|| format!("released by {agent}")),
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
                visible(&self.desk(), &conversation, by)?;
                let input = case::resolve(
                    &records,
                    &mut conversation,
                    customer,
                    at,
                    by,
                    summary.clone(),
                )?;
                Ok(Inbox::of(input))
            }
            Request::Survey {
                conversation,
                code,
                text,
            } => {
                let (mut conversation, customer) = load(&records, conversation)?;
                if conversation.survey == crate::model::SurveyStatus::NotAsked {
                    return Err(EngineError::Conflict(format!(
                        "conversation {} does not wait for a rating",
                        conversation.id
                    )));
                }
                let what = Occurrence::SurveyAnswered {
                    code: *code,
                    text: text.clone(),
                };
                Ok(Inbox::of(begin(
                    &mut conversation,
                    customer,
                    at,
                    what,
                    "customer",
                    Vec::new(),
                )))
            }
            Request::EditRecord {
                conversation,
                agent,
                edit,
            } => {
                visible(&self.desk(), &records.conversation(conversation)?, agent)?;
                edit_record(&records, conversation, agent, edit, at)
            }
            Request::Ticket {
                ticket,
                by,
                status,
                feedback,
            } => {
                let mut ticket = records.ticket(ticket)?;
                let desk = self.desk();
                let person = desk.directory.person(by).map(|person| &person.name);
                if person.is_some_and(|person| ticket.about.contains(person)) {
                    return Err(EngineError::NotFound {
                        what: "ticket",
                        id: ticket.id.to_string(),
                    });
                }
                if !ticket.may_become(*status) {
                    return Err(EngineError::Conflict(format!(
                        "ticket {} is {}; it can't become {status}: a ticket goes from opened to acknowledged, in-progress and closed, never back",
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
                let mut changes = vec![Change::TicketMoved {
                    ticket: brief.clone(),
                }];
                changes.extend(promises::kept_by_ticket(&conversation, &brief, by, at));
                let mut input = begin(&mut conversation, customer, at, what, by, changes);
                input.tickets.push(ticket);
                Ok(Inbox::of(input))
            }
            Request::Kept {
                promise,
                by,
                evidence,
            } => {
                let row = records.promise(promise)?;
                let (mut conversation, customer) = load(&records, &row.conversation)?;
                visible(&self.desk(), &conversation, by)?;
                let input =
                    promises::kept_by_hand(&mut conversation, customer, at, promise, by, evidence)?;
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
        visible(&self.desk(), &conversation, agent)?;
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
        let mut changes = reopened(&conversation, agent);
        // Whoever answers has the conversation: the workflow no longer speaks over them.
        if conversation.handler != Handler::Agent {
            changes.push(Change::Assigned {
                agent: agent.to_owned(),
            });
        }
        let kept = promises::kept_by_word(&conversation, at, &format!("{agent}: {text}"));
        changes.push(Change::Replied {
            message: message.clone(),
        });
        changes.extend(kept);
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
        let workflow = self.workflow();
        let language = conversation
            .language
            .clone()
            .or_else(|| customer.language.clone());
        let input = match row.what {
            Due::Care => {
                if !floor::is_care_row(key, &conversation) {
                    return Err(EngineError::NothingDue);
                }
                let standing = {
                    let board = self.floor.hold(self.store.as_ref())?;
                    board.standing(&conversation.id, &Roster::of(&workflow.desk), at)
                };
                let changes = care::due(
                    &workflow.desk,
                    &conversation,
                    language.as_deref(),
                    standing,
                    at,
                );
                let what = Occurrence::Announced {
                    name: WAITING.to_owned(),
                    value: serde_json::json!({ "handler": conversation.handler }).to_string(),
                };
                begin(&mut conversation, customer, at, what, "host", changes)
            }
            Due::Offer { agent } => {
                let board = self.floor.hold(self.store.as_ref())?;
                if !board.is_offered(&conversation.id, &agent) {
                    return Err(EngineError::NothingDue);
                }
                drop(board);
                let what = Occurrence::Announced {
                    name: ASSIGNED.to_owned(),
                    value: serde_json::json!({ "agent": agent }).to_string(),
                };
                let change = Change::Assigned { agent };
                begin(&mut conversation, customer, at, what, "host", vec![change])
            }
            Due::Recovered { began_at, ended_at } => {
                let outage = Outage { began_at, ended_at };
                let unanswered = conversation.care.owed_since.is_some()
                    || conversation.care.unheard_since.is_some();
                let changes = if unanswered && conversation.care.outage != Some(began_at) {
                    explanation(&workflow, &conversation, &customer, &outage, at)
                } else {
                    Vec::new()
                };
                let what = Occurrence::DeskRecovered { began_at, ended_at };
                begin(&mut conversation, customer, at, what, "host", changes)
            }
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
            Due::Promise { id } => promises::due(&mut conversation, customer, at, &id)?,
            Due::Apology { id } => promises::reopened(&mut conversation, customer, at, &id)?,
            Due::Resolve => case::resolve_at_last(&mut conversation, customer, at)?,
            Due::Notice { to, .. } if visible(&workflow.desk, &conversation, &to).is_err() => {
                return Err(EngineError::NothingDue);
            }
            Due::Notice { to, text } => {
                super::notices::on_return(&mut conversation, customer, at, to, text)
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

/// An agent's words in the wrap-up record. Announced, so that steps may react to it.
fn edit_record(
    records: &Records<'_>,
    conversation: &ConversationId,
    agent: &str,
    edit: &RecordEdit,
    at: jiff::Timestamp,
) -> Result<Inbox, EngineError> {
    let (mut conversation, customer) = load(records, conversation)?;
    let Some(mut record) = conversation.record.clone() else {
        return Err(EngineError::Conflict(format!(
            "conversation {} has no record yet: it is drafted when the conversation is settled",
            conversation.id
        )));
    };
    record.edit(edit, agent, at);
    let what = Occurrence::Announced {
        name: "record.edited".to_owned(),
        value: serde_json::json!({ "agent": agent }).to_string(),
    };
    let change = Change::Recorded { record };
    let input = begin(&mut conversation, customer, at, what, agent, vec![change]);
    Ok(Inbox::of(input))
}

/// What the host announces when it has looked after a customer who waits.
const WAITING: &str = "conversation.waiting";
/// What the host announces when it gives a conversation to an agent.
pub(super) const ASSIGNED: &str = "conversation.assigned";

/// The explanation of an outage, with an apology (R48).
fn explanation(
    workflow: &Workflow,
    state: &Conversation,
    customer: &Account,
    outage: &Outage,
    at: jiff::Timestamp,
) -> Vec<Change> {
    let desk = &workflow.desk;
    let language = state.language.as_deref().or(customer.language.as_deref());
    let from = floor::clock_text(desk, outage.began_at, language);
    let to = floor::clock_text(desk, outage.ended_at, language);
    let text = desk.settings.floor.say(
        &crate::workflow::floor::RECOVERED,
        language,
        &[("from", &from), ("to", &to)],
    );
    vec![
        care::said(state, text, language, at),
        Change::OutageExplained {
            began_at: outage.began_at,
        },
    ]
}

/// What was settled is open again when somebody takes it up: else nobody would owe its customer anything.
fn reopened(conversation: &Conversation, by: &str) -> Vec<Change> {
    let reason = format!("taken up by {by}");
    let change = conversation.resolved.then_some(Change::Reopened { reason });
    change.into_iter().collect()
}

/// What a message turned out to be.
pub(super) enum Arrived {
    /// A new one: the input of its run.
    New(Box<Inbox>),
    /// One that was answered before.
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

/// A complaint about somebody is none of theirs (R74): to them there is no such conversation.
fn visible(desk: &Desk, conversation: &Conversation, who: &str) -> Result<(), EngineError> {
    let person = desk.directory.person(who);
    if person.is_some_and(|person| conversation.is_hidden_from(&person.name)) {
        return Err(EngineError::NotFound {
            what: "conversation",
            id: conversation.id.to_string(),
        });
    }
    Ok(())
}

/// The input of a run: the event's own changes are applied to the conversation beforehand.
pub(super) fn begin(
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
