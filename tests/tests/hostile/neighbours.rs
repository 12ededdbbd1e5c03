//! Calls beside and after each other.

use super::*;

#[test]
fn every_call_begins_with_nothing() {
    let counting = Guest::doing(
        "(global.set $calls (i32.add (global.get $calls) (i32.const 1)))
         (if (i32.ne (global.get $calls) (i32.const 1)) (then (unreachable)))
         (if (i32.load (i32.const 200000)) (then (unreachable)))
         (i32.store (i32.const 200000) (i32.const 1))",
    )
    .with("(global $calls (mut i32) (i32.const 0))");
    let plugin = SANDBOX.activate(&counting.component()).unwrap();
    for _ in 0..50 {
        assert!(Setting::default().call(&plugin).result.is_ok());
    }
}

/// Grows by a mebibyte, then does `word` with every word of the memory above the module's own.
fn sweeping(word: &str) -> Vec<u8> {
    Guest::doing(&format!(
        "(local $at i32)
         (drop (memory.grow (i32.const 16)))
         (local.set $at (i32.const 131072))
         (loop $l
            {word}
            (local.set $at (i32.add (local.get $at) (i32.const 4)))
            (br_if $l (i32.lt_u (local.get $at) (i32.mul (memory.size) (i32.const 65536)))))"
    ))
    .component()
}

#[test]
fn nothing_of_one_call_is_readable_in_the_next() {
    let one_slot = Sandbox::new(SandboxConfig {
        pool: Pool::Pooled(PoolConfig {
            calls: 1,
            ..PoolConfig::default()
        }),
        ..SandboxConfig::in_process()
    })
    .unwrap();
    let fill = one_slot
        .activate(&sweeping(
            "(i32.store (local.get $at) (i32.const 0x5ec7e75e))",
        ))
        .unwrap();
    let scan = one_slot
        .activate(&sweeping(
            "(if (i32.load (local.get $at)) (then (unreachable)))",
        ))
        .unwrap();
    let setting = Setting {
        limits: Limits {
            time: Duration::from_secs(2),
            ..Limits::default()
        },
        ..Setting::default()
    };
    for _ in 0..20 {
        setting.call(&fill).result.unwrap();
        setting.call(&scan).result.unwrap();
        setting.call(&scan).result.unwrap();
    }
}

#[test]
fn the_same_call_gives_the_same_report() {
    let guest = Guest::doing(&format!(
        "(call $search (i32.const 1024) (i32.const 7) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 3) (i32.const 3000))
         (i32.store (i32.const {TEXT}) (i32.and (call $next) (i32.const 0x3f3f3f3f)))
         {}{}",
        note(EFFECTS, TEXT, 4),
        effects(EFFECTS, 1)
    ))
    .importing("knowledge", "search", "(param i32 i32 i32 i32 i32 i32 i32)")
    .importing("random", "next", "(result i32)");
    let plugin = SANDBOX.activate(&guest.component()).unwrap();
    let live = Setting::default().call(&plugin);
    assert_eq!(live.host_calls.len(), 1);
    let replay = Setting {
        host: HostSide::Recorded(live.host_calls.clone().into()),
        ..Setting::default()
    };
    let again = replay.call(&plugin);
    assert_eq!(again.result.unwrap(), live.result.unwrap());
    assert_eq!(again.host_calls, live.host_calls);

    let empty = Setting {
        host: HostSide::Recorded(Vec::new().into()),
        ..Setting::default()
    };
    let diverged = empty.call(&plugin).result.unwrap_err();
    assert_eq!(diverged.code, FailureCode::ReplayDivergence);
}

#[test]
fn hostile_neighbours_cost_others_nothing_but_time() {
    let looping = SANDBOX
        .activate(&Guest::doing("(loop $l (br $l))").component())
        .unwrap();
    std::thread::scope(|scope| {
        for _ in 0..6 {
            let looping = &looping;
            scope.spawn(move || {
                let report = Setting::default().call(looping);
                let failure = report.result.unwrap_err();
                assert!(matches!(
                    failure.code,
                    FailureCode::Deadline | FailureCode::WallClock
                ));
            });
        }
        for _ in 0..100 {
            assert!(Setting::default().call(&GOOD).result.is_ok());
        }
    });
}

#[test]
fn where_all_slots_are_taken_a_call_is_told_so() {
    let one_slot = Sandbox::new(SandboxConfig {
        pool: Pool::Pooled(PoolConfig {
            calls: 1,
            ..PoolConfig::default()
        }),
        ..SandboxConfig::in_process()
    })
    .unwrap();
    let looping = one_slot
        .activate(&Guest::doing("(loop $l (br $l))").component())
        .unwrap();
    std::thread::scope(|scope| {
        scope.spawn(|| Setting::default().call(&looping));
        std::thread::sleep(Duration::from_millis(60));
        let failure = Setting::default().call(&looping).result.unwrap_err();
        assert_eq!(failure.code, FailureCode::Busy);
    });
}

const WASI: [&str; 3] = [
    "package wasi:io@0.2.0; interface poll { resource pollable { block: func(); } }",
    "package wasi:clocks@0.2.0; interface monotonic-clock {
        use wasi:io/poll@0.2.0.{pollable};
        now: func() -> u64;
        subscribe-duration: func(when: u64) -> pollable;
    }",
    "package wasi:random@0.2.0; interface random { get-random-u64: func() -> u64; }",
];

#[test]
fn wasi_draws_the_same_again_and_sleeps_nobody() {
    let text = |value: &str| {
        format!(
            "(i32.store (i32.const {TEXT}) (i32.and (i32.const 0x3f3f3f3f) (i32.wrap_i64 {value})))
             {}{}",
            note(EFFECTS, TEXT, 4),
            effects(EFFECTS, 1)
        )
    };
    let mut guest = Guest::doing(&format!(
        "(local $pollable i32) (local $before i64)
         (local.set $before (call $monotonic))
         (local.set $pollable (call $subscribe (i64.const 3600000000000)))
         (call $block (local.get $pollable))
         (call $drop (local.get $pollable))
         (if (i64.lt_u (call $monotonic) (i64.add (local.get $before) (i64.const 3600000000000)))
            (then (unreachable)))
         {}",
        text("(call $random)")
    ));
    guest.imports = r#"
        (import "wasi:clocks/monotonic-clock@0.2.0" "now" (func $monotonic (result i64)))
        (import "wasi:clocks/monotonic-clock@0.2.0" "subscribe-duration" (func $subscribe (param i64) (result i32)))
        (import "wasi:io/poll@0.2.0" "[method]pollable.block" (func $block (param i32)))
        (import "wasi:io/poll@0.2.0" "[resource-drop]pollable" (func $drop (param i32)))
        (import "wasi:random/random@0.2.0" "get-random-u64" (func $random (result i64)))
    "#
    .to_owned();
    let imports = "import wasi:io/poll@0.2.0; import wasi:clocks/monotonic-clock@0.2.0; \
        import wasi:random/random@0.2.0;";
    let plugin = SANDBOX
        .activate(&guest.component_with_wasi(&WASI, imports))
        .unwrap();
    let first = contained(&plugin, &Setting::default()).result.unwrap();
    let second = contained(&plugin, &Setting::default()).result.unwrap();
    assert_eq!(first, second);
}
