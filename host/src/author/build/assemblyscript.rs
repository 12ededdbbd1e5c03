//! AssemblyScript: its own compiler, with the runtime that only ever allocates; an instance lives for one call.

use std::path::Path;
use std::process::Command;

use super::{BuildError, tools};
use crate::author::component;
use crate::author::project::Project;

const TOOL: &str = "asc";

pub(super) fn build(project: &Project, to: &Path) -> Result<(), BuildError> {
    let tool = tools::of_node(&project.dir, TOOL)?;
    let module = tools::absolute(&to.with_extension("core.wasm"))?;
    let mut command = Command::new(tool);
    command.args(["bindings/entry.ts", "--runtime", "stub"]);
    // What stops a step is in its log.
    command.args(["--use", "abort=bindings/abi/abort"]);
    command.args(["--optimizeLevel", "2", "--shrinkLevel", "1", "--outFile"]);
    tools::run(command.arg(&module), &project.dir)?;
    let core = tools::made(&module, TOOL)?;
    let bytes = component::of_plain(&core, &project.wit(), &project.world).map_err(|error| {
        BuildError::Component(format!(
            "{error:#}. If it asks for `env`: console, Math.random and Date.now aren't there; take log, random and clock"
        ))
    })?;
    std::fs::write(to, bytes).map_err(BuildError::file(to))?;
    std::fs::remove_file(&module).map_err(BuildError::file(module))
}
