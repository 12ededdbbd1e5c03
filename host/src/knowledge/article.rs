//! One article: its file's format and what the file may say.

use toml_edit::{Document, Item, Table, Value};

use crate::workflow::Problem;

/// The languages an article may be written in.
const LANGUAGES: [&str; 3] = ["zh-Hans", "zh-Hant", "en"];
const KEYS: [&str; 7] = [
    "title",
    "language",
    "questions",
    "labels",
    "valid-from",
    "valid-until",
    "responsible",
];
const FENCE: &str = "+++";

/// What the desk knows about one topic in one language, worded as it may be said to a customer (R28).
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Article {
    /// The file's name without `.md`; `topic.language` by custom.
    pub id: String,
    /// What the article is about, in a few words.
    pub title: String,
    /// `zh-Hans`, `zh-Hant` or `en`.
    pub language: String,
    /// Ways in which customers ask for it.
    pub questions: Vec<String>,
    /// What an answer from this article labels its conversation with.
    pub labels: Vec<String>,
    /// Not said before this instant (R95).
    pub valid_from: Option<jiff::Timestamp>,
    /// Not said from this instant on (R95, R124).
    pub valid_until: Option<jiff::Timestamp>,
    /// The topic of `directory.toml` whose people answer for the article.
    pub responsible: Option<String>,
    /// The answer, Markdown.
    pub text: String,
}

impl Article {
    /// Whether the article may be said at that instant.
    pub fn is_valid(&self, at: jiff::Timestamp) -> bool {
        self.valid_from.is_none_or(|from| from <= at)
            && self.valid_until.is_none_or(|until| at < until)
    }

    /// What versions of the article in other languages share: the id without a language at its end.
    pub fn topic(&self) -> &str {
        match self.id.rsplit_once('.') {
            Some((topic, language)) if LANGUAGES.contains(&language) => topic,
            _ => &self.id,
        }
    }
}

/// Reads one file of a desk's `knowledge/` directory. `file_name` may carry directories; the id is its last part.
///
/// # Errors
/// Every problem found, in the order of the file.
pub fn parse_article(file_name: &str, text: &str) -> Result<Article, Vec<Problem>> {
    let mut problems = Problems {
        file: file_name,
        text,
        found: Vec::new(),
    };
    let article = read(&mut problems);
    problems.found.sort();
    match article {
        Some(article) if problems.found.is_empty() => Ok(article),
        _ => Err(problems.found),
    }
}

struct Problems<'a> {
    file: &'a str,
    text: &'a str,
    found: Vec<Problem>,
}

impl Problems<'_> {
    fn report(&mut self, offset: usize, message: impl Into<String>) {
        self.found
            .push(Problem::at(self.file, self.text, offset, message));
    }
}

fn read(problems: &mut Problems<'_>) -> Option<Article> {
    let id = id(problems);
    let file = split(problems)?;
    let document = match Document::parse(file.front) {
        Ok(document) => document,
        Err(error) => {
            let place = file.start + error.span().map_or(0, |span| span.start);
            problems.report(place, error.message().trim_end());
            return None;
        }
    };
    let mut front = FrontMatter {
        table: document.as_table(),
        start: file.start,
        problems,
    };
    front.refuse_unknown_keys();
    let title = front.required("title", "what the article is about");
    let language = front.language();
    let questions = front.strings("questions");
    let labels = front.strings("labels");
    let (valid_from, valid_until) = front.validity();
    let responsible = front.string("responsible");
    if file.body.trim().is_empty() {
        problems.report(
            problems.text.trim_end().len(),
            "the article has no text: write the answer below the second +++",
        );
    }
    let text = file.body.trim().replace("\r\n", "\n");
    Some(Article {
        id: id?,
        title: title?,
        language: language?,
        questions,
        labels,
        valid_from,
        valid_until,
        responsible,
        text,
    })
}

fn id(problems: &mut Problems<'_>) -> Option<String> {
    let name = problems.file.rsplit(['/', '\\']).next().unwrap_or_default();
    let id = name.strip_suffix(".md").unwrap_or_default();
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    if id.chars().any(char::is_alphanumeric) && id.chars().all(is_part) {
        return Some(id.to_owned());
    }
    problems.report(0, "an article's file is named like shipping-time.en.md: letters, digits, `-`, `_`, `.`, and .md at the end");
    None
}

struct File<'a> {
    front: &'a str,
    /// Where `front` begins in the file, in bytes.
    start: usize,
    body: &'a str,
}

/// Parts the front matter from the text.
fn split<'a>(problems: &mut Problems<'a>) -> Option<File<'a>> {
    let text = problems.text;
    let unmarked = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut offset = text.len() - unmarked.len();
    let mut front_start = None;
    for line in unmarked.split_inclusive('\n') {
        let end = offset + line.len();
        match (line.trim_end() == FENCE, front_start) {
            (true, None) => front_start = Some(end),
            (true, Some(start)) => {
                return Some(File {
                    front: text.get(start..offset)?,
                    start,
                    body: text.get(end..)?,
                });
            }
            (false, None) => {
                problems.report(offset, "an article begins with a line `+++`, its front matter in TOML, and another `+++`");
                return None;
            }
            (false, Some(_)) => {}
        }
        offset = end;
    }
    problems.report(
        text.trim_end().len(),
        "the front matter doesn't end: put a line `+++` before the text",
    );
    None
}

struct FrontMatter<'a, 'b> {
    table: &'a Table,
    start: usize,
    problems: &'a mut Problems<'b>,
}

impl FrontMatter<'_, '_> {
    fn report_at(&mut self, offset: Option<usize>, message: impl Into<String>) {
        self.problems
            .report(self.start + offset.unwrap_or_default(), message);
    }

    fn report(&mut self, key: &str, message: impl Into<String>) {
        let value = self.table.get(key).and_then(Item::span);
        let place = value.or_else(|| self.table.key(key).and_then(|key| key.span()));
        self.report_at(place.map(|span| span.start), message);
    }

    fn refuse_unknown_keys(&mut self) {
        for (key, item) in self.table {
            if KEYS.contains(&key) {
                continue;
            }
            let place = self
                .table
                .key(key)
                .and_then(|key| key.span())
                .or_else(|| item.span());
            let message = format!("unknown key {key:?}: an article knows {}", KEYS.join(", "));
            self.report_at(place.map(|span| span.start), message);
        }
    }

    fn string(&mut self, key: &str) -> Option<String> {
        let item = self.table.get(key)?;
        match item.as_str().map(str::trim) {
            Some("") => self.report(key, format!("{key} is empty")),
            Some(value) => return Some(value.to_owned()),
            None => self.report(
                key,
                format!("{key} must be a text in quotes, not {}", item.type_name()),
            ),
        }
        None
    }

    fn required(&mut self, key: &str, meaning: &str) -> Option<String> {
        if !self.table.contains_key(key) {
            self.report_at(None, format!("{key} is missing: {meaning}"));
        }
        self.string(key)
    }

    fn language(&mut self) -> Option<String> {
        let languages = LANGUAGES.join(", ");
        let language = self.required("language", &format!("one of {languages}"))?;
        if LANGUAGES.contains(&language.as_str()) {
            return Some(language);
        }
        self.report(
            "language",
            format!("language {language:?} isn't one of {languages}"),
        );
        None
    }

    fn strings(&mut self, key: &str) -> Vec<String> {
        let Some(item) = self.table.get(key) else {
            return Vec::new();
        };
        let Some(array) = item.as_array() else {
            self.report(
                key,
                format!("{key} must be a list of texts, as in {key} = [\"…\"]"),
            );
            return Vec::new();
        };
        let mut strings = Vec::with_capacity(array.len());
        for value in array {
            match value.as_str().map(str::trim) {
                Some(text) if !text.is_empty() => strings.push(text.to_owned()),
                _ => {
                    let place = value.span().map(|span| span.start);
                    self.report_at(
                        place,
                        format!("each of {key} must be a text in quotes that isn't empty"),
                    );
                }
            }
        }
        strings
    }

    fn validity(&mut self) -> (Option<jiff::Timestamp>, Option<jiff::Timestamp>) {
        let from = self.instant("valid-from");
        let until = self.instant("valid-until");
        if let (Some(from), Some(until)) = (from, until)
            && until <= from
        {
            self.report(
                "valid-until",
                "valid-until isn't after valid-from: the article would never be valid",
            );
        }
        (from, until)
    }

    fn instant(&mut self, key: &str) -> Option<jiff::Timestamp> {
        let item = self.table.get(key)?;
        let written = match item.as_value() {
            Some(Value::String(text)) => text.value().clone(),
            Some(Value::Datetime(time)) => time.value().to_string(),
            _ => String::new(),
        };
        let instant = written.parse().ok();
        if instant.is_none() {
            let message = format!(
                "{key} must be an RFC 3339 time with its offset, as in {key} = 2026-12-31T23:59:59+08:00"
            );
            self.report(key, message);
        }
        instant
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const GOOD: &str = "+++\ntitle = \"运费\"\nlanguage = \"zh-Hans\"\nquestions = [\"邮费多少\"]\nlabels = [\"shipping\"]\n\
        valid-from = 2026-01-01T00:00:00+08:00\nvalid-until = \"2026-12-31T23:59:59+08:00\"\nresponsible = \"shipping\"\n+++\n\n满99元包邮哦。\n";

    fn problems(text: &str) -> Vec<String> {
        parse_article("knowledge/fee.zh-Hans.md", text)
            .unwrap_err()
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn an_article_is_read_with_all_its_fields() {
        let article = parse_article("knowledge/fee.zh-Hans.md", GOOD).unwrap();
        assert_eq!(
            (article.id.as_str(), article.topic()),
            ("fee.zh-Hans", "fee")
        );
        assert_eq!(article.questions, ["邮费多少"]);
        assert_eq!(article.labels, ["shipping"]);
        assert_eq!(
            article.valid_from,
            Some("2025-12-31T16:00:00Z".parse().unwrap())
        );
        assert_eq!(
            article.valid_until,
            Some("2026-12-31T15:59:59Z".parse().unwrap())
        );
        assert_eq!(article.responsible.as_deref(), Some("shipping"));
        assert_eq!(article.text, "满99元包邮哦。");
    }

    #[test]
    fn validity_begins_at_its_first_instant_and_ends_before_its_last() {
        let article = parse_article("a.md", GOOD).unwrap();
        assert!(article.is_valid("2026-01-01T00:00:00+08:00".parse().unwrap()));
        assert!(!article.is_valid("2025-12-31T23:59:59+08:00".parse().unwrap()));
        assert!(!article.is_valid("2026-12-31T23:59:59+08:00".parse().unwrap()));
    }

    #[test]
    fn every_problem_is_reported_with_its_line() {
        let text = "+++\ntitle = 3\nlanguage = \"de\"\nquestion = [\"x\"]\nlabels = [\"a\", 1]\nvalid-until = 2026-12-31\n+++\n";
        let found = problems(text);
        let lines: Vec<_> = found
            .iter()
            .map(|problem| problem.split(':').nth(1).unwrap())
            .collect();
        assert_eq!(lines, ["2", "3", "4", "5", "6", "7"], "{found:#?}");
    }

    #[test]
    fn a_missing_fence_says_how_an_article_begins() {
        assert!(problems("满99元包邮")[0].contains("begins with a line `+++`"));
        assert!(problems("+++\ntitle = \"a\"\n")[0].contains("doesn't end"));
        assert!(!problems("").is_empty());
    }

    #[test]
    fn a_syntax_error_names_its_own_line() {
        assert!(
            problems("+++\nlanguage = \"en\"\ntitle = \n+++\ntext\n")[0]
                .starts_with("knowledge/fee.zh-Hans.md:3:")
        );
    }

    #[test]
    fn windows_line_ends_and_a_byte_order_mark_are_accepted() {
        let text = format!("\u{feff}{}", GOOD.replace('\n', "\r\n"));
        assert_eq!(
            parse_article("fee.zh-Hans.md", &text).unwrap().text,
            "满99元包邮哦。"
        );
    }

    #[test]
    fn a_name_that_makes_no_id_is_refused() {
        for name in ["", ".md", "a.txt", "a b.md", "knowledge/.md"] {
            assert!(parse_article(name, GOOD).is_err(), "{name:?}");
        }
        assert_eq!(parse_article("运费.md", GOOD).unwrap().id, "运费");
    }

    proptest! {
        #[test]
        fn no_text_makes_the_parser_panic(name in "\\PC{0,20}", text in "\\PC{0,200}") {
            let _ = parse_article(&name, &text);
        }

        #[test]
        fn no_front_matter_makes_the_parser_panic(
            lines in proptest::collection::vec("(\\+\\+\\+|title|language|valid-from|labels| = |\"en\"|\\[|\\]|\n|\r\n|运费|2026-01-01T00:00:00Z)", 0..40)
        ) {
            let _ = parse_article("a.md", &format!("+++\n{}", lines.concat()));
        }
    }
}
