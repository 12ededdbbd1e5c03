//! 哦, 恩, 啊, 撒 at the end of a clause (R19).

use switchboard_sdk::{
    han,
    text::{ends_clause, fold_char, is_one_of},
};

use crate::{
    config::Config,
    draft::Draft,
    find::Breach,
    phrases::{ASSENT, ONLY_AFTER_ASSENT, SUFFIXES, WORDS_WITH_SUFFIX},
    rule::Rule,
};

pub(crate) fn find(draft: &Draft<'_>, config: &Config, found: &mut Vec<Breach>) {
    let text = draft.folded.text();
    let own: Vec<char> = config
        .words(Rule::Suffix)
        .iter()
        .filter_map(|word| {
            let mut folded = word.chars().map(fold_char);
            folded.next().filter(|_| folded.next().is_none())
        })
        .collect();
    let is_suffix = |character: char| SUFFIXES.contains(&character) || own.contains(&character);
    for (at, character) in text.char_indices() {
        if !is_suffix(character) {
            continue;
        }
        let end = at.saturating_add(character.len_utf8());
        let tail = text.get(end..).unwrap_or_default();
        let next = tail.chars().next();
        // "好啊好啊": the next one of the same run is looked at in its turn.
        if !next.is_none_or(ends) {
            continue;
        }
        let clause = draft.clause_before(at);
        let upto = text.get(..end).unwrap_or_default();
        if WORDS_WITH_SUFFIX.iter().any(|word| upto.ends_with(word)) {
            continue;
        }
        let before = clause.chars().next_back();
        let stands_alone = clause
            .chars()
            .all(|c| c == character || !c.is_alphanumeric());
        if is_one_of(ONLY_AFTER_ASSENT, character)
            && !stands_alone
            && !before.is_some_and(|before| is_one_of(ASSENT, before))
        {
            continue;
        }
        let run = upto
            .char_indices()
            .rev()
            .take_while(|(_, c)| is_suffix(*c))
            .last()
            .map_or(at, |(start, _)| start);
        found.push(Breach {
            rule: Rule::Suffix,
            at: draft.folded.original(run..end),
        });
    }
}

/// Whether the clause is over: punctuation, a blank, an emoji.
fn ends(next: char) -> bool {
    ends_clause(next) || !next.is_alphanumeric() && !han::is_han(next)
}
