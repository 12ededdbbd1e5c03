//! A person: always given to whoever asks for one, now or when people are back (R4, R32).

use switchboard_sdk::{
    Host,
    about::has_timer,
    config::permanent,
    people,
    types::{
        Effect, Handler, Message, Moment, Priority, StepError, TicketDraft, TicketKind, Timer,
    },
    when,
};

use crate::{Turn, answer::title, texts};

/// Fires when a customer has waited long enough to be told again.
const HOLD: &str = "auto-reply.hold";
/// Fires when people are back.
const BACK: &str = "auto-reply.back";
/// The key of the ticket of whoever asked for a person out of hours.
const HUMAN_REQUEST: &str = "human-request";

impl<H: Host> Turn<'_, H> {
    pub(crate) fn person(&mut self, message: &Message, reason: &str) -> Result<(), StepError> {
        let now = self.host.now();
        if self.is_open()? {
            self.say(&texts::TAKING_OVER, &[]);
            self.take_over(reason);
            return Ok(());
        }
        let opens = self.host.next_open(&now).map_err(permanent)?;
        let department = people::department(self.host, &self.config.department, &[])?;
        self.plan.push(Effect::OpenTicket(TicketDraft {
            key: HUMAN_REQUEST.to_owned(),
            kind: TicketKind::Question,
            department,
            title: title(&message.text),
            body: format!("{reason}\n{}", self.evidence(message)),
            priority: Priority::Normal,
            due: Some(Moment::AfterBusinessSeconds(self.config.answer_seconds())),
            notify: Vec::new(),
        }));
        if !has_timer(self.context, BACK) {
            self.plan.timer(BACK, Moment::At(opens.clone()), reason);
        }
        let opens = when::say(&now, &opens, self.language);
        self.say(&texts::PEOPLE_BACK, &[("opens", &opens)]);
        Ok(())
    }

    fn take_over(&mut self, reason: &str) {
        let team = self.config.team.clone();
        self.plan.hand_over(team.as_deref(), reason);
        let hold = self.config.hold_minutes.saturating_mul(60);
        self.plan
            .timer(HOLD, Moment::AfterBusinessSeconds(hold), reason);
    }

    pub(crate) fn timer(&mut self, timer: &Timer) -> Result<(), StepError> {
        let handler = self.context.conversation.handler;
        match timer.name.as_str() {
            BACK if handler == Handler::Bot && !self.context.conversation.resolved => {
                self.take_over(&timer.payload);
            }
            HOLD if handler == Handler::Queue && !self.context.conversation.resolved => {
                self.plan.note(format!(
                    "The customer is still waiting for a person: {}",
                    timer.payload
                ));
                let team = self.config.team.clone();
                let told = team.unwrap_or_else(|| self.config.department.clone());
                for to in people::known(self.host, &[told])? {
                    self.plan.notify(
                        to,
                        format!("A customer waits for a person: {}", timer.payload),
                    );
                }
                self.say(&texts::STILL_WAITING, &[]);
            }
            _ => {}
        }
        Ok(())
    }
}
