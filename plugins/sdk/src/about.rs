//! What the context says, asked in one line.

use crate::types::{Context, Effect, Reply, Ticket, TicketStatus};

/// What the newest message is about, as an earlier step of the run said.
#[must_use]
pub fn is_about(context: &Context, category: &str) -> bool {
    context
        .conversation
        .categories
        .iter()
        .any(|known| known.name == category)
}

/// The open ticket of this key.
#[must_use]
pub fn open_ticket<'a>(context: &'a Context, key: &str) -> Option<&'a Ticket> {
    context
        .conversation
        .tickets
        .iter()
        .find(|ticket| ticket.key == key && ticket.status != TicketStatus::Closed)
}

/// Whether the conversation waits for a timer of this name.
#[must_use]
pub fn has_timer(context: &Context, name: &str) -> bool {
    context
        .conversation
        .timers
        .iter()
        .any(|timer| timer.name == name)
}

/// What earlier steps of the run want to tell the customer.
pub fn drafted_replies(context: &Context) -> impl Iterator<Item = &Reply> {
    context.draft.iter().filter_map(|effect| match effect {
        Effect::Reply(reply) => Some(reply),
        _ => None,
    })
}
