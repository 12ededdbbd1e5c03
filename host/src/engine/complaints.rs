//! A complaint about somebody of the desk goes to whoever stands above them, and past them (R74).
//!
//! Whom it is about is read from the customer's own words: any name or alias that the directory gives somebody. It is
//! better that a supervisor reads one complaint too many than that somebody reads one about themselves.

use super::settle::Draft;
use super::words;
use crate::model::{Change, Ticket, TicketKind};

/// Who hears of a ticket: its department and whom the step named; of a complaint about somebody only the latter, because
/// a department's address is read by all of it.
pub(crate) fn told_of(ticket: &Ticket) -> Vec<String> {
    let department = ticket.about.is_empty().then(|| ticket.department.clone());
    department
        .into_iter()
        .chain(ticket.notified.iter().cloned())
        .collect()
}

impl Draft<'_> {
    /// Where the customer's message names people in a complaint, sends the ticket to whoever stands above them. Says
    /// whether anybody new was named.
    pub(crate) fn route_around(&self, ticket: &mut Ticket) -> bool {
        if ticket.kind != TicketKind::Complaint {
            return false;
        }
        let directory = &self.desk.directory;
        let words = self.entries.iter().filter_map(|entry| match &entry.change {
            Change::Received { message } => Some(message.text.as_str()),
            _ => None,
        });
        let named: Vec<String> = words
            .flat_map(|text| directory.named_in(text))
            .map(|person| person.name.clone())
            .filter(|name| !ticket.about.contains(name))
            .collect();
        if named.is_empty() {
            return false;
        }
        ticket.about.extend(named);
        let about = ticket.about.clone();
        let is_one = |to: &String| {
            let person = directory.person(to).map_or(to, |person| &person.name);
            about.contains(person)
        };
        ticket.notified.retain(|to| !is_one(to));
        if let Some(supervisor) = directory.supervisor(&about) {
            ticket.department.clone_from(&supervisor.department);
            if !ticket.notified.contains(&supervisor.name) {
                ticket.notified.insert(0, supervisor.name.clone());
            }
        }
        true
    }

    /// Applies a change of a ticket. Where it is a complaint about whoever has the conversation, somebody else takes
    /// over.
    pub(crate) fn push_ticket(&mut self, by: &str, change: Change) {
        let agent = self.state.agent.clone();
        self.push(by, change);
        let Some(agent) = agent.filter(|_| self.state.agent.is_none()) else {
            return;
        };
        let directory = &self.desk.directory;
        let supervisor = directory.supervisor(&self.state.hidden_from);
        let team = supervisor.and_then(|supervisor| {
            let with = |team: &&crate::workflow::directory::Team| {
                directory
                    .members(team)
                    .any(|member| member.name == supervisor.name)
            };
            directory.teams().iter().find(with)
        });
        let team = team.map(|team| team.name.clone());
        let reason = format!("a complaint about {agent}");
        self.push("host", Change::HandedOver { team, reason });
        // The steps were silent, because somebody else was talking.
        self.say(&words::PAST_THEM, "", "");
    }

    /// Who is told when nobody acted on a ticket: whom the step names, without those whom it is about; where that leaves
    /// nobody, whoever stands above them.
    pub(crate) fn told_above(&self, ticket: &Ticket, wanted: &[String]) -> Vec<String> {
        let directory = &self.desk.directory;
        let is_one = |to: &String| {
            let person = directory.person(to).map_or(to, |person| &person.name);
            ticket.about.contains(person)
        };
        let told: Vec<String> = wanted.iter().filter(|to| !is_one(to)).cloned().collect();
        if told.is_empty() && !ticket.about.is_empty() {
            let above = directory.escalation(&ticket.department).into_iter();
            return above
                .map(|person| person.name.clone())
                .filter(|name| !is_one(name))
                .collect();
        }
        told
    }
}
