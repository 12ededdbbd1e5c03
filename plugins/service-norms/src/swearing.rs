//! Swearing and insults, however they are spelt (R22).

use core::ops::Range;

use switchboard_sdk::{
    han,
    text::{ends_clause, fold_char, is_invisible, words},
};

use crate::{
    draft::Draft,
    find::Breach,
    phrases::{LATIN, LATIN_BESIDE_HAN, MASKED, SWEARWORDS, TM_BEHIND, WHOLE_CLAUSE},
    rule::Rule,
};

pub(crate) fn find(draft: &Draft<'_>, found: &mut Vec<Breach>) {
    let mut push = |at: Range<usize>| {
        found.push(Breach {
            rule: Rule::Profanity,
            at,
        });
    };
    let has_han = draft.text.chars().any(han::is_han);
    if has_han {
        chinese(draft.text, &mut push);
        whole_clauses(draft, &mut push);
    }
    if draft
        .text
        .chars()
        .any(|c| c.is_ascii_alphabetic() || c > '\u{FF00}')
    {
        latin(draft, has_han, &mut push);
        masked(draft.text, &mut push);
    }
}

/// What people put between the characters of a word to get it past a filter. Marks that end a clause are not among them.
const fn is_filler(character: char) -> bool {
    matches!(
        character,
        ' ' | '\u{3000}'
            | '\t'
            | '*'
            | '＊'
            | '_'
            | '-'
            | '－'
            | '·'
            | '•'
            | '.'
            | '^'
            | '~'
            | '/'
            | '|'
            | '+'
            | '×'
    ) || is_invisible(character)
}

fn chinese(text: &str, push: &mut impl FnMut(Range<usize>)) {
    let said = || text.char_indices().filter(|(_, c)| !is_filler(*c));
    let mut dense = String::with_capacity(text.len());
    dense.extend(said().map(|(_, character)| fold_char(character)));
    let mut hits: Vec<(bool, Range<usize>)> = Vec::new();
    for (at, _) in dense.char_indices() {
        let tail = dense.get(at..).unwrap_or_default();
        for (phrase, swears) in SWEARWORDS.at(tail) {
            let end = at.saturating_add(phrase.len());
            let goes_on = phrase.ends_with(|c: char| c.is_ascii_alphanumeric())
                && dense
                    .get(end..)
                    .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphanumeric()));
            let begins_inside = phrase.starts_with(|c: char| c.is_ascii_alphanumeric())
                && dense
                    .get(..at)
                    .is_some_and(|head| head.ends_with(|c: char| c.is_ascii_alphanumeric()));
            if !goes_on && !begins_inside {
                hits.push((swears, at..end));
            }
        }
    }
    if !hits.iter().any(|(swears, _)| *swears) {
        return;
    }
    let mut origins: Vec<Range<usize>> = Vec::with_capacity(dense.len());
    for (at, character) in said() {
        let from = at..at.saturating_add(character.len_utf8());
        origins.extend((0..fold_char(character).len_utf8()).map(|_| from.clone()));
    }
    for (_, range) in hits.iter().filter(|(swears, _)| *swears) {
        let is_look_alike = hits
            .iter()
            .any(|(swears, wider)| !swears && wider.start <= range.start && range.end <= wider.end);
        let place = origins
            .get(range.start)
            .zip(origins.get(range.end.saturating_sub(1)))
            .map(|(first, last)| first.start..last.end);
        if let Some(place) = place.filter(|_| !is_look_alike) {
            push(place);
        }
    }
}

/// "靠，又来了": what swears only where nothing else is in its clause.
fn whole_clauses(draft: &Draft<'_>, push: &mut impl FnMut(Range<usize>)) {
    let mut start = 0usize;
    for clause in draft.folded.text().split_inclusive(ends_clause) {
        let from = start;
        start = start.saturating_add(clause.len());
        let bare = clause.trim_matches(|c: char| !c.is_alphanumeric());
        if WHOLE_CLAUSE.contains(&bare) {
            let begin = from.saturating_add(clause.find(bare).unwrap_or_default());
            push(
                draft
                    .folded
                    .original(begin..begin.saturating_add(bare.len())),
            );
        }
    }
}

/// What is spelt in several words is shorter, in bytes.
const LONGEST: usize = 16;

fn latin(draft: &Draft<'_>, has_han: bool, push: &mut impl FnMut(Range<usize>)) {
    let text = draft.folded.text();
    let tokens: Vec<(usize, &str)> = words(text).collect();
    let is_listed =
        |word: &str| LATIN.contains(word) || has_han && LATIN_BESIDE_HAN.contains(&word);
    if let [(start, word)] = tokens.as_slice()
        && LATIN_BESIDE_HAN.contains(word)
    {
        push(
            draft
                .folded
                .original(*start..start.saturating_add(word.len())),
        );
    }
    let is_tm = |start: usize, word: &str| {
        let before = text.get(..start).and_then(|head| head.chars().next_back());
        word == "tm" && before.is_some_and(|before| TM_BEHIND.contains(before))
    };
    for (nth, (start, word)) in tokens.iter().enumerate() {
        let end = start.saturating_add(word.len());
        if (is_listed(word) || is_tm(*start, word)) && !touches_code(text, *start, end) {
            push(draft.folded.original(*start..end));
        }
        // A single letter may be spelling a word out.
        if word.len() > 1 && !LATIN.may_begin(word) {
            continue;
        }
        let mut joined = String::from(*word);
        let mut spaced = String::from(*word);
        let mut all_single = word.len() == 1;
        for (next, more) in tokens.iter().skip(nth.saturating_add(1)).take(7) {
            let end = next.saturating_add(more.len());
            let gap = text
                .get(start.saturating_add(0)..*next)
                .is_some_and(|between| !between.contains([',', '!', '?', '\n', ';', ':']));
            if !gap {
                break;
            }
            all_single = all_single && more.len() == 1;
            spaced.push(' ');
            spaced.push_str(more);
            if all_single {
                joined.push_str(more);
            } else if spaced.len() >= LONGEST {
                break;
            }
            if all_single && is_listed(&joined) || spaced.len() < LONGEST && is_listed(&spaced) {
                push(draft.folded.original(*start..end));
            }
        }
    }
}

/// "SB-100" is an article.
fn touches_code(text: &str, start: usize, end: usize) -> bool {
    let before = text.get(..start).and_then(|head| head.chars().next_back());
    let after = text.get(end..).and_then(|tail| tail.chars().next());
    [before, after]
        .into_iter()
        .flatten()
        .any(|c| matches!(c, '-' | '_' | '/' | '@') || c.is_ascii_digit())
}

/// "f**k", "sh!t", "a$$hole".
fn masked(text: &str, push: &mut impl FnMut(Range<usize>)) {
    let mut from = 0usize;
    let ends =
        |c: char| c.is_whitespace() || han::is_han(c) || matches!(c, '，' | '。' | '！' | '？');
    for chunk in text.split_inclusive(ends) {
        let start = from;
        from = from.saturating_add(chunk.len());
        let word = chunk.trim_matches(|c: char| !c.is_ascii_alphanumeric() && c != '*' && c != '$');
        if !word.contains(['*', '@', '$', '!', '#', '1', '0', '＊']) {
            continue;
        }
        let plain: Vec<char> = word.chars().map(fold_char).collect();
        let is_mask = |c: char| matches!(c, '*' | '@' | '$' | '!' | '#' | '1' | '0');
        let letters = plain.iter().filter(|c| c.is_ascii_alphabetic()).count();
        let matches = letters >= 2
            && MASKED.iter().any(|known| {
                known.len() == plain.len()
                    && plain.first().copied() == known.chars().next()
                    && plain
                        .iter()
                        .zip(known.chars())
                        .all(|(c, wanted)| *c == wanted || is_mask(*c))
            });
        if matches {
            let begin = start.saturating_add(chunk.find(word).unwrap_or_default());
            push(begin..begin.saturating_add(word.len()));
        }
    }
}
