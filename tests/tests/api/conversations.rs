//! Conversations, their agents and their events.

use super::*;

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
fn a_run_shows_its_whole_trace() {
    let run = id(&HOST.message("trace", "hello")["run"]).to_owned();
    let trace = HOST.get(&format!("/api/v1/runs/{run}")).ok();
    assert_eq!(trace["id"], run.as_str());
    let greeting = &trace["invocations"][0];
    assert!(greeting["sha256"].as_str().unwrap().len() == 64);
    assert!(greeting["usage"]["time_us"].is_u64());
}
