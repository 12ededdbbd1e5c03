//! A step that says that another try is worth it.

use jiff::SignedDuration;
use switchboard::model::{Change, InvocationResult, Policy};
use switchboard_tests::house::{House, chain, noon, replies};
use switchboard_tests::script::{Script, Space};

const RETRY: &str =
    "[settings.retry]\nattempts = 4\nfirst-pause = \"10s\"\nlongest-pause = \"60s\"\n";

/// Fails until somebody writes something that begins with `h`, anywhere on the desk.
fn fragile(fail: impl FnOnce(Script) -> Script) -> House {
    let fragile = Script::new("fragile")
        .when('h', |step| step.set(Space::Desk, "healed"))
        .unless_set(Space::Desk, "healed", fail)
        .last_seen()
        .reply("done");
    let steps = [
        ("before", Script::new("before").reply("before").component()),
        ("fragile | on-failure = \"retry\"", fragile.component()),
        ("after", Script::new("after").reply("after").component()),
    ];
    House::new(chain(&steps, &["message.received"], RETRY))
}

fn holding(house: &House, contact: &str) -> usize {
    house
        .heard(contact)
        .iter()
        .filter(|text| text.contains("非常抱歉"))
        .count()
}

#[test]
fn a_transient_failure_is_tried_again_with_growing_pauses_then_held() {
    let house = fragile(|step| step.transient("the other side is down"));
    let first = house.say("li", "please");
    let texts = replies(&first);
    assert_eq!((texts.len(), texts[0]), (2, "before"));
    assert!(texts[1].contains("非常抱歉"));
    let again = house.wait(SignedDuration::from_hours(1));
    let times: Vec<i64> = again
        .iter()
        .map(|answer| (answer.run.event.at - noon()).get_seconds())
        .collect();
    assert_eq!(
        times,
        [10, 30, 70, 130],
        "10, 20, 40, then no longer than 60 seconds apart"
    );
    for (number, answer) in again.iter().enumerate() {
        let resume = answer.run.resumed.as_ref().unwrap();
        assert_eq!(
            (resume.run, resume.step.as_str(), resume.attempt as usize),
            (1, "fragile", number + 1)
        );
        let code = match &answer.run.invocations[0].result {
            InvocationResult::Failed { code, .. } => code.as_str(),
            other => panic!("{other:?}"),
        };
        assert_eq!(
            (answer.run.invocations[0].step.as_str(), code),
            ("fragile", "transient")
        );
    }
    assert!(
        again[..3].iter().all(|answer| replies(answer).is_empty()),
        "nobody is told the same again meanwhile"
    );
    let last = again.last().unwrap();
    assert!(last.run.entries.iter().any(|entry| {
        matches!(
            &entry.change,
            Change::Failed {
                policy: Policy::HoldMessage,
                ..
            }
        )
    }));
    assert_eq!(
        replies(last).last(),
        Some(&"after"),
        "the chain goes on as after hold-message"
    );
    assert_eq!(holding(&house, "li"), 1, "asked to wait once, not twice");
    assert!(
        last.run.entries.iter().any(|entry| {
            matches!(&entry.change, Change::Notified { to, text, .. }
                if to == "boss" && text.starts_with("[needs-attention] li (web): fragile failed"))
        }),
        "somebody is told to look"
    );
    assert!(
        house
            .conversation("li")
            .labels
            .contains(&"needs-attention".to_owned())
    );
    assert_eq!(house.next_due(), None);
    assert_eq!(house.replay().differences, []);
}

#[test]
fn a_step_that_recovers_answers_and_the_chain_goes_on_once() {
    let house = fragile(|step| step.transient("the other side is down"));
    house.say("li", "please");
    house.wait(SignedDuration::from_secs(15));
    assert_eq!(
        replies(&house.say("han", "heal")),
        ["before", "done", "after"]
    );
    let again = house.wait(SignedDuration::from_hours(1));
    assert_eq!(again.len(), 1);
    assert_eq!(replies(&again[0]), ["done", "after"]);
    let seen = again[0]
        .run
        .entries
        .iter()
        .any(|entry| matches!(&entry.change, Change::Noted { text } if text == "please"));
    assert!(
        seen,
        "the event's message is the last that a step sees, not the holding reply"
    );
    assert_eq!(holding(&house, "li"), 1);
    assert_eq!(house.heard("li").len(), 4);
    assert!(
        !house
            .conversation("li")
            .labels
            .contains(&"needs-attention".to_owned())
    );
    assert_eq!(house.replay().differences, []);
}

#[test]
fn a_trap_is_tried_again_too_but_a_permanent_failure_is_not() {
    let house = fragile(|step| step.wat("(unreachable)"));
    house.say("li", "please");
    house.say("han", "heal");
    assert_eq!(
        replies(&house.wait(SignedDuration::from_mins(1))[0]),
        ["done", "after"]
    );

    let house = fragile(|step| step.permanent("no such order"));
    let answer = house.say("li", "please");
    let texts = replies(&answer);
    assert_eq!((texts.len(), texts[0], texts[2]), (3, "before", "after"));
    assert!(house.wait(SignedDuration::from_hours(1)).is_empty());
    assert!(
        house
            .conversation("li")
            .labels
            .contains(&"needs-attention".to_owned())
    );
    assert_eq!(house.replay().differences, []);
}

#[test]
fn a_message_that_is_tried_again_does_not_hold_the_next_one_up() {
    let house = fragile(|step| step.transient("the other side is down"));
    house.say("li", "first");
    assert_eq!(
        replies(&house.say("li", "heal")),
        ["before", "done", "after"]
    );
    let again = house.wait(SignedDuration::from_mins(1));
    assert_eq!(again[0].run.event.message().unwrap().text, "first");
    assert_eq!(replies(&again[0]), ["done", "after"]);
    assert_eq!(house.replay().differences, []);
}
