//! What the host signs with.

use std::sync::PoisonError;

use super::core::Core;
use super::request::EngineError;
use crate::store::{Batch, Table};

/// The row of the secret that satisfaction links are signed with.
const SURVEY_LINKS: &[u8] = b"survey-link-secret";

/// The row of the key that signs who a visitor of the chat is.
const IDENTITIES: &[u8] = b"identity-key";

impl Core {
    /// What satisfaction links are signed with (R82): made once and kept with the data, so that a link outlives a
    /// restart and dies with the data.
    ///
    /// # Errors
    /// Where the store can't be read or written.
    pub(crate) fn survey_secret(&self) -> Result<Vec<u8>, EngineError> {
        self.secret(SURVEY_LINKS, false)
    }

    /// What a business's server signs with to say who a visitor of the chat is; `new`: another than before, and what
    /// was signed with the old one is good no longer.
    ///
    /// # Errors
    /// Where the store can't be read or written.
    pub(crate) fn identity_key(&self, new: bool) -> Result<Vec<u8>, EngineError> {
        self.secret(IDENTITIES, new)
    }

    fn secret(&self, row: &[u8], new: bool) -> Result<Vec<u8>, EngineError> {
        if !new && let Some(secret) = self.store.get(Table::Meta, row)? {
            return Ok(secret);
        }
        let _alone = self
            .activation
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if !new && let Some(secret) = self.store.get(Table::Meta, row)? {
            return Ok(secret);
        }
        let mut secret = Vec::with_capacity(32);
        secret.extend_from_slice(&self.entropy.bits().to_be_bytes());
        secret.extend_from_slice(&self.entropy.bits().to_be_bytes());
        let mut batch = Batch::new();
        batch.put(Table::Meta, row.to_vec(), secret.clone());
        self.store.commit(batch)?;
        Ok(secret)
    }
}
