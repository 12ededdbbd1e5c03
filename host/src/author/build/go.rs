//! Go: the compiler's own `wasip1`, and the adapter from there to components.

use std::path::Path;
use std::process::Command;

use super::{BuildError, tools};
use crate::author::component;
use crate::author::project::Project;

pub(super) fn build(project: &Project, to: &Path) -> Result<(), BuildError> {
    let go = tools::on_path(&["go"])
        .ok_or_else(|| BuildError::missing("Go 1.25 or newer", &["https://go.dev/doc/install"]))?;
    let module = tools::absolute(&to.with_extension("core.wasm"))?;
    let mut command = Command::new(go);
    command
        .args(["build", "-buildmode=c-shared", "-ldflags=-s -w", "-o"])
        .arg(&module)
        .arg(".")
        .envs([("GOOS", "wasip1"), ("GOARCH", "wasm")]);
    tools::run(&mut command, &project.dir)?;
    let core = tools::made(&module, "go build")?;
    let bytes = component::of_preview1(&core, &project.wit(), &project.world)
        .map_err(|error| BuildError::Component(format!("{error:#}")))?;
    std::fs::write(to, bytes).map_err(BuildError::file(to))?;
    std::fs::remove_file(&module).map_err(BuildError::file(module))
}
