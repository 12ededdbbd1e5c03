//! Care beyond the case: wishes on birthdays, the age band of a child (R143), and visits before festivals (R141).
//!
//! What is known stands in fields of the account, where people see it and mend it. Each date has one timer at a time,
//! in the conversation in which it was planned; the plugin's memory of the account says which date it is for, so that
//! a birthday that was corrected elsewhere isn't wished twice.

use serde::Deserialize;
use switchboard_sdk::{
    Host,
    config::permanent,
    turn::{brand, recall, remember},
    types::{Effect, Field, Handler, Message, Moment, Scope, StepError},
    when::{Date, LocalTime},
};

use crate::{
    Turn,
    birthday::{self, Birthday, Whose},
    festivals::FESTIVALS,
    texts,
};

/// Fires before a festival.
pub(crate) const FESTIVAL: &str = "follow-up-visit.festival";
/// The festival that is planned for, and its day.
const PLANNED_FESTIVAL: &str = "care.festival";
/// The account's field of the child's age band.
const AGE_BAND: &str = "age-band";

/// What the desk does beyond the case.
#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Care {
    birthdays: bool,
    ages: Vec<u32>,
    visits: Vec<FestivalVisit>,
}

impl Default for Care {
    fn default() -> Self {
        Self {
            birthdays: true,
            ages: vec![3, 6, 9, 14],
            visits: Vec::new(),
        }
    }
}

/// Who is visited before which festivals.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FestivalVisit {
    tier: String,
    festivals: Vec<String>,
    #[serde(default = "a_week")]
    days: i32,
    tell: String,
}

const fn a_week() -> i32 {
    7
}

impl Care {
    /// "6-8": the ages between two of the desk's boundaries.
    fn band(&self, age: u32) -> String {
        let mut bounds = self.ages.clone();
        bounds.sort_unstable();
        let from = bounds.iter().rev().find(|bound| **bound <= age);
        let until = bounds.iter().find(|bound| **bound > age);
        match (from.copied().unwrap_or_default(), until) {
            (from, Some(until)) => format!("{from}-{}", until.saturating_sub(1)),
            (from, None) => format!("{from}+"),
        }
    }
}

impl Whose {
    /// The timer of the birthday, `None` where the name is none.
    pub(crate) fn of_timer(name: &str) -> Option<Self> {
        [Self::Customer, Self::Child]
            .into_iter()
            .find(|whose| whose.timer() == name)
    }

    const fn timer(self) -> &'static str {
        match self {
            Self::Customer => "follow-up-visit.birthday",
            Self::Child => "follow-up-visit.child-birthday",
        }
    }

    /// The account's field.
    const fn field(self) -> &'static str {
        match self {
            Self::Customer => "birthday",
            Self::Child => "child-birthday",
        }
    }

    /// Where the planned day is remembered.
    const fn planned(self) -> &'static str {
        match self {
            Self::Customer => "care.birthday",
            Self::Child => "care.child-birthday",
        }
    }
}

impl<H: Host> Turn<'_, H> {
    /// Keeps the birthday that a message tells.
    pub(crate) fn keep_birthday(&mut self, message: &Message) -> Result<(), StepError> {
        if !self.config.care.as_ref().is_some_and(|care| care.birthdays) {
            return Ok(());
        }
        let Some((whose, birthday)) = birthday::find(&message.text) else {
            return Ok(());
        };
        self.set(whose.field(), birthday.kept());
        self.plan_birthday(whose, birthday)
    }

    /// What is to come of what the account knows.
    pub(crate) fn plan_care(&mut self) -> Result<(), StepError> {
        let Some(care) = &self.config.care else {
            return Ok(());
        };
        if care.birthdays {
            for whose in [Whose::Customer, Whose::Child] {
                if let Some(birthday) = self.known(whose) {
                    self.plan_birthday(whose, birthday)?;
                }
            }
        }
        self.plan_festival()
    }

    /// It is the birthday.
    pub(crate) fn birthday(&mut self, whose: Whose, payload: &str) -> Result<(), StepError> {
        // Corrected meanwhile: another timer has it.
        let planned = recall(self.host, Scope::Account, whose.planned())?;
        let (Some(birthday), Some(day)) = (self.known(whose), Birthday::from_kept(payload)) else {
            return Ok(());
        };
        if planned.as_deref() != Some(payload) {
            return Ok(());
        }
        let today = self.today()?;
        self.move_band(whose, birthday, today.date());
        if !self.is_welcome_now(whose.timer(), payload)? {
            return Ok(());
        }
        let tomorrow = today.plus_days(1).date();
        self.set_birthday_timer(whose, birthday.next(tomorrow), today)?;
        if self.is_unwelcome("wishes")? || self.has_open_complaint() {
            return Ok(());
        }
        if self.context.conversation.handler == Handler::Agent {
            let who = match whose {
                Whose::Customer => "the customer",
                Whose::Child => "the customer's child",
            };
            self.plan.note(format!("Birthday of {who}: {payload}."));
            return Ok(());
        }
        let is_today = (day.month, day.day) == (today.date().month, today.date().day);
        let text = match (whose, is_today) {
            (Whose::Customer, true) => &texts::BIRTHDAY,
            (Whose::Customer, false) => &texts::BIRTHDAY_LATE,
            (Whose::Child, true) => &texts::CHILD_BIRTHDAY,
            (Whose::Child, false) => &texts::CHILD_BIRTHDAY_LATE,
        };
        let name = brand(&self.config.brand, self.context, self.language).to_owned();
        self.say(text, &[("desk", &name)]);
        Ok(())
    }

    /// A festival is near.
    pub(crate) fn festival(&mut self, payload: &str) -> Result<(), StepError> {
        let planned = recall(self.host, Scope::Account, PLANNED_FESTIVAL)?;
        if planned.as_deref() != Some(payload) {
            return Ok(());
        }
        if let Some((key, day)) = payload.split_once(' ')
            && let Some(festival) = FESTIVALS.iter().find(|festival| festival.key == key)
            && let Some(visit) = self.festival_visit()
        {
            let account = &self.context.account;
            let conversation = &self.context.conversation;
            let name = account.name.as_ref().unwrap_or(&account.id);
            let text = format!(
                "[care] {} {day}: visit {name} ({}) before it; {} customer",
                festival.name, conversation.channel, visit.tier
            );
            let tell = visit.tell.clone();
            self.plan.notify(tell, text);
        }
        self.plan_festival()
    }

    fn plan_birthday(&mut self, whose: Whose, birthday: Birthday) -> Result<(), StepError> {
        let today = self.today()?;
        self.move_band(whose, birthday, today.date());
        // Today's was wished, or is: who tells it hears from whoever answers.
        let next = birthday.next(today.plus_days(1).date());
        let planned = recall(self.host, Scope::Account, whose.planned())?;
        if planned.is_some_and(|planned| planned == written(next)) {
            return Ok(());
        }
        self.set_birthday_timer(whose, next, today)
    }

    fn set_birthday_timer(
        &mut self,
        whose: Whose,
        day: Date,
        today: LocalTime,
    ) -> Result<(), StepError> {
        let payload = written(day);
        remember(self.host, Scope::Account, whose.planned(), &payload)?;
        let midnight = LocalTime {
            day: day.days(),
            ..today.at(0, 0)
        };
        self.plan
            .timer(whose.timer(), Moment::At(midnight.to_rfc3339()), payload);
        Ok(())
    }

    /// Moves the child on to the band of its age.
    fn move_band(&mut self, whose: Whose, birthday: Birthday, today: Date) {
        let (Whose::Child, Some(care)) = (whose, &self.config.care) else {
            return;
        };
        let Some(age) = birthday.age(today) else {
            return;
        };
        let band = care.band(age);
        if self.field(AGE_BAND) != Some(band.as_str()) {
            self.set(AGE_BAND, band);
        }
    }

    /// Sets the timer of the next festival before which the account is visited.
    fn plan_festival(&mut self) -> Result<(), StepError> {
        let Some(visit) = self.festival_visit() else {
            return Ok(());
        };
        let today = self.today()?;
        let year = today.date().year;
        let next = FESTIVALS
            .iter()
            .filter(|festival| visit.festivals.iter().any(|key| key == festival.key))
            .filter_map(|festival| {
                // A visit that should have been before today is none.
                let from = today.day.saturating_add(visit.days).saturating_add(1);
                Some((festival.from(year, from)?, festival.key))
            })
            .min();
        let Some((day, key)) = next else {
            return Ok(());
        };
        let visited = LocalTime {
            day: day.saturating_sub(visit.days),
            ..today.at(0, 0)
        };
        let payload = format!("{key} {}", written(Date::of(day)));
        let planned = recall(self.host, Scope::Account, PLANNED_FESTIVAL)?;
        if planned.is_some_and(|planned| planned == payload) {
            return Ok(());
        }
        remember(self.host, Scope::Account, PLANNED_FESTIVAL, &payload)?;
        let at = self
            .host
            .next_open(&visited.to_rfc3339())
            .map_err(permanent)?;
        self.plan.timer(FESTIVAL, Moment::At(at), payload);
        Ok(())
    }

    fn festival_visit(&self) -> Option<&FestivalVisit> {
        let tier = self.field("tier")?;
        let care = self.config.care.as_ref()?;
        care.visits.iter().find(|visit| visit.tier == tier)
    }

    fn known(&self, whose: Whose) -> Option<Birthday> {
        Birthday::from_kept(self.field(whose.field())?)
    }

    fn field(&self, name: &str) -> Option<&str> {
        let fields = &self.context.account.fields;
        let found = fields.iter().find(|field| field.name == name);
        found.map(|field| field.value.as_str())
    }

    fn set(&mut self, field: &str, value: String) {
        self.plan.push(Effect::SetField(Field {
            name: field.to_owned(),
            value,
        }));
    }

    fn today(&self) -> Result<LocalTime, StepError> {
        let now = self.host.now();
        LocalTime::parse(&now).ok_or_else(|| permanent(format!("the host's time `{now}` is none")))
    }
}

fn written(day: Date) -> String {
    // The 29th of February of most years is the 1st of March.
    let day = Date::of(day.days());
    format!("{:04}-{:02}-{:02}", day.year, day.month, day.day)
}
