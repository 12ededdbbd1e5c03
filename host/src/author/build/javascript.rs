//! JavaScript: `componentize-qjs`, which puts QuickJS beside the source.

use std::path::Path;
use std::process::Command;

use super::{BuildError, tools};
use crate::author::project::Project;

const TOOL: &str = "componentize-qjs";
const SOURCE: &str = "step.js";

pub(super) fn build(project: &Project, to: &Path) -> Result<(), BuildError> {
    let tool = tools::of_node(&project.dir, TOOL)?;
    let to = tools::absolute(to)?;
    let mut command = Command::new(tool);
    // Without `--sync` the component wants threads of the component model that no host has yet; WASI is stubbed
    // because a plugin's clock and random source are the contract's.
    command.args(["-w", "wit", "-n", &project.world, "-j", SOURCE]);
    command.args(["--sync", "--stub-wasi", "--opt-size", "--minify", "-o"]);
    tools::run(command.arg(to), &project.dir)
}
