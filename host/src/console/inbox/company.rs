//! Who else looks at a conversation or writes in it (R51). In memory: whoever closes the page is gone within seconds.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

use crate::model::ConversationId;

/// Without another sign of life somebody is gone after so long.
const GONE: SignedDuration = SignedDuration::from_secs(14);
/// The most conversations that are looked at at once.
const MOST: usize = 10_000;

/// Somebody who looks at a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Looker {
    pub(crate) name: String,
    pub(crate) is_typing: bool,
    seen: Timestamp,
}

/// Who looks at what.
#[derive(Default)]
pub(crate) struct Company(Mutex<HashMap<ConversationId, Vec<Looker>>>);

impl Company {
    /// Somebody looks at a conversation, perhaps writes; gives the others who do.
    pub(super) fn join(
        &self,
        id: &ConversationId,
        name: &str,
        is_typing: bool,
        now: Timestamp,
    ) -> Vec<Looker> {
        let is_there = |looker: &Looker| now.duration_since(looker.seen) < GONE;
        let mut looked_at = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if looked_at.len() >= MOST {
            looked_at.retain(|_, lookers| lookers.iter().any(is_there));
        }
        if looked_at.len() >= MOST && !looked_at.contains_key(id) {
            return Vec::new();
        }
        let lookers = looked_at.entry(id.clone()).or_default();
        lookers.retain(|looker| is_there(looker) && looker.name != name);
        let others = lookers.clone();
        lookers.push(Looker {
            name: name.to_owned(),
            is_typing,
            seen: now,
        });
        others
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_who_looks_or_writes_hears_of_the_first_until_they_are_gone() {
        let company = Company::default();
        let (one, other) = (
            ConversationId::from_random(1),
            ConversationId::from_random(2),
        );
        let at = |second: i64| Timestamp::from_second(1_700_000_000 + second).unwrap();
        assert!(company.join(&one, "ana", false, at(0)).is_empty());
        assert!(company.join(&other, "bo", false, at(0)).is_empty());
        let seen = company.join(&one, "bo", false, at(5));
        assert_eq!(seen.len(), 1);
        assert_eq!((seen[0].name.as_str(), seen[0].is_typing), ("ana", false));
        company.join(&one, "ana", true, at(6));
        assert!(company.join(&one, "bo", true, at(7))[0].is_typing);
        assert!(
            company.join(&one, "bo", false, at(30)).is_empty(),
            "ana is gone"
        );
    }
}
