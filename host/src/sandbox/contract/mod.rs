//! The contract with plugins, one file a released version: generated bindings, and conversions to and from the model.
//! What comes from a plugin is checked here and nowhere trusted: an enum is what the contract says, a time is a time.

pub(super) mod from_guest;
pub(super) mod to_guest;
pub(super) mod v0_1_0;
