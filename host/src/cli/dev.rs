//! `switchboard plugin dev`: on each save, build, try, push and make live.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant, SystemTime};

use anyhow::Context as _;

use super::client::{Body, HostArgs};
use super::{author as commands, plugin};
use crate::author::{self, Project};

/// How often files are looked at.
const POLL: Duration = Duration::from_millis(300);

/// Build a project and put it into a running host on each save
///
/// Looks at the project's files three times a second. Where one was changed, the component is built, its cases run, and
/// it goes live in the host at once, in place of what was pushed under the same version; runs under way end with what
/// they began with. Ctrl-C ends it; what is live stays.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  switchboard serve my-desk &\n  switchboard plugin dev refund-policy\n\nA step of the desk \
    must name the plugin. For trying things out: raise the version before others use it."
)]
pub(crate) struct DevArgs {
    /// The project
    #[arg(default_value = ".")]
    dir: PathBuf,
    /// Build, push and make live once, then end
    #[arg(long)]
    once: bool,
    #[command(flatten)]
    host: HostArgs,
}

/// Runs `plugin dev`.
///
/// # Errors
/// Where there is no project, or with `--once` whatever goes wrong.
pub(crate) fn dev(args: &DevArgs) -> anyhow::Result<ExitCode> {
    let mut seen: Option<SystemTime> = None;
    let mut project = Project::read(&args.dir)?;
    loop {
        let changed = project.last_change();
        if changed != seen {
            seen = changed;
            // Read anew each time: the name may be what was changed.
            let swapped = Project::read(&args.dir).map_err(anyhow::Error::from);
            let swapped = swapped.and_then(|read| {
                project = read;
                swap(&project, &args.host)
            });
            match swapped {
                Ok(()) if args.once => return Ok(ExitCode::SUCCESS),
                Ok(()) => {}
                Err(error) if args.once => return Err(error),
                Err(error) => eprintln!("Error: {error:#}"),
            }
            eprintln!(
                "waiting for a change in {} (Ctrl-C ends)",
                args.dir.display()
            );
        }
        std::thread::sleep(POLL);
    }
}

/// From the source to a live version; says how long each part took.
fn swap(project: &Project, host: &HostArgs) -> anyhow::Result<()> {
    let began = Instant::now();
    let component = author::build(project)?;
    let built = began.elapsed();
    let plugin = commands::plugin(project, &component)?;
    let failed = commands::failing_cases(project, &plugin)?;
    let manifest = plugin.manifest();
    let (name, version) = (&manifest.name, &manifest.version);
    let bytes = std::fs::read(&component).with_context(|| component.display().to_string())?;
    host.call(
        "PUT",
        &format!("/plugins/{name}/{version}?replace=true"),
        Body::Bytes(&bytes),
    )?;
    plugin::activated(host, name, version, false)?;
    println!(
        "built in {:.1} s, live after {:.1} s{}",
        built.as_secs_f64(),
        began.elapsed().as_secs_f64(),
        match failed {
            0 => String::new(),
            failed => format!("; {failed} cases fail, see `switchboard plugin test`"),
        }
    );
    Ok(())
}
