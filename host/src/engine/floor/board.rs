//! The board: who is there, who waits for whom, and who gets the next free place (R5, R33–R35, R41). Pure: no store, no
//! clock.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::model::{
    AccountId, Conversation, ConversationId, Handler, Presence, PresenceStatus, Priority,
};
use crate::workflow::{Calendar, Desk};

/// So many conversations must have ended before the desk says how long a wait takes.
const ENOUGH: u32 = 3;
/// How much the newest conversation counts in what the desk expects of the next one, as one part in so many.
const MEMORY: f64 = 10.0;

/// A conversation in people's hands, or waiting for them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Place {
    pub(crate) account: AccountId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) team: Option<String>,
    pub(crate) priority: Priority,
    /// The message that asked for a person.
    pub(crate) since: Timestamp,
    /// Tells those of one moment apart.
    pub(crate) nth: u64,
    /// Whether it came while the desk was closed.
    #[serde(default)]
    pub(crate) overnight: bool,
    /// Who doesn't get it, because a complaint in it is about them (R74).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) hidden_from: Vec<String>,
    /// Who gave it back: others get it, as long as there are others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) given_back_by: Option<String>,
    pub(crate) stand: Stand,
}

/// Where it stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "stand", rename_all = "kebab-case")]
pub(crate) enum Stand {
    /// Nobody has it.
    Waiting,
    /// A place is kept for it with this agent.
    Offered { agent: String },
    /// This agent has it.
    Held { agent: String, since: Timestamp },
}

impl Stand {
    /// The agent whose place it takes.
    pub(crate) fn agent(&self) -> Option<&str> {
        match self {
            Self::Waiting => None,
            Self::Offered { agent } | Self::Held { agent, .. } => Some(agent),
        }
    }
}

/// How long a team's agents have a conversation, in business time, the newest counting most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Pace {
    pub(crate) ended: u32,
    pub(crate) mean_seconds: f64,
}

/// How much of the first turn is over when somebody asks how long it takes, on the average of full desks (a test
/// compares what was told with what came).
const UNDER_WAY: f64 = 0.2;

impl Pace {
    fn note(&mut self, seconds: f64) {
        self.ended = self.ended.saturating_add(1);
        let weight = f64::from(self.ended).min(MEMORY);
        self.mean_seconds += (seconds - self.mean_seconds) / weight;
    }
}

/// Somebody who can have conversations.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Member {
    pub(crate) name: String,
    pub(crate) capacity: u32,
    /// None of them: whoever waits for no team in particular.
    pub(crate) teams: Vec<String>,
}

/// Who can have conversations, in the order of the directory, and the rules by which they get them.
#[derive(Clone, Debug)]
pub(crate) struct Roster {
    pub(crate) members: Vec<Member>,
    pub(crate) patience: SignedDuration,
    pub(crate) overnight_first: bool,
}

impl Roster {
    pub(crate) fn of(desk: &Desk) -> Self {
        let settings = &desk.settings.floor;
        let teams = |name: &str| {
            let with = desk.directory.teams().iter().filter(|team| {
                desk.directory
                    .members(team)
                    .any(|member| member.name == name)
            });
            with.map(|team| team.name.clone()).collect()
        };
        let members = desk.directory.people().iter().map(|person| Member {
            name: person.name.clone(),
            capacity: person.capacity.unwrap_or(settings.capacity),
            teams: teams(&person.name),
        });
        Self {
            members: members.collect(),
            patience: settings.patience,
            overnight_first: settings.overnight_first,
        }
    }

    fn serves(&self, member: &Member, team: Option<&str>) -> bool {
        match team {
            // A team that the directory no longer knows is everybody's.
            Some(team)
                if self
                    .members
                    .iter()
                    .any(|member| member.teams.iter().any(|name| name == team)) =>
            {
                member.teams.iter().any(|name| name == team)
            }
            _ => true,
        }
    }

    /// What a list in the order of turns is sorted by.
    pub(crate) fn turn_of(&self, place: &Place, at: Timestamp) -> impl Ord + use<> {
        self.turn(place, at)
    }

    /// What comes first: urgent; who came overnight or has waited too long; then by priority. Within that by time.
    fn turn(&self, place: &Place, at: Timestamp) -> (u8, Timestamp, u64) {
        let patient = at.duration_since(place.since) >= self.patience;
        let rank = match place.priority {
            Priority::Urgent => 0,
            _ if patient || (place.overnight && self.overnight_first) => 1,
            Priority::High => 2,
            Priority::Normal => 3,
            Priority::Low => 4,
        };
        (rank, place.since, place.nth)
    }
}

/// Where a conversation stands in its queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    /// From 1.
    pub(crate) position: u32,
    /// How long it is likely to take, where the desk can tell.
    pub(crate) wait: Option<SignedDuration>,
}

/// The board.
#[derive(Debug, Default)]
pub(crate) struct Board {
    pub(crate) places: BTreeMap<ConversationId, Place>,
    pub(crate) presence: BTreeMap<String, Presence>,
    /// By team; the empty name is that of no team.
    pub(crate) paces: BTreeMap<String, Pace>,
    pub(crate) next_nth: u64,
    /// What changed since it was last written down.
    pub(crate) touched: Touched,
}

/// Rows that are to be written.
#[derive(Debug, Default)]
pub(crate) struct Touched {
    pub(crate) places: BTreeSet<ConversationId>,
    pub(crate) presence: BTreeSet<String>,
    pub(crate) paces: BTreeSet<String>,
    /// Conversations that a place is kept for now, with the agent.
    pub(crate) offers: Vec<(ConversationId, String)>,
}

impl Touched {
    pub(crate) fn is_empty(&self) -> bool {
        self.places.is_empty()
            && self.presence.is_empty()
            && self.paces.is_empty()
            && self.offers.is_empty()
    }
}

impl Board {
    /// How many places of an agent are taken or kept.
    pub(crate) fn load(&self, agent: &str) -> u32 {
        let taken = self.places.values();
        let taken = taken
            .filter(|place| place.stand.agent() == Some(agent))
            .count();
        u32::try_from(taken).unwrap_or(u32::MAX)
    }

    /// Whether an agent takes conversations.
    fn is_online(&self, agent: &str) -> bool {
        self.presence
            .get(agent)
            .is_some_and(|presence| presence.status == PresenceStatus::Online)
    }

    /// Whether an agent is at work, whether or not there is time for one more.
    fn is_there(&self, agent: &str) -> bool {
        let there = [PresenceStatus::Online, PresenceStatus::Busy];
        let presence = self.presence.get(agent);
        presence.is_some_and(|presence| there.contains(&presence.status))
    }

    /// Whether anybody is there at all.
    pub(crate) fn is_staffed(&self) -> bool {
        self.presence.keys().any(|agent| self.is_there(agent))
    }

    /// Why an agent can't answer now; none where they can, or where nobody ever said that they are there (R6).
    pub(crate) fn absence(&self, agent: &str, roster: &Roster) -> Option<&'static str> {
        match self.presence.get(agent)?.status {
            PresenceStatus::Away => Some("away"),
            PresenceStatus::Offline => Some("offline"),
            PresenceStatus::Busy => Some("busy"),
            PresenceStatus::Online => {
                let member = roster.members.iter().find(|member| member.name == agent)?;
                (self.load(agent) > member.capacity).then_some("over-capacity")
            }
        }
    }

    /// Whether a place with that agent is kept for a conversation.
    pub(crate) fn is_offered(&self, id: &ConversationId, agent: &str) -> bool {
        let place = self.places.get(id);
        place.is_some_and(
            |place| matches!(&place.stand, Stand::Offered { agent: to } if to == agent),
        )
    }

    /// Makes the board agree with a conversation's state; says whether it waits anew.
    pub(crate) fn sync(
        &mut self,
        state: &Conversation,
        overnight: bool,
        calendar: &Calendar,
        at: Timestamp,
    ) -> bool {
        let known = self.places.get(&state.id).cloned();
        let known = known.as_ref();
        let stand = match (state.handler, &state.agent) {
            _ if state.resolved => None,
            (Handler::Bot, _) => None,
            (Handler::Agent, Some(agent)) => Some(match known.map(|place| &place.stand) {
                Some(Stand::Held {
                    agent: holder,
                    since,
                }) if holder == agent => Stand::Held {
                    agent: agent.clone(),
                    since: *since,
                },
                _ => Stand::Held {
                    agent: agent.clone(),
                    since: at,
                },
            }),
            (Handler::Agent, None) => None,
            (Handler::Queue, _) => Some(match known {
                Some(place)
                    if place.team == state.team
                        && !matches!(place.stand, Stand::Held { .. })
                        && !place
                            .stand
                            .agent()
                            .is_some_and(|to| state.is_hidden_from(to)) =>
                {
                    place.stand.clone()
                }
                _ => Stand::Waiting,
            }),
        };
        let Some(stand) = stand else {
            self.remove(&state.id, calendar, at);
            return false;
        };
        let waits = matches!(stand, Stand::Waiting | Stand::Offered { .. });
        let waited = known.is_some_and(|place| {
            !matches!(place.stand, Stand::Held { .. }) && place.team == state.team
        });
        let place = Place {
            account: state.account.clone(),
            team: state.team.clone(),
            priority: state.priority,
            since: known
                .filter(|_| waited || !waits)
                .map_or_else(|| state.care.queued_at.unwrap_or(at), |place| place.since),
            nth: known
                .filter(|_| waited || !waits)
                .map_or(self.next_nth, |place| place.nth),
            overnight: known
                .filter(|_| waited)
                .map_or(overnight, |place| place.overnight),
            hidden_from: state.hidden_from.clone(),
            given_back_by: match known.map(|place| &place.stand) {
                // Who isn't there gave nothing back: it was taken from them.
                Some(Stand::Held { agent, .. }) if waits => {
                    Some(agent.clone()).filter(|agent| self.is_there(agent))
                }
                _ => known.and_then(|place| place.given_back_by.clone()),
            },
            stand,
        };
        if known == Some(&place) {
            return false;
        }
        if place.nth == self.next_nth {
            self.next_nth += 1;
        }
        if let Some(Place {
            stand: Stand::Held { agent, since },
            team,
            ..
        }) = known
            && place.stand.agent() != Some(agent)
        {
            self.note_pace(team.clone(), calendar, *since, at);
        }
        self.places.insert(state.id.clone(), place);
        self.touched.places.insert(state.id.clone());
        waits && !waited
    }

    /// Takes a conversation off the board.
    pub(crate) fn remove(&mut self, id: &ConversationId, calendar: &Calendar, at: Timestamp) {
        let Some(place) = self.places.remove(id) else {
            return;
        };
        self.touched.places.insert(id.clone());
        if let Stand::Held { since, .. } = place.stand {
            self.note_pace(place.team, calendar, since, at);
        }
    }

    /// A conversation that is kept overnight says nothing about the pace.
    fn note_pace(
        &mut self,
        team: Option<String>,
        calendar: &Calendar,
        since: Timestamp,
        at: Timestamp,
    ) {
        let Ok(had) = calendar.business_between(since, at) else {
            return;
        };
        let team = team.unwrap_or_default();
        let pace = self.paces.entry(team.clone()).or_default();
        pace.note(had.as_secs_f64());
        self.touched.paces.insert(team);
    }

    /// Sets an agent's presence. Whoever no longer takes conversations gives the places back that were kept with them.
    pub(crate) fn be(&mut self, presence: Presence) {
        if presence.status != PresenceStatus::Online {
            for (id, place) in &mut self.places {
                if matches!(&place.stand, Stand::Offered { agent } if *agent == presence.agent) {
                    place.stand = Stand::Waiting;
                    self.touched.places.insert(id.clone());
                }
            }
        }
        self.touched.presence.insert(presence.agent.clone());
        self.presence.insert(presence.agent.clone(), presence);
    }

    /// Agents who gave no sign of life in time.
    pub(crate) fn expired(&self, at: Timestamp) -> Vec<Presence> {
        let expired = self.presence.values().filter(|presence| {
            matches!(
                presence.status,
                PresenceStatus::Online | PresenceStatus::Busy
            ) && presence.expires_at.is_some_and(|expires| expires <= at)
        });
        expired.cloned().collect()
    }

    /// When the next agent counts as away without another sign of life.
    pub(crate) fn next_expiry(&self) -> Option<Timestamp> {
        let there = self.presence.values().filter(|presence| {
            matches!(
                presence.status,
                PresenceStatus::Online | PresenceStatus::Busy
            )
        });
        there.filter_map(|presence| presence.expires_at).min()
    }

    /// Those who wait, in the order in which they come to their turn.
    pub(crate) fn waiting(&self, roster: &Roster, at: Timestamp) -> Vec<(&ConversationId, &Place)> {
        let mut waiting: Vec<_> = self
            .places
            .iter()
            .filter(|(_, place)| place.stand == Stand::Waiting)
            .collect();
        waiting.sort_by_key(|(_, place)| roster.turn(place, at));
        waiting
    }

    /// Gives every free place to whoever comes to their turn.
    pub(crate) fn dispatch(&mut self, roster: &Roster, at: Timestamp) {
        if !self
            .places
            .values()
            .any(|place| place.stand == Stand::Waiting)
        {
            return;
        }
        let mut free: Vec<(&Member, u32)> = roster
            .members
            .iter()
            .filter(|member| self.is_online(&member.name))
            .map(|member| (member, self.load(&member.name)))
            .filter(|(member, load)| *load < member.capacity)
            .collect();
        let online: Vec<&Member> = roster
            .members
            .iter()
            .filter(|member| self.is_online(&member.name))
            .collect();
        let may_have = |place: &Place, member: &Member| {
            roster.serves(member, place.team.as_deref())
                && !place.hidden_from.contains(&member.name)
        };
        let mut given = Vec::new();
        for (id, place) in self.waiting(roster, at) {
            // Who gave it back has it again only where nobody else is there, or nobody else has found time.
            let is_recent = at.duration_since(place.since) < roster.patience;
            let gave_back = place.given_back_by.as_deref().filter(|gave| {
                let mut others = online.iter().filter(|member| member.name != *gave);
                is_recent && others.any(|member| may_have(place, member))
            });
            // The least busy of them; of equals the one who stands first in the directory.
            let chosen = free
                .iter_mut()
                .filter(|(member, load)| {
                    *load < member.capacity
                        && may_have(place, member)
                        && gave_back != Some(member.name.as_str())
                })
                .min_by_key(|(_, load)| *load);
            if let Some((member, load)) = chosen {
                *load += 1;
                given.push((id.clone(), member.name.clone()));
            }
        }
        for (id, agent) in given {
            if let Some(place) = self.places.get_mut(&id) {
                place.stand = Stand::Offered {
                    agent: agent.clone(),
                };
            }
            self.touched.places.insert(id.clone());
            self.touched.offers.push((id, agent));
        }
    }

    /// Where a conversation stands in its team's queue; none where it doesn't wait.
    pub(crate) fn standing(
        &self,
        id: &ConversationId,
        roster: &Roster,
        at: Timestamp,
    ) -> Option<Standing> {
        let place = self
            .places
            .get(id)
            .filter(|place| place.stand == Stand::Waiting)?;
        let turn = roster.turn(place, at);
        let ahead = self.places.values().filter(|other| {
            other.stand == Stand::Waiting
                && other.team == place.team
                && roster.turn(other, at) < turn
        });
        let position = u32::try_from(ahead.count())
            .unwrap_or(u32::MAX)
            .saturating_add(1);
        Some(Standing {
            position,
            wait: self.expected(place.team.as_deref(), position, roster),
        })
    }

    /// How long the place takes: so many conversations must end before it, and the team's places end one after the
    /// other at the team's pace (R41).
    fn expected(
        &self,
        team: Option<&str>,
        position: u32,
        roster: &Roster,
    ) -> Option<SignedDuration> {
        let pace = self.paces.get(team.unwrap_or_default())?;
        if pace.ended < ENOUGH {
            return None;
        }
        let places: u32 = roster
            .members
            .iter()
            .filter(|member| self.is_online(&member.name) && roster.serves(member, team))
            .map(|member| member.capacity)
            .sum();
        if places == 0 {
            return None;
        }
        // The conversation that ends first has been under way for a while.
        let turns = f64::from(position) - UNDER_WAY;
        let seconds = pace.mean_seconds * turns / f64::from(places);
        Some(SignedDuration::from_secs(seconds.ceil() as i64))
    }
}
