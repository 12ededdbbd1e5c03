//! The texts of a conversation in the store: those of one run are one row, under the number of the first of them.

use super::keys;
use super::run::Finished;
use crate::model::{Change, ConversationId, Message};
use crate::store::{Batch, KeyRange, Store, StoreError, Table, decode_record};

/// The texts that a run received and sent, as one row.
pub(super) fn put(batch: &mut Batch, finished: &Finished) {
    let entries = finished.run.entries.iter();
    let texts: Vec<&Message> = entries
        .filter_map(|entry| match &entry.change {
            Change::Received { message } | Change::Replied { message } => Some(message),
            _ => None,
        })
        .collect();
    if let Some(first) = texts.first() {
        let key = keys::message(&finished.state.id, first.number);
        batch.put_json(Table::Message, key, &texts);
    }
}

/// The texts of a row. Earlier data has a row for each text.
fn of_row(key: &[u8], value: &[u8]) -> Result<Vec<Message>, StoreError> {
    if value.starts_with(b"{") {
        return Ok(vec![decode_record(Table::Message, key, value)?]);
    }
    decode_record(Table::Message, key, value)
}

/// The newest texts up to that number, oldest first.
pub(super) fn newest(
    store: &dyn Store,
    conversation: &ConversationId,
    until: u32,
    limit: usize,
) -> Result<Vec<Message>, StoreError> {
    let all = keys::of_conversation(conversation);
    let end = keys::message(conversation, until.saturating_add(1));
    let mut range = KeyRange::prefix(&all).reverse();
    if until < u32::MAX {
        range = range.before(&end);
    }
    let mut texts = Vec::new();
    // A row may hold texts behind the last one that is wanted, and then one row more is needed: rows are asked for as
    // texts are, which is nearly always enough.
    let mut last: Option<Vec<u8>> = None;
    while texts.len() < limit {
        let range = match &last {
            Some(last) => KeyRange::prefix(&all).before(last).reverse(),
            None => range,
        };
        let wanted = limit.saturating_sub(texts.len());
        let rows = store.scan(Table::Message, range, wanted)?;
        let is_all = rows.len() < wanted;
        for (key, value) in &rows {
            let row = of_row(key, value)?;
            let row = row.into_iter().filter(|text| text.number <= until);
            texts.extend(row.rev());
        }
        last = rows.into_iter().next_back().map(|(key, _)| key);
        if is_all {
            break;
        }
    }
    texts.truncate(limit);
    texts.reverse();
    Ok(texts)
}

/// The oldest texts after that number, oldest first.
pub(super) fn after(
    store: &dyn Store,
    conversation: &ConversationId,
    after: u32,
    limit: usize,
) -> Result<Vec<Message>, StoreError> {
    let all = keys::of_conversation(conversation);
    let mut texts = Vec::new();
    // The row of the text after which they are wanted may hold some of them.
    let holding = KeyRange::prefix(&all);
    let end = keys::message(conversation, after.saturating_add(1));
    let holding = store.scan(Table::Message, holding.before(&end).reverse(), 1)?;
    let last = keys::message(conversation, after);
    let rest = store.scan(Table::Message, KeyRange::prefix(&all).after(&last), limit)?;
    for (key, value) in holding.into_iter().chain(rest) {
        let row = of_row(&key, &value)?;
        texts.extend(row.into_iter().filter(|text| text.number > after));
        if texts.len() >= limit {
            break;
        }
    }
    texts.truncate(limit);
    Ok(texts)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use proptest::prelude::*;

    use super::*;
    use crate::model::{Author, MessageId};
    use crate::store::MemoryStore;

    /// A conversation whose runs have so many texts each.
    fn stored(runs: &[u8]) -> (MemoryStore, ConversationId, u32) {
        let (store, id) = (MemoryStore::new(), ConversationId::from_random(7));
        let mut number = 0;
        for texts in runs {
            let first = number + 1;
            let row: Vec<Message> = (0..*texts)
                .map(|_| {
                    number += 1;
                    Message {
                        id: MessageId::of(&id, number),
                        number,
                        author: Author::Customer,
                        text: number.to_string(),
                        language: None,
                        sources: Vec::new(),
                        at: Timestamp::UNIX_EPOCH,
                    }
                })
                .collect();
            let mut batch = Batch::new();
            batch.put_json(Table::Message, keys::message(&id, first), &row);
            store.commit(batch).unwrap();
        }
        (store, id, number)
    }

    proptest! {
        #[test]
        fn pages_hold_the_texts_that_were_asked_for(
            runs in prop::collection::vec(1u8..5, 1..8), at in 0u32..30, limit in 0usize..12
        ) {
            let (store, id, count) = stored(&runs);
            let numbers = |texts: Vec<Message>| texts.iter().map(|text| text.number).collect::<Vec<_>>();
            let behind: Vec<u32> = (at + 1..=count).take(limit).collect();
            prop_assert_eq!(numbers(after(&store, &id, at, limit).unwrap()), behind);
            let until = at.min(count);
            let before: Vec<u32> = (1..=until).skip((until as usize).saturating_sub(limit)).collect();
            prop_assert_eq!(numbers(newest(&store, &id, at, limit).unwrap()), before.clone());
            if at >= count {
                prop_assert_eq!(numbers(newest(&store, &id, u32::MAX, limit).unwrap()), before);
            }
        }
    }
}
