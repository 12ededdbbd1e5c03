//! How often strangers may call: token buckets in bounded memory.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How many calls are let through.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    /// At once.
    pub burst: u32,
    /// In the long run, each second.
    pub per_second: f64,
}

/// The most buckets that one limiter keeps.
const MOST_BUCKETS: usize = 20_000;

struct Bucket {
    tokens: f64,
    at: Instant,
}

/// A bucket for each key. When there are too many keys, newcomers share one bucket, so that memory stays bounded and
/// nobody known is shut out.
pub(crate) struct Limiter<K> {
    rate: Rate,
    most: usize,
    buckets: Mutex<HashMap<Option<K>, Bucket>>,
}

impl<K: Hash + Eq> Limiter<K> {
    pub(crate) fn new(rate: Rate) -> Self {
        Self {
            rate,
            most: MOST_BUCKETS,
            buckets: Mutex::new(HashMap::new()),
        }
    }

    /// Takes a token; else says how long until there is one.
    pub(crate) fn take(&self, key: K, now: Instant) -> Result<(), Duration> {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let mut key = Some(key);
        if buckets.len() >= self.most && !buckets.contains_key(&key) {
            buckets.retain(|_, bucket| self.tokens(bucket, now) < f64::from(self.rate.burst));
            if buckets.len() >= self.most {
                key = None;
            }
        }
        let full = Bucket {
            tokens: f64::from(self.rate.burst),
            at: now,
        };
        let bucket = buckets.entry(key).or_insert(full);
        let tokens = self.tokens(bucket, now);
        *bucket = Bucket { tokens, at: now };
        if tokens < 1.0 {
            let wait = (1.0 - tokens) / self.rate.per_second.max(1e-3);
            return Err(Duration::from_secs_f64(wait.clamp(0.0, 3_600.0)));
        }
        bucket.tokens -= 1.0;
        Ok(())
    }

    fn tokens(&self, bucket: &Bucket, now: Instant) -> f64 {
        let gained = now.saturating_duration_since(bucket.at).as_secs_f64() * self.rate.per_second;
        (bucket.tokens + gained).min(f64::from(self.rate.burst))
    }
}

/// What counts as one address: of IPv6 the network that a household gets.
pub(crate) fn address(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V6(v6) => {
            let network = u128::from(v6) >> 64 << 64;
            IpAddr::V6(network.into())
        }
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_then_the_rate() {
        let limiter = Limiter::new(Rate {
            burst: 2,
            per_second: 0.5,
        });
        let start = Instant::now();
        let after = |seconds| start + Duration::from_secs(seconds);
        assert!(limiter.take("a", start).is_ok());
        assert!(limiter.take("a", start).is_ok());
        assert_eq!(limiter.take("a", start), Err(Duration::from_secs(2)));
        assert!(limiter.take("b", start).is_ok(), "others have their own");
        assert!(limiter.take("a", after(2)).is_ok());
        assert!(limiter.take("a", after(2)).is_err());
        assert!(limiter.take("a", after(1_000)).is_ok());
        assert!(limiter.take("a", after(1_000)).is_ok());
        assert!(
            limiter.take("a", after(1_000)).is_err(),
            "no more than a burst is saved up"
        );
    }

    #[test]
    fn memory_is_bounded_and_the_known_are_not_shut_out() {
        let limiter = Limiter {
            most: 3,
            ..Limiter::new(Rate {
                burst: 2,
                per_second: 1.0,
            })
        };
        let start = Instant::now();
        for key in 0..100 {
            let _ = limiter.take(key, start);
        }
        assert!(limiter.buckets.lock().unwrap().len() <= 4);
        assert!(limiter.take(0, start).is_ok());
        assert!(
            limiter.take(100, start).is_err(),
            "newcomers share what is left"
        );
        assert!(
            limiter.take(101, start + Duration::from_secs(10)).is_ok(),
            "full buckets are forgotten"
        );
    }

    #[test]
    fn an_ipv6_household_is_one_address() {
        let of = |text: &str| address(text.parse().unwrap());
        assert_eq!(of("2001:db8:1:2:aaaa::1"), of("2001:db8:1:2:bbbb::2"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("::ffff:10.0.0.1"), of("10.0.0.1"));
        assert_ne!(of("10.0.0.1"), of("10.0.0.2"));
    }
}
