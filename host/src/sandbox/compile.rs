//! Bytes → machine code, in a child process: a few kilobytes of hostile WebAssembly can keep a compiler busy for
//! minutes and make it take gigabytes. The child has processor time, memory and time on the wall, may write no file,
//! and whatever happens to it, the host goes on.

use std::ffi::OsString;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, ExitCode, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use rustix::process::{Resource, Rlimit, setrlimit};
use serde::{Deserialize, Serialize};
use wasmtime::Engine;

use super::engine::{Pool, engine};
use super::facts::{self, Facts};

/// Where components are compiled.
#[derive(Clone, Debug)]
pub enum Compiler {
    /// In a child: `program args…` must call [`compile_child_main`].
    Child {
        /// The program, usually this one.
        program: PathBuf,
        /// What makes it compile.
        args: Vec<OsString>,
        /// What it may use.
        limits: CompileLimits,
    },
    /// In this process and without limits: only for components that are trusted, and for tests.
    InProcess,
}

impl Compiler {
    /// This program's hidden subcommand.
    ///
    /// # Errors
    /// Where the system doesn't tell a program its own path.
    pub fn this_program() -> std::io::Result<Self> {
        Ok(Self::Child {
            program: std::env::current_exe()?,
            args: vec!["compile-component".into()],
            limits: CompileLimits::default(),
        })
    }
}

/// What compiling one component may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CompileLimits {
    /// Processor time of a small component.
    pub cpu: Duration,
    /// What every mebibyte of a component adds: bombs are small, honest big ones take long.
    pub cpu_per_mib: Duration,
    /// Address space in bytes.
    pub memory: u64,
    /// Time on the wall, as a multiple of the processor time.
    pub wall_factor: u32,
}

impl Default for CompileLimits {
    fn default() -> Self {
        Self {
            cpu: Duration::from_secs(10),
            cpu_per_mib: Duration::from_secs(2),
            memory: 1 << 30,
            wall_factor: 4,
        }
    }
}

impl CompileLimits {
    fn cpu_for(&self, bytes: usize) -> Duration {
        let mib = u32::try_from(bytes >> 20).unwrap_or(u32::MAX);
        self.cpu
            .saturating_add(self.cpu_per_mib.saturating_mul(mib))
    }
}

/// A component that was compiled, and what its bytes said.
pub(super) struct Compiled {
    pub(super) facts: Facts,
    pub(super) code: Vec<u8>,
}

/// Why there is no machine code.
#[derive(Debug, thiserror::Error)]
pub(super) enum CompileError {
    /// The bytes are to blame.
    #[error("{0}")]
    Refused(String),
    /// The compiler went over its limits or fell over.
    #[error("{0}")]
    Stopped(String),
    /// There is no compiler.
    #[error("the compiler can't be started: {0}")]
    Start(#[from] std::io::Error),
}

pub(super) fn compile(
    compiler: &Compiler,
    engine: &Engine,
    bytes: &[u8],
) -> Result<Compiled, CompileError> {
    match compiler {
        Compiler::InProcess => compile_here(engine, bytes).map_err(CompileError::Refused),
        Compiler::Child {
            program,
            args,
            limits,
        } => {
            let child = Command::new(program)
                .args(args)
                .env_clear()
                // The allocator would reserve a GiB of addresses at once (in KiB), which is all that the child may have.
                .env("MIMALLOC_ARENA_RESERVE", "65536")
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::null())
                .spawn()?;
            converse(child, bytes, limits)
        }
    }
}

fn compile_here(engine: &Engine, bytes: &[u8]) -> Result<Compiled, String> {
    let facts = facts::read(bytes)?;
    let code = engine
        .precompile_component(bytes)
        .map_err(|error| format!("it isn't a valid component: {error:#}"))?;
    Ok(Compiled { facts, code })
}

/// Before the child's answer; what a test harness prints before it is skipped.
const MARK: &[u8] = b"\0switchboard-compiled\0";
/// Larger answers aren't read.
const MOST_ANSWER: u64 = 512 << 20;

#[derive(Serialize, Deserialize)]
enum Head {
    Compiled(Facts),
    Refused(String),
}

fn converse(
    mut child: Child,
    bytes: &[u8],
    limits: &CompileLimits,
) -> Result<Compiled, CompileError> {
    let cpu = limits.cpu_for(bytes.len());
    let (Some(mut input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(CompileError::Stopped(
            "the compiler has no pipes".to_owned(),
        ));
    };
    let mut question = Vec::with_capacity(bytes.len() + 16);
    question.extend(cpu.as_secs().max(1).to_le_bytes());
    question.extend(limits.memory.to_le_bytes());
    question.extend(bytes);
    // Both ends of the pipes have threads of their own, so that neither a child that reads nothing nor one that
    // writes forever can hold this one.
    let write = std::thread::spawn(move || {
        // A child that died early is told by its answer, not by the broken pipe.
        drop(input.write_all(&question));
    });
    let (send, receive) = mpsc::channel();
    let read = std::thread::spawn(move || {
        let mut answer = Vec::new();
        drop(output.take(MOST_ANSWER).read_to_end(&mut answer));
        drop(send.send(answer));
    });
    let wall = cpu.saturating_mul(limits.wall_factor);
    let answer = receive.recv_timeout(wall);
    if answer.is_err() {
        drop(child.kill());
    }
    let status = child.wait()?;
    drop((write.join(), read.join()));
    match answer {
        Ok(answer) => understand(&answer, status, limits, cpu),
        Err(_) => Err(CompileError::Stopped(format!(
            "compiling took longer than {} s",
            wall.as_secs()
        ))),
    }
}

fn understand(
    answer: &[u8],
    status: ExitStatus,
    limits: &CompileLimits,
    cpu: Duration,
) -> Result<Compiled, CompileError> {
    let parsed = parse_answer(answer);
    match parsed {
        Some((Head::Refused(reason), _)) => Err(CompileError::Refused(reason)),
        Some((Head::Compiled(facts), code)) if status.success() => Ok(Compiled {
            facts,
            code: code.to_vec(),
        }),
        _ => Err(CompileError::Stopped(format!(
            "compiling it was stopped ({status}): it took more than {} s of processor time or {} MiB of memory, \
             or the compiler can't deal with it",
            cpu.as_secs(),
            limits.memory >> 20
        ))),
    }
}

fn parse_answer(answer: &[u8]) -> Option<(Head, &[u8])> {
    let start = answer
        .windows(MARK.len())
        .position(|window| window == MARK)?;
    let rest = answer.get(start + MARK.len()..)?;
    let (length, rest) = rest.split_first_chunk::<4>()?;
    let length = u32::from_le_bytes(*length) as usize;
    let (head, code) = rest.split_at_checked(length)?;
    Some((serde_json::from_slice(head).ok()?, code))
}

/// The child: limits itself, reads a component from standard input, writes machine code to standard output.
///
/// The first sixteen bytes of the input are the seconds of processor time and the bytes of address space.
pub fn compile_child_main() -> ExitCode {
    match child() {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn child() -> std::io::Result<()> {
    let mut input = std::io::stdin().lock();
    let mut number = [0; 8];
    input.read_exact(&mut number)?;
    let seconds = u64::from_le_bytes(number);
    input.read_exact(&mut number)?;
    limit(seconds, u64::from_le_bytes(number))?;
    let mut bytes = Vec::new();
    input.read_to_end(&mut bytes)?;

    let compiled = engine(&Pool::OnDemand)
        .map_err(|error| error.to_string())
        .and_then(|engine| compile_here(&engine, &bytes));
    let (head, code) = match compiled {
        Ok(compiled) => (Head::Compiled(compiled.facts), compiled.code),
        Err(reason) => (Head::Refused(reason), Vec::new()),
    };
    let head = serde_json::to_vec(&head)?;
    let length = u32::try_from(head.len()).map_err(std::io::Error::other)?;
    let mut output = std::io::stdout().lock();
    output.write_all(MARK)?;
    output.write_all(&length.to_le_bytes())?;
    output.write_all(&head)?;
    output.write_all(&code)?;
    output.flush()
}

fn limit(seconds: u64, memory: u64) -> std::io::Result<()> {
    let to = |most| Rlimit {
        current: Some(most),
        maximum: Some(most),
    };
    setrlimit(Resource::Cpu, to(seconds))?;
    setrlimit(Resource::As, to(memory))?;
    setrlimit(Resource::Core, to(0))?;
    // Pipes aren't files: the child can answer, and write nothing else.
    setrlimit(Resource::Fsize, to(0))?;
    Ok(())
}
