//! What plugins can import, one file each: the grant that it needs, the host's side, its tests.
//!
//! Every function counts against the call's budget before it does anything. `log`, `config`, `clock` and `random`
//! need no grant and aren't recorded: their answers follow from what the run already keeps. Reads of `kv`,
//! `knowledge`, `directory` and `calendar`, requests of `http` and questions of `model` are recorded with their answers. Refusals aren't: they follow from the
//! grants.

pub(super) mod calendar;
pub(super) mod clock;
pub(super) mod config;
pub(super) mod directory;
pub(super) mod http;
pub(super) mod knowledge;
pub(super) mod kv;
pub(super) mod log;
pub(super) mod model;
pub(super) mod random;
pub(super) mod wasi;

#[cfg(test)]
pub(super) mod testing;
