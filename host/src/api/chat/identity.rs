//! Who a visitor is, signed by the business's own server: a JSON Web Token (RFC 7519) with HMAC-SHA256.
//!
//! Such a token must say who (`sub`), for whom it is meant (`aud`) and until when it is good (`exp`), and its signature
//! must be made with this desk's key. Anything less makes nobody: the visitor is a stranger then, never half believed.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac as _};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use sha2::Sha256;

/// Tokens that are good for longer than this are refused: whoever finds one could be the customer for ever.
const LONGEST: SignedDuration = SignedDuration::from_hours(7 * 24);
/// The longest token that is looked at, in bytes.
const MOST_BYTES: usize = 2_048;
/// The longest name of a contact, in bytes.
const MOST_NAME_BYTES: usize = 100;

/// Why a token makes nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refused {
    /// Not three parts, no JSON, a claim missing, or another way of signing than HS256.
    #[error("it is no JSON Web Token signed with HS256 that has sub, aud and exp")]
    Form,
    /// Signed with something else, or changed since.
    #[error(
        "its signature is not this desk's; sign with the key that GET /api/v1/identity-key shows"
    )]
    Signature,
    /// Over, or not begun.
    #[error("it is over, or not good yet; make a new one")]
    Time,
    /// Good for too long.
    #[error("it is good for more than 7 days; make one with an earlier exp")]
    TooLong,
    /// Meant for another desk.
    #[error("it is meant for another desk; its aud must be what GET /api/v1/identity-key shows")]
    Audience,
    /// Nobody's name.
    #[error("its sub is empty, too long or has control characters in it")]
    Contact,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    /// Extensions that must be understood: none are.
    #[serde(default)]
    crit: Option<serde_json::Value>,
}

#[derive(Deserialize)]
struct Claims {
    sub: String,
    aud: Audience,
    exp: i64,
    #[serde(default)]
    nbf: Option<i64>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

/// Whom a token is signed for, and until when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Signed {
    /// The contact.
    pub(crate) contact: String,
    /// Until then, not included.
    pub(crate) until: Timestamp,
}

/// What a token says, if it is good.
pub(crate) fn signed(
    token: &str,
    key: &[u8],
    audience: &str,
    now: Timestamp,
) -> Result<Signed, Refused> {
    if token.len() > MOST_BYTES {
        return Err(Refused::Form);
    }
    let (said, signature) = token.rsplit_once('.').ok_or(Refused::Form)?;
    let (header, claims) = said.split_once('.').ok_or(Refused::Form)?;
    let header: Header = part(header)?;
    if header.alg != "HS256" || header.crit.is_some() {
        return Err(Refused::Form);
    }
    let signature = URL_SAFE_NO_PAD
        .decode(signature)
        .map_err(|_| Refused::Form)?;
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key).map_err(|_| Refused::Signature)?;
    mac.update(said.as_bytes());
    // Compares in a time that says nothing about where the two differ.
    mac.verify_slice(&signature)
        .map_err(|_| Refused::Signature)?;
    let claims: Claims = part(claims)?;
    let is_meant = match &claims.aud {
        Audience::One(one) => one == audience,
        Audience::Several(several) => several.iter().any(|one| one == audience),
    };
    if !is_meant {
        return Err(Refused::Audience);
    }
    let now = now.as_second();
    if claims.exp <= now || claims.nbf.is_some_and(|from| from > now) {
        return Err(Refused::Time);
    }
    if claims.exp.saturating_sub(now) > LONGEST.as_secs() {
        return Err(Refused::TooLong);
    }
    let name = claims.sub;
    if name.trim().is_empty() || name.len() > MOST_NAME_BYTES || name.chars().any(char::is_control)
    {
        return Err(Refused::Contact);
    }
    Ok(Signed {
        contact: name,
        until: Timestamp::from_second(claims.exp).map_err(|_| Refused::Time)?,
    })
}

fn part<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, Refused> {
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| Refused::Form)?;
    serde_json::from_slice(&bytes).map_err(|_| Refused::Form)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    const NOW: i64 = 1_790_000_000;

    fn sealed(header: &Value, claims: &Value, key: &[u8]) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let said = format!("{}.{}", part(header), part(claims));
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key).unwrap();
        mac.update(said.as_bytes());
        let signature = URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes());
        format!("{said}.{signature}")
    }

    fn read(token: &str) -> Result<String, Refused> {
        let read = signed(token, b"key", "desk", Timestamp::from_second(NOW).unwrap())?;
        assert!(read.until > Timestamp::from_second(NOW).unwrap());
        Ok(read.contact)
    }

    fn of(claims: &Value) -> Result<String, Refused> {
        read(&sealed(&json!({"alg": "HS256"}), claims, b"key"))
    }

    #[test]
    fn a_good_token_says_who() {
        let claims = json!({"sub": "customer-42", "aud": "desk", "exp": NOW + 60});
        assert_eq!(of(&claims).unwrap(), "customer-42");
        let claims = json!({"sub": "李雷", "aud": ["other", "desk"], "exp": NOW + 60, "iat": NOW});
        assert_eq!(of(&claims).unwrap(), "李雷");
    }

    #[test]
    fn nothing_less_than_a_good_token_makes_anybody() {
        let good = json!({"sub": "a", "aud": "desk", "exp": NOW + 60});
        let with = |name: &str, value: Value| {
            let mut claims = good.clone();
            claims[name] = value;
            of(&claims)
        };
        assert_eq!(with("exp", json!(NOW)), Err(Refused::Time), "over");
        assert_eq!(with("nbf", json!(NOW + 1)), Err(Refused::Time));
        assert_eq!(with("exp", json!(NOW + 8 * 86_400)), Err(Refused::TooLong));
        assert_eq!(with("exp", json!(i64::MAX)), Err(Refused::TooLong));
        assert_eq!(with("exp", json!("soon")), Err(Refused::Form));
        assert_eq!(with("exp", Value::Null), Err(Refused::Form));
        assert_eq!(with("aud", json!("another desk")), Err(Refused::Audience));
        assert_eq!(with("aud", json!("")), Err(Refused::Audience));
        assert_eq!(with("aud", json!([])), Err(Refused::Audience));
        assert_eq!(with("sub", json!("")), Err(Refused::Contact));
        assert_eq!(with("sub", json!("  ")), Err(Refused::Contact));
        assert_eq!(with("sub", json!("a\nb")), Err(Refused::Contact));
        assert_eq!(with("sub", json!("a".repeat(101))), Err(Refused::Contact));
        let other_key = sealed(&json!({"alg": "HS256"}), &good, b"another key");
        assert_eq!(read(&other_key), Err(Refused::Signature));
        for header in [
            json!({"alg": "none"}),
            json!({"alg": "HS512"}),
            json!({"alg": "hs256"}),
            json!({"alg": "HS256", "crit": ["exp"]}),
            json!({}),
        ] {
            assert_eq!(read(&sealed(&header, &good, b"key")), Err(Refused::Form));
        }
        for nonsense in ["", ".", "..", "a.b.c", "....", "e30.e30.e30"] {
            assert_eq!(read(nonsense), Err(Refused::Form), "{nonsense}");
        }
    }

    #[test]
    fn neither_the_claims_nor_the_signature_of_another_token_help() {
        let sign = |sub: &str| {
            let claims = json!({"sub": sub, "aud": "desk", "exp": NOW + 60});
            sealed(&json!({"alg": "HS256"}), &claims, b"key")
        };
        let (mine, yours) = (sign("me"), sign("you"));
        let (_, signature) = mine.rsplit_once('.').unwrap();
        let (said, right) = yours.rsplit_once('.').unwrap();
        assert_eq!(
            read(&format!("{said}.{signature}")),
            Err(Refused::Signature)
        );
        assert_eq!(read(&format!("{said}.")), Err(Refused::Signature));
        assert_eq!(read(said), Err(Refused::Form));
        let shorter = &right[..right.len() - 2];
        assert!(read(&format!("{said}.{shorter}")).is_err());
    }
}
