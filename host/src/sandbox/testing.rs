//! What the tests of this room share.

use std::borrow::Cow;

use jiff::Timestamp;

use crate::model::{
    AccountId, AccountView, Author, Context, Conversation, ConversationId, ConversationView,
    DeskView, Event, EventId, Message, MessageId, Occurrence,
};

pub(super) fn at() -> Timestamp {
    "2026-03-10T03:59:40Z".parse().unwrap()
}

pub(super) fn message(text: &str) -> Message {
    Message {
        id: MessageId::new("msg_1"),
        number: 1,
        author: Author::Customer,
        text: text.to_owned(),
        language: None,
        sources: Vec::new(),
        at: at(),
    }
}

pub(super) fn context() -> Context<'static> {
    let account = AccountId::new("acc_1");
    Context {
        desk: Cow::Owned(DeskView {
            name: "Blue Whale Toys".to_owned(),
            time_zone: "Asia/Shanghai".to_owned(),
            languages: vec!["zh-Hans".to_owned()],
        }),
        account: AccountView {
            id: account.clone(),
            name: None,
            language: None,
            fields: Vec::new(),
            conversation_count: 1,
            open_complaints: 0,
        },
        conversation: ConversationView {
            state: Cow::Owned(Conversation::new(
                ConversationId::new("con_1"),
                account,
                "web".to_owned(),
                "li".to_owned(),
                at(),
            )),
            messages: Cow::Owned(vec![message("你好")]),
        },
        draft: Cow::default(),
    }
}

pub(super) fn message_event(text: &str) -> Event {
    Event {
        id: EventId::new("evt_1"),
        at: at(),
        depth: 0,
        what: Occurrence::MessageReceived {
            message: message(text),
        },
    }
}
