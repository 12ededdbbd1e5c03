//! What random weeks found, each as the shortest day that shows it. Unlike seeds these stay what they are when the way
//! weeks are drawn changes.

use switchboard::engine::TimelineLine;

use super::demo;

fn live(scenario: &str) -> Vec<TimelineLine> {
    demo::live(scenario.trim()).1
}

/// When something of that kind happened, and its detail of that name.
fn of<'t>(timeline: &'t [TimelineLine], kind: &str, detail: &str) -> Vec<(&'t str, &'t str)> {
    let lines = timeline.iter().filter(|line| line.kind == kind);
    lines
        .filter_map(|line| Some((&line.at[11..19], line.details.get(detail)?.as_str()?)))
        .collect()
}

#[test]
fn who_asks_for_a_person_after_the_matter_was_settled_gets_one() {
    for later in ["转人工", "我要投诉，收到的拼图少了一块！"] {
        let timeline = live(&format!(
            r#"
{{"at":"2026-03-10T09:00:00+08:00","do":"message","contact":"王先生","text":"你们的发票怎么开？"}}
{{"at":"2026-03-10T09:05:00+08:00","do":"resolve","agent":"lin-mei","contact":"王先生"}}
{{"at":"2026-03-10T10:00:00+08:00","do":"message","contact":"王先生","text":"{later}"}}
{{"at":"2026-03-10T10:00:20+08:00","do":"presence","agent":"lin-mei","status":"online"}}
{{"at":"2026-03-10T10:10:00+08:00","do":"advance"}}"#
        ));
        assert_eq!(of(&timeline, "reopened", "reason").len(), 1, "{later}");
        if later == "转人工" {
            assert_eq!(
                of(&timeline, "assigned", "agent"),
                [("10:00:20", "lin-mei")]
            );
        }
    }
}

#[test]
fn who_asks_at_night_after_the_matter_was_settled_gets_a_person_in_the_morning() {
    let timeline = live(
        r#"
{"at":"2026-03-10T09:00:00+08:00","do":"message","contact":"dave","text":"Do you ship to Canada?"}
{"at":"2026-03-10T09:05:00+08:00","do":"resolve","agent":"lin-mei","contact":"dave"}
{"at":"2026-03-10T20:00:00+08:00","do":"message","contact":"dave","text":"I want to talk to a person, please"}
{"at":"2026-03-11T08:29:00+08:00","do":"presence","agent":"lin-mei","status":"online"}
{"at":"2026-03-11T08:40:00+08:00","do":"advance"}"#,
    );
    assert_eq!(
        of(&timeline, "assigned", "agent"),
        [("08:30:00", "lin-mei")]
    );
}

#[test]
fn an_agent_who_writes_to_a_settled_customer_owes_them_the_next_answer() {
    let timeline = live(
        r#"
{"at":"2026-03-10T09:00:00+08:00","do":"message","contact":"陳太太","text":"請問發票怎麼開？"}
{"at":"2026-03-10T09:05:00+08:00","do":"resolve","agent":"lin-mei","contact":"陳太太"}
{"at":"2026-03-10T10:00:00+08:00","do":"agent-reply","agent":"lin-mei","contact":"陳太太","text":"陳太太您好，發票已經寄出了。"}
{"at":"2026-03-10T10:01:00+08:00","do":"message","contact":"陳太太","text":"還沒收到，寄到哪個信箱？"}
{"at":"2026-03-10T10:05:00+08:00","do":"advance"}"#,
    );
    let heard = timeline
        .iter()
        .filter(|line| line.kind == "reply" && line.by == "host");
    assert_eq!(
        heard.map(|line| &line.at[11..19]).collect::<Vec<_>>(),
        ["10:01:50"]
    );
}

#[test]
fn silence_in_a_complaint_about_the_lead_is_brought_before_the_manager() {
    let timeline = live(
        r#"
{"at":"2026-03-10T09:00:00+08:00","do":"presence","agent":"zhang-wei","status":"online"}
{"at":"2026-03-10T09:01:00+08:00","do":"message","contact":"ana","text":"I have a complaint about Lin Mei: she was rude to me."}
{"at":"2026-03-10T09:02:00+08:00","do":"message","contact":"ana","text":"I want to talk to a person, please"}
{"at":"2026-03-10T09:30:00+08:00","do":"advance"}"#,
    );
    let told = of(&timeline, "notify", "to");
    assert!(told.iter().any(|(_, to)| *to == "manager"), "{told:?}");
    assert!(told.iter().all(|(_, to)| *to != "lin-mei"), "{told:?}");
}

#[test]
fn the_queue_gives_nobody_a_complaint_about_themselves() {
    let timeline = live(
        r#"
{"at":"2026-03-10T09:00:00+08:00","do":"presence","agent":"zhang-wei","status":"online"}
{"at":"2026-03-10T09:01:00+08:00","do":"message","contact":"吴先生","text":"我要投诉张薇，她昨天在电话里骂我"}
{"at":"2026-03-10T09:02:00+08:00","do":"message","contact":"吴先生","text":"转人工"}
{"at":"2026-03-10T09:03:00+08:00","do":"message","contact":"二号","text":"转人工"}
{"at":"2026-03-10T09:05:00+08:00","do":"presence","agent":"lin-mei","status":"online"}
{"at":"2026-03-10T09:06:00+08:00","do":"advance"}"#,
    );
    let given = timeline.iter().filter(|line| line.kind == "assigned");
    let given: Vec<_> = given
        .map(|line| {
            (
                line.contact.as_str(),
                line.details["agent"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(given, [("二号", "zhang-wei"), ("吴先生", "lin-mei")]);
}

#[test]
fn the_minute_does_not_begin_anew_when_a_customer_is_passed_on() {
    let timeline = live(
        r#"
{"at":"2026-03-10T09:00:00+08:00","do":"presence","agent":"lin-mei","status":"online"}
{"at":"2026-03-10T09:00:00+08:00","do":"presence","agent":"zhang-wei","status":"online"}
{"at":"2026-03-10T09:01:00+08:00","do":"message","contact":"ana","text":"human please"}
{"at":"2026-03-10T09:01:10+08:00","do":"agent-reply","agent":"lin-mei","contact":"ana","text":"Hello, how can I help you?"}
{"at":"2026-03-10T09:02:00+08:00","do":"message","contact":"ana","text":"Where is my parcel?"}
{"at":"2026-03-10T09:02:45+08:00","do":"release","agent":"lin-mei","contact":"ana"}
{"at":"2026-03-10T09:04:00+08:00","do":"advance"}"#,
    );
    let heard = timeline
        .iter()
        .filter(|line| line.kind == "reply" && line.by == "host");
    let heard: Vec<_> = heard.map(|line| &line.at[11..19]).collect();
    assert_eq!(heard, ["09:02:50"]);
    // Who gave it back isn't given it again while somebody else is there.
    let given = of(&timeline, "assigned", "agent");
    assert_eq!(given, [("09:01:00", "lin-mei"), ("09:02:45", "zhang-wei")]);
}

#[test]
fn a_nod_to_an_agent_alarms_nobody_but_an_answer_to_a_question_does() {
    for (said, reminders) in [
        ("我帮您查一下，请您稍等。", 0),
        ("可以给您补寄一个，您看好吗？", 1),
    ] {
        let timeline = live(&format!(
            r#"
{{"at":"2026-03-10T09:00:00+08:00","do":"presence","agent":"lin-mei","status":"online"}}
{{"at":"2026-03-10T09:01:00+08:00","do":"message","contact":"豆豆爸","text":"转人工"}}
{{"at":"2026-03-10T09:01:10+08:00","do":"agent-reply","agent":"lin-mei","contact":"豆豆爸","text":"{said}"}}
{{"at":"2026-03-10T09:02:00+08:00","do":"message","contact":"豆豆爸","text":"好的"}}
{{"at":"2026-03-10T09:04:00+08:00","do":"advance"}}"#
        ));
        let reminded = of(&timeline, "notify", "to");
        assert_eq!(reminded.len(), reminders, "{said}: {reminded:?}");
    }
}

#[test]
fn a_conversation_that_is_kept_overnight_makes_nobody_wait_longer() {
    let mut scenario = String::from(
        r#"{"at":"2026-03-10T17:20:00+08:00","do":"presence","agent":"lin-mei","status":"online"}"#,
    );
    let mut say = |line: String| scenario += &format!("\n{line}");
    for number in 0..5 {
        say(format!(
            r#"{{"at":"2026-03-10T17:25:0{number}+08:00","do":"message","contact":"c{number}","text":"转人工"}}"#
        ));
    }
    for number in 0..3 {
        say(format!(
            r#"{{"at":"2026-03-11T08:35:0{number}+08:00","do":"resolve","agent":"lin-mei","contact":"c{number}"}}"#
        ));
    }
    for number in 5..9 {
        say(format!(
            r#"{{"at":"2026-03-11T08:36:0{number}+08:00","do":"message","contact":"c{number}","text":"转人工"}}"#
        ));
    }
    let timeline = live(&scenario);
    let wait = timeline.iter().rfind(|line| line.kind == "queued").unwrap();
    // Ten minutes of business time each, five places: two minutes.
    let seconds = wait.details["wait_seconds"].as_u64().unwrap();
    assert!((60..=180).contains(&seconds), "{seconds}");
}

/// What the queue took from an absent agent isn't what they gave back.
#[test]
fn an_agent_who_comes_back_gets_whoever_has_waited_longest_even_an_old_acquaintance() {
    let message = |second: u32, contact: &str| {
        format!(
            r#"{{"at":"2026-03-10T09:03:{second:02}+08:00","do":"message","contact":"{contact}","text":"转人工"}}"#
        )
    };
    // As many as the other agent can have.
    let others: Vec<_> = (0..5)
        .map(|nth| message(nth, &format!("other-{nth}")))
        .collect();
    let timeline = live(&format!(
        r#"
{{"at":"2026-03-10T09:00:00+08:00","do":"presence","agent":"lee-ka-yan","status":"online"}}
{{"at":"2026-03-10T09:01:00+08:00","do":"message","contact":"first","text":"转人工"}}
{{"at":"2026-03-10T09:01:30+08:00","do":"agent-reply","agent":"lee-ka-yan","contact":"first","text":"您好，请问有什么可以帮您？"}}
{{"at":"2026-03-10T09:02:00+08:00","do":"presence","agent":"lee-ka-yan","status":"offline"}}
{{"at":"2026-03-10T09:02:30+08:00","do":"presence","agent":"zhang-wei","status":"online"}}
{}
{}
{}
{{"at":"2026-03-10T09:04:10+08:00","do":"presence","agent":"lee-ka-yan","status":"online"}}
{{"at":"2026-03-10T09:04:20+08:00","do":"advance"}}"#,
        others.join("\n"),
        message(30, "first"),
        message(40, "second")
    ));
    let given = timeline.iter().filter(|line| line.kind == "assigned");
    let given: Vec<_> = given
        .map(|line| (&line.at[11..19], line.contact.as_str()))
        .collect();
    assert_eq!(
        given[given.len() - 2..],
        [("09:04:10", "first"), ("09:04:10", "second")],
        "{given:?}"
    );
}
