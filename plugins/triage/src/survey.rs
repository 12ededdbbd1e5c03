//! Answers to the satisfaction question (R80).

use switchboard_sdk::text::Folded;

/// What may stand before the digit.
const BEFORE: &[&str] = &[
    "回复", "选择", "选", "我打", "打", "给", "评", "评分", "我选", "我给", "option", "rating",
    "score", "rate", "answer", "i choose", "number",
];
/// What may stand right behind it.
const AFTER: &[&str] = &[
    "分吧",
    "分",
    "吧",
    "号选项",
    "星",
    "stars",
    "star",
    "points",
    "point",
    "/5",
    "/10",
];
/// What a remark behind the digit may begin with.
const REMARKS: &[&str] = &[
    "谢",
    "多谢",
    "感谢",
    "满意",
    "很",
    "非常",
    "不满",
    "不错",
    "没",
    "未",
    "态度",
    "服务",
    "好",
    "差",
    "太",
    "还",
    "一般",
    "有点",
    "有些",
    "有始有终",
    "稍",
    "但",
    "不过",
    "可惜",
    "希望",
    "速度",
    "总体",
    "整体",
    "辛苦",
    "道歉",
    "解决",
    "问题",
    "thank",
    "thx",
    "very",
    "good",
    "great",
    "bad",
    "not ",
    "satisfied",
    "excellent",
    "the service",
    "service",
    "solved",
    "unsolved",
    "because",
    "your",
    "you ",
    "idiot",
    "stupid",
    "傻",
    "垃圾",
    "please",
    "ok",
];

/// The code, if `text` is an answer with a code from 1 to `highest` (0 means 5).
///
/// "1", "１", "1.", "一", "①", "1️⃣", "选1", "1分", "4，没解决" are answers; "1号楼漏水", "1 more question" and "10" are not.
#[must_use]
pub fn code(text: &str, highest: u8) -> Option<u8> {
    let highest = if highest == 0 { 5 } else { highest.min(9) };
    let folded = Folded::new(text);
    let mut rest = folded.text().trim();
    for word in BEFORE {
        if let Some(tail) = rest.strip_prefix(word) {
            let tail = tail.trim_start_matches([' ', ':', '"', '了']);
            if digit(tail).is_some() {
                rest = tail;
                break;
            }
        }
    }
    let rest = rest.trim_start_matches(['"', '(', '[', '\'']);
    let (value, mut tail) = digit(rest)?;
    if !(1..=highest).contains(&value) {
        return None;
    }
    for word in AFTER {
        if let Some(behind) = tail.strip_prefix(word) {
            tail = behind;
            break;
        }
    }
    let remark = tail.trim_start_matches(|c: char| !c.is_alphanumeric());
    let ended = remark.is_empty()
        || tail.len() != remark.len() && REMARKS.iter().any(|start| remark.starts_with(start));
    ended.then_some(value)
}

/// The digit that the text begins with, and what is behind it.
fn digit(text: &str) -> Option<(u8, &str)> {
    for (value, word) in [
        (1, "one"),
        (2, "two"),
        (3, "three"),
        (4, "four"),
        (5, "five"),
    ] {
        if let Some(tail) = text.strip_prefix(word) {
            return (!tail.starts_with(|c: char| c.is_alphanumeric())).then_some((value, tail));
        }
    }
    let mut characters = text.chars();
    let value = match characters.next()? {
        digit @ '1'..='9' => u8::try_from(digit.to_digit(10)?).ok()?,
        '一' | '壹' | '①' | '⒈' | '❶' | '➀' => 1,
        '二' | '贰' | '两' | '②' | '⒉' | '❷' | '➁' => 2,
        '三' | '叁' | '③' | '⒊' | '❸' | '➂' => 3,
        '四' | '肆' | '④' | '⒋' | '❹' | '➃' => 4,
        '五' | '伍' | '⑤' | '⒌' | '❺' | '➄' => 5,
        _ => return None,
    };
    let tail = characters.as_str();
    let fraction = tail
        .strip_prefix('.')
        .is_some_and(|behind| behind.starts_with(|c: char| c.is_ascii_digit()));
    (!tail.starts_with(|c: char| c.is_ascii_digit()) && !fraction).then_some((value, tail))
}

#[cfg(test)]
mod tests {
    use super::code;

    #[test]
    fn answers_are_read_however_they_are_written() {
        for text in [
            "1",
            "１",
            "1.",
            "一",
            "1分",
            "选1",
            "選1",
            "①",
            "1️⃣",
            " 1 ",
            "1!",
            "1。",
            "回复1",
            "我选1",
            "one",
            "One.",
            "1，谢谢",
            "1 thanks",
            "打1分",
            "1星",
            "\"1\"",
            "(1)",
            "1、很满意",
        ] {
            assert_eq!(code(text, 4), Some(1), "{text}");
        }
        assert_eq!(code("4，没解决", 4), Some(4));
        assert_eq!(code("2，有点慢", 4), Some(2));
        assert_eq!(code("两分吧", 4), Some(2));
        assert_eq!(code("我打1", 4), Some(1));
        assert_eq!(code("选1。有始有终，难得。", 4), Some(1));
        assert_eq!(code("3 道歉咁冇誠意", 4), Some(3));
        assert_eq!(code("3 态度不好", 4), Some(3));
    }

    #[test]
    fn other_messages_that_begin_with_a_digit_are_no_answers() {
        for text in [
            "1号楼漏水",
            "1 more question",
            "10",
            "1.5",
            "11",
            "一个问题",
            "一直没人理",
            "1楼着火了",
            "1 question",
            "5",
            "0",
            "",
            "1.漏水了",
            "两个零件坏了",
            "1-2天",
            "三天了",
            "one more thing",
        ] {
            assert_eq!(code(text, 4), None, "{text}");
        }
    }
}
