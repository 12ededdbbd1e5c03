//! What a call may return.

use super::*;

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
