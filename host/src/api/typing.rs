//! Who is writing just now, on either side of a conversation. Kept in memory only: it is over in seconds.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::acting::Acting;
use super::extract::{Segments, Strict};
use super::{Api, Problem};
use crate::model::ConversationId;

/// Without another sign somebody has stopped writing after so long.
pub(crate) const LASTS: Duration = Duration::from_secs(6);
/// The most conversations in which somebody writes at once; beyond that nobody is told.
const MOST: usize = 10_000;

/// One side of a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// The customer.
    Customer,
    /// The desk's people.
    Agent,
}

/// Who is writing just now.
#[derive(Default)]
pub(crate) struct Typing(Mutex<HashMap<ConversationId, [Option<Mark>; 2]>>);

#[derive(Clone)]
struct Mark {
    name: String,
    until: Instant,
}

impl Typing {
    /// Somebody writes, or has stopped. Says whether that is news.
    pub(crate) fn set(
        &self,
        id: &ConversationId,
        side: Side,
        name: Option<String>,
        now: Instant,
    ) -> bool {
        let mut marks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if marks.len() >= MOST && !marks.contains_key(id) {
            marks.retain(|_, sides| sides.iter().flatten().any(|mark| mark.until > now));
            if marks.len() >= MOST {
                return false;
            }
        }
        let sides = marks.entry(id.clone()).or_default();
        let [customer, agent] = sides;
        let mark = match side {
            Side::Customer => customer,
            Side::Agent => agent,
        };
        let before = mark.take().filter(|mark| mark.until > now);
        *mark = name.map(|name| Mark {
            name,
            until: now + LASTS,
        });
        let is_news = before.map(|mark| mark.name) != mark.as_ref().map(|mark| mark.name.clone());
        if sides.iter().all(Option::is_none) {
            marks.remove(id);
        }
        is_news
    }

    /// Who writes on a side, and how long that holds without another sign.
    pub(crate) fn of(
        &self,
        id: &ConversationId,
        side: Side,
        now: Instant,
    ) -> Option<(String, Duration)> {
        let marks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let [customer, agent] = marks.get(id)?;
        let mark = match side {
            Side::Customer => customer,
            Side::Agent => agent,
        };
        let mark = mark.as_ref().filter(|mark| mark.until > now)?;
        Some((mark.name.clone(), mark.until.duration_since(now)))
    }
}

/// Somebody writes, or has stopped.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TypingView {
    /// Whether the other side writes.
    pub(crate) typing: bool,
    /// Who, where that is a person of the desk.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
}

impl Api {
    /// Notes that somebody writes or has stopped, and wakes who follows the conversation.
    pub(crate) fn note_typing(&self, id: &ConversationId, side: Side, name: Option<String>) {
        if self.typing.set(id, side, name, Instant::now()) {
            self.hub.wake(id);
        }
    }

    /// Whether the customer writes just now.
    pub(crate) fn customer_is_typing(&self, id: &ConversationId) -> bool {
        let mark = self.typing.of(id, Side::Customer, Instant::now());
        mark.is_some()
    }
}

/// An agent writes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AgentTyping {
    /// Who.
    agent: String,
    /// Whether; again every few seconds while it goes on.
    typing: bool,
}

/// Tell the customer that an agent is writing
///
/// It holds for six seconds, and ends when the reply comes. The customer's own writing comes as the event `typing` of the
/// conversation's stream.
#[utoipa::path(
    post, path = "/api/v1/conversations/{id}/typing", tag = "conversations", request_body = AgentTyping,
    params(("id" = String, Path, description = "the conversation")),
    responses((status = 204),
        (status = "4XX", body = Problem, content_type = "application/problem+json"))
)]
pub(crate) async fn agent(
    State(api): State<Api>,
    acting: Acting,
    Segments(id): Segments<String>,
    Strict(said): Strict<AgentTyping>,
) -> Result<StatusCode, Problem> {
    let core = api.engine.core();
    acting.speaks_for(core, &said.agent)?;
    let desk = core.desk();
    let Some(person) = desk.directory.person(&said.agent) else {
        return Err(Problem::not_found(format!(
            "agent: {:?} is nobody of directory.toml",
            said.agent
        )));
    };
    let id = ConversationId::new(id);
    let (known, looked) = (id.clone(), acting.clone());
    api.read(move |core| looked.conversation(core, &known))
        .await?;
    let name = said.typing.then(|| person.name.clone());
    api.note_typing(&id, Side::Agent, name);
    Ok(StatusCode::NO_CONTENT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writing_ends_by_itself_and_is_news_once() {
        let typing = Typing::default();
        let (id, start) = (ConversationId::from_random(1), Instant::now());
        let set =
            |name: Option<&str>, now| typing.set(&id, Side::Agent, name.map(str::to_owned), now);
        assert!(set(Some("Li Mei"), start));
        let later = start + Duration::from_secs(3);
        assert!(!set(Some("Li Mei"), later), "still the same");
        assert!(set(Some("Wang Fang"), later), "somebody else");
        assert_eq!(typing.of(&id, Side::Customer, later), None);
        let (name, left) = typing.of(&id, Side::Agent, later).unwrap();
        assert_eq!((name.as_str(), left), ("Wang Fang", LASTS));
        assert_eq!(typing.of(&id, Side::Agent, later + LASTS), None);
        assert!(set(Some("Wang Fang"), later + LASTS), "again after a pause");
        assert!(set(None, later + LASTS));
        assert!(typing.0.lock().unwrap().is_empty(), "nothing stays");
    }
}
