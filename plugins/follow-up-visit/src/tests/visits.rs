//! When visits are welcome, and the form that is answered at them.

use super::*;

const VISIT: &str = "follow-up-visit.visit";

fn settled(text: &str) -> Context {
    let mut context = about(text, "zh-Hans", &["thanks"]);
    context.conversation.resolved = true;
    context
}

#[test]
fn an_account_is_visited_once_in_some_days() {
    let mut host = host();
    assert_eq!(
        replies(&handle(&host, &settled("..."), &timer_fired(VISIT, ""))).len(),
        1
    );
    host.now = "2026-03-16T10:00:00+08:00".to_owned();
    let again = handle(&host, &settled("..."), &timer_fired(VISIT, ""));
    assert!(matches!(again.as_slice(), [Effect::Note(_)]), "{again:?}");
    host.now = "2026-03-17T10:00:00+08:00".to_owned();
    assert_eq!(
        replies(&handle(&host, &settled("..."), &timer_fired(VISIT, ""))).len(),
        1
    );
}

#[test]
fn a_customer_is_visited_when_they_want_to_be_and_never_in_the_quiet_hours() {
    let host = host();
    let effects = answer(&host, &settled("我白天上班不要打电话，晚上再打"));
    assert!(
        matches!(effects.as_slice(), [Effect::Note(_)]),
        "{effects:?}"
    );
    let effects = handle(&host, &settled("..."), &timer_fired(VISIT, ""));
    assert!(
        matches!(
            effects.as_slice(),
            [Effect::SetTimer(timer)] if timer.due == Moment::At("2026-03-10T18:00:00+08:00".to_owned())
        ),
        "{effects:?}"
    );
    let mut evening = host;
    evening.now = "2026-03-10T18:30:00+08:00".to_owned();
    assert_eq!(
        replies(&handle(&evening, &settled("..."), &timer_fired(VISIT, ""))).len(),
        1
    );

    let strict = FakeHost::at("2026-03-10T18:30:00+08:00")
        .with_config(r#"{"quiet": {"from": "18:00", "until": "09:00"}}"#);
    answer(&strict, &settled("请晚上联系我，白天不方便"));
    let effects = handle(&strict, &settled("..."), &timer_fired(VISIT, ""));
    assert!(replies(&effects).is_empty(), "{effects:?}");
}

#[test]
fn whoever_wants_no_visits_gets_none() {
    let host = host();
    answer(&host, &settled("不用回访，谢谢"));
    let effects = handle(&host, &settled("..."), &resolution());
    assert!(
        !effects
            .iter()
            .any(|effect| matches!(effect, Effect::SetTimer(timer) if timer.name == VISIT))
    );
    let effects = handle(&host, &settled("..."), &timer_fired(VISIT, ""));
    assert!(replies(&effects).is_empty(), "{effects:?}");
}

#[test]
fn after_a_refund_and_a_bad_rating_nobody_visits() {
    let host = host();
    answer(&host, &waiting("3", "zh-Hans"));
    let mut context = settled("...");
    context.conversation.categories = vec![category("after-sales")];
    let effects = handle(&host, &context, &timer_fired(VISIT, ""));
    assert!(
        matches!(effects.as_slice(), [Effect::Note(_)]),
        "{effects:?}"
    );
}

#[test]
fn the_form_is_answered_in_the_chat_and_kept_on_the_account() {
    let host = host().with_config(
        r#"{"keep-opinion": true, "form": [
            {"key": "expected", "scale": 10, "text": {"zh-Hans": "您期望几分？", "en": "Expected?"}},
            {"key": "perceived", "scale": 10, "text": {"zh-Hans": "实际几分？", "en": "Perceived?"}},
            {"key": "wish", "text": {"zh-Hans": "还有什么建议？", "en": "Anything else?"}}]}"#,
    );
    let asked = handle(&host, &settled("..."), &timer_fired(VISIT, ""));
    assert!(replies(&asked)[0].ends_with("您期望几分？"), "{asked:?}");
    let says = |text: &str| {
        let mut context = settled(text);
        context.conversation.categories = vec![category("unknown")];
        context.conversation.labels = vec!["awaiting-opinion".to_owned()];
        answer(&host, &context)
    };
    assert_eq!(
        replies(&says("还行吧")),
        ["麻烦您用1到10之间的一个数字回复，谢谢您！"]
    );
    assert_eq!(replies(&says("9分")), ["实际几分？"]);
    assert_eq!(replies(&says("７")), ["还有什么建议？"]);
    let done = says("包装再结实一点");
    assert!(replies(&done)[0].contains("宝贵意见"));
    assert!(done.contains(&Effect::RemoveLabel("awaiting-opinion".to_owned())));
    assert!(
        done.iter().any(|effect| matches!(
            effect,
            Effect::Note(note) if note.contains("gap: -2") && note.contains("包装再结实一点")
        )),
        "{done:?}"
    );
    assert!(done.iter().any(|effect| matches!(
        effect,
        Effect::SetField(field) if field.name == "opinion" && field.value.starts_with("2026-03-10: ")
    )));
}

#[test]
fn who_complains_instead_of_answering_is_asked_nothing_more() {
    let host = host().with_config(
        r#"{"form": [{"key": "a", "text": {"en": "One?"}}, {"key": "b", "text": {"en": "Two?"}}]}"#,
    );
    handle(&host, &settled("..."), &timer_fired(VISIT, ""));
    let mut context = about("It broke again, this is awful", "en", &["complaint"]);
    context.conversation.labels = vec!["awaiting-opinion".to_owned()];
    let effects = answer(&host, &context);
    assert!(effects.contains(&Effect::RemoveLabel("awaiting-opinion".to_owned())));
    assert!(!replies(&effects).contains(&"Two?"), "{effects:?}");
}

#[test]
fn what_comes_much_later_is_no_opinion() {
    let mut context = settled("...");
    context.conversation.labels = vec!["awaiting-opinion".to_owned()];
    let effects = handle(&host(), &context, &timer_fired("follow-up-visit.form", ""));
    assert_eq!(
        effects,
        [Effect::RemoveLabel("awaiting-opinion".to_owned())]
    );
}
