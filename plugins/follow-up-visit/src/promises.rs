//! What was promised is written down with its due time (R138).

use switchboard_sdk::{
    Host,
    about::drafted_replies,
    evidence,
    types::{Effect, Message, PromiseDraft, StepError, TicketStatus},
};

use crate::Turn;

impl<H: Host> Turn<'_, H> {
    /// An agent's words.
    pub(crate) fn promises_of(&mut self, _message: &Message) -> Result<(), StepError> {
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
                    text: evidence::title(&ticket.title),
                    due: ticket.due.clone()?,
                    owner: Some(ticket.department.clone()),
                })
            })
            .collect();
        for promise in promises {
            self.plan.push(Effect::RecordPromise(promise));
        }
        Ok(())
    }
}
