//! Texts in three languages, with places to fill in, that a desk can word differently.

use std::collections::BTreeMap;

use crate::{language::Language, types::Context};

/// A text of a plugin. Places to fill in are written `{name}`.
#[derive(Debug, Clone, Copy)]
pub struct Text {
    /// Its name in the configuration.
    pub key: &'static str,
    /// Simplified Chinese.
    pub hans: &'static str,
    /// Traditional Chinese.
    pub hant: &'static str,
    /// English.
    pub en: &'static str,
}

/// The desk's own wording: by the text's key, then by language tag.
pub type Texts = BTreeMap<String, BTreeMap<String, String>>;

impl Text {
    /// The plugin's own wording.
    #[must_use]
    pub const fn standard(&self, language: Language) -> &'static str {
        match language {
            Language::SimplifiedChinese => self.hans,
            Language::TraditionalChinese => self.hant,
            Language::English | Language::Other => self.en,
        }
    }

    /// The text in `language`, in the desk's wording where `texts` has one, with `values` filled in.
    #[must_use]
    pub fn say(&self, texts: &Texts, language: Language, values: &[(&str, &str)]) -> String {
        let own = texts.get(self.key).and_then(|by_language| {
            by_language
                .get(language.tag())
                .filter(|text| !text.is_empty())
        });
        fill(own.map_or(self.standard(language), String::as_str), values)
    }
}

/// `template` with its places filled in, in one pass: what is filled in is never looked at again, so that a customer's
/// words can't name places. A place without a value stays as it is written.
#[must_use]
pub fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(template.len().saturating_add(64));
    let mut rest = template;
    while let Some((before, from)) = rest.split_once('{') {
        filled.push_str(before);
        let place = from.split_once('}').and_then(|(name, after)| {
            let (_, value) = values.iter().find(|(known, _)| *known == name)?;
            Some((*value, after))
        });
        if let Some((value, after)) = place {
            filled.push_str(value);
            rest = after;
        } else {
            filled.push('{');
            rest = from;
        }
    }
    filled.push_str(rest);
    filled
}

/// The language to speak to the customer: the conversation's, else the account's, else the desk's first. Whoever
/// writes another language is answered in English where the desk speaks it.
#[must_use]
pub fn language_of(context: &Context) -> Language {
    let desk = &context.desk.languages;
    let known = context
        .conversation
        .language
        .as_deref()
        .or(context.account.language.as_deref())
        .or(desk.first().map(String::as_str))
        .map_or(Language::SimplifiedChinese, Language::from_tag);
    spoken(known, desk)
}

/// `language` if the desk can be expected to speak it, else English, else the desk's first.
#[must_use]
pub fn spoken(language: Language, desk: &[String]) -> Language {
    if language != Language::Other {
        return language;
    }
    let speaks_english = desk
        .iter()
        .any(|tag| Language::from_tag(tag) == Language::English);
    match desk.first().map(|tag| Language::from_tag(tag)) {
        Some(first) if !speaks_english && first != Language::Other => first,
        _ => Language::English,
    }
}

/// The language that the desk's people read: its first.
#[must_use]
pub fn desk_language(context: &Context) -> Language {
    context
        .desk
        .languages
        .first()
        .map(|tag| Language::from_tag(tag))
        .filter(|language| *language != Language::Other)
        .unwrap_or(Language::English)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HELLO: Text = Text {
        key: "hello",
        hans: "您好{name}",
        hant: "您好{name}！",
        en: "Hello {name}",
    };

    #[test]
    fn a_desks_own_wording_goes_before_the_plugins() {
        let texts = Texts::from([(
            "hello".to_owned(),
            BTreeMap::from([("en".to_owned(), "Hi {name}".to_owned())]),
        )]);
        let values = [("name", "Ana")];
        assert_eq!(HELLO.say(&texts, Language::English, &values), "Hi Ana");
        assert_eq!(
            HELLO.say(&texts, Language::SimplifiedChinese, &values),
            "您好Ana"
        );
    }

    #[test]
    fn what_is_filled_in_cannot_name_places() {
        assert_eq!(
            fill("{a} and {b}", &[("a", "{b}"), ("b", "two")]),
            "{b} and two"
        );
        assert_eq!(fill("{unknown} {a", &[("a", "one")]), "{unknown} {a");
    }
}
