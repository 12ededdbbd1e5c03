//! Replies that are too short (R20), and those that are short for courtesy (C1).

use switchboard_sdk::han;

use crate::phrases::{ASSENT, COURTESY, CURT};

/// Words of the longest of [`CURT`] ("no it isn't").
const LONGEST_CURT: usize = 3;

/// Whether the folded text says too little: `shortest` Han characters or fewer, punctuation not counted. What is
/// courtesy and nothing else is not, nor what names a number, an address or a link.
pub(crate) fn is_too_short(folded: &str, shortest: u32) -> bool {
    if shortest == 0 || folded.chars().any(|c| c.is_ascii_digit()) || folded.contains("://") {
        return false;
    }
    let han = folded.chars().filter(|c| han::is_han(*c)).count();
    let words = switchboard_sdk::text::words(folded).count();
    // "选A", "好的OK": a word in Latin letters counts as one character.
    let length = han.saturating_add(words);
    let is_short = u32::try_from(length).is_ok_and(|length| length <= shortest);
    // What is longer than any word of the lists is neither curt nor courtesy.
    if !is_short && (han > 0 || words > LONGEST_CURT) {
        return false;
    }
    let plain: String = folded
        .split(|c: char| !c.is_alphanumeric() && c != '\'')
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ");
    if is_courtesy(&plain) || CURT.contains(&plain.as_str()) {
        return !is_courtesy(&plain);
    }
    if han == 0 {
        // Emoji and punctuation alone.
        return words == 0;
    }
    is_short
}

/// Whether every part of it is a polite word.
fn is_courtesy(plain: &str) -> bool {
    if COURTESY.contains(&plain) {
        return true;
    }
    let parts = plain.split(' ');
    plain.chars().any(han::is_han)
        && parts.into_iter().all(|part| {
            let part = part.trim_end_matches(|c: char| "哦啊呀呢".contains(c));
            COURTESY.contains(&part)
        })
}

/// What a short reply says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Nod {
    /// "好的"
    Yes,
    /// "是啊"
    Right,
    /// "没有"
    No,
    /// Anything else.
    Other,
}

/// What the short reply says.
pub(crate) fn nod(folded: &str) -> Nod {
    let plain = folded.trim_matches(|c: char| !c.is_alphanumeric());
    let first = plain.chars().next();
    let english = |words: &[&str]| words.iter().any(|word| plain.eq_ignore_ascii_case(word));
    if english(&["no", "nope", "nah", "no it isn't", "nothing"])
        || matches!(first, Some('不' | '没' | '无' | '唔' | '冇'))
    {
        Nod::No
    } else if english(&[
        "yes",
        "yeah",
        "yep",
        "yup",
        "right",
        "true",
        "correct",
        "exactly",
        "yes it is",
    ]) || matches!(first, Some('是' | '对' | '系'))
    {
        Nod::Right
    } else if plain.is_ascii() && !plain.is_empty()
        || first.is_none()
        || first.is_some_and(|first| {
            "好行可嗯恩哦噢喔收明了得没".contains(first) || ASSENT.contains(first)
        })
    {
        Nod::Yes
    } else {
        Nod::Other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_curt_reply_has_han_characters_or_more_words_than_the_longest() {
        for reply in CURT {
            assert!(!reply.chars().any(han::is_han), "{reply}");
            assert!(
                switchboard_sdk::text::words(reply).count() <= LONGEST_CURT,
                "{reply}"
            );
        }
    }
}
