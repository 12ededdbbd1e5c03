//! Answers to the satisfaction question, as people write them (R80).

use crate::text::Folded;

/// The timer of a conversation while which a rating may still be corrected; whoever asks the question sets it.
pub const CORRECTABLE: &str = "follow-up-visit.correctable";

/// Courtesy that may stand before the digit, with or without a comma.
#[rustfmt::skip]
const COURTESY: &[&str] = &[
    "谢谢你们", "谢谢您", "谢谢你", "谢谢", "多谢晒", "多谢", "感谢", "好的", "好", "嗯嗯", "嗯", "哦", "辛苦了", "辛苦", "你好", "您好", "唔该", "麻烦了", "thank you very much", "thank you so much", "thank you", "thanks a lot", "thanks", "thx", "ok", "okay", "hi", "hello", "sure", "yes",
];
/// What whoever gave the wrong digit says before the right one.
#[rustfmt::skip]
const SLIPS: &[&str] = &[
    "啊", "哎呀", "哎", "唉", "呃", "噢", "哦", "不好意思", "抱歉", "对不起", "刚才", "刚刚", "我", "是我", "按错了", "按错", "点错了", "点错", "打错了", "打错", "选错了", "选错", "写错了", "写错", "发错了", "发错", "错了", "手滑了", "手滑", "手误", "不对", "更正", "应该", "改成", "改为", "改", "其实", "唔好意思", "揿错咗", "撳错咗", "打错咗", "应该系", "系",
    "oops", "sorry", "my mistake", "my bad", "wrong button", "wrong one", "wrong number", "typo", "i meant", "i mean", "i pressed the wrong button", "i pressed the wrong one", "i made a mistake", "should be", "it should be", "that should be", "that should have been", "it should have been", "should have been", "make that", "make it", "correction", "actually", "no",
];
/// What may stand before the digit.
#[rustfmt::skip]
const BEFORE: &[&str] = &[
    "我的评分是", "评分是", "我的评价是", "评价", "我评", "我给个", "给个", "我给", "给", "我选择", "我选", "选择", "选项", "选", "我打个", "打个", "我打", "打", "评分", "评", "回复", "答复", "答案", "答", "就", "是", "数字", "我回", "回",
    "my rating is", "my rating", "my answer is", "my score is", "i would give", "i'd give it", "i'd give", "i give it", "i give you", "i give", "i'll give", "i choose", "i'd say", "i say", "i rate", "option", "rating", "score", "rate", "answer", "number", "it's", "a", "it is",
];
/// What may stand right behind it.
#[rustfmt::skip]
const AFTER: &[&str] = &[
    "分吧", "分", "吧", "号选项", "颗星", "星级", "星", "stars", "star", "points", "point", "pts", "pt", "/4", "/5", "/10", "out of 4", "out of 5",
];
/// Courtesy that may stand behind it without a comma.
#[rustfmt::skip]
const THANKS: &[&str] = &[
    "谢", "多谢", "感谢", "辛苦", "满意", "很满意", "非常满意", "好评", "啦", "哈", "哦", "啊", "呀", "了", "thank", "thx",
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

/// How many answers the question has that names them in words.
const NAMED: u8 = 4;
/// The answers of that question in its own words, where nothing else is said.
#[rustfmt::skip]
const NAMES: [&[&str]; NAMED as usize] = [
    &["非常满意", "很满意", "十分满意", "very satisfied"],
    &["满意", "satisfied"],
    &["对态度不满意", "对服务态度不满意", "态度不满意", "对态度不满", "not happy with the attitude"],
    &["没有解决", "没解决", "问题没有解决", "问题没解决", "not solved", "unresolved", "not resolved"],
];

/// The code whose own words these are, and nothing else.
fn named(folded: &str) -> Option<u8> {
    let words = folded.trim_matches(|c: char| !c.is_alphanumeric());
    let at = NAMES.iter().position(|names| names.contains(&words))?;
    u8::try_from(at.saturating_add(1)).ok()
}

/// The code, if `text` is an answer with a code from 1 to `highest` (0 means 5).
///
/// "1", "１", "1.", "一", "①", "1️⃣", "选1", "1分", "4，没解决", and of four answers their own words ("非常满意"), are answers; "1号楼漏水", "1 more question" and "10" are not.
#[must_use]
pub fn code(text: &str, highest: u8) -> Option<u8> {
    let highest = if highest == 0 { 5 } else { highest.min(9) };
    let folded = Folded::new(text);
    if highest == NAMED
        && let Some(code) = named(folded.text())
    {
        return Some(code);
    }
    let mut rest = trimmed(folded.text());
    // "谢谢，我给1", "啊按错了 是1": courtesy, what went wrong, then what introduces the digit.
    for words in [
        COURTESY, COURTESY, SLIPS, SLIPS, SLIPS, SLIPS, BEFORE, BEFORE,
    ] {
        if digit(rest).is_some() {
            break;
        }
        let stripped = words
            .iter()
            .filter_map(|word| {
                let tail = rest.strip_prefix(word)?;
                let whole =
                    !word.is_ascii() || !tail.starts_with(|c: char| c.is_ascii_alphabetic());
                whole.then_some(tail)
            })
            .min_by_key(|tail| tail.len());
        if let Some(tail) = stripped {
            rest = trimmed(tail);
        }
    }
    let (value, mut tail) = digit(rest)?;
    if !(1..=highest).contains(&value) {
        return None;
    }
    for word in AFTER {
        let behind = tail.trim_start_matches(' ').strip_prefix(word);
        if let Some(behind) = behind.filter(|behind| {
            !word.is_ascii() || !behind.starts_with(|c: char| c.is_ascii_alphanumeric())
        }) {
            tail = behind;
            break;
        }
    }
    let remark = tail.trim_start_matches(|c: char| !c.is_alphanumeric());
    let begins = |words: &[&str]| words.iter().any(|start| remark.starts_with(start));
    let ended = remark.is_empty()
        || tail.len() == remark.len() && begins(THANKS)
        || tail.len() != remark.len() && (begins(REMARKS) || begins(THANKS));
    ended.then_some(value)
}

/// Without blanks, punctuation and emoji at the beginning.
fn trimmed(text: &str) -> &str {
    text.trim_start_matches(|c: char| !c.is_alphanumeric() && !is_digit(c))
}

/// Digits that are no letters or figures to Unicode.
const fn is_digit(character: char) -> bool {
    matches!(character, '①'..='⑨' | '❶'..='❾' | '➀'..='➈')
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
            "1谢谢",
            "谢谢，1",
            "谢谢 1",
            "好的，1分",
            "1 point",
            "1 分",
            "1️⃣ 谢谢",
            "👍1",
            "thanks! 1",
            "Thank you very much, 1.",
            "I'd give it... 1",
            "my rating is 1",
            "回复：1",
            "就1吧",
            "给个1",
            "1啦",
            "谢谢你们，我给1分，很满意",
            "唔該，1",
        ] {
            assert_eq!(code(text, 4), Some(1), "{text}");
        }
        for text in [
            "啊按错了 是1",
            "不好意思，刚才点错了，应该是1",
            "打錯了，是1",
            "對不起我按錯，改成1",
            "手滑了，1",
            "唔好意思，撳錯咗，應該係1",
            "Oops, wrong button, I meant 1",
            "sorry, my mistake: it should have been 1",
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
        for (text, wanted) in [
            ("非常满意！", 1),
            ("滿意", 2),
            ("Very satisfied.", 1),
            ("對態度不滿意", 3),
            ("問題沒有解決", 4),
            ("not solved", 4),
        ] {
            assert_eq!(code(text, 4), Some(wanted), "{text}");
        }
        assert_eq!(code("满意", 5), None, "of five, nobody says which");
        assert_eq!(code("满意什么呀", 4), None);
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
            "1个问题",
            "1 个问题",
            "1分钟了还没人",
            "1分钱没退",
            "谢谢，1号楼漏水",
            "1台坏了",
            "1 point is missing in the box",
            "ok 1 more question",
            "给1个说法",
            "a question",
            "不好意思，1号楼漏水",
            "按错了",
            "我改1个地址",
            "sorry, 1 more question",
            "actually 2 of them are broken",
            "不对，2件都坏了",
        ] {
            assert_eq!(code(text, 4), None, "{text}");
        }
    }
}
