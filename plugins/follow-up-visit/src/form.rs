//! The opinion form (R140, R84): questions asked one after the other, answered in the chat, kept on the account.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use switchboard_sdk::{
    Host,
    about::{drafted_replies, has_timer, is_about},
    config::permanent,
    text::Folded,
    turn::{recall, remember},
    types::{Effect, Field, Message, Moment, Scope, StepError},
    when::DAY,
};

use crate::{Turn, texts};

/// A label: the next message may be the opinion asked for. Other steps leave such a message alone.
const AWAITING: &str = "awaiting-opinion";
/// Fires when nobody answered: what comes later is no opinion any more.
pub(crate) const EXPIRES: &str = "follow-up-visit.form";
const DAYS_TO_ANSWER: u32 = 3;
/// What was answered so far.
const FORM: &str = "form";
/// The account's last opinion: a key of the step's memory, and a field of the account.
const OPINION: &str = "opinion";
/// How often a number is asked for before anything is taken.
const ASKED_AGAIN: u32 = 1;

#[derive(Serialize, Deserialize, Default)]
struct Answers {
    answers: BTreeMap<String, String>,
    /// How many questions are answered or given up.
    done: usize,
    /// How often the question that stands was asked again.
    again: u32,
}

impl<H: Host> Turn<'_, H> {
    /// The visit and its first question.
    pub(crate) fn begin_form(&mut self, values: &[(&str, &str)]) -> Result<(), StepError> {
        self.plan.label(AWAITING);
        self.plan.timer(
            EXPIRES,
            Moment::AfterSeconds(DAYS_TO_ANSWER.saturating_mul(DAY)),
            "",
        );
        let mut text = texts::VISIT.say(&self.config.texts, self.language, values);
        if let Some(first) = self.config.form.first() {
            text.push('\n');
            text.push_str(first.text(self.language));
            self.keep(&Answers::default())?;
        }
        self.plan.reply(self.language, text);
        Ok(())
    }

    /// Whether the message was the opinion that the visit asked for.
    pub(crate) fn opinion(&mut self, message: &Message) -> Result<bool, StepError> {
        let labels = &self.context.conversation.labels;
        if !labels.iter().any(|label| label == AWAITING) {
            return Ok(false);
        }
        let Some(mut answers) = self.kept()?.filter(|_| !self.config.form.is_empty()) else {
            self.plan
                .note(format!("Opinion at the follow-up visit: {}", message.text));
            self.keep_opinion(&message.text)?;
            self.end_form();
            return Ok(true);
        };
        // Whoever has something that others must see to is not asked the next question.
        let is_matter = ["emergency", "complaint", "human-request"]
            .iter()
            .any(|category| is_about(self.context, category));
        let Some(question) = self.config.form.get(answers.done) else {
            self.end_form();
            return Ok(true);
        };
        let answer = match question.scale {
            Some(most) => match number(&message.text, most) {
                Some(number) => number.to_string(),
                None if !is_matter && answers.again < ASKED_AGAIN => {
                    let most = most.to_string();
                    answers.again = answers.again.saturating_add(1);
                    self.keep(&answers)?;
                    if drafted_replies(self.context).next().is_none() {
                        self.say(&texts::SCALE, &[("most", &most)]);
                    }
                    return Ok(true);
                }
                None => message.text.clone(),
            },
            None => message.text.clone(),
        };
        answers.answers.insert(question.key.clone(), answer);
        answers.done = answers.done.saturating_add(1);
        answers.again = 0;
        let next = self.config.form.get(answers.done);
        if let Some(next) = next.filter(|_| !is_matter) {
            let text = next.text(self.language).to_owned();
            self.keep(&answers)?;
            self.plan.reply(self.language, text);
            return Ok(true);
        }
        self.finish_form(&answers)?;
        Ok(true)
    }

    /// Nobody answered, or not to the end: what there is, is kept.
    pub(crate) fn form_expired(&mut self) -> Result<(), StepError> {
        let labels = &self.context.conversation.labels;
        if !labels.iter().any(|label| label == AWAITING) {
            return Ok(());
        }
        self.plan.push(Effect::RemoveLabel(AWAITING.to_owned()));
        if let Some(answers) = self.kept()?.filter(|kept| !kept.answers.is_empty()) {
            self.record_answers(&answers)?;
        }
        self.forget()
    }

    fn finish_form(&mut self, answers: &Answers) -> Result<(), StepError> {
        self.record_answers(answers)?;
        self.forget()?;
        self.end_form();
        Ok(())
    }

    fn record_answers(&mut self, answers: &Answers) -> Result<(), StepError> {
        let said: Vec<String> = answers
            .answers
            .iter()
            .map(|(key, answer)| format!("{key}: {answer}"))
            .collect();
        let mut note = format!("Opinion at the follow-up visit: {}", said.join("; "));
        let figure = |key: &str| answers.answers.get(key)?.parse::<i32>().ok();
        let mut kept = answers.answers.clone();
        // What was received less what was expected (R84).
        if let Some((perceived, expected)) = figure("perceived").zip(figure("expected")) {
            let gap = perceived.saturating_sub(expected);
            note.push_str(&format!("; gap: {gap}"));
            kept.insert("gap".to_owned(), gap.to_string());
        }
        self.plan.note(note);
        let json = serde_json::to_string(&kept).map_err(|error| permanent(error.to_string()))?;
        self.keep_opinion(&json)
    }

    /// On the account, with the day and the conversation; in its field too, where the desk keeps one.
    fn keep_opinion(&mut self, opinion: &str) -> Result<(), StepError> {
        let now = self.host.now();
        let day = now.get(..10).unwrap_or_default();
        let whole = format!("{day} {}: {opinion}", self.context.conversation.id);
        remember(self.host, Scope::Account, OPINION, &whole)?;
        if self.config.keep_opinion {
            self.plan.push(Effect::SetField(Field {
                name: OPINION.to_owned(),
                value: format!("{day}: {opinion}"),
            }));
        }
        Ok(())
    }

    fn end_form(&mut self) {
        self.plan.push(Effect::RemoveLabel(AWAITING.to_owned()));
        self.plan.label("opinion");
        if has_timer(self.context, EXPIRES) {
            self.plan.cancel_timer(EXPIRES);
        }
        // Whoever complains or asks at this occasion was answered by the steps before.
        if drafted_replies(self.context).next().is_none() {
            self.say(&texts::OPINION_NOTED, &[]);
        }
    }

    fn kept(&self) -> Result<Option<Answers>, StepError> {
        let kept = recall(self.host, Scope::Conversation, FORM)?;
        Ok(kept.and_then(|json| serde_json::from_str(&json).ok()))
    }

    fn keep(&self, answers: &Answers) -> Result<(), StepError> {
        let json = serde_json::to_string(answers).map_err(|error| permanent(error.to_string()))?;
        remember(self.host, Scope::Conversation, FORM, &json)
    }

    fn forget(&self) -> Result<(), StepError> {
        self.host
            .kv_remove(Scope::Conversation, FORM)
            .map_err(|error| permanent(error.to_string()))
    }
}

/// The number from 1 to `most` that the answer is: "8", "８分", "八", "10/10".
fn number(text: &str, most: u32) -> Option<u32> {
    let folded = Folded::new(text);
    let plain = folded.text();
    let digits: String = plain
        .chars()
        .skip_while(|c| !c.is_ascii_digit())
        .take_while(char::is_ascii_digit)
        .collect();
    let value = if digits.is_empty() {
        let figures = ['一', '二', '三', '四', '五', '六', '七', '八', '九', '十'];
        let at = plain
            .chars()
            .find_map(|c| figures.iter().position(|figure| *figure == c))?;
        u32::try_from(at).ok()?.saturating_add(1)
    } else {
        digits.parse().ok()?
    };
    // A long sentence with a number in it is no mark.
    (value >= 1 && value <= most && plain.chars().count() <= 20).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn a_mark_is_read_however_it_is_written() {
        for (text, value) in [
            ("8", Some(8)),
            ("８分", Some(8)),
            ("八分吧", Some(8)),
            ("10/10", Some(10)),
            ("I'd say 7", Some(7)),
            ("11", None),
            ("0", None),
            ("还可以", None),
        ] {
            assert_eq!(number(text, 10), value, "{text}");
        }
    }
}
