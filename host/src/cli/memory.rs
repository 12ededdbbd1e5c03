//! How the process gets its memory.
//!
//! A message makes and drops thousands of small values on several threads: with the system's allocator that is a sixth of
//! its time, with mimalloc a twelfth. jemalloc (feature `jemalloc`) needs half of that and keeps an eighth less memory
//! under load, but building it takes `make`.

#[cfg(feature = "jemalloc")]
#[global_allocator]
static MEMORY: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

#[cfg(not(feature = "jemalloc"))]
mod mimalloc;

/// Settings that hold for all of the process, before it does anything else.
pub(super) fn set_up() {
    without_huge_pages();
    #[cfg(not(feature = "jemalloc"))]
    mimalloc::give_back_soon();
}

/// Where the system gives huge pages unasked, a host at rest keeps twice as much. Where it can't do without them that is
/// all that is lost.
#[allow(unsafe_code, reason = "the system's call has no other form")]
fn without_huge_pages() {
    #[cfg(target_os = "linux")]
    // SAFETY: the call takes five numbers and changes nothing but how memory is backed.
    unsafe {
        libc::prctl(libc::PR_SET_THP_DISABLE, 1, 0, 0, 0);
    }
}
