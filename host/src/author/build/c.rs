//! C: clang with wasi-libc, of Debian or of the WASI SDK.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::{BuildError, tools};
use crate::author::component;
use crate::author::project::Project;

const CLANGS: [&str; 6] = [
    "clang-19", "clang-22", "clang-21", "clang-20", "clang-18", "clang",
];
/// Where Debian's package `wasi-libc` puts its headers.
const DEBIAN_LIBC: &str = "/usr/include/wasm32-wasi/stdlib.h";
/// Bytes of stack: a fresh memory is most of a small call's cost.
const STACK: &str = "-Wl,-z,stack-size=65536";

pub(super) fn build(project: &Project, to: &Path) -> Result<(), BuildError> {
    let clang = installed().ok_or_else(|| {
        BuildError::missing(
            "clang for WebAssembly with wasi-libc",
            &[
                "apt-get install --no-install-recommends clang-19 lld-19 wasi-libc",
                "(elsewhere: https://github.com/WebAssembly/wasi-sdk, then export WASI_SDK_PATH=…)",
            ],
        )
    })?;
    let module = tools::absolute(&to.with_extension("core.wasm"))?;
    let mut command = Command::new(clang);
    command.args(["--target=wasm32-wasi", "-mexec-model=reactor", "-Oz", "-s"]);
    command.args(["-Wall", "-nodefaultlibs", "-lc", STACK, "-I."]);
    command.args(sources(&project.dir)?);
    tools::run(command.arg("-o").arg(&module), &project.dir)?;
    let core = tools::made(&module, "clang")?;
    let bytes = component::of_described(&core).map_err(|error| {
        BuildError::Component(format!(
            "{error:#}. If it asks for wasi_snapshot_preview1: printf, files and exit aren't there; log with \
             switchboard_plugin_log_write"
        ))
    })?;
    std::fs::write(to, bytes).map_err(BuildError::file(to))?;
    std::fs::remove_file(&module).map_err(BuildError::file(module))
}

fn installed() -> Option<PathBuf> {
    let sdk = std::env::var_os("WASI_SDK_PATH").map(|sdk| PathBuf::from(sdk).join("bin/clang"));
    if let Some(clang) = sdk.filter(|clang| tools::is_program(clang)) {
        return Some(clang);
    }
    tools::on_path(&CLANGS).filter(|_| Path::new(DEBIAN_LIBC).is_file())
}

/// Every C file and object beside `plugin.toml` and in `bindings/`, in order.
fn sources(dir: &Path) -> Result<Vec<PathBuf>, BuildError> {
    let mut sources = Vec::new();
    for folder in ["", "bindings"] {
        let path = dir.join(folder);
        let entries = std::fs::read_dir(&path).map_err(BuildError::file(&path))?;
        for entry in entries {
            let name = PathBuf::from(entry.map_err(BuildError::file(&path))?.file_name());
            let extension = name.extension().and_then(|extension| extension.to_str());
            if matches!(extension, Some("c" | "o")) {
                sources.push(Path::new(folder).join(name));
            }
        }
    }
    sources.sort();
    Ok(sources)
}
