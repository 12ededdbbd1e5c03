//! The author's room: a plugin's project from its first file to a component that has passed its cases.
//!
//! Nothing here is needed to run a desk. It calls the tools of the author's language, which the author has installed,
//! and judges what comes out in the same [`crate::sandbox`] that a desk uses.
//!
//! - [`project`]: `plugin.toml`, and where a project's things are
//! - [`template`]: a new project
//! - [`build`]: from source to component, one file for each language
//! - [`cases`]: what goes in and must come out
//! - `component`: from a core module to a component

pub mod build;
pub mod cases;
mod component;
pub mod project;
pub mod template;

pub use build::{BuildError, build};
pub use project::{Language, Project, ProjectError};
pub use template::{NewError, write_project};
