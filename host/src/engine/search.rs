//! What was said, found again (R88): conversations in which a text stands, whichever script it was written in.
//!
//! There is no index of words: conversations are looked through from the newest on, so many at a time, and the caller
//! goes on where the page before ended. That finds any part of any word of any language, costs writing nothing, and
//! takes as long as there are conversations to look through.

use super::core::Core;
use super::keys;
use super::reading::{MessagePage, from_hex};
use super::request::EngineError;
use crate::model::Conversation;
use crate::store::{KeyRange, Table};

/// How many conversations one page looks through at most.
const LOOKED_THROUGH: usize = 500;
/// How many messages of a conversation are read at once.
const MESSAGES: usize = 200;

/// A conversation in which the text stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    /// Its state.
    pub conversation: Conversation,
    /// Where: `contact`, `record` or `message`.
    pub place: &'static str,
    /// The message's number, where it is one.
    pub message: Option<u32>,
    /// The text that it stands in.
    pub text: String,
}

/// A page of hits.
#[derive(Clone, Debug, PartialEq)]
pub struct Hits {
    /// Newest conversations first, one hit each.
    pub hits: Vec<Hit>,
    /// Where to go on; none: everything was looked through.
    pub next: Option<SearchMark>,
}

/// Where a search goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchMark(Vec<u8>);

impl SearchMark {
    /// The mark as text for a client to hand back.
    pub fn to_text(&self) -> String {
        super::intake::hex(&self.0)
    }

    /// The mark that [`SearchMark::to_text`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        from_hex(text).map(Self)
    }
}

impl Core {
    /// Conversations in which a text stands, from the newest on.
    ///
    /// # Errors
    /// Where the store can't be read.
    pub fn find(
        &self,
        text: &str,
        after: Option<&SearchMark>,
        limit: usize,
    ) -> Result<Hits, EngineError> {
        let knowledge = &self.workflow().knowledge;
        let wanted = knowledge.fold(text.trim());
        let holds = |text: &str| knowledge.fold(text).contains(&wanted);
        let mut range = KeyRange::all().reverse();
        if let Some(SearchMark(after)) = after {
            range = range.before(after);
        }
        let rows = self
            .store()
            .scan(Table::ConversationByTime, range, LOOKED_THROUGH)?;
        let whole = rows.len() == LOOKED_THROUGH;
        let mut hits = Vec::new();
        let mut last = None;
        for (key, _) in rows {
            if hits.len() == limit {
                return Ok(Hits { hits, next: last });
            }
            let id = keys::conversation_of(&key);
            last = Some(SearchMark(key));
            let Some(id) = id else { continue };
            match self.conversation(&id) {
                Ok(state) => hits.extend(self.hit(state, holds)?),
                // Erased meanwhile.
                Err(EngineError::NotFound { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        let next = last.filter(|_| whole);
        Ok(Hits { hits, next })
    }

    fn hit(
        &self,
        conversation: Conversation,
        holds: impl Fn(&str) -> bool,
    ) -> Result<Option<Hit>, EngineError> {
        let found = |place, message, text: &str| Hit {
            conversation: conversation.clone(),
            place,
            message,
            text: text.to_owned(),
        };
        if holds(&conversation.contact) {
            return Ok(Some(found("contact", None, &conversation.contact)));
        }
        if let Some(record) = &conversation.record {
            let next = record.next_action.as_deref().unwrap_or_default();
            for text in [record.topic.as_str(), &record.result, next] {
                if holds(text) {
                    return Ok(Some(found("record", None, text)));
                }
            }
        }
        let mut after = 0;
        loop {
            let page = MessagePage {
                after: Some(after),
                before: None,
                limit: MESSAGES,
            };
            let messages = self.messages(&conversation.id, page)?;
            if let Some(message) = messages.iter().find(|message| holds(&message.text)) {
                return Ok(Some(found("message", Some(message.number), &message.text)));
            }
            match messages.last() {
                Some(last) if messages.len() == MESSAGES => after = last.number,
                _ => return Ok(None),
            }
        }
    }
}
