//! What people see, in a real browser. `.ci/browser` installs Chromium and runs these.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a panic is the failure report"
)]

mod console;
mod driver;
mod hostile;
mod kit;
mod pages;
mod widget;
