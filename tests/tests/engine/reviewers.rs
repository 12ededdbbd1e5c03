//! Reviewers look at every text before it goes to a customer.

use switchboard::engine::{EngineError, Request};
use switchboard::model::{Author, Change, InvocationResult};
use switchboard_tests::house::{House, desk, replies};
use switchboard_tests::script::Script;

/// Blocks what begins with `!` and words what begins with `?` better; can't look at what begins with `#`.
fn house(policy: &str) -> House {
    let wording = Script::reviewer("wording")
        .finding('!', "shouting", None)
        .finding('?', "unsure", Some("Certainly."))
        .warning('~', "vague")
        .trapping('#');
    let echo = Script::new("echo").echo().note("echoed").component();
    let workflow = format!(
        "[[on]]\nevent = \"message.received\"\nsteps = [\"echo\"]\n[[step]]\nname = \"echo\"\nplugin = \"echo@0\"\n\
         [[reviewer]]\nname = \"wording\"\nplugin = \"wording@0\"\non-failure = {policy:?}\n"
    );
    let plugins = [("echo", echo), ("wording", wording.component())];
    House::new(desk(&plugins, &workflow))
}

fn findings(answer: &switchboard::engine::Answer) -> Vec<(&str, &str)> {
    let entries = answer.run.entries.iter();
    entries
        .filter_map(|entry| match &entry.change {
            Change::Found { finding, text } => Some((finding.rule.as_str(), text.as_str())),
            _ => None,
        })
        .collect()
}

#[test]
fn what_a_reviewer_blocks_is_not_sent() {
    let house = house("hold-message");
    assert_eq!(replies(&house.say("li", "hello")), ["hello"]);

    let better = house.say("li", "?maybe");
    assert_eq!(replies(&better), ["Certainly."]);
    assert_eq!(findings(&better), [("unsure", "?maybe")]);
    assert!(
        !house
            .conversation("li")
            .labels
            .contains(&"needs-attention".to_owned())
    );

    let blocked = house.say("li", "!buy now");
    assert_eq!(replies(&blocked).len(), 1);
    assert!(replies(&blocked)[0].contains("非常抱歉"));
    assert_eq!(findings(&blocked), [("shouting", "!buy now")]);
    assert!(
        house
            .conversation("li")
            .labels
            .contains(&"needs-attention".to_owned()),
        "a person has to answer"
    );
    let kept = house.messages(&house.conversation("li").id);
    assert!(
        kept.iter()
            .all(|message| message.author == Author::Customer || !message.text.starts_with('!'))
    );
    let last = kept.last().unwrap();
    assert_eq!(
        (&last.author, last.text.as_str()),
        (&Author::Host, replies(&blocked)[0])
    );
    assert!(blocked.run.invocations.iter().any(|invocation| {
        invocation.step == "wording" && matches!(&invocation.result, InvocationResult::Reviewed { texts, .. } if texts.len() == 1 && texts[0].findings.len() == 1)
    }));
    assert_eq!(house.replay().differences, []);
}

#[test]
fn the_texts_of_a_run_are_seen_together_and_judged_each_for_itself() {
    let wording = Script::reviewer("wording")
        .finding('?', "unsure", Some("Certainly."))
        .warning('~', "vague");
    let chatty = Script::new("chatty")
        .reply("~soon")
        .echo()
        .reply("good day");
    let workflow = "[[on]]\nevent = \"message.received\"\nsteps = [\"chatty\"]\n[[step]]\nname = \"chatty\"\n\
         plugin = \"chatty@0\"\n[[reviewer]]\nname = \"wording\"\nplugin = \"wording@0\"\n";
    let plugins = [
        ("chatty", chatty.component()),
        ("wording", wording.component()),
    ];
    let house = House::new(desk(&plugins, workflow));
    let answer = house.say("li", "?maybe");
    assert_eq!(replies(&answer), ["~soon", "Certainly.", "good day"]);
    assert_eq!(
        findings(&answer),
        [("vague", "~soon"), ("unsure", "?maybe")]
    );
    let calls = answer.run.invocations.iter();
    let seen: Vec<_> = calls
        .filter_map(|call| match &call.result {
            InvocationResult::Reviewed { texts, .. } => {
                Some(texts.iter().map(|text| text.findings.len()))
            }
            _ => None,
        })
        .map(Iterator::collect::<Vec<_>>)
        .collect();
    assert_eq!(seen, [[1, 1, 0]], "one call for all three");
    assert_eq!(house.replay().differences, []);
}

#[test]
fn what_a_reviewer_could_not_look_at_is_not_sent_unless_it_may_be_skipped() {
    let strict = house("hold-message");
    let answer = strict.say("li", "#broken");
    assert!(replies(&answer)[0].contains("非常抱歉"));
    assert_eq!(findings(&answer)[0].0, "reviewer-failed");
    assert!(
        strict
            .conversation("li")
            .labels
            .contains(&"needs-attention".to_owned())
    );
    assert_eq!(strict.replay().differences, []);

    let lenient = house("skip");
    let answer = lenient.say("li", "#broken");
    assert_eq!(replies(&answer), ["#broken"]);
    assert_eq!(findings(&answer), []);
    assert_eq!(lenient.replay().differences, []);
}

#[test]
fn an_agents_text_is_held_back_and_told_why() {
    let house = house("hold-message");
    house.say("li", "hello");
    let conversation = house.conversation("li").id;
    let reply = |text: &str| {
        let (conversation, agent) = (conversation.clone(), "boss".to_owned());
        house.core.process(&Request::Reply {
            conversation,
            agent,
            text: text.to_owned(),
        })
    };
    let before = house.store.rows();
    for (text, rule) in [("!buy now", "shouting"), ("#broken", "reviewer-failed")] {
        match reply(text) {
            Err(EngineError::HeldBack { findings }) => assert_eq!(findings[0].rule, rule),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(house.store.rows(), before, "nothing of it is kept");
    let answer = reply("We are on it.").unwrap();
    assert_eq!(replies(&answer), ["We are on it."]);
    let answer = reply("~soon").unwrap();
    assert_eq!(
        findings(&answer),
        [("vague", "~soon")],
        "a warning is no refusal"
    );
    assert_eq!(house.heard("li"), ["hello", "We are on it.", "~soon"]);
    let answer = house.say("li", "~perhaps");
    assert_eq!(
        (replies(&answer), findings(&answer)),
        (vec!["~perhaps"], vec![("vague", "~perhaps")])
    );
    assert_eq!(house.replay().differences, []);
}
