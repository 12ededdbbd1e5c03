//! Who a caller is behind reverse proxies: believed of them alone.
//!
//! `X-Forwarded-For` is a list that each proxy adds the address to that it was called from. Whoever calls can write
//! into it what it likes, so it is read from its end, and only as long as trusted proxies wrote it: the first address
//! that isn't one of theirs is the caller.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use axum::http::HeaderMap;

/// The header that proxies write.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// An address, or a network of them: `10.0.0.0/8`, `::1`, `fd00::/8`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    first: IpAddr,
    bits: u8,
}

impl Network {
    /// Whether that address is in it.
    pub fn contains(&self, address: IpAddr) -> bool {
        let common = |a: u128, b: u128, width: u8| {
            // All 128 bits may differ in a network of everybody.
            (a ^ b)
                .checked_shr(u32::from(width - self.bits))
                .unwrap_or(0)
                == 0
        };
        match (self.first, address.to_canonical()) {
            (IpAddr::V4(first), IpAddr::V4(address)) => {
                common(first.to_bits().into(), address.to_bits().into(), 32)
            }
            (IpAddr::V6(first), IpAddr::V6(address)) => {
                common(first.to_bits(), address.to_bits(), 128)
            }
            _ => false,
        }
    }
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "{text:?} is neither an address nor a network; write one such as 10.0.0.7, 10.0.0.0/8 or fd00::/8"
            )
        };
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (text, None),
        };
        let first: IpAddr = address.parse().map_err(|_| wrong())?;
        let width = if first.is_ipv4() { 32 } else { 128 };
        let bits = match bits {
            None => width,
            Some(bits) => bits.parse().map_err(|_| wrong())?,
        };
        if bits > width {
            return Err(wrong());
        }
        Ok(Self { first, bits })
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.first, self.bits)
    }
}

/// The address of whoever calls: the socket's, or what a trusted proxy says.
pub(crate) fn caller(peer: IpAddr, headers: &HeaderMap, trusted: &[Network]) -> IpAddr {
    let trusts = |address: IpAddr| trusted.iter().any(|network| network.contains(address));
    let mut caller = peer.to_canonical();
    let lines: Vec<_> = headers.get_all(FORWARDED_FOR).iter().collect();
    let told = lines
        .iter()
        .rev()
        .flat_map(|line| line.to_str().unwrap_or("?").rsplit(','));
    for text in told {
        if !trusts(caller) {
            break;
        }
        match address_of(text.trim()) {
            Some(address) => caller = address,
            // A trusted proxy that writes what nobody can read: it is the best that is known.
            None => break,
        }
    }
    caller
}

/// Whether the way to the caller is encrypted: believed of trusted proxies alone.
pub(crate) fn is_secure(peer: IpAddr, headers: &HeaderMap, trusted: &[Network]) -> bool {
    let peer = peer.to_canonical();
    let told = headers.get_all("x-forwarded-proto").iter().next_back();
    trusted.iter().any(|network| network.contains(peer))
        && told
            .and_then(|told| told.to_str().ok())
            .and_then(|told| told.rsplit(',').next())
            .is_some_and(|told| told.trim().eq_ignore_ascii_case("https"))
}

/// Some proxies add the port.
fn address_of(text: &str) -> Option<IpAddr> {
    let address = text
        .parse()
        .ok()
        .or_else(|| Some(text.parse::<std::net::SocketAddr>().ok()?.ip()))
        .or_else(|| text.strip_prefix('[')?.strip_suffix(']')?.parse().ok())?;
    Some(address.to_canonical())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn who(peer: &str, lines: &[&str], trusted: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(FORWARDED_FOR, line.parse().unwrap());
        }
        let trusted: Vec<Network> = trusted.iter().map(|text| text.parse().unwrap()).collect();
        caller(peer.parse().unwrap(), &headers, &trusted).to_string()
    }

    #[test]
    fn only_a_trusted_proxy_is_believed() {
        assert_eq!(who("9.9.9.9", &["1.2.3.4"], &[]), "9.9.9.9");
        assert_eq!(who("9.9.9.9", &["1.2.3.4"], &["10.0.0.0/8"]), "9.9.9.9");
        assert_eq!(who("10.1.1.1", &["1.2.3.4"], &["10.0.0.0/8"]), "1.2.3.4");
        assert_eq!(who("10.1.1.1", &[], &["10.0.0.0/8"]), "10.1.1.1");
        assert_eq!(who("::1", &["2001:db8::7"], &["::1"]), "2001:db8::7");
        assert_eq!(
            who("::ffff:10.1.1.1", &["1.2.3.4"], &["10.1.1.1"]),
            "1.2.3.4"
        );
    }

    #[test]
    fn what_the_caller_wrote_itself_counts_for_nothing() {
        // The caller claims to be 6.6.6.6; the proxy adds where it was called from.
        assert_eq!(
            who("10.1.1.1", &["6.6.6.6, 1.2.3.4"], &["10.0.0.0/8"]),
            "1.2.3.4"
        );
        assert_eq!(
            who("10.1.1.1", &["6.6.6.6", "1.2.3.4"], &["10.0.0.0/8"]),
            "1.2.3.4"
        );
        // Claiming to be a proxy doesn't help either.
        assert_eq!(
            who("10.1.1.1", &["10.9.9.9, 1.2.3.4"], &["10.0.0.0/8"]),
            "1.2.3.4"
        );
    }

    #[test]
    fn a_chain_of_trusted_proxies_is_followed_to_its_beginning() {
        assert_eq!(
            who(
                "10.1.1.1",
                &["1.2.3.4, 10.2.2.2, 10.3.3.3"],
                &["10.0.0.0/8"]
            ),
            "1.2.3.4"
        );
        assert_eq!(
            who("10.1.1.1", &["1.2.3.4:5678"], &["10.0.0.0/8"]),
            "1.2.3.4"
        );
        assert_eq!(
            who("10.1.1.1", &["[2001:db8::7]:80"], &["10.0.0.0/8"]),
            "2001:db8::7"
        );
        assert_eq!(who("10.1.1.1", &["unknown"], &["10.0.0.0/8"]), "10.1.1.1");
    }

    #[test]
    fn an_encrypted_way_is_believed_of_a_trusted_proxy_alone() {
        let mut headers = HeaderMap::new();
        headers.append("x-forwarded-proto", "https".parse().unwrap());
        let trusted = ["10.0.0.0/8".parse().unwrap()];
        let from = |peer: &str| is_secure(peer.parse().unwrap(), &headers, &trusted);
        assert!(from("10.1.1.1"));
        assert!(!from("9.9.9.9"));
        assert!(!is_secure(
            "10.1.1.1".parse().unwrap(),
            &HeaderMap::new(),
            &trusted
        ));
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for wrong in [
            "",
            "10.0.0.0/33",
            "10.0.0/8",
            "::/129",
            "a",
            "10.0.0.0/",
            "10.0.0.0/-1",
        ] {
            assert!(
                wrong.parse::<Network>().unwrap_err().contains("10.0.0.0/8"),
                "{wrong}"
            );
        }
        assert_eq!(
            "10.0.0.0/8".parse::<Network>().unwrap().to_string(),
            "10.0.0.0/8"
        );
    }

    proptest! {
        #[test]
        fn a_network_holds_what_begins_with_the_same_bits(a in any::<u32>(), b in any::<u32>(), bits in 0u8..=32) {
            let network: Network = format!("{}/{bits}", std::net::Ipv4Addr::from_bits(a)).parse().unwrap();
            let mask = u32::try_from(u64::from(u32::MAX) << (32 - bits) & u64::from(u32::MAX)).unwrap();
            let there = IpAddr::V4(std::net::Ipv4Addr::from_bits(b));
            prop_assert_eq!(network.contains(there), a & mask == b & mask);
        }
    }
}
