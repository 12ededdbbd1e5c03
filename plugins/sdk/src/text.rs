//! Text made comparable: one width, one script, one case; words, typing errors and what a negation reaches.
//!
//! Matching works on the folded text, answers and evidence on the original, so [`Folded`] remembers where each byte came from.

use core::ops::Range;

use crate::{
    han,
    words::{Words, begins},
};

/// A text prepared for matching.
///
/// Full-width forms are half-width, Traditional characters Simplified, letters lower case, typographic quotes and
/// dashes plain, invisible characters gone, and a run of white space is one blank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folded {
    text: String,
    /// For each byte of `text`, and for its end, where the character that it came from begins in the original.
    origins: Vec<u32>,
}

impl Folded {
    /// Folds `text`. Texts beyond 4 GiB are cut there; the host refuses them long before.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let mut folded = Self {
            text: String::with_capacity(text.len()),
            origins: Vec::with_capacity(text.len().saturating_add(1)),
        };
        let mut end = 0;
        for (at, character) in text.char_indices() {
            let Ok(origin) = u32::try_from(at) else { break };
            end = at.saturating_add(character.len_utf8());
            if is_invisible(character) {
                continue;
            }
            let plain = fold_char(character);
            if plain == ' ' {
                if !folded.text.ends_with([' ', '\n']) {
                    folded.push(' ', origin);
                }
            } else if plain == '\n' {
                if !folded.text.ends_with('\n') {
                    folded.push('\n', origin);
                }
            } else if plain.is_ascii() || han::is_han(plain) {
                folded.push(plain, origin);
            } else {
                for lower in plain.to_lowercase() {
                    folded.push(lower, origin);
                }
            }
        }
        folded.origins.push(u32::try_from(end).unwrap_or(u32::MAX));
        folded
    }

    fn push(&mut self, character: char, origin: u32) {
        self.text.push(character);
        self.origins.resize(self.text.len(), origin);
    }

    /// The folded text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The byte range of the original that a byte range of the folded text came from.
    #[must_use]
    pub fn original(&self, range: Range<usize>) -> Range<usize> {
        let place = |at: usize| {
            let last = self.origins.last().copied().unwrap_or_default();
            self.origins.get(at).copied().unwrap_or(last) as usize
        };
        place(range.start)..place(range.end)
    }
}

/// One character in its comparable form, except that letters outside ASCII keep their case.
#[must_use]
pub fn fold_char(character: char) -> char {
    match character {
        'A'..='Z' => character.to_ascii_lowercase(),
        // A line break stays: it ends a clause.
        '\n' => '\n',
        '\0'..='\u{7F}' if !character.is_ascii_whitespace() => character,
        // The full-width block repeats ASCII at a fixed distance.
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(character).wrapping_sub(0xFEE0))
            .map_or(character, |ascii| ascii.to_ascii_lowercase()),
        '\u{2018}' | '\u{2019}' | '\u{201B}' | '´' | '`' => '\'',
        '“' | '”' | '„' | '「' | '」' | '『' | '』' | '«' | '»' => '"',
        '‐' | '‑' | '‒' | '–' | '—' | '−' => '-',
        '、' => ',',
        '。' | '｡' => '.',
        '…' => '.',
        '￥' => '¥',
        _ if character.is_whitespace() => ' ',
        _ => han::simplified(character),
    }
}

/// Characters that nobody sees and that would hide a word from matching: zero-width marks, bidirectional controls,
/// variation selectors, soft hyphens.
#[must_use]
pub const fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2064}'
            | '\u{2066}'..='\u{206F}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{E0100}'..='\u{E01EF}'
    )
}

/// Whether it ends a clause: what stands behind it is another thought, which a negation does not reach.
#[must_use]
pub const fn ends_clause(character: char) -> bool {
    matches!(
        character,
        ',' | '.'
            | ';'
            | ':'
            | '!'
            | '?'
            | '\n'
            | '，'
            | '。'
            | '；'
            | '：'
            | '！'
            | '？'
            | '~'
            | '～'
    )
}

/// The words of a folded text with the byte where each begins: runs of letters and digits of scripts that put
/// spaces between words, with an apostrophe inside a word. Han characters are no words: they are matched in place.
pub fn words(folded: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut rest = folded;
    let mut base = 0usize;
    core::iter::from_fn(move || {
        loop {
            let skip = rest.find(is_word_char)?;
            let tail = rest.get(skip..)?;
            let length = tail
                .find(|character| !is_word_char(character) && character != '\'')
                .unwrap_or(tail.len());
            let start = base.saturating_add(skip);
            let raw = tail.get(..length)?;
            rest = tail.get(length..)?;
            base = start.saturating_add(length);
            let word = raw.trim_end_matches('\'');
            if !word.is_empty() {
                return Some((start, word));
            }
        }
    })
}

fn is_word_char(character: char) -> bool {
    !han::is_han(character) && character.is_alphanumeric()
}

/// Words before which "not" says nothing about what follows: "I don't know how to complain" is a complaint.
#[rustfmt::skip]
const NOT_NEGATING: &[&str] = &[
    "能不能", "可不可以", "可否", "是不是", "有没有", "要不要", "会不会", "好不好", "行不行", "对不对", "不好意思",
    "不知道", "不知", "不懂", "不小心", "不注意", "不清楚", "不会用", "为什么不", "为何不", "怎么不", "怎么还不", "干嘛不", "何不",
    "要不", "不但", "不仅", "不只", "不得不", "不然", "不是说", "没想到", "没办法", "没法", "不管", "不断", "不停",
    "不止", "别的", "特别", "差别", "分别", "区别", "级别", "性别", "告别", "未来", "don't know", "dont know",
    "do not know", "dont kno ", "don't kno ", "don't understand", "do not understand", "dont understand",
    "not sure", "why not", "why don't", "why dont", "not only", "don't you", "dont you", "can't", "cannot",
    "not able", "unable",
];

/// Negations of a wish: they reach a request as well as a statement.
#[rustfmt::skip]
static NO_WISH: Words = Words::new(&[
    "不需要", "不用", "不要", "不想", "不必", "不打算", "无需", "无须", "毋须", "毋需", "不准备", "没打算",
    "没有要", "没想", "没要", "并非要", "不是要", "不是想", "不是来", "唔使", "唔需要", "唔想", "唔系要", "免了",
    "先不", "暂不", "暂时不", "别给我", "别帮我", "请勿", "don't want", "don't wanna", "dont wanna", "do not wanna", "don't like to", "dont like to", "dont want", "do not want",
    "don't need", "dont need", "do not need", "no need", "not asking", "not want", "not need", "didn't ask",
    "did not ask", "without", "instead of", "rather than", "don't wish", "not looking", "never wanted",
    "never asked", "don't have to", "not here to", "not trying to", "needn't", "won't need", "not require",
    "don't require", "no longer need", "no longer want", "not going to", "not calling to", "please don't",
    "please do not", "pls don't",
]);

/// Negations of a statement: they reach what is said to be the case, never what is asked for.
#[rustfmt::skip]
static NOT_SO: Words = Words::new(&[
    "不", "没", "无", "未", "非", "别", "唔", "冇", "从未", "not", "no", "never", "none", "isn't", "isnt", "wasn't",
    "wasnt", "aren't", "arent", "weren't", "don't", "dont", "doesn't", "doesnt", "didn't", "didnt", "haven't",
    "havent", "hasn't", "hasnt", "nothing", "hardly", "neither", "nor", "ain't",
]);

/// How a place in a text is negated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Negation {
    /// Not at all.
    None,
    /// It is said not to be so ("没坏", "not broken").
    Statement,
    /// It is said not to be wanted ("不需要转人工", "I don't want a refund").
    Wish,
}

/// How far a negation reaches: in bytes, so about six Han characters or four short words.
const REACH: usize = 26;

/// Whether what stands at byte `at` of the folded text is negated by what stands before it in its clause.
///
/// A negation does not reach over a comma, over the next statement ("不处理我就投诉", "don't argue, but refund me"),
/// and not out of a question form ("能不能", "why don't you").
#[must_use]
pub fn negation_before(folded: &str, at: usize) -> Negation {
    let mut start = at.saturating_sub(REACH);
    while !folded.is_char_boundary(start) {
        start = start.saturating_sub(1);
    }
    let Some(window) = folded.get(start..at) else {
        return Negation::None;
    };
    let clause = window
        .rfind(ends_clause)
        .and_then(|end| window.get(end..))
        .unwrap_or(window);
    let clause = after_last_turn(clause);
    if NO_WISH
        .last_in(clause)
        .is_some_and(|found| !covered(clause, &found))
    {
        return Negation::Wish;
    }
    match NOT_SO.last_in(clause) {
        Some(found) if !covered(clause, &found) => Negation::Statement,
        _ => Negation::None,
    }
}

/// The part behind the last word that begins a new statement.
fn after_last_turn(clause: &str) -> &str {
    static TURNS: Words = Words::new(&[
        "就", "否则", "才", "但", "而是", "只是", "只好", "只能", "我要", "我想", "but", "just",
        "so", "then", "or", "because", "and", "i'll", "i will", "i want", "i need",
    ]);
    TURNS
        .last_in(clause)
        .and_then(|found| clause.get(found.end..))
        .unwrap_or(clause)
}

/// Whether the negation is part of a form that negates nothing.
fn covered(clause: &str, negation: &Range<usize>) -> bool {
    NOT_NEGATING.iter().any(|form| {
        let earliest = negation.end.saturating_sub(form.len());
        (earliest..=negation.start)
            .any(|at| clause.get(at..).is_some_and(|tail| tail.starts_with(form)))
    })
}

/// Whether one of these characters it is. `str::contains` prepares a search that takes longer than this one, for every
/// character that isn't ASCII.
#[must_use]
#[inline]
pub fn is_one_of(characters: &str, character: char) -> bool {
    characters.chars().any(|one| one == character)
}

/// Where a word stands in a text, as `str::match_indices` finds it: for texts so short that preparing a search costs
/// more than searching.
pub fn places<'t>(text: &'t str, word: &'t str) -> impl Iterator<Item = usize> + 't {
    let bytes = text.as_bytes();
    let mut from = if word.is_empty() { bytes.len() } else { 0 };
    core::iter::from_fn(move || {
        while let Some(tail) = bytes.get(from..).filter(|tail| !tail.is_empty()) {
            let at = from;
            if begins(tail, word) {
                from = at.saturating_add(word.len());
                return Some(at);
            }
            from = at.saturating_add(1);
        }
        None
    })
}

/// Whether no letter or digit of the same word touches the range.
#[must_use]
pub fn is_whole_word(text: &str, range: Range<usize>) -> bool {
    let touches = |character: Option<char>| character.is_some_and(|c| is_word_char(c) || c == '\'');
    let before = text
        .get(..range.start)
        .and_then(|head| head.chars().next_back());
    let after = text.get(range.end..).and_then(|tail| tail.chars().next());
    !touches(before) && !touches(after)
}

/// Whether `word` is `known` with one letter missing, added, wrong, or two neighbours swapped.
/// Words of fewer than five letters never are: too many others are that near.
#[must_use]
pub fn is_typo_of(word: &str, known: &str) -> bool {
    if known.len() < 5 || !known.is_ascii() || !word.is_ascii() {
        return false;
    }
    let (a, b) = (word.as_bytes(), known.as_bytes());
    if a.len().abs_diff(b.len()) > 1 {
        return false;
    }
    let same = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (Some(a), Some(b)) = (a.get(same..), b.get(same..)) else {
        return false;
    };
    match (a, b) {
        ([_, a_rest @ ..], [_, b_rest @ ..]) if a.len() == b.len() => {
            a_rest == b_rest
                || matches!((a, b), ([p, q, r @ ..], [s, t, u @ ..]) if p == t && q == s && r == u)
        }
        ([_, a_rest @ ..], _) if a.len() > b.len() => a_rest == b,
        (_, [_, b_rest @ ..]) => a == b_rest,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fold(text: &str) -> String {
        Folded::new(text).text().to_owned()
    }

    #[test]
    fn width_script_and_case_do_not_matter() {
        assert_eq!(fold("ＡＢＣ１２３！"), fold("abc123!"));
        assert_eq!(fold("請幫我轉人工，謝謝"), fold("请帮我转人工,谢谢"));
        assert_eq!(fold("著火了"), "着火了");
        assert_eq!(fold("I CAN’T"), "i can't");
        assert_eq!(fold("转\u{200B}人工"), "转人工");
    }

    #[test]
    fn a_range_of_the_folded_text_leads_back_to_the_original() {
        let original = "訂單　ＡＢ１２";
        let folded = Folded::new(original);
        let at = folded.text().find("ab12").unwrap();
        assert_eq!(&original[folded.original(at..at + 4)], "ＡＢ１２");
    }

    #[test]
    fn words_are_found_between_chinese() {
        let found: Vec<_> = words("我的order没到, it's late'")
            .map(|(_, word)| word)
            .collect();
        assert_eq!(found, ["order", "it's", "late"]);
    }

    #[test]
    fn negations_reach_their_clause_and_no_further() {
        let of = |text: &str, word: &str| negation_before(text, text.find(word).unwrap());
        assert_eq!(of("没有投诉的意思", "投诉"), Negation::Statement);
        assert_eq!(of("不需要转人工", "转人工"), Negation::Wish);
        assert_eq!(of("i don't want a refund", "refund"), Negation::Wish);
        assert_eq!(of("it is not broken", "broken"), Negation::Statement);
        assert_eq!(of("不处理我就投诉", "投诉"), Negation::None);
        assert_eq!(of("能不能转人工", "转人工"), Negation::None);
        assert_eq!(
            of("i don't know how to complain", "complain"),
            Negation::None
        );
        assert_eq!(of("no, i want a refund", "refund"), Negation::None);
        assert_eq!(of("这个特别差", "差"), Negation::None);
    }

    #[test]
    fn one_typing_error_is_forgiven_in_a_long_word() {
        for word in ["refnd", "reufnd", "refundd", "rafund", "erfund"] {
            assert!(is_typo_of(word, "refund"), "{word}");
        }
        for word in ["rfnd", "fund", "defend", "order"] {
            assert!(!is_typo_of(word, "refund"), "{word}");
        }
        assert!(!is_typo_of("hire", "fire"));
    }

    proptest! {
        #[test]
        fn places_are_those_of_the_standard_search(text in "[aab明天]{0,12}", word in "[aab明天]{0,3}") {
            let expected: Vec<usize> = match word.as_str() {
                "" => Vec::new(),
                word => text.match_indices(word).map(|(at, _)| at).collect(),
            };
            prop_assert_eq!(places(&text, &word).collect::<Vec<_>>(), expected);
            for character in word.chars() {
                prop_assert_eq!(is_one_of(&text, character), text.contains(character));
            }
        }

        #[test]
        fn folding_takes_any_text_and_is_stable(text in any::<String>()) {
            let folded = Folded::new(&text);
            prop_assert_eq!(fold(folded.text()), folded.text());
            let all = folded.original(0..folded.text().len());
            prop_assert!(text.get(all).is_some());
            for (at, word) in words(folded.text()) {
                prop_assert!(folded.text()[at..].starts_with(word));
                let _ = negation_before(folded.text(), at);
            }
        }

        #[test]
        fn typos_take_any_two_words(a in "[a-z]{0,9}", b in "[a-z]{5,9}") {
            prop_assert_eq!(is_typo_of(&a, &b), is_typo_of(&b, &a) || a.len() < 5 && is_typo_of(&a, &b));
        }
    }
}
