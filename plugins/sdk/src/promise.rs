//! Promises in what the desk writes (R138): "明天给您答复", "I'll call you back tomorrow".
//!
//! A promise is a time together with something that the writer will do, in one sentence. What the customer asks or
//! what merely happens ("明天是周六", "the shop opens tomorrow") is none.

use core::ops::Range;

pub use crate::times::{Due, Weekday};
use crate::{
    clock,
    text::{Folded, Negation, ends_clause, negation_before},
    times,
    words::Words,
};

/// Something that was promised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Promise {
    /// By when.
    pub due: Due,
    /// The hour and minute of that day that were named.
    pub clock: Option<(u32, u32)>,
    /// Where the promise stands in the original text, in bytes: from the deed or time that comes first to the one that comes last.
    pub at: Range<usize>,
    /// No time was named: a risky promise ("尽快", "I'll get back to you").
    pub vague: bool,
}

/// What somebody who serves customers promises to do.
#[rustfmt::skip]
static DEEDS: Words = Words::new(&[
    "答复", "回复", "联系您", "联系你", "联络您", "联络你", "跟您联系", "和您联系", "与您联系", "跟你联系", "和你联系", "回电", "致电", "打电话给您", "给您打电话", "打给您", "打给你", "回访", "通知您", "通知你", "告知您", "告诉您",
    "发货", "寄出", "发出", "补发", "重发", "出货", "安排", "处理好", "处理完", "为您处理", "帮您处理", "会处理", "解决", "退款", "退回", "退给您", "到账", "退还", "赔付", "赔偿", "上门", "送到", "送达", "修好", "换新", "更换", "跟进", "反馈给您",
    "给您反馈", "给您结果", "给您消息", "给您一个", "给您回", "给你回", "复你", "复您", "开好发票", "开具", "发给您", "发送给您", "发邮件", "提交", "上架", "补货", "到货", "完成", "给到您",
    "call you", "call back", "contact you", "get back to you", "reply to you", "respond", "let you know", "email you", "e-mail you", "write to you", "reach out", "be in touch", "get in touch", "update you",
    "send you", "send it", "send a", "send the", "ship", "be shipped", "dispatch", "deliver", "refund", "be refunded", "replace", "fix", "repair", "resolve", "be resolved", "sort it", "sort this", "process", "be processed", "issue",
    "follow up", "arrange", "have an answer", "give you an answer", "give you an update", "come by", "visit you", "ring you", "phone you", "message you", "hear from us", "receive", "arrive", "be there", "be delivered", "be fixed",
]);

/// What makes English a promise: the future, in the first person or of the goods.
#[rustfmt::skip]
static WILL: Words = Words::new(&[
    "will", "we'll", "i'll", "you'll", "it'll", "they'll", "shall", "going to", "promise", "guarantee", "guaranteed", "be sure to", "make sure", "expect",
]);

/// What makes a sentence no promise: it asks, or leaves it open.
#[rustfmt::skip]
static OPEN: Words = Words::new(&["吗", "?", "如果您", "能否", "可否", "可能", "也许", "大概", "would you", "could you", "can you", "might", "maybe", "perhaps", "if you", "may"]);

/// What makes the customer the one who is to do it, where it stands in the same clause ("请您明天联系我们"; but
/// "明天给您答复，请您放心" is a promise).
static ASKS: Words = Words::new(&["请您", "建议您", "需要您", "麻烦您", "please"]);

/// The promises in `text`, in its order; at most one for each sentence.
#[must_use]
pub fn find(text: &str) -> Vec<Promise> {
    let folded = Folded::new(text);
    let plain = folded.text();
    let named = times::named(plain);
    let mut promises = Vec::new();
    let mut start = 0usize;
    while start < plain.len() {
        let tail = plain.get(start..).unwrap_or_default();
        let length = tail
            .find(['.', '!', ';', '\n', '?'])
            .map_or(tail.len(), |at| at.saturating_add(1));
        let sentence = start..start.saturating_add(length.max(1));
        start = sentence.end;
        if let Some(mut promise) = in_sentence(plain, sentence, &named) {
            promise.at = folded.original(promise.at);
            promises.push(promise);
        }
    }
    promises
}

fn in_sentence(plain: &str, range: Range<usize>, named: &[times::Named]) -> Option<Promise> {
    let sentence = plain.get(range.clone())?;
    let chinese = sentence.chars().any(crate::han::is_han);
    if OPEN.are_in(sentence) || !chinese && !WILL.are_in(sentence) {
        return None;
    }
    let deed = DEEDS
        .all_in(sentence)
        .find(|deed| !is_asked(sentence, deed))?;
    let deed = deed.start.saturating_add(range.start)..deed.end.saturating_add(range.start);
    if negation_before(plain, deed.start) != Negation::None
        || plain.get(deed.end..).is_some_and(is_done)
    {
        return None;
    }
    let inside = |time: &&times::Named| time.at.start >= range.start && time.at.end <= range.end;
    let time = named
        .iter()
        .filter(inside)
        .min_by_key(|time| (time.due == Due::Soon, time.at.start.abs_diff(deed.start)));
    let clock = clock::first(sentence).map(|clock| {
        let place = |at: usize| at.saturating_add(range.start);
        let at = place(clock.at.start)..place(clock.at.end);
        ((clock.hour, clock.minute), at)
    });
    let (due, time) = match (time, &clock) {
        // "三点前给您答复": today's.
        (None, Some((_, at))) => (Due::Today, at),
        (Some(time), Some((_, at))) if time.due == Due::Soon => (Due::Today, at),
        (Some(time), _) => (time.due, &time.at),
        (None, None) => return None,
    };
    if before_the_past(plain, time) {
        return None;
    }
    let mut at = time.start.min(deed.start)..time.end.max(deed.end);
    if let Some((_, named)) = &clock {
        at = at.start.min(named.start)..at.end.max(named.end);
    }
    let is_counted = matches!(due, Due::Minutes(_) | Due::Hours(_));
    Some(Promise {
        due,
        clock: clock.map(|(clock, _)| clock).filter(|_| !is_counted),
        at,
        vague: due == Due::Soon,
    })
}

/// Whether the deed is asked of the customer.
fn is_asked(sentence: &str, deed: &Range<usize>) -> bool {
    let head = sentence.get(..deed.start).unwrap_or_default();
    let clause = head
        .rfind(ends_clause)
        .and_then(|end| head.get(end..))
        .unwrap_or(head);
    ASKS.are_in(clause)
}

/// "已经发货了": done, not promised.
fn is_done(tail: &str) -> bool {
    tail.starts_with(['了', '过'])
}

/// "三天前", "two days ago".
fn before_the_past(plain: &str, time: &Range<usize>) -> bool {
    let tail = plain.get(time.end..).unwrap_or_default();
    let head = plain.get(..time.start).unwrap_or_default();
    (tail.starts_with('前') && !head.ends_with(['周', '期']) && tail.starts_with("前已"))
        || tail.starts_with("前就")
        || tail.starts_with(['已', '就'])
            && plain
                .get(..time.end)
                .is_some_and(|said| said.ends_with('前'))
        || tail.trim_start().starts_with("ago")
        || head.ends_with("last ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn due(text: &str) -> Option<Due> {
        find(text).first().map(|promise| promise.due)
    }

    #[test]
    fn promises_are_found_in_each_language() {
        for (text, expected) in [
            ("明天给您答复", Due::Tomorrow),
            ("您好，明天给您答复，请您放心。", Due::Tomorrow),
            (
                "Please don't worry, I will call you tomorrow",
                Due::Tomorrow,
            ),
            ("您好，我们会在24小时内联系您。", Due::Hours(24)),
            ("今天下午为您安排发货", Due::Today),
            ("三天内退款到账", Due::Days(3)),
            ("师傅周五上门", Due::On(Weekday::Friday)),
            ("下周一给您结果", Due::NextWeekOn(Weekday::Monday)),
            ("两个工作日内给您反馈", Due::BusinessDays(2)),
            ("我們會在三天內回覆您", Due::Days(3)),
            ("明天下午專人致電", Due::Tomorrow),
            ("下週會補發零件", Due::NextWeek),
            ("听日覆你", Due::Tomorrow),
            ("稍后联系您", Due::Soon),
            ("I'll call you back tomorrow", Due::Tomorrow),
            ("We will refund you within 24 hours.", Due::Hours(24)),
            ("You'll hear from us by Friday", Due::On(Weekday::Friday)),
            (
                "Your parcel will be shipped in 2 business days",
                Due::BusinessDays(2),
            ),
            ("We shall get back to you next week", Due::NextWeek),
            ("I will update you this afternoon", Due::Today),
            ("I'll get back to you soon", Due::Soon),
        ] {
            assert_eq!(due(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_promise_is_not_taken_for_one() {
        for text in [
            "明天是周六",
            "您好，很高兴为您服务",
            "您明天方便接电话吗？",
            "我们今天不能发货",
            "请您明天联系快递",
            "商品三天前已签收",
            "the shop opens tomorrow",
            "Could you call us tomorrow?",
            "We will wait; please contact us tomorrow",
            "If you reply today, we ship",
            "Thanks for your order",
            "It was delivered two days ago",
            "今天已经发货了",
            "三点前已经为您发货",
            "可能明天发货",
            "We won't ship today",
            "",
        ] {
            assert_eq!(due(text), None, "{text}");
        }
    }

    #[test]
    fn the_hour_that_was_named_is_known() {
        for (text, due, clock) in [
            ("今天下午三点前给您答复", Due::Today, Some((15, 0))),
            ("三点前给您答复", Due::Today, Some((15, 0))),
            ("我們明天上午10點半回覆您", Due::Tomorrow, Some((10, 30))),
            (
                "I will call you back by 4 pm today",
                Due::Today,
                Some((16, 0)),
            ),
            (
                "We will call you tomorrow at 10:15",
                Due::Tomorrow,
                Some((10, 15)),
            ),
            ("两小时内给您答复", Due::Hours(2), None),
            ("明天给您答复", Due::Tomorrow, None),
        ] {
            let found = find(text);
            assert_eq!(found[0].due, due, "{text}");
            assert_eq!(found[0].clock, clock, "{text}");
        }
    }

    #[test]
    fn each_sentence_may_hold_one_and_says_where() {
        let text = "很抱歉！我們明天給您答覆。零件會在三天內補發。";
        let found = find(text);
        assert_eq!(found.len(), 2);
        assert_eq!(&text[found[0].at.clone()], "明天給您答覆");
        assert_eq!(&text[found[1].at.clone()], "三天內補發");
        assert!(!found[0].vague);
    }

    #[test]
    fn a_promise_without_a_time_is_vague() {
        assert!(find("我们尽快为您处理")[0].vague);
    }

    proptest! {
        #[test]
        fn any_text_may_be_searched(text in any::<String>()) {
            for promise in find(&text) {
                prop_assert!(text.get(promise.at).is_some());
            }
        }
    }
}
