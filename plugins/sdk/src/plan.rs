//! Effects put together.

use crate::{
    language::Language,
    types::{Effect, Handover, Moment, NextStep, Notification, Outcome, Reply, TimerDraft},
};

/// The effects of one call, in order.
#[derive(Debug, Default)]
pub struct Plan {
    effects: Vec<Effect>,
    finish: bool,
}

impl Plan {
    /// Nothing to do yet.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            effects: Vec::new(),
            finish: false,
        }
    }
    /// Any effect.
    pub fn push(&mut self, effect: Effect) {
        self.effects.push(effect);
    }
    /// A text for the customer that states no facts of the desk's articles.
    pub fn reply(&mut self, language: Language, text: impl Into<String>) {
        self.answer(language, text, Vec::new());
    }
    /// A text for the customer with the articles that its facts come from.
    pub fn answer(&mut self, language: Language, text: impl Into<String>, sources: Vec<String>) {
        self.push(Effect::Reply(Reply {
            text: text.into(),
            language: Some(language.tag().to_owned()),
            sources,
        }));
    }
    /// A line for the agents.
    pub fn note(&mut self, text: impl Into<String>) {
        self.push(Effect::Note(text.into()));
    }
    /// A label of the conversation.
    pub fn label(&mut self, label: impl Into<String>) {
        self.push(Effect::AddLabel(label.into()));
    }
    /// A line to a person, role or department of the directory.
    pub fn notify(&mut self, to: impl Into<String>, text: impl Into<String>) {
        self.push(Effect::Notify(Notification {
            to: to.into(),
            text: text.into(),
        }));
    }
    /// A timer of the conversation.
    pub fn timer(&mut self, name: impl Into<String>, due: Moment, payload: impl Into<String>) {
        self.push(Effect::SetTimer(TimerDraft {
            name: name.into(),
            due,
            payload: payload.into(),
        }));
    }
    /// A timer of the conversation is not needed any more.
    pub fn cancel_timer(&mut self, name: impl Into<String>) {
        self.push(Effect::CancelTimer(name.into()));
    }
    /// A person is to take over.
    pub fn hand_over(&mut self, team: Option<&str>, reason: impl Into<String>) {
        self.push(Effect::HandOver(Handover {
            team: team.map(str::to_owned),
            reason: reason.into(),
        }));
    }
    /// The steps that follow are skipped in this run.
    pub const fn finish(&mut self) {
        self.finish = true;
    }
    /// The call's result.
    #[must_use]
    pub fn outcome(self) -> Outcome {
        Outcome {
            effects: self.effects,
            next: if self.finish {
                NextStep::Finish
            } else {
                NextStep::GoOn
            },
        }
    }
}
