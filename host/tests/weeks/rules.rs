//! What must be true of every day of a desk, whatever happened on it: checked on the runs that the desk kept.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::Timestamp;
use switchboard::engine::Core;
use switchboard::model::{
    Author, Change, Conversation, Entry, Handler, Occurrence, Priority, Run, Ticket, TicketKind,
    TicketStatus,
};
use switchboard::workflow::Desk;

/// The customer hears something within so much business time (R31).
const MINUTE: Duration = Duration::from_secs(60);
/// A complaint that nobody acknowledges climbs after so much business time: the demo desk's setting.
const ACKNOWLEDGE: Duration = Duration::from_secs(3_600);
/// The words that begin the explanation of an outage, in the desk's languages.
const EXPLANATIONS: [&str; 3] = ["我们的系统在", "我們的系統在", "Our system was down"];
/// The words of the apology for a broken promise.
const BROKEN: [&str; 3] = ["没能按时做到", "沒能按時做到", "has not been done in time"];

/// What somebody sent: on which channel, who, what.
pub(crate) type Sent = (String, String, String);

/// What a desk lived through.
pub(crate) struct Life<'a> {
    core: &'a Core,
    desk: &'a Desk,
    /// By conversation, in order.
    conversations: BTreeMap<String, Vec<Run>>,
    outages: &'a [(Timestamp, Timestamp)],
    end: Timestamp,
    broken: Vec<String>,
}

/// Every rule that was broken, in words.
pub(crate) fn broken(
    core: &Core,
    desk: &Desk,
    sent: &[Sent],
    outages: &[(Timestamp, Timestamp)],
    end: Timestamp,
) -> Vec<String> {
    let mut conversations: BTreeMap<String, Vec<Run>> = BTreeMap::new();
    let marks = core
        .runs_between(Timestamp::MIN, Timestamp::MAX, None, usize::MAX)
        .unwrap();
    for (_, id) in marks {
        let run = core.run(&id).unwrap();
        let of = conversations.entry(run.before.id.to_string()).or_default();
        of.push(run);
    }
    for runs in conversations.values_mut() {
        runs.sort_by_key(|run| run.id.parts().map(|(_, number)| number));
    }
    let mut life = Life {
        core,
        desk,
        conversations,
        outages,
        end,
        broken: Vec::new(),
    };
    life.nothing_is_lost(sent);
    life.nothing_failed();
    life.greeted_once();
    life.answered_within_the_minute();
    life.complaints_arrive();
    life.timers_fire_once();
    life.closed_days_are_quiet();
    life.outages_are_explained_once();
    life.nobody_starves();
    life.nobody_judges_a_complaint_about_themselves();
    life.promises_are_settled();
    life.broken
}

/// An entry with when and where it was made.
struct Made<'r> {
    run: &'r Run,
    entry: &'r Entry,
}

fn entries(runs: &[Run]) -> impl Iterator<Item = Made<'_>> {
    runs.iter()
        .flat_map(|run| run.entries.iter().map(move |entry| Made { run, entry }))
}

fn replies(run: &Run) -> impl Iterator<Item = (&str, &str)> {
    run.entries.iter().filter_map(|entry| match &entry.change {
        Change::Replied { message } => Some((entry.by.as_str(), message.text.as_str())),
        _ => None,
    })
}

fn explains(text: &str) -> bool {
    EXPLANATIONS.iter().any(|begin| text.starts_with(begin))
}

/// The conversation's state after a run, without what the host keeps beside the entries.
fn after(run: &Run) -> Conversation {
    let mut state = run.before.clone();
    let opening = usize::try_from(run.opening).unwrap();
    for entry in run.entries.iter().skip(opening) {
        state.apply(&entry.change, run.event.at);
    }
    state
}

fn in_danger(state: &Conversation) -> bool {
    state
        .open_tickets()
        .any(|ticket| ticket.kind == TicketKind::Emergency)
}

impl Life<'_> {
    fn breach(&mut self, at: Timestamp, rule: &str, what: &str) {
        let at = at.to_zoned(self.desk.time_zone.clone());
        self.broken
            .push(format!("{} {rule}: {what}", at.strftime("%F %T")));
    }

    /// Goes through the conversations, giving each to a rule.
    fn each(&mut self, rule: impl Fn(&Self, &[Run]) -> Vec<(Timestamp, String)>, name: &str) {
        let mut found = Vec::new();
        for runs in self.conversations.values() {
            found.extend(rule(self, runs));
        }
        for (at, what) in found {
            self.breach(at, name, &what);
        }
    }

    /// Every message that was accepted is in the store, once.
    fn nothing_is_lost(&mut self, sent: &[Sent]) {
        let mut kept: Vec<Sent> = Vec::new();
        for runs in self.conversations.values() {
            let state = &runs[0].before;
            let page = switchboard::engine::MessagePage {
                after: Some(0),
                before: None,
                limit: usize::MAX,
            };
            let messages = self.core.messages(&state.id, page).unwrap();
            for message in messages {
                if message.author == Author::Customer {
                    let (channel, contact) = (state.channel.clone(), state.contact.clone());
                    kept.push((channel, contact, message.text));
                }
            }
        }
        let mut sent = sent.to_vec();
        sent.sort();
        kept.sort();
        if sent != kept {
            let lost: Vec<_> = sent.iter().filter(|one| !kept.contains(one)).collect();
            let what = format!("sent {}, kept {}; lost {lost:?}", sent.len(), kept.len());
            self.breach(self.end, "nothing is lost", &what);
        }
    }

    /// No step of the demo desk fails for reasons of its own.
    fn nothing_failed(&mut self) {
        let rule = |_: &Self, runs: &[Run]| {
            let failed = entries(runs).filter_map(|made| match &made.entry.change {
                Change::Failed { step, reason, .. } => {
                    Some((made.run.event.at, format!("{step}: {reason}")))
                }
                _ => None,
            });
            failed.collect()
        };
        self.each(rule, "no step fails");
    }

    /// One greeting a conversation, before anything else that is said; in an emergency none is needed.
    fn greeted_once(&mut self) {
        let rule = |_: &Self, runs: &[Run]| {
            let said: Vec<_> = runs
                .iter()
                .flat_map(|run| replies(run).map(move |(by, text)| (run, by, text)))
                .collect();
            let greetings = said.iter().filter(|(_, by, _)| *by == "greeting").count();
            let in_an_emergency = runs.iter().any(|run| in_danger(&after(run)));
            let contact = &runs[0].before.contact;
            let mut found = Vec::new();
            if greetings > 1 || (greetings == 0 && !in_an_emergency) {
                found.push((
                    runs[0].event.at,
                    format!("{contact}: {greetings} greetings"),
                ));
            }
            let first = said.iter().find(|(_, _, text)| !explains(text));
            if let Some((run, by, text)) = first
                && *by != "greeting"
                && !in_an_emergency
            {
                let what = format!("{contact}: {by} spoke first: {text}");
                found.push((run.event.at, what));
            }
            found
        };
        self.each(rule, "greeted once");
    }

    /// Whoever wrote hears something within a minute of business time, unless the message asks for nothing (R31).
    fn answered_within_the_minute(&mut self) {
        let rule = |life: &Self, runs: &[Run]| {
            let mut found = Vec::new();
            for (index, run) in runs.iter().enumerate() {
                let Occurrence::MessageReceived { message } = &run.event.what else {
                    continue;
                };
                let state = after(run);
                let asks_nothing =
                    state.care.unheard_since.is_none() && replies(run).next().is_none();
                if run.resumed.is_some() || asks_nothing || in_danger(&state) {
                    continue;
                }
                let calendar = &life.desk.calendar;
                let due = calendar.add_business(run.event.at, MINUTE).unwrap();
                // While the host is down it can't speak; it says so when it is back.
                let due = life
                    .outages
                    .iter()
                    .filter(|(from, to)| *from <= due && due < *to)
                    .fold(due, |due, (_, to)| due.max(*to));
                let heard = runs[index..]
                    .iter()
                    .take_while(|later| later.event.at <= due)
                    .any(|later| {
                        let settles =
                            |entry: &Entry| matches!(entry.change, Change::Resolved { .. });
                        replies(later).any(|_| true) || later.entries.iter().any(settles)
                    });
                if !heard && due < life.end {
                    let state = &run.before;
                    let what = format!(
                        "{} wrote {:?} ({}) and heard nothing by {}",
                        state.contact,
                        message.text,
                        state.handler,
                        due.to_zoned(life.desk.time_zone.clone()).strftime("%F %T")
                    );
                    found.push((run.event.at, what));
                }
            }
            found
        };
        self.each(rule, "answered or apologised to within the minute");
    }

    /// What triage takes for a complaint is a ticket at once; somebody acknowledges it, or it climbs (R67).
    fn complaints_arrive(&mut self) {
        let is_complaint = |ticket: &Ticket| ticket.kind == TicketKind::Complaint;
        let rule = |life: &Self, runs: &[Run]| {
            let mut found = Vec::new();
            let contact = &runs[0].before.contact;
            for run in runs {
                let Occurrence::MessageReceived { message } = &run.event.what else {
                    continue;
                };
                let complains = run.entries.iter().any(|entry| match &entry.change {
                    Change::CategoriesSet { categories } => categories
                        .iter()
                        .any(|category| category.name == "complaint"),
                    _ => false,
                });
                let forwarded = run.entries.iter().any(|entry| match &entry.change {
                    Change::TicketOpened { ticket } | Change::TicketAppended { ticket, .. } => {
                        is_complaint(ticket) || ticket.kind == TicketKind::Emergency
                    }
                    _ => false,
                });
                if complains && !forwarded {
                    let what = format!("{contact}: {:?} became no ticket", message.text);
                    found.push((run.event.at, what));
                }
            }
            for opened in entries(runs) {
                let Change::TicketOpened { ticket } = &opened.entry.change else {
                    continue;
                };
                if !is_complaint(ticket) {
                    continue;
                }
                let due = life
                    .desk
                    .calendar
                    .add_business(ticket.opened_at, ACKNOWLEDGE);
                let due = due.unwrap();
                let due = life
                    .outages
                    .iter()
                    .filter(|(from, to)| *from <= due && due < *to)
                    .fold(due, |due, (_, to)| due.max(*to));
                let moved = entries(runs)
                    .filter(|made| made.run.event.at <= due)
                    .any(|made| match &made.entry.change {
                        Change::TicketMoved { ticket: moved } => {
                            moved.id == ticket.id && moved.status != TicketStatus::Opened
                        }
                        Change::TicketEscalated {
                            ticket: climbed, ..
                        } => climbed.id == ticket.id,
                        _ => false,
                    });
                if !moved && due < life.end {
                    let what = format!(
                        "{contact}: nobody acknowledged {:?}, and it did not climb",
                        ticket.title
                    );
                    found.push((ticket.opened_at, what));
                }
            }
            found
        };
        self.each(
            rule,
            "complaints are forwarded and acknowledged or escalated",
        );
    }

    /// A timer that was set fires once, on time, or is cancelled.
    fn timers_fire_once(&mut self) {
        let rule = |life: &Self, runs: &[Run]| {
            let mut found = Vec::new();
            let mut set: BTreeMap<&str, Timestamp> = BTreeMap::new();
            for made in entries(runs) {
                let at = made.run.event.at;
                match &made.entry.change {
                    Change::TimerSet { timer } => {
                        set.insert(&timer.name, timer.due);
                    }
                    Change::TimerCancelled { timer } => {
                        let was_set = set.remove(timer.name.as_str()).is_some();
                        let what = format!("{} is cancelled twice", timer.name);
                        found.extend((!was_set).then_some((at, what)));
                    }
                    Change::TimerFired { timer } => match set.remove(timer.name.as_str()) {
                        None => found.push((at, format!("{} fires unasked", timer.name))),
                        Some(due) if !life.on_time(due, at) => {
                            found.push((at, format!("{} was due at {due}", timer.name)));
                        }
                        Some(_) => {}
                    },
                    _ => {}
                }
            }
            for (name, due) in set {
                if due < life.end {
                    found.push((due, format!("{name} never fired")));
                }
            }
            found
        };
        self.each(rule, "every timer once");
    }

    /// Whether something that was due then could not happen before `at`.
    fn on_time(&self, due: Timestamp, at: Timestamp) -> bool {
        let mut outages = self.outages.iter();
        at == due || outages.any(|(from, to)| *from <= due && due <= *to && at == *to)
    }

    /// Nobody is asked, visited or apologised to out of the blue while the desk is closed (R80, R140).
    fn closed_days_are_quiet(&mut self) {
        let rule = |life: &Self, runs: &[Run]| {
            let calendar = &life.desk.calendar;
            let mut found = Vec::new();
            for run in runs {
                let at = run.event.at;
                let answers = matches!(
                    run.event.what,
                    Occurrence::MessageReceived { .. }
                        | Occurrence::TicketUpdated { .. }
                        | Occurrence::DeskRecovered { .. }
                );
                if answers || calendar.is_open(at) {
                    continue;
                }
                let midnight = at.to_zoned(life.desk.time_zone.clone()).start_of_day();
                let begin = midnight.unwrap();
                let opens = calendar.next_open(begin.timestamp());
                let works_today = opens.is_some_and(|opens| {
                    opens.to_zoned(life.desk.time_zone.clone()).date() == begin.date()
                });
                let is_visit = matches!(&run.event.what, Occurrence::TimerFired { timer } if timer.name.contains("visit"));
                for (by, text) in replies(run) {
                    let apologises = BROKEN.iter().any(|words| text.contains(words));
                    // Who prefers the evening of a working day is visited then.
                    let unasked =
                        (by == "follow-up-visit" && !(is_visit && works_today)) || apologises;
                    if unasked {
                        let what = format!("{} hears from {by}: {text}", run.before.contact);
                        found.push((at, what));
                    }
                }
            }
            found
        };
        self.each(rule, "closed days are quiet");
    }

    /// After an outage whoever was left without an answer hears one explanation, nobody hears two (R48).
    fn outages_are_explained_once(&mut self) {
        let rule = |life: &Self, runs: &[Run]| {
            let mut found = Vec::new();
            for (index, (from, to)) in life.outages.iter().enumerate() {
                let next = life.outages.get(index + 1).map_or(life.end, |next| next.1);
                let explained = runs
                    .iter()
                    .filter(|run| run.event.at >= *to && run.event.at < next)
                    .flat_map(replies)
                    .filter(|(by, text)| *by == "host" && explains(text))
                    .count();
                let before = runs.iter().take_while(|run| run.event.at < *to).last();
                let before = before.map(after);
                let waited = before.as_ref().is_some_and(|state| {
                    !state.resolved
                        && state.handler != Handler::Bot
                        && (state.care.owed_since.is_some() || state.care.unheard_since.is_some())
                });
                let endangered = before.as_ref().is_some_and(in_danger)
                    || runs
                        .iter()
                        .any(|run| run.event.at == *to && in_danger(&after(run)));
                let contact = &runs[0].before.contact;
                if explained > 1 || (explained == 0 && waited && !endangered) {
                    let what = format!("{contact} heard {explained} explanations of {from} – {to}");
                    found.push((*to, what));
                }
            }
            found
        };
        self.each(rule, "one explanation of each outage");
    }

    /// First come, first served: nobody who came later, with no more right, is served before somebody who waits (R34).
    fn nobody_starves(&mut self) {
        struct Wait {
            contact: String,
            team: Option<String>,
            priority: Priority,
            overnight: bool,
            since: Timestamp,
            /// When it came into the queue: who asks on a holiday does so when the desk opens again.
            joined: Timestamp,
            until: Timestamp,
            served: Option<String>,
            hidden_from: Vec<String>,
            given_back: bool,
        }
        let mut waits = Vec::new();
        for runs in self.conversations.values() {
            let mut open: Option<Wait> = None;
            for run in runs {
                let (mut state, at) = (run.before.clone(), run.event.at);
                let opening = usize::try_from(run.opening).unwrap();
                for (number, entry) in run.entries.iter().enumerate() {
                    if number >= opening {
                        state.apply(&entry.change, at);
                    }
                    let by_host = entry.by == "host";
                    match &entry.change {
                        Change::Assigned { agent } if by_host => {
                            if let Some(wait) = open.take() {
                                waits.push(Wait {
                                    until: at,
                                    served: Some(agent.clone()),
                                    ..wait
                                });
                            }
                        }
                        // Taken by hand, answered otherwise, left, settled: nobody jumped the queue.
                        _ if state.handler != Handler::Queue => {
                            if let Some(wait) = open.take() {
                                waits.push(Wait { until: at, ..wait });
                            }
                        }
                        _ => {}
                    }
                }
                if state.handler == Handler::Queue {
                    let since = state.care.queued_at.unwrap_or(at);
                    let same = open.as_ref().is_some_and(|wait| {
                        wait.team == state.team && wait.priority == state.priority
                    });
                    // A complaint made while waiting is one that its agent doesn't get either.
                    if let Some(wait) = open.as_mut().filter(|_| same) {
                        wait.hidden_from.clone_from(&state.hidden_from);
                    } else {
                        let overnight = open.as_ref().map_or_else(
                            || !self.desk.calendar.is_open(since),
                            |wait| wait.overnight,
                        );
                        open = Some(Wait {
                            contact: state.contact.clone(),
                            team: state.team.clone(),
                            priority: state.priority,
                            overnight,
                            since,
                            joined: at,
                            until: self.end,
                            served: None,
                            hidden_from: state.hidden_from.clone(),
                            given_back: matches!(run.event.what, Occurrence::Announced { ref name, .. } if name == "conversation.released"),
                        });
                    }
                }
            }
            waits.extend(open);
        }
        let mut found = Vec::new();
        for served in waits.iter().filter(|wait| wait.served.is_some()) {
            for other in &waits {
                let passed_over = other.team == served.team
                    && other.priority == served.priority
                    && other.overnight == served.overnight
                    && other.since < served.since
                    && other.joined < served.until
                    && other.until > served.until
                    && !other.given_back
                    && !served
                        .served
                        .as_ref()
                        .is_some_and(|agent| other.hidden_from.contains(agent));
                if passed_over {
                    let what = format!(
                        "{} waited since {} and was passed over for {}, who came {}",
                        other.contact, other.since, served.contact, served.since
                    );
                    found.push((served.until, what));
                }
            }
        }
        for (at, what) in found {
            self.breach(at, "first come, first served", &what);
        }
    }

    /// A complaint about somebody is dealt with by others (R74).
    fn nobody_judges_a_complaint_about_themselves(&mut self) {
        let rule = |_: &Self, runs: &[Run]| {
            let mut hidden: BTreeSet<String> = BTreeSet::new();
            let mut found = Vec::new();
            for made in entries(runs) {
                hidden.extend(made.run.before.hidden_from.iter().cloned());
                let (at, contact) = (made.run.event.at, &made.run.before.contact);
                match &made.entry.change {
                    Change::Assigned { agent } if hidden.contains(agent) => {
                        found.push((at, format!("{contact} is given to {agent}")));
                    }
                    Change::Notified { to, .. } if hidden.contains(to) => {
                        found.push((at, format!("{to} is told of {contact}")));
                    }
                    _ => {}
                }
            }
            found
        };
        self.each(rule, "nobody deals with a complaint about themselves");
    }

    /// A promise that is due is kept or broken, once (R138).
    fn promises_are_settled(&mut self) {
        let rule = |life: &Self, runs: &[Run]| {
            let mut found = Vec::new();
            let mut open = BTreeMap::new();
            for made in entries(runs) {
                match &made.entry.change {
                    Change::Promised { promise } => {
                        open.insert(promise.id.to_string(), promise);
                    }
                    Change::PromiseSettled { promise } => {
                        let was_open = open.remove(&promise.id.to_string()).is_some();
                        let what = format!("{:?} is settled twice", promise.text);
                        found.extend((!was_open).then_some((made.run.event.at, what)));
                    }
                    _ => {}
                }
            }
            for promise in open.values().filter(|promise| promise.due < life.end) {
                found.push((
                    promise.due,
                    format!("{:?} is neither kept nor broken", promise.text),
                ));
            }
            found
        };
        self.each(rule, "promises are kept or broken");
    }
}
