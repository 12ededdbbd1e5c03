//! The floor as people at work look at it: what waits and what somebody has, without reading conversations.

use jiff::Timestamp;

use super::board::{Roster, Stand};
use crate::engine::core::Core;
use crate::engine::request::EngineError;
use crate::model::{ConversationId, Priority};

/// A conversation that waits for people or that people have.
#[derive(Clone, Debug, PartialEq)]
pub struct AtHand {
    /// Which.
    pub conversation: ConversationId,
    /// The team that it waits for or that has it.
    pub team: Option<String>,
    /// The agent who has it, or with whom a place is kept for it.
    pub agent: Option<String>,
    /// Whether that place is only kept.
    pub is_offered: bool,
    /// How soon.
    pub priority: Priority,
    /// The message that asked for a person.
    pub since: Timestamp,
    /// Whether it came while the desk was closed.
    pub overnight: bool,
}

impl Core {
    /// What waits, in the order in which it comes to its turn, then what agents have, the oldest first; without what is
    /// hidden from `viewer`.
    ///
    /// # Errors
    /// Where the store can't be read.
    pub fn at_hand(&self, viewer: Option<&str>) -> Result<Vec<AtHand>, EngineError> {
        let (desk, at) = (self.desk(), self.clock.now());
        let roster = Roster::of(&desk);
        let board = self.floor.hold(self.store.as_ref())?;
        let mut places: Vec<_> = board
            .places
            .iter()
            .filter(|(_, place)| {
                viewer.is_none_or(|viewer| !place.hidden_from.iter().any(|name| name == viewer))
            })
            .collect();
        places.sort_by_key(|(_, place)| {
            let is_held = matches!(place.stand, Stand::Held { .. });
            (is_held, roster.turn_of(place, at))
        });
        Ok(places
            .into_iter()
            .map(|(id, place)| AtHand {
                conversation: id.clone(),
                team: place.team.clone(),
                agent: place.stand.agent().map(str::to_owned),
                is_offered: matches!(place.stand, Stand::Offered { .. }),
                priority: place.priority,
                since: place.since,
                overnight: place.overnight,
            })
            .collect())
    }
}
