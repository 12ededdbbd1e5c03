//! `/chat`: a page where a visitor talks to the desk, and the two endpoints behind it.
//!
//! The page makes a secret of 128 bits and keeps it; whoever shows it is that visitor. Only its digest is kept and
//! shown to agents and plugins, so nobody who reads a conversation can speak in it. The secret travels in a header,
//! never in an address. A visitor sees the messages of its own current conversation and nothing else: no notes, no
//! labels, no tickets.

mod page;

use std::net::{IpAddr, SocketAddr};
use std::time::Instant;

use axum::Json;
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::response::sse::Event;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;

pub(crate) use page::{script, show, style};
// The document is made from what the macro wrote beside each handler.
pub(crate) use page::{__path_script, __path_show, __path_style};

use super::events::{last_event_id, messages_of, stream};
use super::extract::{Strict, idempotency_key};
use super::guard::Peer;
use super::limiter::address;
use super::messages::state_after;
use super::views::MessageView;
use super::{Api, Problem, proxies};
use crate::engine::{Inbound, Request};
use crate::model::{ConversationId, Run};

/// The channel of the chat page.
const CHANNEL: &str = "web";
/// The header that carries the visitor's secret.
const VISITOR: &str = "x-switchboard-visitor";

/// What a visitor writes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChatMessage {
    /// What.
    text: String,
}

/// What one run added, as its visitor may see it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChatEvent {
    /// Which of the visitor's conversations, one after the other; says nothing outside the chat.
    thread: String,
    /// Messages, in order.
    messages: Vec<ChatLine>,
    /// Who answers now: `bot`, `queue` or `agent`.
    handler: &'static str,
}

/// A message as its visitor may see it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChatLine {
    /// Its number in the thread.
    number: u32,
    /// `you`, `desk` or `person`.
    from: &'static str,
    /// The person's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// What it says.
    text: String,
    /// In which language.
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<String>,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: jiff::Timestamp,
}

impl From<MessageView> for ChatLine {
    fn from(message: MessageView) -> Self {
        let (from, name) = match message.author {
            "customer" => ("you", None),
            "agent" => ("person", message.author_name),
            _ => ("desk", None),
        };
        let MessageView {
            number,
            text,
            language,
            at,
            ..
        } = message;
        Self {
            number,
            from,
            name,
            text,
            language,
            at,
        }
    }
}

impl ChatEvent {
    fn of(run: &Run) -> Self {
        Self {
            thread: thread_of(&run.before.id),
            messages: messages_of(run).into_iter().map(ChatLine::from).collect(),
            handler: state_after(run).handler.as_str(),
        }
    }
}

/// A visitor writes
///
/// The same `Idempotency-Key` gives the same answer and has no second effect, so a page may send again what it isn't
/// sure of.
#[utoipa::path(
    post, path = "/chat/messages", tag = "chat", request_body = ChatMessage,
    params(("X-Switchboard-Visitor" = String, Header, description = "the visitor's secret: 32 hexadecimal digits"),
        ("Idempotency-Key" = Option<String>, Header, description = "the page's own name for the message")),
    responses((status = 200, body = ChatEvent),
        (status = 429, body = Problem, content_type = "application/problem+json"),
        (status = "4XX", body = Problem, content_type = "application/problem+json"))
)]
pub(crate) async fn receive(
    State(api): State<Api>,
    Extension(Peer(peer)): Extension<Peer>,
    headers: HeaderMap,
    Strict(message): Strict<ChatMessage>,
) -> Result<Json<ChatEvent>, Problem> {
    let contact = contact(&headers)?;
    limit(&api, &contact, caller(&api, peer, &headers))?;
    let request = Request::Message(Inbound {
        channel: CHANNEL.to_owned(),
        contact,
        account: None,
        conversation: None,
        text: message.text,
        key: idempotency_key(&headers)?,
        sent_at: None,
    });
    let done = api.engine.submit(request).await?;
    Ok(Json(ChatEvent::of(&done.run)))
}

/// Follow the visitor's conversation
///
/// Server-sent events with what was said so far and what is said from now on. `Last-Event-ID` goes on from there. 404
/// until the visitor has written something.
#[utoipa::path(
    get, path = "/chat/events", tag = "chat",
    params(("X-Switchboard-Visitor" = String, Header, description = "the visitor's secret: 32 hexadecimal digits"),
        ("Last-Event-ID" = Option<String>, Header, description = "the last event that the page has")),
    responses((status = 200, body = ChatEvent, content_type = "text/event-stream"),
        (status = 429, body = Problem, content_type = "application/problem+json"),
        (status = "4XX", body = Problem, content_type = "application/problem+json"))
)]
pub(crate) async fn follow(
    State(api): State<Api>,
    Extension(Peer(peer)): Extension<Peer>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let contact = contact(&headers)?;
    limit_address(&api, caller(&api, peer, &headers))?;
    let current = api
        .read(move |core| core.current_conversation(CHANNEL, &contact))
        .await?;
    let Some(id) = current else {
        return Err(Problem::not_found(
            "nothing was said yet; write something first",
        ));
    };
    let thread = thread_of(&id);
    let last = match last_event_id(&headers)?.and_then(|id| id.split_once('.')) {
        Some((known, number)) if known == thread => number.parse().unwrap_or(0),
        _ => 0,
    };
    let render = move |run: &Run, number: u32| {
        let event = ChatEvent::of(run);
        if event.messages.is_empty() && number != last + 1 {
            return None;
        }
        let data = serde_json::to_string(&event).ok()?;
        Some(
            Event::default()
                .id(format!("{}.{number}", event.thread))
                .data(data),
        )
    };
    stream(&api, id, last, render)
}

/// The visitor's name on the channel, from its secret.
fn contact(headers: &HeaderMap) -> Result<String, Problem> {
    let secret = headers
        .get(VISITOR)
        .and_then(|secret| secret.to_str().ok())
        .unwrap_or("");
    let well_formed = secret.len() == 32
        && secret
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if !well_formed {
        return Err(Problem::bad_request(
            "X-Switchboard-Visitor: give the visitor's secret, 32 random hexadecimal digits in lower case",
        ));
    }
    Ok(format!("visitor-{}", short_digest(secret, 16)))
}

fn thread_of(id: &ConversationId) -> String {
    short_digest(id.as_str(), 4)
}

/// The first bytes of a text's SHA-256, in hexadecimal.
fn short_digest(text: &str, bytes: usize) -> String {
    Sha256::digest(text)
        .iter()
        .take(bytes)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn caller(api: &Api, peer: SocketAddr, headers: &HeaderMap) -> IpAddr {
    proxies::caller(peer.ip(), headers, &api.config.trusted_proxies)
}

fn limit(api: &Api, contact: &str, ip: IpAddr) -> Result<(), Problem> {
    limit_address(api, ip)?;
    api.visitors
        .take(contact.to_owned(), Instant::now())
        .map_err(too_many)
}

/// Counts a call of anybody's against the caller's address.
pub(super) fn limit_caller(
    api: &Api,
    peer: SocketAddr,
    headers: &HeaderMap,
) -> Result<(), Problem> {
    limit_address(api, caller(api, peer, headers))
}

fn limit_address(api: &Api, ip: IpAddr) -> Result<(), Problem> {
    api.addresses
        .take(address(ip), Instant::now())
        .map_err(too_many)
}

fn too_many(wait: std::time::Duration) -> Problem {
    let seconds = wait.as_secs_f64().ceil().max(1.0);
    Problem::new(
        StatusCode::TOO_MANY_REQUESTS,
        format!("too much at once; try again in {seconds} s"),
    )
    .retry_after(seconds as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_visitor_is_known_by_a_digest_of_its_secret() {
        let of = |secret: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(VISITOR, secret.parse().unwrap());
            contact(&headers)
        };
        let secret = "0123456789abcdef0123456789abcdef";
        let contact = of(secret).unwrap();
        assert!(contact.starts_with("visitor-") && !contact.contains(secret));
        assert_eq!(of(secret).unwrap(), contact);
        assert_ne!(of("0123456789abcdef0123456789abcdee").unwrap(), contact);
        for wrong in [
            "",
            "short",
            "0123456789ABCDEF0123456789ABCDEF",
            "0123456789abcdef0123456789abcdef0",
        ] {
            assert!(of(wrong).is_err(), "{wrong}");
        }
    }
}
