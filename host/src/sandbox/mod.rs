//! The sandbox: strangers' code, called and held to its limits.
//!
//! Bytes become a [`Plugin`] when a version is activated: compiled in a child process or taken from the cache,
//! type-checked against the contract, asked to `describe` itself. A [`Call`] of it becomes a [`CallReport`].
//!
//! What this room may not do: read the desk, the store or the machine's clock on a plugin's behalf. All a plugin can
//! learn comes from the call and from the [`Host`] in it.
//!
//! Invariants, each tested:
//! - Every call ends: with an answer or a typed failure, within its limits. The host lives on.
//! - Every call has a store and an instance of its own. Nothing of one call is readable in the next.
//! - Of a failed call, no write and no effect remains.
//! - The same call with the recorded answers gives the same report, times of the machine apart.
//! - Machine code runs only if this host compiled it.
//!
//! Calls are synchronous: the thread that calls is the thread that runs the guest. The engine keeps a few threads for
//! that, the operating system shares the processors among them, and the deadline bounds how long one is held.

mod admit;
mod cache;
mod call;
mod capabilities;
mod compile;
mod contract;
pub mod engine;
mod epoch;
mod facts;
mod grants;
mod host;
mod limits;
mod manifest;
mod plugin;
mod state;

#[cfg(test)]
mod testing;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;
use sha2::{Digest, Sha256};
use wasmtime::Engine;
use wasmtime::component::{Component, HasSelf, Linker};

pub use admit::{CONTRACT, World};
pub use call::{Call, CallFailure, CallReport, FailureCode};
pub use compile::{CompileLimits, Compiler, compile_child_main};
pub use engine::{Pool, PoolConfig};
pub use grants::{Grant, Grants};
pub use host::{Contact, Hit, Host, HostSide, KvUsage, Outside};
pub use limits::Limits;
pub use plugin::Plugin;

use cache::Cache;
use compile::{CompileError, Compiled};
use epoch::Ticker;
use state::HostState;

use crate::model::Manifest;

/// Larger components aren't looked at. Python's have 18 MiB.
pub const LARGEST_COMPONENT: usize = 32 << 20;

/// How the sandbox is set up.
#[derive(Clone, Debug)]
pub struct SandboxConfig {
    /// Where machine code is kept between starts; none: every start compiles.
    pub cache_dir: Option<PathBuf>,
    /// Where machine code may lie besides: what is found there is taken, and kept in `cache_dir`. Only where the
    /// directory is there, belongs to the same user as `cache_dir`, and nobody else can look into it.
    pub second_cache_dir: Option<PathBuf>,
    /// Where components are compiled.
    pub compiler: Compiler,
    /// How instances get their memories.
    pub pool: Pool,
    /// Bytes of the largest component.
    pub largest_component: usize,
}

impl SandboxConfig {
    /// For tests and simulations: compiles in this process, keeps nothing, few slots.
    pub fn in_process() -> Self {
        Self {
            cache_dir: None,
            second_cache_dir: None,
            compiler: Compiler::InProcess,
            pool: Pool::Pooled(PoolConfig {
                calls: 16,
                ..PoolConfig::default()
            }),
            largest_component: LARGEST_COMPONENT,
        }
    }

    /// For an author who wants to know what the calls of a component of their own cost: compiles in this process, counts
    /// fuel.
    pub fn counting(cache_dir: PathBuf) -> Self {
        Self {
            cache_dir: Some(cache_dir),
            pool: Pool::Counted,
            ..Self::in_process()
        }
    }

    /// For a host: compiles in a child of this program, keeps machine code in `cache_dir`.
    ///
    /// # Errors
    /// Where the system doesn't tell a program its own path.
    pub fn for_host(cache_dir: PathBuf) -> std::io::Result<Self> {
        Ok(Self {
            cache_dir: Some(cache_dir),
            second_cache_dir: None,
            compiler: Compiler::this_program()?,
            pool: Pool::Pooled(PoolConfig::default()),
            largest_component: LARGEST_COMPONENT,
        })
    }
}

/// Why a component doesn't become a plugin, or there is no sandbox.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// The machine can't have one.
    #[error("the sandbox can't be set up: {0}")]
    Engine(String),
    /// The cache of machine code can't be used.
    #[error("the cache of compiled plugins can't be used: {0}")]
    Cache(std::io::Error),
    /// The component is too large.
    #[error("the component has {size} bytes; at most {largest} are taken")]
    TooLarge {
        /// Its bytes.
        size: usize,
        /// The limit.
        largest: usize,
    },
    /// The bytes aren't a component.
    #[error("this isn't a plugin: {0}")]
    NotAComponent(String),
    /// The component imports or exports the wrong things.
    #[error("this component can't be a plugin: {}", problems.join("; "))]
    Refused {
        /// Each names what is missing or forbidden.
        problems: Vec<String>,
    },
    /// Compiling it took too much, or the compiler can't deal with it.
    #[error("the component can't be compiled: {0}")]
    Compile(String),
    /// Asked to describe itself, it failed.
    #[error("the plugin's describe failed: {0}")]
    Describe(CallFailure),
    /// What it says of itself makes no sense.
    #[error("the plugin's manifest is wrong: {}", problems.join("; "))]
    Manifest {
        /// What is wrong.
        problems: Vec<String>,
    },
}

/// What a component asks for and says of itself.
#[derive(Clone, Debug, Serialize)]
pub struct Inspection {
    /// Which of the contract's worlds it is of.
    pub world: World,
    /// The version of the contract that it was built for.
    pub contract: String,
    /// Everything that it imports, by full name.
    pub imports: Vec<String>,
    /// Everything that it exports.
    pub exports: Vec<String>,
    /// What it says of itself.
    pub manifest: Manifest,
    /// What is wrong with that; a plugin with problems can't be activated.
    pub problems: Vec<String>,
    /// SHA-256 of the bytes, in hexadecimal.
    pub sha256: String,
    /// Bytes.
    pub size: usize,
    /// The source language, where the toolchain wrote it down.
    pub language: Option<String>,
}

/// What all plugins share.
pub(crate) struct Room {
    engine: Engine,
    ticker: Ticker,
    max_memory: usize,
    counts_fuel: bool,
}

/// One wasmtime engine and what it takes to make plugins on it. Keep one a process.
pub struct Sandbox {
    room: Arc<Room>,
    /// For components that import only ours.
    plain: Linker<HostState>,
    /// For those that import WASI besides.
    wasi: Linker<HostState>,
    cache: Option<Cache>,
    second_cache: Option<Cache>,
    config: SandboxConfig,
    /// One compilation at a time: two would take twice the memory.
    compiling: Mutex<()>,
}

impl std::fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sandbox")
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}

impl Sandbox {
    /// # Errors
    /// Where the machine or the cache's directory doesn't allow it.
    pub fn new(config: SandboxConfig) -> Result<Self, SandboxError> {
        let setup = |error: wasmtime::Error| SandboxError::Engine(format!("{error:#}"));
        let engine = engine::engine(&config.pool).map_err(setup)?;
        let mut plain = Linker::<HostState>::new(&engine);
        contract::v0_1::Step::add_to_linker::<_, HasSelf<_>>(&mut plain, |state| state)
            .map_err(setup)?;
        let mut wasi = plain.clone();
        capabilities::wasi::add_to_linker(&mut wasi).map_err(setup)?;
        let cache = match &config.cache_dir {
            Some(directory) => Some(Cache::open(directory, &engine).map_err(SandboxError::Cache)?),
            None => None,
        };
        let second_cache = match (&config.cache_dir, &config.second_cache_dir) {
            (Some(own), Some(second)) if cache::is_as_private(second, own) => {
                Cache::open(second, &engine).ok()
            }
            _ => None,
        };
        let ticker = Ticker::start(&engine).map_err(|e| SandboxError::Engine(e.to_string()))?;
        let max_memory = match &config.pool {
            Pool::Pooled(pool) => pool.max_memory,
            Pool::OnDemand | Pool::Counted => PoolConfig::default().max_memory,
        };
        let counts_fuel = config.pool == Pool::Counted;
        Ok(Self {
            room: Arc::new(Room {
                engine,
                ticker,
                max_memory,
                counts_fuel,
            }),
            plain,
            wasi,
            cache,
            second_cache,
            config,
            compiling: Mutex::new(()),
        })
    }

    /// Says what a component asks for, without making it live. It is compiled and `describe` runs, both under limits.
    ///
    /// # Errors
    /// Where it isn't a plugin at all.
    pub fn inspect(&self, bytes: &[u8]) -> Result<Inspection, SandboxError> {
        let (plugin, facts) = self.prepare(bytes)?;
        Ok(Inspection {
            world: plugin.world(),
            contract: plugin.contract().to_owned(),
            imports: facts.imports,
            exports: facts.exports,
            manifest: plugin.manifest().clone(),
            problems: manifest::check(plugin.manifest()).err().unwrap_or_default(),
            sha256: plugin.sha256().to_owned(),
            size: bytes.len(),
            language: facts.language,
        })
    }

    /// Makes a plugin that can be called.
    ///
    /// # Errors
    /// Says what is missing or forbidden, and for a manifest everything that is wrong.
    pub fn activate(&self, bytes: &[u8]) -> Result<Arc<Plugin>, SandboxError> {
        let (plugin, _) = self.prepare(bytes)?;
        manifest::check(plugin.manifest())
            .map_err(|problems| SandboxError::Manifest { problems })?;
        Ok(Arc::new(plugin))
    }

    fn prepare(&self, bytes: &[u8]) -> Result<(Plugin, facts::Facts), SandboxError> {
        let (size, largest) = (bytes.len(), self.config.largest_component);
        if size > largest {
            return Err(SandboxError::TooLarge { size, largest });
        }
        let sha256 = hex(&Sha256::digest(bytes));
        let (component, facts) = self.component(bytes, &sha256)?;
        let admitted =
            admit::admit(&facts).map_err(|problems| SandboxError::Refused { problems })?;
        let linker = if admitted.wasi {
            &self.wasi
        } else {
            &self.plain
        };
        let pre = linker
            .instantiate_pre(&component)
            .map_err(|error| SandboxError::Refused {
                problems: vec![format!("its imports aren't the contract's: {error:#}")],
            })?;
        let room = Arc::clone(&self.room);
        let plugin = Plugin::new(room, pre, admitted, sha256)?;
        Ok((plugin, facts))
    }

    /// From the cache where it can be, else compiled and put there.
    fn component(
        &self,
        bytes: &[u8],
        sha256: &str,
    ) -> Result<(Component, facts::Facts), SandboxError> {
        // Held while looking, too: whoever waits for a compilation of the same bytes finds its result.
        let _one = self
            .compiling
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(cached) = self.cache.as_ref().and_then(|cache| cache.load(sha256))
            && let Ok(component) = load(&self.room.engine, &cached)
        {
            return Ok((component, cached.facts));
        }
        let second = self.second_cache.as_ref();
        let compiled = match second.and_then(|cache| cache.load(sha256)) {
            Some(compiled) => compiled,
            None => self.compiled(bytes)?,
        };
        if let Some(cache) = &self.cache
            && let Err(error) = cache.store(sha256, &compiled)
        {
            // Slower at the next start, nothing worse.
            tracing::warn!(%error, "compiled code can't be kept");
        }
        let component = load(&self.room.engine, &compiled)
            .map_err(|error| SandboxError::Compile(format!("{error:#}")))?;
        Ok((component, compiled.facts))
    }

    fn compiled(&self, bytes: &[u8]) -> Result<Compiled, SandboxError> {
        compile::compile(&self.config.compiler, &self.room.engine, bytes).map_err(|error| {
            match error {
                CompileError::Refused(reason) => SandboxError::NotAComponent(reason),
                CompileError::Stopped(_) | CompileError::Start(_) => {
                    SandboxError::Compile(error.to_string())
                }
            }
        })
    }
}

#[allow(
    unsafe_code,
    reason = "wasmtime has no other way to load what was compiled elsewhere"
)]
fn load(engine: &Engine, compiled: &Compiled) -> wasmtime::Result<Component> {
    // SAFETY: the code was produced by `Engine::precompile_component` of this program: either just now, here or in a
    // child that runs this program's own compiler and answers over a pipe that nobody else holds, or earlier, in
    // which case the cache has checked its HMAC. wasmtime checks that version and settings are this engine's.
    unsafe { Component::deserialize(engine, &compiled.code) }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string can't fail.
        let _infallible = write!(text, "{byte:02x}");
        text
    })
}
