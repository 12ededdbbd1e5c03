//! What the standard plugins share.
//!
//! - [`han`]: the characters of the two Chinese scripts
//! - [`language`]: which language a customer writes
//! - [`text`]: folding, words, negation and typing errors

pub mod han;
pub mod language;
pub mod text;
