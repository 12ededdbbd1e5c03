//! `/chat`: a page where a visitor talks to the desk; `/widget.js`, which puts the same page into a frame on another
//! site; and the endpoints behind both.
//!
//! - `page`: the files; `visitor`, `identity`: who a visitor is; `live`: how the conversation stands;
//! - `history`: what was said before, for those who are known.
//!
//! The page makes a secret of 128 bits and keeps it; whoever shows it is that visitor. Only its digest is kept and
//! shown to agents and plugins, so nobody who reads a conversation can speak in it. The secret travels in a header,
//! never in an address. A visitor sees the messages of its own current conversation and nothing else: no notes, no
//! labels, no tickets.

mod history;
mod identity;
mod live;
mod page;
mod visitor;

use std::net::{IpAddr, SocketAddr};
use std::time::Instant;

use axum::Json;
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::sse::Event;
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

pub(crate) use history::history;
pub(crate) use live::desk;
pub(crate) use page::{
    accepted_language, frame, icon, icon_svg, launcher, reading, script, show, style, words,
};
pub(crate) use visitor::{identity_key, new_identity_key};
// The document is made from what the macro wrote beside each handler.
pub(crate) use history::__path_history;
pub(crate) use live::__path_desk;
pub(crate) use page::{
    __path_frame, __path_icon, __path_icon_svg, __path_launcher, __path_reading, __path_script,
    __path_show, __path_style, __path_words,
};
pub(crate) use visitor::{__path_identity_key, __path_new_identity_key};

use self::live::Live;
use self::visitor::{contact, short_digest};
use super::events::{last_event_id, messages_of, stream};
use super::extract::{Params, Strict, idempotency_key};
use super::guard::Peer;
use super::limiter::address;
use super::messages::state_after;
use super::typing::Side;
use super::views::MessageView;
use super::{Api, Problem, proxies};
use crate::engine::{Inbound, Request};
use crate::model::{ConversationId, Run, SurveyStatus};
use crate::workflow::Desk;

/// The channel of the chat page.
const CHANNEL: &str = "web";

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

impl ChatLine {
    /// `language` is the conversation's: people are called as it calls them.
    fn of(desk: &Desk, message: MessageView, language: Option<&str>) -> Self {
        let (from, name) = match message.author {
            "customer" => ("you", None),
            "agent" => (
                "person",
                message.author_name.map(|name| called(desk, name, language)),
            ),
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
    fn of(desk: &Desk, run: &Run) -> Self {
        let state = state_after(run);
        let line = |message| ChatLine::of(desk, message, state.language.as_deref());
        Self {
            thread: thread_of(&run.before.id),
            messages: messages_of(run).into_iter().map(line).collect(),
            handler: state.handler.as_str(),
        }
    }
}

/// What a person of the desk is called in a language.
fn called(desk: &Desk, name: String, language: Option<&str>) -> String {
    match desk.directory.person(&name) {
        Some(person) => person.display_name(language).to_owned(),
        None => name,
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
    limit_caller(&api, peer, &headers)?;
    let contact = contact(&api, &headers).await?;
    limit(&api, &contact)?;
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
    api.note_typing(&done.run.before.id, Side::Customer, None);
    Ok(Json(ChatEvent::of(&api.engine.core().desk(), &done.run)))
}

/// A visitor writes just now, or has stopped.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct VisitorTyping {
    /// Whether; again every few seconds while it goes on.
    typing: bool,
}

/// Tell the desk's people that a visitor is writing
///
/// It holds for six seconds, and ends when the message comes. 404 until the visitor has written something.
#[utoipa::path(
    post, path = "/chat/typing", tag = "chat", request_body = VisitorTyping,
    params(("X-Switchboard-Visitor" = String, Header, description = "the visitor's secret: 32 hexadecimal digits")),
    responses((status = 204),
        (status = 429, body = Problem, content_type = "application/problem+json"),
        (status = "4XX", body = Problem, content_type = "application/problem+json"))
)]
pub(crate) async fn typing(
    State(api): State<Api>,
    Extension(Peer(peer)): Extension<Peer>,
    headers: HeaderMap,
    Strict(said): Strict<VisitorTyping>,
) -> Result<StatusCode, Problem> {
    limit_caller(&api, peer, &headers)?;
    let contact = contact(&api, &headers).await?;
    let id = current(&api, contact).await?.ok_or_else(nothing_yet)?;
    api.note_typing(&id, Side::Customer, said.typing.then(String::new));
    Ok(StatusCode::NO_CONTENT)
}

/// A visitor's rating.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rating {
    /// 1 very satisfied, 2 satisfied, 3 not happy with the attitude, 4 not solved.
    code: u32,
}

/// A visitor rates
///
/// As the link of a mail does. 409 where no rating is asked for.
#[utoipa::path(
    post, path = "/chat/rating", tag = "chat", request_body = Rating,
    params(("X-Switchboard-Visitor" = String, Header, description = "the visitor's secret: 32 hexadecimal digits")),
    responses((status = 200, body = ChatEvent),
        (status = 429, body = Problem, content_type = "application/problem+json"),
        (status = "4XX", body = Problem, content_type = "application/problem+json"))
)]
pub(crate) async fn rate(
    State(api): State<Api>,
    Extension(Peer(peer)): Extension<Peer>,
    headers: HeaderMap,
    Strict(rating): Strict<Rating>,
) -> Result<Json<ChatEvent>, Problem> {
    limit_caller(&api, peer, &headers)?;
    let contact = contact(&api, &headers).await?;
    limit(&api, &contact)?;
    if !(1..=4).contains(&rating.code) {
        return Err(Problem::bad_request("code: give 1, 2, 3 or 4"));
    }
    let id = current(&api, contact).await?.ok_or_else(nothing_yet)?;
    let conversation = api.read({
        let id = id.clone();
        move |core| core.conversation(&id)
    });
    if conversation.await?.survey == SurveyStatus::NotAsked {
        return Err(Problem::new(
            StatusCode::CONFLICT,
            "no rating is asked for; the desk asks when it has settled the matter",
        ));
    }
    let request = Request::Survey {
        conversation: id,
        code: rating.code,
        text: None,
    };
    let done = api.engine.submit(request).await?;
    Ok(Json(ChatEvent::of(&api.engine.core().desk(), &done.run)))
}

async fn current(api: &Api, contact: String) -> Result<Option<ConversationId>, Problem> {
    api.read(move |core| core.current_conversation(CHANNEL, &contact))
        .await
}

fn nothing_yet() -> Problem {
    Problem::not_found("nothing was said yet; write something first")
}

/// What a stream of the chat tells.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct FollowQuery {
    /// Besides the messages, events `state` (who answers, the place in the queue, the rating, the desk's hours) and
    /// `typing`; and 204 instead of 404 where nothing was said yet.
    #[serde(default)]
    live: bool,
}

/// Follow the visitor's conversation
///
/// Server-sent events with what was said so far and what is said from now on. `Last-Event-ID` goes on from there. 404
/// until the visitor has written something. Where the visitor is known by a signed identity, the stream ends with it.
#[utoipa::path(
    get, path = "/chat/events", tag = "chat",
    params(FollowQuery, ("X-Switchboard-Visitor" = String, Header, description = "the visitor's secret: 32 hexadecimal digits"),
        ("Last-Event-ID" = Option<String>, Header, description = "the last event that the page has")),
    responses((status = 200, body = ChatEvent, content_type = "text/event-stream"),
        (status = 429, body = Problem, content_type = "application/problem+json"),
        (status = "4XX", body = Problem, content_type = "application/problem+json"))
)]
pub(crate) async fn follow(
    State(api): State<Api>,
    Extension(Peer(peer)): Extension<Peer>,
    Params(query): Params<FollowQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    limit_caller(&api, peer, &headers)?;
    let contact = contact(&api, &headers).await?;
    let id = match current(&api, contact).await? {
        Some(id) => id,
        None if query.live => return Ok(StatusCode::NO_CONTENT.into_response()),
        None => return Err(nothing_yet()),
    };
    let thread = thread_of(&id);
    let last = match last_event_id(&headers)?.and_then(|id| id.split_once('.')) {
        Some((known, number)) if known == thread => number.parse().unwrap_or(0),
        _ => 0,
    };
    let desk = api.engine.core().desk();
    let render = move |run: &Run, number: u32| {
        let event = ChatEvent::of(&desk, run);
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
    let live = Live::new(id.clone(), visitor::identity_of(&headers), query.live);
    stream(&api, id, last, render, Some(live))
}

fn thread_of(id: &ConversationId) -> String {
    short_digest(id.as_str(), 4)
}

fn caller(api: &Api, peer: SocketAddr, headers: &HeaderMap) -> IpAddr {
    proxies::caller(peer.ip(), headers, &api.config.trusted_proxies)
}

fn limit(api: &Api, contact: &str) -> Result<(), Problem> {
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
