//! The words of the contract, generated from `wit/`, where each is explained.

pub use crate::bindings::switchboard::plugin::{
    directory::Contact,
    http::{HttpError, Request, Response},
    knowledge::Hit,
    kv::{KvError, Scope},
    log::Level,
    model::{Answer, ModelError},
    types::*,
};
