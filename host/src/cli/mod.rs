//! The command line: one file for each command, nothing else knows the terminal.

mod author;
mod case;
mod check;
mod client;
mod dev;
mod doctor;
mod init;
mod keep;
mod memory;
mod people;
mod plugin;
mod progress;
mod rehearsal;
mod replay;
mod report;
mod send;
mod serve;
mod setup;
mod signing;
mod simulate;
mod trial;
mod usage;

use std::io::IsTerminal as _;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tracing_subscriber::EnvFilter;

use crate::store::StoreError;

/// The store can no longer be trusted; start again.
pub(crate) const EXIT_STORE_STOPPED: i32 = 70;
/// Wrong usage.
pub(crate) const EXIT_USAGE: u8 = 2;
/// Another process has the data directory.
pub(crate) const EXIT_IN_USE: u8 = 3;

/// A serverless-style host for customer-support workflows
///
/// One binary runs your desk's workflow as sandboxed plugins and keeps everything in one directory.
#[derive(Debug, Parser)]
#[command(
    name = "switchboard",
    version,
    after_help = "Start here:\n  switchboard serve            # the built-in demo desk\n  \
    switchboard init my-desk     # your own\n\nLog lines go to standard error; RUST_LOG=debug shows more."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Init(init::InitArgs),
    Serve(serve::ServeArgs),
    Check(check::CheckArgs),
    Simulate(simulate::SimulateArgs),
    Send(send::SendArgs),
    Replay(replay::ReplayArgs),
    Report(report::ReportArgs),
    Plugin(plugin::PluginArgs),
    People(people::PeopleArgs),
    Doctor(doctor::DoctorArgs),
    Verify(keep::VerifyArgs),
    Export(keep::ExportArgs),
    Import(keep::ImportArgs),
    Backup(keep::BackupArgs),
    Restore(keep::RestoreArgs),
}

/// Reads the command line and does what it says.
pub fn main() -> ExitCode {
    memory::set_up();
    // Compiling a stranger's bytes has a process of its own, with nothing of the rest.
    if std::env::args_os()
        .nth(1)
        .is_some_and(|command| command == "compile-component")
    {
        return crate::sandbox::compile_child_main();
    }
    crate::crash::arm();
    let cli = Cli::parse();
    log();
    let result = match cli.command {
        Command::Init(args) => init::run(args),
        Command::Check(args) => check::run(args),
        Command::Serve(args) => serve::run(args),
        Command::Simulate(args) => simulate::run(args),
        Command::Send(args) => send::run(args),
        Command::Replay(args) => replay::run(args),
        Command::Report(args) => report::run(args),
        Command::Plugin(args) => plugin::run(args),
        Command::People(args) => people::run(args),
        Command::Doctor(args) => doctor::run(args),
        Command::Verify(args) => keep::verify(args),
        Command::Export(args) => keep::export(args),
        Command::Import(args) => keep::import(args),
        Command::Backup(args) => keep::backup(args),
        Command::Restore(args) => keep::restore(args),
    };
    result.unwrap_or_else(|error| {
        eprintln!("Error: {error:#}");
        exit_code(&error)
    })
}

/// What an error says to whoever reads only exit codes.
fn exit_code(error: &anyhow::Error) -> ExitCode {
    if error.downcast_ref::<usage::Usage>().is_some() {
        return ExitCode::from(EXIT_USAGE);
    }
    if matches!(error.downcast_ref(), Some(StoreError::InUse { .. })) {
        return ExitCode::from(EXIT_IN_USE);
    }
    ExitCode::FAILURE
}

/// Log lines on standard error: for people on a terminal, one JSON object a line elsewhere.
fn log() {
    let filter = EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| EnvFilter::new("info,tantivy=warn,sled=warn"));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    if std::io::stderr().is_terminal() {
        builder.init();
    } else {
        builder.json().init();
    }
}
