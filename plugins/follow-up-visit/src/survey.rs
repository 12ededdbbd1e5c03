//! The satisfaction question and what each answer means (R80, R81).

use switchboard_sdk::{
    Host,
    about::{has_timer, is_about},
    config::permanent,
    people,
    text::Folded,
    types::{Context, Effect, Moment, StepError, SurveyResult, SurveyStatus},
    when::DAY,
};

use crate::{Turn, texts, visit};

/// Fires when the desk is open to ask.
pub(crate) const TIMER: &str = "follow-up-visit.survey";
/// That an answer reopened the conversation; it does so once.
const REOPENED: &str = "reopened";

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
        if self.config.days > 0 && !has_timer(self.context, visit::TIMER) {
            let seconds = self.config.days.saturating_mul(DAY);
            self.plan
                .timer(visit::TIMER, Moment::AfterSeconds(seconds), "");
        }
        if !self.config.survey || self.context.conversation.survey != SurveyStatus::NotAsked {
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

    pub(crate) fn ask(&mut self) -> Result<(), StepError> {
        let conversation = &self.context.conversation;
        if conversation.resolved && conversation.survey == SurveyStatus::NotAsked {
            self.say(&texts::QUESTION, &[]);
            self.plan.push(Effect::AskSurvey);
        }
        Ok(())
    }

    pub(crate) fn answered(&mut self, code: u32, text: Option<&str>) -> Result<(), StepError> {
        let (points, reason) = match code {
            1 => (Some(10), "very satisfied"),
            2 => (Some(self.config.points.min(10)), "satisfied"),
            3 => (None, "attitude"),
            4 => (None, "unresolved"),
            _ => return Ok(()),
        };
        self.plan.push(Effect::RecordSurvey(SurveyResult {
            code,
            points,
            reason: reason.to_owned(),
        }));
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
        self.remember(REOPENED)?;
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

/// The digit of an answer to the satisfaction question; triage has said that the message is one.
pub(crate) fn code(context: &Context, text: &str) -> Option<u32> {
    if !is_about(context, "survey-answer") {
        return None;
    }
    let folded = Folded::new(text);
    let word = [("one", 1), ("two", 2), ("three", 3), ("four", 4)]
        .into_iter()
        .find(|(word, _)| {
            let mut words = folded.text().split(|c: char| !c.is_ascii_alphabetic());
            words.any(|said| said == *word)
        });
    if let Some((_, code)) = word {
        return Some(code);
    }
    folded.text().chars().find_map(|character| match character {
        '1' | '一' | '壹' | '①' | '⒈' | '❶' | '➀' => Some(1),
        '2' | '二' | '贰' | '两' | '②' | '⒉' | '❷' | '➁' => Some(2),
        '3' | '三' | '叁' | '③' | '⒊' | '❸' | '➂' => Some(3),
        '4' | '四' | '肆' | '④' | '⒋' | '❹' | '➃' => Some(4),
        _ => None,
    })
}
