//! Recorded messages through another component of each standard step, on all processors, beside reading the same runs
//! and calling nobody.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use anyhow::Context as _;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use switchboard::engine::simulate::{Simulation, parse};
use switchboard::engine::{Rehearsal, ReplaySelection, standard_plugins};
use switchboard::sandbox::{Sandbox, SandboxConfig};
use switchboard::store::SledStore;
use switchboard::workflow::{Desk, DeskFiles};

use crate::load;
use crate::table::{Table, median, round};

/// Messages on record.
const MESSAGES: u32 = 5_000;
/// How often each rehearsal has its turn.
const ROUNDS: usize = 5;
/// No step's name.
const NOBODY: &str = "nobody";
/// A step, and the plugin that takes its place and does everything otherwise.
const OTHERWISE: [&str; 2] = ["triage", "greeting"];
/// Examples of each group of differences, as the command line has it.
const EXAMPLES: usize = 3;

/// Measures and prints.
pub(crate) fn measure(folder: &Path) -> anyhow::Result<()> {
    let sandbox = Arc::new(Sandbox::new(SandboxConfig::in_process())?);
    let lines = parse(&scenario()?).map_err(|problems| anyhow::anyhow!("{problems:?}"))?;
    let begin = lines.first().context("there are messages")?.at;
    let desk = Desk::load(&DeskFiles::Embedded);
    let desk = Arc::new(desk.map_err(|problems| anyhow::anyhow!("{problems:?}"))?);
    let store = Arc::new(SledStore::open(folder.join("rehearsals"))?);
    let mut simulation = Simulation::new(desk, Arc::clone(&sandbox), store, begin)?;
    for line in &lines {
        simulation.play(line, |_| ())?;
    }

    let mut rehearsals = Vec::new();
    for (name, bytes) in standard_plugins() {
        let plugin = sandbox.activate(bytes)?;
        rehearsals.push((name, plugin, Vec::new()));
    }
    let any = rehearsals.first().context("there are plugins")?;
    rehearsals.push((NOBODY, Arc::clone(&any.1), Vec::new()));
    let [step, instead] = OTHERWISE;
    let other = rehearsals.iter().find(|(name, ..)| *name == instead);
    let other = Arc::clone(&other.context("there is such a plugin")?.1);
    rehearsals.push((step, other, Vec::new()));
    for _ in 0..ROUNDS {
        for (name, plugin, per_minute) in &mut rehearsals {
            let rehearsal = Rehearsal {
                selection: ReplaySelection::default(),
                step: (*name).to_owned(),
                plugin: Arc::clone(plugin),
                examples: EXAMPLES,
                threads: None,
            };
            let began = Instant::now();
            let report = simulation.core().rehearse(&rehearsal, |_| ())?;
            let is_itself = plugin.manifest().name == *name || *name == NOBODY;
            anyhow::ensure!(
                (report.differing == 0) == is_itself,
                "{name} differs in {} calls",
                report.differing
            );
            anyhow::ensure!(*name == NOBODY || report.calls > 0, "{name} has no calls");
            per_minute.push(f64::from(MESSAGES) * 60.0 / began.elapsed().as_secs_f64());
        }
    }
    let figures: Vec<(String, f64)> = rehearsals
        .into_iter()
        .map(|(name, plugin, per_minute)| {
            let is_other = name != NOBODY && plugin.manifest().name != name;
            let name = match is_other {
                true => format!("{name}, by {instead}: all differ"),
                false => name.to_owned(),
            };
            (name, round(median(per_minute)))
        })
        .collect();
    let floor = figures.iter().find(|(name, _)| name == NOBODY);
    let floor = floor.map_or(f64::NAN, |(_, floor)| *floor);
    let mut table = Table::new(
        "Rehearsals on all processors, recorded messages a minute",
        &["the step that is tried", "a minute", "÷ only read"],
    );
    for (name, per_minute) in &figures {
        let name = match name.as_str() {
            NOBODY => "none: the runs are only read",
            step => step,
        };
        let share = per_minute / floor;
        table.row([
            name.to_owned(),
            format!("{per_minute:.0}"),
            format!("{share:.2}"),
        ]);
    }
    let json = figures.iter();
    let json = json.map(|(name, figure)| json!({ "step": name, "messages_a_minute": figure }));
    table.print("rehearsals", &json!(json.collect::<Vec<_>>()));
    Ok(())
}

/// Each contact writes five messages, then another one comes; a message every two seconds.
fn scenario() -> anyhow::Result<String> {
    let mut at: Timestamp = "2026-03-10T08:30:00+08:00".parse()?;
    let mut text = String::new();
    for number in 0..MESSAGES {
        let line = json!({
            "at": at.to_string(),
            "do": "message",
            "contact": format!("contact-{}", number / 5),
            "text": load::text(number.into()),
        });
        text.push_str(&line.to_string());
        text.push('\n');
        at = at.checked_add(SignedDuration::from_secs(2))?;
    }
    Ok(text)
}
