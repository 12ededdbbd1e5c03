//! What a message names: order numbers, telephone numbers, addresses, amounts, days, products.

use core::ops::Range;

use switchboard_sdk::{
    text::{Folded, is_whole_word, places},
    words::Words,
};

use crate::findings::{Entity, EntityKind};

/// Words before a number that make it an order's; full words or their ends.
const ORDER_WORDS: &[&str] = &[
    "订单",
    "订单号",
    "单号",
    "编号",
    "订单编号",
    "运单",
    "快递单",
    "单",
    "order",
    "order no",
    "order number",
    "order id",
    "purchase",
    "purchase number",
    "invoice",
    "bill",
    "tracking",
    "tracking number",
    "number",
    "no",
    "ref",
    "reference",
    "booking",
    "confirmation",
    "发票",
    "发票号",
    "parcel",
    "package",
    "is",
];

/// What stands before a number that is something else than an order's.
const OTHER_NUMBERS: &[&str] = &[
    "税号",
    "税务登记",
    "信用代码",
    "微信",
    "vx",
    "qq",
    "批次",
    "batch",
    "tax id",
    "vat id",
    "model",
];
/// Words that make the number behind them a telephone's, although "is" or "number" stands between.
const PHONE_WORDS: &[&str] = &[
    "电话",
    "手机",
    "my number",
    "phone",
    "mobile",
    "call me",
    "tel",
    "whatsapp",
];

/// Currencies before and behind an amount.
const BEFORE_AMOUNT: &[&str] = &[
    "nt$", "hk$", "us$", "¥", "$", "€", "£", "rmb", "cny", "usd", "hkd", "twd", "ntd", "eur", "gbp",
];
const BEHIND_AMOUNT: &[&str] = &[
    "人民币",
    "块钱",
    "港币",
    "港元",
    "台币",
    "新台币",
    "美元",
    "美金",
    "欧元",
    "元",
    "块",
    "蚊",
    "圆",
    "万元",
    "rmb",
    "cny",
    "usd",
    "hkd",
    "twd",
    "ntd",
    "eur",
    "gbp",
    "dollars",
    "dollar",
    "yuan",
    "euros",
    "euro",
    "pounds",
    "bucks",
    "quid",
    "¥",
    "€",
    "$",
];

/// Days by name.
static DAYS: Words = Words::new(&[
    "大后天",
    "后天",
    "明天",
    "今天",
    "昨天",
    "前天",
    "今晚",
    "明早",
    "听日",
    "今日",
    "后日",
    "寻日",
    "下周一",
    "下周二",
    "下周三",
    "下周四",
    "下周五",
    "下周六",
    "下周日",
    "周一",
    "周二",
    "周三",
    "周四",
    "周五",
    "周六",
    "周日",
    "星期一",
    "星期二",
    "星期三",
    "星期四",
    "星期五",
    "星期六",
    "星期日",
    "星期天",
    "礼拜一",
    "礼拜二",
    "礼拜三",
    "礼拜四",
    "礼拜五",
    "礼拜六",
    "礼拜天",
    "本周末",
    "周末",
    "day after tomorrow",
    "tomorrow",
    "today",
    "tonight",
    "yesterday",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "next week",
    "last week",
]);

/// Everything that `text` names, in its order, without overlaps; `folded` is the same text, folded.
#[must_use]
pub fn find(text: &str, folded: &Folded, products: &[String]) -> Vec<Entity> {
    let mut found = Vec::new();
    let plain = folded.text();
    numbers_and_addresses(plain, &mut found);
    days(plain, &mut found);
    for product in products {
        let name = Folded::new(product);
        let name = name.text().trim();
        if name.is_empty() {
            continue;
        }
        for at in places(plain, name) {
            let range = at..at.saturating_add(name.len());
            if !name.is_ascii()
                || is_whole_word(plain, range.clone())
                || plain
                    .get(range.end..)
                    .is_some_and(|tail| tail.starts_with('s'))
            {
                found.push((EntityKind::Product, product.clone(), range));
            }
        }
    }
    // Where two overlap the longer one is meant.
    found
        .sort_by_key(|(kind, _, range)| (range.start, usize::MAX.saturating_sub(range.end), *kind));
    let mut end = 0;
    let mut entities = Vec::with_capacity(found.len());
    for (kind, value, range) in found {
        if range.start < end {
            continue;
        }
        end = range.end;
        let at = folded.original(range);
        if text.get(at.clone()).is_some() {
            entities.push(Entity { kind, value, at });
        }
    }
    entities
}

type Found = Vec<(EntityKind, String, Range<usize>)>;

fn is_part(character: char) -> bool {
    character.is_ascii_alphanumeric()
        || matches!(character, '@' | '.' | '-' | '_' | '+' | '/' | '%')
}

fn numbers_and_addresses(text: &str, found: &mut Found) {
    let mut at = 0usize;
    while let Some(skip) = text.get(at..).and_then(|tail| tail.find(is_part)) {
        let start = at.saturating_add(skip);
        let tail = text.get(start..).unwrap_or_default();
        let length = tail
            .find(|character| !is_part(character))
            .unwrap_or(tail.len());
        let end = start.saturating_add(length.max(1));
        at = end;
        if let Some(length) = chinese_date(tail) {
            at = start.saturating_add(length);
            let date = text.get(start..at).unwrap_or_default();
            found.push((EntityKind::Date, date.to_owned(), start..at));
            continue;
        }
        let run = text.get(start..end).unwrap_or_default();
        let trimmed = run.trim_end_matches(['.', '-', '_', '/', '+']);
        let range = start..start.saturating_add(trimmed.len());
        if trimmed.is_empty() {
            continue;
        }
        if let Some(kind_and_value) = classify(text, trimmed, &range) {
            found.push((kind_and_value.0, kind_and_value.1, range));
        }
    }
    spaced_phones(text, found);
}

/// The bytes of the date that a text begins with: "2019年5月3日", "5月3号".
fn chinese_date(text: &str) -> Option<usize> {
    let number = |text: &str, most: usize| {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        (1..=most).contains(&digits).then_some(digits)
    };
    let after = |at: usize, mark: char, most: usize| {
        let digits = number(text.get(at..)?, most)?;
        let end = at.saturating_add(digits);
        text.get(end..)?
            .starts_with(mark)
            .then(|| end.saturating_add(mark.len_utf8()))
    };
    let month = match after(0, '年', 4) {
        Some(year) => after(year, '月', 2)?,
        None => after(0, '月', 2)?,
    };
    after(month, '日', 2).or_else(|| after(month, '号', 2))
}

fn classify(text: &str, run: &str, range: &Range<usize>) -> Option<(EntityKind, String)> {
    if is_email(run) {
        return Some((EntityKind::Email, run.to_owned()));
    }
    let digits = run.bytes().filter(u8::is_ascii_digit).count();
    if digits == 0 {
        return None;
    }
    if is_date(text, run, range) {
        return Some((EntityKind::Date, run.to_owned()));
    }
    if let Some(value) = amount(text, run, range) {
        return Some((EntityKind::Amount, value));
    }
    if let Some(value) = phone(run)
        && (!after_order_word(text, range.start) || after_phone_word(text, range.start))
    {
        return Some((EntityKind::Phone, value));
    }
    is_order_number(text, run, range.start, digits)
        .then(|| (EntityKind::OrderNumber, run.to_owned()))
}

fn is_email(run: &str) -> bool {
    let Some((name, host)) = run.split_once('@') else {
        return false;
    };
    !name.is_empty()
        && !host.contains('@')
        && host.rsplit_once('.').is_some_and(|(domain, top)| {
            !domain.is_empty()
                && top.len() >= 2
                && top.bytes().all(|byte| byte.is_ascii_alphabetic())
        })
}

fn is_date(text: &str, run: &str, range: &Range<usize>) -> bool {
    for mark in ['-', '/', '.'] {
        let parts: Vec<&str> = run.split(mark).collect();
        let numbers: Vec<u32> = parts.iter().filter_map(|part| part.parse().ok()).collect();
        if parts.len() == numbers.len()
            && let [a, b, c] = numbers.as_slice()
            && ((1990..2100).contains(a) && (1..=12).contains(b) && (1..=31).contains(c)
                || (1..=31).contains(a) && (1..=31).contains(b) && (1990..2100).contains(c))
        {
            return true;
        }
    }
    let tail = text.get(range.end..).unwrap_or_default();
    let behind_month = text
        .get(..range.start)
        .is_some_and(|head| head.ends_with('月'));
    run.len() <= 2 && (tail.starts_with('月') || behind_month && tail.starts_with(['日', '号']))
}

fn amount(text: &str, run: &str, range: &Range<usize>) -> Option<String> {
    let plain = run.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let number = plain
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'.')
        && !plain.is_empty()
        && plain.len() <= 12;
    let unit = run.get(plain.len()..).unwrap_or_default();
    let head = text.get(..range.start).unwrap_or_default().trim_end();
    let tail = text.get(range.end..).unwrap_or_default().trim_start();
    if !number {
        return None;
    }
    let before = BEFORE_AMOUNT
        .iter()
        .find(|currency| head.ends_with(**currency));
    let behind = BEHIND_AMOUNT.iter().find(|currency| {
        **currency == unit
            || unit.is_empty()
                && tail.starts_with(**currency)
                && (!currency.is_ascii() || is_whole_word(tail, 0..currency.len()))
    });
    // "3块积木", "两块": pieces, not money.
    let pieces = behind.is_some_and(|currency| *currency == "块")
        && tail.strip_prefix('块').is_some_and(|rest| {
            rest.starts_with([
                '积', '拼', '板', '电', '零', '布', '木', '砖', '玻', '屏', '肥', '蛋', '的',
            ])
        });
    match (before, behind) {
        (Some(currency), _) => Some(format!("{currency}{plain}")),
        (None, Some(currency)) if !pieces => Some(format!("{plain}{currency}")),
        _ => None,
    }
}

/// The digits of a telephone number: mobiles of the mainland, Hong Kong and Taiwan, service and area numbers, any with a country code.
fn phone(run: &str) -> Option<String> {
    if run.contains(['/', '_', '@', '%']) || run.bytes().any(|byte| byte.is_ascii_alphabetic()) {
        return None;
    }
    let digits: String = run.chars().filter(char::is_ascii_digit).collect();
    let international = run.starts_with('+');
    let grouped = run.contains('-');
    let national = digits
        .strip_prefix("86")
        .filter(|rest| rest.len() == 11)
        .unwrap_or(&digits);
    let mobile = national.len() == 11
        && national.starts_with('1')
        && national
            .as_bytes()
            .get(1)
            .is_some_and(|byte| (b'3'..=b'9').contains(byte));
    let taiwan = digits.len() == 10 && digits.starts_with("09");
    let service = digits.len() == 10 && (digits.starts_with("400") || digits.starts_with("800"));
    let area = grouped && digits.starts_with('0') && (9..=12).contains(&digits.len());
    let american = grouped && digits.len() == 10;
    let known = mobile
        || taiwan
        || service
        || area
        || american
        || international && (8..=15).contains(&digits.len());
    known.then(|| {
        if international {
            format!("+{digits}")
        } else {
            digits
        }
    })
}

/// Telephone numbers written with blanks: "138 0013 8000", "9123 4567", "0912 345 678".
fn spaced_phones(text: &str, found: &mut Found) {
    let bytes = text.as_bytes();
    let mut at = 0usize;
    while at < bytes.len() {
        let tail = text.get(at..).unwrap_or_default();
        let length = tail
            .find(|c: char| !c.is_ascii_digit() && c != ' ' && c != '+')
            .unwrap_or(tail.len());
        if length == 0 {
            at = at.saturating_add(tail.chars().next().map_or(1, char::len_utf8));
            continue;
        }
        let run = tail.get(..length).unwrap_or_default();
        let trimmed = run.trim();
        let start = at.saturating_add(run.len().saturating_sub(run.trim_start().len()));
        at = at.saturating_add(length);
        if !trimmed.contains(' ') {
            continue;
        }
        let joined: String = trimmed.chars().filter(|c| *c != ' ').collect();
        let groups: Vec<usize> = trimmed.split(' ').map(str::len).collect();
        let hong_kong = groups == [4, 4] && joined.starts_with(['5', '6', '7', '8', '9', '2', '3']);
        if hong_kong || phone(&joined).is_some() {
            found.push((
                EntityKind::Phone,
                joined,
                start..start.saturating_add(trimmed.len()),
            ));
        }
    }
}

/// What stands before a number, without what only joins them.
fn before_number(text: &str, start: usize) -> &str {
    text.get(..start)
        .unwrap_or_default()
        .trim_end_matches([' ', ':', '#', '.', '"', '是', '为', '号', '-', '('])
}

fn after_phone_word(text: &str, start: usize) -> bool {
    let head = before_number(text, start);
    let head = head.strip_suffix("is").unwrap_or(head).trim_end();
    let head = head.strip_suffix("number").map_or(head, |shorter| {
        if shorter.trim_end().ends_with("my") {
            head
        } else {
            shorter.trim_end()
        }
    });
    PHONE_WORDS.iter().any(|word| head.ends_with(word))
}

fn after_order_word(text: &str, start: usize) -> bool {
    let head = before_number(text, start);
    text.get(..start).is_some_and(|head| head.ends_with('#'))
        || ORDER_WORDS.iter().any(|word| {
            head.strip_suffix(word).is_some_and(|before| {
                !word.is_ascii() || !before.ends_with(|c: char| c.is_ascii_alphanumeric())
            })
        })
}

fn is_order_number(text: &str, run: &str, start: usize, digits: usize) -> bool {
    if run.contains(['@', '/', '%', '+', '.']) || run.len() > 40 {
        return false;
    }
    // "税号" loses its 号 with what joins.
    let head = before_number(text, start);
    if OTHER_NUMBERS
        .iter()
        .any(|word| head.ends_with(word) || head.ends_with(word.trim_end_matches('号')))
    {
        return false;
    }
    if after_order_word(text, start) {
        return digits >= 4;
    }
    let letters = run.bytes().filter(u8::is_ascii_alphabetic).count();
    (letters == 0 && digits >= 8) || (letters > 0 && letters <= 6 && digits >= 5)
}

fn days(text: &str, found: &mut Found) {
    for (day, range) in DAYS.each_in(text) {
        found.push((EntityKind::Date, day.to_owned(), range));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(text: &str) -> Vec<(EntityKind, String)> {
        let products = ["Ocean Puzzle".to_owned(), "蓝鲸积木".to_owned()];
        find(text, &Folded::new(text), &products)
            .into_iter()
            .map(|entity| (entity.kind, entity.value))
            .collect()
    }

    #[test]
    fn other_numbers_are_no_orders() {
        for text in [
            "税号 91310000MA1FL0001X，要今天开好",
            "加微信 zs88889 秒结",
            "the batch ST-24090",
        ] {
            assert!(
                named(text)
                    .iter()
                    .all(|(kind, _)| *kind != EntityKind::OrderNumber),
                "{text}: {:?}",
                named(text)
            );
        }
        one(
            "My number is 13500135000.",
            EntityKind::Phone,
            "13500135000",
        );
    }

    fn one(text: &str, kind: EntityKind, value: &str) {
        assert!(
            named(text).contains(&(kind, value.to_owned())),
            "{text}: {:?}",
            named(text)
        );
    }

    #[test]
    fn order_numbers_are_found_in_each_language() {
        one(
            "订单号：202603101234 还没到",
            EntityKind::OrderNumber,
            "202603101234",
        );
        one("訂單編號 AB-12345", EntityKind::OrderNumber, "ab-12345");
        one(
            "where is order #00123842?",
            EntityKind::OrderNumber,
            "00123842",
        );
        one(
            "my order is BW20260310",
            EntityKind::OrderNumber,
            "bw20260310",
        );
        one("订单１２３４５６７８", EntityKind::OrderNumber, "12345678");
    }

    #[test]
    fn telephones_and_addresses_are_found() {
        one("我的电话是13800138000", EntityKind::Phone, "13800138000");
        one(
            "call me at +86 138 0013 8000",
            EntityKind::Phone,
            "+8613800138000",
        );
        one("電話 0912-345-678", EntityKind::Phone, "0912345678");
        one("我電話9123 4567", EntityKind::Phone, "91234567");
        one("400-820-8820", EntityKind::Phone, "4008208820");
        one(
            "mail me: Ann.Lee@Example.com.",
            EntityKind::Email,
            "ann.lee@example.com",
        );
    }

    #[test]
    fn amounts_are_money_and_not_pieces() {
        one("退我￥199.5", EntityKind::Amount, "¥199.5");
        one("花了299元", EntityKind::Amount, "299元");
        one("I paid $160", EntityKind::Amount, "$160");
        one("refund of 299 dollars", EntityKind::Amount, "299dollars");
        one("NT$500", EntityKind::Amount, "nt$500");
        assert!(named("少了3块积木").is_empty());
    }

    #[test]
    fn days_and_products_are_found() {
        one("下周一告诉你", EntityKind::Date, "下周一");
        one("孩子2019年5月3日生的", EntityKind::Date, "2019年5月3日");
        one("3月10号能到吗", EntityKind::Date, "3月10号");
        one("on 2026-03-10", EntityKind::Date, "2026-03-10");
        one(
            "the OCEAN puzzle is broken",
            EntityKind::Product,
            "Ocean Puzzle",
        );
        one("藍鯨積木少了", EntityKind::Product, "蓝鲸积木");
    }

    #[test]
    fn the_place_is_that_of_the_original_text() {
        let text = "訂單：１２３４５６７８９０１２，謝謝";
        let found = find(text, &Folded::new(text), &[]);
        assert_eq!(&text[found[0].at.clone()], "１２３４５６７８９０１２");
    }
}
