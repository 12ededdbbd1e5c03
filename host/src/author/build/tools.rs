//! Finding and calling tools.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::BuildError;

/// The first of these programs that the search path has.
pub(super) fn on_path(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    names.iter().find_map(|name| {
        std::env::split_paths(&path)
            .map(|dir| dir.join(name))
            .find(|file| is_program(file))
    })
}

pub(super) fn is_program(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    file.metadata()
        .is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
}

/// A script of Node's that a project's `package.json` names: the project's own, one of a directory above it, or the search
/// path's.
pub(super) fn of_node(dir: &Path, tool: &str) -> Result<PathBuf, BuildError> {
    let whole = absolute(dir)?;
    let near = whole
        .ancestors()
        .map(|dir| dir.join("node_modules/.bin").join(tool))
        .find(|file| is_program(file));
    let found = near.or_else(|| on_path(&[tool])).ok_or_else(|| {
        BuildError::missing(
            tool,
            &[
                &format!("(cd {} && npm install)", dir.display()),
                "(needs Node.js 20 or newer: https://nodejs.org, or apt-get install nodejs npm)",
            ],
        )
    })?;
    if on_path(&["node"]).is_none() {
        return Err(BuildError::missing(
            "Node.js 20 or newer",
            &[
                "apt-get install nodejs npm",
                "(elsewhere: https://nodejs.org)",
            ],
        ));
    }
    Ok(found)
}

/// Runs a tool in `dir`. Both of its outputs go to standard error: standard output is for what the command prints.
pub(super) fn run(command: &mut Command, dir: &Path) -> Result<(), BuildError> {
    command
        .current_dir(dir)
        .stdin(Stdio::null())
        .stdout(Stdio::from(std::io::stderr()));
    let name = name_of(command);
    let program = command.get_program().to_owned();
    let status = command.status().map_err(BuildError::file(program))?;
    if status.success() {
        return Ok(());
    }
    Err(BuildError::Failed {
        command: name,
        status: status.to_string(),
    })
}

/// What a tool prints, on one line; none where it fails.
pub(super) fn output(command: &mut Command) -> Option<String> {
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}

/// The program and its first argument, for messages.
fn name_of(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let program = program.file_name().unwrap_or_default().to_string_lossy();
    let first = command.get_args().next().unwrap_or(OsStr::new(""));
    match first.to_str() {
        Some(first) if !first.starts_with('-') && !first.is_empty() => format!("{program} {first}"),
        _ => program.into_owned(),
    }
}

/// Reads what a tool was to make.
pub(super) fn made(path: &Path, command: &str) -> Result<Vec<u8>, BuildError> {
    std::fs::read(path).map_err(|_| BuildError::Nothing {
        command: command.to_owned(),
        path: path.to_owned(),
    })
}

/// Absolute, so that a tool that runs elsewhere finds it.
pub(super) fn absolute(path: &Path) -> Result<PathBuf, BuildError> {
    std::path::absolute(path).map_err(BuildError::file(path))
}
