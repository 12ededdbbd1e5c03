//! The satisfaction question and what each answer means (R80, R81, R83).

use switchboard_sdk::{
    Host,
    about::{has_timer, is_about},
    config::permanent,
    people,
    rating::{self, CORRECTABLE},
    turn::{recall, remember},
    types::{Effect, Message, Moment, Scope, StepError, SurveyResult, SurveyStatus},
    when::{DAY, LocalTime},
};

use crate::{Turn, texts, visit};

/// Fires when the desk is open to ask.
pub(crate) const TIMER: &str = "follow-up-visit.survey";
/// That an answer reopened the conversation; it does so once.
const REOPENED: &str = "reopened";
/// The last code that the customer gave in the conversation.
pub(crate) const RATED: &str = "rated";
/// When the account was last asked.
const ASKED: &str = "asked";
/// The codes of the question.
const CODES: u8 = 4;

impl<H: Host> Turn<'_, H> {
    pub(crate) fn resolved(&mut self) -> Result<(), StepError> {
        // Whoever only disturbed is asked nothing.
        let categories = &self.context.conversation.categories;
        if !categories.is_empty()
            && categories
                .iter()
                .all(|category| category.name == "nuisance")
        {
            return Ok(());
        }
        self.plan_visit()?;
        self.plan_care()?;
        if !self.config.survey
            || self.context.conversation.survey != SurveyStatus::NotAsked
            || !self.is_sampled()
            || self.was_asked_lately()?
        {
            return Ok(());
        }
        let now = self.host.now();
        if self.host.is_open(&now).map_err(permanent)? {
            return self.ask();
        }
        let opens = self.host.next_open(&now).map_err(permanent)?;
        self.plan.timer(TIMER, Moment::At(opens), "");
        Ok(())
    }

    /// Whether the conversation is one of those that are asked: the same one always is.
    fn is_sampled(&self) -> bool {
        // FNV-1a: spreads ids evenly, and needs no table.
        let mut hash = 0x811c_9dc5_u32;
        for byte in self.context.conversation.id.bytes() {
            hash = (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
        }
        hash % 100 < self.config.sample
    }

    /// Whether the customer was asked within the last days; about what was not solved they are asked again (R83).
    fn was_asked_lately(&self) -> Result<bool, StepError> {
        if self.config.again_days == 0 || self.remembers(REOPENED)? {
            return Ok(false);
        }
        let asked = recall(self.host, Scope::Account, ASKED)?;
        Ok(asked.is_some_and(|at| self.is_within(&at, self.config.again_days)))
    }

    /// Whether `at` is less than so many days ago.
    pub(crate) fn is_within(&self, at: &str, days: u32) -> bool {
        let (then, now) = (LocalTime::parse(at), LocalTime::parse(&self.host.now()));
        then.zip(now).is_some_and(|(then, now)| {
            now.epoch().saturating_sub(then.epoch())
                < i64::from(days).saturating_mul(i64::from(DAY))
        })
    }

    pub(crate) fn ask(&mut self) -> Result<(), StepError> {
        let conversation = &self.context.conversation;
        if conversation.resolved && conversation.survey == SurveyStatus::NotAsked {
            self.say(&texts::QUESTION, &[]);
            self.plan.push(Effect::AskSurvey);
            if self.config.again_days > 0 {
                remember(self.host, Scope::Account, ASKED, &self.host.now())?;
            }
        }
        Ok(())
    }

    /// Whether the message was a rating, the first one or a correction of it.
    pub(crate) fn rating(&mut self, message: &Message) -> Result<bool, StepError> {
        let survey = self.context.conversation.survey;
        let is_correction =
            survey == SurveyStatus::Answered && has_timer(self.context, CORRECTABLE);
        if survey != SurveyStatus::Asked && !is_correction
            || !is_about(self.context, "survey-answer")
        {
            return Ok(false);
        }
        let Some(code) = rating::code(&message.text, CODES) else {
            return Ok(false);
        };
        self.answered(u32::from(code), Some(&message.text))?;
        Ok(true)
    }

    /// The customer rated, or rated anew.
    pub(crate) fn answered(&mut self, code: u32, text: Option<&str>) -> Result<(), StepError> {
        let (points, reason) = match code {
            1 => (Some(10), "very satisfied"),
            2 => (Some(self.config.points.min(10)), "satisfied"),
            3 => (None, "attitude"),
            4 => (None, "unresolved"),
            _ => return Ok(()),
        };
        let is_correction = self.context.conversation.survey == SurveyStatus::Answered;
        if is_correction && !has_timer(self.context, CORRECTABLE) {
            return Ok(());
        }
        let before = recall(self.host, Scope::Conversation, RATED)?.filter(|_| is_correction);
        if before.as_deref() == Some(code.to_string().as_str()) {
            return Ok(());
        }
        self.plan.push(Effect::RecordSurvey(SurveyResult {
            code,
            points,
            reason: reason.to_owned(),
        }));
        remember(self.host, Scope::Conversation, RATED, &code.to_string())?;
        if !is_correction && self.config.correct_minutes > 0 {
            let seconds = self.config.correct_minutes.saturating_mul(60);
            self.plan
                .timer(CORRECTABLE, Moment::AfterSeconds(seconds), "");
        }
        if let Some(before) = before {
            self.plan.note(format!(
                "The customer corrects the rating from {before} to {code}."
            ));
            if before == "3" {
                self.plan.push(Effect::RemoveLabel("coaching".to_owned()));
            }
        }
        let words = text.unwrap_or_default();
        match code {
            3 => {
                self.plan.label("coaching");
                self.plan.note(format!(
                    "Coaching: the customer was not happy with the service. {words}"
                ));
                self.tell_lead("Coaching: a customer was not happy with how they were treated")?;
                self.say(&texts::SORRY_ATTITUDE, &[]);
            }
            4 => self.unsolved(words)?,
            _ if is_correction => self.say(&texts::CORRECTED, &[]),
            _ => self.say(&texts::THANKS, &[]),
        }
        Ok(())
    }

    fn unsolved(&mut self, words: &str) -> Result<(), StepError> {
        if self.remembers(REOPENED)? {
            self.plan
                .note(format!("Again not solved, says the customer. {words}"));
            self.tell_lead("A customer says for the second time that their problem is not solved")?;
            self.say(&texts::SORRY_UNSOLVED, &[]);
            return Ok(());
        }
        remember(self.host, Scope::Conversation, REOPENED, "1")?;
        if has_timer(self.context, visit::TIMER) {
            self.plan.cancel_timer(visit::TIMER);
        }
        self.say(&texts::REOPENED, &[]);
        self.plan.push(Effect::Reopen(
            "the customer says that it is not solved".to_owned(),
        ));
        let team = self.config.team.clone();
        self.plan
            .hand_over(team.as_deref(), "not solved, says the satisfaction answer");
        Ok(())
    }

    fn tell_lead(&mut self, text: &str) -> Result<(), StepError> {
        for to in people::known(self.host, core::slice::from_ref(&self.config.lead))? {
            self.plan.notify(to, text);
        }
        Ok(())
    }
}
