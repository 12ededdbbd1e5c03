//! How a plugin's memory is handed out: from the bottom up, and never taken back but from the top.
//!
//! An instance lives for one call of well under a millisecond and its memory is wiped after it, so there is nobody to
//! give memory back to. Growing the last allocation in place is what most growing strings need. All the memory that a
//! usual call touches is there from the beginning (the linker's `--initial-heap`): asking the host for more is a
//! system call that stops every other thread for a moment.
//!
//! A plugin that frees and allocates much in one call takes the crate without its feature `bump` and gets Rust's own
//! allocator.

#![allow(unsafe_code, reason = "an allocator is made of addresses")]

use std::alloc::{GlobalAlloc, Layout};
use std::cell::Cell;

/// Bytes of a WebAssembly page.
const PAGE: usize = 65_536;

/// Hands out memory between the program's data and the end of what there is.
struct Bump {
    /// The first free byte; 0 before the first allocation.
    free: Cell<usize>,
    /// The end of what there is.
    end: Cell<usize>,
}

// SAFETY: a plugin has one thread.
unsafe impl Sync for Bump {}

#[global_allocator]
static MEMORY: Bump = Bump {
    free: Cell::new(0),
    end: Cell::new(0),
};

unsafe extern "C" {
    /// Where the linker put the end of stack and data; only its address means anything.
    static __heap_base: u8;
}

impl Bump {
    /// Makes `upto` the first free byte; false where there isn't so much memory.
    fn take(&self, upto: usize) -> bool {
        if upto > self.end.get() {
            let end = core::arch::wasm32::memory_size(0).saturating_mul(PAGE);
            if upto > end {
                let more = (upto - end).div_ceil(PAGE);
                // Twice as much each time, as long as there is so much: each growth costs the same.
                let grown = [more.max(end / PAGE), more]
                    .into_iter()
                    .any(|pages| core::arch::wasm32::memory_grow(0, pages) != usize::MAX);
                if !grown {
                    return false;
                }
            }
            let end = core::arch::wasm32::memory_size(0).saturating_mul(PAGE);
            self.end.set(end);
        }
        self.free.set(upto);
        true
    }
}

// SAFETY: `alloc` hands out every byte once, between the linker's data and the memory's end, aligned as asked;
// `realloc` moves or stays; `dealloc` only takes back what was handed out last.
unsafe impl GlobalAlloc for Bump {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let free = match self.free.get() {
            0 => (&raw const __heap_base).addr(),
            free => free,
        };
        let start = free
            .checked_next_multiple_of(layout.align())
            .and_then(|start| Some((start, start.checked_add(layout.size())?)));
        match start {
            Some((start, upto)) if self.take(upto) => start as *mut u8,
            _ => std::ptr::null_mut(),
        }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        if at.addr() + layout.size() == self.free.get() {
            self.free.set(at.addr());
        }
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if at.addr() + layout.size() == self.free.get() {
            let fits = at
                .addr()
                .checked_add(size)
                .is_some_and(|upto| self.take(upto));
            return if fits { at } else { std::ptr::null_mut() };
        }
        if size <= layout.size() {
            return at;
        }
        // SAFETY: the caller vouches for `at` and `layout`; the new place is at least as large and apart from the old.
        unsafe {
            let new = self.alloc(Layout::from_size_align_unchecked(size, layout.align()));
            if !new.is_null() {
                std::ptr::copy_nonoverlapping(at, new, layout.size());
            }
            new
        }
    }
}
