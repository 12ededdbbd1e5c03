//! `switchboard check`: what is wrong with a desk.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use super::setup;
use crate::engine::PluginsError;
use crate::store::MemoryStore;
use crate::workflow::{DESK_FILE, Desk, DeskFiles, Problem, Step};

/// Find every mistake in a desk directory
///
/// Prints each as file:line: message and exits with 1 if there is any.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  switchboard check my-desk\n  switchboard check my-desk --json"
)]
pub(crate) struct CheckArgs {
    /// The desk directory [default: the built-in demo desk]
    desk: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Runs the command.
///
/// # Errors
/// Where the plugins can't be looked into; what is wrong with the desk is the command's output.
pub(crate) fn run(args: CheckArgs) -> anyhow::Result<ExitCode> {
    let files = DeskFiles::from_argument(args.desk.as_deref());
    let loaded = match Desk::load(&files) {
        Ok(desk) => plugins(desk)?,
        Err(problems) => Err(problems),
    };
    if args.json {
        let problems: &[Problem] = loaded.as_ref().err().map_or(&[], Vec::as_slice);
        let revision = loaded.as_ref().ok().map(|desk| &desk.revision);
        println!(
            "{}",
            serde_json::json!({ "ok": loaded.is_ok(), "revision": revision, "problems": problems })
        );
    } else {
        match &loaded {
            Ok(desk) => println!("{}", summary(desk, &files)),
            Err(problems) => {
                for problem in problems {
                    println!("{problem}");
                }
                eprintln!(
                    "{} problem{} in {files}",
                    problems.len(),
                    if problems.len() == 1 { "" } else { "s" }
                );
            }
        }
    }
    Ok(if loaded.is_ok() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Brings the plugins of a sound desk to life, as serving it would: each must be there and take its configuration.
fn plugins(desk: Desk) -> anyhow::Result<Result<Arc<Desk>, Vec<Problem>>> {
    let desk = Arc::new(desk);
    let sandbox = setup::sandbox(setup::cache_dir(None))?;
    let Err(error) = setup::core(Arc::clone(&desk), Arc::new(MemoryStore::new()), sandbox) else {
        return Ok(Ok(desk));
    };
    let (line, message) = match error.downcast::<PluginsError>()? {
        PluginsError::Config {
            line,
            step,
            path,
            message,
        } => (line, format!("step \"{step}\": {path}: {message}")),
        other => {
            let named = |step: &&Step| matches!(&other, PluginsError::Missing { step: name, .. } if *name == step.name);
            let step = desk.steps.iter().chain(&desk.reviewers).find(named);
            (step.map_or(1, |step| step.config_line), other.to_string())
        }
    };
    Ok(Err(vec![Problem {
        file: DESK_FILE.to_owned(),
        line,
        column: 1,
        message,
    }]))
}

fn summary(desk: &Desk, files: &DeskFiles) -> String {
    format!(
        "{} is in order ({files}): {} steps for {} events, open {} a week, {} departments, {} people, {} articles, {} plugins of its own",
        desk.name,
        desk.steps.len(),
        desk.chains.len(),
        desk.calendar.weekly_total_text(),
        desk.directory.departments().len(),
        desk.directory.people().len(),
        desk.articles.len(),
        desk.plugin_files.len()
    )
}
