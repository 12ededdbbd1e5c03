//! Answers what the desk's articles answer, surely and with its sources (R90, R95); what they don't goes to whoever is
//! responsible (R52, R53), and a person is always given to whoever asks for one.
//!
//! Complaints, suggestions, repairs and emergencies are left to the steps that forward them; survey answers to the step
//! that asked. Nothing here depends on a customer's mood (R26).

mod answer;
mod config;
mod person;
mod texts;

use config::Config;
use switchboard_sdk::{
    Host, Step,
    about::{drafted_replies, is_about, open_ticket},
    config::permanent,
    deferral,
    say::Text,
    text::Folded,
    turn::About,
    types::{Context, Event, Handler, Manifest, Message, Occurrence, Outcome, Scope, StepError},
};

/// Categories that ask for an answer.
const QUESTIONS: [&str; 3] = ["consultation", "order", "after-sales"];
/// How often the customer was asked what they mean since they were last understood.
const UNCLEAR: &str = "unclear";
/// That the static notice was given (R64).
const NOTICED: &str = "noticed";

/// The plugin.
pub struct AutoReply;

impl Step for AutoReply {
    fn describe() -> Manifest {
        About {
            name: "auto-reply",
            version: env!("CARGO_PKG_VERSION"),
            summary: "Answers from the desk's articles, or brings in whoever is responsible",
            grants: &[
                "kv",
                "knowledge",
                "directory",
                "calendar",
                "tickets",
                "notify",
            ],
            events: &["message.received", "timer.fired"],
            history: 10,
            schema: config::SCHEMA,
        }
        .manifest()
    }

    fn handle<H: Host>(host: &H, context: &Context, event: &Event) -> Result<Outcome, StepError> {
        let mut turn = Turn::begin(host, context)?;
        match &event.what {
            Occurrence::MessageReceived(message) => turn.message(message)?,
            Occurrence::TimerFired(timer) => turn.timer(timer)?,
            _ => {}
        }
        Ok(turn.plan.outcome())
    }
}

switchboard_sdk::turn!(Turn, Config);

impl<H: Host> Turn<'_, H> {
    fn message(&mut self, message: &Message) -> Result<(), StepError> {
        if self.context.conversation.handler != Handler::Bot {
            if self.config.holding_reply && self.context.conversation.handler == Handler::Queue {
                self.say(&texts::HOLDING, &[]);
            }
            return Ok(());
        }
        if self.is("emergency") || self.is("survey-answer") {
            return Ok(());
        }
        // Whoever is in danger at night is not told to wait for the morning: the people on call are with them.
        let in_danger = open_ticket(self.context, "emergency").is_some();
        if self.is("human-request") && in_danger && !self.is_open()? {
            return Ok(());
        }
        if self.is("human-request") {
            return self.person(message, "the customer asks for a person");
        }
        let questions: Vec<&str> = QUESTIONS
            .into_iter()
            .filter(|category| self.is(category))
            .collect();
        if !questions.is_empty() {
            self.understood()?;
            return self.question(message, &questions);
        }
        if self.is_forwarded_by_others() {
            return self.understood();
        }
        if self.is("nuisance") {
            return self.nuisance();
        }
        if self.is("thanks") && !self.is_an_opinion() {
            self.understood()?;
            self.say(&texts::YOU_ARE_WELCOME, &[]);
        } else if self.is("greeting") {
            self.small_talk(&texts::WELCOME_BACK);
        } else if !self.is_an_opinion() {
            match small_talk(&message.text) {
                Some(text) => self.small_talk(text),
                None => self.unclear(message)?,
            }
        }
        Ok(())
    }

    fn is(&self, category: &str) -> bool {
        is_about(self.context, category)
    }

    /// Whether the follow-up visit asked for what the customer says now, and thanks for it.
    pub(crate) fn is_an_opinion(&self) -> bool {
        let labels = &self.context.conversation.labels;
        labels.iter().any(|label| label == "awaiting-opinion")
    }

    pub(crate) fn is_open(&self) -> Result<bool, StepError> {
        self.host.is_open(&self.host.now()).map_err(permanent)
    }

    /// Whether a ticket is open to which another step adds what the customer writes next.
    fn is_added_by_others(&self) -> bool {
        ["emergency"]
            .into_iter()
            .chain(self.config.forwarded_by_others.iter().map(String::as_str))
            .any(|key| open_ticket(self.context, key).is_some())
    }

    fn is_forwarded_by_others(&self) -> bool {
        self.config
            .forwarded_by_others
            .iter()
            .any(|category| self.is(category))
    }

    /// Said unless the greeting of this run says it already.
    fn small_talk(&mut self, text: &Text) {
        if drafted_replies(self.context).next().is_none() {
            self.say(text, &[]);
        }
    }

    /// One polite notice, then silence; no agent's time (R64).
    fn nuisance(&mut self) -> Result<(), StepError> {
        let first = self
            .host
            .kv_compare_and_set(Scope::Conversation, NOTICED, None, b"1")
            .map_err(|error| permanent(error.to_string()))?;
        if first {
            self.say(&texts::NUISANCE, &[]);
        }
        Ok(())
    }

    /// What nobody understood: an article may still answer it; else one question, and then a person.
    fn unclear(&mut self, message: &Message) -> Result<(), StepError> {
        if open_ticket(self.context, "emergency").is_some() {
            return Ok(());
        }
        let hit = self.look_up(message)?;
        let is_found = hit.is_some();
        if hit.is_some_and(|hit| self.answer(hit)) {
            return self.understood();
        }
        if deferral::find(&message.text).is_some() || self.is_added_by_others() {
            return Ok(());
        }
        // Most likely it belongs to what is being looked into already, is what an article asked for, or is a question
        // that the article did not answer.
        let is_known = open_ticket(self.context, answer::QUESTION).is_some();
        if is_known || is_found || self.has_just_asked() {
            let department = self.config.department.clone();
            return self.record(message, &department, Vec::new());
        }
        let first = self
            .host
            .kv_compare_and_set(Scope::Conversation, UNCLEAR, None, b"1")
            .map_err(|error| permanent(error.to_string()))?;
        if first {
            self.say(&texts::CLARIFY, &[]);
            return Ok(());
        }
        self.understood()?;
        self.person(message, "not understood twice")
    }

    fn understood(&self) -> Result<(), StepError> {
        let asked = self
            .host
            .kv_get(Scope::Conversation, UNCLEAR)
            .map_err(|error| permanent(error.to_string()))?;
        if asked.is_some() {
            self.host
                .kv_remove(Scope::Conversation, UNCLEAR)
                .map_err(|error| permanent(error.to_string()))?;
        }
        Ok(())
    }
}

/// Whole messages, folded and without punctuation, that only say that they were read.
#[rustfmt::skip]
const READ: [&str; 38] = [
    "ok", "okay", "okey", "k", "kk", "got it", "i see", "alright", "all right", "sure", "fine", "great", "cool", "noted", "understood", "yes", "no",
    "好", "好的", "好滴", "好吧", "好哒", "嗯", "嗯嗯", "行", "行吧", "可以", "知道了", "明白", "明白了", "收到", "了解", "哦", "哦哦", "噢", "喔", "是的", "没有了",
];

/// What to say to a message that asks nothing: a nod, an emoji, a bare question mark.
fn small_talk(text: &str) -> Option<&'static Text> {
    let folded = Folded::new(text);
    let words = folded.text().trim_matches(|c: char| !c.is_alphanumeric());
    if words.is_empty() {
        let calls = folded.text().contains('?');
        return Some(if calls {
            &texts::WELCOME_BACK
        } else {
            &texts::NOTED
        });
    }
    READ.contains(&words).then_some(&texts::NOTED)
}

switchboard_sdk::export_step!(AutoReply);

#[cfg(test)]
mod tests;
