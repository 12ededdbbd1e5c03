//! The HTTP API of a host that serves the demo desk: what every call does, and what every refusal says.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a panic is the failure report"
)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use switchboard::api::{ApiConfig, Rate, Server};
use switchboard::engine::{
    Core, Engine, Parts, ServiceConfig, SystemClock, SystemEntropy, standard_plugins,
};
use switchboard::sandbox::{Sandbox, SandboxConfig};
use switchboard::store::MemoryStore;
use switchboard::workflow::{Desk, DeskFiles};

/// One engine for all tests; each server over it has settings of its own.
static ENGINE: LazyLock<Arc<Engine>> = LazyLock::new(|| {
    let core = Core::new(Parts {
        desk: Arc::new(Desk::load(&DeskFiles::Embedded).unwrap()),
        store: Arc::new(MemoryStore::new()),
        sandbox: Arc::new(Sandbox::new(SandboxConfig::in_process()).unwrap()),
        clock: Arc::new(SystemClock::default()),
        entropy: Arc::new(SystemEntropy::new().unwrap()),
    });
    Arc::new(Engine::start(Arc::new(core.unwrap()), ServiceConfig::default()).unwrap())
});

static HOST: LazyLock<Host> = LazyLock::new(|| Host::start(ApiConfig::default()));

struct Host {
    address: SocketAddr,
    stop: Option<std::sync::mpsc::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Host {
    fn start(config: ApiConfig) -> Self {
        let (stop, stopped) = std::sync::mpsc::channel::<()>();
        let (sender, address) = std::sync::mpsc::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(2)
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async {
                let any = "127.0.0.1:0".parse().unwrap();
                let server = Server::bind(any, Arc::clone(&ENGINE), config)
                    .await
                    .unwrap();
                sender.send(server.address()).unwrap();
                let stopped = tokio::task::spawn_blocking(move || stopped.recv().is_err());
                server
                    .run(async move { assert!(stopped.await.unwrap()) })
                    .await
                    .unwrap();
            });
        });
        Self {
            address: address.recv().unwrap(),
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    fn stop(mut self) {
        drop(self.stop.take());
        self.thread.take().unwrap().join().unwrap();
    }

    fn call(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .allow_non_standard_methods(true)
            .timeout_global(Some(Duration::from_secs(60)))
            .build()
            .into();
        let mut request = ureq::http::Request::builder()
            .method(method)
            .uri(format!("http://{}{path}", self.address));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut response = agent.run(request.body(body.to_vec()).unwrap()).unwrap();
        let header = |name: &str| {
            response
                .headers()
                .get(name)
                .and_then(|value| value.to_str().ok())
                .unwrap_or("")
                .to_owned()
        };
        let mut answer = Answer {
            status: response.status().as_u16(),
            kind: header("content-type"),
            retry_after: header("retry-after"),
            allow: header("allow"),
            policy: header("content-security-policy"),
            nosniff: header("x-content-type-options"),
            challenge: header("www-authenticate"),
            text: String::new(),
        };
        answer.text = response.body_mut().read_to_string().unwrap();
        answer
    }

    fn get(&self, path: &str) -> Answer {
        self.call("GET", path, &[], b"")
    }

    fn send(&self, method: &str, path: &str, body: &Value) -> Answer {
        self.call(
            method,
            path,
            &[("content-type", "application/json")],
            body.to_string().as_bytes(),
        )
    }

    fn post(&self, path: &str, body: &Value) -> Answer {
        self.send("POST", path, body)
    }

    fn message(&self, contact: &str, text: &str) -> Value {
        self.post(
            "/api/v1/messages",
            &json!({"contact": contact, "text": text}),
        )
        .ok()
    }

    /// Opens a stream of events.
    fn follow(&self, path: &str, headers: &str) -> Stream {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(30)))
            .unwrap();
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nhost: {}\r\n{headers}\r\n",
            self.address
        )
        .unwrap();
        Stream(BufReader::new(stream))
    }
}

#[derive(Debug)]
struct Answer {
    status: u16,
    kind: String,
    retry_after: String,
    allow: String,
    policy: String,
    nosniff: String,
    challenge: String,
    text: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    fn ok(&self) -> Value {
        assert!((200..300).contains(&self.status), "{self:?}");
        self.json()
    }

    /// The words of a refusal.
    fn refused(&self, status: u16) -> String {
        assert_eq!(self.status, status, "{self:?}");
        assert_eq!(self.kind, "application/problem+json", "{self:?}");
        assert_eq!(self.nosniff, "nosniff");
        let problem = self.json();
        assert_eq!(problem["status"], status);
        problem["detail"].as_str().unwrap().to_owned()
    }
}

/// A stream of server-sent events.
struct Stream(BufReader<TcpStream>);

impl Stream {
    /// The next event: its id and its data.
    fn next(&mut self) -> (String, Value) {
        let (mut id, mut line) = (String::new(), String::new());
        loop {
            line.clear();
            assert!(self.0.read_line(&mut line).unwrap() > 0, "the stream ended");
            if let Some(text) = line.strip_prefix("id: ") {
                id = text.trim().to_owned();
            }
            if let Some(data) = line.strip_prefix("data: ") {
                return (id, serde_json::from_str(data).unwrap());
            }
        }
    }
}

fn id(value: &Value) -> &str {
    value.as_str().unwrap()
}

#[test]
fn a_message_is_answered_once_and_the_same_key_gives_the_same_answer() {
    let body = json!({"contact": "key", "text": "My order arrived broken and nobody answers me!"})
        .to_string();
    let send = |key: &str, body: &str| {
        let headers = [
            ("content-type", "application/json"),
            ("idempotency-key", key),
        ];
        HOST.call("POST", "/api/v1/messages", &headers, body.as_bytes())
    };
    let first = send("k-1", &body);
    let answer = first.ok();
    assert_eq!(answer["category"], "complaint");
    assert_eq!(answer["tickets"].as_array().unwrap().len(), 1);
    assert!(!answer["replies"].as_array().unwrap().is_empty());
    assert_eq!(send("k-1", &body).text, first.text);
    let other = json!({"contact": "key", "text": "something else"}).to_string();
    assert!(send("k-1", &other).refused(409).contains("Idempotency-Key"));
    let state = HOST
        .get(&format!(
            "/api/v1/conversations/{}",
            id(&answer["conversation"])
        ))
        .ok();
    assert_eq!(state["run_count"], 1);
    assert_eq!(state["tickets"].as_array().unwrap().len(), 1);
}

#[test]
fn a_hundred_of_the_same_message_at_once_are_one() {
    let body = json!({"contact": "storm", "text": "Where is my parcel?"}).to_string();
    let answers: Vec<String> = std::thread::scope(|scope| {
        let send = || {
            let headers = [
                ("content-type", "application/json"),
                ("idempotency-key", "one"),
            ];
            HOST.call("POST", "/api/v1/messages", &headers, body.as_bytes())
                .text
        };
        let threads: Vec<_> = (0..100).map(|_| scope.spawn(send)).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    assert!(
        answers.iter().all(|answer| *answer == answers[0]),
        "{answers:?}"
    );
}

#[test]
fn odd_text_is_kept_byte_for_byte_and_impossible_text_is_refused() {
    for text in [
        "\u{feff}a\u{0}b\u{202e}c",
        &"👨‍👩‍👧‍👦".repeat(1_000),
        &format!("a{}", "\u{301}".repeat(10_000)),
        &"x\n".repeat(20_000),
    ] {
        let answer = HOST.message("odd", text);
        let path = format!(
            "/api/v1/conversations/{}?limit=200",
            id(&answer["conversation"])
        );
        let messages = HOST.get(&path).ok()["messages"].clone();
        assert!(
            messages
                .as_array()
                .unwrap()
                .iter()
                .any(|message| message["text"] == *text)
        );
    }
    let headers = [("content-type", "application/json")];
    for body in [
        &b"{\"contact\":\"a\",\"text\":\"\xff\"}"[..],
        br#"{"contact":"a","text":"\ud800"}"#,
    ] {
        HOST.call("POST", "/api/v1/messages", &headers, body)
            .refused(400);
    }
}

#[test]
fn a_body_that_is_wrong_is_refused_with_the_place() {
    let send = |kind: &str, body: &str| {
        HOST.call(
            "POST",
            "/api/v1/messages",
            &[("content-type", kind)],
            body.as_bytes(),
        )
    };
    let json = "application/json";
    for (body, words) in [
        (r#"{"contact":"a","text":"b","txt":"c"}"#, "txt"),
        (
            r#"{"contact":"a","contact":"b","text":"c"}"#,
            "duplicate field `contact`",
        ),
        (r#"{"contact":"a"}"#, "missing field `text`"),
        (r#"{"contact":"a","text":1e999999}"#, "text: "),
        (r#"{"contact":"a","text":" "}"#, "text: "),
        (r#"{"contact":"","text":"b"}"#, "contact: "),
        ("", "EOF"),
    ] {
        let words_found = send(json, body).refused(400);
        assert!(words_found.contains(words), "{body}: {words_found}");
    }
    let deep = format!("{{\"contact\":\"a\",\"text\":{}", "[".repeat(10_000));
    send(json, &deep).refused(400);
    send("text/plain", "{}").refused(415);
    send("application/x-www-form-urlencoded", "contact=a").refused(415);
    let large = json!({"contact": "a", "text": "x".repeat(64 * 1024)}).to_string();
    assert!(send(json, &large).refused(413).contains("65536"));
    assert!(
        HOST.get("/api/v1/nothing")
            .refused(404)
            .contains("/openapi.json")
    );
    let wrong = HOST.call("DELETE", "/api/v1/messages", &[], b"");
    wrong.refused(405);
    assert!(wrong.allow.contains("POST"), "{wrong:?}");
    HOST.get("/api/v1/conversations?lable=x").refused(400);
    HOST.get("/api/v1/conversations?limit=0").refused(400);
    HOST.get("/api/v1/conversations?cursor=zz").refused(400);
    HOST.get("/api/v1/conversations?handler=robot").refused(400);
    HOST.get("/api/v1/conversations/%ff").refused(400);
}

#[test]
fn what_is_not_there_is_404_and_says_no_more() {
    let unknown = "0".repeat(32);
    for path in [
        format!("/api/v1/conversations/con_{unknown}"),
        format!("/api/v1/conversations/con_{unknown}/events"),
        format!("/api/v1/accounts/acc_{unknown}"),
        format!("/api/v1/accounts/acc_{unknown}/export"),
        format!("/api/v1/runs/run_{unknown}_1"),
        "/api/v1/runs/nonsense".to_owned(),
    ] {
        HOST.get(&path).refused(404);
    }
    HOST.post("/api/v1/conversations/con_x/take", &json!({"agent": "Li"}))
        .refused(404);
    HOST.send(
        "PATCH",
        "/api/v1/tickets/tic_x",
        &json!({"status": "closed", "by": "Li"}),
    )
    .refused(404);
    HOST.call("DELETE", "/api/v1/accounts/acc_x", &[], b"")
        .refused(404);
    let one = HOST.message("somebody", "hello");
    let body = json!({"contact": "else", "text": "hi", "conversation": one["conversation"]});
    HOST.post("/api/v1/messages", &body).refused(404);
}

#[test]
fn conversations_are_listed_newest_first_in_pages_and_by_filters() {
    for nth in 0..5 {
        let body = json!({"contact": format!("page-{nth}"), "text": "hello", "channel": "paging"});
        HOST.post("/api/v1/messages", &body).ok();
    }
    let mut found = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = HOST
            .get(&format!(
                "/api/v1/conversations?channel=paging&limit=2{cursor}"
            ))
            .ok();
        let conversations = page["conversations"].as_array().unwrap();
        found.extend(
            conversations
                .iter()
                .map(|state| id(&state["contact"]).to_owned()),
        );
        let Some(next) = page["next"].as_str() else {
            break;
        };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(found, ["page-4", "page-3", "page-2", "page-1", "page-0"]);
    let one = HOST
        .get("/api/v1/conversations?channel=paging&contact=page-3&handler=bot&resolved=false")
        .ok();
    assert_eq!(one["conversations"].as_array().unwrap().len(), 1);
    let none = HOST
        .get("/api/v1/conversations?channel=paging&label=nobody-has-this")
        .ok();
    assert!(none["conversations"].as_array().unwrap().is_empty());
}

#[test]
fn messages_are_paged_by_number() {
    let mut path = String::new();
    for _ in 0..3 {
        path = format!(
            "/api/v1/conversations/{}",
            id(&HOST.message("pager", "hello")["conversation"])
        );
    }
    let all = HOST.get(&path).ok();
    let count = all["messages"].as_array().unwrap().len();
    assert_eq!(all["message_count"], count);
    let newest = HOST.get(&format!("{path}?limit=1")).ok();
    assert_eq!(newest["messages"][0]["number"], count);
    assert_eq!(newest["earlier"], count);
    let first = HOST.get(&format!("{path}?after=0&limit=1")).ok();
    assert_eq!(
        (&first["messages"][0]["number"], &first["later"]),
        (&json!(1), &json!(1))
    );
    let earlier = HOST.get(&format!("{path}?before={count}&limit=1")).ok();
    assert_eq!(earlier["messages"][0]["number"], count - 1);
}

#[test]
fn an_agent_takes_answers_and_settles_a_conversation() {
    let path = format!(
        "/api/v1/conversations/{}",
        id(&HOST.message("agents", "hello")["conversation"])
    );
    let taken = HOST
        .post(&format!("{path}/take"), &json!({"agent": "Li Mei"}))
        .ok();
    assert_eq!(taken["handler"], "agent");
    let answered = HOST
        .post(
            &format!("{path}/replies"),
            &json!({"agent": "Li Mei", "text": "您好，我来帮您。"}),
        )
        .ok();
    assert_eq!(answered["replies"][0]["by"], "Li Mei");
    HOST.post(
        &format!("{path}/replies"),
        &json!({"agent": "Li Mei", "text": " "}),
    )
    .refused(400);
    HOST.post(
        &format!("{path}/replies"),
        &json!({"agent": "", "text": "x"}),
    )
    .refused(400);
    HOST.post(
        &format!("{path}/resolve"),
        &json!({"agent": "Li Mei", "summary": "done"}),
    )
    .ok();
    assert_eq!(HOST.get(&path).ok()["resolved"], true);
    HOST.post(&format!("{path}/resolve"), &json!({"agent": "Li Mei"}))
        .refused(409);
}

#[test]
fn an_agent_says_that_they_are_there_and_whoever_looks_sees_it() {
    // Of no team that anybody waits for in the other tests.
    let come = |status: &str| {
        HOST.post(
            "/api/v1/agents/sun-yan/presence",
            &json!({ "status": status }),
        )
    };
    let agent = come("online").ok();
    assert_eq!(agent["agent"], "sun-yan");
    assert_eq!(agent["status"], "online");
    assert_eq!(agent["capacity"], 5);
    assert!(agent["expires_at"].is_string());
    let listed = HOST.get("/api/v1/agents").ok();
    let there = |agent: &Value| agent["agent"] == "sun-yan" && agent["status"] == "online";
    assert!(listed["agents"].as_array().unwrap().iter().any(there));
    assert_eq!(come("offline").ok()["status"], "offline");
    assert!(
        come("asleep")
            .refused(400)
            .contains("online, busy, away or offline")
    );
    let nobody = HOST.post(
        "/api/v1/agents/nobody/presence",
        &json!({"status": "online"}),
    );
    assert!(nobody.refused(404).contains("nobody"));
    assert!(HOST.get("/api/v1/queue").ok()["waiting"].is_array());
    let overnight = HOST.get("/api/v1/conversations?view=overnight").ok();
    assert!(overnight["conversations"].is_array());
    assert!(
        HOST.get("/api/v1/conversations?view=yesterday")
            .refused(400)
            .contains("overnight")
    );
    let days = "from=2026-03-10T00:00:00Z&to=2026-03-11T00:00:00Z";
    let attendance = HOST.get(&format!("/api/v1/reports/attendance?{days}")).ok();
    assert!(attendance["logins"].is_array());
    assert!(
        HOST.get("/api/v1/reports/attendance?from=now&to=then")
            .refused(400)
            .contains("from")
    );
}

#[test]
fn a_stream_goes_on_from_the_last_event_without_loss_or_doubles() {
    let path = format!(
        "/api/v1/conversations/{}/events",
        id(&HOST.message("stream", "hello")["conversation"])
    );
    let mut live = HOST.follow(&path, "");
    let mut all = HOST.follow(&format!("{path}?after=0"), "");
    assert_eq!(all.next().0, "1");
    // The first stream is known to follow once its headers are there.
    let mut headers = String::new();
    live.0.read_line(&mut headers).unwrap();
    assert!(headers.contains("200"), "{headers}");
    for nth in 2..5 {
        HOST.message("stream", "hello");
        let (number, event) = live.next();
        assert_eq!(number, nth.to_string());
        assert_eq!(event["number"], nth);
        assert_eq!(event["event"], "message.received");
        assert_eq!(event["messages"][0]["text"], "hello");
        assert_eq!(all.next().0, nth.to_string());
    }
    drop(live);
    let mut resumed = HOST.follow(&path, "last-event-id: 2\r\n");
    assert_eq!(
        (resumed.next().0, resumed.next().0),
        ("3".to_owned(), "4".to_owned())
    );
    let wrong = HOST.call("GET", &path, &[("last-event-id", "x")], b"");
    wrong.refused(400);
}

#[test]
fn a_ticket_goes_forwards_only_and_closes_with_a_word_for_the_customer() {
    let answer = HOST.message("tickets", "My order arrived broken and nobody answers me!");
    let ticket = id(&answer["tickets"][0]["id"]).to_owned();
    let path = format!("/api/v1/tickets/{ticket}");
    let step = |status: &str, feedback: Option<&str>| {
        HOST.send(
            "PATCH",
            &path,
            &json!({"status": status, "by": "Wang Fang", "feedback": feedback}),
        )
    };
    assert_eq!(step("acknowledged", None).ok()["status"], "acknowledged");
    step("opened", None).refused(409);
    step("done", None).refused(400);
    step("closed", None).refused(400);
    let closed = step("closed", Some("We sent a new one.")).ok();
    assert_eq!(closed["feedback"], "We sent a new one.");
    assert!(!id(&closed["body"]).is_empty());
    let listed = HOST
        .get("/api/v1/tickets?status=closed&kind=complaint&overdue=false&limit=200")
        .ok();
    assert!(
        listed["tickets"]
            .as_array()
            .unwrap()
            .iter()
            .any(|listed| listed["id"] == ticket.as_str())
    );
    HOST.get("/api/v1/tickets?status=nowhere").refused(400);
    HOST.get("/api/v1/tickets?kind=nothing").refused(400);
}

#[test]
fn a_customer_is_shown_handed_over_and_erased_whole() {
    let answer = HOST.message("gone", "My order arrived broken and nobody answers me!");
    let conversation = id(&answer["conversation"]).to_owned();
    let state = HOST
        .get(&format!("/api/v1/conversations/{conversation}"))
        .ok();
    let path = format!("/api/v1/accounts/{}", id(&state["account"]));
    let account = HOST.get(&path).ok();
    assert_eq!(account["conversations"][0]["id"], conversation.as_str());
    assert_eq!(account["tickets"].as_array().unwrap().len(), 1);
    let export = HOST.get(&format!("{path}/export")).ok();
    for table in [
        "account",
        "conversation",
        "identity",
        "message",
        "run",
        "ticket",
    ] {
        assert!(
            !export["records"][table].as_array().unwrap().is_empty(),
            "{table}"
        );
    }
    let erased = HOST.call("DELETE", &path, &[], b"").ok();
    assert!(erased["records"].as_u64().unwrap() > 5);
    HOST.get(&path).refused(404);
    HOST.get(&format!("/api/v1/conversations/{conversation}"))
        .refused(404);
    HOST.get(&format!("/api/v1/runs/{}", id(&answer["run"])))
        .refused(404);
    let tickets = HOST.get("/api/v1/tickets?limit=200").text;
    assert!(!tickets.contains(&conversation));
    let again = HOST.message("gone", "hello");
    assert_ne!(again["conversation"], conversation.as_str());
}

#[test]
fn a_run_shows_its_whole_trace() {
    let run = id(&HOST.message("trace", "hello")["run"]).to_owned();
    let trace = HOST.get(&format!("/api/v1/runs/{run}")).ok();
    assert_eq!(trace["id"], run.as_str());
    let greeting = &trace["invocations"][0];
    assert!(greeting["sha256"].as_str().unwrap().len() == 64);
    assert!(greeting["usage"]["time_us"].is_u64());
}

#[test]
fn a_plugin_is_pushed_and_made_live_but_not_rolled_back_to_nothing() {
    let listed = HOST.get("/api/v1/plugins").ok();
    let greeting = listed["plugins"]
        .as_array()
        .unwrap()
        .iter()
        .find(|plugin| plugin["name"] == "greeting")
        .unwrap()
        .clone();
    assert_eq!(greeting["origin"], "standard");
    let version = id(&greeting["version"]).to_owned();
    let (_, bytes) = standard_plugins()
        .find(|(name, _)| *name == "greeting")
        .unwrap();
    let put =
        |path: &str, headers: &[(&str, &str)], bytes: &[u8]| HOST.call("PUT", path, headers, bytes);
    let wasm = ("content-type", "application/wasm");
    let path = format!("/api/v1/plugins/greeting/{version}");
    let pushed = put(&path, &[wasm], bytes);
    assert_eq!(
        (pushed.status, &pushed.ok()["sha256"]),
        (201, &greeting["sha256"])
    );
    put("/api/v1/plugins/greeting/9.9.9", &[wasm], bytes).refused(409);
    put(
        &path,
        &[("content-type", "application/octet-stream")],
        bytes,
    )
    .refused(415);
    put(&path, &[wasm, ("content-encoding", "gzip")], bytes).refused(415);
    put(&path, &[wasm], b"not a component").refused(400);
    let live = HOST
        .post(
            "/api/v1/plugins/greeting/activate",
            &json!({"version": version}),
        )
        .ok();
    assert_eq!(live["previous"], version.as_str());
    HOST.post(
        "/api/v1/plugins/greeting/activate",
        &json!({"version": "9.9.9"}),
    )
    .refused(404);
    HOST.post(
        "/api/v1/plugins/greeting/activate",
        &json!({"vers": "9.9.9"}),
    )
    .refused(400);
    // It was live all the time: there is none before it.
    HOST.call("POST", "/api/v1/plugins/greeting/rollback", &[], b"")
        .refused(409);
}

#[test]
fn a_component_that_is_too_large_is_refused_before_it_is_sent() {
    let mut stream = TcpStream::connect(HOST.address).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    let size = 32 * 1024 * 1024 + 1;
    write!(
        stream,
        "PUT /api/v1/plugins/a/1.0.0 HTTP/1.1\r\nhost: {}\r\ncontent-type: application/wasm\r\ncontent-length: {size}\r\n\r\n",
        HOST.address
    )
    .unwrap();
    stream.write_all(&vec![0; 2 * 1024 * 1024]).unwrap();
    let mut answer = [0; 32];
    let read = stream.read(&mut answer).unwrap();
    assert!(String::from_utf8_lossy(&answer[..read]).starts_with("HTTP/1.1 413"));
}

#[test]
fn reports_come_as_json_and_as_csv() {
    HOST.message("report", "My order arrived broken and nobody answers me!");
    for (name, column) in [
        ("volume", "messages"),
        ("tickets", "opened"),
        ("steps", "calls"),
        ("satisfaction", "answers"),
    ] {
        let path = format!("/api/v1/reports/{name}");
        let report = HOST.get(&path).ok();
        assert!(report["rows"][0][column].is_u64(), "{report}");
        let csv = HOST.call("GET", &path, &[("accept", "text/csv")], b"");
        assert!(csv.kind.starts_with("text/csv"));
        assert!(
            csv.text
                .lines()
                .next()
                .unwrap()
                .split(',')
                .any(|found| found == column),
            "{}",
            csv.text
        );
        assert_eq!(HOST.get(&format!("{path}?format=csv")).kind, csv.kind);
        assert!(
            HOST.get(&format!("{path}?to=2020-01-01")).ok()["rows"]
                .as_array()
                .unwrap()
                .len()
                <= 1
        );
        HOST.get(&format!("{path}?from=yesterday")).refused(400);
        HOST.get(&format!("{path}?from=2026-02-01&to=2026-01-01"))
            .refused(400);
        HOST.call("GET", &path, &[("accept", "image/png")], b"")
            .refused(406);
    }
}

#[test]
fn the_host_says_how_it_is_and_describes_itself() {
    assert_eq!(HOST.get("/healthz").ok()["status"], "ok");
    assert_eq!(HOST.get("/readyz").ok()["status"], "ok");
    HOST.message("metrics", "hello");
    let metrics = HOST.get("/metrics").text;
    for name in [
        "switchboard_messages_total",
        "switchboard_step_seconds_bucket",
        "switchboard_store_barriers_total",
    ] {
        assert!(metrics.contains(name), "{metrics}");
    }
    assert!(HOST.get("/openapi.json").ok()["paths"]["/api/v1/messages"]["post"].is_object());
}

#[test]
fn with_a_token_only_its_bearers_may_call_and_visitors_still_chat() {
    let token = "a secret of at least sixteen";
    let host = Host::start(ApiConfig {
        token: Some(token.to_owned()),
        ..ApiConfig::default()
    });
    let document = host.get("/openapi.json").ok();
    let mut refused = 0;
    for (path, methods) in document["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys() {
            let answer = host.call(
                &method.to_uppercase(),
                &path.replace(['{', '}'], ""),
                &[],
                b"",
            );
            let guarded = path.starts_with("/api/") || path == "/metrics";
            assert_eq!(answer.status == 401, guarded, "{method} {path}: {answer:?}");
            if guarded {
                answer.refused(401);
                assert!(answer.challenge.starts_with("Bearer"));
                refused += 1;
            }
        }
    }
    assert!(refused > 20);
    let with = |value: &str| {
        host.call("GET", "/api/v1/tickets", &[("authorization", value)], b"")
            .status
    };
    assert_eq!(with(&format!("Bearer {token}")), 200);
    assert_eq!(with(&format!("Bearer {token}x")), 401);
    assert_eq!(with(token), 401);
    host.stop();
}

#[test]
fn pages_of_other_sites_may_change_nothing() {
    let body = json!({"contact": "csrf", "text": "hello"}).to_string();
    let with = |name: &str, value: &str| {
        HOST.call(
            "POST",
            "/api/v1/messages",
            &[("content-type", "application/json"), (name, value)],
            body.as_bytes(),
        )
    };
    with("origin", "http://evil.example").refused(403);
    with("origin", "null").refused(403);
    with("sec-fetch-site", "cross-site").refused(403);
    with("origin", &format!("http://{}", HOST.address)).ok();
    with("x-forwarded-for", "203.0.113.7").ok();
    // A name that was made to lead here is still another site's.
    with("host", "evil.example").refused(421);
}

#[test]
fn a_visitor_chats_and_sees_only_its_own_conversation() {
    let visitor = "00112233445566778899aabbccddeeff";
    let send = |visitor: &str, text: &str, key: &str| {
        let headers = [
            ("content-type", "application/json"),
            ("x-switchboard-visitor", visitor),
            ("idempotency-key", key),
        ];
        HOST.call(
            "POST",
            "/chat/messages",
            &headers,
            json!({"text": text}).to_string().as_bytes(),
        )
    };
    let header = ("x-switchboard-visitor", visitor);
    HOST.call("GET", "/chat/events", &[header], b"")
        .refused(404);
    let first = send(
        visitor,
        "My order arrived broken and nobody answers me!",
        "1",
    );
    let said = first.ok();
    assert_eq!(said["messages"][0]["from"], "you");
    assert!(
        !first.text.contains("con_") && !first.text.contains("tic_"),
        "{}",
        first.text
    );
    assert_eq!(
        send(
            visitor,
            "My order arrived broken and nobody answers me!",
            "1"
        )
        .text,
        first.text
    );
    let line = format!("x-switchboard-visitor: {visitor}\r\n");
    let mut stream = HOST.follow("/chat/events", &line);
    let (event, history) = stream.next();
    assert_eq!(history, said);
    send(visitor, "hello again", "2").ok();
    assert_eq!(stream.next().1["messages"][0]["text"], "hello again");
    let mut resumed = HOST.follow("/chat/events", &format!("{line}last-event-id: {event}\r\n"));
    assert_eq!(resumed.next().1["messages"][0]["text"], "hello again");
    let other = "ffffffffffffffffffffffffffffffff";
    HOST.call(
        "GET",
        "/chat/events",
        &[("x-switchboard-visitor", other)],
        b"",
    )
    .refused(404);
    send("short", "hello", "3").refused(400);
    let listed = HOST.get("/api/v1/conversations?channel=web").text;
    assert!(!listed.contains(visitor), "nobody who reads may speak");
}

#[test]
fn a_visitor_who_writes_too_much_waits() {
    let config = ApiConfig {
        per_visitor: Rate {
            burst: 2,
            per_second: 0.1,
        },
        ..ApiConfig::default()
    };
    let host = Host::start(config);
    let send = |visitor: &str| {
        let headers = [
            ("content-type", "application/json"),
            ("x-switchboard-visitor", visitor),
        ];
        host.call("POST", "/chat/messages", &headers, br#"{"text":"hello"}"#)
    };
    let (one, other) = ("1".repeat(32), "2".repeat(32));
    send(&one).ok();
    send(&one).ok();
    let slow = send(&one);
    slow.refused(429);
    assert!(slow.retry_after.parse::<u64>().unwrap() >= 1);
    send(&other).ok();
    host.stop();
}

#[test]
fn the_chat_page_runs_nothing_but_its_own_script() {
    let page = HOST.call("GET", "/chat", &[("accept-language", "zh-TW")], b"");
    assert_eq!(page.status, 200);
    assert!(page.text.contains("<html lang=\"zh-Hant\"") && page.text.contains("Blue Whale Toys"));
    assert!(
        page.policy
            .starts_with("default-src 'none'; script-src 'self'")
            && !page.policy.contains("unsafe")
    );
    assert!(
        HOST.get("/chat/chat.js")
            .kind
            .starts_with("text/javascript")
    );
    assert!(HOST.get("/chat/chat.css").kind.starts_with("text/css"));
}

#[test]
fn slow_senders_are_cut_off_and_others_are_served_meanwhile() {
    let deadline = Duration::from_millis(500);
    let host = Host::start(ApiConfig {
        header_deadline: deadline,
        body_deadline: deadline,
        ..ApiConfig::default()
    });
    let mut slow_headers = TcpStream::connect(host.address).unwrap();
    let mut slow_body = TcpStream::connect(host.address).unwrap();
    for stream in [&slow_headers, &slow_body] {
        stream
            .set_read_timeout(Some(Duration::from_secs(20)))
            .unwrap();
    }
    write!(slow_headers, "GET /healthz HTTP/1.1\r\nx-slow: ").unwrap();
    write!(
        slow_body,
        "POST /api/v1/messages HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{{"
    )
    .unwrap();
    let start = Instant::now();
    assert_eq!(host.get("/healthz").status, 200);
    let mut text = String::new();
    slow_body.read_to_string(&mut text).unwrap();
    assert!(text.starts_with("HTTP/1.1 408"), "{text}");
    let mut rest = Vec::new();
    let _ = slow_headers.read_to_end(&mut rest);
    assert!(start.elapsed() < Duration::from_secs(10));
    host.stop();
}

#[test]
fn a_stopping_host_ends_its_streams_at_once() {
    let host = Host::start(ApiConfig::default());
    let conversation = id(&host.message("stopping", "hello")["conversation"]).to_owned();
    let mut stream = host.follow(
        &format!("/api/v1/conversations/{conversation}/events?after=0"),
        "",
    );
    assert_eq!(stream.next().0, "1");
    let start = Instant::now();
    host.stop();
    assert!(start.elapsed() < Duration::from_secs(5));
}

/// As that agent of the demo desk.
fn acting(agent: &str) -> [(&'static str, &str); 1] {
    [("x-switchboard-agent", agent)]
}

#[test]
fn a_complaint_about_an_agent_is_hidden_from_that_agent_on_every_route() {
    let opened = HOST.message("bypass", "hello");
    let conversation = id(&opened["conversation"]).to_owned();
    let path = format!("/api/v1/conversations/{conversation}");
    HOST.send(
        "POST",
        &format!("{path}/take"),
        &json!({"agent": "zhang-wei"}),
    )
    .ok();
    let answer = HOST.message(
        "bypass",
        "I want to complain: Zhang Wei was rude to me and my order arrived broken! Marker-7781",
    );
    let ticket = answer["tickets"][0].clone();
    assert_eq!(ticket["about"], json!(["zhang-wei"]));
    assert_eq!(ticket["department"], "customer-service");
    assert_eq!(ticket["notified"][0], "lin-mei");
    let ticket = id(&ticket["id"]).to_owned();
    let state = HOST.get(&path).ok();
    assert_eq!(state["agent"], Value::Null, "somebody else takes over");
    let account = id(&state["account"]).to_owned();
    let run = id(&answer["run"]).to_owned();

    // Every route that the document knows, with the ids of what is hidden wherever an id goes.
    let document = HOST.get("/openapi.json").ok();
    let mut tried = 0;
    for (route, methods) in document["paths"].as_object().unwrap() {
        if methods.get("get").is_none() || !route.starts_with("/api/") {
            continue;
        }
        let kind = route.split('/').nth(3).unwrap();
        let known = match kind {
            "accounts" => &account,
            "tickets" => &ticket,
            "runs" => &run,
            _ => &conversation,
        };
        let path = route.replace("{id}", known);
        let path = match path.contains("/events") {
            // A stream that is shown never ends.
            true => format!("{path}?after=0"),
            false => path,
        };
        for query in ["", "?limit=200", "?contact=bypass", "?q=Marker-7781"] {
            if path.contains('?') && !query.is_empty() {
                continue;
            }
            let seen = HOST.call("GET", &format!("{path}{query}"), &acting("zhang-wei"), b"");
            for hidden in ["Marker-7781", conversation.as_str(), ticket.as_str()] {
                // A refusal says which id it was asked for, and no more.
                let echoed = seen.status >= 400 && !seen.text.contains("Marker");
                assert!(
                    echoed || !seen.text.contains(hidden),
                    "{path}{query} shows {hidden}: {}",
                    seen.text
                );
            }
            tried += 1;
        }
    }
    assert!(tried > 20, "{tried}");

    for hidden in [
        path.clone(),
        format!("{path}/events?after=0"),
        format!("/api/v1/runs/{run}"),
    ] {
        let refused = HOST.call("GET", &hidden, &acting("zhang-wei"), b"");
        assert_eq!(refused.status, 404, "{hidden}: {}", refused.text);
    }
    let body = json!({"status": "acknowledged", "by": "zhang-wei"}).to_string();
    let json = ("content-type", "application/json");
    let patch = format!("/api/v1/tickets/{ticket}");
    let refused = HOST.call(
        "PATCH",
        &patch,
        &[acting("zhang-wei")[0], json],
        body.as_bytes(),
    );
    assert_eq!(refused.status, 404, "{}", refused.text);
    // Nor by leaving the header out.
    for name in ["zhang-wei", "张薇", "Zhang Wei"] {
        HOST.send(
            "PATCH",
            &patch,
            &json!({"status": "acknowledged", "by": name}),
        )
        .refused(404);
        HOST.send("POST", &format!("{path}/take"), &json!({"agent": name}))
            .refused(404);
        let reply = json!({"agent": name, "text": "It was not my fault."});
        HOST.send("POST", &format!("{path}/replies"), &reply)
            .refused(404);
        HOST.send("POST", &format!("{path}/resolve"), &json!({"agent": name}))
            .refused(404);
    }
    for (method, path) in [
        ("GET", format!("/api/v1/accounts/{account}/export")),
        ("DELETE", format!("/api/v1/accounts/{account}")),
    ] {
        let refused = HOST.call(method, &path, &acting("zhang-wei"), b"");
        assert_eq!(refused.status, 403, "{}", refused.text);
    }

    // The supervisor sees and settles it; nobody acts in another's name.
    let seen = HOST.call("GET", &path, &acting("lin-mei"), b"").ok();
    assert!(seen["labels"].is_array());
    let listed = HOST.call("GET", "/api/v1/tickets?limit=200", &acting("lin-mei"), b"");
    assert!(listed.text.contains(&ticket));
    let forged = json!({"agent": "lin-mei", "text": "All is well."}).to_string();
    let forged = HOST.call(
        "POST",
        &format!("{path}/replies"),
        &[acting("chen-jing")[0], json],
        forged.as_bytes(),
    );
    assert_eq!(forged.status, 403, "{}", forged.text);
    HOST.call("GET", &path, &acting("somebody"), b"")
        .refused(403);
    let body = json!({"status": "closed", "by": "lin-mei", "feedback": "I spoke with her."});
    HOST.send("PATCH", &patch, &body).ok();
}

#[test]
fn a_case_is_resolved_when_all_its_tickets_are_closed() {
    let answer = HOST.message(
        "whole-case",
        "My order arrived broken and nobody answers me!",
    );
    let path = format!("/api/v1/conversations/{}", id(&answer["conversation"]));
    let resolve = json!({"agent": "lin-mei", "summary": "sent again"});
    HOST.post(&format!("{path}/resolve"), &resolve).ok();
    assert_eq!(
        HOST.get(&path).ok()["resolved"],
        false,
        "after-sales works on it"
    );
    let ticket = format!("/api/v1/tickets/{}", id(&answer["tickets"][0]["id"]));
    let body = json!({"status": "closed", "by": "after-sales", "feedback": "We sent a new one."});
    HOST.send("PATCH", &ticket, &body).ok();
    let begin = Instant::now();
    while HOST.get(&path).ok()["resolved"] == false {
        assert!(begin.elapsed() < Duration::from_secs(20), "it stays open");
        std::thread::sleep(Duration::from_millis(50));
    }
    let heard = HOST.get(&path).ok();
    let heard = heard["messages"].as_array().unwrap();
    let feedback = heard.iter().filter(|message| {
        message["text"]
            .as_str()
            .unwrap()
            .contains("We sent a new one.")
    });
    assert_eq!(feedback.count(), 1);
    HOST.post(&format!("{path}/resolve"), &resolve).refused(409);
}

#[test]
fn promises_are_listed_kept_by_hand_and_shown_on_the_account() {
    let answer = HOST.message("promised", "I want to complain, the train is broken!");
    let conversation = id(&answer["conversation"]).to_owned();
    let path = format!("/api/v1/conversations/{conversation}");
    let reply = json!({"agent": "liu-yang", "text": "I will call you back within 2 hours."});
    HOST.post(&format!("{path}/replies"), &reply).ok();
    let account = id(&HOST.get(&path).ok()["account"]).to_owned();
    let shown = HOST.get(&format!("/api/v1/accounts/{account}")).ok();
    let promises = shown["promises"].as_array().unwrap();
    let owners: Vec<&str> = promises
        .iter()
        .map(|promise| promise["owner"].as_str().unwrap())
        .collect();
    assert!(
        owners.contains(&"liu-yang") && owners.contains(&"after-sales"),
        "sales' promise stands beside after-sales': {owners:?}"
    );
    let list = |query: &str| {
        let path = format!("/api/v1/promises?account={account}&{query}");
        HOST.get(&path).ok()["promises"].as_array().unwrap().clone()
    };
    let open = list("status=open&owner=liu-yang");
    assert_eq!(open.len(), 1);
    let promise = format!("/api/v1/promises/{}", id(&open[0]["id"]));
    let keep = |status: &str, evidence: &str| {
        let body = json!({"status": status, "by": "liu-yang", "evidence": evidence});
        HOST.send("PATCH", &promise, &body)
    };
    keep("broken", "no").refused(400);
    keep("kept", " ").refused(400);
    assert_eq!(
        keep("kept", "I called at ten.").ok()["evidence"],
        "I called at ten."
    );
    keep("kept", "again").refused(409);
    assert!(list("status=open&owner=liu-yang").is_empty());
    assert_eq!(list("status=kept").len(), 1);
    HOST.get("/api/v1/promises?status=forgotten").refused(400);
}

#[test]
fn evidence_is_whole_and_its_hash_shows_every_change() {
    let answer = HOST.message("evidence", "My order arrived broken and nobody answers me!");
    let ticket = format!("/api/v1/tickets/{}", id(&answer["tickets"][0]["id"]));
    let body = json!({"status": "acknowledged", "by": "after-sales"});
    HOST.send("PATCH", &ticket, &body).ok();
    let pack = HOST.get(&format!("{ticket}/evidence"));
    assert_eq!(
        (pack.status, pack.kind.as_str()),
        (200, "application/x-ndjson")
    );
    let lines: Vec<Value> = pack
        .text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let head = &lines[0];
    assert_eq!(head["ticket"]["status"], "acknowledged");
    assert!(
        head["seconds"]["first_response"].is_i64()
            && head["seconds"]["to_acknowledgement"].is_i64()
    );
    assert!(pack.text.contains("nobody answers me!"));
    let (packed, last) = pack.text.trim_end().rsplit_once('\n').unwrap();
    let last: Value = serde_json::from_str(last).unwrap();
    let hash = |bytes: &str| -> String {
        use sha2::Digest as _;
        let digest = sha2::Sha256::digest(bytes.as_bytes());
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    };
    assert_eq!(last["sha256"], hash(&format!("{packed}\n")));
    let forged = packed.replace("nobody answers me!", "everybody answers me!");
    assert_ne!(last["sha256"], hash(&format!("{forged}\n")));
    // Later the desk writes the same pack again.
    HOST.message("evidence", "Hello? Anybody there?");
    let again = format!("{ticket}/evidence?through={}", head["through"]);
    assert_eq!(HOST.get(&again).text, pack.text);
    assert_ne!(HOST.get(&format!("{ticket}/evidence")).text, pack.text);
    HOST.get(&format!("{ticket}/evidence?through=9999"))
        .refused(400);
    HOST.get("/api/v1/tickets/tic_0/evidence").refused(404);
}
