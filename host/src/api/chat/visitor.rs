//! Who a visitor is: whoever shows a secret of 128 bits, or whoever the business's server signed for.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;

use super::super::{Api, Problem};
use super::identity::{self, Refused, Signed};
use crate::engine::EngineError;
use crate::workflow::Desk;

/// The header that carries the visitor's secret.
pub(super) const VISITOR: &str = "x-switchboard-visitor";
/// The header that carries a signed identity.
pub(super) const IDENTITY: &str = "x-switchboard-identity";
/// What the contacts of strangers begin with.
const STRANGER: &str = "visitor-";
/// What the contacts of those begin with for whom the business's server signed; nobody else's contact on the chat does.
const VERIFIED: &str = "verified:";

/// The visitor's name on the channel: a signed identity's, else the digest of the visitor's secret.
pub(super) async fn contact(api: &Api, headers: &HeaderMap) -> Result<String, Problem> {
    let Some(token) = identity_of(headers) else {
        return stranger(headers);
    };
    match signed(api, token).await? {
        Ok(signed) => Ok(format!("{VERIFIED}{}", signed.contact)),
        Err(why) => Err(Problem::new(
            StatusCode::UNAUTHORIZED,
            format!("X-Switchboard-Identity: {why}"),
        )),
    }
}

/// The signed identity that comes with a call, good or not.
pub(super) fn identity_of(headers: &HeaderMap) -> Option<String> {
    let token = headers.get(IDENTITY)?;
    Some(token.to_str().unwrap_or_default().to_owned())
}

/// How long a signed identity is good from now on; none: it isn't.
pub(super) async fn good_for(api: &Api, token: &str) -> Option<Duration> {
    let signed = signed(api, token.to_owned()).await.ok()?.ok()?;
    let left = signed.until.duration_since(api.engine.core().clock().now());
    Duration::try_from(left).ok()
}

async fn signed(api: &Api, token: String) -> Result<Result<Signed, Refused>, Problem> {
    api.read(move |core| {
        let key = key_text(&core.identity_key(false)?);
        let (desk, now) = (core.desk(), core.clock().now());
        Ok(identity::signed(
            &token,
            key.as_bytes(),
            audience(&desk),
            now,
        ))
    })
    .await
}

fn stranger(headers: &HeaderMap) -> Result<String, Problem> {
    let secret = headers
        .get(VISITOR)
        .and_then(|secret| secret.to_str().ok())
        .unwrap_or("");
    let well_formed = secret.len() == 32
        && secret
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if !well_formed {
        return Err(Problem::bad_request(
            "X-Switchboard-Visitor: give the visitor's secret, 32 random hexadecimal digits in lower case",
        ));
    }
    Ok(format!("{STRANGER}{}", short_digest(secret, 16)))
}

/// The first bytes of a text's SHA-256, in hexadecimal.
pub(super) fn short_digest(text: &str, bytes: usize) -> String {
    Sha256::digest(text)
        .iter()
        .take(bytes)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn audience(desk: &Desk) -> &str {
    let audience = desk.settings.widget.audience.as_deref();
    audience.unwrap_or(&desk.name)
}

/// What is signed with is the text itself, so that nobody has to decode it first.
fn key_text(key: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(key)
}

/// What a business's server needs to say who a visitor is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct IdentityKey {
    /// Sign with the bytes of this text.
    key: String,
    /// What `aud` must be.
    audience: String,
}

impl IdentityKey {
    async fn of(api: &Api, new: bool) -> Result<Json<Self>, Problem> {
        let read = api.read(move |core| {
            let key = key_text(&core.identity_key(new)?);
            let audience = audience(&core.desk()).to_owned();
            Ok::<_, EngineError>(Self { key, audience })
        });
        Ok(Json(read.await?))
    }
}

/// Show what signs who a visitor of the chat is
///
/// For the server of the business alone: whoever has it can be any customer. `docs/widget.md` shows how to sign.
#[utoipa::path(get, path = "/api/v1/identity-key", tag = "chat", responses((status = 200, body = IdentityKey)))]
pub(crate) async fn identity_key(State(api): State<Api>) -> Result<Json<IdentityKey>, Problem> {
    IdentityKey::of(&api, false).await
}

/// Replace what signs who a visitor of the chat is
///
/// Where the old key may have become known. What was signed with it is good no longer.
#[utoipa::path(post, path = "/api/v1/identity-key", tag = "chat", responses((status = 200, body = IdentityKey)))]
pub(crate) async fn new_identity_key(State(api): State<Api>) -> Result<Json<IdentityKey>, Problem> {
    IdentityKey::of(&api, true).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stranger_is_known_by_a_digest_of_its_secret() {
        let of = |secret: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(VISITOR, secret.parse().unwrap());
            stranger(&headers)
        };
        let secret = "0123456789abcdef0123456789abcdef";
        let contact = of(secret).unwrap();
        assert!(contact.starts_with("visitor-") && !contact.contains(secret));
        assert_eq!(of(secret).unwrap(), contact);
        assert_ne!(of("0123456789abcdef0123456789abcdee").unwrap(), contact);
        for wrong in [
            "",
            "short",
            "0123456789ABCDEF0123456789ABCDEF",
            "0123456789abcdef0123456789abcdef0",
        ] {
            assert!(of(wrong).is_err(), "{wrong}");
        }
    }
}
