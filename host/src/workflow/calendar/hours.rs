//! A desk's `hours.toml`, read and found sound.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Weekday;
use jiff::tz::TimeZone;

use super::compiled::Calendar;
use super::interval::Interval;
use super::read;
use super::rules::{DateRules, MONDAY_FIRST, OpeningRules, Week};
use crate::workflow::Problem;

/// The calendars of one desk: its own, and further ones for teams that keep other hours.
///
/// The format is described in `docs/hours.md`.
#[derive(Debug, Clone)]
pub struct Hours {
    desk: Arc<OpeningRules>,
    further: BTreeMap<String, Arc<OpeningRules>>,
}

impl Hours {
    pub(super) fn new(desk: OpeningRules, further: BTreeMap<String, OpeningRules>) -> Self {
        let further = further
            .into_iter()
            .map(|(name, rules)| (name, Arc::new(rules)))
            .collect();
        Self {
            desk: Arc::new(desk),
            further,
        }
    }

    /// Reads the text of an `hours.toml`. `file` is what problems call it.
    ///
    /// # Errors
    /// Every mistake in the text, in the order of the text.
    pub fn parse(file: &str, text: &str) -> Result<Self, Vec<Problem>> {
        read::hours(file, text)
    }

    /// Open at all times: for a desk that says nothing about its hours.
    pub fn round_the_clock() -> Self {
        let mut week = Week::default();
        for weekday in MONDAY_FIRST {
            week.on_mut(weekday)
                .into_iter()
                .for_each(|day| day.push(Interval::WHOLE_DAY));
        }
        let desk = OpeningRules {
            time_zone: None,
            official: None,
            week,
            make_up_like: Weekday::Monday,
            own: DateRules::default(),
        };
        Self::new(desk, BTreeMap::new())
    }

    /// The desk's calendar. `desk_zone` holds unless the file names a zone of its own.
    pub fn calendar(&self, desk_zone: &TimeZone) -> Calendar {
        Calendar::new(Arc::clone(&self.desk), desk_zone)
    }

    /// What the file says of the desk itself.
    pub(super) fn desk_rules(&self) -> &OpeningRules {
        &self.desk
    }

    /// The calendar under `[calendars.NAME]`, if there is one.
    pub fn further(&self, name: &str, desk_zone: &TimeZone) -> Option<Calendar> {
        Some(Calendar::new(
            Arc::clone(self.further.get(name)?),
            desk_zone,
        ))
    }

    /// The names of the further calendars, in alphabetical order.
    pub fn further_names(&self) -> impl Iterator<Item = &str> {
        self.further.keys().map(String::as_str)
    }
}
