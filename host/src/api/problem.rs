//! Refusals, as RFC 9457 has them.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::engine::{EngineError, PluginsError};
use crate::model::Severity;
use crate::store::StoreError;

/// A refusal.
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// The kind of problem; `about:blank` means that the status says it.
    #[serde(rename = "type")]
    kind: &'static str,
    /// The status in words.
    title: String,
    /// The status.
    status: u16,
    /// What was wrong here, and how to mend it.
    detail: String,
    /// Whatever else helps.
    #[serde(flatten, skip_serializing_if = "Value::is_null")]
    #[schema(ignore)]
    more: Value,
    #[serde(skip)]
    #[schema(ignore)]
    retry_after: Option<u64>,
}

impl Problem {
    /// A refusal with its reason.
    pub fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self {
            kind: "about:blank",
            title: status.canonical_reason().unwrap_or("Refused").to_owned(),
            status: status.as_u16(),
            detail: detail.into(),
            more: Value::Null,
            retry_after: None,
        }
    }

    /// 400 with its reason.
    pub fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, detail)
    }

    /// 404 with its reason.
    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, detail)
    }

    /// 500: our own fault.
    pub fn broken() -> Self {
        let detail = "something went wrong in the host; its log says more";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, detail)
    }

    /// 413 with the limit.
    pub fn too_large(limit: usize) -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            format!("the body is too large; at most {limit} bytes are taken"),
        )
    }

    /// What was wrong, in words.
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// With further members.
    #[must_use]
    pub fn with(mut self, more: Value) -> Self {
        self.more = more;
        self
    }

    /// With the seconds after which another try makes sense.
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds.max(1));
        self
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(
                header::WWW_AUTHENTICATE,
                HeaderValue::from_static("Bearer realm=\"switchboard\""),
            );
        }
        // What was sent may not have been read to its end.
        if matches!(
            status,
            StatusCode::PAYLOAD_TOO_LARGE | StatusCode::REQUEST_TIMEOUT
        ) {
            headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

impl From<EngineError> for Problem {
    fn from(error: EngineError) -> Self {
        let detail = error.to_string();
        match error {
            EngineError::NotFound { .. } | EngineError::NothingDue => {
                Self::new(StatusCode::NOT_FOUND, detail)
            }
            EngineError::Invalid(_) => Self::new(StatusCode::BAD_REQUEST, detail),
            EngineError::Conflict(_) => Self::new(StatusCode::CONFLICT, detail),
            EngineError::HeldBack { findings } => {
                let suggestion = findings
                    .iter()
                    .filter(|finding| finding.severity == Severity::Blocking)
                    .find_map(|finding| finding.suggestion.clone());
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, detail)
                    .with(serde_json::json!({ "findings": findings, "suggestion": suggestion }))
            }
            EngineError::Busy { retry_after } => Self::new(StatusCode::SERVICE_UNAVAILABLE, detail)
                .retry_after(retry_after.as_secs()),
            EngineError::Stopping => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, detail).retry_after(5)
            }
            EngineError::Store(error) => Self::from(error.as_ref()),
        }
    }
}

impl From<&StoreError> for Problem {
    fn from(error: &StoreError) -> Self {
        let detail = error.to_string();
        match error {
            StoreError::Full { .. } => {
                Self::new(StatusCode::INSUFFICIENT_STORAGE, detail).retry_after(10)
            }
            StoreError::Busy => Self::new(StatusCode::SERVICE_UNAVAILABLE, detail).retry_after(1),
            StoreError::TooLarge { .. } => Self::new(StatusCode::PAYLOAD_TOO_LARGE, detail),
            _ => {
                tracing::error!(%error, "the store refused");
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, detail)
            }
        }
    }
}

impl From<PluginsError> for Problem {
    fn from(error: PluginsError) -> Self {
        let detail = error.to_string();
        match error {
            PluginsError::NotFound { .. } => Self::new(StatusCode::NOT_FOUND, detail),
            PluginsError::Mismatch(_)
            | PluginsError::Unrehearsed(_)
            | PluginsError::Untrusted(_) => Self::new(StatusCode::CONFLICT, detail),
            PluginsError::Store(error) => Self::from(&error),
            PluginsError::Missing { .. }
            | PluginsError::Refused { .. }
            | PluginsError::Config { .. } => Self::new(StatusCode::BAD_REQUEST, detail),
        }
    }
}
