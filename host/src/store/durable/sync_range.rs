//! What sled takes for a durable write, made one.
//!
//! sled uses a part of its file again once newer copies of what was there are written and "synced". On Linux it syncs
//! with `sync_file_range`, which leaves them in the drive's cache: after a loss of power the old copies can be
//! overwritten and the new ones missing, and then rows are gone that the journal has long forgotten. sled has no setting
//! for it, so the program brings the function of that name itself, and it is durable. Nobody else in the process calls it.

use std::ffi::{c_int, c_uint};

/// In the place of the system's: returns once all of the file has left the drive's cache.
#[allow(
    unsafe_code,
    reason = "the name and the types are those of the C library"
)]
#[unsafe(no_mangle)]
extern "C" fn sync_file_range(
    file: c_int,
    _offset: libc::off64_t,
    _length: libc::off64_t,
    _flags: c_uint,
) -> c_int {
    // SAFETY: the call takes a number; one that is no open file is an error.
    unsafe { libc::fdatasync(file) }
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        reason = "a panic in a test is its failure report"
    )]

    use std::os::fd::AsRawFd as _;

    #[test]
    #[allow(unsafe_code, reason = "called as sled calls it")]
    fn the_function_of_that_name_is_ours() {
        let (pipe, _other_end) = std::io::pipe().unwrap();
        // SAFETY: the call takes numbers.
        let returned = unsafe { libc::sync_file_range(pipe.as_raw_fd(), 0, 0, 0) };
        let error = std::io::Error::last_os_error().raw_os_error();
        // A pipe has no data to sync; the system's function would say that it has no offsets.
        assert_eq!((returned, error), (-1, Some(libc::EINVAL)));
    }
}
