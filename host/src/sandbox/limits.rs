//! What one call may use. Every limit is on by default; a desk may only lower what its operator allows.

use std::time::Duration;

use wasmtime::ResourceLimiter;

const KIB: usize = 1 << 10;
const MIB: usize = 1 << 20;

/// The limits of one call. Going over one stops the call with a typed failure; nothing of it counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Processor time of the calling thread, host answers included; checked every [`super::engine::TICK`].
    pub time: Duration,
    /// Time on the wall, waiting for a processor or a disk included.
    pub wall: Duration,
    /// Processor time of all calls of the plugin within ten seconds, the first [`super::engine::TICK`] or less of each
    /// not counted: who answers quickly is never held up. Kept by the engine, over calls.
    pub load: Duration,
    /// Bytes of all linear memories and all tables together.
    pub memory: usize,
    /// Core instances; a component with imports is three of them, Python's some twenty-five.
    pub instances: usize,
    /// Linear memories.
    pub memories: usize,
    /// Tables.
    pub tables: usize,
    /// Questions to the host.
    pub host_calls: u32,
    /// Bytes that pass between plugin and host in questions and answers.
    pub host_data: usize,
    /// Bytes of text in what the call returns.
    pub output_bytes: usize,
    /// Effects of one outcome.
    pub effects: usize,
    /// Findings of one review.
    pub findings: usize,
    /// Log lines; more are counted and dropped.
    pub log_lines: usize,
    /// Bytes of one log line; more is cut off.
    pub log_line_bytes: usize,
    /// Writes to the key-value space.
    pub kv_writes: usize,
    /// Bytes of a key.
    pub kv_key_bytes: usize,
    /// Bytes of a value.
    pub kv_value_bytes: usize,
    /// Keys of one space: a plugin's in a conversation, an account or the desk.
    pub kv_keys: u64,
    /// Bytes of keys and values of one space.
    pub kv_bytes: u64,
    /// Time that all requests of a call together may take; it counts neither as `time` nor as `wall`.
    pub http_time: Duration,
    /// Requests of a call, those to the model included.
    pub http_calls: u32,
    /// Bytes of a request's body, and of an answer's.
    pub http_body: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            time: Duration::from_millis(250),
            wall: Duration::from_secs(2),
            load: Duration::from_secs(2),
            memory: 32 * MIB,
            instances: 40,
            memories: 4,
            tables: 8,
            host_calls: 1_000,
            host_data: MIB,
            output_bytes: 64 * KIB,
            effects: 16,
            findings: 64,
            log_lines: 64,
            log_line_bytes: KIB,
            kv_writes: 128,
            kv_key_bytes: 256,
            kv_value_bytes: 64 * KIB,
            kv_keys: 10_000,
            kv_bytes: 16 * MIB as u64,
            http_time: Duration::from_secs(5),
            http_calls: 8,
            http_body: 256 * KIB,
        }
    }
}

/// Bytes that one table element takes.
const ELEMENT: usize = size_of::<usize>();

/// Counts memories and tables of one store in one sum. wasmtime's own limiter counts each apart, so that a plugin
/// with four memories would get four times its limit.
#[derive(Debug)]
pub(super) struct Limiter {
    limit: usize,
    used: usize,
    /// Whether growth was ever denied: a trap after that is about memory, whatever the guest made of it.
    pub(super) denied: bool,
    instances: usize,
    memories: usize,
    tables: usize,
}

impl Limiter {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            limit: limits.memory,
            used: 0,
            denied: false,
            instances: limits.instances,
            memories: limits.memories,
            tables: limits.tables,
        }
    }

    /// Bytes in use. Memories never shrink, so this is also the most that was ever in use.
    pub(super) fn used(&self) -> usize {
        self.used
    }

    pub(super) fn limit(&self) -> usize {
        self.limit
    }

    /// `maximum` is the guest's own or the pool's.
    fn grow(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
        unit: usize,
    ) -> bool {
        let more = desired.saturating_sub(current).saturating_mul(unit);
        let used = self.used.saturating_add(more);
        if used > self.limit || maximum.is_some_and(|maximum| desired > maximum) {
            self.denied = true;
            return false;
        }
        self.used = used;
        true
    }
}

impl ResourceLimiter for Limiter {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        Ok(self.grow(current, desired, maximum, 1))
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        Ok(self.grow(current, desired, maximum, ELEMENT))
    }

    fn instances(&self) -> usize {
        self.instances
    }

    fn tables(&self) -> usize {
        self.tables
    }

    fn memories(&self) -> usize {
        self.memories
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memories_and_tables_share_one_sum() {
        let mut limiter = Limiter::new(&Limits {
            memory: 4 * 65_536,
            ..Limits::default()
        });
        assert!(limiter.memory_growing(0, 2 * 65_536, None).unwrap());
        assert!(limiter.memory_growing(0, 65_536, None).unwrap());
        assert!(limiter.table_growing(0, 8_192, None).unwrap());
        assert!(!limiter.table_growing(0, 1, None).unwrap());
        assert!(limiter.denied);
        assert_eq!(limiter.used(), 4 * 65_536);
    }

    #[test]
    fn growth_beyond_what_can_be_counted_is_denied() {
        let mut limiter = Limiter::new(&Limits::default());
        assert!(!limiter.table_growing(0, usize::MAX, None).unwrap());
        assert!(!limiter.memory_growing(0, usize::MAX, None).unwrap());
        assert_eq!(limiter.used(), 0);
    }
}
