//! Points at which a test ends the process, to see what is left of its work.
//!
//! They stand at each boundary that matters for what is durable: `tests/crash_points.rs` lists all of them and dies at
//! each. Only where tests are built has the crate `fail` its feature `failpoints`; in every other build they are nothing.

/// A point of that name, `room::what_was_just_done`. Where the environment's `FAILPOINTS` says `NAME=return`, the process
/// ends there as `kill -9` ends it: nothing is unwound, nothing is flushed. `NAME=return(20)`: after 20 ms, in which the
/// other threads go on, so that whoever was told of something too early hears it.
macro_rules! crash_point {
    ($name:literal) => {
        fail::fail_point!($name, |pause| $crate::crash::die(pause))
    };
}

/// Ends the process, after a pause of so many milliseconds where there is one.
#[allow(dead_code, reason = "called where there are points")]
pub(crate) fn die(pause: Option<String>) -> ! {
    if let Some(pause) = pause.and_then(|pause| pause.parse().ok()) {
        std::thread::sleep(std::time::Duration::from_millis(pause));
    }
    let own = rustix::process::getpid();
    let _ = rustix::process::kill_process(own, rustix::process::Signal::KILL);
    std::process::abort()
}

/// Arms the points that `FAILPOINTS` names, for as long as the process lives; nothing where there are no points.
pub(crate) fn arm() {
    const THERE_ARE: bool = fail::has_failpoints();
    if THERE_ARE {
        std::mem::forget(fail::FailScenario::setup());
    }
}
