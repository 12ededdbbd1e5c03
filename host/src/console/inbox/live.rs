//! Streams that say that there is something new. What it is, the page asks for; so a stream carries nothing that could be
//! hidden from somebody, and nothing gets lost.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use super::super::Console;
use super::super::gate::Who;
use crate::api::Problem;
use crate::model::ConversationId;

/// What happens within so long is told at once.
const TOGETHER: Duration = Duration::from_millis(400);
/// Times pass and agents come and go without anything happening in a conversation.
const ANYWAY: Duration = Duration::from_secs(20);
/// How soon a stream ends once somebody is signed out.
const CHECKED: Duration = Duration::from_secs(5);
/// How often an idle stream says that it is alive.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// Tells when anything happens anywhere.
pub(crate) async fn follow_inbox(
    State(console): State<Console>,
    who: Who,
) -> Result<Response, Problem> {
    stream(&console, who, None)
}

/// Tells when something happens in one conversation.
pub(crate) async fn follow_conversation(
    State(console): State<Console>,
    who: Who,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let id = ConversationId::new(id);
    let (wanted, acting) = (id.clone(), who.acting());
    console
        .api
        .read(move |core| acting.conversation(core, &wanted))
        .await?;
    stream(&console, who, Some(id))
}

/// Whether somebody is still signed in and may still see it. Another role or password ends sessions.
async fn may_follow(console: &Console, who: &Who, only: Option<&ConversationId>) -> bool {
    let (id, now) = (who.session().to_owned(), console.now());
    let session = console.with_staff(move |staff| staff.session(&id, now, false));
    let Ok(Some(_)) = session.await else {
        return false;
    };
    match only.cloned() {
        Some(id) => {
            let acting = who.acting();
            let sees = console.api.read(move |core| acting.sees_id(core, &id));
            sees.await.unwrap_or(false)
        }
        None => true,
    }
}

fn stream(console: &Console, who: Who, only: Option<ConversationId>) -> Result<Response, Problem> {
    let place = std::sync::Arc::clone(&console.api.streams).try_acquire_owned();
    let place = place.map_err(|_| {
        let detail = "too many streams are open; try again shortly";
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, detail).retry_after(5)
    })?;
    let mut live = console.api.engine.live();
    let mut stopping = console.api.stopping.clone();
    let (sender, receiver) = mpsc::channel::<Result<Event, Infallible>>(1);
    let console = console.clone();
    tokio::spawn(async move {
        let _place = place;
        let mut told = tokio::time::Instant::now();
        loop {
            let mut is_new = true;
            let news = async {
                loop {
                    match live.recv().await {
                        Ok(event) if only.as_ref().is_none_or(|id| *id == event.conversation) => {
                            return true;
                        }
                        Ok(_) => {}
                        Err(RecvError::Lagged(_)) => return true,
                        Err(RecvError::Closed) => return false,
                    }
                }
            };
            tokio::select! {
                is_there = news => if !is_there { return },
                () = tokio::time::sleep(CHECKED) => is_new = told.elapsed() >= ANYWAY,
                () = sender.closed() => return,
                _ = stopping.wait_for(|stopping| *stopping) => return,
            }
            if !may_follow(&console, &who, only.as_ref()).await {
                return;
            }
            if !is_new {
                continue;
            }
            told = tokio::time::Instant::now();
            tokio::time::sleep(TOGETHER).await;
            // Whatever else came meanwhile is told by this.
            live = live.resubscribe();
            if sender.send(Ok(Event::default().data("new"))).await.is_err() {
                return;
            }
        }
    });
    let events =
        Sse::new(ReceiverStream::new(receiver)).keep_alive(KeepAlive::new().interval(KEEP_ALIVE));
    Ok(events.into_response())
}
