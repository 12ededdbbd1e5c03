//! Conversations: those that wait, those that somebody has, and one of them at a time.
//!
//! - `list`: the inbox with its filters; `live`: what tells pages that there is something new;
//! - `conversation`: one conversation with its customer; `thread`: what happened in it; `card`: the customer;
//! - `acts`: what people do there; `company`: who else looks or writes.

mod acts;
mod card;
mod company;
mod conversation;
mod list;
mod live;
mod thread;

pub(super) use acts::{
    edit_record, hand_over, note, release, reply, resolve, reveal, review, take, typing,
};
pub(super) use card::shown_contact;
pub(crate) use company::Company;
pub(super) use conversation::show as show_conversation;
pub(super) use list::show;
pub(super) use live::{follow_conversation, follow_inbox};
