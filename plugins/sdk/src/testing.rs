//! A host made of plain values, and a conversation to start a test from.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
};

use crate::{
    host::Host,
    types::{
        Account, Answer, AuthorKind, Category, Contact, Context, Conversation, Desk, Effect, Event,
        Handler, Hit, HttpError, KvError, Level, Message, ModelError, Occurrence, Priority,
        Request, Response, Scope, SurveyStatus, Timer,
    },
    when::{DAY, LocalTime},
};

/// A Tuesday morning, in hours.
pub const TUESDAY_MORNING: &str = "2026-03-10T10:00:00+08:00";
/// The evening of that day, out of hours.
pub const TUESDAY_EVENING: &str = "2026-03-10T20:30:00+08:00";
const OPENS: u32 = 9 * 3600;
const CLOSES: u32 = 18 * 3600;

/// A host that answers from its fields and remembers what was asked.
///
/// Its desk is open from 09:00 to 18:00 on Monday to Friday, except on [`FakeHost::holidays`].
#[derive(Debug, Default)]
pub struct FakeHost {
    /// What [`Host::now`] answers.
    pub now: String,
    /// What [`Host::config`] answers.
    pub config: String,
    /// What [`Host::search`] finds, best first, whatever is asked.
    pub hits: Vec<Hit>,
    /// What [`Host::departments`] answers.
    pub departments: Vec<String>,
    /// Who answers for which topic.
    pub contacts: BTreeMap<String, Contact>,
    /// Days ("2026-03-11") on which the desk is closed.
    pub holidays: BTreeSet<String>,
    /// The step's own memory.
    pub memory: RefCell<BTreeMap<(u8, String), Vec<u8>>>,
    /// The calls of the host, in order: "search lost parcel".
    pub calls: RefCell<Vec<String>>,
    /// What servers of others answer, by "GET https://…": status and body.
    pub servers: BTreeMap<String, (u32, String)>,
    /// What the model says, whatever it is asked.
    pub model: Option<String>,
    /// What the plugin logged.
    pub lines: RefCell<Vec<String>>,
}

impl FakeHost {
    /// A host whose clock stands at `now`, with the departments of a small shop.
    #[must_use]
    pub fn at(now: &str) -> Self {
        let names = [
            "after-sales",
            "sales",
            "repair",
            "logistics",
            "customer-service",
        ];
        Self {
            now: now.to_owned(),
            departments: names.map(str::to_owned).to_vec(),
            ..Self::default()
        }
    }

    /// The same with a configuration.
    #[must_use]
    pub fn with_config(mut self, json: &str) -> Self {
        json.clone_into(&mut self.config);
        self
    }

    /// The same with one more article that every search finds.
    #[must_use]
    pub fn with_article(mut self, article: &str, language: &str, text: &str, score: f32) -> Self {
        self.hits.push(Hit {
            article: article.to_owned(),
            title: article.to_owned(),
            text: text.to_owned(),
            language: language.to_owned(),
            score,
            labels: Vec::new(),
        });
        self
    }

    /// The same with somebody who answers for `topic`, on duty or not.
    #[must_use]
    pub fn with_contact(mut self, topic: &str, name: &str, reachable: bool) -> Self {
        self.contacts.insert(
            topic.to_owned(),
            Contact {
                name: name.to_owned(),
                department: topic.to_owned(),
                role: topic.to_owned(),
                public_contact: reachable.then(|| "021-5555 0101".to_owned()),
                reachable,
                back_at: None,
            },
        );
        self
    }

    /// The same with a server that answers a request ("GET https://…").
    #[must_use]
    pub fn answers(mut self, request: &str, status: u32, body: &str) -> Self {
        let answer = (status, body.to_owned());
        self.servers.insert(request.to_owned(), answer);
        self
    }

    fn called(&self, call: String) {
        self.calls.borrow_mut().push(call);
    }

    fn open_day(&self, time: LocalTime) -> bool {
        let date = time.to_rfc3339();
        time.weekday() < 5
            && !date
                .get(..10)
                .is_some_and(|day| self.holidays.contains(day))
    }

    fn time(at: &str) -> Result<LocalTime, String> {
        LocalTime::parse(at).ok_or_else(|| format!("`{at}` is no time"))
    }

    fn open_at(&self, time: LocalTime) -> bool {
        self.open_day(time) && (OPENS..CLOSES).contains(&time.second)
    }

    fn opens_after(&self, mut time: LocalTime) -> LocalTime {
        while !self.open_at(time) {
            time = if time.second < OPENS && self.open_day(time) {
                time.at(9, 0)
            } else {
                time.plus_days(1).at(0, 0)
            };
        }
        time
    }
}

const fn number(scope: Scope) -> u8 {
    match scope {
        Scope::Conversation => 0,
        Scope::Account => 1,
        Scope::Desk => 2,
    }
}

impl Host for FakeHost {
    fn log(&self, _level: Level, text: &str) {
        self.lines.borrow_mut().push(text.to_owned());
    }
    fn config(&self) -> String {
        self.config.clone()
    }
    fn now(&self) -> String {
        self.now.clone()
    }
    fn random(&self) -> u32 {
        4
    }
    fn kv_get(&self, scope: Scope, key: &str) -> Result<Option<Vec<u8>>, KvError> {
        Ok(self
            .memory
            .borrow()
            .get(&(number(scope), key.to_owned()))
            .cloned())
    }
    fn send(&self, request: &Request) -> Result<Response, HttpError> {
        let asked = format!("{} {}", request.method, request.url);
        self.called(asked.clone());
        match self.servers.get(&asked) {
            Some((status, body)) => Ok(Response {
                status: *status,
                headers: Vec::new(),
                body: body.clone(),
            }),
            None => Err(HttpError::Unanswerable(asked)),
        }
    }
    fn complete(
        &self,
        _instructions: &str,
        text: &str,
        _most_tokens: Option<u32>,
    ) -> Result<Answer, ModelError> {
        self.called(format!("model {text}"));
        let text = self.model.clone();
        let text = text.ok_or_else(|| ModelError::Unanswerable("no model".to_owned()))?;
        Ok(Answer {
            text,
            cut: false,
            tokens_in: 0,
            tokens_out: 0,
        })
    }
    fn kv_set(&self, scope: Scope, key: &str, value: &[u8]) -> Result<(), KvError> {
        self.memory
            .borrow_mut()
            .insert((number(scope), key.to_owned()), value.to_vec());
        Ok(())
    }
    fn kv_compare_and_set(
        &self,
        scope: Scope,
        key: &str,
        expected: Option<&[u8]>,
        value: &[u8],
    ) -> Result<bool, KvError> {
        let same = self.kv_get(scope, key)?.as_deref() == expected;
        if same {
            self.kv_set(scope, key, value)?;
        }
        Ok(same)
    }
    fn kv_remove(&self, scope: Scope, key: &str) -> Result<(), KvError> {
        self.memory
            .borrow_mut()
            .remove(&(number(scope), key.to_owned()));
        Ok(())
    }
    fn search(&self, query: &str, _language: Option<&str>, limit: u32) -> Result<Vec<Hit>, String> {
        self.called(format!("search {query}"));
        Ok(self.hits.iter().take(limit as usize).cloned().collect())
    }
    fn article(&self, id: &str) -> Result<Option<Hit>, String> {
        Ok(self.hits.iter().find(|hit| hit.article == id).cloned())
    }
    fn departments(&self) -> Result<Vec<String>, String> {
        Ok(self.departments.clone())
    }
    fn responsible(&self, topic: &str) -> Result<Option<Contact>, String> {
        self.called(format!("responsible {topic}"));
        Ok(self.contacts.get(topic).cloned())
    }
    fn is_open(&self, at: &str) -> Result<bool, String> {
        Ok(self.open_at(Self::time(at)?))
    }
    fn next_open(&self, at: &str) -> Result<String, String> {
        Ok(self.opens_after(Self::time(at)?).to_rfc3339())
    }
    fn end_of_day(&self, at: &str) -> Result<String, String> {
        Ok(self.opens_after(Self::time(at)?).at(18, 0).to_rfc3339())
    }
    fn add_business_seconds(&self, start: &str, seconds: u32) -> Result<String, String> {
        let mut time = self.opens_after(Self::time(start)?);
        let mut left = seconds;
        while left > CLOSES.saturating_sub(time.second) {
            left = left.saturating_sub(CLOSES.saturating_sub(time.second));
            time = self.opens_after(time.plus_days(1).at(0, 0));
        }
        Ok(time.plus_seconds(i64::from(left.min(DAY))).to_rfc3339())
    }
}

/// A new conversation of the web chat in a desk that speaks the three languages; the message is the customer's first.
#[must_use]
pub fn context(message: &Message) -> Context {
    Context {
        desk: Desk {
            name: "Blue Whale Toys".to_owned(),
            time_zone: "Asia/Shanghai".to_owned(),
            languages: ["zh-Hans", "zh-Hant", "en"].map(str::to_owned).to_vec(),
        },
        account: Account {
            id: "a1".to_owned(),
            name: None,
            language: None,
            fields: Vec::new(),
            conversation_count: 1,
            open_complaints: 0,
        },
        conversation: Conversation {
            id: "c1".to_owned(),
            channel: "web".to_owned(),
            opened_at: message.sent_at.clone(),
            resolved: false,
            handler: Handler::Bot,
            language: message.language.clone(),
            categories: Vec::new(),
            priority: Priority::Normal,
            stage: None,
            labels: Vec::new(),
            tickets: Vec::new(),
            timers: Vec::new(),
            promises: Vec::new(),
            survey: SurveyStatus::NotAsked,
            message_count: 1,
            messages: vec![message.clone()],
        },
        draft: Vec::new(),
    }
}

/// A customer's message, sent in the morning.
#[must_use]
pub fn message(text: &str, language: Option<&str>) -> Message {
    Message {
        id: "m1".to_owned(),
        author: AuthorKind::Customer,
        author_name: None,
        text: text.to_owned(),
        language: language.map(str::to_owned),
        sent_at: TUESDAY_MORNING.to_owned(),
    }
}

/// That something happened.
#[must_use]
pub fn event(what: Occurrence) -> Event {
    Event {
        id: "e1".to_owned(),
        at: TUESDAY_MORNING.to_owned(),
        what,
    }
}

/// That a timer of the conversation fired.
#[must_use]
pub fn timer_fired(name: &str, payload: &str) -> Event {
    event(Occurrence::TimerFired(Timer {
        name: name.to_owned(),
        due: TUESDAY_MORNING.to_owned(),
        payload: payload.to_owned(),
    }))
}

/// A category that is as good as sure.
#[must_use]
pub fn category(name: &str) -> Category {
    Category {
        name: name.to_owned(),
        confidence: 0.9,
    }
}

/// The texts that would be sent to the customer.
#[must_use]
pub fn replies(effects: &[Effect]) -> Vec<&str> {
    effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Reply(reply) => Some(reply.text.as_str()),
            _ => None,
        })
        .collect()
}
