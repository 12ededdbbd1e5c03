//! The contract with plugins, one file for all versions that only add to each other: generated bindings, and conversions to and from the model.
//! What comes from a plugin is checked here and nowhere trusted: an enum is what the contract says, a time is a time.

pub(super) mod from_guest;
pub(super) mod to_guest;
pub(super) mod v0_1;
