//! Notices that leave the desk: signed, on their own routes, whatever another receiver does.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use switchboard::engine::{Core, Engine, Parts, ServiceConfig, SystemClock, SystemEntropy};
use switchboard::store::MemoryStore;
use switchboard::workflow::{Desk, Files};
use switchboard_tests::house::{SANDBOX, message};
use switchboard_tests::script::Script;

/// A request as it came.
struct Request {
    at: Instant,
    headers: BTreeMap<String, String>,
    body: String,
}

fn read(stream: &mut TcpStream) -> Request {
    let mut bytes = Vec::new();
    let mut part = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let headers: BTreeMap<String, String> = head
                .lines()
                .filter_map(|line| line.split_once(": "))
                .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
                .collect();
            let length = headers.get("content-length").map(|length| length.parse());
            if body.len() == length.unwrap_or(Ok(0)).unwrap() {
                return Request {
                    at: Instant::now(),
                    headers,
                    body: body.to_owned(),
                };
            }
        }
        let count = stream.read(&mut part).unwrap();
        assert!(count > 0, "cut off: {text}");
        bytes.extend_from_slice(&part[..count]);
    }
}

/// A receiver that answers so, request by request, the last answer again and again.
fn receiver(answers: &'static [&'static str]) -> (u16, Receiver<Request>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (sender, requests) = channel();
    std::thread::spawn(move || {
        for (number, stream) in listener.incoming().enumerate() {
            let mut stream = stream.unwrap();
            let request = read(&mut stream);
            let answer = answers.get(number).or(answers.last()).unwrap();
            let _ = write!(
                stream,
                "HTTP/1.1 {answer}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
            );
            if sender.send(request).is_err() {
                return;
            }
        }
    });
    (port, requests)
}

/// The public example secret of Standard Webhooks, and another.
const OLD: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const NEW: &str = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

fn engine(directory: &str, component: Vec<u8>) -> Engine {
    let mut files = Files::new();
    let desk = "name = \"d\"\ntime-zone = \"Asia/Shanghai\"\nlanguages = [\"en\"]\n\
        [[on]]\nevent = \"message.received\"\nsteps = [\"pager\"]\n\
        [[step]]\nname = \"pager\"\nplugin = \"pager@0\"\ngrants = [\"tickets\", \"notify\"]\n";
    for (name, bytes) in [
        ("desk.toml", desk.as_bytes().to_vec()),
        (
            "hours.toml",
            b"[weekly]\nmonday-sunday = [\"00:00-24:00\"]\n".to_vec(),
        ),
        ("directory.toml", directory.as_bytes().to_vec()),
        ("plugins/pager.wasm", component),
    ] {
        files.insert(name.to_owned(), bytes);
    }
    let desk = Desk::from_files(&files).unwrap_or_else(|problems| panic!("{problems:?}"));
    let core = Core::new(Parts {
        desk: Arc::new(desk),
        store: Arc::new(MemoryStore::new()),
        sandbox: Arc::clone(LazyLock::force(&SANDBOX)),
        clock: Arc::new(SystemClock::default()),
        entropy: Arc::new(SystemEntropy::new().unwrap()),
    });
    Engine::start(Arc::new(core.unwrap()), ServiceConfig::default()).unwrap()
}

fn say(engine: &Engine, text: &str) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime
        .block_on(engine.submit(message("ana", text)))
        .unwrap();
}

fn next(requests: &Receiver<Request>) -> Request {
    requests.recv_timeout(Duration::from_secs(30)).unwrap()
}

#[test]
fn a_refused_delivery_comes_again_with_the_same_id_signed_anew_with_every_secret() {
    let (port, requests) = receiver(&["503 Busy", "200 OK"]);
    let directory = format!(
        "[[department]]\nname = \"service\"\nnotify = [\"webhook:pager\"]\n\
        [[webhook]]\nname = \"pager\"\nurl = \"http://127.0.0.1:{port}/desk\"\nsecrets = [{NEW:?}, {OLD:?}]\n"
    );
    let engine = engine(
        &directory,
        Script::new("pager").notify("service").component(),
    );
    say(&engine, "hello");
    let (first, second) = (next(&requests), next(&requests));
    assert_eq!(first.headers["webhook-id"], second.headers["webhook-id"]);
    assert_eq!(first.body, second.body);
    assert!(
        first.headers["webhook-timestamp"] < second.headers["webhook-timestamp"],
        "the attempt's time, not the event's"
    );
    for request in [&first, &second] {
        let signed = &request.headers["webhook-signature"];
        let signatures: Vec<&str> = signed.split(' ').collect();
        assert_eq!(signatures.len(), 2, "{signed}");
        assert!(
            signatures
                .iter()
                .all(|one| one.starts_with("v1,") && one.len() == 47)
        );
    }
    assert_ne!(
        first.headers["webhook-signature"],
        second.headers["webhook-signature"]
    );
    let body: serde_json::Value = serde_json::from_str(&second.body).unwrap();
    assert_eq!(
        (&body["type"], &body["to"]),
        (&"desk.notice".into(), &"service".into())
    );
    let begin = Instant::now();
    while engine.core().outbox_pending(10).unwrap() > 0 {
        assert!(
            begin.elapsed() < Duration::from_secs(10),
            "it is kept for ever"
        );
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn whoever_is_paged_is_reached_within_seconds_beside_a_receiver_that_never_answers() {
    // It takes connections and says nothing: each call to it lasts until its time is up.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let dead = silent.local_addr().unwrap().port();
    let (first, at_first) = receiver(&["200 OK"]);
    let (second, at_second) = receiver(&["204 No Content"]);
    let directory = format!(
        "on-call = [\"zhou\"]\n\
        [[department]]\nname = \"service\"\nnotify = [\"webhook:http://127.0.0.1:{dead}/\"]\n\
        [[person]]\nname = \"zhou\"\ndepartment = \"service\"\n\
        notify = [\"webhook:http://127.0.0.1:{dead}/\", \"webhook:http://127.0.0.1:{first}/\", \"webhook:http://127.0.0.1:{second}/\"]\n"
    );
    let pager = Script::new("pager").notify("service").notify("on-call");
    let engine = engine(&directory, pager.component());
    let begin = Instant::now();
    say(&engine, "hello");
    for requests in [at_first, at_second] {
        let paged = next(&requests);
        let took = paged.at.duration_since(begin);
        assert!(took < Duration::from_secs(5), "{took:?}");
    }
    drop(silent);
}
