//! Model → contract.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::super::capabilities::clock::rfc3339;
use super::v0_1::switchboard::plugin::types as wit;
use crate::model::{
    Author, Category, Context, Effect, Event, Handler, Message, Moment, Occurrence, Priority,
    Promise, PromiseStatus, Stage, SurveyStatus, Ticket, TicketKind, TicketStatus, Timer,
};

/// Times leave the host with the desk's offset.
pub(in super::super) struct ToGuest<'a> {
    pub(in super::super) zone: &'a TimeZone,
}

impl ToGuest<'_> {
    fn time(&self, at: Timestamp) -> String {
        rfc3339(at, self.zone)
    }

    pub(in super::super) fn context(&self, context: &Context<'_>) -> wit::Context {
        let desk = &context.desk;
        let account = &context.account;
        let fields = account.fields.iter().map(|(name, value)| wit::Field {
            name: name.clone(),
            value: value.clone(),
        });
        wit::Context {
            desk: wit::Desk {
                name: desk.name.clone(),
                time_zone: desk.time_zone.clone(),
                languages: desk.languages.clone(),
            },
            account: wit::Account {
                id: account.id.as_str().to_owned(),
                name: account.name.clone(),
                language: account.language.clone(),
                fields: fields.collect(),
                conversation_count: account.conversation_count,
                open_complaints: account.open_complaints,
            },
            conversation: self.conversation(context),
            draft: context.draft.iter().map(|e| self.effect(e)).collect(),
        }
    }

    fn conversation(&self, context: &Context<'_>) -> wit::Conversation {
        let view = &context.conversation;
        let state = &view.state;
        wit::Conversation {
            id: state.id.as_str().to_owned(),
            channel: state.channel.clone(),
            opened_at: self.time(state.opened_at),
            resolved: state.resolved,
            handler: match state.handler {
                Handler::Bot => wit::Handler::Bot,
                Handler::Queue => wit::Handler::Queue,
                Handler::Agent => wit::Handler::Agent,
            },
            language: state.language.clone(),
            categories: state.categories.iter().map(category).collect(),
            priority: priority(state.priority),
            stage: state.stage.map(stage),
            labels: state.labels.clone(),
            tickets: state.tickets.iter().map(|t| self.ticket(t)).collect(),
            timers: state.timers.iter().map(|t| self.timer(t)).collect(),
            promises: state.promises.iter().map(|p| self.promise(p)).collect(),
            survey: match state.survey {
                SurveyStatus::NotAsked => wit::SurveyStatus::NotAsked,
                SurveyStatus::Asked => wit::SurveyStatus::Asked,
                SurveyStatus::Answered => wit::SurveyStatus::Answered,
            },
            message_count: state.message_count,
            messages: view.messages.iter().map(|m| self.message(m)).collect(),
        }
    }

    pub(in super::super) fn message(&self, message: &Message) -> wit::Message {
        let (author, author_name) = match &message.author {
            Author::Customer => (wit::AuthorKind::Customer, None),
            Author::Step(name) => (wit::AuthorKind::Step, Some(name.clone())),
            Author::Agent(name) => (wit::AuthorKind::Agent, Some(name.clone())),
            Author::Host => (wit::AuthorKind::Host, None),
        };
        wit::Message {
            id: message.id.as_str().to_owned(),
            author,
            author_name,
            text: message.text.clone(),
            language: message.language.clone(),
            sent_at: self.time(message.at),
        }
    }

    fn ticket(&self, ticket: &Ticket) -> wit::Ticket {
        wit::Ticket {
            id: ticket.id.as_str().to_owned(),
            key: ticket.key.clone(),
            kind: ticket_kind(ticket.kind),
            department: ticket.department.clone(),
            title: ticket.title.clone(),
            status: match ticket.status {
                TicketStatus::Opened => wit::TicketStatus::Opened,
                TicketStatus::Acknowledged => wit::TicketStatus::Acknowledged,
                TicketStatus::InProgress => wit::TicketStatus::InProgress,
                TicketStatus::Closed => wit::TicketStatus::Closed,
            },
            priority: priority(ticket.priority),
            opened_at: self.time(ticket.opened_at),
            due: ticket.due.map(|due| self.time(due)),
            escalations: ticket.escalations,
            feedback: ticket.feedback.clone(),
        }
    }

    fn timer(&self, timer: &Timer) -> wit::Timer {
        wit::Timer {
            name: timer.name.clone(),
            due: self.time(timer.due),
            payload: timer.payload.clone(),
        }
    }

    fn promise(&self, promise: &Promise) -> wit::Promise {
        wit::Promise {
            text: promise.text.clone(),
            due: self.time(promise.due),
            owner: promise.owner.clone(),
            status: match promise.status {
                PromiseStatus::Open => wit::PromiseStatus::Open,
                PromiseStatus::Kept => wit::PromiseStatus::Kept,
                PromiseStatus::Broken => wit::PromiseStatus::Broken,
            },
        }
    }

    pub(in super::super) fn event(&self, event: &Event) -> wit::Event {
        wit::Event {
            id: event.id.as_str().to_owned(),
            at: self.time(event.at),
            what: self.occurrence(&event.what),
        }
    }

    fn occurrence(&self, what: &Occurrence) -> wit::Occurrence {
        use wit::Occurrence as W;
        match what {
            Occurrence::MessageReceived { message } => W::MessageReceived(self.message(message)),
            Occurrence::AgentReplied { message } => W::AgentReplied(self.message(message)),
            Occurrence::TimerFired { timer } => W::TimerFired(self.timer(timer)),
            Occurrence::ConversationResolved { by, summary } => {
                W::ConversationResolved(wit::Resolution {
                    by: by.clone(),
                    summary: summary.clone(),
                })
            }
            Occurrence::SurveyAnswered { code, text } => W::SurveyAnswered(wit::SurveyAnswer {
                code: *code,
                text: text.clone(),
            }),
            Occurrence::TicketUpdated { ticket } => W::TicketUpdated(self.ticket(ticket)),
            Occurrence::DeskRecovered { began_at, ended_at } => W::DeskRecovered(wit::Outage {
                began_at: self.time(*began_at),
                ended_at: self.time(*ended_at),
            }),
            Occurrence::Announced { name, value } => W::Announced(wit::Field {
                name: name.clone(),
                value: value.clone(),
            }),
        }
    }

    fn moment(&self, moment: &Moment) -> wit::Moment {
        match moment {
            Moment::At(at) => wit::Moment::At(self.time(*at)),
            Moment::AfterSeconds(seconds) => wit::Moment::AfterSeconds(*seconds),
            Moment::AfterBusinessSeconds(seconds) => wit::Moment::AfterBusinessSeconds(*seconds),
        }
    }

    fn effect(&self, effect: &Effect) -> wit::Effect {
        use wit::Effect as W;
        match effect {
            Effect::Reply(reply) => W::Reply(wit::Reply {
                text: reply.text.clone(),
                language: reply.language.clone(),
                sources: reply.sources.clone(),
            }),
            Effect::Note(text) => W::Note(text.clone()),
            Effect::SetLanguage(language) => W::SetLanguage(language.clone()),
            Effect::SetCategories(all) => W::SetCategories(all.iter().map(category).collect()),
            Effect::SetPriority(value) => W::SetPriority(priority(*value)),
            Effect::SetStage(value) => W::SetStage(stage(*value)),
            Effect::AddLabel(label) => W::AddLabel(label.clone()),
            Effect::RemoveLabel(label) => W::RemoveLabel(label.clone()),
            Effect::SetField { name, value } => W::SetField(wit::Field {
                name: name.clone(),
                value: value.clone(),
            }),
            Effect::OpenTicket(draft) => W::OpenTicket(wit::TicketDraft {
                key: draft.key.clone(),
                kind: ticket_kind(draft.kind),
                department: draft.department.clone(),
                title: draft.title.clone(),
                body: draft.body.clone(),
                priority: priority(draft.priority),
                due: draft.due.as_ref().map(|due| self.moment(due)),
                notify: draft.notify.clone(),
            }),
            Effect::EscalateTicket(escalation) => W::EscalateTicket(wit::Escalation {
                key: escalation.key.clone(),
                notify: escalation.notify.clone(),
                reason: escalation.reason.clone(),
            }),
            Effect::Notify(notification) => W::Notify(wit::Notification {
                to: notification.to.clone(),
                text: notification.text.clone(),
            }),
            Effect::SetTimer(timer) => W::SetTimer(wit::TimerDraft {
                name: timer.name.clone(),
                due: self.moment(&timer.due),
                payload: timer.payload.clone(),
            }),
            Effect::CancelTimer(name) => W::CancelTimer(name.clone()),
            Effect::RecordPromise(promise) => W::RecordPromise(wit::PromiseDraft {
                text: promise.text.clone(),
                due: self.moment(&promise.due),
                owner: promise.owner.clone(),
            }),
            Effect::AskSurvey => W::AskSurvey,
            Effect::RecordSurvey(result) => W::RecordSurvey(wit::SurveyResult {
                code: result.code,
                points: result.points,
                reason: result.reason.clone(),
            }),
            Effect::HandOver(handover) => W::HandOver(wit::Handover {
                team: handover.team.clone(),
                reason: handover.reason.clone(),
            }),
            Effect::Resolve(summary) => W::Resolve(summary.clone()),
            Effect::Reopen(reason) => W::Reopen(reason.clone()),
            Effect::Announce { name, value } => W::Announce(wit::Field {
                name: name.clone(),
                value: value.clone(),
            }),
        }
    }
}

fn category(category: &Category) -> wit::Category {
    wit::Category {
        name: category.name.clone(),
        confidence: category.confidence,
    }
}

fn priority(priority: Priority) -> wit::Priority {
    match priority {
        Priority::Low => wit::Priority::Low,
        Priority::Normal => wit::Priority::Normal,
        Priority::High => wit::Priority::High,
        Priority::Urgent => wit::Priority::Urgent,
    }
}

fn stage(stage: Stage) -> wit::Stage {
    match stage {
        Stage::PreSale => wit::Stage::PreSale,
        Stage::InSale => wit::Stage::InSale,
        Stage::AfterSale => wit::Stage::AfterSale,
    }
}

fn ticket_kind(kind: TicketKind) -> wit::TicketKind {
    match kind {
        TicketKind::Complaint => wit::TicketKind::Complaint,
        TicketKind::Suggestion => wit::TicketKind::Suggestion,
        TicketKind::Repair => wit::TicketKind::Repair,
        TicketKind::Order => wit::TicketKind::Order,
        TicketKind::Lead => wit::TicketKind::Lead,
        TicketKind::Question => wit::TicketKind::Question,
        TicketKind::Emergency => wit::TicketKind::Emergency,
    }
}
