//! `switchboard doctor`: what is wrong with this machine, data directory or desk, and how to mend it.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde::Serialize;

use super::setup;
use crate::engine::standard_plugins;
use crate::sandbox::engine::pagemap_scan_is_safe;
use crate::store::{SledOptions, SledStore, StoreError};
use crate::workflow::{Desk, DeskFiles};

/// Find what is wrong with this machine, data directory or desk
///
/// Prints one line for each thing looked at, with the command that mends it, and exits with 1 if anything is broken.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  switchboard doctor\n  switchboard doctor my-desk --data /var/lib/switchboard --json"
)]
pub(crate) struct DoctorArgs {
    /// The desk directory [default: the built-in demo desk]
    desk: Option<PathBuf>,
    /// The data directory [default: switchboard-data beside the desk]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The address that the host is to serve on
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Print as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum State {
    Fine,
    Worth,
    Broken,
}

#[derive(Serialize)]
struct Finding {
    what: &'static str,
    state: State,
    detail: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    mend: Option<String>,
}

fn fine(what: &'static str, detail: impl Into<String>) -> Finding {
    Finding {
        what,
        state: State::Fine,
        detail: detail.into(),
        mend: None,
    }
}

fn finding(
    what: &'static str,
    state: State,
    detail: impl Into<String>,
    mend: impl Into<String>,
) -> Finding {
    Finding {
        what,
        state,
        detail: detail.into(),
        mend: Some(mend.into()),
    }
}

/// Runs the command.
///
/// # Errors
/// Where the findings can't be printed.
pub(crate) fn run(args: DoctorArgs) -> anyhow::Result<ExitCode> {
    let dir = setup::data_dir(args.data, args.desk.as_deref());
    let mut findings = vec![desk(args.desk.as_deref()), swap(), plugins(&dir)];
    findings.extend(data(&dir));
    findings.push(address(args.listen));
    if args.json {
        println!("{}", serde_json::to_string_pretty(&findings)?);
    } else {
        for found in &findings {
            let mark = match found.state {
                State::Fine => "ok    ",
                State::Worth => "note  ",
                State::Broken => "BROKEN",
            };
            println!("{mark} {}: {}", found.what, found.detail);
            if let Some(mend) = &found.mend {
                println!("       → {mend}");
            }
        }
    }
    let broken = findings.iter().any(|found| found.state == State::Broken);
    Ok(if broken {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

fn desk(path: Option<&Path>) -> Finding {
    let name = path.map_or("the built-in demo desk".to_owned(), |path| {
        path.display().to_string()
    });
    match Desk::load(&DeskFiles::from_argument(path)) {
        Err(problems) => {
            let argument = path
                .map(|path| format!(" {}", path.display()))
                .unwrap_or_default();
            finding(
                "desk",
                State::Broken,
                format!("{name} has {} problem(s)", problems.len()),
                format!("switchboard check{argument}"),
            )
        }
        Ok(desk) => match calendar_ends(&desk) {
            Some(detail) => finding(
                "desk",
                State::Worth,
                detail,
                "update switchboard, or list the holidays in hours.toml",
            ),
            None => match super::check::missing_secrets(&desk).into_iter().next() {
                Some(missing) => finding(
                    "desk",
                    State::Worth,
                    missing.message.trim_start_matches("warning: ").to_owned(),
                    "start the host with that variable or file; the desk's requests fail without it",
                ),
                None => fine("desk", format!("{name}: {}", desk.name)),
            },
        },
    }
}

/// An official calendar that ends within this year says nothing of the next.
fn calendar_ends(desk: &Desk) -> Option<String> {
    let official = desk.calendar.official()?;
    let last = *official.years().end();
    let year = jiff::Timestamp::now()
        .to_zoned(desk.time_zone.clone())
        .year();
    (year >= last).then(|| {
        format!("the official calendar that the desk follows is known up to the end of {last}")
    })
}

fn swap() -> Finding {
    if pagemap_scan_is_safe() {
        fine("memory", "plugin instances are reset the fast way")
    } else {
        finding(
            "memory",
            State::Worth,
            "plugin instances are reset the slow way: swap is on, or the kernel is older than 6.7",
            "sudo swapoff -a (and leave it off in /etc/fstab), or a newer kernel",
        )
    }
}

fn plugins(dir: &Path) -> Finding {
    let sandbox = match setup::sandbox(setup::cache_dir(dir.is_dir().then_some(dir))) {
        Ok(sandbox) => sandbox,
        Err(error) => {
            return finding(
                "sandbox",
                State::Broken,
                format!("{error:#}"),
                "run on x86-64 or aarch64 Linux",
            );
        }
    };
    let mut names = Vec::new();
    for (name, bytes) in standard_plugins() {
        if let Err(error) = sandbox.activate(bytes) {
            return finding(
                "plugins",
                State::Broken,
                format!("{name}: {error}"),
                "install switchboard again",
            );
        }
        names.push(name);
    }
    fine(
        "plugins",
        format!("compiled and ready: {}", names.join(", ")),
    )
}

fn data(dir: &Path) -> Vec<Finding> {
    if !dir.exists() {
        return vec![fine(
            "data",
            format!("{} will be made at the first start", dir.display()),
        )];
    }
    let options = SledOptions::default();
    let mut findings = Vec::new();
    match SledStore::open_with(dir, options) {
        Err(error @ StoreError::InUse { .. }) => {
            findings.push(fine(
                "data",
                format!("{error}; that is right while a host runs"),
            ));
        }
        Err(error) => findings.push(finding(
            "data",
            State::Broken,
            error.to_string(),
            format!("keep a copy: cp -a {0} {0}.broken", dir.display()),
        )),
        Ok(store) => match store.verify() {
            Ok(verified) if verified.is_sound() => {
                findings.push(fine(
                    "data",
                    format!("{}: {} rows, all sound", dir.display(), verified.rows),
                ));
            }
            Ok(verified) => findings.push(finding(
                "data",
                State::Broken,
                format!(
                    "{} damaged rows: {}",
                    verified.damaged_rows,
                    verified.damaged.join(", ")
                ),
                format!("keep a copy: cp -a {0} {0}.broken", dir.display()),
            )),
            Err(error) => findings.push(finding(
                "data",
                State::Broken,
                error.to_string(),
                format!("keep a copy: cp -a {0} {0}.broken", dir.display()),
            )),
        },
    }
    findings
}

fn address(listen: SocketAddr) -> Finding {
    match TcpListener::bind(listen) {
        Ok(_) => fine("address", format!("{listen} is free")),
        Err(error) => finding(
            "address",
            State::Worth,
            format!("{listen}: {error}"),
            "if that isn't the host itself: switchboard serve --listen 127.0.0.1:0",
        ),
    }
}
