//! What every page has: who looks, in which language, the way to the other pages; and how a template becomes an answer.

use askama::Template;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::gate::{Caller, Who};
use super::time::Time;
use super::words::{self, Lang};
use super::{Console, ROUTES, assets};
use crate::api::Problem;
use crate::api::chat::accepted_language;
use crate::staff::Role;

/// The pages that the menu leads to, in its order: their address and the name of their text.
const PAGES: &[(&str, &str)] = &[
    ("/console/inbox", "inbox"),
    ("/console/tickets", "tickets"),
    ("/console/workflow", "workflow"),
    ("/console/runs", "runs"),
    ("/console/plugins", "plugins"),
    ("/console/knowledge", "knowledge"),
    ("/console/reports", "reports"),
    ("/console/people", "people"),
    ("/console/audit", "audit"),
];

/// One line of the menu.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// Its address.
    pub(crate) path: &'static str,
    /// Its picture and its text's name.
    pub(crate) id: &'static str,
    /// Whether this is it.
    pub(crate) is_here: bool,
}

/// What every page has. Templates call it `f`.
#[derive(Clone)]
pub(crate) struct Frame {
    /// The language of the page.
    pub(crate) lang: Lang,
    /// The desk's name.
    pub(crate) desk: String,
    /// Whoever is signed in.
    pub(crate) who: Option<Who>,
    /// What to call them.
    pub(crate) called: String,
    /// The menu.
    pub(crate) places: Vec<Place>,
    /// What forms carry.
    pub(crate) csrf: String,
    /// Whether they say that they are there: `online`, `busy`, `away`, `offline`; none where it isn't asked.
    pub(crate) presence: Option<&'static str>,
    /// What was just done, in words.
    pub(crate) done: Option<&'static str>,
    /// The address of this page, for coming back to it.
    pub(crate) path: String,
    /// Where times are.
    pub(crate) zone: TimeZone,
    /// When.
    pub(crate) now: Timestamp,
}

impl Frame {
    pub(super) fn of(console: &Console, caller: &Caller, uri: &Uri, headers: &HeaderMap) -> Self {
        let core = console.api.engine.core();
        let desk = core.desk();
        let who = caller.who.clone();
        let chosen = who.as_ref().and_then(|who| who.person.language.as_deref());
        let lang = chosen
            .and_then(Lang::of)
            .or_else(|| Lang::of(accepted_language(headers, &desk)))
            .unwrap_or(Lang::En);
        let called = who.as_ref().map_or_else(String::new, |who| {
            let person = desk.directory.person(who.name());
            person.map_or_else(
                || who.name().to_owned(),
                |person| person.display_name(Some(lang.tag())).to_owned(),
            )
        });
        let asked = super::form::Form::read(uri.query().unwrap_or("").as_bytes());
        let done = asked
            .some("done")
            .filter(|done| done.starts_with("done-"))
            .and_then(|done| words::known(lang, &done));
        let places = who
            .as_ref()
            .map_or_else(Vec::new, |who| menu(who.role(), uri.path()));
        let presence = who
            .as_ref()
            .filter(|who| works_with_customers(who.role()))
            .and_then(|who| {
                let presence = core.presence_of(who.name()).ok()?;
                Some(presence.map_or("offline", |presence| presence.status.as_str()))
            });
        let token = caller.who.as_ref().or(caller.halfway.as_ref());
        Self {
            lang,
            desk: desk.name.clone(),
            csrf: token.map_or_else(String::new, Who::token),
            called,
            places,
            presence,
            done,
            path: uri
                .path_and_query()
                .map_or_else(String::new, |path| path.as_str().to_owned()),
            zone: desk.time_zone.clone(),
            now: console.now(),
            who,
        }
    }

    /// One of the console's texts.
    pub(crate) fn t<'a>(&self, id: &'a str) -> &'a str {
        words::say(self.lang, id)
    }

    /// One of several texts: `role` and `agent` make `role-agent`; the value itself where there is none for it.
    pub(crate) fn one(&self, group: &str, value: &str) -> String {
        let id = format!("{group}-{value}");
        words::known(self.lang, &id).map_or_else(|| value.to_owned(), str::to_owned)
    }

    /// One of the texts with something put into its place.
    pub(crate) fn fill(&self, id: &str, value: impl std::fmt::Display) -> String {
        words::say(self.lang, id).replacen("{}", &value.to_string(), 1)
    }

    /// A time of the desk.
    pub(crate) fn time(&self, at: &Timestamp) -> Time {
        Time::new(*at, self.now, &self.zone, self.lang)
    }

    /// A day of the week with its date.
    pub(crate) fn day(&self, at: &Timestamp) -> String {
        let local = at.to_zoned(self.zone.clone());
        let weekday = [
            "monday",
            "tuesday",
            "wednesday",
            "thursday",
            "friday",
            "saturday",
            "sunday",
        ];
        let nth = usize::try_from(local.weekday().to_monday_zero_offset()).ok();
        let weekday = nth
            .and_then(|nth| weekday.get(nth))
            .copied()
            .unwrap_or_default();
        let date = match self.lang {
            Lang::En => local.strftime("%-d %b"),
            _ => local.strftime("%-m月%-d日"),
        };
        format!("{} {date}", self.one("weekday", weekday))
    }

    /// A time of day, with the day where it isn't today.
    pub(crate) fn clock(&self, at: &Timestamp) -> String {
        let local = at.to_zoned(self.zone.clone());
        let today = self.now.to_zoned(self.zone.clone());
        let format = match (local.date() == today.date(), self.lang) {
            (true, _) => "%H:%M",
            (false, Lang::En) => "%-d %b %H:%M",
            (false, _) => "%-m月%-d日 %H:%M",
        };
        local.strftime(format).to_string()
    }

    /// The first letter of their name.
    pub(crate) fn initial(&self) -> String {
        self.called.chars().take(1).collect()
    }

    /// How long ago, as `3 h 05 min`.
    pub(crate) fn since(&self, at: &Timestamp) -> String {
        self.span(self.now.duration_since(*at))
    }

    /// So many microseconds.
    pub(crate) fn micros(&self, micros: &u64) -> String {
        match *micros {
            micros @ 0..1_000 => format!("{micros} µs"),
            micros @ 1_000..1_000_000 => format!("{:.1} ms", micros as f64 / 1e3),
            micros => format!("{:.1} s", micros as f64 / 1e6),
        }
    }

    /// So many bytes.
    pub(crate) fn bytes(&self, bytes: &u64) -> String {
        match *bytes {
            bytes @ 0..1_024 => format!("{bytes} B"),
            bytes @ 1_024..1_048_576 => format!("{:.0} KiB", bytes as f64 / 1_024.0),
            bytes => format!("{:.1} MiB", bytes as f64 / 1_048_576.0),
        }
    }

    /// `light`, `dark`, or what the system says.
    pub(crate) fn theme(&self) -> &'static str {
        let theme = self.who.as_ref().and_then(|who| who.person.theme);
        theme.map_or("system", |theme| theme.as_str())
    }

    /// Whether whoever is signed in may use a route: for buttons that only some have.
    pub(crate) fn may(&self, method: &str, path: &str) -> bool {
        let role = self.who.as_ref().map(Who::role);
        ROUTES
            .iter()
            .any(|route| route.method == method && route.path == path && route.access.lets(role))
    }

    /// The address of one of the console's own files.
    pub(crate) fn asset(&self, name: &str) -> String {
        assets::address(name)
    }

    /// Every language.
    pub(crate) fn languages(&self) -> [Lang; 3] {
        Lang::ALL
    }
}

impl FromRequestParts<Console> for Frame {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Console) -> Result<Self, Problem> {
        let frame = parts.extensions.get::<Self>().cloned();
        frame.ok_or_else(Problem::broken)
    }
}

fn works_with_customers(role: Role) -> bool {
    matches!(role, Role::Administrator | Role::Supervisor | Role::Agent)
}

/// The pages that somebody of that role may see, those that there are.
pub(super) fn menu(role: Role, here: &str) -> Vec<Place> {
    let pages = PAGES.iter().filter(|(path, _)| {
        ROUTES.iter().any(|route| {
            route.path == *path && route.method == "get" && route.access.lets(Some(role))
        })
    });
    pages
        .map(|(path, id)| Place {
            path,
            id,
            is_here: here == *path
                || here
                    .strip_prefix(path)
                    .is_some_and(|rest| rest.starts_with('/'))
                || (*id == "inbox" && here.starts_with("/console/conversations/")),
        })
        .collect()
}

/// A template as an answer.
pub(crate) fn page(template: &impl Template) -> Response {
    with_status(StatusCode::OK, template)
}

/// A template as an answer with that status.
pub(crate) fn with_status(status: StatusCode, template: &impl Template) -> Response {
    match template.render() {
        Ok(text) => {
            let mut response = (status, text).into_response();
            response.headers_mut().insert(
                header::CONTENT_TYPE,
                HeaderValue::from_static("text/html; charset=utf-8"),
            );
            response
        }
        Err(error) => {
            tracing::error!(%error, "a page could not be rendered");
            Problem::broken().into_response()
        }
    }
}

/// To another page, with GET.
pub(crate) fn redirect(path: &str) -> Response {
    let Ok(location) = HeaderValue::from_str(path) else {
        return Problem::broken().into_response();
    };
    let mut response = StatusCode::SEE_OTHER.into_response();
    response.headers_mut().insert(header::LOCATION, location);
    response
}

#[derive(Template)]
#[template(path = "console/refusal.html")]
struct Refusal<'a> {
    f: &'a Frame,
    detail: &'a str,
}

/// A refusal as a page.
pub(super) async fn refusal(frame: &Frame, response: Response) -> Response {
    const MOST: usize = 64 * 1024;
    let (parts, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, MOST).await.unwrap_or_default();
    let problem: serde_json::Value = serde_json::from_slice(&bytes).unwrap_or_default();
    let detail = problem.get("detail").and_then(|detail| detail.as_str());
    let refusal = Refusal {
        f: frame,
        detail: detail.unwrap_or_default(),
    };
    let mut page = with_status(parts.status, &refusal);
    if let Some(after) = parts.headers.get(header::RETRY_AFTER) {
        page.headers_mut()
            .insert(header::RETRY_AFTER, after.clone());
    }
    page
}
