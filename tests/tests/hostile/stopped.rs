//! Time, memory, tables, stack: what goes over is stopped.

use super::*;

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
    let many = "(table 1 funcref)".repeat(90);
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
