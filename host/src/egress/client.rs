//! The call itself, within its limits.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use ureq::config::Config;
use ureq::http::{self, Uri};
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};
use ureq::{Agent, Error};

use super::address::{Reach, reach};
use super::kept::{EACH, Keeping, Kept};
use super::rule::Rule;
use super::secret::Secrets;
use super::target::Target;
use super::wire::{Header, HttpError, Method, Request, Response};

/// Bytes of all headers of an answer.
const HEADERS: usize = 32 << 10;
/// What an answer's headers say of the connection is nobody's business.
const OF_THE_CONNECTION: [&str; 6] = [
    "connection",
    "keep-alive",
    "transfer-encoding",
    "set-cookie",
    "proxy-authenticate",
    "trailer",
];

/// Whose certificates count.
#[derive(Clone, Default)]
pub struct Authorities(Vec<Certificate<'static>>);

impl std::fmt::Debug for Authorities {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Authorities({} of its own)", self.0.len())
    }
}

impl Authorities {
    /// Those of the system, or of the file that `SSL_CERT_FILE` names; where there are none, those that came with this
    /// program.
    pub fn of_system() -> Self {
        const BUNDLES: [&str; 3] = [
            "/etc/ssl/certs/ca-certificates.crt",
            "/etc/pki/tls/certs/ca-bundle.crt",
            "/etc/ssl/cert.pem",
        ];
        let named = std::env::var_os("SSL_CERT_FILE").map(PathBuf::from);
        let mut bundles = named.into_iter().chain(BUNDLES.map(PathBuf::from));
        bundles
            .find_map(|path| {
                let pem = std::fs::read(&path).ok()?;
                Self::from_pem(&pem)
                    .inspect_err(|error| tracing::warn!(path = %path.display(), %error, "certificates can't be read"))
                    .ok()
            })
            .unwrap_or_default()
    }

    /// Reads PEM: what it holds counts, and nobody else.
    ///
    /// # Errors
    /// Where it holds none.
    pub fn from_pem(pem: &[u8]) -> Result<Self, String> {
        let mut found = Vec::new();
        for item in ureq::tls::parse_pem(pem) {
            match item {
                Ok(ureq::tls::PemItem::Certificate(certificate)) => found.push(certificate),
                Ok(_) => return Err("it holds a key; only certificates belong there".to_owned()),
                Err(error) => return Err(format!("it can't be read: {error}")),
            }
        }
        if found.is_empty() {
            return Err("it holds no certificate".to_owned());
        }
        Ok(Self(found))
    }
}

/// What one call may take.
#[derive(Clone, Copy, Debug)]
pub struct Within {
    /// From looking up the name to the last byte.
    pub time: Duration,
    /// Bytes of the answer's body.
    pub body: usize,
}

/// Calls servers of others.
pub struct Client {
    /// To the open network only.
    outside: Agent,
    /// To private networks as well.
    anywhere: Agent,
    /// Makes one more; whether it goes to private networks as well, and for how long it keeps connections.
    make: Box<dyn Fn(bool, Option<Keeping>) -> Agent + Send + Sync>,
    kept: Kept,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Client")
    }
}

impl Client {
    /// A client that trusts the web's authorities, or those that it is given.
    pub fn new(authorities: &Authorities) -> Self {
        Self::with(authorities, Keeping::default(), DefaultResolver::default)
    }

    fn with<R: Resolver>(
        authorities: &Authorities,
        keeping: Keeping,
        resolver: impl Fn() -> R + Send + Sync + 'static,
    ) -> Self {
        let authorities = authorities.clone();
        let make = move |private, keeping: Option<Keeping>| {
            let most = if keeping.is_some() { EACH } else { 0 };
            let roots = if authorities.0.is_empty() {
                RootCerts::WebPki
            } else {
                RootCerts::new_with_certs(&authorities.0)
            };
            let config = Config::builder()
                .max_redirects(0)
                .max_redirects_will_error(false)
                .http_status_as_error(false)
                .proxy(None)
                .max_response_header_size(HEADERS)
                .max_idle_connections(most)
                .max_idle_connections_per_host(most)
                .max_idle_age(keeping.map_or(Duration::ZERO, |keeping| keeping.idle))
                .user_agent(concat!("switchboard/", env!("CARGO_PKG_VERSION")))
                .accept_encoding("identity")
                .tls_config(TlsConfig::builder().root_certs(roots).build())
                .build();
            let resolver = Guarded {
                inner: resolver(),
                private,
            };
            Agent::with_parts(config, DefaultConnector::default(), resolver)
        };
        Self {
            outside: make(false, None),
            anywhere: make(true, None),
            make: Box::new(make),
            kept: Kept::new(keeping),
        }
    }

    /// The way to the open network, or to private ones as well.
    pub(crate) fn agent(&self, private: bool) -> &Agent {
        if private {
            &self.anywhere
        } else {
            &self.outside
        }
    }

    /// Sends a request that `rule` lets out, over a connection of its own. `once` is its name: the same again is the same
    /// request.
    ///
    /// # Errors
    /// Why there is no answer; none of the desk's secrets is in it.
    pub fn send(
        &self,
        request: &Request,
        rule: &Rule,
        once: &str,
        within: Within,
    ) -> Result<Response, HttpError> {
        self.answered(request, rule, once, within, None)
    }

    /// As [`Client::send`], for a step that may have a connection open from its last request under the same rule. Only what
    /// reads goes over it: should the server have closed it meanwhile, the request is sent again over a new one.
    ///
    /// # Errors
    /// As there.
    pub fn send_for(
        &self,
        step: &str,
        request: &Request,
        rule: &Rule,
        once: &str,
        within: Within,
    ) -> Result<Response, HttpError> {
        let reads = matches!(request.method, Method::Get | Method::Head);
        let make = |keeping| (self.make)(rule.private, Some(keeping));
        let kept = reads.then(|| self.kept.agent(step, rule, make)).flatten();
        self.answered(request, rule, once, within, kept.as_ref())
    }

    fn answered(
        &self,
        request: &Request,
        rule: &Rule,
        once: &str,
        within: Within,
        kept: Option<&(Agent, bool)>,
    ) -> Result<Response, HttpError> {
        if within.time.is_zero() {
            return Err(HttpError::Timeout(
                "the call's time for requests is used up".to_owned(),
            ));
        }
        let mut secrets = Secrets::new();
        let began = Instant::now();
        let own = self.agent(rule.private);
        let (agent, may_be_stale) = kept.map_or((own, false), |(agent, used)| (agent, *used));
        let mut sent = Self::sent(agent, request, rule, once, within, &mut secrets);
        if may_be_stale && matches!(sent, Err(Unsent::Broken(_))) {
            let time = within.time.saturating_sub(began.elapsed());
            let rest = Within { time, ..within };
            sent = Self::sent(own, request, rule, once, rest, &mut secrets);
        }
        sent.map_err(|error| match error {
            Unsent::Refused(error) | Unsent::Broken(error) => without_secrets(error, &secrets),
        })
    }

    fn sent(
        agent: &Agent,
        request: &Request,
        rule: &Rule,
        once: &str,
        within: Within,
        secrets: &mut Secrets,
    ) -> Result<Response, Unsent> {
        let target = Target::parse(&request.url).map_err(HttpError::InvalidRequest)?;
        let mut builder = http::Request::builder()
            .method(request.method.as_str())
            .uri(target.to_string())
            .header("idempotency-key", once);
        for Header { name, value } in &request.headers {
            rule.check_header(name, value)
                .map_err(HttpError::InvalidRequest)?;
            builder = builder.header(name.as_str(), value.as_str());
        }
        for (name, text) in &rule.secrets {
            let value = text.fill(secrets).map_err(HttpError::Unreachable)?;
            builder = builder.header(name.as_str(), value);
        }
        let invalid = |error: http::Error| HttpError::InvalidRequest(error.to_string());
        let time = Some(within.time);
        let answer = if request.method.has_body() {
            let body = request.body.clone().unwrap_or_default().into_bytes();
            let ready = builder.body(body).map_err(invalid)?;
            agent.run(agent.configure_request(ready).timeout_global(time).build())
        } else {
            let ready = builder.body(()).map_err(invalid)?;
            agent.run(agent.configure_request(ready).timeout_global(time).build())
        };
        let mut answer = answer.map_err(|error| {
            let is_broken =
                matches!(&error, Error::Io(error) if error.kind() != std::io::ErrorKind::TimedOut);
            let told = explained(error, &target, within);
            if is_broken {
                Unsent::Broken(told)
            } else {
                Unsent::Refused(told)
            }
        })?;
        let status = u32::from(answer.status().as_u16());
        let mut headers = Vec::new();
        for (name, value) in answer.headers() {
            if let Ok(value) = value.to_str()
                && !OF_THE_CONNECTION.contains(&name.as_str())
            {
                headers.push(Header {
                    name: secrets.without(name.as_str().to_owned()),
                    value: secrets.without(value.to_owned()),
                });
            }
        }
        let limit = u64::try_from(within.body).unwrap_or(u64::MAX);
        let body = answer
            .body_mut()
            .with_config()
            .limit(limit)
            .read_to_vec()
            .map_err(|error| explained(error, &target, within))?;
        let body = String::from_utf8(body).map_err(|_| {
            HttpError::Unreachable(format!(
                "{} answered {status} with something that isn't UTF-8 text",
                target.origin
            ))
        })?;
        Ok(Response {
            status,
            headers,
            body: secrets.without(body),
        })
    }
}

/// Why there is no answer.
enum Unsent {
    Refused(HttpError),
    /// The connection broke before there was one.
    Broken(HttpError),
}

impl From<HttpError> for Unsent {
    fn from(error: HttpError) -> Self {
        Self::Refused(error)
    }
}

fn without_secrets(error: HttpError, secrets: &Secrets) -> HttpError {
    let clean = |text: String| secrets.without(text);
    match error {
        HttpError::NoGrant(text) => HttpError::NoGrant(clean(text)),
        HttpError::InvalidRequest(text) => HttpError::InvalidRequest(clean(text)),
        HttpError::Unreachable(text) => HttpError::Unreachable(clean(text)),
        HttpError::Timeout(text) => HttpError::Timeout(clean(text)),
        HttpError::TooLarge(text) => HttpError::TooLarge(clean(text)),
        HttpError::TooMany(text) => HttpError::TooMany(clean(text)),
        HttpError::Unanswerable(text) => HttpError::Unanswerable(clean(text)),
    }
}

fn explained(error: Error, target: &Target, within: Within) -> HttpError {
    let origin = &target.origin;
    match error {
        Error::Timeout(_) => HttpError::Timeout(format!(
            "{origin} gave no whole answer within {} ms",
            within.time.as_millis()
        )),
        Error::BodyExceedsLimit(_) => HttpError::TooLarge(format!(
            "{origin} answered with more than {} bytes",
            within.body
        )),
        Error::LargeResponseHeader(_, _) => HttpError::TooLarge(format!(
            "{origin} answered with more than {HEADERS} bytes of headers"
        )),
        Error::BadUri(refused) => HttpError::Unreachable(refused),
        Error::HostNotFound => HttpError::Unreachable(format!("nobody knows {origin}")),
        // Where the time ran out in the middle of reading, the error is one of reading.
        Error::Io(error) if error.kind() == std::io::ErrorKind::TimedOut => {
            HttpError::Timeout(format!(
                "{origin} gave no whole answer within {} ms",
                within.time.as_millis()
            ))
        }
        other => HttpError::Unreachable(format!("{origin}: {other}")),
    }
}

/// Looks at what a name leads to, once; what is called is what was looked at.
#[derive(Debug)]
struct Guarded<R> {
    inner: R,
    private: bool,
}

impl<R: Resolver> Resolver for Guarded<R> {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        let found = self.inner.resolve(uri, config, timeout)?;
        // One bad address among good ones is bad company: whoever answers so means harm, or is broken.
        let refused = found.iter().find(|address| match reach(address.ip()) {
            Reach::World => false,
            Reach::Private => !self.private,
            Reach::Never => true,
        });
        match refused {
            None => Ok(found),
            Some(address) => {
                let host = uri.host().unwrap_or_default();
                let how = match reach(address.ip()) {
                    Reach::Never => "which nobody calls from here",
                    _ => {
                        "an address of a private network; if that is meant, write private = true beside it"
                    }
                };
                Err(Error::BadUri(format!(
                    "{host} leads to {}, {how}",
                    address.ip()
                )))
            }
        }
    }
}

#[cfg(test)]
#[path = "client_tests.rs"]
mod tests;
