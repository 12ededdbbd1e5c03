//! `GET /api/v1/conversations/{id}/events`: what happens in a conversation, as it becomes durable.

use std::convert::Infallible;
use std::time::{Duration, Instant};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use utoipa::{IntoParams, ToSchema};

use super::acting::Acting;
use super::extract::{Params, Segments};
use super::typing::{Side, TypingView};
use super::views::MessageView;
use super::{Api, Problem};
use crate::engine::{TimelineLine, timeline};
use crate::model::{Change, ConversationId, Run};

/// How often an idle stream says that it is alive.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// How many runs are read from the store at once.
const RUNS_AT_ONCE: usize = 50;
/// How many events may wait for a slow client; then reading stops until it has taken some.
const AHEAD: usize = 16;

/// From where a stream begins.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct EventsQuery {
    /// Begin after this run; 0: from the first. Left out: what happens from now on. `Last-Event-ID` goes before it.
    after: Option<u32>,
}

/// One committed run, as the data of a server-sent event.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RunEvent {
    /// The run's id.
    run: String,
    /// Its number in the conversation; also the event's id.
    number: u32,
    /// What kind of event it handled.
    event: &'static str,
    /// When.
    at: String,
    /// What happened, one line each, as `simulate` prints them.
    #[schema(value_type = Vec<Object>)]
    lines: Vec<TimelineLine>,
    /// Messages that were added.
    messages: Vec<MessageView>,
}

impl RunEvent {
    fn of(run: &Run, number: u32, zone: &TimeZone) -> Self {
        let offset = zone.to_offset(run.event.at);
        Self {
            run: run.id.to_string(),
            number,
            event: run.event.kind().as_str(),
            at: run.event.at.display_with_offset(offset).to_string(),
            lines: timeline(run, zone),
            messages: messages_of(run),
        }
    }
}

/// The messages that a run added.
pub(crate) fn messages_of(run: &Run) -> Vec<MessageView> {
    let added = run.entries.iter().filter_map(|entry| match &entry.change {
        Change::Received { message } | Change::Replied { message } => {
            Some(MessageView::from(message))
        }
        _ => None,
    });
    added.collect()
}

/// Follow a conversation
///
/// Server-sent events: one for each run, once it is durable. Its `id` is the run's number, so a client that lost the
/// connection sends `Last-Event-ID` and gets what it missed, nothing lost and nothing twice. Comments keep an idle
/// stream alive. While the customer writes, an event `typing` without an id says so.
#[utoipa::path(
    get, path = "/api/v1/conversations/{id}/events", tag = "conversations",
    params(("id" = String, Path, description = "the conversation"), EventsQuery,
        ("Last-Event-ID" = Option<u32>, Header, description = "the last event that the client has")),
    responses(
        (status = 200, body = RunEvent, content_type = "text/event-stream"),
        (status = "4XX", body = Problem, content_type = "application/problem+json")
    )
)]
pub(crate) async fn follow(
    State(api): State<Api>,
    acting: Acting,
    Segments(id): Segments<String>,
    Params(query): Params<EventsQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let id = ConversationId::new(id);
    let state = api.read({
        let (id, acting) = (id.clone(), acting.clone());
        move |core| acting.conversation(core, &id)
    });
    let state = state.await?;
    let last = match last_event_id(&headers)? {
        Some(text) => Some(
            text.parse()
                .map_err(|_| Problem::bad_request("Last-Event-ID: give the number of a run"))?,
        ),
        None => query.after,
    };
    let zone = api.engine.core().desk().time_zone.clone();
    let render = move |run: &Run, number: u32| {
        // It may come to be hidden while it is followed.
        if !acting.sees_run(run) {
            return None;
        }
        let data = serde_json::to_string(&RunEvent::of(run, number, &zone)).ok()?;
        Some(
            Event::default()
                .event("run")
                .id(number.to_string())
                .data(data),
        )
    };
    let beside = CustomerTyping {
        id: id.clone(),
        typing: false,
    };
    let last = last.unwrap_or(state.run_count);
    stream(&api, id, last, render, Some(beside))
}

/// What a stream tells beside the runs: nothing of it is kept, and none of it has an id.
pub(crate) trait Beside: Send + 'static {
    /// What is new, and when to look again at the latest; `None`: when the conversation's followers are woken.
    fn look(&mut self, api: &Api) -> impl Future<Output = (Vec<Event>, Option<Duration>)> + Send;

    /// How long the client may go on listening before this is asked again; `None`: no longer at all. Asked before
    /// anything is told.
    fn lasts(&self, api: &Api) -> impl Future<Output = Option<Duration>> + Send {
        let _ = api;
        std::future::ready(Some(Duration::MAX))
    }
}

/// Whether the customer writes just now.
struct CustomerTyping {
    id: ConversationId,
    typing: bool,
}

impl Beside for CustomerTyping {
    async fn look(&mut self, api: &Api) -> (Vec<Event>, Option<Duration>) {
        let writes = api.typing.of(&self.id, Side::Customer, Instant::now());
        let typing = writes.is_some();
        let mut events = Vec::new();
        if self.typing != typing {
            self.typing = typing;
            let view = TypingView { typing, name: None };
            if let Ok(data) = serde_json::to_string(&view) {
                events.push(Event::default().event("typing").data(data));
            }
        }
        (events, writes.map(|(_, left)| left))
    }
}

/// The id of the last event that a client has.
pub(crate) fn last_event_id(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    let id = headers.get("last-event-id").map(|id| id.to_str());
    id.transpose()
        .map_err(|_| Problem::bad_request("Last-Event-ID: use what an event's id said"))
}

/// Runs of a conversation after a number as server-sent events, as they become durable, with what is told beside them,
/// until the client leaves, may listen no longer, or the host stops.
pub(crate) fn stream<B: Beside>(
    api: &Api,
    id: ConversationId,
    mut last: u32,
    render: impl Fn(&Run, u32) -> Option<Event> + Send + 'static,
    mut beside: Option<B>,
) -> Result<Response, Problem> {
    let Ok(place) = std::sync::Arc::clone(&api.streams).try_acquire_owned() else {
        return Err(Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "too many streams are open; try again shortly",
        )
        .retry_after(5));
    };
    let (sender, receiver) = mpsc::channel::<Result<Event, Infallible>>(AHEAD);
    // Before the first look at the store, so that nothing falls between.
    let mut follower = api.hub.follow(&id);
    let mut stopping = api.stopping.clone();
    let api = api.clone();
    tokio::spawn(async move {
        let _place = place;
        loop {
            let mut again = None;
            if let Some(beside) = &beside {
                match beside.lasts(&api).await {
                    Some(Duration::MAX) => {}
                    Some(lasts) => again = Some(lasts),
                    None => return,
                }
            }
            let runs = api.read({
                let id = id.clone();
                move |core| core.runs_after(&id, last, RUNS_AT_ONCE)
            });
            let Ok(runs) = runs.await else { return };
            let more = runs.len() == RUNS_AT_ONCE;
            for run in runs {
                let Some((_, number)) = run.id.parts() else {
                    continue;
                };
                last = number;
                if let Some(event) = render(&run, number)
                    && sender.send(Ok(event)).await.is_err()
                {
                    return;
                }
            }
            if more {
                continue;
            }
            if let Some(beside) = &mut beside {
                let (events, at) = beside.look(&api).await;
                again = again.into_iter().chain(at).min();
                for event in events {
                    if sender.send(Ok(event)).await.is_err() {
                        return;
                    }
                }
            }
            tokio::select! {
                () = follower.woken() => {}
                () = pause(again) => {}
                () = sender.closed() => return,
                _ = stopping.wait_for(|stopping| *stopping) => return,
            }
        }
    });
    let events =
        Sse::new(ReceiverStream::new(receiver)).keep_alive(KeepAlive::new().interval(KEEP_ALIVE));
    Ok(events.into_response())
}

async fn pause(time: Option<Duration>) {
    match time {
        Some(time) => tokio::time::sleep(time).await,
        None => std::future::pending().await,
    }
}
