//! Whoever has nothing to do hears of what was left behind (R45): messages that came while the desk was closed, mails and
//! notes for the team that no person has looked at.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::board::Board;
use crate::engine::chores::{Chore, HostNote};
use crate::engine::core::Core;
use crate::engine::request::EngineError;
use crate::engine::timeline::TimelineLine;
use crate::model::{Conversation, PresenceStatus};
use crate::store::Batch;
use crate::workflow::Desk;
use crate::workflow::directory::Via;

/// Under which name it is noted.
const NAME: &str = "idle-nudge";
/// Nobody hears of it more often.
const AGAIN: SignedDuration = SignedDuration::from_mins(30);

/// Tells idle agents of what was left behind.
#[derive(Clone, Copy, Debug, Default)]
pub struct IdleNudge;

/// Who was told of what.
#[derive(Debug, Serialize, Deserialize)]
struct Nudged {
    at: Timestamp,
    agents: Vec<String>,
    text: String,
}

impl Chore for IdleNudge {
    fn due(&self, core: &Core) -> Result<Option<Timestamp>, EngineError> {
        let desk = core.desk();
        if !desk.settings.floor.enabled {
            return Ok(None);
        }
        let board = core.floor.hold(core.store().as_ref())?;
        let next = board.presence.keys();
        Ok(next.filter_map(|agent| board.look_at(agent, &desk)).min())
    }

    fn carry_out(&self, core: &Core) -> Result<(), EngineError> {
        let (desk, at) = (core.desk(), core.clock().now());
        let left = core.left_behind()?;
        let mut board = core.floor.hold(core.store().as_ref())?;
        let idle: Vec<String> = board
            .presence
            .keys()
            .filter(|agent| board.look_at(agent, &desk).is_some_and(|look| look <= at))
            .cloned()
            .collect();
        for agent in &idle {
            board.looked(agent, at);
        }
        let mut batch = Batch::new();
        if let (Some(oldest), false) = (left.first(), idle.is_empty()) {
            let text = text(&desk, left.len(), oldest);
            let directory = &desk.directory;
            let people = idle.iter().filter_map(|agent| directory.person(agent));
            let urls: Vec<(&str, &str)> = people
                .flat_map(|person| {
                    let to = directory.recipient(person);
                    to.via.iter().filter_map(move |via| match via {
                        Via::Webhook(url) => Some((to.name, url.as_str())),
                        _ => None,
                    })
                })
                .collect();
            let note = Nudged {
                at,
                agents: idle,
                text,
            };
            let note = HostNote {
                name: NAME,
                moment: at,
                note: &note,
                to: &urls,
                text: &note.text,
                attachment: None,
                at,
            };
            note.put(&mut batch);
        }
        core.write_board(board, batch, at)
    }

    fn told(&self, core: &Core) -> Result<Vec<TimelineLine>, EngineError> {
        let desk = core.desk();
        let newest: Option<Nudged> = core.host_notes(NAME, 1)?.pop();
        let Some(nudged) = newest.filter(|nudged| nudged.at == core.clock().now()) else {
            return Ok(Vec::new());
        };
        let line = |to: &String| {
            let details = json!({"to": to, "text": nudged.text});
            TimelineLine::of_host(nudged.at, &desk.time_zone, "notify", details)
        };
        Ok(nudged.agents.iter().map(line).collect())
    }
}

/// As people read it. Whom it is about they see in the list: not everybody may.
fn text(desk: &Desk, count: usize, oldest: &Conversation) -> String {
    let since = oldest.last_activity.to_zoned(desk.time_zone.clone());
    let since = since.strftime("%m-%d %H:%M");
    match count {
        1 => {
            format!("You are free: 1 message that was left still waits for a person, since {since}")
        }
        _ => format!(
            "You are free: {count} messages that were left still wait for a person, the first since {since}"
        ),
    }
}

impl Board {
    /// When an agent without anything to do is to be told next; none where they aren't there, have something to do, or
    /// the desk doesn't open again.
    fn look_at(&self, agent: &str, desk: &Desk) -> Option<Timestamp> {
        let presence = self.presence.get(agent)?;
        let idle_since = presence.idle_since?;
        let (from, after) = match presence.looked_at {
            Some(looked_at) if looked_at >= idle_since => (looked_at, AGAIN),
            _ => (idle_since, desk.settings.floor.idle_nudge_after),
        };
        let after = std::time::Duration::try_from(after).ok()?;
        let look = desk.calendar.add_business(from, after).ok()?;
        let spared = presence
            .looked_at
            .and_then(|looked| looked.checked_add(AGAIN).ok());
        Some(spared.map_or(look, |spared| look.max(spared)))
    }

    fn looked(&mut self, agent: &str, at: Timestamp) {
        if let Some(presence) = self.presence.get_mut(agent) {
            presence.looked_at = Some(at);
            self.touched.presence.insert(agent.to_owned());
        }
    }

    /// Notes since when each agent has nothing to do.
    pub(super) fn note_idle(&mut self, at: Timestamp) {
        let busy: std::collections::BTreeSet<&str> = self
            .places
            .values()
            .filter_map(|place| place.stand.agent())
            .collect();
        for (agent, presence) in &mut self.presence {
            let is_idle =
                presence.status == PresenceStatus::Online && !busy.contains(agent.as_str());
            let idle_since = match presence.idle_since {
                known if is_idle => known.or(Some(at)),
                _ => None,
            };
            if presence.idle_since != idle_since {
                presence.idle_since = idle_since;
                self.touched.presence.insert(agent.clone());
            }
        }
    }
}
