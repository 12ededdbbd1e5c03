//! What data of an earlier version lacks: filled in once, when the host starts, from the runs that are there.

use super::closing;
use super::keys;
use crate::model::{Conversation, Run, Tally};
use crate::store::{Batch, KeyRange, Store, StoreError, Table, decode_record, for_each_row};
use crate::workflow::Calendar;

/// Fills the indices of conversations, timelines and facts where there are none. Does nothing for data of this version.
/// Interrupted, it begins again: the index of conversations, which says that it was done, is written last.
pub(super) fn fill_indices(store: &dyn Store, calendar: &Calendar) -> Result<(), StoreError> {
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
        let Some((id, number)) = run.id.parts() else {
            return Ok(());
        };
        let at = run.event.at;
        let before = std::mem::take(&mut tally);
        let counted = closing::count(before, &run.entries, run.before.handler, calendar, at);
        tally = counted.tally;
        if !counted.facts.is_empty() {
            batch.put_json(Table::Fact, keys::fact(at, &run.id), &counted.facts);
        }
        batch.put_json(
            Table::AccountTimeline,
            keys::account_timeline(&state.account, at, &id, number),
            &run.id,
        );
        Ok(())
    })?;
    state.tally = tally;
    batch.put_json(Table::Conversation, keys::conversation(&state.id), &state);
    store.commit(batch)
}
