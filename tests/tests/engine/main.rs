//! The engine as a whole: plugins that fail, many customers at once, versions that change while messages run, crashes
//! and replays. All of it in virtual time, on plugins made of text.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a panic in a test is its failure report"
)]

mod amendments;
mod crashes;
mod deliveries;
mod events;
mod failures;
mod memory;
mod merges;
mod outside;
mod plugins;
mod rehearsals;
mod replays;
mod retries;
mod reviewers;
mod service;
mod trials;
