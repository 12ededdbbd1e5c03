//! Refusals, as RFC 9457 has them.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::Value;

use crate::engine::{EngineError, PluginsError};
use crate::store::StoreError;

/// A refusal.
#[derive(Debug, Serialize)]
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
    more: Value,
    #[serde(skip)]
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
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
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
            EngineError::NotFound { .. } | EngineError::NothingDue => Self::new(StatusCode::NOT_FOUND, detail),
            EngineError::Invalid(_) => Self::new(StatusCode::BAD_REQUEST, detail),
            EngineError::Conflict(_) => Self::new(StatusCode::CONFLICT, detail),
            EngineError::HeldBack { findings } => Self::new(StatusCode::UNPROCESSABLE_ENTITY, detail)
                .with(serde_json::json!({ "findings": findings })),
            EngineError::Busy { retry_after } => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, detail).retry_after(retry_after.as_secs())
            }
            EngineError::Stopping => Self::new(StatusCode::SERVICE_UNAVAILABLE, detail).retry_after(5),
            EngineError::Store(error) => Self::from(error.as_ref()),
        }
    }
}

impl From<&StoreError> for Problem {
    fn from(error: &StoreError) -> Self {
        let detail = error.to_string();
        match error {
            StoreError::Full { .. } => Self::new(StatusCode::INSUFFICIENT_STORAGE, detail).retry_after(10),
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
            PluginsError::Mismatch(_) => Self::new(StatusCode::CONFLICT, detail),
            PluginsError::Store(error) => Self::from(&error),
            PluginsError::Missing { .. } | PluginsError::Refused { .. } | PluginsError::Config { .. } => {
                Self::new(StatusCode::BAD_REQUEST, detail)
            }
        }
    }
}

/// Reads a JSON body; a refusal says where it is wrong.
pub(crate) fn json<T: serde::de::DeserializeOwned>(
    headers: &axum::http::HeaderMap,
    body: &[u8],
) -> Result<T, Problem> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or("");
    let kind = kind.split(';').next().unwrap_or("").trim();
    if !kind.eq_ignore_ascii_case("application/json") {
        return Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            format!("the body is {kind:?}; send JSON with `content-type: application/json`"),
        ));
    }
    serde_json::from_slice(body).map_err(|error| Problem::bad_request(format!("the body: {error}")))
}
