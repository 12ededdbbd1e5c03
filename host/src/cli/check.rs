//! `switchboard check`: what is wrong with a desk.

use std::path::PathBuf;
use std::process::ExitCode;

use crate::workflow::{Desk, DeskFiles, Problem};

/// Find every mistake in a desk directory
///
/// Prints each as file:line: message and exits with 1 if there is any.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  switchboard check my-desk\n  switchboard check my-desk --json")]
pub struct CheckArgs {
    /// The desk directory [default: the built-in demo desk]
    desk: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Runs the command.
///
/// # Errors
/// Never: what is wrong with the desk is its output.
pub fn run(args: CheckArgs) -> anyhow::Result<ExitCode> {
    let files = DeskFiles::from_argument(args.desk.as_deref());
    let loaded = Desk::load(&files);
    if args.json {
        let problems: &[Problem] = loaded.as_ref().err().map_or(&[], Vec::as_slice);
        let revision = loaded.as_ref().ok().map(|desk| &desk.revision);
        println!("{}", serde_json::json!({ "ok": loaded.is_ok(), "revision": revision, "problems": problems }));
    } else {
        match &loaded {
            Ok(desk) => println!("{}", summary(desk, &files)),
            Err(problems) => {
                for problem in problems {
                    println!("{problem}");
                }
                eprintln!("{} problem{} in {files}", problems.len(), if problems.len() == 1 { "" } else { "s" });
            }
        }
    }
    Ok(if loaded.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
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
