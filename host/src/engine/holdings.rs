//! Everything that the desk keeps of one customer: one list of rows, for handing over and for erasing, so that neither
//! forgets what the other knows of.
//!
//! Not in the list: desk-wide memory of plugins, which belongs to no customer. A plugin that puts a customer's words
//! there keeps them.

use super::core::Core;
use super::floor::board::Roster;
use super::intake::{DueRow, Identity, Records, Seen};
use super::keys;
use super::merging::Merge;
use super::request::EngineError;
use crate::model::{Account, AccountId, Conversation, ConversationId, KvScope, Run};
use crate::store::{
    Batch, KeyRange, Store, StoreError, Table, decode_record, for_each_row, get_json,
};

/// A row that belongs to a customer.
#[derive(Clone, Debug, PartialEq)]
pub struct Held {
    /// Where it is kept.
    pub table: Table,
    /// Under which key.
    pub key: Vec<u8>,
    /// What.
    pub value: Vec<u8>,
}

/// What a plugin remembers of a customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remembered {
    /// The plugin.
    pub plugin: String,
    /// Whose memory.
    pub scope: KvScope,
    /// The conversation or account.
    pub owner: String,
    /// The plugin's own key.
    pub key: String,
}

impl Held {
    /// Whether it only leads to others, and says nothing that they don't.
    pub fn is_index(&self) -> bool {
        matches!(
            self.table,
            Table::RunByTime | Table::IdempotencyByTime | Table::ConversationByTime
        )
    }

    /// Whose memory it is, where it is a plugin's.
    pub fn remembered(&self) -> Option<Remembered> {
        (self.table == Table::KeyValue)
            .then(|| keys::kv_parts(&self.key))
            .flatten()
    }
}

/// Told how many rows an erasure took away.
pub(crate) type OnErased = Box<dyn FnOnce(Result<usize, EngineError>) + Send>;

impl Core {
    /// Every row of a customer.
    ///
    /// # Errors
    /// [`EngineError::NotFound`]; where the store can't be read.
    pub fn holdings(&self, id: &AccountId) -> Result<Vec<Held>, EngineError> {
        let account = self.account(id)?;
        Ok(Gathering {
            store: self.store().as_ref(),
            rows: Vec::new(),
        }
        .of(&account)?)
    }

    /// Takes every row of a customer away, in one batch. In the account's lane only, so that no run writes meanwhile.
    pub(crate) fn erase(&self, id: &AccountId, done: OnErased) {
        let rows = match self.holdings(id) {
            Ok(rows) => rows,
            Err(error) => return done(Err(error)),
        };
        let count = rows.len();
        let mut batch = Batch::new();
        for row in rows {
            batch.delete(row.table, row.key);
        }
        // Whoever is erased waits for nobody, and the free place goes to the next.
        let mut board = match self.floor.hold(self.store().as_ref()) {
            Ok(board) => board,
            Err(error) => return done(Err(error)),
        };
        let (desk, at) = (self.desk(), self.clock().now());
        let gone = board
            .places
            .iter()
            .filter(|(_, place)| place.account == *id);
        let gone: Vec<_> = gone.map(|(id, _)| id.clone()).collect();
        for conversation in &gone {
            board.remove(conversation, &desk.calendar, at);
        }
        board.dispatch(&Roster::of(&desk), at);
        board.write(&mut batch, at);
        let flight = board.take_off();
        self.store().submit(
            batch,
            Box::new(move |result| {
                flight.land(result.is_ok());
                done(result.map(|()| count).map_err(EngineError::from));
            }),
        );
    }
}

struct Gathering<'a> {
    store: &'a dyn Store,
    rows: Vec<Held>,
}

impl Gathering<'_> {
    fn of(mut self, account: &Account) -> Result<Vec<Held>, StoreError> {
        self.one(Table::Account, keys::account(&account.id))?;
        for name in &account.identities {
            self.identity(&account.id, name)?;
        }
        for id in &account.conversations {
            self.conversation(id)?;
        }
        self.links(account)?;
        self.timers(account)?;
        self.memory(account)?;
        Ok(self.rows)
    }

    fn one(&mut self, table: Table, key: Vec<u8>) -> Result<(), StoreError> {
        if let Some(value) = self.store.get(table, &key)? {
            self.rows.push(Held { table, key, value });
        }
        Ok(())
    }

    fn all(&mut self, table: Table, prefix: &[u8]) -> Result<(), StoreError> {
        let store = self.store;
        let rows = &mut self.rows;
        for_each_row(store, table, prefix, |(key, value)| {
            rows.push(Held { table, key, value });
            Ok(())
        })
    }

    /// The rows of a `channel/contact`. Either may hold a slash itself: the one that leads to the account is meant.
    fn identity(&mut self, account: &AccountId, name: &str) -> Result<(), StoreError> {
        for (slash, _) in name.match_indices('/') {
            let (channel, contact) = (
                name.get(..slash).unwrap_or(""),
                name.get(slash + 1..).unwrap_or(""),
            );
            let key = keys::identity(channel, contact);
            let known: Option<Identity> = get_json(self.store, Table::Identity, &key)?;
            if known.is_none_or(|known| known.account != *account) {
                continue;
            }
            self.one(Table::Identity, key)?;
            let first = self.rows.len();
            self.all(Table::Idempotency, &keys::idempotency(channel, contact, ""))?;
            for row in self.rows.get(first..).unwrap_or_default().to_vec() {
                let seen: Seen = decode_record(Table::Idempotency, &row.key, &row.value)?;
                self.one(
                    Table::IdempotencyByTime,
                    keys::idempotency_by_time(seen.at, &row.key),
                )?;
            }
        }
        Ok(())
    }

    fn conversation(&mut self, id: &ConversationId) -> Result<(), StoreError> {
        let key = keys::conversation(id);
        let Some(state): Option<Conversation> = get_json(self.store, Table::Conversation, &key)?
        else {
            return Ok(());
        };
        self.one(Table::Conversation, key)?;
        self.one(
            Table::ConversationByTime,
            keys::conversation_by_time(state.opened_at, id),
        )?;
        self.one(Table::Queue, keys::place(id))?;
        for ticket in &state.tickets {
            self.one(Table::Ticket, keys::ticket(&ticket.id))?;
        }
        for promise in &state.promises {
            self.one(Table::Promise, keys::promise(&promise.id))?;
        }
        let prefix = keys::of_conversation(id);
        self.all(Table::Message, &prefix)?;
        self.all(Table::Outbox, &prefix)?;
        let first = self.rows.len();
        self.all(Table::Run, &prefix)?;
        let mut by_time = Vec::new();
        for row in self.rows.get(first..).unwrap_or_default() {
            let run: Run = decode_record(Table::Run, &row.key, &row.value)?;
            by_time.push(keys::run_by_time(run.event.at, &run.id));
        }
        for by_time in by_time {
            self.one(Table::RunByTime, by_time)?;
        }
        Ok(())
    }

    /// That it was merged into another, or others into it.
    fn links(&mut self, account: &Account) -> Result<(), StoreError> {
        let key = keys::merged(&account.id);
        let merge: Option<Merge> = get_json(self.store, Table::Merge, &key)?;
        if let Some(merge) = merge {
            self.one(Table::Merge, key)?;
            self.one(Table::Merge, keys::merged_into(&merge.into, &account.id))?;
        }
        self.all(Table::Merge, &keys::all_merged_into(&account.id))
    }

    /// What comes due of the account. The table is in the order of time, so all of it is looked at.
    fn timers(&mut self, account: &Account) -> Result<(), StoreError> {
        let store = self.store;
        let rows = &mut self.rows;
        for_each_row(store, Table::Timer, &[], |(key, value)| {
            let due: DueRow = decode_record(Table::Timer, &key, &value)?;
            if due.account == account.id {
                rows.push(Held {
                    table: Table::Timer,
                    key,
                    value,
                });
            }
            Ok(())
        })
    }

    /// What plugins remember of the account and its conversations, plugin by plugin.
    fn memory(&mut self, account: &Account) -> Result<(), StoreError> {
        let mut from = Vec::new();
        loop {
            let next = self
                .store
                .scan(Table::KeyValue, KeyRange::all().from(&from), 1)?;
            let Some(remembered) = next.first().and_then(|(key, _)| keys::kv_parts(key)) else {
                return Ok(());
            };
            self.all(
                Table::KeyValue,
                &keys::kv_of(&remembered.plugin, KvScope::Account, account.id.as_str()),
            )?;
            for id in &account.conversations {
                self.all(
                    Table::KeyValue,
                    &keys::kv_of(&remembered.plugin, KvScope::Conversation, id.as_str()),
                )?;
            }
            from = keys::kv_after(&remembered.plugin);
        }
    }
}

impl Records<'_> {
    /// Whether there is such an account.
    pub(crate) fn has_account(&self, id: &AccountId) -> Result<bool, EngineError> {
        Ok(self.account(id)?.is_some())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use jiff::Timestamp;

    use super::super::intake::Due;
    use super::super::keys::KvOwner;
    use super::*;
    use crate::model::{Event, EventId, Occurrence, RunId};
    use crate::store::MemoryStore;

    /// A customer of two conversations with one row in every table; gives the account and all keys.
    fn fill(
        store: &MemoryStore,
        number: u128,
        contact: &str,
    ) -> (Account, BTreeSet<(Table, Vec<u8>)>) {
        let at = Timestamp::from_second(1_000).unwrap();
        let id = AccountId::from_random(number);
        let mut account = Account::new(id.clone(), format!("a/b/{contact}"), at);
        let mut batch = Batch::new();
        for nth in 0..2 {
            let conversation = ConversationId::from_random(number * 10 + nth);
            account.conversations.push(conversation.clone());
            let state = Conversation::new(
                conversation.clone(),
                id.clone(),
                "a/b".into(),
                contact.into(),
                at,
            );
            batch.put_json(
                Table::Conversation,
                keys::conversation(&conversation),
                &state,
            );
            batch.put(
                Table::Message,
                keys::message(&conversation, 1),
                b"{}".to_vec(),
            );
            batch.put(
                Table::Outbox,
                keys::outbox(&conversation, 1, 0),
                b"{}".to_vec(),
            );
            let what = Occurrence::Announced {
                name: "n".into(),
                value: "1".into(),
            };
            let run = Run {
                id: RunId::of(&conversation, 1),
                event: Event {
                    id: EventId::of(&conversation, 1),
                    at,
                    depth: 0,
                    what,
                },
                before: state,
                account: account.clone(),
                desk: String::new(),
                resumed: None,
                invocations: Vec::new(),
                moments: Vec::new(),
                opening: 0,
                closing: 0,
                entries: Vec::new(),
            };
            batch.put_json(Table::Run, keys::run(&conversation, 1), &run);
            batch.put(Table::RunByTime, keys::run_by_time(at, &run.id), Vec::new());
            batch.put(
                Table::ConversationByTime,
                keys::conversation_by_time(at, &conversation),
                Vec::new(),
            );
            let due = DueRow {
                account: id.clone(),
                conversation: conversation.clone(),
                what: Due::Timer { name: "t".into() },
            };
            batch.put_json(Table::Timer, keys::timer(at, &conversation, "t"), &due);
            let owner = KvOwner {
                plugin: "one",
                account: &id,
                conversation: &conversation,
            };
            batch.put(
                Table::KeyValue,
                keys::kv(&owner, KvScope::Conversation, "k"),
                b"v".to_vec(),
            );
            let owner = KvOwner {
                plugin: "two",
                ..owner
            };
            batch.put(
                Table::KeyValue,
                keys::kv(&owner, KvScope::Account, "k"),
                b"v".to_vec(),
            );
        }
        let identity = Identity {
            account: id.clone(),
            conversation: None,
        };
        batch.put_json(Table::Identity, keys::identity("a/b", contact), &identity);
        let other = AccountId::from_random(number + 100);
        let merge = Merge {
            from: id.clone(),
            into: other.clone(),
            by: "li".into(),
            at,
        };
        batch.put_json(Table::Merge, keys::merged(&id), &merge);
        batch.put(Table::Merge, keys::merged_into(&other, &id), Vec::new());
        let key = keys::idempotency("a/b", contact, "once");
        let seen = Seen {
            conversation: ConversationId::from_random(number * 10),
            run: 1,
            digest: String::new(),
            at,
        };
        batch.put_json(Table::Idempotency, key.clone(), &seen);
        batch.put(
            Table::IdempotencyByTime,
            keys::idempotency_by_time(at, &key),
            Vec::new(),
        );
        batch.put_json(Table::Account, keys::account(&id), &account);
        let held = batch
            .operations()
            .iter()
            .map(|row| (row.table, row.key.clone()))
            .collect();
        store.commit(batch).unwrap();
        (account, held)
    }

    #[test]
    fn every_row_of_a_customer_is_found_and_nobody_elses() {
        let store = MemoryStore::new();
        let (ana, rows_of_ana) = fill(&store, 1, "ana");
        let (ben, rows_of_ben) = fill(&store, 2, "ana2");
        let mut desk_wide = Batch::new();
        let owner = KvOwner {
            plugin: "one",
            account: &ana.id,
            conversation: &ana.conversations[0],
        };
        desk_wide.put(
            Table::KeyValue,
            keys::kv(&owner, KvScope::Desk, "k"),
            b"v".to_vec(),
        );
        store.commit(desk_wide).unwrap();
        for (account, rows) in [(ana, rows_of_ana), (ben, rows_of_ben)] {
            let found = Gathering {
                store: &store,
                rows: Vec::new(),
            }
            .of(&account)
            .unwrap();
            let keys: BTreeSet<_> = found
                .iter()
                .map(|row| (row.table, row.key.clone()))
                .collect();
            assert_eq!(keys, rows);
            assert_eq!(found.len(), rows.len(), "each once");
        }
    }
}
