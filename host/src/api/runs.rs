//! `GET /api/v1/runs/{id}`: the trace of a run; `…/cases/{step}`: one call of it as a case for the plugin's author.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::acting::Acting;
use super::extract::{Params, Segments};
use super::{Api, Problem};
use crate::model::{Run, RunId};

/// The trace of a run: enough to understand it and to repeat it byte for byte.
#[derive(ToSchema)]
#[allow(
    dead_code,
    reason = "the shape of a run for the document; runs are written as they are kept"
)]
pub(crate) struct RunTrace {
    /// Its id.
    id: String,
    /// What it handled.
    #[schema(value_type = Object)]
    event: (),
    /// The conversation before the run, after the event itself was applied.
    #[schema(value_type = Object)]
    before: (),
    /// The account before the run.
    #[schema(value_type = Object)]
    account: (),
    /// The desk's revision: a hash of workflow and configuration.
    desk: String,
    /// Each plugin call, in order: step, plugin, version, result with its effects, host calls with their answers,
    /// key-value writes, log, and what it cost (time, memory, host calls).
    #[schema(value_type = Vec<Object>)]
    invocations: (),
    /// What the run changed, in order.
    #[schema(value_type = Vec<Object>)]
    entries: (),
}

/// Look at a run
#[utoipa::path(
    get, path = "/api/v1/runs/{id}", tag = "runs",
    params(("id" = String, Path, description = "the run")),
    responses((status = 200, body = RunTrace),
        (status = "4XX", body = Problem, content_type = "application/problem+json"))
)]
pub(crate) async fn show(
    State(api): State<Api>,
    acting: Acting,
    Segments(id): Segments<String>,
) -> Result<Json<Run>, Problem> {
    let id = RunId::new(id);
    let run = api.read(move |core| acting.run(core, &id));
    Ok(Json(run.await?))
}

/// How a case is made.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct CaseQuery {
    /// Put telephone and identity numbers, addresses of mail and the customer's name out of sight.
    #[serde(default)]
    mask: bool,
}

/// A recorded call as a case.
#[derive(Serialize, ToSchema)]
pub(crate) struct RecordedCase {
    /// One line of `tests/*.jsonl`.
    #[schema(value_type = Object)]
    case: serde_json::Value,
}

/// Make a case of a recorded call
#[utoipa::path(
    get, path = "/api/v1/runs/{id}/cases/{step}", tag = "runs",
    params(("id" = String, Path, description = "the run"), ("step" = String, Path, description = "the step or reviewer"), CaseQuery),
    responses((status = 200, body = RecordedCase),
        (status = "4XX", body = Problem, content_type = "application/problem+json"))
)]
pub(crate) async fn case(
    State(api): State<Api>,
    acting: Acting,
    Segments((id, step)): Segments<(String, String)>,
    Params(CaseQuery { mask }): Params<CaseQuery>,
) -> Result<Json<RecordedCase>, Problem> {
    let id = RunId::new(id);
    let run = api.read(move |core| acting.run(core, &id)).await?;
    let case = api
        .manage(move |core| core.recorded_case(&run, &step, mask))
        .await?;
    Ok(Json(RecordedCase { case }))
}
