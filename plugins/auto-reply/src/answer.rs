//! Questions: the articles, else whoever is responsible, else a record and a time (R52, R53).

use switchboard_sdk::{
    Host,
    about::open_ticket,
    config::permanent,
    continuation, deferral,
    language::Language,
    people,
    types::{
        AuthorKind, Effect, Hit, Message, Moment, Priority, StepError, TicketDraft, TicketKind,
    },
    when,
};

use crate::{Turn, texts};

/// The key of the ticket of a question that no article answers.
pub(crate) const QUESTION: &str = "question";
/// So many articles are looked at: the best may be in another language.
const LOOKED_AT: u32 = 5;

impl<H: Host> Turn<'_, H> {
    /// `questions`: the categories of the message that ask for an answer, the first of them decides who is responsible.
    pub(crate) fn question(
        &mut self,
        message: &Message,
        questions: &[&str],
    ) -> Result<(), StepError> {
        // Whoever complains is not sent instructions, unless they ask a question besides.
        let asks = !self.is("complaint") || questions.contains(&"consultation");
        if asks
            && let Some(hit) = self.look_up(message)?
            && self.answer(hit)
        {
            return Ok(());
        }
        // The follow-up visit asked for an opinion, and this is one.
        if self.is_an_opinion() {
            return Ok(());
        }
        // Another step makes a ticket of the whole message, and a second one would ask the same of two people;
        // or it gives the customer the time to think.
        if self.is_forwarded_by_others() || deferral::find(&message.text).is_some() {
            return Ok(());
        }
        let topic = questions
            .first()
            .map_or("customer-service", |category| self.config.topic(category))
            .to_owned();
        let person = self.host.responsible(&topic).map_err(permanent)?;
        if let Some(person) = person.as_ref().filter(|person| person.reachable)
            && let Some(contact) = &person.public_contact
        {
            let text = texts::RESPONSIBLE.say(
                &self.config.texts,
                self.language,
                &[
                    ("department", &person.department),
                    ("name", &person.name),
                    ("contact", contact),
                ],
            );
            // Whoever asks on here would rather be called than call.
            if self.was_just_said(&text) {
                return self.record(message, &topic, Vec::new());
            }
            self.plan.reply(self.language, text);
            self.plan.note(format!(
                "No article answers this; the customer was given {} ({}).",
                person.name, person.department
            ));
            return Ok(());
        }
        let notify = person.map(|person| person.name).into_iter().collect();
        self.record(message, &topic, notify)
    }

    /// The first of the articles found that answers surely enough, in the customer's language or at least their script's
    /// sister: a Simplified article is better for a reader of Traditional than none.
    pub(crate) fn look_up(&self, message: &Message) -> Result<Option<Hit>, StepError> {
        if let Some(topic) = self.topic_of(message) {
            let query = format!("{topic} {}", message.text);
            let hit = self.search(&query, true)?;
            if hit.is_some() {
                return Ok(hit);
            }
        }
        self.search(&message.text, false)
    }

    /// What was spoken of, where the message leans on it ("那香港呢？", "And for Canada?").
    fn topic_of(&self, message: &Message) -> Option<&str> {
        if !continuation::continues(&message.text) {
            return None;
        }
        let messages = self.context.conversation.messages.iter().rev();
        messages
            .filter(|said| said.author == AuthorKind::Customer && said.id != message.id)
            .map(|said| said.text.as_str())
            .find(|said| !continuation::continues(said))
    }

    /// `anew`: what was just said is no answer.
    fn search(&self, query: &str, anew: bool) -> Result<Option<Hit>, StepError> {
        let mut hits = self
            .host
            .search(query, Some(self.language.tag()), LOOKED_AT)
            .map_err(permanent)?;
        hits.retain(|hit| hit.score >= self.config.confidence);
        if anew {
            hits.retain(|hit| !self.was_just_said(&self.wording(hit)));
        }
        let reads = |language: &str| Language::from_tag(language) == self.language;
        let understands = |language: &str| {
            Language::from_tag(language).is_chinese() == self.language.is_chinese()
        };
        let best = hits
            .iter()
            .position(|hit| reads(&hit.language))
            .or_else(|| hits.iter().position(|hit| understands(&hit.language)));
        Ok(best.map(|best| hits.swap_remove(best)))
    }

    /// The article's own words, so that no number or date in them changes (R28). Not the same twice in a row: whoever
    /// asks on was not helped by it. Says whether it answered.
    pub(crate) fn answer(&mut self, hit: Hit) -> bool {
        let text = self.wording(&hit);
        if self.was_just_said(&text) {
            return false;
        }
        self.plan.answer(self.language, text, vec![hit.article]);
        true
    }

    fn wording(&self, hit: &Hit) -> String {
        let answer = plain(&hit.text);
        texts::ANSWER.say(&self.config.texts, self.language, &[("answer", &answer)])
    }

    /// Whether the newest thing that a step said is this.
    fn was_just_said(&self, text: &str) -> bool {
        self.just_said().is_some_and(|said| said == text)
    }

    /// Whether the newest thing that a step said asks the customer for something.
    pub(crate) fn has_just_asked(&self) -> bool {
        const ASKING: [&str; 6] = [
            "发给我们",
            "發給我們",
            "給我們",
            "告诉我们",
            "send us",
            "Tell us",
        ];
        self.just_said()
            .is_some_and(|said| ASKING.iter().any(|words| said.contains(words)))
    }

    fn just_said(&self) -> Option<&str> {
        let messages = &self.context.conversation.messages;
        let said = messages.iter().rev();
        said.filter(|message| message.author != AuthorKind::Customer)
            .map(|message| message.text.as_str())
            .next()
    }

    pub(crate) fn record(
        &mut self,
        message: &Message,
        topic: &str,
        notify: Vec<String>,
    ) -> Result<(), StepError> {
        let seconds = self.config.answer_seconds();
        let department = people::department(self.host, topic, &[&self.config.department])?;
        let is_open_already = open_ticket(self.context, QUESTION).is_some();
        self.plan.push(Effect::OpenTicket(TicketDraft {
            key: QUESTION.to_owned(),
            kind: TicketKind::Question,
            department,
            title: title(&message.text),
            body: self.evidence(message),
            priority: Priority::Normal,
            due: Some(Moment::AfterBusinessSeconds(seconds)),
            notify,
        }));
        if is_open_already {
            self.say(&texts::ADDED, &[]);
            return Ok(());
        }
        let now = self.host.now();
        let due = self
            .host
            .add_business_seconds(&now, seconds)
            .map_err(permanent)?;
        let due = when::say(&now, &due, self.language);
        self.say(&texts::RECORDED, &[("due", &due)]);
        Ok(())
    }

    /// What a colleague needs to answer without asking the customer again.
    pub(crate) fn evidence(&self, message: &Message) -> String {
        switchboard_sdk::evidence::pack(self.context, message, &[])
    }
}

/// The article without the marks of its headings and emphasis: a chat shows them as they are. No word changes (R28).
fn plain(article: &str) -> String {
    let mut text = String::with_capacity(article.len());
    for line in article.trim().lines() {
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(
            &line
                .trim_start_matches('#')
                .replace("**", "")
                .replace('`', ""),
        );
    }
    text
}

/// One line of the customer's words.
pub(crate) fn title(text: &str) -> String {
    switchboard_sdk::evidence::title(text)
}
