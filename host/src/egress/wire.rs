//! Requests and answers as they are recorded with a run.

use serde::{Deserialize, Serialize};

crate::model::kinds!(
    /// What a request does.
    Method {
        /// Reads.
        Get = "GET",
        /// Reads the headers only.
        Head = "HEAD",
        /// Makes something, or does it.
        Post = "POST",
        /// Puts something in a place.
        Put = "PUT",
        /// Changes something.
        Patch = "PATCH",
        /// Takes something away.
        Delete = "DELETE",
    }
);

impl Method {
    /// Whether a request of it has a body.
    pub fn has_body(self) -> bool {
        matches!(self, Self::Post | Self::Put | Self::Patch)
    }
}

/// A header of a request or answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// Its name.
    pub name: String,
    /// What it says.
    pub value: String,
}

/// A request as a plugin made it: without what the host adds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// What to do.
    pub method: Method,
    /// Where.
    pub url: String,
    /// In the plugin's order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<Header>,
    /// What is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
}

/// An answer as a plugin sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Response {
    /// 200, 404 …
    pub status: u32,
    /// Names in small letters.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<Header>,
    /// What came.
    #[serde(default)]
    pub body: String,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
pub enum HttpError {
    /// The step may not; the line to add.
    #[error("{0}")]
    NoGrant(String),
    /// It can't be sent.
    #[error("{0}")]
    InvalidRequest(String),
    /// Nobody answered.
    #[error("{0}")]
    Unreachable(String),
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
