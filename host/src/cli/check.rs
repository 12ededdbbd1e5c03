//! `switchboard check`: what is wrong with a desk.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use super::setup;
use crate::author::cases::read_text;
use crate::egress::{Ask, SecretText, Secrets};
use crate::engine::{PluginsError, RefusedWish};
use crate::store::MemoryStore;
use crate::workflow::{DESK_FILE, Desk, DeskFiles, Problem, Step};

/// Find every mistake in a desk directory
///
/// Prints each as file:line: message and exits with 1 if there is any. Warnings are printed, too, but are no mistake.
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
    let (loaded, warnings) = match Desk::load(&files) {
        Ok(desk) => plugins(desk)?,
        Err(problems) => (Err(problems), Vec::new()),
    };
    if args.json {
        let problems: &[Problem] = loaded.as_ref().err().map_or(&[], Vec::as_slice);
        let revision = loaded.as_ref().ok().map(|desk| &desk.revision);
        println!(
            "{}",
            serde_json::json!({
                "ok": loaded.is_ok(), "revision": revision, "problems": problems, "warnings": warnings
            })
        );
    } else {
        for warning in &warnings {
            println!("{warning}");
        }
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
/// Gives the desk or its problems, and its warnings.
fn plugins(desk: Desk) -> anyhow::Result<(Result<Arc<Desk>, Vec<Problem>>, Vec<Problem>)> {
    let desk = Arc::new(desk);
    let sandbox = setup::sandbox(setup::cache_dir(None))?;
    let core = setup::core(Arc::clone(&desk), Arc::new(MemoryStore::new()), sandbox);
    let error = match core {
        Ok(core) => {
            let wrong = wrong_exams(&desk);
            if !wrong.is_empty() {
                return Ok((Err(wrong), Vec::new()));
            }
            let wishes = core.refused_wishes();
            let warnings = wishes
                .iter()
                .map(warning)
                .chain(missing_secrets(&desk))
                .collect();
            return Ok((Ok(desk), warnings));
        }
        Err(error) => error,
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
    let problem = Problem {
        file: DESK_FILE.to_owned(),
        line,
        column: 1,
        message,
    };
    Ok((Err(vec![problem]), Vec::new()))
}

/// Cases of the desk's exams that make no sense.
fn wrong_exams(desk: &Desk) -> Vec<Problem> {
    let read = |(file, text): (&String, &Arc<str>)| {
        read_text(Path::new(file), text).err().unwrap_or_default()
    };
    let problems = desk.exams.iter().flat_map(read);
    problems
        .map(|problem| Problem {
            file: problem.file.display().to_string(),
            line: problem.line,
            column: 1,
            message: problem.message,
        })
        .collect()
}

/// Secrets that the desk names and this machine doesn't have. It may not be the machine that serves.
pub(super) fn missing_secrets(desk: &Desk) -> Vec<Problem> {
    let of_steps = desk.steps.iter().flat_map(|step| {
        let rules = step.http.iter();
        rules.map(move |rule| (format!("step {:?}", step.name), step.config_line, rule))
    });
    let of_model = desk.model.iter();
    let of_model = of_model.map(|model| ("[model]".to_owned(), 1, &model.rule));
    let mut warnings: Vec<Problem> = Vec::new();
    for (whose, line, rule) in of_steps.chain(of_model) {
        for name in rule.secrets.values().flat_map(SecretText::names) {
            if let Err(why) = Secrets::look(name) {
                warnings.push(Problem {
                    file: DESK_FILE.to_owned(),
                    line,
                    column: 1,
                    message: format!("warning: {whose}: {why}"),
                });
            }
        }
    }
    warnings.dedup();
    warnings
}

/// A plugin asks for something that its step isn't granted. That may be meant: it is refused then, nothing worse.
fn warning(wish: &RefusedWish) -> Problem {
    let RefusedWish {
        step,
        plugin,
        missing,
        line,
        grants,
    } = wish;
    let list = |names: &[String]| {
        let quoted: Vec<_> = names.iter().map(|name| format!("{name:?}")).collect();
        quoted.join(", ")
    };
    let asks_http = |name: &&String| Ask::parse(name).is_some();
    let mut wanted = Vec::new();
    if missing.iter().any(|name| !asks_http(&name)) {
        wanted.push(format!("write: grants = [{}]", list(grants)));
    }
    if missing.iter().any(|name| asks_http(&name)) {
        wanted.push(
            "add below the step: [[step.http]] with origin = \"https://…\" and methods = [\"GET\"]"
                .to_owned(),
        );
    }
    Problem {
        file: DESK_FILE.to_owned(),
        line: *line,
        column: 1,
        message: format!(
            "warning: step {step:?}: {plugin} asks for {}, which the step isn't granted; unless that is meant, {}",
            list(missing),
            wanted.join(", and ")
        ),
    }
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
