//! `cargo xtask dist`: the binary that is handed to others.
//!
//! It is built twice. The first one counts which of its code messages go through, while the recorded day
//! (`examples/day.jsonl`) is written to it over and over by several clients at once; the second is optimised for what
//! was counted. That takes a tool of LLVM's, of the version that rustc has, and what jemalloc is built with.

use crate::plugins::target_directory;
use crate::toolchain::{Version, output};
use anyhow::{Context, Result, bail, ensure};
use std::ffi::OsString;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

/// How many clients write at once, and for how long.
const CLIENTS: usize = 32;
const WRITING: Duration = Duration::from_secs(40);
/// How long the counting host may take to start, for it compiles the standard plugins, and to answer.
const PATIENCE: Duration = Duration::from_secs(180);

/// Builds it; returns where it is.
pub(crate) fn run(root: &Path) -> Result<PathBuf> {
    let rustc = Version::of(Path::new("rustc"))?;
    let profdata = profdata(&rustc)?;
    let target = target_directory(root)?;
    let folder = target.join("dist-counting");
    let counts = folder.join("counts");
    if counts.exists() {
        std::fs::remove_dir_all(&counts)?;
    }
    // cargo knows a file by its name only: what is counted anew has one of its own.
    let now = SystemTime::UNIX_EPOCH.elapsed()?.as_secs();
    let merged = counts.join(format!("{now}.profdata"));

    println!("1 of 3: building a host that counts");
    let flag = flag("-Cprofile-generate=", &counts);
    // Only what is counted in matters, not how fast: without link-time optimisation it is built in half the time.
    let counting = build(
        root,
        &rustc,
        &folder,
        flag,
        &[("CARGO_PROFILE_DIST_LTO", "false")],
    )?;

    println!("2 of 3: a day of messages, over and over");
    let answered = write_to(&counting, root)?;
    println!("        {answered} messages answered");
    let mut merge = Command::new(profdata);
    output(merge.arg("merge").arg("-o").args([&merged, &counts]))?;

    println!("3 of 3: building the host");
    let built = build(
        root,
        &rustc,
        &target,
        self::flag("-Cprofile-use=", &merged),
        &[],
    )?;
    let place = target.join("dist/switchboard");
    std::fs::create_dir_all(target.join("dist"))?;
    std::fs::copy(&built, &place).with_context(|| format!("can't write {}", place.display()))?;
    Ok(place)
}

fn flag(name: &str, path: &Path) -> OsString {
    let mut flag = OsString::from(name);
    flag.push(path);
    flag
}

/// Builds the host with one more flag for all its code, but none for what is only run while it is built.
fn build(
    root: &Path,
    rustc: &Version,
    target: &Path,
    flag: OsString,
    variables: &[(&str, &str)],
) -> Result<PathBuf> {
    // One variable hides the other.
    let spaced = || {
        Some(
            std::env::var("RUSTFLAGS")
                .ok()?
                .split_whitespace()
                .collect::<Vec<_>>()
                .join("\x1f")
                .into(),
        )
    };
    let mut flags: OsString = std::env::var_os("CARGO_ENCODED_RUSTFLAGS")
        .or_else(spaced)
        .unwrap_or_default();
    if !flags.is_empty() {
        flags.push("\x1f");
    }
    flags.push(flag);
    let mut cargo = Command::new("cargo");
    if rustc.host.starts_with("aarch64") {
        // Linux has pages of up to 64 KiB there, and jemalloc runs on none that are larger than those it was built for.
        cargo.env("JEMALLOC_SYS_WITH_LG_PAGE", "16");
    }
    let status = cargo
        .args(["build", "--profile", "dist", "--package", "switchboard"])
        .args(["--features", "jemalloc", "--target", &rustc.host])
        .arg("--target-dir")
        .arg(target)
        .env("CARGO_ENCODED_RUSTFLAGS", flags)
        .envs(variables.iter().copied())
        .current_dir(root)
        .status()
        .context("cannot run `cargo`")?;
    ensure!(status.success(), "`cargo build --profile dist` failed");
    Ok(target.join(&rustc.host).join("dist/switchboard"))
}

/// The program that puts counts together: of rustup's component, or of a package of the same LLVM.
fn profdata(rustc: &Version) -> Result<PathBuf> {
    let sysroot = output(Command::new("rustc").args(["--print", "sysroot"]))?;
    let component = Path::new(&sysroot).join("lib/rustlib").join(&rustc.host);
    let major = rustc.llvm_major();
    let candidates = [
        component.join("bin/llvm-profdata"),
        format!("llvm-profdata-{major}").into(),
        format!("/usr/lib/llvm-{major}/bin/llvm-profdata").into(),
    ];
    let found = candidates
        .into_iter()
        .find(|program| output(Command::new(program).arg("--version")).is_ok());
    found.with_context(|| {
        format!(
            "there is no llvm-profdata of LLVM {major}, which this rustc has. \
             Get it with `rustup component add llvm-tools`, or `apt-get install llvm-{major}`"
        )
    })
}

/// A host that ends with this value.
struct Host(Child);

impl Drop for Host {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Lets the program answer the day's messages; returns how many it answered.
fn write_to(program: &Path, root: &Path) -> Result<usize> {
    let day = day(&root.join("examples/day.jsonl"))?;
    let scratch = tempfile::tempdir()?;
    let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let log = scratch.path().join("log");
    let mut host = Host(
        Command::new(program)
            .args(["serve", "--listen", &format!("127.0.0.1:{port}"), "--data"])
            .arg(scratch.path().join("data"))
            // Or it would find plugins that another one compiled.
            .env("XDG_CACHE_HOME", scratch.path().join("cache"))
            .env("RUST_LOG", "warn")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(&log)?)
            .spawn()?,
    );
    let base = format!("http://127.0.0.1:{port}");
    let agent = agent();
    let started = Instant::now();
    while agent.get(format!("{base}/readyz")).call().is_err() {
        if started.elapsed() > PATIENCE || host.0.try_wait()?.is_some() {
            bail!("the host doesn't start: {}", std::fs::read_to_string(&log)?);
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    let begun = Instant::now();
    let answered = std::thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|client| {
                let (day, url) = (&day, format!("{base}/api/v1/messages"));
                scope.spawn(move || write(&url, day, client, begun))
            })
            .collect();
        clients
            .into_iter()
            .map(|client| client.join().unwrap_or_else(|_| bail!("a client panicked")))
            .sum::<Result<usize>>()
    })?;
    // Only a host that ends by itself writes its counts down.
    output(Command::new("kill").arg(host.0.id().to_string()))?;
    ensure!(
        host.0.wait()?.success(),
        "the host failed: {}",
        std::fs::read_to_string(&log)?
    );
    Ok(answered)
}

/// One client: one conversation of the day after the other, each time with a customer of its own.
fn write(url: &str, day: &[Vec<String>], client: usize, begun: Instant) -> Result<usize> {
    let agent = agent();
    let mut answered = 0;
    for (round, texts) in day
        .iter()
        .cycle()
        .skip(client)
        .step_by(CLIENTS + 1)
        .enumerate()
    {
        for text in texts {
            if begun.elapsed() > WRITING {
                return Ok(answered);
            }
            let message = serde_json::json!({"contact": format!("{client}-{round}"), "text": text});
            agent
                .post(url)
                .send_json(message)?
                .body_mut()
                .read_to_vec()?;
            answered += 1;
        }
    }
    Ok(answered)
}

fn agent() -> ureq::Agent {
    let config = ureq::Agent::config_builder().timeout_global(Some(PATIENCE));
    config.build().into()
}

/// What each customer of a scenario writes.
fn day(scenario: &Path) -> Result<Vec<Vec<String>>> {
    let text = std::fs::read_to_string(scenario)
        .with_context(|| format!("can't read {}", scenario.display()))?;
    let mut day: Vec<(String, Vec<String>)> = Vec::new();
    for line in text.lines() {
        let line: serde_json::Value = serde_json::from_str(line)?;
        let word = |name: &str| {
            line.get(name)
                .and_then(|word| word.as_str())
                .map(str::to_owned)
        };
        let (Some("message"), Some(contact), Some(text)) =
            (word("do").as_deref(), word("contact"), word("text"))
        else {
            continue;
        };
        match day.iter_mut().find(|(known, _)| *known == contact) {
            Some((_, texts)) => texts.push(text),
            None => day.push((contact, vec![text])),
        }
    }
    ensure!(!day.is_empty(), "{} has no messages", scenario.display());
    Ok(day.into_iter().map(|(_, texts)| texts).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_has_customers_with_several_messages() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let day = day(&root.join("examples/day.jsonl")).unwrap();
        assert!(day.len() >= 60, "{}", day.len());
        assert!(day.iter().all(|texts| !texts.is_empty()));
        assert!(day.iter().any(|texts| texts.len() > 2));
    }
}
