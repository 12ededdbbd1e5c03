//! What became of a ticket: not acknowledged in time goes up (R53, R71); closed is told to the customer (R58).

use switchboard_sdk::{
    Host,
    about::{has_timer, open_ticket},
    config::permanent,
    say::Text,
    types::{Effect, Escalation, Handler, Moment, StepError, Ticket, TicketStatus, Timer},
};

use crate::{Turn, config::Kind, texts};

const PREFIX: &str = "complaint-forwarding.acknowledge.";
/// Fires when an acknowledged ticket should have been closed (R54, R58).
const OVERDUE: &str = "complaint-forwarding.overdue.";
/// First the lead, then the manager; after that it is theirs.
const LEVELS: u32 = 2;

/// The timer of the ticket of this key.
pub(crate) fn timer_name(key: &str) -> String {
    format!("{PREFIX}{key}")
}

/// The timer of an acknowledged ticket of this key.
pub(crate) fn overdue_name(key: &str) -> String {
    format!("{OVERDUE}{key}")
}

impl<H: Host> Turn<'_, H> {
    pub(crate) fn timer(&mut self, timer: &Timer) -> Result<(), StepError> {
        match timer.name.strip_prefix(OVERDUE) {
            Some(key) => self.overdue(key),
            None => self.not_acknowledged(timer),
        }
    }

    /// The manager is told, and the customer does not have to ask.
    fn overdue(&mut self, key: &str) -> Result<(), StepError> {
        let Some(ticket) = open_ticket(self.context, key) else {
            return Ok(());
        };
        let told = self
            .host
            .responsible(&self.config.manager)
            .map_err(permanent)?;
        self.plan.push(Effect::EscalateTicket(Escalation {
            key: key.to_owned(),
            notify: told.into_iter().map(|person| person.name).collect(),
            reason: "not closed in time".to_owned(),
        }));
        // The people on call are with whoever is in danger; "later than promised" is nothing to tell them.
        // Where the time was promised, the host apologises for the promise.
        let is_promised = self.context.conversation.promises.iter().any(|promise| {
            Some(&promise.due) == ticket.due.as_ref() && promise.text.ends_with(&ticket.title)
        });
        if ticket.key != Kind::Emergency.name() && !is_promised {
            self.tell(&texts::OVERDUE, &[("title", &ticket.title)]);
        }
        Ok(())
    }

    /// To the customer, or to the agent who is talking to them.
    fn tell(&mut self, text: &Text, values: &[(&str, &str)]) {
        if self.context.conversation.handler == Handler::Agent {
            let text = text.say(&self.config.texts, self.language, values);
            self.plan.note(text);
        } else {
            self.say(text, values);
        }
    }

    fn not_acknowledged(&mut self, timer: &Timer) -> Result<(), StepError> {
        let Some(key) = timer.name.strip_prefix(PREFIX) else {
            return Ok(());
        };
        // Whoever talks to the customer answers what they asked.
        if Kind::of(key).is_none() && self.context.conversation.handler == Handler::Agent {
            return Ok(());
        }
        let level: u32 = timer.payload.parse().unwrap_or_default();
        let ticket = open_ticket(self.context, key)
            .filter(|ticket| ticket.status == TicketStatus::Opened && level < LEVELS);
        let Some(ticket) = ticket else {
            return Ok(());
        };
        let told = if level > 0 {
            &self.config.manager
        } else {
            self.config.lead.as_ref().unwrap_or(&ticket.department)
        };
        // A department as such was told when the ticket was opened; now it is the person who answers for it.
        let told = self.host.responsible(told).map_err(permanent)?;
        self.plan.push(Effect::EscalateTicket(Escalation {
            key: key.to_owned(),
            notify: told.into_iter().map(|person| person.name).collect(),
            reason: format!(
                "not acknowledged within {} minutes",
                self.config.acknowledge_seconds(key) / 60
            ),
        }));
        let next = level.saturating_add(1);
        if next < LEVELS {
            self.wait_for_acknowledgement(key, next);
        } else if let Some(due) = &ticket.due {
            self.plan
                .timer(overdue_name(key), Moment::At(due.clone()), "");
        }
        Ok(())
    }

    pub(crate) fn updated(&mut self, ticket: &Ticket) -> Result<(), StepError> {
        if ticket.status == TicketStatus::Opened {
            return Ok(());
        }
        let overdue = overdue_name(&ticket.key);
        let is_closed = ticket.status == TicketStatus::Closed;
        let timer = timer_name(&ticket.key);
        if has_timer(self.context, &timer) {
            self.plan.cancel_timer(timer);
        }
        match &ticket.due {
            _ if is_closed && has_timer(self.context, &overdue) => self.plan.cancel_timer(overdue),
            Some(due) if !is_closed => {
                self.plan.timer(overdue, Moment::At(due.clone()), "");
            }
            _ => {}
        }
        if is_closed
            && let Some(feedback) = ticket.feedback.as_deref().map(str::trim)
            && !feedback.is_empty()
        {
            let values = [("title", ticket.title.as_str()), ("feedback", feedback)];
            let text = texts::FEEDBACK.say(&self.config.texts, self.language, &values);
            // The department's own words, whoever talks to the customer meanwhile (R58).
            self.plan.reply(self.language, text);
        }
        Ok(())
    }
}
