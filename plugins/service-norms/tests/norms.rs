//! What is found fault with and what is not, sentence by sentence.

#![allow(clippy::unwrap_used, reason = "a panic here is the failure report")]

use proptest::prelude::*;
use service_norms::{Config, ServiceNorms, review};
use switchboard_sdk::{
    Reviewer,
    testing::{FakeHost, TUESDAY_MORNING, context, message},
    types::{AuthorKind, Finding, Message, Severity},
};

const POLITE: &str = include_str!("polite.txt");
const BREACHES: &str = include_str!("breaches.txt");

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
}

fn rules(text: &str) -> Vec<String> {
    findings(text, &Config::default())
        .into_iter()
        .map(|finding| finding.rule)
        .collect()
}

fn findings(text: &str, config: &Config) -> Vec<Finding> {
    review(text, Some("zh-Hans"), config, true, |_| false)
}

fn config(json: &str) -> Config {
    serde_json::from_str(json).unwrap()
}

#[test]
fn ordinary_polite_sentences_are_left_alone() {
    let mut wolves = Vec::new();
    let mut looked_at = 0;
    for text in lines(POLITE) {
        looked_at += 1;
        // Whatever is quoted here is what the customer said.
        let found: Vec<_> = review(text, None, &Config::default(), true, |_| true)
            .into_iter()
            .map(|finding| finding.rule)
            .filter(|rule| rule != "R138-promise")
            .collect();
        if !found.is_empty() {
            wolves.push((text, found));
        }
    }
    assert!(looked_at >= 200, "{looked_at}");
    assert!(wolves.is_empty(), "{wolves:#?}");
}

#[test]
fn every_breach_is_found_by_its_rule_in_its_place_with_a_better_wording() {
    let mut missed = Vec::new();
    for line in lines(BREACHES) {
        let (rule, text) = line.split_once('\t').unwrap();
        let all = findings(text, &Config::default());
        let Some(found) = all.iter().find(|finding| finding.rule == rule) else {
            missed.push((rule, text, all));
            continue;
        };
        let place = &text[found.start as usize..found.end as usize];
        assert!(!place.is_empty(), "{text}");
        if rule == "R138-promise" {
            assert_eq!(found.severity, Severity::Info);
            continue;
        }
        let better = found.suggestion.as_deref().unwrap_or_default();
        let left = rules(better);
        assert!(
            !better.is_empty() && left.iter().all(|rule| rule == "R138-promise"),
            "{text}: {better:?} breaks {left:?}"
        );
    }
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn a_reply_of_three_characters_is_too_short_and_one_of_four_is_not() {
    for (text, short) in [
        ("好的", true),
        ("好的。", true),
        ("没问题", true),
        ("没有问题", false),
        ("好的，我马上为您查询", false),
        ("您好", false),
        ("不好意思", false),
        ("谢谢您！", false),
        ("对不起，您好", false),
        ("42元", false),
        ("BW20260001", false),
        ("Hello!", false),
        ("Tuesday", false),
    ] {
        let found = rules(text).contains(&"R20-too-short".to_owned());
        assert_eq!(found, short, "{text}");
    }
    let lenient = config(r#"{"shortest": 2}"#);
    assert_eq!(findings("没问题", &lenient), []);
    assert_eq!(findings("好的", &lenient).len(), 1);
}

#[test]
fn a_rewrite_keeps_what_was_right() {
    let better = |text: &str| {
        findings(text, &Config::default())[0]
            .suggestion
            .clone()
            .unwrap()
    };
    assert_eq!(better("已经发出了哦，请您留意~"), "已经发出了，请您留意~");
    assert_eq!(better("恩，我马上为您查询"), "我马上为您查询");
    assert_eq!(
        better("您好！快递应该是明天到。请您留意短信。"),
        "您好！这个问题我需要核实一下，请您稍等，我马上为您查询。请您留意短信。"
    );
    assert_eq!(better("好的哦"), "好的，我马上为您处理，请您稍等。");
    assert_eq!(
        better("Hello! I don't know. Please wait for our call."),
        "Hello! Let me check that for you; please give me a moment. Please wait for our call."
    );
    assert!(better("這是物流的問題。").contains("給您帶來不便"));
}

#[test]
fn severities_and_words_are_the_desks() {
    let own = config(
        r#"{"severity": {"vague-words": "warning", "suffix": "off", "promise": "off"},
            "words": {"profanity": ["坏蛋公司"], "restricted-topic": ["会员人数"], "suffix": ["捏"]},
            "allow": ["应该是乐园"]}"#,
    );
    assert_eq!(
        findings("这个我不清楚", &own)[0].severity,
        Severity::Warning
    );
    assert_eq!(findings("好的哦，马上为您办理", &own), []);
    assert_eq!(findings("明天给您答复", &own), []);
    assert_eq!(findings("你们是坏蛋公司", &own)[0].rule, "R22-profanity");
    assert_eq!(
        findings("我们的会员人数是3000", &own)[0].rule,
        "R23-restricted-topic"
    );
    assert_eq!(findings("会员人数不对外公布，请您谅解", &own), []);
    assert_eq!(findings("“应该是乐园”这套已经补货", &own), []);
    assert_eq!(findings("应该是乐园这套已经补货", &own), []);
    let suffix = config(r#"{"words": {"suffix": ["捏"]}}"#);
    assert_eq!(findings("已经发出了捏", &suffix)[0].rule, "R19-suffix");
}

fn review_of(text: &str, author: AuthorKind, said: &str) -> Vec<Finding> {
    let draft = Message {
        author,
        ..message(text, Some("zh-Hans"))
    };
    let context = context(&message(said, Some("zh-Hans")));
    ServiceNorms::review(&FakeHost::at(TUESDAY_MORNING), &context, &[draft]).unwrap()
}

#[test]
fn the_customers_own_words_may_be_quoted_whatever_they_are() {
    let text = "您写的“你们这群白痴”我看到了，给您带来这样的体验非常抱歉。";
    assert_eq!(review_of(text, AuthorKind::Agent, "你们这群白痴！"), []);
    // Who puts an insult of their own in quotation marks insults.
    let found = review_of(text, AuthorKind::Agent, "快递还没到");
    assert_eq!(found[0].rule, "R22-profanity");
    assert_eq!(found[0].severity, Severity::Blocking);
}

#[test]
fn promises_are_noticed_in_what_people_write() {
    let text = "您好，明天给您答复，请您放心。";
    assert_eq!(
        review_of(text, AuthorKind::Agent, "在吗")[0].rule,
        "R138-promise"
    );
    assert_eq!(review_of(text, AuthorKind::Step, "在吗"), []);
}

#[test]
fn the_manifest_asks_for_nothing_but_the_articles() {
    let manifest = ServiceNorms::describe();
    assert!(manifest.grants == ["knowledge"] && manifest.events.is_empty());
    let _: serde_json::Value = serde_json::from_str(&manifest.config_schema.unwrap()).unwrap();
}

proptest! {
    #[test]
    fn any_text_may_be_looked_at(text in any::<String>(), known in "zh-Hans|zh-Hant|en|fr") {
        for finding in review(&text, Some(&known), &Config::default(), true, |_| true) {
            prop_assert!(text.get(finding.start as usize..finding.end as usize).is_some());
        }
    }

    #[test]
    fn whatever_is_put_together_of_breaches_is_mended(
        picks in proptest::collection::vec((0..500_usize, "。|，|！|\n| |哦。|~"), 1..5)
    ) {
        let all: Vec<&str> = lines(BREACHES).filter_map(|line| Some(line.split_once('\t')?.1)).collect();
        let text: String = picks.iter().map(|(pick, end)| format!("{}{end}", all[pick % all.len()])).collect();
        let found = findings(&text, &Config::default());
        for finding in &found {
            if let Some(better) = &finding.suggestion {
                let left = findings(better, &Config::default());
                let blocking: Vec<_> = left.iter().filter(|left| left.severity == Severity::Blocking).collect();
                prop_assert!(blocking.is_empty(), "{text:?} became {better:?}: {blocking:?}");
            }
        }
    }
}
