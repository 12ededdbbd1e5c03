//! `switchboard simulate`: a scenario on standard input, a timeline on standard output.

use std::io::{BufWriter, Read as _, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context as _, bail};

use super::setup;
use crate::engine::IdleNudge;
use crate::engine::simulate::{SimulateError, Simulation, parse};
use crate::report::delivery::FormDelivery;
use crate::store::{MemoryStore, Store};

/// Run a scenario in virtual time
///
/// Reads one JSON object a line from standard input and prints what happens, one JSON object a line. The same input
/// gives the same bytes. Nothing is kept unless --data says where.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  switchboard simulate < examples/day.jsonl\n  \
    echo '{\"at\":\"2026-03-10T09:00:00+08:00\",\"do\":\"message\",\"contact\":\"ana\",\"text\":\"你好\"}' | switchboard simulate"
)]
pub(crate) struct SimulateArgs {
    /// The desk directory [default: the built-in demo desk]
    desk: Option<PathBuf>,
    /// Keep what happens in this new directory
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

/// Runs the command.
///
/// # Errors
/// Where the desk, the scenario or the data directory is no good.
pub(crate) fn run(args: SimulateArgs) -> anyhow::Result<ExitCode> {
    let desk = setup::desk(args.desk.as_deref())?;
    let mut text = String::new();
    std::io::stdin()
        .read_to_string(&mut text)
        .context("the scenario on standard input")?;
    let lines = match parse(&text) {
        Ok(lines) => lines,
        Err(problems) => {
            for problem in &problems {
                eprintln!("<stdin>:{}: {}", problem.line, problem.message);
            }
            return Ok(ExitCode::FAILURE);
        }
    };
    let Some(first) = lines.first() else {
        return Ok(ExitCode::SUCCESS);
    };
    let store: Arc<dyn Store> = match &args.data {
        Some(dir) => {
            if dir
                .read_dir()
                .is_ok_and(|mut entries| entries.next().is_some())
            {
                if let Some(pid) = crate::store::holder_of(dir)? {
                    return Err(crate::store::StoreError::InUse {
                        dir: dir.clone(),
                        pid,
                    }
                    .into());
                }
                bail!(
                    "{} is not empty; name a new directory for --data",
                    dir.display()
                );
            }
            setup::store(dir)?
        }
        None => Arc::new(MemoryStore::new()),
    };
    let sandbox = setup::sandbox(setup::cache_dir(args.data.as_deref()))?;
    let mut simulation = Simulation::new(desk, sandbox, store, first.at)?
        .with_chores(vec![Arc::new(FormDelivery), Arc::new(IdleNudge)]);
    let progress = super::progress::bar("simulating", lines.len());
    let mut out = BufWriter::new(std::io::stdout().lock());
    let mut all_played = true;
    for line in &lines {
        let mut written = Ok(());
        let played = simulation.play(line, |line| {
            if written.is_ok() {
                written = serde_json::to_writer(&mut out, &line)
                    .map_err(Into::into)
                    .and_then(|()| writeln!(out));
            }
        });
        written.context("standard output")?;
        match played {
            Ok(()) => {}
            // What somebody can't do there doesn't end the day of everybody else.
            Err(SimulateError::Line { line, message }) if line > 0 => {
                progress.suspend(|| eprintln!("<stdin>:{line}: {message}"));
                all_played = false;
            }
            Err(problem) => return Err(problem.into()),
        }
        progress.inc(1);
    }
    out.flush().context("standard output")?;
    progress.finish_and_clear();
    Ok(if all_played {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
