//! Birthdays and festivals.

use super::*;

/// A host whose desk cares beyond the case.
fn caring() -> FakeHost {
    let care = r#"{"care": {"visits": [{"tier": "gold", "festivals": ["mid-autumn", "spring-festival"], "tell": "sales"}]}}"#;
    host().with_config(care)
}

fn known(context: &mut Context, fields: &[(&str, &str)]) {
    context.account.fields = fields
        .iter()
        .map(|(name, value)| Field {
            name: (*name).to_owned(),
            value: (*value).to_owned(),
        })
        .collect();
}

fn timers(effects: &[Effect]) -> Vec<(String, String)> {
    let timers = effects.iter().filter_map(|effect| match effect {
        Effect::SetTimer(timer) => Some((timer.name.clone(), timer.payload.clone())),
        _ => None,
    });
    timers.collect()
}

fn fields(effects: &[Effect]) -> Vec<(&str, &str)> {
    let fields = effects.iter().filter_map(|effect| match effect {
        Effect::SetField(field) => Some((field.name.as_str(), field.value.as_str())),
        _ => None,
    });
    fields.collect()
}

#[test]
fn a_birthday_that_is_told_is_kept_planned_and_wished_once() {
    let mut host = caring();
    let told = about("我女儿的生日是2019年5月3日", "zh-Hans", &["consultation"]);
    let effects = answer(&host, &told);
    let kept = fields(&effects);
    assert_eq!(kept[0], ("child-birthday", "2019-05-03"));
    assert_eq!(kept[1].0, "age-band");
    let (name, payload) = timers(&effects)[0].clone();
    assert!(
        name.ends_with("child-birthday") && payload.ends_with("-05-03"),
        "{payload}"
    );

    let mut context = about("谢谢", "zh-Hans", &["thanks"]);
    context.conversation.resolved = true;
    known(&mut context, &[("child-birthday", "2019-05-03")]);
    host.now = "2026-05-04T10:00:00+08:00".to_owned();
    let effects = handle(&host, &context, &timer_fired(&name, &payload));
    assert!(replies(&effects)[0].contains("小朋友"), "{effects:?}");
    assert_eq!(timers(&effects)[0].1, "2027-05-03");
    assert_eq!(fields(&effects), [("age-band", "6-8")]);
    let again = handle(&host, &context, &timer_fired(&name, &payload));
    assert_eq!(again, [], "a second timer of another conversation");
}

#[test]
fn who_wants_to_hear_nothing_is_not_wished() {
    let host = caring();
    let told = about(
        "我的生日是5月3日，以后别再联系我",
        "zh-Hans",
        &["consultation"],
    );
    let (name, payload) = timers(&answer(&host, &told))[0].clone();
    let mut context = about("谢谢", "zh-Hans", &["thanks"]);
    known(&mut context, &[("birthday", "05-03")]);
    let effects = handle(&host, &context, &timer_fired(&name, &payload));
    assert!(replies(&effects).is_empty(), "{effects:?}");
}

#[test]
fn the_tier_says_who_is_visited_before_a_festival() {
    let mut context = about("谢谢", "zh-Hans", &["thanks"]);
    context.conversation.resolved = true;
    let planned = |effects: &[Effect]| {
        let timers = timers(effects);
        timers
            .into_iter()
            .find(|(name, _)| name.ends_with(".festival"))
    };
    assert_eq!(planned(&handle(&caring(), &context, &resolution())), None);
    known(&mut context, &[("tier", "gold")]);
    assert_eq!(
        planned(&handle(&host(), &context, &resolution())),
        None,
        "not configured"
    );
    let host = caring();
    let (name, payload) = planned(&handle(&host, &context, &resolution())).unwrap();
    let effects = handle(&host, &context, &timer_fired(&name, &payload));
    assert!(
        effects.iter().any(|effect| matches!(
            effect,
            Effect::Notify(notification) if notification.to == "sales" && notification.text.contains("visit")
        )),
        "{effects:?}"
    );
}
