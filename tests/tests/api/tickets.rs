//! Tickets, promises and evidence, and from whom they are hidden.

use super::*;

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
