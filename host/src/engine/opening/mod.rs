//! Requests become the input of a run: what the event itself changes is applied to the conversation beforehand.
//!
//! - `message`: what a customer writes
//! - `account`: what people write down about a customer
//! - `acts`: what people of the desk do
//! - `among`: what they say among themselves
//! - `due`: what time brings

mod account;
mod acts;
mod among;
mod due;
mod message;

use super::floor::{self, Outage, care};
use super::intake::Records;
use super::plan::Workflow;
use super::request::EngineError;
use super::run::Input;
use crate::model::{
    Account, Change, Conversation, ConversationId, Entry, Event, EventId, Occurrence, RunId,
};
use crate::workflow::Desk;

pub(super) use message::Arrived;

/// What the host announces when it gives a conversation to an agent.
pub(super) const ASSIGNED: &str = "conversation.assigned";

/// What was settled is open again when somebody takes it up: else nobody would owe its customer anything.
fn reopened(conversation: &Conversation, by: &str) -> Vec<Change> {
    let reason = format!("taken up by {by}");
    let change = conversation.resolved.then_some(Change::Reopened { reason });
    change.into_iter().collect()
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

/// What was said of an outage when the steps have spoken to whoever is new.
fn explained_later(outage: &Outage) -> Change {
    Change::OutageExplained {
        began_at: outage.began_at,
        ended_at: Some(outage.ended_at),
    }
}

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
    let text = floor::recovered_text(desk, outage.began_at, outage.ended_at, language);
    vec![
        care::said(state, text, language, at),
        Change::OutageExplained {
            began_at: outage.began_at,
            ended_at: None,
        },
    ]
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
        once: None,
    }
}
