//! The store in memory, for virtual time.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Batch, Done, KeyRange, Row, Store, StoreError, StoreStats, Table};

/// Where in its next commit a simulated process dies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CrashPoint {
    /// Before the batch is durable: it is lost, as if never sent.
    BeforeDurable,
    /// After the batch is durable, before anybody was told.
    AfterDurable,
}

/// A store in memory: what it holds is durable as long as the value lives.
///
/// Everything happens on the caller's thread and in the order of the calls, so a run in virtual time is repeatable.
#[derive(Debug, Default)]
pub struct MemoryStore {
    state: Mutex<State>,
}

type Rows = BTreeMap<Vec<u8>, Vec<u8>>;

#[derive(Debug, Default)]
struct State {
    rows: Arc<Rows>,
    armed: Option<(u64, CrashPoint)>,
    crashed: bool,
    stats: StoreStats,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// An independent store with the same content. Cheap: rows are copied when one of the two is changed.
    pub fn fork(&self) -> Self {
        let rows = Arc::clone(&self.state().rows);
        Self {
            state: Mutex::new(State {
                rows,
                ..State::default()
            }),
        }
    }

    /// Lets the process die at the next commit; every call then fails with [`StoreError::Crashed`] until
    /// [`MemoryStore::restart`].
    pub fn arm_crash(&self, point: CrashPoint) {
        self.arm_crash_after(0, point);
    }

    /// The same after `commits` more commits have passed.
    pub fn arm_crash_after(&self, commits: u64, point: CrashPoint) {
        self.state().armed = Some((commits, point));
    }

    /// Whether the simulated process is dead.
    pub fn has_crashed(&self) -> bool {
        self.state().crashed
    }

    /// Starts again with what is durable; nothing stays armed.
    pub fn restart(&self) {
        let mut state = self.state();
        state.crashed = false;
        state.armed = None;
    }

    /// Everything in it, in key order, for comparing two runs.
    pub fn rows(&self) -> Vec<(Table, Vec<u8>, Vec<u8>)> {
        let rows = Arc::clone(&self.state().rows);
        rows.iter()
            .filter_map(|(key, value)| {
                let (number, key) = key.split_first()?;
                Some((Table::from_number(*number)?, key.to_vec(), value.clone()))
            })
            .collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn apply(&self, batch: Batch) -> Result<(), StoreError> {
        let mut state = self.state();
        state.alive()?;
        batch.check()?;
        let crash = state.crash_now();
        if crash == Some(CrashPoint::BeforeDurable) {
            return Err(StoreError::Crashed);
        }
        state.stats.barriers += 1;
        state.stats.batches += 1;
        state.stats.operations += batch.len() as u64;
        state.stats.bytes += batch.bytes() as u64;
        let rows = Arc::make_mut(&mut state.rows);
        for operation in batch.into_operations() {
            let key = place(operation.table, &operation.key);
            match operation.value {
                Some(value) => rows.insert(key, value),
                None => rows.remove(&key),
            };
        }
        if crash.is_some() {
            Err(StoreError::Crashed)
        } else {
            Ok(())
        }
    }
}

impl State {
    fn alive(&self) -> Result<(), StoreError> {
        if self.crashed {
            Err(StoreError::Crashed)
        } else {
            Ok(())
        }
    }

    fn crash_now(&mut self) -> Option<CrashPoint> {
        let (commits, point) = self.armed?;
        if let Some(left) = commits.checked_sub(1) {
            self.armed = Some((left, point));
            return None;
        }
        self.armed = None;
        self.crashed = true;
        Some(point)
    }
}

fn place(table: Table, key: &[u8]) -> Vec<u8> {
    let mut placed = Vec::with_capacity(key.len() + 1);
    placed.push(table.number());
    placed.extend_from_slice(key);
    placed
}

fn row((key, value): (&Vec<u8>, &Vec<u8>)) -> Row {
    (key.get(1..).unwrap_or_default().to_vec(), value.clone())
}

impl Store for MemoryStore {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let state = self.state();
        state.alive()?;
        Ok(state.rows.get(&place(table, key)).cloned())
    }

    fn scan(
        &self,
        table: Table,
        range: KeyRange<'_>,
        limit: usize,
    ) -> Result<Vec<Row>, StoreError> {
        let state = self.state();
        state.alive()?;
        let Some((first, end)) = range.resolve(table.number()) else {
            return Ok(Vec::new());
        };
        let rows = state.rows.range(first..end);
        Ok(if range.is_reverse() {
            rows.rev().take(limit).map(row).collect()
        } else {
            rows.take(limit).map(row).collect()
        })
    }

    fn submit(&self, batch: Batch, done: Done) {
        done(self.apply(batch));
    }

    fn stats(&self) -> StoreStats {
        let state = self.state();
        let disk_bytes = state
            .rows
            .iter()
            .map(|(key, value)| (key.len() + value.len()) as u64)
            .sum();
        StoreStats {
            disk_bytes,
            ..state.stats.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(key: &str) -> Batch {
        let mut batch = Batch::new();
        batch.put(Table::Message, key, b"x".to_vec());
        batch
    }

    #[test]
    fn a_crash_before_the_barrier_loses_the_batch_and_one_after_it_only_the_answer() {
        let store = MemoryStore::new();
        store.commit(one("a")).unwrap();
        store.arm_crash(CrashPoint::BeforeDurable);
        assert_eq!(store.commit(one("b")), Err(StoreError::Crashed));
        assert_eq!(store.get(Table::Message, b"a"), Err(StoreError::Crashed));
        assert!(store.has_crashed());
        store.restart();
        assert_eq!(store.get(Table::Message, b"b"), Ok(None));

        store.arm_crash_after(1, CrashPoint::AfterDurable);
        store.commit(one("c")).unwrap();
        assert_eq!(store.commit(one("d")), Err(StoreError::Crashed));
        assert_eq!(store.commit(one("e")), Err(StoreError::Crashed));
        store.restart();
        let keys: Vec<_> = store.rows().into_iter().map(|(_, key, _)| key).collect();
        assert_eq!(keys, [b"a", b"c", b"d"]);
    }

    #[test]
    fn a_fork_goes_its_own_way() {
        let store = MemoryStore::new();
        store.commit(one("a")).unwrap();
        let fork = store.fork();
        fork.commit(one("b")).unwrap();
        store.commit(one("c")).unwrap();
        assert_eq!(store.get(Table::Message, b"b"), Ok(None));
        assert_eq!(fork.get(Table::Message, b"c"), Ok(None));
        assert_eq!(fork.get(Table::Message, b"a"), Ok(Some(b"x".to_vec())));
    }
}
