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
