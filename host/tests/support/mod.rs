//! What tests of the whole program share: the program as a process, its customers, and who checks what became of them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "only tests use this: a panic here is their failure report"
)]
#![allow(dead_code, reason = "no test needs all of it")]

pub(crate) mod aftermath;
pub(crate) mod crowd;
pub(crate) mod customer;
pub(crate) mod oracle;
pub(crate) mod process;
pub(crate) mod pusher;
pub(crate) mod receiver;

use std::time::Duration;

/// Random numbers that a seed repeats (SplitMix64).
#[derive(Clone, Debug)]
pub(crate) struct Dice(u64);

impl Dice {
    /// Dice whose throws the seed decides.
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }

    /// Whether something that happens `percent` times in a hundred happens now.
    pub(crate) fn percent(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// Less than so many milliseconds, to the microsecond.
    pub(crate) fn within_ms(&mut self, ms: u64) -> Duration {
        Duration::from_micros(self.below(ms * 1_000))
    }
}
