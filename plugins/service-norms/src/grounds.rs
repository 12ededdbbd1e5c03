//! What a text rests on: whoever lets a model write wants to know that it made nothing up. Figures with their units,
//! dates, telephone and order numbers, web and mail addresses of a text must stand in an article that it cites, or in what
//! the customer wrote. What is said in words alone isn't judged here.

use std::collections::BTreeSet;
use std::ops::Range;

use switchboard_sdk::{
    Host,
    types::{AuthorKind, Context, Effect, Finding, Message, PermanentError, StepError},
};

use crate::config::Config;
use crate::draft::Draft;
use crate::rule::Rule;
use crate::texts;

/// From so many digits on a number is a telephone's or an order's: compared without what stands between its digits.
const LONG: usize = 7;

/// What a figure counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Unit {
    Money,
    Minutes,
    Hours,
    Days,
    Weeks,
    Months,
    Years,
    Percent,
    /// Something that isn't looked into.
    Other,
}

/// Something that can be made up.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Claim {
    Figure(String, Unit),
    Digits(String),
    Address(String),
}

/// What of a grounded step's text stands nowhere.
///
/// # Errors
/// Where the articles can't be read: then nobody knows.
pub(crate) fn invented<H: Host>(
    host: &H,
    context: &Context,
    draft: &Message,
    config: &Config,
) -> Result<Vec<Finding>, StepError> {
    let step = draft.author_name.as_deref().unwrap_or_default();
    let grounded = config.grounded.iter().any(|name| name == step);
    if draft.author != AuthorKind::Step || !grounded {
        return Ok(Vec::new());
    }
    let Some(severity) = config.level(Rule::Invented).severity() else {
        return Ok(Vec::new());
    };
    let mut grounds = Grounds::default();
    for source in sources(context, &draft.text) {
        let article = host
            .article(source)
            .map_err(|message| StepError::Permanent(PermanentError { message }))?;
        if let Some(article) = article {
            grounds.add(&article.title);
            grounds.add(&article.text);
        }
    }
    for message in &context.conversation.messages {
        if message.author == AuthorKind::Customer {
            grounds.add(&message.text);
        }
    }
    let why = texts::why(Rule::Invented)
        .standard(Draft::new(&draft.text, draft.language.as_deref()).language);
    let findings = claims(&draft.text)
        .into_iter()
        .filter(|(claim, _)| !grounds.hold(claim))
        .map(|(_, at)| {
            let words = draft.text.get(at.clone()).unwrap_or_default();
            Finding {
                draft: 0,
                rule: Rule::Invented.name().to_owned(),
                severity,
                start: u32::try_from(at.start).unwrap_or(u32::MAX),
                end: u32::try_from(at.end).unwrap_or(u32::MAX),
                explanation: switchboard_sdk::say::fill(why, &[("words", words)]),
                suggestion: None,
            }
        });
    Ok(findings.take(crate::MOST).collect())
}

/// The articles that the reply of that text cites.
fn sources<'c>(context: &'c Context, text: &'c str) -> impl Iterator<Item = &'c str> {
    let replies = context.draft.iter().filter_map(|effect| match effect {
        Effect::Reply(reply) => Some(reply),
        _ => None,
    });
    replies
        .filter(move |reply| reply.text == text)
        .flat_map(|reply| reply.sources.iter().map(String::as_str))
}

#[derive(Default)]
struct Grounds {
    figures: BTreeSet<(String, Unit)>,
    /// All digits, a space between two numbers.
    digits: String,
    text: String,
}

impl Grounds {
    fn add(&mut self, text: &str) {
        for (claim, _) in claims(text) {
            match claim {
                Claim::Figure(number, unit) => drop(self.figures.insert((number, unit))),
                Claim::Digits(digits) => {
                    self.digits.push_str(&digits);
                    self.digits.push(' ');
                }
                Claim::Address(_) => {}
            }
        }
        self.text.push_str(&text.to_lowercase());
        self.text.push('\n');
    }

    fn hold(&self, claim: &Claim) -> bool {
        match claim {
            Claim::Figure(number, Unit::Other) => {
                self.figures.iter().any(|(known, _)| known == number)
            }
            Claim::Figure(number, unit) => self.figures.contains(&(number.clone(), *unit)),
            Claim::Digits(digits) => self.digits.contains(digits.as_str()),
            Claim::Address(address) => self.text.contains(address.as_str()),
        }
    }
}

/// What could be made up, with its place.
fn claims(text: &str) -> Vec<(Claim, Range<usize>)> {
    let mut found = addresses(text);
    let inside = |at: usize, found: &[(Claim, Range<usize>)]| {
        found.iter().any(|(_, range)| range.contains(&at))
    };
    let letters: Vec<(usize, char)> = text.char_indices().map(|(at, c)| (at, plain(c))).collect();
    let mut next = 0;
    while let Some(&(at, c)) = letters.get(next) {
        if inside(at, &found) {
            next += 1;
            continue;
        }
        let rest = letters.get(next..).unwrap_or_default();
        let before = next
            .checked_sub(1)
            .and_then(|index| letters.get(index))
            .map(|(_, c)| *c);
        let length = if c.is_ascii_digit() {
            number_length(rest)
        } else if han_digit(c).is_some() {
            rest.iter()
                .take_while(|(_, c)| han_digit(*c).is_some())
                .count()
        } else if c.is_ascii_alphabetic() && !before.is_some_and(|c| c.is_ascii_alphanumeric()) {
            rest.iter()
                .take_while(|(_, c)| c.is_ascii_alphabetic())
                .count()
        } else {
            0
        };
        if length == 0 {
            next += 1;
            continue;
        }
        let word: String = rest.iter().take(length).map(|(_, c)| *c).collect();
        let after: String = rest.iter().skip(length).take(12).map(|(_, c)| *c).collect();
        let end = rest.get(length).map_or(text.len(), |(at, _)| *at);
        if let Some(claim) = claim(&word, before, &after, at == 0 || before == Some('\n')) {
            found.push((claim, at..end));
        }
        next += length;
    }
    found.sort_by_key(|(_, range)| range.start);
    found
}

/// A number, a Han number or a word, as a claim.
fn claim(word: &str, before: Option<char>, after: &str, begins_line: bool) -> Option<Claim> {
    let unit = unit(before, after);
    if word.starts_with(|c: char| c.is_ascii_digit()) {
        let digits: String = word.chars().filter(char::is_ascii_digit).collect();
        if digits.len() >= LONG {
            return Some(Claim::Digits(digits));
        }
        // The number of an item in a list.
        if begins_line && digits.len() <= 2 && after.starts_with(['.', '、', ')', '）']) {
            return None;
        }
        return Some(Claim::Figure(canonical(word), unit));
    }
    // In words a number counts only where it counts something.
    if unit == Unit::Other {
        return None;
    }
    let value = match word.chars().next().and_then(han_digit) {
        Some(_) => han_number(word)?,
        None => english_number(word)?,
    };
    Some(Claim::Figure(value.to_string(), unit))
}

/// Letters of a number: digits, and what stands between two of them.
fn number_length(rest: &[(usize, char)]) -> usize {
    let mut length = 0;
    let digit = |index: usize| rest.get(index).is_some_and(|(_, c)| c.is_ascii_digit());
    while let Some((_, c)) = rest.get(length) {
        let joins = matches!(c, ',' | '.') || (matches!(c, '-' | ' ') && joins_long(rest, length));
        if !(c.is_ascii_digit() || (joins && digit(length + 1))) {
            break;
        }
        length += 1;
    }
    length
}

/// Whether what stands here joins the parts of a telephone number: groups of three or more digits.
fn joins_long(rest: &[(usize, char)], at: usize) -> bool {
    let is_digit = |(_, c): &&(usize, char)| c.is_ascii_digit();
    let before = rest.get(..at).unwrap_or_default();
    let after = rest.get(at + 1..).unwrap_or_default();
    before.iter().rev().take_while(is_digit).count() >= 3
        && after.iter().take_while(is_digit).count() >= 3
}

/// Without separators of thousands, without zeros that say nothing.
fn canonical(number: &str) -> String {
    let number = number.replace([',', ' ', '-'], "");
    let number = match number.split_once('.') {
        Some((whole, part)) => {
            let part = part.trim_end_matches('0');
            if part.is_empty() {
                whole.to_owned()
            } else {
                format!("{whole}.{part}")
            }
        }
        None => number,
    };
    let trimmed = number.trim_start_matches('0');
    if trimmed.is_empty() || trimmed.starts_with('.') {
        format!("0{trimmed}")
    } else {
        trimmed.to_owned()
    }
}

fn unit(before: Option<char>, after: &str) -> Unit {
    if before.is_some_and(|c| "¥$€£".contains(c)) {
        return Unit::Money;
    }
    let after = after
        .trim_start_matches([' ', '个', '個', '-'])
        .to_lowercase();
    let units: [(&[&str], Unit); 8] = [
        (
            &[
                "元",
                "块",
                "塊",
                "人民币",
                "人民幣",
                "yuan",
                "rmb",
                "cny",
                "usd",
                "dollar",
                "€",
            ],
            Unit::Money,
        ),
        (&["分钟", "分鐘", "min"], Unit::Minutes),
        (&["小时", "小時", "钟头", "鐘頭", "hour"], Unit::Hours),
        (
            &[
                "天",
                "日",
                "工作日",
                "自然日",
                "day",
                "business day",
                "working day",
            ],
            Unit::Days,
        ),
        (&["周", "週", "星期", "礼拜", "禮拜", "week"], Unit::Weeks),
        (&["月", "month"], Unit::Months),
        (&["年", "year"], Unit::Years),
        (&["%", "percent", "折"], Unit::Percent),
    ];
    let begins = |words: &[&str]| words.iter().any(|word| after.starts_with(word));
    let found = units.into_iter().find(|(words, _)| begins(words));
    found.map_or(Unit::Other, |(_, unit)| unit)
}

/// Full width as half, so that one figure is one figure.
fn plain(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '￥' => '¥',
        other => other,
    }
}

fn han_digit(c: char) -> Option<u32> {
    Some(match c {
        '零' | '〇' => 0,
        '一' => 1,
        '二' | '两' | '兩' => 2,
        '三' => 3,
        '四' => 4,
        '五' => 5,
        '六' => 6,
        '七' => 7,
        '八' => 8,
        '九' => 9,
        '十' => 10,
        '百' => 100,
        '千' => 1_000,
        '万' | '萬' => 10_000,
        _ => return None,
    })
}

fn han_number(text: &str) -> Option<u32> {
    let (mut sum, mut digit): (u32, Option<u32>) = (0, None);
    for value in text.chars().map(han_digit) {
        match value? {
            10_000 => {
                sum = sum
                    .checked_add(digit.take().unwrap_or(0))?
                    .max(1)
                    .checked_mul(10_000)?;
            }
            unit @ (10 | 100 | 1_000) => sum = sum.checked_add(unit * digit.take().unwrap_or(1))?,
            value => digit = Some(digit.unwrap_or(0).checked_mul(10)?.checked_add(value)?),
        }
    }
    sum.checked_add(digit.unwrap_or(0))
}

fn english_number(word: &str) -> Option<u32> {
    const WORDS: [&str; 21] = [
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
        "twenty",
    ];
    const TENS: [(&str, u32); 4] = [("thirty", 30), ("forty", 40), ("sixty", 60), ("ninety", 90)];
    let word = word.to_lowercase();
    let small = WORDS.iter().position(|known| *known == word);
    let small = small.and_then(|value| u32::try_from(value).ok());
    small.or_else(|| {
        TENS.iter()
            .find(|(known, _)| *known == word)
            .map(|(_, value)| *value)
    })
}

/// Web and mail addresses.
fn addresses(text: &str) -> Vec<(Claim, Range<usize>)> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "-._~:/?#@!$&'*+,;=%".contains(c);
    let mut found = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices().chain([(text.len(), '\n')]) {
        match (is_part(c), start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                let word = text.get(from..at).unwrap_or_default();
                let word = word.trim_end_matches(['.', ',', ':', ';', '!', '?', '\'']);
                if is_address(word) {
                    let address = word.to_lowercase();
                    found.push((Claim::Address(address), from..from + word.len()));
                }
                start = None;
            }
            _ => {}
        }
    }
    found
}

fn is_address(word: &str) -> bool {
    let host = word.split("://").last().unwrap_or(word);
    let host = host.rsplit('@').next().unwrap_or(host);
    let host = host.split(['/', '?', '#', ':']).next().unwrap_or(host);
    let top = host.rsplit('.').next().unwrap_or_default();
    let named =
        host.contains('.') && top.len() >= 2 && top.bytes().all(|byte| byte.is_ascii_alphabetic());
    let meant = word.contains("://") || word.contains('@') || word.starts_with("www.");
    const TOPS: [&str; 8] = ["com", "cn", "net", "org", "hk", "tw", "io", "example"];
    named && (meant || TOPS.contains(&top.to_lowercase().as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unfounded(text: &str, article: &str) -> Vec<String> {
        let mut grounds = Grounds::default();
        grounds.add(article);
        claims(text)
            .into_iter()
            .filter(|(claim, _)| !grounds.hold(claim))
            .map(|(_, at)| text[at].to_owned())
            .collect()
    }

    const RETURNS: &str = "收到商品后七天内可以无理由退货，邮费 12.00 元由我们承担。电话 400-820-8820，网址 https://bluewhale.example/returns。";

    #[test]
    fn what_the_article_says_may_be_said_in_any_way_and_language() {
        for text in [
            "您在7天内可以退货。",
            "您在 ７ 天內可以退貨，郵費12元。",
            "You can return it within seven days; postage of 12 yuan is on us.",
            "Within 7-day limits: ¥12.",
            "Call 4008208820 or see https://bluewhale.example/returns.",
            "请打400 820 8820。",
            "1. 打开包装\n2、拍照",
            "我们很乐意帮您。一般都可以，两全其美。",
        ] {
            assert_eq!(unfounded(text, RETURNS), [""; 0], "{text}");
        }
    }

    #[test]
    fn what_it_doesnt_say_is_found() {
        for (text, found) in [
            ("您在30天内可以退货。", "30"),
            ("您在三十天内可以退货。", "三十"),
            ("You can return it within thirty days.", "thirty"),
            ("七元", "七"),
            ("邮费 21 元", "21"),
            ("打 8 折", "8"),
            ("Call 400-820-8821", "400-820-8821"),
            (
                "see https://bluewha1e.example/returns",
                "https://bluewha1e.example/returns",
            ),
            ("写信到 help@bluewhale.example", "help@bluewhale.example"),
            ("bluewhale-returns.com 上有表格", "bluewhale-returns.com"),
            ("3月15日前有效", "3"),
        ] {
            assert!(
                unfounded(text, RETURNS).contains(&found.to_owned()),
                "{text}: {:?}",
                unfounded(text, RETURNS)
            );
        }
    }

    #[test]
    fn numbers_are_read_in_each_script() {
        for (text, value) in [
            ("七", 7),
            ("十五", 15),
            ("三十", 30),
            ("一百二十", 120),
            ("两千零五", 2_005),
            ("三万", 30_000),
        ] {
            assert_eq!(han_number(text), Some(value), "{text}");
        }
        for (text, value) in [
            ("12.00", "12"),
            ("1,299.50", "1299.5"),
            ("007", "7"),
            ("0.5", "0.5"),
            ("0", "0"),
        ] {
            assert_eq!(canonical(text), value);
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_is_too_odd(text in ".{0,60}") {
            for (_, at) in claims(&text) {
                proptest::prop_assert!(text.get(at).is_some());
            }
        }
    }
}
