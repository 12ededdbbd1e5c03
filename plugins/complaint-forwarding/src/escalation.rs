//! What became of a ticket: not acknowledged in time goes up (R53, R71); closed is told to the customer (R58).

use switchboard_sdk::{
    Host,
    about::{has_timer, open_ticket},
    config::permanent,
    types::{Effect, Escalation, Handler, StepError, Ticket, TicketStatus, Timer},
};

use crate::{Turn, config::Kind, texts};

const PREFIX: &str = "complaint-forwarding.acknowledge.";
/// First the lead, then the manager; after that it is theirs.
const LEVELS: u32 = 2;

/// The timer of the ticket of this key.
pub(crate) fn timer_name(key: &str) -> String {
    format!("{PREFIX}{key}")
}

impl<H: Host> Turn<'_, H> {
    pub(crate) fn not_acknowledged(&mut self, timer: &Timer) -> Result<(), StepError> {
        let Some(kind) = timer.name.strip_prefix(PREFIX).and_then(Kind::of) else {
            return Ok(());
        };
        let level: u32 = timer.payload.parse().unwrap_or_default();
        let ticket = open_ticket(self.context, kind.name())
            .filter(|ticket| ticket.status == TicketStatus::Opened && level < LEVELS);
        let Some(department) = ticket.map(|ticket| ticket.department.clone()) else {
            return Ok(());
        };
        let told = if level > 0 {
            self.config.manager.clone()
        } else {
            self.config.lead.clone().unwrap_or(department)
        };
        // A department as such was told when the ticket was opened; now it is the person who answers for it.
        let told = self.host.responsible(&told).map_err(permanent)?;
        self.plan.push(Effect::EscalateTicket(Escalation {
            key: kind.name().to_owned(),
            notify: told.into_iter().map(|person| person.name).collect(),
            reason: format!(
                "not acknowledged within {} minutes",
                self.config.acknowledge_seconds(kind) / 60
            ),
        }));
        let next = level.saturating_add(1);
        if next < LEVELS {
            self.wait_for_acknowledgement(kind, next);
        }
        Ok(())
    }

    pub(crate) fn updated(&mut self, ticket: &Ticket) -> Result<(), StepError> {
        if ticket.status == TicketStatus::Opened {
            return Ok(());
        }
        let timer = timer_name(&ticket.key);
        if has_timer(self.context, &timer) {
            self.plan.cancel_timer(timer);
        }
        if ticket.status == TicketStatus::Closed
            && let Some(feedback) = ticket.feedback.as_deref().map(str::trim)
            && !feedback.is_empty()
        {
            let text = texts::FEEDBACK.say(
                &self.config.texts,
                self.language,
                &[("title", &ticket.title), ("feedback", feedback)],
            );
            if self.context.conversation.handler == Handler::Agent {
                self.plan.note(text);
            } else {
                self.plan.reply(self.language, text);
            }
        }
        Ok(())
    }
}
