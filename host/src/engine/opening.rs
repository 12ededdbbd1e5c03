//! Requests become the input of a run: what the event itself changes is applied to the conversation beforehand.

use std::sync::Arc;

use super::commit::Arrival;
use super::core::Core;
use super::intake::{self, Due, Identity, Inbox, Records};
use super::keys;
use super::plan::Workflow;
use super::request::{Answer, EngineError, Inbound, Request};
use super::run::Input;
use crate::model::{
    Account, AccountId, Author, Change, Conversation, ConversationId, Entry, Event, EventId,
    Handler, Message, MessageId, Occurrence, RecordEdit, Resume, RunId, TicketStatus,
};

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
            } => edit_record(&records, conversation, agent, edit, at),
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
