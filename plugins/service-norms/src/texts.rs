//! Rewrites, and why something was found fault with.

use switchboard_sdk::{language::Language, say::Text};

use crate::rule::Rule;

pub(crate) const VAGUE: Text = Text {
    key: "vague",
    hans: "这个问题我需要核实一下，请您稍等，我马上为您查询。",
    hant: "這個問題我需要核實一下，請您稍等，我馬上為您查詢。",
    en: "Let me check that for you; please give me a moment.",
};
pub(crate) const PROFANE: Text = Text {
    key: "profane",
    hans: "非常抱歉给您带来不便，请您放心，我会尽力帮您处理。",
    hant: "非常抱歉給您帶來不便，請您放心，我會盡力幫您處理。",
    en: "I am sorry for the trouble; I will do my best to help you.",
};
pub(crate) const RESTRICTED: Text = Text {
    key: "restricted",
    hans: "非常抱歉，这属于公司内部信息，不方便透露，还请您谅解。其他方面我很乐意为您解答。",
    hant: "非常抱歉，這屬於公司內部資訊，不方便透露，還請您諒解。其他方面我很樂意為您解答。",
    en: "I am sorry, this is internal information that I may not share. I will gladly help with anything else.",
};
pub(crate) const BLUNT: Text = Text {
    key: "blunt",
    hans: "非常抱歉，这个暂时不方便告知，还请您谅解。您还有其他需要，我很乐意帮忙。",
    hant: "非常抱歉，這個暫時不方便告知，還請您諒解。您還有其他需要，我很樂意幫忙。",
    en: "I am sorry, I may not share that. I will gladly help with anything else.",
};
pub(crate) const BLAME: Text = Text {
    key: "blame",
    hans: "给您带来不便，非常抱歉。这件事由我来跟进，我马上联系相关同事为您处理。",
    hant: "給您帶來不便，非常抱歉。這件事由我來跟進，我馬上聯絡相關同事為您處理。",
    en: "I am sorry for the trouble. I will look after this myself and bring in the colleagues who can solve it.",
};
pub(crate) const CONDESCENDING: Text = Text {
    key: "condescending",
    hans: "不好意思，可能是我没有说清楚，我再为您详细说明一下。",
    hant: "不好意思，可能是我沒有說清楚，我再為您詳細說明一下。",
    en: "I am sorry that I was not clear; let me explain it step by step.",
};
pub(crate) const CONTACT: Text = Text {
    key: "contact",
    hans: "您有任何需要，直接在这里回复我们就可以，我们随时为您服务。",
    hant: "您有任何需要，直接在這裡回覆我們就可以，我們隨時為您服務。",
    en: "Whatever you need, please reply here; we are glad to help.",
};
pub(crate) const YES: Text = Text {
    key: "yes",
    hans: "好的，我马上为您处理，请您稍等。",
    hant: "好的，我馬上為您處理，請您稍等。",
    en: "Certainly, I will take care of it right away.",
};
pub(crate) const RIGHT: Text = Text {
    key: "right",
    hans: "是的，您说得对。请问还有什么可以帮您？",
    hant: "是的，您說得對。請問還有什麼可以幫您？",
    en: "Yes, that is right. Is there anything else I can do for you?",
};
pub(crate) const NO: Text = Text {
    key: "no",
    hans: "非常抱歉，目前没有办法做到。我看看有没有其他办法帮到您，请您稍等。",
    hant: "非常抱歉，目前沒有辦法做到。我看看有沒有其他辦法幫到您，請您稍等。",
    en: "I am sorry, that is not possible at the moment. Let me see what else I can do for you.",
};
pub(crate) const MORE: Text = Text {
    key: "more",
    hans: "请问还有什么可以帮您？",
    hant: "請問還有什麼可以幫您？",
    en: "Is there anything else I can do for you?",
};

/// What is said instead of a sentence that breaks the rule; none where only a part of it goes.
pub(crate) const fn instead(rule: Rule) -> Option<&'static Text> {
    match rule {
        Rule::Profanity => Some(&PROFANE),
        Rule::Restricted => Some(&RESTRICTED),
        Rule::Vague => Some(&VAGUE),
        Rule::Blunt => Some(&BLUNT),
        Rule::Blame => Some(&BLAME),
        Rule::Condescension => Some(&CONDESCENDING),
        Rule::Brand => Some(&CONTACT),
        Rule::Suffix | Rule::Short | Rule::Invented | Rule::Promise => None,
    }
}

/// Why, in the words of whoever reads the finding; `{words}` is what was found.
pub(crate) const fn why(rule: Rule) -> Text {
    let (hans, hant, en) = match rule {
        Rule::Profanity => (
            "“{words}”是粗俗用语或侮辱，不能发给客户",
            "「{words}」是粗俗用語或侮辱，不能發給客戶",
            "“{words}” is swearing or an insult and must not reach a customer",
        ),
        Rule::Restricted => (
            "“{words}”涉及不对客户公开的数字，请委婉回复",
            "「{words}」涉及不對客戶公開的數字，請委婉回覆",
            "“{words}” gives a figure that customers are not told; decline politely",
        ),
        Rule::Vague => (
            "“{words}”含糊，请核实后给客户明确的答复",
            "「{words}」含糊，請核實後給客戶明確的答覆",
            "“{words}” is vague; check, and give the customer a definite answer",
        ),
        Rule::Blunt => (
            "“{words}”太生硬，不能直接回答的问题请委婉回复",
            "「{words}」太生硬，不能直接回答的問題請委婉回覆",
            "“{words}” is blunt; decline politely what can't be answered",
        ),
        Rule::Blame => (
            "“{words}”是在推卸责任，请由您跟进到底",
            "「{words}」是在推卸責任，請由您跟進到底",
            "“{words}” puts the blame elsewhere; keep the matter your own",
        ),
        Rule::Condescension => (
            "“{words}”会让客户觉得被看不起",
            "「{words}」會讓客戶覺得被看不起",
            "“{words}” talks down to the customer",
        ),
        Rule::Brand => (
            "“{words}”不该出现在对客户的回复里：个人联系方式，或没有填好的模板",
            "「{words}」不該出現在對客戶的回覆裡：個人聯絡方式，或沒有填好的範本",
            "“{words}” has no place in a reply: a private contact, or a template that was not filled in",
        ),
        Rule::Suffix => (
            "请避免用“{words}”结尾",
            "請避免用「{words}」結尾",
            "do not end a clause with “{words}”",
        ),
        Rule::Short => (
            "“{words}”太短，请说完整",
            "「{words}」太短，請說完整",
            "“{words}” is too short; say it in full",
        ),
        Rule::Invented => (
            "「{words}」在引用的知识文章和客户的话里都没有",
            "「{words}」在引用的知識文章和客戶的話裡都沒有",
            "“{words}” stands in none of the cited articles, nor in what the customer wrote",
        ),
        Rule::Promise => (
            "承诺：“{words}”，说到要做到",
            "承諾：「{words}」，說到要做到",
            "a promise: “{words}”; it has to be kept",
        ),
    };
    Text {
        key: "why",
        hans,
        hant,
        en,
    }
}

/// What ends a sentence that stands before another one.
pub(crate) const fn space_between(language: Language) -> &'static str {
    if language.is_chinese() { "" } else { " " }
}
