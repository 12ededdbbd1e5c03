//! The follow-up visit (R140) and the date that a hesitating customer named (R130).

use switchboard_sdk::{
    Host,
    about::{drafted_replies, is_about},
    config::permanent,
    deferral, evidence,
    times::Due,
    types::{Effect, Handler, Message, Moment, StepError, TicketKind, TicketStatus},
    when::{self, DAY},
};

use crate::{Turn, dates, texts};

/// Fires when the visit is due.
pub(crate) const TIMER: &str = "follow-up-visit.visit";
/// Fires on the date that a hesitating customer named.
pub(crate) const HESITATION: &str = "follow-up-visit.hesitation";
/// A label: the next message may be the opinion asked for. Other steps leave such a message alone.
const AWAITING: &str = "awaiting-opinion";
impl<H: Host> Turn<'_, H> {
    pub(crate) fn visit(&mut self) -> Result<(), StepError> {
        if !self.context.conversation.resolved {
            return Ok(());
        }
        if self.has_open_complaint() {
            self.plan.timer(TIMER, Moment::AfterSeconds(DAY), "");
            return Ok(());
        }
        if self.is_open_now(TIMER)? {
            self.plan.label(AWAITING);
            self.say(&texts::VISIT, &[("desk", &self.context.desk.name)]);
        }
        Ok(())
    }

    /// Whether the desk is open; if not, `timer` fires again when it is.
    fn is_open_now(&mut self, timer: &str) -> Result<bool, StepError> {
        let now = self.host.now();
        if self.host.is_open(&now).map_err(permanent)? {
            return Ok(true);
        }
        let opens = self.host.next_open(&now).map_err(permanent)?;
        self.plan.timer(timer, Moment::At(opens), "");
        Ok(false)
    }

    fn has_open_complaint(&self) -> bool {
        self.context.account.open_complaints > 0
            || self.context.conversation.tickets.iter().any(|ticket| {
                ticket.kind == TicketKind::Complaint && ticket.status != TicketStatus::Closed
            })
    }

    /// Whether the message was the opinion that the visit asked for.
    pub(crate) fn opinion(&mut self, message: &Message) -> bool {
        let labels = &self.context.conversation.labels;
        if !labels.iter().any(|label| label == AWAITING) {
            return false;
        }
        self.plan.push(Effect::RemoveLabel(AWAITING.to_owned()));
        self.plan.label("opinion");
        self.plan
            .note(format!("Opinion at the follow-up visit: {}", message.text));
        // Whoever complains or asks at this occasion was answered by the steps before.
        if drafted_replies(self.context).next().is_none() {
            self.say(&texts::OPINION_NOTED, &[]);
        }
        true
    }

    /// Whoever wants to think it over is given the time, and a date on which they hear from the desk again.
    pub(crate) fn hesitation(&mut self, message: &Message) -> Result<(), StepError> {
        let is_grave = ["emergency", "complaint", "human-request"]
            .iter()
            .any(|category| is_about(self.context, category));
        let Some(deferral) = deferral::find(&message.text).filter(|_| !is_grave) else {
            return Ok(());
        };
        let until = deferral.until.unwrap_or(Due::Days(self.config.think_days));
        let at = dates::visit(self.host, until)?;
        self.plan.timer(
            HESITATION,
            Moment::At(at.clone()),
            evidence::title(&message.text),
        );
        let said = message.text.get(deferral.at).unwrap_or(&message.text);
        self.plan.note(format!(
            "Wants to think it over (“{said}”); is asked again at {at}"
        ));
        if self.context.conversation.handler == Handler::Bot {
            let due = when::say(&self.host.now(), &at, self.language);
            self.say(&texts::TAKE_YOUR_TIME, &[("due", &due)]);
        }
        Ok(())
    }

    pub(crate) fn come_back(&mut self) -> Result<(), StepError> {
        if self.context.conversation.handler == Handler::Agent {
            self.plan
                .note("The customer wanted to think it over until today.");
            return Ok(());
        }
        if self.is_open_now(HESITATION)? {
            self.say(&texts::GENTLE, &[]);
        }
        Ok(())
    }
}
