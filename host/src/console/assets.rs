//! The style sheet, the script and the icon: in the binary, under addresses that change with what is in them.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use sha2::{Digest as _, Sha256};

use crate::api::Problem;

/// A file of the console.
struct Asset {
    name: &'static str,
    kind: &'static str,
    text: &'static str,
}

const FILES: &[Asset] = &[
    Asset {
        name: "console.css",
        kind: "text/css; charset=utf-8",
        text: include_str!("assets/console.css"),
    },
    Asset {
        name: "pages.css",
        kind: "text/css; charset=utf-8",
        text: include_str!("assets/pages.css"),
    },
    Asset {
        name: "console.js",
        kind: "text/javascript; charset=utf-8",
        text: include_str!("assets/console.js"),
    },
    Asset {
        name: "icons.svg",
        kind: "image/svg+xml",
        text: include_str!("assets/icons.svg"),
    },
];

/// What each file's address says of its content.
static HASHES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let hash = |asset: &Asset| {
        let digest = Sha256::digest(asset.text);
        digest
            .iter()
            .take(8)
            .map(|byte| format!("{byte:02x}"))
            .collect()
    };
    FILES.iter().map(hash).collect()
});

/// The address of a file, with what it says of its content.
pub(super) fn address(name: &str) -> String {
    let known = FILES.iter().zip(HASHES.iter());
    let found = known.into_iter().find(|(asset, _)| asset.name == name);
    match (found, name.rsplit_once('.')) {
        (Some((_, hash)), Some((stem, kind))) => {
            format!("/console/assets/{stem}.{hash}.{kind}")
        }
        _ => "/console/assets/none".to_owned(),
    }
}

/// Serves a file. It never changes under its address, so it is kept for a year.
pub(super) async fn serve(
    Path(file): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let known = FILES.iter().zip(HASHES.iter());
    let wanted = format!("/console/assets/{file}");
    let Some((asset, hash)) = known
        .into_iter()
        .find(|(asset, _)| address(asset.name) == wanted)
    else {
        return Err(Problem::not_found(
            "there is no such file; load the page again",
        ));
    };
    let tag = format!("\"{hash}\"");
    let is_known = headers
        .get(header::IF_NONE_MATCH)
        .is_some_and(|known| known.as_bytes() == tag.as_bytes());
    let mut response = if is_known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        asset.text.into_response()
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.kind));
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=31536000, immutable"),
    );
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_files_address_says_what_is_in_it() {
        let address = address("console.css");
        assert!(address.starts_with("/console/assets/console.") && address.ends_with(".css"));
        assert_eq!(
            address.len(),
            "/console/assets/console.0123456789abcdef.css".len()
        );
    }

    #[test]
    fn the_script_makes_no_html_of_text_and_pages_have_nothing_inline() {
        let script = include_str!("assets/console.js");
        for never in [
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
            "Function(",
            "parseFromString",
        ] {
            assert!(!script.contains(never), "{never}");
        }
        let templates = concat!(env!("CARGO_MANIFEST_DIR"), "/templates/console");
        for entry in std::fs::read_dir(templates).unwrap() {
            let path = entry.unwrap().path();
            let page = std::fs::read_to_string(&path).unwrap();
            let path = path.display();
            assert!(
                !page.contains("<style") && !page.contains(" style="),
                "{path}"
            );
            assert_eq!(
                page.matches("<script").count(),
                page.matches("<script src=").count(),
                "{path}"
            );
            assert!(!page.contains("|safe"), "{path}: texts are text");
            let handlers = page.split(" on").skip(1).filter(|rest| {
                rest.split_once('=')
                    .is_some_and(|(name, _)| name.bytes().all(|b| b.is_ascii_lowercase()))
            });
            assert_eq!(handlers.count(), 0, "{path}");
            // A form that changes something carries the token.
            let posts = page.matches("method=\"post\"").count();
            assert_eq!(posts, page.matches("name=\"csrf\"").count(), "{path}");
        }
    }
}
