//! `switchboard serve`: the host.

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context as _, bail};

use super::setup;
use crate::api::{self, ApiConfig, Network};
use crate::console;
use crate::engine::{Chore, Engine, IdleNudge, ServiceConfig, keep};
use crate::report::delivery::FormDelivery;

/// Run the host
///
/// Prints the addresses of the chat page and the API and serves until it is told to stop (Ctrl-C, SIGTERM).
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  switchboard serve\n  switchboard serve my-desk --data /var/lib/switchboard\n  \
    SWITCHBOARD_TOKEN=… switchboard serve my-desk --listen 0.0.0.0:8080"
)]
pub(crate) struct ServeArgs {
    /// The desk directory [default: the built-in demo desk]
    desk: Option<PathBuf>,
    /// Where everything is kept [default: switchboard-data beside the desk]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The address to serve on; one that other machines reach needs an access token
    #[arg(
        long,
        value_name = "ADDR",
        default_value = "127.0.0.1:8080",
        env = "SWITCHBOARD_LISTEN"
    )]
    listen: SocketAddr,
    /// The access token that API calls must carry as `Authorization: Bearer …`
    #[arg(
        long,
        env = "SWITCHBOARD_TOKEN",
        value_name = "TOKEN",
        hide_env_values = true
    )]
    token: Option<String>,
    /// A reverse proxy in front of the host, as an address or a network (`10.0.0.0/8`); what it says in
    /// X-Forwarded-For about who calls is believed. May be given several times
    #[arg(long, value_name = "CIDR")]
    trusted_proxy: Vec<Network>,
    /// Threads that run plugins [default: one for each core]
    #[arg(long, value_name = "N")]
    workers: Option<usize>,
}

/// The shortest access token that is taken.
const SHORTEST_TOKEN: usize = 16;

/// Runs the command.
///
/// # Errors
/// Where the desk, the data directory or the address is no good.
pub(crate) fn run(args: ServeArgs) -> anyhow::Result<ExitCode> {
    if let Some(token) = &args.token
        && token.len() < SHORTEST_TOKEN
    {
        bail!(
            "the access token has {} characters; use at least {SHORTEST_TOKEN} random ones",
            token.len()
        );
    }
    if !args.listen.ip().is_loopback() && args.token.is_none() {
        bail!(
            "{} can be reached from other machines, and anybody could use the API: set SWITCHBOARD_TOKEN to a secret, or serve on 127.0.0.1",
            args.listen
        );
    }
    let dir = setup::data_dir(args.data, args.desk.as_deref());
    let desk = setup::desk(args.desk.as_deref())?;
    let store =
        setup::store(&dir).with_context(|| format!("the data directory {}", dir.display()))?;
    let sandbox = setup::sandbox(setup::cache_dir(Some(&dir)))?;
    let core = setup::core(Arc::clone(&desk), store, sandbox)?;
    if let Some(outage) = core.recover()? {
        tracing::info!(from = %outage.began_at, to = %outage.ended_at, "back after an outage; whoever was left without an answer hears of it");
    }
    let mut config = ServiceConfig::default();
    config.workers = args.workers.unwrap_or(config.workers);
    let engine = Arc::new(Engine::start(Arc::clone(&core), config)?);
    let stopping = Arc::new(AtomicBool::new(false));
    let chores = {
        let stopping = Arc::clone(&stopping);
        std::thread::Builder::new()
            .name("chores".to_owned())
            .spawn(move || {
                let chores: [Arc<dyn Chore>; 2] = [Arc::new(FormDelivery), Arc::new(IdleNudge)];
                keep(&core, &chores, &stopping);
            })?
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(network_threads())
        .enable_all()
        .build()?;
    let result = runtime.block_on(async {
        let server = api::Server::bind_with(
            args.listen,
            Arc::clone(&engine),
            ApiConfig {
                token: args.token,
                trusted_proxies: args.trusted_proxy,
                ..ApiConfig::default()
            },
            console::router,
        )
        .await?;
        let address = server.address();
        // Whoever started it may have closed standard output: that is no reason to stop.
        let _ = writeln!(
            std::io::stdout(),
            "{} is served\n  chat     http://{address}/chat\n  console  http://{address}/console\n  API      http://{address}/api/v1  (described at http://{address}/openapi.json)\n  data     {}",
            desk.name,
            dir.display()
        );
        if let Some(code) = server.staff().begin_set_up()? {
            let _ = writeln!(
                std::io::stdout(),
                "Nobody can sign in to the console yet. Open http://{address}/console/setup and type this code:\n  {code}"
            );
        }
        server.run(stop_signal()).await
    });
    stopping.store(true, Ordering::Release);
    let _ = chores.join();
    engine.stop();
    result.map(|()| ExitCode::SUCCESS)
}

/// Threads that serve the network: a tenth of a message's time is theirs, and each more than one wakes the others.
fn network_threads() -> usize {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    (cores / 2).max(1)
}

/// Resolves at Ctrl-C or SIGTERM.
async fn stop_signal() {
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminate => {}
    }
    tracing::info!("stopping: nothing new is taken, what is under way ends");
}
