//! Who is there: told now, or when they are back (R53); who is named in a text, and who stands above them (R74).

use jiff::Timestamp;

use super::{Directory, Person, Recipient, folded};

/// Who hears of something, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told<'d> {
    /// These, now.
    Now(Vec<Recipient<'d>>),
    /// Nobody of them is there before this time.
    Later(Timestamp),
}

impl Directory {
    /// Who of a target hears of something at that time: a department as such in its hours, of people those who are
    /// there. Whoever never comes back is told now rather than never.
    pub fn told(&self, target: &str, at: Timestamp) -> Told<'_> {
        if let Some(department) = self.department(target) {
            let back = department
                .calendar
                .as_ref()
                .filter(|calendar| !calendar.is_open(at))
                .and_then(|calendar| calendar.next_open(at));
            return match back {
                Some(back) => Told::Later(back),
                None => Told::Now(self.recipients(target)),
            };
        }
        let everybody = self.recipients(target);
        let person = |recipient: &Recipient<'_>| self.person(recipient.name);
        let (present, absent): (Vec<_>, Vec<_>) = everybody
            .into_iter()
            .partition(|recipient| person(recipient).is_none_or(|person| person.is_reachable(at)));
        if !present.is_empty() {
            return Told::Now(present);
        }
        let back = absent
            .iter()
            .filter_map(|recipient| person(recipient)?.back_at(at))
            .min();
        match back {
            Some(back) => Told::Later(back),
            None => Told::Now(absent),
        }
    }

    /// The people whose name or alias stands in a text, in the order of the file. Names in Latin letters count as
    /// whole words only.
    pub fn named_in(&self, text: &str) -> Vec<&Person> {
        let text = folded(text);
        let named = |person: &&Person| {
            let names = person.names.values().chain(&person.aliases);
            names
                .chain([&person.name])
                .any(|name| stands_in(&text, &folded(name)))
        };
        self.people.iter().filter(named).collect()
    }

    /// Who looks into a complaint about these people: the lead of the first one's department, else a manager, else
    /// another department's lead; never one of them.
    pub fn supervisor(&self, about: &[String]) -> Option<&Person> {
        let person = about.iter().find_map(|name| self.person(name))?;
        let others = self
            .departments
            .iter()
            .filter_map(|department| self.lead(department));
        self.escalation(&person.department)
            .into_iter()
            .chain(others)
            .find(|superior| !about.contains(&superior.name))
    }
}

fn stands_in(text: &str, name: &str) -> bool {
    if name.chars().count() < 2 {
        return false;
    }
    text.match_indices(name).any(|(at, found)| {
        let before = text.get(..at).and_then(|head| head.chars().next_back());
        let after = text
            .get(at + found.len()..)
            .and_then(|tail| tail.chars().next());
        !joins(name.chars().next(), before) && !joins(name.chars().next_back(), after)
    })
}

/// Whether two letters next to each other make one word: those of alphabets do, Chinese characters don't.
fn joins(inner: Option<char>, outer: Option<char>) -> bool {
    let letter = |c: char| c.is_alphanumeric() && !is_han(c);
    inner.is_some_and(letter) && outer.is_some_and(letter)
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workflow::{Desk, Files};

    fn directory() -> Directory {
        let mut files = Files::new();
        let desk = "name = \"d\"\ntime-zone = \"Asia/Shanghai\"\nlanguages = [\"en\"]\n[[on]]\nevent = \"message.received\"\nsteps = [\"greeting\"]\n[[step]]\nname = \"greeting\"\nplugin = \"greeting@0.1\"\n";
        files.insert("desk.toml".to_owned(), desk.into());
        let hours = "[weekly]\nmonday-friday = [\"09:00-18:00\"]\n[calendars.always.weekly]\nmonday-sunday = [\"00:00-24:00\"]\n";
        files.insert("hours.toml".to_owned(), hours.into());
        let directory = r#"
            [[department]]
            name = "service"
            lead = "lin-mei"
            [[department]]
            name = "archive"
            hours = "always"
            [[department]]
            name = "repair"
            [[person]]
            name = "boss"
            department = "archive"
            role = "manager"
            [[person]]
            name = "lin-mei"
            names = { zh-Hans = "林梅", en = "Lin Mei" }
            department = "service"
            [[person]]
            name = "zhang-wei"
            names = { zh-Hans = "张薇", zh-Hant = "張薇", en = "Zhang Wei" }
            aliases = ["小张"]
            responsibilities = ["refunds"]
            department = "service"
            [[person]]
            name = "guard"
            department = "repair"
            responsibilities = ["refunds"]
            hours = "always"
        "#;
        files.insert("directory.toml".to_owned(), directory.into());
        Desk::from_files(&files).unwrap().directory.clone()
    }

    fn names(told: &Told<'_>) -> Vec<String> {
        match told {
            Told::Now(all) => all.iter().map(|one| one.name.to_owned()).collect(),
            Told::Later(at) => vec![at.to_string()],
        }
    }

    #[test]
    fn whoever_is_there_is_told_now_and_the_others_when_they_are_back() {
        let directory = directory();
        let (day, night) = (
            "2026-03-10T10:00:00+08:00".parse().unwrap(),
            "2026-03-10T22:00:00+08:00".parse().unwrap(),
        );
        assert_eq!(names(&directory.told("zhang-wei", day)), ["zhang-wei"]);
        assert_eq!(
            names(&directory.told("zhang-wei", night)),
            ["2026-03-11T01:00:00Z"]
        );
        assert_eq!(
            names(&directory.told("refunds", day)),
            ["zhang-wei", "guard"]
        );
        assert_eq!(names(&directory.told("refunds", night)), ["guard"]);
        // A department's address takes mail at night, unless the department keeps hours.
        assert_eq!(names(&directory.told("service", night)), ["service"]);
        assert_eq!(names(&directory.told("archive", night)), ["archive"]);
    }

    #[test]
    fn people_are_found_in_a_text_by_any_of_their_names() {
        let directory = directory();
        let found = |text: &str| -> Vec<String> {
            let found = directory.named_in(text);
            found.iter().map(|person| person.name.clone()).collect()
        };
        for text in [
            "我要投诉张薇，态度太差了",
            "張薇根本不理人",
            "那个小张骂我",
            "Zhang Wei was rude to me.",
            "I complain about ZHANG WEI!",
        ] {
            assert_eq!(found(text), ["zhang-wei"], "{text}");
        }
        assert_eq!(found("林梅和张薇"), ["lin-mei", "zhang-wei"]);
        for text in [
            "张先生",
            "Zhang Weiss",
            "the lin meix",
            "",
            "投诉你们的客服",
        ] {
            assert!(found(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn a_complaint_about_somebody_goes_to_whoever_stands_above_them() {
        let directory = directory();
        let above = |names: &[&str]| {
            let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            directory
                .supervisor(&names)
                .map(|person| person.name.as_str())
        };
        assert_eq!(above(&["zhang-wei"]), Some("lin-mei"));
        assert_eq!(above(&["lin-mei"]), Some("boss"));
        assert_eq!(above(&["lin-mei", "boss"]), None);
        assert_eq!(above(&["boss"]), Some("lin-mei"));
        assert_eq!(above(&["nobody"]), None);
    }
}
