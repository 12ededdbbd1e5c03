//! Agents come and go (R5).

use jiff::{SignedDuration, Timestamp};

use super::board::Roster;
use crate::engine::core::Core;
use crate::engine::keys;
use crate::engine::request::EngineError;
use crate::model::{Login, Presence, PresenceStatus};
use crate::store::{Batch, Table};
use crate::workflow::{Calendar, Desk};

/// Whoever comes so long before their shift comes to that shift.
const EARLY: SignedDuration = SignedDuration::from_hours(2);
/// No shift is longer; somebody who is always on duty can't be late.
const LONGEST_SHIFT: SignedDuration = SignedDuration::from_hours(20);

/// How an agent's presence is vouched for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignOfLife {
    /// It holds for the desk's `heartbeat` from now on, unless it is given again.
    Now,
    /// It holds until something else is said.
    Lasting,
}

/// What became of an agent's presence.
#[derive(Clone, Debug, PartialEq)]
pub struct PresenceChange {
    /// As it is now.
    pub presence: Presence,
    /// The agent, or `host`.
    pub by: String,
    /// Whether the status is another than before.
    pub changed: bool,
    /// The shift that they came to by this.
    pub login: Option<Login>,
}

impl Core {
    /// An agent says whether they are there, or that they still are. Whoever waits gets the places that become free.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] for somebody whom the directory doesn't know.
    pub fn presence(
        &self,
        agent: &str,
        status: PresenceStatus,
        sign: SignOfLife,
    ) -> Result<PresenceChange, EngineError> {
        let (desk, at) = (self.desk(), self.clock.now());
        let person = desk
            .directory
            .person(agent)
            .ok_or_else(|| EngineError::NotFound {
                what: "agent",
                id: agent.to_owned(),
            })?;
        let login = self.login(&desk, person.calendar(), &person.name, status, at)?;
        let expires = match sign {
            SignOfLife::Now => at.checked_add(desk.settings.floor.heartbeat).ok(),
            SignOfLife::Lasting => None,
        };
        let mut board = self.floor.hold(self.store.as_ref())?;
        let before = board.presence.get(&person.name).cloned();
        let changed = before.as_ref().is_none_or(|before| before.status != status);
        let presence = Presence {
            agent: person.name.clone(),
            status,
            since: before
                .as_ref()
                .filter(|_| !changed)
                .map_or(at, |before| before.since),
            seen_at: at,
            expires_at: expires,
            late_seconds: login
                .as_ref()
                .map(|login| login.late_seconds)
                .or_else(|| before.as_ref().and_then(|before| before.late_seconds)),
            idle_since: before
                .as_ref()
                .filter(|_| !changed)
                .and_then(|before| before.idle_since),
            looked_at: before.and_then(|before| before.looked_at),
        };
        board.be(presence.clone());
        board.dispatch(&Roster::of(&desk), at);
        let mut batch = Batch::new();
        if let Some(login) = &login {
            batch.put_json(Table::Presence, keys::login(login.due, &login.agent), login);
        }
        self.write_board(board, batch, at)?;
        Ok(PresenceChange {
            by: presence.agent.clone(),
            presence,
            changed,
            login,
        })
    }

    /// Agents without a sign of life in time are away from now on.
    ///
    /// # Errors
    /// Where the store refuses.
    pub fn expire_presence(&self) -> Result<Vec<PresenceChange>, EngineError> {
        let at = self.clock.now();
        let mut board = self.floor.hold(self.store.as_ref())?;
        let expired = board.expired(at);
        if expired.is_empty() {
            return Ok(Vec::new());
        }
        let mut changes = Vec::new();
        for before in expired {
            let presence = Presence {
                status: PresenceStatus::Away,
                since: at,
                expires_at: None,
                ..before
            };
            board.be(presence.clone());
            changes.push(PresenceChange {
                presence,
                by: "host".to_owned(),
                changed: true,
                login: None,
            });
        }
        board.dispatch(&Roster::of(&self.desk()), at);
        self.write_board(board, Batch::new(), at)?;
        Ok(changes)
    }

    /// When the next agent counts as away without another sign of life.
    ///
    /// # Errors
    /// Where the store can't be read.
    pub(crate) fn next_expiry(&self) -> Result<Option<Timestamp>, EngineError> {
        Ok(self.floor.hold(self.store.as_ref())?.next_expiry())
    }

    /// Makes what changed on the board durable.
    pub(super) fn write_board(
        &self,
        mut board: super::Held<'_>,
        mut batch: Batch,
        at: Timestamp,
    ) -> Result<(), EngineError> {
        board.write(&mut batch, at);
        let flight = board.take_off();
        let (sender, receiver) = std::sync::mpsc::sync_channel(1);
        self.store.submit(
            batch,
            Box::new(move |result| {
                flight.land(result.is_ok());
                let _ = sender.send(result);
            }),
        );
        drop(board);
        receiver
            .recv()
            .unwrap_or(Err(crate::store::StoreError::Stopped {
                why: "the commit thread is gone".to_owned(),
            }))
            .map_err(EngineError::from)
    }

    /// The shift that somebody comes to by being there now; none where they came to it before.
    fn login(
        &self,
        desk: &Desk,
        calendar: &Calendar,
        agent: &str,
        status: PresenceStatus,
        at: Timestamp,
    ) -> Result<Option<Login>, EngineError> {
        if !matches!(status, PresenceStatus::Online | PresenceStatus::Busy) {
            return Ok(None);
        }
        let Some(due) = shift(desk, calendar, at) else {
            return Ok(None);
        };
        let known = self.store.get(Table::Presence, &keys::login(due, agent))?;
        let late = at.duration_since(due).as_secs().max(0);
        Ok(known.is_none().then(|| Login {
            agent: agent.to_owned(),
            due,
            at,
            late_seconds: u32::try_from(late).unwrap_or(u32::MAX),
        }))
    }
}

/// When the shift began that somebody is in, or begins that they are early for.
fn shift(desk: &Desk, calendar: &Calendar, at: Timestamp) -> Option<Timestamp> {
    if !calendar.is_open(at) {
        return calendar
            .next_open(at)
            .filter(|opens| opens.duration_since(at) <= EARLY);
    }
    // The beginning of the open time around `at`, looked for from the day before on: shifts cross midnight.
    let yesterday = at
        .to_zoned(desk.time_zone.clone())
        .date()
        .yesterday()
        .ok()?;
    let mut from = yesterday.to_zoned(desk.time_zone.clone()).ok()?.timestamp();
    loop {
        let opens = calendar.next_open(from)?;
        let closes = calendar.next_close(opens)?;
        if closes.duration_since(opens) > LONGEST_SHIFT || opens > at {
            return None;
        }
        if at < closes {
            return Some(opens);
        }
        from = closes;
    }
}
