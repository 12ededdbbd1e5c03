//! The HTTP API: what other programs, the chat page and the command line talk to.
//!
//! This room turns requests into [`crate::engine::Request`]s and answers into JSON. It decides nothing about service.
//! Every refusal is `application/problem+json` (RFC 9457) that says what was wrong and how to mend it.
//!
//! - `messages`, `conversations`, `agents`, `events`, `accounts`, `customers`, `tickets`, `evidence`, `promises`, `runs`, `plugins`, `records`, `reports`, `search`: the calls under `/api/v1`.
//! - `chat`: the page for visitors, the widget and their endpoints; `typing`: who writes just now; `limiter`: how often strangers may use them.
//! - `survey`: the satisfaction question as a signed link.
//! - `health`, `openapi`: for whoever runs the host or writes a client.
//! - `extract`, `views`, `problem`: what is read, the shapes of answers, refusals.
//! - `proxies`: who calls, where proxies stand before the host.
//! - `auditing`: what is written into the audit log.
//! - `acting`: for whom a program acts; `guard`: the access token, other sites' pages, headers of every answer.
//! - `hub`: wakes the streams of a conversation; `server`: the accept loop.
//!
//! Invariants:
//! 1. Every route is in [`ROUTES`] with who may use it, and in the OpenAPI document.
//! 2. No body is read beyond its limit or its deadline; nothing that blocks runs on the threads that serve the network.
//! 3. What a header claims about where a request came from is believed of trusted proxies only.

mod accounts;
pub(crate) mod acting;
mod agents;
pub(crate) mod auditing;
pub(crate) mod chat;
mod conversations;
mod customers;
mod events;
mod evidence;
pub(crate) mod extract;
pub(crate) mod guard;
mod health;
mod hub;
pub(crate) mod limiter;
mod messages;
mod openapi;
mod plugins;
mod problem;
mod promises;
pub(crate) mod proxies;
mod records;
pub(crate) mod reports;
mod runs;
mod search;
mod server;
mod survey;
mod tickets;
pub(crate) mod typing;
mod views;

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use axum::Router;
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tower_http::catch_panic::CatchPanicLayer;

use crate::engine::{Core, Engine, EngineError, PluginsError};
use crate::staff::Staff;

pub use limiter::Rate;
pub(crate) use plugins::SIGNATURE;
pub use problem::Problem;
pub use proxies::Network;
pub(crate) use records::check as check_record;
pub use server::Server;

/// The most bytes of an ordinary request's body.
pub const MAX_BODY_BYTES: usize = 64 * 1024;
/// The most bytes of a component.
pub const MAX_COMPONENT_BYTES: usize = crate::sandbox::LARGEST_COMPONENT;
/// How many streams of events may be open at once.
const MAX_STREAMS: usize = 4_096;

/// How the API is served.
#[derive(Clone)]
pub struct ApiConfig {
    /// The access token that API calls must carry; none: whoever reaches the address may call.
    pub token: Option<String>,
    /// Proxies that are believed about who calls.
    pub trusted_proxies: Vec<Network>,
    /// How long a client may take to send its headers.
    pub header_deadline: Duration,
    /// How long a client may take to send a body.
    pub body_deadline: Duration,
    /// How long requests under way may take when the host stops.
    pub drain: Duration,
    /// How often one visitor may write on the chat page.
    pub per_visitor: Rate,
    /// How often the chat page's endpoints may be called from one address.
    pub per_address: Rate,
}

impl Default for ApiConfig {
    fn default() -> Self {
        Self {
            token: None,
            trusted_proxies: Vec::new(),
            header_deadline: Duration::from_secs(10),
            body_deadline: Duration::from_secs(30),
            drain: Duration::from_secs(10),
            per_visitor: Rate {
                burst: 10,
                per_second: 0.5,
            },
            per_address: Rate {
                burst: 60,
                per_second: 5.0,
            },
        }
    }
}

impl std::fmt::Debug for ApiConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ApiConfig")
            .field("token", &self.token.as_ref().map(|_| "…"))
            .finish_non_exhaustive()
    }
}

/// What handlers share. Every layer of every request has a copy, so a copy counts one reference.
#[derive(Clone)]
pub struct Api(Arc<Shared>);

impl std::ops::Deref for Api {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

/// What there is one of for all handlers.
pub struct Shared {
    pub(crate) engine: Arc<Engine>,
    pub(crate) config: Arc<ApiConfig>,
    staff: Arc<Staff>,
    hub: Arc<hub::Hub>,
    pub(crate) streams: Arc<Semaphore>,
    pushing: Arc<Semaphore>,
    reporting: Arc<Semaphore>,
    /// Rehearsals take long and leave the others alone: one at a time.
    rehearsing: Arc<Semaphore>,
    visitors: Arc<limiter::Limiter<String>>,
    addresses: Arc<limiter::Limiter<IpAddr>>,
    /// How many customers were erased since the start.
    pub(crate) erasures: Arc<AtomicU64>,
    /// Who is writing just now.
    typing: Arc<typing::Typing>,
    pub(crate) stopping: watch::Receiver<bool>,
}

impl Api {
    fn new(
        engine: Arc<Engine>,
        staff: Arc<Staff>,
        config: ApiConfig,
        stopping: watch::Receiver<bool>,
    ) -> Self {
        let hub = Arc::new(hub::Hub::default());
        tokio::spawn(Arc::clone(&hub).listen(engine.live()));
        Self(Arc::new(Shared {
            visitors: Arc::new(limiter::Limiter::new(config.per_visitor)),
            addresses: Arc::new(limiter::Limiter::new(config.per_address)),
            streams: Arc::new(Semaphore::new(MAX_STREAMS)),
            pushing: Arc::new(Semaphore::new(1)),
            reporting: Arc::new(Semaphore::new(1)),
            rehearsing: Arc::new(Semaphore::new(1)),
            config: Arc::new(config),
            engine,
            staff,
            hub,
            erasures: Arc::default(),
            typing: Arc::new(typing::Typing::default()),
            stopping,
        }))
    }

    /// The people who may sign in, and the audit log.
    pub(crate) fn staff(&self) -> &Arc<Staff> {
        &self.staff
    }

    /// Waits for the one place that there is for reports that read much.
    pub(crate) async fn reporting(&self) -> Result<OwnedSemaphorePermit, Problem> {
        let place = Arc::clone(&self.reporting).acquire_owned();
        place.await.map_err(|_| Problem::broken())
    }

    /// Waits for the one place that there is for rehearsals.
    pub(crate) async fn rehearsing(&self) -> Result<OwnedSemaphorePermit, Problem> {
        let place = Arc::clone(&self.rehearsing).acquire_owned();
        place.await.map_err(|_| Problem::broken())
    }

    /// The one place for taking a component in, if it is free.
    pub(crate) fn pushing(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.pushing).try_acquire_owned().ok()
    }

    /// Reads the desk, off the threads that serve the network.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Core) -> Result<T, EngineError> + Send + 'static,
    ) -> Result<T, Problem> {
        let core = Arc::clone(self.engine.core());
        match tokio::task::spawn_blocking(move || work(&core)).await {
            Ok(result) => Ok(result?),
            Err(_) => Err(Problem::broken()),
        }
    }

    /// Works on plugins and the workflow: compiling and building block, so off the threads that serve the network.
    pub(crate) async fn manage<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Core) -> Result<T, PluginsError> + Send + 'static,
    ) -> Result<T, Problem> {
        let core = Arc::clone(self.engine.core());
        match tokio::task::spawn_blocking(move || work(&core)).await {
            Ok(result) => Ok(result?),
            Err(_) => Err(Problem::broken()),
        }
    }
}

impl Api {
    /// Reads much, one after the other.
    pub(crate) async fn read_alone<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Core) -> Result<T, EngineError> + Send + 'static,
    ) -> Result<T, Problem> {
        let place = Arc::clone(&self.reporting).acquire_owned().await;
        let place = place.map_err(|_| Problem::broken())?;
        self.read(move |core| {
            let _place = place;
            work(core)
        })
        .await
    }
}

/// Who may use a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Bearers of the access token, where one is set.
    Token,
    /// Everybody.
    Open,
}

/// A route of the server.
#[derive(Clone, Copy, Debug)]
#[allow(
    dead_code,
    reason = "tests hold the table against the document and the guard"
)]
pub(crate) struct Route {
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    pub(crate) access: Access,
}

macro_rules! routes {
    ($($access:ident $method:ident $path:literal => $handler:path;)+) => {
        /// Every route, with who may use it.
        #[allow(dead_code, reason = "tests hold the table against the document and the guard")]
        pub(crate) const ROUTES: &[Route] =
            &[$(Route { method: stringify!($method), path: $path, access: Access::$access }),+];

        /// The routes for bearers of the token, and the open ones.
        fn routers() -> (Router<Api>, Router<Api>) {
            let (mut guarded, mut open) = (Router::new(), Router::new());
            $(
                let handler = axum::routing::$method($handler);
                match Access::$access {
                    Access::Token => guarded = guarded.route($path, handler),
                    Access::Open => open = open.route($path, handler),
                }
            )+
            (guarded, open)
        }
    };
}

routes! {
    Token post "/api/v1/messages" => messages::receive;
    Token get "/api/v1/conversations" => conversations::list;
    Token get "/api/v1/conversations/{id}" => conversations::show;
    Token get "/api/v1/conversations/{id}/events" => events::follow;
    Token post "/api/v1/conversations/{id}/replies" => conversations::reply;
    Token post "/api/v1/conversations/{id}/take" => conversations::take;
    Token post "/api/v1/conversations/{id}/resolve" => conversations::resolve;
    Token get "/api/v1/conversations/{id}/record" => records::show;
    Token patch "/api/v1/conversations/{id}/record" => records::edit;
    Token post "/api/v1/conversations/{id}/typing" => typing::agent;
    Token get "/api/v1/identity-key" => chat::identity_key;
    Token post "/api/v1/identity-key" => chat::new_identity_key;
    Token post "/api/v1/conversations/{id}/release" => conversations::release;
    Token get "/api/v1/agents" => agents::list;
    Token post "/api/v1/agents/{agent}/presence" => agents::presence;
    Token get "/api/v1/queue" => agents::queue;
    Token get "/api/v1/reports/attendance" => agents::attendance;
    Token get "/api/v1/accounts/{id}" => accounts::show;
    Token patch "/api/v1/accounts/{id}" => customers::edit;
    Token delete "/api/v1/accounts/{id}" => accounts::erase;
    Token get "/api/v1/accounts/{id}/export" => accounts::export;
    Token get "/api/v1/accounts/{id}/timeline" => customers::show;
    Token post "/api/v1/accounts/{id}/merge" => customers::merge;
    Token post "/api/v1/accounts/{id}/split" => customers::split;
    Token get "/api/v1/tickets" => tickets::list;
    Token patch "/api/v1/tickets/{id}" => tickets::update;
    Token get "/api/v1/tickets/{id}/evidence" => evidence::export;
    Token get "/api/v1/promises" => promises::list;
    Token patch "/api/v1/promises/{id}" => promises::keep;
    Token get "/api/v1/runs/{id}" => runs::show;
    Token get "/api/v1/runs/{id}/cases/{step}" => runs::case;
    Token get "/api/v1/plugins" => plugins::list;
    Token put "/api/v1/plugins/{name}/{version}" => plugins::push;
    Token post "/api/v1/plugins/{name}/activate" => plugins::activate;
    Token post "/api/v1/plugins/{name}/rehearse" => plugins::rehearse;
    Token post "/api/v1/plugins/{name}/exam" => plugins::examine;
    Token post "/api/v1/plugins/{name}/trial" => plugins::begin_trial;
    Token delete "/api/v1/plugins/{name}/trial" => plugins::end_trial;
    Token post "/api/v1/plugins/{name}/rollback" => plugins::roll_back;
    Token get "/api/v1/search" => search::find;
    Token get "/api/v1/reports/volume" => reports::volume;
    Token get "/api/v1/reports/satisfaction" => reports::satisfaction;
    Token get "/api/v1/reports/tickets" => reports::tickets;
    Token get "/api/v1/reports/steps" => reports::steps;
    Token get "/api/v1/reports/agents" => reports::agents;
    Token get "/api/v1/reports/workload" => reports::workload;
    Token get "/api/v1/reports/quality" => reports::quality;
    Token get "/api/v1/reports/records" => reports::records;
    Token get "/api/v1/reports/records/deliveries" => reports::deliveries;
    Token get "/metrics" => health::metrics;
    Open get "/chat" => chat::show;
    Open get "/chat/chat.css" => chat::style;
    Open get "/chat/chat.js" => chat::script;
    Open get "/chat/frame" => chat::frame;
    Open get "/chat/reading.js" => chat::reading;
    Open get "/chat/words.js" => chat::words;
    Open get "/chat/desk" => chat::desk;
    Open post "/chat/messages" => chat::receive;
    Open post "/chat/typing" => chat::typing;
    Open post "/chat/rating" => chat::rate;
    Open get "/widget.js" => chat::launcher;
    Open get "/favicon.svg" => chat::icon_svg;
    Open get "/favicon.ico" => chat::icon;
    Open get "/chat/events" => chat::follow;
    Open get "/chat/history" => chat::history;
    Token post "/api/v1/conversations/{id}/survey-link" => survey::link;
    Open get "/survey/{token}" => survey::show;
    Open post "/survey/{token}" => survey::vote;
    Open get "/healthz" => health::alive;
    Open get "/readyz" => health::ready;
    Open get "/openapi.json" => openapi::document;
}

/// Every route over an engine, and those of another room. Spawns a task that passes live events on: within a runtime
/// only.
pub(crate) fn router(
    engine: Arc<Engine>,
    staff: Arc<Staff>,
    config: ApiConfig,
    stopping: watch::Receiver<bool>,
    others: impl FnOnce(&Api) -> Router,
) -> Router {
    use axum::middleware::{from_fn, from_fn_with_state};
    let api = Api::new(engine, staff, config, stopping);
    let others = others(&api);
    let (guarded, open) = routers();
    guarded
        .route_layer(from_fn_with_state(api.clone(), auditing::note_changes))
        .route_layer(from_fn_with_state(api.clone(), guard::needs_token))
        .merge(open)
        .with_state(api)
        .merge(others)
        .fallback(nowhere)
        .method_not_allowed_fallback(wrong_method)
        .layer(from_fn(guard::same_site))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn(guard::safe_headers))
}

async fn nowhere(uri: Uri) -> Problem {
    Problem::not_found(format!(
        "there is nothing at {}; /openapi.json lists what there is",
        uri.path()
    ))
}

async fn wrong_method(method: Method, uri: Uri) -> Problem {
    let detail = format!(
        "{method} is not possible at {}; the Allow header says what is",
        uri.path()
    );
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, detail)
}

fn panicked(_: Box<dyn std::any::Any + Send>) -> Response {
    tracing::error!("a handler panicked");
    Problem::broken().into_response()
}

/// How many things a page has: what was asked for within bounds, else 50.
fn page_size(limit: Option<usize>) -> Result<usize, Problem> {
    match limit {
        None => Ok(50),
        Some(limit @ 1..=200) => Ok(limit),
        Some(limit) => Err(Problem::bad_request(format!(
            "limit: {limit} is not possible; give 1 to 200"
        ))),
    }
}
