//! One-time codes as telephones compute them (RFC 6238: HMAC-SHA-1, 30 s, six digits), and codes to recover with.

use hmac::{Hmac, KeyInit, Mac as _};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha1::Sha1;

use super::{StaffError, digest, random, same};

/// How long one code is shown, in seconds.
pub const TOTP_STEP: i64 = 30;
/// How many steps a clock may be off.
const TOLERANCE: i64 = 1;
/// How many recovery codes somebody gets.
const RECOVERY_CODES: usize = 8;
/// Letters and digits that don't look alike (Crockford's).
const TYPED: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// What secrets are written in (RFC 4648).
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// One-time codes of somebody.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct OneTime {
    /// The secret that the telephone has, too.
    secret: Vec<u8>,
    /// The step of the newest code that was used: it and earlier ones are over.
    used: i64,
    /// What recovery codes are recognised by; each goes when it is used.
    pub(super) recovery: Vec<String>,
}

impl std::fmt::Debug for OneTime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OneTime").finish_non_exhaustive()
    }
}

impl OneTime {
    pub(super) fn begin(
        secret: &[u8],
        code: &str,
        at: Timestamp,
    ) -> Result<(Self, Vec<String>), StaffError> {
        let used = step_of(secret, code, at).ok_or(StaffError::Code)?;
        let mut recovery = Vec::new();
        for _ in 0..RECOVERY_CODES {
            recovery.push(typed(&random::<12>()?));
        }
        let one_time = Self {
            secret: secret.to_vec(),
            used,
            recovery: recovery.iter().map(|code| digest(&folded(code))).collect(),
        };
        Ok((one_time, recovery))
    }
}

/// Uses a code up.
pub(super) fn take(one_time: &mut OneTime, code: &str, at: Timestamp) -> Result<(), StaffError> {
    if let Some(step) = step_of(&one_time.secret, code, at)
        && step > one_time.used
    {
        one_time.used = step;
        return Ok(());
    }
    let digest = digest(&folded(code));
    let before = one_time.recovery.len();
    one_time.recovery.retain(|kept| !same(kept, &digest));
    if one_time.recovery.len() < before {
        Ok(())
    } else {
        Err(StaffError::Code)
    }
}

/// The step whose code that is, among those near a time.
fn step_of(secret: &[u8], code: &str, at: Timestamp) -> Option<i64> {
    let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let now = at.as_second().div_euclid(TOTP_STEP);
    (now - TOLERANCE..=now + TOLERANCE)
        .rev()
        .find(|step| totp(secret, *step).is_some_and(|wanted| same(&code, &wanted)))
}

/// The code of a step of 30 s since 1970; none for steps before that.
pub fn totp(secret: &[u8], step: i64) -> Option<String> {
    let counter = u64::try_from(step).ok()?;
    let mut mac = <Hmac<Sha1> as KeyInit>::new_from_slice(secret).ok()?;
    mac.update(&counter.to_be_bytes());
    let hash = mac.finalize().into_bytes();
    let offset = usize::from(hash.last()? & 0xf);
    let bytes: [u8; 4] = hash.get(offset..offset + 4)?.try_into().ok()?;
    let number = u32::from_be_bytes(bytes) & 0x7fff_ffff;
    Some(format!("{:06}", number % 1_000_000))
}

/// A secret as telephones take it.
pub fn secret_text(secret: &[u8]) -> String {
    let mut text = String::new();
    let (mut bits, mut held) = (0_u32, 0_u32);
    let mut push = |index: u32| {
        let letter = usize::try_from(index & 31).ok().and_then(|i| BASE32.get(i));
        text.extend(letter.map(|letter| char::from(*letter)));
    };
    for byte in secret {
        held = held << 8 | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            push(held >> bits);
        }
        held &= (1 << bits) - 1;
    }
    if bits > 0 {
        push(held << (5 - bits));
    }
    text
}

/// A code that somebody types, in groups of five.
pub(super) fn typed(bytes: &[u8]) -> String {
    let mut text = String::new();
    for (nth, byte) in bytes.iter().enumerate() {
        if nth > 0 && nth.is_multiple_of(5) {
            text.push('-');
        }
        let letter = TYPED.get(usize::from(byte & 31));
        text.extend(letter.map(|letter| char::from(*letter)));
    }
    text
}

/// However somebody types a code.
pub(super) fn folded(code: &str) -> String {
    code.chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8] = b"12345678901234567890";

    fn second(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn the_codes_are_those_of_the_standard() {
        // RFC 6238, appendix B, the last six digits.
        for (at, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(totp(SECRET, at / TOTP_STEP).as_deref(), Some(code));
        }
        assert_eq!(secret_text(SECRET), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert_eq!(secret_text(b"f"), "MY");
        assert_eq!(secret_text(b"foob"), "MZXW6YQ");
    }

    #[test]
    fn a_code_is_good_once_and_near_its_time() {
        let at = second(1_111_111_111);
        let (mut codes, recovery) = OneTime::begin(SECRET, "050471", at).unwrap();
        assert_eq!(recovery.len(), RECOVERY_CODES);
        assert!(take(&mut codes, "050471", at).is_err(), "used already");
        let next = totp(SECRET, 1_111_111_111 / TOTP_STEP + 1).unwrap();
        assert!(take(&mut codes, &next, at).is_ok(), "a clock that is ahead");
        assert!(take(&mut codes, &next, at).is_err());
        let later = second(1_111_111_111 + 10 * TOTP_STEP);
        assert!(take(&mut codes, "050471", later).is_err());
        assert!(take(&mut codes, "", later).is_err());
    }

    #[test]
    fn a_recovery_code_is_good_once_however_it_is_typed() {
        let at = second(1_111_111_111);
        let (mut codes, recovery) = OneTime::begin(SECRET, "050471", at).unwrap();
        let code = recovery.first().unwrap().replace('-', " ").to_lowercase();
        assert!(take(&mut codes, &code, at).is_ok());
        assert!(take(&mut codes, &code, at).is_err());
        assert_eq!(codes.recovery.len(), RECOVERY_CODES - 1);
        let kept = serde_json::to_string(&codes).unwrap();
        assert!(recovery.iter().all(|code| !kept.contains(code.as_str())));
    }
}
