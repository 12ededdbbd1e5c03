//! Versions beside the live one: `switchboard plugin shadow`, `canary`, `trial`, `end-trial`; and `plugin exam`.

use std::process::ExitCode;

use anyhow::{Context as _, bail};
use serde_json::{Value, json};

use super::client::{Body, HostArgs};
use super::rehearsal::in_words;
use crate::engine::{Trial, TrialKind};

/// Let a version see what customers send, unheard
///
/// Each run is tried with it once the customer has the live version's answer; nothing that it says is sent. How it differs is
/// counted: `switchboard plugin trial NAME`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  switchboard plugin shadow triage 0.1.1")]
pub(crate) struct ShadowArgs {
    /// The plugin
    name: String,
    /// The version
    version: String,
    #[command(flatten)]
    host: HostArgs,
}

/// Let a version answer a share of the customers
///
/// Chosen by account, so that who has it keeps it. `switchboard plugin trial NAME` shows its figures beside the live
/// version's.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  switchboard plugin canary triage 0.1.1 --share 5%")]
pub(crate) struct CanaryArgs {
    /// The plugin
    name: String,
    /// The version
    version: String,
    /// The share of the accounts, like 5%
    #[arg(long, value_name = "SHARE", value_parser = percent)]
    share: f64,
    /// Also where it isn't what the desk wants first
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    host: HostArgs,
}

/// Show what runs beside the live version, and what came of it
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  switchboard plugin trial triage")]
pub(crate) struct TrialArgs {
    /// The plugin
    name: String,
    /// Print as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    host: HostArgs,
}

/// End what runs beside the live version
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  switchboard plugin end-trial triage")]
pub(crate) struct EndTrialArgs {
    /// The plugin
    name: String,
    #[command(flatten)]
    host: HostArgs,
}

/// Let a version sit the desk's exam
///
/// The desk's own cases, `[settings.exams]`. Exit code 0 only where it passes.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  switchboard plugin exam triage 0.1.1")]
pub(crate) struct ExamArgs {
    /// The plugin
    name: String,
    /// The version
    version: String,
    /// Print as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    host: HostArgs,
}

fn percent(text: &str) -> Result<f64, String> {
    let number = text.trim_end_matches('%').parse::<f64>().ok();
    number
        .filter(|number| (0.1..=99.9).contains(number))
        .ok_or_else(|| format!("{text:?} is no share; write one from 0.1% to 99.9%"))
}

/// Runs `plugin shadow`.
///
/// # Errors
/// Where the host can't be reached or refuses.
pub(crate) fn shadow(args: &ShadowArgs) -> anyhow::Result<ExitCode> {
    let ShadowArgs {
        name,
        version,
        host,
    } = args;
    let asked = json!({ "version": version });
    host.call(
        "POST",
        &format!("/plugins/{name}/trial"),
        Body::Json(&asked),
    )?;
    println!("{name} {version} is in shadow: it sees everything, and nobody hears it");
    Ok(ExitCode::SUCCESS)
}

/// Runs `plugin canary`.
///
/// # Errors
/// As [`shadow`].
pub(crate) fn canary(args: &CanaryArgs) -> anyhow::Result<ExitCode> {
    let (name, version) = (&args.name, &args.version);
    let asked = json!({ "version": version, "percent": args.share, "force": args.force });
    let path = format!("/plugins/{name}/trial");
    args.host.call("POST", &path, Body::Json(&asked))?;
    println!("{name} {version} answers {}% of the accounts", args.share);
    Ok(ExitCode::SUCCESS)
}

/// Runs `plugin end-trial`.
///
/// # Errors
/// As [`shadow`].
pub(crate) fn end(args: &EndTrialArgs) -> anyhow::Result<ExitCode> {
    let path = format!("/plugins/{}/trial", args.name);
    let answer = args.host.call("DELETE", &path, Body::None)?;
    let trial = trial_of(answer.get("trial"))?;
    print!("{}", told(&trial));
    println!(
        "{} is over; the live version answers everybody",
        trial.version
    );
    Ok(ExitCode::SUCCESS)
}

/// Runs `plugin trial`.
///
/// # Errors
/// As [`shadow`], and where nothing runs beside the live version.
pub(crate) fn show(args: &TrialArgs) -> anyhow::Result<ExitCode> {
    let answer = args.host.call("GET", "/plugins", Body::None)?;
    let plugins = answer.get("plugins").and_then(Value::as_array);
    let mut trials = plugins
        .into_iter()
        .flatten()
        .filter(|plugin| plugin.get("name").and_then(Value::as_str) == Some(&args.name))
        .filter_map(|plugin| plugin.get("trial"));
    let Some(found) = trials.next() else {
        bail!("no version of {} runs beside the live one", args.name);
    };
    if args.json {
        println!("{}", serde_json::to_string_pretty(found)?);
    } else {
        print!("{}", told(&trial_of(Some(found))?));
    }
    Ok(ExitCode::SUCCESS)
}

fn trial_of(value: Option<&Value>) -> anyhow::Result<Trial> {
    let value = value.cloned().unwrap_or_default();
    serde_json::from_value(value).context("the host's answer is no trial")
}

/// In a few words: `shadow since …`, `canary of 5% since …`.
pub(crate) fn briefly(trial: &Trial) -> String {
    match trial.kind {
        TrialKind::Shadow => format!("shadow since {}", trial.since),
        TrialKind::Canary { per_mille } => {
            format!(
                "canary of {}% since {}",
                f64::from(per_mille) / 10.0,
                trial.since
            )
        }
    }
}

fn told(trial: &Trial) -> String {
    let mut text = format!("{} {}: {}\n", trial.plugin, trial.version, briefly(trial));
    for report in trial.shadow.values() {
        text.push_str(&in_words(report));
    }
    if trial.missed > 0 {
        text.push_str(&format!(
            "{} runs came too fast to be tried\n",
            trial.missed
        ));
    }
    if !trial.versions.is_empty() {
        text.push_str(&format!(
            "{:<12} {:>9} {:>8} {:>9} {:>12} {:>8} {:>9}\n",
            "version", "calls", "failed", "replies", "handed over", "blocked", "ms a call"
        ));
    }
    for (version, of) in &trial.versions {
        let mean = of.time_us as f64 / 1_000.0 / of.calls.max(1) as f64;
        text.push_str(&format!(
            "{version:<12} {:>9} {:>8} {:>9} {:>12} {:>8} {mean:>9.2}\n",
            of.calls, of.failed, of.replies, of.handed_over, of.blocked
        ));
    }
    text
}

/// Runs `plugin exam`.
///
/// # Errors
/// As [`shadow`], and where the desk has no exam for the plugin.
pub(crate) fn exam(args: &ExamArgs) -> anyhow::Result<ExitCode> {
    let path = format!("/plugins/{}/exam", args.name);
    let asked = json!({ "version": args.version });
    let answer = args.host.call("POST", &path, Body::Json(&asked))?;
    let exams = answer.get("exams").and_then(Value::as_array);
    let exams = exams.map(Vec::as_slice).unwrap_or_default();
    if exams.is_empty() {
        bail!(
            "the desk has no exam for {}; see [settings.exams] of desk.toml",
            args.name
        );
    }
    if args.json {
        println!("{}", serde_json::to_string_pretty(exams)?);
    }
    let mut passed = true;
    for exam in exams {
        let number = |name: &str| exam.get(name).and_then(Value::as_f64).unwrap_or(0.0);
        let text = |value: &Value, name: &str| {
            value
                .get(name)
                .and_then(Value::as_str)
                .unwrap_or("")
                .to_owned()
        };
        let share = number("passed") * 100.0 / number("cases").max(1.0);
        passed &= share >= number("pass");
        if args.json {
            continue;
        }
        for wrong in exam
            .get("wrong")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            let line = wrong.get("line").and_then(Value::as_u64).unwrap_or(0);
            println!("wrong  line {line}: {}", text(wrong, "case"));
            let differences = wrong.get("differences").and_then(Value::as_array);
            for difference in differences.into_iter().flatten().filter_map(Value::as_str) {
                println!("         {difference}");
            }
        }
        println!(
            "{}: {} of {} cases right ({share:.1} %), the desk wants {} %",
            text(exam, "step"),
            number("passed"),
            number("cases"),
            number("pass")
        );
    }
    Ok(if passed {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
