//! The floor of the desk: agents' presence, the queue of customers who wait for them, the minute, outages.
//!
//! What concerns the whole desk is a [`Board`], kept in memory as the rows of two tables say. Whoever changes it holds it
//! from the decision until the batch is handed to the store, which makes batches durable in that order: so no two
//! decisions contradict one another, and a crash loses none that somebody heard of. Where the store refuses a batch the
//! board is read again.
//!
//! What concerns one conversation is part of its runs: the entries that [`closing`] adds after the last step, and the
//! events that the host itself raises. A free place is kept for a conversation and handed over in its own lane.

mod at_hand;
pub(crate) mod board;
pub(crate) mod care;
pub(crate) mod closing;
mod nudge;
mod overnight;
mod presence;
mod recovery;
#[cfg(test)]
mod tests;

use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use self::board::{Board, Pace, Place, Roster, Standing};
use super::commit::put_due;
use super::core::Core;
use super::intake::Due;
use super::keys;
use super::request::EngineError;
use crate::model::{ConversationId, Login, Presence, PresenceStatus};
use crate::store::{Batch, KeyRange, Store, StoreError, Table, decode_record, for_each_row};
use crate::workflow::Desk;

pub use self::at_hand::AtHand;
pub use self::nudge::IdleNudge;
pub use self::presence::{PresenceChange, SignOfLife};
pub use self::recovery::Outage;

/// The most logins that one report of attendance reads.
const MOST_LOGINS: usize = 10_000;
/// The names of the host's own rows in the timer table; no step's timer begins with a control character.
const CARE: &str = "\u{1}care";
const OFFER: &str = "\u{1}offer";

/// The board with whoever may hold it.
#[derive(Default)]
pub(crate) struct Floor {
    board: Mutex<Option<Board>>,
    flights: Arc<Flights>,
}

/// Batches with changes of the board that aren't durable yet.
#[derive(Default)]
struct Flights {
    pending: AtomicUsize,
    failed: AtomicBool,
}

/// One of them.
pub(crate) struct Flight(Arc<Flights>);

impl Flight {
    /// The batch is durable, or it never will be.
    pub(crate) fn land(self, is_durable: bool) {
        if !is_durable {
            self.0.failed.store(true, Ordering::Release);
        }
        self.0.pending.fetch_sub(1, Ordering::AcqRel);
    }
}

/// The board, held.
pub(crate) struct Held<'a> {
    board: MutexGuard<'a, Option<Board>>,
    flights: &'a Arc<Flights>,
    empty: Board,
}

impl Held<'_> {
    /// A batch with changes of the board is about to be submitted.
    pub(crate) fn take_off(&self) -> Flight {
        self.flights.pending.fetch_add(1, Ordering::AcqRel);
        Flight(Arc::clone(self.flights))
    }

    /// Writes down what changed; says whether anything did.
    pub(crate) fn write(&mut self, batch: &mut Batch, at: Timestamp) -> bool {
        if self.touched.is_empty() {
            return false;
        }
        self.note_idle(at);
        let touched = std::mem::take(&mut self.touched);
        for id in &touched.places {
            match self.places.get(id) {
                Some(place) => batch.put_json(Table::Queue, keys::place(id), place),
                None => batch.delete(Table::Queue, keys::place(id)),
            }
        }
        for team in &touched.paces {
            if let Some(pace) = self.paces.get(team) {
                batch.put_json(Table::Queue, keys::pace(team), pace);
            }
        }
        for agent in &touched.presence {
            if let Some(presence) = self.presence.get(agent) {
                batch.put_json(Table::Presence, keys::presence(agent), presence);
            }
        }
        for (id, agent) in touched.offers {
            if let Some(place) = self.places.get(&id) {
                put_due(batch, &place.account, &id, at, OFFER, Due::Offer { agent });
            }
        }
        true
    }
}

impl Deref for Held<'_> {
    type Target = Board;

    fn deref(&self) -> &Board {
        self.board.as_ref().unwrap_or(&self.empty)
    }
}

impl DerefMut for Held<'_> {
    fn deref_mut(&mut self) -> &mut Board {
        self.board.get_or_insert_with(Board::default)
    }
}

impl Floor {
    /// Holds the board; reads it first where that is needed.
    pub(crate) fn hold(&self, store: &dyn Store) -> Result<Held<'_>, EngineError> {
        let mut board = self.board.lock().unwrap_or_else(PoisonError::into_inner);
        if self.flights.failed.load(Ordering::Acquire) {
            // What is still under way could not be read yet.
            if self.flights.pending.load(Ordering::Acquire) > 0 {
                return Err(EngineError::Busy {
                    retry_after: std::time::Duration::from_secs(1),
                });
            }
            *board = None;
            self.flights.failed.store(false, Ordering::Release);
        }
        if board.is_none() {
            *board = Some(load(store)?);
        }
        Ok(Held {
            board,
            flights: &self.flights,
            empty: Board::default(),
        })
    }
}

fn load(store: &dyn Store) -> Result<Board, StoreError> {
    let mut board = Board::default();
    for_each_row(
        store,
        Table::Presence,
        &keys::presences(),
        |(key, value)| {
            let presence: Presence = decode_record(Table::Presence, &key, &value)?;
            board.presence.insert(presence.agent.clone(), presence);
            Ok(())
        },
    )?;
    for_each_row(store, Table::Queue, &keys::places(), |(key, value)| {
        let place: Place = decode_record(Table::Queue, &key, &value)?;
        board.next_nth = board.next_nth.max(place.nth + 1);
        if let Some(id) = keys::named_of(&key) {
            board.places.insert(ConversationId::new(id), place);
        }
        Ok(())
    })?;
    for_each_row(store, Table::Queue, &keys::paces(), |(key, value)| {
        let pace: Pace = decode_record(Table::Queue, &key, &value)?;
        if let Some(team) = keys::named_of(&key) {
            board.paces.insert(team.to_owned(), pace);
        }
        Ok(())
    })?;
    Ok(board)
}

/// Puts the row that wakes the host for a conversation where it belongs now.
pub(crate) fn care_row(batch: &mut Batch, finished: &super::run::Finished) {
    let (before, state) = (finished.run.before.care.next, &finished.state);
    if before == state.care.next {
        return;
    }
    if let Some(before) = before {
        batch.delete(Table::Timer, keys::timer(before, &state.id, CARE));
    }
    if let Some(next) = state.care.next {
        put_due(batch, &state.account, &state.id, next, CARE, Due::Care);
    }
}

/// Whether a row of the timer table is the one that wakes the host for a conversation.
pub(crate) fn is_care_row(key: &[u8], state: &crate::model::Conversation) -> bool {
    let next = state.care.next;
    next.is_some_and(|next| keys::timer(next, &state.id, CARE) == key)
}

/// The explanation of an outage.
pub(crate) fn recovered_text(
    desk: &Desk,
    began_at: Timestamp,
    ended_at: Timestamp,
    language: Option<&str>,
) -> String {
    let from = clock_text(desk, began_at, language);
    let to = clock_text(desk, ended_at, language);
    desk.settings.floor.say(
        &crate::workflow::floor::RECOVERED,
        language,
        &[("from", &from), ("to", &to)],
    )
}

/// A time as people of the desk write it: `3月10日14:30`, `10 Mar 14:30`.
pub(crate) fn clock_text(desk: &Desk, at: Timestamp, language: Option<&str>) -> String {
    let local = at.to_zoned(desk.time_zone.clone());
    let format = match language {
        Some(language) if language.starts_with("zh") => "%-m月%-d日%H:%M",
        None if desk
            .languages
            .first()
            .is_some_and(|first| first.starts_with("zh")) =>
        {
            "%-m月%-d日%H:%M"
        }
        _ => "%-d %b %H:%M",
    };
    local.strftime(format).to_string()
}

/// One who waits, for whoever looks at the queue.
#[derive(Clone, Debug, PartialEq)]
pub struct Waiting {
    /// The conversation.
    pub conversation: ConversationId,
    /// The team that it waits for.
    pub team: Option<String>,
    /// Since when.
    pub since: Timestamp,
    /// Its place in its team's queue, from 1.
    pub position: u32,
    /// How many seconds it is likely to take, where the desk can tell.
    pub wait_seconds: Option<u32>,
    /// Whether it came while the desk was closed.
    pub overnight: bool,
}

/// An agent, for whoever looks at the floor.
#[derive(Clone, Debug, PartialEq)]
pub struct AgentAtWork {
    /// The person's name in the directory.
    pub agent: String,
    /// Whether they are there; none: they never said so.
    pub presence: Option<Presence>,
    /// How many conversations they have.
    pub conversations: u32,
    /// How many they have at most.
    pub capacity: u32,
    /// The teams whose queues they serve.
    pub teams: Vec<String>,
}

impl Core {
    /// Who waits for a person, in the order in which they come to their turn.
    ///
    /// # Errors
    /// Where the store can't be read.
    pub fn queue(&self) -> Result<Vec<Waiting>, EngineError> {
        let (board, desk, at) = (
            self.floor.hold(self.store.as_ref())?,
            self.desk(),
            self.clock.now(),
        );
        let roster = Roster::of(&desk);
        let waiting = board.waiting(&roster, at).into_iter();
        Ok(waiting
            .filter_map(|(id, place)| {
                let Standing { position, wait } = board.standing(id, &roster, at)?;
                Some(Waiting {
                    conversation: id.clone(),
                    team: place.team.clone(),
                    since: place.since,
                    position,
                    wait_seconds: wait.and_then(|wait| u32::try_from(wait.as_secs()).ok()),
                    overnight: place.overnight,
                })
            })
            .collect())
    }

    /// The place of a conversation in its team's queue, from 1, and how many seconds it is likely to take where the
    /// desk can tell; none where it doesn't wait.
    ///
    /// # Errors
    /// Where the store can't be read.
    pub fn place_in_queue(
        &self,
        id: &ConversationId,
    ) -> Result<Option<(u32, Option<u32>)>, EngineError> {
        let board = self.floor.hold(self.store.as_ref())?;
        let standing = board.standing(id, &Roster::of(&self.desk()), self.clock.now());
        Ok(standing.map(|Standing { position, wait }| {
            let seconds = wait.and_then(|wait| u32::try_from(wait.as_secs()).ok());
            (position, seconds)
        }))
    }

    /// How many wait, and how many agents are there, in the order of [`PresenceStatus::ALL`].
    pub(crate) fn floor_figures(&self) -> Result<(usize, Vec<usize>), EngineError> {
        let board = self.floor.hold(self.store.as_ref())?;
        let waiting = board.places.values();
        let waiting = waiting.filter(|place| place.stand == board::Stand::Waiting);
        let of = |status: &PresenceStatus| {
            let agents = board.presence.values();
            agents.filter(|presence| presence.status == *status).count()
        };
        let agents = PresenceStatus::ALL.iter().map(of).collect();
        Ok((waiting.count(), agents))
    }

    /// Whether somebody is there; none: they never said so.
    ///
    /// # Errors
    /// Where the store can't be read.
    pub fn presence_of(&self, agent: &str) -> Result<Option<Presence>, EngineError> {
        let board = self.floor.hold(self.store.as_ref())?;
        Ok(board.presence.get(agent).cloned())
    }

    /// The people of the directory as they are at work, in its order.
    ///
    /// # Errors
    /// Where the store can't be read.
    pub fn agents(&self) -> Result<Vec<AgentAtWork>, EngineError> {
        let (board, desk) = (self.floor.hold(self.store.as_ref())?, self.desk());
        let members = Roster::of(&desk).members.into_iter();
        Ok(members
            .map(|member| AgentAtWork {
                presence: board.presence.get(&member.name).cloned(),
                conversations: board.load(&member.name),
                agent: member.name,
                capacity: member.capacity,
                teams: member.teams,
            })
            .collect())
    }

    /// When agents came to shifts that began from one time to another, in order (R5).
    ///
    /// # Errors
    /// Where the store can't be read.
    pub fn logins(&self, from: Timestamp, to: Timestamp) -> Result<Vec<Login>, EngineError> {
        let (from, to) = (keys::logins_from(from), keys::logins_from(to));
        let rows = self.store.scan(
            Table::Presence,
            KeyRange::all().from(&from).before(&to),
            MOST_LOGINS,
        )?;
        let logins = rows
            .iter()
            .map(|(key, value)| decode_record(Table::Presence, key, value));
        Ok(logins.collect::<Result<_, _>>()?)
    }
}
