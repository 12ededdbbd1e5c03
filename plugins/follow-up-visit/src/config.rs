//! What a desk can set.

use std::collections::BTreeMap;

use serde::Deserialize;
use switchboard_sdk::{language::Language, say::Texts, turn::Brand, when::DAY};

use crate::care::Care;

pub(crate) const SCHEMA: &str = r##"{
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "survey": {"type": "boolean", "description": "Ask the satisfaction question after a resolution. Default: true."},
    "points": {"type": "integer", "minimum": 0, "maximum": 10, "description": "Points of the answer 2. Default: 6."},
    "sample": {"type": "integer", "minimum": 0, "maximum": 100, "description": "Of a hundred resolved conversations so many are asked; which ones follows from their ids. Default: 100."},
    "again-days": {"type": "integer", "minimum": 0, "maximum": 365, "description": "A customer who was asked is not asked again for so many days, except about what was not solved. Default: 0."},
    "correct-minutes": {"type": "integer", "minimum": 0, "maximum": 10080, "description": "So long a rating may be corrected by another one; 0: never. Default: 30."},
    "days": {"type": "integer", "minimum": 0, "maximum": 365, "description": "Days from resolution to the follow-up visit; 0: none. Default: 7."},
    "visits": {
      "type": "object",
      "description": "Other days for some kinds of case; the gravest kind of the conversation counts. Default: `days` for all.",
      "propertyNames": {"enum": ["emergency", "complaint", "repair", "order", "suggestion", "question", "after-sales", "consultation"]},
      "additionalProperties": {"type": "integer", "minimum": 0, "maximum": 365}
    },
    "form": {
      "type": "array",
      "maxItems": 8,
      "description": "The questions of the opinion form, asked one after the other at the visit. Default: one open question.",
      "items": {
        "type": "object",
        "additionalProperties": false,
        "required": ["key", "text"],
        "properties": {
          "key": {"type": "string", "pattern": "^[a-z0-9-]{1,40}$", "description": "Its name in the results; `expected` and `perceived` together give the gap."},
          "scale": {"type": "integer", "minimum": 2, "maximum": 10, "description": "The answer is a number from 1 to this. Default: any words."},
          "text": {"type": "object", "additionalProperties": {"type": "string"}, "description": "The question, by language."}
        }
      }
    },
    "keep-opinion": {"type": "boolean", "description": "Keep the last opinion in the account's field `opinion`; needs the grant account.opinion. Default: false."},
    "cap-days": {"type": "integer", "minimum": 0, "maximum": 365, "description": "An account is visited once in so many days, whatever it was about; 0: no limit. Default: 7."},
    "quiet": {
      "type": "object",
      "additionalProperties": false,
      "required": ["from", "until"],
      "properties": {
        "from": {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"},
        "until": {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"}
      },
      "description": "Nobody is visited then, even who prefers it. Default: 21:00 to 08:00."
    },
    "care": {
      "type": "object",
      "additionalProperties": false,
      "description": "What goes beyond the case. Default: nothing. Needs the grants account.birthday, account.child-birthday and account.age-band.",
      "properties": {
        "birthdays": {"type": "boolean", "description": "Keep birthdays that customers tell, in the account's fields `birthday` and `child-birthday`, and wish on the day. Default: true."},
        "ages": {"type": "array", "items": {"type": "integer", "minimum": 1, "maximum": 99}, "description": "Where the age bands of the field `age-band` begin. Default: [3, 6, 9, 14]."},
        "visits": {
          "type": "array",
          "description": "Who is visited before which festivals, by the account's field `tier`; needs the grant account.tier. Default: nobody.",
          "items": {
            "type": "object",
            "additionalProperties": false,
            "required": ["tier", "festivals", "tell"],
            "properties": {
              "tier": {"type": "string"},
              "festivals": {"type": "array", "items": {"enum": ["new-year", "spring-festival", "lantern", "children", "dragon-boat", "qixi", "mid-autumn", "national-day", "double-ninth", "christmas"]}},
              "days": {"type": "integer", "minimum": 1, "maximum": 60, "description": "So many days before. Default: 7."},
              "tell": {"type": "string", "description": "Who plans the visit: a department, person or responsibility of directory.toml."}
            }
          }
        }
      }
    },
    "think-days": {"type": "integer", "minimum": 1, "maximum": 365, "description": "Days until somebody who wants to think it over, without saying until when, is asked again. Default: 3."},
    "lead": {"type": "string", "description": "Who coaches when the service was the problem. Default: team-lead."},
    "team": {"type": "string", "description": "The team that takes over what was not solved. Default: whichever is free."},
    "brand": {"type": "object", "additionalProperties": {"type": "string"}, "description": "What the desk calls itself, by language. Default: its name."},
    "texts": {
      "type": "object",
      "description": "Your own wording, by key and language.",
      "propertyNames": {"enum": ["question", "thanks", "corrected", "sorry-attitude", "reopened", "sorry-unsolved", "visit", "opinion-noted", "scale", "take-your-time", "gentle", "birthday", "birthday-late", "child-birthday", "child-birthday-late"]},
      "additionalProperties": {"type": "object", "additionalProperties": {"type": "string"}}
    }
  }
}"##;

#[derive(Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Config {
    pub(crate) survey: bool,
    pub(crate) points: u32,
    pub(crate) sample: u32,
    pub(crate) again_days: u32,
    pub(crate) correct_minutes: u32,
    days: u32,
    visits: BTreeMap<String, u32>,
    pub(crate) form: Vec<Question>,
    pub(crate) keep_opinion: bool,
    pub(crate) cap_days: u32,
    quiet: Option<Quiet>,
    pub(crate) care: Option<Care>,
    pub(crate) think_days: u32,
    pub(crate) lead: String,
    pub(crate) team: Option<String>,
    pub(crate) brand: Brand,
    pub(crate) texts: Texts,
}

/// A question of the opinion form.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Question {
    pub(crate) key: String,
    #[serde(default)]
    pub(crate) scale: Option<u32>,
    text: BTreeMap<String, String>,
}

impl Question {
    /// In the customer's language, else in any.
    pub(crate) fn text(&self, language: Language) -> &str {
        self.text
            .get(language.tag())
            .or_else(|| self.text.get("en"))
            .or_else(|| self.text.values().next())
            .map_or("", String::as_str)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Quiet {
    from: String,
    until: String,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            survey: true,
            points: 6,
            sample: 100,
            again_days: 0,
            correct_minutes: 30,
            days: 7,
            visits: BTreeMap::new(),
            form: Vec::new(),
            keep_opinion: false,
            cap_days: 7,
            quiet: None,
            care: None,
            think_days: 3,
            lead: "team-lead".to_owned(),
            team: None,
            brand: Brand::new(),
            texts: Texts::new(),
        }
    }
}

impl Config {
    /// Days until a case of these kinds, the gravest first, is visited; 0: never.
    pub(crate) fn days_of<'a>(&self, mut kinds: impl Iterator<Item = &'a str>) -> u32 {
        kinds
            .find_map(|kind| self.visits.get(kind).copied())
            .unwrap_or(self.days)
    }

    /// Seconds after midnight when quiet begins and when it ends.
    pub(crate) fn quiet(&self) -> (u32, u32) {
        let (from, until) = self
            .quiet
            .as_ref()
            .map_or(("21:00", "08:00"), |quiet| (&quiet.from, &quiet.until));
        (second_of(from), second_of(until))
    }
}

fn second_of(time: &str) -> u32 {
    let (hour, minute) = time.split_once(':').unwrap_or((time, "0"));
    let number = |text: &str| text.parse::<u32>().unwrap_or_default();
    let seconds = number(hour)
        .saturating_mul(3_600)
        .saturating_add(number(minute).saturating_mul(60));
    seconds.min(DAY)
}
