//! Time and chance as parameters, so that a whole desk runs in virtual time.

use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;
use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// Where the engine gets the time from.
pub trait Clock: Send + Sync + 'static {
    /// The time now, to the millisecond.
    fn now(&self) -> Timestamp;
}

/// The machine's clock. Never goes backwards within a process, whatever happens to the machine's (a step back holds it
/// still), so that the order of a conversation's events is also the order of their times.
#[derive(Debug, Default)]
pub struct SystemClock {
    latest: AtomicI64,
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let now = Timestamp::now().as_millisecond();
        let latest = self.latest.fetch_max(now, Ordering::AcqRel).max(now);
        Timestamp::from_millisecond(latest).unwrap_or(Timestamp::MAX)
    }
}

/// A clock that stands still until it is set.
#[derive(Debug)]
pub struct VirtualClock {
    milliseconds: AtomicI64,
}

impl VirtualClock {
    /// A clock that shows `at`.
    pub fn new(at: Timestamp) -> Self {
        Self {
            milliseconds: AtomicI64::new(at.as_millisecond()),
        }
    }

    /// Moves the clock on to `at`; it never moves back.
    pub fn advance_to(&self, at: Timestamp) {
        self.milliseconds
            .fetch_max(at.as_millisecond(), Ordering::AcqRel);
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.milliseconds.load(Ordering::Acquire))
            .unwrap_or(Timestamp::MAX)
    }
}

/// Where the engine gets unguessable bits from, for the ids of accounts and conversations.
pub trait Entropy: Send + Sync + 'static {
    /// 128 bits.
    fn bits(&self) -> u128;
}

/// The operating system's random source, stretched by ChaCha12.
pub struct SystemEntropy(Mutex<ChaCha12Rng>);

impl SystemEntropy {
    /// Seeded by the operating system.
    ///
    /// # Errors
    /// Where the operating system has no random source.
    pub fn new() -> std::io::Result<Self> {
        let mut seed = [0; 32];
        getrandom::fill(&mut seed).map_err(std::io::Error::other)?;
        Ok(Self(Mutex::new(ChaCha12Rng::from_seed(seed))))
    }
}

impl Entropy for SystemEntropy {
    fn bits(&self) -> u128 {
        draw(&self.0)
    }
}

/// The same bits in the same order for the same seed.
pub struct SeededEntropy(Mutex<ChaCha12Rng>);

impl SeededEntropy {
    /// From a seed.
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(ChaCha12Rng::seed_from_u64(seed)))
    }
}

impl Entropy for SeededEntropy {
    fn bits(&self) -> u128 {
        draw(&self.0)
    }
}

fn draw(source: &Mutex<ChaCha12Rng>) -> u128 {
    let mut source = source
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    (u128::from(source.next_u64()) << 64) | u128::from(source.next_u64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_virtual_clock_never_goes_back() {
        let clock = VirtualClock::new(Timestamp::UNIX_EPOCH);
        clock.advance_to(Timestamp::from_second(10).unwrap());
        clock.advance_to(Timestamp::from_second(5).unwrap());
        assert_eq!(clock.now().as_second(), 10);
    }

    #[test]
    fn seeded_entropy_repeats_itself() {
        let (one, other) = (SeededEntropy::new(1), SeededEntropy::new(1));
        assert_eq!(one.bits(), other.bits());
        assert_ne!(one.bits(), one.bits());
    }
}
