//! What a plugin says of itself, and what a reviewer finds.

use serde::{Deserialize, Serialize};

use super::conversation::kinds;

/// What a plugin says of itself; asked for once, when a version is activated.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Its name.
    pub name: String,
    /// Its semantic version.
    pub version: String,
    /// One line.
    pub summary: String,
    /// The grants that it asks for.
    pub grants: Vec<String>,
    /// The kinds of event that it handles; empty: all.
    pub events: Vec<String>,
    /// How many of the newest messages it wants to see.
    pub history: u32,
    /// JSON Schema of its configuration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config_schema: Option<String>,
}

kinds!(
    /// How bad a finding is.
    Severity {
        /// Worth knowing.
        Info = "info",
        /// Should be better.
        Warning = "warning",
        /// Must not be sent.
        Blocking = "blocking",
    }
);

/// What a reviewer found in a text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// The rule that it breaks.
    pub rule: String,
    /// How bad.
    pub severity: Severity,
    /// Byte offset of the first byte.
    pub start: u32,
    /// Byte offset after the last byte.
    pub end: u32,
    /// Why.
    pub explanation: String,
    /// A better wording of the whole text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suggestion: Option<String>,
}
