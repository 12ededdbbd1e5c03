//! Somebody's shifts, changed without the files: a week in place of the one that `directory.toml` and `hours.toml` give
//! them. A change of the desk like those of steps: a revision, and the files win.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::super::core::Core;
use super::PluginsError;
use super::amend::{Amendments, Revision};
use crate::workflow::{Calendar, Desk};

/// Somebody's week.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShiftAmendment {
    /// From Monday, as [`Calendar::week`] has it.
    pub week: Vec<String>,
    /// What the files gave them when it was changed.
    pub over: Vec<String>,
}

/// Whose shifts are others than the files say, with their calendars.
pub(super) fn changed(base: &Desk, amendments: &Amendments) -> Vec<(String, Calendar)> {
    let holds = |(name, amendment): (&String, &ShiftAmendment)| {
        let person = base.directory.person(name)?;
        let calendar = person.calendar();
        let is_same = calendar.week() == amendment.over;
        let changed = calendar.with_week(&amendment.week).ok()?;
        is_same.then(|| (person.name.clone(), changed))
    };
    amendments.shifts.iter().filter_map(holds).collect()
}

fn no_such(person: &str) -> PluginsError {
    PluginsError::Mismatch(format!("there is no person {person:?} in directory.toml"))
}

impl Core {
    /// Another week for somebody, from now on; empty: as the files say. `dry`: only says whether it could be.
    ///
    /// # Errors
    /// Where there is no such person, the week isn't sound, or nothing changes.
    pub fn amend_shifts(
        &self,
        by: &str,
        person: &str,
        week: &[String],
        dry: bool,
    ) -> Result<Revision, PluginsError> {
        let what = format!("shifts of {person}");
        self.amend(by, &what, dry, |amendments, base| {
            let known = base
                .directory
                .person(person)
                .ok_or_else(|| no_such(person))?;
            let over = known.calendar().week();
            if week.is_empty() {
                amendments.shifts.remove(&known.name);
                return Ok(());
            }
            let changed = known.calendar().with_week(week).map_err(|problems| {
                let problems = problems.iter().map(|problem| match problem.day {
                    Some(day) => format!("{day}: {}", problem.message),
                    None => problem.message.clone(),
                });
                PluginsError::Mismatch(problems.collect::<Vec<_>>().join("; "))
            })?;
            let week = changed.week();
            if week == over {
                amendments.shifts.remove(&known.name);
            } else {
                let amendment = ShiftAmendment { week, over };
                amendments.shifts.insert(known.name.clone(), amendment);
            }
            Ok(())
        })
    }

    /// Somebody's shifts as they were after an earlier revision; nothing else is taken back. 0: as the files say.
    ///
    /// # Errors
    /// As [`Core::amend_shifts`]; where that revision is no longer kept.
    pub fn roll_back_shifts(
        &self,
        by: &str,
        person: &str,
        number: u32,
    ) -> Result<Revision, PluginsError> {
        let revisions = self.revisions()?;
        let wanted = revisions.iter().find(|revision| revision.number == number);
        if number > 0 && wanted.is_none() {
            let why = format!("revision {number} is not kept");
            return Err(PluginsError::Mismatch(why));
        }
        let kept = wanted.and_then(|revision| revision.amendments.shifts.get(person).cloned());
        let what = format!("shifts of {person} ← {number}");
        self.amend(by, &what, false, |amendments, base| {
            base.directory
                .person(person)
                .ok_or_else(|| no_such(person))?;
            match kept {
                Some(kept) => amendments.shifts.insert(person.to_owned(), kept),
                None => amendments.shifts.remove(person),
            };
            Ok(())
        })
    }

    /// The desk as its files say, whatever was changed about it.
    pub fn desk_of_files(&self) -> Arc<Desk> {
        Arc::clone(&self.workflow().base)
    }
}
