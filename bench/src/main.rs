//! What Switchboard costs, each figure beside the least that it could cost, measured in turns on the same machine.
//!
//! ```text
//! cargo run --release -p switchboard-bench               # everything, about ten minutes
//! cargo run --release -p switchboard-bench -- calls      # one part: calls, messages, starts, pushes, rehearsals, pages, grown
//! ```
//!
//! - `calls`, `bare`: one plugin call, beside wasmtime with nothing around it.
//! - `messages`, `load`, `floor`: messages over HTTP, beside servers of the same parts that do less; memory.
//! - `starts`: from the start of the process to the first answer.
//! - `pushes`: from the first byte of a pushed component until it is live.
//! - `rehearsals`: recorded messages through another component.
//! - `pages`, `stored`: pages of the console where much is stored, beside those of an empty desk.
//! - `grown`: messages and starts where a million messages are stored.
//!
//! The servers are child processes of this program: called as `switchboard` is called, it is Switchboard.

mod bare;
mod calls;
mod child;
mod floor;
mod grown;
mod load;
mod messages;
mod pages;
mod pushes;
mod rehearsals;
mod starts;
mod stored;
mod table;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;

/// What can be measured.
const PARTS: [&str; 7] = [
    "calls",
    "messages",
    "starts",
    "pushes",
    "rehearsals",
    "pages",
    "grown",
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let first = arguments.first().map(String::as_str);
    if matches!(first, Some("serve" | "compile-component")) {
        return switchboard::cli::main();
    }
    let result = match (first, arguments.get(1)) {
        (Some(floor::ECHO), _) => floor::serve_echo(),
        (Some(floor::COMMIT), Some(data)) => floor::serve_commit(data.as_ref()),
        (Some(floor::STEPS), Some(data)) => {
            let allocator = arguments.get(2).map_or("", String::as_str);
            floor::serve_steps(data.as_ref(), allocator)
        }
        _ => measure(&arguments),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("Error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn measure(parts: &[String]) -> anyhow::Result<()> {
    if let Some(unknown) = parts.iter().find(|part| !PARTS.contains(&part.as_str())) {
        anyhow::bail!(
            "there is nothing to measure called {unknown:?}; there are {}",
            PARTS.join(", ")
        );
    }
    if cfg!(debug_assertions) {
        eprintln!("This is not a release build: the figures say little.");
    }
    let wanted = |part: &str| parts.is_empty() || parts.iter().any(|wanted| wanted == part);
    let folder = Folder::new()?;
    if wanted("calls") {
        calls::measure()?;
    }
    if wanted("messages") {
        messages::measure(&folder.0)?;
    }
    if wanted("starts") {
        starts::measure(&folder.0)?;
    }
    if wanted("pushes") {
        pushes::measure(&folder.0)?;
    }
    if wanted("rehearsals") {
        rehearsals::measure(&folder.0)?;
    }
    if wanted("pages") {
        pages::measure(&folder.0)?;
    }
    if wanted("grown") {
        grown::measure(&folder.0)?;
    }
    Ok(())
}

/// Where servers keep their data: beside the program, because `/tmp` may not be a disk. Removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> anyhow::Result<Self> {
        let program = std::env::current_exe().context("the program can't find itself")?;
        let folder = program.with_file_name(format!("bench-data-{}", std::process::id()));
        std::fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
        Ok(Self(folder))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            eprintln!("{} could not be removed: {error}", self.0.display());
        }
    }
}
