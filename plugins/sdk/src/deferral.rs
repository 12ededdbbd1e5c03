//! "Let me think about it" (R130): the customer puts a decision off, perhaps to a day.

use core::ops::Range;

pub use crate::times::{Due, Weekday};
use crate::{text::Folded, times, words::Words};

/// A decision that was put off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deferral {
    /// Until when, where the customer said so; never [`Due::Soon`].
    pub until: Option<Due>,
    /// Where it is said in the original text, in bytes.
    pub at: Range<usize>,
    /// The customer wants to ask somebody first ("跟老公商量", "ask my wife").
    pub asks_somebody: bool,
}

/// Complete in themselves.
#[rustfmt::skip]
static PHRASES: Words = Words::new(&[
    "考虑一下", "考虑下", "考虑考虑", "再考虑", "先考虑", "想一想", "想一下", "想想", "再想", "先看看", "再看看", "看看再说", "再说吧", "再说", "回头再", "改天再", "过几天再", "过段时间再", "下次再", "以后再", "到时再",
    "商量一下", "商量下", "商量商量", "先商量", "跟家人商量", "讨论一下再", "研究一下再", "比较一下", "对比一下", "货比三家", "先不买", "暂时不买", "今天不买", "先不下单", "先不急", "等等再", "缓一缓", "谂一谂", "谂下", "谂吓", "諗一諗", "諗下", "諗吓", "考虑吓", "先不定", "还没想好", "没想好", "还没决定", "还在犹豫", "犹豫",
    "think about it", "think it over", "think about this", "thinking about it", "think on it", "give it some thought", "sleep on it", "need to think", "need some time", "need more time", "mull it over", "consider it", "considering it",
    "not sure yet", "haven't decided", "have not decided", "not decided", "undecided", "get back to you", "come back to you", "come back later", "maybe later", "not now", "not today", "not ready to", "look around", "shop around", "compare prices",
    "talk it over", "discuss it with", "ask my wife", "ask my husband", "ask my boss", "check with my", "talk to my wife", "talk to my husband", "talk to my partner", "run it by",
]);

/// Only together with a time: "下周一告诉你", "I'll decide on Friday".
#[rustfmt::skip]
static WITH_TIME: Words = Words::new(&[
    "告诉你", "告诉您", "答复你", "答复您", "回复你", "回复您", "回你", "给你答复", "给您答复", "给你回复", "给你消息", "联系你", "联系您", "决定", "再买", "再下单", "再订", "再定", "再拍", "再来", "来买", "复你", "通知你", "话你知", "话俾你知",
    "decide", "let you know", "tell you", "order then", "buy it", "buy then", "make up my mind", "give you an answer", "call you", "message you", "have an answer",
]);

/// Somebody who is asked first.
#[rustfmt::skip]
static OTHERS: Words = Words::new(&[
    "商量", "问一下老", "问问", "问下", "跟家人", "和家人", "讨论", "请示", "discuss", "ask my", "check with", "talk to my", "talk it over", "run it by",
]);

/// Who speaks of the desk's deeds does not put a decision off ("你们什么时候答复我").
#[rustfmt::skip]
static NOT_MINE: Words = Words::new(&["你们", "吗", "?", "什么时候", "必须", "will you", "can you", "could you", "when will", "would you"]);

/// The decision that `text` puts off, if it does.
#[must_use]
pub fn find(text: &str) -> Option<Deferral> {
    let folded = Folded::new(text);
    let plain = folded.text();
    if NOT_MINE.are_in(plain) {
        return None;
    }
    let time = times::named(plain)
        .into_iter()
        .find(|time| time.due != Due::Soon);
    let phrase = PHRASES
        .first_in(plain)
        .or_else(|| time.as_ref().and_then(|_| WITH_TIME.first_in(plain)))?;
    let at = match &time {
        Some(time) => time.at.start.min(phrase.start)..time.at.end.max(phrase.end),
        None => phrase,
    };
    Some(Deferral {
        until: time.map(|time| time.due),
        at: folded.original(at),
        asks_somebody: OTHERS.are_in(plain),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn decisions_put_off_are_found_in_each_language() {
        for (text, until) in [
            ("我考虑一下", None),
            ("周末再说", Some(Due::Weekend)),
            ("下周一告诉你", Some(Due::NextWeekOn(Weekday::Monday))),
            ("今天先不买，商量一下再说", Some(Due::Today)),
            ("我再想想，明天答复你", Some(Due::Tomorrow)),
            ("过两天再买", Some(Due::Days(2))),
            (
                "跟老公商量一下，周五给你答复",
                Some(Due::On(Weekday::Friday)),
            ),
            ("我考慮一下", None),
            ("下週一告訴你", Some(Due::NextWeekOn(Weekday::Monday))),
            ("等我諗一諗，聽日覆你", Some(Due::Tomorrow)),
            ("先看看，週末再決定", Some(Due::Weekend)),
            ("let me think about it", None),
            ("I'll decide on Friday", Some(Due::On(Weekday::Friday))),
            (
                "I need to talk to my wife first, will let you know tomorrow",
                Some(Due::Tomorrow),
            ),
            ("Need some time, I'll order next week", Some(Due::NextWeek)),
            ("Let me sleep on it", None),
            ("haven't decided yet", None),
        ] {
            assert_eq!(find(text).map(|found| found.until), Some(until), "{text}");
        }
    }

    #[test]
    fn other_messages_put_nothing_off() {
        for text in [
            "我要退货",
            "你们明天答复我吗？",
            "什么时候给我答复",
            "Will you let me know tomorrow?",
            "I want to buy it",
            "明天要用",
            "the parcel comes on Friday",
            "我告诉你我很生气",
            "",
        ] {
            assert_eq!(find(text), None, "{text}");
        }
    }

    #[test]
    fn asking_somebody_first_is_noted() {
        assert!(find("我跟家人商量一下").unwrap().asks_somebody);
        assert!(!find("我考虑一下").unwrap().asks_somebody);
    }

    proptest! {
        #[test]
        fn any_text_may_be_searched(text in any::<String>()) {
            if let Some(found) = find(&text) {
                prop_assert!(text.get(found.at).is_some());
            }
        }
    }
}
