//! The start of the shift: what came since the desk last closed and still wants a person (R44).

use jiff::{Timestamp, ToSpan as _};

use crate::engine::core::Core;
use crate::engine::failure::NEEDS_ATTENTION;
use crate::engine::request::EngineError;
use crate::model::{Conversation, Handler, Priority, TicketKind, TicketStatus};
use crate::workflow::Desk;

/// How many runs are read at once.
const PAGE: usize = 500;
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
        let mut mark = None;
        loop {
            let runs = self.runs_between(from, to, mark.as_ref(), PAGE)?;
            for (_, run) in &runs {
                let Some((id, number)) = run.parts() else {
                    continue;
                };
                if found.iter().any(|(_, known)| known.id == id) {
                    continue;
                }
                let state = match self.conversation(&id) {
                    Ok(state) => state,
                    // Erased since.
                    Err(EngineError::NotFound { .. }) => continue,
                    Err(error) => return Err(error),
                };
                if !wants_a_person(&state, from) {
                    continue;
                }
                let run = self.runs_after(&id, number.saturating_sub(1), 1)?;
                let came = run.first().filter(|run| run.event.message().is_some());
                if let Some(run) = came {
                    found.push((run.event.at, state));
                }
            }
            match runs.into_iter().last() {
                Some((last, _)) => mark = Some(last),
                None => break,
            }
        }
        found.sort_by_key(|(came, state)| (state.priority != Priority::Urgent, *came));
        Ok(found.into_iter().map(|(_, state)| state).collect())
    }
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
