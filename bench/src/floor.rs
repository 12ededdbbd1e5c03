//! Servers of Switchboard's own parts that do less than it does: the floors under its figures.

use std::future::Future;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::Duration;

use anyhow::Context as _;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use bytes::Bytes;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use switchboard::store::{Batch, SledStore, Store as _, Table};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::bare::{Allocator, BarePlugin};
use crate::calls::steps;

/// The argument that makes this program the server that only answers.
pub(crate) const ECHO: &str = "floor-echo";
/// The argument that makes it the server that makes one row durable and answers.
pub(crate) const COMMIT: &str = "floor-commit";

/// The argument that makes it the server that calls five bare plugins, makes one row durable and answers.
pub(crate) const STEPS: &str = "floor-steps";

/// Bytes of the row that is made durable.
const ROW: usize = 1024;

/// Answers each request with its body.
pub(crate) fn serve_echo() -> anyhow::Result<()> {
    run(async { Ok(Router::new().route("/api/v1/messages", post(|body: Bytes| async { body }))) })
}

/// Makes a row durable for each request, in groups as Switchboard does, then answers with its body.
pub(crate) fn serve_commit(data: &Path) -> anyhow::Result<()> {
    let rows = Rows::open(data)?;
    run(async {
        Ok(Router::new()
            .route("/api/v1/messages", post(commit))
            .with_state(rows))
    })
}

/// Calls the demo desk's five components for each request, each in a fresh instance of bare wasmtime, makes a row durable
/// and answers with the request's body. The calls are made as Switchboard's are: on one thread for each core.
pub(crate) fn serve_steps(data: &Path, allocator: &str) -> anyhow::Result<()> {
    let known = Allocator::ALL.iter().find(|(name, _)| *name == allocator);
    let (_, allocator) = known.context("there is no such allocator")?;
    let plain = |error: wasmtime::Error| anyhow::anyhow!("{error:#}");
    let engine = allocator.engine().map_err(plain)?;
    let plugins: wasmtime::Result<Vec<BarePlugin>> = steps()
        .map(|(_, bytes)| BarePlugin::new(bytes, &engine))
        .collect();
    let plugins = Arc::new(plugins.map_err(plain)?);
    let row = Rows::open(data)?;
    let (sender, receiver) = mpsc::channel::<Asked>();
    let receiver = Arc::new(Mutex::new(receiver));
    for _ in 0..cores() {
        let (plugins, row) = (Arc::clone(&plugins), row.clone());
        let receiver = Arc::clone(&receiver);
        std::thread::spawn(move || {
            let next = || {
                let receiver = receiver.lock().unwrap_or_else(PoisonError::into_inner);
                receiver.recv().ok()
            };
            while let Some((body, answer)) = next() {
                match call_all(&plugins, &body) {
                    Ok(()) => row.keep(body, answer),
                    Err(error) => {
                        eprintln!("{error:#}");
                        let _ = answer.send(None);
                    }
                }
            }
        });
    }
    run(async {
        Ok(Router::new()
            .route("/api/v1/messages", post(hand_over))
            .with_state(sender))
    })
}

fn call_all(plugins: &[BarePlugin], body: &Bytes) -> anyhow::Result<()> {
    let message: serde_json::Value = serde_json::from_slice(body)?;
    let text = message.get("text").and_then(serde_json::Value::as_str);
    let text = text.context("the message has no text")?;
    for plugin in plugins {
        plugin
            .told(text)
            .map_err(|error| anyhow::anyhow!("{error:#}"))?;
    }
    Ok(())
}

/// A request's body, and whoever waits for it to come back.
type Asked = (Bytes, oneshot::Sender<Option<Bytes>>);

async fn hand_over(
    State(workers): State<mpsc::Sender<Asked>>,
    body: Bytes,
) -> Result<Bytes, StatusCode> {
    let (sender, receiver) = oneshot::channel();
    let _ = workers.send((body, sender));
    answer(receiver).await
}

async fn commit(State(rows): State<Rows>, body: Bytes) -> Result<Bytes, StatusCode> {
    let (sender, receiver) = oneshot::channel();
    rows.keep(body, sender);
    answer(receiver).await
}

async fn answer(receiver: oneshot::Receiver<Option<Bytes>>) -> Result<Bytes, StatusCode> {
    let answer = receiver.await.ok().flatten();
    answer.ok_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// Rows that become durable in groups, as Switchboard's do.
#[derive(Clone)]
struct Rows {
    store: Arc<SledStore>,
    number: Arc<AtomicU64>,
}

impl Rows {
    fn open(data: &Path) -> anyhow::Result<Self> {
        Ok(Self {
            store: Arc::new(SledStore::open(data)?),
            number: Arc::default(),
        })
    }

    /// Makes a row of the body and gives the body back when the row is durable.
    fn keep(&self, body: Bytes, answer: oneshot::Sender<Option<Bytes>>) {
        let number = self.number.fetch_add(1, Ordering::Relaxed);
        let mut row = body.to_vec();
        row.resize(ROW, b' ');
        let mut batch = Batch::new();
        batch.put(Table::Message, number.to_be_bytes(), row);
        self.store.submit(
            batch,
            Box::new(move |result| {
                let _ = answer.send(result.is_ok().then_some(body));
            }),
        );
    }
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// Serves as Switchboard does: the same runtime, the same HTTP, the same settings.
fn run(router: impl Future<Output = anyhow::Result<Router>>) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads((cores() / 2).max(1))
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let router = router.await?;
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .context("no port is free")?;
        println!("http://{}/", listener.local_addr()?);
        let mut http = hyper::server::conn::http1::Builder::new();
        http.timer(TokioTimer::new())
            .header_read_timeout(Duration::from_secs(10))
            .max_headers(64);
        loop {
            let (stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            let service = TowerToHyperService::new(router.clone());
            tokio::spawn(http.serve_connection(TokioIo::new(stream), service));
        }
    })
}
