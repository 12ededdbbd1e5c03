//! `switchboard serve` as a process that can be killed.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

/// The first start compiles the plugins, perhaps on a busy machine.
const FIRST_START: Duration = Duration::from_secs(180);

/// A host on a data directory. Dropping it kills it.
pub(crate) struct HostProcess {
    child: Child,
    log: PathBuf,
    began: Instant,
    address: Receiver<SocketAddr>,
}

/// The command line of the program, its log going to `host.log` beside the data.
pub(crate) fn program(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_switchboard"));
    command
        .env("RUST_LOG", "warn")
        .env_remove("SWITCHBOARD_TOKEN")
        .stdin(Stdio::null())
        .stderr(log(data));
    command
}

fn log(data: &Path) -> File {
    let path = data.with_extension("log");
    OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)
        .unwrap()
}

/// Repeats every run of a data directory that no host has open: none may differ. The report.
pub(crate) fn replay(data: &Path, desk: Option<&Path>) -> Value {
    let mut command = program(data);
    command.arg("replay").args(desk);
    let output = command.args(["--json", "--data"]).arg(data).output();
    let output = output.unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["differences"], Value::Array(Vec::new()));
    assert!(output.status.success());
    report
}

impl HostProcess {
    /// Starts the built-in demo desk; returns at once.
    pub(crate) fn start(data: &Path) -> Self {
        let mut command = program(data);
        command.arg("serve");
        Self::serve(command, data)
    }

    /// Starts whatever the command line says so far; returns at once.
    pub(crate) fn serve(mut command: Command, data: &Path) -> Self {
        command
            .args(["--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .stdout(Stdio::piped());
        let began = Instant::now();
        let mut child = command.spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let (sender, address) = channel();
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                if let Some(address) = address_in(&line) {
                    let _ = sender.send(address);
                }
            }
        });
        Self {
            child,
            log: data.with_extension("log"),
            began,
            address,
        }
    }

    /// Waits until it serves; its address and how long the start took.
    pub(crate) fn ready(&self) -> (SocketAddr, Duration) {
        self.ready_within(FIRST_START).expect("the host serves")
    }

    /// The same, for as long as somebody is willing to wait.
    pub(crate) fn ready_within(&self, patience: Duration) -> Option<(SocketAddr, Duration)> {
        match self.address.recv_timeout(patience) {
            Ok(address) => Some((address, self.began.elapsed())),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => {
                let log = std::fs::read_to_string(&self.log).unwrap_or_default();
                let last: Vec<&str> = log.lines().rev().take(5).collect();
                panic!(
                    "the host ended before it served; the last lines of its log, newest first: {last:#?}"
                )
            }
        }
    }

    /// Waits until it serves or has ended; its address where it serves.
    pub(crate) fn serves(&self) -> Option<SocketAddr> {
        match self.address.recv_timeout(FIRST_START) {
            Ok(address) => Some(address),
            Err(RecvTimeoutError::Disconnected) => None,
            Err(RecvTimeoutError::Timeout) => panic!("the host neither serves nor ends"),
        }
    }

    /// Waits until it ends by itself; how it did, if it does in time.
    pub(crate) fn ended_within(&mut self, patience: Duration) -> Option<ExitStatus> {
        let asked = Instant::now();
        while asked.elapsed() < patience {
            if let Some(status) = self.child.try_wait().unwrap() {
                return Some(status);
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        None
    }

    /// Its process id.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Ends it as a power cut would: SIGKILL, in the middle of whatever it does.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to stop (SIGTERM); how it ended and how long that took.
    pub(crate) fn terminate(mut self, patience: Duration) -> (ExitStatus, Duration) {
        let asked = Instant::now();
        kill_process(Pid::from_child(&self.child), Signal::TERM).unwrap();
        let status = self.ended_within(patience);
        let status = status.unwrap_or_else(|| panic!("the host did not stop within {patience:?}"));
        (status, asked.elapsed())
    }
}

impl Drop for HostProcess {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn address_in(line: &str) -> Option<SocketAddr> {
    let (_, rest) = line.split_once("http://")?;
    let (address, path) = rest.split_once('/')?;
    path.starts_with("api/v1")
        .then(|| address.parse().ok())
        .flatten()
}
