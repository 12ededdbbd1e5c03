//! The accept loop. Our own, because only so are slow senders of headers cut off.

use std::future::Future;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::body::Incoming;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tower::ServiceExt as _;

use super::Api;
use super::ApiConfig;
use super::guard::Peer;
use crate::engine::Engine;
use crate::staff::Staff;

/// How many connections may be open at once.
const MAX_CONNECTIONS: usize = 10_000;
/// How long the loop rests when the operating system refuses a connection (no file handles left).
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// A bound server.
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    router: Router,
    staff: Arc<Staff>,
    header_deadline: Duration,
    drain: Duration,
    stopping: watch::Sender<bool>,
}

impl Server {
    /// Binds an address, for the API alone.
    ///
    /// # Errors
    /// Where the address is taken or not ours.
    pub async fn bind(
        address: SocketAddr,
        engine: Arc<Engine>,
        config: ApiConfig,
    ) -> anyhow::Result<Self> {
        Self::bind_with(address, engine, config, |_| Router::new()).await
    }

    /// Binds an address, for the API and the routes of another room.
    ///
    /// # Errors
    /// As [`Server::bind`].
    pub async fn bind_with(
        address: SocketAddr,
        engine: Arc<Engine>,
        config: ApiConfig,
        others: impl FnOnce(&Api) -> Router,
    ) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(address).await.map_err(|error| {
            anyhow::anyhow!(
                "{address} can't be served on: {error}; choose another address with --listen"
            )
        })?;
        let address = listener.local_addr()?;
        let (header_deadline, drain) = (config.header_deadline, config.drain);
        let (stopping, told) = watch::channel(false);
        let staff = Arc::new(Staff::new(Arc::clone(engine.core().store())));
        let router = super::router(engine, Arc::clone(&staff), config, told, others);
        Ok(Self {
            listener,
            address,
            router,
            staff,
            header_deadline,
            drain,
            stopping,
        })
    }

    /// The address that it is bound to.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The people who may sign in.
    pub fn staff(&self) -> &Staff {
        &self.staff
    }

    /// Serves until `stop` resolves, then ends what is under way.
    ///
    /// # Errors
    /// None at present; connections fail one by one.
    pub async fn run(self, stop: impl Future<Output = ()>) -> anyhow::Result<()> {
        let connections = Arc::new(Semaphore::new(MAX_CONNECTIONS));
        let graceful = GracefulShutdown::new();
        let mut http = hyper::server::conn::http1::Builder::new();
        http.timer(TokioTimer::new())
            .header_read_timeout(self.header_deadline)
            .max_headers(64);
        let mut stop = pin!(stop);
        loop {
            let accepted = tokio::select! {
                accepted = self.listener.accept() => accepted,
                () = &mut stop => break,
            };
            let (stream, peer) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                    continue;
                }
            };
            let Ok(permit) = Arc::clone(&connections).try_acquire_owned() else {
                tracing::warn!("too many connections; one was closed");
                continue;
            };
            let _ = stream.set_nodelay(true);
            let service =
                self.router
                    .clone()
                    .map_request(move |mut request: hyper::Request<Incoming>| {
                        request.extensions_mut().insert(Peer(peer));
                        request
                    });
            let service = TowerToHyperService::new(service);
            let connection = graceful.watch(http.serve_connection(TokioIo::new(stream), service));
            tokio::spawn(async move {
                if let Err(error) = connection.await {
                    tracing::debug!(%error, "a connection ended early");
                }
                drop(permit);
            });
        }
        drop(self.listener);
        // Streams end by this; they would never by themselves.
        self.stopping.send_replace(true);
        if tokio::time::timeout(self.drain, graceful.shutdown())
            .await
            .is_err()
        {
            tracing::warn!("some requests were still under way when the host stopped");
        }
        Ok(())
    }
}
