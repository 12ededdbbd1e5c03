//! `switchboard replay`: recorded runs once more.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use jiff::Timestamp;

use super::rehearsal::{budget, in_words};
use super::setup;
use super::usage::{Usage, moment, step_and_file};
use crate::engine::{Rehearsal, ReplayReport, ReplaySelection};
use crate::model::ConversationId;
use crate::workflow::DifferenceBudget;

/// Repeat recorded runs and compare
///
/// Every run keeps what it was told, so it can be repeated byte for byte. With a new component for a step it shows,
/// grouped and by example, what would have been different, and what it would have cost. Exit code 0 only where at most
/// --budget runs differ.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  switchboard replay --data switchboard-data\n  \
    switchboard replay --data switchboard-data --conversation con_0123…\n  \
    switchboard replay --data switchboard-data --from 2026-03-01T00:00:00+08:00 --with triage=my-triage.wasm --budget 1%"
)]
pub(crate) struct ReplayArgs {
    /// The desk directory [default: the built-in demo desk]
    desk: Option<PathBuf>,
    /// The data directory [default: switchboard-data beside the desk]; no host may have it open
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Only runs at or after this time (RFC 3339)
    #[arg(long, value_name = "T", value_parser = moment)]
    from: Option<Timestamp>,
    /// Only runs before this time (RFC 3339)
    #[arg(long, value_name = "T", value_parser = moment)]
    to: Option<Timestamp>,
    /// Only runs of this conversation
    #[arg(long, value_name = "ID")]
    conversation: Option<String>,
    /// A component to try in place of the recorded one of a step or reviewer
    #[arg(long, value_name = "STEP=FILE", value_parser = step_and_file)]
    with: Option<(String, PathBuf)>,
    /// How many runs may differ: a number, or a share of them like 1%
    #[arg(long, value_name = "N", default_value = "0", value_parser = budget)]
    budget: DifferenceBudget,
    /// How many examples of each group of differences are shown (with --with)
    #[arg(long, value_name = "N", default_value_t = 3)]
    examples: usize,
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
}

/// Runs the command.
///
/// # Errors
/// Where the data directory can't be opened or a component is no good.
pub(crate) fn run(args: ReplayArgs) -> anyhow::Result<ExitCode> {
    let desk = setup::desk(args.desk.as_deref())?;
    let dir = setup::data_dir(args.data, args.desk.as_deref());
    if !dir.is_dir() {
        let message = format!(
            "{} is not there; give the data directory with --data",
            dir.display()
        );
        return Err(Usage(message).into());
    }
    // Before anything is opened: a wrong name shows at once.
    let component = args.with.as_ref().map(|(step, file)| {
        let steps = desk.steps.iter().map(|step| step.name.as_str());
        let reviewers = desk.reviewers.iter().map(|it| it.name.as_str());
        let names: Vec<_> = steps.chain(reviewers).collect();
        if !names.contains(&step.as_str()) {
            let message = format!(
                "--with: the desk has no step {step:?}; it has {}",
                names.join(", ")
            );
            return Err(anyhow::Error::from(Usage(message)));
        }
        std::fs::read(file)
            .map_err(|error| Usage(format!("--with: {}: {error}", file.display())).into())
    });
    let component = component.transpose()?;
    let store = setup::store(&dir)?;
    let sandbox = setup::sandbox(setup::cache_dir(Some(&dir)))?;
    let selection = ReplaySelection {
        from: args.from,
        to: args.to,
        conversation: args.conversation.map(ConversationId::new),
    };
    let (differing, of) = match (args.with, component) {
        (Some((step, file)), Some(bytes)) => {
            let plugin = sandbox
                .activate(&bytes)
                .with_context(|| file.display().to_string())?;
            let rehearsal = Rehearsal {
                selection,
                step,
                plugin,
                examples: args.examples,
                threads: None,
            };
            let core = setup::core(desk, store, sandbox)?;
            let progress = super::progress::counter("rehearsing runs");
            let report = core.rehearse(&rehearsal, |done| progress.set_position(done))?;
            progress.finish_and_clear();
            if args.json {
                println!("{}", serde_json::to_string_pretty(&report)?);
            } else {
                print!("{}", in_words(&report));
            }
            (report.differing, report.calls)
        }
        _ => {
            let core = setup::core(desk, store, sandbox)?;
            let progress = super::progress::counter("repeating runs");
            let report = core.replay(&selection, |done| progress.set_position(done))?;
            progress.finish_and_clear();
            if args.json {
                println!("{}", serde_json::to_string_pretty(&report)?);
            } else {
                print_repeated(&report);
            }
            (report.differences.len() as u64, report.runs)
        }
    };
    Ok(if args.budget.allows(differing, of) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn print_repeated(report: &ReplayReport) {
    for difference in &report.differences {
        println!("{} {} {}", difference.run, difference.at, difference.step);
        println!("  then: {}", difference.before);
        println!("  now:  {}", difference.after);
    }
    println!(
        "{} runs, {} plugin calls repeated, {} differences{}",
        report.runs,
        report.calls,
        report.differences.len(),
        match report.carried_over {
            0 => String::new(),
            carried => format!(" ({carried} failures of the machine carried over)"),
        }
    );
}
