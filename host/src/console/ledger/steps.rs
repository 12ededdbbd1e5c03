//! How the calls of each step went, in slots of five minutes over the last day. Times are kept to a thirtieth, as so
//! many calls of about such a time.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;

use crate::model::{InvocationResult, Run};

/// The length of a slot in seconds.
const SLOT: i64 = 300;
/// So many slots are kept: a day and the one that has begun.
const KEPT: i64 = 24 * 12 + 1;
/// Below that many microseconds each has a class of its own; above, every power of two has so many.
const FINE: u32 = 16;

/// Which calls: the kind of event, the step, and the version of its plugin.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Which {
    event: &'static str,
    step: String,
    version: String,
}

/// Which calls are wanted; none: all.
#[derive(Clone, Copy, Debug, Default)]
pub(in super::super) struct Wanted<'w> {
    pub(in super::super) event: Option<&'static str>,
    pub(in super::super) step: &'w str,
    pub(in super::super) version: Option<&'w str>,
}

/// How calls went.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct Done {
    pub(in super::super) calls: u64,
    pub(in super::super) failed: u64,
    pub(in super::super) most_memory: u64,
    times: BTreeMap<u16, u32>,
}

/// All slots by their number.
#[derive(Default)]
pub(in super::super) struct Steps {
    slots: BTreeMap<i64, HashMap<Which, Done>>,
}

impl Steps {
    pub(super) fn add(&mut self, run: &Run) {
        let slot = slot_of(run.event.at);
        let newest = self.slots.last_key_value().map_or(slot, |(slot, _)| *slot);
        if slot + KEPT < newest {
            return;
        }
        for call in &run.invocations {
            let has_failed = match &call.result {
                InvocationResult::Failed { .. } => true,
                InvocationResult::Reviewed { failure, .. } => failure.is_some(),
                InvocationResult::Done { .. } => false,
            };
            let which = Which {
                event: run.event.kind().as_str(),
                step: call.step.clone(),
                version: call.version.clone(),
            };
            let done = self
                .slots
                .entry(slot)
                .or_default()
                .entry(which)
                .or_default();
            done.calls += 1;
            done.failed += u64::from(has_failed);
            done.most_memory = done.most_memory.max(call.usage.memory);
            *done.times.entry(class_of(call.usage.time_us)).or_default() += 1;
        }
        while let Some(oldest) = self
            .slots
            .first_entry()
            .filter(|slot| slot.key() + KEPT < newest)
        {
            oldest.remove();
        }
    }

    /// Those since then.
    pub(in super::super) fn since(&self, from: Timestamp, wanted: Wanted<'_>) -> Done {
        let mut all = Done::default();
        for calls in self.slots.range(slot_of(from)..).map(|(_, calls)| calls) {
            for (which, done) in calls {
                let is_wanted = which.step == wanted.step
                    && wanted.event.is_none_or(|event| event == which.event)
                    && wanted
                        .version
                        .is_none_or(|version| version == which.version);
                if is_wanted {
                    all.join(done);
                }
            }
        }
        all
    }
}

impl Done {
    fn join(&mut self, other: &Self) {
        self.calls += other.calls;
        self.failed += other.failed;
        self.most_memory = self.most_memory.max(other.most_memory);
        for (class, count) in &other.times {
            *self.times.entry(*class).or_default() += count;
        }
    }

    /// The smallest time in microseconds that so many of a hundred don't exceed, to a thirtieth.
    pub(in super::super) fn quantile(&self, hundredths: u64) -> u64 {
        let mut left = (self.calls * hundredths).div_ceil(100).max(1);
        for (class, count) in &self.times {
            let count = u64::from(*count);
            if count >= left {
                return time_of(*class);
            }
            left -= count;
        }
        0
    }
}

fn slot_of(at: Timestamp) -> i64 {
    at.as_second().div_euclid(SLOT)
}

/// The class of a time.
fn class_of(micros: u32) -> u16 {
    if micros < FINE {
        return micros as u16;
    }
    let doublings = micros.ilog2() - FINE.ilog2();
    let part = (micros >> doublings) & (FINE - 1);
    (FINE + doublings * FINE + part) as u16
}

/// The middle of a class.
fn time_of(class: u16) -> u64 {
    let (class, fine) = (u64::from(class), u64::from(FINE));
    if class < fine {
        return class;
    }
    let (doublings, part) = ((class - fine) / fine, (class - fine) % fine);
    ((fine + part) << doublings) + ((1 << doublings) >> 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_time_is_kept_to_a_thirtieth_and_order_stays_order(micros: u32, other: u32) {
            let kept = time_of(class_of(micros));
            prop_assert!(kept.abs_diff(u64::from(micros)) * 30 <= u64::from(micros));
            if micros <= other {
                prop_assert!(class_of(micros) <= class_of(other));
            }
        }
    }

    #[test]
    fn quantiles_count_calls() {
        let mut done = Done::default();
        for micros in 1..=10 {
            done.calls += 1;
            *done.times.entry(class_of(micros)).or_default() += 1;
        }
        assert_eq!((done.quantile(50), done.quantile(99)), (5, 10));
        assert_eq!(Done::default().quantile(50), 0);
    }
}
