//! What data of an earlier version lacks: filled in once, when the host starts, from the runs that are there.

use super::closing;
use super::facts;
use super::keys;
use crate::model::{Conversation, Run, Tally};
use crate::store::{Batch, KeyRange, Store, StoreError, Table, decode_record, for_each_row};
use crate::workflow::Calendar;

/// Brings data of an earlier version to what this one keeps; does nothing for data of this version. Interrupted, it
/// begins again where it was.
pub(super) fn bring_up(store: &dyn Store, calendar: &Calendar) -> Result<(), StoreError> {
    fill_indices(store, calendar)?;
    retire_tables(store)
}

fn retire_tables(store: &dyn Store) -> Result<(), StoreError> {
    empty(store, Table::Fact, |batch, key, value| {
        batch.put(Table::RunByTime, key.to_vec(), value.to_vec());
    })?;
    empty(store, Table::AccountTimeline, |_, _, _| {})
}

/// Empties a table that isn't kept any more, after its rows were brought elsewhere.
fn empty(
    store: &dyn Store,
    table: Table,
    bring: impl Fn(&mut Batch, &[u8], &[u8]),
) -> Result<(), StoreError> {
    const AT_ONCE: usize = 1_000;
    loop {
        let rows = store.scan(table, KeyRange::all(), AT_ONCE)?;
        if rows.is_empty() {
            return Ok(());
        }
        let mut batch = Batch::new();
        for (key, value) in rows {
            bring(&mut batch, &key, &value);
            batch.delete(table, key);
        }
        store.commit(batch)?;
    }
}

/// Fills the indices of conversations and runs where there are none. The index of conversations, which says that it was
/// done, is written last.
fn fill_indices(store: &dyn Store, calendar: &Calendar) -> Result<(), StoreError> {
    let is_empty = |table| Ok::<_, StoreError>(store.scan(table, KeyRange::all(), 1)?.is_empty());
    if is_empty(Table::Conversation)? || !is_empty(Table::ConversationByTime)? {
        return Ok(());
    }
    tracing::info!("data of an earlier version: filling in what reports read");
    let mut begun = Batch::new();
    for_each_row(store, Table::Conversation, &[], |(key, value)| {
        let state: Conversation = decode_record(Table::Conversation, &key, &value)?;
        begun.put(
            Table::ConversationByTime,
            keys::conversation_by_time(state.opened_at, &state.id),
            Vec::new(),
        );
        conversation(store, state, calendar)
    })?;
    store.commit(begun)
}

fn conversation(
    store: &dyn Store,
    mut state: Conversation,
    calendar: &Calendar,
) -> Result<(), StoreError> {
    let mut batch = Batch::new();
    let mut tally = Tally::default();
    let prefix = keys::of_conversation(&state.id);
    for_each_row(store, Table::Run, &prefix, |(key, value)| {
        let run: Run = decode_record(Table::Run, &key, &value)?;
        let at = run.event.at;
        let before = std::mem::take(&mut tally);
        let counted = closing::count(before, &run.entries, run.before.handler, calendar, at);
        tally = counted.tally;
        batch.put(
            Table::RunByTime,
            keys::run_by_time(at, &run.id),
            facts::kept(&counted.facts),
        );
        Ok(())
    })?;
    state.tally = tally;
    batch.put_json(Table::Conversation, keys::conversation(&state.id), &state);
    store.commit(batch)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::MemoryStore;

    #[test]
    fn rows_of_tables_that_are_kept_no_more_are_brought_where_they_are_read_now() {
        let store = MemoryStore::new();
        let mut batch = Batch::new();
        for number in 0..2_500_u32 {
            let key = number.to_be_bytes();
            batch.put(Table::Fact, key, b"[1]".to_vec());
            batch.put(Table::RunByTime, key, Vec::new());
            batch.put(Table::AccountTimeline, key, Vec::new());
        }
        store.commit(batch).unwrap();
        retire_tables(&store).unwrap();
        let rows = |table| store.scan(table, KeyRange::all(), usize::MAX).unwrap();
        assert!(rows(Table::Fact).is_empty() && rows(Table::AccountTimeline).is_empty());
        let kept = rows(Table::RunByTime);
        assert_eq!(kept.len(), 2_500);
        assert!(kept.iter().all(|(_, facts)| facts == b"[1]"));
    }
}
