//! The desk's language model. Grant `model`.

use super::super::contract::v0_1::switchboard::plugin::model::{self as wit, Host};
use super::super::grants::Grant;
use super::super::state::HostState;
use crate::egress::{ModelAnswer, ModelError, Prompt};

/// What a recorded question is called.
const COMPLETE: &str = "model.complete";

impl Host for HostState {
    fn complete(
        &mut self,
        instructions: String,
        text: String,
        most_tokens: Option<u32>,
    ) -> wasmtime::Result<Result<wit::Answer, wit::ModelError>> {
        self.count()?;
        if let Err(refusal) = self.allow(&Grant::Model) {
            return Ok(Err(wit::ModelError::NoGrant(refusal)));
        }
        let most = self.limits.http_body;
        if instructions.len() + text.len() > most {
            let why = format!("instructions and text have at most {most} bytes together");
            return Ok(Err(wit::ModelError::TooLarge(why)));
        }
        if let Err(why) = self.count_request() {
            return Ok(Err(wit::ModelError::TooMany(why)));
        }
        let prompt = Prompt {
            instructions,
            text,
            most_tokens,
        };
        let arguments = serde_json::to_value(&prompt)?;
        let answer: Result<ModelAnswer, ModelError> =
            self.ask_outside(COMPLETE, arguments, |host, within| {
                host.outside().complete(&prompt, within)
            })?;
        Ok(answer.map(Into::into).map_err(Into::into))
    }
}

impl From<ModelAnswer> for wit::Answer {
    fn from(answer: ModelAnswer) -> Self {
        Self {
            text: answer.text,
            cut: answer.cut,
            tokens_in: answer.tokens_in,
            tokens_out: answer.tokens_out,
        }
    }
}

impl From<ModelError> for wit::ModelError {
    fn from(error: ModelError) -> Self {
        match error {
            ModelError::NoGrant(why) => Self::NoGrant(why),
            ModelError::Unavailable(why) => Self::Unavailable(why),
            ModelError::Timeout(why) => Self::Timeout(why),
            ModelError::TooLarge(why) => Self::TooLarge(why),
            ModelError::TooMany(why) => Self::TooMany(why),
            ModelError::Unanswerable(why) => Self::Unanswerable(why),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;

    fn ask(state: &mut HostState, text: &str) -> Result<wit::Answer, wit::ModelError> {
        state
            .complete("答".to_owned(), text.to_owned(), Some(7))
            .unwrap()
    }

    #[test]
    fn without_the_grant_the_answer_is_the_line_to_add() {
        let mut state = testing::state(testing::nothing());
        let refusal = ask(&mut state, "问").unwrap_err();
        assert!(
            matches!(&refusal, wit::ModelError::NoGrant(told) if told.contains("add \"model\" to grants")),
            "{refusal:?}"
        );
    }

    #[test]
    fn an_answer_is_recorded_and_played_back() {
        let mut live = testing::state(testing::granted(&[Grant::Model]));
        let answer = ask(&mut live, "问").unwrap();
        assert_eq!((answer.text.as_str(), answer.tokens_out), ("答: 问", 7));
        let recorded = live.host_calls;
        let mut again = testing::state(testing::replaying(&[Grant::Model], recorded));
        assert_eq!(ask(&mut again, "问").unwrap().text, answer.text);
        let long = "x".repeat(300 << 10);
        assert!(matches!(
            ask(&mut again, &long),
            Err(wit::ModelError::TooLarge(_))
        ));
    }
}
