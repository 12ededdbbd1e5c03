//! `POST /api/v1/messages`: what a customer writes.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};

use super::{Api, Problem};
use crate::engine::{Answer, Inbound, Request};
use crate::model::{Author, Category, Change, ConversationId, Run, Ticket};

/// The channel of messages that name none.
pub(crate) const DEFAULT_CHANNEL: &str = "api";

/// A customer's message.
#[derive(Debug, Deserialize)]
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
}

/// What happened to a message.
#[derive(Debug, Serialize)]
pub(crate) struct Received<'a> {
    conversation: &'a str,
    message: &'a str,
    run: &'a str,
    replies: Vec<ReplyView<'a>>,
    /// The surest of the categories.
    category: Option<&'a str>,
    categories: &'a [Category],
    tickets: Vec<&'a Ticket>,
    language: Option<&'a str>,
    handler: String,
}

/// A text for the customer.
#[derive(Debug, Serialize)]
pub(crate) struct ReplyView<'a> {
    message: &'a str,
    by: &'a str,
    text: &'a str,
    language: Option<&'a str>,
    sources: &'a [String],
    at: jiff::Timestamp,
}

/// Takes a message in; answers once it and everything that it led to is durable.
pub(crate) async fn receive(
    State(api): State<Api>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<(StatusCode, Json<serde_json::Value>), Problem> {
    let message: NewMessage = super::problem::json(&headers, &body)?;
    let key = headers.get("idempotency-key").map(|key| {
        key.to_str().map(str::to_owned).map_err(|_| Problem::bad_request("Idempotency-Key: use visible ASCII characters"))
    });
    let request = Request::Message(Inbound {
        channel: message.channel.unwrap_or_else(|| DEFAULT_CHANNEL.to_owned()),
        contact: message.contact,
        account: None,
        conversation: message.conversation.map(ConversationId::new),
        text: message.text,
        key: key.transpose()?,
    });
    let Answer { run, .. } = api.engine.submit(request).await?;
    Ok((StatusCode::OK, Json(answer(&run))))
}

/// What a run did, for whoever sent its message: a function of the run alone, so that the same question gets the same
/// answer again.
pub(crate) fn answer(run: &Run) -> serde_json::Value {
    let mut state = run.before.clone();
    for entry in run.entries.iter().filter(|entry| !matches!(entry.change, Change::Received { .. })) {
        state.apply(&entry.change, run.event.at);
    }
    let replies = run.entries.iter().filter_map(|entry| match &entry.change {
        Change::Replied { message } => Some(ReplyView {
            message: message.id.as_str(),
            by: match &message.author {
                Author::Step(name) | Author::Agent(name) => name,
                Author::Host | Author::Customer => "host",
            },
            text: &message.text,
            language: message.language.as_deref(),
            sources: &message.sources,
            at: message.at,
        }),
        _ => None,
    });
    let tickets = run.entries.iter().filter_map(|entry| match &entry.change {
        Change::TicketOpened { ticket } | Change::TicketAppended { ticket, .. } => Some(ticket),
        _ => None,
    });
    let received = Received {
        conversation: run.before.id.as_str(),
        message: run.event.message().map_or("", |message| message.id.as_str()),
        run: run.id.as_str(),
        replies: replies.collect(),
        category: state.categories.first().map(|category| category.name.as_str()),
        categories: &state.categories,
        tickets: tickets.collect(),
        language: state.language.as_deref(),
        handler: state.handler.to_string(),
    };
    serde_json::to_value(&received).unwrap_or_default()
}
