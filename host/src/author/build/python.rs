//! Python: `componentize-py`, which puts CPython beside the source.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::{BuildError, tools};
use crate::author::project::Project;

const TOOL: &str = "componentize-py";
const MODULE: &str = "app";

pub(super) fn build(project: &Project, to: &Path) -> Result<(), BuildError> {
    let tool = installed(&project.dir)?.ok_or_else(|| {
        let dir = project.dir.display();
        BuildError::missing(
            TOOL,
            &[
                &format!("python3 -m venv {dir}/.venv"),
                &format!("{dir}/.venv/bin/pip install -r {dir}/requirements.txt"),
            ],
        )
    })?;
    let to = tools::absolute(to)?;
    let mut command = Command::new(tool);
    // WASI is stubbed because a plugin's clock and random source are the contract's.
    command.args([
        "-d",
        "wit",
        "-w",
        &project.world,
        "componentize",
        MODULE,
        "-s",
        "-o",
    ]);
    tools::run(command.arg(to), &project.dir)
}

/// Of the project's virtual environment or one above it, the active one, or the search path's.
fn installed(dir: &Path) -> Result<Option<PathBuf>, BuildError> {
    let dir = tools::absolute(dir)?;
    let near = dir.ancestors().map(|dir| dir.join(".venv"));
    let active = std::env::var_os("VIRTUAL_ENV").map(PathBuf::from);
    let found = near
        .chain(active)
        .map(|environment| environment.join("bin").join(TOOL))
        .find(|file| tools::is_program(file));
    Ok(found.or_else(|| tools::on_path(&[TOOL])))
}
