//! What a desk can set.

use serde::Deserialize;
use switchboard_sdk::say::Texts;

pub(crate) const SCHEMA: &str = r#"{
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "survey": {"type": "boolean", "description": "Ask the satisfaction question after a resolution. Default: true."},
    "points": {"type": "integer", "minimum": 0, "maximum": 10, "description": "Points of the answer 2. Default: 6."},
    "days": {"type": "integer", "minimum": 0, "maximum": 365, "description": "Days from resolution to the follow-up visit; 0: none. Default: 7."},
    "think-days": {"type": "integer", "minimum": 1, "maximum": 365, "description": "Days until somebody who wants to think it over, without saying until when, is asked again. Default: 3."},
    "lead": {"type": "string", "description": "Who coaches when the service was the problem. Default: team-lead."},
    "team": {"type": "string", "description": "The team that takes over what was not solved. Default: whichever is free."},
    "texts": {
      "type": "object",
      "description": "Your own wording, by key and language.",
      "propertyNames": {"enum": ["question", "thanks", "sorry-attitude", "reopened", "sorry-unsolved", "visit", "opinion-noted", "take-your-time", "gentle"]},
      "additionalProperties": {"type": "object", "additionalProperties": {"type": "string"}}
    }
  }
}"#;

#[derive(Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Config {
    pub(crate) survey: bool,
    pub(crate) points: u32,
    pub(crate) days: u32,
    pub(crate) think_days: u32,
    pub(crate) lead: String,
    pub(crate) team: Option<String>,
    pub(crate) texts: Texts,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            survey: true,
            points: 6,
            days: 7,
            think_days: 3,
            lead: "team-lead".to_owned(),
            team: None,
            texts: Texts::new(),
        }
    }
}
