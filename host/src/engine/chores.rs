//! What a desk does by itself, for no customer: when it is due, and what is kept of it.

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::commit::{Attachment, Delivery};
use super::core::Core;
use super::keys;
use super::request::EngineError;
use super::timeline::TimelineLine;
use crate::model::ConversationId;
use crate::store::{Batch, KeyRange, Table, decode_record};

/// Something that a desk does by itself.
pub trait Chore: Send + Sync {
    /// When it is to be done next; none: never as things are.
    ///
    /// # Errors
    /// Where the store can't be read.
    fn due(&self, core: &Core) -> Result<Option<Timestamp>, EngineError>;

    /// Does it once, durably. After it [`Chore::due`] is later than before.
    ///
    /// # Errors
    /// Where the store can't be read or written; nothing is kept then.
    fn carry_out(&self, core: &Core) -> Result<(), EngineError>;

    /// What people read of what was done last.
    ///
    /// # Errors
    /// Where the store can't be read.
    fn told(&self, core: &Core) -> Result<Vec<TimelineLine>, EngineError>;
}

/// That a chore was done, and what leaves the desk with it: one batch.
pub(crate) struct HostNote<'a, N> {
    /// Which chore.
    pub(crate) name: &'a str,
    /// For which moment: one note for each.
    pub(crate) moment: Timestamp,
    /// What is kept of it.
    pub(crate) note: &'a N,
    /// Who is told at which address.
    pub(crate) to: &'a [(&'a str, &'a str)],
    /// What.
    pub(crate) text: &'a str,
    /// What goes along.
    pub(crate) attachment: Option<Attachment>,
    /// When.
    pub(crate) at: Timestamp,
}

impl Core {
    /// Keeps a note of a chore and puts what leaves the desk into the outbox.
    pub(crate) fn note_of_host<N: Serialize>(
        &self,
        note: HostNote<'_, N>,
    ) -> Result<(), EngineError> {
        let mut batch = Batch::new();
        let key = keys::host_note(note.name, note.moment);
        batch.put_json(Table::HostNote, key, note.note);
        // Not a conversation's, but in the order of its own.
        let whose = ConversationId::new(format!("desk_{}", note.name));
        let millisecond = note.moment.as_millisecond();
        for (nth, (to, url)) in (0u32..).zip(note.to) {
            let delivery = Delivery {
                key: format!("{whose}_{millisecond}_{nth}"),
                conversation: whose.clone(),
                to: (*to).to_owned(),
                url: (*url).to_owned(),
                urgent: false,
                text: note.text.to_owned(),
                at: note.at,
                attachment: note.attachment.clone(),
            };
            // In the order of time: minutes since 1970 fit for eight thousand years.
            let number = u32::try_from(millisecond / 60_000).unwrap_or(0);
            batch.put_json(Table::Outbox, keys::outbox(&whose, number, nth), &delivery);
        }
        Ok(self.store().commit(batch)?)
    }

    /// What was kept of a chore, newest first.
    pub(crate) fn host_notes<N: DeserializeOwned>(
        &self,
        name: &str,
        limit: usize,
    ) -> Result<Vec<N>, EngineError> {
        let all = keys::host_notes(name);
        let range = KeyRange::prefix(&all).reverse();
        let rows = self.store().scan(Table::HostNote, range, limit)?;
        let notes = rows
            .iter()
            .map(|(key, value)| decode_record(Table::HostNote, key, value));
        Ok(notes.collect::<Result<_, _>>()?)
    }

    /// When the desk's first conversation began.
    pub(crate) fn first_conversation_at(&self) -> Result<Option<Timestamp>, EngineError> {
        let first = self
            .store()
            .scan(Table::ConversationByTime, KeyRange::all(), 1)?;
        Ok(first.first().and_then(|(key, _)| keys::due_of(key)))
    }
}
