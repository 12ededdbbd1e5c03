//! What a desk does by itself, for no customer: when it is due, and what is kept of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

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

/// How often a running host looks whether a chore is due.
const TICK: Duration = Duration::from_secs(5);

/// Looks again and again whether a chore is due, until told to stop. What can't be done now is tried again.
pub fn keep(core: &Core, chores: &[Arc<dyn Chore>], stopping: &AtomicBool) {
    while !stopping.load(Ordering::Acquire) {
        for chore in chores {
            if let Err(error) = catch_up(core, chore.as_ref()) {
                tracing::warn!(%error, "something that the desk does by itself could not be done; it is tried again");
            }
        }
        let mut slept = Duration::ZERO;
        while slept < TICK && !stopping.load(Ordering::Acquire) {
            std::thread::sleep(Duration::from_millis(200));
            slept += Duration::from_millis(200);
        }
    }
}

/// Does a chore as often as it is due by now; gives how often.
///
/// # Errors
/// Where the store can't be read or written.
fn catch_up(core: &Core, chore: &dyn Chore) -> Result<usize, EngineError> {
    let mut count = 0;
    while let Some(due) = chore.due(core)? {
        if due > core.clock().now() {
            break;
        }
        chore.carry_out(core)?;
        count += 1;
    }
    Ok(count)
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

impl<N: Serialize> HostNote<'_, N> {
    /// Keeps it, and puts what leaves the desk into the outbox.
    pub(crate) fn put(&self, batch: &mut Batch) {
        let key = keys::host_note(self.name, self.moment);
        batch.put_json(Table::HostNote, key, self.note);
        // Not a conversation's, but in the order of its own.
        let whose = ConversationId::new(format!("desk_{}", self.name));
        let millisecond = self.moment.as_millisecond();
        for (nth, (to, url)) in (0u32..).zip(self.to) {
            let delivery = Delivery {
                key: format!("{whose}_{millisecond}_{nth}"),
                conversation: whose.clone(),
                to: (*to).to_owned(),
                url: (*url).to_owned(),
                urgent: false,
                text: self.text.to_owned(),
                at: self.at,
                attachment: self.attachment.clone(),
            };
            // In the order of time: minutes since 1970 fit for eight thousand years.
            let number = u32::try_from(millisecond / 60_000).unwrap_or(0);
            batch.put_json(Table::Outbox, keys::outbox(&whose, number, nth), &delivery);
        }
    }
}

impl Core {
    /// Keeps a note of a chore and puts what leaves the desk into the outbox.
    pub(crate) fn note_of_host<N: Serialize>(
        &self,
        note: &HostNote<'_, N>,
    ) -> Result<(), EngineError> {
        let mut batch = Batch::new();
        note.put(&mut batch);
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
