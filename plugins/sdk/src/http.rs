//! Requests to servers of others, made in a line:
//! `http::get("https://orders.example/42").header("accept", "application/json").send(host)?.json()?`.
//!
//! The desk lists where requests may go (`[[step.http]]`), adds its secrets, and sets limits of time and size. A status such
//! as 404 is an answer, not an error.

use crate::host::Host;
use crate::types::{
    Field, HttpError, PermanentError, Request, Response, StepError, TransientError,
};

/// A request that is being made.
#[derive(Debug, Clone)]
pub struct Draft(Request);

/// Reads what is there.
pub fn get(url: impl Into<String>) -> Draft {
    draft("GET", url, None)
}

/// Sends JSON.
pub fn post(url: impl Into<String>, body: &serde_json::Value) -> Draft {
    draft("POST", url, Some(body.to_string())).header("content-type", "application/json")
}

/// Any other request: `method` as the contract lists them.
pub fn request(method: &str, url: impl Into<String>, body: Option<String>) -> Draft {
    draft(method, url, body)
}

fn draft(method: &str, url: impl Into<String>, body: Option<String>) -> Draft {
    Draft(Request {
        method: method.to_owned(),
        url: url.into(),
        headers: Vec::new(),
        body,
    })
}

impl Draft {
    /// With one more header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.0.headers.push(Field {
            name: name.to_owned(),
            value: value.to_owned(),
        });
        self
    }

    /// Sends it and waits for the whole answer.
    ///
    /// # Errors
    /// As a step returns it: permanent where the desk or the request is wrong, transient where another try may help.
    pub fn send(&self, host: &impl Host) -> Result<Response, StepError> {
        host.send(&self.0).map_err(step_error)
    }
}

/// A server's failure as the step's own: worth another try where time may help.
pub fn step_error(error: HttpError) -> StepError {
    match error {
        HttpError::NoGrant(message)
        | HttpError::InvalidRequest(message)
        | HttpError::TooLarge(message)
        | HttpError::Unanswerable(message) => StepError::Permanent(PermanentError { message }),
        HttpError::Unreachable(message)
        | HttpError::Timeout(message)
        | HttpError::TooMany(message) => StepError::Transient(TransientError {
            message,
            retry_after_seconds: None,
        }),
    }
}

impl Response {
    /// Whether the server did what was asked: a status of 200 to 299.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The value of a header, by its name in small letters.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|header| header.name == name);
        found.map(|header| header.value.as_str())
    }

    /// The body read as JSON.
    ///
    /// # Errors
    /// Where it is none, or another.
    pub fn json<T: serde::de::DeserializeOwned>(&self) -> Result<T, StepError> {
        serde_json::from_str(&self.body).map_err(|error| {
            StepError::Permanent(PermanentError {
                message: format!("the server's answer isn't what was expected: {error}"),
            })
        })
    }
}

/// `text` as a part of a web address: what isn't a letter, a digit or one of `-._~` is percent-encoded.
pub fn encoded(text: &str) -> String {
    use std::fmt::Write as _;
    text.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a text can't fail.
            let _infallible = write!(encoded, "%{byte:02X}");
        }
        encoded
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::FakeHost;

    #[test]
    fn a_request_is_made_in_a_line_and_its_answer_read_as_json() {
        let host = FakeHost::default().answers(
            "GET https://orders.example/%E5%8D%95",
            200,
            "{\"state\":\"sent\"}",
        );
        let url = format!("https://orders.example/{}", encoded("单"));
        let answer = get(url)
            .header("accept", "application/json")
            .send(&host)
            .unwrap();
        assert!(answer.is_success());
        let read: serde_json::Value = answer.json().unwrap();
        assert_eq!(read["state"], "sent");
        assert!(answer.json::<Vec<u8>>().is_err());
    }

    #[test]
    fn what_time_may_mend_is_worth_another_try() {
        let late = step_error(HttpError::Timeout("late".to_owned()));
        assert!(matches!(late, StepError::Transient(_)));
        let error = get("https://nowhere.example/")
            .send(&FakeHost::default())
            .unwrap_err();
        assert!(matches!(error, StepError::Permanent(_)));
    }
}
