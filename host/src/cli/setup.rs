//! What several commands begin with: the desk, the data directory, the sandbox.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, bail};

use crate::engine::{Clock, Core, Entropy, Network, Parts, SystemClock, SystemEntropy};
use crate::model::lasting;
use crate::sandbox::{Sandbox, SandboxConfig};
use crate::store::{SledOptions, SledStore, Store};
use crate::workflow::{Desk, DeskFiles};

/// Loads a desk, or prints every problem and says how many there were.
pub(crate) fn desk(path: Option<&Path>) -> anyhow::Result<Arc<Desk>> {
    match Desk::load(&DeskFiles::from_argument(path)) {
        Ok(desk) => Ok(Arc::new(desk)),
        Err(problems) => {
            for problem in &problems {
                eprintln!("{problem}");
            }
            bail!(
                "the desk has {} problem(s); mend them and try again",
                problems.len()
            )
        }
    }
}

/// Where data is kept when the command line doesn't say: `switchboard-data` beside the desk, or in this directory.
pub(crate) fn data_dir(data: Option<PathBuf>, desk: Option<&Path>) -> PathBuf {
    data.unwrap_or_else(|| {
        desk.map_or_else(PathBuf::new, Path::to_path_buf)
            .join("switchboard-data")
    })
}

/// The sandbox, compiling in child processes of this program.
pub(crate) fn sandbox(cache: PathBuf) -> anyhow::Result<Arc<Sandbox>> {
    let mut config = SandboxConfig::for_host(cache)
        .context("the program can't find itself to compile plugins in a child")?;
    // What `check` and `simulate` have compiled, a host needn't compile again.
    config.second_cache_dir = users_cache().filter(|own| Some(own) != config.cache_dir.as_ref());
    Ok(Arc::new(Sandbox::new(config)?))
}

/// A sandbox that counts fuel, for an author's own component.
pub(crate) fn counting_sandbox(cache: PathBuf) -> anyhow::Result<Sandbox> {
    Ok(Sandbox::new(SandboxConfig::counting(cache))?)
}

/// Opens a data directory. A failed write to the disk ends the process: it starts again from what is on the disk.
pub(crate) fn store(dir: &Path) -> anyhow::Result<Arc<dyn Store>> {
    let options = SledOptions {
        on_stop: Some(Arc::new(|why: &str| {
            tracing::error!(why, "the store can no longer be trusted; stopping");
            std::process::exit(crate::cli::EXIT_STORE_STOPPED);
        })),
        lasting,
        ..SledOptions::default()
    };
    Ok(Arc::new(SledStore::open_with(dir, options)?))
}

/// An engine over a data directory, with the machine's clock and random source.
pub(crate) fn core(
    desk: Arc<Desk>,
    store: Arc<dyn Store>,
    sandbox: Arc<Sandbox>,
) -> anyhow::Result<Arc<Core>> {
    let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy::new().context("no random source")?);
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::default());
    let core = Core::new(Parts {
        desk,
        store,
        sandbox,
        clock,
        entropy,
    })?;
    Ok(Arc::new(core.with_network(Network::new(None))))
}

/// Where compiled plugins are kept: in the data directory, else in the user's cache.
pub(crate) fn cache_dir(data: Option<&Path>) -> PathBuf {
    if let Some(data) = data {
        return data.join("compiled");
    }
    users_cache().unwrap_or_else(|| std::env::temp_dir().join("switchboard"))
}

/// The user's own; none where the environment doesn't say where that is.
fn users_cache() -> Option<PathBuf> {
    let home = || std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache"));
    let cache = std::env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .or_else(home);
    cache.map(|cache| cache.join("switchboard"))
}
