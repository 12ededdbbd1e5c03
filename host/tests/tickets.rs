//! Departments, tickets, notices and promises of the demo desk, in virtual time: the scenarios in `examples/scenarios/`
//! with their timelines.

#![allow(clippy::unwrap_used, reason = "a panic here is the failure report")]

mod demo;

use serde_json::Value;
use switchboard::engine::ReplaySelection;
use switchboard::engine::simulate::Simulation;

/// The timeline of a scenario, one short line for each thing that happened.
struct Lived {
    simulation: Simulation,
    lines: Vec<Value>,
}

impl Lived {
    fn of(scenario: &str) -> Self {
        let (simulation, timeline) = demo::live(scenario);
        let lines = timeline.iter();
        let lines = lines.map(|line| serde_json::to_value(line).unwrap());
        let lines = lines.collect();
        Self { simulation, lines }
    }

    /// What a person reads: what went on with tickets, people and promises.
    fn told(&self) -> String {
        let wanted = [
            "reply", "note", "ticket", "notify", "promise", "hand-off", "assigned", "resolved",
        ];
        let mut text = String::new();
        for line in &self.lines {
            let kind = line["kind"].as_str().unwrap();
            if !wanted.contains(&kind)
                || line["text"]
                    .as_str()
                    .is_some_and(|t| t.starts_with("Named:"))
            {
                continue;
            }
            let mut line = line.clone();
            let object = line.as_object_mut().unwrap();
            let mut take = |name: &str| match object.remove(name) {
                Some(Value::String(text)) => text,
                _ => String::new(),
            };
            let (at, contact, by) = (take("at"), take("contact"), take("by"));
            for boring in [
                "kind",
                "conversation",
                "channel",
                "ticket",
                "added",
                "sources",
            ] {
                take(boring);
            }
            let rest = Value::Object(object.clone());
            let at = at.get(5..16).unwrap();
            text.push_str(&format!("{at} {contact} | {kind} by {by} {rest}\n"));
        }
        text
    }

    fn count(&self, contact: &str, test: impl Fn(&Value) -> bool) -> usize {
        let lines = self.lines.iter();
        lines
            .filter(|line| line["contact"] == contact && test(line))
            .count()
    }

    fn repeats(&self) {
        let report = self
            .simulation
            .core()
            .replay(&ReplaySelection::default(), |_| ())
            .unwrap();
        assert_eq!(report.differences, [], "a repeated run differs");
    }
}

fn text_has(line: &Value, kind: &str, part: &str) -> bool {
    line["kind"] == kind
        && line["text"]
            .as_str()
            .is_some_and(|text| text.contains(part))
}

#[test]
fn tickets_live_their_lives() {
    let day = Lived::of(include_str!("../../examples/scenarios/tickets.jsonl"));
    insta::assert_snapshot!("tickets", day.told());
    // An emergency pages everybody at once, whatever the time, and only the script is said until it is over.
    let paged = |line: &Value| line["kind"] == "notify" && line["urgent"] == true;
    assert!(day.count("老周", paged) >= 3);
    let named = |line: &Value| text_has(line, "notify", "[emergency] 老周 (web)");
    assert!(day.count("老周", named) >= 3);
    let said = day.lines.iter().filter(|line| {
        line["contact"] == "老周"
            && line["kind"] == "reply"
            && line["at"].as_str().unwrap() < "2026-03-10T03:40"
    });
    assert!(said.clone().count() >= 1);
    assert!(
        said.into_iter()
            .all(|line| line["by"] == "complaint-forwarding")
    );
    let hours = |line: &Value| line["kind"] == "reply" && line["by"] == "auto-reply";
    assert_eq!(
        day.count("老周", hours),
        1,
        "afterwards questions are answered again"
    );
    // Whoever isn't there is told on return, once.
    let kept = |line: &Value| line["kind"] == "notify" && line["until"].is_string();
    assert!(day.count("林小姐", kept) >= 1);
    // One case, three work orders.
    let opened = |line: &Value| line["kind"] == "ticket" && line["status"] == "opened";
    assert_eq!(day.count("ana", opened), 3);
    let closed = |line: &Value| line["kind"] == "ticket" && line["status"] == "closed";
    assert_eq!(day.count("ana", closed), 3);
    for feedback in ["called you about it", "battery type", "motor is replaced"] {
        assert_eq!(
            day.count("ana", |line| text_has(line, "reply", feedback)),
            1
        );
    }
    // A complaint about somebody goes past them.
    let heard = |line: &Value| text_has(line, "reply", "直接转给主管");
    assert_eq!(day.count("吴先生", heard), 1, "nobody is met with silence");
    let about =
        |line: &Value| line["about"][0] == "zhang-wei" && line["department"] == "customer-service";
    assert!(day.count("吴先生", about) >= 1);
    let to =
        |name: &'static str| move |line: &Value| line["kind"] == "notify" && line["to"] == name;
    assert!(day.count("吴先生", to("lin-mei")) >= 1);
    assert_eq!(day.count("吴先生", to("zhang-wei")), 0);
    day.repeats();
}

#[test]
fn promises_are_kept_or_accounted_for() {
    let days = Lived::of(include_str!("../../examples/scenarios/promises.jsonl"));
    insta::assert_snapshot!("promises", days.told());
    let is = |status: &'static str| {
        move |line: &Value| line["kind"] == "promise" && line["status"] == status
    };
    assert_eq!(days.count("ana", is("kept")), 2);
    assert_eq!(days.count("ana", is("broken")), 0);
    assert_eq!(days.count("李女士", is("kept")), 1);
    for (contact, apology) in [
        ("王先生", "非常抱歉，答应您的"),
        ("陳小姐", "非常抱歉，答應您的"),
        ("dave", "what we promised you"),
    ] {
        assert_eq!(days.count(contact, is("broken")), 1, "{contact}");
        let said = |line: &Value| text_has(line, "reply", apology);
        assert_eq!(days.count(contact, said), 1, "{contact}: one apology");
        let reported = |line: &Value| text_has(line, "notify", "[broken promise]");
        assert!(
            days.count(contact, reported) >= 2,
            "{contact}: owner and lead"
        );
    }
    let due =
        |line: &Value| line["kind"] == "promise" && line["due"] == "2026-03-10T11:03:00+08:00";
    assert!(days.count("ana", due) >= 1, "two hours are two hours");
    days.repeats();
}

#[test]
fn whenever_the_process_dies_each_notice_and_apology_comes_once() {
    for scenario in [
        include_str!("../../examples/scenarios/tickets.jsonl"),
        include_str!("../../examples/scenarios/promises.jsonl"),
    ] {
        let plain = Lived::of(scenario);
        let mut crashed = String::new();
        let crash = |at: &str| format!("{{\"at\":\"{at}\",\"do\":\"crash\"}}\n");
        for line in scenario.lines() {
            let at = line.get(7..32).unwrap();
            if line.contains("\"do\":\"advance\"") {
                // In the middle of what comes due by itself.
                for at in ["10T18:45", "11T08:29", "11T10:59", "11T17:29", "12T08:29"] {
                    crashed.push_str(&crash(&format!("2026-03-{at}:30+08:00")));
                }
            } else if line.contains("\"do\":\"message\"") || line.contains("\"do\":\"ticket\"") {
                // What people send once more when they heard nothing; an agent would look first.
                crashed.push_str(&crash(at));
            }
            crashed.push_str(line);
            crashed.push('\n');
        }
        let crashed = Lived::of(&crashed);
        let essence = |lived: &Lived| -> Vec<String> {
            let lines = lived.lines.iter().filter(|line| {
                matches!(line["kind"].as_str(), Some("reply" | "notify" | "promise"))
            });
            let shown = |line: &Value| {
                format!(
                    "{} {} {} {} {}",
                    line["at"], line["contact"], line["kind"], line["status"], line["to"]
                )
            };
            lines.map(shown).collect()
        };
        assert_eq!(essence(&plain), essence(&crashed));
    }
}

#[test]
fn nothing_of_a_complaint_about_somebody_is_sent_to_their_whole_department() {
    let day = Lived::of(
        r#"{"at":"2026-03-10T10:00:00+08:00","do":"message","contact":"ana","text":"我要投诉张薇，态度太差了"}
{"at":"2026-03-13T18:00:00+08:00","do":"advance"}"#,
    );
    let told = |to: &'static str| move |line: &Value| line["kind"] == "notify" && line["to"] == to;
    assert_eq!(day.count("ana", told("customer-service")), 0);
    assert_eq!(day.count("ana", told("zhang-wei")), 0);
    let broken = |line: &Value| text_has(line, "notify", "[broken promise]");
    assert_eq!(
        day.count("ana", |line| broken(line)
            && line["to"] == "lin-mei"
            && line["until"].is_null()),
        1,
        "the supervisor hears of it, once"
    );
    day.repeats();
}

#[test]
fn an_agent_finds_a_customer_on_whatever_channel_they_wrote() {
    let day = Lived::of(
        r#"{"at":"2026-03-10T10:00:00+08:00","do":"message","contact":"ana","channel":"sms","text":"运费多少钱？"}
{"at":"2026-03-10T10:01:00+08:00","do":"agent-reply","agent":"lin-mei","contact":"ana","text":"您好，大陆地区运费十元。"}"#,
    );
    let said = |line: &Value| {
        line["kind"] == "reply" && line["by"] == "lin-mei" && line["channel"] == "sms"
    };
    assert_eq!(day.count("ana", said), 1);
}
