//! Helpers that the whole-system tests share.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "only tests use this crate: a panic here is their failure report"
)]

pub mod desk;
pub mod files;
pub mod guest;
pub mod house;
pub mod script;
