use proptest::prelude::*;

use super::*;

const DESK: [&str; 3] = ["zh-Hans", "zh-Hant", "en"];

fn tag(text: &str, hint: Option<&str>) -> Option<&'static str> {
    detect(text, hint, &DESK).map(|found| found.language.tag())
}

#[test]
fn word_lists_are_in_order_so_that_they_can_be_searched() {
    for list in [INTERNATIONAL, ENGLISH, FOREIGN] {
        assert!(
            list.windows(2).all(|two| two[0] < two[1]),
            "{:?}",
            list.windows(2).find(|two| two[0] >= two[1])
        );
    }
    assert!(
        FOREIGN
            .iter()
            .all(|word| ENGLISH.binary_search(word).is_err())
    );
}

#[test]
fn each_script_is_known_by_its_own_characters() {
    for text in [
        "我的订单怎么还没到",
        "这个软件打不开",
        "视频怎么看",
        "请问怎么退货？",
        "发票什么时候开",
        "我买的积木少了两块",
        "iPhone 手机壳有货吗",
        "转人工",
    ] {
        assert_eq!(tag(text, Some("zh-Hant")), Some("zh-Hans"), "{text}");
    }
    for text in [
        "我的訂單怎麼還沒到",
        "這個軟體打不開",
        "請問如何退貨？",
        "發票甚麼時候開",
        "我買的積木少了兩塊",
        "可以轉真人嗎",
        "唔該幫我搵真人",
        "我嘅貨仲未到",
        "登入不了",
    ] {
        assert_eq!(tag(text, Some("zh-Hans")), Some("zh-Hant"), "{text}");
    }
}

#[test]
fn words_decide_where_the_characters_do_not() {
    assert_eq!(tag("影片在哪里看", None), Some("zh-Hant"));
    assert_eq!(tag("短信收不到", None), Some("zh-Hans"));
}

#[test]
fn text_that_is_the_same_in_both_scripts_keeps_the_known_one() {
    assert_eq!(tag("你好", Some("zh-Hant")), Some("zh-Hant"));
    assert_eq!(tag("你好", None), Some("zh-Hans"));
    assert_eq!(
        detect("你好", None, &["zh-TW"]).unwrap().language,
        Language::TraditionalChinese
    );
}

#[test]
fn english_is_known_colloquial_or_misspelt() {
    for text in [
        "where is my order",
        "i wanna cancel my ordr",
        "My toy is broken!!",
        "Can u help",
        "talk to a human",
        "refund please",
        "I don't want it",
    ] {
        assert_eq!(tag(text, Some("zh-Hans")), Some("en"), "{text}");
    }
}

#[test]
fn other_languages_are_not_taken_for_chinese_or_english() {
    for text in [
        "注文した商品がまだ届きません",
        "返品したいです",
        "カスタマーサービスお願いします",
        "주문한 상품이 아직 안 왔어요",
        "Где мой заказ?",
        "ฉันต้องการคืนสินค้า",
        "أين طلبي؟",
        "Wo ist meine Bestellung, ich habe noch nichts bekommen",
        "¿Dónde está mi pedido?",
        "Bonjour, je voudrais un remboursement",
        "Tôi muốn trả hàng",
        "Quiero hablar con una persona",
        "Saya mau barang saya, terima kasih",
    ] {
        assert_eq!(tag(text, None), Some("und"), "{text}");
    }
}

#[test]
fn an_ornamental_character_does_not_make_it_japanese() {
    assert_eq!(tag("鲜の每日的奶油还有货吗", None), Some("zh-Hans"));
}

#[test]
fn what_says_nothing_keeps_the_known_language() {
    for text in [
        "",
        "   ",
        "👍👍",
        "12345678901",
        "https://example.com/some/page",
        "a@b.example",
        "SN-2024-AB12",
        "???",
        "ok",
        "OK thanks",
        "1️⃣",
        ":-)",
        "iPhone",
    ] {
        assert_eq!(tag(text, Some("zh-Hant")), Some("zh-Hant"), "{text}");
        assert!(
            detect(text, Some("zh-Hant"), &DESK).unwrap().confidence <= 0.3,
            "{text}"
        );
    }
    for text in ["", "👍👍", "12345678901", "???"] {
        assert_eq!(tag(text, None), None, "{text}");
    }
}

#[test]
fn mixed_text_goes_by_what_most_of_it_says() {
    assert_eq!(
        tag("我的 order 还没 ship 呢，帮忙查一下", None),
        Some("zh-Hans")
    );
    assert_eq!(tag("我想return這個order可以嗎", None), Some("zh-Hant"));
    assert_eq!(
        tag(
            "Hello 你好, where is my order and when will it arrive?",
            None
        ),
        Some("en")
    );
    assert_eq!(
        tag("The box says 积木 but there is nothing in it", None),
        Some("en")
    );
}

#[test]
fn tags_with_regions_are_understood() {
    for (given, expected) in [
        ("zh-TW", "zh-Hant"),
        ("zh_HK", "zh-Hant"),
        ("zh-Hans-HK", "zh-Hans"),
        ("ZH-CN", "zh-Hans"),
        ("zh", "zh-Hans"),
        ("en-GB", "en"),
        ("fr", "und"),
        ("yue", "zh-Hant"),
    ] {
        assert_eq!(Language::from_tag(given).tag(), expected, "{given}");
    }
}

proptest! {
    #[test]
    fn any_text_has_a_language_or_none(text in any::<String>(), hint in proptest::option::of("[a-zA-Z_-]{0,8}")) {
        if let Some(found) = detect(&text, hint.as_deref(), &DESK) {
            prop_assert!((0.0..=1.0).contains(&found.confidence));
        }
    }

    #[test]
    fn case_and_width_do_not_matter(text in "[a-zA-Z0-9 ,.!?']{0,40}") {
        let wide: String = text.chars().map(|c| if c == ' ' { '\u{3000}' } else { char::from_u32(u32::from(c) + 0xFEE0).unwrap() }).collect();
        prop_assert_eq!(detect(&text, None, &DESK), detect(&text.to_uppercase(), None, &DESK));
        prop_assert_eq!(detect(&text, None, &DESK), detect(&wide, None, &DESK));
    }
}
