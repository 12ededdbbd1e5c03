//! The console: the pages in which people of the desk work, rendered here and served from the binary.
//!
//! This room turns what the engine, the reports and the staff's rows say into pages and what people type into
//! [`crate::engine::Request`]s. It decides nothing about service. The API doesn't know it: `cli` puts the two together.
//!
//! - `gate`: who may use a route, forged requests, the audit log; `routes`: the one table of all of that;
//! - `frame`: what every page has; `words`: its texts in three languages; `time`: how times are written;
//! - `assets`: the style sheet and the script; `form`: what a form sent;
//! - `entrance`, `set_up`, `profile`: signing in, the first administrator, one's own account;
//! - `ledger`: what pages show of many runs at once, counted as they come;
//! - `people`, `shifts`, `audit`, `inbox`, `tickets`, `runs`, `plugins`, `trials`, `reports`, `workflow`, `knowledge`: the pages.
//!
//! Invariants:
//! 1. Every route is in [`routes::ROUTES`] with the roles that may use it, and what changes something is in the log.
//! 2. Nobody but an administrator's set-up page is served before there is an administrator.
//! 3. Texts are text: escaped by the templates, and no script makes HTML of a string.
//! 4. A session's id is in its cookie and nowhere else.

mod assets;
mod audit;
mod called;
mod entrance;
mod form;
mod frame;
mod gate;
mod inbox;
mod knowledge;
mod ledger;
mod people;
mod plugins;
mod profile;
mod reports;
mod routes;
mod runs;
mod set_up;
mod shifts;
mod tickets;
mod time;
mod trials;
mod words;
mod workflow;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use axum::Router;
use jiff::Timestamp;
use tokio::sync::Semaphore;

use crate::api::{Api, Problem};
use crate::engine::EngineError;
use crate::staff::{Backoff, Staff, StaffError};

pub use routes::{Access, ROUTES, Route};

/// How many passwords are hashed at once: each takes 19 MiB for some tens of milliseconds.
const HASHED_AT_ONCE: usize = 2;

/// What the pages' handlers share.
#[derive(Clone)]
pub(crate) struct Console {
    pub(crate) api: Api,
    backoff: Arc<Backoff>,
    hashing: Arc<Semaphore>,
    is_set_up: Arc<AtomicBool>,
    company: Arc<inbox::Company>,
    ledger: Arc<ledger::Ledger>,
}

impl Console {
    fn staff(&self) -> &Arc<Staff> {
        self.api.staff()
    }

    fn now(&self) -> Timestamp {
        self.api.engine.core().clock().now()
    }

    /// Reads what was counted, off the threads that serve the network; that day and all after it are wanted.
    async fn counted<T: Send + 'static>(
        &self,
        from: Option<jiff::civil::Date>,
        work: impl FnOnce(&crate::engine::Core, ledger::Reading<'_>) -> Result<T, EngineError>
        + Send
        + 'static,
    ) -> Result<T, Problem> {
        let ledger = Arc::clone(&self.ledger);
        self.api
            .read(move |core| work(core, ledger.read(core, from)?))
            .await
    }

    /// Works on the staff's rows, off the threads that serve the network.
    pub(crate) async fn with_staff<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Staff) -> Result<T, StaffError> + Send + 'static,
    ) -> Result<T, Problem> {
        let staff = Arc::clone(self.staff());
        match tokio::task::spawn_blocking(move || work(&staff)).await {
            Ok(result) => Ok(result.map_err(problem)?),
            Err(_) => Err(Problem::broken()),
        }
    }

    /// The same where a password is hashed: few at once.
    async fn with_password<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Staff) -> Result<T, StaffError> + Send + 'static,
    ) -> Result<T, Problem> {
        let place = Arc::clone(&self.hashing)
            .acquire_owned()
            .await
            .map_err(|_| Problem::broken())?;
        self.with_staff(move |staff| {
            let _place = place;
            work(staff)
        })
        .await
    }
}

/// The pages, to be served beside the API.
pub fn router(api: &Api) -> Router {
    let console = Console {
        api: api.clone(),
        backoff: Arc::default(),
        hashing: Arc::new(Semaphore::new(HASHED_AT_ONCE)),
        is_set_up: Arc::default(),
        company: Arc::default(),
        ledger: ledger::Ledger::kept(api),
    };
    routes::router(&console).with_state(console)
}

fn problem(error: StaffError) -> Problem {
    use axum::http::StatusCode;
    let detail = error.to_string();
    match error {
        StaffError::Unknown(_) => Problem::not_found(detail),
        StaffError::Known(_) | StaffError::LastAdministrator(_) => {
            Problem::new(StatusCode::CONFLICT, detail)
        }
        StaffError::Password(_) | StaffError::Name | StaffError::Code => {
            Problem::bad_request(detail)
        }
        StaffError::Store(error) => Problem::from(&error),
        StaffError::Random(_) | StaffError::Hash(_) => {
            tracing::error!(%detail, "a password could not be worked with");
            Problem::broken()
        }
    }
}
