//! Answers that somebody has written down: what servers of others say in a case or a scenario, where nothing is sent.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::client::Within;
use super::wire::{Header, HttpError, Method, Request, Response};

/// A request and what is answered: `{"url": "https://…", "status": 200, "body": {…}}`, or why nothing is:
/// `{"url": "https://…", "error": {"timeout": "…"}}`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Written {
    /// To requests of this method; none: of any.
    pub method: Option<Method>,
    /// To requests for this address, spelt as it is sent.
    pub url: String,
    /// The answer's status.
    #[serde(default = "found")]
    pub status: u32,
    /// Its headers.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// Its body: a text as it is, anything else as JSON.
    pub body: Option<Value>,
    /// Why there is no answer.
    pub error: Option<HttpError>,
}

fn found() -> u32 {
    200
}

impl Written {
    /// Whether it answers this request.
    pub fn fits(&self, request: &Request) -> bool {
        self.url == request.url && self.method.is_none_or(|method| method == request.method)
    }

    /// The answer, within the call's limits.
    ///
    /// # Errors
    /// What is written, or that the body is longer than allowed.
    pub fn answer(&self, within: Within) -> Result<Response, HttpError> {
        if let Some(error) = &self.error {
            return Err(error.clone());
        }
        let body = match &self.body {
            None => String::new(),
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
        };
        if body.len() > within.body {
            let why = format!("the answer has more than {} bytes", within.body);
            return Err(HttpError::TooLarge(why));
        }
        let headers = self.headers.iter().map(|(name, value)| Header {
            name: name.to_ascii_lowercase(),
            value: value.clone(),
        });
        Ok(Response {
            status: self.status,
            headers: headers.collect(),
            body,
        })
    }
}
