//! A desk small enough to foresee: what plugins are called with in tests of the sandbox.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use jiff::{SignedDuration, Timestamp, Zoned};
use switchboard::model::{
    AccountId, AccountView, Author, Context, Conversation, ConversationId, ConversationView,
    DeskView, Event, EventId, KvScope, Message, MessageId, Occurrence, Outcome,
};
use switchboard::sandbox::{
    Call, CallReport, Contact, Grant, Grants, Hit, Host, HostSide, KvUsage, Limits, Outside, Plugin,
};

/// When everything happens.
pub fn now() -> Zoned {
    "2026-03-10T11:59:40+08:00[Asia/Shanghai]".parse().unwrap()
}

/// A customer's message.
pub fn message(text: &str) -> Message {
    Message {
        id: MessageId::new("msg_1"),
        number: 1,
        author: Author::Customer,
        text: text.to_owned(),
        language: None,
        sources: Vec::new(),
        at: now().timestamp(),
    }
}

/// What a step sees.
pub fn context(text: &str) -> Context<'static> {
    let account = AccountId::new("acc_1");
    Context {
        desk: Cow::Owned(DeskView {
            name: "Blue Whale Toys".to_owned(),
            time_zone: "Asia/Shanghai".to_owned(),
            languages: vec!["zh-Hans".to_owned(), "en".to_owned()],
        }),
        account: AccountView {
            id: account.clone(),
            name: Some("李雷".to_owned()),
            language: None,
            fields: Vec::new(),
            conversation_count: 1,
            open_complaints: 0,
        },
        conversation: ConversationView {
            state: Cow::Owned(Conversation::new(
                ConversationId::new("con_1"),
                account,
                "web".to_owned(),
                "li".to_owned(),
                now().timestamp(),
            )),
            messages: Cow::Owned(vec![message(text)]),
        },
        draft: Cow::default(),
    }
}

/// The event of a customer's message.
pub fn received(text: &str) -> Event {
    Event {
        id: EventId::new("evt_1"),
        at: now().timestamp(),
        depth: 0,
        what: Occurrence::MessageReceived {
            message: message(text),
        },
    }
}

/// A desk that answers from memory.
#[derive(Debug, Default)]
pub struct Desk {
    /// The plugin's keys.
    pub keys: Mutex<BTreeMap<(KvScope, String), Vec<u8>>>,
}

impl Host for Desk {
    fn search(&self, query: &str, _: Option<&str>, limit: u32) -> Result<Vec<Hit>, String> {
        let hit = |number: u32| Hit {
            article: format!("article-{number}"),
            title: query.to_owned(),
            text: "七天内可以退货。".to_owned(),
            language: "zh-Hans".to_owned(),
            score: 0.9,
            labels: Vec::new(),
        };
        Ok((0..limit).map(hit).collect())
    }
    fn article(&self, _: &str) -> Result<Option<Hit>, String> {
        Ok(None)
    }
    fn departments(&self) -> Vec<String> {
        vec!["service".to_owned()]
    }
    fn responsible(&self, _topic: &str) -> Option<Contact> {
        None
    }
    fn is_open(&self, _at: Timestamp) -> Result<bool, String> {
        Ok(true)
    }
    fn next_open(&self, at: Timestamp) -> Result<Timestamp, String> {
        Ok(at)
    }
    fn end_of_day(&self, at: Timestamp) -> Result<Timestamp, String> {
        Ok(at)
    }
    fn add_business_seconds(&self, at: Timestamp, seconds: u32) -> Result<Timestamp, String> {
        Ok(at + SignedDuration::from_secs(seconds.into()))
    }
    fn kv_get(&self, scope: KvScope, key: &str) -> Result<Option<Vec<u8>>, String> {
        let keys = self.keys.lock().unwrap();
        Ok(keys.get(&(scope, key.to_owned())).cloned())
    }
    fn kv_scan(
        &self,
        scope: KvScope,
        prefix: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<(String, Vec<u8>)>, String> {
        let keys = self.keys.lock().unwrap();
        Ok(keys
            .iter()
            .filter(|((of, key), _)| {
                *of == scope
                    && key.starts_with(prefix)
                    && after.is_none_or(|after| key.as_str() > after)
            })
            .take(limit as usize)
            .map(|((_, key), value)| (key.clone(), value.clone()))
            .collect())
    }
    fn outside(&self) -> &dyn Outside {
        &()
    }
    fn kv_usage(&self, _: KvScope) -> Result<KvUsage, String> {
        let keys = self.keys.lock().unwrap();
        Ok(KvUsage {
            keys: keys.len() as u64,
            bytes: keys
                .iter()
                .map(|((_, key), value)| (key.len() + value.len()) as u64)
                .sum(),
        })
    }
}

/// How a plugin is called in a test.
#[derive(Clone)]
pub struct Setting {
    /// What it may use.
    pub limits: Limits,
    /// What it may do.
    pub grants: Grants,
    /// Who answers.
    pub host: HostSide,
}

impl Default for Setting {
    fn default() -> Self {
        let all = [
            Grant::Kv,
            Grant::Knowledge,
            Grant::Directory,
            Grant::Calendar,
            Grant::Tickets,
            Grant::Notify,
        ];
        Self {
            limits: Limits::default(),
            grants: Grants::new("hostile", all),
            host: HostSide::Live(Arc::new(Desk::default())),
        }
    }
}

impl Setting {
    /// Calls a step with a customer's message.
    pub fn call(&self, plugin: &Plugin) -> CallReport<Outcome> {
        plugin.handle(Call {
            context: &context("你好"),
            event: &received("你好"),
            now: now(),
            seed: [7; 32],
            config: "{}",
            grants: &self.grants,
            limits: &self.limits,
            host: self.host.clone(),
        })
    }
}
