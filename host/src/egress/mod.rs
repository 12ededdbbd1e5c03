//! What leaves the host for servers of others: requests of plugins, deliveries of the outbox.
//!
//! - `address`: which addresses may be called at all
//! - `target`: web addresses, read strictly: one spelling each
//! - `rule`: what a desk lists, and what a plugin asks for
//! - `secret`: what stands in the environment instead of the desk, and never reaches a plugin or a record
//! - `client`: the call itself, within its limits
//! - `kept`: connections that are kept open for a moment, each step's own
//! - `model`: a language model behind an OpenAI-compatible server
//! - `written`: answers that a case or a scenario has written down
//!
//! What this room may not do: decide who may call. It refuses what nobody may.
//!
//! Invariants, each tested:
//! - A name is resolved once for each request, and what is called is what was looked at.
//! - Redirections aren't followed, nothing is unpacked, every call ends within its time and its bytes.
//! - No secret is in what comes back, whatever the server answers.

mod address;
mod client;
mod kept;
mod model;
mod rule;
mod secret;
mod target;
mod wire;
mod written;

#[cfg(test)]
pub(crate) mod tests_tls;

pub use client::{Authorities, Client, Within};
pub use model::{ModelAnswer, ModelError, ModelServer, Prompt};
pub use rule::{Ask, Rule};
pub use secret::{SecretText, Secrets};
pub use target::{Origin, Target};
pub use wire::{Header, HttpError, Method, Request, Response};
pub use written::Written;
