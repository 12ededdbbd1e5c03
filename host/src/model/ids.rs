//! Opaque ids. Each kind has a prefix, so that an id in a log or an error says what it names.

use serde::{Deserialize, Serialize};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// What every id of this kind begins with.
            pub const PREFIX: &'static str = $prefix;

            /// An id from 128 random bits, unguessable if they are.
            pub fn from_random(bits: u128) -> Self {
                Self(format!("{}{bits:032x}", $prefix))
            }

            /// A new id: the time in milliseconds, then 80 random bits. Unguessable if these are, and what is made
            /// together lies together in the store, where a page read for one serves the others.
            pub fn minted(at: jiff::Timestamp, bits: u128) -> Self {
                let millis = u128::try_from(at.as_millisecond()).unwrap_or(0) & 0xFFFF_FFFF_FFFF;
                Self::from_random((millis << 80) | (bits >> 48))
            }

            /// An id that came from outside or from the store, taken as it is.
            pub fn new(id: impl Into<String>) -> Self {
                Self(id.into())
            }

            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

id!(
    /// A customer.
    AccountId, "acc_");
id!(
    /// A conversation.
    ConversationId, "con_");
id!(
    /// A message of a conversation: the conversation's id and the message's number in it.
    MessageId, "msg_");
id!(
    /// An event.
    EventId, "evt_");
id!(
    /// A run: the conversation's id and the run's number in it.
    RunId, "run_");
id!(
    /// A ticket.
    TicketId, "tic_");

id!(
    /// Something that the desk said it would do.
    PromiseId, "prm_");

impl RunId {
    /// The id of a conversation's run by its number, counted from 1.
    pub fn of(conversation: &ConversationId, number: u32) -> Self {
        Self(format!("{}{}_{number}", Self::PREFIX, conversation.bare()))
    }

    /// The conversation and the number, where this is an id that [`RunId::of`] made.
    pub fn parts(&self) -> Option<(ConversationId, u32)> {
        let (conversation, number) = self.0.strip_prefix(Self::PREFIX)?.rsplit_once('_')?;
        Some((
            ConversationId(format!("{}{conversation}", ConversationId::PREFIX)),
            number.parse().ok()?,
        ))
    }
}

impl MessageId {
    /// The id of a conversation's message by its number, counted from 1.
    pub fn of(conversation: &ConversationId, number: u32) -> Self {
        Self(format!("{}{}_{number}", Self::PREFIX, conversation.bare()))
    }
}

impl EventId {
    /// The id of the event that a run handles.
    pub fn of(conversation: &ConversationId, number: u32) -> Self {
        Self(format!("{}{}_{number}", Self::PREFIX, conversation.bare()))
    }
}

impl ConversationId {
    fn bare(&self) -> &str {
        self.0.strip_prefix(Self::PREFIX).unwrap_or(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_made_later_come_later_and_those_of_one_moment_differ() {
        let at = |second| jiff::Timestamp::from_second(second).unwrap();
        let early = AccountId::minted(at(1_700_000_000), u128::MAX);
        let late = AccountId::minted(at(1_700_000_001), 0);
        assert!(early < late);
        assert_eq!(
            early.as_str().len(),
            AccountId::from_random(0).as_str().len()
        );
        assert_ne!(late, AccountId::minted(at(1_700_000_001), 1 << 48));
    }

    #[test]
    fn a_run_id_names_its_conversation_and_number() {
        let conversation = ConversationId::from_random(7);
        let run = RunId::of(&conversation, 12);
        assert_eq!(run.parts(), Some((conversation, 12)));
        assert_eq!(RunId::new("run_").parts(), None);
        assert_eq!(RunId::new("nonsense").parts(), None);
    }
}
