//! What comes after a conversation: the satisfaction question (R80, R81), the follow-up visit (R140), the date that a
//! hesitating customer named (R130), the promises that somebody made (R138), and care beyond the case (R141, R143).

mod birthday;
mod care;
mod config;
mod dates;
mod festivals;
mod form;
mod preference;
mod promises;
mod survey;
mod texts;
mod visit;

use birthday::Whose;
use config::Config;
use switchboard_sdk::{
    Host, Step,
    turn::{About, recall},
    types::{Context, Event, Manifest, Message, Occurrence, Outcome, Scope, StepError, Timer},
};

/// The plugin.
pub struct FollowUpVisit;

impl Step for FollowUpVisit {
    fn describe() -> Manifest {
        About {
            name: "follow-up-visit",
            version: env!("CARGO_PKG_VERSION"),
            summary: "Satisfaction question, follow-up visit, promises and dates to come back to",
            grants: &[
                "kv",
                "calendar",
                "directory",
                "notify",
                "account.opinion",
                "account.birthday",
                "account.child-birthday",
                "account.age-band",
                "account.name",
                "account.tier",
            ],
            events: &[
                "message.received",
                "agent.replied",
                "conversation.resolved",
                "survey.answered",
                "timer.fired",
            ],
            history: 5,
            schema: config::SCHEMA,
        }
        .manifest()
    }

    fn handle<H: Host>(host: &H, context: &Context, event: &Event) -> Result<Outcome, StepError> {
        let mut turn = Turn::begin(host, context)?;
        match &event.what {
            Occurrence::MessageReceived(message) => turn.message(message)?,
            Occurrence::AgentReplied(message) => turn.promises_of(message)?,
            Occurrence::ConversationResolved(_) => turn.resolved()?,
            Occurrence::SurveyAnswered(answer) => {
                turn.answered(answer.code, answer.text.as_deref())?;
            }
            Occurrence::TimerFired(timer) => turn.timer(timer)?,
            _ => {}
        }
        Ok(turn.plan.outcome())
    }
}

switchboard_sdk::turn!(Turn, Config);

impl<H: Host> Turn<'_, H> {
    fn message(&mut self, message: &Message) -> Result<(), StepError> {
        self.promises_of_draft()?;
        self.keep_preference(message)?;
        self.keep_birthday(message)?;
        if self.rating(message)? || self.opinion(message)? {
            return Ok(());
        }
        self.hesitation(message)
    }

    fn timer(&mut self, timer: &Timer) -> Result<(), StepError> {
        match timer.name.as_str() {
            survey::TIMER => self.ask(),
            visit::TIMER => self.visit(&timer.payload),
            visit::HESITATION => self.come_back(&timer.payload),
            form::EXPIRES => self.form_expired(),
            care::FESTIVAL => self.festival(&timer.payload),
            name => match Whose::of_timer(name) {
                Some(whose) => self.birthday(whose, &timer.payload),
                None => Ok(()),
            },
        }
    }

    fn remembers(&self, key: &str) -> Result<bool, StepError> {
        Ok(recall(self.host, Scope::Conversation, key)?.is_some())
    }
}

switchboard_sdk::export_step!(FollowUpVisit);

#[cfg(test)]
mod tests;
