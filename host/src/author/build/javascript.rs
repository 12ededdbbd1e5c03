//! JavaScript: `componentize-qjs`, which puts QuickJS beside the source.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::{BuildError, tools};
use crate::author::project::Project;

const TOOL: &str = "componentize-qjs";
const SOURCE: &str = "step.js";

pub(super) fn build(project: &Project, to: &Path) -> Result<(), BuildError> {
    let tool = installed(&project.dir)?.ok_or_else(|| {
        BuildError::missing(
            TOOL,
            &[
                &format!("(cd {} && npm install)", project.dir.display()),
                "(needs Node.js 20 or newer: https://nodejs.org, or apt-get install nodejs npm)",
            ],
        )
    })?;
    // The tool is a script of Node's.
    if tools::on_path(&["node"]).is_none() {
        return Err(BuildError::missing(
            "Node.js 20 or newer",
            &[
                "apt-get install nodejs npm",
                "(elsewhere: https://nodejs.org)",
            ],
        ));
    }
    let to = tools::absolute(to)?;
    let mut command = Command::new(tool);
    // Without `--sync` the component wants threads of the component model that no host has yet; WASI is stubbed
    // because a plugin's clock and random source are the contract's.
    command.args(["-w", "wit", "-n", &project.world, "-j", SOURCE]);
    command.args(["--sync", "--stub-wasi", "--opt-size", "--minify", "-o"]);
    tools::run(command.arg(to), &project.dir)
}

/// The project's own, one of a directory above it, or the one that the search path has.
fn installed(dir: &Path) -> Result<Option<PathBuf>, BuildError> {
    let dir = tools::absolute(dir)?;
    let near = dir
        .ancestors()
        .map(|dir| dir.join("node_modules/.bin").join(TOOL))
        .find(|file| tools::is_program(file));
    Ok(near.or_else(|| tools::on_path(&[TOOL])))
}
