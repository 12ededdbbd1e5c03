//! The workflow room: reads a desk directory and turns it into rules that the engine can follow.
//!
//! Everything here is pure: text and values in, rules or [`Problem`]s out. No file is opened, no clock is
//! read. A desk file with a mistake is refused with every mistake's place and how to mend it, not only the
//! first, and no input panics.
//!
//! - [`calendar`]: opening hours and business time
//! - [`problem`]: what is wrong with a desk file, and where

pub mod calendar;
pub mod problem;

pub use problem::Problem;
