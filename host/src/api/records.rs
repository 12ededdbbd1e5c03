//! Wrap-up records: looked at, and put into an agent's own words.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::acting::Acting;
use super::extract::{Segments, Strict, name};
use super::{Api, Problem};
use crate::engine::Request;
use crate::model::{ConversationId, Record, RecordEdit, TicketStatus};

/// The longest field that an agent may write, in bytes.
const LONGEST_FIELD: usize = 4_096;

/// A conversation's wrap-up record.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RecordView {
    /// The conversation.
    conversation: String,
    /// How often one was drafted, this time included.
    draft: u32,
    /// What it was about, in one line.
    topic: String,
    /// The surest of the categories.
    #[serde(skip_serializing_if = "Option::is_none")]
    category: Option<String>,
    /// What the customer asked.
    asked: String,
    /// What came of it.
    result: String,
    /// What is left to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_action: Option<String>,
    /// Who wrote how many texts.
    handlers: Vec<HandledView>,
    /// Departments with a ticket of it that is still open.
    waiting_for: Vec<String>,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    opened_at: jiff::Timestamp,
    /// The first answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    first_reply_at: Option<jiff::Timestamp>,
    /// When it was settled.
    #[schema(value_type = String, format = DateTime)]
    resolved_at: jiff::Timestamp,
    /// Who settled it.
    resolved_by: String,
    /// The code of the customer's satisfaction answer since.
    #[serde(skip_serializing_if = "Option::is_none")]
    satisfaction: Option<u32>,
    /// Who put their own words into it.
    #[serde(skip_serializing_if = "Option::is_none")]
    edited_by: Option<String>,
}

/// Who wrote how many texts.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HandledView {
    /// The agent's or step's name, or `host`.
    name: String,
    /// `person`, `plugin` or `host`.
    worker: &'static str,
    /// How many.
    replies: u32,
}

impl RecordView {
    fn new(conversation: &ConversationId, record: &Record) -> Self {
        let open = record.tickets.iter();
        let open = open.filter(|ticket| ticket.status != TicketStatus::Closed);
        Self {
            conversation: conversation.to_string(),
            draft: record.draft,
            topic: record.topic.clone(),
            category: record.category.clone(),
            asked: record.asked.clone(),
            result: record.result.clone(),
            next_action: record.next_action.clone(),
            handlers: record
                .handlers
                .iter()
                .map(|handled| HandledView {
                    name: handled.name.clone(),
                    worker: handled.worker.as_str(),
                    replies: handled.replies,
                })
                .collect(),
            waiting_for: open.map(|ticket| ticket.department.clone()).collect(),
            opened_at: record.opened_at,
            first_reply_at: record.first_reply_at,
            resolved_at: record.resolved_at,
            resolved_by: record.resolved_by.clone(),
            satisfaction: record.satisfaction.as_ref().map(|result| result.code),
            edited_by: record.edited.as_ref().map(|edited| edited.by.clone()),
        }
    }
}

/// An agent's words; what is left out stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Editing {
    /// Who writes.
    agent: String,
    /// What it was about, in one line.
    topic: Option<String>,
    /// What kind of concern it was; empty: none.
    category: Option<String>,
    /// What the customer asked.
    asked: Option<String>,
    /// What came of it.
    result: Option<String>,
    /// What is left to do; empty: nothing.
    next_action: Option<String>,
}

/// Look at a wrap-up record
///
/// The host drafts it whenever a conversation is settled.
#[utoipa::path(
    get, path = "/api/v1/conversations/{id}/record", tag = "conversations",
    params(("id" = String, Path, description = "the conversation")),
    responses((status = 200, body = RecordView),
        (status = "4XX", body = Problem, content_type = "application/problem+json"))
)]
pub(crate) async fn show(
    State(api): State<Api>,
    acting: Acting,
    Segments(id): Segments<String>,
) -> Result<Json<RecordView>, Problem> {
    record_of(&api, &acting, ConversationId::new(id)).await
}

/// Put your own words into a wrap-up record
#[utoipa::path(
    patch, path = "/api/v1/conversations/{id}/record", tag = "conversations", request_body = Editing,
    params(("id" = String, Path, description = "the conversation")),
    responses((status = 200, body = RecordView),
        (status = "4XX", body = Problem, content_type = "application/problem+json"))
)]
pub(crate) async fn edit(
    State(api): State<Api>,
    acting: Acting,
    Segments(id): Segments<String>,
    Strict(editing): Strict<Editing>,
) -> Result<Json<RecordView>, Problem> {
    name("agent", &editing.agent)?;
    let edit = RecordEdit {
        topic: editing.topic,
        category: editing.category,
        asked: editing.asked,
        result: editing.result,
        next_action: editing.next_action,
    };
    check(&edit)?;
    acting.speaks_for(api.engine.core(), &editing.agent)?;
    let conversation = ConversationId::new(id);
    // Only what is shown may be changed.
    let _: Json<RecordView> = record_of(&api, &acting, conversation.clone()).await?;
    let request = Request::EditRecord {
        conversation: conversation.clone(),
        agent: editing.agent,
        edit,
    };
    api.engine.submit(request).await?;
    record_of(&api, &acting, conversation).await
}

async fn record_of(
    api: &Api,
    acting: &Acting,
    id: ConversationId,
) -> Result<Json<RecordView>, Problem> {
    let (wanted, acting) = (id.clone(), acting.clone());
    let state = api
        .read(move |core| acting.conversation(core, &wanted))
        .await?;
    match state.record {
        Some(record) => Ok(Json(RecordView::new(&id, &record))),
        None => Err(Problem::not_found(
            "there is no record yet: it is drafted when the conversation is settled",
        )),
    }
}

/// Refuses what no record holds.
pub(crate) fn check(edit: &RecordEdit) -> Result<(), Problem> {
    let fields = [
        ("topic", &edit.topic, true),
        ("category", &edit.category, false),
        ("asked", &edit.asked, true),
        ("result", &edit.result, true),
        ("next_action", &edit.next_action, false),
    ];
    if fields.iter().all(|(_, text, _)| text.is_none()) {
        return Err(Problem::bad_request(
            "nothing is to be changed; give topic, category, asked, result or next_action",
        ));
    }
    for (field, text, needed) in fields {
        let Some(text) = text else { continue };
        if text.len() > LONGEST_FIELD {
            return Err(Problem::bad_request(format!(
                "{field}: has {} bytes; give at most {LONGEST_FIELD}",
                text.len()
            )));
        }
        if needed && text.trim().is_empty() {
            return Err(Problem::bad_request(format!(
                "{field}: there is nothing in it; write something or leave the field out"
            )));
        }
    }
    Ok(())
}
