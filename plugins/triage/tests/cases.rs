//! What triage makes of messages as customers write them, in three languages.
//!
//! One message a line: the exact categories, then the text. `E` emergency, `H` human request, `C` complaint, `A` after-sales,
//! `R` repair, `O` order, `Q` consultation, `S` suggestion, `T` thanks, `G` greeting, `N` nuisance, `-` unknown.

// The helpers of tests fail like tests.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use triage::{Category, Priority, Seen, triage};

const CASES: &str = include_str!("cases.txt");

fn category(letter: char) -> Category {
    match letter {
        'E' => Category::Emergency,
        'H' => Category::HumanRequest,
        'C' => Category::Complaint,
        'A' => Category::AfterSales,
        'R' => Category::Repair,
        'O' => Category::Order,
        'Q' => Category::Consultation,
        'S' => Category::Suggestion,
        'T' => Category::Thanks,
        'G' => Category::Greeting,
        'N' => Category::Nuisance,
        '-' => Category::Unknown,
        other => panic!("no category has the letter {other}"),
    }
}

fn seen() -> Seen {
    Seen {
        desk_languages: vec!["zh-Hans".into(), "zh-Hant".into(), "en".into()],
        ..Seen::default()
    }
}

fn cases() -> impl Iterator<Item = (&'static str, &'static str)> {
    CASES
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| line.split_once(' ').unwrap())
}

fn found(text: &str) -> Vec<Category> {
    let mut found: Vec<_> = triage(text, &seen())
        .categories
        .iter()
        .map(|scored| scored.category)
        .collect();
    found.sort_unstable();
    found
}

#[test]
fn every_message_has_exactly_its_categories() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for (letters, text) in cases() {
        count += 1;
        let mut expected: Vec<_> = letters.chars().map(category).collect();
        expected.sort_unstable();
        let found = found(text);
        if found != expected {
            wrong.push(format!(
                "{text}\n    expected {expected:?}\n    found    {found:?}"
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {count}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(count >= 250, "{count}");
}

#[test]
fn emergencies_are_urgent_and_nothing_else_is() {
    for (letters, text) in cases() {
        assert_eq!(
            triage(text, &seen()).priority == Priority::Urgent,
            letters.contains('E'),
            "{text}"
        );
    }
}

#[test]
fn the_tone_changes_neither_categories_nor_priority() {
    for (kind, angry) in [
        (
            "您好，请问我的订单三天了还没发货，能帮忙看看吗？谢谢",
            "你们这群废物，我的订单三天了还没发货！！！",
        ),
        (
            "不好意思，收到的积木坏了，麻烦帮我处理一下",
            "垃圾公司，收到的积木坏了，赶紧给我处理",
        ),
        ("您好，麻烦转人工，谢谢", "滚，转人工"),
        ("請問可以退款嗎？謝謝", "王八蛋，可以退款嗎"),
        (
            "Hello, could you please tell me where my order is? Thank you",
            "where the fuck is my order you idiots",
        ),
        (
            "Please help, I was charged twice. Thank you so much!",
            "I was charged twice you fucking morons",
        ),
        (
            "Hi there, my toy is broken, could you kindly help?",
            "My damn toy is broken, useless idiots",
        ),
        ("麻烦了，充电的时候着火了", "妈的，充电的时候着火了"),
    ] {
        let (kind_found, angry_found) = (triage(kind, &seen()), triage(angry, &seen()));
        assert_eq!(found(kind), found(angry), "{kind} / {angry}");
        assert_eq!(
            kind_found.priority, angry_found.priority,
            "{kind} / {angry}"
        );
        assert!(
            angry_found.abusive && !kind_found.abusive,
            "{kind} / {angry}"
        );
    }
}

#[test]
fn short_messages_take_the_sense_of_what_went_before() {
    let order = Seen {
        categories: vec![Category::Greeting, Category::Order],
        message_count: 3,
        ..seen()
    };
    let repair = Seen {
        categories: vec![Category::Repair],
        message_count: 3,
        ..seen()
    };
    for text in ["还没好吗?", "any news?", "有消息嗎", "怎么样了", "??"] {
        assert!(triage(text, &order).has(Category::Order), "{text}");
        assert!(triage(text, &repair).has(Category::Repair), "{text}");
    }
    let complaint = Seen {
        open_complaint: true,
        ..seen()
    };
    assert!(triage("处理得怎么样了", &complaint).has(Category::Complaint));
}

#[test]
fn whoever_wants_to_be_left_alone_asks_for_nobody() {
    for text in [
        "以后别再联系我了",
        "不要给我打电话",
        "別再打給我",
        "唔好再打電話給我",
        "please don't call me",
    ] {
        assert!(!triage(text, &seen()).has(Category::HumanRequest), "{text}");
    }
    for text in [
        "联系我",
        "请打电话给我",
        "call me back please",
        "机器人别再回了，联系我",
    ] {
        assert!(triage(text, &seen()).has(Category::HumanRequest), "{text}");
    }
}

#[test]
fn whoever_waits_for_a_person_asks_after_the_person() {
    let waiting = Seen {
        categories: vec![Category::HumanRequest],
        waiting: true,
        message_count: 2,
        ..seen()
    };
    for text in [
        "还要等多久？",
        "還要等多久?",
        "怎么还没好",
        "any news?",
        "how much longer??",
    ] {
        let found = triage(text, &waiting);
        assert!(!found.has(Category::Order), "{text}");
    }
    assert!(triage("还要等多久？", &waiting).has(Category::HumanRequest));
    // Of a parcel it says so.
    assert!(triage("我的快递还要等多久？", &waiting).has(Category::Order));
}

#[test]
fn survey_answers_count_only_while_the_question_is_open() {
    let open = Seen {
        survey_open: true,
        survey_codes: 4,
        ..seen()
    };
    for text in ["1", "１", "1.", "一", "1分", "选1", "①"] {
        assert_eq!(triage(text, &open).survey_code, Some(1), "{text}");
        assert!(triage(text, &open).has(Category::SurveyAnswer), "{text}");
        assert_eq!(triage(text, &seen()).survey_code, None, "{text}");
    }
    for text in ["1号楼漏水", "1 more question", "10"] {
        assert_eq!(triage(text, &open).survey_code, None, "{text}");
    }
}

#[test]
fn matters_that_do_not_wait_come_before_others() {
    for text in [
        "厨房漏水了",
        "重复扣款了",
        "我的账号被盗了",
        "明天孩子生日要用，能到吗",
        "I was charged twice",
        "my account was hacked",
        "I need it by tomorrow",
    ] {
        assert_eq!(triage(text, &seen()).priority, Priority::High, "{text}");
    }
    for text in [
        "快点！！！",
        "急死我了",
        "马上给我退款",
        "hurry up!!!",
        "I want a refund right now",
    ] {
        assert_eq!(triage(text, &seen()).priority, Priority::Normal, "{text}");
    }
}

#[test]
fn a_business_without_buildings_repairs_no_leaks() {
    let shop = Seen {
        no_premises: true,
        ..seen()
    };
    for text in ["1号楼漏水", "停电了", "There is a water leak in the hall"] {
        let found = triage(text, &shop);
        assert!(!found.has(Category::Repair), "{text}");
        assert!(found.has(Category::Consultation), "{text}");
        assert_eq!(found.priority, Priority::High, "{text}");
        assert!(triage(text, &seen()).has(Category::Repair), "{text}");
    }
}

#[test]
fn a_follow_up_keeps_the_topic() {
    let asked = Seen {
        categories: vec![Category::Consultation],
        message_count: 3,
        ..seen()
    };
    for text in [
        "那香港呢？",
        "那香港呢",
        "And to Canada?",
        "What about Macau?",
    ] {
        assert!(triage(text, &asked).has(Category::Consultation), "{text}");
    }
}
