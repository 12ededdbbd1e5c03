//! Plugins that do what no honest one would. Each must end in time with a typed failure, leave nothing behind, and
//! not disturb the next call.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a panic in a test is its failure report"
)]

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

#[test]
fn a_well_behaved_step_is_called() {
    assert_eq!(code(&Guest::default()), "ok");
    let report = call(&noting("\\e9\\80\\80\\e8\\b4\\a7", 6));
    let outcome = report.result.unwrap();
    assert_eq!(outcome.effects, [Effect::Note("退货".to_owned())]);
}

#[test]
fn tail_calls_without_end_are_stopped_like_any_loop() {
    let guest = Guest {
        items: "(func $round (return_call $trip)) (func $trip (return_call $round))".to_owned(),
        ..Guest::doing("(call $round)")
    };
    let code = code(&guest);
    assert!(in_time(code), "{code}");
}

#[test]
fn a_loop_that_never_ends_is_stopped_wherever_it_is() {
    let forever = "(loop $l (br $l))";
    assert!(in_time(code(&Guest::doing(forever))));

    let in_realloc = Guest {
        realloc: format!("{forever} (unreachable)"),
        ..Guest::default()
    };
    assert!(in_time(code(&in_realloc)));

    let in_describe = Guest {
        describe: format!("{forever} (unreachable)"),
        ..Guest::default()
    };
    assert!(in_time(describe_code(&in_describe)));

    let in_start = Guest::default().with(&format!("(func $go {forever}) (start $go)"));
    assert!(in_time(describe_code(&in_start)));

    let after = Guest::default().with(&format!(
        "(func (export \"cabi_post_handle\") (param i32) {forever})"
    ));
    assert!(in_time(code(&after)));
}

#[test]
fn a_step_may_have_less_time_than_others() {
    let looping = Guest::doing("(loop $l (br $l))").component();
    let plugin = SANDBOX.activate(&looping).unwrap();
    let setting = Setting {
        limits: Limits {
            time: Duration::from_millis(50),
            ..Limits::default()
        },
        ..Setting::default()
    };
    let report = setting.call(&plugin);
    assert!(in_time(report.result.unwrap_err().code.as_str()));
    // Of the processor's time; the machine of a test may be busy with others.
    assert!(report.usage.time_us < 2_100_000);
}

#[test]
fn memory_that_grows_forever_is_stopped() {
    let grow = "(loop $l (br_if $l (i32.ge_s (memory.grow (i32.const 16)) (i32.const 0))))";
    let report = call(&Guest::doing(&format!("{grow} (unreachable)")));
    assert_eq!(report.result.unwrap_err().code, FailureCode::Memory);
    assert!(report.usage.memory <= 32 << 20);
    assert_eq!(code(&Guest::doing(grow)), "ok");
}

#[test]
fn several_memories_share_one_limit() {
    let second = "(memory $second 0)";
    let grow =
        |memory: &str, pages: u32| format!("(drop (memory.grow {memory} (i32.const {pages})))");
    let within = format!("{}{}", grow("0", 100), grow("$second", 300));
    let report = call(&Guest::doing(&within).with(second));
    assert_eq!(report.result.unwrap().effects.len(), 0);
    assert!(report.usage.memory > 400 * 65_536);

    let beyond = format!("{}{} (unreachable)", grow("0", 400), grow("$second", 300));
    assert_eq!(code(&Guest::doing(&beyond).with(second)), "memory");

    let many = "(memory 1)".repeat(20);
    assert!(matches!(
        SANDBOX.activate(&Guest::default().with(&many).component()),
        Err(SandboxError::Refused { .. } | SandboxError::Describe(_) | SandboxError::Compile(_))
    ));
}

#[test]
fn a_memory_that_is_too_large_from_the_start_is_refused() {
    let large = Guest {
        memory: r#"(memory (export "memory") 600)"#.to_owned(),
        ..Guest::default()
    };
    assert_eq!(code(&large), "memory");
}

#[test]
fn tables_that_grow_are_stopped() {
    let table = "(table $t 1 funcref)";
    let grow = "(br_if 0 (i32.lt_s (table.grow $t (ref.null func) (i32.const 0x7fffffff)) (i32.const 0))) ";
    let body = format!("(block {grow}) (unreachable)");
    assert_eq!(code(&Guest::doing(&body).with(table)), "memory");

    let vast = Guest::default().with("(table 4294967295 funcref)");
    assert!(SANDBOX.activate(&vast.component()).is_err());
    let many = "(table 1 funcref)".repeat(1_000);
    assert!(
        SANDBOX
            .activate(&Guest::default().with(&many).component())
            .is_err()
    );
}

#[test]
fn recursion_ends_in_a_typed_failure() {
    let own = Guest::doing("(call $deep (i32.const 0))")
        .with("(func $deep (param i32) (call $deep (i32.add (local.get 0) (i32.const 1))))");
    assert_eq!(code(&own), "stack-overflow");
    let mutual =
        Guest::doing("(call $ping)").with("(func $ping (call $pong)) (func $pong (call $ping))");
    assert_eq!(code(&mutual), "stack-overflow");
    let indirect = Guest::doing("(call_indirect (i32.const 0))").with(
        "(table 1 funcref) (elem (i32.const 0) $round) (func $round (call_indirect (i32.const 0)))",
    );
    assert_eq!(code(&indirect), "stack-overflow");
    let in_realloc = Guest {
        realloc: "(call $cabi_realloc (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 1))"
            .to_owned(),
        ..Guest::default()
    };
    assert_eq!(code(&in_realloc), "stack-overflow");
}

#[test]
fn every_kind_of_trap_is_a_typed_failure() {
    for body in [
        "(unreachable)",
        "(drop (i32.div_s (i32.const 1) (i32.const 0)))",
        "(drop (i32.div_s (i32.const 0x80000000) (i32.const -1)))",
        "(drop (i32.trunc_f32_s (f32.const nan)))",
        "(drop (i32.load (i32.const 0x7ffffff0)))",
        "(i32.store (i32.const -4) (i32.const 1))",
        "(call_indirect (i32.const 0))",
        "(call_indirect (i32.const 99))",
        "(call_indirect (param i32) (i32.const 0) (i32.const 1))",
    ] {
        let guest = Guest::doing(body)
            .with("(table 2 funcref) (elem (i32.const 1) $nothing) (func $nothing)");
        assert_eq!(code(&guest), "trap", "{body}");
    }
    let after =
        Guest::default().with("(func (export \"cabi_post_handle\") (param i32) (unreachable))");
    assert_eq!(code(&after), "trap");
}

#[test]
fn a_trap_says_where_it_happened() {
    let guest = Guest::doing("(call $find_article)").with("(func $find_article (unreachable))");
    let failure = call(&guest).result.unwrap_err();
    assert!(failure.reason.contains("find_article"), "{failure}");
}

#[test]
fn what_is_returned_must_be_readable() {
    // Text that reaches beyond the memory.
    assert_eq!(code(&noting("x", 0x7fff_ffff)), "invalid-output");
    // Text that isn't UTF-8.
    assert_eq!(code(&noting("\\ff\\fe", 2)), "invalid-output");
    assert_eq!(code(&noting("\\c0\\80", 2)), "invalid-output");
    assert_eq!(code(&noting("\\ed\\a0\\80", 3)), "invalid-output");
    // An effect that the contract doesn't have, and a next step that it doesn't have.
    let effect = format!(
        "(i32.store8 (i32.const {EFFECTS}) (i32.const 200)) {}",
        effects(EFFECTS, 1)
    );
    assert_eq!(code(&Guest::doing(&effect)), "invalid-output");
    let next = format!("(i32.store8 (i32.const {}) (i32.const 9))", ANSWER + 12);
    assert_eq!(code(&Guest::doing(&next)), "invalid-output");
    // A list at an odd address, one beyond the memory, an answer beyond the memory.
    assert_eq!(
        code(&Guest::doing(&effects(EFFECTS + 1, 1))),
        "invalid-output"
    );
    assert_eq!(
        code(&Guest::doing(&effects(EFFECTS, 10_000_000))),
        "invalid-output"
    );
    assert_eq!(
        code(&Guest::handling("(i32.const 0x7ffffff0)")),
        "invalid-output"
    );
    assert_eq!(code(&Guest::handling("(i32.const 3)")), "invalid-output");
}

#[test]
fn other_encodings_are_held_to_the_same_rules() {
    let lone_surrogate = Guest {
        encoding: StringEncoding::UTF16,
        manifest: [String::new(), String::new(), String::new()],
        ..noting("\\00\\d8\\41\\00", 2)
    };
    // Its manifest is empty, so it can't be activated; but it must be readable without a panic.
    assert!(SANDBOX.activate(&lone_surrogate.component()).is_err());
    let compact = Guest {
        encoding: StringEncoding::CompactUTF16,
        ..noting("\\00\\d8", 0x8000_0001_usize)
    };
    assert_eq!(code(&compact), "invalid-output");
}

#[test]
fn too_much_output_is_refused() {
    let large = |handle: &str| Guest {
        memory: r#"(memory (export "memory") 96)"#.to_owned(),
        ..Guest::doing(handle)
    };
    let text = 0x10_0000;
    let far = 0x40_0000;
    let filled = |length: usize| {
        large(&format!(
            "(memory.fill (i32.const {text}) (i32.const 120) (i32.const 0x200000)) {}{}",
            note(far, text, length),
            effects(far, 1)
        ))
    };
    assert_eq!(call(&filled(60_000)).result.unwrap().effects.len(), 1);
    assert_eq!(code(&filled(70_000)), "output");
    assert_eq!(code(&filled(2_000_000)), "output");
    // Empty ones are too many, too.
    assert_eq!(code(&large(&effects(far, 20_000))), "output");
}

#[test]
fn sixteen_effects_pass_and_seventeen_dont() {
    let many = |count: usize| {
        let all: String = (0..count)
            .map(|number| note(EFFECTS + number * EFFECT_BYTES, TEXT, 1))
            .collect();
        Guest::doing(&format!("{all}{}", effects(EFFECTS, count)))
            .with(&format!("(data (i32.const {TEXT}) \"x\")"))
    };
    assert_eq!(call(&many(16)).result.unwrap().effects.len(), 16);
    assert_eq!(code(&many(17)), "output");
}

/// Calls `$now` as often.
fn clock(times: u32) -> Guest {
    Guest::doing(&format!(
        "(local $n i32)
         (loop $l
            (call $now (i32.const 3000))
            (local.set $n (i32.add (local.get $n) (i32.const 1)))
            (br_if $l (i32.lt_u (local.get $n) (i32.const {times}))))"
    ))
    .importing("clock", "now", "(param i32)")
}

#[test]
fn a_flood_of_questions_is_stopped() {
    assert_eq!(code(&clock(1_000)), "ok");
    let report = call(&clock(10_000_000));
    assert_eq!(report.result.unwrap_err().code, FailureCode::HostCallBudget);
    assert_eq!(report.usage.host_calls, 1_001);

    let missing = Guest::doing(
        "(loop $l (call $get (i32.const 2) (i32.const 1024) (i32.const 7) (i32.const 3000)) (br $l))",
    )
    .importing("kv", "get", "(param i32 i32 i32 i32)");
    let report = call(&missing);
    assert_eq!(report.result.unwrap_err().code, FailureCode::HostCallBudget);
    assert!(report.host_calls.len() <= 1_000);
}

fn logging(body: &str) -> Guest {
    Guest::doing(body).importing("log", "write", "(param i32 i32 i32)")
}

#[test]
fn a_flood_of_log_lines_is_cut_off() {
    let flood = logging(
        "(local $n i32)
         (loop $l
            (call $write (i32.const 1) (i32.const 1024) (i32.const 7))
            (local.set $n (i32.add (local.get $n) (i32.const 1)))
            (br_if $l (i32.lt_u (local.get $n) (i32.const 500))))",
    );
    let report = call(&flood);
    assert!(report.result.is_ok());
    assert_eq!(report.log.len(), 65);
    assert_eq!(report.log[0].text, "hostile");
    assert_eq!(report.log[64].text, "436 more lines were dropped");
}

#[test]
fn huge_arguments_never_reach_the_host() {
    let mut large = logging("(call $write (i32.const 1) (i32.const 0) (i32.const 0x180000))");
    large.memory = r#"(memory (export "memory") 64)"#.to_owned();
    assert_eq!(code(&large), "host-data");
    let beyond = "(call $write (i32.const 1) (i32.const 0) (i32.const 0x40000000))";
    assert!(["trap", "host-data"].contains(&code(&logging(beyond))));
    let level = "(call $write (i32.const 77) (i32.const 0) (i32.const 1))";
    assert_eq!(code(&logging(level)), "trap");
    let mut often = logging(
        "(loop $l (call $write (i32.const 1) (i32.const 3145728) (i32.const 0x10000)) (br $l))",
    );
    often.memory = r#"(memory (export "memory") 64)"#.to_owned();
    assert_eq!(code(&often), "host-data");
}

/// Sets `times` keys: the counter's four bytes.
fn flooding_kv(times: u32, then: &str) -> Guest {
    Guest::doing(&format!(
        "(local $n i32)
         (loop $l
            (i32.store (i32.const 5000) (i32.or (local.get $n) (i32.const 0x01010000)))
            (i32.store8 (i32.const 5001) (i32.and (i32.shr_u (local.get $n) (i32.const 7)) (i32.const 0x7f)))
            (i32.store8 (i32.const 5000) (i32.and (local.get $n) (i32.const 0x7f)))
            (call $set (i32.const 2) (i32.const 5000) (i32.const 4) (i32.const 5000) (i32.const 4) (i32.const 3000))
            (local.set $n (i32.add (local.get $n) (i32.const 1)))
            (br_if $l (i32.lt_u (local.get $n) (i32.const {times}))))
         {then}"
    ))
    .importing("kv", "set", "(param i32 i32 i32 i32 i32 i32)")
}

#[test]
fn a_flood_of_keys_is_told_its_quota() {
    let report = call(&flooding_kv(900, ""));
    assert!(report.result.is_ok());
    assert_eq!(report.kv_writes.len(), 128);
    assert!(
        report
            .kv_writes
            .iter()
            .all(|write| write.scope == KvScope::Desk)
    );
}

#[test]
fn of_a_failed_call_no_write_remains() {
    let report = call(&flooding_kv(3, "(unreachable)"));
    assert_eq!(report.result.unwrap_err().code, FailureCode::Trap);
    assert!(report.kv_writes.is_empty());
    let report = call(&flooding_kv(3, ""));
    assert_eq!(report.kv_writes.len(), 3);
}

#[test]
fn without_a_grant_nothing_is_asked_and_nothing_written() {
    let plugin = SANDBOX.activate(&flooding_kv(3, "").component()).unwrap();
    let setting = Setting {
        grants: Grants::new("hostile", []),
        ..Setting::default()
    };
    let report = contained(&plugin, &setting);
    assert!(report.result.is_ok());
    assert!(report.kv_writes.is_empty() && report.host_calls.is_empty());
}

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

#[test]
fn a_steps_own_failures_are_told_apart() {
    let error = |kind: u32| {
        let words = bytes(&[1, kind, TEXT as u32, 4, 1, 30]);
        Guest::handling(format!("(i32.const {EFFECTS})")).with(&format!(
            "(data (i32.const {EFFECTS}) \"{words}\") (data (i32.const {TEXT}) \"busy\")"
        ))
    };
    let transient = call(&error(0)).result.unwrap_err();
    assert_eq!(transient.code, FailureCode::Transient);
    assert_eq!(transient.reason, "busy");
    assert_eq!(transient.retry_after, Some(Duration::from_secs(30)));
    assert_eq!(code(&error(1)), "permanent");
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
