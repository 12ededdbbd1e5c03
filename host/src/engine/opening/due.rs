//! What time brings: timers, waiting customers, retries, visits.

use super::super::case;
use super::super::core::Core;
use super::super::floor::board::Roster;
use super::super::floor::{self, Outage, care};
use super::super::intake::{Due, Inbox, Records};
use super::super::keys;
use super::super::notices;
use super::super::promises;
use super::super::request::EngineError;
use super::super::run::Input;
use super::ASSIGNED;
use super::begin;
use super::explanation;
use super::load;
use super::visible;
use crate::model::{Account, Change, Conversation, Event, Occurrence, Resume};

impl Core {
    pub(super) fn due(
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
                notices::on_return(&mut conversation, customer, at, to, text)
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

/// What the host announces when it has looked after a customer who waits.
const WAITING: &str = "conversation.waiting";
