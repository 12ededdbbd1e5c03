//! `GET /api/v1/search`: conversations in which a text stands.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::acting::Acting;
use super::extract::Params;
use super::{Api, Problem, page_size};
use crate::engine::SearchMark;

/// What is looked for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SearchQuery {
    /// A text of two characters or more; Simplified and Traditional Chinese, upper and lower case are the same.
    q: String,
    /// The `next` of the page before.
    cursor: Option<String>,
    /// At most so many (1 to 200; 50 if left out).
    limit: Option<usize>,
}

/// A page of conversations in which the text stands.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Found {
    /// Newest first.
    conversations: Vec<FoundConversation>,
    /// There may be more: ask with `cursor`. A page looks through 2,000 conversations and may be empty.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// A conversation in which the text stands.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FoundConversation {
    /// The conversation.
    conversation: String,
    /// The customer.
    account: String,
    /// The customer's name on the channel.
    contact: String,
    /// Where it takes place.
    channel: String,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    opened_at: jiff::Timestamp,
    /// Where the text stands: `contact`, `record` or `message`.
    place: &'static str,
    /// The message's number.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<u32>,
    /// What it stands in.
    text: String,
}

/// Find what was said
///
/// Any part of a message, of a contact's name or of a wrap-up record, from the newest conversation on.
#[utoipa::path(
    get, path = "/api/v1/search", tag = "conversations", params(SearchQuery),
    responses((status = 200, body = Found),
        (status = "4XX", body = Problem, content_type = "application/problem+json"))
)]
pub(crate) async fn find(
    State(api): State<Api>,
    acting: Acting,
    Params(query): Params<SearchQuery>,
) -> Result<Json<Found>, Problem> {
    const SHORTEST: usize = 2;
    const LONGEST: usize = 100;
    let length = query.q.trim().chars().count();
    if !(SHORTEST..=LONGEST).contains(&length) {
        return Err(Problem::bad_request(format!(
            "q: has {length} characters; give {SHORTEST} to {LONGEST}"
        )));
    }
    let limit = page_size(query.limit)?;
    let cursor = query.cursor.as_deref().map(|text| {
        SearchMark::parse(text)
            .ok_or_else(|| Problem::bad_request("cursor: use the `next` of the page before"))
    });
    let cursor = cursor.transpose()?;
    // Each looks through much: one after the other.
    let place = std::sync::Arc::clone(&api.reporting)
        .acquire_owned()
        .await
        .map_err(|_| Problem::broken())?;
    let found = api.read(move |core| {
        let _place = place;
        core.find(&query.q, cursor.as_ref(), limit)
    });
    let found = found.await?;
    Ok(Json(Found {
        conversations: found
            .hits
            .into_iter()
            .filter(|hit| acting.sees(&hit.conversation))
            .map(|hit| FoundConversation {
                conversation: hit.conversation.id.to_string(),
                account: hit.conversation.account.to_string(),
                contact: hit.conversation.contact,
                channel: hit.conversation.channel,
                opened_at: hit.conversation.opened_at,
                place: hit.place,
                message: hit.message,
                text: hit.text,
            })
            .collect(),
        next: found.next.map(|next| next.to_text()),
    }))
}
