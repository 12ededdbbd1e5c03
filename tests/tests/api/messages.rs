//! Messages that come in: once each, whole, or refused with the place.

use super::*;

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
