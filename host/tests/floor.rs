//! The floor of the demo desk, lived through in virtual time: the scenarios in `examples/scenarios/`, which also say in
//! words what is to happen.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a panic here is the failure report"
)]

mod demo;

use std::sync::Arc;

use switchboard::engine::simulate::{Simulation, parse};
use switchboard::engine::{IdleNudge, ReplaySelection, TimelineLine};
use switchboard::store::MemoryStore;
use switchboard::workflow::{Desk, DeskFiles};

use demo::{SANDBOX, begin, live, play, text};

/// Lives through a scenario twice and repeats every run of it; gives the timeline.
fn checked(scenario: &str) -> String {
    let (simulation, timeline) = live(scenario);
    let (_, again) = live(scenario);
    assert_eq!(text(&timeline), text(&again), "the same bytes every time");
    let report = simulation
        .core()
        .replay(&ReplaySelection::default(), |_| ())
        .unwrap();
    assert_eq!(report.differences, [], "a repeated run differs");
    text(&timeline)
}

/// The lines that say that, of that contact.
fn lines<'t>(timeline: &'t [TimelineLine], contact: &str, kind: &str) -> Vec<&'t TimelineLine> {
    timeline
        .iter()
        .filter(|line| line.contact == contact && line.kind == kind)
        .collect()
}

/// What the host itself said to a contact.
fn said(timeline: &[TimelineLine], contact: &str) -> Vec<String> {
    let said = lines(timeline, contact, "reply").into_iter();
    said.filter(|line| line.by == "host")
        .map(|line| line.details["text"].as_str().unwrap().to_owned())
        .collect()
}

macro_rules! scenarios {
    ($($name:ident $file:literal)+) => {
        $(#[test]
        fn $name() {
            let scenario = include_str!(concat!("../../examples/scenarios/", $file, ".jsonl"));
            insta::assert_snapshot!($file, checked(scenario));
        })+
    };
}

scenarios! {
    presence_goes_as_its_page_says "presence"
    the_queue_goes_as_its_page_says "queue"
    the_minute_goes_as_its_page_says "minute"
    the_start_of_the_shift_goes_as_its_page_says "overnight"
    the_outage_goes_as_its_page_says "outage"
}

#[test]
fn whoever_has_nothing_to_do_hears_of_what_was_left_as_the_page_says() {
    let scenario = include_str!("../../examples/scenarios/idle.jsonl");
    let lived = |scenario: &str| {
        let simulation = begin(scenario).with_chores(vec![Arc::new(IdleNudge)]);
        text(&play(simulation, scenario).1)
    };
    let timeline = lived(scenario);
    insta::assert_snapshot!("idle", timeline);
    // Whatever crashes, each reminder comes once.
    let reminders = |timeline: &str| {
        let lines = timeline
            .lines()
            .filter(|line| line.contains("You are free"));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(reminders(&timeline).len(), 2, "{timeline}");
    for at in ["08:44:30", "09:14:30"] {
        let crash = format!("{{\"at\":\"2026-03-10T{at}+08:00\",\"do\":\"crash\"}}\n");
        let before = |line: &str| {
            line.split('"')
                .nth(3)
                .is_some_and(|when| when < format!("2026-03-10T{at}").as_str())
        };
        let (mut head, mut tail) = (String::new(), String::new());
        for line in scenario.lines() {
            let part = if before(line) { &mut head } else { &mut tail };
            part.push_str(line);
            part.push('\n');
        }
        assert_eq!(
            reminders(&lived(&format!("{head}{crash}{tail}"))),
            reminders(&timeline),
            "{at}"
        );
    }
}

/// The scenario with a crash in the nth commit after that line, for every n.
fn with_crashes(scenario: &str, after: &str) -> Vec<String> {
    let lines: Vec<&str> = scenario.lines().collect();
    let first = lines.iter().position(|line| line.contains(after)).unwrap();
    let crash = |at: &str| format!("{{\"at\":\"{at}\",\"do\":\"crash\"}}");
    let at = |line: &str| line.split('"').nth(3).unwrap().to_owned();
    (first..lines.len())
        .map(|number| {
            // A crash before every line from there on, but at most one in a row of lines: each in its turn.
            let mut all: Vec<String> = Vec::new();
            for (index, line) in lines.iter().enumerate() {
                if index == number || index == number + 1 {
                    all.push(crash(&at(line)));
                }
                all.push((*line).to_owned());
            }
            all.join("\n")
        })
        .collect()
}

/// The timeline without ids, which are drawn anew after a crash.
fn essence(timeline: &[TimelineLine]) -> Vec<String> {
    let mut lines: Vec<String> = timeline
        .iter()
        .map(|line| {
            let mut details = line.details.clone();
            details.remove("ticket");
            format!(
                "{} {} {} {} {details:?}",
                line.at, line.contact, line.kind, line.by
            )
        })
        .collect();
    lines.sort();
    lines
}

fn same(timeline: &[TimelineLine], plain: &[TimelineLine], scenario: &str) {
    let (found, wanted) = (essence(timeline), essence(plain));
    let more: Vec<_> = found.iter().filter(|line| !wanted.contains(line)).collect();
    let less: Vec<_> = wanted.iter().filter(|line| !found.contains(line)).collect();
    assert!(
        found.len() == wanted.len() && more.is_empty() && less.is_empty(),
        "{scenario}\nmore: {more:#?}\nless: {less:#?}"
    );
}

#[test]
fn whenever_the_host_dies_around_an_outage_each_customer_hears_one_explanation() {
    let scenario = include_str!("../../examples/scenarios/outage.jsonl");
    let (_, plain) = live(scenario);
    for contact in ["ana", "李雷", "林媽媽"] {
        let about = |text: &String| text.contains("09:30") && text.contains("09:35");
        assert_eq!(
            said(&plain, contact)
                .iter()
                .filter(|text| about(text))
                .count(),
            1,
            "{contact}"
        );
    }
    let crashing = with_crashes(scenario, "\"outage\"");
    assert!(crashing.len() > 5);
    for scenario in crashing {
        let (simulation, timeline) = live(&scenario);
        same(&timeline, &plain, &scenario);
        let report = simulation
            .core()
            .replay(&ReplaySelection::default(), |_| ())
            .unwrap();
        assert_eq!(report.differences, []);
    }
}

#[test]
fn whenever_the_host_dies_the_queue_goes_on_as_if_it_had_not() {
    let scenario = include_str!("../../examples/scenarios/queue.jsonl");
    let (_, plain) = live(scenario);
    // Every third is enough: a crash comes before the commit and after it by turns.
    for scenario in with_crashes(scenario, "presence").into_iter().step_by(3) {
        let (_, timeline) = live(&scenario);
        same(&timeline, &plain, &scenario);
    }
}

#[test]
fn a_customer_of_an_absent_agent_is_answered_at_once_and_in_their_own_script() {
    let scenario = r#"
{"at":"2026-03-10T09:00:00+08:00","do":"presence","agent":"lin-mei","status":"online"}
{"at":"2026-03-10T09:00:10+08:00","do":"message","contact":"阿May","text":"轉人工，謝謝您"}
{"at":"2026-03-10T09:01:00+08:00","do":"agent-reply","agent":"lin-mei","contact":"阿May","text":"您好，我是林梅。"}
{"at":"2026-03-10T09:02:00+08:00","do":"presence","agent":"lin-mei","status":"STATUS"}
{"at":"2026-03-10T09:03:00+08:00","do":"message","contact":"阿May","text":"請問發票怎麼開？"}
"#;
    for status in ["away", "offline", "busy"] {
        let (simulation, timeline) = live(scenario.trim().replace("STATUS", status).as_str());
        let answers = lines(&timeline, "阿May", "reply");
        let last = answers.last().unwrap();
        assert!(last.at.contains("09:03:00"), "{last:?}");
        assert!(
            last.details["text"].as_str().unwrap().contains("發票"),
            "{last:?}"
        );
        let switched: Vec<_> = lines(&timeline, "阿May", "auto-reply")
            .into_iter()
            .map(|line| line.details["status"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(switched, ["on", "off"], "{status}");
        let agents = simulation.core().agents().unwrap();
        let agent = agents
            .iter()
            .find(|agent| agent.agent == "lin-mei")
            .unwrap();
        assert_eq!(agent.conversations, 1, "the conversation stays hers");
    }
}

#[test]
fn an_inbox_with_neither_a_person_nor_an_answer_raises_an_alarm_once() {
    let mut files = DeskFiles::Embedded.read().unwrap();
    let desk = String::from_utf8(files["desk.toml"].clone()).unwrap();
    let silent = desk
        .replacen(
            "conversation.handler == \"bot\"",
            "conversation.handler == \"nobody\"",
            1,
        )
        .replacen(
            "conversation.handler != \"agent\" ||",
            "conversation.handler == \"nobody\" ||",
            1,
        );
    assert_ne!(desk, silent);
    files.insert("desk.toml".to_owned(), silent.into_bytes());
    let desk = Arc::new(Desk::from_files(&files).unwrap());
    let play = |scenario: &str| {
        let lines = parse(scenario).unwrap();
        let store = Arc::new(MemoryStore::new());
        let mut simulation =
            Simulation::new(Arc::clone(&desk), Arc::clone(&SANDBOX), store, lines[0].at).unwrap();
        let mut timeline = Vec::new();
        for line in &lines {
            simulation.play(line, |line| timeline.push(line)).unwrap();
        }
        timeline
    };
    let two = r#"{"at":"2026-03-10T09:00:10+08:00","do":"message","contact":"ana","text":"hello?"}
{"at":"2026-03-10T09:01:10+08:00","do":"message","contact":"ana","text":"anybody?"}"#;
    let alarmed = play(two);
    let rules: Vec<_> = lines(&alarmed, "ana", "finding")
        .into_iter()
        .map(|line| line.details["rule"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(rules, ["unattended-inbox"]);
    assert_eq!(lines(&alarmed, "ana", "notify")[0].details["to"], "manager");
    let staffed = format!(
        "{}\n{two}",
        r#"{"at":"2026-03-10T09:00:00+08:00","do":"presence","agent":"lin-mei","status":"online"}"#
    );
    assert_eq!(lines(&play(&staffed), "ana", "finding").len(), 0);
}

#[test]
fn a_timer_about_waiting_is_cancelled_when_an_agent_takes_or_answers() {
    let mut files = DeskFiles::Embedded.read().unwrap();
    let desk = String::from_utf8(files["desk.toml"].clone()).unwrap();
    let holding = desk.replacen("hold-minutes = 1440", "hold-minutes = 5", 1);
    assert_ne!(desk, holding);
    // A desk without a floor tells nobody who waits, but what its own steps wanted to say ends with the wait, too.
    let floorless = holding
        .split("\n[settings.floor]\n")
        .next()
        .unwrap()
        .to_owned();
    assert_ne!(holding, floorless);
    let desks = [holding, floorless].map(|desk| {
        files.insert("desk.toml".to_owned(), desk.into_bytes());
        Arc::new(Desk::from_files(&files).unwrap())
    });
    let acts = [
        r#""do":"take","agent":"lin-mei","contact":"ana""#,
        r#""do":"agent-reply","agent":"lin-mei","contact":"ana","text":"Hello Ana, how can I help you?""#,
        r#""do":"resolve","agent":"lin-mei","contact":"ana""#,
    ];
    for (desk, act) in desks.iter().flat_map(|desk| acts.map(|act| (desk, act))) {
        let scenario = format!(
            "{}\n{{\"at\":\"2026-03-10T09:01:00+08:00\",{act}}}\n{}",
            r#"{"at":"2026-03-10T09:00:00+08:00","do":"message","contact":"ana","text":"I want to talk to a person"}"#,
            r#"{"at":"2026-03-10T12:00:00+08:00","do":"advance"}"#,
        );
        let lines = parse(&scenario).unwrap();
        let store = Arc::new(MemoryStore::new());
        let mut simulation =
            Simulation::new(Arc::clone(desk), Arc::clone(&SANDBOX), store, lines[0].at).unwrap();
        let mut statuses = Vec::new();
        for line in &lines {
            let tell = |line: TimelineLine| {
                if line.kind == "timer" && line.details["name"] == "auto-reply.hold" {
                    statuses.push(line.details["status"].as_str().unwrap().to_owned());
                }
            };
            simulation.play(line, tell).unwrap();
        }
        assert_eq!(statuses, ["set", "cancelled"], "{act}");
    }
}

#[test]
fn lateness_is_on_record_and_so_is_who_came_in_time() {
    let (simulation, _) = live(include_str!("../../examples/scenarios/presence.jsonl"));
    let day = |hour: &str| format!("2026-03-10T{hour}:00:00+08:00").parse().unwrap();
    let logins = simulation.core().logins(day("00"), day("23")).unwrap();
    let late: Vec<_> = logins
        .iter()
        .map(|login| (login.agent.as_str(), login.late_seconds))
        .filter(|(agent, _)| *agent != "lee-ka-yan")
        .collect();
    assert!(
        late.contains(&("lin-mei", 0)) && late.contains(&("zhang-wei", 7 * 60)),
        "{late:?}"
    );
}

#[test]
fn who_writes_for_the_first_time_in_an_outage_is_greeted_before_it_is_explained_in_their_language()
{
    let (simulation, timeline) = live(
        r#"{"at":"2026-03-10T10:00:00+08:00","do":"outage","until":"2026-03-10T10:10:00+08:00"}
{"at":"2026-03-10T10:05:00+08:00","do":"message","contact":"bob","text":"How much is shipping?"}
{"at":"2026-03-10T10:06:00+08:00","do":"message","contact":"chan","text":"請問運費多少？"}
{"at":"2026-03-10T11:00:00+08:00","do":"advance"}"#,
    );
    for (contact, words) in [("bob", "Our system was down"), ("chan", "我們的系統")] {
        let replies = lines(&timeline, contact, "reply");
        assert_eq!(replies[0].by, "greeting", "{contact}");
        let explained = said(&timeline, contact);
        assert_eq!(explained.len(), 1, "{explained:?}");
        assert!(explained[0].starts_with(words), "{explained:?}");
    }
    let report = simulation
        .core()
        .replay(&ReplaySelection::default(), |_| ())
        .unwrap();
    assert_eq!(report.differences, [], "a repeated run differs");
}
