//! Where deliveries may go. An address of this machine or of a private network is called only where directory.toml
//! says that very address, or `private = true` beside the name that leads there. How it is called, and what is never
//! called, is the room `egress`.

use std::net::IpAddr;
use std::sync::OnceLock;
use std::time::Duration;

use ureq::RequestBuilder;
use ureq::http::Uri;
use ureq::typestate::WithBody;

use crate::egress::{Authorities, Client};

/// How long a receiver may take.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The ways out.
#[derive(Default)]
pub(super) struct Agents {
    client: OnceLock<Client>,
}

impl Agents {
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// A delivery on its way to a webhook.
    ///
    /// # Errors
    /// Where the address is none.
    pub(super) fn post(
        &self,
        url: &str,
        private: bool,
    ) -> Result<RequestBuilder<WithBody>, String> {
        let uri: Uri = url
            .parse()
            .map_err(|error| format!("{url:?} is no address: {error}"))?;
        let client = self
            .client
            .get_or_init(|| Client::new(&Authorities::of_system()));
        let agent = client.agent(private || is_literal(uri.host().unwrap_or_default()));
        let request = agent
            .post(url)
            .config()
            .timeout_global(Some(TIMEOUT))
            .build();
        Ok(request)
    }
}

/// Whether a host is an address itself, in its usual spelling, or this machine by its own name.
fn is_literal(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare.parse::<IpAddr>().is_ok() || host.eq_ignore_ascii_case("localhost")
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn a_receiver_by_https_is_who_its_certificate_says_or_gets_nothing() {
        let answer = "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n";
        let (port, pem) = crate::egress::tests_tls::server(answer);
        let url = format!("https://localhost:{port}/tickets");
        let trusting = Agents {
            client: OnceLock::from(Client::new(&Authorities::from_pem(pem.as_bytes()).unwrap())),
        };
        let taken = trusting.post(&url, true).unwrap().send("{}").unwrap();
        assert_eq!(taken.status(), 204);
        let told = Agents::new()
            .post(&url, true)
            .unwrap()
            .send("{}")
            .unwrap_err();
        assert!(told.to_string().contains("certificate"), "{told}");
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
            let Ok(request) = agents.post(&url, false) else {
                continue;
            };
            assert!(request.send("x").is_err(), "{url}");
        }
        assert!(listener.accept().is_err(), "somebody got through");
        // The address itself, in its own spelling, is the operator's word.
        let url = format!("http://127.0.0.1:{port}/");
        let request = agents.post(&url, false).unwrap();
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let _ = request.send("x");
            });
            let begin = std::time::Instant::now();
            while listener.accept().is_err() {
                assert!(begin.elapsed() < Duration::from_secs(5), "nobody came");
                std::thread::sleep(Duration::from_millis(5));
            }
        });
    }
}
