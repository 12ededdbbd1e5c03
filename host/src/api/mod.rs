//! The HTTP API: what other programs, the chat page and the command line talk to.
//!
//! This room turns requests into [`crate::engine::Request`]s and answers into JSON. It decides nothing about service.
//! Every refusal is `application/problem+json` (RFC 9457) that says what was wrong and how to mend it.

mod messages;
mod problem;
mod server;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};

use crate::engine::Engine;

pub use problem::Problem;
pub use server::Server;

/// The most bytes of an ordinary request's body.
pub const MAX_BODY_BYTES: usize = 64 * 1024;

/// How the API is served.
#[derive(Clone, Debug, Default)]
pub struct ApiConfig {
    /// The access token that API calls must carry; none: whoever reaches the address may call.
    pub token: Option<String>,
}

/// What handlers share.
#[derive(Clone)]
pub struct Api {
    pub(crate) engine: Arc<Engine>,
    pub(crate) config: Arc<ApiConfig>,
}

/// Every route.
pub fn router(engine: Arc<Engine>, config: ApiConfig) -> Router {
    let api = Api { engine, config: Arc::new(config) };
    Router::new()
        .route("/api/v1/messages", post(messages::receive))
        .route("/healthz", get(|| async { "ok" }))
        .route("/readyz", get(|| async { "ready" }))
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .with_state(api)
}
