//! A better wording of the whole text.

use core::ops::Range;

use switchboard_sdk::text::Folded;

use crate::{
    config::Config,
    courtesy::{self, Nod},
    draft::Draft,
    find::Breach,
    rule::Rule,
    texts,
};

/// The text with everything mended that `breaches` names; none where nothing of it has a better wording.
pub(crate) fn better(draft: &Draft<'_>, config: &Config, breaches: &[Breach]) -> Option<String> {
    let say = |text: &switchboard_sdk::say::Text| text.say(&config.texts, draft.language, &[]);
    let mut written = String::with_capacity(draft.text.len().saturating_add(96));
    let mut said: Vec<&str> = Vec::new();
    for sentence in sentences(draft.text) {
        let inside = breaches
            .iter()
            .filter(|breach| breach.at.start < sentence.end && breach.at.end > sentence.start);
        let worst = inside
            .clone()
            .filter(|breach| texts::instead(breach.rule).is_some())
            .min_by_key(|breach| breach.rule);
        if let Some(text) = worst.and_then(|breach| texts::instead(breach.rule)) {
            if !said.contains(&text.key) {
                said.push(text.key);
                separate(&mut written, draft);
                written.push_str(&say(text));
            }
            let words = draft.text.get(sentence).unwrap_or_default();
            if words.ends_with('\n') && !written.ends_with('\n') {
                written.push('\n');
            }
            continue;
        }
        let begins_with_space = draft
            .text
            .get(sentence.clone())
            .is_some_and(|words| words.starts_with(char::is_whitespace));
        if !said.is_empty() && !begins_with_space {
            separate(&mut written, draft);
        }
        let suffixes: Vec<&Range<usize>> = inside
            .filter(|breach| breach.rule == Rule::Suffix)
            .map(|breach| &breach.at)
            .collect();
        without(draft.text, sentence, &suffixes, &mut written);
    }
    let better = written.trim();
    let folded = Folded::new(better);
    let better = if courtesy::is_too_short(folded.text(), config.shortest) || better.is_empty() {
        longer(draft, config, better, folded.text())
    } else {
        better.to_owned()
    };
    (better != draft.text.trim()).then_some(better)
}

/// What a short reply says, in full.
fn longer(draft: &Draft<'_>, config: &Config, words: &str, folded: &str) -> String {
    let text = match courtesy::nod(folded) {
        Nod::Yes => &texts::YES,
        Nod::Right => &texts::RIGHT,
        Nod::No => &texts::NO,
        Nod::Other => &texts::MORE,
    };
    let full = text.say(&config.texts, draft.language, &[]);
    if text.key != texts::MORE.key {
        return full;
    }
    let words = words.trim_end_matches(|c: char| !c.is_alphanumeric());
    let (comma, gap) = if draft.language.is_chinese() {
        ("。", "")
    } else {
        (".", " ")
    };
    if words.is_empty() {
        full
    } else {
        format!("{words}{comma}{gap}{full}")
    }
}

fn separate(written: &mut String, draft: &Draft<'_>) {
    let space = texts::space_between(draft.language);
    if !written.is_empty() && !written.ends_with(char::is_whitespace) {
        written.push_str(space);
    }
}

/// The sentence without the ranges, and without the punctuation that would be left over at the beginning of a clause.
fn without(text: &str, sentence: Range<usize>, gone: &[&Range<usize>], written: &mut String) {
    let mut at = sentence.start;
    for range in gone {
        written.push_str(text.get(at..range.start.max(at)).unwrap_or_default());
        at = range.end.min(sentence.end);
        let is_clause_start = written
            .chars()
            .next_back()
            .is_none_or(|c| !c.is_alphanumeric());
        if is_clause_start {
            let rest = text.get(at..sentence.end).unwrap_or_default();
            let kept = rest.trim_start_matches(|c: char| !c.is_alphanumeric());
            at = at.saturating_add(rest.len().saturating_sub(kept.len()));
        }
    }
    written.push_str(text.get(at..sentence.end).unwrap_or_default());
}

/// The sentences of the text with their ends; together they are the whole text.
fn sentences(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = 0usize;
    let mut characters = text.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        let end = at.saturating_add(character.len_utf8());
        let next = characters.peek().map(|(_, next)| *next);
        let is_end = match character {
            '。' | '！' | '？' | '\n' | '；' | '!' | '?' | '…' => true,
            // A full stop, not a decimal point.
            '.' => next.is_none_or(|next| next.is_whitespace()),
            _ => false,
        };
        let goes_on = next.is_some_and(|next| {
            matches!(
                next,
                '。' | '！' | '？' | '!' | '?' | '…' | '”' | '」' | '』' | '"'
            )
        });
        if is_end && !goes_on {
            found.push(start..end);
            start = end;
        }
    }
    if start < text.len() {
        found.push(start..text.len());
    }
    found
}
