//! The chat of visitors.

use super::*;

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
fn only_the_frame_may_be_shown_by_others_and_only_the_launcher_loaded_by_them() {
    let page = HOST.get("/chat");
    assert!(page.policy.ends_with("frame-ancestors 'none'"));
    assert_eq!(page.frame_options, "DENY");
    let frame = HOST.get("/chat/frame");
    assert!(
        frame.policy.ends_with("frame-ancestors 'self'"),
        "{frame:?}"
    );
    assert!(frame.policy.contains("require-trusted-types-for 'script'"));
    assert_eq!(frame.frame_options, "");
    assert!(frame.text.contains("data-framed"));
    assert_eq!(HOST.get("/widget.js").resource_policy, "cross-origin");
    for path in ["/chat/chat.js", "/chat/words.js", "/chat/reading.js"] {
        let file = HOST.get(path);
        assert_eq!(file.resource_policy, "same-origin", "{path}");
        assert!(file.kind.starts_with("text/javascript"));
    }
    assert_eq!(HOST.get("/favicon.ico").kind, "image/svg+xml");
}

/// A token of a business's server.
fn signed(claims: &Value) -> String {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use hmac::{Hmac, KeyInit as _, Mac as _};
    let key = HOST.get("/api/v1/identity-key").ok();
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let said = format!(
        "{}.{}",
        part(&json!({"alg": "HS256", "typ": "JWT"})),
        part(claims)
    );
    let key = key["key"].as_str().unwrap();
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(key.as_bytes()).unwrap();
    mac.update(said.as_bytes());
    format!(
        "{said}.{}",
        URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
    )
}

fn with_identity(token: &str, text: &str) -> Answer {
    let headers = [
        ("content-type", "application/json"),
        ("x-switchboard-identity", token),
    ];
    let body = json!({"text": text}).to_string();
    HOST.call("POST", "/chat/messages", &headers, body.as_bytes())
}

#[test]
fn whom_the_business_signed_for_is_verified_and_nobody_else_ever_is() {
    let audience = HOST.get("/api/v1/identity-key").ok()["audience"].clone();
    assert_eq!(audience, "Blue Whale Toys");
    let now = jiff::Timestamp::now().as_second();
    let claims = json!({"sub": "cust-7", "aud": audience, "exp": now + 60});
    let token = signed(&claims);
    with_identity(&token, "hello").ok();
    let verified = || {
        let path = "/api/v1/conversations?channel=web&contact=verified:cust-7";
        let listed = HOST.get(path).ok();
        let found = listed["conversations"].as_array().unwrap().clone();
        found
            .iter()
            .map(|one| one["messages"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(verified().len(), 1);
    let with = |name: &str, value: Value| {
        let mut claims = claims.clone();
        claims[name] = value;
        signed(&claims)
    };
    let mut changed = token.clone();
    changed.pop();
    for wrong in [
        String::new(),
        changed,
        with("exp", json!(now - 1)),
        with("aud", json!("another desk")),
        with("sub", json!("")),
        token.replace('.', ".."),
    ] {
        let answer = with_identity(&wrong, "I am cust-7");
        assert!(
            answer.refused(401).contains("X-Switchboard-Identity"),
            "{wrong}"
        );
    }
    let said = HOST.get("/api/v1/conversations?channel=web").text;
    assert!(!said.contains("I am cust-7"));
    // A stranger can't call itself so.
    let headers = [
        ("content-type", "application/json"),
        ("x-switchboard-visitor", "verified:cust-7"),
    ];
    HOST.call("POST", "/chat/messages", &headers, br#"{"text":"hello"}"#)
        .refused(400);
}

#[test]
fn a_live_stream_tells_who_answers_and_who_writes_on_either_side() {
    let visitor = "ab".repeat(16);
    let headers = [
        ("content-type", "application/json"),
        ("x-switchboard-visitor", visitor.as_str()),
    ];
    let line = format!("x-switchboard-visitor: {visitor}\r\n");
    let call =
        |path: &str, body: &Value| HOST.call("POST", path, &headers, body.to_string().as_bytes());
    let nothing = HOST.call("GET", "/chat/events?live=true", &headers[1..], b"");
    assert_eq!(nothing.status, 204);
    call("/chat/typing", &json!({"typing": true})).refused(404);
    call("/chat/messages", &json!({"text": "转人工"})).ok();
    let mut stream = HOST.follow("/chat/events?live=true", &line);
    let state = stream.named("state");
    // By the time of day people are there or not.
    let handler = state["handler"].as_str().unwrap();
    assert!(["queue", "bot"].contains(&handler), "{state}");
    assert_eq!(state["position"].is_u64(), handler == "queue", "{state}");
    assert_eq!(state["survey"], "not-asked");
    assert_eq!(state["desk"]["name"], "Blue Whale Toys");
    call("/chat/rating", &json!({"code": 1})).refused(409);
    call("/chat/rating", &json!({"code": 5})).refused(400);
    let digest = {
        use sha2::Digest as _;
        let bytes = sha2::Sha256::digest(&visitor);
        bytes
            .iter()
            .take(16)
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>()
    };
    let listed = HOST
        .get(&format!(
            "/api/v1/conversations?channel=web&contact=visitor-{digest}"
        ))
        .ok();
    let path = format!(
        "/api/v1/conversations/{}",
        id(&listed["conversations"][0]["id"])
    );
    let mut desk = HOST.follow(&format!("{path}/events"), "");
    std::thread::sleep(Duration::from_millis(200));
    assert_eq!(call("/chat/typing", &json!({"typing": true})).status, 204);
    assert_eq!(desk.named("typing"), json!({"typing": true}));
    let typing = format!("{path}/typing");
    HOST.post(&typing, &json!({"agent": "nobody", "typing": true}))
        .refused(404);
    let said = HOST.post(&typing, &json!({"agent": "lin-mei", "typing": true}));
    assert_eq!(said.status, 204);
    assert_eq!(
        stream.named("typing"),
        json!({"typing": true, "name": "林梅"})
    );
    HOST.post(&format!("{path}/take"), &json!({"agent": "lin-mei"}))
        .ok();
    let mut state = stream.named("state");
    while state["handler"] != "agent" {
        state = stream.named("state");
    }
    assert_eq!(state["agent"], "林梅");
    call("/chat/messages", &json!({"text": "好的"})).ok();
    assert_eq!(
        desk.named("typing"),
        json!({"typing": false}),
        "it was sent"
    );
}

#[test]
fn a_stream_ends_with_the_identity_and_only_who_is_signed_for_reads_what_was_said_before() {
    let audience = HOST.get("/api/v1/identity-key").ok()["audience"].clone();
    let now = jiff::Timestamp::now().as_second();
    let token = signed(&json!({"sub": "cust-8", "aud": audience, "exp": now + 6}));
    with_identity(&token, "hello").ok();
    let line = format!("x-switchboard-identity: {token}\r\nconnection: close\r\n");
    let mut stream = HOST.follow("/chat/events?live=true", &line);
    stream.named("state");
    let mut rest = String::new();
    std::io::Read::read_to_string(&mut stream.0, &mut rest).unwrap();
    let over = jiff::Timestamp::now().as_second();
    assert!(
        (now + 5..now + 20).contains(&over),
        "ended at {}",
        over - now
    );
    let read = |name: &str, value: &str| HOST.call("GET", "/chat/history", &[(name, value)], b"");
    read("x-switchboard-identity", &token).refused(401);
    read("x-switchboard-visitor", &"cd".repeat(16)).refused(400);
    let token = signed(&json!({"sub": "cust-8", "aud": audience, "exp": now + 60}));
    let page = read("x-switchboard-identity", &token).ok();
    assert_eq!(page["messages"], json!([]), "there is only the current one");
}
