//! Whose plugins a desk trusts: ed25519 keys, and signatures over a component's SHA-256.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::rand::SystemRandom;
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};

use super::reader::{Placed, Reader, Section};

pub(super) const PLUGINS_KEYS: &[&str] = &["trusted-keys"];

/// What a public key begins with.
const PREFIX: &str = "ed25519:";
/// What a private key's file begins with.
const PRIVATE_PREFIX: &str = "switchboard-private-key:";
/// What is signed besides the hash, so that no signature for anything else does here.
const PURPOSE: &[u8] = b"switchboard plugin\n";
const KEY_BYTES: usize = 32;

/// A key that a desk trusts.
#[derive(Clone, PartialEq, Eq)]
pub struct TrustedKey([u8; KEY_BYTES]);

impl fmt::Display for TrustedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PREFIX}{}", STANDARD.encode(self.0))
    }
}

impl fmt::Debug for TrustedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl TrustedKey {
    /// Reads `ed25519:BASE64`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "\"{text}\" is no key; write one as `switchboard plugin keygen` prints it, like \"{PREFIX}…\""
            )
        };
        let encoded = text.strip_prefix(PREFIX).ok_or_else(wrong)?;
        let bytes = STANDARD.decode(encoded).map_err(|_| wrong())?;
        bytes.try_into().map(Self).map_err(|_| wrong())
    }
}

/// Reads `[plugins]`.
pub(super) fn read(reader: &mut Reader<'_>, root: &Section<'_, '_>) -> Vec<TrustedKey> {
    let mut keys = Vec::new();
    let Some(section) = root
        .get("plugins")
        .and_then(|value| reader.section(value, "plugins", "[plugins]"))
    else {
        return keys;
    };
    reader.known_keys(&section, PLUGINS_KEYS);
    let Some(value) = section.get("trusted-keys") else {
        return keys;
    };
    for Placed { place, value } in reader.texts(value, "trusted-keys", "[\"ed25519:…\"]") {
        match TrustedKey::parse(value) {
            Ok(key) => keys.push(key),
            Err(message) => reader.problem(&place, message),
        }
    }
    keys
}

fn signed(sha256: &[u8]) -> Vec<u8> {
    [PURPOSE, sha256].concat()
}

/// Whether one of `keys` signed the component of that hash. A signature is `ed25519:KEY SIGNATURE`, both in base64.
///
/// # Errors
/// Why it doesn't count.
pub fn verify(keys: &[TrustedKey], sha256: &[u8], signature: Option<&str>) -> Result<(), String> {
    let Some(signature) = signature.map(str::trim) else {
        return Err(
            "it isn't signed, and [plugins] of desk.toml lists the keys that it trusts; sign it with: switchboard plugin sign FILE --key KEYFILE"
                .to_owned(),
        );
    };
    let (key, signature) = signature
        .split_once(' ')
        .ok_or("its signature is none: it should be a key and a signature in base64")?;
    let key = TrustedKey::parse(key)?;
    if !keys.contains(&key) {
        return Err(format!(
            "it is signed with {key}, which [plugins] trusted-keys of desk.toml doesn't list"
        ));
    }
    let signature = STANDARD
        .decode(signature.trim())
        .map_err(|_| "its signature isn't base64".to_owned())?;
    UnparsedPublicKey::new(&ED25519, key.0)
        .verify(&signed(sha256), &signature)
        .map_err(|_| {
            format!("its signature by {key} is wrong: the component isn't what was signed")
        })
}

/// A private key, and what others know of it.
pub struct SigningKey(Ed25519KeyPair);

impl SigningKey {
    /// A new one, as its file holds it.
    ///
    /// # Errors
    /// Where the machine has no random source.
    pub fn generate() -> Result<String, String> {
        let document = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new())
            .map_err(|_| "the machine has no random source".to_owned())?;
        Ok(format!(
            "{PRIVATE_PREFIX}{}\n",
            STANDARD.encode(document.as_ref())
        ))
    }

    /// Reads a key's file.
    ///
    /// # Errors
    /// What is wrong with it; the key itself isn't repeated.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong =
            || "this is no private key; make one with: switchboard plugin keygen FILE".to_owned();
        let encoded = text.trim().strip_prefix(PRIVATE_PREFIX).ok_or_else(wrong)?;
        let document = STANDARD.decode(encoded).map_err(|_| wrong())?;
        Ed25519KeyPair::from_pkcs8(&document)
            .map(Self)
            .map_err(|_| wrong())
    }

    /// What desks list.
    pub fn public(&self) -> TrustedKey {
        let mut key = [0; KEY_BYTES];
        for (to, from) in key.iter_mut().zip(self.0.public_key().as_ref()) {
            *to = *from;
        }
        TrustedKey(key)
    }

    /// The signature of the component of that hash.
    pub fn sign(&self, sha256: &[u8]) -> String {
        let signature = self.0.sign(&signed(sha256));
        format!("{} {}", self.public(), STANDARD.encode(signature.as_ref()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> SigningKey {
        SigningKey::parse(&SigningKey::generate().unwrap()).unwrap()
    }

    #[test]
    fn only_what_a_trusted_key_signed_counts() {
        let (ours, theirs) = (key(), key());
        let trusted = [ours.public()];
        let signature = ours.sign(&[7; 32]);
        assert_eq!(verify(&trusted, &[7; 32], Some(&signature)), Ok(()));
        assert_eq!(
            TrustedKey::parse(&ours.public().to_string()),
            Ok(ours.public())
        );
        let told =
            |signature: Option<&str>, hash: &[u8]| verify(&trusted, hash, signature).unwrap_err();
        assert!(told(None, &[7; 32]).contains("isn't signed"));
        assert!(told(Some(&signature), &[8; 32]).contains("isn't what was signed"));
        assert!(told(Some(&theirs.sign(&[7; 32])), &[7; 32]).contains("doesn't list"));
        // Another's signature under our name.
        let forged = format!(
            "{} {}",
            ours.public(),
            theirs.sign(&[7; 32]).split_once(' ').unwrap().1
        );
        assert!(told(Some(&forged), &[7; 32]).contains("is wrong"));
        for nonsense in ["", "x", "ed25519: x", "ed25519:AAAA AAAA"] {
            assert!(
                verify(&trusted, &[7; 32], Some(nonsense)).is_err(),
                "{nonsense}"
            );
        }
        assert!(SigningKey::parse("switchboard-private-key:AAAA").is_err());
    }
}
