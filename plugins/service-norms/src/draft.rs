//! A text prepared for the rules: folded, with what is quoted marked.

use core::ops::Range;

use switchboard_sdk::{
    han,
    language::Language,
    text::{Folded, ends_clause},
};

/// A text that is to go to a customer.
pub(crate) struct Draft<'a> {
    /// As it was written.
    pub(crate) text: &'a str,
    pub(crate) folded: Folded,
    /// What stands in quotation marks or behind `>`, in bytes of `text`: somebody else's words.
    quoted: Vec<Range<usize>>,
    pub(crate) language: Language,
}

/// What closes a quotation that this character opens; marks that are the same at both ends come in turn.
const fn closing(opening: char) -> Option<char> {
    match opening {
        '“' => Some('”'),
        '「' => Some('」'),
        '『' => Some('』'),
        '«' => Some('»'),
        '"' => Some('"'),
        '＂' => Some('＂'),
        '‘' => Some('’'),
        _ => None,
    }
}

impl<'a> Draft<'a> {
    pub(crate) fn new(text: &'a str, known: Option<&str>) -> Self {
        Self {
            folded: Folded::new(text),
            quoted: quoted(text),
            language: language(text, known),
            text,
        }
    }

    /// Whether the whole range of the text is somebody else's words.
    pub(crate) fn is_quoted(&self, range: &Range<usize>) -> bool {
        self.quoted
            .iter()
            .any(|quote| quote.start <= range.start && range.end <= quote.end)
    }

    /// The quotation that the range stands in.
    pub(crate) fn quotation(&self, range: &Range<usize>) -> Option<&'a str> {
        let quote = self
            .quoted
            .iter()
            .find(|quote| quote.start <= range.start && range.end <= quote.end)?;
        self.text.get(quote.clone())
    }

    /// What stands before the byte of the folded text in its clause.
    pub(crate) fn clause_before(&self, at: usize) -> &str {
        let head = self.folded.text().get(..at).unwrap_or_default();
        let start = head.rfind(ends_clause).map_or(0, |end| {
            end.saturating_add(head.get(end..).map_or(1, first_length))
        });
        head.get(start..).unwrap_or_default().trim_start()
    }

    /// What stands behind the byte of the folded text in its sentence, its full stop included.
    pub(crate) fn sentence_after(&self, at: usize) -> &str {
        let tail = self.folded.text().get(at..).unwrap_or_default();
        let end = tail
            .find(['.', '!', '?', '\n', ';'])
            .map_or(tail.len(), |end| end.saturating_add(1));
        tail.get(..end).unwrap_or_default()
    }
}

fn first_length(text: &str) -> usize {
    text.chars().next().map_or(1, char::len_utf8)
}

/// The language to suggest a rewrite in. A text with Han characters is Chinese whatever the conversation speaks.
fn language(text: &str, known: Option<&str>) -> Language {
    let known = known.map(Language::from_tag);
    if !text.chars().any(han::is_han) {
        // A nod or an emoji says nothing.
        let says = text.chars().any(char::is_alphabetic);
        return known
            .filter(|language| !says && *language != Language::Other)
            .unwrap_or(Language::English);
    }
    let traditional = text
        .chars()
        .filter(|c| han::is_traditional_only(*c))
        .count();
    let simplified = text.chars().filter(|c| han::is_simplified_only(*c)).count();
    if traditional > simplified
        || traditional == simplified && known == Some(Language::TraditionalChinese)
    {
        Language::TraditionalChinese
    } else {
        Language::SimplifiedChinese
    }
}

fn quoted(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut open: Option<(usize, char)> = None;
    let mut line_start = true;
    let mut cited: Option<usize> = None;
    for (at, character) in text.char_indices() {
        if character == '\n' {
            found.extend(cited.take().map(|start| start..at));
            line_start = true;
            continue;
        }
        if line_start && !character.is_whitespace() {
            line_start = false;
            if matches!(character, '>' | '＞') {
                cited = Some(at);
            }
        }
        match open {
            Some((start, close)) if character == close => {
                found.push(start..at.saturating_add(character.len_utf8()));
                open = None;
            }
            None => {
                open = closing(character).map(|close| (at, close));
            }
            Some(_) => {}
        }
    }
    found.extend(cited.map(|start| start..text.len()));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_quoted_is_known_in_every_style() {
        for text in [
            "您说的“不知道”我明白",
            "您說的「不知道」我明白",
            "you wrote \"不知道\" here",
            "> 不知道\n好的，我来处理",
        ] {
            let at = text.find("不知道").unwrap();
            let draft = Draft::new(text, None);
            assert!(draft.is_quoted(&(at..at + "不知道".len())), "{text}");
        }
        // A mark that nobody closes quotes nothing.
        let open = Draft::new("12\" 不知道", None);
        assert!(!open.is_quoted(&(4..13)));
    }

    #[test]
    fn the_rewrite_is_in_the_script_of_the_text() {
        for (text, known, language) in [
            ("这个我不清楚", None, Language::SimplifiedChinese),
            ("這個我不清楚", None, Language::TraditionalChinese),
            ("好的", Some("zh-Hant"), Language::TraditionalChinese),
            ("ok", Some("zh-Hans"), Language::English),
            ("👌", Some("zh-Hans"), Language::SimplifiedChinese),
        ] {
            assert_eq!(Draft::new(text, known).language, language, "{text}");
        }
    }
}
