//! Passwords: hashed with argon2id, compared in constant time.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};

use super::{StaffError, random};

/// The shortest password that is taken, in characters.
pub const SHORTEST_PASSWORD: usize = 10;
/// The longest, in bytes.
pub const LONGEST_PASSWORD: usize = 512;

/// What stands in for the password of a name that nobody has, so that it takes as long to refuse.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$c3dpdGNoYm9hcmQtbm8x$pPCxVHhGkFkGH8UAuQ5YxOs5T5ANCnLWGXJQXFLz3jk";

/// Some passwords that everybody tries first. What is longer than them is not guessed by list but by person.
const COMMON: [&str; 12] = [
    "1234567890",
    "0123456789",
    "12345678910",
    "qwertyuiop",
    "password12",
    "password123",
    "1q2w3e4r5t",
    "1111111111",
    "0000000000",
    "letmein123",
    "woaini1314",
    "switchboard",
];

/// What the password is recognised by.
pub(super) fn hash(password: &str) -> Result<String, StaffError> {
    if password.chars().count() < SHORTEST_PASSWORD {
        return Err(StaffError::Password(
            "is too short: use at least 10 characters",
        ));
    }
    if password.len() > LONGEST_PASSWORD {
        return Err(StaffError::Password("is too long: use at most 512 bytes"));
    }
    let folded = password.to_lowercase();
    let first = folded.chars().next();
    if COMMON.contains(&folded.as_str()) || folded.chars().all(|c| Some(c) == first) {
        return Err(StaffError::Password(
            "is one that everybody tries first: choose another",
        ));
    }
    let salt = random::<16>()?;
    let hash: PasswordHash = Argon2::default()
        .hash_password_with_salt(password.as_bytes(), &salt)
        .map_err(|error| StaffError::Hash(error.to_string()))?;
    Ok(hash.to_string())
}

/// Whether that is the password; takes as long where there is none.
pub(super) fn fits(hash: Option<&str>, password: &str) -> bool {
    if password.len() > LONGEST_PASSWORD {
        return false;
    }
    let Ok(parsed) = PasswordHash::new(hash.unwrap_or(NOBODY)) else {
        return false;
    };
    let same = Argon2::default()
        .verify_password(password.as_bytes(), &parsed)
        .is_ok();
    same && hash.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_password_fits_its_hash_and_the_hash_is_argon2id() {
        let hashed = hash("玩具坏了怎么办呀一二三").unwrap();
        assert!(
            hashed.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{hashed}"
        );
        assert!(fits(Some(&hashed), "玩具坏了怎么办呀一二三"));
        assert!(!fits(Some(&hashed), "玩具坏了怎么办呀一二四"));
        assert_ne!(hashed, hash("玩具坏了怎么办呀一二三").unwrap(), "salted");
    }

    #[test]
    fn a_name_that_nobody_has_takes_a_real_comparison_and_never_fits() {
        assert!(PasswordHash::new(NOBODY).is_ok());
        assert!(!fits(None, "whatever it may be"));
    }

    #[test]
    fn short_long_and_common_passwords_are_refused() {
        for refused in [
            "",
            "short",
            "123456789",
            "1234567890",
            "Password123",
            "aaaaaaaaaaaaaa",
        ] {
            assert!(hash(refused).is_err(), "{refused}");
        }
        assert!(hash(&"长".repeat(171)).is_err());
        assert!(hash(&"ab".repeat(256)).is_ok());
    }
}
