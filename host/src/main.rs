//! The switchboard binary.

use std::process::ExitCode;

/// A message makes and drops thousands of small values on several threads: a sixth of its time with the system's
/// allocator, a third of that with this one.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // The allocator asks for huge pages, which doubles what a host at rest keeps. Where the system can't do without
    // them that is all that is lost.
    #[cfg(target_os = "linux")]
    #[allow(unsafe_code, reason = "the system's call has no other form")]
    // SAFETY: the call takes four numbers and changes nothing but how memory is backed.
    unsafe {
        libc::prctl(libc::PR_SET_THP_DISABLE, 1, 0, 0, 0);
    }
    switchboard::cli::main()
}
