//! What was promised is written down with its due time (R138).

use switchboard_sdk::{
    Host,
    about::drafted_replies,
    evidence,
    promise::{self, Promise},
    types::{Effect, Message, Moment, PromiseDraft, StepError, TicketKind, TicketStatus},
};

use crate::{Turn, dates};

/// Promises of one text, at most.
const MOST: usize = 5;

impl<H: Host> Turn<'_, H> {
    /// An agent's words. A promise without a time counts until the end of the day, and its author is told so.
    pub(crate) fn promises_of(&mut self, message: &Message) -> Result<(), StepError> {
        let owner = message.author_name.as_deref();
        for promise in promise::find(&message.text).into_iter().take(MOST) {
            let words = message.text.get(promise.at.clone()).unwrap_or_default();
            if promise.vague {
                self.plan.note(format!(
                    "“{words}” names no time: it counts as promised for the end of this business day. Better name one."
                ));
            }
            self.record(words, &promise, owner)?;
        }
        Ok(())
    }

    fn record(
        &mut self,
        words: &str,
        promise: &Promise,
        owner: Option<&str>,
    ) -> Result<(), StepError> {
        let due = dates::deadline(self.host, promise.due)?;
        let due = match promise.clock {
            Some(clock) => dates::at_clock(self.host, &due, clock)?,
            None => due,
        };
        self.plan.push(Effect::RecordPromise(PromiseDraft {
            text: evidence::title(words),
            due: Moment::At(due),
            owner: owner.map(str::to_owned),
        }));
        Ok(())
    }

    /// An earlier step told the customer until when its tickets are answered: the department's promise.
    pub(crate) fn promises_of_draft(&mut self) -> Result<(), StepError> {
        if drafted_replies(self.context).next().is_none() {
            return Ok(());
        }
        let now = self.host.now();
        let promises: Vec<PromiseDraft> = self
            .context
            .draft
            .iter()
            .filter_map(|effect| {
                let Effect::OpenTicket(ticket) = effect else {
                    return None;
                };
                // What was added to an older ticket was promised when that was opened.
                let is_older = self.context.conversation.tickets.iter().any(|known| {
                    known.key == ticket.key
                        && known.status != TicketStatus::Closed
                        && known.opened_at != now
                });
                if is_older {
                    return None;
                }
                Some(PromiseDraft {
                    text: format!("{}: {}", name(ticket.kind), ticket.title),
                    due: ticket.due.clone()?,
                    owner: Some(ticket.department.clone()),
                })
            })
            .collect();
        if promises.is_empty() {
            return self.promises_in_words();
        }
        for promise in promises.into_iter().take(MOST) {
            self.plan.push(Effect::RecordPromise(promise));
        }
        Ok(())
    }

    /// What another step promised in words alone. An article's words are the desk's terms, not a promise of today.
    fn promises_in_words(&mut self) -> Result<(), StepError> {
        let context = self.context;
        for reply in drafted_replies(context).filter(|reply| reply.sources.is_empty()) {
            let said = promise::find(&reply.text).into_iter();
            for promise in said.filter(|promise| !promise.vague).take(MOST) {
                let words = reply.text.get(promise.at.clone()).unwrap_or_default();
                self.record(words, &promise, None)?;
            }
        }
        Ok(())
    }
}

const fn name(kind: TicketKind) -> &'static str {
    match kind {
        TicketKind::Complaint => "complaint",
        TicketKind::Suggestion => "suggestion",
        TicketKind::Repair => "repair",
        TicketKind::Order => "order",
        TicketKind::Lead => "lead",
        TicketKind::Question => "question",
        TicketKind::Emergency => "emergency",
    }
}
