//! Examples of every kind of event, to try a condition on before a customer does.

use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::Scope;
use crate::model::{
    Account, AccountId, Author, Category, Conversation, ConversationId, Event, EventId, EventKind,
    Handler, Message, MessageId, Occurrence, Priority, Ticket, TicketId, TicketKind, TicketStatus,
    Timer,
};
use crate::workflow::calendar::{Calendar, Hours};

static ROUND_THE_CLOCK: LazyLock<Calendar> =
    LazyLock::new(|| Hours::round_the_clock().calendar(&TimeZone::UTC));

/// Calls `attempt` with conversations in each state that guards commonly ask for, until it fails.
pub(super) fn every<E>(
    kind: EventKind,
    attempt: impl Fn(&Scope<'_>) -> Result<(), E>,
) -> Result<(), E> {
    let at = Timestamp::UNIX_EPOCH;
    let event = Event {
        id: EventId::new("evt_example"),
        at,
        depth: 0,
        what: occurrence(kind),
    };
    let account = Account::new(AccountId::new("acc_example"), "web/example".to_owned(), at);
    for handler in Handler::ALL {
        for resolved in [false, true] {
            for labelled in [false, true] {
                let mut conversation = conversation(&account);
                conversation.handler = *handler;
                conversation.resolved = resolved;
                if labelled {
                    conversation.language = Some("zh-Hans".to_owned());
                    conversation.labels.push("example".to_owned());
                    conversation.categories.push(Category {
                        name: "complaint".to_owned(),
                        confidence: 1.0,
                    });
                    conversation.message_count = 3;
                }
                attempt(&Scope {
                    desk_name: "Example",
                    calendar: &ROUND_THE_CLOCK,
                    event: &event,
                    conversation: &conversation,
                    account: &account,
                })?;
            }
        }
    }
    Ok(())
}

fn conversation(account: &Account) -> Conversation {
    let id = ConversationId::new("con_example");
    Conversation::new(
        id,
        account.id.clone(),
        "web".to_owned(),
        "example".to_owned(),
        account.created_at,
    )
}

fn message(author: Author) -> Message {
    Message {
        id: MessageId::new("msg_example"),
        number: 1,
        author,
        text: "你好, hello".to_owned(),
        language: Some("zh-Hans".to_owned()),
        sources: Vec::new(),
        at: Timestamp::UNIX_EPOCH,
    }
}

fn ticket() -> Ticket {
    Ticket {
        id: TicketId::new("tic_example"),
        key: "example".to_owned(),
        conversation: ConversationId::new("con_example"),
        account: AccountId::new("acc_example"),
        kind: TicketKind::Complaint,
        department: "example".to_owned(),
        title: String::new(),
        body: String::new(),
        status: TicketStatus::Acknowledged,
        priority: Priority::Normal,
        opened_at: Timestamp::UNIX_EPOCH,
        due: None,
        escalations: 0,
        notified: Vec::new(),
        feedback: None,
        opened_by: String::new(),
        about: Vec::new(),
    }
}

fn occurrence(kind: EventKind) -> Occurrence {
    let at = Timestamp::UNIX_EPOCH;
    match kind {
        EventKind::MessageReceived => Occurrence::MessageReceived {
            message: message(Author::Customer),
        },
        EventKind::AgentReplied => Occurrence::AgentReplied {
            message: message(Author::Agent("example".to_owned())),
        },
        EventKind::TimerFired => {
            let (name, step) = ("example".to_owned(), "example".to_owned());
            Occurrence::TimerFired {
                timer: Timer {
                    name,
                    step,
                    due: at,
                    payload: String::new(),
                },
            }
        }
        EventKind::ConversationResolved => Occurrence::ConversationResolved {
            by: "example".to_owned(),
            summary: None,
        },
        EventKind::SurveyAnswered => Occurrence::SurveyAnswered {
            code: 1,
            text: None,
        },
        EventKind::TicketUpdated => Occurrence::TicketUpdated { ticket: ticket() },
        EventKind::DeskRecovered => Occurrence::DeskRecovered {
            began_at: at,
            ended_at: at,
        },
        EventKind::Announced => Occurrence::Announced {
            name: "example".to_owned(),
            value: "null".to_owned(),
        },
    }
}
