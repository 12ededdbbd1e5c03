use switchboard_sdk::{
    Step,
    testing::{FakeHost, TUESDAY_MORNING, category, context, event, message, replies, timer_fired},
    types::{
        Context, Effect, Handler, Moment, Occurrence, Priority, Reply, Stage, Ticket, TicketDraft,
        TicketKind, TicketStatus, Timer,
    },
};

use super::ComplaintForwarding;

const LANGUAGES: [&str; 3] = ["zh-Hans", "zh-Hant", "en"];

fn host() -> FakeHost {
    FakeHost::at(TUESDAY_MORNING)
        .with_contact("manager", "Manager Lin", true)
        .with_contact("after-sales", "Chen Jing", true)
        .with_contact("on-call", "Duty Sun", true)
}

fn about(text: &str, language: &str, categories: &[&str]) -> Context {
    let mut context = context(&message(text, Some(language)));
    context.conversation.categories = categories.iter().map(|name| category(name)).collect();
    context
}

fn run(host: &FakeHost, context: &Context) -> Vec<Effect> {
    let message = context.conversation.messages[0].clone();
    let event = event(Occurrence::MessageReceived(message));
    let effects = ComplaintForwarding::handle(host, context, &event)
        .unwrap()
        .effects;
    assert!(effects.len() <= 16);
    effects
}

fn tickets(effects: &[Effect]) -> Vec<&TicketDraft> {
    effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::OpenTicket(ticket) => Some(ticket),
            _ => None,
        })
        .collect()
}

fn open(key: &str, status: TicketStatus) -> Ticket {
    Ticket {
        id: "t1".to_owned(),
        key: key.to_owned(),
        kind: TicketKind::Complaint,
        department: "after-sales".to_owned(),
        title: "broken".to_owned(),
        status,
        priority: Priority::Normal,
        opened_at: TUESDAY_MORNING.to_owned(),
        due: None,
        escalations: 0,
        feedback: None,
    }
}

#[test]
fn an_agent_who_helps_somebody_in_danger_is_not_talked_over() {
    let mut context = about("我们在路上了", "zh-Hans", &["unknown"]);
    context.conversation.tickets = vec![open("emergency", TicketStatus::Acknowledged)];
    assert!(replies(&run(&host(), &context))[0].contains("120"));
    context.conversation.handler = Handler::Agent;
    let effects = run(&host(), &context);
    assert_eq!(tickets(&effects).len(), 1);
    assert!(replies(&effects).is_empty());
}

#[test]
fn a_complaint_goes_to_after_sales_with_an_apology_and_a_due_time() {
    for (language, apology, due) in [
        ("zh-Hans", "非常抱歉", "最迟今天18:00给您答复"),
        ("zh-Hant", "非常抱歉", "最遲今天18:00給您答覆"),
        ("en", "sorry", "by 18:00 today"),
    ] {
        let effects = run(&host(), &about("东西是坏的", language, &["complaint"]));
        let tickets = tickets(&effects);
        assert_eq!(tickets.len(), 1);
        assert_eq!(tickets[0].department, "after-sales");
        assert_eq!(tickets[0].kind, TicketKind::Complaint);
        assert_eq!(tickets[0].due, Some(Moment::AfterBusinessSeconds(28_800)));
        assert!(tickets[0].body.contains("东西是坏的"));
        let said = replies(&effects);
        assert_eq!(said.len(), 1);
        assert!(
            said[0].contains(apology) && said[0].contains(due),
            "{said:?}"
        );
    }
}

#[test]
fn each_kind_goes_to_its_own_department() {
    for (kind, department) in [
        ("complaint", "after-sales"),
        ("suggestion", "sales"),
        ("repair", "repair"),
        ("order", "logistics"),
    ] {
        let effects = run(&host(), &about("...", "en", &[kind]));
        assert_eq!(tickets(&effects)[0].department, department);
    }
}

#[test]
fn a_mixed_message_gives_several_tickets_and_one_reply() {
    for language in LANGUAGES {
        let context = about(
            "...",
            language,
            &["suggestion", "complaint", "repair", "order"],
        );
        let effects = run(&host(), &context);
        let keys: Vec<&str> = tickets(&effects)
            .iter()
            .map(|ticket| ticket.key.as_str())
            .collect();
        assert_eq!(keys, ["complaint", "repair", "order", "suggestion"]);
        assert_eq!(replies(&effects).len(), 1);
        assert_eq!(replies(&effects)[0].lines().count(), 4);
    }
}

#[test]
fn an_emergency_reaches_the_people_on_call_and_the_customer_hears_only_the_script() {
    for (language, part) in LANGUAGES.into_iter().zip(["人身安全", "人身安全", "safe"]) {
        let effects = run(
            &host(),
            &about("着火了", language, &["emergency", "complaint"]),
        );
        assert_eq!(tickets(&effects)[0].notify, ["on-call", "manager"]);
        assert_eq!(tickets(&effects)[0].priority, Priority::Urgent);
        let said = replies(&effects);
        assert_eq!(said.len(), 1);
        assert!(said[0].contains(part));
        assert!(!said[0].contains('\n'));
    }
}

#[test]
fn what_somebody_in_danger_writes_next_belongs_to_the_emergency() {
    let mut context = about("它还在烧", "zh-Hans", &["unknown"]);
    assert!(run(&host(), &context).is_empty());
    context.conversation.tickets = vec![open("emergency", TicketStatus::Opened)];
    let effects = run(&host(), &context);
    assert_eq!(tickets(&effects)[0].key, "emergency");
    assert!(replies(&effects)[0].contains("值班负责人"));
}

#[test]
fn what_says_nothing_of_its_own_belongs_to_the_open_ticket() {
    for (text, language, part) in [
        ("他姓徐，我要他道歉", "zh-Hans", "补充"),
        ("他姓徐，我要他道歉", "zh-Hant", "補充"),
        (
            "I checked with the neighbours, nobody has it",
            "en",
            "added",
        ),
    ] {
        let mut context = about(text, language, &["unknown"]);
        context.conversation.tickets = vec![open("order", TicketStatus::Acknowledged)];
        let effects = run(&host(), &context);
        assert_eq!(tickets(&effects)[0].key, "order");
        assert!(replies(&effects)[0].contains(part));
    }
    let mut thinks = about("我再考虑一下", "zh-Hans", &["unknown"]);
    thinks.conversation.tickets = vec![open("order", TicketStatus::Acknowledged)];
    assert!(run(&host(), &thinks).is_empty());
}

#[test]
fn somebody_in_danger_who_asks_for_a_person_hears_of_the_people_on_call() {
    let mut context = about("有没有人", "zh-Hans", &["human-request"]);
    context.conversation.tickets = vec![open("emergency", TicketStatus::Opened)];
    assert!(replies(&run(&host(), &context))[0].contains("值班负责人"));
}

#[test]
fn the_manager_hears_of_a_complaint_from_severity_two_on() {
    let mut context = about("...", "en", &["complaint"]);
    assert!(tickets(&run(&host(), &context))[0].notify.is_empty());
    context.conversation.labels = vec!["severity-2".to_owned()];
    let effects = run(&host(), &context);
    assert_eq!(tickets(&effects)[0].notify, ["manager"]);
    assert_eq!(tickets(&effects)[0].priority, Priority::High);
}

#[test]
fn somebody_whom_the_directory_does_not_know_is_left_out_and_logged() {
    let host = FakeHost::at(TUESDAY_MORNING);
    let mut context = about("...", "en", &["complaint"]);
    context.conversation.labels = vec!["severity-3".to_owned()];
    assert!(tickets(&run(&host, &context))[0].notify.is_empty());
    assert!(host.lines.borrow()[0].contains("manager"));
}

#[test]
fn a_second_complaint_is_added_to_the_open_one() {
    for (language, part) in LANGUAGES.into_iter().zip(["补充", "補充", "added"]) {
        let mut context = about("还有一件", language, &["complaint"]);
        context.conversation.tickets = vec![open("complaint", TicketStatus::Acknowledged)];
        let effects = run(&host(), &context);
        assert_eq!(tickets(&effects)[0].key, "complaint");
        assert!(replies(&effects)[0].contains(part));
        assert!(
            !effects
                .iter()
                .any(|effect| matches!(effect, Effect::SetTimer(_)))
        );
        context.conversation.tickets = vec![open("complaint", TicketStatus::Closed)];
        let effects = run(&host(), &context);
        assert!(
            effects
                .iter()
                .any(|effect| matches!(effect, Effect::SetTimer(_)))
        );
    }
}

#[test]
fn an_order_question_that_an_article_answered_needs_no_ticket() {
    let mut context = about("...", "en", &["order"]);
    context.draft = vec![Effect::Reply(Reply {
        text: "answer".to_owned(),
        language: None,
        sources: vec!["a".to_owned()],
    })];
    assert!(run(&host(), &context).is_empty());
}

#[test]
fn an_agent_who_is_talking_is_not_interrupted_except_for_safety() {
    let mut context = about("...", "en", &["complaint"]);
    context.conversation.handler = Handler::Agent;
    let effects = run(&host(), &context);
    assert_eq!(tickets(&effects).len(), 1);
    assert!(replies(&effects).is_empty());
    context.conversation.categories = vec![category("emergency")];
    assert_eq!(replies(&run(&host(), &context)).len(), 1);
}

#[test]
fn what_nobody_acknowledges_goes_to_the_lead_and_then_to_the_manager() {
    let mut context = about("...", "en", &["complaint"]);
    context.conversation.tickets = vec![open("complaint", TicketStatus::Opened)];
    let host = host();
    for (level, told, again) in [("0", "Chen Jing", true), ("1", "Manager Lin", false)] {
        let fired = timer_fired("complaint-forwarding.acknowledge.complaint", level);
        let effects = ComplaintForwarding::handle(&host, &context, &fired)
            .unwrap()
            .effects;
        let Effect::EscalateTicket(escalation) = &effects[0] else {
            panic!("{effects:?}");
        };
        assert_eq!(escalation.notify, [told]);
        assert_eq!(effects.len(), if again { 2 } else { 1 });
    }
    context.conversation.tickets = vec![open("complaint", TicketStatus::Acknowledged)];
    let fired = timer_fired("complaint-forwarding.acknowledge.complaint", "0");
    let outcome = ComplaintForwarding::handle(&host, &context, &fired).unwrap();
    assert!(outcome.effects.is_empty());
}

/// The timers that are set, with what they carry.
fn timers(effects: &[Effect]) -> Vec<(&str, &str)> {
    let set = effects.iter().filter_map(|effect| match effect {
        Effect::SetTimer(timer) => Some((timer.name.as_str(), timer.payload.as_str())),
        _ => None,
    });
    set.collect()
}

#[test]
fn a_question_that_another_step_recorded_goes_up_too_unless_somebody_talks_to_the_customer() {
    const WATCH: &str = "complaint-forwarding.acknowledge.question";
    let mut context = about("能不能刻字？", "zh-Hans", &["consultation"]);
    context.conversation.tickets = vec![open("question", TicketStatus::Opened)];
    let recorded = run(&host(), &about("坏了", "zh-Hans", &["complaint"]));
    let mut draft = tickets(&recorded)[0].clone();
    draft.key = "question".to_owned();
    draft.kind = TicketKind::Question;
    context.draft = vec![Effect::OpenTicket(draft)];
    assert_eq!(timers(&run(&host(), &context)), [(WATCH, "0")]);

    let fire = |context: &Context, level| {
        ComplaintForwarding::handle(&host(), context, &timer_fired(WATCH, level))
            .unwrap()
            .effects
    };
    for (level, told) in [("0", "Chen Jing"), ("1", "Manager Lin")] {
        let effects = fire(&context, level);
        assert!(
            matches!(&effects[0], Effect::EscalateTicket(up) if up.key == "question" && up.notify == [told]),
            "{effects:?}"
        );
    }
    context.conversation.handler = Handler::Agent;
    assert!(fire(&context, "0").is_empty());
    context.conversation.handler = Handler::Bot;

    // Added to while it is watched, and while somebody works on it.
    context.conversation.timers = vec![Timer {
        name: WATCH.to_owned(),
        due: TUESDAY_MORNING.to_owned(),
        payload: "1".to_owned(),
    }];
    assert!(timers(&run(&host(), &context)).is_empty());
    context.conversation.timers.clear();
    context.conversation.tickets = vec![open("question", TicketStatus::Acknowledged)];
    assert!(timers(&run(&host(), &context)).is_empty());
}

#[test]
fn acknowledged_means_no_escalation_and_closed_is_told_to_the_customer() {
    for (language, part) in LANGUAGES
        .into_iter()
        .zip(["已处理完成", "已處理完成", "dealt with"])
    {
        let mut context = about("...", language, &["complaint"]);
        context.conversation.timers = vec![Timer {
            name: "complaint-forwarding.acknowledge.complaint".to_owned(),
            due: TUESDAY_MORNING.to_owned(),
            payload: "0".to_owned(),
        }];
        let acknowledged = open("complaint", TicketStatus::Acknowledged);
        let updated = event(Occurrence::TicketUpdated(acknowledged));
        let outcome = ComplaintForwarding::handle(&host(), &context, &updated).unwrap();
        assert!(matches!(
            outcome.effects.as_slice(),
            [Effect::CancelTimer(_)]
        ));

        context.conversation.timers.clear();
        let mut closed = open("complaint", TicketStatus::Closed);
        closed.feedback = Some("已补发".to_owned());
        let updated = event(Occurrence::TicketUpdated(closed));
        let effects = ComplaintForwarding::handle(&host(), &context, &updated)
            .unwrap()
            .effects;
        let said = replies(&effects);
        assert!(
            said[0].contains(part) && said[0].contains("已补发"),
            "{said:?}"
        );
    }
}

#[test]
fn what_is_acknowledged_but_not_closed_in_time_is_reported_and_apologised_for() {
    let due = "2026-03-10T18:00:00+08:00".to_owned();
    for (language, part) in LANGUAGES.into_iter().zip(["非常抱歉", "非常抱歉", "sorry"]) {
        let mut context = about("...", language, &["complaint"]);
        let mut ticket = open("complaint", TicketStatus::Acknowledged);
        ticket.due = Some(due.clone());
        context.conversation.tickets = vec![ticket.clone()];
        let updated = event(Occurrence::TicketUpdated(ticket));
        let outcome = ComplaintForwarding::handle(&host(), &context, &updated).unwrap();
        let [Effect::SetTimer(timer)] = outcome.effects.as_slice() else {
            panic!("{:?}", outcome.effects);
        };
        assert_eq!(timer.due, Moment::At(due.clone()));

        let fired = timer_fired(&timer.name, "");
        let effects = ComplaintForwarding::handle(&host(), &context, &fired)
            .unwrap()
            .effects;
        assert!(matches!(&effects[0], Effect::EscalateTicket(up) if up.notify == ["Manager Lin"]));
        assert!(replies(&effects)[0].contains(part));

        context.conversation.tickets.clear();
        let outcome = ComplaintForwarding::handle(&host(), &context, &fired).unwrap();
        assert!(outcome.effects.is_empty());
    }
}

#[test]
fn the_evidence_pack_names_what_triage_found() {
    let mut context = about("...", "en", &["complaint"]);
    context.draft = vec![Effect::Note("Named: order: BW1001".to_owned())];
    assert!(
        tickets(&run(&host(), &context))[0]
            .body
            .contains("order: BW1001")
    );
}

#[test]
fn whoever_wants_to_buy_is_forwarded_to_sales() {
    let mut context = about("...", "en", &["order"]);
    context.conversation.stage = Some(Stage::PreSale);
    assert_eq!(tickets(&run(&host(), &context))[0].department, "sales");
}

#[test]
fn nothing_is_forwarded_of_other_matters() {
    for category in ["consultation", "thanks", "greeting", "unknown", "nuisance"] {
        assert!(run(&host(), &about("...", "en", &[category])).is_empty());
    }
}

#[test]
fn the_schema_is_json() {
    let schema = ComplaintForwarding::describe().config_schema.unwrap();
    let _: serde_json::Value = serde_json::from_str(&schema).unwrap();
}

#[test]
fn a_fault_that_is_complained_of_is_one_matter_and_one_that_is_to_be_mended_another() {
    let said = |confidence: f32| {
        let mut context = about("小车不能用，太失望了", "zh-Hans", &["complaint", "repair"]);
        context.conversation.categories[1].confidence = confidence;
        context
    };
    let effects = run(&host(), &said(0.55));
    let kinds: Vec<_> = tickets(&effects).iter().map(|ticket| ticket.kind).collect();
    assert_eq!(kinds, [TicketKind::Complaint]);
    let effects = run(&host(), &said(0.85));
    let kinds: Vec<_> = tickets(&effects).iter().map(|ticket| ticket.kind).collect();
    assert_eq!(kinds, [TicketKind::Complaint, TicketKind::Repair]);
}
