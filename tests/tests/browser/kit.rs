//! A host with a desk of its own, and pages of other sites around it.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;
use switchboard::api::{ApiConfig, Rate, Server};
use switchboard::console;
use switchboard::engine::{Core, Engine, Parts, ServiceConfig, SystemClock, SystemEntropy};
use switchboard::sandbox::{Sandbox, SandboxConfig};
use switchboard::staff::{Role, Staff};
use switchboard::store::{MemoryStore, Store};
use switchboard::workflow::{Desk, DeskFiles};

use crate::driver::Browser;

/// A running host. Ends with the value.
pub(crate) struct Host {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    engine: Arc<Engine>,
    staff: Staff,
    serving: Option<Serving>,
}

struct Serving {
    stop: std::sync::mpsc::Sender<()>,
    thread: std::thread::JoinHandle<()>,
}

/// The demo desk with these files instead of its own, and these lines more in `desk.toml`; always open.
pub(crate) fn demo(files: &[(&str, &str)], more: &str) -> Arc<Desk> {
    let dir = tempfile::tempdir().unwrap();
    let demo = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/blue-whale-toys");
    switchboard_tests::files::copy(demo.as_ref(), dir.path());
    let always = "[weekly]\nmonday-sunday = [\"00:00-24:00\"]\n[calendars.around-the-clock.weekly]\nmonday-sunday = [\"00:00-24:00\"]\n";
    std::fs::write(dir.path().join("hours.toml"), always).unwrap();
    for (name, text) in files {
        std::fs::write(dir.path().join(name), text).unwrap();
    }
    let path = dir.path().join("desk.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, format!("{text}\n{more}")).unwrap();
    match Desk::load(&DeskFiles::Directory(dir.path().to_owned())) {
        Ok(desk) => Arc::new(desk),
        Err(problems) => panic!("{problems:?}"),
    }
}

impl Host {
    /// Serves a desk.
    pub(crate) fn start(desk: Arc<Desk>) -> Self {
        let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
        let core = Core::new(Parts {
            desk,
            store: Arc::clone(&store),
            sandbox: Arc::new(Sandbox::new(SandboxConfig::in_process()).unwrap()),
            clock: Arc::new(SystemClock::default()),
            entropy: Arc::new(SystemEntropy::new().unwrap()),
        });
        let engine = Engine::start(Arc::new(core.unwrap()), ServiceConfig::default());
        let mut host = Self {
            address: "127.0.0.1:0".parse().unwrap(),
            engine: Arc::new(engine.unwrap()),
            staff: Staff::new(store),
            serving: None,
        };
        host.serve();
        host
    }

    /// Listens, at the address that it had before if it had one.
    pub(crate) fn serve(&mut self) {
        let (stop, stopped) = std::sync::mpsc::channel::<()>();
        let (sender, address) = std::sync::mpsc::channel();
        let (engine, at) = (Arc::clone(&self.engine), self.address);
        let fast = Rate {
            burst: 100_000,
            per_second: 10_000.0,
        };
        let config = ApiConfig {
            per_visitor: fast,
            per_address: fast,
            drain: Duration::from_millis(200),
            ..ApiConfig::default()
        };
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(2)
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async {
                let server = Server::bind_with(at, engine, config, console::router)
                    .await
                    .unwrap();
                sender.send(server.address()).unwrap();
                let stopped = tokio::task::spawn_blocking(move || stopped.recv().is_err());
                server
                    .run(async move { assert!(stopped.await.unwrap()) })
                    .await
                    .unwrap();
            });
        });
        self.address = address.recv().unwrap();
        self.serving = Some(Serving { stop, thread });
    }

    /// Stops listening; what was said stays.
    pub(crate) fn hang_up(&mut self) {
        if let Some(Serving { stop, thread }) = self.serving.take() {
            drop(stop);
            thread.join().unwrap();
        }
    }

    /// Somebody may sign in to the console.
    pub(crate) fn admit(&self, name: &str, role: Role, password: &str) {
        let now = jiff::Timestamp::now();
        self.staff.add(name, role, password, now).unwrap();
    }

    /// An address on this host.
    pub(crate) fn at(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// A call of the API.
    pub(crate) fn call(&self, method: &str, path: &str, body: &Value) -> Value {
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(60)))
            .build()
            .into();
        let text = match method {
            "GET" => String::new(),
            _ => body.to_string(),
        };
        let request = ureq::http::Request::builder()
            .method(method)
            .uri(self.at(path))
            .header("content-type", "application/json")
            .body(text)
            .unwrap();
        let mut answer = agent.run(request).unwrap();
        let status = answer.status();
        let text = answer.body_mut().read_to_string().unwrap();
        assert!(status.is_success(), "{method} {path}: {status} {text}");
        serde_json::from_str(&text).unwrap_or(Value::Null)
    }

    /// Signs a browser in as that person of the desk, with that role; they needn't be known yet.
    pub(crate) fn sign_in(&self, browser: &Browser, name: &str, role: Role) {
        let now = jiff::Timestamp::now();
        let add = |name: &str, role| {
            if self.staff.person(name).unwrap().is_none() {
                let password = "correct horse battery";
                self.staff.add(name, role, password, now).unwrap();
            }
        };
        // Without an administrator there is nothing but the way to one.
        add("first-administrator", Role::Administrator);
        add(name, role);
        let person = self.staff.person(name).unwrap().unwrap();
        let session = self.staff.begin_session(&person, false, "127.0.0.1", now);
        browser.go(&self.at("/console/sign-in"));
        browser.cookie("switchboard", &session.unwrap());
        browser.go(&self.at("/console"));
    }

    /// The newest conversation.
    pub(crate) fn newest(&self) -> String {
        let listed = self.call("GET", "/api/v1/conversations?limit=1", &json!(null));
        listed["conversations"][0]["id"]
            .as_str()
            .unwrap()
            .to_owned()
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        self.hang_up();
        self.engine.stop();
    }
}

/// A JSON Web Token, as a business's server makes it.
pub(crate) fn sign(key: &str, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let said = format!("{}.{}", part(&json!({"alg": "HS256"})), part(claims));
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).unwrap();
    mac.update(said.as_bytes());
    let signature = URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes());
    format!("{said}.{signature}")
}

/// A site of somebody else: the same page at every address.
pub(crate) struct Site {
    /// Its origin.
    pub(crate) origin: String,
    page: Arc<Mutex<(String, String)>>,
}

impl Site {
    /// A site with nothing on it yet, under a name that isn't the host's.
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let origin = format!("http://localhost:{}", listener.local_addr().unwrap().port());
        let page = Arc::new(Mutex::new((String::new(), String::new())));
        let served = Arc::clone(&page);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { return };
                let mut reader = BufReader::new(stream.try_clone().unwrap());
                let mut line = String::new();
                while reader.read_line(&mut line).is_ok_and(|read| read > 2) {
                    line.clear();
                }
                let (headers, page) = served.lock().unwrap().clone();
                let _ = write!(
                    stream,
                    "HTTP/1.1 200 OK\r\ncontent-type: text/html; charset=utf-8\r\nconnection: close\r\n{headers}content-length: {}\r\n\r\n{page}",
                    page.len()
                );
            }
        });
        Self { origin, page }
    }

    /// What it shows from now on; `headers` each with its line end.
    pub(crate) fn show(&self, headers: &str, page: &str) {
        *self.page.lock().unwrap() = (headers.to_owned(), page.to_owned());
    }
}
