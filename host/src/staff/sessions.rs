//! Who is signed in. Only a digest of a session's id is kept, so whoever reads the store can be nobody.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Person, Staff, StaffError, digest, new_secret};
use crate::store::{Batch, KeyRange, Table, decode_record, get_json};

/// Without anything done for so long, a session is over.
pub const IDLE: SignedDuration = SignedDuration::from_hours(2);
/// And whatever is done, after so long.
pub const ABSOLUTE: SignedDuration = SignedDuration::from_hours(12);
/// How often a sign of life is written down.
const NOTED_EVERY: SignedDuration = SignedDuration::from_secs(60);
/// How many sessions are looked at for old ones when somebody signs in.
const SWEPT: usize = 200;

/// Somebody signed in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Session {
    /// Who.
    pub person: String,
    /// Which of their generations.
    generation: u32,
    /// Since when.
    pub began_at: Timestamp,
    /// When something was done last.
    pub seen_at: Timestamp,
    /// Whether a one-time code is still asked for.
    #[serde(default)]
    pub wants_code: bool,
    /// Where from.
    pub address: String,
}

impl Session {
    fn is_over(&self, now: Timestamp) -> bool {
        now.duration_since(self.seen_at) >= IDLE || now.duration_since(self.began_at) >= ABSOLUTE
    }
}

impl Staff {
    /// Somebody signs in; gives the session's id, for a cookie and nothing else.
    ///
    /// # Errors
    /// Where the store refuses.
    pub fn begin_session(
        &self,
        person: &Person,
        wants_code: bool,
        address: &str,
        now: Timestamp,
    ) -> Result<String, StaffError> {
        let id = new_secret()?;
        let session = Session {
            person: person.name.clone(),
            generation: person.generation,
            began_at: now,
            seen_at: now,
            wants_code,
            address: address.to_owned(),
        };
        let mut batch = Batch::new();
        let rows = self.store.scan(Table::Session, KeyRange::all(), SWEPT)?;
        for (key, value) in rows {
            let old: Result<Session, _> = decode_record(Table::Session, &key, &value);
            if old.map_or(true, |old| old.is_over(now)) {
                batch.delete(Table::Session, key);
            }
        }
        batch.put_json(Table::Session, digest(&id), &session);
        self.store.commit(batch)?;
        Ok(id)
    }

    /// Who has that session; none where it is over. `is_act`: whether somebody did something, or only a page asked by
    /// itself.
    ///
    /// # Errors
    /// Where the store can't be read.
    pub fn session(
        &self,
        id: &str,
        now: Timestamp,
        is_act: bool,
    ) -> Result<Option<(Session, Person)>, StaffError> {
        let key = digest(id);
        let found: Option<Session> = get_json(self.store.as_ref(), Table::Session, key.as_bytes())?;
        let Some(mut session) = found.filter(|session| !session.is_over(now)) else {
            return Ok(None);
        };
        let Some(person) = self.person(&session.person)? else {
            return Ok(None);
        };
        if person.disabled || person.generation != session.generation {
            return Ok(None);
        }
        if is_act && now.duration_since(session.seen_at) >= NOTED_EVERY {
            session.seen_at = now;
            let mut batch = Batch::new();
            batch.put_json(Table::Session, key, &session);
            // Where it gets lost the session ends a minute earlier.
            self.store.submit(batch, Box::new(|_| {}));
        }
        Ok(Some((session, person)))
    }

    /// Somebody signs out.
    ///
    /// # Errors
    /// Where the store refuses.
    pub fn end_session(&self, id: &str) -> Result<(), StaffError> {
        let mut batch = Batch::new();
        batch.delete(Table::Session, digest(id));
        Ok(self.store.commit(batch)?)
    }
}
