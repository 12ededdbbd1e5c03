//! What holds for any message, not only for those that somebody thought of.

// The helpers of tests fail like tests.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use proptest::prelude::*;
use triage::{Seen, triage};

/// Matters of every category, Simplified and Traditional.
const PAIRS: &[(&str, &str)] = &[
    ("转人工", "轉人工"),
    ("我要投诉你们的服务态度", "我要投訴你們的服務態度"),
    ("订单什么时候发货", "訂單什麼時候發貨"),
    ("还没收到包裹", "還沒收到包裹"),
    ("充电器冒烟了", "充電器冒煙了"),
    ("孩子误吞了零件", "孩子誤吞了零件"),
    ("想退货退款", "想退貨退款"),
    ("灯不亮了，怎么维修", "燈不亮了，怎麼維修"),
    ("怎么开发票", "怎麼開發票"),
    ("这款有货吗", "這款有貨嗎"),
    ("建议增加颜色", "建議增加顏色"),
    ("账号登录不了", "賬號登錄不了"),
    ("谢谢你", "謝謝你"),
    ("着火了", "著火了"),
    ("没有投诉的意思", "沒有投訴的意思"),
    ("不需要转人工", "不需要轉人工"),
];

const ENGLISH: &[&str] = &[
    "talk to a human",
    "where is my order 12345678",
    "I want to complain",
    "the charger caught fire",
    "i want a refund",
    "it doesn't work",
    "how much is it",
    "I have a suggestion",
    "hello",
    "thanks",
    "cancel my order",
    "I was charged twice",
    "I need it by tomorrow",
];

const POLITE: &[&str] = &[
    "您好，",
    "请问",
    "麻烦您，",
    "不好意思，",
    "請問，",
    "hello, ",
    "please, ",
    "excuse me, ",
    "dear team, ",
];
const RUDE: &[&str] = &[
    "你们这群废物，",
    "垃圾公司！",
    "妈的，",
    "王八蛋，",
    "you idiots, ",
    "damn it, ",
    "stupid shop! ",
];
const AFTER: &[&str] = &[
    "，谢谢",
    "，辛苦了",
    "！！！",
    "，滚",
    "，垃圾",
    ", thank you",
    ", please",
    ", you morons",
    " 😡😡",
    " 🙏",
];

fn seen() -> Seen {
    Seen {
        desk_languages: vec!["zh-Hans".into(), "zh-Hant".into(), "en".into()],
        ..Seen::default()
    }
}

fn wide(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            ' ' => '\u{3000}',
            '!'..='~' => char::from_u32(u32::from(c) + 0xFEE0).unwrap(),
            _ => c,
        })
        .collect()
}

fn matter() -> impl Strategy<Value = &'static str> {
    let all: Vec<&'static str> = PAIRS
        .iter()
        .flat_map(|(simplified, traditional)| [*simplified, *traditional])
        .chain(ENGLISH.iter().copied())
        .collect();
    proptest::sample::select(all)
}

proptest! {
    #[test]
    fn any_text_has_findings(text in any::<String>(), survey in any::<bool>()) {
        let seen = Seen { survey_open: survey, products: vec!["A".to_owned(), text.chars().take(3).collect()], ..seen() };
        let findings = triage(&text, &seen);
        prop_assert!(!findings.categories.is_empty());
        prop_assert!(findings.categories.iter().all(|scored| (0.0..=1.0).contains(&scored.confidence)));
        prop_assert!(findings.categories.windows(2).all(|two| two[0].confidence >= two[1].confidence));
        prop_assert!(findings.entities.iter().all(|entity| text.get(entity.at.clone()).is_some()));
        prop_assert_eq!(&findings, &triage(&text, &seen));
    }

    #[test]
    fn any_mixture_of_listed_words_has_findings(parts in proptest::collection::vec(matter(), 0..6)) {
        prop_assert!(!triage(&parts.concat(), &seen()).categories.is_empty());
    }

    #[test]
    fn both_scripts_say_the_same(parts in proptest::collection::vec(proptest::sample::select(PAIRS), 1..4)) {
        let simplified: Vec<_> = parts.iter().map(|(simplified, _)| *simplified).collect();
        let traditional: Vec<_> = parts.iter().map(|(_, traditional)| *traditional).collect();
        let (left, right) = (triage(&simplified.join("，"), &seen()), triage(&traditional.join("，"), &seen()));
        prop_assert_eq!(left.categories, right.categories);
        prop_assert_eq!(left.priority, right.priority);
        prop_assert_eq!(left.urgency, right.urgency);
    }

    #[test]
    fn width_and_case_do_not_matter(text in matter()) {
        let plain = triage(text, &seen()).categories;
        prop_assert_eq!(&plain, &triage(&text.to_uppercase(), &seen()).categories);
        prop_assert_eq!(&plain, &triage(&wide(text), &seen()).categories);
    }

    #[test]
    fn courtesy_and_rudeness_never_change_the_priority(
        text in matter(),
        before in proptest::option::of(proptest::sample::select([POLITE, RUDE].concat())),
        after in proptest::option::of(proptest::sample::select(AFTER)),
    ) {
        let dressed = format!("{}{text}{}", before.unwrap_or_default(), after.unwrap_or_default());
        prop_assert_eq!(triage(text, &seen()).priority, triage(&dressed, &seen()).priority, "{}", dressed);
    }
}
