//! Which plugins may be called at the moment: not those that were stopped several times in a row, nor those whose calls
//! together compute too long. A plugin that is left alone fails at once instead of using the desk's time again and again.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// Stops in a row after which a plugin is left alone.
const MOST_STOPS: u32 = 5;
/// For how long, before one call tries again.
const PAUSE: SignedDuration = SignedDuration::from_secs(30);
/// The time within which a plugin may compute as long as its `load` says.
const PERIOD: Duration = Duration::from_secs(10);

/// How each plugin stands, by component digest. Only those that are not in perfect order have an entry.
#[derive(Default)]
pub(crate) struct Admission(Mutex<HashMap<String, Standing>>);

#[derive(Default)]
struct Standing {
    stops: u32,
    closed_until: Option<Timestamp>,
    /// What it has computed and not yet made up for by time that passed.
    computed: Duration,
    at: Timestamp,
}

impl Standing {
    fn pass_to(&mut self, at: Timestamp, load: Duration) {
        let passed = Duration::try_from(at.duration_since(self.at)).unwrap_or_default();
        self.at = self.at.max(at);
        let share = load.as_secs_f64() / PERIOD.as_secs_f64();
        self.computed = self.computed.saturating_sub(passed.mul_f64(share));
    }
}

impl Admission {
    /// Why the plugin may not be called now; nothing where it may. `load`: how long it may compute within ten seconds.
    pub(crate) fn refusal(&self, sha256: &str, load: Duration, at: Timestamp) -> Option<String> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let standing = all.get_mut(sha256)?;
        standing.pass_to(at, load);
        if standing.computed >= load {
            let (used, within) = (standing.computed.as_millis(), PERIOD.as_secs());
            return Some(format!(
                "its calls computed for {used} ms within {within} s, where {} ms are allowed (limits.load): it waits",
                load.as_millis()
            ));
        }
        match standing.closed_until {
            Some(until) if at < until => {
                let reason = "it was stopped several times in a row and is left alone for a while";
                Some(reason.to_owned())
            }
            Some(_) => {
                // One call tries, the others wait for it.
                standing.closed_until = at.checked_add(PAUSE).ok();
                None
            }
            None => None,
        }
    }

    /// Remembers how a call ended, and its processor time after the first moment. Only being stopped counts as a stop,
    /// not an error that the step itself returned.
    pub(crate) fn note(
        &self,
        sha256: &str,
        stopped: bool,
        computed: Duration,
        load: Duration,
        at: Timestamp,
    ) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !stopped && computed.is_zero() {
            // Nearly every call ends here.
            let Some(standing) = all.get_mut(sha256) else {
                return;
            };
            standing.pass_to(at, load);
            if standing.computed.is_zero() {
                all.remove(sha256);
                return;
            }
        }
        let standing = all.entry(sha256.to_owned()).or_default();
        standing.pass_to(at, load);
        standing.computed = standing.computed.saturating_add(computed);
        if !stopped {
            standing.stops = 0;
            standing.closed_until = None;
            return;
        }
        standing.stops += 1;
        if standing.stops >= MOST_STOPS {
            standing.closed_until = at.checked_add(PAUSE).ok();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOAD: Duration = Duration::from_secs(2);

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn a_plugin_stopped_five_times_in_a_row_is_left_alone_for_half_a_minute() {
        let admission = Admission::default();
        let may = |name, second| admission.refusal(name, LOAD, at(second)).is_none();
        for _ in 0..5 {
            assert!(may("a", 0));
            admission.note("a", true, Duration::ZERO, LOAD, at(0));
        }
        assert!(!may("a", 29));
        assert!(may("b", 29));
        assert!(may("a", 30), "one call tries");
        assert!(!may("a", 31), "the others wait for it");
        admission.note("a", false, Duration::ZERO, LOAD, at(32));
        assert!(may("a", 32));
    }

    #[test]
    fn a_plugin_whose_every_call_is_slow_gets_its_share_and_no_more() {
        let admission = Admission::default();
        let slow = Duration::from_millis(240);
        let mut called = 0;
        // It would like to be called twice a second, for five minutes.
        for half in 0..600 {
            let now = Timestamp::from_millisecond(half * 500).unwrap();
            if admission.refusal("slow", LOAD, now).is_none() {
                called += 1;
                admission.note("slow", false, slow, LOAD, now);
            }
            assert_eq!(admission.refusal("quick", LOAD, now), None);
        }
        let share = f64::from(called) * slow.as_secs_f64() / 300.0;
        assert!((0.19..0.22).contains(&share), "{share}");
        let reason = admission.refusal("slow", Duration::from_millis(100), at(300));
        assert!(reason.unwrap().contains("limits.load"));
        assert_eq!(admission.refusal("slow", LOAD, at(320)), None);
    }

    #[test]
    fn nothing_is_kept_of_plugins_in_order() {
        let admission = Admission::default();
        admission.note("a", false, Duration::ZERO, LOAD, at(0));
        admission.note("b", false, Duration::from_millis(20), LOAD, at(0));
        admission.note("b", false, Duration::ZERO, LOAD, at(60));
        assert!(admission.0.lock().unwrap().is_empty());
    }
}
