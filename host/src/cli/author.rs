//! `switchboard plugin new`, `build` and `test`: the author's loop, no host needed.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use anyhow::Context as _;
use clap::builder::{PossibleValuesParser, TypedValueParser as _};

use super::setup;
use super::usage::Usage;
use crate::author::{self, Language, NewError, Project};

/// Write a project to start from
///
/// It builds and passes its cases as it is. Nothing is ever overwritten.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  switchboard plugin new refund-policy --lang rust\n\nThen:\n  \
    switchboard plugin build refund-policy\n  switchboard plugin test refund-policy"
)]
pub(crate) struct NewArgs {
    /// The plugin's name: lower-case letters, digits and hyphens
    name: String,
    /// What to write it in
    #[arg(long, value_name = "LANG", value_parser = language())]
    lang: Language,
    /// Where; left out, a directory of the plugin's name
    #[arg(long)]
    dir: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

fn language() -> impl clap::builder::TypedValueParser<Value = Language> {
    PossibleValuesParser::new(Language::ALL.iter().map(|one| one.as_str()))
        .try_map(|name| Language::parse(&name).ok_or("no such language"))
}

/// Runs `plugin new`.
///
/// # Errors
/// Where something is there already, or can't be written.
pub(crate) fn new(args: NewArgs) -> anyhow::Result<ExitCode> {
    let dir = args.dir.unwrap_or_else(|| PathBuf::from(&args.name));
    let files =
        author::write_project(&dir, &args.name, args.lang).map_err(|error| match error {
            NewError::Name(message) => anyhow::Error::from(Usage(message)),
            other => other.into(),
        })?;
    let dir = dir.display();
    if args.json {
        println!(
            "{}",
            serde_json::json!({ "directory": dir.to_string(), "name": args.name, "language": args.lang, "files": files })
        );
    } else {
        println!(
            "{} files written to {dir}. {dir}/README.md says how to go on; in short:",
            files.len()
        );
        println!("  switchboard plugin build {dir}");
        println!("  switchboard plugin test {dir}");
    }
    Ok(ExitCode::SUCCESS)
}

/// Make a project's component
///
/// Calls the tools of the project's language and says what to install where one is missing. The component is then
/// looked at as a desk would.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  switchboard plugin build refund-policy")]
pub(crate) struct BuildArgs {
    /// The project
    #[arg(default_value = ".")]
    dir: PathBuf,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Runs `plugin build`.
///
/// # Errors
/// Where there is no project, a tool is missing or refuses, or the component is no plugin.
pub(crate) fn build(args: &BuildArgs) -> anyhow::Result<ExitCode> {
    let project = Project::read(&args.dir)?;
    let began = Instant::now();
    let component = author::build(&project)?;
    let took = began.elapsed();
    let size = std::fs::metadata(&component)?.len();
    judge(&project, &component)?;
    if args.json {
        println!(
            "{}",
            serde_json::json!({ "component": component, "bytes": size, "milliseconds": took.as_millis() as u64 })
        );
    } else {
        println!(
            "{}: {size} bytes, built in {:.1} s",
            component.display(),
            took.as_secs_f64()
        );
        println!("try it: switchboard plugin test {}", args.dir.display());
    }
    Ok(ExitCode::SUCCESS)
}

/// # Errors
/// What a desk would say against the component.
fn judge(project: &Project, component: &Path) -> anyhow::Result<()> {
    let bytes = std::fs::read(component).with_context(|| component.display().to_string())?;
    let sandbox = setup::sandbox(setup::cache_dir(None))?;
    let progress = super::progress::counter("compiling it as a desk would");
    let plugin = sandbox.activate(&bytes);
    progress.finish_and_clear();
    let plugin = plugin.with_context(|| component.display().to_string())?;
    let manifest = plugin.manifest();
    anyhow::ensure!(
        manifest.name == project.name,
        "the component calls itself {:?}, plugin.toml calls it {:?}; make them the same",
        manifest.name,
        project.name
    );
    Ok(())
}
