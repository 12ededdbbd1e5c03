//! Zig, for WebAssembly without any system: no libc is built, and nothing is downloaded.

use std::path::Path;
use std::process::Command;

use super::{BuildError, tools};
use crate::author::component;
use crate::author::project::Project;

/// The language still changes from one of these to the next.
const VERSION: &str = "0.17.";
const PACKAGE: &str = "ziglang";

pub(super) fn build(project: &Project, to: &Path) -> Result<(), BuildError> {
    let mut zig = installed(&project.dir)?.ok_or_else(|| {
        let dir = project.dir.display();
        BuildError::missing(
            "Zig 0.17",
            &[
                &format!("python3 -m venv {dir}/.venv"),
                &format!("{dir}/.venv/bin/pip install -r {dir}/requirements.txt"),
                "(or take 0.17 from https://ziglang.org/download and put it on the search path)",
            ],
        )
    })?;
    let module = tools::absolute(&to.with_extension("core.wasm"))?;
    let cache = tools::absolute(&to.with_extension("cache"))?;
    // A fresh memory is most of a small call's cost: 64 KiB of stack. Checks stay: a wrong index is a trap, no wrong answer.
    zig.args(["build-exe", "-target", "wasm32-freestanding"]);
    zig.args(["-OReleaseSafe", "-fstrip", "-fno-entry", "-rdynamic"]);
    zig.args(["--stack", "65536", "--name", "step", "--cache-dir"]);
    zig.arg(cache);
    zig.args(["--dep", "step", "--dep", "switchboard"]);
    zig.args(["-Mroot=bindings/root.zig", "--dep", "switchboard"]);
    zig.args(["-Mstep=step.zig", "-Mswitchboard=bindings/switchboard.zig"]);
    let mut emit = std::ffi::OsString::from("-femit-bin=");
    emit.push(&module);
    tools::run(zig.arg(emit), &project.dir)?;
    let core = tools::made(&module, "zig build-exe")?;
    let bytes = component::of_plain(&core, &project.wit(), &project.world)
        .map_err(|error| BuildError::Component(format!("{error:#}")))?;
    std::fs::write(to, bytes).map_err(BuildError::file(to))?;
    std::fs::remove_file(&module).map_err(BuildError::file(module))
}

/// The search path's, where it is the right one; else the package's in a virtual environment of the project or above it.
fn installed(dir: &Path) -> Result<Option<Command>, BuildError> {
    if let Some(zig) = tools::on_path(&["zig"]) {
        let told = tools::output(Command::new(&zig).arg("version"));
        if told.is_some_and(|told| told.starts_with(VERSION)) {
            return Ok(Some(Command::new(zig)));
        }
    }
    let dir = tools::absolute(dir)?;
    let near = dir.ancestors().map(|dir| dir.join(".venv/bin/python"));
    for python in near.filter(|python| tools::is_program(python)) {
        let package = || {
            let mut command = Command::new(&python);
            command.args(["-m", PACKAGE]);
            command
        };
        let told = tools::output(package().arg("version"));
        if told.is_some_and(|told| told.starts_with(VERSION)) {
            return Ok(Some(package()));
        }
    }
    Ok(None)
}
