//! Conversations: looked at, and acted on by agents.

use std::collections::HashSet;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::acting::Acting;
use super::extract::{Params, Segments, Strict, name};
use super::messages::{Received, answer};
use super::typing::Side;
use super::views::{ConversationView, MessageView};
use super::{Api, Problem, page_size};
use crate::engine::{Core, EngineError, MessagePage, Request, RunMark};
use crate::model::{Conversation, ConversationId, Handler};

/// How many runs are looked at for one page; a page may be short or empty and still have a next one.
const LOOKED_AT: usize = 5_000;
/// How many of them are read at once.
const LOOKED_AT_ONCE: usize = 500;

/// Which conversations.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ConversationsQuery {
    /// Only of this channel.
    channel: Option<String>,
    /// Only of this contact.
    contact: Option<String>,
    /// Only those that `bot`, `queue` or `agent` answers.
    handler: Option<String>,
    /// Only settled ones, or only open ones.
    resolved: Option<bool>,
    /// Only with this label.
    label: Option<String>,
    /// `overnight`: what came since the desk last closed and still wants a person, urgent ones first, then the oldest.
    view: Option<String>,
    /// At most so many (1 to 200; 50 if left out).
    limit: Option<usize>,
    /// The `next` of the page before.
    cursor: Option<String>,
}

impl ConversationsQuery {
    fn takes(&self, state: &Conversation) -> bool {
        fn fits(wanted: Option<&str>, found: &str) -> bool {
            wanted.is_none_or(|wanted| wanted == found)
        }
        fits(self.channel.as_deref(), &state.channel)
            && fits(self.contact.as_deref(), &state.contact)
            && fits(self.handler.as_deref(), state.handler.as_str())
            && self
                .resolved
                .is_none_or(|resolved| resolved == state.resolved)
            && self
                .label
                .as_ref()
                .is_none_or(|label| state.labels.contains(label))
    }
}

/// A page of conversations.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConversationPage {
    /// Newest activity first.
    conversations: Vec<ConversationView>,
    /// The `cursor` of the next page; none: this was the last.
    next: Option<String>,
}

/// List conversations
///
/// Newest activity first. A page looks at a bounded number of runs, so with filters it may be short, even empty, and
/// still have a `next`.
#[utoipa::path(
    get, path = "/api/v1/conversations", tag = "conversations", params(ConversationsQuery),
    responses((status = 200, body = ConversationPage),
        (status = "4XX", body = Problem, content_type = "application/problem+json"))
)]
pub(crate) async fn list(
    State(api): State<Api>,
    acting: Acting,
    Params(query): Params<ConversationsQuery>,
) -> Result<Json<ConversationPage>, Problem> {
    let limit = page_size(query.limit)?;
    if let Some(handler) = &query.handler
        && Handler::parse(handler).is_none()
    {
        return Err(Problem::bad_request(format!(
            "handler: there is no {handler:?}; use bot, queue or agent"
        )));
    }
    match query.view.as_deref() {
        None => {}
        Some("overnight") => {
            let overnight = api
                .read(move |core| {
                    let found = core.overnight()?.into_iter();
                    Ok(found
                        .filter(|state| query.takes(state))
                        .take(limit)
                        .map(|state| ConversationView::from(&state))
                        .collect())
                })
                .await?;
            return Ok(Json(ConversationPage {
                conversations: overnight,
                next: None,
            }));
        }
        Some(view) => {
            return Err(Problem::bad_request(format!(
                "view: there is no {view:?}; use overnight, or leave it out"
            )));
        }
    }
    let cursor = query.cursor.as_deref().map(|text| {
        RunMark::parse(text)
            .ok_or_else(|| Problem::bad_request("cursor: use the `next` of the page before"))
    });
    let cursor = cursor.transpose()?;
    let page = api
        .read(move |core| page(core, &acting, &query, limit, cursor))
        .await?;
    Ok(Json(page))
}

/// Goes through the runs from the newest on; a conversation stands where its last run does.
fn page(
    core: &Core,
    acting: &Acting,
    query: &ConversationsQuery,
    limit: usize,
    mut cursor: Option<RunMark>,
) -> Result<ConversationPage, EngineError> {
    let mut conversations = Vec::new();
    let mut seen: HashSet<ConversationId> = HashSet::new();
    let mut looked_at = 0;
    loop {
        let runs = core.newest_runs(cursor.as_ref(), LOOKED_AT_ONCE)?;
        let whole = runs.len() == LOOKED_AT_ONCE;
        for (mark, run) in runs {
            looked_at += 1;
            cursor = Some(mark);
            let Some((id, number)) = run.parts() else {
                continue;
            };
            if !seen.insert(id.clone()) {
                continue;
            }
            let state = match core.conversation(&id) {
                Ok(state) => state,
                Err(EngineError::NotFound { .. }) => continue,
                Err(error) => return Err(error),
            };
            // One that stands further up was on an earlier page.
            if state.run_count == number && acting.sees(&state) && query.takes(&state) {
                conversations.push(ConversationView::from(&state));
            }
            if conversations.len() == limit || looked_at >= LOOKED_AT {
                return Ok(ConversationPage {
                    conversations,
                    next: cursor.map(|mark| mark.to_text()),
                });
            }
        }
        if !whole {
            return Ok(ConversationPage {
                conversations,
                next: None,
            });
        }
    }
}

/// Which messages.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct MessagesQuery {
    /// Only messages after this number.
    after: Option<u32>,
    /// Only messages before this number; without `after` the newest of them.
    before: Option<u32>,
    /// At most so many (1 to 200; 50 if left out).
    limit: Option<usize>,
}

/// A conversation with a page of its messages.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConversationWithMessages {
    #[serde(flatten)]
    state: ConversationView,
    /// Messages, oldest first.
    messages: Vec<MessageView>,
    /// There are older ones: ask with `before` this number.
    earlier: Option<u32>,
    /// There are newer ones: ask with `after` this number.
    later: Option<u32>,
}

/// Look at a conversation
///
/// Its state and its newest messages, or those before or after a number.
#[utoipa::path(
    get, path = "/api/v1/conversations/{id}", tag = "conversations",
    params(("id" = String, Path, description = "the conversation"), MessagesQuery),
    responses((status = 200, body = ConversationWithMessages),
        (status = "4XX", body = Problem, content_type = "application/problem+json"))
)]
pub(crate) async fn show(
    State(api): State<Api>,
    acting: Acting,
    Segments(id): Segments<String>,
    Params(query): Params<MessagesQuery>,
) -> Result<Json<ConversationWithMessages>, Problem> {
    let limit = page_size(query.limit)?;
    let id = ConversationId::new(id);
    let (state, messages) = api
        .read(move |core| {
            let state = acting.conversation(core, &id)?;
            let page = MessagePage {
                after: query.after,
                before: query.before,
                limit,
            };
            Ok((state, core.messages(&id, page)?))
        })
        .await?;
    let first = messages.first().map(|message| message.number);
    let last = messages.last().map(|message| message.number);
    Ok(Json(ConversationWithMessages {
        earlier: first.filter(|first| *first > 1),
        later: last.filter(|last| *last < state.message_count),
        state: ConversationView::from(&state),
        messages: messages.iter().map(MessageView::from).collect(),
    }))
}

/// An agent's words.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewReply {
    /// Who writes.
    agent: String,
    /// What.
    text: String,
}

/// Answer as an agent
///
/// The text is shown to the desk's reviewers first; where one holds it back the answer is 422 with the findings.
#[utoipa::path(
    post, path = "/api/v1/conversations/{id}/replies", tag = "conversations", request_body = NewReply,
    params(("id" = String, Path, description = "the conversation")),
    responses((status = 200, body = Received),
        (status = "4XX", body = Problem, content_type = "application/problem+json"))
)]
pub(crate) async fn reply(
    State(api): State<Api>,
    acting: Acting,
    Segments(id): Segments<String>,
    Strict(reply): Strict<NewReply>,
) -> Result<Json<Received>, Problem> {
    name("agent", &reply.agent)?;
    acting.speaks_for(api.engine.core(), &reply.agent)?;
    let conversation = ConversationId::new(id);
    api.note_typing(&conversation, Side::Agent, None);
    act(
        &api,
        Request::Reply {
            conversation,
            agent: reply.agent,
            text: reply.text,
        },
    )
    .await
}

/// Who takes a conversation.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Taking {
    /// Who.
    agent: String,
}

/// Take a conversation over
#[utoipa::path(
    post, path = "/api/v1/conversations/{id}/take", tag = "conversations", request_body = Taking,
    params(("id" = String, Path, description = "the conversation")),
    responses((status = 200, body = Received),
        (status = "4XX", body = Problem, content_type = "application/problem+json"))
)]
pub(crate) async fn take(
    State(api): State<Api>,
    acting: Acting,
    Segments(id): Segments<String>,
    Strict(taking): Strict<Taking>,
) -> Result<Json<Received>, Problem> {
    name("agent", &taking.agent)?;
    acting.speaks_for(api.engine.core(), &taking.agent)?;
    act(
        &api,
        Request::Take {
            conversation: ConversationId::new(id),
            agent: taking.agent,
        },
    )
    .await
}

/// Who gives a conversation back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Releasing {
    /// Who.
    agent: String,
    /// Why.
    reason: Option<String>,
}

/// Give a conversation back to the queue
#[utoipa::path(
    post, path = "/api/v1/conversations/{id}/release", tag = "conversations", request_body = Releasing,
    params(("id" = String, Path, description = "the conversation")),
    responses((status = 200, body = Received),
        (status = "4XX", body = Problem, content_type = "application/problem+json"))
)]
pub(crate) async fn release(
    State(api): State<Api>,
    Segments(id): Segments<String>,
    Strict(releasing): Strict<Releasing>,
) -> Result<Json<Received>, Problem> {
    name("agent", &releasing.agent)?;
    let request = Request::Release {
        conversation: ConversationId::new(id),
        agent: releasing.agent,
        reason: releasing.reason,
    };
    act(&api, request).await
}

/// How a conversation was settled.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settling {
    /// Who settled it.
    agent: String,
    /// How.
    summary: Option<String>,
}

/// Settle a conversation
#[utoipa::path(
    post, path = "/api/v1/conversations/{id}/resolve", tag = "conversations", request_body = Settling,
    params(("id" = String, Path, description = "the conversation")),
    responses((status = 200, body = Received),
        (status = "4XX", body = Problem, content_type = "application/problem+json"))
)]
pub(crate) async fn resolve(
    State(api): State<Api>,
    acting: Acting,
    Segments(id): Segments<String>,
    Strict(settling): Strict<Settling>,
) -> Result<Json<Received>, Problem> {
    name("agent", &settling.agent)?;
    acting.speaks_for(api.engine.core(), &settling.agent)?;
    let conversation = ConversationId::new(id);
    act(
        &api,
        Request::Resolve {
            conversation,
            by: settling.agent,
            summary: settling.summary,
        },
    )
    .await
}

async fn act(api: &Api, request: Request) -> Result<Json<Received>, Problem> {
    let done = api.engine.submit(request).await?;
    Ok(Json(answer(&done.run, api)))
}
