//! The step's configuration.

use serde::de::DeserializeOwned;

use crate::{
    host::Host,
    types::{PermanentError, StepError},
};

/// The step's configuration; what the desk leaves out has its default.
///
/// # Errors
/// What is wrong with it and where. The desk's check finds the same by the schema before it goes live.
pub fn load<C: DeserializeOwned + Default>(host: &impl Host) -> Result<C, StepError> {
    let json = host.config();
    let json = json.trim();
    if json.is_empty() || json == "{}" || json == "null" {
        return Ok(C::default());
    }
    serde_json::from_str(json).map_err(|error| permanent(format!("[step.config]: {error}")))
}

/// The same input would fail again.
#[must_use]
pub fn permanent(message: impl Into<String>) -> StepError {
    StepError::Permanent(PermanentError {
        message: message.into(),
    })
}
