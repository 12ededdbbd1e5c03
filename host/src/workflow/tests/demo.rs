//! The built-in demo desk.

use crate::model::EventKind;
use crate::workflow::{Desk, DeskFiles};

fn demo() -> Desk {
    Desk::load(&DeskFiles::Embedded).unwrap_or_else(|problems| {
        let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
        panic!("{}", lines.join("\n"))
    })
}

#[test]
fn the_demo_desk_loads_without_a_problem() {
    let desk = demo();
    assert_eq!(desk.name, "Blue Whale Toys");
    assert_eq!(desk.time_zone_name, "Asia/Shanghai");
    assert_eq!(desk.languages, ["zh-Hans", "zh-Hant", "en"]);
    let chain: Vec<&str> = desk
        .chain(EventKind::MessageReceived)
        .map(|step| step.name.as_str())
        .collect();
    assert_eq!(
        chain,
        [
            "greeting",
            "triage",
            "auto-reply",
            "complaint-forwarding",
            "follow-up-visit"
        ]
    );
    assert_eq!(desk.calendar.weekly_total_text(), "48 h");
    assert!(desk.articles.len() >= 40);
}

#[test]
fn the_demo_desk_knows_who_answers_for_what() {
    let directory = demo().directory;
    let responsible = |topic: &str| {
        directory
            .responsible(topic)
            .map(|person| person.name.clone())
    };
    for (topic, person) in [
        ("wholesale", "wang-fang"),
        ("invoices", "sun-yan"),
        ("product safety", "zhou-wei"),
        ("shipping", "wu-tao"),
        ("warranty", "chen-jing"),
        ("refunds", "chen-jing"),
        ("suggestions", "wang-fang"),
        ("repair", "zhao-qiang"),
        ("after-sales", "chen-jing"),
        ("manager", "he-min"),
        ("on-call", "zhou-wei"),
        ("售后服务部", "chen-jing"),
        ("劉洋", "liu-yang"),
    ] {
        assert_eq!(responsible(topic).as_deref(), Some(person), "{topic}");
        assert!(directory.has(topic), "{topic}");
    }
    assert_eq!(responsible("astrology"), None);
    let climbs: Vec<&str> = directory
        .escalation("after-sales")
        .into_iter()
        .map(|person| person.name.as_str())
        .collect();
    assert_eq!(climbs, ["chen-jing", "he-min"]);
    let told: Vec<&str> = directory
        .recipients("on-call")
        .into_iter()
        .map(|to| to.name)
        .collect();
    assert_eq!(told, ["zhou-wei", "huang-li"]);
    assert_eq!(directory.recipients("after-sales")[0].name, "after-sales");
}
