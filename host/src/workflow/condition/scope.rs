//! What a condition may name, and where it comes from.

use std::collections::HashMap;

use cel::ExecutionError;
use cel::common::traits::Indexer;
use cel::common::types::{CelBool, CelInt, CelList, CelMap, CelMapKey, CelString, DYN_TYPE, Type};
use cel::common::value::{CowVal, Val};
use cel::context::VariableResolver;

use crate::model::{
    Account, Author, Conversation, Event, Message, Occurrence, Ticket, TicketStatus,
};
use crate::workflow::calendar::Calendar;

/// What a condition is asked about. Nothing of it is copied unless the condition names it.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    /// The desk's name.
    pub desk_name: &'a str,
    /// The desk's hours.
    pub calendar: &'a Calendar,
    /// What happened.
    pub event: &'a Event,
    /// The conversation, with what earlier steps of the run asked for.
    pub conversation: &'a Conversation,
    /// The customer.
    pub account: &'a Account,
}

/// Everything that a condition may name. A text that isn't known is empty; what belongs to another kind of event than
/// this one isn't there.
pub(in crate::workflow) const NAMES: &[&str] = &[
    "event.id",
    "event.kind",
    "event.message.text",
    "event.message.language",
    "event.message.author",
    "event.timer.name",
    "event.timer.step",
    "event.ticket.key",
    "event.ticket.kind",
    "event.ticket.department",
    "event.ticket.status",
    "event.ticket.priority",
    "event.ticket.escalations",
    "event.survey.code",
    "event.resolution.by",
    "event.announced.name",
    "conversation.id",
    "conversation.channel",
    "conversation.handler",
    "conversation.team",
    "conversation.resolved",
    "conversation.language",
    "conversation.priority",
    "conversation.stage",
    "conversation.survey",
    "conversation.labels",
    "conversation.categories",
    "conversation.open_tickets",
    "conversation.message_count",
    "account.id",
    "account.name",
    "account.language",
    "account.fields",
    "account.conversation_count",
    "account.open_complaints",
    "desk.name",
    "desk.open",
];

type Leaf<'a> = Box<dyn Val + 'a>;

impl<'a> Scope<'a> {
    fn leaf(&self, name: &str) -> Option<Leaf<'a>> {
        let (root, rest) = name.split_once('.')?;
        match root {
            "event" => self.event(rest),
            "conversation" => self.conversation(rest),
            "account" => self.account(rest),
            "desk" => match rest {
                "name" => Some(text(self.desk_name)),
                "open" => Some(Box::new(CelBool::from(
                    self.calendar.is_open(self.event.at),
                ))),
                _ => None,
            },
            _ => None,
        }
    }

    fn event(&self, name: &str) -> Option<Leaf<'a>> {
        match name.split_once('.') {
            None => match name {
                "id" => Some(text(self.event.id.as_str())),
                "kind" => Some(text(self.event.kind().as_str())),
                _ => None,
            },
            Some((part, field)) => occurrence(&self.event.what, part, field),
        }
    }

    fn conversation(&self, name: &str) -> Option<Leaf<'a>> {
        let conversation = self.conversation;
        Some(match name {
            "id" => text(conversation.id.as_str()),
            "channel" => text(&conversation.channel),
            "handler" => text(conversation.handler.as_str()),
            "team" => optional(conversation.team.as_deref()),
            "resolved" => Box::new(CelBool::from(conversation.resolved)),
            "language" => optional(conversation.language.as_deref()),
            "priority" => text(conversation.priority.as_str()),
            "stage" => optional(conversation.stage.map(crate::model::Stage::as_str)),
            "survey" => text(conversation.survey.as_str()),
            "labels" => list(conversation.labels.iter().map(String::as_str)),
            "categories" => list(
                conversation
                    .categories
                    .iter()
                    .map(|category| category.name.as_str()),
            ),
            "open_tickets" => {
                let open = |ticket: &&Ticket| ticket.status != TicketStatus::Closed;
                list(
                    conversation
                        .tickets
                        .iter()
                        .filter(open)
                        .map(|ticket| ticket.kind.as_str()),
                )
            }
            "message_count" => number(conversation.message_count),
            _ => return None,
        })
    }

    fn account(&self, name: &str) -> Option<Leaf<'a>> {
        let account = self.account;
        Some(match name {
            "id" => text(account.id.as_str()),
            "name" => optional(account.name.as_deref()),
            "language" => optional(account.language.as_deref()),
            "fields" => record(
                account
                    .fields
                    .iter()
                    .map(|(name, value)| (name.as_str(), text(value))),
            ),
            "conversation_count" => {
                number(u32::try_from(account.conversations.len()).unwrap_or(u32::MAX))
            }
            "open_complaints" => number(account.open_complaints),
            _ => return None,
        })
    }

    /// A name with parts, such as `event.message` or `conversation`, where any of its parts is there.
    fn group(&self, name: &str) -> Option<Leaf<'a>> {
        let mut members = NAMES.iter().filter_map(|known| {
            let rest = known.strip_prefix(name)?;
            if rest.starts_with('.') {
                known.get(..name.len()).map(|name| (*known, name))
            } else {
                None
            }
        });
        let (_, name) = members.find(|(known, _)| self.leaf(known).is_some())?;
        Some(Box::new(Group { scope: *self, name }))
    }
}

/// A name with parts. Only the part that is asked for is built.
#[derive(Clone, Copy, Debug)]
struct Group<'a> {
    scope: Scope<'a>,
    name: &'static str,
}

impl Val for Group<'_> {
    fn get_type(&self) -> &Type {
        &DYN_TYPE
    }

    fn cel_type() -> &'static Type {
        &DYN_TYPE
    }

    fn as_indexer<'b, 'v>(&'b self) -> Option<&'b (dyn Indexer + 'v)>
    where
        Self: 'v,
    {
        Some(self)
    }

    fn clone_as_boxed<'v>(&self) -> Box<dyn Val + 'v>
    where
        Self: 'v,
    {
        Box::new(*self)
    }
}

impl Indexer for Group<'_> {
    fn get<'b, 'v>(&'b self, field: &dyn Val) -> Result<CowVal<'b, 'v>, ExecutionError>
    where
        Self: 'v,
    {
        let Some(field) = field.downcast_ref::<CelString<'_>>() else {
            return Err(ExecutionError::no_such_key("such part"));
        };
        let full = format!("{}.{}", self.name, field.inner());
        let part = self.scope.leaf(&full).or_else(|| self.scope.group(&full));
        part.map(CowVal::Owned)
            .ok_or_else(|| ExecutionError::no_such_key(field.inner()))
    }

    fn steal<'v>(self: Box<Self>, field: &dyn Val) -> Result<Box<dyn Val + 'v>, ExecutionError>
    where
        Self: 'v,
    {
        self.get(field).map(CowVal::into_owned)
    }
}

impl VariableResolver for Scope<'_> {
    fn resolve<'b>(&'b self, name: &str) -> Option<CowVal<'b, 'b>> {
        self.leaf(name)
            .or_else(|| self.group(name))
            .map(CowVal::Owned)
    }
}

fn occurrence<'a>(what: &'a Occurrence, part: &str, field: &str) -> Option<Leaf<'a>> {
    match (what, part, field) {
        (
            Occurrence::MessageReceived { message: it } | Occurrence::AgentReplied { message: it },
            "message",
            _,
        ) => message(it, field),
        (Occurrence::TimerFired { timer }, "timer", "name") => Some(text(&timer.name)),
        (Occurrence::TimerFired { timer }, "timer", "step") => Some(text(&timer.step)),
        (Occurrence::TicketUpdated { ticket: it }, "ticket", _) => ticket(it, field),
        (Occurrence::SurveyAnswered { code, .. }, "survey", "code") => Some(number(*code)),
        (Occurrence::ConversationResolved { by, .. }, "resolution", "by") => Some(text(by)),
        (Occurrence::Announced { name, .. }, "announced", "name") => Some(text(name)),
        _ => None,
    }
}

fn message<'a>(message: &'a Message, field: &str) -> Option<Leaf<'a>> {
    Some(match field {
        "text" => text(&message.text),
        "language" => optional(message.language.as_deref()),
        "author" => match &message.author {
            Author::Customer => text("customer"),
            Author::Host => text("host"),
            Author::Step(_) => text("step"),
            Author::Agent(_) => text("agent"),
        },
        _ => return None,
    })
}

fn ticket<'a>(ticket: &'a Ticket, field: &str) -> Option<Leaf<'a>> {
    Some(match field {
        "key" => text(&ticket.key),
        "kind" => text(ticket.kind.as_str()),
        "department" => text(&ticket.department),
        "status" => text(ticket.status.as_str()),
        "priority" => text(ticket.priority.as_str()),
        "escalations" => number(ticket.escalations),
        _ => return None,
    })
}

fn text(value: &str) -> Leaf<'_> {
    Box::new(CelString::from(value))
}

fn optional(value: Option<&str>) -> Leaf<'_> {
    text(value.unwrap_or_default())
}

fn number<'a>(value: u32) -> Leaf<'a> {
    Box::new(CelInt::from(i64::from(value)))
}

fn list<'a>(values: impl Iterator<Item = &'a str>) -> Leaf<'a> {
    Box::new(CelList::from(values.map(text).collect::<Vec<_>>()))
}

fn record<'a>(fields: impl IntoIterator<Item = (&'a str, Leaf<'a>)>) -> Leaf<'a> {
    let fields = fields
        .into_iter()
        .map(|(name, value)| (CelMapKey::String(CelString::from(name)), value));
    Box::new(CelMap::from(fields.collect::<HashMap<_, _>>()))
}
