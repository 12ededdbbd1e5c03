//! A language model behind a server that speaks as OpenAI's does: `POST …/chat/completions`.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::client::{Client, Within};
use super::rule::Rule;
use super::target::Target;
use super::wire::{Header, HttpError, Method, Request};

/// How much of a server's complaint is told.
const LONGEST_COMPLAINT: usize = 300;

/// What a desk's `[model]` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelServer {
    /// Where `/chat/completions` is: `https://api.example.com/v1`.
    pub url: Target,
    /// The model's name.
    pub name: String,
    /// How it is called there.
    pub rule: Rule,
    /// No answer is longer, whatever a plugin asks for.
    pub most_tokens: u32,
}

/// What a plugin asks of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prompt {
    /// What to do.
    pub instructions: String,
    /// What to do it with.
    pub text: String,
    /// At most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most_tokens: Option<u32>,
}

/// What it answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelAnswer {
    /// The text.
    pub text: String,
    /// Whether it was cut off.
    #[serde(default)]
    pub cut: bool,
    /// Tokens read.
    #[serde(default)]
    pub tokens_in: u32,
    /// Tokens written.
    #[serde(default)]
    pub tokens_out: u32,
}

/// Why it doesn't.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
pub enum ModelError {
    /// The step may not; the line to add.
    #[error("{0}")]
    NoGrant(String),
    /// No answer, or none that can be understood.
    #[error("{0}")]
    Unavailable(String),
    /// Not in time.
    #[error("{0}")]
    Timeout(String),
    /// Too long.
    #[error("{0}")]
    TooLarge(String),
    /// Too many.
    #[error("{0}")]
    TooMany(String),
    /// There is no network here.
    #[error("{0}")]
    Unanswerable(String),
}

impl From<HttpError> for ModelError {
    fn from(error: HttpError) -> Self {
        match error {
            HttpError::NoGrant(text) => Self::NoGrant(text),
            HttpError::InvalidRequest(text) | HttpError::Unreachable(text) => {
                Self::Unavailable(text)
            }
            HttpError::Timeout(text) => Self::Timeout(text),
            HttpError::TooLarge(text) => Self::TooLarge(text),
            HttpError::TooMany(text) => Self::TooMany(text),
            HttpError::Unanswerable(text) => Self::Unanswerable(text),
        }
    }
}

impl ModelServer {
    fn request(&self, prompt: &Prompt) -> Request {
        let wanted = prompt.most_tokens.unwrap_or(self.most_tokens);
        let body = json!({
            "model": self.name,
            "messages": [
                {"role": "system", "content": prompt.instructions},
                {"role": "user", "content": prompt.text},
            ],
            "max_tokens": wanted.min(self.most_tokens),
            "temperature": 0,
            "stream": false,
        });
        let path = self.url.path.trim_end_matches('/');
        Request {
            method: Method::Post,
            url: format!("{}{path}/chat/completions", self.url.origin),
            headers: vec![Header {
                name: "content-type".to_owned(),
                value: "application/json".to_owned(),
            }],
            body: Some(body.to_string()),
        }
    }

    /// Asks it. `once` names the question: the same again is the same question.
    ///
    /// # Errors
    /// Why there is no answer.
    pub fn complete(
        &self,
        client: &Client,
        prompt: &Prompt,
        once: &str,
        within: Within,
    ) -> Result<ModelAnswer, ModelError> {
        let answer = client.send(&self.request(prompt), &self.rule, once, within)?;
        let unavailable =
            |why: String| ModelError::Unavailable(format!("the model {}: {why}", self.name));
        if !(200..300).contains(&answer.status) {
            let told: String = answer.body.chars().take(LONGEST_COMPLAINT).collect();
            return Err(unavailable(format!(
                "its server answered {}: {told}",
                answer.status
            )));
        }
        read(&answer.body).map_err(unavailable)
    }
}

fn read(body: &str) -> Result<ModelAnswer, String> {
    let body: Value =
        serde_json::from_str(body).map_err(|error| format!("its answer is no JSON: {error}"))?;
    let choice = body
        .pointer("/choices/0")
        .ok_or("its answer has no choices")?;
    let text = choice
        .pointer("/message/content")
        .and_then(Value::as_str)
        .ok_or("its answer has no text")?;
    let tokens = |name: &str| {
        let count = body.pointer(name).and_then(Value::as_u64).unwrap_or(0);
        u32::try_from(count).unwrap_or(u32::MAX)
    };
    Ok(ModelAnswer {
        text: text.to_owned(),
        cut: choice.get("finish_reason").and_then(Value::as_str) == Some("length"),
        tokens_in: tokens("/usage/prompt_tokens"),
        tokens_out: tokens("/usage/completion_tokens"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_with_what_it_cost() {
        let body = r#"{"choices":[{"message":{"role":"assistant","content":"您好"},"finish_reason":"length"}],"usage":{"prompt_tokens":9,"completion_tokens":2}}"#;
        let answer = read(body).unwrap();
        assert_eq!(
            (
                answer.text.as_str(),
                answer.cut,
                answer.tokens_in,
                answer.tokens_out
            ),
            ("您好", true, 9, 2)
        );
        for wrong in [
            "",
            "{}",
            r#"{"choices":[]}"#,
            r#"{"choices":[{"message":{"content":null}}]}"#,
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_plugin_gets_no_more_tokens_than_the_desk_allows() {
        let url = Target::parse("https://api.example.com/v1/").unwrap();
        let server = ModelServer {
            rule: Rule {
                origin: url.origin.clone(),
                methods: vec![Method::Post],
                private: false,
                secrets: Default::default(),
            },
            url,
            name: "small".to_owned(),
            most_tokens: 300,
        };
        let prompt = |most_tokens| Prompt {
            instructions: "答".to_owned(),
            text: "问".to_owned(),
            most_tokens,
        };
        for (asked, given) in [(None, 300), (Some(50), 50), (Some(9_000), 300)] {
            let request = server.request(&prompt(asked));
            assert_eq!(request.url, "https://api.example.com/v1/chat/completions");
            let body: Value = serde_json::from_str(&request.body.unwrap()).unwrap();
            assert_eq!(
                (&body["max_tokens"], &body["temperature"]),
                (&json!(given), &json!(0))
            );
        }
    }
}
