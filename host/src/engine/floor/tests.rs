//! The rules of the queue, on boards that no scenario would think of.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::board::{Board, Member, Roster, Stand};
use crate::model::{
    AccountId, Change, Conversation, ConversationId, Handler, Presence, PresenceStatus, Priority,
};
use crate::workflow::{Calendar, DeskFiles};

const AGENTS: [&str; 3] = ["ann", "bob", "cem"];
const PATIENCE: SignedDuration = SignedDuration::from_mins(30);

/// Always open.
static CALENDAR: LazyLock<Calendar> = LazyLock::new(|| {
    let desk = crate::workflow::Desk::load(&DeskFiles::Embedded).unwrap();
    desk.directory
        .person("zhou-wei")
        .unwrap()
        .calendar()
        .clone()
});

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

fn roster(capacity: u32) -> Roster {
    let teams = [vec!["blue"], vec!["blue", "red"], vec!["red"]];
    let members = AGENTS.iter().zip(teams).map(|(name, teams)| Member {
        name: (*name).to_owned(),
        capacity,
        teams: teams.into_iter().map(str::to_owned).collect(),
    });
    Roster {
        members: members.collect(),
        patience: PATIENCE,
        overnight_first: true,
    }
}

fn presence(agent: &str, status: PresenceStatus, now: Timestamp) -> Presence {
    Presence {
        agent: agent.to_owned(),
        status,
        since: now,
        seen_at: now,
        expires_at: None,
        late_seconds: None,
        idle_since: None,
        looked_at: None,
    }
}

/// What may happen.
#[derive(Clone, Debug)]
enum Step {
    /// Another customer asks for a person of that team (none: whoever is free).
    Ask(Option<&'static str>, Priority),
    /// An agent comes or goes.
    Be(usize, PresenceStatus),
    /// The nth conversation that an agent has ends.
    End(usize),
    /// The nth conversation that an agent has goes back.
    Release(usize),
    /// Somebody takes the nth conversation that waits.
    Take(usize, usize),
    /// Seconds pass.
    Pass(i64),
}

fn step() -> impl Strategy<Value = Step> {
    let team = prop_oneof![Just(None), Just(Some("blue")), Just(Some("red"))];
    let priority = (0..Priority::ALL.len()).prop_map(|nth| Priority::ALL[nth]);
    let status = (0..PresenceStatus::ALL.len()).prop_map(|nth| PresenceStatus::ALL[nth]);
    prop_oneof![
        4 => (team, priority).prop_map(|(team, priority)| Step::Ask(team, priority)),
        2 => (0..3usize, status).prop_map(|(agent, status)| Step::Be(agent, status)),
        4 => (0..8usize).prop_map(Step::End),
        1 => (0..8usize).prop_map(Step::Release),
        1 => (0..3usize, 0..8usize).prop_map(|(agent, nth)| Step::Take(agent, nth)),
        2 => (0..600i64).prop_map(Step::Pass),
    ]
}

/// A desk of boards only: what runs would do is done at once.
struct Desk {
    board: Board,
    roster: Roster,
    states: BTreeMap<ConversationId, Conversation>,
    second: i64,
    /// Who was given to whom, in order.
    given: Vec<(ConversationId, String)>,
    /// Whom agents took beyond their places.
    taken: u32,
}

impl Desk {
    fn new(capacity: u32) -> Self {
        Self {
            board: Board::default(),
            roster: roster(capacity),
            states: BTreeMap::new(),
            second: 0,
            given: Vec::new(),
            taken: 0,
        }
    }

    fn now(&self) -> Timestamp {
        at(self.second)
    }

    fn change(&mut self, id: &ConversationId, change: &Change) {
        let now = self.now();
        let state = self.states.get_mut(id).unwrap();
        state.apply(change, now);
        self.board.sync(state, false, &CALENDAR, now);
    }

    fn held(&self) -> Vec<ConversationId> {
        let held = self
            .states
            .iter()
            .filter(|(_, state)| state.handler == Handler::Agent);
        held.map(|(id, _)| id.clone()).collect()
    }

    fn play(&mut self, step: &Step) {
        match step {
            Step::Ask(team, priority) => {
                let number = u128::try_from(self.states.len()).unwrap();
                let id = ConversationId::from_random(number);
                let account = AccountId::from_random(number);
                let mut state =
                    Conversation::new(id.clone(), account, "web".into(), "c".into(), self.now());
                state.priority = *priority;
                self.states.insert(id.clone(), state);
                let handed = Change::HandedOver {
                    team: team.map(str::to_owned),
                    reason: "asked".to_owned(),
                };
                self.change(&id, &handed);
            }
            Step::Be(agent, status) => {
                let now = self.now();
                self.board.be(presence(AGENTS[*agent], *status, now));
            }
            Step::End(nth) => {
                if let Some(id) = self.held().get(*nth).cloned() {
                    self.change(&id, &Change::Resolved { summary: None });
                }
            }
            Step::Release(nth) => {
                if let Some(id) = self.held().get(*nth).cloned() {
                    let team = self.states[&id].team.clone();
                    let reason = "released".to_owned();
                    self.change(&id, &Change::HandedOver { team, reason });
                }
            }
            Step::Take(agent, nth) => {
                let waiting = self.board.waiting(&self.roster, self.now());
                if let Some(id) = waiting.get(*nth).map(|(id, _)| (*id).clone()) {
                    self.taken += 1;
                    let agent = AGENTS[*agent].to_owned();
                    self.change(&id, &Change::Assigned { agent });
                }
            }
            Step::Pass(seconds) => self.second += seconds,
        }
        self.dispatch();
    }

    /// Gives out what is free, and checks that it went to whoever came to their turn.
    fn dispatch(&mut self) {
        let now = self.now();
        let roster = self.roster.clone();
        self.board.dispatch(&roster, now);
        let offers = std::mem::take(&mut self.board.touched).offers;
        for (id, agent) in offers {
            let place = self.board.places[&id].clone();
            for (other, waiting) in self.board.waiting(&roster, now) {
                let gave_back = waiting.given_back_by.as_deref() == Some(agent.as_str());
                if waiting.team != place.team || gave_back {
                    continue;
                }
                let rank = |place: &super::board::Place| {
                    let patient = now.duration_since(place.since) >= PATIENCE;
                    match place.priority {
                        Priority::Urgent => 0,
                        _ if patient => 1,
                        Priority::High => 2,
                        Priority::Normal => 3,
                        Priority::Low => 4,
                    }
                };
                let turn = |place: &super::board::Place| (rank(place), place.since, place.nth);
                assert!(
                    turn(&place) < turn(waiting),
                    "{id} was given to {agent} before {other}"
                );
            }
            self.given.push((id.clone(), agent.clone()));
            self.change(&id, &Change::Assigned { agent });
        }
        if self.taken == 0 {
            for member in &roster.members {
                let load = self.board.load(&member.name);
                assert!(load <= member.capacity, "{} has {load}", member.name);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn whoever_waits_is_served_in_turn_within_the_cap_and_the_same_every_time(
        steps in prop::collection::vec(step(), 1..120),
        capacity in 1u32..4,
    ) {
        let (mut desk, mut again) = (Desk::new(capacity), Desk::new(capacity));
        for step in &steps {
            desk.play(step);
            again.play(step);
        }
        prop_assert_eq!(&desk.given, &again.given);
        prop_assert_eq!(&desk.board.places, &again.board.places);
        // Nobody is forgotten: with everybody there, and conversations that end, the last one is served, too.
        for agent in 0..AGENTS.len() {
            desk.play(&Step::Be(agent, PresenceStatus::Online));
        }
        for _ in 0..desk.states.len() * 2 {
            desk.play(&Step::End(0));
        }
        prop_assert!(desk.board.waiting(&desk.roster, desk.now()).is_empty());
        prop_assert!(desk.states.values().all(|state| state.handler != Handler::Queue));
    }

    #[test]
    fn low_priority_is_not_starved_by_a_stream_of_higher_ones(capacity in 1u32..3) {
        let mut desk = Desk::new(capacity);
        desk.play(&Step::Be(0, PresenceStatus::Online));
        for _ in 0..capacity {
            desk.play(&Step::Ask(Some("blue"), Priority::High));
        }
        desk.play(&Step::Ask(Some("blue"), Priority::Low));
        let low = ConversationId::from_random(u128::from(capacity));
        for _ in 0..60 {
            desk.play(&Step::Ask(Some("blue"), Priority::High));
            desk.play(&Step::End(0));
            desk.play(&Step::Pass(60));
        }
        prop_assert!(desk.given.iter().any(|(id, _)| *id == low));
    }
}

#[test]
fn the_sixth_waits_and_the_oldest_gets_the_next_free_place() {
    let mut desk = Desk::new(5);
    desk.play(&Step::Be(0, PresenceStatus::Online));
    for _ in 0..8 {
        desk.play(&Step::Ask(Some("blue"), Priority::Normal));
        desk.play(&Step::Pass(1));
    }
    let id = |nth: u128| ConversationId::from_random(nth);
    assert_eq!(desk.given.len(), 5);
    let standing = desk
        .board
        .standing(&id(7), &desk.roster, desk.now())
        .unwrap();
    assert_eq!(standing.position, 3);
    desk.play(&Step::End(2));
    assert_eq!(desk.given.last().unwrap(), &(id(5), "ann".to_owned()));
}

#[test]
fn a_place_kept_for_somebody_is_given_back_when_the_agent_goes() {
    let (mut board, roster) = (Board::default(), roster(1));
    let mut state = Conversation::new(
        ConversationId::from_random(1),
        AccountId::from_random(1),
        "web".into(),
        "c".into(),
        at(0),
    );
    let reason = "asked".to_owned();
    state.apply(&Change::HandedOver { team: None, reason }, at(0));
    board.sync(&state, false, &CALENDAR, at(0));
    board.be(presence("ann", PresenceStatus::Online, at(0)));
    board.dispatch(&roster, at(0));
    assert!(board.is_offered(&state.id, "ann"));
    board.be(presence("ann", PresenceStatus::Offline, at(1)));
    assert_eq!(board.places[&state.id].stand, Stand::Waiting);
    board.be(presence("bob", PresenceStatus::Online, at(2)));
    board.dispatch(&roster, at(2));
    assert!(board.is_offered(&state.id, "bob"));
}

#[test]
fn the_expected_wait_follows_the_teams_pace() {
    let mut desk = Desk::new(1);
    desk.play(&Step::Be(0, PresenceStatus::Online));
    for _ in 0..6 {
        desk.play(&Step::Ask(Some("blue"), Priority::Normal));
        desk.play(&Step::Pass(1));
    }
    let last = ConversationId::from_random(5);
    let expected = |desk: &Desk| {
        desk.board
            .standing(&last, &desk.roster, desk.now())
            .unwrap()
            .wait
    };
    assert_eq!(
        expected(&desk),
        None,
        "nothing is known of how long it takes"
    );
    for _ in 0..3 {
        desk.play(&Step::Pass(240));
        desk.play(&Step::End(0));
    }
    // One before it, each takes four minutes.
    let wait = expected(&desk).unwrap().as_secs();
    assert!((400..=560).contains(&wait), "{wait}");
}

/// What customers are told of their wait beside how long it was (R41): three agents with two places each, conversations
/// of one to thirteen minutes, and somewhat more customers than they can serve.
#[test]
fn the_wait_that_is_told_is_the_wait_that_comes() {
    let mut ratios = Vec::new();
    for seed in 1..=20_u64 {
        let mut random = seed;
        let mut between = |from: i64, to: i64| {
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            from + i64::try_from((random >> 33) % u64::try_from(to - from).unwrap()).unwrap()
        };
        let mut desk = Desk::new(2);
        for agent in 0..AGENTS.len() {
            desk.play(&Step::Be(agent, PresenceStatus::Online));
        }
        let mut ends: BTreeMap<ConversationId, i64> = BTreeMap::new();
        let mut told: BTreeMap<ConversationId, (i64, i64)> = BTreeMap::new();
        let (mut expected, mut waited) = (0, 0);
        let mut next = 0;
        while desk.second < 4 * 3_600 {
            if desk.second >= next {
                next = desk.second + between(40, 95);
                desk.play(&Step::Ask(None, Priority::Normal));
                let id =
                    ConversationId::from_random(u128::try_from(desk.states.len() - 1).unwrap());
                let standing = desk.board.standing(&id, &desk.roster, desk.now());
                if let Some(wait) = standing.and_then(|standing| standing.wait) {
                    told.insert(id, (desk.second, wait.as_secs()));
                }
            }
            for id in desk.held() {
                if let Some((since, wait)) = told.remove(&id) {
                    expected += wait;
                    waited += desk.second - since;
                }
                let end = *ends
                    .entry(id.clone())
                    .or_insert_with(|| desk.second + between(60, 780));
                if end <= desk.second {
                    let nth = desk.held().iter().position(|held| *held == id).unwrap();
                    desk.play(&Step::End(nth));
                }
            }
            desk.play(&Step::Pass(5));
        }
        assert!(waited > 1_800, "nobody waited: {waited}");
        ratios.push(
            f64::from(i32::try_from(expected).unwrap()) / f64::from(i32::try_from(waited).unwrap()),
        );
    }
    assert!(
        ratios.iter().all(|ratio| (0.7..=1.3).contains(ratio)),
        "{ratios:?}"
    );
}
