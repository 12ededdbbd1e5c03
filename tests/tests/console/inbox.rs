//! Agents at work: what waits, one conversation, and what is done there.

use serde_json::Value;
use switchboard::model::{ConversationId, Handler};

use super::{House, Seen};

fn page_of(id: &str) -> String {
    format!("/console/conversations/{id}")
}

fn state(house: &House, id: &str) -> switchboard::model::Conversation {
    let id = ConversationId::new(id.to_owned());
    house.engine.core().conversation(&id).unwrap()
}

/// The words of what the page says was found.
fn findings(seen: &Seen) -> &str {
    let rest = seen.text.split("id=\"findings\"").nth(1).unwrap();
    rest.split("</div>\n</div>").next().unwrap()
}

#[test]
fn an_agent_takes_answers_and_resolves_and_puts_the_record_into_their_own_words() {
    let house = House::staffed();
    let id = house.message("ana", "我要转人工");
    assert_eq!(state(&house, &id).handler, Handler::Queue);
    let agent = house.browser_of("zhang-wei");
    let list = agent.get("/console/inbox?tab=queue").page();
    assert!(list.contains(&id) && list.contains("转接人工"), "{list}");
    agent
        .post(&format!("{}/take", page_of(&id)), &[])
        .leads_to(&page_of(&id));
    assert!(agent.get("/console/inbox?tab=mine").page().contains(&id));
    assert!(
        !agent
            .get("/console/inbox?tab=queue")
            .page()
            .contains(&page_of(&id))
    );
    // Warned while typing, held back when sent all the same, and nothing of it is lost.
    let review = agent.post(&format!("{}/review", page_of(&id)), &[("text", "不知道")]);
    assert!(findings(&review).contains("不知道"), "{}", review.text);
    let sent = agent.post(&format!("{}/replies", page_of(&id)), &[("text", "不知道")]);
    assert_eq!(sent.status, 422);
    assert!(
        findings(&sent).contains("Will not be sent"),
        "{}",
        sent.text
    );
    assert!(sent.text.contains(">不知道</textarea>"));
    let answer = "您好，运费是十元，满一百元包邮。";
    agent
        .post(&format!("{}/replies", page_of(&id)), &[("text", answer)])
        .leads_to(&page_of(&id));
    let page = agent.get(&page_of(&id)).page();
    assert!(page.contains(answer) && page.contains("Zhang Wei") && page.contains("id=\"card\""));
    let fields = [("summary", "told the price")];
    agent
        .post(&format!("{}/resolve", page_of(&id)), &fields)
        .leads_to(&page_of(&id));
    let resolved = state(&house, &id);
    let record = resolved.record.unwrap();
    assert_eq!(record.resolved_by, "zhang-wei");
    let fields = [
        ("topic", "运费"),
        ("category", "consultation"),
        ("asked", "运费多少"),
        ("result", "已告知"),
        ("next_action", ""),
    ];
    agent
        .post(&format!("{}/record", page_of(&id)), &fields)
        .leads_to(&page_of(&id));
    let record = state(&house, &id).record.unwrap();
    assert_eq!(
        (record.topic.as_str(), record.result.as_str()),
        ("运费", "已告知")
    );
    assert_eq!(record.edited.unwrap().by, "zhang-wei");
    let log: Vec<String> = house.log().into_iter().map(|row| row.what).collect();
    for what in ["take", "replies", "resolve", "record"] {
        assert!(log.contains(&format!("conversations {what}")), "{log:?}");
    }
    assert!(!log.contains(&"conversations review".to_owned()));
}

#[test]
fn a_note_is_for_colleagues_and_whoever_gets_a_conversation_knows_why() {
    let house = House::staffed();
    let id = house.message("bo", "我要转人工");
    let agent = house.browser_of("zhang-wei");
    agent.post(&format!("{}/take", page_of(&id)), &[]);
    agent
        .post(
            &format!("{}/notes", page_of(&id)),
            &[("text", "called twice before")],
        )
        .leads_to(&page_of(&id));
    agent
        .post(&format!("{}/notes", page_of(&id)), &[("text", " ")])
        .refused(400);
    let page = agent.get(&page_of(&id)).page();
    assert!(page.contains("message is-note") && page.contains("called twice before"));
    let messages = house.engine.core().messages(
        &ConversationId::new(id.clone()),
        switchboard::engine::MessagePage {
            limit: 100,
            ..Default::default()
        },
    );
    assert!(
        messages
            .unwrap()
            .iter()
            .all(|message| !message.text.contains("called twice"))
    );
    let hand = |to: &str, reason: &str| {
        agent.post(
            &format!("{}/hand-over", page_of(&id)),
            &[("to", to), ("reason", reason)],
        )
    };
    hand("agent:lee-ka-yan", "").refused(400);
    hand("agent:nobody", "x").refused(404);
    hand("lee-ka-yan", "x").refused(400);
    hand("agent:lee-ka-yan", "speaks Cantonese").leads_to(&page_of(&id));
    assert_eq!(state(&house, &id).agent.as_deref(), Some("lee-ka-yan"));
    let team = house
        .engine
        .core()
        .desk()
        .directory
        .teams()
        .first()
        .map(|team| team.name.clone());
    if let Some(team) = team {
        hand(&format!("team:{team}"), "back to the team").leads_to(&page_of(&id));
        let state = state(&house, &id);
        assert_eq!((state.handler, state.team), (Handler::Queue, Some(team)));
    }
    assert!(agent.get(&page_of(&id)).page().contains("speaks Cantonese"));
}

#[test]
fn the_second_who_looks_or_writes_is_warned_and_nobody_answers_twice() {
    let house = House::staffed();
    let id = house.message("chi", "我要转人工");
    let (one, other) = (house.browser_of("zhang-wei"), house.browser_of("lin-mei"));
    let ping = |browser: &super::Browser<'_>, typing: &str| {
        browser
            .post(&format!("{}/typing", page_of(&id)), &[("typing", typing)])
            .page()
    };
    assert!(!ping(&one, "yes").contains("class=\"note"));
    assert!(ping(&other, "no").contains("Zhang Wei is writing"));
    assert!(ping(&one, "yes").contains("Lin Mei is looking"));
    let seen = state(&house, &id).run_count.to_string();
    let answer = |browser: &super::Browser<'_>, seen: &str, text: &str| {
        browser.post(
            &format!("{}/replies", page_of(&id)),
            &[("seen", seen), ("text", text)],
        )
    };
    answer(&one, &seen, "您好，我来帮您处理。").leads_to(&page_of(&id));
    let late = answer(&other, &seen, "您好，请问有什么可以帮您？");
    assert_eq!(late.status, 409);
    assert!(late.text.contains("Zhang Wei has answered meanwhile"));
    assert!(late.text.contains("请问有什么可以帮您？</textarea>"));
    // Having read it, they may.
    let seen = state(&house, &id).run_count.to_string();
    answer(&other, &seen, "您好，请问有什么可以帮您？").leads_to(&page_of(&id));
}

#[test]
fn whom_a_complaint_is_about_does_not_find_it_anywhere() {
    let house = House::staffed();
    let id = house.message("dora", "我要投诉张薇，她的态度非常差！");
    assert!(
        state(&house, &id).is_hidden_from("zhang-wei"),
        "the demo desk hides it"
    );
    let (about, other) = (house.browser_of("zhang-wei"), house.browser_of("lin-mei"));
    assert!(other.get("/console/inbox?tab=recent").page().contains(&id));
    other.get(&page_of(&id)).page();
    for tab in ["mine", "team", "queue", "longest", "overnight", "recent"] {
        let list = about.get(&format!("/console/inbox?tab={tab}")).page();
        assert!(!list.contains(&id), "{tab}");
    }
    assert!(
        !about
            .get("/console/inbox?q=%E6%8A%95%E8%AF%89")
            .page()
            .contains(&id)
    );
    about.get(&page_of(&id)).refused(404);
    assert_eq!(about.get(&format!("{}/events", page_of(&id))).status, 404);
    for act in [
        "take", "release", "notes", "replies", "resolve", "review", "typing", "reveal",
    ] {
        let seen = about.post(
            &format!("{}/{act}", page_of(&id)),
            &[("text", "x"), ("typing", "no")],
        );
        assert_eq!(seen.status, 404, "{act}");
    }
}

#[test]
fn a_telephone_number_is_masked_until_somebody_reveals_it_which_is_written_down() {
    let house = House::staffed();
    let id = house.message_on("phone", "138 0013 8000", "你好");
    let agent = house.browser_of("zhang-wei");
    let page = agent.get(&page_of(&id)).page();
    assert!(page.contains("138 ••") && !page.contains("0013"), "{page}");
    assert!(
        !agent
            .get("/console/inbox?tab=recent")
            .page()
            .contains("0013")
    );
    let page = agent.post(&format!("{}/reveal", page_of(&id)), &[]).page();
    assert!(page.contains("0013"));
    let line = &house.log()[0];
    assert_eq!(
        (line.who.as_str(), line.what.as_str()),
        ("zhang-wei", "conversations reveal")
    );
    assert_eq!(line.on, id);
}

#[test]
fn what_customers_write_is_text() {
    let house = House::staffed();
    let hostile =
        "<img src=x onerror=alert(1)></textarea><script>alert(2)</script>{{ f.csrf }}\u{202e}";
    let id = house.message("<b>eve</b>", hostile);
    let agent = house.browser_of("zhang-wei");
    for path in [page_of(&id), "/console/inbox?tab=recent".to_owned()] {
        let page = agent.get(&path).page();
        assert!(
            !page.contains("<img src=x") && !page.contains("<b>eve") && !page.contains("<script>")
        );
    }
    let page = agent.get(&page_of(&id)).page();
    assert!(page.contains("onerror=alert(1)"), "it is there, as text");
    let sent = agent.post(
        &format!("{}/replies", page_of(&id)),
        &[("text", "不知道</textarea><script>")],
    );
    assert!(!sent.text.contains("<script>"));
}

#[test]
fn a_program_follows_nothing_with_a_persons_cookie() {
    let house = House::staffed();
    let id = house.message("fay", "hello");
    let agent = house.browser_of("he-min");
    let seen = agent.get(&format!("/api/v1/conversations/{id}"));
    assert_eq!(seen.status, 401);
    let problem: Value = serde_json::from_str(&seen.text).unwrap();
    assert_eq!(problem["status"], 401);
    // The stream of a page says that there is something new, and nothing else.
    let stream = agent.get("/console/inbox/events");
    assert_eq!(
        (stream.status, stream.kind.as_str()),
        (200, "text/event-stream")
    );
}

/// What a page's stream says until it ends, or until there was nothing for so long.
fn stream_of(house: &House, browser: &super::Browser<'_>, path: &str) -> std::net::TcpStream {
    use std::io::Write as _;
    let mut stream = std::net::TcpStream::connect(house.address).unwrap();
    let limit = Some(std::time::Duration::from_secs(40));
    stream.set_read_timeout(limit).unwrap();
    let cookies: Vec<String> = browser
        .cookies
        .borrow()
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nhost: {}\r\ncookie: {}\r\nconnection: close\r\n\r\n",
        house.address,
        cookies.join("; ")
    )
    .unwrap();
    stream
}

#[test]
fn an_open_stream_ends_when_its_session_does() {
    use std::io::Read as _;
    let house = House::staffed();
    let id = house.message("gus", "hello");
    let agent = house.browser_of("zhang-wei");
    let (mut inbox, mut page) = (
        stream_of(&house, &agent, "/console/inbox/events"),
        stream_of(&house, &agent, &format!("{}/events", page_of(&id))),
    );
    let mut first = [0; 15];
    inbox.read_exact(&mut first).unwrap();
    assert_eq!(&first, b"HTTP/1.1 200 OK");
    let admin = house.browser_of("he-min");
    let changed = admin.post(
        "/console/people/zhang-wei/role",
        &[("role", "department-member")],
    );
    assert_eq!(changed.status, 303, "{}", changed.text);
    let mut rest = String::new();
    inbox.read_to_string(&mut rest).unwrap();
    page.read_to_string(&mut rest).unwrap();
    assert!(rest.contains("text/event-stream"));
}

#[test]
fn the_card_tells_of_tickets_promises_visits_and_notes_and_typing_finds_texts_to_send() {
    let house = House::staffed();
    let id = house.message("hal", "我要投诉！积木少了两块，没人理我");
    let agent = house.browser_of("lin-mei");
    agent.post(&format!("{}/take", page_of(&id)), &[]);
    agent.post(
        &format!("{}/notes", page_of(&id)),
        &[("text", "老客户，<b>请</b>优先")],
    );
    let reply = "您好，配件今天给您补寄，明天上午十点前给您回电话。";
    agent.post(
        &format!("{}/replies", page_of(&id)),
        &[("seen", "99"), ("text", reply)],
    );
    let page = agent.get(&page_of(&id)).page();
    let timeline = page.split("id=\"timeline\"").nth(1).unwrap();
    let timeline = timeline.split("</ol>").next().unwrap();
    for kind in ["ticket", "note", "promise"] {
        assert!(
            timeline.contains(&format!(">{kind}</span>")),
            "{kind}: {timeline}"
        );
    }
    assert!(timeline.contains("老客户") && !timeline.contains("<b>请"));
    let review = |text: &str| agent.post(&format!("{}/review", page_of(&id)), &[("text", text)]);
    let found = review("非常抱歉让您久等了，我").page();
    assert!(found.contains("我正在为您查询"), "{found}");
    assert!(!found.contains("感谢您的咨询"), "only what fits: {found}");
}

#[test]
fn strangers_channels_and_promises_are_called_as_people_call_them() {
    let house = House::staffed();
    let stranger = format!("visitor-{}", "4f2a".repeat(8));
    let conversation = house.message(&stranger, "我要投诉，积木少了两块，转人工");
    let supervisor = house.browser_of("lin-mei");
    let page = supervisor.get("/console/inbox?tab=recent").page();
    assert!(page.contains("Visitor 4F2A") && page.contains("Website"));
    assert!(!page.contains(&stranger), "no digest in the list");
    let path = format!("/console/conversations/{conversation}");
    let page = supervisor.get(&path).page();
    assert!(page.contains("Complaint: 我要投诉"), "{page}");
    assert!(!page.contains(&stranger), "nor beside the conversation");
}
