//! What reports read: the conversations and the facts of a period, from indices in the order of time, so that a report
//! costs what happened in its period and not what the desk has ever kept.

use jiff::Timestamp;

use super::core::Core;
use super::facts;
use super::keys;
use super::request::EngineError;
use crate::model::{Conversation, ConversationId, Fact, RunId};
use crate::store::{KeyRange, Table};

/// How many rows are read at once.
const PAGE: usize = 1_000;

impl Core {
    /// Shows every conversation that began from one time (included) to another (not), in the order of their beginning.
    ///
    /// # Errors
    /// Where the store can't be read, or `take` gives one.
    pub fn conversations_between(
        &self,
        from: Timestamp,
        to: Timestamp,
        mut take: impl FnMut(Conversation) -> Result<(), EngineError>,
    ) -> Result<(), EngineError> {
        self.rows_between(Table::ConversationByTime, from, to, |key, _| {
            let Some(id) = keys::conversation_of(key) else {
                return Ok(());
            };
            match self.conversation(&id) {
                Ok(state) => take(state),
                // Erased meanwhile.
                Err(EngineError::NotFound { .. }) => Ok(()),
                Err(error) => Err(error),
            }
        })
    }

    /// Shows the facts of every run from one time (included) to another (not), in order.
    ///
    /// # Errors
    /// Where the store can't be read.
    pub fn facts_between(
        &self,
        from: Timestamp,
        to: Timestamp,
        mut take: impl FnMut(Timestamp, &ConversationId, &Fact),
    ) -> Result<(), EngineError> {
        self.rows_between(Table::RunByTime, from, to, |key, value| {
            if value.is_empty() {
                return Ok(());
            }
            let run = keys::run_of(key).and_then(|run| run.parts());
            let (Some(at), Some((conversation, _))) = (keys::due_of(key), run) else {
                return Ok(());
            };
            for fact in &facts::of_row(key, value)? {
                take(at, &conversation, fact);
            }
            Ok(())
        })
    }

    /// The facts of one run.
    ///
    /// # Errors
    /// Where the store can't be read.
    pub(crate) fn facts_of(&self, at: Timestamp, run: &RunId) -> Result<Vec<Fact>, EngineError> {
        let key = keys::run_by_time(at, run);
        match self.store().get(Table::RunByTime, &key)? {
            Some(value) if !value.is_empty() => Ok(facts::of_row(&key, &value)?),
            _ => Ok(Vec::new()),
        }
    }

    /// The first conversations that began from one time (included) to another (not).
    ///
    /// # Errors
    /// Where the store can't be read.
    pub(crate) fn first_conversations(
        &self,
        from: Timestamp,
        to: Timestamp,
        limit: usize,
    ) -> Result<Vec<Conversation>, EngineError> {
        let (from, to) = (keys::before(from), keys::before(to));
        let range = KeyRange::all().from(&from).before(&to);
        let rows = self.store().scan(Table::ConversationByTime, range, limit)?;
        let mut found = Vec::new();
        for id in rows
            .iter()
            .filter_map(|(key, _)| keys::conversation_of(key))
        {
            match self.conversation(&id) {
                Ok(state) => found.push(state),
                // Erased meanwhile.
                Err(EngineError::NotFound { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(found)
    }

    fn rows_between(
        &self,
        table: Table,
        from: Timestamp,
        to: Timestamp,
        mut take: impl FnMut(&[u8], &[u8]) -> Result<(), EngineError>,
    ) -> Result<(), EngineError> {
        let (from, to) = (keys::before(from), keys::before(to));
        let mut last: Option<Vec<u8>> = None;
        loop {
            let range = match &last {
                Some(last) => KeyRange::all().after(last),
                None => KeyRange::all().from(&from),
            };
            let rows = self.store().scan(table, range.before(&to), PAGE)?;
            for (key, value) in &rows {
                take(key, value)?;
            }
            match rows.into_iter().nth(PAGE - 1) {
                Some((key, _)) => last = Some(key),
                None => return Ok(()),
            }
        }
    }
}
