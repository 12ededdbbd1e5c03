//! The structure of `directory.toml`; described for its writers in `docs/desk.md`.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use super::{Department, Directory, Entry, MANAGER, ON_CALL, Person, Team, Via, folded, webhook};
use crate::model::Language;
use crate::workflow::calendar::{Calendar, Hours};
use crate::workflow::language;
use crate::workflow::reader::{Placed, Reader, Section, Value};
use crate::workflow::suggest;

pub(in crate::workflow) const FILE_KEYS: &[&str] =
    &["on-call", "department", "person", "team", "webhook"];
pub(in crate::workflow) const DEPARTMENT_KEYS: &[&str] =
    &["name", "names", "lead", "hours", "notify"];
pub(in crate::workflow) const PERSON_KEYS: &[&str] = &[
    "name",
    "names",
    "aliases",
    "department",
    "role",
    "responsibilities",
    "public-contact",
    "languages",
    "hours",
    "notify",
    "capacity",
];
pub(in crate::workflow) const TEAM_KEYS: &[&str] = &["name", "names", "department", "members"];

/// Reads a whole file. `hours` are the desk's, for people who keep one of its further calendars.
pub(in crate::workflow) fn read(
    reader: &mut Reader<'_>,
    root: &Section<'_, '_>,
    hours: &Hours,
    zone: &TimeZone,
) -> Directory {
    reader.known_keys(root, FILE_KEYS);
    let mut reading = Reading {
        reader,
        hours,
        zone,
        directory: Directory::default(),
    };
    let departments = reading
        .reader
        .sections(root, "department", "[[department]]");
    let people = reading.reader.sections(root, "person", "[[person]]");
    let teams = reading.reader.sections(root, "team", "[[team]]");
    // First of all: everybody else names them.
    for section in reading.reader.sections(root, "webhook", "[[webhook]]") {
        let known = &reading.directory.webhooks;
        let read = webhook::read(reading.reader, &section, known);
        reading.directory.webhooks.extend(read);
    }
    for section in &departments {
        reading.department(section);
    }
    for section in &people {
        reading.person(section);
    }
    for section in &teams {
        reading.team(section);
    }
    for section in &departments {
        reading.lead(section);
    }
    if let Some(value) = root.get(ON_CALL) {
        let people = reading.named_people(value, ON_CALL, "[\"zhou-wei\"]");
        reading.directory.on_call = people;
    }
    reading.directory
}

struct Reading<'r, 't> {
    reader: &'r mut Reader<'t>,
    hours: &'r Hours,
    zone: &'r TimeZone,
    directory: Directory,
}

impl Reading<'_, '_> {
    fn department(&mut self, section: &Section<'_, '_>) {
        self.reader.known_keys(section, DEPARTMENT_KEYS);
        let name = self.entry_name(section, "name = \"after-sales\"");
        let names = self.names(section);
        let notify = self.notify(section, &[Via::Console]);
        let calendar = section
            .get("hours")
            .is_some()
            .then(|| self.calendar(section));
        let Some(name) = name else { return };
        self.register(
            section,
            &name,
            &names,
            Entry::Department(self.directory.departments.len()),
        );
        self.directory.departments.push(Department {
            name,
            names,
            notify,
            calendar,
            lead: None,
        });
    }

    fn person(&mut self, section: &Section<'_, '_>) {
        self.reader.known_keys(section, PERSON_KEYS);
        let name = self.entry_name(section, "name = \"lin-mei\"");
        let names = self.names(section);
        let aliases = self.aliases(section);
        let department = self.known_department(section);
        let role = section
            .get("role")
            .and_then(|value| self.reader.text(value, "role", "\"team-lead\""))
            .unwrap_or("agent")
            .to_owned();
        let responsibilities = self.responsibilities(section);
        let contact = section.get("public-contact").and_then(|value| {
            self.reader
                .text(value, "public-contact", "\"400-820-8820\"")
        });
        let languages = self.languages(section);
        let notify = self.notify(section, &[]);
        let calendar = self.calendar(section);
        let capacity = section
            .get("capacity")
            .and_then(|value| self.reader.whole(value, "capacity", 1..100));
        let (Some(name), Some(department)) = (name, department) else {
            return;
        };
        let index = self.directory.people.len();
        self.register(section, &name, &names, Entry::Person(index));
        for topic in &responsibilities {
            self.directory
                .topics
                .entry(folded(topic))
                .or_default()
                .push(index);
        }
        self.directory
            .roles
            .entry(folded(&role))
            .or_default()
            .push(index);
        let public_contact = contact.map(str::to_owned);
        self.directory.people.push(Person {
            name,
            names,
            aliases,
            department,
            role,
            responsibilities,
            public_contact,
            languages,
            notify,
            capacity,
            calendar,
        });
    }

    fn team(&mut self, section: &Section<'_, '_>) {
        self.reader.known_keys(section, TEAM_KEYS);
        let name = self.entry_name(section, "name = \"first-line\"");
        let names = self.names(section);
        let department = self.known_department(section);
        let members = self
            .reader
            .required(section, "members", "members = [\"lin-mei\"]");
        let members = members.map_or_else(Vec::new, |value| {
            self.named_people(value, "members", "[\"lin-mei\"]")
        });
        let (Some(name), Some(department)) = (name, department) else {
            return;
        };
        self.register(
            section,
            &name,
            &names,
            Entry::Team(self.directory.teams.len()),
        );
        self.directory.teams.push(Team {
            name,
            names,
            department,
            members,
        });
    }

    fn lead(&mut self, section: &Section<'_, '_>) {
        let Some(value) = section.get("lead") else {
            return;
        };
        let Some(name) = self.reader.text(value, "lead", "\"lin-mei\"") else {
            return;
        };
        let found = self.find_person(name);
        if found.is_none() {
            self.no_such_person(&value.span(), name);
        }
        let department = section
            .get("name")
            .and_then(|value| value.get_ref().as_str())
            .map(str::trim);
        let department = self
            .directory
            .departments
            .iter_mut()
            .find(|known| Some(known.name.as_str()) == department);
        if let Some(department) = department {
            department.lead = found;
        }
    }

    fn entry_name(&mut self, section: &Section<'_, '_>, example: &str) -> Option<String> {
        let value = self.reader.required(section, "name", example)?;
        self.reader
            .name(value, "name", example.trim_start_matches("name = "))
    }

    /// Makes a name findable in all its languages; one that already means something else is a problem.
    fn register(
        &mut self,
        section: &Section<'_, '_>,
        name: &str,
        names: &BTreeMap<Language, String>,
        entry: Entry,
    ) {
        let mut all: Vec<&str> = names.values().map(String::as_str).collect();
        all.insert(0, name);
        for name in all {
            let folded = folded(name);
            let reserved = folded == ON_CALL || folded == MANAGER;
            let taken = self
                .directory
                .names
                .get(&folded)
                .is_some_and(|other| *other != entry);
            if taken || reserved {
                let why = if reserved {
                    "is a word with a meaning of its own here"
                } else {
                    "stands for somebody or something else already"
                };
                self.reader.problem(
                    &section.place,
                    format!(
                        "the name \"{name}\" of this {} {why}; give it another",
                        section.title
                    ),
                );
            } else {
                self.directory.names.insert(folded, entry);
            }
        }
    }

    fn names(&mut self, section: &Section<'_, '_>) -> BTreeMap<Language, String> {
        let example = "{ zh-Hans = \"林梅\", en = \"Lin Mei\" }";
        let mut names = BTreeMap::new();
        let table = section
            .get("names")
            .and_then(|value| self.reader.section(value, "names", example));
        for (key, value) in table.iter().flat_map(|section| section.table) {
            let text = self.reader.text(value, "a name", "\"Lin Mei\"");
            match language::canonical(key.get_ref()) {
                Ok(language) => {
                    names.extend(text.map(|text| (language, text.to_owned())));
                }
                Err(message) => self.reader.problem(&key.span(), message),
            }
        }
        names
    }

    fn known_department(&mut self, section: &Section<'_, '_>) -> Option<String> {
        let value = self
            .reader
            .required(section, "department", "department = \"after-sales\"")?;
        let name = self.reader.text(value, "department", "\"after-sales\"")?;
        let known: Vec<&str> = self
            .directory
            .departments
            .iter()
            .map(|department| department.name.as_str())
            .collect();
        if known.contains(&name) {
            return Some(name.to_owned());
        }
        let message = format!(
            "there is no department \"{name}\"; {}",
            suggest::hint(name, &known)
        );
        self.reader.problem(&value.span(), message);
        None
    }

    /// What customers call somebody besides their names: at least two characters, or every text would hold one.
    fn aliases(&mut self, section: &Section<'_, '_>) -> Vec<String> {
        let Some(value) = section.get("aliases") else {
            return Vec::new();
        };
        let mut aliases = Vec::new();
        for Placed { place, value } in
            self.reader
                .texts(value, "aliases", "[\"小张\", \"Ms Zhang\"]")
        {
            if value.trim().chars().count() < 2 {
                let message = format!(
                    "the alias \"{value}\" is too short to be told from other words; write at least two characters"
                );
                self.reader.problem(&place, message);
            } else {
                aliases.push(value.trim().to_owned());
            }
        }
        aliases
    }

    fn responsibilities(&mut self, section: &Section<'_, '_>) -> Vec<String> {
        let Some(value) = section.get("responsibilities") else {
            return Vec::new();
        };
        let mut topics: Vec<String> = Vec::new();
        for Placed { place, value } in
            self.reader
                .texts(value, "responsibilities", "[\"warranty\", \"refunds\"]")
        {
            if topics.iter().any(|topic| folded(topic) == folded(value)) {
                self.reader.problem(
                    &place,
                    format!("the responsibility \"{value}\" stands here twice; remove one"),
                );
            } else {
                topics.push(value.to_owned());
            }
        }
        topics
    }

    fn languages(&mut self, section: &Section<'_, '_>) -> Vec<Language> {
        let Some(value) = section.get("languages") else {
            return Vec::new();
        };
        let mut languages = Vec::new();
        for Placed { place, value } in
            self.reader
                .texts(value, "languages", "[\"zh-Hans\", \"en\"]")
        {
            match language::canonical(value) {
                Ok(language) => languages.push(language),
                Err(message) => self.reader.problem(&place, message),
            }
        }
        languages
    }

    fn notify(&mut self, section: &Section<'_, '_>, usual: &[Via]) -> Vec<Via> {
        let Some(value) = section.get("notify") else {
            return usual.to_vec();
        };
        let mut ways = Vec::new();
        for Placed { place, value } in self.reader.texts(
            value,
            "notify",
            "[\"console\", \"mail:after-sales@example.com\"]",
        ) {
            match via(value, &self.directory.webhooks) {
                Ok(way) => ways.push(way),
                Err(message) => self.reader.problem(&place, message),
            }
        }
        ways
    }

    fn calendar(&mut self, section: &Section<'_, '_>) -> Calendar {
        let desk = self.hours.calendar(self.zone);
        let Some(value) = section.get("hours") else {
            return desk;
        };
        let Some(name) = self.reader.text(value, "hours", "\"night-shift\"") else {
            return desk;
        };
        self.hours.further(name, self.zone).unwrap_or_else(|| {
            let known: Vec<&str> = self.hours.further_names().collect();
            let hint = if known.is_empty() {
                format!("add [calendars.{name}.weekly] to hours.toml")
            } else {
                suggest::hint(name, &known)
            };
            self.reader.problem(
                &value.span(),
                format!("there are no hours \"{name}\" in hours.toml; {hint}"),
            );
            desk
        })
    }

    fn named_people(&mut self, value: &Value<'_>, key: &str, example: &str) -> Vec<usize> {
        let mut people = Vec::new();
        for Placed { place, value: name } in self.reader.texts(value, key, example) {
            match self.find_person(name) {
                Some(index) if people.contains(&index) => {
                    self.reader.problem(
                        &place,
                        format!("\"{name}\" stands in {key} twice; remove one"),
                    );
                }
                Some(index) => people.push(index),
                None => self.no_such_person(&place, name),
            }
        }
        people
    }

    fn find_person(&self, name: &str) -> Option<usize> {
        self.directory
            .people
            .iter()
            .position(|person| person.name == name)
    }

    fn no_such_person(&mut self, place: &std::ops::Range<usize>, name: &str) {
        let known: Vec<&str> = self
            .directory
            .people
            .iter()
            .map(|person| person.name.as_str())
            .collect();
        self.reader.problem(
            place,
            format!(
                "there is no person \"{name}\"; {}",
                suggest::hint(name, &known)
            ),
        );
    }
}

fn via(text: &str, webhooks: &[super::Webhook]) -> Result<Via, String> {
    if text == "console" || text == "desk" {
        return Ok(Via::Console);
    }
    if let Some(address) = text.strip_prefix("mail:") {
        let plain = !address.contains(|c: char| c.is_whitespace() || c.is_control() || c == ',');
        let whole = address.split_once('@').is_some_and(|(name, host)| {
            !name.is_empty() && host.contains('.') && !host.contains('@')
        });
        return if plain && whole {
            Ok(Via::Mail(address.to_owned()))
        } else {
            Err(format!(
                "\"{address}\" is not a mail address; write one like \"mail:after-sales@example.com\""
            ))
        };
    }
    if let Some(address) = text.strip_prefix("webhook:") {
        if address.contains("://") {
            return webhook::address(address)
                .map(Via::Webhook)
                .map_err(|message| {
                    format!("{message}; write one like \"webhook:https://example.com/tickets\"")
                });
        }
        let known: Vec<&str> = webhooks.iter().map(|hook| hook.name.as_str()).collect();
        return if known.contains(&address) {
            Ok(Via::Webhook(address.to_owned()))
        } else if known.is_empty() {
            Err(format!(
                "there is no webhook \"{address}\"; add [[webhook]] with name = \"{address}\", or write a web address such as \"webhook:https://example.com/tickets\""
            ))
        } else {
            Err(format!(
                "there is no webhook \"{address}\"; {}",
                suggest::hint(address, &known)
            ))
        };
    }
    Err(format!(
        "\"{text}\" is no way to tell somebody; write \"desk\", \"mail:ADDRESS\", \"webhook:ADDRESS\" or \"webhook:NAME\""
    ))
}
