//! Go: the compiler's own `wasip1`, and the adapter from there to components.

use std::path::Path;
use std::process::Command;

use super::{BuildError, tools};
use crate::author::component;
use crate::author::project::Project;

/// From this version 1.x on, go fetches the newer one that a project asks for; an older one can't read its `go.mod`.
const FETCHES_NEWER: u32 = 21;

pub(super) fn build(project: &Project, to: &Path) -> Result<(), BuildError> {
    let missing = || BuildError::missing("Go 1.25 or newer", &["https://go.dev/doc/install"]);
    let go = tools::on_path(&["go"]).ok_or_else(missing)?;
    let told = tools::output(Command::new(&go).arg("version"));
    if told
        .as_deref()
        .and_then(minor)
        .is_some_and(|minor| minor < FETCHES_NEWER)
    {
        return Err(missing());
    }
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

/// The 22 of `go version go1.22.3 linux/amd64`.
fn minor(told: &str) -> Option<u32> {
    let (_, rest) = told.split_once("go1.")?;
    let end = rest.find(|c: char| !c.is_ascii_digit());
    rest.get(..end.unwrap_or(rest.len()))?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_go_is_known_by_its_version() {
        assert_eq!(minor("go version go1.19.8 linux/amd64"), Some(19));
        assert_eq!(minor("go version go1.27 linux/amd64"), Some(27));
        assert_eq!(minor("go version devel"), None);
    }
}
