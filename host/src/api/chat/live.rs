//! How a visitor's conversation stands, beside what was said: who answers, the place in the queue, whether a rating is
//! asked for, whether the desk is open, whether somebody writes just now.

use std::time::{Duration, Instant};

use axum::Json;
use axum::extract::{Extension, State};
use axum::http::HeaderMap;
use axum::response::sse::Event;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::events::Beside;
use super::super::guard::Peer;
use super::super::typing::{Side, TypingView};
use super::super::{Api, Problem};
use crate::engine::{Core, EngineError};
use crate::model::{ConversationId, Handler};

/// Places in the queue move without anything happening in the conversation.
const QUEUE_LOOK: Duration = Duration::from_secs(5);
/// How soon it is found that the key was replaced.
const ASKED_AGAIN: Duration = Duration::from_secs(15);
/// Desks open and close.
const IDLE_LOOK: Duration = Duration::from_secs(60);

/// The desk as any visitor may know it.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct DeskNow {
    /// What it calls itself.
    name: String,
    /// Whether people are there by its hours.
    open: bool,
    /// When it opens, where it is closed.
    #[schema(value_type = Option<String>, format = DateTime)]
    opens: Option<Timestamp>,
}

impl DeskNow {
    fn of(core: &Core) -> Self {
        let (desk, now) = (core.desk(), core.clock().now());
        let open = desk.calendar.is_open(now);
        Self {
            name: desk.name.clone(),
            open,
            opens: if open {
                None
            } else {
                desk.calendar.next_open(now)
            },
        }
    }
}

/// Whether the desk is open
#[utoipa::path(
    get, path = "/chat/desk", tag = "chat",
    responses((status = 200, body = DeskNow),
        (status = 429, body = Problem, content_type = "application/problem+json"))
)]
pub(crate) async fn desk(
    State(api): State<Api>,
    Extension(Peer(peer)): Extension<Peer>,
    headers: HeaderMap,
) -> Result<Json<DeskNow>, Problem> {
    super::limit_caller(&api, peer, &headers)?;
    Ok(Json(api.read(|core| Ok(DeskNow::of(core))).await?))
}

/// How a visitor's conversation stands.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct ChatState {
    /// Which of the visitor's conversations.
    thread: String,
    /// Who answers now: `bot`, `queue` or `agent`.
    handler: &'static str,
    /// The person who does.
    agent: Option<String>,
    /// The place in the queue, from 1.
    position: Option<u32>,
    /// How many seconds it is likely to take, where the desk can tell.
    wait_seconds: Option<u32>,
    /// Whether a rating is asked for: `not-asked`, `asked`, `answered`.
    survey: &'static str,
    /// The rating.
    code: Option<u32>,
    /// Whether it is settled.
    resolved: bool,
    /// What the visitor speaks.
    language: Option<String>,
    /// The desk.
    desk: DeskNow,
}

impl ChatState {
    fn of(core: &Core, id: &ConversationId) -> Result<Self, EngineError> {
        let state = core.conversation(id)?;
        let place = match state.handler {
            Handler::Queue => core.place_in_queue(id)?,
            _ => None,
        };
        let language = state.language.as_deref();
        let agent = state.agent.filter(|_| state.handler == Handler::Agent);
        let agent = agent.map(|name| super::called(&core.desk(), name, language));
        Ok(Self {
            thread: super::thread_of(id),
            handler: state.handler.as_str(),
            agent,
            position: place.map(|(position, _)| position),
            wait_seconds: place.and_then(|(_, seconds)| seconds),
            survey: state.survey.as_str(),
            code: state.survey_code,
            resolved: state.resolved,
            language: state.language,
            desk: DeskNow::of(core),
        })
    }
}

/// What a visitor's page is told beside the messages, if it asked for that.
pub(super) struct Live {
    id: ConversationId,
    /// Who the visitor was signed to be, where it was.
    identity: Option<String>,
    is_told: bool,
    state: Option<ChatState>,
    typing: Option<String>,
}

impl Live {
    pub(super) fn new(id: ConversationId, identity: Option<String>, is_told: bool) -> Self {
        Self {
            id,
            identity,
            is_told,
            state: None,
            typing: None,
        }
    }
}

impl Beside for Live {
    /// As long as its signature is good: it ends, and keys are replaced.
    async fn lasts(&self, api: &Api) -> Option<Duration> {
        let Some(token) = &self.identity else {
            return Some(Duration::MAX);
        };
        let left = super::visitor::good_for(api, token).await?;
        Some(left.min(ASKED_AGAIN))
    }

    async fn look(&mut self, api: &Api) -> (Vec<Event>, Option<Duration>) {
        let mut events = Vec::new();
        if !self.is_told {
            return (events, None);
        }
        let id = self.id.clone();
        let Ok(state) = api.read(move |core| ChatState::of(core, &id)).await else {
            return (events, Some(IDLE_LOOK));
        };
        let mut again = match state.position {
            Some(_) => QUEUE_LOOK,
            None => IDLE_LOOK,
        };
        let language = state.language.clone();
        if self.state.as_ref() != Some(&state) {
            if let Ok(data) = serde_json::to_string(&state) {
                events.push(Event::default().event("state").data(data));
            }
            self.state = Some(state);
        }
        let writes = api.typing.of(&self.id, Side::Agent, Instant::now());
        if let Some((_, left)) = &writes {
            again = again.min(*left);
        }
        let desk = api.engine.core().desk();
        let name = writes.map(|(name, _)| super::called(&desk, name, language.as_deref()));
        if self.typing != name {
            let view = TypingView {
                typing: name.is_some(),
                name: name.clone(),
            };
            if let Ok(data) = serde_json::to_string(&view) {
                events.push(Event::default().event("typing").data(data));
            }
            self.typing = name;
        }
        (events, Some(again))
    }
}
