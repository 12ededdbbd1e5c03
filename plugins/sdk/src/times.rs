//! Times named in a text: "tomorrow", "三天内", "within 24 hours", "下週一".
//!
//! Only a hint: the desk's calendar makes a moment of it.

use core::ops::Range;

use crate::{
    text::is_whole_word,
    words::{Beginnings, begins},
};

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Weekday {
    /// Monday
    Monday,
    /// Tuesday
    Tuesday,
    /// Wednesday
    Wednesday,
    /// Thursday
    Thursday,
    /// Friday
    Friday,
    /// Saturday
    Saturday,
    /// Sunday
    Sunday,
}

/// When something is to be, as it was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Due {
    /// At once, in a moment.
    Soon,
    /// So many minutes from now.
    Minutes(u32),
    /// So many hours from now.
    Hours(u32),
    /// Before the day ends.
    Today,
    /// The next day.
    Tomorrow,
    /// So many days from now.
    Days(u32),
    /// So many working days from now.
    BusinessDays(u32),
    /// The next such day of the week.
    On(Weekday),
    /// That day of the week after this one.
    NextWeekOn(Weekday),
    /// At the end of this week.
    Weekend,
    /// Before the working week ends.
    ThisWeek,
    /// In the week after this one.
    NextWeek,
    /// In the month after this one.
    NextMonth,
    /// On a day of a month, both from 1; no year was said.
    Date(u32, u32),
}

/// A time and the bytes of the folded text that name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The time.
    pub due: Due,
    /// Where it stands in the folded text.
    pub at: Range<usize>,
}

const WORDS: &[(&str, Due)] = &[
    ("大后天", Due::Days(3)),
    ("后天", Due::Days(2)),
    ("后日", Due::Days(2)),
    ("明天", Due::Tomorrow),
    ("明早", Due::Tomorrow),
    ("明晚", Due::Tomorrow),
    ("明日", Due::Tomorrow),
    ("听日", Due::Tomorrow),
    ("今天", Due::Today),
    ("今日", Due::Today),
    ("今晚", Due::Today),
    ("今早", Due::Today),
    ("今下午", Due::Today),
    ("下班前", Due::Today),
    ("当天", Due::Today),
    ("本周内", Due::ThisWeek),
    ("这周内", Due::ThisWeek),
    ("这个星期内", Due::ThisWeek),
    ("本周末", Due::Weekend),
    ("这周末", Due::Weekend),
    ("周末", Due::Weekend),
    ("本周", Due::ThisWeek),
    ("这周", Due::ThisWeek),
    ("下周", Due::NextWeek),
    ("下个星期", Due::NextWeek),
    ("下星期", Due::NextWeek),
    ("下礼拜", Due::NextWeek),
    ("下个礼拜", Due::NextWeek),
    ("下个月", Due::NextMonth),
    ("下月", Due::NextMonth),
    ("半小时", Due::Minutes(30)),
    ("半个小时", Due::Minutes(30)),
    ("半个钟", Due::Minutes(30)),
    ("一会儿", Due::Soon),
    ("一会", Due::Soon),
    ("稍后", Due::Soon),
    ("稍候", Due::Soon),
    ("迟点", Due::Soon),
    ("晚点", Due::Soon),
    ("晚些", Due::Soon),
    ("尽快", Due::Soon),
    ("马上", Due::Soon),
    ("立刻", Due::Soon),
    ("立即", Due::Soon),
    ("即刻", Due::Soon),
    ("the day after tomorrow", Due::Days(2)),
    ("day after tomorrow", Due::Days(2)),
    ("tomorrow", Due::Tomorrow),
    ("tmrw", Due::Tomorrow),
    ("tmr", Due::Tomorrow),
    ("tonight", Due::Today),
    ("today", Due::Today),
    ("this morning", Due::Today),
    ("this afternoon", Due::Today),
    ("this evening", Due::Today),
    ("end of the day", Due::Today),
    ("end of day", Due::Today),
    ("eod", Due::Today),
    ("this weekend", Due::Weekend),
    ("the weekend", Due::Weekend),
    ("weekend", Due::Weekend),
    ("this week", Due::ThisWeek),
    ("end of the week", Due::ThisWeek),
    ("next week", Due::NextWeek),
    ("next month", Due::NextMonth),
    ("half an hour", Due::Minutes(30)),
    ("an hour", Due::Hours(1)),
    ("a day", Due::Days(1)),
    ("a week", Due::Days(7)),
    ("a few minutes", Due::Soon),
    ("a moment", Due::Soon),
    ("shortly", Due::Soon),
    ("soon", Due::Soon),
    ("asap", Due::Soon),
    ("as soon as possible", Due::Soon),
    ("right away", Due::Soon),
    ("immediately", Due::Soon),
    ("in a bit", Due::Soon),
    ("later", Due::Soon),
];

const WEEKDAYS: &[(&str, Weekday)] = &[
    ("monday", Weekday::Monday),
    ("tuesday", Weekday::Tuesday),
    ("wednesday", Weekday::Wednesday),
    ("thursday", Weekday::Thursday),
    ("friday", Weekday::Friday),
    ("saturday", Weekday::Saturday),
    ("sunday", Weekday::Sunday),
];

/// What a day of the week begins with.
static OF_WEEKDAYS: Beginnings = Beginnings::of(&[
    "next ", "this ", "on ", "by ", "mo", "tu", "we", "th", "fr", "sa", "su", "下", "本", "这",
    "周", "星", "礼",
]);

/// What a number begins with.
static OF_NUMBERS: Beginnings = Beginnings::of(&[
    "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "one", "two", "three", "four", "five", "six",
    "seven", "eight", "nine", "ten", "eleven", "twelve", "一", "二", "两", "三", "四", "五", "六",
    "七", "八", "九", "十",
]);

/// What the other times begin with.
#[allow(
    clippy::indexing_slicing,
    reason = "in a constant, where going past the end doesn't compile"
)]
static OF_WORDS: Beginnings = {
    let mut words = [""; WORDS.len()];
    let mut at = 0;
    while at < WORDS.len() {
        words[at] = WORDS[at].0;
        at += 1;
    }
    Beginnings::of(&words)
};

/// Whether a time may begin `tail`: at most places of a text none does.
fn may_begin(tail: &[u8]) -> bool {
    OF_WORDS.may_begin(tail) || OF_NUMBERS.may_begin(tail) || OF_WEEKDAYS.may_begin(tail)
}

/// The times named in a folded text, in its order, without overlaps.
#[must_use]
pub fn named(folded: &str) -> Vec<Named> {
    let mut found = Vec::new();
    let mut skip_to = 0usize;
    for (start, character) in folded.char_indices() {
        let bytes = folded.as_bytes().get(start..).unwrap_or_default();
        if start < skip_to || !may_begin(bytes) {
            continue;
        }
        if character.is_ascii_alphanumeric() && touches_word(folded, start) {
            continue;
        }
        let tail = folded.get(start..).unwrap_or_default();
        if let Some((due, length)) = longest(tail) {
            skip_to = start.saturating_add(length);
            found.push(Named {
                due,
                at: start..skip_to,
            });
        }
    }
    found
}

/// The longest time at the beginning of `tail`, and its length.
fn longest(tail: &str) -> Option<(Due, usize)> {
    [weekday(tail), quantity(tail), date(tail), word(tail)]
        .into_iter()
        .flatten()
        .reduce(|best, other| if other.1 > best.1 { other } else { best })
}

fn touches_word(folded: &str, start: usize) -> bool {
    folded
        .get(..start)
        .and_then(|head| head.chars().next_back())
        .is_some_and(|before| before.is_ascii_alphanumeric())
}

fn word(tail: &str) -> Option<(Due, usize)> {
    if !OF_WORDS.may_begin(tail.as_bytes()) {
        return None;
    }
    WORDS
        .iter()
        .filter(|(word, _)| {
            begins(tail.as_bytes(), word)
                && (!word.is_ascii() || is_whole_word(tail, 0..word.len()))
        })
        .map(|(word, due)| (*due, word.len()))
        .max_by_key(|(_, length)| *length)
}

/// "周五", "下个星期一", "next Friday", "by Monday".
fn weekday(tail: &str) -> Option<(Due, usize)> {
    if !OF_WEEKDAYS.may_begin(tail.as_bytes()) {
        return None;
    }
    for (prefix, next) in [
        ("next ", true),
        ("this ", false),
        ("on ", false),
        ("by ", false),
        ("", false),
    ] {
        let Some(rest) = tail.strip_prefix(prefix) else {
            continue;
        };
        for (name, day) in WEEKDAYS {
            if begins(rest.as_bytes(), name) && is_whole_word(rest, 0..name.len()) {
                let due = if next {
                    Due::NextWeekOn(*day)
                } else {
                    Due::On(*day)
                };
                return Some((due, prefix.len().saturating_add(name.len())));
            }
        }
    }
    let (rest, next) = match tail.strip_prefix('下') {
        Some(rest) => (rest.strip_prefix('个').unwrap_or(rest), true),
        None => (tail.strip_prefix(['本', '这']).unwrap_or(tail), false),
    };
    let rest = ["周", "星期", "礼拜"]
        .iter()
        .find_map(|week| rest.strip_prefix(week))?;
    let day = match rest.chars().next()? {
        '一' | '1' => Weekday::Monday,
        '二' | '2' => Weekday::Tuesday,
        '三' | '3' => Weekday::Wednesday,
        '四' | '4' => Weekday::Thursday,
        '五' | '5' => Weekday::Friday,
        '六' | '6' => Weekday::Saturday,
        '日' | '天' => Weekday::Sunday,
        _ => return None,
    };
    let rest = rest.get(rest.chars().next()?.len_utf8()..)?;
    let due = if next {
        Due::NextWeekOn(day)
    } else {
        Due::On(day)
    };
    Some((due, tail.len().saturating_sub(rest.len())))
}

/// "三天内", "24 hours", "2个工作日".
fn quantity(tail: &str) -> Option<(Due, usize)> {
    let (count, rest) = number(tail)?;
    let rest = rest.trim_start_matches([' ', '-']);
    let rest = rest.strip_prefix('个').unwrap_or(rest);
    type Unit = (&'static [&'static str], fn(u32) -> Due);
    let units: [Unit; 6] = [
        (
            &[
                "工作日",
                "business days",
                "business day",
                "working days",
                "working day",
            ],
            Due::BusinessDays,
        ),
        (&["分钟", "minutes", "minute", "mins", "min"], Due::Minutes),
        (
            &["小时", "钟头", "钟", "hours", "hour", "hrs", "hr"],
            Due::Hours,
        ),
        (&["天", "日内", "days", "day"], Due::Days),
        (&["星期", "礼拜", "周", "weeks", "week"], |weeks| {
            Due::Days(weeks.saturating_mul(7))
        }),
        (&["月", "months", "month"], |months| {
            Due::Days(months.saturating_mul(30))
        }),
    ];
    for (names, due) in units {
        for name in names {
            if begins(rest.as_bytes(), name)
                && (!name.is_ascii() || is_whole_word(rest, 0..name.len()))
            {
                // "3月" is March, "3个月" three months.
                let counted = *name != "月"
                    || tail
                        .get(..tail.len().saturating_sub(rest.len()))
                        .is_some_and(|head| head.ends_with('个'));
                let behind = rest.get(name.len()..).unwrap_or_default();
                return counted.then(|| (due(count), tail.len().saturating_sub(behind.len())));
            }
        }
    }
    None
}

/// "3月10日", "3/10".
fn date(tail: &str) -> Option<(Due, usize)> {
    let (month, rest) = number(tail)?;
    let (day, behind) = match rest.strip_prefix('月') {
        Some(rest) => {
            let (day, rest) = number(rest)?;
            (day, rest.strip_prefix(['日', '号']).unwrap_or(rest))
        }
        None => {
            let (day, rest) = number(rest.strip_prefix('/')?)?;
            (!rest.starts_with(['/', '.'])).then_some((day, rest))?
        }
    };
    ((1..=12).contains(&month) && (1..=31).contains(&day)).then(|| {
        (
            Due::Date(month, day),
            tail.len().saturating_sub(behind.len()),
        )
    })
}

/// A number in digits, Chinese numerals or English words up to twelve.
fn number(text: &str) -> Option<(u32, &str)> {
    if !OF_NUMBERS.may_begin(text.as_bytes()) {
        return None;
    }
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if digits > 0 {
        let value = text
            .get(..digits)?
            .parse()
            .ok()
            .filter(|value| *value <= 10_000)?;
        return Some((value, text.get(digits..)?));
    }
    const ENGLISH: &[&str] = &[
        "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
        "twelve",
    ];
    for (value, name) in (1u32..).zip(ENGLISH) {
        if begins(text.as_bytes(), name) && is_whole_word(text, 0..name.len()) {
            return Some((value, text.get(name.len()..)?));
        }
    }
    chinese_number(text)
}

fn chinese_number(text: &str) -> Option<(u32, &str)> {
    let numeral = |character: char| match character {
        '一' => Some(1),
        '二' | '两' => Some(2),
        '三' => Some(3),
        '四' => Some(4),
        '五' => Some(5),
        '六' => Some(6),
        '七' => Some(7),
        '八' => Some(8),
        '九' => Some(9),
        _ => None,
    };
    let mut rest = text;
    let mut next = || {
        let character = rest.chars().next()?;
        rest = rest.get(character.len_utf8()..)?;
        Some(character)
    };
    let first = next()?;
    let (mut value, mut end) = (numeral(first), first.len_utf8());
    let mut character = if value.is_some() { next() } else { Some(first) };
    if character == Some('十') {
        end = if value.is_some() {
            end.saturating_add(3)
        } else {
            end
        };
        value = Some(value.unwrap_or(1_u32).saturating_mul(10));
        character = next();
        if let Some(ones) = character.and_then(numeral) {
            value = value.map(|tens| tens.saturating_add(ones));
            end = end.saturating_add(3);
        }
    }
    Some((value?, text.get(end..)?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text::Folded;

    proptest! {
        #[test]
        fn wherever_a_time_begins_the_beginnings_say_so(
            text in "(next|this|on|by|mon|tues|wednes|thurs|fri|satur|sun|day|week|month|下|本|这|个|周|星期|礼拜|[0-9/ -]|one|two|ten|twelve|hours|[一二两三五九十]|天|小时|月|日|明|后|晚|tomorrow|a|an|the|soon|x){0,8}"
        ) {
            for (start, _) in text.char_indices() {
                let tail = &text[start..];
                if longest(tail).is_some() {
                    prop_assert!(may_begin(tail.as_bytes()), "{}", tail);
                }
            }
        }
    }

    fn dues(text: &str) -> Vec<Due> {
        named(Folded::new(text).text())
            .into_iter()
            .map(|named| named.due)
            .collect()
    }

    #[test]
    fn times_are_understood_in_each_language() {
        for (text, expected) in [
            ("明天给您答复", Due::Tomorrow),
            ("後天送到", Due::Days(2)),
            ("今天下午", Due::Today),
            ("三天内", Due::Days(3)),
            ("3天內", Due::Days(3)),
            ("24小时内", Due::Hours(24)),
            ("二十四小時內", Due::Hours(24)),
            ("十五分钟后", Due::Minutes(15)),
            ("兩個工作日內", Due::BusinessDays(2)),
            ("下周一", Due::NextWeekOn(Weekday::Monday)),
            ("下個星期三", Due::NextWeekOn(Weekday::Wednesday)),
            ("周五之前", Due::On(Weekday::Friday)),
            ("禮拜天", Due::On(Weekday::Sunday)),
            ("周末再说", Due::Weekend),
            ("下周给你", Due::NextWeek),
            ("一周内", Due::Days(7)),
            ("3月10日", Due::Date(3, 10)),
            ("听日覆你", Due::Tomorrow),
            ("within 24 hours", Due::Hours(24)),
            ("in two days", Due::Days(2)),
            ("by Friday", Due::On(Weekday::Friday)),
            ("next Monday", Due::NextWeekOn(Weekday::Monday)),
            ("next week", Due::NextWeek),
            ("in 3-5 business days", Due::BusinessDays(5)),
            ("in half an hour", Due::Minutes(30)),
        ] {
            assert_eq!(dues(text).last(), Some(&expected), "{text}");
        }
    }

    #[test]
    fn look_alikes_name_no_time() {
        for text in [
            "sooner",
            "mondayish thing",
            "周到",
            "三只松鼠",
            "2 items",
            "十分满意",
        ] {
            assert_eq!(dues(text), [], "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_may_be_searched(text in any::<String>()) {
            let folded = Folded::new(&text);
            for time in named(folded.text()) {
                prop_assert!(folded.text().get(time.at).is_some());
            }
        }
    }
}
