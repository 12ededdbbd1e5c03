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
