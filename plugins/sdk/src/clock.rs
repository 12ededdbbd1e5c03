//! Times of the clock in a text: "下午三点前", "15:30", "by 3 pm".

use core::ops::Range;

/// Words before the hour that say which half of the day it is of; true: the later one.
#[rustfmt::skip]
const PARTS: &[(&str, bool)] = &[
    ("上午", false), ("早上", false), ("今早", false), ("明早", false), ("朝早", false),
    ("中午", true), ("下午", true), ("下昼", true), ("傍晚", true), ("晚上", true), ("今晚", true), ("明晚", true),
];
/// What stands behind the 点 of a clock where nothing else says that it is one ("三点前"; but "提两点意见").
const BEHIND: &[&str] = &["前", "之前", "以前", "钟", "整", "左右"];
/// Hours that are of the afternoon where nobody says which they are of: before eight nobody serves customers.
const AFTERNOON: core::ops::RangeInclusive<u32> = 1..=7;

/// A time of the clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clock {
    /// From 0 to 23.
    pub hour: u32,
    /// From 0 to 59.
    pub minute: u32,
    /// The bytes of the folded text that name it.
    pub at: Range<usize>,
}

/// The first time of the clock in the folded text.
#[must_use]
pub fn first(folded: &str) -> Option<Clock> {
    let mut is_inside = false;
    for (at, character) in folded.char_indices() {
        let begins = is_numeral(character) && !is_inside;
        is_inside = is_numeral(character) || is_inside && matches!(character, ':' | '.' | '-');
        if begins && let Some(clock) = read(folded, at) {
            return Some(clock);
        }
    }
    None
}

fn read(folded: &str, at: usize) -> Option<Clock> {
    let head = folded.get(..at)?.trim_end();
    let part = PARTS.iter().find(|(word, _)| head.ends_with(word));
    let (hour, behind) = number(folded.get(at..)?)?;
    let (minute, rest, is_said) = minutes(behind)?;
    let tail = rest.trim_start();
    let english = [("pm", true), ("p.m.", true), ("am", false), ("a.m.", false)];
    let english = english.iter().find_map(|(word, is_late)| {
        let rest = tail.strip_prefix(word)?;
        (!rest.starts_with(|c: char| c.is_ascii_alphanumeric())).then_some((*is_late, rest))
    });
    let is_late = english.map_or(part.map(|(_, is_late)| *is_late), |(late, _)| Some(late));
    if hour > 23 || minute > 59 || !is_said && is_late.is_none() {
        return None;
    }
    let hour = match is_late {
        Some(true) if hour < 12 => hour.saturating_add(12),
        Some(false) if hour == 12 => 0,
        None if AFTERNOON.contains(&hour) => hour.saturating_add(12),
        _ => hour,
    };
    let start = part.map_or(at, |(word, _)| head.len().saturating_sub(word.len()));
    let rest = english.map_or(rest, |(_, rest)| rest);
    let rest = ["之前", "以前", "前"]
        .iter()
        .find_map(|word| rest.strip_prefix(word))
        .unwrap_or(rest);
    let end = folded.len().saturating_sub(rest.len());
    Some(Clock {
        hour,
        minute,
        at: start..end,
    })
}

/// The minutes behind an hour, what follows, and whether that alone says that a clock is meant. None: no time.
fn minutes(behind: &str) -> Option<(u32, &str, bool)> {
    if let Some(rest) = behind.strip_prefix(':') {
        let (minute, end) = number(rest)?;
        let is_two = rest.len().saturating_sub(end.len()) == 2;
        return (is_two && !end.starts_with(':')).then_some((minute, end, true));
    }
    if let Some(rest) = behind.strip_prefix('点') {
        if let Some(rest) = rest.strip_prefix('半') {
            return Some((30, rest, true));
        }
        if let Some((minute, end)) = number(rest).filter(|(_, end)| end.starts_with('分')) {
            return Some((minute, end.strip_prefix('分').unwrap_or(end), true));
        }
        let is_said = BEHIND.iter().any(|word| rest.starts_with(word));
        let rest = rest.strip_prefix(['钟', '整']).unwrap_or(rest);
        return Some((0, rest, is_said));
    }
    let tail = behind.trim_start();
    if let Some(rest) = tail.strip_prefix("o'clock") {
        return Some((0, rest, true));
    }
    let is_half = ["am", "pm", "a.m.", "p.m."]
        .iter()
        .any(|word| tail.starts_with(word));
    is_half.then_some((0, behind, false))
}

const fn is_numeral(character: char) -> bool {
    character.is_ascii_digit() || digit(character).is_some()
}

const fn digit(character: char) -> Option<u32> {
    Some(match character {
        '一' => 1,
        '二' | '两' => 2,
        '三' => 3,
        '四' => 4,
        '五' => 5,
        '六' => 6,
        '七' => 7,
        '八' => 8,
        '九' => 9,
        '十' => 10,
        _ => return None,
    })
}

/// The number that the text begins with, below a hundred, and what follows.
fn number(text: &str) -> Option<(u32, &str)> {
    let end = text.find(|c| !is_numeral(c)).unwrap_or(text.len());
    let (word, rest) = text.split_at_checked(end)?;
    if word.len() <= 2 && word.starts_with(|c: char| c.is_ascii_digit()) {
        return Some((word.parse().ok()?, rest));
    }
    let mut digits = word.chars().map(digit);
    let value = match (digits.next()??, digits.next(), digits.next(), digits.next()) {
        (one, None, ..) => one,
        (10, Some(Some(ones @ 1..=9)), None, _) => ones.saturating_add(10),
        (tens @ 1..=9, Some(Some(10)), None, _) => tens.saturating_mul(10),
        (tens @ 1..=9, Some(Some(10)), Some(Some(ones @ 1..=9)), None) => {
            tens.saturating_mul(10).saturating_add(ones)
        }
        _ => return None,
    };
    Some((value, rest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text::Folded;

    fn clock(text: &str) -> Option<(u32, u32)> {
        let clock = first(Folded::new(text).text())?;
        Some((clock.hour, clock.minute))
    }

    #[test]
    fn a_time_of_the_clock_is_read_in_each_language() {
        for (text, wanted) in [
            ("今天下午三点前给您答复", (15, 0)),
            ("今天下午三點前回覆您", (15, 0)),
            ("明天上午10点半联系您", (10, 30)),
            ("三点之前给您答复", (15, 0)),
            ("十一点前给您答复", (11, 0)),
            ("晚上八点", (20, 0)),
            ("中午十二点", (12, 0)),
            ("下午两点二十分", (14, 20)),
            ("我会在15:30给您回电", (15, 30)),
            ("by 3 pm today", (15, 0)),
            ("at 10:15 a.m. tomorrow", (10, 15)),
            ("by 5 o'clock", (17, 0)),
            ("12 am", (0, 0)),
        ] {
            assert_eq!(clock(text), Some(wanted), "{text}");
        }
    }

    #[test]
    fn what_only_looks_like_one_is_none() {
        for text in [
            "提两点意见",
            "给您一点补偿",
            "三天内",
            "订单20260310",
            "比例是3:2",
            "2 amazing toys",
            "版本 10:20:30",
            "25:00",
            "within 3 hours",
            "",
        ] {
            assert_eq!(clock(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_may_be_read(text in any::<String>()) {
            let folded = Folded::new(&text);
            if let Some(clock) = first(folded.text()) {
                prop_assert!(clock.hour < 24 && clock.minute < 60);
                prop_assert!(folded.text().get(clock.at).is_some());
            }
        }
    }
}
