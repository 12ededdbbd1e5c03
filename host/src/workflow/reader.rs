//! Reads typed values out of a TOML tree. A value of the wrong kind becomes a problem at its place and the reading
//! goes on, so that one pass finds every mistake.

use std::collections::BTreeSet;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::Problem;
use super::suggest;

/// A byte range of the text.
pub(super) type Place = Range<usize>;
pub(super) type Value<'t> = Spanned<DeValue<'t>>;

/// A value and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Placed<T> {
    pub(super) place: Place,
    pub(super) value: T,
}

/// A table, where it stands, and what to call it in a message: `[[step]]`.
#[derive(Debug, Clone)]
pub(super) struct Section<'v, 'i> {
    pub(super) place: Place,
    pub(super) title: &'static str,
    pub(super) table: &'v DeTable<'i>,
}

impl<'v, 'i> Section<'v, 'i> {
    pub(super) fn get(&self, key: &str) -> Option<&'v Value<'i>> {
        self.table.get(key)
    }
}

pub(super) struct Reader<'t> {
    file: &'t str,
    text: &'t str,
    problems: Vec<Problem>,
}

/// Reads a file. What is wrong with it is added to `problems`; after a mistake in the TOML itself the rest is still
/// read, and what is wrong there is reported too.
pub(super) fn read<T>(
    file: &str,
    text: &str,
    problems: &mut Vec<Problem>,
    meaning: impl FnOnce(&mut Reader<'_>, Section<'_, '_>) -> T,
) -> T {
    let (root, mistakes) = DeTable::parse_recoverable(text);
    let mut reader = Reader {
        file,
        text,
        problems: Vec::new(),
    };
    let section = Section {
        place: 0..0,
        title: "the file",
        table: root.get_ref(),
    };
    let value = meaning(&mut reader, section);
    let broken: Vec<Problem> = mistakes
        .iter()
        .map(|mistake| {
            let offset = mistake.span().map_or(0, |span| span.start);
            Problem::at(
                file,
                text,
                offset,
                format!("this is not valid TOML: {}", mistake.message().trim()),
            )
        })
        .collect();
    let broken_lines: BTreeSet<usize> = broken.iter().map(|problem| problem.line).collect();
    problems.extend(
        reader
            .problems
            .into_iter()
            .filter(|problem| !broken_lines.contains(&problem.line)),
    );
    problems.extend(broken);
    value
}

impl Reader<'_> {
    pub(super) fn problem(&mut self, place: &Place, message: impl Into<String>) {
        self.problems
            .push(Problem::at(self.file, self.text, place.start, message));
    }

    pub(super) fn problem_count(&self) -> usize {
        self.problems.len()
    }

    /// The line of a place, to point to it from elsewhere.
    pub(super) fn line(&self, place: &Place) -> usize {
        Problem::at(self.file, self.text, place.start, "").line
    }

    /// Where the byte at `offset` of a text value stands in the file, as near as its quoting lets one say.
    pub(super) fn inside(&self, value: &Value<'_>, offset: usize) -> Place {
        let span = value.span();
        let written = self.text.get(span.clone()).unwrap_or_default();
        let start = value
            .get_ref()
            .as_str()
            .and_then(|text| written.find(text))
            .map_or(0, |quotes| quotes + offset);
        span.start + start..span.end
    }

    /// Every key that isn't one of these is a problem that names the nearest.
    pub(super) fn known_keys(&mut self, section: &Section<'_, '_>, known: &[&str]) {
        for (key, _) in section.table {
            let name = key.get_ref().as_ref();
            if !known.contains(&name) {
                let hint = match suggest::nearest(name, known.iter().copied()) {
                    Some(meant) => format!("did you mean {meant}?"),
                    None => format!("what can stand here is {}", known.join(", ")),
                };
                self.problem(
                    &key.span(),
                    format!("unknown key \"{name}\" in {}; {hint}", section.title),
                );
            }
        }
    }

    pub(super) fn wrong_kind(&mut self, value: &Value<'_>, key: &str, wanted: &str) {
        let found = match value.get_ref() {
            DeValue::Table(_) => "a table",
            DeValue::Array(_) => "a list",
            DeValue::String(_) => "a text",
            DeValue::Integer(_) | DeValue::Float(_) => "a number",
            DeValue::Boolean(_) => "true or false",
            DeValue::Datetime(_) => "a date or time",
        };
        self.problem(
            &value.span(),
            format!("{key} is {found} here; write {wanted}"),
        );
    }

    /// The value of a key that must be there. `example` is the line to add.
    pub(super) fn required<'v, 'i>(
        &mut self,
        section: &Section<'v, 'i>,
        key: &str,
        example: &str,
    ) -> Option<&'v Value<'i>> {
        let value = section.get(key);
        if value.is_none() {
            self.problem(
                &section.place,
                format!("{} has no {key}; add a line like {example}", section.title),
            );
        }
        value
    }

    pub(super) fn section<'v, 'i>(
        &mut self,
        value: &'v Value<'i>,
        key: &str,
        title: &'static str,
    ) -> Option<Section<'v, 'i>> {
        let Some(table) = value.get_ref().as_table() else {
            self.wrong_kind(value, key, &format!("a table, as {title}"));
            return None;
        };
        Some(Section {
            place: value.span(),
            title,
            table,
        })
    }

    /// The tables under `[[key]]`.
    pub(super) fn sections<'v, 'i>(
        &mut self,
        parent: &Section<'v, 'i>,
        key: &str,
        title: &'static str,
    ) -> Vec<Section<'v, 'i>> {
        let Some(value) = parent.get(key) else {
            return Vec::new();
        };
        let Some(entries) = value.get_ref().as_array() else {
            self.wrong_kind(
                value,
                key,
                &format!("each entry under its own line {title}"),
            );
            return Vec::new();
        };
        entries
            .iter()
            .filter_map(|entry| self.section(entry, key, title))
            .collect()
    }

    /// A text that isn't blank, without space around it.
    pub(super) fn text<'v>(
        &mut self,
        value: &'v Value<'_>,
        key: &str,
        example: &str,
    ) -> Option<&'v str> {
        let Some(text) = value.get_ref().as_str() else {
            self.wrong_kind(value, key, &format!("a text in quotes, like {example}"));
            return None;
        };
        if text.trim().is_empty() {
            self.problem(
                &value.span(),
                format!("{key} is empty; write a text like {example}"),
            );
            return None;
        }
        Some(text.trim())
    }

    /// A list of texts, each with its place.
    pub(super) fn texts<'v>(
        &mut self,
        value: &'v Value<'_>,
        key: &str,
        example: &str,
    ) -> Vec<Placed<&'v str>> {
        let Some(entries) = value.get_ref().as_array() else {
            self.wrong_kind(value, key, &format!("a list like {example}"));
            return Vec::new();
        };
        let element = format!("an entry of {key}");
        let mut texts = Vec::new();
        for entry in entries.iter() {
            let text = self.text(entry, &element, &format!("those in {example}"));
            texts.extend(text.map(|value| Placed {
                place: entry.span(),
                value,
            }));
        }
        texts
    }

    /// A name as steps, plugins and departments have: it stands in ids, commands and file names.
    pub(super) fn name(&mut self, value: &Value<'_>, key: &str, example: &str) -> Option<String> {
        let text = self.text(value, key, example)?;
        if !is_name(text) {
            let message = format!(
                "{key} \"{text}\" is not a name; write lower-case letters, digits and hyphens, at most {MAX_NAME}, like {example}"
            );
            self.problem(&value.span(), message);
            return None;
        }
        Some(text.to_owned())
    }

    /// A whole number between two bounds.
    pub(super) fn whole(
        &mut self,
        value: &Value<'_>,
        key: &str,
        bounds: Range<u32>,
    ) -> Option<u32> {
        let Some(integer) = value.get_ref().as_integer() else {
            self.wrong_kind(
                value,
                key,
                &format!("a whole number from {} to {}", bounds.start, bounds.end),
            );
            return None;
        };
        let number = u32::from_str_radix(integer.as_str(), integer.radix()).ok();
        let number = number.filter(|number| (bounds.start..=bounds.end).contains(number));
        if number.is_none() {
            let message = format!(
                "{key} = {} is out of bounds; write a whole number from {} to {}",
                integer.as_str(),
                bounds.start,
                bounds.end
            );
            self.problem(&value.span(), message);
        }
        number
    }
}

const MAX_NAME: usize = 64;

/// Lower-case letters, digits and single hyphens between them.
pub(super) fn is_name(text: &str) -> bool {
    let plain = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    text.len() <= MAX_NAME && text.split('-').all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_plain() {
        for good in ["greeting", "auto-reply", "step2", "a"] {
            assert!(is_name(good), "{good}");
        }
        for bad in [
            "",
            "-",
            "a-",
            "-a",
            "a--b",
            "Auto",
            "auto_reply",
            "自动",
            "a b",
            &"x".repeat(65),
        ] {
            assert!(!is_name(bad), "{bad}");
        }
    }
}
