//! `switchboard replay`: recorded runs once more.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use jiff::Timestamp;

use super::setup;
use super::usage::{Usage, moment, step_and_file};
use crate::engine::{DifferenceGroup, Rehearsal, RehearsalReport, ReplayReport, ReplaySelection};
use crate::model::ConversationId;

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
    budget: Budget,
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

/// How many runs may differ.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Budget {
    Runs(u64),
    Percent(f64),
}

impl Budget {
    fn allows(self, differing: u64, of: u64) -> bool {
        match self {
            Self::Runs(most) => differing <= most,
            Self::Percent(most) => differing as f64 * 100.0 <= most * of as f64,
        }
    }
}

fn budget(text: &str) -> Result<Budget, String> {
    let wrong = || format!("{text:?} is neither a number of runs (10) nor a share of them (1%)");
    let Some(share) = text.strip_suffix('%') else {
        return text.parse().map(Budget::Runs).map_err(|_| wrong());
    };
    match share.trim().parse() {
        Ok(percent) if (0.0..=100.0).contains(&percent) => Ok(Budget::Percent(percent)),
        _ => Err(wrong()),
    }
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

/// A rehearsal for people: the most frequent differences first, each with examples.
fn in_words(report: &RehearsalReport) -> String {
    let mut text = String::new();
    for group in &report.groups {
        let DifferenceGroup {
            kind,
            then,
            now,
            calls,
            examples,
        } = group;
        let change = if then == now {
            format!("{kind}: {then}, otherwise")
        } else {
            format!("{kind}: {then} -> {now}")
        };
        text += &format!("{calls:>6} x {change}\n");
        for example in examples {
            let said = example
                .message
                .as_deref()
                .map(|it| format!("  \u{201c}{}\u{201d}", line(it)));
            text += &format!(
                "         {} {}{}\n",
                example.at,
                example.run,
                said.unwrap_or_default()
            );
            text += &format!("           then: {}\n", lines(&example.then));
            text += &format!("           now:  {}\n", lines(&example.now));
        }
    }
    let RehearsalReport {
        step,
        then,
        now,
        calls,
        differing,
        ..
    } = report;
    let mean = |all: u64| all as f64 / 1000.0 / (*calls).max(1) as f64;
    let then = match then.join(", ") {
        none if none.is_empty() => "nothing".to_owned(),
        versions => versions,
    };
    text += &format!(
        "{step}: {now} in place of {then} on {calls} recorded calls, {differing} differ ({:.1} %)\n",
        report.percent()
    );
    if *calls > 0 {
        text += &format!(
            "A call took {:.2} ms then, {:.2} ms now; the slowest {:.2} ms\n",
            mean(report.then_us),
            mean(report.now_us),
            f64::from(report.slowest_us) / 1000.0
        );
    }
    text
}

fn lines(all: &[String]) -> String {
    if all.is_empty() {
        return "\u{2013}".to_owned();
    }
    let all: Vec<_> = all.iter().map(|text| line(text)).collect();
    all.join(" | ")
}

/// One line of a text, cut where it gets long.
fn line(text: &str) -> String {
    const LONGEST: usize = 160;
    let visible = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    let mut short: String = visible.clone().take(LONGEST).collect();
    if visible.count() > LONGEST {
        short.push('\u{2026}');
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_is_a_number_or_a_share() {
        assert_eq!(budget("10"), Ok(Budget::Runs(10)));
        assert_eq!(budget("0.5%"), Ok(Budget::Percent(0.5)));
        assert!(budget("1%").unwrap().allows(1, 100) && !budget("1%").unwrap().allows(2, 100));
        assert!(budget("0").unwrap().allows(0, 0) && !budget("0").unwrap().allows(1, 9));
        for wrong in ["", "-1", "101%", "x%", "1.5", "NaN%"] {
            assert!(budget(wrong).unwrap_err().contains("share"), "{wrong}");
        }
    }

    #[test]
    fn long_texts_are_cut_and_hide_nothing() {
        assert_eq!(line("a\u{1b}[2Jb\nc"), "a [2Jb c");
        assert_eq!(line(&"好".repeat(200)).chars().count(), 161);
    }
}
