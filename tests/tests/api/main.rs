//! The HTTP API of a host that serves the demo desk: what every call does, and what every refusal says.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a panic is the failure report"
)]

mod chat;
mod conversations;
mod host;
mod messages;
mod plugins;
mod tickets;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use switchboard::api::{ApiConfig, Rate, Server};
use switchboard::engine::{
    Core, Engine, Parts, ServiceConfig, SystemClock, SystemEntropy, standard_plugins,
};
use switchboard::sandbox::{Sandbox, SandboxConfig};
use switchboard::store::MemoryStore;
use switchboard::workflow::{Desk, DeskFiles};

/// One engine for all tests; each server over it has settings of its own.
static ENGINE: LazyLock<Arc<Engine>> = LazyLock::new(|| {
    let core = Core::new(Parts {
        desk: Arc::new(Desk::load(&DeskFiles::Embedded).unwrap()),
        store: Arc::new(MemoryStore::new()),
        sandbox: Arc::new(Sandbox::new(SandboxConfig::in_process()).unwrap()),
        clock: Arc::new(SystemClock::default()),
        entropy: Arc::new(SystemEntropy::new().unwrap()),
    });
    Arc::new(Engine::start(Arc::new(core.unwrap()), ServiceConfig::default()).unwrap())
});

static HOST: LazyLock<Host> = LazyLock::new(|| Host::start(ApiConfig::default()));

struct Host {
    address: SocketAddr,
    stop: Option<std::sync::mpsc::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Host {
    fn start(config: ApiConfig) -> Self {
        let (stop, stopped) = std::sync::mpsc::channel::<()>();
        let (sender, address) = std::sync::mpsc::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(2)
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async {
                let any = "127.0.0.1:0".parse().unwrap();
                let server = Server::bind(any, Arc::clone(&ENGINE), config)
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
        Self {
            address: address.recv().unwrap(),
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    fn stop(mut self) {
        drop(self.stop.take());
        self.thread.take().unwrap().join().unwrap();
    }

    fn call(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .allow_non_standard_methods(true)
            .timeout_global(Some(Duration::from_secs(60)))
            .build()
            .into();
        let mut request = ureq::http::Request::builder()
            .method(method)
            .uri(format!("http://{}{path}", self.address));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut response = agent.run(request.body(body.to_vec()).unwrap()).unwrap();
        let header = |name: &str| {
            response
                .headers()
                .get(name)
                .and_then(|value| value.to_str().ok())
                .unwrap_or("")
                .to_owned()
        };
        let mut answer = Answer {
            status: response.status().as_u16(),
            kind: header("content-type"),
            retry_after: header("retry-after"),
            allow: header("allow"),
            policy: header("content-security-policy"),
            nosniff: header("x-content-type-options"),
            frame_options: header("x-frame-options"),
            resource_policy: header("cross-origin-resource-policy"),
            challenge: header("www-authenticate"),
            text: String::new(),
        };
        answer.text = response.body_mut().read_to_string().unwrap();
        answer
    }

    fn get(&self, path: &str) -> Answer {
        self.call("GET", path, &[], b"")
    }

    fn send(&self, method: &str, path: &str, body: &Value) -> Answer {
        self.call(
            method,
            path,
            &[("content-type", "application/json")],
            body.to_string().as_bytes(),
        )
    }

    fn post(&self, path: &str, body: &Value) -> Answer {
        self.send("POST", path, body)
    }

    fn message(&self, contact: &str, text: &str) -> Value {
        self.post(
            "/api/v1/messages",
            &json!({"contact": contact, "text": text}),
        )
        .ok()
    }

    /// Opens a stream of events.
    fn follow(&self, path: &str, headers: &str) -> Stream {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(30)))
            .unwrap();
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nhost: {}\r\n{headers}\r\n",
            self.address
        )
        .unwrap();
        Stream(BufReader::new(stream))
    }
}

#[derive(Debug)]
struct Answer {
    status: u16,
    kind: String,
    retry_after: String,
    allow: String,
    policy: String,
    nosniff: String,
    frame_options: String,
    resource_policy: String,
    challenge: String,
    text: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    fn ok(&self) -> Value {
        assert!((200..300).contains(&self.status), "{self:?}");
        self.json()
    }

    /// The words of a refusal.
    fn refused(&self, status: u16) -> String {
        assert_eq!(self.status, status, "{self:?}");
        assert_eq!(self.kind, "application/problem+json", "{self:?}");
        assert_eq!(self.nosniff, "nosniff");
        let problem = self.json();
        assert_eq!(problem["status"], status);
        problem["detail"].as_str().unwrap().to_owned()
    }
}

/// A stream of server-sent events.
struct Stream(BufReader<TcpStream>);

impl Stream {
    /// The data of the next event of this name.
    fn named(&mut self, name: &str) -> Value {
        let (mut event, mut line) = (String::new(), String::new());
        loop {
            line.clear();
            assert!(self.0.read_line(&mut line).unwrap() > 0, "the stream ended");
            if line.trim().is_empty() {
                event.clear();
            }
            if let Some(text) = line.strip_prefix("event: ") {
                event = text.trim().to_owned();
            }
            if let Some(data) = line.strip_prefix("data: ")
                && event == name
            {
                return serde_json::from_str(data).unwrap();
            }
        }
    }

    /// The next event: its id and its data.
    fn next(&mut self) -> (String, Value) {
        let (mut id, mut line) = (String::new(), String::new());
        loop {
            line.clear();
            assert!(self.0.read_line(&mut line).unwrap() > 0, "the stream ended");
            if let Some(text) = line.strip_prefix("id: ") {
                id = text.trim().to_owned();
            }
            if let Some(data) = line.strip_prefix("data: ") {
                return (id, serde_json::from_str(data).unwrap());
            }
        }
    }
}

fn id(value: &Value) -> &str {
    value.as_str().unwrap()
}
