//! What a customer writes: to which conversation it belongs, and what the host does about it before any step.

use std::sync::Arc;

use super::super::commit::Arrival;
use super::super::core::Core;
use super::super::floor::board::Roster;
use super::super::intake::{self, Identity, Inbox, Records};
use super::super::keys;
use super::super::plan::Workflow;
use super::super::request::{Answer, EngineError, Inbound};
use super::begin;
use super::{explained_later, explanation};
use crate::model::{
    Account, AccountId, Author, Change, Conversation, ConversationId, Handler, Message, MessageId,
    Occurrence,
};

impl Core {
    pub(in super::super) fn message(
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
        input.once = inbound
            .key
            .as_ref()
            .map(|key| serde_json::json!([inbound.channel, inbound.contact, key]).to_string());
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
            if conversation.message_count == 0 {
                changes.push(explained_later(&outage));
            } else {
                let mut state = conversation.clone();
                // The customer's message comes first.
                state.message_count += 1;
                changes.extend(explanation(workflow, &state, customer, &outage, at));
            }
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
}

/// What a message turned out to be.
pub(in super::super) enum Arrived {
    /// A new one: the input of its run.
    New(Box<Inbox>),
    /// One that was answered before.
    Known(Answer),
}
