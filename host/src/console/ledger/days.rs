//! What reports count, day by day of the desk.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::super::reports::Hours;
use super::Books;
use crate::api::reports::{Figures as _, Joined as _, Satisfaction, Tickets, Volume};
use crate::model::{Fact, Run};
use crate::report::Tally as _;
use crate::report::people::Agents;
use crate::report::quality::Findings;
use crate::report::workload::Loads;

/// What a day, or several, counted.
#[derive(Clone, Default)]
pub(in super::super) struct Day {
    pub(in super::super) hours: Hours,
    pub(in super::super) volume: Volume,
    pub(in super::super) satisfaction: Satisfaction,
    pub(in super::super) tickets: Tickets,
    pub(in super::super) agents: Agents,
    pub(in super::super) workload: Loads,
    pub(in super::super) quality: Findings,
}

impl Day {
    pub(super) fn add(&mut self, run: &Run, facts: &[Fact], zone: &TimeZone) {
        self.hours.add(run, zone);
        self.volume.add(run, zone);
        self.satisfaction.add(run, zone);
        self.tickets.add(run, zone);
        let (at, conversation) = (run.event.at, &run.before.id);
        for fact in facts {
            self.agents.add(at, conversation, fact);
            self.workload.add(at, conversation, fact);
            self.quality.add(at, conversation, fact);
        }
    }

    fn join(&mut self, later: &Self) {
        self.hours.join(&later.hours);
        self.volume.join(&later.volume);
        self.satisfaction.join(&later.satisfaction);
        self.tickets.join(&later.tickets);
        self.agents.join(&later.agents);
        self.workload.join(&later.workload);
        self.quality.join(&later.quality);
    }
}

impl Books {
    /// What those days counted, the last one whole.
    pub(in super::super) fn between(&self, from: Date, to: Date) -> Day {
        let days: &BTreeMap<Date, Day> = &self.days;
        let mut all = Day::default();
        for day in days.range(from..=to).map(|(_, day)| day) {
            all.join(day);
        }
        all
    }
}
