//! What a call may ask and write.

use super::*;

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
