//! When a conversation is settled: once somebody has said so and all its work orders are closed (R57). Whoever has it
//! keeps it meanwhile (R59).

use jiff::{SignedDuration, Timestamp};

use super::intake::{Due, Records};
use super::opening::begin;
use super::request::EngineError;
use super::run::Input;
use super::settle::Draft;
use crate::model::{
    Account, Change, Closing, Conversation, Occurrence, Ticket, TicketKind, TicketStatus,
};

/// The event of a conversation that is settled as soon as its tickets are.
const LATER: &str = "conversation.closing";

/// Somebody settles a conversation. Its open questions are answered thereby; where departments still work on it, it
/// waits for them.
pub(super) fn resolve(
    records: &Records<'_>,
    conversation: &mut Conversation,
    account: Account,
    at: Timestamp,
    by: &str,
    summary: Option<String>,
) -> Result<Input, EngineError> {
    let (mut changes, mut tickets) = (Vec::new(), Vec::new());
    for ticket in conversation.open_tickets() {
        if ticket.kind == TicketKind::Question {
            let answered = || format!("answered by {by}");
            let mut whole = records.ticket(&ticket.id)?;
            whole.status = TicketStatus::Closed;
            whole.feedback = Some(summary.clone().unwrap_or_else(answered));
            let ticket = Ticket {
                body: String::new(),
                ..whole.clone()
            };
            changes.extend(super::promises::kept_by_answer(
                conversation,
                &ticket,
                by,
                at,
            ));
            changes.push(Change::TicketMoved { ticket });
            tickets.push(whole);
        }
    }
    let open: Vec<String> = conversation
        .open_tickets()
        .filter(|ticket| ticket.kind != TicketKind::Question)
        .map(|ticket| format!("{} ({}, {})", ticket.kind, ticket.department, ticket.status))
        .collect();
    let by_name = by.to_owned();
    let what = if open.is_empty() {
        changes.push(Change::Resolved {
            summary: summary.clone(),
        });
        Occurrence::ConversationResolved {
            by: by_name,
            summary,
        }
    } else {
        let value = serde_json::json!({ "by": by, "summary": summary, "open": open }).to_string();
        let closing = Closing {
            by: by_name,
            summary,
        };
        changes.push(Change::ResolveLater { closing, open });
        Occurrence::Announced {
            name: LATER.to_owned(),
            value,
        }
    };
    let mut input = begin(conversation, account, at, what, by, changes);
    input.tickets = tickets;
    Ok(input)
}

/// After a ticket was closed: where it was the last one of a conversation that is settled otherwise, that is, too.
pub(super) fn close(draft: &mut Draft<'_>) {
    let settled = draft.state.closing.is_some() && !draft.state.resolved;
    if settled && draft.state.open_tickets().next().is_none() {
        draft.later(SignedDuration::ZERO, Due::Resolve);
    }
}

/// The last ticket is closed.
pub(super) fn resolve_at_last(
    conversation: &mut Conversation,
    account: Account,
    at: Timestamp,
) -> Result<Input, EngineError> {
    let waits = conversation.resolved || conversation.open_tickets().next().is_some();
    let Some(Closing { by, summary }) = conversation.closing.clone().filter(|_| !waits) else {
        return Err(EngineError::NothingDue);
    };
    let what = Occurrence::ConversationResolved {
        by: by.clone(),
        summary: summary.clone(),
    };
    let change = Change::Resolved { summary };
    Ok(begin(conversation, account, at, what, &by, vec![change]))
}
