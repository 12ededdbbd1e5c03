//! Rehearsals of a new version: `switchboard plugin rehearse`, and how a report is told.

use std::fmt::Write as _;
use std::process::ExitCode;

use anyhow::Context as _;
use serde_json::json;

use super::client::{Body, HostArgs};
use crate::engine::RehearsalReport;
use crate::workflow::DifferenceBudget;

/// Try a version that the host has on what it recorded
///
/// Shows, grouped and by example, what the version would have done in the place of every step that would use it. Nothing is
/// kept and nothing is sent; the host serves on meanwhile. Exit code 0 only where at most --budget calls differ.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  switchboard plugin rehearse triage 0.1.1\n  \
    switchboard plugin rehearse triage 0.1.1 --days 7 --budget 1% --examples 1"
)]
pub(crate) struct RehearseArgs {
    /// The plugin
    name: String,
    /// The version
    version: String,
    /// On the recorded calls of so many days before now
    #[arg(long, value_name = "N", default_value_t = 30)]
    days: u32,
    /// How many examples of each group of differences are shown
    #[arg(long, value_name = "N", default_value_t = 3)]
    examples: u32,
    /// How many calls may differ: a number, or a share of them like 1%
    #[arg(long, value_name = "N", default_value = "0", value_parser = budget)]
    budget: DifferenceBudget,
    /// Print the reports as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    host: HostArgs,
}

/// A budget of the command line.
///
/// # Errors
/// How it is written.
pub(crate) fn budget(text: &str) -> Result<DifferenceBudget, String> {
    text.parse()
}

/// Runs the command.
///
/// # Errors
/// Where the host can't be reached or refuses.
pub(crate) fn run(args: &RehearseArgs) -> anyhow::Result<ExitCode> {
    let RehearseArgs {
        name,
        version,
        days,
        examples,
        ..
    } = args;
    let asked = json!({ "version": version, "days": days, "examples": examples });
    let path = format!("/plugins/{name}/rehearse");
    let mut answer = args.host.call("POST", &path, Body::Json(&asked))?;
    let reports = answer.get_mut("rehearsals").map(serde_json::Value::take);
    let reports = reports.unwrap_or_default();
    let told: Vec<RehearsalReport> =
        serde_json::from_value(reports.clone()).context("the host's answer is no rehearsal")?;
    if args.json {
        println!("{}", serde_json::to_string_pretty(&reports)?);
    } else {
        for report in &told {
            print!("{}", in_words(report));
        }
    }
    let within = |report: &RehearsalReport| args.budget.allows(report.differing, report.calls);
    Ok(if told.iter().all(within) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// A rehearsal for people: the most frequent differences first, each with examples.
pub(crate) fn in_words(report: &RehearsalReport) -> String {
    let mut text = String::new();
    for group in &report.groups {
        let _ = writeln!(text, "{:>6} x {}", group.calls, group.change());
        for example in &group.examples {
            let said = example
                .message
                .as_deref()
                .map(|it| format!("  \u{201c}{}\u{201d}", line(it)));
            let _ = writeln!(
                text,
                "         {} {}{}",
                example.at,
                example.run,
                said.unwrap_or_default()
            );
            let _ = writeln!(text, "           then: {}", lines(&example.then));
            let _ = writeln!(text, "           now:  {}", lines(&example.now));
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
    let _ = writeln!(
        text,
        "{step}: {now} in place of {then} on {calls} recorded calls, {differing} differ ({:.1} %)",
        report.percent()
    );
    if *calls > 0 {
        let _ = writeln!(
            text,
            "A call took {:.2} ms then, {:.2} ms now; the slowest {:.2} ms",
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
    fn long_texts_are_cut_and_hide_nothing() {
        assert_eq!(line("a\u{1b}[2Jb\nc"), "a [2Jb c");
        assert_eq!(line(&"好".repeat(200)).chars().count(), 161);
    }
}
