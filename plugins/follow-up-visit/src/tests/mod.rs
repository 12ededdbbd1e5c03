mod care;
mod visits;

use switchboard_sdk::{
    Step,
    testing::{
        FakeHost, TUESDAY_EVENING, TUESDAY_MORNING, category, context, event, message, replies,
        timer_fired,
    },
    types::{
        AuthorKind, Context, Effect, Event, Field, Moment, Occurrence, Priority, Reply, Resolution,
        SurveyStatus, TicketDraft, TicketKind, Timer,
    },
};

use super::FollowUpVisit;

const LANGUAGES: [&str; 3] = ["zh-Hans", "zh-Hant", "en"];

fn about(text: &str, language: &str, categories: &[&str]) -> Context {
    let mut context = context(&message(text, Some(language)));
    context.conversation.categories = categories.iter().map(|name| category(name)).collect();
    context
}

fn handle(host: &FakeHost, context: &Context, event: &Event) -> Vec<Effect> {
    let effects = FollowUpVisit::handle(host, context, event).unwrap().effects;
    assert!(effects.len() <= 16);
    effects
}

fn answer(host: &FakeHost, context: &Context) -> Vec<Effect> {
    let message = context.conversation.messages[0].clone();
    handle(host, context, &event(Occurrence::MessageReceived(message)))
}

fn resolution() -> Event {
    event(Occurrence::ConversationResolved(Resolution {
        by: "bot".to_owned(),
        summary: None,
    }))
}

fn waiting(text: &str, language: &str) -> Context {
    let mut context = about(text, language, &["survey-answer"]);
    context.conversation.survey = SurveyStatus::Asked;
    context.conversation.resolved = true;
    context
}

fn host() -> FakeHost {
    FakeHost::at(TUESDAY_MORNING).with_contact("team-lead", "Lead Zhao", true)
}

#[test]
fn after_a_resolution_the_customer_is_asked_in_their_language() {
    for (language, part) in LANGUAGES
        .into_iter()
        .zip(["非常满意", "非常滿意", "very satisfied"])
    {
        let mut context = about("谢谢", language, &["thanks"]);
        context.conversation.resolved = true;
        let effects = handle(&host(), &context, &resolution());
        assert!(replies(&effects)[0].contains(part));
        assert!(effects.contains(&Effect::AskSurvey));
        assert!(effects.iter().any(|effect| matches!(
            effect,
            Effect::SetTimer(timer) if timer.due == Moment::AfterSeconds(7 * 86_400)
        )));
    }
}

#[test]
fn out_of_hours_the_question_waits_for_the_next_opening() {
    let mut context = about("谢谢", "zh-Hans", &["thanks"]);
    context.conversation.resolved = true;
    let effects = handle(&FakeHost::at(TUESDAY_EVENING), &context, &resolution());
    assert!(replies(&effects).is_empty());
    assert!(effects.iter().any(|effect| matches!(
        effect,
        Effect::SetTimer(timer) if timer.due == Moment::At("2026-03-11T09:00:00+08:00".to_owned())
    )));
    let effects = handle(
        &host(),
        &context,
        &timer_fired("follow-up-visit.survey", ""),
    );
    assert!(effects.contains(&Effect::AskSurvey));
}

#[test]
fn a_conversation_is_rated_once() {
    let mut context = about("谢谢", "zh-Hans", &["thanks"]);
    context.conversation.resolved = true;
    context.conversation.survey = SurveyStatus::Answered;
    assert!(replies(&handle(&host(), &context, &resolution())).is_empty());
}

#[test]
fn each_digit_means_what_the_question_says() {
    for (text, code, points) in [
        ("1", 1, Some(10)),
        ("１", 1, Some(10)),
        ("一", 1, Some(10)),
        ("2", 2, Some(6)),
        ("3", 3, None),
        ("4", 4, None),
    ] {
        for language in LANGUAGES {
            let effects = answer(&host(), &waiting(text, language));
            let Effect::RecordSurvey(result) = &effects[0] else {
                panic!("{effects:?}");
            };
            assert_eq!((result.code, result.points), (code, points));
            assert_eq!(replies(&effects).len(), 1);
        }
    }
}

#[test]
fn the_points_of_the_second_answer_are_the_desks_choice() {
    let host = host().with_config(r#"{"points": 8}"#);
    let effects = answer(&host, &waiting("2", "en"));
    assert!(matches!(&effects[0], Effect::RecordSurvey(result) if result.points == Some(8)));
}

#[test]
fn the_lead_hears_when_the_service_was_the_problem() {
    let effects = answer(&host(), &waiting("3", "en"));
    assert!(effects.contains(&Effect::AddLabel("coaching".to_owned())));
    assert!(
        effects
            .iter()
            .any(|effect| matches!(effect, Effect::Notify(told) if told.to == "team-lead"))
    );
}

#[test]
fn an_unsolved_problem_is_reopened_once() {
    for (language, part) in LANGUAGES
        .into_iter()
        .zip(["重新打开", "重新開啟", "reopened"])
    {
        let host = host();
        let effects = answer(&host, &waiting("4", language));
        assert!(
            effects
                .iter()
                .any(|effect| matches!(effect, Effect::Reopen(_)))
        );
        assert!(
            effects
                .iter()
                .any(|effect| matches!(effect, Effect::HandOver(_)))
        );
        assert!(replies(&effects)[0].contains(part));
        let again = answer(&host, &waiting("4", language));
        assert!(
            !again
                .iter()
                .any(|effect| matches!(effect, Effect::Reopen(_)))
        );
        assert!(
            again
                .iter()
                .any(|effect| matches!(effect, Effect::Notify(_)))
        );
    }
}

#[test]
fn a_message_that_is_no_rating_is_left_alone() {
    let mut context = waiting("1号楼漏水", "zh-Hans");
    context.conversation.categories = vec![category("repair")];
    assert!(answer(&host(), &context).is_empty());
}

#[test]
fn the_follow_up_visit_comes_in_hours_and_asks_for_an_opinion() {
    for (language, part) in LANGUAGES.into_iter().zip(["回访", "回訪", "following up"]) {
        let mut context = about("谢谢", language, &["thanks"]);
        context.conversation.resolved = true;
        let effects = handle(&host(), &context, &timer_fired("follow-up-visit.visit", ""));
        assert!(replies(&effects)[0].contains(part));
        let mut holiday = host();
        holiday.holidays.insert("2026-03-10".to_owned());
        let effects = handle(
            &holiday,
            &context,
            &timer_fired("follow-up-visit.visit", ""),
        );
        assert!(matches!(
            effects.as_slice(),
            [Effect::SetTimer(timer)] if timer.due == Moment::At("2026-03-11T09:00:00+08:00".to_owned())
        ));
    }
}

#[test]
fn nobody_is_visited_while_a_complaint_is_open() {
    let mut context = about("谢谢", "zh-Hans", &["thanks"]);
    context.conversation.resolved = true;
    context.account.open_complaints = 1;
    let effects = handle(&host(), &context, &timer_fired("follow-up-visit.visit", ""));
    assert!(matches!(effects.as_slice(), [Effect::SetTimer(_)]));
}

#[test]
fn an_opinion_is_recorded_as_it_was_said() {
    for (language, part) in LANGUAGES
        .into_iter()
        .zip(["宝贵意见", "寶貴意見", "opinion"])
    {
        let mut context = about("包装太难拆", language, &["unknown"]);
        context.conversation.labels = vec!["awaiting-opinion".to_owned()];
        let effects = answer(&host(), &context);
        assert!(
            effects
                .iter()
                .any(|effect| matches!(effect, Effect::Note(note) if note.contains("包装太难拆")))
        );
        assert!(effects.contains(&Effect::RemoveLabel("awaiting-opinion".to_owned())));
        assert!(replies(&effects)[0].contains(part));
    }
}

#[test]
fn a_due_time_that_a_step_told_the_customer_is_a_promise() {
    let mut context = about("坏了", "zh-Hans", &["complaint"]);
    context.draft = vec![
        Effect::OpenTicket(TicketDraft {
            key: "complaint".to_owned(),
            kind: TicketKind::Complaint,
            department: "after-sales".to_owned(),
            title: "坏了".to_owned(),
            body: String::new(),
            priority: Priority::Normal,
            due: Some(Moment::AfterBusinessSeconds(60)),
            notify: Vec::new(),
        }),
        Effect::Reply(Reply {
            text: "最迟今天18:00给您答复".to_owned(),
            language: None,
            sources: Vec::new(),
        }),
    ];
    let effects = answer(&host(), &context);
    assert!(matches!(
        effects.as_slice(),
        [Effect::RecordPromise(promise)] if promise.owner.as_deref() == Some("after-sales")
    ));
}

#[test]
fn whoever_thinks_it_over_hears_again_on_the_day_they_named() {
    for (text, language, part) in [
        (
            "我再考虑一下，周五告诉你",
            "zh-Hans",
            "我3月13日（星期五）10:00再和您联系",
        ),
        (
            "我再考慮一下，週五告訴你",
            "zh-Hant",
            "我3月13日（星期五）10:00再和您聯絡",
        ),
        (
            "Let me think about it, I'll tell you on Friday",
            "en",
            "at 10:00 on Friday, March 13",
        ),
    ] {
        let effects = answer(&host(), &about(text, language, &["unknown"]));
        assert!(effects.iter().any(|effect| matches!(
            effect,
            Effect::SetTimer(timer) if timer.due == Moment::At("2026-03-13T10:00:00+08:00".to_owned())
        )), "{effects:?}");
        assert!(replies(&effects)[0].contains(part), "{effects:?}");
    }
}

#[test]
fn whoever_names_no_day_hears_again_after_some() {
    let effects = answer(&host(), &about("我考虑一下", "zh-Hans", &["unknown"]));
    assert!(effects.iter().any(|effect| matches!(
        effect,
        Effect::SetTimer(timer) if timer.due == Moment::At("2026-03-13T10:00:00+08:00".to_owned())
    )), "{effects:?}");
}

#[test]
fn the_reminder_is_gentle_and_in_hours() {
    for (language, part) in LANGUAGES
        .into_iter()
        .zip(["考虑一下", "考慮一下", "think it over"])
    {
        let context = about("...", language, &["unknown"]);
        let fired = timer_fired("follow-up-visit.hesitation", "");
        assert!(replies(&handle(&host(), &context, &fired))[0].contains(part));
        let evening = handle(&FakeHost::at(TUESDAY_EVENING), &context, &fired);
        assert!(matches!(evening.as_slice(), [Effect::SetTimer(_)]));
    }
}

#[test]
fn an_agents_promise_is_due_at_the_end_of_the_business_day_it_names() {
    for (text, language) in [
        ("您好，明天给您答复。", "zh-Hans"),
        ("您好，明天給您答覆。", "zh-Hant"),
        ("Hello, I will get back to you tomorrow.", "en"),
    ] {
        let mut said = message(text, Some(language));
        said.author = AuthorKind::Agent;
        said.author_name = Some("wang".to_owned());
        let context = about("...", language, &[]);
        let effects = handle(&host(), &context, &event(Occurrence::AgentReplied(said)));
        let [Effect::RecordPromise(promise)] = effects.as_slice() else {
            panic!("{effects:?}");
        };
        assert_eq!(
            promise.due,
            Moment::At("2026-03-11T18:00:00+08:00".to_owned())
        );
        assert_eq!(promise.owner.as_deref(), Some("wang"));
    }
}

#[test]
fn a_promise_without_a_time_is_pointed_out() {
    let mut said = message("我会尽快给您答复", Some("zh-Hans"));
    said.author = AuthorKind::Agent;
    let context = about("...", "zh-Hans", &[]);
    let effects = handle(&host(), &context, &event(Occurrence::AgentReplied(said)));
    assert!(
        matches!(
            effects.as_slice(),
            [Effect::Note(_), Effect::RecordPromise(_)]
        ),
        "{effects:?}"
    );
}

#[test]
fn an_articles_terms_are_no_promise() {
    let mut context = about("...", "zh-Hans", &["consultation"]);
    context.draft = vec![Effect::Reply(Reply {
        text: "我们会在48小时内为您发货。".to_owned(),
        language: None,
        sources: vec!["shipping".to_owned()],
    })];
    assert!(answer(&host(), &context).is_empty());
}

#[test]
fn the_schema_is_json() {
    let schema = FollowUpVisit::describe().config_schema.unwrap();
    let _: serde_json::Value = serde_json::from_str(&schema).unwrap();
}

/// After a rating: the answer is recorded, and for some time it may be corrected.
fn rated(text: &str) -> Context {
    let mut context = waiting(text, "zh-Hans");
    context.conversation.survey = SurveyStatus::Answered;
    context.conversation.timers = vec![Timer {
        name: "follow-up-visit.correctable".to_owned(),
        due: TUESDAY_EVENING.to_owned(),
        payload: String::new(),
    }];
    context
}

fn recorded(effects: &[Effect]) -> Option<u32> {
    effects.iter().find_map(|effect| match effect {
        Effect::RecordSurvey(result) => Some(result.code),
        _ => None,
    })
}

#[test]
fn a_rating_may_be_corrected_for_some_time() {
    let host = host();
    let effects = answer(&host, &waiting("3", "zh-Hans"));
    assert!(effects.iter().any(|effect| matches!(
        effect,
        Effect::SetTimer(timer) if timer.due == Moment::AfterSeconds(30 * 60)
    )));
    assert_eq!(
        recorded(&answer(&host, &rated("3"))),
        None,
        "the same again"
    );
    let effects = answer(&host, &rated("打错了，不好意思"));
    assert_eq!(recorded(&effects), None, "no rating");
    let effects = answer(&host, &rated("打错了，是1"));
    assert_eq!(recorded(&effects), Some(1));
    assert!(effects.contains(&Effect::RemoveLabel("coaching".to_owned())));
    assert!(replies(&effects)[0].contains("更正"));

    let mut late = rated("2");
    late.conversation.timers.clear();
    assert_eq!(recorded(&answer(&host, &late)), None, "the time is over");
}

#[test]
fn a_sample_is_asked_and_always_the_same_one() {
    let asked = |sample: u32, id: &str| {
        let host = host().with_config(&format!(r#"{{"sample": {sample}}}"#));
        let mut context = about("谢谢", "zh-Hans", &["thanks"]);
        context.conversation.resolved = true;
        context.conversation.id = id.to_owned();
        handle(&host, &context, &resolution()).contains(&Effect::AskSurvey)
    };
    let ids: Vec<String> = (0..2_000).map(|n| format!("con_{n:032x}")).collect();
    let ten = ids.iter().filter(|id| asked(10, id)).count();
    assert!((140..=260).contains(&ten), "{ten} of 2000 at 10 %");
    assert!(
        ids.iter()
            .filter(|id| asked(10, id))
            .all(|id| asked(30, id) && asked(10, id))
    );
    assert!(!ids.iter().any(|id| asked(0, id)) && ids.iter().all(|id| asked(100, id)));
}

#[test]
fn nobody_is_asked_again_within_the_days() {
    let mut host = host().with_config(r#"{"again-days": 3}"#);
    let mut context = about("谢谢", "zh-Hans", &["thanks"]);
    context.conversation.resolved = true;
    let asks = |host: &FakeHost| handle(host, &context, &resolution()).contains(&Effect::AskSurvey);
    assert!(asks(&host));
    assert!(!asks(&host));
    host.now = "2026-03-13T09:59:59+08:00".to_owned();
    assert!(!asks(&host));
    host.now = "2026-03-13T10:00:00+08:00".to_owned();
    assert!(asks(&host));
}

#[test]
fn each_kind_of_case_has_its_days() {
    let host =
        host().with_config(r#"{"days": 7, "visits": {"repair": 3, "complaint": 10, "order": 0}}"#);
    for (categories, days) in [
        (&["repair"][..], Some(3)),
        (&["repair", "complaint"], Some(10)),
        (&["order"], None),
        (&["thanks"], Some(7)),
    ] {
        let mut context = about("谢谢", "zh-Hans", categories);
        context.conversation.resolved = true;
        let effects = handle(&host, &context, &resolution());
        let due = effects.iter().find_map(|effect| match effect {
            Effect::SetTimer(timer) if timer.name.ends_with("visit") => Some(timer.due.clone()),
            _ => None,
        });
        assert_eq!(
            due,
            days.map(|days| Moment::AfterSeconds(days * 86_400)),
            "{categories:?}"
        );
    }
}
