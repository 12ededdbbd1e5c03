//! Servers of others, and the desk's language model, in a line each.
//!
//! What goes wrong is the step's own failure, to be given on with `?`. It is `Transient` where another try may help: nobody
//! there, too slow, too many at once, a status of 429 or from 500 up. Else it is `Permanent`: where the desk doesn't let the
//! request out, its message is the line to add to desk.toml.
#![allow(dead_code, reason = "a step takes of it what it needs")]

use serde_json::Value;

use crate::switchboard::plugin::http::{self, HttpError, Request};
use crate::switchboard::plugin::model::{self, ModelError};
use crate::switchboard::plugin::types::{Field, PermanentError, StepError, TransientError};

/// What the server has there, read as JSON; none where it has nothing there (404). Needs the grant `http GET`.
pub fn get_json(url: &str) -> Result<Option<Value>, StepError> {
    exchanged("GET", url, None)
}

/// What the server answers to this JSON; none where that is empty. Needs the grant `http POST`.
pub fn post_json(url: &str, body: &Value) -> Result<Option<Value>, StepError> {
    exchanged("POST", url, Some(body.to_string()))
}

/// What the model makes of a text. Needs the grant `model`.
pub fn ask(instructions: &str, text: &str) -> Result<String, StepError> {
    let answer = model::complete(instructions, text, None).map_err(|refused| match refused {
        ModelError::Unavailable(why) | ModelError::Timeout(why) | ModelError::TooMany(why) => transient(why),
        ModelError::NoGrant(why) | ModelError::TooLarge(why) | ModelError::Unanswerable(why) => permanent(why),
    })?;
    Ok(answer.text)
}

fn exchanged(method: &str, url: &str, body: Option<String>) -> Result<Option<Value>, StepError> {
    let header = |name: &str| Field { name: name.to_owned(), value: "application/json".to_owned() };
    let mut headers = vec![header("accept")];
    headers.extend(body.is_some().then(|| header("content-type")));
    let request = Request { method: method.to_owned(), url: url.to_owned(), headers, body };
    let answer = http::send(&request).map_err(|refused| match refused {
        HttpError::Unreachable(why) | HttpError::Timeout(why) | HttpError::TooMany(why) => transient(why),
        HttpError::NoGrant(why)
        | HttpError::InvalidRequest(why)
        | HttpError::TooLarge(why)
        | HttpError::Unanswerable(why) => permanent(why),
    })?;
    match answer.status {
        404 if method == "GET" => Ok(None),
        200..=299 if answer.body.is_empty() => Ok(None),
        200..=299 => serde_json::from_str(&answer.body)
            .map(Some)
            .map_err(|error| permanent(format!("{url} answered with something that isn't JSON: {error}"))),
        429 | 500.. => Err(transient(format!("{url} answered {}", answer.status))),
        _ => Err(permanent(format!("{url} answered {}", answer.status))),
    }
}

fn transient(message: String) -> StepError {
    StepError::Transient(TransientError { message, retry_after_seconds: None })
}

fn permanent(message: String) -> StepError {
    StepError::Permanent(PermanentError { message })
}
