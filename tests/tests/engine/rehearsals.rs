//! What another component would have done on recorded history.

use jiff::SignedDuration;
use switchboard::engine::{
    DifferenceGroup, PluginsError, Rehearsal, RehearsalReport, ReplaySelection,
};
use switchboard_tests::house::{House, SANDBOX, chain, desk, replies};
use switchboard_tests::script::Script;

use super::replays::{clerk, lived};

fn rehearse(house: &House, step: &str, component: Script) -> RehearsalReport {
    let rehearsal = Rehearsal {
        selection: ReplaySelection::default(),
        step: step.to_owned(),
        plugin: SANDBOX
            .activate(&component.version("0.1.1").component())
            .unwrap(),
        examples: 2,
        threads: None,
    };
    house.core.rehearse(&rehearsal, |_| {}).unwrap()
}

fn told(groups: &[DifferenceGroup]) -> Vec<(&str, &str, &str, u64)> {
    let groups = groups.iter();
    groups
        .map(|group| {
            let (then, now) = (group.then.as_str(), group.now.as_str());
            (group.kind.as_str(), then, now, group.calls)
        })
        .collect()
}

#[test]
fn the_same_in_another_version_differs_in_nothing() {
    let house = lived();
    let before = house.store.rows();
    let report = rehearse(&house, "clerk", clerk());
    assert_eq!(
        (report.calls, report.differing),
        (60, 0),
        "{:#?}",
        report.groups
    );
    assert_eq!(
        (&report.then[..], report.now.as_str()),
        (&["clerk 0.1.0".to_owned()][..], "clerk 0.1.1")
    );
    assert_eq!(report.groups, []);
    assert_eq!(house.store.rows(), before, "nothing is kept of it");
}

#[test]
fn differences_are_grouped_with_examples() {
    let house = lived();
    let report = rehearse(
        &house,
        "clerk",
        clerk()
            .when('n', |step| step.note("told"))
            .when('t', |step| step.ticket("other", "service")),
    );
    assert_eq!((report.calls, report.differing), (60, 24));
    assert!((report.percent() - 40.0).abs() < 1e-9);
    assert_eq!(
        told(&report.groups),
        [
            (
                "ticket",
                "complaint for service",
                "complaint for service",
                18
            ),
            ("note", "none", "a note", 6),
        ]
    );
    let [first, second] = &report.groups[1].examples[..] else {
        panic!("two examples were asked for")
    };
    assert_eq!(first.message.as_deref(), Some("notify 0"));
    assert_eq!(second.message.as_deref(), Some("notify 1"));
    assert_eq!(
        (&first.then[..], &first.now[..]),
        (&[][..], &["told".to_owned()][..])
    );
}

#[test]
fn a_version_that_breaks_says_nothing_any_more() {
    let report = rehearse(&lived(), "clerk", Script::new("clerk").wat("(unreachable)"));
    assert_eq!(report.differing, 60);
    let groups = told(&report.groups);
    assert!(
        groups.contains(&("failure", "none", "trap", 60)),
        "{groups:?}"
    );
    assert!(
        groups.contains(&("reply", "a text", "none", 60)),
        "{groups:?}"
    );
}

/// Steps in the middle of a chain see what those before them asked for then.
#[test]
fn only_the_step_that_is_tried_is_called() {
    let house = lived();
    let same = rehearse(&house, "memory", {
        let counted = Script::new("memory").log("elsewhere");
        counted
            .count(switchboard_tests::script::Space::Conversation, "n")
            .count(switchboard_tests::script::Space::Desk, "all")
            .note("seen")
    });
    assert!(same.calls > 0);
    assert_eq!(
        same.differing, 0,
        "what it reads is what it read then: {:#?}",
        same.groups
    );
}

#[test]
fn a_reviewer_is_tried_on_the_texts_of_then_and_new_texts_are_reviewed() {
    let wording = || Script::reviewer("wording").warning('~', "vague");
    let echo = || Script::new("echo").echo();
    let workflow = "[[on]]\nevent = \"message.received\"\nsteps = [\"echo\"]\n[[step]]\nname = \"echo\"\n\
         plugin = \"echo@0\"\n[[reviewer]]\nname = \"wording\"\nplugin = \"wording@0\"\n";
    let plugins = [
        ("echo", echo().component()),
        ("wording", wording().component()),
    ];
    let house = House::new(desk(&plugins, workflow));
    for text in ["~soon", "?maybe", "hello", "?perhaps"] {
        assert_eq!(replies(&house.say("li", text)), [text]);
    }

    assert_eq!(rehearse(&house, "wording", wording()).differing, 0);
    let stricter = wording().finding('?', "unsure", None);
    let report = rehearse(&house, "wording", stricter);
    assert_eq!(report.calls, 4);
    assert_eq!(told(&report.groups), [("finding", "none", "unsure", 2)]);
    assert_eq!(
        report.groups[0].examples[0].message.as_deref(),
        Some("?maybe")
    );

    let step = SANDBOX.activate(&echo().component()).unwrap();
    let wrong = house.core.rehearse(
        &Rehearsal {
            selection: ReplaySelection::default(),
            step: "wording".to_owned(),
            plugin: step,
            examples: 0,
            threads: None,
        },
        |_| {},
    );
    let reason = wrong.unwrap_err().to_string();
    assert!(
        reason.contains("is a step; it can't take the place of the reviewer"),
        "{reason}"
    );

    let vague = Script::new("echo").reply("~in a while");
    let report = rehearse(&house, "echo", vague);
    assert_eq!(report.differing, 4);
    assert!(
        told(&report.groups).contains(&("finding", "none", "vague", 3)),
        "the first was found vague then too: {:?}",
        told(&report.groups)
    );
    assert!(told(&report.groups).contains(&("reply", "a text", "a text", 4)));
}

#[test]
fn a_desk_may_want_versions_rehearsed_before_they_go_live() {
    let clerk = |version: &str, text: &str| {
        let step = Script::new("clerk").version(version);
        step.echo().when('n', |step| step.note(text)).component()
    };
    let rule = "[settings.rehearsal]\nover = \"1d\"\nbudget = \"40%\"\n";
    let steps = [("clerk", clerk("0.1.0", "seen"))];
    let house = House::new(chain(&steps, &["message.received"], rule));
    for text in ["hello", "no", "never"] {
        house.say("li", text);
    }
    let other = clerk("0.1.1", "told");
    house.core.push_plugin("clerk", "0.1.1", &other).unwrap();
    let reports = house
        .core
        .rehearse_version("clerk", "0.1.1", SignedDuration::from_hours(1), 1);
    let [report] = &reports.unwrap()[..] else {
        panic!("one step uses it")
    };
    assert_eq!(
        (report.step.as_str(), report.calls, report.differing),
        ("clerk", 3, 2)
    );

    let refused = house
        .core
        .activate_plugin("clerk", "0.1.1", false)
        .unwrap_err();
    assert!(matches!(refused, PluginsError::Unrehearsed(_)));
    let reason = refused.to_string();
    for part in [
        "2 of 3 calls",
        "66.7 %",
        "allows 40%",
        "note: a note, otherwise",
        "--force",
    ] {
        assert!(reason.contains(part), "{part}: {reason}");
    }
    assert!(house.say("li", "no").run.invocations[0].version == "0.1.0");

    // What nobody does any more isn't asked for any more.
    house.wait(SignedDuration::from_hours(25));
    for text in ["hello", "good day", "no"] {
        house.say("li", text);
    }
    house.core.activate_plugin("clerk", "0.1.1", false).unwrap();
    assert!(house.say("li", "no").run.invocations[0].version == "0.1.1");

    let silent = Script::new("clerk").version("0.1.2").component();
    house.core.push_plugin("clerk", "0.1.2", &silent).unwrap();
    assert!(house.core.activate_plugin("clerk", "0.1.2", false).is_err());
    house.core.activate_plugin("clerk", "0.1.2", true).unwrap();
    assert!(replies(&house.say("li", "no")).is_empty());
    house.core.roll_back_plugin("clerk").unwrap();
    assert_eq!(
        replies(&house.say("li", "no")),
        ["no"],
        "back is never refused"
    );
    assert!(matches!(
        house
            .core
            .rehearse_version("clerk", "9.9.9", SignedDuration::from_hours(1), 1),
        Err(PluginsError::NotFound { .. } | PluginsError::Missing { .. })
    ));
}
