//! Servers of others: what is sent, what comes back, what is recorded, and who waits.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use switchboard::engine::simulate::{Simulation, parse};
use switchboard::engine::{Engine, Rehearsal, ReplaySelection, ServiceConfig};
use switchboard::store::MemoryStore;
use switchboard::workflow::Desk;
use switchboard_tests::house::{House, SANDBOX, chain, keyed, message, replies};
use switchboard_tests::script::Script;
use tokio::task::JoinSet;

use super::service::wait_for;

/// A server that answers every request with `body`, after `pause`; gives its port and what it was sent.
fn server(body: &'static str, pause: Duration) -> (u16, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let sent = Arc::clone(&seen);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (mut stream, sent) = (stream.unwrap(), Arc::clone(&sent));
            std::thread::spawn(move || {
                let mut buffer = [0; 8192];
                let read = stream.read(&mut buffer).unwrap_or(0);
                let text = String::from_utf8_lossy(&buffer[..read]).into_owned();
                sent.lock().unwrap().push(text);
                std::thread::sleep(pause);
                let length = body.len();
                let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n");
                let _ = stream.write_all(format!("{head}{body}").as_bytes());
            });
        }
    });
    (port, seen)
}

fn lookup(port: u16) -> Script {
    let url = format!("http://127.0.0.1:{port}/orders/7");
    Script::new("lookup")
        .reaching_out()
        .send("POST", &url, Some("{}"))
}

fn grant(port: u16) -> String {
    format!(
        "lookup | [[step.http]] ; origin = \"http://127.0.0.1:{port}\" ; methods = [\"POST\"] ; private = true ; "
    )
}

fn house(port: u16, step: Script) -> House {
    let line = grant(port);
    House::new(chain(
        &[(line.as_str(), step.component())],
        &["message.received"],
        "",
    ))
}

#[test]
fn an_answer_reaches_the_customer_is_recorded_and_isnt_asked_for_again() {
    let (port, seen) = server("已发货", Duration::ZERO);
    let house = house(port, lookup(port));
    let answer = house.say("li", "我的订单呢？");
    assert_eq!(replies(&answer), ["已发货"]);
    let recorded = &answer.run.invocations[0].host_calls[0];
    assert_eq!(recorded.call, "http.send");
    assert_eq!(recorded.answer["Ok"]["body"], "已发货");
    let sent = seen.lock().unwrap()[0].to_lowercase();
    assert!(
        sent.starts_with("post /orders/7 http/1.1\r\n") && sent.contains("\r\nidempotency-key: "),
        "{sent}"
    );
    let report = house.replay();
    assert_eq!(
        (report.runs, report.differences.len()),
        (1, 0),
        "{:#?}",
        report.differences
    );
    assert_eq!(seen.lock().unwrap().len(), 1, "a replay sends nothing");
}

#[test]
fn a_refusal_prints_the_line_to_add() {
    let (port, seen) = server("", Duration::ZERO);
    let house = House::new(chain(
        &[("lookup", lookup(port).component())],
        &["message.received"],
        "",
    ));
    let answer = house.say("li", "喂");
    assert_eq!(
        replies(&answer),
        [format!(
            "step \"lookup\" may not send POST to http://127.0.0.1:{port}: add to [[step]] name = \"lookup\" in desk.toml: http = [{{ origin = \"http://127.0.0.1:{port}\", methods = [\"POST\"] }}]"
        )]
    );
    let wishes = house.core.refused_wishes();
    assert!(wishes[0].missing.contains(&"http".to_owned()), "{wishes:?}");
    // With the line as it was printed, the address itself still has to be meant.
    let line = grant(port).replace("private = true", "private = false");
    let listed = House::new(chain(
        &[(line.as_str(), lookup(port).component())],
        &["message.received"],
        "",
    ));
    let answer = listed.say("li", "喂");
    assert!(
        replies(&answer)[0].contains("write private = true"),
        "{answer:?}"
    );
    assert!(seen.lock().unwrap().is_empty());
}

#[test]
fn an_interrupted_request_is_sent_again_under_the_same_name() {
    let (port, seen) = server("ok", Duration::ZERO);
    let names = || -> Vec<String> {
        let seen = seen.lock().unwrap();
        let names = seen.iter().map(|sent| {
            let sent = sent.to_lowercase();
            let name = sent.split("idempotency-key: ").nth(1).unwrap();
            name.lines().next().unwrap().to_owned()
        });
        names.collect()
    };
    // Two lives of one host, as far as the first message goes: what was not durable happens again, and a conversation
    // that isn't there yet has another id then.
    let first = house(port, lookup(port));
    first.core.process(&keyed("li", "查单", "k-1")).unwrap();
    let second = house(port, lookup(port));
    second.say("wang", "你好");
    second.core.process(&keyed("li", "查单", "k-1")).unwrap();
    second.core.process(&keyed("li", "再查", "k-2")).unwrap();
    let names = names();
    assert_eq!(names.len(), 4);
    assert_eq!(names[0], names[2], "the same message is the same request");
    assert!(names[1] != names[0] && names[3] != names[2]);
}

#[test]
fn a_rehearsal_answers_from_the_record_or_says_that_it_cant() {
    let (port, seen) = server("已发货", Duration::ZERO);
    let house = house(port, lookup(port));
    for contact in ["li", "wang"] {
        house.say(contact, "查单");
    }
    let rehearse = |step: Script| {
        let plugin = SANDBOX
            .activate(&step.version("0.1.1").component())
            .unwrap();
        let rehearsal = Rehearsal {
            selection: ReplaySelection::default(),
            step: "lookup".to_owned(),
            plugin,
            examples: 1,
            threads: None,
        };
        house.core.rehearse(&rehearsal, |_| {}).unwrap()
    };
    let same = rehearse(lookup(port).note("new"));
    assert_eq!(
        (same.calls, same.groups.len()),
        (2, 1),
        "only the note is new: {:#?}",
        same.groups
    );
    let url = format!("http://127.0.0.1:{port}/other");
    let other = rehearse(
        Script::new("lookup")
            .reaching_out()
            .send("POST", &url, None),
    );
    let said = format!("{:?}", other.groups);
    assert!(said.contains("no answer to this is on record"), "{said}");
    assert_eq!(seen.lock().unwrap().len(), 2, "nothing was sent");
}

/// What is said to customers in a scenario.
fn said(desk: Arc<Desk>, scenario: &str) -> Vec<String> {
    let lines = parse(scenario).unwrap();
    let store = Arc::new(MemoryStore::new());
    let mut simulation = Simulation::new(desk, Arc::clone(&SANDBOX), store, lines[0].at).unwrap();
    let mut said = Vec::new();
    for line in &lines {
        simulation
            .play(line, |line| {
                if line.kind == "reply" {
                    said.push(line.details["text"].as_str().unwrap().to_owned());
                }
            })
            .unwrap();
    }
    said
}

#[test]
fn a_scenario_says_what_servers_answer_and_what_it_lacks_is_told_as_a_line() {
    let line = grant(9);
    let desk = chain(
        &[(line.as_str(), lookup(9).component())],
        &["message.received"],
        "",
    );
    let asks = |minute: u32| {
        format!(
            r#"{{"at":"2026-03-10T09:{minute:02}:00+08:00","do":"message","contact":"li","text":"查单"}}"#
        )
    };
    let missing = r#"{"at":"2026-03-10T01:00:00Z","body":{},"do":"http","method":"POST","status":200,"url":"http://127.0.0.1:9/orders/7"}"#;
    let scenario = [
        asks(0),
        missing.replace("01:00:00Z", "01:01:00Z"),
        asks(2),
        r#"{"at":"2026-03-10T09:03:00+08:00","do":"http","url":"http://127.0.0.1:9/orders/7","error":{"timeout":"too slow"}}"#.to_owned(),
        r#"{"at":"2026-03-10T09:03:00+08:00","do":"crash"}"#.to_owned(),
        asks(4),
        r#"{"at":"2026-03-10T09:05:00+08:00","do":"http","method":"GET","url":"http://127.0.0.1:9/orders/7","body":"of another method"}"#.to_owned(),
        asks(6),
        r#"{"at":"2026-03-10T09:07:00+08:00","do":"http","url":"http://127.0.0.1:9/orders/7","body":"已发货"}"#.to_owned(),
        asks(8),
    ]
    .join("\n");
    let told = said(Arc::clone(&desk), &scenario);
    let first = format!(
        "the scenario doesn't say what is answered to POST http://127.0.0.1:9/orders/7; add a line before it: {missing}"
    );
    assert_eq!(
        told,
        [first.as_str(), "{}", "too slow", "too slow", "已发货"]
    );
    assert_eq!(told, said(desk, &scenario), "the same every time");
    for (line, wrong) in [
        (r#""do":"http","url":"orders""#, "url: "),
        (
            r#""do":"http","url":"http://a/","error":{"slow":""}"#,
            "unknown variant `slow`",
        ),
        (
            r#""do":"http","url":"http://a/","body":1,"error":{"timeout":""}"#,
            "both a body and an error",
        ),
        (r#""do":"model""#, "either \"text\""),
    ] {
        let line = format!(r#"{{"at":"2026-03-10T09:00:00+08:00",{line}}}"#);
        let problems = parse(&line).unwrap_err();
        assert!(
            problems[0].message.contains(wrong),
            "{}",
            problems[0].message
        );
    }
}

#[test]
fn who_waits_for_a_server_that_hangs_holds_up_nobody_else() {
    let (port, _) = server("late", Duration::from_secs(20));
    let url = format!("http://127.0.0.1:{port}/");
    let step = Script::new("lookup")
        .reaching_out()
        .when('H', |step| step.send("POST", &url, None))
        .when('n', |step| step.reply("hello"));
    let line = grant(port).replace("[[step", "limits = { http-time = \"2s\" } ; [[step");
    let house = House::new(chain(
        &[(line.as_str(), step.component())],
        &["message.received"],
        "",
    ));
    let config = ServiceConfig {
        workers: 2,
        ..ServiceConfig::default()
    };
    let engine = Arc::new(Engine::start(Arc::clone(&house.core), config).unwrap());
    let (mut quick, mut late) = (Vec::new(), Vec::new());
    wait_for(async {
        let submit = |contact: String, text: &str| {
            let (engine, request) = (Arc::clone(&engine), message(&contact, text));
            async move {
                let began = Instant::now();
                let answer = engine.submit(request).await.unwrap();
                (replies(&answer)[0].to_owned(), began.elapsed())
            }
        };
        let mut waiting = JoinSet::new();
        for number in 0..12 {
            waiting.spawn(submit(format!("waits-{number}"), "Hängt"));
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
        for number in 0..200 {
            quick.push(submit(format!("quick-{number}"), "nichts").await);
        }
        late = waiting.join_all().await;
    });
    quick.sort_by_key(|(_, time)| *time);
    assert!(quick.iter().all(|(text, _)| text == "hello"));
    let (slowest, hung) = (
        quick[197].1,
        late.iter()
            .filter(|(text, _)| text.contains("no whole answer"))
            .count(),
    );
    // Without places for others, two that wait would hold both workers for two seconds each.
    assert!(slowest < Duration::from_millis(500), "p99 {slowest:?}");
    assert_eq!(hung, 8, "{late:?}");
    assert!(
        late.iter().all(|(_, time)| *time < Duration::from_secs(10)),
        "{late:?}"
    );
    assert_eq!(
        late.iter()
            .filter(|(text, _)| text.contains("at most 8"))
            .count(),
        4,
        "{late:?}"
    );
    engine.stop();
}

/// A desk whose model is at `port`, whose drafts must rest on its one article.
fn drafting(port: u16) -> House {
    House::new(drafting_desk(port))
}

fn drafting_desk(port: u16) -> Arc<Desk> {
    let draft =
        Script::new("draft")
            .reaching_out()
            .complete("答", "几天可以退货？", "returns.zh-Hans");
    let toml = format!(
        r#"
name = "Blue Whale Toys"
time-zone = "Asia/Shanghai"
languages = ["zh-Hans", "en"]
[model]
url = "http://127.0.0.1:{port}/v1"
name = "small"
private = true
max-tokens = 200
[[on]]
event = "message.received"
steps = ["draft"]
[[step]]
name = "draft"
plugin = "draft@0.1"
grants = ["model"]
[[reviewer]]
name = "service-norms"
plugin = "service-norms@0.1"
grants = ["knowledge"]
config.grounded = ["draft"]
"#
    );
    let article = "+++\ntitle = \"退货\"\nlanguage = \"zh-Hans\"\nquestions = [\"几天可以退货？\"]\n+++\n收到商品后七天内可以退货，运费 12 元。\n";
    let files = [
        ("desk.toml", toml.into_bytes()),
        ("knowledge/returns.zh-Hans.md", article.as_bytes().to_vec()),
        ("plugins/draft.wasm", draft.component()),
    ];
    let files = files.map(|(name, content)| (name.to_owned(), content));
    Arc::new(Desk::from_files(&files.into()).unwrap())
}

#[test]
fn a_scenario_says_what_the_model_writes_and_the_reviewers_look_at_it() {
    let asks = r#"{"at":"2026-03-10T09:10:00+08:00","do":"message","contact":"li","text":"几天可以退货？"}"#;
    let writes = |text: &str| {
        let line = format!(
            r#"{{"at":"2026-03-10T09:00:00+08:00","do":"model","text":"{text}"}}{}{asks}"#,
            '\n'
        );
        said(drafting_desk(9), &line)
    };
    let faithful = "您好，您在7天内都可以退货，运费是12元。";
    assert_eq!(writes(faithful), [faithful]);
    let invented = writes("您好，您在30天内都可以退货。");
    assert!(
        invented.iter().all(|text| text.contains("请您稍等")),
        "{invented:?}"
    );
    // Nothing is written down, and nobody is asked.
    let silent = said(drafting_desk(9), asks);
    assert!(
        silent.iter().all(|text| !text.contains("退货")),
        "{silent:?}"
    );
}

#[test]
fn a_model_that_invents_isnt_heard_and_a_faithful_one_is() {
    let says = |text: &str| -> &'static str {
        let answer = format!(
            "{{\"choices\":[{{\"message\":{{\"content\":\"{text}\"}},\"finish_reason\":\"stop\"}}],\"usage\":{{\"prompt_tokens\":40,\"completion_tokens\":9}}}}"
        );
        Box::leak(answer.into_boxed_str())
    };
    let faithful = "您好，您在7天内都可以退货，运费是12元。";
    let (port, seen) = server(says(faithful), Duration::ZERO);
    let house = drafting(port);
    let answer = house.say("li", "几天可以退货？");
    assert_eq!(replies(&answer), [faithful]);
    let sent = seen.lock().unwrap()[0].clone();
    assert!(
        sent.starts_with("POST /v1/chat/completions HTTP/1.1\r\n"),
        "{sent}"
    );
    assert!(
        sent.contains("\"temperature\":0") && sent.contains("\"max_tokens\":200"),
        "{sent}"
    );
    assert_eq!(
        answer.run.invocations[0].host_calls[0].answer["Ok"]["tokens_in"],
        40
    );
    assert_eq!(house.replay().differences, []);

    for invented in [
        "您好，您在30天内都可以退货。",
        "您好，详情请看 https://bluewha1e.example 。",
    ] {
        let (port, _) = server(says(invented), Duration::ZERO);
        let house = drafting(port);
        let answer = house.say("li", "几天可以退货？");
        assert!(
            replies(&answer)
                .iter()
                .all(|text| text.contains("请您稍等")),
            "{answer:?}"
        );
        let found = format!("{:?}", answer.run.entries);
        assert!(found.contains("R88-invented"), "{found}");
        assert_eq!(house.replay().differences, []);
    }
    // A model that is down is the step's failure, and its policy answers.
    let house = drafting(1);
    let answer = house.say("li", "几天可以退货？");
    let told = &answer.run.invocations[0].host_calls[0].answer["Err"]["unavailable"];
    assert!(told.to_string().contains("127.0.0.1"), "{told}");
}
