//! `switchboard plugin`: make components, look at them, and manage those of a running host.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use serde_json::{Value, json};

use super::author;
use super::client::{Body, HostArgs};
use super::dev;
use super::setup;
use crate::engine::Trial;

/// Make plugins, look at them, and manage those of a running host
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  switchboard plugin new refund-policy --lang rust\n  switchboard plugin inspect triage.wasm\n  \
    switchboard plugin push triage.wasm --activate\n  switchboard plugin rollback triage"
)]
pub(crate) struct PluginArgs {
    #[command(subcommand)]
    command: PluginCommand,
}

#[derive(Debug, clap::Subcommand)]
enum PluginCommand {
    New(author::NewArgs),
    Build(author::BuildArgs),
    Test(author::TestArgs),
    Dev(dev::DevArgs),
    Case(super::case::CaseArgs),
    /// Show what a component is and asks for
    #[command(after_help = "Example:\n  switchboard plugin inspect triage.wasm")]
    Inspect {
        /// The component
        file: PathBuf,
        /// Print as JSON
        #[arg(long)]
        json: bool,
    },
    /// List the versions in a running host
    #[command(after_help = "Example:\n  switchboard plugin list")]
    List {
        /// Print as JSON
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        host: HostArgs,
    },
    /// Give a running host a component
    ///
    /// The host compiles and checks it. It goes live with `activate`, or at once with --activate.
    #[command(after_help = "Example:\n  switchboard plugin push triage.wasm --activate")]
    Push {
        /// The component
        file: PathBuf,
        /// Make it live at once
        #[arg(long)]
        activate: bool,
        /// Its signature, as `plugin sign` writes it [default: FILE.sig where it is there]
        #[arg(long, value_name = "FILE")]
        signature: Option<PathBuf>,
        #[command(flatten)]
        host: HostArgs,
    },
    /// Make a version live in a running host
    #[command(after_help = "Example:\n  switchboard plugin activate triage 0.1.1")]
    Activate {
        /// The plugin
        name: String,
        /// The version
        version: String,
        /// Also where it isn't what the desk wants first: an exam, a rehearsal, a time in shadow
        #[arg(long)]
        force: bool,
        #[command(flatten)]
        host: HostArgs,
    },
    Rehearse(super::rehearsal::RehearseArgs),
    Exam(super::trial::ExamArgs),
    Shadow(super::trial::ShadowArgs),
    Canary(super::trial::CanaryArgs),
    Trial(super::trial::TrialArgs),
    EndTrial(super::trial::EndTrialArgs),
    Keygen(super::signing::KeygenArgs),
    Sign(super::signing::SignArgs),
    /// Make the version live that was live before
    #[command(after_help = "Example:\n  switchboard plugin rollback triage")]
    Rollback {
        /// The plugin
        name: String,
        #[command(flatten)]
        host: HostArgs,
    },
}

/// Runs the command.
///
/// # Errors
/// Where the component is no good, or the host can't be reached or refuses.
pub(crate) fn run(args: PluginArgs) -> anyhow::Result<ExitCode> {
    match args.command {
        PluginCommand::New(args) => return author::new(args),
        PluginCommand::Build(args) => return author::build(&args),
        PluginCommand::Test(args) => return author::test(&args),
        PluginCommand::Dev(args) => return dev::dev(&args),
        PluginCommand::Case(args) => return super::case::run(&args),
        PluginCommand::Inspect { file, json } => inspect(&file, json)?,
        PluginCommand::List { json, host } => list(&host, json)?,
        PluginCommand::Push {
            file,
            activate,
            signature,
            host,
        } => push(&file, activate, signature, &host)?,
        PluginCommand::Activate {
            name,
            version,
            force,
            host,
        } => activated(&host, &name, &version, force)?,
        PluginCommand::Rehearse(args) => return super::rehearsal::run(&args),
        PluginCommand::Exam(args) => return super::trial::exam(&args),
        PluginCommand::Shadow(args) => return super::trial::shadow(&args),
        PluginCommand::Canary(args) => return super::trial::canary(&args),
        PluginCommand::Trial(args) => return super::trial::show(&args),
        PluginCommand::EndTrial(args) => return super::trial::end(&args),
        PluginCommand::Keygen(args) => return super::signing::keygen(&args),
        PluginCommand::Sign(args) => return super::signing::sign(&args),
        PluginCommand::Rollback { name, host } => {
            let answer = host.call("POST", &format!("/plugins/{name}/rollback"), Body::None)?;
            println!("{name} {} is live again", text(&answer, "version"));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn inspect(file: &std::path::Path, json: bool) -> anyhow::Result<()> {
    let bytes = std::fs::read(file).with_context(|| file.display().to_string())?;
    let sandbox = setup::sandbox(setup::cache_dir(None))?;
    let inspection = sandbox
        .inspect(&bytes)
        .with_context(|| file.display().to_string())?;
    if json {
        println!("{}", serde_json::to_string_pretty(&inspection)?);
    } else {
        let manifest = &inspection.manifest;
        let list = |items: &[String]| {
            if items.is_empty() {
                "none".to_owned()
            } else {
                items.join(", ")
            }
        };
        println!(
            "{} {}: {}",
            manifest.name, manifest.version, manifest.summary
        );
        println!(
            "  world      {} of contract {}",
            inspection.world, inspection.contract
        );
        println!("  sha256     {}", inspection.sha256);
        println!("  bytes      {}", inspection.size);
        println!(
            "  written in {}",
            inspection.language.as_deref().unwrap_or("(not told)")
        );
        println!("  grants     {}", list(&manifest.grants));
        println!(
            "  events     {}",
            if manifest.events.is_empty() {
                "all".to_owned()
            } else {
                list(&manifest.events)
            }
        );
        println!("  history    {} messages", manifest.history);
        println!("  imports    {}", list(&inspection.imports));
        println!("  exports    {}", list(&inspection.exports));
        for problem in &inspection.problems {
            println!("  problem    {problem}");
        }
    }
    Ok(())
}

fn list(host: &HostArgs, json: bool) -> anyhow::Result<()> {
    let answer = host.call("GET", "/plugins", Body::None)?;
    if json {
        println!("{}", serde_json::to_string_pretty(&answer)?);
        return Ok(());
    }
    println!(
        "{:<24} {:<10} {:<9} {:>9}  used by",
        "plugin", "version", "origin", "bytes"
    );
    for plugin in answer
        .get("plugins")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        let steps = plugin
            .get("steps")
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        let steps: Vec<&str> = steps.filter_map(Value::as_str).collect();
        println!(
            "{:<24} {:<10} {:<9} {:>9}  {}",
            text(plugin, "name"),
            text(plugin, "version"),
            text(plugin, "origin"),
            plugin.get("size").and_then(Value::as_u64).unwrap_or(0),
            match plugin
                .get("trial")
                .cloned()
                .map(serde_json::from_value::<Trial>)
            {
                Some(Ok(trial)) => super::trial::briefly(&trial),
                _ if steps.is_empty() => "-".to_owned(),
                _ => steps.join(", "),
            }
        );
    }
    Ok(())
}

fn push(
    file: &std::path::Path,
    activate: bool,
    signature: Option<PathBuf>,
    host: &HostArgs,
) -> anyhow::Result<()> {
    let bytes = std::fs::read(file).with_context(|| file.display().to_string())?;
    let sandbox = setup::sandbox(setup::cache_dir(None))?;
    let manifest = sandbox
        .inspect(&bytes)
        .with_context(|| file.display().to_string())?
        .manifest;
    let (name, version) = (manifest.name, manifest.version);
    let beside = super::signing::beside(file);
    let signature = signature.or_else(|| beside.is_file().then_some(beside));
    let signature = signature
        .map(|path| std::fs::read_to_string(&path).with_context(|| path.display().to_string()));
    let signature = signature.transpose()?;
    let body = match &signature {
        Some(signature) => Body::Signed(&bytes, signature.trim()),
        None => Body::Bytes(&bytes),
    };
    host.call("PUT", &format!("/plugins/{name}/{version}"), body)?;
    if activate {
        return activated(host, &name, &version, false);
    }
    println!(
        "{name} {version} is in the host; make it live with: switchboard plugin activate {name} {version}"
    );
    Ok(())
}

pub(super) fn activated(
    host: &HostArgs,
    name: &str,
    version: &str,
    force: bool,
) -> anyhow::Result<()> {
    let answer = host.call(
        "POST",
        &format!("/plugins/{name}/activate"),
        Body::Json(&json!({"version": version, "force": force})),
    )?;
    match answer.get("previous").and_then(Value::as_str) {
        Some(previous) => println!("{name} {version} is live; before it was {previous}"),
        None => println!("{name} {version} is live"),
    }
    Ok(())
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value.get(name).and_then(Value::as_str).unwrap_or("")
}
