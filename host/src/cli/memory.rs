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

/// `mi_option_purge_delay` of mimalloc's third version; the bindings leave it out.
const PURGE_DELAY: libmimalloc_sys::mi_option_t = 15;
/// How long memory that nobody uses may wait to be used again before the system has it back, in milliseconds.
const KEPT_FOR: std::ffi::c_long = 50;

/// Gives memory back sooner than the allocator would, which waits for a second: under load that is a fifth of what the
/// host keeps, for about a hundredth of its time. Who sets `MIMALLOC_PURGE_DELAY` decides otherwise.
#[allow(unsafe_code, reason = "the allocator's call has no other form")]
pub(super) fn given_back_soon() {
    // SAFETY: the call takes two numbers, and changes a setting that may change at any time.
    unsafe { libmimalloc_sys::mi_option_set_default(PURGE_DELAY, KEPT_FOR) };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_setting_is_the_one_that_is_meant() {
        const OF_MIMALLOC: std::ffi::c_long = 1_000;
        #[allow(unsafe_code, reason = "the allocator's call has no other form")]
        // SAFETY: the call reads a number.
        let is = || unsafe { libmimalloc_sys::mi_option_get(PURGE_DELAY) };
        let before = is();
        given_back_soon();
        let is_of_environment = std::env::var_os("MIMALLOC_PURGE_DELAY").is_some();
        assert!(is_of_environment || (before, is()) == (OF_MIMALLOC, KEPT_FOR));
    }
}
