//! What reports count of a run: kept in the row that the index by time has for it. Most runs have none.

use crate::model::Fact;
use crate::store::{StoreError, Table, decode_record};

/// The facts as the row keeps them.
pub(super) fn kept(facts: &[Fact]) -> Vec<u8> {
    if facts.is_empty() {
        return Vec::new();
    }
    // Facts have no map with keys that aren't texts, the only thing that JSON refuses.
    serde_json::to_vec(facts).unwrap_or_default()
}

/// The facts of a row.
pub(super) fn of_row(key: &[u8], value: &[u8]) -> Result<Vec<Fact>, StoreError> {
    if value.is_empty() {
        return Ok(Vec::new());
    }
    decode_record(Table::RunByTime, key, value)
}
