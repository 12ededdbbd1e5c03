//! What a condition can ask.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::model::{
    Account, AccountId, Author, Category, Conversation, ConversationId, Event, EventId, EventKind,
    Handler, Message, MessageId, Occurrence, Timer,
};
use crate::workflow::{Calendar, Condition, ConditionError, Hours, Scope};

struct World {
    calendar: Calendar,
    event: Event,
    conversation: Conversation,
    account: Account,
}

impl World {
    fn new(text: &str) -> Self {
        let at: Timestamp = "2026-03-10T12:00:00+08:00".parse().unwrap();
        let hours = Hours::parse(
            "hours.toml",
            "[weekly]\nmonday-saturday = [\"08:30-12:00\", \"13:00-17:30\"]\n",
        )
        .unwrap();
        let mut account = Account::new(AccountId::new("acc_1"), "web/ana".to_owned(), at);
        account.fields.insert("vip".to_owned(), "yes".to_owned());
        let id = ConversationId::new("con_1");
        let mut conversation = Conversation::new(
            id,
            account.id.clone(),
            "web".to_owned(),
            "ana".to_owned(),
            at,
        );
        conversation.labels = vec!["returning".to_owned()];
        conversation.categories = vec![Category {
            name: "complaint".to_owned(),
            confidence: 0.9,
        }];
        let message = Message {
            id: MessageId::new("msg_1"),
            number: 1,
            author: Author::Customer,
            text: text.to_owned(),
            language: None,
            sources: Vec::new(),
            at,
        };
        let event = Event {
            id: EventId::new("evt_1"),
            at,
            depth: 0,
            what: Occurrence::MessageReceived { message },
        };
        let calendar = hours.calendar(&TimeZone::get("Asia/Shanghai").unwrap());
        Self {
            calendar,
            event,
            conversation,
            account,
        }
    }

    fn asks(&self, condition: &str) -> Result<bool, ConditionError> {
        let parsed = Condition::parse(condition)
            .unwrap_or_else(|problems| panic!("{condition}: {problems:?}"));
        parsed.holds(&Scope {
            desk_name: "Toys",
            calendar: &self.calendar,
            event: &self.event,
            conversation: &self.conversation,
            account: &self.account,
        })
    }
}

#[test]
fn conditions_ask_for_everything_that_is_there() {
    let world = World::new("请帮我转人工");
    for (condition, answer) in [
        (
            r#"conversation.handler == "bot" && !event.message.text.contains("转人工")"#,
            false,
        ),
        (r#"event.message.text.contains("转人工")"#, true),
        (
            r#"event.kind == "message.received" && event.message.author == "customer""#,
            true,
        ),
        (r#"event.message.language == """#, true),
        (r#"has(event.message) && !has(event.timer)"#, true),
        (r#"conversation.channel in ["web", "email"]"#, true),
        (
            r#"conversation.priority == "normal" && conversation.stage == """#,
            true,
        ),
        (
            r#"conversation.labels.exists(label, label.startsWith("ret"))"#,
            true,
        ),
        (r#""complaint" in conversation.categories"#, true),
        (
            "size(conversation.open_tickets) == 0 && conversation.message_count == 0",
            true,
        ),
        (
            "conversation.resolved || account.open_complaints > 0",
            false,
        ),
        (
            "has(account.fields.vip) && account.fields.vip == \"yes\"",
            true,
        ),
        ("account.fields[\"vip\"] == \"yes\"", true),
        ("\"age\" in account.fields", false),
        ("account.conversation_count < 5", true),
        (r#"desk.name == "Toys" && !desk.open"#, true),
        (r#"conversation.language.startsWith("zh")"#, false),
    ] {
        assert_eq!(world.asks(condition), Ok(answer), "{condition}");
    }
}

#[test]
fn a_condition_without_an_answer_is_an_error_and_not_false() {
    let mut world = World::new("hello");
    assert!(matches!(
        world.asks("conversation.labels[3] == \"x\""),
        Err(ConditionError::Failed { .. })
    ));
    assert!(matches!(
        world.asks("account.fields.age == \"3\""),
        Err(ConditionError::Missing { .. })
    ));
    assert!(matches!(
        world.asks("conversation.message_count"),
        Err(ConditionError::NotBoolean { .. })
    ));
    let timer = Timer {
        name: "due".to_owned(),
        step: "s".to_owned(),
        due: world.event.at,
        payload: String::new(),
    };
    world.event.what = Occurrence::TimerFired { timer };
    assert_eq!(world.asks(r#"event.timer.name == "due""#), Ok(true));
    let error = world.asks(r#"event.message.text == "hello""#).unwrap_err();
    assert_eq!(
        error.to_string(),
        r#"the condition event.message.text == "hello" failed: there is no message here"#
    );
}

#[test]
fn a_false_half_decides_although_the_other_has_no_answer() {
    let world = World::new("hello");
    assert_eq!(
        world.asks(r#"event.timer.name == "due" && conversation.handler == "agent""#),
        Ok(false)
    );
}

#[test]
fn a_group_of_names_is_no_answer() {
    let world = World::new("hello");
    for condition in [
        "event",
        "event.message",
        "event == event",
        "size(account) > 0",
        "conversation in [1]",
        "event[3]",
    ] {
        assert_ne!(world.asks(condition), Ok(true), "{condition}");
    }
    assert_eq!(
        world.asks("[event].exists(e, e.kind == \"message.received\")"),
        Ok(true)
    );
    assert_eq!(world.asks("event[\"message\"].text == \"hello\""), Ok(true));
}

#[test]
fn trying_a_condition_finds_what_only_some_events_have() {
    let condition = Condition::parse(r#"event.message.text != """#).unwrap();
    assert!(condition.try_on(EventKind::MessageReceived).is_ok());
    assert!(condition.try_on(EventKind::AgentReplied).is_ok());
    assert!(condition.try_on(EventKind::TimerFired).is_err());
    let guarded = Condition::parse(r#"has(event.message) && event.message.text != """#).unwrap();
    for kind in EventKind::ALL {
        assert!(guarded.try_on(*kind).is_ok(), "{kind}");
    }
}

#[test]
fn every_name_has_a_value_on_some_event() {
    for name in super::super::condition::NAMES {
        let condition = Condition::parse(&format!("type({name}) != type(null)")).unwrap();
        assert!(
            EventKind::ALL
                .iter()
                .any(|kind| condition.try_on(*kind).is_ok()),
            "{name}"
        );
    }
}

#[test]
fn the_handler_is_asked_by_its_name() {
    let mut world = World::new("hello");
    for handler in Handler::ALL {
        world.conversation.handler = *handler;
        assert_eq!(
            world.asks(&format!("conversation.handler == \"{handler}\"")),
            Ok(true)
        );
    }
}
