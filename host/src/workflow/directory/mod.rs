//! Who there is, who answers for what, and who is told (R52, R53, R56).

mod presence;
mod read;
mod webhook;

use std::collections::BTreeMap;

use jiff::Timestamp;

pub use presence::Told;
pub(super) use read::read;
#[cfg(test)]
pub(super) use read::{DEPARTMENT_KEYS, FILE_KEYS, PERSON_KEYS, TEAM_KEYS};
#[cfg(test)]
pub(super) use webhook::WEBHOOK_KEYS;
pub use webhook::{Secret, Webhook};

use super::calendar::Calendar;
use crate::model::Language;

/// The word that stands for the people on call.
pub const ON_CALL: &str = "on-call";
/// The role of whoever is told when a team's lead doesn't act (R71).
pub const MANAGER: &str = "manager";

/// The departments, people and teams of a desk.
#[derive(Clone, Debug, Default)]
pub struct Directory {
    departments: Vec<Department>,
    people: Vec<Person>,
    teams: Vec<Team>,
    webhooks: Vec<Webhook>,
    on_call: Vec<usize>,
    /// Responsibilities, folded, and their people in the order of the file.
    topics: BTreeMap<String, Vec<usize>>,
    /// Names and names for display, folded.
    names: BTreeMap<String, Entry>,
    /// Roles, folded.
    roles: BTreeMap<String, Vec<usize>>,
}

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Entry {
    Department(usize),
    Person(usize),
    Team(usize),
}

/// A part of the business that work can be forwarded to.
#[derive(Clone, Debug)]
pub struct Department {
    /// The name that plugins, tickets and commands use.
    pub name: String,
    /// What to call it, by language.
    pub names: BTreeMap<Language, String>,
    /// Where it is told.
    pub notify: Vec<Via>,
    /// When somebody reads what it is told; none: whenever it comes.
    calendar: Option<Calendar>,
    lead: Option<usize>,
}

/// Somebody who works for the business.
#[derive(Clone, Debug)]
pub struct Person {
    /// The name that plugins, tickets and commands use.
    pub name: String,
    /// What to call them, by language.
    pub names: BTreeMap<Language, String>,
    /// What customers call them besides.
    pub aliases: Vec<String>,
    /// The department's name.
    pub department: String,
    /// What they are there: `team-lead`, `manager`, `agent` or the business's own word.
    pub role: String,
    /// The topics that they answer for, as the file has them.
    pub responsibilities: Vec<String>,
    /// How a customer may reach them; never anything else of theirs.
    pub public_contact: Option<String>,
    /// The languages they speak, best first; empty: the desk's.
    pub languages: Vec<Language>,
    /// Where they are told; empty: where their department is.
    pub notify: Vec<Via>,
    /// How many conversations they have at once; none: as many as the desk's settings say (R35).
    pub capacity: Option<u32>,
    calendar: Calendar,
}

/// People who share a queue.
#[derive(Clone, Debug)]
pub struct Team {
    /// Its name.
    pub name: String,
    /// What to call it, by language.
    pub names: BTreeMap<Language, String>,
    /// The department's name.
    pub department: String,
    members: Vec<usize>,
}

/// Where somebody is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Via {
    /// In the console.
    Console,
    /// By mail to this address.
    Mail(String),
    /// By a request to this address, or to the webhook of this name, which is signed.
    Webhook(String),
}

/// Somebody who is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient<'d> {
    /// The department's or person's name.
    pub name: &'d str,
    /// Where.
    pub via: &'d [Via],
}

impl Department {
    /// What to call it in that language, else its name.
    pub fn display_name(&self, language: Option<&str>) -> &str {
        display(&self.names, language, &self.name)
    }
}

impl Person {
    /// What to call them in that language, else their name.
    pub fn display_name(&self, language: Option<&str>) -> &str {
        display(&self.names, language, &self.name)
    }

    /// Whether they are on duty.
    pub fn is_reachable(&self, at: Timestamp) -> bool {
        self.calendar.is_open(at)
    }

    /// When they are on duty next; none while they are, or if they never are again.
    pub fn back_at(&self, at: Timestamp) -> Option<Timestamp> {
        if self.is_reachable(at) {
            None
        } else {
            self.calendar.next_open(at)
        }
    }

    /// The hours they keep.
    pub fn calendar(&self) -> &Calendar {
        &self.calendar
    }
}

impl Team {
    /// What to call it in that language, else its name.
    pub fn display_name(&self, language: Option<&str>) -> &str {
        display(&self.names, language, &self.name)
    }
}

impl Directory {
    /// All departments, in the order of the file.
    pub fn departments(&self) -> &[Department] {
        &self.departments
    }

    /// All people, in the order of the file.
    pub fn people(&self) -> &[Person] {
        &self.people
    }

    /// All teams, in the order of the file.
    pub fn teams(&self) -> &[Team] {
        &self.teams
    }

    /// The department of that name, in whatever language it is named.
    pub fn department(&self, name: &str) -> Option<&Department> {
        match self.names.get(&folded(name))? {
            Entry::Department(index) => self.departments.get(*index),
            _ => None,
        }
    }

    /// The person of that name, in whatever language it is written.
    pub fn person(&self, name: &str) -> Option<&Person> {
        match self.names.get(&folded(name))? {
            Entry::Person(index) => self.people.get(*index),
            _ => None,
        }
    }

    /// The team of that name, in whatever language it is named.
    pub fn team(&self, name: &str) -> Option<&Team> {
        match self.names.get(&folded(name))? {
            Entry::Team(index) => self.teams.get(*index),
            _ => None,
        }
    }

    /// The people of a team.
    pub fn members<'d>(&'d self, team: &'d Team) -> impl Iterator<Item = &'d Person> {
        self.all(&team.members)
    }

    /// Those who are called when people are in danger, whatever the time (R62).
    pub fn on_call(&self) -> impl Iterator<Item = &Person> {
        self.all(&self.on_call)
    }

    /// Whoever answers for a topic first of all: by responsibility, else a department's lead, else by role, name or team.
    pub fn responsible(&self, topic: &str) -> Option<&Person> {
        self.responsible_people(topic).first().copied()
    }

    /// As [`Directory::responsible`], but whoever of them is on duty comes before who isn't (R53).
    pub fn responsible_at(&self, topic: &str, at: Timestamp) -> Option<&Person> {
        let people = self.responsible_people(topic);
        people
            .iter()
            .find(|person| person.is_reachable(at))
            .or_else(|| people.first())
            .copied()
    }

    /// Everybody who answers for a topic: the first named and then their deputies, in the order of the file.
    pub fn responsible_people(&self, topic: &str) -> Vec<&Person> {
        let topic = folded(topic);
        if let Some(people) = self.topics.get(&topic) {
            return self.all(people).collect();
        }
        match self.names.get(&topic) {
            Some(Entry::Department(index)) => self
                .departments
                .get(*index)
                .map_or_else(Vec::new, |department| self.staff(department)),
            Some(Entry::Person(index)) => self.all(std::slice::from_ref(index)).collect(),
            Some(Entry::Team(index)) => self
                .teams
                .get(*index)
                .map_or_else(Vec::new, |team| self.members(team).collect()),
            None if topic == ON_CALL => self.on_call().collect(),
            None => self
                .roles
                .get(&topic)
                .map_or_else(Vec::new, |people| self.all(people).collect()),
        }
    }

    /// Whether anybody goes by that name, role, department, team or responsibility.
    pub fn has(&self, name: &str) -> bool {
        let folded = folded(name);
        self.names.contains_key(&folded)
            || self.roles.contains_key(&folded)
            || self.topics.contains_key(&folded)
            || (folded == ON_CALL && !self.on_call.is_empty())
    }

    /// Who is told when `target` is: a department as such, everybody of a role or team or on call, a person, or
    /// whoever answers for a topic. Nobody twice; empty where the directory doesn't know the target.
    pub fn recipients(&self, target: &str) -> Vec<Recipient<'_>> {
        if let Some(department) = self.department(target) {
            return vec![Recipient {
                name: &department.name,
                via: &department.notify,
            }];
        }
        let topic = folded(target);
        let people: Vec<&Person> = match self.roles.get(&topic) {
            Some(people) if !self.names.contains_key(&topic) => self.all(people).collect(),
            _ => self.responsible_people(target),
        };
        people
            .into_iter()
            .map(|person| self.recipient(person))
            .collect()
    }

    /// Where a person is told.
    pub fn recipient<'d>(&'d self, person: &'d Person) -> Recipient<'d> {
        let department = || {
            self.department(&person.department)
                .map_or(&[] as &[Via], |department| &department.notify)
        };
        let via = if person.notify.is_empty() {
            department()
        } else {
            &person.notify
        };
        Recipient {
            name: &person.name,
            via,
        }
    }

    /// Whom a department's unacknowledged work climbs to: its lead, then the managers (R71).
    pub fn escalation(&self, department: &str) -> Vec<&Person> {
        let lead = self
            .department(department)
            .and_then(|department| self.lead(department));
        let managers = self
            .roles
            .get(MANAGER)
            .map_or(&[] as &[usize], Vec::as_slice);
        let mut path: Vec<&Person> = lead.into_iter().collect();
        for manager in self.all(managers) {
            if !path.iter().any(|person| person.name == manager.name) {
                path.push(manager);
            }
        }
        path
    }

    /// Who leads a department, where the directory says so.
    pub fn lead(&self, department: &Department) -> Option<&Person> {
        self.people.get(department.lead?)
    }

    /// The lead first, then the others.
    fn staff(&self, department: &Department) -> Vec<&Person> {
        let lead = self.lead(department);
        let others = self.people.iter().filter(|person| {
            person.department == department.name && lead.is_none_or(|lead| lead.name != person.name)
        });
        lead.into_iter().chain(others).collect()
    }

    /// The hours that somebody keeps from now on instead of those of the files.
    pub(crate) fn set_hours(&mut self, name: &str, calendar: Calendar) {
        let person = self.people.iter_mut().find(|person| person.name == name);
        if let Some(person) = person {
            person.calendar = calendar;
        }
    }

    fn all<'d>(&'d self, people: &'d [usize]) -> impl Iterator<Item = &'d Person> {
        people.iter().filter_map(|index| self.people.get(*index))
    }
}

fn display<'n>(
    names: &'n BTreeMap<Language, String>,
    language: Option<&str>,
    name: &'n str,
) -> &'n str {
    let in_language = language.and_then(|language| names.get(language));
    in_language
        .or_else(|| names.get("en"))
        .or_else(|| names.values().next())
        .map_or(name, String::as_str)
}

/// Capitals and space around a word don't make another word of it.
fn folded(name: &str) -> String {
    name.trim().to_lowercase()
}
