//! Plugins that do what no honest one would. Each must end in time with a typed failure, leave nothing behind, and
//! not disturb the next call.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a panic in a test is its failure report"
)]

mod answers;
mod neighbours;
mod questions;
mod stopped;

use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use switchboard::model::{Effect, KvScope, Outcome};
use switchboard::sandbox::{
    CallReport, FailureCode, Grants, HostSide, Limits, Plugin, Pool, PoolConfig, Sandbox,
    SandboxConfig, SandboxError,
};
use switchboard_tests::desk::Setting;
use switchboard_tests::guest::{ANSWER, EFFECT_BYTES, Guest, bytes, effects, note};
use wit_component::StringEncoding;

static SANDBOX: LazyLock<Sandbox> =
    LazyLock::new(|| Sandbox::new(SandboxConfig::in_process()).unwrap());
static GOOD: LazyLock<Arc<Plugin>> =
    LazyLock::new(|| SANDBOX.activate(&Guest::default().component()).unwrap());

/// The text of notes lies here.
const TEXT: usize = 8_192;
/// And the effects here.
const EFFECTS: usize = 16_384;

/// Calls the guest, checks that it was contained, and that a good call works after it.
fn call(guest: &Guest) -> CallReport<Outcome> {
    let plugin = SANDBOX.activate(&guest.component()).unwrap();
    contained(&plugin, &Setting::default())
}

fn contained(plugin: &Plugin, setting: &Setting) -> CallReport<Outcome> {
    let began = Instant::now();
    let report = setting.call(plugin);
    let took = began.elapsed();
    let most = setting.limits.wall + Duration::from_millis(500);
    assert!(took < most, "it took {took:?}");
    if report.result.is_err() {
        assert!(report.kv_writes.is_empty());
    }
    let good = Setting::default().call(&GOOD);
    assert!(good.result.unwrap().effects.is_empty());
    report
}

fn code(guest: &Guest) -> &'static str {
    match call(guest).result {
        Ok(_) => "ok",
        Err(failure) => {
            println!("{failure}");
            failure.code.as_str()
        }
    }
}

/// On a machine that is busy with other tests, the time on the wall may be over first.
fn in_time(code: &str) -> bool {
    ["deadline", "wall-clock"].contains(&code)
}

/// Why a component can't be activated because its `describe` failed.
fn describe_code(guest: &Guest) -> &'static str {
    match SANDBOX.activate(&guest.component()) {
        Err(SandboxError::Describe(failure)) => failure.code.as_str(),
        Err(other) => panic!("{other}"),
        Ok(_) => "ok",
    }
}

/// Does it only when `handle` is called: `describe` leaves it alone.
fn noting(text: &str, length: usize) -> Guest {
    Guest::doing(&format!(
        "{}{}",
        note(EFFECTS, TEXT, length),
        effects(EFFECTS, 1)
    ))
    .with(&format!("(data (i32.const {TEXT}) \"{text}\")"))
}
