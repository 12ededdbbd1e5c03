//! Who may call, and what every answer carries.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use sha2::{Digest as _, Sha256};

use super::extract::refuse;
use super::{Api, Problem};

/// Where a request came from, as the socket says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) SocketAddr);

/// Marks an answer that other sites may show in a frame, as its own content security policy says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Framed;

/// Lets only bearers of the access token through; without one set, only callers that name this machine.
pub(crate) async fn needs_token(State(api): State<Api>, request: Request, next: Next) -> Response {
    let allowed = match &api.config.token {
        Some(token) => bearer(request.headers()).is_some_and(|given| same(given, token)),
        None if names_this_machine(request.headers()) => true,
        None => {
            let detail = "without an access token the API answers only to a literal address or localhost; set SWITCHBOARD_TOKEN to use other names";
            let problem = Problem::new(StatusCode::MISDIRECTED_REQUEST, detail);
            return refuse(request, problem).await.into_response();
        }
    };
    if allowed {
        return next.run(request).await;
    }
    let detail = "the access token is missing or wrong; send `Authorization: Bearer TOKEN`";
    refuse(request, Problem::new(StatusCode::UNAUTHORIZED, detail))
        .await
        .into_response()
}

/// Refuses changes that a page of another site asked a browser for.
pub(crate) async fn same_site(request: Request, next: Next) -> Response {
    let reads = matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    );
    if !reads && let Err(why) = from_this_site(request.headers()) {
        return refuse(request, Problem::new(StatusCode::FORBIDDEN, why))
            .await
            .into_response();
    }
    next.run(request).await
}

/// Headers that keep a browser from doing anything with an answer that was not meant.
pub(crate) async fn safe_headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let defaults = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; frame-ancestors 'none'",
        ),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
        (
            header::HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
        (
            header::HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
    ];
    let framed = response.extensions().get::<Framed>().is_some();
    let headers = response.headers_mut();
    for (name, value) in defaults {
        if framed && name == header::X_FRAME_OPTIONS {
            continue;
        }
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    response
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers
        .get(header::AUTHORIZATION)?
        .to_str()
        .ok()?
        .split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Compares in a time that says nothing about where the two differ.
fn same(given: &str, token: &str) -> bool {
    let (given, token) = (Sha256::digest(given), Sha256::digest(token));
    given
        .iter()
        .zip(token.iter())
        .fold(0, |differs, (a, b)| differs | (a ^ b))
        == 0
}

/// A page whose name was made to lead to this machine still says its own name.
fn names_this_machine(headers: &HeaderMap) -> bool {
    // HTTP/1.0 has no name at all; browsers never speak it.
    let Some(host) = headers.get(header::HOST) else {
        return true;
    };
    let Ok(host) = host.to_str() else {
        return false;
    };
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or(""),
        None => host.split(':').next().unwrap_or(""),
    };
    name.parse::<IpAddr>().is_ok()
        || name.eq_ignore_ascii_case("localhost")
        || name.ends_with(".localhost")
}

fn from_this_site(headers: &HeaderMap) -> Result<(), &'static str> {
    const ELSEWHERE: &str =
        "a page of another site may not do this; call from a program or from this host's own pages";
    if let Some(site) = headers.get("sec-fetch-site")
        && !matches!(site.as_bytes(), b"same-origin" | b"none")
    {
        return Err(ELSEWHERE);
    }
    let Some(origin) = headers.get(header::ORIGIN) else {
        return Ok(());
    };
    let authority = origin
        .to_str()
        .ok()
        .and_then(|origin| origin.split_once("://"))
        .map(|(_, authority)| authority);
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    match (authority, host) {
        (Some(authority), Some(host)) if authority.eq_ignore_ascii_case(host) => Ok(()),
        _ => Err(ELSEWHERE),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.insert(*name, value.parse().unwrap());
        }
        headers
    }

    #[test]
    fn only_the_very_token_opens() {
        let given = |value: &str| {
            let headers = headers(&[("authorization", value)]);
            bearer(&headers).is_some_and(|given| same(given, "a long enough secret"))
        };
        assert!(given("Bearer a long enough secret"));
        assert!(given("bearer a long enough secret"));
        for wrong in [
            "Bearer a long enough secre",
            "Bearer a long enough secrett",
            "Bearer",
            "Bearer ",
            "Basic a long enough secret",
        ] {
            assert!(!given(wrong), "{wrong}");
        }
    }

    #[test]
    fn a_page_of_another_site_is_told_by_its_origin() {
        let here = ("host", "127.0.0.1:8080");
        assert!(from_this_site(&headers(&[here])).is_ok());
        assert!(from_this_site(&headers(&[here, ("origin", "http://127.0.0.1:8080")])).is_ok());
        assert!(from_this_site(&headers(&[here, ("sec-fetch-site", "same-origin")])).is_ok());
        for elsewhere in [
            ("origin", "http://evil.example"),
            ("origin", "http://127.0.0.1:8081"),
            ("origin", "null"),
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
        ] {
            assert!(
                from_this_site(&headers(&[here, elsewhere])).is_err(),
                "{elsewhere:?}"
            );
        }
    }

    #[test]
    fn without_a_token_only_addresses_and_localhost_are_answered() {
        for mine in [
            "127.0.0.1:8080",
            "localhost",
            "LOCALHOST:1",
            "[::1]:8080",
            "desk.localhost:80",
            "10.0.0.7",
        ] {
            assert!(names_this_machine(&headers(&[("host", mine)])), "{mine}");
        }
        for other in [
            "evil.example",
            "127.0.0.1.evil.example:8080",
            "localhost.evil.example",
            "",
        ] {
            assert!(!names_this_machine(&headers(&[("host", other)])), "{other}");
        }
    }
}
