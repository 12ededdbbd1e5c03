//! What comes after a conversation: the satisfaction question (R80, R81), the follow-up visit (R140), the date that a
//! hesitating customer named (R130), and the promises that somebody made (R138).

mod config;
mod dates;
mod promises;
mod survey;
mod texts;
mod visit;

use config::Config;
use switchboard_sdk::{
    Host, Plan, Step,
    config::{load, permanent},
    language::Language,
    say::{self, Text},
    types::{
        Context, Event, Manifest, Message, Occurrence, Outcome, Scope, StepError, SurveyStatus,
        Timer,
    },
};

/// The plugin.
pub struct FollowUpVisit;

impl Step for FollowUpVisit {
    fn describe() -> Manifest {
        Manifest {
            name: "follow-up-visit".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            summary: "Satisfaction question, follow-up visit, promises and dates to come back to"
                .to_owned(),
            grants: ["kv", "calendar", "directory", "notify"]
                .map(str::to_owned)
                .to_vec(),
            events: [
                "message.received",
                "agent.replied",
                "conversation.resolved",
                "survey.answered",
                "timer.fired",
            ]
            .map(str::to_owned)
            .to_vec(),
            history: 5,
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
        };
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

/// One call.
struct Turn<'a, H> {
    host: &'a H,
    context: &'a Context,
    config: Config,
    language: Language,
    plan: Plan,
}

impl<H: Host> Turn<'_, H> {
    fn message(&mut self, message: &Message) -> Result<(), StepError> {
        self.promises_of_draft()?;
        if self.context.conversation.survey == SurveyStatus::Asked
            && let Some(code) = survey::code(self.context, &message.text)
        {
            return self.answered(code, Some(&message.text));
        }
        if self.opinion(message) {
            return Ok(());
        }
        self.hesitation(message)
    }

    fn timer(&mut self, timer: &Timer) -> Result<(), StepError> {
        match timer.name.as_str() {
            survey::TIMER => self.ask(),
            visit::TIMER => self.visit(),
            visit::HESITATION => self.come_back(),
            _ => Ok(()),
        }
    }

    fn say(&mut self, text: &Text, values: &[(&str, &str)]) {
        let text = text.say(&self.config.texts, self.language, values);
        self.plan.reply(self.language, text);
    }

    fn remembers(&self, key: &str) -> Result<bool, StepError> {
        self.host
            .kv_get(Scope::Conversation, key)
            .map(|value| value.is_some())
            .map_err(|error| permanent(error.to_string()))
    }

    fn remember(&self, key: &str) -> Result<(), StepError> {
        self.host
            .kv_set(Scope::Conversation, key, b"1")
            .map_err(|error| permanent(error.to_string()))
    }
}

switchboard_sdk::export_step!(FollowUpVisit);

#[cfg(test)]
mod tests;
