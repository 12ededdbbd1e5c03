use switchboard_sdk::{
    Step,
    testing::{FakeHost, TUESDAY_EVENING, TUESDAY_MORNING, context, event, message, replies},
    types::{Handler, Occurrence},
};

use super::Greeting;

fn greet(host: &FakeHost, text: &str) -> Vec<String> {
    let message = message(text, None);
    let context = context(&message);
    let outcome =
        Greeting::handle(host, &context, &event(Occurrence::MessageReceived(message))).unwrap();
    replies(&outcome.effects)
        .into_iter()
        .map(str::to_owned)
        .collect()
}

#[test]
fn a_customer_is_greeted_in_their_language_and_script() {
    for (text, greeting) in [
        (
            "请问这款积木适合几岁的孩子？",
            "早上好！您好，我是Blue Whale Toys的在线客服，很高兴为您服务。",
        ),
        (
            "請問這款積木適合幾歲的孩子？",
            "早安！您好，我是Blue Whale Toys的線上客服，很高興為您服務。",
        ),
        (
            "What age are these bricks for?",
            "Good morning! This is the online customer service of Blue Whale Toys. I'm happy to help you.",
        ),
    ] {
        assert_eq!(greet(&FakeHost::at(TUESDAY_MORNING), text), [greeting]);
    }
}

#[test]
fn the_greeting_follows_the_time_of_day() {
    for (hour, says) in [
        ("06", "Good morning!"),
        ("12", "Good afternoon!"),
        ("19", "Good evening!"),
        ("02", "Hello!"),
    ] {
        let host = FakeHost::at(&format!("2026-03-10T{hour}:00:00+08:00"));
        assert!(greet(&host, "Where is my parcel?")[0].starts_with(says));
    }
}

#[test]
fn nobody_is_greeted_twice_in_a_conversation() {
    let host = FakeHost::at(TUESDAY_MORNING);
    assert_eq!(greet(&host, "你好").len(), 1);
    assert!(greet(&host, "有人吗？").is_empty());
    assert!(greet(&host, "hello again").is_empty());
}

#[test]
fn out_of_hours_the_greeting_says_when_people_are_back() {
    let hans = greet(&FakeHost::at(TUESDAY_EVENING), "你们还在吗？");
    assert!(
        hans[0].contains("人工客服将于明天（星期三）09:00恢复服务"),
        "{hans:?}"
    );
    let hant = greet(&FakeHost::at(TUESDAY_EVENING), "請問還有人在嗎？");
    assert!(
        hant[0].contains("專人客服將於明天（星期三）09:00恢復服務"),
        "{hant:?}"
    );
    let en = greet(&FakeHost::at(TUESDAY_EVENING), "Is anybody there?");
    assert!(
        en[0].contains("Our team is back at 09:00 tomorrow (Wednesday)."),
        "{en:?}"
    );
}

#[test]
fn the_next_opening_is_never_on_a_holiday() {
    let mut host = FakeHost::at(TUESDAY_EVENING);
    host.holidays.insert("2026-03-11".to_owned());
    let text = &greet(&host, "Is anybody there?")[0];
    assert!(text.contains("09:00 on Thursday, March 12"), "{text}");
}

#[test]
fn somebody_in_danger_is_not_chatted_with() {
    for (text, greeting) in [
        ("充电器着火了！！", "您好，已收到您的紧急消息。"),
        ("充電器著火了！！", "您好，已收到您的緊急訊息。"),
        (
            "My son swallowed a battery",
            "Hello, we have received your urgent message.",
        ),
    ] {
        assert_eq!(greet(&FakeHost::at(TUESDAY_EVENING), text), [greeting]);
    }
    let asks = greet(&FakeHost::at(TUESDAY_MORNING), "这个电池会不会着火？");
    assert!(asks[0].contains("很高兴为您服务"));
}

#[test]
fn a_message_without_a_language_gets_the_desks_first() {
    let text = &greet(&FakeHost::at(TUESDAY_MORNING), "👍")[0];
    assert!(text.contains("很高兴为您服务"), "{text}");
}

#[test]
fn an_agents_conversation_is_not_interrupted() {
    let message = message("hello", None);
    let mut context = context(&message);
    context.conversation.handler = Handler::Agent;
    let host = FakeHost::at(TUESDAY_MORNING);
    let outcome = Greeting::handle(
        &host,
        &context,
        &event(Occurrence::MessageReceived(message)),
    )
    .unwrap();
    assert!(outcome.effects.is_empty());
}

#[test]
fn the_desk_can_word_it_differently() {
    let host = FakeHost::at(TUESDAY_MORNING)
        .with_config(r#"{"texts": {"greeting": {"en": "Ahoy from {desk}!"}}}"#);
    assert_eq!(greet(&host, "Hello there"), ["Ahoy from Blue Whale Toys!"]);
}

#[test]
fn a_mistyped_setting_is_named() {
    let host = FakeHost::at(TUESDAY_MORNING).with_config(r#"{"say-hour": true}"#);
    let message = message("hello", None);
    let context = context(&message);
    let failed = Greeting::handle(
        &host,
        &context,
        &event(Occurrence::MessageReceived(message)),
    );
    assert!(format!("{failed:?}").contains("say-hour"), "{failed:?}");
}

#[test]
fn the_schema_is_json() {
    let schema = Greeting::describe().config_schema.unwrap();
    let _: serde_json::Value = serde_json::from_str(&schema).unwrap();
}

#[test]
fn the_desk_is_called_by_its_name_in_the_customers_language() {
    for (text, name) in [
        ("请问这款积木适合几岁的孩子？", "我是蓝鲸玩具的"),
        ("請問這款積木適合幾歲的孩子？", "我是藍鯨玩具的"),
        ("What age are these bricks for?", "of Blue Whale Toys"),
    ] {
        let host = FakeHost::at(TUESDAY_MORNING)
            .with_config(r#"{"brand": {"zh-Hans": "蓝鲸玩具", "zh-Hant": "藍鯨玩具"}}"#);
        assert!(greet(&host, text)[0].contains(name), "{text}");
    }
}
