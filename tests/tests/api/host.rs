//! Accounts, reports, and what guards the whole.

use super::*;

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
