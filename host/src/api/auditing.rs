//! What programs change goes into the audit log, before they hear that it is done.

use axum::extract::{Extension, MatchedPath, Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::Response;

use super::acting::HEADER;
use super::extract::unescaped;
use super::guard::Peer;
use super::{Api, proxies};
use crate::staff::AuditRow;

/// What customers do, and signs of life: kept elsewhere.
const NOT_LOGGED: &[&str] = &[
    "/api/v1/messages",
    "/api/v1/agents/{agent}/presence",
    "/api/v1/conversations/{id}/typing",
];

/// Writes down what was changed or refused.
pub(crate) async fn note_changes(
    State(api): State<Api>,
    Extension(Peer(peer)): Extension<Peer>,
    path: MatchedPath,
    request: Request,
    next: Next,
) -> Response {
    let reads = matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    );
    if reads || NOT_LOGGED.contains(&path.as_str()) {
        return next.run(request).await;
    }
    let method = request.method().as_str().to_ascii_lowercase();
    let (what, on) = named(&method, path.as_str(), request.uri().path());
    let acting = request.headers().get(HEADER);
    let acting = acting.and_then(|name| std::str::from_utf8(name.as_bytes()).ok());
    let who = acting.map_or_else(|| "token".to_owned(), |name| format!("token for {name}"));
    let from = proxies::caller(peer.ip(), request.headers(), &api.config.trusted_proxies);
    let response = next.run(request).await;
    let row = AuditRow {
        at: api.engine.core().clock().now(),
        who,
        what,
        on,
        from: from.to_string(),
        status: response.status().as_u16(),
        detail: String::new(),
    };
    let staff = std::sync::Arc::clone(api.staff());
    let noted = tokio::task::spawn_blocking(move || staff.note(&row)).await;
    if !matches!(noted, Ok(Ok(()))) {
        tracing::error!("a line of the audit log was lost");
    }
    response
}

/// What a route does, in the words of its path, and on what: `conversations take` on `c-1`.
pub(crate) fn named(method: &str, pattern: &str, path: &str) -> (String, String) {
    let mut what = Vec::new();
    let mut on = Vec::new();
    if method != "post" {
        what.push(method.to_owned());
    }
    for (pattern, part) in pattern.split('/').zip(path.split('/')) {
        if pattern.starts_with('{') {
            on.push(unescaped(part));
        } else if !matches!(pattern, "" | "api" | "v1" | "console") {
            what.push(pattern.to_owned());
        }
    }
    (what.join(" "), on.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_done_is_said_in_the_words_of_the_path() {
        let of = |method, pattern, path| {
            let (what, on) = named(method, pattern, path);
            format!("{what} | {on}")
        };
        assert_eq!(
            of(
                "post",
                "/api/v1/conversations/{id}/take",
                "/api/v1/conversations/c-1/take"
            ),
            "conversations take | c-1"
        );
        assert_eq!(
            of(
                "put",
                "/api/v1/plugins/{name}/{version}",
                "/api/v1/plugins/a/1.0.0"
            ),
            "put plugins | a 1.0.0"
        );
        assert_eq!(
            of(
                "post",
                "/console/people/{name}/role",
                "/console/people/%E5%AE%89/role"
            ),
            "people role | 安"
        );
    }
}
