//! mimalloc, called without its crate's detour.

use std::alloc::{GlobalAlloc, Layout};

#[global_allocator]
static MEMORY: Mimalloc = Mimalloc;

/// Its crate asks for an alignment each time, which takes a longer way and often a larger block, though every
/// block is aligned for a word already: nearly all that a program asks for needs no more.
struct Mimalloc;

/// What every block is aligned for, in bytes.
const WORD: usize = align_of::<usize>();

#[allow(unsafe_code, reason = "an allocator has no other form")]
// SAFETY: mimalloc gives blocks of at least the size and alignment asked for that nobody else has, or null; an alignment
// of up to a word is asked for by the calls without one. A layout's alignment is a power of two and its size isn't zero.
unsafe impl GlobalAlloc for Mimalloc {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let (size, alignment) = (layout.size(), layout.align());
        // SAFETY: as above.
        let block = unsafe {
            if alignment <= WORD {
                libmimalloc_sys::mi_malloc(size)
            } else {
                libmimalloc_sys::mi_malloc_aligned(size, alignment)
            }
        };
        block.cast()
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        let (size, alignment) = (layout.size(), layout.align());
        // SAFETY: as above.
        let block = unsafe {
            if alignment <= WORD {
                libmimalloc_sys::mi_zalloc(size)
            } else {
                libmimalloc_sys::mi_zalloc_aligned(size, alignment)
            }
        };
        block.cast()
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, _: Layout) {
        // SAFETY: the block is one of the above.
        unsafe { libmimalloc_sys::mi_free(block.cast()) }
    }

    #[inline]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let alignment = layout.align();
        // SAFETY: the block is one of the above; without an alignment its content is moved as with one.
        let block = unsafe {
            if alignment <= WORD {
                libmimalloc_sys::mi_realloc(block.cast(), size)
            } else {
                libmimalloc_sys::mi_realloc_aligned(block.cast(), size, alignment)
            }
        };
        block.cast()
    }
}

/// `mi_option_purge_delay` of mimalloc's third version; the bindings leave it out.
const PURGE_DELAY: libmimalloc_sys::mi_option_t = 15;
/// How long memory that nobody uses may wait to be used again before the system has it back, in milliseconds.
const KEPT_FOR: std::ffi::c_long = 50;

/// Gives memory back sooner than the allocator would, which waits for a second: under load that is a fifth of what the
/// host keeps, for about a hundredth of its time. Who sets `MIMALLOC_PURGE_DELAY` decides otherwise.
#[allow(unsafe_code, reason = "the allocator's call has no other form")]
pub(super) fn give_back_soon() {
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
        give_back_soon();
        let is_of_environment = std::env::var_os("MIMALLOC_PURGE_DELAY").is_some();
        assert!(is_of_environment || (before, is()) == (OF_MIMALLOC, KEPT_FOR));
    }
}
