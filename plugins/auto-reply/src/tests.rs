use switchboard_sdk::{
    Step,
    testing::{
        FakeHost, TUESDAY_EVENING, TUESDAY_MORNING, category, context, event, message, replies,
        timer_fired,
    },
    types::{
        AuthorKind, Context, Effect, Handler, Moment, Occurrence, Priority, Ticket, TicketKind,
        TicketStatus,
    },
};

use super::AutoReply;

const LANGUAGES: [&str; 3] = ["zh-Hans", "zh-Hant", "en"];

/// A conversation whose newest message is about `categories`.
fn about(text: &str, language: &str, categories: &[&str]) -> Context {
    let mut context = context(&message(text, Some(language)));
    context.conversation.categories = categories.iter().map(|name| category(name)).collect();
    context
}

fn run(host: &FakeHost, context: &Context) -> Vec<Effect> {
    let message = context.conversation.messages[0].clone();
    let effects = AutoReply::handle(host, context, &event(Occurrence::MessageReceived(message)))
        .unwrap()
        .effects;
    assert!(effects.len() <= 16);
    effects
}

fn has_hand_over(effects: &[Effect]) -> bool {
    effects
        .iter()
        .any(|effect| matches!(effect, Effect::HandOver(_)))
}

fn has_ticket(effects: &[Effect]) -> bool {
    effects
        .iter()
        .any(|effect| matches!(effect, Effect::OpenTicket(_)))
}

#[test]
fn a_question_is_answered_with_its_source_when_the_article_is_sure() {
    for (language, question, answer) in [
        ("zh-Hans", "多久发货？", "付款后48小时内发货。"),
        ("zh-Hant", "多久出貨？", "付款後48小時內出貨。"),
        ("en", "When do you ship?", "We ship within 48 hours."),
    ] {
        let host = FakeHost::at(TUESDAY_MORNING).with_article("shipping", language, answer, 0.8);
        let effects = run(&host, &about(question, language, &["consultation"]));
        let [Effect::Reply(reply)] = effects.as_slice() else {
            panic!("{effects:?}");
        };
        assert!(reply.text.starts_with(answer));
        assert_eq!(reply.sources, ["shipping"]);
        assert_eq!(reply.language.as_deref(), Some(language));
    }
}

#[test]
fn an_article_is_said_without_its_marks_and_with_every_fact() {
    let article = "# Shipping\n\n**48 hours** after payment, `free` from ¥99.";
    let host = FakeHost::at(TUESDAY_MORNING).with_article("a", "en", article, 0.8);
    let effects = run(&host, &about("When?", "en", &["consultation"]));
    assert!(replies(&effects)[0].contains("48 hours after payment, free from ¥99."));
}

#[test]
fn an_unsure_article_is_never_an_answer() {
    let host = FakeHost::at(TUESDAY_MORNING).with_article("shipping", "en", "Within a day.", 0.59);
    let effects = run(&host, &about("Can I pay in gold?", "en", &["consultation"]));
    assert!(!replies(&effects)[0].contains("Within a day."));
    let bold = FakeHost::at(TUESDAY_MORNING)
        .with_article("shipping", "en", "Within a day.", 0.59)
        .with_config(r#"{"confidence": 0.5}"#);
    let effects = run(&bold, &about("Can I pay in gold?", "en", &["consultation"]));
    assert!(replies(&effects)[0].contains("Within a day."));
}

#[test]
fn a_traditional_reader_gets_the_traditional_article() {
    let host = FakeHost::at(TUESDAY_MORNING)
        .with_article("fa-huo", "zh-Hans", "48小时内发货。", 0.9)
        .with_article("chu-huo", "zh-Hant", "48小時內出貨。", 0.8);
    let effects = run(&host, &about("多久出貨？", "zh-Hant", &["consultation"]));
    assert!(replies(&effects)[0].contains("48小時內出貨。"));
}

#[test]
fn an_article_in_a_language_that_the_customer_does_not_write_is_no_answer() {
    let host =
        FakeHost::at(TUESDAY_MORNING).with_article("fa-huo", "zh-Hans", "48小时内发货。", 0.9);
    let effects = run(&host, &about("When do you ship?", "en", &["consultation"]));
    assert!(has_ticket(&effects));
}

#[test]
fn whoever_is_responsible_and_reachable_is_named() {
    for (language, part) in LANGUAGES.into_iter().zip(["负责", "負責", "responsible"]) {
        let host = FakeHost::at(TUESDAY_MORNING).with_contact("sales", "Chen Li", true);
        let effects = run(&host, &about("?", language, &["consultation"]));
        let said = replies(&effects)[0];
        assert!(
            said.contains(part) && said.contains("021-5555 0101"),
            "{said}"
        );
        assert!(!has_ticket(&effects));
    }
}

#[test]
fn a_question_for_somebody_who_is_away_is_recorded_and_dated() {
    for (language, part) in [
        ("zh-Hans", "最迟今天14:00给您答复"),
        ("zh-Hant", "最遲今天14:00給您答覆"),
        ("en", "by 14:00 today"),
    ] {
        let host = FakeHost::at(TUESDAY_MORNING).with_contact("sales", "Chen Li", false);
        let effects = run(&host, &about("批发价多少？", language, &["consultation"]));
        let Effect::OpenTicket(ticket) = &effects[0] else {
            panic!("{effects:?}");
        };
        assert_eq!(ticket.kind, TicketKind::Question);
        assert_eq!(ticket.department, "sales");
        assert_eq!(ticket.notify, ["Chen Li"]);
        assert!(ticket.body.contains("批发价多少？"));
        assert!(matches!(
            ticket.due,
            Some(Moment::AfterBusinessSeconds(14_400))
        ));
        assert!(replies(&effects)[0].contains(part), "{effects:?}");
    }
}

#[test]
fn a_request_for_a_person_is_always_obeyed() {
    for (language, part) in LANGUAGES.into_iter().zip(["转接", "轉接", "colleague"]) {
        // Even where an article would answer, and beside a complaint.
        let host = FakeHost::at(TUESDAY_MORNING).with_article("a", language, "answer", 1.0);
        let categories = ["consultation", "complaint", "human-request"];
        let effects = run(&host, &about("转人工", language, &categories));
        assert!(has_hand_over(&effects));
        assert!(replies(&effects)[0].contains(part));
    }
}

#[test]
fn out_of_hours_a_request_for_a_person_is_recorded_and_dated() {
    for (language, part) in [
        ("zh-Hans", "同事将于明天（星期三）09:00上班后"),
        ("zh-Hant", "同事將於明天（星期三）09:00上班後"),
        ("en", "back at 09:00 tomorrow (Wednesday)"),
    ] {
        let host = FakeHost::at(TUESDAY_EVENING);
        let effects = run(&host, &about("转人工", language, &["human-request"]));
        assert!(has_ticket(&effects) && !has_hand_over(&effects));
        assert!(replies(&effects)[0].contains(part), "{effects:?}");
        assert!(effects.iter().any(|effect| matches!(
            effect,
            Effect::SetTimer(timer) if timer.due == Moment::At("2026-03-11T09:00:00+08:00".to_owned())
        )));
    }
}

#[test]
fn when_people_are_back_they_take_over_whoever_asked_for_them() {
    let host = FakeHost::at("2026-03-11T09:00:00+08:00");
    let context = about("转人工", "zh-Hans", &["human-request"]);
    let fired = timer_fired("auto-reply.back", "asked");
    let effects = AutoReply::handle(&host, &context, &fired).unwrap().effects;
    assert!(has_hand_over(&effects));
}

#[test]
fn a_customer_who_waits_too_long_is_told_again_and_the_team_reminded() {
    let host = FakeHost::at(TUESDAY_MORNING).with_contact("customer-service", "Wu", true);
    let mut context = about("转人工", "en", &["human-request"]);
    context.conversation.handler = Handler::Queue;
    let fired = timer_fired("auto-reply.hold", "asked");
    let effects = AutoReply::handle(&host, &context, &fired).unwrap().effects;
    assert!(replies(&effects)[0].contains("sorry"));
    assert!(
        effects
            .iter()
            .any(|effect| matches!(effect, Effect::Notify(told) if told.to == "customer-service"))
    );
    context.conversation.handler = Handler::Agent;
    let effects = AutoReply::handle(&host, &context, &fired).unwrap().effects;
    assert!(effects.is_empty());
}

#[test]
fn it_is_silent_while_a_person_answers() {
    let host = FakeHost::at(TUESDAY_MORNING).with_article("a", "en", "answer", 1.0);
    let mut context = about("When do you ship?", "en", &["consultation"]);
    for handler in [Handler::Queue, Handler::Agent] {
        context.conversation.handler = handler;
        assert!(run(&host, &context).is_empty());
    }
    let holding = FakeHost::at(TUESDAY_MORNING).with_config(r#"{"holding-reply": true}"#);
    context.conversation.handler = Handler::Queue;
    assert_eq!(replies(&run(&holding, &context)).len(), 1);
}

#[test]
fn what_others_forward_or_asked_is_left_to_them() {
    let host = FakeHost::at(TUESDAY_MORNING);
    for category in [
        "complaint",
        "suggestion",
        "repair",
        "emergency",
        "survey-answer",
        "order",
    ] {
        for language in LANGUAGES {
            assert!(
                run(&host, &about("...", language, &[category])).is_empty(),
                "{category}"
            );
        }
    }
    let mixed = about("...", "en", &["complaint", "consultation"]);
    assert!(run(&host, &mixed).is_empty());
}

#[test]
fn the_question_beside_a_complaint_is_answered_too() {
    let host = FakeHost::at(TUESDAY_MORNING).with_article("a", "en", "48 hours.", 0.9);
    let effects = run(&host, &about("...", "en", &["complaint", "consultation"]));
    assert!(replies(&effects)[0].contains("48 hours."));
}

#[test]
fn nuisance_gets_one_notice_and_then_silence() {
    for (language, part) in LANGUAGES.into_iter().zip(["您好", "您好", "Hello"]) {
        let host = FakeHost::at(TUESDAY_MORNING);
        let context = about("...", language, &["nuisance"]);
        assert!(replies(&run(&host, &context))[0].starts_with(part));
        assert!(run(&host, &context).is_empty());
        assert!(run(&host, &context).is_empty());
    }
}

#[test]
fn what_is_not_understood_is_asked_once_and_then_handed_over() {
    for (language, part) in LANGUAGES
        .into_iter()
        .zip(["确认一下", "確認一下", "certain"])
    {
        let host = FakeHost::at(TUESDAY_MORNING);
        let context = about("那个", language, &["unknown"]);
        let first = run(&host, &context);
        assert!(replies(&first)[0].contains(part));
        assert!(!has_hand_over(&first));
        assert!(has_hand_over(&run(&host, &context)));
    }
}

#[test]
fn being_understood_in_between_starts_the_count_again() {
    let host = FakeHost::at(TUESDAY_MORNING);
    run(&host, &about("那个", "zh-Hans", &["unknown"]));
    run(&host, &about("谢谢", "zh-Hans", &["thanks"]));
    let effects = run(&host, &about("那个", "zh-Hans", &["unknown"]));
    assert!(!has_hand_over(&effects));
}

#[test]
fn a_nod_is_no_riddle() {
    for (text, language, part) in [
        ("好的", "zh-Hans", "随时告诉我"),
        ("👍", "zh-Hant", "隨時告訴我"),
        ("OK!", "en", "whenever you need"),
        ("？？？", "zh-Hans", "我在的"),
    ] {
        let host = FakeHost::at(TUESDAY_MORNING);
        for _ in 0..3 {
            let effects = run(&host, &about(text, language, &["unknown"]));
            assert!(replies(&effects)[0].contains(part), "{effects:?}");
            assert!(!has_hand_over(&effects));
        }
    }
}

#[test]
fn somebody_in_danger_is_asked_no_questions() {
    let mut context = about("它还在烧", "zh-Hans", &["unknown"]);
    context.conversation.tickets.push(Ticket {
        id: "t1".to_owned(),
        key: "emergency".to_owned(),
        kind: TicketKind::Emergency,
        department: "technical".to_owned(),
        title: "着火了".to_owned(),
        status: TicketStatus::Opened,
        priority: Priority::Urgent,
        opened_at: TUESDAY_MORNING.to_owned(),
        due: None,
        escalations: 0,
        feedback: None,
    });
    assert!(run(&FakeHost::at(TUESDAY_MORNING), &context).is_empty());
}

/// What was said before the newest message: `messages[0]` stays the one of the event.
fn after(said: &str, mut context: Context) -> Context {
    let mut earlier = message(said, Some("zh-Hans"));
    earlier.id = "m0".to_owned();
    earlier.author = AuthorKind::Step;
    context.conversation.messages.push(earlier);
    context
}

#[test]
fn the_same_article_is_not_said_twice_in_a_row() {
    let host = FakeHost::at(TUESDAY_MORNING).with_article(
        "invoice",
        "zh-Hans",
        "电子发票 24 小时内开。",
        0.9,
    );
    let asked = about("发票怎么开", "zh-Hans", &["consultation"]);
    let first = replies(&run(&host, &asked))[0].to_owned();
    assert!(first.contains("24 小时"));
    let again = run(&host, &after(&first, asked));
    assert!(has_ticket(&again), "{again:?}");
    assert!(!replies(&again)[0].contains("24 小时"));
}

#[test]
fn what_an_article_asked_for_is_recorded() {
    let host = FakeHost::at(TUESDAY_MORNING);
    let sent = about("上海市滨江大道 1 号", "zh-Hans", &["unknown"]);
    let effects = run(&host, &after("请把批次号和收货地址发给我们。", sent));
    assert!(has_ticket(&effects), "{effects:?}");
}

#[test]
fn whoever_complains_is_sent_no_article() {
    let host =
        FakeHost::at(TUESDAY_MORNING).with_article("returns", "zh-Hans", "七天内可以退货。", 0.9);
    let context = about("又发错，退钱", "zh-Hans", &["complaint", "after-sales"]);
    assert!(run(&host, &context).is_empty());
}

#[test]
fn an_opinion_that_was_asked_for_is_no_question() {
    let mut context = about("就是包装有点难拆", "zh-Hans", &["consultation"]);
    context.conversation.labels = vec!["awaiting-opinion".to_owned()];
    assert!(run(&FakeHost::at(TUESDAY_MORNING), &context).is_empty());
}

#[test]
fn whoever_wants_to_think_it_over_is_not_pressed() {
    for text in ["我再考虑一下", "我再考慮一下", "let me think about it"] {
        for category in ["unknown", "consultation"] {
            let host = FakeHost::at(TUESDAY_MORNING);
            assert!(run(&host, &about(text, "en", &[category])).is_empty());
        }
    }
}

#[test]
fn thanks_get_a_short_warm_answer() {
    for (language, part) in LANGUAGES.into_iter().zip(["不客气", "不客氣", "welcome"]) {
        let effects = run(
            &FakeHost::at(TUESDAY_MORNING),
            &about("谢谢", language, &["thanks"]),
        );
        assert!(replies(&effects)[0].contains(part));
    }
}

#[test]
fn no_text_of_ours_leaves_the_customer_guessing() {
    use crate::texts::*;
    let vague = [
        "不知道",
        "不清楚",
        "不清楚",
        "可能",
        "大概",
        "也许",
        "或许",
        "应该是",
        "應該是",
        "好像",
        "也許",
        "或許",
        "maybe",
        "perhaps",
        "not sure",
        "don't know",
        "probably",
        "might",
        "i think",
        "i guess",
    ];
    for text in [
        ANSWER,
        RESPONSIBLE,
        RECORDED,
        ADDED,
        TAKING_OVER,
        STILL_WAITING,
        PEOPLE_BACK,
        CLARIFY,
        WELCOME_BACK,
        YOU_ARE_WELCOME,
        NOTED,
        NUISANCE,
        HOLDING,
    ] {
        for said in [text.hans, text.hant, text.en] {
            for word in vague {
                assert!(!said.to_lowercase().contains(word), "{word} in {said}");
            }
        }
    }
}

#[test]
fn a_customers_words_are_never_a_template() {
    let host = FakeHost::at(TUESDAY_MORNING);
    let effects = run(
        &host,
        &about("{{secret}} {due} ${env}", "en", &["consultation"]),
    );
    for said in replies(&effects) {
        assert!(!said.contains("secret") && !said.contains('{'), "{said}");
    }
}

#[test]
fn the_schema_is_json() {
    let schema = AutoReply::describe().config_schema.unwrap();
    let _: serde_json::Value = serde_json::from_str(&schema).unwrap();
}

#[test]
fn a_message_that_leans_on_the_one_before_keeps_its_topic() {
    for (before, text, language) in [
        ("运费多少钱？", "那香港呢？", "zh-Hans"),
        ("運費多少錢？", "那香港呢？", "zh-Hant"),
        ("How much is shipping?", "And to Canada?", "en"),
    ] {
        let host =
            FakeHost::at(TUESDAY_MORNING).with_article("shipping", language, "运费 20 元。", 0.8);
        let mut context = about(text, language, &["unknown"]);
        let mut earlier = message(before, Some(language));
        earlier.id = "m0".to_owned();
        context.conversation.messages.insert(0, earlier);
        let message = context.conversation.messages[1].clone();
        let happened = event(Occurrence::MessageReceived(message));
        let effects = AutoReply::handle(&host, &context, &happened)
            .unwrap()
            .effects;
        assert_eq!(replies(&effects).len(), 1, "{effects:?}");
        assert_eq!(*host.calls.borrow(), [format!("search {before} {text}")]);
    }
}
