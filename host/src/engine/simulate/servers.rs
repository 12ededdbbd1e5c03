//! What servers of others and the desk's model say in a scenario: nothing is sent, and what isn't written down is refused
//! with the line to add.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::scenario::read;
use crate::egress::{
    HttpError, ModelAnswer, ModelError, Prompt, Request, Response, Rule, Target, Within, Written,
};
use crate::engine::clock::{Clock, VirtualClock};
use crate::sandbox::Outside;

/// What is said from a line on.
#[derive(Clone, Debug, PartialEq)]
pub enum Said {
    /// A server's answer to a request.
    Http(Written),
    /// The model's answer to whatever it is asked.
    Model(Result<String, ModelError>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ModelFields {
    text: Option<String>,
    error: Option<ModelError>,
}

/// What a verb says; none where the verb is none of these.
pub(super) fn parse(verb: &str, fields: &Map<String, Value>) -> Option<Result<Said, String>> {
    match verb {
        "http" => Some(http(verb, fields.clone())),
        "model" => Some(model(verb, fields.clone())),
        _ => None,
    }
}

fn http(verb: &str, fields: Map<String, Value>) -> Result<Said, String> {
    let mut written: Written = read(verb, fields)?;
    let target = Target::parse(&written.url).map_err(|why| format!("url: {why}"))?;
    if written.error.is_some() && written.body.is_some() {
        return Err("http: has both a body and an error; an error is no answer".to_owned());
    }
    written.url = target.to_string();
    Ok(Said::Http(written))
}

fn model(verb: &str, fields: Map<String, Value>) -> Result<Said, String> {
    let ModelFields { text, error } = read(verb, fields)?;
    match (text, error) {
        (Some(text), None) => Ok(Said::Model(Ok(text))),
        (None, Some(error)) => Ok(Said::Model(Err(error))),
        _ => Err(
            "model: says neither or both; write either \"text\": \"…\" or \"error\": {\"timeout\": \"…\"}".to_owned(),
        ),
    }
}

/// What was said so far. The newest that fits counts.
#[derive(Debug)]
pub(crate) struct Sayings {
    clock: Arc<VirtualClock>,
    said: Mutex<Vec<Said>>,
}

impl Sayings {
    pub(super) fn new(clock: Arc<VirtualClock>) -> Self {
        Self {
            clock,
            said: Mutex::default(),
        }
    }

    pub(super) fn say(&self, said: Said) {
        self.lock().push(said);
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Said>> {
        self.said.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn missing(&self, what: &str, mut line: Value) -> String {
        if let Some(fields) = line.as_object_mut() {
            fields.insert("at".to_owned(), json!(self.clock.now()));
        }
        format!("the scenario doesn't say {what}; add a line before it: {line}")
    }
}

impl Outside for Sayings {
    fn send(&self, request: &Request, _: &Rule, within: Within) -> Result<Response, HttpError> {
        let said = self.lock();
        let written = said.iter().rev().find_map(|said| match said {
            Said::Http(written) if written.fits(request) => Some(written),
            _ => None,
        });
        let Some(written) = written else {
            let Request { method, url, .. } = request;
            let line =
                json!({"do": "http", "method": method, "url": url, "status": 200, "body": {}});
            let what = format!("what is answered to {method} {url}");
            return Err(HttpError::Unanswerable(self.missing(&what, line)));
        };
        written.answer(within)
    }

    fn complete(&self, _: &Prompt, _: Within) -> Result<ModelAnswer, ModelError> {
        let said = self.lock();
        let answer = said.iter().rev().find_map(|said| match said {
            Said::Model(answer) => Some(answer.clone()),
            Said::Http(_) => None,
        });
        let Some(answer) = answer else {
            let line = json!({"do": "model", "text": "…"});
            return Err(ModelError::Unanswerable(
                self.missing("what the model answers", line),
            ));
        };
        answer.map(|text| ModelAnswer {
            text,
            cut: false,
            tokens_in: 0,
            tokens_out: 0,
        })
    }
}
