//! `cargo xtask bindings`: the contract in the languages for which no generator makes code that reads like the language.
//!
//! Each gets one generated file in its template: the contract's types and functions. The canonical ABI's rules beside it
//! are written by hand, once: `abi.hpp`, `abi.zig`, `abi.ts`.
//!
//! - [`contract`][]: what is to be written, with the layout of each type in memory.
//! - [`cpp`][], [`zig`][], [`assemblyscript`][]: a file in each language.

mod assemblyscript;
mod contract;
mod cpp;
mod zig;

use anyhow::{Context as _, Result};
use contract::Contract;
use std::path::Path;
use std::process::ExitCode;
use wit_parser::Resolve;

const WIT: &str = "wit/0.1.1";
const WORLD: &str = "step";
const TEMPLATES: &str = "host/templates/plugin";

/// Writes the bindings, or compares them with what is there.
pub(crate) fn run(root: &Path, check: bool) -> Result<ExitCode> {
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_path(root.join(WIT)).context("the contract")?;
    let contract = Contract::read(&resolve, package, WORLD)?;
    let mut differ = Vec::new();
    let files = files(&contract)?;
    for (name, text) in &files {
        let path = root.join(TEMPLATES).join(name);
        if !check {
            std::fs::write(&path, text).with_context(|| path.display().to_string())?;
        } else if std::fs::read_to_string(&path).ok().as_ref() != Some(text) {
            differ.push(*name);
        }
    }
    if differ.is_empty() {
        let done = if check {
            "match the contract"
        } else {
            "written"
        };
        println!("{TEMPLATES}: {} files of bindings {done}", files.len());
        return Ok(ExitCode::SUCCESS);
    }
    eprintln!(
        "the bindings aren't what the contract says ({}); run: cargo xtask bindings",
        differ.join(", ")
    );
    Ok(ExitCode::FAILURE)
}

fn files(contract: &Contract) -> Result<Vec<(&'static str, String)>> {
    Ok(vec![
        ("cpp/bindings/switchboard.hpp", cpp::header(contract)?),
        ("cpp/bindings/switchboard.cpp", cpp::source(contract)?),
        ("zig/bindings/switchboard.zig", zig::file(contract)?),
        (
            "assemblyscript/bindings/switchboard.ts",
            assemblyscript::file(contract)?,
        ),
        (
            "assemblyscript/bindings/memory.ts",
            assemblyscript::memory(contract)?,
        ),
        (
            "assemblyscript/bindings/entry.ts",
            assemblyscript::entry(contract)?,
        ),
    ])
}

/// `reply-draft` as `reply_draft`.
fn snake(name: &str) -> String {
    name.replace('-', "_")
}

/// `reply-draft` as `ReplyDraft`.
fn pascal(name: &str) -> String {
    let parts = name.split('-').map(|part| {
        let mut letters = part.chars();
        let first = letters.next().map(|first| first.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    });
    parts.collect()
}

/// `end-of-day` as `endOfDay`.
fn camel(name: &str) -> String {
    let name = pascal(name);
    let mut letters = name.chars();
    let first = letters.next().map(|first| first.to_ascii_lowercase());
    first.into_iter().chain(letters).collect()
}

/// The contract's words before what they are about, each line as a comment.
fn comment(out: &mut String, indent: &str, mark: &str, docs: Option<&str>) {
    for line in docs.unwrap_or("").trim().lines() {
        out.push_str(format!("{indent}{mark} {line}").trim_end());
        out.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_templates_bindings_are_what_the_contract_says() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        assert_eq!(run(&root, true).unwrap(), ExitCode::SUCCESS);
    }

    #[test]
    fn names_are_written_as_each_language_has_them() {
        assert_eq!(pascal("add-business-seconds"), "AddBusinessSeconds");
        assert_eq!(snake("add-business-seconds"), "add_business_seconds");
    }
}
