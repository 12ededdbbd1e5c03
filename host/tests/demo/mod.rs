//! The demo desk in virtual time, for the tests that live through scenarios.

#![allow(dead_code, reason = "each test takes what it needs")]

use std::sync::{Arc, LazyLock};

use switchboard::engine::TimelineLine;
use switchboard::engine::simulate::{Simulation, parse};
use switchboard::sandbox::{Sandbox, SandboxConfig};
use switchboard::store::MemoryStore;
use switchboard::workflow::{Desk, DeskFiles};

static CODE: LazyLock<tempfile::TempDir> = LazyLock::new(|| tempfile::tempdir().unwrap());

/// Machine code is kept, or the many starts would each compile anew.
pub(crate) static SANDBOX: LazyLock<Arc<Sandbox>> = LazyLock::new(|| {
    let config = SandboxConfig {
        cache_dir: Some(CODE.path().to_owned()),
        ..SandboxConfig::in_process()
    };
    Arc::new(Sandbox::new(config).unwrap())
});

/// The demo desk.
pub(crate) static DESK: LazyLock<Arc<Desk>> =
    LazyLock::new(|| Arc::new(Desk::load(&DeskFiles::Embedded).unwrap()));

/// The desk as it is when a scenario begins.
pub(crate) fn begin(scenario: &str) -> Simulation {
    let begin = parse(scenario).unwrap().first().unwrap().at;
    let store = Arc::new(MemoryStore::new());
    Simulation::new(Arc::clone(&DESK), Arc::clone(&SANDBOX), store, begin).unwrap()
}

/// Plays all of a scenario; gives what is left and the timeline.
pub(crate) fn play(mut simulation: Simulation, scenario: &str) -> (Simulation, Vec<TimelineLine>) {
    let mut timeline = Vec::new();
    for line in &parse(scenario).unwrap() {
        simulation.play(line, |line| timeline.push(line)).unwrap();
    }
    (simulation, timeline)
}

/// Lives a scenario through.
pub(crate) fn live(scenario: &str) -> (Simulation, Vec<TimelineLine>) {
    play(begin(scenario), scenario)
}

/// A timeline as `switchboard simulate` prints it.
pub(crate) fn text(timeline: &[TimelineLine]) -> String {
    let lines = timeline.iter();
    lines
        .map(|line| serde_json::to_string(line).unwrap() + "\n")
        .collect()
}
