//! From source to component, with the tools of the author's language.

mod assemblyscript;
mod c;
mod cpp;
mod go;
mod javascript;
mod python;
mod rust;
mod tools;
mod zig;

use std::io;
use std::path::PathBuf;

use super::project::{Language, Project};

/// Why there is no component.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// A tool isn't installed.
    #[error("{tool} is not installed. Install it, then run the command again:\n{install}")]
    Missing {
        /// What.
        tool: String,
        /// The very commands, a line each, indented.
        install: String,
    },
    /// A tool has refused the source; it has said why on standard error.
    #[error("{command} has failed ({status}); what it said is above")]
    Failed {
        /// What was called.
        command: String,
        /// How it ended.
        status: String,
    },
    /// The tool is there, but not what it was to make.
    #[error("{command} has made no {}", .path.display())]
    Nothing {
        /// What was called.
        command: String,
        /// What was to be there.
        path: PathBuf,
    },
    /// The module that the compiler made can't become a component.
    #[error("the module can't become a plugin: {0}")]
    Component(String),
    /// A file can't be read or written.
    #[error("{}: {error}", .path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
}

impl BuildError {
    fn missing(tool: &str, install: &[&str]) -> Self {
        Self::Missing {
            tool: tool.to_owned(),
            install: install.iter().map(|line| format!("  {line}\n")).collect(),
        }
    }

    fn file(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |error| Self::File { path, error }
    }
}

/// Builds a project with its language's own tools, whose words go to standard error. Returns where the component is.
///
/// # Errors
/// Where a tool is missing or refuses; see [`BuildError`].
pub fn build(project: &Project) -> Result<PathBuf, BuildError> {
    let component = project.component();
    if let Some(folder) = component.parent() {
        std::fs::create_dir_all(folder).map_err(BuildError::file(folder))?;
    }
    match project.language {
        Language::Rust => rust::build(project, &component)?,
        Language::JavaScript => javascript::build(project, &component)?,
        Language::Python => python::build(project, &component)?,
        Language::C => c::build(project, &component)?,
        Language::Go => go::build(project, &component)?,
        Language::Cpp => cpp::build(project, &component)?,
        Language::Zig => zig::build(project, &component)?,
        Language::AssemblyScript => assemblyscript::build(project, &component)?,
    }
    let bytes = std::fs::read(&component).map_err(BuildError::file(&component))?;
    let bytes = crate::author::component::written_in(bytes, project.language.title());
    std::fs::write(&component, bytes).map_err(BuildError::file(&component))?;
    Ok(component)
}
