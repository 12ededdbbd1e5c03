//! Whether the host is alive, whether it takes work, and its figures.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Api, Problem};

/// A commit that takes longer than this will not end well.
const STUCK: Duration = Duration::from_secs(30);

/// How the host is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Health {
    /// `ok`.
    status: &'static str,
}

/// Whether the process and its store are alive
#[utoipa::path(
    get, path = "/healthz", tag = "host",
    responses((status = 200, body = Health), (status = 503, body = Problem, content_type = "application/problem+json"))
)]
pub(crate) async fn alive(State(api): State<Api>) -> Result<Json<Health>, Problem> {
    let stats = api.read(|core| Ok(core.store().stats())).await?;
    if let Some(why) = stats.stopped {
        return Err(Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            format!("the store has stopped: {why}"),
        ));
    }
    if stats.current_group.is_some_and(|taking| taking > STUCK) {
        return Err(Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "the disk has not answered for 30 s",
        ));
    }
    Ok(Json(Health { status: "ok" }))
}

/// Whether the host takes work now
#[utoipa::path(
    get, path = "/readyz", tag = "host",
    responses((status = 200, body = Health), (status = 503, body = Problem, content_type = "application/problem+json"))
)]
pub(crate) async fn ready(State(api): State<Api>) -> Result<Json<Health>, Problem> {
    if *api.stopping.borrow() {
        return Err(
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, "the host is stopping").retry_after(5),
        );
    }
    alive(State(api)).await
}

/// Figures of the host, for Prometheus
#[utoipa::path(
    get, path = "/metrics", tag = "host",
    responses((status = 200, body = String, content_type = "text/plain"),
        (status = "4XX", body = Problem, content_type = "application/problem+json"))
)]
pub(crate) async fn metrics(State(api): State<Api>) -> Result<Response, Problem> {
    let engine = std::sync::Arc::clone(&api.engine);
    let text = tokio::task::spawn_blocking(move || engine.metrics())
        .await
        .map_err(|_| Problem::broken())?;
    let mut response = text.into_response();
    let kind = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    Ok(response)
}
