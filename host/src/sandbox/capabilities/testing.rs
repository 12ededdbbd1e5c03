//! A desk for the tests of this room.

use std::sync::Arc;

use jiff::{Timestamp, Zoned};

use super::super::call::Call;
use super::super::grants::{Grant, Grants};
use super::super::host::{Contact, Hit, Host, HostSide, KvUsage, Outside};
use super::super::limits::Limits;
use super::super::state::{HostState, Stop};
use crate::egress::{HttpError, ModelAnswer, ModelError, Prompt, Request, Response, Rule, Within};
use crate::model::{HostCall, KvScope};
use crate::sandbox::testing::{context, message_event};

/// Answers everything in a way that tests can foresee.
pub(crate) struct Desk;

impl Host for Desk {
    fn search(&self, query: &str, language: Option<&str>, limit: u32) -> Result<Vec<Hit>, String> {
        Ok(vec![Hit {
            article: "returns".to_owned(),
            title: format!("{query} {} {limit}", language.unwrap_or("?")),
            text: "七天内可以退货。".to_owned(),
            language: "zh-Hans".to_owned(),
            score: 0.3,
            labels: Vec::new(),
        }])
    }
    fn article(&self, id: &str) -> Result<Option<Hit>, String> {
        let hits = self.search("", None, 1)?;
        Ok(hits.into_iter().find(|hit| hit.article == id))
    }
    fn departments(&self) -> Vec<String> {
        vec!["service".to_owned(), "warehouse".to_owned()]
    }
    fn responsible(&self, topic: &str) -> Option<Contact> {
        (topic != "?").then(|| Contact {
            name: "王芳".to_owned(),
            department: "service".to_owned(),
            role: topic.to_owned(),
            public_contact: None,
            reachable: false,
            back_at: "2026-03-10T05:30:00Z".parse().ok(),
        })
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
    fn add_business_seconds(&self, start: Timestamp, seconds: u32) -> Result<Timestamp, String> {
        Ok(start + jiff::SignedDuration::from_secs(seconds.into()))
    }
    fn kv_get(&self, scope: KvScope, key: &str) -> Result<Option<Vec<u8>>, String> {
        Ok((scope == KvScope::Desk && key.starts_with("old"))
            .then(|| key.replace("old", "was").into_bytes()))
    }
    fn kv_scan(
        &self,
        scope: KvScope,
        prefix: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<(String, Vec<u8>)>, String> {
        if scope != KvScope::Desk {
            return Ok(Vec::new());
        }
        let keys = ["old1", "old2", "old3", "old4"].into_iter();
        Ok(keys
            .filter(|key| key.starts_with(prefix) && after.is_none_or(|after| *key > after))
            .take(limit as usize)
            .map(|key| (key.to_owned(), key.replace("old", "was").into_bytes()))
            .collect())
    }
    fn kv_usage(&self, _scope: KvScope) -> Result<KvUsage, String> {
        Ok(KvUsage { keys: 4, bytes: 32 })
    }
    fn outside(&self) -> &dyn Outside {
        self
    }
}

impl Outside for Desk {
    fn send(&self, request: &Request, rule: &Rule, within: Within) -> Result<Response, HttpError> {
        if within.time.is_zero() {
            return Err(HttpError::Timeout("late".to_owned()));
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
        Ok(Response {
            status: 200,
            headers: Vec::new(),
            body: format!("{} {} {}", rule.origin, request.method, request.url),
        })
    }
    fn complete(&self, prompt: &Prompt, _: Within) -> Result<ModelAnswer, ModelError> {
        Ok(ModelAnswer {
            text: format!("{}: {}", prompt.instructions, prompt.text),
            cut: false,
            tokens_in: 2,
            tokens_out: prompt.most_tokens.unwrap_or(0),
        })
    }
}

pub(super) struct Side {
    grants: Grants,
    host: HostSide,
}

pub(super) fn nothing() -> Side {
    granted(&[])
}

pub(super) fn granted(grants: &[Grant]) -> Side {
    Side {
        grants: Grants::new("auto-reply", grants.iter().cloned()),
        host: HostSide::Live(Arc::new(Desk)),
    }
}

pub(super) fn with_rules(rules: impl IntoIterator<Item = Rule>) -> Side {
    let side = granted(&[]);
    Side {
        grants: side.grants.with_http(rules),
        ..side
    }
}

pub(super) fn recorded(side: Side, recorded: Vec<HostCall>) -> Side {
    Side {
        host: HostSide::Recorded(recorded.into()),
        ..side
    }
}

pub(super) fn rehearsed(side: Side, recorded: Vec<HostCall>) -> Side {
    Side {
        host: HostSide::Rehearsed {
            recorded: recorded.into(),
            live: Arc::new(Desk),
        },
        ..side
    }
}

pub(super) fn replaying(grants: &[Grant], recorded: Vec<HostCall>) -> Side {
    Side {
        host: HostSide::Recorded(recorded.into()),
        ..granted(grants)
    }
}

pub(super) fn state(side: Side) -> HostState {
    state_within(side, &Limits::default())
}

pub(super) fn state_within(side: Side, limits: &Limits) -> HostState {
    let now: Zoned = "2026-03-10T11:59:40+08:00[Asia/Shanghai]".parse().unwrap();
    let context = context();
    let event = message_event("你好");
    let call = Call {
        context: &context,
        event: &event,
        now,
        seed: [7; 32],
        config: "{\"confidence\":0.6}",
        grants: &side.grants,
        limits,
        host: side.host,
    };
    HostState::new(&call, false)
}

pub(super) fn assert_stopped(error: &wasmtime::Error, code: &str) {
    assert_eq!(error.downcast_ref::<Stop>().unwrap().code.as_str(), code);
}
