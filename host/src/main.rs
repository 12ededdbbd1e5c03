//! The switchboard binary.

use std::process::ExitCode;

/// A message makes and drops thousands of small values on several threads: a sixth of its time with the system's
/// allocator, a third of that with this one.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    switchboard::cli::main()
}
