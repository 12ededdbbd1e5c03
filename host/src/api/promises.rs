//! What was promised to customers, by all departments together.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::acting::Acting;
use super::extract::{Params, Segments, Strict, name};
use super::views::PromiseView;
use super::{Api, Problem, page_size};
use crate::engine::{Core, EngineError, PromiseRow, Request};
use crate::model::{PromiseId, PromiseStatus};

/// How many promises are looked at for one page.
const LOOKED_AT: usize = 10_000;
/// How many of them are read at once.
const LOOKED_AT_ONCE: usize = 500;

/// Which promises.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PromisesQuery {
    /// Only `open`, `kept` or `broken` ones.
    status: Option<String>,
    /// Only those that this person or department is to keep.
    owner: Option<String>,
    /// Only those made to this customer.
    account: Option<String>,
    /// At most so many (1 to 200; 50 if left out).
    limit: Option<usize>,
    /// The `next` of the page before.
    cursor: Option<String>,
}

/// A promise with where it was made.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PromiseOf {
    /// The conversation.
    conversation: String,
    /// The customer.
    account: String,
    /// The customer's name on the channel.
    contact: String,
    #[serde(flatten)]
    promise: PromiseView,
}

/// A page of promises.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PromisePage {
    /// In the order of their ids, which is no order of time.
    promises: Vec<PromiseOf>,
    /// The `cursor` of the next page; none: this was the last.
    next: Option<String>,
}

/// List promises
#[utoipa::path(
    get, path = "/api/v1/promises", tag = "promises", params(PromisesQuery),
    responses((status = 200, body = PromisePage),
        (status = "4XX", body = Problem, content_type = "application/problem+json"))
)]
pub(crate) async fn list(
    State(api): State<Api>,
    acting: Acting,
    Params(query): Params<PromisesQuery>,
) -> Result<Json<PromisePage>, Problem> {
    let limit = page_size(query.limit)?;
    let status = query.status.as_deref().map(|text| {
        PromiseStatus::parse(text).ok_or_else(|| {
            Problem::bad_request(format!(
                "status: there is no {text:?}; use open, kept or broken"
            ))
        })
    });
    let status = status.transpose()?;
    let page = api.read(move |core| page(core, &acting, &query, status, limit));
    Ok(Json(page.await?))
}

fn page(
    core: &Core,
    acting: &Acting,
    query: &PromisesQuery,
    status: Option<PromiseStatus>,
    limit: usize,
) -> Result<PromisePage, EngineError> {
    let mut cursor = query.cursor.clone().map(PromiseId::new);
    let mut promises = Vec::new();
    let mut looked_at = 0;
    loop {
        let found = core.promises(cursor.as_ref(), LOOKED_AT_ONCE)?;
        let whole = found.len() == LOOKED_AT_ONCE;
        for row in found {
            looked_at += 1;
            cursor = Some(row.promise.id.clone());
            let owner = row.promise.owner.as_deref();
            let wanted = status.is_none_or(|status| status == row.promise.status)
                && (query.owner.is_none() || query.owner.as_deref() == owner);
            if wanted {
                promises.extend(shown(core, acting, query, &row)?);
            }
            if promises.len() == limit || looked_at >= LOOKED_AT {
                let next = cursor.map(|id| id.to_string());
                return Ok(PromisePage { promises, next });
            }
        }
        if !whole {
            let next = None;
            return Ok(PromisePage { promises, next });
        }
    }
}

fn shown(
    core: &Core,
    acting: &Acting,
    query: &PromisesQuery,
    row: &PromiseRow,
) -> Result<Option<PromiseOf>, EngineError> {
    let state = match acting.conversation(core, &row.conversation) {
        Ok(state) => state,
        Err(EngineError::NotFound { .. }) => return Ok(None),
        Err(error) => return Err(error),
    };
    let wanted = query
        .account
        .as_ref()
        .is_none_or(|account| account == state.account.as_str());
    Ok(wanted.then(|| PromiseOf {
        conversation: state.id.to_string(),
        account: state.account.to_string(),
        contact: state.contact,
        promise: PromiseView::from(&row.promise),
    }))
}

/// How a promise was kept.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Keeping {
    /// `kept`; a promise is broken by its time alone.
    status: String,
    /// Who says so.
    by: String,
    /// What was done, and how one can tell.
    evidence: String,
}

/// Say that a promise is kept
#[utoipa::path(
    patch, path = "/api/v1/promises/{id}", tag = "promises", request_body = Keeping,
    params(("id" = String, Path, description = "the promise")),
    responses((status = 200, body = PromiseView),
        (status = "4XX", body = Problem, content_type = "application/problem+json"))
)]
pub(crate) async fn keep(
    State(api): State<Api>,
    acting: Acting,
    Segments(id): Segments<String>,
    Strict(keeping): Strict<Keeping>,
) -> Result<Json<PromiseView>, Problem> {
    name("by", &keeping.by)?;
    acting.speaks_for(api.engine.core(), &keeping.by)?;
    if PromiseStatus::parse(&keeping.status) != Some(PromiseStatus::Kept) {
        return Err(Problem::bad_request(format!(
            "status: can't be {:?}; a promise can be said to be kept, and is broken by its time alone",
            keeping.status
        )));
    }
    let promise = PromiseId::new(id);
    let shown = api.read({
        let promise = promise.clone();
        move |core| {
            let row = core.promise(&promise)?;
            match acting.conversation(core, &row.conversation) {
                Ok(_) => Ok(true),
                Err(EngineError::NotFound { .. }) => Ok(false),
                Err(error) => Err(error),
            }
        }
    });
    if !shown.await? {
        let detail = format!("there is no promise {:?}", promise.as_str());
        return Err(Problem::not_found(detail));
    }
    let request = Request::Kept {
        promise: promise.clone(),
        by: keeping.by,
        evidence: keeping.evidence,
    };
    api.engine.submit(request).await?;
    let row = api.read(move |core| core.promise(&promise)).await?;
    Ok(Json(PromiseView::from(&row.promise)))
}
