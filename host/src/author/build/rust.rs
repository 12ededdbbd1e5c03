//! Rust: cargo for `wasm32-unknown-unknown`, with rustup's library of that target, else with Debian's Rust, which
//! brings the library's source.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::{BuildError, tools};
use crate::author::component;
use crate::author::project::Project;

const TARGET: &str = "wasm32-unknown-unknown";
/// Debian's packages put Rust here, beside rustup's.
const DEBIAN_CARGO: &str = "/usr/bin/cargo";
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_LIBRARY: &str = "/usr/lib/rustlib/src/rust/library/std/Cargo.toml";
const DEBIAN_LINKERS: [&str; 3] = ["wasm-ld-22", "wasm-ld-19", "wasm-ld"];

pub(super) fn build(project: &Project, to: &Path) -> Result<(), BuildError> {
    let mut cargo = cargo(&project.dir)?;
    let target = match std::env::var_os("CARGO_TARGET_DIR") {
        Some(shared) => PathBuf::from(shared),
        None => project.dir.join("target"),
    };
    let target = tools::absolute(&target)?;
    cargo.args(["--release", "--target", TARGET, "--target-dir"]);
    cargo.arg(&target);
    tools::run(&mut cargo, &project.dir)?;
    let module = target
        .join(TARGET)
        .join("release")
        .join(format!("{}.wasm", project.name.replace('-', "_")));
    let core = tools::made(&module, "cargo build")?;
    let bytes = component::of_described(&core)
        .map_err(|error| BuildError::Component(format!("{error:#}")))?;
    std::fs::write(to, bytes).map_err(BuildError::file(to))
}

/// `cargo build`, of a Rust that can compile for the target.
fn cargo(dir: &Path) -> Result<Command, BuildError> {
    let missing = || {
        BuildError::missing(
            "Rust for WebAssembly",
            &[
                "rustup target add wasm32-unknown-unknown",
                "(no Rust yet? https://rustup.rs; on Debian without rustup:",
                " apt-get install --no-install-recommends rustc-web cargo-web rust-web-src lld-22)",
            ],
        )
    };
    if let (Some(cargo), Some(rustc)) = (tools::on_path(&["cargo"]), tools::on_path(&["rustc"])) {
        let sysroot = tools::output(
            Command::new(rustc)
                .args(["--print", "sysroot"])
                .current_dir(dir),
        );
        let has_target = |sysroot: &String| {
            let library = Path::new(sysroot).join("lib/rustlib").join(TARGET);
            library.join("lib").is_dir()
        };
        if sysroot.as_ref().is_some_and(has_target) {
            let mut command = Command::new(cargo);
            command.arg("build");
            return Ok(command);
        }
    }
    let linker = tools::on_path(&DEBIAN_LINKERS).ok_or_else(missing)?;
    if !Path::new(DEBIAN_CARGO).is_file() || !Path::new(DEBIAN_LIBRARY).is_file() {
        return Err(missing());
    }
    let mut command = Command::new(DEBIAN_CARGO);
    command
        .args(["build", "-Z", "build-std=std,panic_abort"])
        .env("PATH", "/usr/bin:/bin")
        .env("RUSTC", DEBIAN_RUSTC)
        // Debian's compiler is a stable one; building the library is a feature of the unstable.
        .env("RUSTC_BOOTSTRAP", "1")
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker)
        .env_remove("RUSTUP_TOOLCHAIN");
    Ok(command)
}
