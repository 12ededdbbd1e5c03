//! Wrap-up records, the service record form and the reports, over days that were lived through in virtual time; their
//! figures beside a recomputation from the raw runs that shares nothing with them.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a panic here is the failure report"
)]

mod demo;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use switchboard::engine::simulate::{Simulation, parse};
use switchboard::engine::{Core, ReplaySelection, SearchMark, TimelineLine};
use switchboard::model::{Author, Change, Handler, Run};
use switchboard::report::delivery::{FormDelivery, delivered};
use switchboard::report::{Kind, Period, Sheet};
use switchboard::store::{Batch, KeyRange, MemoryStore, Store, Table};
use switchboard::workflow::{Desk, DeskFiles};

use demo::{SANDBOX, live};

fn march() -> Period {
    Period {
        from: "2026-03-01T00:00:00+08:00".parse().unwrap(),
        to: "2026-04-01T00:00:00+08:00".parse().unwrap(),
    }
}

fn runs(core: &Core) -> Vec<Run> {
    let ids = core
        .runs_between(march().from, march().to, None, usize::MAX)
        .unwrap();
    ids.iter().map(|(_, id)| core.run(id).unwrap()).collect()
}

fn row<'s>(sheet: &'s Sheet, key: &str, value: &str) -> &'s serde_json::Map<String, Value> {
    let found = sheet.rows.iter().find(|row| row[key] == value);
    found.unwrap_or_else(|| panic!("no row {value} in {:?}", sheet.rows))
}

#[test]
fn a_settled_conversation_has_a_record_and_the_form_has_a_row_for_every_conversation() {
    let (simulation, timeline) = live(include_str!("../../examples/scenarios/records.jsonl"));
    let records: String = timeline
        .iter()
        .filter(|line| line.kind == "record")
        .map(|line| serde_json::to_string(line).unwrap() + "\n")
        .collect();
    let form = Kind::Records.of(simulation.core(), march()).unwrap();
    assert_eq!(form.rows.len(), 4);
    let csv = String::from_utf8(form.to_csv().unwrap()).unwrap();
    insta::assert_snapshot!("records", format!("{records}\n{csv}"));

    let agents = Kind::Agents.of(simulation.core(), march()).unwrap();
    let workload = Kind::Workload.of(simulation.core(), march()).unwrap();
    insta::assert_snapshot!(
        "figures",
        format!("{}\n{}", agents.to_text(), workload.to_text())
    );
    // Asked for a person at 17:29, answered at 9:01: the night isn't business time.
    let wei = row(&agents, "agent", "zhang-wei");
    assert_eq!(wei["responses"], 1);
    assert!(
        wei["mean_response_s"].as_f64().unwrap() < 3_600.0,
        "{wei:?}"
    );
    assert!(form.to_xlsx().unwrap().starts_with(b"PK"));
}

#[test]
fn what_is_settled_twice_has_one_row_and_a_new_draft() {
    let scenario = r#"{"at":"2026-03-10T09:00:00+08:00","do":"message","contact":"ana","text":"How long does shipping take?"}
{"at":"2026-03-10T09:05:00+08:00","do":"resolve","agent":"lin-mei","contact":"ana"}
{"at":"2026-03-10T09:06:00+08:00","do":"message","contact":"ana","text":"3"}
{"at":"2026-03-10T09:30:00+08:00","do":"message","contact":"ana","text":"And where is my parcel?"}
{"at":"2026-03-10T09:31:00+08:00","do":"agent-reply","agent":"lin-mei","contact":"ana","text":"It left our house this morning, Ana. It will be with you tomorrow."}
{"at":"2026-03-10T09:31:30+08:00","do":"ticket","contact":"ana","kind":"order","status":"closed","feedback":"It left our house this morning."}
{"at":"2026-03-10T09:32:00+08:00","do":"resolve","agent":"lin-mei","contact":"ana","summary":"told where it is"}"#;
    let (simulation, timeline) = live(scenario);
    let drafts = timeline.iter().filter(|line| line.kind == "record").count();
    assert_eq!(drafts, 2);
    let form = Kind::Records.of(simulation.core(), march()).unwrap();
    assert_eq!(form.rows.len(), 1);
    assert_eq!(form.rows[0]["result"], "told where it is");
}

#[test]
fn what_was_said_is_found_in_whichever_script() {
    let (simulation, _) = live(include_str!("../../examples/scenarios/records.jsonl"));
    let find = |text: &str| {
        let found = simulation.core().find(text, None, 10).unwrap();
        assert_eq!(found.next, None);
        let hits = found.hits.into_iter();
        hits.map(|hit| hit.conversation.contact).collect::<Vec<_>>()
    };
    assert_eq!(
        find("小火車壞了"),
        ["王小明"],
        "written in the other script"
    );
    assert_eq!(find("几点开门"), ["陳太太"]);
    assert_eq!(find("陈太太"), ["陳太太"], "a name of three characters");
    assert_eq!(find("免费换新"), ["王小明"], "in the record");
    assert_eq!(find("ARRIVED broken"), ["ben"]);
    assert_eq!(find("没有这个"), Vec::<String>::new());

    // Page by page it is the same.
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let found = simulation.core().find("re", after.as_ref(), 1).unwrap();
        seen.extend(found.hits.into_iter().map(|hit| hit.conversation.contact));
        match found.next {
            Some(next) => after = SearchMark::parse(&next.to_text()),
            None => break,
        }
    }
    let whole = simulation.core().find("re", None, 10).unwrap();
    let whole: Vec<_> = whole
        .hits
        .into_iter()
        .map(|hit| hit.conversation.contact)
        .collect();
    assert_eq!(seen, whole);
}

#[test]
fn data_of_an_earlier_version_gets_its_indices_at_the_start() {
    let lines = parse(include_str!("../../examples/scenarios/records.jsonl")).unwrap();
    let store = Arc::new(MemoryStore::new());
    let desk = Arc::new(Desk::load(&DeskFiles::Embedded).unwrap());
    let begin = |store: &Arc<MemoryStore>| {
        let kept = Arc::clone(store) as Arc<dyn Store>;
        Simulation::new(Arc::clone(&desk), Arc::clone(&SANDBOX), kept, lines[0].at).unwrap()
    };
    let mut simulation = begin(&store);
    for line in &lines {
        simulation.play(line, |_| ()).unwrap();
    }
    let before = store.rows();
    let indices = [
        Table::ConversationByTime,
        Table::AccountTimeline,
        Table::Fact,
    ];
    let mut older = Batch::new();
    for (table, key, value) in &before {
        if indices.contains(table) {
            older.delete(*table, key.clone());
        } else if *table == Table::Conversation {
            let mut state: Value = serde_json::from_slice(value).unwrap();
            state.as_object_mut().unwrap().remove("tally");
            older.put_json(*table, key.clone(), &state);
        }
    }
    store.commit(older).unwrap();
    drop(begin(&store));
    assert_eq!(store.rows(), before);
}

/// The demo desk, whose form goes to two webhooks every day.
fn daily() -> Arc<Desk> {
    let mut files = DeskFiles::Embedded.read().unwrap();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let toml = text(&files["desk.toml"]).replace("every = \"month\"", "every = \"day\"");
    files.insert("desk.toml".to_owned(), toml.into_bytes());
    let people = text(&files["directory.toml"]).replacen(
        "name = \"wang-fang\"",
        "name = \"wang-fang\"\nnotify = [\"webhook:https://a.example/hook\", \"webhook:https://b.example/hook\"]",
        1,
    );
    files.insert("directory.toml".to_owned(), people.into_bytes());
    Arc::new(Desk::from_files(&files).unwrap_or_else(|problems| panic!("{problems:?}")))
}

#[test]
fn the_form_of_each_day_goes_out_once_whatever_crashes() {
    let days = [
        r#"{"at":"2026-03-09T10:00:00+08:00","do":"message","contact":"ana","text":"How long does shipping take?"}"#,
        r#"{"at":"2026-03-10T08:00:00+08:00","do":"crash"}"#,
        r#"{"at":"2026-03-10T12:00:00+08:00","do":"message","contact":"ben","text":"How long does shipping take?"}"#,
        r#"{"at":"2026-03-11T08:00:00+08:00","do":"crash"}"#,
        r#"{"at":"2026-03-12T08:00:00+08:00","do":"crash"}"#,
        r#"{"at":"2026-03-13T06:00:00+08:00","do":"advance"}"#,
    ];
    let calm: Vec<_> = days.iter().filter(|day| !day.contains("crash")).collect();
    let calm = calm
        .iter()
        .map(|day| format!("{day}\n"))
        .collect::<String>();
    let mut told = Vec::new();
    for scenario in [calm, days.join("\n")] {
        let lines = parse(&scenario).unwrap();
        let store = Arc::new(MemoryStore::new());
        let kept = Arc::clone(&store) as Arc<dyn Store>;
        let mut simulation = Simulation::new(daily(), Arc::clone(&SANDBOX), kept, lines[0].at)
            .unwrap()
            .with_chores(vec![Arc::new(FormDelivery)]);
        let mut notified = Vec::new();
        for line in &lines {
            let note = |line: TimelineLine| {
                if line.kind == "notify" && line.conversation.is_empty() {
                    notified.push(format!("{} {}", line.at, line.details["rows"]));
                }
            };
            simulation.play(line, note).unwrap();
        }
        let waiting = store
            .scan(Table::Outbox, KeyRange::all(), usize::MAX)
            .unwrap();
        let mut keys: Vec<_> = waiting
            .iter()
            .map(|(_, row)| serde_json::from_slice::<Value>(row).unwrap())
            .filter(|row| row["to"] == "wang-fang" && !row["attachment"].is_null())
            .map(|row| row["key"].as_str().unwrap().to_owned())
            .collect();
        keys.sort();
        let all = keys.len();
        keys.dedup();
        assert_eq!(
            (all, keys.len()),
            (6, 6),
            "three days, two addresses, each once"
        );
        assert_eq!(delivered(simulation.core(), 9).unwrap().len(), 3);
        told.push(notified);
    }
    assert_eq!(told[0], told[1], "crashes change nothing");
    let opening = |day| format!("2026-03-{day}T09:00:00+08:00");
    let wanted = [(10, 1), (11, 1), (12, 0)].map(|(day, rows)| format!("{} {rows}", opening(day)));
    assert_eq!(told[0].len(), 3, "{told:?}");
    for (line, wanted) in told[0].iter().zip(wanted) {
        assert_eq!(line[..10], wanted[..10]);
        assert!(line.ends_with(&wanted[25..]), "{line} {wanted}");
    }
}

/// One agent's figures.
#[derive(Debug, Default, PartialEq)]
struct Figures {
    conversations: BTreeSet<String>,
    replies: u64,
    responses: Vec<u64>,
    ratings: u64,
    points: Vec<u64>,
}

/// The manager's report, computed from the runs alone: conversation by conversation, minute by minute.
fn recomputed(core: &Core) -> BTreeMap<String, Figures> {
    let mut by_conversation: BTreeMap<String, Vec<Run>> = BTreeMap::new();
    for run in runs(core) {
        let id = run.before.id.to_string();
        by_conversation.entry(id).or_default().push(run);
    }
    let calendar = core.desk().calendar.clone();
    let open_seconds = |from: Timestamp, to: Timestamp| {
        // Hours begin and end with whole minutes.
        let (mut at, mut open) = (from, SignedDuration::ZERO);
        while at < to {
            let rest = SignedDuration::from_secs(60 - at.as_second().rem_euclid(60))
                - SignedDuration::from_nanos(i64::from(at.subsec_nanosecond()));
            let next = (at + rest).min(to);
            if calendar.is_open(at) {
                open += next.duration_since(at);
            }
            at = next;
        }
        u64::try_from(open.as_secs()).unwrap()
    };
    let mut agents: BTreeMap<String, Figures> = BTreeMap::new();
    for (id, runs) in by_conversation {
        // Who waits since when, and who wrote last.
        let (mut waits, mut last) = (Vec::<Timestamp>::new(), None);
        for run in runs {
            let at = run.event.at;
            let mut bot = run.before.handler == Handler::Bot;
            for entry in &run.entries {
                match &entry.change {
                    Change::Received { .. } => waits.push(at),
                    Change::HandedOver { .. } => {
                        bot = false;
                        waits.push(at);
                    }
                    Change::Assigned { .. } => bot = false,
                    Change::Resolved { .. } => {
                        bot = true;
                        waits.clear();
                    }
                    Change::Replied { message } => match &message.author {
                        Author::Step(_) if bot => waits.clear(),
                        Author::Agent(name) => {
                            let figures = agents.entry(name.clone()).or_default();
                            figures.replies += 1;
                            figures.conversations.insert(id.clone());
                            if let Some(since) = waits.first() {
                                figures.responses.push(open_seconds(*since, at));
                            }
                            waits.clear();
                            last = Some(name.clone());
                        }
                        _ => {}
                    },
                    Change::SurveyAnswered { result } => {
                        if let Some(name) = &last {
                            let figures = agents.entry(name.clone()).or_default();
                            figures.ratings += 1;
                            figures.points.extend(result.points.map(u64::from));
                        }
                    }
                    _ => {}
                }
            }
        }
    }
    agents
}

fn mean(values: &[u64]) -> Value {
    if values.is_empty() {
        return Value::Null;
    }
    let mean = values.iter().sum::<u64>() as f64 / values.len() as f64;
    Value::from((mean * 1e3).round() / 1e3)
}

#[test]
fn the_figures_are_those_of_a_recomputation_from_the_raw_runs() {
    for scenario in [
        include_str!("../../examples/day.jsonl"),
        include_str!("../../examples/scenarios/records.jsonl"),
    ] {
        let (simulation, timeline) = live(scenario);
        let core = simulation.core();
        let agents = Kind::Agents.of(core, march()).unwrap();
        let raw = recomputed(core);
        assert_eq!(agents.rows.len(), raw.len() + 1);
        for (name, figures) in &raw {
            let row = row(&agents, "agent", name);
            assert_eq!(row["conversations"], figures.conversations.len(), "{name}");
            assert_eq!(row["replies"], figures.replies, "{name}");
            assert_eq!(row["responses"], figures.responses.len(), "{name}");
            assert_eq!(row["mean_response_s"], mean(&figures.responses), "{name}");
            assert_eq!(row["ratings"], figures.ratings, "{name}");
            assert_eq!(row["mean_points"], mean(&figures.points), "{name}");
        }
        let replies: u64 = raw.values().map(|figures| figures.replies).sum();
        let workload = Kind::Workload.of(core, march()).unwrap();
        let people = workload.rows.iter().filter(|row| row["worker"] == "person");
        let people: Vec<_> = people.collect();
        assert_eq!(people[0]["replies"], replies, "plugins are nobody's work");

        // Plugins apart: what they wrote, counted in the timeline.
        let automatic = timeline.iter().filter(|line| line.kind == "reply");
        let automatic = automatic.filter(|line| !line.details.contains_key("agent"));
        let apart = workload.rows.iter().filter(|row| row["worker"] != "person");
        let apart = apart.filter(|row| row["name"] == "all");
        let apart: u64 = apart.map(|row| row["replies"].as_u64().unwrap()).sum();
        assert_eq!(apart as usize, automatic.count());

        let begun: BTreeSet<_> = runs(core).iter().map(|run| run.before.id.clone()).collect();
        let form = Kind::Records.of(core, march()).unwrap();
        assert_eq!(form.rows.len(), begun.len(), "a row for each conversation");
        let report = core.replay(&ReplaySelection::default(), |_| ()).unwrap();
        assert_eq!(report.differences, [], "a repeated run differs");
    }
}

#[test]
fn a_period_takes_its_beginning_and_leaves_its_end_out() {
    let (simulation, _) = live(include_str!("../../examples/scenarios/records.jsonl"));
    let core = simulation.core();
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let rows = |from, to| {
        let period = Period {
            from: at(from),
            to: at(to),
        };
        Kind::Records.of(core, period).unwrap().rows.len()
    };
    let ten = "2026-03-10T10:00:00+08:00";
    assert_eq!(rows("2026-03-10T00:00:00+08:00", ten), 1);
    assert_eq!(rows(ten, "2026-03-11T00:00:00+08:00"), 2);
    assert_eq!(
        rows("2026-03-11T00:00:00+08:00", "2026-03-12T00:00:00+08:00"),
        1
    );
    assert_eq!(rows(ten, ten), 0);
}
