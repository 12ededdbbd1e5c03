//! A server as a child process: its address, and what it uses.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};

/// Ticks of a second in `/proc/PID/stat`; Linux shows this number on every machine.
const TICKS: f64 = 100.0;

/// A running server; killed when dropped.
pub(crate) struct Server {
    child: Child,
    /// Held, not read: a server that says more would find nobody who listens.
    _output: BufReader<ChildStdout>,
    /// Where it serves.
    pub(crate) address: SocketAddr,
    /// When it was started.
    pub(crate) began: Instant,
    /// How long it took until it served.
    pub(crate) serving: Duration,
}

impl Server {
    /// Switchboard with the demo desk on a data directory, and a cache of its own beside that.
    pub(crate) fn switchboard(data: &Path) -> anyhow::Result<Self> {
        let cache = data.with_extension("cache");
        let data = data
            .to_str()
            .context("the data directory has an odd name")?;
        let serve = ["serve", "--listen", "127.0.0.1:0", "--data", data];
        Self::run(
            Command::new(std::env::current_exe()?)
                .args(serve)
                .env("XDG_CACHE_HOME", cache),
        )
    }

    /// This program with other arguments; returns when it has said where it serves.
    pub(crate) fn start(arguments: &[&str]) -> anyhow::Result<Self> {
        Self::run(Command::new(std::env::current_exe()?).args(arguments))
    }

    fn run(command: &mut Command) -> anyhow::Result<Self> {
        let began = Instant::now();
        let mut child = command
            .env("RUST_LOG", "warn")
            .env_remove("SWITCHBOARD_TOKEN")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut output = BufReader::new(child.stdout.take().context("the server has no output")?);
        let mut line = String::new();
        while output.read_line(&mut line)? > 0 {
            if let Some(address) = address_in(&line) {
                return Ok(Self {
                    child,
                    _output: output,
                    address,
                    began,
                    serving: began.elapsed(),
                });
            }
            line.clear();
        }
        let status = child.wait()?;
        bail!("a server ended before it served: {status}")
    }

    /// Processor time used so far, by all its threads, in the kernel and outside.
    pub(crate) fn processor_time(&self) -> anyhow::Result<Duration> {
        let path = format!("/proc/{}/stat", self.child.id());
        let stat = std::fs::read_to_string(&path).context(path)?;
        // The program's name, in brackets, may hold blanks.
        let (_, fields) = stat.rsplit_once(')').context("stat has another form")?;
        let ticks = fields
            .split_whitespace()
            .skip(11)
            .take(2)
            .map(str::parse::<f64>);
        let ticks = ticks
            .sum::<Result<f64, _>>()
            .context("stat has another form")?;
        Ok(Duration::from_secs_f64(ticks / TICKS))
    }

    /// Resident memory in MiB: now and at most.
    pub(crate) fn memory(&self) -> anyhow::Result<(f64, f64)> {
        let path = format!("/proc/{}/status", self.child.id());
        let status = std::fs::read_to_string(&path).context(path)?;
        let mib = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            let kib =
                line.and_then(|rest| rest.trim().strip_suffix("kB")?.trim().parse::<f64>().ok());
            kib.map(|kib| kib / 1024.0)
                .with_context(|| format!("status has no {name}"))
        };
        Ok((mib("VmRSS:")?, mib("VmHWM:")?))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The address in a line such as `  API   http://127.0.0.1:4711/api/v1`. Once it is said, connections are taken.
fn address_in(line: &str) -> Option<SocketAddr> {
    let (_, rest) = line.split_once("http://")?;
    rest.split('/').next()?.parse().ok()
}
