//! The tables: prefixes in one ordered key space.

use std::fmt;

macro_rules! tables {
    ($($(#[$doc:meta])* $name:ident = $number:literal, $word:literal;)+) => {
        /// A table: a key prefix in the one ordered key space, so that one batch is atomic over all tables.
        ///
        /// The number is the first byte of every key on disk. Numbers are never reused and never changed; 0 and the
        /// numbers from 240 belong to the store itself.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Table {
            $($(#[$doc])* $name = $number,)+
        }

        impl Table {
            /// Every table, in the order of its number.
            pub const ALL: &'static [Table] = &[$(Table::$name,)+];

            /// The table's name in exports and messages; stable, lower case, words joined by `-`.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Table::$name => $word,)+
                }
            }
        }
    };
}

tables! {
    /// Facts about the data directory as a whole.
    Meta = 1, "meta";
    /// The customers.
    Account = 2, "account";
    /// Who an account is on which channel.
    Identity = 3, "identity";
    /// Conversations and their state.
    Conversation = 4, "conversation";
    /// Texts in the order of their conversation, those of one run together.
    Message = 5, "message";
    /// Runs with their traces.
    Run = 6, "run";
    /// Index: runs by time, with what reports count of each.
    RunByTime = 7, "run-by-time";
    /// Work orders for departments.
    Ticket = 8, "ticket";
    /// Durable timers in the order in which they fall due.
    Timer = 9, "timer";
    /// Deliveries that must leave the desk.
    Outbox = 10, "outbox";
    /// Answers already given, by idempotency key.
    Idempotency = 11, "idempotency";
    /// Index: idempotency keys by the time at which they expire.
    IdempotencyByTime = 12, "idempotency-by-time";
    /// The plugins' own key-value space.
    KeyValue = 13, "key-value";
    /// Promises made to customers, with their due dates.
    Promise = 14, "promise";
    /// Plugin versions and which of them is live.
    Plugin = 15, "plugin";
    /// Settings changed while the host runs.
    Config = 16, "config";
    /// Numbers that only grow.
    Counter = 17, "counter";
    /// Which agents are there, and when they came to work.
    Presence = 18, "presence";
    /// Conversations that wait for people or that people have.
    Queue = 19, "queue";
    /// Index: conversations by the time at which they began.
    ConversationByTime = 30, "conversation-by-time";
    /// Of earlier data: what reports count, now in `run-by-time`. Emptied when the host starts.
    Fact = 31, "fact";
    /// What the desk did by itself, for no customer.
    HostNote = 32, "host-note";
    /// Which accounts are one customer.
    Merge = 33, "merge";
    /// Of earlier data: an index that nobody needs any more. Emptied when the host starts.
    AccountTimeline = 34, "account-timeline";
    /// Who may sign in.
    Staff = 50, "staff";
    /// Who is signed in, by a digest of the session's id.
    Session = 51, "session";
    /// Who changed what.
    Audit = 52, "audit";
}

impl Table {
    /// The byte that starts every key of the table.
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// The table with this number, if there is one in this version.
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|table| table.number() == number)
    }

    /// The table with this name (see [`Table::name`]).
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|table| table.name() == name)
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_and_name_leads_back_to_its_table_and_stays_out_of_the_reserved_ones() {
        for (index, table) in Table::ALL.iter().enumerate() {
            assert_eq!(Table::from_number(table.number()), Some(*table));
            assert_eq!(Table::from_name(table.name()), Some(*table));
            assert!((1..240).contains(&table.number()));
            assert!(
                Table::ALL[..index]
                    .iter()
                    .all(|earlier| earlier.number() < table.number())
            );
        }
        assert_eq!(Table::from_number(0), None);
        assert_eq!(Table::from_name("nothing"), None);
    }
}
