//! Which plugin versions there are, which of them is live, and how that changes while messages run.
//!
//! - `candidates`: the versions at hand, and which of them a step takes
//! - `plans`: a desk with its plugins; what its runs need later for a replay is kept
//! - `recorded`: the plans of recorded calls
//! - `amend`: what is changed about the desk while it runs
//! - `versions`: what is pushed, made live, rolled back
//! - `exams`: the desk's own cases; `trials`: versions beside the live one, unheard or for a share of the accounts

mod amend;
mod candidates;
mod exams;
mod plans;
mod recorded;
mod shifts;
mod trials;
mod versions;

use include_dir::{Dir, include_dir};
use serde::{Deserialize, Serialize};

use crate::sandbox::SandboxError;
use crate::store::StoreError;

pub use amend::{Amendments, Revision, StepAmendment};
pub use exams::{ExamReport, WrongCase};
pub use plans::RefusedWish;
pub(crate) use plans::workflow;
pub use shifts::ShiftAmendment;
pub(crate) use trials::{Beside, Trials};
pub use trials::{Trial, TrialKind, VersionFigures, WHOLE};

static STANDARD: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../plugins/dist");

/// The standard plugins' components: name and bytes.
pub fn standard_plugins() -> impl Iterator<Item = (&'static str, &'static [u8])> {
    STANDARD.files().filter_map(|file| {
        let name = file.path().file_name()?.to_str()?.strip_suffix(".wasm")?;
        Some((name, file.contents()))
    })
}

/// Why a plugin can't be had.
#[derive(Debug, thiserror::Error)]
pub enum PluginsError {
    /// No version fits a step.
    #[error(
        "step {step:?} wants plugin {wanted}, and there is {there}; put NAME.wasm into the desk's plugins folder, push one, or change the requirement in desk.toml"
    )]
    Missing {
        /// The step.
        step: String,
        /// What it wants.
        wanted: String,
        /// What there is.
        there: String,
    },
    /// A component doesn't do.
    #[error("{from}: {error}")]
    Refused {
        /// Where it came from.
        from: String,
        /// Why.
        error: SandboxError,
    },
    /// The component isn't what it was said to be.
    #[error("{0}")]
    Mismatch(String),
    /// On the past, in its exam or in shadow it isn't as the desk wants it.
    #[error("{0}")]
    Unrehearsed(String),
    /// Nobody signed it whom the desk trusts.
    #[error("{0}")]
    Untrusted(String),
    /// There is no such version.
    #[error("there is no plugin {name} {version}")]
    NotFound {
        /// The plugin.
        name: String,
        /// The version.
        version: String,
    },
    /// A step's configuration isn't what its plugin wants.
    #[error("desk.toml:{line}: step {step:?}: {path}: {message}")]
    Config {
        /// Where.
        line: usize,
        /// The step.
        step: String,
        /// Where in the configuration.
        path: String,
        /// What is wrong.
        message: String,
    },
    /// The store refused.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Where a version came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// Built into the host.
    Standard,
    /// In the desk's directory.
    Desk,
    /// Pushed to the running host.
    Pushed,
}

/// A version that a desk may use.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PluginVersion {
    /// The plugin.
    pub name: String,
    /// The version.
    pub version: String,
    /// The component's SHA-256.
    pub sha256: String,
    /// The component's size in bytes.
    pub size: u64,
    /// Where it came from.
    pub origin: Origin,
    /// The steps that use it now.
    pub steps: Vec<String>,
}

/// What was activated or rolled back to.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ActivePlugin {
    /// The plugin.
    pub name: String,
    /// The version that is live now.
    pub version: String,
    /// The one before.
    pub previous: Option<String>,
}
