//! `switchboard plugin new`, `build` and `test`: the author's loop, no host needed.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use anyhow::Context as _;
use clap::builder::{PossibleValuesParser, TypedValueParser as _};

use super::setup;
use super::usage::Usage;
use crate::author::cases::{self, Case, CaseReport, Difference};
use crate::author::{self, Language, NewError, Project};
use crate::sandbox::Plugin;

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
    plugin(&project, &component)?;
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

/// The component, ready to be called.
///
/// # Errors
/// What a desk would say against it.
pub(super) fn plugin(project: &Project, component: &Path) -> anyhow::Result<Arc<Plugin>> {
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
    Ok(plugin)
}

/// Run a project's cases
///
/// Each line of tests/*.jsonl goes through the component in the sandbox that a desk uses. A component that is older than
/// its source is built first. Exit code 1 where a case fails.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  switchboard plugin test refund-policy\n\nA case:\n  \
    {\"case\": \"greets\", \"message\": \"你好\", \"effects\": [{\"reply\": \"您好！\"}]}"
)]
pub(crate) struct TestArgs {
    /// The project
    #[arg(default_value = ".")]
    dir: PathBuf,
    /// Only cases whose names contain this
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
    /// Count fuel also of a component of more than 4 MiB, which has to be compiled once more for that
    #[arg(long)]
    fuel: bool,
    /// Print one JSON object for each case
    #[arg(long)]
    json: bool,
}

/// Larger components take long to compile.
const COUNTED: u64 = 4 << 20;

/// The component once more, where what its calls do is counted.
///
/// # Errors
/// Where it can't be had.
fn counted(args: &TestArgs, project: &Project) -> anyhow::Result<Option<Arc<Plugin>>> {
    let component = project.component();
    if !args.fuel && std::fs::metadata(&component)?.len() > COUNTED {
        return Ok(None);
    }
    let bytes = std::fs::read(&component)?;
    let sandbox = setup::counting_sandbox(setup::cache_dir(None))?;
    let progress = super::progress::counter("compiling it to count its fuel");
    let plugin = sandbox.activate(&bytes);
    progress.finish_and_clear();
    Ok(Some(plugin?))
}

/// Runs `plugin test`.
///
/// # Errors
/// Where there is no project, it doesn't build, or its cases can't be read.
pub(crate) fn test(args: &TestArgs) -> anyhow::Result<ExitCode> {
    let project = Project::read(&args.dir)?;
    let mut cases = read_cases(&project)?;
    if let Some(only) = &args.only {
        cases.retain(|case| case.name.contains(only));
        if cases.is_empty() {
            return Err(Usage(format!("--only: no case's name contains {only:?}")).into());
        }
    }
    if project.is_stale() {
        author::build(&project)?;
    }
    let plugin = plugin(&project, &project.component())?;
    let counted = counted(args, &project)?;
    let mut failed = 0;
    for case in &cases {
        let ran = |plugin: &Plugin| {
            cases::run(case, plugin).map_err(|problem| {
                anyhow::anyhow!("{}:{}: {problem}", case.file.display(), case.line)
            })
        };
        let mut report = ran(&plugin)?;
        if let Some(counted) = &counted {
            report.usage.fuel = ran(counted)?.usage.fuel;
        }
        failed += usize::from(!report.passed);
        if args.json {
            println!("{}", serde_json::to_string(&report)?);
        } else {
            print(&report);
        }
    }
    if !args.json {
        println!("{} passed, {failed} failed", cases.len() - failed);
    }
    Ok(if failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn read_cases(project: &Project) -> anyhow::Result<Vec<Case>> {
    cases::read_directory(&project.tests()).map_err(|problems| {
        for problem in &problems {
            eprintln!("{problem}");
        }
        anyhow::anyhow!("the cases have {} problem(s)", problems.len())
    })
}

/// Runs all cases and prints those that fail. Returns how many did.
///
/// # Errors
/// Where the cases can't be read.
pub(super) fn failing_cases(project: &Project, plugin: &Plugin) -> anyhow::Result<usize> {
    let mut failed = 0;
    for case in read_cases(project)? {
        let report = cases::run(&case, plugin).map_err(anyhow::Error::msg)?;
        if !report.passed {
            failed += 1;
            print(&report);
        }
    }
    Ok(failed)
}

fn print(report: &CaseReport) {
    let usage = report.usage;
    println!(
        "{}  {} ({}:{})  {:.1} ms, {} KiB{}",
        if report.passed { "ok  " } else { "FAIL" },
        report.case,
        report.file,
        report.line,
        f64::from(usage.time_us) / 1_000.0,
        usage.memory >> 10,
        match usage.fuel {
            Some(fuel) => format!(", {fuel} fuel"),
            None => String::new(),
        }
    );
    let came = &report.came;
    for effect in came.effects.iter().chain(&came.findings).flat_map(items) {
        println!("        {effect}");
    }
    if came.next.as_ref().is_some_and(|next| next == "finish") {
        println!("        next: finish");
    }
    if let Some(failure) = &came.failure {
        println!("        failure: {failure}");
    }
    if let Some(kv) = &came.kv {
        println!("        kv: {kv}");
    }
    for line in &came.log {
        println!("        log {}: {}", line.level, line.text);
    }
    for Difference {
        path,
        expected,
        came,
    } in &report.differences
    {
        let told = |value: &Option<serde_json::Value>| {
            value
                .as_ref()
                .map_or("nothing".to_owned(), ToString::to_string)
        };
        println!("      {path}");
        println!("        expected: {}", told(expected));
        println!("        came:     {}", told(came));
    }
}

fn items(value: &serde_json::Value) -> &[serde_json::Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}
