//! What happened to a customer, over all conversations and merged accounts, in the order of time.
//!
//! There is no index of it: every conversation has its runs in order, and here they are merged.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use jiff::Timestamp;
use serde::Deserialize;

use super::core::Core;
use super::intake::Records;
use super::keys;
use super::request::EngineError;
use crate::model::{AccountId, ConversationId, RunId};
use crate::store::{KeyRange, Store, Table, decode_record};

/// How many runs of a conversation are read at once.
const AT_ONCE: usize = 16;

/// A place in a customer's timeline: time, conversation and number of a run. The same for every account, so that the
/// timelines of merged accounts have one order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TimelineMark(Vec<u8>);

impl TimelineMark {
    /// The mark as text for a client to hand back.
    pub fn to_text(&self) -> String {
        super::intake::hex(&self.0)
    }

    /// The mark that [`TimelineMark::to_text`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        super::reading::from_hex(text).map(Self)
    }
}

impl Core {
    /// A page of what happened to a customer, oldest first: which runs, and where to go on.
    ///
    /// # Errors
    /// Where the store can't be read.
    pub fn timeline_page(
        &self,
        id: &AccountId,
        after: Option<&TimelineMark>,
        limit: usize,
    ) -> Result<Vec<(TimelineMark, RunId)>, EngineError> {
        let records = Records(self.store.as_ref());
        let mut strands = Vec::new();
        let mut next = BinaryHeap::new();
        for member in self.family(id)? {
            let Some(account) = records.account(&member)? else {
                continue;
            };
            for conversation in account.conversations {
                let Some(strand) = Strand::begin(&records, conversation, after)? else {
                    continue;
                };
                strands.push(strand);
                let number = strands.len() - 1;
                if let Some(strand) = strands.last_mut()
                    && let Some(mark) = strand.next(self.store.as_ref())?
                {
                    next.push(Reverse((mark, number)));
                }
            }
        }
        let mut page = Vec::new();
        while page.len() < limit
            && let Some(Reverse((mark, number))) = next.pop()
        {
            let Some(strand) = strands.get_mut(number) else {
                break;
            };
            page.push((mark, RunId::of(&strand.conversation, strand.given)));
            if let Some(mark) = strand.next(self.store.as_ref())? {
                next.push(Reverse((mark, number)));
            }
        }
        Ok(page)
    }
}

/// The runs of one conversation, read as far as they are asked for.
struct Strand {
    conversation: ConversationId,
    /// The number of the newest run that was given.
    given: u32,
    /// The newest run's time. A clock that was set back doesn't change the order of a conversation.
    at: Timestamp,
    /// Runs that were read and not given yet.
    read: VecDeque<(u32, Timestamp)>,
}

/// So much of a run.
#[derive(Deserialize)]
struct Happened {
    event: At,
}

#[derive(Deserialize)]
struct At {
    at: Timestamp,
}

impl Strand {
    /// The runs behind the mark; none where the conversation was erased.
    fn begin(
        records: &Records<'_>,
        conversation: ConversationId,
        after: Option<&TimelineMark>,
    ) -> Result<Option<Self>, EngineError> {
        let state = match records.conversation(&conversation) {
            Ok(state) => state,
            Err(EngineError::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        let mut strand = Self {
            conversation,
            given: 0,
            at: Timestamp::MIN,
            read: VecDeque::new(),
        };
        let Some(TimelineMark(after)) = after else {
            return Ok(Some(strand));
        };
        // The last run that lies before the mark or at it.
        let (mut low, mut high) = (0, state.run_count);
        if keys::timeline(state.opened_at, &strand.conversation, 0) > *after {
            high = 0;
        }
        while low < high {
            let middle = low + (high - low).div_ceil(2);
            let Some(at) = happened(records.0, &strand.conversation, middle)? else {
                return Ok(None);
            };
            if keys::timeline(at, &strand.conversation, middle) <= *after {
                (low, strand.at) = (middle, at);
            } else {
                high = middle - 1;
            }
        }
        strand.given = low;
        Ok(Some(strand))
    }

    /// Gives the next run.
    fn next(&mut self, store: &dyn Store) -> Result<Option<TimelineMark>, EngineError> {
        if self.read.is_empty() {
            let all = keys::of_conversation(&self.conversation);
            let after = keys::run(&self.conversation, self.given);
            let range = KeyRange::prefix(&all).after(&after);
            let rows = store.scan(Table::Run, range, AT_ONCE)?;
            for (number, (key, value)) in (self.given.saturating_add(1)..).zip(rows) {
                let run: Happened = decode_record(Table::Run, &key, &value)?;
                self.read.push_back((number, run.event.at));
            }
        }
        let Some((number, at)) = self.read.pop_front() else {
            return Ok(None);
        };
        (self.given, self.at) = (number, at.max(self.at));
        let mark = keys::timeline(self.at, &self.conversation, number);
        Ok(Some(TimelineMark(mark)))
    }
}

/// When a run was.
fn happened(
    store: &dyn Store,
    conversation: &ConversationId,
    number: u32,
) -> Result<Option<Timestamp>, EngineError> {
    let key = keys::run(conversation, number);
    let row = store.get(Table::Run, &key)?;
    let run: Option<Happened> = row
        .map(|row| decode_record(Table::Run, &key, &row))
        .transpose()?;
    Ok(run.map(|run| run.event.at))
}
