//! Birthdays as customers tell them (R143): "我女儿的生日是2019年5月3日", "my birthday is May 3".

use switchboard_sdk::{
    text::{Folded, is_whole_word, places},
    times::{self, Due},
    when::Date,
    words::Words,
};

/// Whose birthday it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Whose {
    /// The customer's own.
    Customer,
    /// A child of the customer.
    Child,
}

/// A day of the year and, where it was said, the year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Birthday {
    pub(crate) year: Option<i32>,
    pub(crate) month: u32,
    pub(crate) day: u32,
}

impl Birthday {
    /// Reads "05-03" or "2019-05-03".
    pub(crate) fn from_kept(text: &str) -> Option<Self> {
        let mut parts = text.trim().rsplit('-');
        let day = parts.next()?.parse().ok()?;
        let month = parts.next()?.parse().ok()?;
        let year = match parts.next() {
            Some(year) => Some(year.parse().ok()?),
            None => None,
        };
        let is_date = (1..=12).contains(&month) && (1..=31).contains(&day);
        (is_date && parts.next().is_none()).then_some(Self { year, month, day })
    }

    /// As [`Birthday::from_kept`] reads it.
    pub(crate) fn kept(self) -> String {
        let day = format!("{:02}-{:02}", self.month, self.day);
        match self.year {
            Some(year) => format!("{year:04}-{day}"),
            None => day,
        }
    }

    /// The first one from that day on.
    pub(crate) fn next(self, from: Date) -> Date {
        let this = Date {
            year: from.year,
            month: self.month,
            day: self.day,
        };
        if this.days() >= from.days() {
            return this;
        }
        Date {
            year: from.year.saturating_add(1),
            ..this
        }
    }

    /// Whole years at that day; none where the year isn't known or lies ahead.
    pub(crate) fn age(self, on: Date) -> Option<u32> {
        let had = (on.month, on.day) >= (self.month, self.day);
        let age = on
            .year
            .checked_sub(self.year?)?
            .checked_sub(i32::from(!had))?;
        u32::try_from(age).ok()
    }
}

/// Whoever tells a birthday uses one of these.
static TOLD: Words = Words::anywhere(&["生日", "出生", "生的", "birthday", "born"]);
#[rustfmt::skip]
const CHILD: &[&str] = &[
    "孩子", "小孩", "宝宝", "儿子", "女儿", "小朋友", "孙子", "孙女", "外孙", "小宝贝", "囡囡", "我家娃", "娃娃的生日", "仔仔", "个仔", "个女", "细路", "son's", "daughter's", "child's", "kid's", "baby's", "boy's", "girl's", "grandson's", "granddaughter's", "son", "daughter", "child", "kid", "baby", "boy", "girl", "grandson", "granddaughter", "toddler", "little one",
];
#[rustfmt::skip]
const OWN: &[&str] = &[
    "我的生日", "我生日", "本人生日", "我是", "我出生", "my birthday", "i was born", "i'm born", "my own birthday",
];
/// Calendars that are not the sun's, and people of whom the desk keeps nothing.
#[rustfmt::skip]
const OTHERS: &[&str] = &[
    "农历", "阴历", "旧历", "老公", "老婆", "先生", "太太", "妈妈", "爸爸", "朋友", "同事", "lunar", "husband", "wife", "mother", "father", "mom", "dad", "friend", "colleague",
];
#[rustfmt::skip]
const MONTHS: &[&str] = &[
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december",
];

/// The birthday that a message tells, if it does.
pub(crate) fn find(text: &str) -> Option<(Whose, Birthday)> {
    let folded = Folded::new(text);
    let plain = folded.text();
    let says = |words: &[&str]| words.iter().any(|word| contains(plain, word));
    if !TOLD.are_in(plain) || says(OTHERS) {
        return None;
    }
    let whose = if says(CHILD) {
        Whose::Child
    } else if says(OWN) {
        Whose::Customer
    } else {
        return None;
    };
    let found = dates(plain)
        .into_iter()
        .find(|(_, from, until)| is_stated(plain, *from, *until))?;
    Some((whose, found.0))
}

/// Whether the date from `from` to `until` is said to be a birthday, and not when a present is to come.
fn is_stated(plain: &str, from: usize, until: usize) -> bool {
    let before = plain.get(..from).unwrap_or_default();
    let after = plain.get(until..).unwrap_or_default();
    let link = |c: char| c.is_whitespace() || "，,:：是在为於于的系".contains(c);
    let before = before.trim_end_matches(link);
    let before = ["is on", "is", "on", "in"]
        .iter()
        .find_map(|word| before.strip_suffix(word))
        .unwrap_or(before)
        .trim_end_matches(link);
    if ["生日", "birthday", "born", "出生日期", "出生"]
        .iter()
        .any(|word| before.ends_with(word))
    {
        return true;
    }
    let after = after.trim_start_matches(link);
    if ["生日", "出生", "生的", "生，", "生。"]
        .iter()
        .any(|word| after.starts_with(word))
        || after == "生"
    {
        return true;
    }
    // "May 3 is my son's birthday", "5月3日是我女儿的生日".
    let near: String = after.chars().take(24).collect();
    let ends = near.find("生日").or_else(|| near.find("birthday"));
    ends.is_some_and(|end| {
        let between = near.get(..end).unwrap_or_default();
        between.chars().count() <= 16
            && (says_whose(between) || between.starts_with("is "))
            && !between.contains(['，', ',', '。', '?', '？'])
    })
}

fn says_whose(text: &str) -> bool {
    ["我", "孩子", "宝宝", "儿子", "女儿", "小朋友", "孙"]
        .iter()
        .any(|word| text.contains(word))
}

/// The dates in a text with where they begin and end.
fn dates(plain: &str) -> Vec<(Birthday, usize, usize)> {
    let mut found: Vec<_> = times::named(plain)
        .into_iter()
        .filter_map(|named| match named.due {
            Due::Date(month, day) => {
                let (year, from) = year_before(plain, named.at.start);
                Some((Birthday { year, month, day }, from, named.at.end))
            }
            _ => None,
        })
        .collect();
    found.extend(numeric(plain));
    found.extend(english(plain));
    found.sort_by_key(|(_, from, _)| *from);
    found
}

/// "2019年" before the month, and where the date begins with it.
fn year_before(plain: &str, at: usize) -> (Option<i32>, usize) {
    let head = plain.get(..at).unwrap_or_default();
    let year = head.trim_end().strip_suffix('年').and_then(|head| {
        let from = head.len().checked_sub(4)?;
        let year: i32 = head.get(from..)?.parse().ok()?;
        (1900..2100).contains(&year).then_some((year, from))
    });
    match year {
        Some((year, from)) => (Some(year), from),
        None => (None, at),
    }
}

/// "2019-05-03", "2019/5/3", "2019.5.3".
fn numeric(plain: &str) -> Vec<(Birthday, usize, usize)> {
    let mut found = Vec::new();
    let is_part = |c: char| c.is_ascii_digit() || "-/.".contains(c);
    let mut rest = plain;
    let mut at = 0_usize;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let tail = rest.get(start..).unwrap_or_default();
        let end = tail.find(|c| !is_part(c)).unwrap_or(tail.len());
        let token = tail.get(..end).unwrap_or_default();
        let trimmed = token.trim_end_matches(['-', '/', '.']);
        let kept = trimmed.replace(['/', '.'], "-");
        if kept.matches('-').count() == 2
            && let Some(birthday) = Birthday::from_kept(&kept)
            && birthday
                .year
                .is_some_and(|year| (1900..2100).contains(&year))
        {
            let from = at.saturating_add(start);
            found.push((birthday, from, from.saturating_add(trimmed.len())));
        }
        let next = start.saturating_add(end);
        at = at.saturating_add(next);
        rest = rest.get(next..).unwrap_or_default();
    }
    found
}

/// "May 3", "May 3rd, 2019", "3 May 2019", "3rd of May".
fn english(plain: &str) -> Vec<(Birthday, usize, usize)> {
    let mut found = Vec::new();
    for (month, name) in (1_u32..).zip(MONTHS) {
        let short = name.get(..3).unwrap_or(name);
        for word in [*name, short] {
            for at in places(plain, word) {
                let end = at.saturating_add(word.len());
                if is_whole_word(plain, at..end)
                    && let Some(date) = around(plain, at, end, month)
                {
                    found.push(date);
                }
            }
        }
    }
    found
}

fn around(plain: &str, at: usize, end: usize, month: u32) -> Option<(Birthday, usize, usize)> {
    let tail = plain.get(end..)?;
    let behind = tail.trim_start_matches([' ', '.']);
    if let Some((day, rest)) = day(behind) {
        let (year, rest) = year_behind(rest);
        let until = plain.len().saturating_sub(rest.len());
        return Some((Birthday { year, month, day }, at, until));
    }
    let head = plain.get(..at)?.trim_end();
    let head = head.strip_suffix(" of").unwrap_or(head).trim_end();
    let head = ["st", "nd", "rd", "th"]
        .iter()
        .find_map(|ending| head.strip_suffix(ending))
        .unwrap_or(head);
    let digits = head.bytes().rev().take_while(u8::is_ascii_digit).count();
    let from = head.len().checked_sub(digits)?;
    let day: u32 = head.get(from..)?.parse().ok()?;
    let (year, rest) = year_behind(tail);
    let until = plain.len().saturating_sub(rest.len());
    (1..=31)
        .contains(&day)
        .then_some((Birthday { year, month, day }, from, until))
}

/// The day that a text begins with, and what is behind it.
fn day(text: &str) -> Option<(u32, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let day: u32 = text.get(..digits)?.parse().ok()?;
    let rest = text.get(digits..)?;
    let rest = ["st", "nd", "rd", "th"]
        .iter()
        .find_map(|ending| rest.strip_prefix(ending))
        .unwrap_or(rest);
    (1..=31).contains(&day).then_some((day, rest))
}

fn year_behind(text: &str) -> (Option<i32>, &str) {
    let tail = text.trim_start_matches([' ', ',']);
    let year = tail
        .get(..4)
        .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
        .and_then(|digits| digits.parse().ok())
        .filter(|year| (1900..2100).contains(year));
    match year {
        Some(year) => (Some(year), tail.get(4..).unwrap_or_default()),
        None => (None, text),
    }
}

fn contains(text: &str, word: &str) -> bool {
    places(text, word)
        .any(|at| !word.is_ascii() || is_whole_word(text, at..at.saturating_add(word.len())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Option<(Whose, String)> {
        find(text).map(|(whose, birthday)| (whose, birthday.kept()))
    }

    #[test]
    fn a_birthday_is_understood_however_it_is_told() {
        use Whose::{Child, Customer};
        for (text, whose, kept) in [
            ("我的生日是5月3日", Customer, "05-03"),
            ("我生日五月三号", Customer, "05-03"),
            ("我女儿的生日是2019年5月3日", Child, "2019-05-03"),
            ("寶寶2020年12月1日出生", Child, "2020-12-01"),
            ("孩子是2018-06-30出生的", Child, "2018-06-30"),
            ("5月3日是我儿子的生日", Child, "05-03"),
            ("我個女生日係5月3號", Child, "05-03"),
            ("My birthday is May 3.", Customer, "05-03"),
            (
                "my daughter's birthday is on 3 May 2019",
                Child,
                "2019-05-03",
            ),
            ("My son was born on May 3rd, 2019", Child, "2019-05-03"),
            ("May 3 is my kid's birthday", Child, "05-03"),
        ] {
            assert_eq!(told(text), Some((whose, kept.to_owned())), "{text}");
        }
    }

    #[test]
    fn what_tells_no_birthday_is_left_alone() {
        for text in [
            "生日礼物5月3号能到吗",
            "女儿生日礼物，5月3日之前要到",
            "我妈妈的生日是5月3日",
            "我农历生日是5月3日",
            "我的生日快到了",
            "订单5月3日下的，孩子生日用",
            "My birthday present was ordered on May 3",
            "Can it arrive before my son's birthday?",
            "May I ask something about birthday cards?",
            "",
        ] {
            assert_eq!(told(text), None, "{text}");
        }
    }

    #[test]
    fn the_next_one_and_the_age_follow_from_the_day() {
        let on = |year, month, day| Date { year, month, day };
        let child = Birthday::from_kept("2019-05-03").unwrap();
        assert_eq!(child.next(on(2026, 5, 3)), on(2026, 5, 3));
        assert_eq!(child.next(on(2026, 5, 4)), on(2027, 5, 3));
        assert_eq!(child.age(on(2026, 5, 2)), Some(6));
        assert_eq!(child.age(on(2026, 5, 3)), Some(7));
        assert_eq!(child.age(on(2018, 5, 3)), None);
        assert_eq!(
            Birthday::from_kept("05-03").unwrap().age(on(2026, 1, 1)),
            None
        );
        assert_eq!(Birthday::from_kept("13-03"), None);
        assert_eq!(Birthday::from_kept("soon"), None);
    }
}
