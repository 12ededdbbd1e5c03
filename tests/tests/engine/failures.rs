//! A step that breaks a limit: the customer is answered, a person can see it, nothing of the call remains.

use std::sync::LazyLock;

use jiff::SignedDuration;
use switchboard::engine::Answer;
use switchboard::model::{Change, InvocationResult, Policy};
use switchboard_tests::guest::effects;
use switchboard_tests::house::{House, chain, replies};
use switchboard_tests::script::{Script, Space};

const LANGUAGES: [(&str, &str); 3] = [
    ("zh-Hans", "非常抱歉"),
    ("zh-Hant", "請您稍候"),
    ("en", "We are sorry"),
];

/// Each writes a key and asks for a note before it breaks its limit.
fn hostile() -> Vec<(&'static str, &'static [&'static str], Script)> {
    let step = || {
        Script::new("hostile")
            .log("on my way")
            .set(Space::Conversation, "spoils")
            .note("spoils")
    };
    let many = (0..20).fold(step(), |step, _| step.note("one more"));
    vec![
        ("loop", &["deadline", "wall-clock"], step().wat("(loop $l (br $l))")),
        (
            "memory",
            &["memory"],
            step().wat("(loop $l (br_if $l (i32.ge_s (memory.grow (i32.const 16)) (i32.const 0)))) (unreachable)"),
        ),
        (
            "recursion",
            &["stack-overflow"],
            step().wat("(call $deep (i32.const 0))").with("(func $deep (param i32) (call $deep (local.get 0)) (call $deep (local.get 0)))"),
        ),
        ("trap", &["trap"], step().wat("(unreachable)")),
        ("questions", &["host-call-budget"], step().wat("(loop $l (call $now (i32.const 3000)) (br $l))")),
        (
            "output",
            &["output"],
            step().memory(96).wat(&format!(
                "(memory.fill (i32.const 0x100000) (i32.const 120) (i32.const 0x200000))
                 (i32.store8 (i32.const 0x400000) (i32.const 1))
                 (i32.store (i32.const 0x400004) (i32.const 0x100000))
                 (i32.store (i32.const 0x400008) (i32.const 1000000)) {}",
                effects(0x40_0000, 1)
            )),
        ),
        ("effects", &["output"], many),
        (
            "keys",
            &["trap"],
            step().wat(
                "(loop $l
                    (i32.store (i32.const 5000) (i32.add (i32.load (i32.const 5000)) (i32.const 1)))
                    (i32.store (i32.const 5004) (i32.or (i32.const 0x40404040) (i32.load (i32.const 5000))))
                    (call $set (i32.const 0) (i32.const 5004) (i32.const 4) (i32.const 5004) (i32.const 4) (i32.const 3000))
                    (if (i32.load8_u (i32.const 3000)) (then (unreachable)))
                    (br $l))",
            ),
        ),
        (
            "text",
            &["invalid-output"],
            step().note("xx").wat("(i32.store8 (i32.load (i32.const 16456)) (i32.const 0xff))"),
        ),
        ("grant", &["no-grant"], step().ticket("t", "service")),
        ("department", &["invalid-output"], step().ticket("t", "nowhere")),
    ]
}

fn component(name: &str) -> Vec<u8> {
    static COMPONENTS: LazyLock<Vec<(&str, Vec<u8>)>> = LazyLock::new(|| {
        hostile()
            .into_iter()
            .map(|(name, _, step)| (name, step.component()))
            .collect()
    });
    COMPONENTS
        .iter()
        .find(|(known, _)| *known == name)
        .unwrap()
        .1
        .clone()
}

fn house(name: &str, policy: &str) -> House {
    let grants = if name == "grant" {
        " ; grants = [\"kv\"]"
    } else {
        ""
    };
    let step = format!(
        "hostile | when = 'event.message.text != \"ok\"' ; on-failure = {policy:?}{grants}"
    );
    let before = ["en", "zh-Hant", "zh-Hans"]
        .iter()
        .fold(Script::new("before"), |step, tag| {
            step.when(tag.chars().last().unwrap(), |step| step.language(tag))
        });
    let steps = [
        ("before", before.reply("before").component()),
        (step.as_str(), component(name)),
        ("after", Script::new("after").reply("after").component()),
    ];
    House::new(chain(&steps, &["message.received"], ""))
}

fn failure(answer: &Answer) -> (&str, &str, Policy) {
    let failed = answer
        .run
        .invocations
        .iter()
        .find_map(|invocation| match &invocation.result {
            InvocationResult::Failed {
                code,
                reason,
                policy,
            } => Some((code.as_str(), reason.as_str(), *policy)),
            _ => None,
        });
    failed.unwrap()
}

/// Nothing that the failed call did is there.
fn nothing_remains(house: &House, answer: &Answer) {
    assert_eq!(house.key("spoils"), None);
    for entry in &answer.run.entries {
        assert_ne!(entry.by, "hostile", "{entry:?}");
    }
    let failed = &answer.run.invocations[1];
    assert_eq!(
        (failed.step.as_str(), failed.plugin.as_str()),
        ("hostile", "hostile")
    );
    assert!(failed.kv_writes.is_empty());
    assert!(house.conversation("li").tickets.is_empty());
}

#[test]
fn whatever_limit_a_step_breaks_the_customer_is_asked_to_wait_and_the_others_answer() {
    for (number, (name, codes, _)) in hostile().into_iter().enumerate() {
        let house = house(name, "hold-message");
        let (language, holding) = LANGUAGES[number % 3];
        let text = language.chars().last().unwrap().to_string();
        let answer = house.say("li", &text);
        let (code, reason, policy) = failure(&answer);
        assert!(codes.contains(&code), "{name}: {code}: {reason}");
        assert!(!reason.is_empty());
        assert_eq!(policy, Policy::HoldMessage);
        let texts = replies(&answer);
        assert_eq!(
            (texts[0], texts[2], texts.len()),
            ("before", "after", 3),
            "{name}: {texts:?}"
        );
        assert!(texts[1].contains(holding), "{name}: {}", texts[1]);
        nothing_remains(&house, &answer);
        assert!(
            house
                .conversation("li")
                .labels
                .contains(&"needs-attention".to_owned()),
            "{name}"
        );
        let told = answer.run.entries.iter().any(|entry| {
            matches!(&entry.change, Change::Failed { step, reason, policy: Policy::HoldMessage }
                if step == "hostile" && reason.starts_with(code))
        });
        assert!(told, "{name}");
        assert_eq!(
            replies(&house.say("li", "ok")),
            ["before", "after"],
            "{name}"
        );
        let replay = house.replay();
        assert_eq!((replay.runs, replay.differences), (2, Vec::new()), "{name}");
    }
}

#[test]
fn skip_goes_on_without_a_word_and_stop_ends_the_chain() {
    let skipped = house("trap", "skip");
    let answer = skipped.say("li", "n");
    assert_eq!(replies(&answer), ["before", "after"]);
    assert_eq!(failure(&answer).2, Policy::Skip);
    nothing_remains(&skipped, &answer);

    let stopped = house("trap", "stop");
    let answer = stopped.say("li", "n");
    assert_eq!(replies(&answer), ["before"]);
    assert_eq!(failure(&answer).2, Policy::Stop);
    nothing_remains(&stopped, &answer);
    for house in [skipped, stopped] {
        assert_eq!(replies(&house.say("li", "ok")), ["before", "after"]);
        assert_eq!(house.replay().differences, []);
    }
}

#[test]
fn a_step_stopped_five_times_in_a_row_is_left_alone_for_a_while() {
    let house = house("trap", "hold-message");
    for number in 0..5 {
        assert_eq!(
            failure(&house.say(&format!("contact-{number}"), "n")).0,
            "trap"
        );
    }
    let answer = house.say("li", "n");
    assert_eq!(failure(&answer).0, "busy");
    assert_eq!(
        answer.run.invocations[1].usage.time_us, 0,
        "it isn't called"
    );
    assert!(replies(&answer)[1].contains("We are sorry"));
    nothing_remains(&house, &answer);
    house.wait(SignedDuration::from_secs(31));
    assert_eq!(failure(&house.say("li", "n")).0, "trap", "one call tries");
    assert_eq!(
        failure(&house.say("li", "n")).0,
        "busy",
        "and is stopped again"
    );
    assert_eq!(house.replay().differences, []);
}

#[test]
fn a_step_that_is_well_again_is_called_again() {
    let fragile = Script::new("fragile")
        .when('b', |step| step.wat("(unreachable)"))
        .reply("well");
    let house = House::new(chain(
        &[("fragile", fragile.component())],
        &["message.received"],
        "",
    ));
    for _ in 0..5 {
        house.say("li", "break");
    }
    assert!(
        replies(&house.say("li", "hello"))[0].contains("非常抱歉"),
        "left alone"
    );
    house.wait(SignedDuration::from_secs(30));
    for _ in 0..3 {
        assert_eq!(replies(&house.say("li", "hello")), ["well"]);
    }
}

#[test]
fn a_plugin_whose_every_call_is_slow_gets_its_share_and_the_others_go_on() {
    // Some tenths of a second of computing, more than its load allows in all.
    let slow = Script::new("slow").local("(local $left i32)").wat(
        "(local.set $left (i32.const 200000000))
         (loop $l (local.set $left (i32.sub (local.get $left) (i32.const 1)))
             (i32.store (i32.const 5000) (local.get $left))
             (br_if $l (local.get $left)))",
    );
    let steps = [
        (
            "slow | limits = { time = \"2s\", load = \"50ms\" } ; on-failure = \"skip\"",
            slow.reply("slow").component(),
        ),
        ("quick", Script::new("quick").reply("quick").component()),
    ];
    let house = House::new(chain(&steps, &["message.received"], ""));
    assert_eq!(replies(&house.say("li", "hello")), ["slow", "quick"]);
    let waiting = house.say("li", "hello");
    assert_eq!(replies(&waiting), ["quick"]);
    let (code, reason, policy) = failure(&waiting);
    assert_eq!((code, policy), ("busy", Policy::Skip));
    assert!(
        reason.contains("50 ms are allowed (limits.load)"),
        "{reason}"
    );
    // It computed for two seconds at most; 5 ms a second make up for that.
    house.wait(SignedDuration::from_secs(400));
    assert_eq!(replies(&house.say("li", "hello")), ["slow", "quick"]);
    assert_eq!(house.replay().differences, []);
}

#[test]
fn several_steps_that_fail_ask_the_customer_to_wait_once() {
    let broken = |name: &str| Script::new(name).wat("(unreachable)").component();
    let steps = [
        ("one", broken("one")),
        ("two", broken("two")),
        ("after", Script::new("after").reply("after").component()),
    ];
    let house = House::new(chain(&steps, &["message.received"], ""));
    let answer = house.say("li", "hello");
    let texts = replies(&answer);
    assert_eq!((texts.len(), texts[1]), (2, "after"));
    assert!(texts[0].contains("非常抱歉"));
    assert_eq!(house.conversation("li").labels, ["needs-attention"]);
    assert_eq!(house.replay().differences, []);
}
