//! `POST /api/v1/messages`: what a customer writes.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::extract::{Strict, idempotency_key};
use super::views::{CategoryView, TicketView};
use super::{Api, Problem};
use crate::engine::{Answer, Inbound, Request};
use crate::model::{Author, Change, Conversation, ConversationId, Run};

/// The channel of messages that name none.
pub(crate) const DEFAULT_CHANNEL: &str = "api";

/// A customer's message.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewMessage {
    /// The customer's name on the channel.
    contact: String,
    /// What the customer writes.
    text: String,
    /// The channel; `api` if left out.
    channel: Option<String>,
    /// The conversation to go on with; the contact's current one if left out.
    conversation: Option<String>,
    /// When the customer sent it, where that was earlier (RFC 3339 with an offset): whoever wrote while the host was
    /// down hears an explanation first.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    sent_at: Option<jiff::Timestamp>,
}

/// What came of a request that a run answered.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Received {
    /// The conversation.
    conversation: String,
    /// The message that came in; empty where none did.
    message: String,
    /// The run; its trace is at `/api/v1/runs/{id}`.
    run: String,
    /// Texts to the customer, in order.
    replies: Vec<ReplyView>,
    /// The surest of the categories.
    category: Option<String>,
    /// What the conversation is about, surest first.
    categories: Vec<CategoryView>,
    /// Tickets that were opened or changed.
    tickets: Vec<TicketView>,
    /// What the customer speaks.
    language: Option<String>,
    /// Who answers the customer now: `bot`, `queue` or `agent`.
    handler: String,
    /// The desk's time zone, by its name in the IANA database: for showing times as the desk's people read them.
    time_zone: String,
}

/// A text to the customer.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReplyView {
    /// Its id.
    message: String,
    /// A step's or agent's name, or `host`.
    by: String,
    /// What it says.
    text: String,
    /// In which language.
    language: Option<String>,
    /// Articles that its facts come from.
    sources: Vec<String>,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: jiff::Timestamp,
}

/// A customer writes
///
/// Answers once the message and everything that it led to is durable. The same `Idempotency-Key` (within seven days)
/// gives the same answer and has no second effect.
#[utoipa::path(
    post, path = "/api/v1/messages", tag = "conversations", request_body = NewMessage,
    params(("Idempotency-Key" = Option<String>, Header, description = "the sender's own name for the message")),
    responses((status = 200, body = Received), (status = "4XX", body = Problem, content_type = "application/problem+json"))
)]
pub(crate) async fn receive(
    State(api): State<Api>,
    headers: HeaderMap,
    Strict(message): Strict<NewMessage>,
) -> Result<Json<Received>, Problem> {
    let request = Request::Message(Inbound {
        channel: message
            .channel
            .unwrap_or_else(|| DEFAULT_CHANNEL.to_owned()),
        contact: message.contact,
        account: None,
        conversation: message.conversation.map(ConversationId::new),
        text: message.text,
        key: idempotency_key(&headers)?,
        sent_at: message.sent_at,
    });
    let Answer { run, .. } = api.engine.submit(request).await?;
    crash_point!("api::answering");
    Ok(Json(answer(&run, &api)))
}

/// What a run did, for whoever caused it: a function of the run and the desk's zone alone, so that the same question gets the same answer
/// again.
pub(crate) fn answer(run: &Run, api: &Api) -> Received {
    let state = state_after(run);
    let replies = run.entries.iter().filter_map(|entry| match &entry.change {
        Change::Replied { message } => Some(ReplyView {
            message: message.id.to_string(),
            by: match &message.author {
                Author::Step(name) | Author::Agent(name) => name.clone(),
                Author::Host | Author::Customer => "host".to_owned(),
            },
            text: message.text.clone(),
            language: message.language.clone(),
            sources: message.sources.clone(),
            at: message.at,
        }),
        _ => None,
    });
    let tickets = run.entries.iter().filter_map(|entry| match &entry.change {
        Change::TicketOpened { ticket }
        | Change::TicketAppended { ticket, .. }
        | Change::TicketMoved { ticket } => Some(TicketView::from(ticket)),
        _ => None,
    });
    Received {
        conversation: run.before.id.to_string(),
        message: run
            .event
            .message()
            .map_or_else(String::new, |message| message.id.to_string()),
        run: run.id.to_string(),
        replies: replies.collect(),
        category: state
            .categories
            .first()
            .map(|category| category.name.clone()),
        tickets: tickets.collect(),
        language: state.language.clone(),
        handler: state.handler.to_string(),
        time_zone: api.engine.core().desk().time_zone_name.clone(),
        categories: state.categories.iter().map(CategoryView::from).collect(),
    }
}

/// The conversation as the run left it. (What the event itself changed is in `before` already; once more does nothing.)
pub(crate) fn state_after(run: &Run) -> Conversation {
    let mut state = run.before.clone();
    for entry in &run.entries {
        state.apply(&entry.change, run.event.at);
    }
    state
}
