//! What a desk can set.

use serde::Deserialize;
use switchboard_sdk::say::Texts;

pub(crate) const SCHEMA: &str = r#"{
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "confidence": {"type": "number", "minimum": 0, "maximum": 1, "description": "An article answers only from this score on. Default: 0.6."},
    "department": {"type": "string", "description": "The department that answers what the articles don't. Default: customer-service."},
    "answer-hours": {"type": "number", "exclusiveMinimum": 0, "maximum": 400, "description": "Business hours until a recorded question is answered. Default: 4."},
    "topics": {"type": "object", "additionalProperties": {"type": "string"}, "description": "For each category, the directory's topic whose person answers. Default: consultation = sales, order = logistics, after-sales = after-sales."},
    "team": {"type": "string", "description": "The team that takes over. Default: whichever is free."},
    "hold-minutes": {"type": "integer", "minimum": 1, "maximum": 1440, "description": "Business minutes until a waiting customer is told again and the team reminded. Default: 5."},
    "holding-reply": {"type": "boolean", "description": "Answer with a holding line while the customer waits for a person. Default: false."},
    "forwarded-by-others": {"type": "array", "items": {"type": "string"}, "description": "Categories that another step makes tickets of. Default: complaint, suggestion, repair, order."},
    "texts": {
      "type": "object",
      "description": "Your own wording, by key and language.",
      "propertyNames": {"enum": ["answer", "responsible", "recorded", "added", "taking-over", "still-waiting", "people-back", "clarify", "welcome", "you-are-welcome", "noted", "nuisance", "holding"]},
      "additionalProperties": {"type": "object", "additionalProperties": {"type": "string"}}
    }
  }
}"#;

#[derive(Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Config {
    pub(crate) confidence: f32,
    pub(crate) department: String,
    pub(crate) answer_hours: f32,
    topics: std::collections::BTreeMap<String, String>,
    pub(crate) team: Option<String>,
    pub(crate) hold_minutes: u32,
    pub(crate) holding_reply: bool,
    pub(crate) forwarded_by_others: Vec<String>,
    pub(crate) texts: Texts,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            confidence: 0.6,
            department: "customer-service".to_owned(),
            answer_hours: 4.0,
            topics: std::collections::BTreeMap::new(),
            team: None,
            hold_minutes: 5,
            holding_reply: false,
            forwarded_by_others: ["complaint", "suggestion", "repair", "order"]
                .map(str::to_owned)
                .to_vec(),
            texts: Texts::new(),
        }
    }
}

impl Config {
    /// The directory's topic for a category.
    pub(crate) fn topic<'a>(&'a self, category: &str) -> &'a str {
        self.topics
            .get(category)
            .map_or_else(|| standard_topic(category), String::as_str)
    }

    /// Seconds of business time until a recorded question is answered.
    pub(crate) fn answer_seconds(&self) -> u32 {
        switchboard_sdk::when::hours(self.answer_hours)
    }
}

fn standard_topic(category: &str) -> &'static str {
    match category {
        "order" => "logistics",
        "after-sales" => "after-sales",
        "consultation" => "sales",
        _ => "customer-service",
    }
}
