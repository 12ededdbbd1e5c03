//! Forwards what cannot be solved in the chat: complaints to after-sales, suggestions to sales, repairs, orders and
//! emergencies to whoever deals with them (R46, R55, R67, R68), each as a ticket with a due time in business hours and an
//! evidence pack; tells the customer what happens and until when, and escalates what nobody acknowledges.

mod config;
mod escalation;
mod forward;
mod texts;

use config::Config;
use switchboard_sdk::{
    Host, Step,
    turn::About,
    types::{Context, Event, Manifest, Occurrence, Outcome, StepError},
};

/// The plugin.
pub struct ComplaintForwarding;

impl Step for ComplaintForwarding {
    fn describe() -> Manifest {
        About {
            name: "complaint-forwarding",
            version: env!("CARGO_PKG_VERSION"),
            summary: "Complaints, suggestions, repairs, orders and emergencies become tickets with a due time",
            grants: &["directory", "calendar", "tickets", "notify"],
            events: &["message.received", "ticket.updated", "timer.fired"],
            history: 20,
            schema: config::SCHEMA,
        }
        .manifest()
    }

    fn handle<H: Host>(host: &H, context: &Context, event: &Event) -> Result<Outcome, StepError> {
        let mut turn = Turn::begin(host, context)?;
        match &event.what {
            Occurrence::MessageReceived(message) => turn.forward(message)?,
            Occurrence::TicketUpdated(ticket) => turn.updated(ticket)?,
            Occurrence::TimerFired(timer) => turn.timer(timer)?,
            _ => {}
        }
        Ok(turn.plan.outcome())
    }
}

switchboard_sdk::turn!(Turn, Config);

switchboard_sdk::export_step!(ComplaintForwarding);

#[cfg(test)]
mod tests;
