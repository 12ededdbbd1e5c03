//! Where a text breaks a rule.

use core::ops::Range;

use switchboard_sdk::text::{Folded, ends_clause, is_whole_word};

use crate::{
    config::Config,
    courtesy,
    draft::Draft,
    phrases::{HEDGES, Kind, SUFFIXES, WORDS},
    promises,
    rule::{Level, Rule},
    suffix, swearing,
};

/// A breach of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Breach {
    pub(crate) rule: Rule,
    /// In bytes of the text as it was written.
    pub(crate) at: Range<usize>,
}

/// Every breach, in the order of the text; `promises`: whether these are looked for.
pub(crate) fn breaches(draft: &Draft<'_>, config: &Config, promises: bool) -> Vec<Breach> {
    let mut found = Vec::new();
    words(draft, config, &mut found);
    swearing::find(draft, &mut found);
    suffix::find(draft, config, &mut found);
    hedges(draft, &mut found);
    own_words(draft, config, &mut found);
    placeholders(draft, &mut found);
    found.retain(|breach| {
        // An agent who swears in quotation marks swears, unless it is what the customer said; that is known above.
        config.level(breach.rule) != Level::Off && !draft.is_quoted(&breach.at)
            || breach.rule == Rule::Profanity
    });
    found.retain(|breach| config.level(breach.rule) != Level::Off);
    if !config.allow.is_empty() {
        let allowed = allowed(draft, config);
        found.retain(|breach| !allowed.iter().any(|free| covers(free, &breach.at)));
    }
    if config.level(Rule::Short) != Level::Off
        && courtesy::is_too_short(draft.folded.text(), config.shortest)
    {
        found.push(Breach {
            rule: Rule::Short,
            at: 0..draft.text.len(),
        });
    }
    if promises && config.level(Rule::Promise) != Level::Off {
        promises::find(draft, &mut found);
    }
    found.sort_by_key(|breach| (breach.at.start, breach.rule));
    let mut kept: Vec<Breach> = Vec::with_capacity(found.len());
    for breach in found {
        let is_known = kept
            .iter()
            .any(|known| known.rule == breach.rule && known.at.end > breach.at.start);
        if !is_known {
            kept.push(breach);
        }
    }
    kept
}

fn covers(outer: &Range<usize>, inner: &Range<usize>) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}

/// The standard words.
fn words(draft: &Draft<'_>, config: &Config, found: &mut Vec<Breach>) {
    let text = draft.folded.text();
    let mut hits: Vec<(Kind, Range<usize>)> = Vec::new();
    let mut inside_word = false;
    for (at, character) in text.char_indices() {
        let is_latin = character.is_ascii_alphanumeric();
        if !is_latin || !inside_word {
            let tail = text.get(at..).unwrap_or_default();
            for (phrase, kind) in WORDS.at(tail) {
                let range = at..at.saturating_add(phrase.len());
                if !phrase.is_ascii() || is_whole_word(text, range.clone()) {
                    hits.push((kind, range));
                }
            }
        }
        inside_word = is_latin || inside_word && character == '\'';
    }
    for (kind, range) in &hits {
        let is_look_alike = hits.iter().any(|(other, wider)| {
            *other == Kind::Nothing && covers(wider, range) && wider != range
        });
        if is_look_alike {
            continue;
        }
        let rule = match kind {
            Kind::Nothing => continue,
            Kind::Secret => {
                if !tells_figure(draft, range) {
                    continue;
                }
                Rule::Restricted
            }
            Kind::Breaks(rule) => *rule,
        };
        if config.level(rule) != Level::Off && is_meant(draft, rule, range) {
            found.push(Breach {
                rule,
                at: draft.folded.original(range.clone()),
            });
        }
    }
}

/// The longest hedged clause, from the hedge to its 吧, in characters: beyond that more is said than a guess.
const HEDGED: usize = 9;

/// "大概可以吧": a guess from the hedge to the end of its clause. What the customer may have done or want is none.
fn hedges(draft: &Draft<'_>, found: &mut Vec<Breach>) {
    let text = draft.folded.text();
    let mut end_of_last = 0;
    for (end, _) in text.match_indices('吧') {
        let after = end.saturating_add('吧'.len_utf8());
        let tail = text.get(after..).unwrap_or_default();
        let ends = tail.trim_start_matches(SUFFIXES);
        if !ends.chars().next().is_none_or(ends_clause) {
            continue;
        }
        let head = draft.clause_before(end);
        let start = HEDGES.iter().filter_map(|hedge| head.rfind(hedge)).min();
        let Some(said) = start.and_then(|start| head.get(start..)) else {
            continue;
        };
        let at = end.saturating_sub(said.len());
        let is_guess = said.chars().count() < HEDGED
            && !said.contains(['您', '你'])
            && !head.contains(['您', '你'])
            && at >= end_of_last;
        if is_guess {
            found.push(Breach {
                rule: Rule::Vague,
                at: draft.folded.original(at..after),
            });
            end_of_last = after;
        }
    }
}

/// Whose state or deed it is: the customer's own, or one that is only supposed, breaks no rule.
#[rustfmt::skip]
const SUPPOSED: &[&str] = &[
    "您", "你", "客户", "顾客", "客人", "亲", "大家", "家长", "孩子", "宝宝", "小朋友", "朋友", "收件人", "快递员不", "如果", "若", "如有", "如您", "假如", "要是", "万一", "倘若", "怕", "担心", "以免", "避免", "有什么", "有任何", "有哪些", "哪里", "任何", "不会", "不用", "不要", "如遇",
];
#[rustfmt::skip]
const SUPPOSED_ENGLISH: &[&str] = &[
    "if", "in case", "when", "whenever", "should", "you", "your", "they", "customers", "anyone", "anybody", "somebody", "someone", "or", "don't", "never",
];
/// Who speaks for the desk.
const SELF: &[&str] = &["我", "咱", "客服"];
/// How a question for the customer's convenience goes on ("不知道您方便吗").
#[rustfmt::skip]
const COURTEOUS: &[&str] = &[
    "吗", "?", "是否", "能否", "可否", "方便", "帮到", "帮您", "帮助您", "满意", "明白", "清楚", "意见", "建议", "需要", "愿意", "合适",
];

/// What shows something clearly, or doesn't ("照片有一点不清楚").
#[rustfmt::skip]
const SHOWN: &[&str] = &["照片", "图片", "截图", "视频", "画面", "声音", "录音", "字迹", "图像", "屏幕", "单号", "标签"];
/// How a request for what the desk lacks goes on ("我不确定您收到的是哪个批次，麻烦您看一下").
const ASKING: &[&str] = &["麻烦", "请", "能否", "可否", "方便"];
/// How somebody goes on who says when it will be certain ("还不能确定日期，周三前给您答复").
#[rustfmt::skip]
const COMMITTING: &[&str] = &["答复您", "回复您", "告诉您", "告知您", "通知您", "联系您", "给您答复", "给您回复", "给您确认", "向您确认", "为您核实"];
/// How the customer is told that it doesn't matter ("不清楚尺寸也没关系").
const NO_MATTER: &[&str] = &["没关系", "没问题", "不要紧", "没事"];
/// What spares the customer something ("您不用去找快递公司").
#[rustfmt::skip]
const SPARED: &[&str] = &["不用", "不必", "无需", "不需要", "不会让", "不让", "免得", "以免"];

/// Whether it isn't the desk's own vagueness: something else is unclear, or what is lacking is asked for or promised.
fn is_mended(draft: &Draft<'_>, phrase: &str, head: &str, end: usize) -> bool {
    let tail = draft.folded.text().get(end..).unwrap_or_default();
    let has = |text: &str, words: &[&str]| words.iter().any(|word| text.contains(word));
    let is_shown = phrase.contains("清楚") && !has(head, SELF) && has(head, SHOWN);
    let is_asked = phrase.contains("确定") && tail.starts_with('您') && has(tail, ASKING);
    let is_promised = phrase.contains("确定") && !tail.is_empty() && has(tail, COMMITTING);
    let clause = tail.split(ends_clause).next().unwrap_or_default();
    let is_no_matter = !has(head, SELF) && has(clause, NO_MATTER);
    is_shown || is_asked || is_promised || is_no_matter
}

/// Whether nothing else is said in the clause behind it.
fn ends_there(draft: &Draft<'_>, end: usize) -> bool {
    let tail = draft.folded.text().get(end..).unwrap_or_default();
    tail.chars().next().is_none_or(ends_clause)
}

fn is_meant(draft: &Draft<'_>, rule: Rule, range: &Range<usize>) -> bool {
    let text = draft.folded.text();
    let phrase = text.get(range.clone()).unwrap_or_default();
    let head = draft.clause_before(range.start);
    match rule {
        Rule::Vague if matches!(phrase, "not sure" | "it depends") => {
            head.trim().is_empty() && ends_there(draft, range.end)
        }
        Rule::Vague if matches!(phrase, "can't say" | "cannot say") => ends_there(draft, range.end),
        Rule::Vague if is_mended(draft, phrase, head, range.end) => false,
        Rule::Vague => {
            let is_hedge =
                phrase.starts_with("应该") || phrase.starts_with("i ") || phrase.starts_with("i'm");
            if !is_hedge && is_supposed(head) {
                return false;
            }
            let is_polite_question = head.is_empty()
                && ["不知道", "唔知道"].contains(&phrase)
                && COURTEOUS
                    .iter()
                    .any(|word| draft.sentence_after(range.end).contains(word));
            let is_question =
                phrase.starts_with("应该是") && draft.sentence_after(range.end).ends_with('?');
            !is_polite_question && !is_question
        }
        Rule::Blame if SPARED.iter().any(|word| head.contains(word)) => false,
        Rule::Blame
            if phrase.ends_with("的问题")
                || phrase.ends_with("的事")
                    && !phrase.starts_with(['那', '关', '不', '别', '其'])
                || phrase.ends_with("的责任")
                || phrase.ends_with("的错") =>
        {
            let begins = ["不", "是", "怪", "你", "您"];
            begins.iter().any(|word| phrase.starts_with(word))
                || ["是", "属于", "怪", "因为", "由于", "系", "纯属", "都"]
                    .iter()
                    .any(|word| {
                        head.trim_end_matches(|c: char| "他们那边个的一".contains(c))
                            .ends_with(word)
                    })
                    && !["不", "如果", "若", "万一"]
                        .iter()
                        .any(|word| head.contains(word))
        }
        Rule::Condescension if phrase.is_ascii() => !is_supposed_english(head),
        // "您可以自己看说明书" leaves it to the customer.
        Rule::Condescension
            if phrase.starts_with("自己")
                && ["可以", "能", "想", "方便", "若", "如果", "不用"]
                    .iter()
                    .any(|word| head.contains(word)) =>
        {
            false
        }
        // "您想怎么样搭配都可以" asks kindly.
        Rule::Condescension
            if phrase.ends_with("怎么样")
                || phrase.ends_with("怎样")
                || phrase.ends_with("自己看") =>
        {
            let tail = text.get(range.end..).unwrap_or_default();
            tail.trim_start_matches(['啊', '呢', '嘛'])
                .chars()
                .next()
                .is_none_or(ends_clause)
        }
        Rule::Blunt => {
            // Regret makes a refusal of it that a customer can take.
            let regrets = [
                "抱歉",
                "对不起",
                "不好意思",
                "遗憾",
                "谅解",
                "sorry",
                "afraid",
                "apolog",
                "unfortunately",
                "regret",
            ];
            !regrets.iter().any(|word| text.contains(word))
        }
        _ => true,
    }
}

/// Whether what stands before in the clause says that somebody else is meant, or that it is only supposed.
fn is_supposed(head: &str) -> bool {
    if is_supposed_english(head) {
        return true;
    }
    let last = |words: &[&str]| words.iter().filter_map(|word| head.rfind(word)).max();
    match (last(SUPPOSED), last(SELF)) {
        (Some(other), Some(own)) => other > own,
        (Some(_), None) => true,
        _ => false,
    }
}

fn is_supposed_english(head: &str) -> bool {
    SUPPOSED_ENGLISH.iter().any(|word| {
        head.match_indices(word)
            .any(|(at, _)| is_whole_word(head, at..at.saturating_add(word.len())))
    })
}

/// Whether a figure is told in the clause or right behind it.
fn tells_figure(draft: &Draft<'_>, range: &Range<usize>) -> bool {
    let numerals = |text: &str| {
        text.chars().any(|c| c.is_ascii_digit())
            || text.contains(['百', '千', '万', '折', '%'])
            || text.contains("成")
                && text.contains(['一', '二', '三', '四', '五', '六', '七', '八', '九', '两'])
            || text.contains(['元', '块'])
                && text.contains([
                    '一', '二', '三', '四', '五', '六', '七', '八', '九', '十', '两', '几',
                ])
    };
    numerals(draft.sentence_after(range.end)) || numerals(draft.clause_before(range.start))
}

/// The desk's own words.
fn own_words(draft: &Draft<'_>, config: &Config, found: &mut Vec<Breach>) {
    for rule in [
        Rule::Profanity,
        Rule::Restricted,
        Rule::Vague,
        Rule::Blunt,
        Rule::Blame,
        Rule::Condescension,
        Rule::Brand,
    ] {
        for word in config.words(rule) {
            for range in places(draft, word) {
                if rule == Rule::Restricted && !tells_figure(draft, &range) {
                    continue;
                }
                found.push(Breach {
                    rule,
                    at: draft.folded.original(range),
                });
            }
        }
    }
}

fn allowed(draft: &Draft<'_>, config: &Config) -> Vec<Range<usize>> {
    let phrases = config.allow.iter();
    phrases
        .flat_map(|phrase| places(draft, phrase))
        .map(|range| draft.folded.original(range))
        .collect()
}

/// Where the word of the configuration stands in the folded text.
fn places(draft: &Draft<'_>, word: &str) -> Vec<Range<usize>> {
    let folded = Folded::new(word.trim());
    let (word, text) = (folded.text(), draft.folded.text());
    if word.is_empty() {
        return Vec::new();
    }
    text.match_indices(word)
        .map(|(at, _)| at..at.saturating_add(word.len()))
        .filter(|range| !word.is_ascii() || is_whole_word(text, range.clone()))
        .collect()
}

/// `{name}`: a template that nobody filled in (R29).
fn placeholders(draft: &Draft<'_>, found: &mut Vec<Breach>) {
    let text = draft.text;
    let mut from = 0usize;
    while let Some(open) = text.get(from..).and_then(|tail| tail.find('{')) {
        let start = from.saturating_add(open);
        let tail = text.get(start..).unwrap_or_default();
        let Some(close) = tail.find('}') else { break };
        let name = tail.get(1..close).unwrap_or_default();
        let name = name.trim_matches(['{', '}', ' ', '$']);
        let end = start.saturating_add(close).saturating_add(1);
        let is_name = !name.is_empty()
            && name.len() <= 40
            && name
                .chars()
                .all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'));
        if is_name {
            found.push(Breach {
                rule: Rule::Brand,
                at: start..end,
            });
        }
        from = end;
    }
}
