//! The people who may sign in: their roles, passwords, one-time codes and sessions, and the log of what they changed.
//!
//! This room keeps rows and decides who somebody is. It never looks at a clock (callers say what time it is), and it
//! knows nothing of pages or requests.
//!
//! - `role`: what somebody may do; `person`: the row of somebody who may sign in;
//! - `password`, `codes`: what somebody knows, what somebody has;
//! - `sessions`: who is signed in; `backoff`: how often somebody may try;
//! - `audit`: who changed what, when and from where.
//!
//! Invariants:
//! 1. Neither a password nor a session's id nor a recovery code is kept: only what they are recognised by.
//! 2. A new password, another role, or being shut out ends every session that began before.
//! 3. There is always an administrator who can sign in, once there was one.

mod audit;
mod backoff;
mod codes;
mod password;
mod person;
mod role;
mod sessions;

use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use crate::store::{Batch, KeyRange, Store, StoreError, Table, decode_record, get_json};

pub use audit::{AuditFilter, AuditMark, AuditPage, AuditRow};
pub use backoff::{Backoff, Trier};
pub use codes::{TOTP_STEP, secret_text, totp};
pub use password::{LONGEST_PASSWORD, SHORTEST_PASSWORD};
pub use person::{Person, Theme};
pub use role::Role;
pub use sessions::{ABSOLUTE, IDLE, Session};

/// The longest name of somebody who signs in, in bytes.
const LONGEST_NAME: usize = 128;

/// Why something about people was not done.
#[derive(Debug, thiserror::Error)]
pub enum StaffError {
    /// Nobody of that name may sign in.
    #[error("nobody called {0:?} may sign in; add them first")]
    Unknown(String),
    /// They may already.
    #[error("{0:?} may sign in already")]
    Known(String),
    /// A password that isn't taken.
    #[error("the password {0}")]
    Password(&'static str),
    /// The desk would have no administrator.
    #[error("{0:?} is the only administrator; make somebody else one first")]
    LastAdministrator(String),
    /// A name that can't be kept.
    #[error("the name must have 1 to {LONGEST_NAME} bytes")]
    Name,
    /// The operating system gave no random bytes.
    #[error("no random bytes: {0}")]
    Random(String),
    /// The password could not be hashed or compared.
    #[error("the password could not be worked with: {0}")]
    Hash(String),
    /// A code that doesn't fit.
    #[error("the code is wrong or over")]
    Code,
    /// The store refused.
    #[error("{0}")]
    Store(#[from] StoreError),
}

/// The people who may sign in, over a store.
pub struct Staff {
    store: Arc<dyn Store>,
    /// One change of people at a time.
    changing: Mutex<()>,
    /// Tells audit rows of one millisecond apart.
    nth: std::sync::atomic::AtomicU32,
    /// What makes the first administrator.
    set_up_code: Mutex<Option<String>>,
}

impl Staff {
    /// Those of a store.
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self {
            store,
            changing: Mutex::new(()),
            nth: std::sync::atomic::AtomicU32::new(0),
            set_up_code: Mutex::new(None),
        }
    }

    /// Somebody who may sign in; none: nobody of that name may.
    ///
    /// # Errors
    /// Where the store can't be read.
    pub fn person(&self, name: &str) -> Result<Option<Person>, StaffError> {
        if name.is_empty() || name.len() > LONGEST_NAME {
            return Ok(None);
        }
        Ok(get_json(
            self.store.as_ref(),
            Table::Staff,
            name.as_bytes(),
        )?)
    }

    /// Everybody who may sign in, by name.
    ///
    /// # Errors
    /// Where the store can't be read.
    pub fn people(&self) -> Result<Vec<Person>, StaffError> {
        const MOST: usize = 10_000;
        let rows = self.store.scan(Table::Staff, KeyRange::all(), MOST)?;
        let people = rows
            .iter()
            .map(|(key, value)| decode_record(Table::Staff, key, value));
        Ok(people.collect::<Result<_, _>>()?)
    }

    /// Whether there is an administrator who can sign in. Before the first there is only the set-up page.
    ///
    /// # Errors
    /// Where the store can't be read.
    pub fn is_set_up(&self) -> Result<bool, StaffError> {
        Ok(self.people()?.iter().any(Person::is_active_administrator))
    }

    /// A code that makes the first administrator, for the terminal of whoever started the host; none where there is an
    /// administrator. It is good until the host stops or there is one.
    ///
    /// # Errors
    /// Where the store can't be read or there are no random bytes.
    pub fn begin_set_up(&self) -> Result<Option<String>, StaffError> {
        if self.is_set_up()? {
            return Ok(None);
        }
        let code = codes::typed(&random::<20>()?);
        let mut kept = self
            .set_up_code
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *kept = Some(code.clone());
        Ok(Some(code))
    }

    /// Whether that is the code, however it is typed.
    pub fn is_set_up_code(&self, typed: &str) -> bool {
        let kept = self
            .set_up_code
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        kept.as_ref()
            .is_some_and(|code| same(&codes::folded(typed), &codes::folded(code)))
    }

    /// Somebody new may sign in.
    ///
    /// # Errors
    /// [`StaffError::Known`], [`StaffError::Password`], [`StaffError::Name`]; where the store refuses.
    pub fn add(
        &self,
        name: &str,
        role: Role,
        password: &str,
        at: Timestamp,
    ) -> Result<Person, StaffError> {
        if name.trim().is_empty() || name.len() > LONGEST_NAME {
            return Err(StaffError::Name);
        }
        let hash = password::hash(password)?;
        let _alone = self.alone();
        if self.person(name)?.is_some() {
            return Err(StaffError::Known(name.to_owned()));
        }
        let person = Person::new(name.to_owned(), role, hash, at);
        self.keep(&person)?;
        Ok(person)
    }

    /// The first administrator; none where there is one already.
    ///
    /// # Errors
    /// As [`Staff::add`].
    pub fn add_first(
        &self,
        name: &str,
        password: &str,
        at: Timestamp,
    ) -> Result<Option<Person>, StaffError> {
        if name.trim().is_empty() || name.len() > LONGEST_NAME {
            return Err(StaffError::Name);
        }
        let hash = password::hash(password)?;
        let _alone = self.alone();
        if self.is_set_up()? {
            return Ok(None);
        }
        let person = Person::new(name.to_owned(), Role::Administrator, hash, at);
        self.keep(&person)?;
        Ok(Some(person))
    }

    /// Changes somebody; what they were signed in with ends where `change` says so.
    ///
    /// # Errors
    /// [`StaffError::Unknown`], [`StaffError::LastAdministrator`]; where the store refuses.
    pub fn change<T>(
        &self,
        name: &str,
        at: Timestamp,
        change: impl FnOnce(&mut Person) -> Result<T, StaffError>,
    ) -> Result<T, StaffError> {
        let _alone = self.alone();
        let Some(mut person) = self.person(name)? else {
            return Err(StaffError::Unknown(name.to_owned()));
        };
        let was_administrator = person.is_active_administrator();
        let result = change(&mut person)?;
        if was_administrator
            && !person.is_active_administrator()
            && !self
                .people()?
                .iter()
                .any(|other| other.name != name && other.is_active_administrator())
        {
            return Err(StaffError::LastAdministrator(name.to_owned()));
        }
        person.changed_at = at;
        self.keep(&person)?;
        Ok(result)
    }

    /// Another password; ends every session of theirs.
    ///
    /// # Errors
    /// [`StaffError::Unknown`], [`StaffError::Password`]; where the store refuses.
    pub fn set_password(
        &self,
        name: &str,
        password: &str,
        must_change: bool,
        at: Timestamp,
    ) -> Result<(), StaffError> {
        let hash = password::hash(password)?;
        self.change(name, at, |person| {
            person.password = hash;
            person.must_change = must_change;
            person.end_sessions();
            Ok(())
        })
    }

    /// Whether that is their password. Takes as long for a name that nobody has. Blocks for some tens of milliseconds.
    ///
    /// # Errors
    /// Where the store can't be read.
    pub fn verify(&self, name: &str, password: &str) -> Result<Option<Person>, StaffError> {
        let person = self.person(name)?;
        let hash = person.as_ref().map(|person| person.password.as_str());
        let fits = password::fits(hash, password);
        Ok(person.filter(|person| fits && !person.disabled))
    }

    /// Takes a one-time code or a recovery code; each is good once.
    ///
    /// # Errors
    /// [`StaffError::Code`] where it isn't good; where the store refuses.
    pub fn use_code(&self, name: &str, code: &str, at: Timestamp) -> Result<(), StaffError> {
        self.change(name, at, |person| person.use_code(code, at))
    }

    fn keep(&self, person: &Person) -> Result<(), StaffError> {
        let mut batch = Batch::new();
        batch.put_json(Table::Staff, person.name.as_bytes(), person);
        Ok(self.store.commit(batch)?)
    }

    fn alone(&self) -> std::sync::MutexGuard<'_, ()> {
        self.changing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Random bytes of the operating system.
fn random<const N: usize>() -> Result<[u8; N], StaffError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| StaffError::Random(error.to_string()))?;
    Ok(bytes)
}

/// A secret that nobody guesses: 256 bits, good in a cookie or an address.
///
/// # Errors
/// [`StaffError::Random`].
pub fn new_secret() -> Result<String, StaffError> {
    Ok(URL_SAFE_NO_PAD.encode(random::<32>()?))
}

/// A password to begin with: 20 letters and digits that don't look alike, in groups (100 bits).
///
/// # Errors
/// [`StaffError::Random`].
pub fn new_first_password() -> Result<String, StaffError> {
    Ok(codes::typed(&random::<20>()?))
}

/// A secret for one-time codes: 160 bits.
///
/// # Errors
/// [`StaffError::Random`].
pub fn new_totp_secret() -> Result<Vec<u8>, StaffError> {
    Ok(random::<20>()?.to_vec())
}

/// What a secret is recognised by.
pub(crate) fn digest(secret: &str) -> String {
    Sha256::digest(secret.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Compares in a time that says nothing about where the two differ.
pub fn same(given: &str, wanted: &str) -> bool {
    let (given, wanted) = (Sha256::digest(given), Sha256::digest(wanted));
    given
        .iter()
        .zip(wanted.iter())
        .fold(0, |differs, (a, b)| differs | (a ^ b))
        == 0
}

#[cfg(test)]
mod tests;
