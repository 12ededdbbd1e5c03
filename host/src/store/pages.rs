//! Many rows, a page at a time.

use super::{KeyRange, Row, Store, StoreError, Table};

/// Rows read at once: enough that a page costs more than asking for it, few enough to keep in memory.
const PAGE: usize = 1_000;

/// Shows every row whose key begins with `prefix`, in the order of the keys. Rows that change meanwhile are shown as
/// they are when their page is read.
///
/// # Errors
/// What [`Store::scan`] and `take` return; nothing more is shown then.
pub fn for_each_row(
    store: &(impl Store + ?Sized),
    table: Table,
    prefix: &[u8],
    mut take: impl FnMut(Row) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut last: Option<Vec<u8>> = None;
    loop {
        let range = match &last {
            Some(last) => KeyRange::prefix(prefix).after(last),
            None => KeyRange::prefix(prefix),
        };
        let rows = store.scan(table, range, PAGE)?;
        let is_last = rows.len() < PAGE;
        last = rows.last().map(|(key, _)| key.clone());
        for row in rows {
            take(row)?;
        }
        if is_last {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Batch, MemoryStore};
    use super::*;

    #[test]
    fn every_row_of_the_prefix_is_shown_once_and_in_order() {
        for count in [0, 1, PAGE - 1, PAGE, PAGE + 1, 2 * PAGE] {
            let store = MemoryStore::new();
            let mut batch = Batch::new();
            batch.put(Table::Ticket, "a", Vec::new());
            batch.put(Table::Ticket, "c", Vec::new());
            for number in 0..count {
                batch.put(Table::Ticket, format!("b{number:05}"), Vec::new());
            }
            store.commit(batch).unwrap();
            let mut seen = Vec::new();
            for_each_row(&store, Table::Ticket, b"b", |(key, _)| {
                seen.push(key);
                Ok(())
            })
            .unwrap();
            assert_eq!(seen.len(), count);
            assert!(seen.is_sorted());
        }
    }
}
