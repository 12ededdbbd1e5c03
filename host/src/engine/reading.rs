//! What other rooms may read of a desk: typed, in pages, never more than asked for.

use jiff::Timestamp;
use serde::de::DeserializeOwned;

use super::commit::Delivery;
use super::core::Core;
use super::intake::Records;
use super::keys;
use super::promises::PromiseRow;
use super::request::EngineError;
use super::texts;
use crate::model::{
    Account, AccountId, Conversation, ConversationId, Message, PromiseId, Run, RunId, Ticket,
    TicketId,
};
use crate::store::{KeyRange, Row, Table, decode_record};

/// A place in the list of runs by time: opaque, good for going on from there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunMark(Vec<u8>);

impl RunMark {
    /// The mark of a run.
    pub(crate) fn of(run: &Run) -> Self {
        Self(keys::run_by_time(run.event.at, &run.id))
    }

    /// The mark as text for a client to hand back.
    pub fn to_text(&self) -> String {
        super::intake::hex(&self.0)
    }

    /// When the run was that it marks.
    pub(crate) fn at(&self) -> Option<Timestamp> {
        keys::due_of(&self.0)
    }

    /// The mark that [`RunMark::to_text`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        from_hex(text).map(Self)
    }
}

/// The bytes of a mark.
pub(super) fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits = text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !digits || text.is_empty() || !text.len().is_multiple_of(2) || text.len() > 1024 {
        return None;
    }
    let digits = text.as_bytes().chunks(2);
    let bytes = digits.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
    bytes.collect()
}

/// Which messages of a conversation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MessagePage {
    /// Only those after this number.
    pub after: Option<u32>,
    /// Only those before this number; without `after` the newest of them.
    pub before: Option<u32>,
    /// At most so many.
    pub limit: usize,
}

impl Core {
    /// A conversation's state.
    ///
    /// # Errors
    /// [`EngineError::NotFound`]; where the store can't be read.
    pub fn conversation(&self, id: &ConversationId) -> Result<Conversation, EngineError> {
        Records(self.store().as_ref()).conversation(id)
    }

    /// An account.
    ///
    /// # Errors
    /// [`EngineError::NotFound`]; where the store can't be read.
    pub fn account(&self, id: &AccountId) -> Result<Account, EngineError> {
        Records(self.store().as_ref())
            .account(id)?
            .ok_or_else(|| EngineError::NotFound {
                what: "account",
                id: id.to_string(),
            })
    }

    /// A ticket with its body.
    ///
    /// # Errors
    /// [`EngineError::NotFound`]; where the store can't be read.
    pub fn ticket(&self, id: &TicketId) -> Result<Ticket, EngineError> {
        Records(self.store().as_ref()).ticket(id)
    }

    /// A run with its trace.
    ///
    /// # Errors
    /// [`EngineError::NotFound`]; where the store can't be read.
    pub fn run(&self, id: &RunId) -> Result<Run, EngineError> {
        let missing = || EngineError::NotFound {
            what: "run",
            id: id.to_string(),
        };
        let (conversation, number) = id.parts().ok_or_else(missing)?;
        Records(self.store().as_ref())
            .run(&conversation, number)
            .map_err(|error| match error {
                EngineError::NotFound { .. } => missing(),
                other => other,
            })
    }

    /// The conversation that a contact is in now; none before its first message.
    ///
    /// # Errors
    /// Where the store can't be read.
    pub fn current_conversation(
        &self,
        channel: &str,
        contact: &str,
    ) -> Result<Option<ConversationId>, EngineError> {
        let identity = Records(self.store().as_ref()).identity(channel, contact)?;
        Ok(identity.and_then(|identity| identity.conversation))
    }

    /// Messages of a conversation, oldest first.
    ///
    /// # Errors
    /// Where the store can't be read.
    pub fn messages(
        &self,
        id: &ConversationId,
        page: MessagePage,
    ) -> Result<Vec<Message>, EngineError> {
        let store = self.store().as_ref();
        let before = page
            .before
            .map_or(u32::MAX, |before| before.saturating_sub(1));
        let Some(after) = page.after else {
            return Ok(texts::newest(store, id, before, page.limit)?);
        };
        let mut messages = texts::after(store, id, after, page.limit)?;
        messages.retain(|message| message.number <= before);
        Ok(messages)
    }

    /// The runs of a conversation after that number, oldest first.
    ///
    /// # Errors
    /// Where the store can't be read.
    pub fn runs_after(
        &self,
        id: &ConversationId,
        number: u32,
        limit: usize,
    ) -> Result<Vec<Run>, EngineError> {
        let (all, after) = (keys::of_conversation(id), keys::run(id, number));
        let range = KeyRange::prefix(&all).after(&after);
        decoded(Table::Run, self.store().scan(Table::Run, range, limit)?)
    }

    /// The newest runs of the desk before a mark, newest first.
    ///
    /// # Errors
    /// Where the store can't be read.
    pub fn newest_runs(
        &self,
        before: Option<&RunMark>,
        limit: usize,
    ) -> Result<Vec<(RunMark, RunId)>, EngineError> {
        let mut range = KeyRange::all().reverse();
        if let Some(RunMark(before)) = before {
            range = range.before(before);
        }
        Ok(marks(self.store().scan(Table::RunByTime, range, limit)?))
    }

    /// The runs from one time (included) to another (not), oldest first, after a mark.
    ///
    /// # Errors
    /// Where the store can't be read.
    pub fn runs_between(
        &self,
        from: Timestamp,
        to: Timestamp,
        after: Option<&RunMark>,
        limit: usize,
    ) -> Result<Vec<(RunMark, RunId)>, EngineError> {
        let (from, to) = (keys::before(from), keys::before(to));
        let range = match after {
            Some(RunMark(after)) => KeyRange::all().after(after),
            None => KeyRange::all().from(&from),
        };
        Ok(marks(self.store().scan(
            Table::RunByTime,
            range.before(&to),
            limit,
        )?))
    }

    /// Tickets with their bodies after an id, in the order of their ids.
    ///
    /// # Errors
    /// Where the store can't be read.
    pub fn tickets(
        &self,
        after: Option<&TicketId>,
        limit: usize,
    ) -> Result<Vec<Ticket>, EngineError> {
        let after = after.map(keys::ticket);
        let range = match &after {
            Some(after) => KeyRange::all().after(after),
            None => KeyRange::all(),
        };
        decoded(
            Table::Ticket,
            self.store().scan(Table::Ticket, range, limit)?,
        )
    }

    /// A promise with where it was made.
    ///
    /// # Errors
    /// [`EngineError::NotFound`]; where the store can't be read.
    pub fn promise(&self, id: &PromiseId) -> Result<PromiseRow, EngineError> {
        Records(self.store().as_ref()).promise(id)
    }

    /// Promises after an id, in the order of their ids.
    ///
    /// # Errors
    /// Where the store can't be read.
    pub fn promises(
        &self,
        after: Option<&PromiseId>,
        limit: usize,
    ) -> Result<Vec<PromiseRow>, EngineError> {
        let after = after.map(keys::promise);
        let range = match &after {
            Some(after) => KeyRange::all().after(after),
            None => KeyRange::all(),
        };
        decoded(
            Table::Promise,
            self.store().scan(Table::Promise, range, limit)?,
        )
    }

    /// How many deliveries wait to leave the desk; counts no further than `most`.
    ///
    /// # Errors
    /// Where the store can't be read.
    pub fn outbox_pending(&self, most: usize) -> Result<usize, EngineError> {
        let rows = self.store().scan(Table::Outbox, KeyRange::all(), most)?;
        let deliveries: Vec<Delivery> = decoded(Table::Outbox, rows)?;
        Ok(deliveries.len())
    }
}

fn decoded<T: DeserializeOwned>(table: Table, rows: Vec<Row>) -> Result<Vec<T>, EngineError> {
    Ok(rows
        .iter()
        .map(|(key, value)| decode_record(table, key, value))
        .collect::<Result<_, _>>()?)
}

fn marks(rows: Vec<Row>) -> Vec<(RunMark, RunId)> {
    rows.into_iter()
        .filter_map(|(key, _)| keys::run_of(&key).map(|run| (RunMark(key), run)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_comes_back_from_its_text_and_nonsense_is_none() {
        let mark = RunMark(vec![0, 128, 255]);
        assert_eq!(RunMark::parse(&mark.to_text()), Some(mark));
        for nonsense in ["", "0", "zz", "é1", "+1"] {
            assert_eq!(RunMark::parse(nonsense), None, "{nonsense}");
        }
    }
}
