//! The console of a host that serves the demo desk: who comes in, who may do what, and what is written down of it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a panic is the failure report"
)]

mod counted;
mod entrance;
mod inbox;
mod matrix;
mod people;
mod shifts;

use std::net::SocketAddr;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use jiff::Timestamp;
use switchboard::api::{ApiConfig, Server};
use switchboard::console;
use switchboard::engine::{
    Core, Engine, Inbound, Parts, Request, ServiceConfig, SystemClock, SystemEntropy,
};
use switchboard::sandbox::{Sandbox, SandboxConfig};
use switchboard::staff::{AuditFilter, AuditRow, Role, Staff};
use switchboard::store::{MemoryStore, Store};
use switchboard::workflow::{Desk, DeskFiles};

/// The access token of the API.
const TOKEN: &str = "a token for the tests only";
/// Everybody's password.
const PASSWORD: &str = "correct horse battery";
/// The demo desk's people, one for each role.
const PEOPLE: [(&str, Role); 5] = [
    ("he-min", Role::Administrator),
    ("lin-mei", Role::Supervisor),
    ("zhang-wei", Role::Agent),
    ("zhao-qiang", Role::Member),
    ("sun-yan", Role::Auditor),
];

/// The demo desk, always open.
static DESK: LazyLock<Arc<Desk>> = LazyLock::new(|| {
    let dir = tempfile::tempdir().unwrap();
    let demo = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/blue-whale-toys");
    switchboard_tests::files::copy(demo.as_ref(), dir.path());
    let always = "[weekly]\nmonday-sunday = [\"00:00-24:00\"]\n[calendars.around-the-clock.weekly]\nmonday-sunday = [\"00:00-24:00\"]\n";
    std::fs::write(dir.path().join("hours.toml"), always).unwrap();
    Arc::new(Desk::load(&DeskFiles::Directory(dir.path().to_owned())).unwrap())
});

/// A host with data of its own.
struct House {
    address: SocketAddr,
    engine: Arc<Engine>,
    staff: Staff,
    /// Dropped with the house, it ends the server.
    _stop: std::sync::mpsc::Sender<()>,
}

impl House {
    /// Nobody may sign in yet.
    fn empty() -> Self {
        Self::over(Arc::new(MemoryStore::new()))
    }

    fn over(store: Arc<dyn Store>) -> Self {
        let core = Core::new(Parts {
            desk: Arc::clone(&DESK),
            store: Arc::clone(&store),
            sandbox: Arc::new(Sandbox::new(SandboxConfig::in_process()).unwrap()),
            clock: Arc::new(SystemClock::default()),
            entropy: Arc::new(SystemEntropy::new().unwrap()),
        });
        let engine = Engine::start(Arc::new(core.unwrap()), ServiceConfig::default());
        let engine = Arc::new(engine.unwrap());
        let config = ApiConfig {
            token: Some(TOKEN.to_owned()),
            trusted_proxies: vec!["127.0.0.1".parse().unwrap()],
            ..ApiConfig::default()
        };
        let (stop, stopped) = std::sync::mpsc::channel::<()>();
        let (sender, address) = std::sync::mpsc::channel();
        let of_server = Arc::clone(&engine);
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(2)
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async {
                let any = "127.0.0.1:0".parse().unwrap();
                let server = Server::bind_with(any, of_server, config, console::router)
                    .await
                    .unwrap();
                let code = server.staff().begin_set_up().unwrap();
                sender.send((server.address(), code)).unwrap();
                let stopped = tokio::task::spawn_blocking(move || {
                    let _ = stopped.recv();
                });
                let _ = server.run(async move { stopped.await.unwrap() }).await;
            });
        });
        let (address, code) = address.recv().unwrap();
        CODE.with(|kept| *kept.borrow_mut() = code);
        Self {
            address,
            engine,
            staff: Staff::new(store),
            _stop: stop,
        }
    }

    /// With somebody of each role.
    fn staffed() -> Self {
        let house = Self::empty();
        house.staff_all();
        house
    }

    fn staff_all(&self) {
        for (name, role) in PEOPLE {
            self.staff.add(name, role, PASSWORD, now()).unwrap();
        }
    }

    /// A browser that isn't signed in.
    fn browser(&self) -> Browser<'_> {
        Browser {
            house: self,
            cookies: std::cell::RefCell::default(),
            headers: Vec::new(),
        }
    }

    /// One in which that person is signed in already.
    fn browser_of(&self, name: &str) -> Browser<'_> {
        let person = self.staff.person(name).unwrap().unwrap();
        let session = self.staff.begin_session(&person, false, "::1", now());
        let browser = self.browser();
        let cookie = ("switchboard".to_owned(), session.unwrap());
        browser.cookies.borrow_mut().push(cookie);
        browser
    }

    /// A customer writes; gives the conversation.
    fn message(&self, contact: &str, text: &str) -> String {
        self.message_on("web", contact, text)
    }

    fn message_on(&self, channel: &str, contact: &str, text: &str) -> String {
        let inbound = Inbound {
            channel: channel.to_owned(),
            contact: contact.to_owned(),
            account: None,
            conversation: None,
            text: text.to_owned(),
            key: None,
            sent_at: None,
        };
        // As a channel does: whoever follows what happens hears of it.
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        let answer = self.engine.submit(Request::Message(inbound));
        let answer = runtime.unwrap().block_on(answer);
        answer.unwrap().run.before.id.to_string()
    }

    /// The newest lines of the audit log.
    fn log(&self) -> Vec<AuditRow> {
        let page = self.staff.audit(&AuditFilter::default(), None, 20);
        page.unwrap().rows
    }
}

std::thread_local! {
    static CODE: std::cell::RefCell<Option<String>> = const { std::cell::RefCell::new(None) };
}

fn now() -> Timestamp {
    Timestamp::now()
}

/// What keeps cookies and follows nothing by itself.
struct Browser<'h> {
    house: &'h House,
    cookies: std::cell::RefCell<Vec<(String, String)>>,
    headers: Vec<(&'static str, String)>,
}

/// An answer.
#[derive(Debug)]
struct Seen {
    status: u16,
    location: String,
    kind: String,
    headers: Vec<(String, String)>,
    text: String,
}

impl Browser<'_> {
    fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    fn get(&self, path: &str) -> Seen {
        self.call("GET", path, None)
    }

    /// Sends a form with the token of this session.
    fn post(&self, path: &str, fields: &[(&str, &str)]) -> Seen {
        let token = self.token();
        let mut all = vec![("csrf", token.as_str())];
        all.extend(fields);
        self.send(path, &all)
    }

    /// Sends a form as it is.
    fn send(&self, path: &str, fields: &[(&str, &str)]) -> Seen {
        let pairs: Vec<String> = fields
            .iter()
            .map(|(name, value)| format!("{name}={}", encoded(value)))
            .collect();
        self.call("POST", path, Some(pairs.join("&")))
    }

    /// The token that this session's forms carry; empty where nobody is signed in.
    fn token(&self) -> String {
        let page = self.get("/console/profile").text;
        let rest = page.split("name=\"csrf\" value=\"").nth(1);
        rest.map_or_else(String::new, |rest| {
            rest.split('"').next().unwrap().to_owned()
        })
    }

    fn call(&self, method: &str, path: &str, body: Option<String>) -> Seen {
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(Duration::from_secs(60)))
            .build()
            .into();
        let mut request = ureq::http::Request::builder()
            .method(method)
            .uri(format!("http://{}{path}", self.house.address))
            .header("accept", "text/html");
        let cookies: Vec<String> = self
            .cookies
            .borrow()
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        if !cookies.is_empty() {
            request = request.header("cookie", cookies.join("; "));
        }
        if body.is_some() {
            request = request.header("content-type", "application/x-www-form-urlencoded");
        }
        if !self
            .headers
            .iter()
            .any(|(name, _)| *name == "accept-language")
        {
            request = request.header("accept-language", "en");
        }
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        let body = body.unwrap_or_default().into_bytes();
        let mut response = agent.run(request.body(body).unwrap()).unwrap();
        let headers: Vec<(String, String)> = response
            .headers()
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap_or("").to_owned()))
            .collect();
        for (_, line) in headers.iter().filter(|(name, _)| name == "set-cookie") {
            let (pair, rest) = line.split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            let mut cookies = self.cookies.borrow_mut();
            cookies.retain(|(known, _)| known != name);
            if !rest.contains("Max-Age=0") {
                cookies.push((name.to_owned(), value.to_owned()));
            }
        }
        let header = |wanted: &str| {
            let found = headers.iter().find(|(name, _)| name == wanted);
            found.map_or_else(String::new, |(_, value)| value.clone())
        };
        let kind = header("content-type");
        // A stream never ends.
        let text = if kind.starts_with("text/event-stream") {
            String::new()
        } else {
            response.body_mut().read_to_string().unwrap()
        };
        Seen {
            status: response.status().as_u16(),
            location: header("location"),
            kind,
            text,
            headers,
        }
    }

    fn sign_in(&self, name: &str, password: &str) -> Seen {
        self.send(
            "/console/sign-in",
            &[("name", name), ("password", password)],
        )
    }
}

impl Seen {
    fn header(&self, wanted: &str) -> &str {
        let found = self.headers.iter().find(|(name, _)| name == wanted);
        found.map_or("", |(_, value)| value)
    }

    fn page(self) -> String {
        assert_eq!(self.status, 200, "{self:?}");
        self.text
    }

    fn leads_to(&self, path: &str) {
        assert_eq!(
            (self.status, self.location.as_str()),
            (303, path),
            "{}",
            self.text
        );
    }

    /// A refusal as a page.
    fn refused(&self, status: u16) -> &str {
        assert_eq!(self.status, status, "{self:?}");
        assert!(self.kind.starts_with("text/html"));
        &self.text
    }
}

fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}
