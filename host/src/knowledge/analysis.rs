//! Text into words. Articles and questions take the same way, so they meet whatever script they were written in.
//!
//! Chinese is folded to simplified characters (OpenCC), widths and cases are folded, Chinese is cut into words with
//! jieba's dictionary reduced to its most frequent words (`words/NOTICE`), English is stemmed (Snowball).

use std::collections::HashSet;

use ferrous_opencc::OpenCC;
use ferrous_opencc::config::BuiltinConfig;
use frostem::{Algorithm, Stemmer};
use jieba_rs::Jieba;

use super::{Article, KnowledgeError};

/// Of a longer message only the beginning is looked at, which bounds the work of a search.
const QUESTION_CHARS: usize = 400;
/// An identifier (an order, a phone number) is a word with at least as many digits: it tells nothing about the topic.
const IDENTIFIER_DIGITS: usize = 4;

/// Marks a single character, which no word contains.
const SINGLE: char = '·';

static DICTIONARY: &str = include_str!("words/zh.txt");
static FUNCTION_WORDS: &str = include_str!("words/function.txt");

/// One word in the form in which articles and questions are compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) text: String,
    /// Written in Chinese characters.
    pub(super) han: bool,
    /// Says how something is asked, not what about.
    pub(super) function: bool,
    /// Follows the Chinese word before it without anything in between.
    pub(super) joined: bool,
}

/// Some words with everything that they are found by.
pub(super) struct Passage {
    pub(super) words: Vec<Word>,
    /// Words, pairs of Chinese characters, and marked single ones where asked for.
    pub(super) terms: Vec<String>,
}

impl Passage {
    fn new(words: Vec<Word>, chars: bool) -> Self {
        let terms = terms(&words, chars);
        Self { words, terms }
    }
}

/// A customer's message.
pub(super) struct QuestionText {
    /// No word and no pair of characters reaches over the end of a clause.
    pub(super) clauses: Vec<Passage>,
    /// The language that the message seems to be written in.
    pub(super) language: &'static str,
}

/// An article's words.
pub(super) struct ArticleText {
    pub(super) title: Passage,
    pub(super) questions: Vec<Passage>,
    pub(super) text: Passage,
}

impl ArticleText {
    /// What the article says it is about: title and questions.
    pub(super) fn heads(&self) -> impl Iterator<Item = &Passage> {
        std::iter::once(&self.title).chain(&self.questions)
    }
}

pub(super) struct Analyzer {
    to_simplified: OpenCC,
    segmenter: Jieba,
    stemmer: Stemmer,
    function_words: HashSet<&'static str>,
}

impl Analyzer {
    pub(super) fn new() -> Result<Self, KnowledgeError> {
        let to_simplified = OpenCC::from_config(BuiltinConfig::T2s)
            .map_err(|e| KnowledgeError::WordData(e.to_string()))?;
        let segmenter = Jieba::with_dict(&mut DICTIONARY.as_bytes())
            .map_err(|e| KnowledgeError::WordData(e.to_string()))?;
        let function_words = FUNCTION_WORDS
            .lines()
            .filter(|line| !line.starts_with('#'))
            .flat_map(str::split_whitespace)
            .collect();
        Ok(Self {
            to_simplified,
            segmenter,
            stemmer: Stemmer::new(Algorithm::English),
            function_words,
        })
    }

    pub(super) fn article(&self, article: &Article) -> ArticleText {
        ArticleText {
            title: Passage::new(self.words(&article.title), true),
            questions: article
                .questions
                .iter()
                .map(|question| Passage::new(self.words(question), true))
                .collect(),
            text: Passage::new(self.words(&article.text), false),
        }
    }

    pub(super) fn question(&self, query: &str) -> QuestionText {
        let end = query
            .char_indices()
            .nth(QUESTION_CHARS)
            .map_or(query.len(), |(index, _)| index);
        let query = query.get(..end).unwrap_or(query);
        let folded = self.fold(query);
        let clauses = folded
            .split(is_clause_end)
            .filter(|clause| !clause.trim().is_empty())
            .map(|clause| Passage::new(self.folded_words(clause), true));
        QuestionText {
            clauses: clauses.collect(),
            language: written_in(query, &folded),
        }
    }

    fn words(&self, text: &str) -> Vec<Word> {
        self.folded_words(&self.fold(text))
    }

    /// One script, one width, one case. Keeps the number of characters wherever the parts do.
    pub(super) fn fold(&self, text: &str) -> String {
        let narrow: String = text
            .chars()
            .map(narrow)
            .flat_map(char::to_lowercase)
            .collect();
        if narrow.chars().any(is_han) {
            self.to_simplified.convert(&narrow)
        } else {
            narrow
        }
    }

    fn folded_words(&self, text: &str) -> Vec<Word> {
        let mut words = Vec::new();
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let kind = Kind::of(first);
            let end = rest.find(|c| Kind::of(c) != kind).unwrap_or(rest.len());
            let (run, behind) = rest.split_at(end);
            rest = behind;
            match kind {
                Kind::Han => {
                    let tokens = self.segmenter.cut(run, false);
                    words.extend(
                        tokens
                            .iter()
                            .map(|token| self.chinese(token.word, token.byte_start > 0)),
                    );
                }
                Kind::Letter => words.extend(self.latin(run)),
                Kind::Other => {}
            }
        }
        words
    }

    fn chinese(&self, word: &str, joined: bool) -> Word {
        Word {
            text: word.to_owned(),
            han: true,
            function: self.function_words.contains(word),
            joined,
        }
    }

    fn latin(&self, run: &str) -> Option<Word> {
        let run = run.trim_matches('\'');
        if run.is_empty() || run.chars().filter(char::is_ascii_digit).count() >= IDENTIFIER_DIGITS {
            return None;
        }
        let function = self.function_words.contains(run);
        let stem = self
            .stemmer
            .stem(run.strip_suffix("'s").unwrap_or(run))
            .into_owned();
        Some(Word {
            text: stem,
            han: false,
            function,
            joined: false,
        })
    }
}

/// Everything that a run of words is found by: the words, the pairs of Chinese characters also across words, so that
/// any part of two characters or more is found (R88), and with `chars` the single characters.
fn terms(words: &[Word], chars: bool) -> Vec<String> {
    let mut terms = Vec::with_capacity(words.len() * 3);
    let mut last: Option<char> = None;
    for word in words {
        terms.push(word.text.clone());
        if !word.han {
            last = None;
            continue;
        }
        if let (Some(before), Some(first), true) = (last, word.text.chars().next(), word.joined) {
            terms.push(String::from_iter([before, first]));
        }
        pairs(&word.text, |pair| {
            // A word of two characters is its own pair.
            if pair != word.text {
                terms.push(pair.to_owned());
            }
        });
        if chars {
            singles(&word.text, |single| terms.push(single.to_owned()));
        }
        last = word.text.chars().last();
    }
    terms
}

/// Calls `with` for each two neighbouring characters of a word.
pub(super) fn pairs(word: &str, mut with: impl FnMut(&str)) {
    let mut before = None;
    for (at, character) in word.char_indices() {
        if let Some(start) = before.replace(at) {
            let end = at + character.len_utf8();
            with(word.get(start..end).unwrap_or_default());
        }
    }
}

/// Calls `with` for each character of a word, marked, for a character within a word says less than a word of one
/// character.
pub(super) fn singles(word: &str, mut with: impl FnMut(&str)) {
    for character in word.chars() {
        with(&String::from_iter([SINGLE, character]));
    }
}

/// Whether a term is two Chinese characters.
pub(super) fn is_pair(term: &str) -> bool {
    let mut chars = term.chars();
    matches!((chars.next(), chars.next(), chars.next()), (Some(a), Some(b), None) if is_han(a) && is_han(b))
}

/// Whether a term is a single character within a word.
pub(super) fn is_single(term: &str) -> bool {
    term.starts_with(SINGLE)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Han,
    Letter,
    Other,
}

impl Kind {
    fn of(c: char) -> Self {
        if is_han(c) {
            Self::Han
        } else if c.is_alphanumeric() || c == '\'' {
            Self::Letter
        } else {
            Self::Other
        }
    }
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}')
}

fn is_clause_end(c: char) -> bool {
    matches!(
        c,
        '.' | ',' | '!' | '?' | ';' | ':' | '\n' | '。' | '、' | '…' | '~'
    )
}

/// Full-width forms, typographic apostrophes and Chinese punctuation as their plain counterparts.
fn narrow(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => u32::from(c)
            .checked_sub(0xfee0)
            .and_then(char::from_u32)
            .unwrap_or(c),
        '\u{3000}' => ' ',
        '\u{2018}' | '\u{2019}' => '\'',
        _ => c,
    }
}

/// Chinese without a character that only Traditional text has counts as Simplified.
fn written_in(text: &str, folded: &str) -> &'static str {
    if !text.chars().any(is_han) {
        "en"
    } else if text
        .chars()
        .filter(|c| is_han(*c))
        .eq(folded.chars().filter(|c| is_han(*c)))
    {
        "zh-Hans"
    } else {
        "zh-Hant"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        Analyzer::new()
            .unwrap()
            .words(text)
            .into_iter()
            .map(|word| word.text)
            .collect()
    }

    #[test]
    fn both_scripts_become_the_same_words() {
        assert_eq!(texts("請問發票怎麼開？"), texts("请问发票怎么开?"));
        assert_eq!(texts("遙控車"), ["遥控车"]);
    }

    #[test]
    fn case_width_and_inflection_do_not_matter() {
        assert_eq!(texts("Shipping COSTS"), texts("ｓｈｉｐｐｉｎｇ cost"));
        assert_eq!(texts("the shop’s batteries"), texts("the shop battery"));
    }

    #[test]
    fn numbers_that_identify_something_are_no_words() {
        assert_eq!(texts("order #113542617735902 BW20260301"), texts("order"));
        assert_eq!(texts("7天"), ["7", "天"]);
    }

    #[test]
    fn the_language_of_a_message_is_seen_in_its_characters() {
        let analyzer = Analyzer::new().unwrap();
        for (text, language) in [
            ("怎么退货", "zh-Hans"),
            ("怎麼退貨", "zh-Hant"),
            ("how to return", "en"),
            ("Nova積木", "zh-Hant"),
        ] {
            assert_eq!(analyzer.question(text).language, language, "{text}");
        }
    }

    #[test]
    fn a_long_message_is_cut_at_its_beginning() {
        let analyzer = Analyzer::new().unwrap();
        let clauses = analyzer.question(&"退货。".repeat(100_000)).clauses;
        assert_eq!(
            clauses.len(),
            QUESTION_CHARS.div_ceil("退货。".chars().count())
        );
    }
}
