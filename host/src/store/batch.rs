//! What becomes durable together or not at all.

use serde::Serialize;

use super::{MAX_BATCH_BYTES, MAX_KEY_BYTES, StoreError, Table, try_encode};

/// Everything that becomes durable together or not at all.
///
/// The operations apply in the order in which they were added: the last one on a key wins.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Batch {
    operations: Vec<Operation>,
    bytes: usize,
    fault: Option<StoreError>,
    company: usize,
}

/// One change of one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// The table changed.
    pub table: Table,
    /// The key in the table, without the table's own prefix.
    pub key: Vec<u8>,
    /// The new value; `None` deletes the key.
    pub value: Option<Vec<u8>>,
}

impl Batch {
    /// An empty batch.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a key to a value.
    pub fn put(&mut self, table: Table, key: impl Into<Vec<u8>>, value: Vec<u8>) {
        self.push(Operation {
            table,
            key: key.into(),
            value: Some(value),
        });
    }

    /// Sets a key to a value written as JSON.
    ///
    /// A value that cannot be written makes the whole batch refused at its commit, so nothing goes missing unnoticed.
    pub fn put_json<T: Serialize + ?Sized>(
        &mut self,
        table: Table,
        key: impl Into<Vec<u8>>,
        value: &T,
    ) {
        match try_encode(value) {
            Ok(bytes) => self.put(table, key, bytes),
            Err(error) => {
                self.fault.get_or_insert(error);
            }
        }
    }

    /// Removes a key; removing one that is not there is no error.
    pub fn delete(&mut self, table: Table, key: impl Into<Vec<u8>>) {
        self.push(Operation {
            table,
            key: key.into(),
            value: None,
        });
    }

    /// Appends the operations of another batch, so that both become durable together.
    pub fn append(&mut self, other: Batch) {
        self.operations.extend(other.operations);
        self.bytes = self.bytes.saturating_add(other.bytes);
        self.fault = self.fault.take().or(other.fault);
    }

    /// So many other batches are likely to follow at once, so this one may wait a few milliseconds to share a barrier
    /// with them: nobody gains from being durable early while others wait for the processor that the barrier takes.
    pub fn expect_company(&mut self, others: usize) {
        self.company = others;
    }

    /// What [`Batch::expect_company`] said; none by default, and then nothing is waited for.
    pub fn company(&self) -> usize {
        self.company
    }

    /// Whether there is nothing to do. (An empty batch may be committed: it is durable once all earlier ones are.)
    pub fn is_empty(&self) -> bool {
        self.operations.is_empty()
    }

    /// The number of operations.
    pub fn len(&self) -> usize {
        self.operations.len()
    }

    /// The bytes of all keys and values together.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// The operations in their order.
    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// The operations in their order, taken out.
    pub fn into_operations(self) -> Vec<Operation> {
        self.operations
    }

    /// Whether every store will take the batch.
    ///
    /// # Errors
    /// [`StoreError::KeyTooLong`], [`StoreError::TooLarge`], or what [`Batch::put_json`] could not write.
    pub fn check(&self) -> Result<(), StoreError> {
        if let Some(fault) = &self.fault {
            return Err(fault.clone());
        }
        if let Some(long) = self
            .operations
            .iter()
            .find(|operation| operation.key.len() > MAX_KEY_BYTES)
        {
            return Err(StoreError::KeyTooLong {
                table: long.table,
                bytes: long.key.len(),
            });
        }
        if self.bytes > MAX_BATCH_BYTES {
            return Err(StoreError::TooLarge { bytes: self.bytes });
        }
        Ok(())
    }

    fn push(&mut self, operation: Operation) {
        let value = operation.value.as_ref().map_or(0, Vec::len);
        self.bytes = self
            .bytes
            .saturating_add(operation.key.len())
            .saturating_add(value);
        self.operations.push(operation);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_operations_and_bytes() {
        let mut batch = Batch::new();
        assert!(batch.is_empty());
        batch.put(Table::Message, "one", b"value".to_vec());
        batch.delete(Table::Message, b"two".as_slice());
        let mut other = Batch::new();
        other.put(Table::Run, vec![1], vec![2, 3]);
        batch.append(other);
        assert_eq!((batch.len(), batch.bytes()), (3, 14));
    }

    #[test]
    fn refuses_a_key_that_is_too_long_and_a_value_that_cannot_be_written() {
        let mut batch = Batch::new();
        batch.put(Table::Meta, vec![0; MAX_KEY_BYTES], vec![]);
        assert_eq!(batch.check(), Ok(()));
        batch.delete(Table::Meta, vec![0; MAX_KEY_BYTES + 1]);
        assert_eq!(
            batch.check(),
            Err(StoreError::KeyTooLong {
                table: Table::Meta,
                bytes: MAX_KEY_BYTES + 1
            })
        );

        let mut batch = Batch::new();
        batch.put_json(
            Table::Meta,
            "k",
            &std::collections::BTreeMap::from([((1, 2), 3)]),
        );
        assert!(matches!(batch.check(), Err(StoreError::Encode { .. })));
    }
}
