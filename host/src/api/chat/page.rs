//! The page itself and what it needs, all inside the binary; and `/widget.js`, which puts it on other sites.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse as _, Response};

use super::super::Api;
use super::super::guard::Framed;
use crate::workflow::Desk;

const PAGE: &str = include_str!("chat.html");
const STYLE: &str = include_str!("chat.css");
const SCRIPT: &str = include_str!("chat.js");
const READING: &str = include_str!("reading.js");
const WORDS: &str = include_str!("words.js");
const LAUNCHER: &str = include_str!("widget.js");
const ICON: &str = include_str!("icon.svg");

/// Nothing but the page's own files and endpoints; no inline script or style, no text made into HTML.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; \
    base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'; frame-ancestors ";

/// The chat page
#[utoipa::path(get, path = "/chat", tag = "chat", responses((status = 200, body = String, content_type = "text/html")))]
pub(crate) async fn show(State(api): State<Api>, headers: HeaderMap) -> Response {
    page(&api.engine.core().desk(), &headers, None)
}

/// The chat page for a frame on another site's page
///
/// Which sites may show it, `[settings.widget]` of the desk says.
#[utoipa::path(get, path = "/chat/frame", tag = "chat", responses((status = 200, body = String, content_type = "text/html")))]
pub(crate) async fn frame(State(api): State<Api>, headers: HeaderMap) -> Response {
    let desk = api.engine.core().desk();
    let ancestors = desk.settings.widget.frame_ancestors();
    let mut response = page(&desk, &headers, Some(&ancestors));
    response.extensions_mut().insert(Framed);
    response
}

fn page(desk: &Desk, headers: &HeaderMap, ancestors: Option<&str>) -> Response {
    let language = accepted_language(headers, desk);
    let origins = ancestors.map(|_| desk.settings.widget.origins.join(" "));
    let text = render(language, origins.as_deref(), &desk.name);
    let mut response = file(
        text,
        "text/html; charset=utf-8",
        &[(header::VARY, "accept-language")],
    );
    let policy = format!("{POLICY}{}", ancestors.unwrap_or("'none'"));
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        response
            .headers_mut()
            .insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
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

/// The chat page's reader of events
#[utoipa::path(get, path = "/chat/reading.js", tag = "chat", responses((status = 200, body = String, content_type = "text/javascript")))]
pub(crate) async fn reading() -> Response {
    file(
        READING.to_owned(),
        "text/javascript; charset=utf-8",
        &[(header::CACHE_CONTROL, "no-cache")],
    )
}

/// The chat page's words
#[utoipa::path(get, path = "/chat/words.js", tag = "chat", responses((status = 200, body = String, content_type = "text/javascript")))]
pub(crate) async fn words() -> Response {
    file(
        WORDS.to_owned(),
        "text/javascript; charset=utf-8",
        &[(header::CACHE_CONTROL, "no-cache")],
    )
}

/// The script that puts the chat on another site's page
///
/// `<script src="https://desk.example/widget.js" async></script>`; see `docs/widget.md`.
#[utoipa::path(get, path = "/widget.js", tag = "chat", responses((status = 200, body = String, content_type = "text/javascript")))]
pub(crate) async fn launcher() -> Response {
    let extra = [
        (header::CACHE_CONTROL, "public, max-age=300"),
        // Other sites load it: that is what it is for.
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "cross-origin",
        ),
    ];
    file(
        LAUNCHER.to_owned(),
        "text/javascript; charset=utf-8",
        &extra,
    )
}

/// The host's icon
#[utoipa::path(get, path = "/favicon.svg", tag = "host", responses((status = 200, body = String, content_type = "image/svg+xml")))]
pub(crate) async fn icon_svg() -> Response {
    file(
        ICON.to_owned(),
        "image/svg+xml",
        &[(header::CACHE_CONTROL, "public, max-age=86400")],
    )
}

/// The host's icon, where browsers look for it by themselves
#[utoipa::path(get, path = "/favicon.ico", tag = "host", responses((status = 200, body = String, content_type = "image/svg+xml")))]
pub(crate) async fn icon() -> Response {
    icon_svg().await
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

/// The desk's name goes in last: nothing in it is filled in.
fn render(language: &str, origins: Option<&str>, desk: &str) -> String {
    let framed = match origins {
        Some(origins) => format!(" data-framed data-origins=\"{origins}\""),
        None => String::new(),
    };
    PAGE.replace("{language}", language)
        .replace("{framed}", &framed)
        .replace("{desk}", &escaped(desk))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

/// The best of our languages for whoever calls; else the first of the desk's that we speak.
pub(crate) fn accepted_language(headers: &HeaderMap, desk: &Desk) -> &'static str {
    let accepted = headers.get(header::ACCEPT_LANGUAGE);
    let accepted = accepted.and_then(|accepted| accepted.to_str().ok());
    language(accepted.unwrap_or(""), &desk.languages)
}

/// The best of the page's languages for what a browser accepts; else the first of the desk's that the page speaks.
fn language(accepted: &str, desk: &[String]) -> &'static str {
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
        .or_else(|| desk.iter().find_map(|tag| ours(tag)))
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
        let desk = ["ja", "zh-Hant", "en"].map(str::to_owned);
        assert_eq!(language("de", &[]), "en");
        for (accepted, speaks) in [
            ("", "zh-Hant"),
            ("de, fr;q=0.9", "zh-Hant"),
            ("zh-CN,zh;q=0.9,en;q=0.8", "zh-Hans"),
            ("zh-TW", "zh-Hant"),
            ("zh-Hans-HK", "zh-Hans"),
            ("zh-Hant", "zh-Hant"),
            ("en;q=0.5, zh-HK;q=0.9", "zh-Hant"),
            ("zh;q=0, en", "en"),
            ("en-GB;q=x, zh", "zh-Hans"),
        ] {
            assert_eq!(language(accepted, &desk), speaks, "{accepted}");
        }
    }

    #[test]
    fn a_desks_name_is_text_and_nothing_else_is_filled_in() {
        let page = render("en", None, "<script>{language}{framed}</script> & \"Co\"");
        assert!(
            page.contains("&lt;script&gt;{language}{framed}&lt;/script&gt; &amp; &quot;Co&quot;")
        );
        assert!(page.contains("<html lang=\"en\""));
    }

    #[test]
    fn the_page_has_no_inline_script_or_style_and_never_makes_html_of_text() {
        assert!(!PAGE.contains("<style") && !PAGE.contains(" style=") && !PAGE.contains(" on"));
        assert_eq!(
            PAGE.matches("<script").count(),
            PAGE.matches("<script src=").count()
        );
        let scripts = [SCRIPT, READING, WORDS, LAUNCHER].concat();
        for never in [
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
            "Function(",
            "srcdoc",
            ".href",
        ] {
            assert!(!scripts.contains(never), "{never}");
        }
    }
}
