//! What a Switchboard plugin in Rust is written with.
//!
//! - [`mod@turn`]: what the calls of a step that speaks have in common
//! - [`step`]: the traits [`Step`] and [`Reviewer`], and the macros that make a component of one
//! - [`host`]: what the host offers, as the trait [`Host`]
//! - [`http`]: requests to servers of others, made in a line
//! - [`types`]: the words of the contract, generated from `wit/`
//! - [`about`]: what the context says, asked in one line
//! - [`evidence`]: what a department needs to act
//! - [`people`]: departments and people of the desk
//! - [`plan`]: effects put together
//! - [`config`]: the step's configuration
//! - [`say`]: texts in three languages with places to fill in
//! - [`when`]: the host's times, and how a person says them
//! - [`testing`]: a host made of plain values, for a plugin's own tests
//!
//! And what the standard plugins share:
//!
//! - [`han`]: the characters of the two Chinese scripts
//! - [`language`]: which language a customer writes
//! - [`phrases`]: word lists that cost nothing at start
//! - [`text`]: folding, words, negation and typing errors; [`words`]: lists of words looked for at once
//! - [`continuation`]: whether a message leans on the one before
//! - [`rating`]: answers to the satisfaction question
//! - [`times`]: times named in a text; [`promise`], [`deferral`]: what is promised by then, what is put off until then

pub mod about;
#[doc(hidden)]
pub mod bindings;
pub mod clock;
pub mod config;
pub mod continuation;
pub mod deferral;
pub mod evidence;
pub mod han;
pub mod host;
pub mod http;
pub mod language;
#[cfg(all(target_arch = "wasm32", feature = "bump"))]
mod memory;
pub mod people;
pub mod phrases;
pub mod plan;
pub mod promise;
pub mod rating;
pub mod say;
pub mod step;
#[cfg(not(target_family = "wasm"))]
pub mod testing;
pub mod text;
pub mod times;
pub mod turn;
pub mod types;
pub mod when;
pub mod words;

pub use host::{Host, Imports};
pub use plan::Plan;
pub use step::{Reviewer, Step};
