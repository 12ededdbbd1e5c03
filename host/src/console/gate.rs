//! What stands before every route: who it is, whether they may, whether they meant it, and the log.

use std::net::IpAddr;
use std::sync::atomic::Ordering;

use axum::body::Body;
use axum::extract::{Extension, FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac as _};
use sha2::Sha256;

use super::form::Form;
use super::frame::{self, Frame};
use super::{Console, Route};
use crate::api::acting::Acting;
use crate::api::auditing::named;
use crate::api::extract::body;
use crate::api::guard::Peer;
use crate::api::{Problem, proxies};
use crate::staff::{AuditRow, Person, Role, same};

/// The most bytes of a form.
const MAX_FORM_BYTES: usize = 256 * 1024;
/// What a page that asks by itself says, so that nobody stays signed in by it.
const BACKGROUND: &str = "x-switchboard-background";
/// Where a script puts the token of a form.
const TOKEN: &str = "x-csrf-token";
/// Nothing but the console's own files; no inline script or style; no text made into HTML.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
    connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; \
    require-trusted-types-for 'script'; trusted-types 'none'";

/// One route's gate.
#[derive(Clone)]
pub(super) struct Gate {
    pub(super) console: Console,
    pub(super) route: Route,
}

/// Somebody signed in.
#[derive(Clone)]
pub(crate) struct Who {
    /// Their row.
    pub(crate) person: Person,
    /// The session's id.
    session: String,
}

impl Who {
    /// Their name in the directory.
    pub(crate) fn name(&self) -> &str {
        &self.person.name
    }

    /// What they may do.
    pub(crate) fn role(&self) -> Role {
        self.person.role
    }

    /// What is shown to them: not what is about them (R74).
    pub(crate) fn acting(&self) -> Acting {
        Acting::person(&self.person.name)
    }

    /// The same session with their row as it is now.
    pub(super) fn with(&self, person: Person) -> Self {
        Self {
            person,
            session: self.session.clone(),
        }
    }

    /// Their session's id.
    pub(super) fn session(&self) -> &str {
        &self.session
    }

    /// What their forms carry.
    pub(super) fn token(&self) -> String {
        token(&self.session)
    }
}

impl FromRequestParts<Console> for Who {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Console) -> Result<Self, Problem> {
        let caller = parts.extensions.get::<Caller>();
        let who = caller.and_then(|caller| caller.who.clone());
        who.ok_or_else(|| Problem::new(StatusCode::UNAUTHORIZED, "sign in first"))
    }
}

/// Whoever calls a route.
#[derive(Clone)]
pub(crate) struct Caller {
    /// None: nobody is signed in.
    pub(crate) who: Option<Who>,
    /// A session that still wants a one-time code.
    pub(super) halfway: Option<Who>,
    /// Where from.
    pub(crate) address: IpAddr,
    /// Whether the way there is encrypted.
    pub(super) is_secure: bool,
}

impl FromRequestParts<Console> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Console) -> Result<Self, Problem> {
        let caller = parts.extensions.get::<Self>().cloned();
        caller.ok_or_else(Problem::broken)
    }
}

/// What a handler adds to its line in the log. Never a secret, never a customer's words.
#[derive(Clone, Debug)]
pub(crate) struct Logged(pub(crate) String);

/// Lets those through who may, and writes down what they changed.
pub(super) async fn gate(
    State(gate): State<Gate>,
    Extension(Peer(peer)): Extension<Peer>,
    mut request: Request,
    next: Next,
) -> Response {
    let Gate { console, route } = gate;
    let method = request.method().clone();
    let uri = request.uri().clone();
    let headers = request.headers().clone();
    let trusted = &console.api.config.trusted_proxies;
    let address = proxies::caller(peer.ip(), &headers, trusted);
    let is_secure = proxies::is_secure(peer.ip(), &headers, trusted);
    // What a script sends for somebody is something done; what a page asks for by itself isn't.
    let is_act = route.is_logged || !headers.contains_key(BACKGROUND);
    let caller = match recognise(&console, &headers, address, (is_secure, is_act)).await {
        Ok(caller) => caller,
        Err(problem) => return dressed(problem.into_response()),
    };
    let frame = Frame::of(&console, &caller, &uri, &headers);
    let mut refused = admit(&console, &route, &caller, &uri, &headers).await;
    let changes = method != Method::GET && method != Method::HEAD;
    // What nobody known tries isn't written down before the way in: anybody could fill the log.
    let mut is_logged = route.is_logged && (refused.is_none() || caller.who.is_some());
    if refused.is_none() && changes {
        match meant(request, &caller, &console).await {
            Ok(checked) => request = checked,
            Err(problem) => {
                refused = Some(problem.into_response());
                request = Request::default();
            }
        }
    }
    let response = match refused {
        Some(refused) => refused,
        None => {
            request.extensions_mut().insert(caller.clone());
            request.extensions_mut().insert(frame.clone());
            next.run(request).await
        }
    };
    is_logged &= response.status() != StatusCode::TOO_MANY_REQUESTS;
    if is_logged {
        let detail = response.extensions().get::<Logged>().cloned();
        log(&console, &route, &caller, &uri, (response.status(), detail)).await;
    }
    finished(response, &frame, &headers).await
}

/// Who calls, by the cookie.
async fn recognise(
    console: &Console,
    headers: &HeaderMap,
    address: IpAddr,
    (is_secure, is_act): (bool, bool),
) -> Result<Caller, Problem> {
    let mut caller = Caller {
        who: None,
        halfway: None,
        address,
        is_secure,
    };
    let Some(id) = cookie(headers, session_cookie(is_secure)).map(str::to_owned) else {
        return Ok(caller);
    };
    let now = console.now();
    let found = console
        .with_staff({
            let id = id.clone();
            move |staff| staff.session(&id, now, is_act)
        })
        .await?;
    if let Some((session, person)) = found {
        let who = Some(Who {
            person,
            session: id,
        });
        if session.wants_code {
            caller.halfway = who;
        } else {
            caller.who = who;
        }
    }
    Ok(caller)
}

/// None: they may. Else where they are sent, or why they may not.
async fn admit(
    console: &Console,
    route: &Route,
    caller: &Caller,
    uri: &Uri,
    headers: &HeaderMap,
) -> Option<Response> {
    if !console.is_set_up.load(Ordering::Acquire) {
        match console.with_staff(|staff| staff.is_set_up()).await {
            Ok(true) => console.is_set_up.store(true, Ordering::Release),
            Ok(false) => {
                let belongs = ["/console/setup", "/console/assets/{file}"].contains(&route.path);
                return (!belongs).then(|| frame::redirect("/console/setup"));
            }
            Err(problem) => return Some(problem.into_response()),
        }
    }
    if route.access == super::Access::Open {
        return None;
    }
    let Some(who) = &caller.who else {
        if route.method == "get" && !headers.contains_key(BACKGROUND) {
            let next = uri
                .path_and_query()
                .map_or("/console", |path| path.as_str());
            let next = super::form::encoded(next);
            return Some(frame::redirect(&format!("/console/sign-in?next={next}")));
        }
        return Some(Problem::new(StatusCode::UNAUTHORIZED, "sign in again").into_response());
    };
    if !route.access.lets(Some(who.role())) {
        let detail = format!("this is not for the role {}", who.role());
        return Some(Problem::new(StatusCode::FORBIDDEN, detail).into_response());
    }
    if who.person.must_change && !route.path.starts_with("/console/profile") {
        return Some(frame::redirect("/console/profile"));
    }
    None
}

/// A form that the person themself sent: with the token that only this session's pages carry. Whoever isn't signed in
/// has none; there the origin, which is looked at for every request, must do.
async fn meant(request: Request, caller: &Caller, console: &Console) -> Result<Request, Problem> {
    let signed_in = caller.who.as_ref().or(caller.halfway.as_ref());
    let wanted = signed_in.map(Who::token);
    let told = request.headers().get(TOKEN);
    let fits = |given: &str| wanted.as_ref().is_none_or(|wanted| same(given, wanted));
    let refusal = || {
        let detail = "the form is from another session; load the page again and send it once more";
        Problem::new(StatusCode::FORBIDDEN, detail)
    };
    if let Some(told) = told {
        return if fits(told.to_str().unwrap_or_default()) {
            Ok(request)
        } else {
            Err(refusal())
        };
    }
    Form::check_kind(request.headers())?;
    let (parts, content) = request.into_parts();
    let deadline = console.api.config.body_deadline;
    let bytes = body(Request::new(content), MAX_FORM_BYTES, deadline).await?;
    if wanted.is_some() && !fits(&Form::read(&bytes).text("csrf")) {
        return Err(refusal());
    }
    Ok(Request::from_parts(parts, Body::from(bytes)))
}

/// Writes down what was done or refused.
async fn log(
    console: &Console,
    route: &Route,
    caller: &Caller,
    uri: &Uri,
    (status, detail): (StatusCode, Option<Logged>),
) {
    let (what, on) = named(route.method, route.path, uri.path());
    let who = caller.who.as_ref().or(caller.halfway.as_ref());
    let row = AuditRow {
        at: console.now(),
        who: match (who, &detail) {
            (Some(who), _) => who.name().to_owned(),
            // Whoever just came in is told of by the detail.
            (None, Some(Logged(name))) if status.as_u16() < 400 => name.clone(),
            (None, _) => String::new(),
        },
        what,
        on,
        from: caller.address.to_string(),
        status: status.as_u16(),
        detail: detail.map_or_else(String::new, |Logged(detail)| detail),
    };
    if let Err(problem) = console.with_staff(move |staff| staff.note(&row)).await {
        tracing::error!(
            problem = problem.detail(),
            "a line of the audit log was lost"
        );
    }
}

/// A refusal as a page, where a page was asked for; and the headers of every page.
async fn finished(response: Response, frame: &Frame, headers: &HeaderMap) -> Response {
    let is_problem = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes() == b"application/problem+json");
    let wants_page = headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"));
    if is_problem && wants_page {
        return dressed(frame::refusal(frame, response).await);
    }
    dressed(response)
}

fn dressed(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(POLICY),
    );
    // A page that names no origin could not send its own forms: without one they look like another site's.
    headers.insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("same-origin"),
    );
    headers.append(
        header::VARY,
        HeaderValue::from_static("cookie, accept-language"),
    );
    response
}

/// What forms of that session carry: made of its id, so that nobody makes it who hasn't got that.
fn token(session: &str) -> String {
    let Ok(mut mac) = <Hmac<Sha256> as KeyInit>::new_from_slice(session.as_bytes()) else {
        return String::new();
    };
    mac.update(b"form");
    URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
}

/// The name of the session's cookie. Where the way is encrypted, one that no other host and no plain page can set.
pub(super) fn session_cookie(is_secure: bool) -> &'static str {
    if is_secure {
        "__Host-switchboard"
    } else {
        "switchboard"
    }
}

/// The name of the cookie by which a device is known.
pub(super) fn device_cookie(is_secure: bool) -> &'static str {
    if is_secure {
        "__Host-switchboard-device"
    } else {
        "switchboard-device"
    }
}

/// A cookie's value.
pub(super) fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let mut pairs = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'));
    pairs.find_map(|pair| {
        let (key, value) = pair.trim().split_once('=')?;
        (key == name && !value.is_empty() && value.len() <= 128).then_some(value)
    })
}

/// A cookie for scripts to stay away from. `seconds`: how long; none: until the browser ends; 0: no longer.
pub(super) fn set_cookie(
    response: &mut Response,
    name: &str,
    value: &str,
    seconds: Option<u32>,
    is_secure: bool,
) {
    let mut text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax");
    if let Some(seconds) = seconds {
        text.push_str(&format!("; Max-Age={seconds}"));
    }
    if is_secure {
        text.push_str("; Secure");
    }
    if let Ok(value) = HeaderValue::from_str(&text) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_session_has_a_token_of_its_own_that_does_not_tell_the_session() {
        assert_ne!(token("one"), token("two"));
        assert_eq!(token("one"), token("one"));
        assert!(!token("session-id").contains("session"));
    }

    #[test]
    fn a_cookie_is_found_by_its_whole_name() {
        let mut headers = HeaderMap::new();
        headers.append(
            "cookie",
            "a=1; switchboard-device=d; switchboard=s".parse().unwrap(),
        );
        assert_eq!(cookie(&headers, "switchboard"), Some("s"));
        assert_eq!(cookie(&headers, "switchboard-device"), Some("d"));
        assert_eq!(cookie(&headers, "__Host-switchboard"), None);
    }

    #[test]
    fn the_policy_lets_nothing_inline_and_nothing_from_elsewhere() {
        assert!(!POLICY.contains("unsafe") && !POLICY.contains('*'));
        for directive in [
            "default-src 'none'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        ] {
            assert!(POLICY.contains(directive));
        }
    }
}
