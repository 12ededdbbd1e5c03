//! How the process gets its memory.

/// A message makes and drops thousands of small values on several threads: with the system's allocator that is a sixth
/// of its time, with this one a twelfth.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The allocator asks for huge pages, which doubles what a host at rest keeps. Where the system can't do without them
/// that is all that is lost.
#[allow(unsafe_code, reason = "the system's call has no other form")]
pub(super) fn without_huge_pages() {
    #[cfg(target_os = "linux")]
    // SAFETY: the call takes five numbers and changes nothing but how memory is backed.
    unsafe {
        libc::prctl(libc::PR_SET_THP_DISABLE, 1, 0, 0, 0);
    }
}
