//! What was promised is written down with its due time (R138).

use switchboard_sdk::{
    Host,
    about::drafted_replies,
    evidence,
    types::{Effect, Message, PromiseDraft, StepError},
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
        let promises: Vec<PromiseDraft> = self
            .context
            .draft
            .iter()
            .filter_map(|effect| {
                let Effect::OpenTicket(ticket) = effect else {
                    return None;
                };
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
