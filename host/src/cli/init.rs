//! `switchboard init`: a desk to start from.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::builder::PossibleValue;
use clap::builder::PossibleValuesParser;

use crate::workflow::{TEMPLATES, write_template};

/// Write a desk directory to start from
///
/// The directory is made if it isn't there. One that isn't empty is left alone.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  switchboard init my-desk\n  switchboard init my-desk --template demo\n\n\
    Then:\n  switchboard check my-desk\n  switchboard serve my-desk"
)]
pub(crate) struct InitArgs {
    /// The directory to write
    dir: PathBuf,
    /// What to start from
    #[arg(long, value_name = "NAME", default_value = "minimal", value_parser = templates())]
    template: String,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

fn templates() -> PossibleValuesParser {
    TEMPLATES
        .iter()
        .map(|template| PossibleValue::new(template.name).help(template.summary))
        .collect::<Vec<_>>()
        .into()
}

/// Runs the command.
///
/// # Errors
/// Where the directory isn't empty or can't be written.
pub(crate) fn run(args: InitArgs) -> anyhow::Result<ExitCode> {
    let written = write_template(&args.dir, &args.template)?;
    let dir = args.dir.display();
    if args.json {
        println!(
            "{}",
            serde_json::json!({ "directory": args.dir, "template": args.template, "files": written })
        );
    } else {
        println!(
            "{} files written to {dir}. Edit {dir}/desk.toml, then:",
            written.len()
        );
        println!("  switchboard check {dir}");
        println!("  switchboard serve {dir}");
    }
    Ok(ExitCode::SUCCESS)
}
