//! The page itself: one HTML file, one style sheet, one script, all inside the binary.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse as _, Response};

use super::super::Api;

const PAGE: &str = include_str!("chat.html");
const STYLE: &str = include_str!("chat.css");
const SCRIPT: &str = include_str!("chat.js");

/// Nothing but the page's own files and endpoints; no inline script or style, no text made into HTML.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

/// The chat page
#[utoipa::path(get, path = "/chat", tag = "chat", responses((status = 200, body = String, content_type = "text/html")))]
pub(crate) async fn show(State(api): State<Api>, headers: HeaderMap) -> Response {
    let accepted = headers
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|accepted| accepted.to_str().ok())
        .unwrap_or("");
    let page = render(language(accepted), &api.engine.core().desk().name);
    let extra = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::VARY, "accept-language"),
    ];
    file(page, "text/html; charset=utf-8", &extra)
}

/// The chat page's style sheet
#[utoipa::path(get, path = "/chat/chat.css", tag = "chat", responses((status = 200, body = String, content_type = "text/css")))]
pub(crate) async fn style() -> Response {
    file(
        STYLE.to_owned(),
        "text/css; charset=utf-8",
        &[(header::CACHE_CONTROL, "no-cache")],
    )
}

/// The chat page's script
#[utoipa::path(get, path = "/chat/chat.js", tag = "chat", responses((status = 200, body = String, content_type = "text/javascript")))]
pub(crate) async fn script() -> Response {
    file(
        SCRIPT.to_owned(),
        "text/javascript; charset=utf-8",
        &[(header::CACHE_CONTROL, "no-cache")],
    )
}

fn file(text: String, kind: &'static str, extra: &[(HeaderName, &'static str)]) -> Response {
    let mut response = text.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    for (name, value) in extra {
        headers.insert(name.clone(), HeaderValue::from_static(value));
    }
    response
}

/// The language goes in first: it is one of ours, whatever the desk is called.
fn render(language: &str, desk: &str) -> String {
    PAGE.replace("{language}", language)
        .replace("{desk}", &escaped(desk))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

/// The best of the page's languages for what a browser accepts.
fn language(accepted: &str) -> &'static str {
    let mut wanted: Vec<(f32, &str)> = accepted
        .split(',')
        .filter_map(|part| {
            let mut parts = part.split(';').map(str::trim);
            let tag = parts.next().filter(|tag| !tag.is_empty())?;
            let weight = parts
                .find_map(|part| part.strip_prefix("q="))
                .map_or(Some(1.0), |q| q.parse().ok())?;
            (weight > 0.0).then_some((weight, tag))
        })
        .collect();
    wanted.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    wanted
        .into_iter()
        .find_map(|(_, tag)| ours(tag))
        .unwrap_or("en")
}

fn ours(tag: &str) -> Option<&'static str> {
    let tag = tag.to_ascii_lowercase();
    let mut parts = tag.split('-');
    match parts.next()? {
        "en" => Some("en"),
        "zh" | "yue" => {
            let rest: Vec<&str> = parts.collect();
            let traditional = rest.contains(&"hant")
                || !rest.contains(&"hans")
                    && rest.iter().any(|part| matches!(*part, "tw" | "hk" | "mo"));
            Some(if traditional { "zh-Hant" } else { "zh-Hans" })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_speaks_what_the_browser_wants() {
        for (accepted, speaks) in [
            ("", "en"),
            ("de, fr;q=0.9", "en"),
            ("zh-CN,zh;q=0.9,en;q=0.8", "zh-Hans"),
            ("zh-TW", "zh-Hant"),
            ("zh-Hans-HK", "zh-Hans"),
            ("zh-Hant", "zh-Hant"),
            ("en;q=0.5, zh-HK;q=0.9", "zh-Hant"),
            ("zh;q=0, en", "en"),
            ("en-GB;q=x, zh", "zh-Hans"),
        ] {
            assert_eq!(language(accepted), speaks, "{accepted}");
        }
    }

    #[test]
    fn a_desks_name_is_text_and_nothing_else_is_filled_in() {
        let page = render("en", "<script>{language}</script> & \"Co\"");
        assert!(page.contains("&lt;script&gt;{language}&lt;/script&gt; &amp; &quot;Co&quot;"));
        assert!(page.contains("<html lang=\"en\""));
    }

    #[test]
    fn the_page_has_no_inline_script_or_style_and_never_makes_html_of_text() {
        assert!(!PAGE.contains("<style") && !PAGE.contains(" style=") && !PAGE.contains(" on"));
        assert_eq!(
            PAGE.matches("<script").count(),
            PAGE.matches("<script src=").count()
        );
        for never in [
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
            "Function(",
        ] {
            assert!(!SCRIPT.contains(never), "{never}");
        }
    }
}
