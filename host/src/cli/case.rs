//! `switchboard plugin case`: a recorded call becomes a case of the plugin's project.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use serde_json::Value;

use super::client::{Body, HostArgs};
use super::setup;
use super::usage::Usage;
use crate::author::Project;
use crate::model::RunId;

/// Where recorded cases are added.
const FILE: &str = "recorded.jsonl";

/// Make a case of a recorded call
///
/// What the step was told, what it was answered and what it did become one line of tests/recorded.jsonl, which `plugin test`
/// passes with the very component that was called. Change what is expected where it did wrong.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  switchboard plugin case run_0123…_4 --project refund-policy --mask\n  \
    switchboard plugin case run_0123…_4 --step refunds --print --data switchboard-data\n\nThe run is what `switchboard send` \
    prints, and stands in the console beside each answer."
)]
pub(crate) struct CaseArgs {
    /// The run
    run: String,
    /// The step or reviewer [default: the one of the project's name]
    #[arg(long, value_name = "NAME")]
    step: Option<String>,
    /// The plugin's project, whose cases get one more
    #[arg(long, value_name = "DIR", default_value = ".")]
    project: PathBuf,
    /// What the case is to be called [default: step and run]
    #[arg(long, value_name = "TEXT")]
    name: Option<String>,
    /// Put telephone and identity numbers, addresses of mail and the customer's name out of sight
    #[arg(long)]
    mask: bool,
    /// Print the line instead
    #[arg(long)]
    print: bool,
    /// Read this data directory, which no host has open, instead of asking a running host
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// With --data: the desk directory [default: the built-in demo desk]
    #[arg(long, value_name = "DESK", requires = "data")]
    desk: Option<PathBuf>,
    #[command(flatten)]
    host: HostArgs,
}

/// Runs the command.
///
/// # Errors
/// Where there is no such run or project, or no case can be made of it.
pub(crate) fn run(args: &CaseArgs) -> anyhow::Result<ExitCode> {
    let project = match args.print {
        true => None,
        false => Some(Project::read(&args.project)?),
    };
    let step = match (&args.step, &project) {
        (Some(step), _) => step.clone(),
        (None, Some(project)) => project.name.clone(),
        (None, None) => {
            return Err(
                Usage("--step is missing: which step's call is it to be?".to_owned()).into(),
            );
        }
    };
    let mut case = match &args.data {
        Some(data) => of_directory(args, data, &step)?,
        None => of_host(args, &step)?,
    };
    if let (Some(name), Some(fields)) = (&args.name, case.as_object_mut()) {
        fields.insert("case".to_owned(), Value::String(name.clone()));
    }
    let Some(project) = project else {
        println!("{case}");
        return Ok(ExitCode::SUCCESS);
    };
    let file = project.tests().join(FILE);
    let known = std::fs::read_to_string(&file).unwrap_or_default();
    let line = format!("{case}");
    if known.lines().any(|known| known == line) {
        bail!("{} has this case already", file.display());
    }
    let name = case.get("case").and_then(Value::as_str).unwrap_or_default();
    std::fs::create_dir_all(project.tests())?;
    let mut to = std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(&file)
        .with_context(|| file.display().to_string())?;
    writeln!(to, "{line}").with_context(|| file.display().to_string())?;
    println!("{}: one more case, {name:?}", file.display());
    Ok(ExitCode::SUCCESS)
}

fn of_host(args: &CaseArgs, step: &str) -> anyhow::Result<Value> {
    let path = format!("/runs/{}/cases/{step}?mask={}", args.run, args.mask);
    let mut answer = args.host.call("GET", &path, Body::None)?;
    let case = answer.get_mut("case").map(Value::take);
    case.context("the host's answer has no case")
}

fn of_directory(args: &CaseArgs, data: &std::path::Path, step: &str) -> anyhow::Result<Value> {
    if !data.is_dir() {
        return Err(Usage(format!("--data: {} is not there", data.display())).into());
    }
    let desk = setup::desk(args.desk.as_deref())?;
    let store = setup::store(data)?;
    let sandbox = setup::sandbox(setup::cache_dir(Some(data)))?;
    let core = setup::core(desk, store, sandbox)?;
    let run = core.run(&RunId::new(args.run.clone()))?;
    Ok(core.recorded_case(&run, step, args.mask)?)
}
