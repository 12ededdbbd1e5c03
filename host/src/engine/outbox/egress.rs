//! Where deliveries may go. An address of this machine or of a private network is called only where directory.toml
//! says that very address, or `private = true` beside the name that leads there; what a name leads to is looked at once
//! and called as looked at, and redirections aren't followed. Networks that hand out the machine's own secrets are never
//! called.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};
use ureq::{Agent, Error, config::Config, http::Uri};

/// How long a receiver may take.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Two ways out.
pub(super) struct Agents {
    anywhere: Agent,
    outside: Agent,
}

impl Agents {
    pub(super) fn new() -> Self {
        let agent = |private| {
            let config = Config::builder()
                .timeout_global(Some(TIMEOUT))
                .max_redirects(0)
                .http_status_as_error(false)
                .proxy(None)
                .build();
            let resolver = Guarded {
                inner: DefaultResolver::default(),
                private,
            };
            Agent::with_parts(config, DefaultConnector::default(), resolver)
        };
        Self {
            anywhere: agent(true),
            outside: agent(false),
        }
    }

    /// The way to a webhook.
    ///
    /// # Errors
    /// Where the address is none.
    pub(super) fn of(&self, url: &str, private: bool) -> Result<&Agent, String> {
        let uri: Uri = url
            .parse()
            .map_err(|error| format!("{url:?} is no address: {error}"))?;
        if uri.scheme_str() == Some("https") {
            return Err(
                "https needs TLS, which this build doesn't have; let a proxy on the host's own network do it"
                    .to_owned(),
            );
        }
        let host = uri.host().unwrap_or_default();
        Ok(if private || is_literal(host) {
            &self.anywhere
        } else {
            &self.outside
        })
    }
}

/// Whether a host is an address itself, in its usual spelling, or this machine by its own name.
fn is_literal(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare.parse::<IpAddr>().is_ok() || host.eq_ignore_ascii_case("localhost")
}

#[derive(Debug)]
struct Guarded {
    inner: DefaultResolver,
    private: bool,
}

impl Resolver for Guarded {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        let found = self.inner.resolve(uri, config, timeout)?;
        let mut allowed = self.empty();
        for address in found.iter().filter(|address| self.lets(address)) {
            allowed.push(*address);
        }
        if allowed.is_empty() {
            let host = uri.host().unwrap_or_default();
            return Err(Error::BadUri(format!(
                "{host} leads to an address that isn't called from here; for one of a private network write private = true in its [[webhook]]"
            )));
        }
        Ok(allowed)
    }
}

impl Guarded {
    fn lets(&self, address: &SocketAddr) -> bool {
        match reach(address.ip()) {
            Reach::World => true,
            Reach::Private => self.private,
            Reach::Never => false,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reach {
    World,
    Private,
    Never,
}

fn reach(ip: IpAddr) -> Reach {
    match ip {
        IpAddr::V4(ip) => reach_v4(ip),
        IpAddr::V6(ip) => reach_v6(ip),
    }
}

fn reach_v4(ip: Ipv4Addr) -> Reach {
    let [a, b, c, _] = ip.octets();
    match (a, b, c) {
        // "This network", link-local with the metadata services of clouds, multicast and beyond.
        (0, ..) | (169, 254, _) | (224.., ..) => Reach::Never,
        (10 | 127, ..) | (172, 16..=31, _) | (192, 168, _) | (100, 64..=127, _) => Reach::Private,
        // Protocol assignments, documentation, benchmarks.
        (192, 0, 0 | 2) | (198, 18 | 19, _) | (198, 51, 100) | (203, 0, 113) => Reach::Private,
        _ => Reach::World,
    }
}

fn reach_v6(ip: Ipv6Addr) -> Reach {
    let segments = ip.segments();
    let last = || {
        let [.., high, low] = segments;
        Ipv4Addr::from((u32::from(high) << 16) | u32::from(low))
    };
    match segments {
        [0, 0, 0, 0, 0, 0, 0, 1] => Reach::Private,
        // The same as an IPv4 address: mapped, compatible, NAT64.
        [0, 0, 0, 0, 0, 0xffff | 0, ..] | [0x64, 0xff9b, 0, 0, 0, 0, ..] => reach_v4(last()),
        // 6to4 carries one in its prefix.
        [0x2002, high, low, ..] => {
            reach_v4(Ipv4Addr::from((u32::from(high) << 16) | u32::from(low)))
        }
        [0xfd00, 0x0ec2, ..] | [0xfe80..=0xfebf, ..] | [0xff00..=0xffff, ..] => Reach::Never,
        [0xfc00..=0xfdff, ..] | [0xfec0..=0xfeff, ..] | [0x2001, 0xdb8 | 0, ..] | [0x64, ..] => {
            Reach::Private
        }
        _ => Reach::World,
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn every_kind_of_address_is_told_apart() {
        let of = |text: &str| reach(text.parse().unwrap());
        for world in [
            "1.1.1.1",
            "8.8.8.8",
            "172.32.0.1",
            "100.128.0.1",
            "2606:4700::1111",
        ] {
            assert_eq!(of(world), Reach::World, "{world}");
        }
        for private in [
            "127.0.0.1",
            "127.1.2.3",
            "10.0.0.1",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "100.64.0.1",
            "198.18.0.1",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "fd12::1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2002:a00:1::",
            "::127.0.0.1",
            "2001:db8::1",
        ] {
            assert_eq!(of(private), Reach::Private, "{private}");
        }
        for never in [
            "169.254.169.254",
            "0.0.0.0",
            "0.1.2.3",
            "224.0.0.1",
            "255.255.255.255",
            "fe80::1",
            "::ffff:169.254.169.254",
            "64:ff9b::a9fe:a9fe",
            "2002:a9fe:a9fe::",
            "ff02::1",
            "fd00:ec2::254",
            "::",
        ] {
            assert_eq!(of(never), Reach::Never, "{never}");
        }
    }

    #[test]
    fn odd_spellings_of_this_machine_are_refused_before_anything_is_sent() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let port = listener.local_addr().unwrap().port();
        let agents = Agents::new();
        for host in [
            "2130706433",
            "0x7f000001",
            "0x7f.1",
            "0177.0.0.1",
            "127.1",
            "127.0.1",
            "localhost.",
            "LOCALHOST.",
            "017700000001",
            "0x7f.0.0.1",
            "127.000.000.001",
            "0",
            "0.0.0.0",
            "[::]",
            "[::ffff:0.0.0.0]",
        ] {
            let url = format!("http://{host}:{port}/");
            let Ok(agent) = agents.of(&url, false) else {
                continue;
            };
            assert!(agent.post(&url).send("x").is_err(), "{url}");
        }
        assert!(listener.accept().is_err(), "somebody got through");
        // The address itself, in its own spelling, is the operator's word.
        let url = format!("http://127.0.0.1:{port}/");
        let agent = agents.of(&url, false).unwrap();
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let _ = agent.post(&url).send("x");
            });
            let begin = std::time::Instant::now();
            while listener.accept().is_err() {
                assert!(begin.elapsed() < Duration::from_secs(5), "nobody came");
                std::thread::sleep(Duration::from_millis(5));
            }
        });
    }
}
