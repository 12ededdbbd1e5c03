//! Servers of Switchboard's own parts that do less than it does: the floors under its figures.

use std::future::Future;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
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

/// The argument that makes this program the server that only answers.
pub(crate) const ECHO: &str = "floor-echo";
/// The argument that makes it the server that makes one row durable and answers.
pub(crate) const COMMIT: &str = "floor-commit";

/// Bytes of the row that is made durable.
const ROW: usize = 1024;

/// Answers each request with its body.
pub(crate) fn serve_echo() -> anyhow::Result<()> {
    run(async { Ok(Router::new().route("/api/v1/messages", post(|body: Bytes| async { body }))) })
}

/// Makes a row durable for each request, in groups as Switchboard does, then answers with its body.
pub(crate) fn serve_commit(data: &Path) -> anyhow::Result<()> {
    let store = Arc::new(SledStore::open(data)?);
    run(async {
        Ok(Router::new()
            .route("/api/v1/messages", post(commit))
            .with_state((store, Arc::default())))
    })
}

type Shared = (Arc<SledStore>, Arc<AtomicU64>);

async fn commit(State((store, number)): State<Shared>, body: Bytes) -> Result<Bytes, StatusCode> {
    let number = number.fetch_add(1, Ordering::Relaxed);
    let mut row = body.to_vec();
    row.resize(ROW, b' ');
    let mut batch = Batch::new();
    batch.put(Table::Message, number.to_be_bytes(), row);
    let (sender, receiver) = oneshot::channel();
    store.submit(
        batch,
        Box::new(move |result| {
            let _ = sender.send(result);
        }),
    );
    match receiver.await {
        Ok(Ok(())) => Ok(body),
        _ => Err(StatusCode::INTERNAL_SERVER_ERROR),
    }
}

/// Serves as Switchboard does: the same runtime, the same HTTP, the same settings.
fn run(router: impl Future<Output = anyhow::Result<Router>>) -> anyhow::Result<()> {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads((cores / 2).max(1))
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
