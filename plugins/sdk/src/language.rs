//! Which language a customer writes (R30): Simplified Chinese, Traditional Chinese, English, or another one.
//!
//! The script of Chinese is decided by characters that only one script has and by words that only one side of the
//! strait uses (打印/列印). What says nothing (emoji, digits, addresses, order numbers, "ok") leaves the known language.

mod words;

use words::{ENGLISH, FOREIGN, INTERNATIONAL, SIMPLIFIED_WORDS, TRADITIONAL_WORDS};

use crate::{
    han,
    text::{fold_char, is_invisible, places},
    words::Words,
};

/// A language that the desk tells apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    /// `zh-Hans`
    SimplifiedChinese,
    /// `zh-Hant`
    TraditionalChinese,
    /// `en`
    English,
    /// Anything else, `und`: a person is needed who reads it.
    Other,
}

impl Language {
    /// The BCP 47 tag.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::SimplifiedChinese => "zh-Hans",
            Self::TraditionalChinese => "zh-Hant",
            Self::English => "en",
            Self::Other => "und",
        }
    }

    /// The language of a BCP 47 tag; regions count ("zh-TW", "zh_HK", "en-GB"), case does not.
    #[must_use]
    pub fn from_tag(tag: &str) -> Self {
        let mut parts = tag.split(['-', '_']);
        let primary = parts.next().unwrap_or_default();
        if primary.eq_ignore_ascii_case("en") {
            return Self::English;
        }
        if !["zh", "yue", "cmn"]
            .iter()
            .any(|known| primary.eq_ignore_ascii_case(known))
        {
            return Self::Other;
        }
        let traditional = if primary.eq_ignore_ascii_case("yue") {
            true
        } else {
            parts.clone().any(|part| {
                ["hant", "tw", "hk", "mo"]
                    .iter()
                    .any(|known| part.eq_ignore_ascii_case(known))
            })
        };
        if traditional && !parts.any(|part| part.eq_ignore_ascii_case("hans")) {
            Self::TraditionalChinese
        } else {
            Self::SimplifiedChinese
        }
    }

    /// Whether it is written in Han characters here.
    #[must_use]
    pub const fn is_chinese(self) -> bool {
        matches!(self, Self::SimplifiedChinese | Self::TraditionalChinese)
    }
}

/// A language and how sure that is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Detected {
    /// The language.
    pub language: Language,
    /// From 0 to 1. At most 0.3: the text itself said nothing, the language was known before.
    pub confidence: f32,
}

/// The confidence of a language that comes from the hint, not from the text.
const FROM_HINT: f32 = 0.3;
/// A word of a script with spaces says as much as so many Han characters.
const WORD_WEIGHT: u32 = 2;

/// The language of `text`.
///
/// `hint`: the tag of the language known so far; it stays where the text says nothing, and decides the script of
/// Chinese that is the same in both. `desk_languages`: tags of what the desk speaks, in order of preference; the first
/// Chinese one decides where there is no hint. `None` where neither text nor hint says anything.
#[must_use]
pub fn detect<T: AsRef<str>>(
    text: &str,
    hint: Option<&str>,
    desk_languages: &[T],
) -> Option<Detected> {
    let counts = Counts::of(text);
    let known = hint.filter(|tag| !tag.is_empty()).map(Language::from_tag);
    let han = counts.han;
    let english = counts
        .english
        .saturating_add(counts.unsure_words)
        .saturating_mul(WORD_WEIGHT);
    let other = counts
        .other_letters
        .saturating_add(counts.foreign.saturating_mul(WORD_WEIGHT));

    let is_japanese = counts.kana > 1 && counts.kana.saturating_mul(6) >= han;
    if is_japanese || (other > han && other > counts.english.saturating_mul(WORD_WEIGHT)) {
        return Some(Detected {
            language: Language::Other,
            confidence: share(
                other.max(counts.kana),
                other.max(counts.kana).saturating_add(english),
            ),
        });
    }
    if han > 0
        && (han >= english || counts.english == 0 && han.saturating_mul(2) >= counts.unsure_words)
    {
        return Some(chinese(&counts, known, desk_languages));
    }
    if counts.english > 0 {
        let confidence = share(english, english.saturating_add(han).saturating_add(other));
        let certainty = if counts.english >= 2 { 0.95 } else { 0.75 };
        return Some(Detected {
            language: Language::English,
            confidence: confidence.min(certainty),
        });
    }
    if let Some(language) = known {
        return Some(Detected {
            language,
            confidence: FROM_HINT,
        });
    }
    if counts.greeting_words > 0 || counts.unsure_words > 0 {
        return Some(Detected {
            language: Language::English,
            confidence: 0.4,
        });
    }
    None
}

#[allow(clippy::cast_precision_loss)] // Counts of one message; a rounded share is as good.
fn share(part: u32, whole: u32) -> f32 {
    if whole == 0 {
        0.0
    } else {
        part as f32 / whole as f32
    }
}

fn chinese<T: AsRef<str>>(
    counts: &Counts,
    known: Option<Language>,
    desk_languages: &[T],
) -> Detected {
    let (simplified, traditional) = (counts.simplified, counts.traditional);
    if simplified != traditional {
        let language = if simplified > traditional {
            Language::SimplifiedChinese
        } else {
            Language::TraditionalChinese
        };
        let (most, all) = (
            simplified.max(traditional),
            simplified.saturating_add(traditional),
        );
        let certainty = if most >= 4 { 0.98 } else { 0.85 };
        return Detected {
            language,
            confidence: share(most, all).min(certainty),
        };
    }
    let usual = || {
        desk_languages
            .iter()
            .map(|tag| Language::from_tag(tag.as_ref()))
            .find(|language| language.is_chinese())
            .unwrap_or(Language::SimplifiedChinese)
    };
    let language = known
        .filter(|language| language.is_chinese())
        .unwrap_or_else(usual);
    Detected {
        language,
        confidence: 0.55,
    }
}

#[derive(Debug, Default)]
struct Counts {
    han: u32,
    kana: u32,
    /// Evidence of the two scripts; a word counts twice.
    simplified: u32,
    traditional: u32,
    /// Words that English has and its neighbours don't.
    english: u32,
    /// Words that may be English, a name or a brand.
    unsure_words: u32,
    /// "ok", "hi", "thanks": written by people of every language.
    greeting_words: u32,
    /// Words of other languages in Latin letters.
    foreign: u32,
    /// Letters of other scripts, and accented ones.
    other_letters: u32,
}

impl Counts {
    fn of(text: &str) -> Self {
        let mut counts = Self::default();
        let mut decorative_no = 0u32;
        for chunk in text.split_whitespace() {
            if is_address(chunk) {
                continue;
            }
            let mut word = String::new();
            let mut has_digit = false;
            for character in chunk.chars().filter(|character| !is_invisible(*character)) {
                let plain = fold_char(character);
                if plain.is_ascii_alphabetic() || plain == '\'' && !word.is_empty() {
                    word.push(plain);
                    continue;
                }
                if plain.is_ascii_digit() || matches!(plain, '-' | '_' | '#') && !word.is_empty() {
                    has_digit = has_digit || plain.is_ascii_digit();
                    word.push(plain);
                    continue;
                }
                if plain.is_alphabetic() && !han::is_han(plain) && is_latin(plain) {
                    counts.other_letters = counts.other_letters.saturating_add(WORD_WEIGHT);
                    word.push(plain);
                    continue;
                }
                counts.word(&word, has_digit);
                word.clear();
                has_digit = false;
                counts.character(character, &mut decorative_no);
            }
            counts.word(&word, has_digit);
        }
        // A single の is an ornament of Chinese shop names.
        if decorative_no == 1 && counts.kana == 1 {
            counts.kana = 0;
        }
        counts.other_letters = counts.other_letters.saturating_add(counts.kana);
        counts.vocabulary(text);
        counts
    }

    fn character(&mut self, character: char, decorative_no: &mut u32) {
        match character {
            'の' => {
                *decorative_no = decorative_no.saturating_add(1);
                self.kana = self.kana.saturating_add(1);
            }
            '\u{3041}'..='\u{3096}' | '\u{30A1}'..='\u{30FA}' | '\u{FF66}'..='\u{FF9D}' => {
                self.kana = self.kana.saturating_add(1);
            }
            // Han characters that only Japan writes.
            '気' | '対' | '応' | '戻' | '売' | '図' | '楽' | '読' | '帰' | '込' | '働' | '辺'
            | '駅' | '変' | '発' | '価' | '円' => {
                self.kana = self.kana.saturating_add(1);
            }
            _ if han::is_han(character) => {
                self.han = self.han.saturating_add(1);
                if han::is_simplified_only(character) {
                    self.simplified = self.simplified.saturating_add(1);
                } else if han::is_traditional_only(character) || is_cantonese(character) {
                    self.traditional = self.traditional.saturating_add(1);
                }
            }
            _ if character.is_alphabetic() => {
                self.other_letters = self.other_letters.saturating_add(1)
            }
            _ => {}
        }
    }

    fn word(&mut self, word: &str, has_digit: bool) {
        let word = word.trim_end_matches(['\'', '-', '_', '#']);
        if has_digit || word.is_empty() {
            return;
        }
        let counter = if INTERNATIONAL.binary_search(&word).is_ok() {
            &mut self.greeting_words
        } else if ENGLISH.binary_search(&word).is_ok()
            || word.contains('\'') && is_contraction(word)
        {
            &mut self.english
        } else if FOREIGN.binary_search(&word).is_ok() || !word.is_ascii() {
            &mut self.foreign
        } else if word.len() == 1 {
            return;
        } else if has_english_ending(word) {
            &mut self.english
        } else {
            &mut self.unsure_words
        };
        *counter = counter.saturating_add(1);
    }

    fn vocabulary(&mut self, text: &str) {
        if self.han < 2 {
            return;
        }
        let twice = |words: &Words| {
            let kinds = words.kinds_in(text).saturating_mul(2);
            u32::try_from(kinds).unwrap_or(u32::MAX)
        };
        self.simplified = self.simplified.saturating_add(twice(&SIMPLIFIED_WORDS));
        self.traditional = self.traditional.saturating_add(twice(&TRADITIONAL_WORDS));
    }
}

const fn is_latin(character: char) -> bool {
    matches!(character, '\u{C0}'..='\u{24F}' | '\u{1E00}'..='\u{1EFF}')
}

/// Characters of written Cantonese, which is mostly written in Traditional.
const fn is_cantonese(character: char) -> bool {
    matches!(
        character,
        '喺' | '嘅' | '咗' | '啲' | '嚟' | '嗰' | '哋' | '冇' | '佢' | '咩' | '乜' | '噉' | '唔'
    )
}

fn is_address(chunk: &str) -> bool {
    places(chunk, "://").next().is_some()
        || chunk.starts_with("www.")
        || chunk.contains('@') && chunk.is_ascii()
}

fn is_contraction(word: &str) -> bool {
    ["n't", "'s", "'m", "'re", "'ve", "'ll", "'d"]
        .iter()
        .any(|ending| word.ends_with(ending))
}

fn has_english_ending(word: &str) -> bool {
    word.len() > 5
        && ["ing", "tion", "ness", "ment", "ful", "ally", "ould"]
            .iter()
            .any(|ending| word.ends_with(ending))
        && !word.ends_with("ement")
}

#[cfg(test)]
mod tests;
