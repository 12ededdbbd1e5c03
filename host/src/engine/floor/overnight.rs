//! The start of the shift: what came since the desk last closed and still wants a person (R44).

use std::collections::HashSet;

use jiff::{Timestamp, ToSpan as _};

use crate::engine::core::Core;
use crate::engine::failure::NEEDS_ATTENTION;
use crate::engine::reading::MessagePage;
use crate::engine::request::EngineError;
use crate::model::{
    Author, Conversation, ConversationId, Handler, Priority, TicketKind, TicketStatus,
};
use crate::workflow::Desk;

/// How many runs are read at once.
const PAGE: usize = 500;
/// How many messages of a conversation are looked at.
const LOOKED_AT: usize = 100;
/// How far back a desk may have closed last.
const DAYS: i32 = 30;

impl Core {
    /// The conversations of all channels that came since the desk last closed and still want a person: urgent ones
    /// first, then the oldest. A desk that never closes has none.
    ///
    /// # Errors
    /// Where the store can't be read.
    pub fn overnight(&self) -> Result<Vec<Conversation>, EngineError> {
        match night(&self.desk(), self.clock.now()) {
            Some((from, to)) => self.left_between(from, to),
            None => Ok(Vec::new()),
        }
    }

    /// The same among some conversations only: for whoever knows which may be meant.
    ///
    /// # Errors
    /// Where the store can't be read.
    pub(crate) fn overnight_among(
        &self,
        candidates: impl IntoIterator<Item = ConversationId>,
    ) -> Result<Vec<Conversation>, EngineError> {
        let Some((from, to)) = night(&self.desk(), self.clock.now()) else {
            return Ok(Vec::new());
        };
        let mut found: Vec<(Timestamp, Conversation)> = Vec::new();
        for id in candidates {
            let state = match self.conversation(&id) {
                Ok(state) if wants_a_person(&state, from) => state,
                Ok(_) | Err(EngineError::NotFound { .. }) => continue,
                Err(error) => return Err(error),
            };
            let newest = MessagePage {
                limit: LOOKED_AT,
                ..MessagePage::default()
            };
            let messages = self.messages(&id, newest)?;
            let came = messages.iter().find(|message| {
                message.author == Author::Customer && (from..to).contains(&message.at)
            });
            if let Some(came) = came {
                found.push((came.at, state));
            }
        }
        Ok(in_turn(found))
    }

    /// The conversations that came since the desk last closed, today's too, and still want a person.
    pub(super) fn left_behind(&self) -> Result<Vec<Conversation>, EngineError> {
        let now = self.clock.now();
        match night(&self.desk(), now) {
            Some((from, _)) => self.left_between(from, now),
            None => Ok(Vec::new()),
        }
    }

    fn left_between(
        &self,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<Conversation>, EngineError> {
        let mut found: Vec<(Timestamp, Conversation)> = Vec::new();
        let mut known: HashSet<ConversationId> = HashSet::new();
        let mut mark = None;
        loop {
            let runs = self.runs_between(from, to, mark.as_ref(), PAGE)?;
            for (_, run) in &runs {
                let Some((id, number)) = run.parts() else {
                    continue;
                };
                if known.contains(&id) {
                    continue;
                }
                let state = match self.conversation(&id) {
                    Ok(state) => state,
                    // Erased since.
                    Err(EngineError::NotFound { .. }) => continue,
                    Err(error) => return Err(error),
                };
                if !wants_a_person(&state, from) {
                    known.insert(id);
                    continue;
                }
                let run = self.runs_after(&id, number.saturating_sub(1), 1)?;
                let came = run.first().filter(|run| run.event.message().is_some());
                if let Some(run) = came {
                    known.insert(id);
                    found.push((run.event.at, state));
                }
            }
            match runs.into_iter().last() {
                Some((last, _)) => mark = Some(last),
                None => break,
            }
        }
        Ok(in_turn(found))
    }
}

/// Urgent ones first, then the oldest.
fn in_turn(mut found: Vec<(Timestamp, Conversation)>) -> Vec<Conversation> {
    found.sort_by_key(|(came, state)| (state.priority != Priority::Urgent, *came));
    found.into_iter().map(|(_, state)| state).collect()
}

/// Whether somebody still has to look at it. What an agent has answered since, and what the bot answered, is done.
fn wants_a_person(state: &Conversation, since: Timestamp) -> bool {
    if state.resolved {
        return false;
    }
    let is_open = |ticket: &crate::model::Ticket| {
        ticket.kind == TicketKind::Question
            && ticket.status == TicketStatus::Opened
            && ticket.opened_at >= since
    };
    let is_answered = state.handler == Handler::Agent && state.care.owed_since.is_none();
    !is_answered
        && (state.handler == Handler::Queue
            || state.care.owed_since.is_some()
            || state.labels.iter().any(|label| label == NEEDS_ATTENTION)
            || state.tickets.iter().any(is_open))
}

/// From the last closing of a day before to today's first opening, or now before that.
fn night(desk: &Desk, now: Timestamp) -> Option<(Timestamp, Timestamp)> {
    let calendar = &desk.calendar;
    let today = now.to_zoned(desk.time_zone.clone()).date();
    let midnight = |days: i32| {
        let date = today.checked_sub(days.days()).ok()?;
        Some(date.to_zoned(desk.time_zone.clone()).ok()?.timestamp())
    };
    let opens = calendar.next_open(midnight(0)?)?;
    let to = opens.min(now);
    for days in 1..=DAYS {
        let (begin, end) = (midnight(days)?, midnight(days - 1)?);
        let mut from = begin;
        let mut closed = None;
        while let Some(opens) = calendar.next_open(from).filter(|opens| *opens < end) {
            let closes = calendar.next_close(opens)?;
            closed = Some(closes);
            from = closes;
        }
        if let Some(closed) = closed {
            return Some((closed.min(to), to));
        }
    }
    None
}
