//! What the host itself says to customers, in each language. A desk's steps say everything else.

/// A text in each language.
pub(crate) struct Words {
    pub(crate) hans: &'static str,
    pub(crate) hant: &'static str,
    pub(crate) en: &'static str,
}

/// A department has closed a ticket and no step told the customer (R58).
pub(crate) const FEEDBACK: Words = Words {
    hans: "您好，您反映的“{title}”已处理完成：{text}",
    hant: "您好，您反映的「{title}」已處理完成：{text}",
    en: "Hello, what you told us (“{title}”) has been dealt with: {text}",
};

/// A complaint about whoever talks to the customer goes past them (R74).
pub(crate) const PAST_THEM: Words = Words {
    hans: "非常抱歉给您带来了不好的体验。您的投诉我们已完整记录并直接转给主管，当事人看不到。主管会亲自处理并给您答复，请您稍候。",
    hant: "非常抱歉給您帶來了不好的體驗。您的投訴我們已完整記錄並直接轉給主管，當事人看不到。主管會親自處理並給您答覆，請您稍候。",
    en: "I am truly sorry about this. Your complaint has been recorded in full and goes straight to the supervisor; the person concerned cannot see it. The supervisor will deal with it in person and answer you. Please bear with us.",
};

/// What was promised for now isn't done (R138).
pub(crate) const BROKEN: Words = Words {
    hans: "非常抱歉，答应您的“{title}”没能按时做到，是我们的不对。我已再次催办并上报负责人，一有结果马上告诉您。",
    hant: "非常抱歉，答應您的「{title}」沒能按時做到，是我們的不對。我已再次催辦並上報負責人，一有結果馬上告訴您。",
    en: "I am very sorry: what we promised you (“{title}”) has not been done in time. That is our fault. I have urged the colleagues and reported it to their lead, and you will hear from us as soon as there is a result.",
};

/// What the host promises whoever chose a call-back instead of the wait, as the ledger and an apology name it.
pub(crate) const CALLED_BACK: Words = Words {
    hans: "给您回电",
    hant: "給您回電",
    en: "a call back",
};

impl Words {
    /// In the customer's language (English where there is no wording in it), else in the desk's first one; `{title}` and `{text}` filled in.
    pub(crate) fn say(
        &self,
        language: Option<&str>,
        fallback: Option<&str>,
        title: &str,
        text: &str,
    ) -> String {
        let of = |language: &str| {
            let tag = language.to_ascii_lowercase();
            let is = |word: &str| tag.split('-').any(|part| part == word);
            match () {
                () if is("zh") && ["hant", "tw", "hk", "mo"].iter().any(|word| is(word)) => {
                    Some(self.hant)
                }
                () if is("zh") => Some(self.hans),
                () if is("en") => Some(self.en),
                () => None,
            }
        };
        let words = language
            .map(|language| of(language).unwrap_or(self.en))
            .or_else(|| fallback.and_then(of))
            .unwrap_or(self.en);
        // The title last: what stands in the customer's words is no place to fill in.
        let (before, after) = words.split_once("{title}").unwrap_or((words, ""));
        if after.is_empty() {
            return before.replace("{text}", text);
        }
        format!("{before}{title}{}", after.replace("{text}", text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_said_in_the_customers_language_or_the_desks() {
        let say = |language, fallback| FEEDBACK.say(language, fallback, "{text}", "好了");
        assert!(say(Some("zh-Hans"), None).contains("“{text}”已处理完成：好了"));
        assert!(say(Some("zh-HK"), None).contains("處理完成：好了"));
        assert!(say(Some("zh-Hant-TW"), None).contains("處理完成"));
        assert!(say(Some("en-GB"), Some("zh-Hans")).contains("dealt with"));
        assert!(say(Some("ja"), Some("zh-Hans")).contains("dealt with"));
        assert!(say(None, Some("zh-Hans")).contains("处理完成"));
        assert!(say(None, None).contains("dealt with"));
    }
}
