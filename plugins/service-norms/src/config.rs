//! What a desk can set.

use std::collections::BTreeMap;

use serde::Deserialize;
use switchboard_sdk::say::Texts;

use crate::rule::{Level, Rule};

pub(crate) const SCHEMA: &str = r##"{
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "severity": {
      "type": "object",
      "description": "How bad a breach of each rule is. Default: profanity, restricted-topic, vague-words and invented block; promise is info; the others warn.",
      "propertyNames": {"$ref": "#/$defs/rule"},
      "additionalProperties": {"enum": ["off", "info", "warning", "blocking"]}
    },
    "words": {
      "type": "object",
      "description": "Your own words for a rule, besides the standard ones; for restricted-topic: topics of which no figure is told; for suffix: single characters.",
      "propertyNames": {"enum": ["profanity", "restricted-topic", "vague-words", "blunt-refusal", "blame-shifting", "condescension", "brand", "suffix"]},
      "additionalProperties": {"type": "array", "maxItems": 500, "items": {"type": "string", "minLength": 1, "maxLength": 100}}
    },
    "allow": {"type": "array", "maxItems": 500, "items": {"type": "string", "minLength": 1, "maxLength": 200}, "description": "Phrases that are never found fault with, product names for example."},
    "grounded": {"type": "array", "maxItems": 100, "items": {"type": "string"}, "description": "Steps whose texts may name no figure, date, number or address that isn't in the articles they cite or in what the customer wrote. Needs the grant knowledge."},
    "shortest": {"type": "integer", "minimum": 0, "maximum": 20, "description": "A reply of so many Han characters or fewer, punctuation not counted, is too short. Default: 3."},
    "texts": {
      "type": "object",
      "description": "Your own rewrites, by key and language.",
      "propertyNames": {"enum": ["vague", "profane", "restricted", "blunt", "blame", "condescending", "contact", "yes", "right", "no", "more"]},
      "additionalProperties": {"type": "object", "additionalProperties": {"type": "string"}}
    }
  },
  "$defs": {
    "rule": {"enum": ["profanity", "restricted-topic", "vague-words", "blunt-refusal", "blame-shifting", "condescension", "brand", "suffix", "too-short", "invented", "promise"]}
  }
}"##;

/// The settings of the desk.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Config {
    severity: BTreeMap<String, Level>,
    words: BTreeMap<String, Vec<String>>,
    pub(crate) allow: Vec<String>,
    pub(crate) grounded: Vec<String>,
    pub(crate) shortest: u32,
    pub(crate) texts: Texts,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            severity: BTreeMap::new(),
            words: BTreeMap::new(),
            allow: Vec::new(),
            grounded: Vec::new(),
            // 「三个字以下」 counts the three (C2).
            shortest: 3,
            texts: Texts::new(),
        }
    }
}

impl Config {
    /// How bad a breach of the rule is here.
    #[must_use]
    pub fn level(&self, rule: Rule) -> Level {
        let own = self.severity.get(rule.key()).copied();
        own.unwrap_or(rule.standard())
    }

    /// The desk's own words for the rule.
    pub(crate) fn words(&self, rule: Rule) -> &[String] {
        self.words.get(rule.key()).map_or(&[], Vec::as_slice)
    }
}
