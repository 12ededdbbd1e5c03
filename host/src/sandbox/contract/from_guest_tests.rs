use super::*;

fn check(effects: Vec<wit::Effect>, granted: &[Grant]) -> Result<Outcome, CallFailure> {
    let limits = Limits::default();
    let grants = Grants::new("triage", granted.iter().cloned());
    let from = FromGuest {
        limits: &limits,
        grants: &grants,
        now: "2026-03-10T03:59:40Z".parse().unwrap(),
    };
    from.outcome(wit::Outcome {
        effects,
        next: wit::NextStep::GoOn,
    })
}

fn code(effect: wit::Effect) -> &'static str {
    match check(vec![effect], &[]) {
        Ok(_) => "ok",
        Err(failure) => failure.code.as_str(),
    }
}

fn reply(text: &str) -> wit::Effect {
    wit::Effect::Reply(wit::Reply {
        text: text.to_owned(),
        language: None,
        sources: Vec::new(),
    })
}

fn timer(due: wit::Moment) -> wit::Effect {
    wit::Effect::SetTimer(wit::TimerDraft {
        name: "nudge".to_owned(),
        due,
        payload: String::new(),
    })
}

#[test]
fn sixteen_effects_pass_and_seventeen_dont() {
    let many = |count| vec![reply("好"); count];
    assert_eq!(check(many(16), &[]).unwrap().effects.len(), 16);
    assert_eq!(check(many(17), &[]).unwrap_err().code, FailureCode::Output);
}

#[test]
fn the_text_of_all_effects_together_is_limited() {
    assert_eq!(code(reply(&"x".repeat(65_000))), "ok");
    assert_eq!(code(reply(&"x".repeat(65_537))), "output");
    let halves = vec![reply(&"x".repeat(40_000)); 2];
    assert_eq!(check(halves, &[]).unwrap_err().code, FailureCode::Output);
    let empty = wit::Effect::Reply(wit::Reply {
        text: "x".to_owned(),
        language: None,
        sources: vec![String::new(); 10_000],
    });
    assert_eq!(code(empty), "output");
}

#[test]
fn what_the_contract_doesnt_allow_is_invalid() {
    let categories = |confidence| {
        wit::Effect::SetCategories(vec![wit::Category {
            name: "complaint".to_owned(),
            confidence,
        }])
    };
    assert_eq!(code(categories(1.0)), "ok");
    for confidence in [f32::NAN, -0.1, 1.1, f32::INFINITY] {
        assert_eq!(code(categories(confidence)), "invalid-output");
    }
    assert_eq!(code(reply(" \u{3000}\n")), "invalid-output");
    assert_eq!(
        code(wit::Effect::SetLanguage("zh_Hans!".to_owned())),
        "invalid-output"
    );
    assert_eq!(code(wit::Effect::AddLabel(String::new())), "invalid-output");
    let announce = wit::Effect::Announce(wit::Field {
        name: "order.paid".to_owned(),
        value: "{".to_owned(),
    });
    assert_eq!(code(announce), "invalid-output");
}

#[test]
fn times_are_times_and_not_too_far_ahead() {
    let at = |text: &str| timer(wit::Moment::At(text.to_owned()));
    assert_eq!(code(at("2026-03-10T18:00:00+08:00")), "ok");
    assert_eq!(code(at("2020-01-01T00:00:00Z")), "ok");
    assert_eq!(code(at("9999-01-01T00:00:00Z")), "invalid-output");
    assert_eq!(code(at("tomorrow")), "invalid-output");
    assert_eq!(
        code(timer(wit::Moment::AfterSeconds(u32::MAX))),
        "invalid-output"
    );
    let business = wit::Moment::AfterBusinessSeconds(3_600);
    assert_eq!(code(timer(business)), "ok");
}

#[test]
fn effects_that_need_a_grant_are_refused_with_the_line_to_add() {
    let notify = || {
        wit::Effect::Notify(wit::Notification {
            to: "manager".to_owned(),
            text: "看一下".to_owned(),
        })
    };
    let refusal = check(vec![notify()], &[]).unwrap_err();
    assert_eq!(refusal.code, FailureCode::NoGrant);
    assert!(
        refusal
            .reason
            .contains("add \"notify\" to grants of [[step]] name = \"triage\"")
    );
    assert!(check(vec![notify()], &[Grant::Notify]).is_ok());

    let field = |name: &str| {
        wit::Effect::SetField(wit::Field {
            name: name.to_owned(),
            value: "gold".to_owned(),
        })
    };
    let tier = [Grant::Account("tier".to_owned())];
    assert!(check(vec![field("tier")], &tier).is_ok());
    assert_eq!(
        check(vec![field("phone")], &tier).unwrap_err().code,
        FailureCode::NoGrant
    );
}

#[test]
fn a_finding_is_about_a_place_in_the_text() {
    let limits = Limits::default();
    let grants = Grants::default();
    let from = FromGuest {
        limits: &limits,
        grants: &grants,
        now: Timestamp::UNIX_EPOCH,
    };
    let about = |draft, start, end| {
        let finding = wit::Finding {
            draft,
            rule: "no-promises".to_owned(),
            severity: wit::Severity::Blocking,
            start,
            end,
            explanation: "不能保证".to_owned(),
            suggestion: None,
        };
        from.findings(vec![finding], &["您好", "保证退款"])
    };
    assert_eq!(
        about(1, 0, 6)
            .unwrap()
            .iter()
            .map(Vec::len)
            .collect::<Vec<_>>(),
        [0, 1]
    );
    assert!(about(1, 12, 12).is_ok());
    assert!(about(1, 0, 13).is_err());
    assert!(about(0, 0, 12).is_err());
    assert!(about(1, 1, 3).is_err());
    assert!(about(1, 6, 3).is_err());
    let unknown = about(2, 0, 0).unwrap_err();
    assert!(
        unknown.reason.contains("draft 2; there are 2"),
        "{}",
        unknown.reason
    );
}
