//! Web addresses, read strictly: what a plugin writes and what a desk lists must be the same text to be the same place, so
//! there is one spelling of each and everything else is refused. Nothing is guessed as browsers do.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Longer addresses aren't sent.
const LONGEST: usize = 8 << 10;
const LONGEST_HOST: usize = 253;

/// Scheme, host and port, in their one spelling.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin {
    https: bool,
    /// A name, or an address as the standard library writes it; IPv6 in brackets.
    host: String,
    port: u16,
}

impl Origin {
    /// Reads `https://api.example.com` or `http://10.0.0.7:8080`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let target = Target::parse(text)?;
        if target.path != "/" || text.ends_with('/') {
            return Err(format!(
                "{text:?} is more than an origin; write it without path, like {:?}",
                target.origin.to_string()
            ));
        }
        Ok(target.origin)
    }

    /// Whether it is called by TLS.
    pub fn is_https(&self) -> bool {
        self.https
    }

    /// Whether the host is an address and no name.
    pub fn is_address(&self) -> bool {
        self.host.starts_with('[') || self.host.parse::<Ipv4Addr>().is_ok()
    }

    /// The host: a name or an address.
    pub fn host(&self) -> &str {
        &self.host
    }

    fn usual_port(https: bool) -> u16 {
        if https { 443 } else { 80 }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.https { "https" } else { "http" };
        write!(f, "{scheme}://{}", self.host)?;
        if self.port != Self::usual_port(self.https) {
            write!(f, ":{}", self.port)?;
        }
        Ok(())
    }
}

impl Serialize for Origin {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Origin {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

/// A place to send a request to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Where.
    pub origin: Origin,
    /// Path and query; begins with a slash.
    pub path: String,
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.origin, self.path)
    }
}

impl Target {
    /// Reads a web address.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong = |why: &str| format!("{:?} {why}", shortened(text));
        if text.len() > LONGEST {
            return Err(wrong("is longer than 8 KiB"));
        }
        if let Some(odd) = text
            .chars()
            .find(|c| !c.is_ascii_graphic() || "\\\"<>^`{|}".contains(*c))
        {
            return Err(wrong(&format!(
                "holds {odd:?}; percent-encode it, and write names of other scripts as xn--…"
            )));
        }
        let (scheme, rest) = text
            .split_once("://")
            .ok_or_else(|| wrong("isn't a whole address such as https://api.example.com/orders"))?;
        let https = match scheme {
            "https" => true,
            "http" => false,
            _ => return Err(wrong("begins with neither https:// nor http://")),
        };
        if rest.contains('#') {
            return Err(wrong("has a fragment (#…), which isn't sent; leave it out"));
        }
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        if authority.contains('@') {
            return Err(wrong(
                "holds a user's name or password; the desk keeps secrets",
            ));
        }
        let (host, port) = host_and_port(authority).ok_or_else(|| {
            wrong("has no host that can be called: names are small letters, digits, hyphens and dots, addresses four plain numbers or IPv6 in brackets, each in its usual spelling")
        })?;
        let port = port.unwrap_or_else(|| Origin::usual_port(https));
        let path = match path.chars().next() {
            Some('/') => path.to_owned(),
            // A query without a path.
            Some(_) => format!("/{path}"),
            None => "/".to_owned(),
        };
        if !percent_is_sound(&path) {
            return Err(wrong(
                "has a % that isn't followed by two hexadecimal digits",
            ));
        }
        Ok(Self {
            origin: Origin { https, host, port },
            path,
        })
    }
}

fn shortened(text: &str) -> String {
    text.chars().take(200).collect()
}

fn host_and_port(authority: &str) -> Option<(String, Option<u16>)> {
    if let Some(rest) = authority.strip_prefix('[') {
        let (inside, after) = rest.split_once(']')?;
        let address: Ipv6Addr = inside.parse().ok()?;
        // One spelling of each, so that the list of a desk means what it says.
        if address.to_string() != inside {
            return None;
        }
        return Some((format!("[{inside}]"), port(after)?));
    }
    let (host, after) = match authority.find(':') {
        Some(colon) => authority.split_at(colon),
        None => (authority, ""),
    };
    let port = port(after)?;
    is_host(host).then(|| (host.to_owned(), port))
}

/// Of `:8080`, or of nothing.
fn port(text: &str) -> Option<Option<u16>> {
    if text.is_empty() {
        return Some(None);
    }
    let digits = text.strip_prefix(':')?;
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0');
    let port = digits.parse().ok().filter(|port| plain && *port > 0)?;
    Some(Some(port))
}

fn is_host(host: &str) -> bool {
    let labels = || host.split('.');
    let plain = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    if host.len() > LONGEST_HOST || !labels().all(plain) {
        return false;
    }
    // What ends in a number is an address to every resolver, in one of many spellings; one of them is the usual.
    let last = labels().next_back().unwrap_or_default();
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let is_hexadecimal = |text: &str| {
        text.strip_prefix("0x")
            .is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
    };
    if is_number(last) || is_hexadecimal(last) {
        return host
            .parse::<Ipv4Addr>()
            .is_ok_and(|address| address.to_string() == host);
    }
    true
}

fn percent_is_sound(path: &str) -> bool {
    path.split('%').skip(1).all(|after| {
        let digits = after.as_bytes().get(..2);
        digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_into_its_origin_and_path() {
        for (text, origin, path) in [
            ("https://api.example.com", "https://api.example.com", "/"),
            (
                "https://api.example.com:443/a?b=c%20d",
                "https://api.example.com",
                "/a?b=c%20d",
            ),
            ("http://10.0.0.7:8080/", "http://10.0.0.7:8080", "/"),
            ("http://[::1]:9/x", "http://[::1]:9", "/x"),
            ("http://h?q=http://other/", "http://h", "/?q=http://other/"),
            (
                "https://xn--fiqs8s.example/",
                "https://xn--fiqs8s.example",
                "/",
            ),
        ] {
            let target = Target::parse(text).unwrap();
            assert_eq!(
                (target.origin.to_string().as_str(), target.path.as_str()),
                (origin, path)
            );
        }
        assert!(
            Origin::parse("https://a.example/")
                .unwrap_err()
                .contains("without path")
        );
        assert_eq!(
            Origin::parse("https://a.example:443"),
            Origin::parse("https://a.example")
        );
    }

    #[test]
    fn there_is_one_spelling_of_each_and_every_other_is_refused() {
        for bad in [
            "",
            "api.example.com",
            "//api.example.com",
            "ftp://h/",
            "file:///etc/passwd",
            "HTTPS://h/",
            "http:/h",
            "http://",
            "http:///x",
            "http://H/",
            "http://h./",
            "http://.h/",
            "http://a..b/",
            "http://-h/",
            "http://h-/",
            "http://h_h/",
            "http://user@h/",
            "http://user:pw@h/",
            "http://h@127.0.0.1/",
            "http://x\\@y/",
            "http://h/a b",
            "http://h/\r\nX: y",
            "http://h/\u{3002}",
            "http://127\u{3002}0\u{3002}0\u{3002}1/",
            "http://\u{ff11}27.0.0.1/",
            "http://中国/",
            "http://h:0/",
            "http://h:080/",
            "http://h:/",
            "http://h:99999/",
            "http://h:+80/",
            "http://h#f",
            "http://h/%zz",
            "http://h/%2",
            "http://[::1",
            "http://[::1]x/",
            "http://[0:0:0:0:0:0:0:1]/",
            "http://[::0001]/",
            "http://[::FFFF:127.0.0.1]/",
            "http://[fe80::1%eth0]/",
            "http://127.1/",
            "http://127.0.1/",
            "http://2130706433/",
            "http://0x7f000001/",
            "http://0x7f.1/",
            "http://0177.0.0.1/",
            "http://127.0.0.01/",
            "http://127.000.000.001/",
            "http://1.2.3.4.5/",
            "http://0x7f.0.0.0x1/",
            "http://017700000001/",
            "http://0/",
            "http://256.1.1.1/",
            "http://127.0.0.1./",
        ] {
            assert!(Target::parse(bad).is_err(), "{bad}");
        }
        assert!(Target::parse(&format!("http://h/{}", "a".repeat(9_000))).is_err());
    }

    proptest::proptest! {
        #[test]
        fn whatever_is_taken_comes_back_as_it_was(text in "https?://[a-z0-9.\\[\\]:@-]{1,20}(/[ -~]{0,20})?") {
            if let Ok(target) = Target::parse(&text) {
                proptest::prop_assert_eq!(Target::parse(&target.to_string()), Ok(target.clone()));
                // Whoever reads addresses less strictly reads the same host.
                let uri: ureq::http::Uri = target.to_string().parse().unwrap();
                proptest::prop_assert_eq!(uri.host().unwrap(), target.origin.host());
            }
        }
    }
}
