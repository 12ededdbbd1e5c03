//! A random week at the demo desk: what happens is drawn from a seed and decided while the week goes on, so that only
//! what can happen does. Written down as a scenario, it can be played again by hand.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use switchboard::engine::TimelineLine;
use switchboard::engine::simulate::{Simulation, parse};
use switchboard::model::{Conversation, Handler, TicketStatus};
use switchboard::report::delivery::FormDelivery;
use switchboard::sandbox::Sandbox;
use switchboard::store::MemoryStore;
use switchboard::workflow::Desk;

use super::rules::{self, Sent};
use super::words::{ANSWERS, Mind, WORDS};

/// The days on which weeks begin: ordinary ones, and such with holidays and make-up days.
const BEGINS: [&str; 8] = [
    "2026-03-09",
    "2026-02-10",
    "2026-04-01",
    "2026-04-28",
    "2026-09-14",
    "2026-09-18",
    "2026-09-29",
    "2025-12-29",
];
const DAYS: i64 = 7;
/// How long after it the desk is watched: visits are made, promises broken, timers fire.
const AFTERWARDS: i64 = 13;
const AGENTS: [&str; 5] = ["lin-mei", "zhang-wei", "lee-ka-yan", "chen-jing", "xu-lei"];
const CHANNELS: [&str; 3] = ["web", "wechat", "email"];

/// What is to happen, as far as it is known beforehand.
enum Plan {
    Customer(usize, Option<Mind>),
    Answer(usize),
    Settle(usize),
    Tickets(usize),
    Presence(&'static str, &'static str, bool),
    Outage(i64),
    Crash,
}

/// Random numbers that a seed repeats (SplitMix64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn between(&mut self, from: i64, to: i64) -> i64 {
        let width = u64::try_from(to - from).unwrap();
        from + i64::try_from(self.roll() % width).unwrap()
    }

    fn chance(&mut self, hundredths: u64) -> bool {
        self.roll() % 100 < hundredths
    }

    fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        let count = u64::try_from(all.len()).unwrap();
        all[usize::try_from(self.roll() % count).unwrap()]
    }
}

struct Customer {
    name: String,
    channel: &'static str,
    language: usize,
}

/// A week that was lived through.
pub(crate) struct Week {
    /// As a scenario.
    pub(crate) scenario: String,
    pub(crate) timeline: Vec<TimelineLine>,
    pub(crate) simulation: Simulation,
    /// The rules that it broke.
    pub(crate) broken: Vec<String>,
}

struct Living<'d> {
    desk: &'d Arc<Desk>,
    dice: Dice,
    simulation: Simulation,
    plans: BTreeMap<(Timestamp, u64), Plan>,
    planned: u64,
    customers: Vec<Customer>,
    lines: Vec<String>,
    timeline: Vec<TimelineLine>,
    sent: Vec<Sent>,
    outages: Vec<(Timestamp, Timestamp)>,
    now: Timestamp,
}

/// Lives through the week of a seed.
pub(crate) fn live(desk: &Arc<Desk>, sandbox: &Arc<Sandbox>, seed: u64) -> Week {
    let mut dice = Dice(seed);
    let begin = dice.one_of(&BEGINS);
    let begin: Timestamp = format!("{begin}T00:00:00+08:00").parse().unwrap();
    let store = Arc::new(MemoryStore::new());
    let simulation = Simulation::new(Arc::clone(desk), Arc::clone(sandbox), store, begin)
        .unwrap()
        .with_chores(vec![Arc::new(FormDelivery)]);
    let customers = (0..dice.between(3, 10))
        .map(|number| Customer {
            name: format!("customer-{number}"),
            channel: dice.one_of(&CHANNELS),
            language: usize::try_from(dice.between(0, 3)).unwrap(),
        })
        .collect();
    let mut living = Living {
        desk,
        dice,
        simulation,
        plans: BTreeMap::new(),
        planned: 0,
        customers,
        lines: Vec::new(),
        timeline: Vec::new(),
        sent: Vec::new(),
        outages: Vec::new(),
        now: begin,
    };
    living.plan_the_week(begin);
    living.live();
    let end = begin + SignedDuration::from_hours(24 * (DAYS + AFTERWARDS));
    living.play(end, json!({"do": "advance"}));
    let broken = rules::broken(
        living.simulation.core(),
        desk,
        &living.sent,
        &living.outages,
        end,
    );
    Week {
        scenario: living.lines.concat(),
        timeline: living.timeline,
        simulation: living.simulation,
        broken,
    }
}

impl Living<'_> {
    fn plan(&mut self, at: Timestamp, plan: Plan) {
        self.planned += 1;
        self.plans.insert((at, self.planned), plan);
    }

    fn soon(&mut self, from: i64, to: i64, plan: Plan) {
        let at = self.now + SignedDuration::from_secs(self.dice.between(from, to));
        self.plan(at, plan);
    }

    fn plan_the_week(&mut self, begin: Timestamp) {
        let minute =
            |day: i64, minute: i64| begin + SignedDuration::from_mins(day * 1_440 + minute);
        for day in 0..DAYS {
            let works = self.desk.calendar.is_open(minute(day, 9 * 60));
            for agent in AGENTS {
                let comes = self.dice.chance(if works { 75 } else { 3 });
                if !comes {
                    continue;
                }
                let beats = self.dice.chance(90);
                let came = minute(day, 8 * 60 + self.dice.between(10, 60));
                self.plan(came, Plan::Presence(agent, "online", beats));
                for (hour, status) in [(12, "away"), (13, "online")] {
                    let at = minute(day, hour * 60 + self.dice.between(0, 3));
                    self.plan(at, Plan::Presence(agent, status, true));
                }
                if self.dice.chance(30) {
                    let at = minute(day, self.dice.between(9 * 60, 17 * 60));
                    let status = self.dice.one_of(&["busy", "away", "offline"]);
                    self.plan(at, Plan::Presence(agent, status, true));
                    let back = at + SignedDuration::from_mins(self.dice.between(1, 60));
                    self.plan(back, Plan::Presence(agent, "online", true));
                }
                let left = minute(day, 17 * 60 + self.dice.between(20, 50));
                self.plan(left, Plan::Presence(agent, "offline", true));
            }
            for _ in 0..self.dice.between(1, 6) {
                let customer = usize::try_from(
                    self.dice.roll() % u64::try_from(self.customers.len()).unwrap(),
                )
                .unwrap();
                let minutes = if self.dice.chance(75) {
                    self.dice.between(8 * 60, 18 * 60)
                } else {
                    self.dice.between(0, 1_440)
                };
                let at = minute(day, minutes) + SignedDuration::from_secs(self.dice.between(0, 60));
                self.plan(at, Plan::Customer(customer, None));
            }
            // A rush: many want a person at once.
            if self.dice.chance(20) {
                let at = minute(day, self.dice.between(8 * 60, 17 * 60));
                for customer in 0..self.customers.len() {
                    let at = at + SignedDuration::from_secs(self.dice.between(0, 240));
                    self.plan(at, Plan::Customer(customer, Some(Mind::Person)));
                }
            }
            if self.dice.chance(25) {
                let at = minute(day, self.dice.between(0, 1_440));
                let seconds = self.dice.between(70, 3 * 3_600);
                self.plan(at, Plan::Outage(seconds));
            }
            if self.dice.chance(40) {
                let at = minute(day, self.dice.between(0, 1_440));
                self.plan(at, Plan::Crash);
            }
        }
    }

    fn live(&mut self) {
        while let Some(((at, _), plan)) = self.plans.pop_first() {
            self.now = at;
            match plan {
                Plan::Customer(customer, mind) => self.customer(customer, mind),
                Plan::Answer(customer) => self.answer(customer),
                Plan::Settle(customer) => self.settle(customer),
                Plan::Tickets(customer) => self.tickets(customer),
                Plan::Presence(agent, status, beats) => {
                    let mut line = json!({"do": "presence", "agent": agent, "status": status});
                    if !beats {
                        line["heartbeat"] = json!(false);
                    }
                    self.play(at, line);
                }
                Plan::Outage(seconds) => {
                    let down = self.outages.last().is_some_and(|(_, until)| *until >= at);
                    if !down {
                        let until = at + SignedDuration::from_secs(seconds);
                        self.outages.push((at, until));
                        self.play(at, json!({"do": "outage", "until": until.to_string()}));
                    }
                }
                Plan::Crash => self.play(at, json!({"do": "crash"})),
            }
        }
    }

    /// Plays one line of the scenario; the desk may refuse what people of the desk ask for, nothing else.
    fn play(&mut self, at: Timestamp, line: Value) {
        let Value::Object(mut fields) = line else {
            unreachable!()
        };
        let by_agent = fields.contains_key("contact") && fields["do"] != "message";
        fields.insert("at".to_owned(), json!(at.to_string()));
        let text = Value::Object(fields).to_string() + "\n";
        let mut line = parse(&text).unwrap().remove(0);
        line.number = self.lines.len() + 1;
        self.lines.push(text);
        let timeline = &mut self.timeline;
        let result = self.simulation.play(&line, |line| timeline.push(line));
        if let Err(problem) = result {
            assert!(by_agent, "{problem}\n{}", self.lines.concat());
            self.lines.pop();
        }
    }

    fn state(&self, customer: usize) -> Option<Conversation> {
        let Customer { name, channel, .. } = &self.customers[customer];
        let core = self.simulation.core();
        let id = core.current_conversation(channel, name).unwrap()?;
        Some(core.conversation(&id).unwrap())
    }

    fn customer(&mut self, customer: usize, mind: Option<Mind>) {
        let mind = mind.unwrap_or_else(|| {
            let weights: [(u64, Mind); 14] = [
                (20, Mind::Question),
                (22, Mind::Person),
                (10, Mind::Complaint),
                (4, Mind::ComplaintAboutSomebody),
                (4, Mind::Suggestion),
                (6, Mind::Repair),
                (8, Mind::Order),
                (2, Mind::Emergency),
                (5, Mind::Thanks),
                (4, Mind::Nod),
                (2, Mind::Nuisance),
                (3, Mind::Choice),
                (3, Mind::Later),
                (7, Mind::Other),
            ];
            let mut left = self.dice.roll() % 100;
            let mut chosen = Mind::Question;
            for (weight, mind) in weights {
                if left < weight {
                    chosen = mind;
                    break;
                }
                left -= weight;
            }
            chosen
        });
        let Customer {
            name,
            channel,
            language,
        } = &self.customers[customer];
        let (name, channel, language) = (name.clone(), *channel, *language);
        let said = WORDS
            .iter()
            .find(|(of, _)| std::mem::discriminant(of) == std::mem::discriminant(&mind));
        let text = self.dice.one_of(said.unwrap().1[language]);
        self.sent
            .push((channel.to_owned(), name.clone(), text.to_owned()));
        let at = self.now;
        self.play(
            at,
            json!({"do": "message", "contact": name, "channel": channel, "text": text}),
        );
        if self.dice.chance(60) {
            self.soon(10, 300, Plan::Answer(customer));
        }
        if self.dice.chance(35) {
            self.soon(5, 900, Plan::Customer(customer, None));
        }
        if self.dice.chance(60) {
            self.soon(300, 6 * 3_600, Plan::Tickets(customer));
        }
        if self.dice.chance(40) {
            self.soon(60, 3 * 3_600, Plan::Settle(customer));
        }
    }

    /// Somebody of the desk answers, or takes over, or gives back.
    fn answer(&mut self, customer: usize) {
        let Some(state) = self.state(customer) else {
            return;
        };
        let (contact, language, at) = (
            state.contact.clone(),
            self.customers[customer].language,
            self.now,
        );
        let somebody = self.dice.one_of(&AGENTS);
        let agent = match state.handler {
            Handler::Agent => state.agent.clone().unwrap_or_else(|| somebody.to_owned()),
            _ => somebody.to_owned(),
        };
        if state.resolved || state.is_hidden_from(&agent) {
            return;
        }
        match state.handler {
            Handler::Bot if self.dice.chance(80) => return,
            Handler::Queue if self.dice.chance(60) => return,
            Handler::Agent if self.dice.chance(7) => {
                self.play(
                    at,
                    json!({"do": "release", "agent": agent, "contact": contact}),
                );
                return;
            }
            Handler::Bot | Handler::Queue if self.dice.chance(50) => {
                self.play(
                    at,
                    json!({"do": "take", "agent": agent, "contact": contact}),
                );
            }
            _ => {}
        }
        let text = self.dice.one_of(ANSWERS[language]);
        self.play(
            at,
            json!({"do": "agent-reply", "agent": agent, "contact": contact, "text": text}),
        );
        if self.dice.chance(40) {
            self.soon(20, 600, Plan::Customer(customer, None));
        }
    }

    fn settle(&mut self, customer: usize) {
        let Some(state) = self.state(customer).filter(|state| !state.resolved) else {
            return;
        };
        let agent = state.agent.clone().unwrap_or_else(|| "lin-mei".to_owned());
        if state.is_hidden_from(&agent) {
            return;
        }
        let at = self.now;
        self.play(
            at,
            json!({"do": "resolve", "agent": agent, "contact": state.contact}),
        );
        if self.dice.chance(70) {
            self.soon(20, 6 * 3_600, Plan::Customer(customer, Some(Mind::Rating)));
        }
    }

    /// A department moves one of the customer's tickets on.
    fn tickets(&mut self, customer: usize) {
        let Some(state) = self.state(customer) else {
            return;
        };
        let Some(ticket) = state.open_tickets().last() else {
            return;
        };
        let (at, contact, kind) = (self.now, state.contact.clone(), ticket.kind);
        let line = if ticket.status == TicketStatus::Opened && self.dice.chance(60) {
            json!({"do": "ticket", "contact": contact, "kind": kind, "status": "acknowledged"})
        } else {
            json!({"do": "ticket", "contact": contact, "kind": kind, "status": "closed", "feedback": "已处理完成 / done"})
        };
        self.play(at, line);
        if self.dice.chance(70) {
            self.soon(300, 10 * 3_600, Plan::Tickets(customer));
        }
    }
}
