//! The satisfaction question as a link, and the norms of wording, over HTTP; the desk's clock stands on a Tuesday morning.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a panic is the failure report"
)]

use std::net::SocketAddr;
use std::sync::{Arc, LazyLock};

use serde_json::{Value, json};
use switchboard::api::{ApiConfig, Server};
use switchboard::engine::{
    Clock as _, Core, Engine, Parts, SeededEntropy, ServiceConfig, VirtualClock,
};
use switchboard::sandbox::{Sandbox, SandboxConfig};
use switchboard::store::MemoryStore;
use switchboard::workflow::{Desk, DeskFiles};

static CLOCK: LazyLock<Arc<VirtualClock>> = LazyLock::new(|| {
    Arc::new(VirtualClock::new(
        "2026-03-10T10:00:00+08:00".parse().unwrap(),
    ))
});

static ADDRESS: LazyLock<SocketAddr> = LazyLock::new(|| {
    let core = Core::new(Parts {
        desk: Arc::new(Desk::load(&DeskFiles::Embedded).unwrap()),
        store: Arc::new(MemoryStore::new()),
        sandbox: Arc::new(Sandbox::new(SandboxConfig::in_process()).unwrap()),
        clock: Arc::clone(&*CLOCK) as Arc<dyn switchboard::engine::Clock>,
        entropy: Arc::new(SeededEntropy::new(7)),
    });
    let engine = Engine::start(Arc::new(core.unwrap()), ServiceConfig::default()).unwrap();
    let (sender, address) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let any = "127.0.0.1:0".parse().unwrap();
            let server = Server::bind(any, Arc::new(engine), ApiConfig::default())
                .await
                .unwrap();
            sender.send(server.address()).unwrap();
            server.run(std::future::pending()).await.unwrap();
        });
    });
    address.recv().unwrap()
});

/// Status, content type and body.
fn call(method: &str, path: &str, kind: &str, body: &str) -> (u16, String, String) {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .build()
        .into();
    let request = ureq::http::Request::builder()
        .method(method)
        .uri(format!("http://{}{path}", *ADDRESS))
        .header("content-type", kind)
        .body(body.to_owned())
        .unwrap();
    let mut response = agent.run(request).unwrap();
    let kind = response.headers()["content-type"]
        .to_str()
        .unwrap()
        .to_owned();
    let text = response.body_mut().read_to_string().unwrap();
    (response.status().as_u16(), kind, text)
}

fn post(path: &str, body: &Value) -> (u16, Value) {
    let (status, _, text) = call("POST", path, "application/json", &body.to_string());
    (status, serde_json::from_str(&text).unwrap())
}

fn vote(path: &str, form: &str) -> (u16, String) {
    let (status, _, text) = call("POST", path, "application/x-www-form-urlencoded", form);
    (status, text)
}

/// A settled conversation that waits for a rating: its path in the API.
fn settled(contact: &str) -> String {
    let (_, answer) = post(
        "/api/v1/messages",
        &json!({"contact": contact, "text": "你好"}),
    );
    let path = format!(
        "/api/v1/conversations/{}",
        answer["conversation"].as_str().unwrap()
    );
    let (status, _) = post(&format!("{path}/resolve"), &json!({"agent": "zhang-wei"}));
    assert_eq!(status, 200);
    path
}

fn survey(path: &str) -> (String, Option<u64>) {
    let (_, _, text) = call("GET", path, "application/json", "");
    let state: Value = serde_json::from_str(&text).unwrap();
    (
        state["survey"].as_str().unwrap().to_owned(),
        state["survey_code"].as_u64(),
    )
}

#[test]
fn a_link_that_is_fetched_never_votes_and_its_form_votes_once() {
    let path = settled("mail-reader");
    let (status, link) = post(&format!("{path}/survey-link"), &json!({}));
    assert_eq!(status, 200, "{link}");
    assert!(link["expires"].as_str().unwrap().starts_with("2026-03-17T"));
    let link = link["path"].as_str().unwrap();
    for _ in 0..3 {
        let (status, kind, page) = call("GET", link, "text/plain", "");
        assert_eq!((status, kind.as_str()), (200, "text/html; charset=utf-8"));
        assert!(
            page.contains("method=\"post\"") && page.contains("1 非常满意"),
            "{page}"
        );
    }
    assert_eq!(
        survey(&path),
        ("asked".to_owned(), None),
        "only the button votes"
    );

    assert_eq!(vote(link, "code=9").0, 400);
    assert_eq!(vote(link, "code=1&more=1").0, 400);
    let (status, page) = vote(link, "code=3&text=%E5%A4%AA%E6%85%A2");
    assert_eq!(status, 200, "{page}");
    assert_eq!(survey(&path), ("answered".to_owned(), Some(3)));
    // Corrected within half an hour, and then no more.
    assert_eq!(vote(link, "code=2").0, 200);
    assert_eq!(survey(&path).1, Some(2));
    let again = vote(link, "code=2");
    assert_eq!(again.0, 409, "{again:?}");
}

#[test]
fn a_link_that_is_not_one_of_this_hosts_is_none() {
    let path = settled("stranger");
    let (_, link) = post(&format!("{path}/survey-link"), &json!({"days": 1}));
    let link = link["path"].as_str().unwrap();
    let (body, signature) = link.rsplit_once('.').unwrap();
    let flipped = if signature.starts_with('A') { "B" } else { "A" };
    for bad in [
        "/survey/nonsense".to_owned(),
        format!("{body}.{flipped}{}", &signature[1..]),
        format!("{body}."),
    ] {
        assert_eq!(call("GET", &bad, "text/plain", "").0, 404, "{bad}");
        assert_eq!(vote(&bad, "code=1").0, 404, "{bad}");
    }
    assert_eq!(survey(&path), ("asked".to_owned(), None));
    assert_eq!(
        post(&format!("{path}/survey-link"), &json!({"days": 99})).0,
        400
    );
    let (_, open) = post(
        "/api/v1/messages",
        &json!({"contact": "open", "text": "你好"}),
    );
    let open = format!(
        "/api/v1/conversations/{}",
        open["conversation"].as_str().unwrap()
    );
    assert_eq!(
        post(&format!("{open}/survey-link"), &json!({})).0,
        409,
        "nothing to rate yet"
    );
    assert!(CLOCK.now() > jiff::Timestamp::UNIX_EPOCH);
}

#[test]
fn a_reply_that_breaks_a_norm_is_refused_with_rule_place_and_rewrite() {
    let (_, answer) = post(
        "/api/v1/messages",
        &json!({"contact": "norms", "text": "转人工"}),
    );
    let path = format!(
        "/api/v1/conversations/{}/replies",
        answer["conversation"].as_str().unwrap()
    );
    let body = json!({"agent": "zhang-wei", "text": "您好，这个我不清楚。"}).to_string();
    let (status, kind, text) = call("POST", &path, "application/json", &body);
    assert_eq!((status, kind.as_str()), (422, "application/problem+json"));
    let problem: Value = serde_json::from_str(&text).unwrap();
    let finding = &problem["findings"][0];
    assert_eq!(finding["rule"], "R18-vague-words");
    assert_eq!(
        (finding["start"].as_u64(), finding["end"].as_u64()),
        (Some(18), Some(27))
    );
    let better = problem["suggestion"].as_str().unwrap();
    assert!(better.contains("核实") && !better.contains("不清楚"));
    let detail = problem["detail"].as_str().unwrap();
    assert!(detail.contains("R18") && detail.contains("bytes 18 to 27") && detail.contains(better));
    let (status, _) = post(&path, &json!({"agent": "zhang-wei", "text": better}));
    assert_eq!(status, 200, "the rewrite is taken");
    let (status, warned) = post(&path, &json!({"agent": "zhang-wei", "text": "好的"}));
    assert_eq!(status, 200, "a warning is no refusal: {warned}");
}
