//! Customers with several accounts: merged, taken apart again; and everything that happened to one, in order.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};

use super::accounts;
use super::acting::Acting;
use super::extract::{Params, Segments, Strict, name};
use super::views::AccountView;
use super::{Api, Problem, page_size};
use crate::engine::{EngineError, Merge, Request, TimelineMark, timeline};
use crate::model::{AccountId, Change, Run};

/// What is known of a customer from now on; what is left out stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AccountEdit {
    /// Who says so.
    agent: String,
    /// What to call the customer; empty: no name any more.
    name: Option<String>,
    /// What else, by field (lower-case letters, digits and hyphens); `null` takes one away.
    #[serde(default)]
    fields: BTreeMap<String, Option<String>>,
}

/// Write down what is known of a customer
///
/// Name and fields, such as `birthday` or `tier`. It is part of the customer's history, and steps may react to it.
#[utoipa::path(
    patch, path = "/api/v1/accounts/{id}", tag = "accounts", request_body = AccountEdit,
    params(("id" = String, Path, description = "the account")),
    responses((status = 200, body = AccountView),
        (status = "4XX", body = Problem, content_type = "application/problem+json"))
)]
pub(crate) async fn edit(
    State(api): State<Api>,
    acting: Acting,
    Segments(id): Segments<String>,
    Strict(edit): Strict<AccountEdit>,
) -> Result<Json<AccountView>, Problem> {
    name("agent", &edit.agent)?;
    acting.speaks_for(api.engine.core(), &edit.agent)?;
    let request = Request::EditAccount {
        account: AccountId::new(id.clone()),
        agent: edit.agent,
        name: edit.name,
        fields: edit.fields,
    };
    api.engine.submit(request).await?;
    accounts::show(State(api), acting, Segments(id)).await
}

/// Which account is the same customer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Merging {
    /// Who says so.
    agent: String,
    /// The account to merge into this one.
    from: String,
}

/// Who takes a merge back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Splitting {
    /// Who says so.
    agent: String,
}

/// That an account was merged into another.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MergeView {
    /// The account that was merged.
    from: String,
    /// The account that it was merged into.
    into: String,
    /// Who said so.
    by: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: jiff::Timestamp,
}

impl From<Merge> for MergeView {
    fn from(merge: Merge) -> Self {
        Self {
            from: merge.from.to_string(),
            into: merge.into.to_string(),
            by: merge.by,
            at: merge.at,
        }
    }
}

/// Say that two accounts are one customer
///
/// Links `from` to this account. Both keep what is theirs, so that it can be taken back; whoever looks at one sees the
/// customer whole.
#[utoipa::path(
    post, path = "/api/v1/accounts/{id}/merge", tag = "accounts", request_body = Merging,
    params(("id" = String, Path, description = "the account that stands for the customer from now on")),
    responses((status = 200, body = MergeView),
        (status = "4XX", body = Problem, content_type = "application/problem+json"))
)]
pub(crate) async fn merge(
    State(api): State<Api>,
    acting: Acting,
    Segments(id): Segments<String>,
    Strict(merging): Strict<Merging>,
) -> Result<Json<MergeView>, Problem> {
    name("agent", &merging.agent)?;
    acting.speaks_for(api.engine.core(), &merging.agent)?;
    let (into, from) = (AccountId::new(id), AccountId::new(merging.from));
    let merge = api.read(move |core| core.merge(&from, &into, &merging.agent));
    Ok(Json(merge.await?.into()))
}

/// Take a merge back
///
/// The account is one of its own again, with everything that happened to it before and since.
#[utoipa::path(
    post, path = "/api/v1/accounts/{id}/split", tag = "accounts", request_body = Splitting,
    params(("id" = String, Path, description = "the account that was merged into another")),
    responses((status = 200, body = MergeView),
        (status = "4XX", body = Problem, content_type = "application/problem+json"))
)]
pub(crate) async fn split(
    State(api): State<Api>,
    acting: Acting,
    Segments(id): Segments<String>,
    Strict(splitting): Strict<Splitting>,
) -> Result<Json<MergeView>, Problem> {
    name("agent", &splitting.agent)?;
    acting.speaks_for(api.engine.core(), &splitting.agent)?;
    let from = AccountId::new(id);
    let merge = api.read(move |core| core.split(&from)).await?;
    tracing::info!(account = %merge.from, into = %merge.into, by = %splitting.agent, "a merge was taken back");
    Ok(Json(merge.into()))
}

/// Which page.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct TimelineQuery {
    /// The `next` of the page before.
    cursor: Option<String>,
    /// At most so many runs (1 to 200; 50 if left out).
    limit: Option<usize>,
}

/// What happened to a customer, oldest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Timeline {
    /// Lines as `switchboard simulate` prints them, and `message` for what the customer wrote; each with its `run`.
    #[schema(value_type = Vec<Object>)]
    lines: Vec<Value>,
    /// There is more: ask with `cursor`.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// Everything that happened to a customer
///
/// Over all channels, conversations and merged accounts in one order: by time, then by conversation and run. What was
/// on a page stays there.
#[utoipa::path(
    get, path = "/api/v1/accounts/{id}/timeline", tag = "accounts",
    params(("id" = String, Path, description = "the account"), TimelineQuery),
    responses((status = 200, body = Timeline),
        (status = "4XX", body = Problem, content_type = "application/problem+json"))
)]
pub(crate) async fn show(
    State(api): State<Api>,
    acting: Acting,
    Segments(id): Segments<String>,
    Params(query): Params<TimelineQuery>,
) -> Result<Json<Timeline>, Problem> {
    let limit = page_size(query.limit)?;
    let cursor = query.cursor.as_deref().map(|text| {
        TimelineMark::parse(text)
            .ok_or_else(|| Problem::bad_request("cursor: use the `next` of the page before"))
    });
    let (cursor, id) = (cursor.transpose()?, AccountId::new(id));
    let page = api.read(move |core| {
        core.account(&id)?;
        let zone = core.desk().time_zone.clone();
        let marks = core.timeline_page(&id, cursor.as_ref(), limit)?;
        let next = (marks.len() == limit).then(|| marks.last().map(|(mark, _)| mark.to_text()));
        let mut lines = Vec::new();
        for (_, run) in &marks {
            match core.run(run) {
                Ok(run) => match acting.conversation(core, &run.before.id) {
                    Ok(_) => lines_of(&run, &zone, &mut lines),
                    Err(EngineError::NotFound { .. }) => {}
                    Err(error) => return Err(error),
                },
                // Erased meanwhile.
                Err(EngineError::NotFound { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Timeline {
            lines,
            next: next.flatten(),
        })
    });
    Ok(Json(page.await?))
}

fn lines_of(run: &Run, zone: &TimeZone, lines: &mut Vec<Value>) {
    for entry in &run.entries {
        if let Change::Received { message } = &entry.change {
            lines.push(json!({
                "at": message.at.display_with_offset(zone.to_offset(message.at)).to_string(),
                "kind": "message",
                "contact": run.before.contact,
                "conversation": run.before.id,
                "channel": run.before.channel,
                "by": "customer",
                "text": message.text,
                "run": run.id,
            }));
        }
    }
    for line in timeline(run, zone) {
        let mut line = serde_json::to_value(line).unwrap_or_default();
        if let Some(line) = line.as_object_mut() {
            line.insert("run".to_owned(), json!(run.id));
        }
        lines.push(line);
    }
}
