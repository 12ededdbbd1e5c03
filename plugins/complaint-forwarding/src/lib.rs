//! Forwards what cannot be solved in the chat: complaints to after-sales, suggestions to sales, repairs, orders and
//! emergencies to whoever deals with them (R46, R55, R67, R68), each as a ticket with a due time in business hours and an
//! evidence pack; tells the customer what happens and until when, and escalates what nobody acknowledges.

mod config;
mod escalation;
mod forward;
mod texts;

use config::Config;
use switchboard_sdk::{
    Host, Plan, Step,
    config::load,
    language::Language,
    say,
    types::{Context, Event, Manifest, Occurrence, Outcome, StepError},
};

/// The plugin.
pub struct ComplaintForwarding;

impl Step for ComplaintForwarding {
    fn describe() -> Manifest {
        Manifest {
            name: "complaint-forwarding".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            summary: "Complaints, suggestions, repairs, orders and emergencies become tickets with a due time".to_owned(),
            grants: ["directory", "calendar", "tickets", "notify"]
                .map(str::to_owned)
                .to_vec(),
            events: ["message.received", "ticket.updated", "timer.fired"]
                .map(str::to_owned)
                .to_vec(),
            history: 20,
            config_schema: Some(config::SCHEMA.to_owned()),
        }
    }

    fn handle<H: Host>(host: &H, context: &Context, event: &Event) -> Result<Outcome, StepError> {
        let mut turn = Turn {
            host,
            context,
            config: load(host)?,
            language: say::language_of(context),
            plan: Plan::new(),
            text: match &event.what {
                Occurrence::MessageReceived(message) => &message.text,
                _ => "",
            },
        };
        match &event.what {
            Occurrence::MessageReceived(message) => turn.forward(message)?,
            Occurrence::TicketUpdated(ticket) => turn.updated(ticket)?,
            Occurrence::TimerFired(timer) => turn.timer(timer)?,
            _ => {}
        }
        Ok(turn.plan.outcome())
    }
}

/// One call.
struct Turn<'a, H> {
    host: &'a H,
    context: &'a Context,
    config: Config,
    language: Language,
    plan: Plan,
    /// The customer's words, where the event is a message.
    text: &'a str,
}

switchboard_sdk::export_step!(ComplaintForwarding);

#[cfg(test)]
mod tests;
