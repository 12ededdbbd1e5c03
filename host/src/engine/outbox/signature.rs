//! Signatures as Standard Webhooks 1.0.0 has them: HMAC-SHA256 over `id.timestamp.body`, in base64 after `v1,`, one for
//! each secret, with a space between.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::workflow::directory::Secret;

/// The keys of a webhook; those that stand in the environment are read each time, so that a new one needs no restart
/// of whoever set it.
///
/// # Errors
/// Which variable is missing or holds no secret.
pub(super) fn keys(secrets: &[Secret]) -> Result<Vec<Vec<u8>>, String> {
    let key = |secret: &Secret| match secret {
        Secret::Key(key) => Ok(key.clone()),
        Secret::Environment(name) => {
            let text = std::env::var(name).map_err(|_| {
                format!("the environment variable {name} with the webhook's secret is not set")
            })?;
            match Secret::parse(text.trim()) {
                Ok(Secret::Key(key)) => Ok(key),
                Ok(Secret::Environment(_)) => Err(format!("{name} names another variable")),
                Err(message) => Err(format!("{name}: {message}")),
            }
        }
    };
    secrets.iter().map(key).collect()
}

/// What the header `webhook-signature` says. `at`: the attempt, in seconds since 1970.
pub(super) fn sign(keys: &[Vec<u8>], id: &str, at: i64, body: &[u8]) -> String {
    let signatures = keys.iter().filter_map(|key| {
        // A key of any length is possible.
        let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
        mac.update(format!("{id}.{at}.").as_bytes());
        mac.update(body);
        Some(format!(
            "v1,{}",
            STANDARD.encode(mac.finalize().into_bytes())
        ))
    });
    signatures.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> Vec<u8> {
        keys(&[Secret::parse(text).unwrap()]).unwrap().remove(0)
    }

    #[test]
    fn the_published_example_has_the_published_signature() {
        // The example of the reference libraries of Standard Webhooks.
        let key = key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let signed = sign(
            &[key],
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            br#"{"test": 2432232314}"#,
        );
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn while_a_secret_is_replaced_both_sign() {
        let old = key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let new = key("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
        let both = sign(&[new.clone(), old.clone()], "id", 1, b"{}");
        let each = [sign(&[new], "id", 1, b"{}"), sign(&[old], "id", 1, b"{}")];
        assert_eq!(both, each.join(" "));
        assert_ne!(each[0], each[1]);
    }

    #[test]
    fn a_missing_variable_is_named() {
        let secret = Secret::Environment("SWITCHBOARD_NO_SUCH_SECRET".to_owned());
        let message = keys(&[secret]).unwrap_err();
        assert!(message.contains("SWITCHBOARD_NO_SUCH_SECRET"), "{message}");
    }
}
