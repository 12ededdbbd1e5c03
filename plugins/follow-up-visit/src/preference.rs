//! When a customer wants to be contacted, as they said it (R129): "白天上班不要打电话，晚上打", "please call after 6 pm".

use switchboard_sdk::{
    text::{Folded, is_whole_word, places},
    words::Words,
};

/// What a customer said about being contacted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Preference {
    /// From this hour of the day until that one.
    Between(u32, u32),
    /// Not at all.
    Never,
}

impl Preference {
    /// As it is kept.
    pub(crate) fn kept(self) -> String {
        match self {
            Self::Between(from, until) => format!("{from}-{until}"),
            Self::Never => "never".to_owned(),
        }
    }

    /// From what was kept.
    pub(crate) fn from_kept(text: &str) -> Option<Self> {
        if text == "never" {
            return Some(Self::Never);
        }
        let (from, until) = text.split_once('-')?;
        Some(Self::Between(from.parse().ok()?, until.parse().ok()?))
    }
}

#[rustfmt::skip]
static NEVER: Words = Words::new(&[
    "不要再联系", "别再联系", "不用再联系", "不要回访", "不用回访", "别回访", "不需要回访", "不想被打扰", "不要再打电话", "别再打电话", "不要再打扰", "别再打扰", "唔好再打", "唔使回访", "do not contact me", "don't contact me", "dont contact me", "stop contacting me", "don't call me again", "no follow-up", "no follow up", "no more messages", "stop messaging me", "don't message me again",
]);
#[rustfmt::skip]
static CONTACT: Words = Words::new(&[
    "打电话", "打给", "电话", "联系", "联络", "回访", "打扰", "找我", "回电", "致电", "再打", "call", "contact", "reach me", "phone", "ring", "message me", "get back to me", "disturb",
]);
/// What names hours, and which.
#[rustfmt::skip]
const HOURS: &[(&str, u32, u32)] = &[
    ("白天不", 18, 21), ("白天别", 18, 21), ("白天上班", 18, 21), ("日头返工", 18, 21), ("上班时间不", 18, 21), ("上班时间别", 18, 21), ("上班不方便", 18, 21), ("下班后", 18, 21), ("下班以后", 18, 21), ("下班再", 18, 21), ("放工后", 18, 21), ("晚上", 18, 21), ("夜晚", 18, 21), ("傍晚", 17, 20),
    ("上午", 9, 12), ("早上", 9, 12), ("朝早", 9, 12), ("中午", 12, 14), ("午休", 12, 14), ("下午", 14, 18), ("下昼", 14, 18),
    ("not during the day", 18, 21), ("not in the daytime", 18, 21), ("not during work", 18, 21), ("not while i'm at work", 18, 21), ("at work during the day", 18, 21), ("after work", 18, 21), ("in the evening", 18, 21), ("in the evenings", 18, 21), ("evenings", 18, 21), ("evening", 18, 21), ("in the morning", 9, 12), ("mornings", 9, 12), ("at noon", 12, 14), ("lunch break", 12, 14), ("in the afternoon", 14, 18), ("afternoons", 14, 18),
];
/// A wish for always, not for once.
#[rustfmt::skip]
static WISH: Words = Words::new(&[
    "不要", "别", "请", "麻烦", "方便", "只能", "最好", "才有空", "有空", "我都在", "再", "唔好", "希望", "可以", "please", "only", "prefer", "better", "best", "don't", "do not", "free", "available", "can you", "could you", "not during",
]);
/// Whoever names a day means once; whoever asks or tells what was, wishes nothing.
#[rustfmt::skip]
static ONCE: Words = Words::new(&[
    "今天", "今晚", "明天", "明晚", "昨天", "昨晚", "后天", "周一", "周二", "周三", "周四", "周五", "星期", "听日", "今日", "为什么", "怎么", "没人", "了一", "today", "tonight", "tomorrow", "yesterday", "why", "nobody", "no one", "this evening", "this morning", "this afternoon",
]);

/// What the customer says about being contacted, if anything.
pub(crate) fn find(text: &str) -> Option<Preference> {
    let folded = Folded::new(text);
    let plain = folded.text();
    if NEVER.are_in(plain) {
        return Some(Preference::Never);
    }
    if !CONTACT.are_in(plain) || ONCE.are_in(plain) || !WISH.are_in(plain) {
        return None;
    }
    if let Some(from) = after_hour(plain) {
        return Some(Preference::Between(from, 21.max(from.saturating_add(1))));
    }
    HOURS
        .iter()
        .find(|(word, ..)| contains(plain, word))
        .map(|(_, from, until)| Preference::Between(*from, *until))
}

fn contains(text: &str, word: &str) -> bool {
    places(text, word)
        .any(|at| !word.is_ascii() || is_whole_word(text, at..at.saturating_add(word.len())))
}

/// "下午6点以后", "after 6 pm": the hour from which on.
fn after_hour(plain: &str) -> Option<u32> {
    let hour = |digits: &str| digits.trim().parse::<u32>().ok().filter(|hour| *hour < 24);
    if let Some(at) = plain
        .find("点以后")
        .or_else(|| plain.find("点后"))
        .or_else(|| plain.find("点之后"))
    {
        let head = plain.get(..at)?;
        let start = head
            .char_indices()
            .rev()
            .take_while(|(_, c)| c.is_ascii_digit())
            .last()
            .map(|(start, _)| start)?;
        let hour = hour(head.get(start..)?)?;
        let before = head.get(..start)?;
        let is_late = ["下午", "晚上", "傍晚"]
            .iter()
            .any(|word| before.ends_with(word))
            || hour < 8;
        return Some(if is_late && hour < 12 {
            hour.saturating_add(12)
        } else {
            hour
        });
    }
    let (_, tail) = plain.split_once("after ")?;
    let end = tail
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(tail.len());
    let hour = hour(tail.get(..end)?)?;
    let is_late = tail.get(end..)?.trim_start().starts_with("pm") || hour < 8;
    Some(if is_late && hour < 12 {
        hour.saturating_add(12)
    } else {
        hour
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_a_customer_wants_to_be_called_is_understood() {
        for (text, wanted) in [
            (
                "我白天上班不要打电话，晚上再打",
                Preference::Between(18, 21),
            ),
            ("麻烦下班后联系我", Preference::Between(18, 21)),
            ("回访请下午联系", Preference::Between(14, 18)),
            ("請晚上再打電話給我", Preference::Between(18, 21)),
            ("请在下午6点以后给我打电话", Preference::Between(18, 21)),
            ("打电话最好19点后", Preference::Between(19, 21)),
            ("Please call me in the evening", Preference::Between(18, 21)),
            (
                "I'm only free after 6 pm, please contact me then",
                Preference::Between(18, 21),
            ),
            ("Mornings are best to reach me", Preference::Between(9, 12)),
            ("别再打电话给我了", Preference::Never),
            ("不用回访", Preference::Never),
            ("Please don't contact me again", Preference::Never),
        ] {
            assert_eq!(find(text), Some(wanted), "{text}");
            assert_eq!(Preference::from_kept(&wanted.kept()), Some(wanted));
        }
    }

    #[test]
    fn what_is_meant_for_once_or_told_is_no_preference() {
        for text in [
            "昨天晚上打电话没人接",
            "请明天上午联系我",
            "晚上能送到吗",
            "为什么晚上打电话没人接",
            "你们电话多少",
            "Please call me tomorrow morning",
            "I called in the evening and nobody answered",
            "",
        ] {
            assert_eq!(find(text), None, "{text}");
        }
    }
}
