//! Chores of the workspace that are more than one cargo command. Run as `cargo xtask …`.
//!
//! - [`plugins`][]: the command itself: build, compare, write.
//! - [`reference`][]: `docs/reference/`, from the contract.
//! - [`bindings`][]: the contract in C++, Zig and AssemblyScript, for new projects.
//! - [`guide`][]: the guides' commands, word for word.
//! - [`sources`][]: which files and versions a plugin is made from, as one digest.
//! - [`toolchain`][]: a Rust that can compile for WebAssembly, and how it is called.
//! - [`component`][]: from a core module to a stripped, checked component.
//! - [`lock`][]: `plugins/dist/dist.lock`.

mod bindings;
mod component;
mod guide;
mod lock;
mod plugins;
mod reference;
mod sources;
mod toolchain;

use std::path::Path;
use std::process::ExitCode;

const HELP: &str = "\
Chores of the workspace.

cargo xtask plugins [NAME…]           builds the standard plugins into plugins/dist/
cargo xtask plugins --check [NAME…]   builds them again and compares with plugins/dist/
cargo xtask plugins --check-sources   compares digests only; needs no WebAssembly toolchain
cargo xtask reference                 writes docs/reference/ from the contract in wit/
cargo xtask reference --check         compares instead
cargo xtask bindings                  writes the templates' bindings from the contract in wit/
cargo xtask bindings --check          compares instead
cargo xtask guide PAGE… --program P   runs every command of a guide in an empty directory, with the built
                                      switchboard P, and compares what it prints; --tools: also those
                                      that install a language's tools

  --toolchain rustup|debian           which Rust compiles; else --check takes the one that made
                                      plugins/dist/, and a build takes rustup's, then Debian's

Exit codes: 0 done, or everything matches; 1 something differs or failed; 2 wrong usage, or a
comparison that proves nothing because another toolchain made plugins/dist/.

Example: cargo xtask plugins greeting
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.split_first() {
        None => {
            print!("{HELP}");
            ExitCode::SUCCESS
        }
        Some(_) if arguments.iter().any(|a| a == "--help" || a == "-h") => {
            print!("{HELP}");
            ExitCode::SUCCESS
        }
        Some((command, rest)) if command == "plugins" => match plugins::Options::parse(rest) {
            Ok(options) => plugins::run(&options).unwrap_or_else(|error| {
                eprintln!("error: {error:#}");
                ExitCode::FAILURE
            }),
            Err(message) => usage(&message),
        },
        Some((command, rest)) if command == "reference" => match rest {
            [] => written(reference::run, false),
            [only] if only == "--check" => written(reference::run, true),
            _ => usage("`reference` takes nothing but --check"),
        },
        Some((command, rest)) if command == "bindings" => match rest {
            [] => written(bindings::run, false),
            [only] if only == "--check" => written(bindings::run, true),
            _ => usage("`bindings` takes nothing but --check"),
        },
        Some((command, rest)) if command == "guide" => match guide::Options::parse(rest) {
            Ok(options) => guide::run(&options).unwrap_or_else(|error| {
                eprintln!("error: {error:#}");
                ExitCode::FAILURE
            }),
            Err(message) => usage(&message),
        },
        Some((command, _)) => usage(&format!("there is no command `{command}`")),
    }
}

/// What is made from the contract: written, or compared with what is there.
fn written(run: fn(&Path, bool) -> anyhow::Result<ExitCode>, check: bool) -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    run(&root, check).unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}

fn usage(message: &str) -> ExitCode {
    eprintln!("error: {message}\n\n{HELP}");
    ExitCode::from(2)
}
