//! The words of the contract, generated from `wit/`, where each is explained.

pub use crate::bindings::switchboard::plugin::{
    directory::Contact,
    knowledge::Hit,
    kv::{KvError, Scope},
    log::Level,
    types::*,
};
