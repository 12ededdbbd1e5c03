//! Messages that only continue what was spoken of ("那香港呢？", "And for Canada?").

use crate::{han, text::Folded};

/// Longer messages say themselves what they are about.
const LONGEST: usize = 48;

/// How such a message begins, folded.
#[rustfmt::skip]
const BEGINNINGS: &[&str] = &[
    "那", "还有", "如果是", "要是", "换成", "换作", "咁", "what about", "how about", "what if", "and if", "and what", "and how", "and for", "and to", "and in", "and is", "and are", "and do", "and does", "and can", "and the", "and when", "and where", "or for", "or to", "or is",
    "then what", "then how", "also for", "also to", "same for", "same with", "is it the same", "in that case", "what then", "why is that",
];

/// Words that begin alike and continue nothing.
const OTHERS: &[&str] = &[
    "那个人",
    "那天",
    "那我要",
    "那我想",
    "那就",
    "那好",
    "那行",
    "那算了",
    "那谢谢",
    "那转",
    "那边",
];

/// Whether the message is about what was spoken of before it.
#[must_use]
pub fn continues(text: &str) -> bool {
    let folded = Folded::new(text);
    let plain = folded.text().trim();
    if plain.is_empty() || plain.len() > LONGEST {
        return false;
    }
    let begins = |word: &&str| {
        plain.strip_prefix(*word).is_some_and(|tail| {
            !word.is_ascii() || !tail.starts_with(|c: char| c.is_alphanumeric())
        })
    };
    if OTHERS.iter().any(begins) {
        return false;
    }
    let asks_on = plain
        .trim_end_matches(['?', '!', '.', '~', ' '])
        .strip_suffix('呢')
        .is_some_and(|head| head.chars().filter(|c| han::is_han(*c)).count() <= 8);
    BEGINNINGS.iter().any(begins) || asks_on
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_message_that_leans_on_the_one_before_is_known() {
        for text in [
            "那香港呢？",
            "那掉毛吗 掉毛的话我不敢给她",
            "那香港呢",
            "台湾呢",
            "還有澳門嗎",
            "What about Canada?",
            "and for children under three?",
            "How about express?",
            "in that case?",
        ] {
            assert!(continues(text), "{text}");
        }
        for text in [
            "",
            "你好",
            "那好，谢谢",
            "那就这样吧",
            "运费多少钱？",
            "我的订单到哪了，怎么一点消息都没有，已经等了一个星期了，你们到底发货没有呢",
            "Andrew here",
            "Hello",
            "what is the price of the car?",
        ] {
            assert!(!continues(text), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_may_be_asked_about(text in any::<String>()) {
            let _ = continues(&text);
        }
    }
}
