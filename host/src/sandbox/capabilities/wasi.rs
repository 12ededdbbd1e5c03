//! WASI 0.2, only so that components of other languages' toolchains link: no environment, no arguments, no files, no
//! sockets, a virtual clock, a seeded random source; what is printed goes to the plugin's log.
//!
//! Nothing here waits: a plugin that sleeps finds its own clock moved on at once, so that it can't hold a thread
//! where no deadline reaches it, and a replay takes the same course.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use jiff::Zoned;
use rand_chacha::ChaCha8Rng;
use tokio::io::AsyncWrite;
use wasmtime::component::{HasData, HasSelf, Linker, Resource, ResourceTable};
use wasmtime_wasi::cli::{IsTerminal, StdoutStream, WasiCli, WasiCliView};
use wasmtime_wasi::clocks::{WasiClocks, WasiClocksView};
use wasmtime_wasi::filesystem::{WasiFilesystem, WasiFilesystemView};
use wasmtime_wasi::p2::bindings::clocks::monotonic_clock;
use wasmtime_wasi::p2::{DynPollable, OutputStream, Pollable, StreamResult, bindings, subscribe};
use wasmtime_wasi::random::{WasiRandom, WasiRandomView};
use wasmtime_wasi::{HostWallClock, WasiCtx, WasiCtxView, WasiView, async_trait};

use super::super::limits::Limits;
use super::super::state::HostState;
use super::log::LogBuffer;
use crate::model::LogLevel;

/// Interfaces that are refused by name when a component is uploaded.
pub(in super::super) const REFUSED: [&str; 2] = ["wasi:sockets/", "wasi:http/"];
/// Interfaces that are linked.
pub(in super::super) const LINKED: [&str; 5] = [
    "wasi:cli/",
    "wasi:clocks/",
    "wasi:filesystem/",
    "wasi:io/",
    "wasi:random/",
];

/// Handles that a plugin may hold at once.
const MOST_HANDLES: usize = 1_024;
/// Bytes that one call of `get-random-bytes` gives.
const MOST_RANDOM: u64 = 64 << 10;
/// What reading the monotonic clock adds to it: two readings differ, as programs expect.
const READING: u64 = 1_000;

/// WASI of one call.
pub(in super::super) struct Wasi {
    context: WasiCtx,
    table: ResourceTable,
    /// Nanoseconds since the call began, as the plugin may believe.
    elapsed: u64,
    printed: Printed,
}

impl Wasi {
    pub(in super::super) fn new(now: &Zoned, random: &ChaCha8Rng, limits: &Limits) -> Self {
        // Streams of the same key: what WASI draws doesn't shift what our own interface draws.
        let stream = |number| {
            let mut random = random.clone();
            random.set_stream(number);
            random
        };
        let since_epoch = Duration::try_from(now.timestamp().as_duration()).unwrap_or_default();
        let printed = Printed::new(limits.log_lines.saturating_mul(limits.log_line_bytes));
        let context = WasiCtx::builder()
            .allow_tcp(false)
            .allow_udp(false)
            .wall_clock(StandingClock(since_epoch))
            .secure_random(stream(1))
            .insecure_random(stream(2))
            .insecure_random_seed(0)
            .max_random_size(MOST_RANDOM)
            .stdout(printed.clone())
            .stderr(printed.clone())
            .build();
        let mut table = ResourceTable::new();
        table.set_max_capacity(MOST_HANDLES);
        Self {
            context,
            table,
            elapsed: 0,
            printed,
        }
    }

    /// Moves what was printed into the log, a line each.
    pub(in super::super) fn drain(&self, log: &mut LogBuffer) {
        let printed = self.printed.take();
        for line in String::from_utf8_lossy(&printed).lines() {
            log.push(LogLevel::Info, line);
        }
    }
}

impl WasiView for HostState {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        let (now, random, limits) = (&self.now, &self.random, &self.limits);
        let wasi = self
            .wasi
            .get_or_insert_with(|| Box::new(Wasi::new(now, random, limits)));
        WasiCtxView {
            ctx: &mut wasi.context,
            table: &mut wasi.table,
        }
    }
}

fn table(state: &mut HostState) -> &mut ResourceTable {
    WasiView::ctx(state).table
}

struct Io;

impl HasData for Io {
    type Data<'a> = &'a mut ResourceTable;
}

/// Links what [`LINKED`] names, and nothing else.
pub(in super::super) fn add_to_linker(linker: &mut Linker<HostState>) -> wasmtime::Result<()> {
    use bindings::{cli, clocks, filesystem, random, sync};
    type S = HostState;
    let l = linker;
    wasmtime_wasi::p2::bindings::io::error::add_to_linker::<S, Io>(l, table)?;
    sync::io::poll::add_to_linker::<S, Io>(l, table)?;
    sync::io::streams::add_to_linker::<S, Io>(l, table)?;
    clocks::wall_clock::add_to_linker::<S, WasiClocks>(l, S::clocks)?;
    clocks::monotonic_clock::add_to_linker::<S, HasSelf<S>>(l, |state| state)?;
    filesystem::preopens::add_to_linker::<S, WasiFilesystem>(l, S::filesystem)?;
    sync::filesystem::types::add_to_linker::<S, WasiFilesystem>(l, S::filesystem)?;
    random::random::add_to_linker::<S, WasiRandom>(l, S::random)?;
    random::insecure::add_to_linker::<S, WasiRandom>(l, S::random)?;
    random::insecure_seed::add_to_linker::<S, WasiRandom>(l, S::random)?;
    cli::exit::add_to_linker::<S, WasiCli>(l, S::cli)?;
    cli::environment::add_to_linker::<S, WasiCli>(l, S::cli)?;
    cli::stdin::add_to_linker::<S, WasiCli>(l, S::cli)?;
    cli::stdout::add_to_linker::<S, WasiCli>(l, S::cli)?;
    cli::stderr::add_to_linker::<S, WasiCli>(l, S::cli)?;
    cli::terminal_input::add_to_linker::<S, WasiCli>(l, S::cli)?;
    cli::terminal_output::add_to_linker::<S, WasiCli>(l, S::cli)?;
    cli::terminal_stdin::add_to_linker::<S, WasiCli>(l, S::cli)?;
    cli::terminal_stdout::add_to_linker::<S, WasiCli>(l, S::cli)?;
    cli::terminal_stderr::add_to_linker::<S, WasiCli>(l, S::cli)
}

/// The run's clock: it stands still.
struct StandingClock(Duration);

impl HostWallClock for StandingClock {
    fn resolution(&self) -> Duration {
        Duration::from_nanos(1)
    }
    fn now(&self) -> Duration {
        self.0
    }
}

impl HostState {
    fn elapse(&mut self, nanoseconds: u64) -> u64 {
        match &mut self.wasi {
            Some(wasi) => {
                wasi.elapsed = wasi.elapsed.saturating_add(nanoseconds);
                wasi.elapsed
            }
            None => 0,
        }
    }
}

impl monotonic_clock::Host for HostState {
    fn now(&mut self) -> wasmtime::Result<u64> {
        Ok(self.elapse(READING))
    }

    fn resolution(&mut self) -> wasmtime::Result<u64> {
        Ok(READING)
    }

    fn subscribe_instant(&mut self, when: u64) -> wasmtime::Result<Resource<DynPollable>> {
        let elapsed = self.elapse(0);
        self.subscribe_duration(when.saturating_sub(elapsed))
    }

    fn subscribe_duration(&mut self, duration: u64) -> wasmtime::Result<Resource<DynPollable>> {
        self.elapse(duration);
        let table = WasiView::ctx(self).table;
        let elapsed = table.push(Elapsed)?;
        subscribe(table, elapsed)
    }
}

/// A time that has always come already.
struct Elapsed;

#[async_trait]
impl Pollable for Elapsed {
    async fn ready(&mut self) {}
}

/// What the plugin printed, up to a limit; the rest is dropped, and the plugin isn't told.
#[derive(Clone)]
struct Printed {
    bytes: Arc<Mutex<Vec<u8>>>,
    most: usize,
}

impl Printed {
    fn new(most: usize) -> Self {
        Self {
            bytes: Arc::default(),
            most,
        }
    }

    fn add(&self, new: &[u8]) {
        let mut bytes = self.bytes.lock().unwrap_or_else(PoisonError::into_inner);
        let room = self.most.saturating_sub(bytes.len());
        bytes.extend(new.iter().take(room));
    }

    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut self.bytes.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl IsTerminal for Printed {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for Printed {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(self.clone())
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }
}

#[async_trait]
impl Pollable for Printed {
    async fn ready(&mut self) {}
}

impl OutputStream for Printed {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.add(&bytes);
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(64 << 10)
    }
}

impl AsyncWrite for Printed {
    fn poll_write(
        self: Pin<&mut Self>,
        _context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        self.add(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(
        self: Pin<&mut Self>,
        _context: &mut Context<'_>,
    ) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;

    #[test]
    fn sleeping_moves_the_plugins_clock_and_holds_nobody() {
        use monotonic_clock::Host;
        let mut state = testing::state(testing::nothing());
        WasiView::ctx(&mut state);
        let before = Host::now(&mut state).unwrap();
        let hour = 3_600_000_000_000;
        state.subscribe_duration(hour).unwrap();
        assert_eq!(Host::now(&mut state).unwrap(), before + hour + READING);
    }

    #[test]
    fn what_is_printed_goes_to_the_log_and_ends_somewhere() {
        let mut log = LogBuffer::new(64, 1_024);
        let state = testing::state(testing::nothing());
        let wasi = Wasi::new(&state.now, &state.random, &Limits::default());
        wasi.printed.add("你好\nworld\n".as_bytes());
        wasi.printed.add(&vec![b'x'; 1 << 20]);
        wasi.drain(&mut log);
        let lines = log.finish();
        assert_eq!(lines[0].text, "你好");
        assert_eq!(lines[1].text, "world");
        assert_eq!(lines.len(), 3);
    }
}
