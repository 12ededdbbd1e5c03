//! Plugins that do what no honest one would. Each must end in time with a typed failure, leave nothing behind, and
//! not disturb the next call.

use std::time::{Duration, Instant};

use switchboard::model::Outcome;
use switchboard::sandbox::{CallReport, Sandbox, SandboxConfig};
use switchboard_tests::desk::Setting;
use switchboard_tests::guest::Guest;

fn sandbox() -> Sandbox {
    Sandbox::new(SandboxConfig::in_process()).unwrap()
}

/// Calls the guest, and a good one after it; the code of its failure.
fn code(guest: &Guest) -> String {
    let sandbox = sandbox();
    let report = contained(&sandbox, guest, &Setting::default());
    match report.result {
        Ok(_) => "ok".to_owned(),
        Err(failure) => {
            println!("{failure}");
            failure.code.as_str().to_owned()
        }
    }
}

fn contained(sandbox: &Sandbox, guest: &Guest, setting: &Setting) -> CallReport<Outcome> {
    let plugin = sandbox.activate(&guest.component()).unwrap();
    let began = Instant::now();
    let report = setting.call(&plugin);
    let took = began.elapsed();
    assert!(
        took < setting.limits.wall + Duration::from_millis(500),
        "it took {took:?}"
    );
    if report.result.is_err() {
        assert!(report.kv_writes.is_empty());
    }
    let good = sandbox.activate(&Guest::default().component()).unwrap();
    good_call(&Setting::default().call(&good));
    report
}

fn good_call(report: &CallReport<Outcome>) {
    let outcome = report.result.as_ref().unwrap();
    assert!(outcome.effects.is_empty());
}

#[test]
fn a_well_behaved_step_is_called() {
    assert_eq!(code(&Guest::default()), "ok");
}

#[test]
fn a_loop_that_never_ends_is_stopped() {
    assert_eq!(code(&Guest::doing("(loop $l (br $l))")), "deadline");
}

#[test]
fn memory_that_grows_forever_is_stopped() {
    let bomb = "(loop $l
        (drop (memory.grow (i32.const 16)))
        (memory.fill (i32.sub (i32.mul (memory.size) (i32.const 65536)) (i32.const 65536)) (i32.const 1) (i32.const 65536))
        (br_if $l (i32.ne (memory.grow (i32.const 0)) (memory.grow (i32.const 1))))
        (br_if $l (i32.lt_u (memory.size) (i32.const 600)))
        )
        (unreachable)";
    let bomb =
        "(loop $l (br_if $l (i32.ge_s (memory.grow (i32.const 16)) (i32.const 0)))) (unreachable)"
            .replace("XX", bomb);
    assert_eq!(code(&Guest::doing(&bomb)), "memory");
}
