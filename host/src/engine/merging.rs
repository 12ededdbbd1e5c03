//! Two accounts that turn out to be one customer (R106): merged, and taken apart again.
//!
//! A merge is a link and nothing else: no row of either account is touched. Each account goes on in its own lane, and
//! only its own lane writes it; whoever looks at a customer follows the links. So a merge needs no two lanes at once, is
//! whole or not at all in one batch, and taking it back leaves both accounts as if it had never been, with what
//! happened to each meanwhile.
//!
//! Links make a tree: an account that was merged into another can't be merged once more, but what others were merged
//! into can. The root stands for the customer.

use std::sync::PoisonError;
use std::sync::atomic::Ordering;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::core::Core;
use super::intake::Records;
use super::keys;
use super::request::EngineError;
use crate::model::{Account, AccountId};
use crate::store::{Batch, KeyRange, Table, get_json};

/// No customer has so many accounts.
const MOST_MEMBERS: usize = 1_000;

/// That an account was merged into another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Merge {
    /// The account that was merged.
    pub from: AccountId,
    /// The account that it was merged into.
    pub into: AccountId,
    /// Who said so.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

impl Core {
    /// Says that two accounts are one customer.
    ///
    /// # Errors
    /// Where one isn't there, they are one already, or `from` was merged before.
    pub fn merge(
        &self,
        from: &AccountId,
        into: &AccountId,
        by: &str,
    ) -> Result<Merge, EngineError> {
        let _one = self.merging.lock().unwrap_or_else(PoisonError::into_inner);
        self.account(from)?;
        self.account(into)?;
        if let Some(earlier) = self.merge_of(from)? {
            return Err(EngineError::Conflict(format!(
                "account {from} is merged into {} already; take that back first",
                earlier.into
            )));
        }
        if self.root_of(into)? == *from {
            return Err(EngineError::Conflict(format!(
                "account {into} is the same customer as {from} already"
            )));
        }
        if self.family(into)?.len() + self.family(from)?.len() > MOST_MEMBERS {
            return Err(EngineError::Conflict(format!(
                "a customer has at most {MOST_MEMBERS} accounts"
            )));
        }
        let merge = Merge {
            from: from.clone(),
            into: into.clone(),
            by: by.to_owned(),
            at: self.clock.now(),
        };
        let mut batch = Batch::new();
        batch.put_json(Table::Merge, keys::merged(from), &merge);
        batch.put(Table::Merge, keys::merged_into(into, from), Vec::new());
        self.store.commit(batch)?;
        self.merges.store(true, Ordering::Release);
        Ok(merge)
    }

    /// Takes a merge back.
    ///
    /// # Errors
    /// Where the account isn't merged into any.
    pub fn split(&self, from: &AccountId) -> Result<Merge, EngineError> {
        let _one = self.merging.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(merge) = self.merge_of(from)? else {
            self.account(from)?;
            return Err(EngineError::Conflict(format!(
                "account {from} isn't merged into any; there is nothing to take back"
            )));
        };
        let mut batch = Batch::new();
        batch.delete(Table::Merge, keys::merged(from));
        batch.delete(Table::Merge, keys::merged_into(&merge.into, from));
        self.store.commit(batch)?;
        Ok(merge)
    }

    /// The merge of an account into another, where there is one.
    ///
    /// # Errors
    /// Where the store can't be read.
    pub fn merge_of(&self, id: &AccountId) -> Result<Option<Merge>, EngineError> {
        if !self.merges.load(Ordering::Acquire) {
            return Ok(None);
        }
        let key = keys::merged(id);
        Ok(get_json(self.store.as_ref(), Table::Merge, &key)?)
    }

    /// The account that stands for the customer.
    ///
    /// # Errors
    /// Where the store can't be read.
    pub fn root_of(&self, id: &AccountId) -> Result<AccountId, EngineError> {
        let mut root = id.clone();
        for _ in 0..MOST_MEMBERS {
            match self.merge_of(&root)? {
                Some(merge) => root = merge.into,
                None => break,
            }
        }
        Ok(root)
    }

    /// All accounts of a customer, the root first, then each after what it was merged into.
    ///
    /// # Errors
    /// Where the store can't be read.
    pub fn family(&self, id: &AccountId) -> Result<Vec<AccountId>, EngineError> {
        let mut family = vec![self.root_of(id)?];
        if !self.merges.load(Ordering::Acquire) {
            return Ok(family);
        }
        let mut next = 0;
        while let Some(account) = family.get(next).cloned() {
            next += 1;
            let prefix = keys::all_merged_into(&account);
            let range = KeyRange::prefix(&prefix);
            for (key, _) in self.store.scan(Table::Merge, range, MOST_MEMBERS)? {
                let member = key.get(prefix.len()..).unwrap_or_default();
                family.push(AccountId::new(String::from_utf8_lossy(member)));
            }
        }
        Ok(family)
    }

    /// The customer as runs of one of its accounts see it: the account's own, with what the others know besides.
    pub(super) fn seen_whole(&self, own: &Account) -> Result<Account, EngineError> {
        let mut whole = own.clone();
        if !self.merges.load(Ordering::Acquire) {
            return Ok(whole);
        }
        let records = Records(self.store.as_ref());
        for id in self.family(&own.id)? {
            if id == own.id {
                continue;
            }
            // Erased meanwhile: nothing to add.
            if let Some(other) = records.account(&id)? {
                whole.join(&other);
            }
        }
        Ok(whole)
    }

    /// Whether there are merges at all; most desks have none, and then no run looks for any.
    pub(super) fn has_merges(store: &dyn crate::store::Store) -> bool {
        store
            .scan(Table::Merge, KeyRange::all(), 1)
            .map_or(true, |rows| !rows.is_empty())
    }
}
