//! Switchboard: a serverless-style host for customer-support workflows.
//!
//! Rooms, and the one direction in which they know each other:
//!
//! ```text
//! cli → console → api → report → engine → sandbox, store, knowledge, workflow → model
//! console, api → staff → store, model
//! cli → author → sandbox, workflow → model
//! engine, sandbox, workflow → egress → model
//! ```
//!
//! - [`author`] — a plugin's project: new, built, tried;
//! - [`cli`] — the command line, one file for each command;
//! - [`api`] — the HTTP API and the chat page;
//! - [`console`] — the pages in which people of the desk work;
//! - [`egress`] — what leaves the host for servers of others;
//! - [`engine`] — one event through its chain, durably, many accounts at once; replay and virtual time;
//! - [`knowledge`] — the desk's articles and the search that answers from them;
//! - [`model`] — what a desk is made of: pure data and pure rules;
//! - [`report`] — what happened in a period, as tables;
//! - [`sandbox`] — strangers' code, called and held to its limits;
//! - [`staff`] — who may sign in, who is signed in, who changed what;
//! - [`store`] — everything that the desk keeps, durable before anybody is told;
//! - [`workflow`] — the desk directory: what it says, or everything that is wrong with it.

#[macro_use]
mod crash;

pub mod api;
pub mod author;
pub mod cli;
pub mod console;
pub mod egress;
pub mod engine;
pub mod knowledge;
pub mod model;
pub mod report;
pub mod sandbox;
pub mod staff;
pub mod store;
pub mod workflow;
