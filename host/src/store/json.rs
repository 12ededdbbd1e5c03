//! Typed values: how they are written and read.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Store, StoreError, Table};

/// Writes a value as JSON, for types that can always be written (structs of plain fields).
///
/// Where writing fails, an error is logged and the empty value is returned, which [`decode`] refuses; use
/// [`try_encode`] or [`super::Batch::put_json`] for types that are not known to be harmless.
pub fn encode<T: Serialize + ?Sized>(value: &T) -> Vec<u8> {
    try_encode(value).unwrap_or_else(|error| {
        tracing::error!(%error, "a value was not stored");
        Vec::new()
    })
}

/// Writes a value as JSON.
///
/// # Errors
/// [`StoreError::Encode`] where the type cannot be written as JSON, such as a map whose keys are no strings.
pub fn try_encode<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, StoreError> {
    serde_json::to_vec(value).map_err(|error| StoreError::Encode {
        why: error.to_string(),
    })
}

/// Reads a value back.
///
/// # Errors
/// [`StoreError::Decode`] where the bytes are not JSON of that type.
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, StoreError> {
    serde_json::from_slice(bytes).map_err(|error| StoreError::Decode {
        why: error.to_string(),
    })
}

/// Reads and decodes the value of a key.
///
/// # Errors
/// What [`Store::get`] and [`decode`] return; a decoding error names the record.
pub fn get_json<T: DeserializeOwned>(
    store: &(impl Store + ?Sized),
    table: Table,
    key: &[u8],
) -> Result<Option<T>, StoreError> {
    store
        .get(table, key)?
        .map(|bytes| decode_record(table, key, &bytes))
        .transpose()
}

/// Decodes a value read by a scan; an error names the record.
///
/// # Errors
/// [`StoreError::Decode`].
pub fn decode_record<T: DeserializeOwned>(
    table: Table,
    key: &[u8],
    bytes: &[u8],
) -> Result<T, StoreError> {
    serde_json::from_slice(bytes).map_err(|error| StoreError::Decode {
        why: format!("{table}/{}: {error}", key.escape_ascii()),
    })
}

#[cfg(test)]
mod tests {
    use super::super::{Batch, MemoryStore};
    use super::*;

    #[test]
    fn text_in_every_script_comes_back_as_it_was() {
        let words = vec![
            "你好，玩具坏了".to_owned(),
            "退貨流程 👍".to_owned(),
            "It’s broken".to_owned(),
        ];
        assert_eq!(decode::<Vec<String>>(&encode(&words)), Ok(words));
    }

    #[test]
    fn what_cannot_be_read_names_its_record() {
        let store = MemoryStore::new();
        let mut batch = Batch::new();
        batch.put(Table::Ticket, "t-1", b"{".to_vec());
        batch.put_json(Table::Ticket, "t-2", &42);
        store.commit(batch).unwrap();
        let error = get_json::<u32>(&store, Table::Ticket, b"t-1").unwrap_err();
        assert!(error.to_string().contains("ticket/t-1"), "{error}");
        assert_eq!(get_json(&store, Table::Ticket, b"t-2"), Ok(Some(42)));
        assert_eq!(get_json::<u32>(&store, Table::Ticket, b"t-3"), Ok(None));
    }
}
