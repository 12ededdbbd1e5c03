//! What the customer hears of what was forwarded.

use switchboard_sdk::say::Text;

use crate::config::Kind;

pub(crate) const COMPLAINT: Text = Text {
    key: "complaint",
    hans: "非常抱歉给您带来了不好的体验。您反映的问题我已完整记录并提交售后负责人处理，最迟{due}给您答复。",
    hant: "非常抱歉給您帶來了不好的體驗。您反映的問題我已完整記錄並提交售後負責人處理，最遲{due}給您答覆。",
    en: "I am truly sorry about this. I have recorded everything you told us and passed it to the head of after-sales; you will have an answer by {due}.",
};
pub(crate) const SUGGESTION: Text = Text {
    key: "suggestion",
    hans: "非常感谢您的建议，我已提交给销售部门，最迟{due}告诉您他们的回复。",
    hant: "非常感謝您的建議，我已提交給銷售部門，最遲{due}告訴您他們的回覆。",
    en: "Thank you very much for your suggestion. I have passed it to our sales department; you will hear what they say by {due}.",
};
pub(crate) const REPAIR: Text = Text {
    key: "repair",
    hans: "很抱歉商品出现故障，已为您登记维修，维修同事最迟{due}与您联系并告知处理方案。",
    hant: "很抱歉商品出現故障，已為您登記維修，維修同事最遲{due}與您聯絡並告知處理方案。",
    en: "I am sorry that it does not work as it should. I have registered a repair; our technicians will contact you with a solution by {due}.",
};
pub(crate) const ORDER: Text = Text {
    key: "order",
    hans: "您的订单需求已登记并转交负责订单的同事处理，最迟{due}给您结果。",
    hant: "您的訂單需求已登記並轉交負責訂單的同事處理，最遲{due}給您結果。",
    en: "I have passed your order request to the colleagues who handle orders; you will have the result by {due}.",
};
/// Fixed: nothing of it depends on what the customer wrote (R62).
pub(crate) const EMERGENCY: Text = Text {
    key: "emergency",
    hans: "您好，请先确保人身安全：立即停止使用并远离危险，带好孩子。如有火情或危险请马上拨打119或110，如有人受伤或误吞零件请马上拨打120。我们已紧急通知值班负责人，会立即与您联系。",
    hant: "您好，請先確保人身安全：立即停止使用並遠離危險，帶好孩子。如有火災、受傷或誤吞零件，請馬上撥打當地緊急電話（119、120或999）。我們已緊急通知值班負責人，會立即與您聯絡。",
    en: "Please keep everybody safe first: stop using the product, move away from the danger and keep children with you. If there is a fire, an injury or a swallowed part, call your local emergency number (112, 911 or 999) now. We have alerted the person on duty, who will contact you right away.",
};
pub(crate) const EMERGENCY_AGAIN: Text = Text {
    key: "emergency-again",
    hans: "已收到，已同步给值班负责人。请以人身安全为先，需要救援请直接拨打119或120。",
    hant: "已收到，已同步給值班負責人。請以人身安全為先，需要救援請直接撥打當地緊急電話。",
    en: "Received, and passed to the person on duty. Safety first: for rescue please call your local emergency number.",
};
pub(crate) const ADDED: Text = Text {
    key: "added",
    hans: "已收到，我已补充到您之前反映的问题中，负责的同事会一并处理。",
    hant: "已收到，我已補充到您之前反映的問題中，負責的同事會一併處理。",
    en: "Thank you, I have added this to your open case; the colleague in charge will deal with everything together.",
};
pub(crate) const FEEDBACK: Text = Text {
    key: "feedback",
    hans: "您好，您反映的“{title}”已处理完成：{feedback}",
    hant: "您好，您反映的「{title}」已處理完成：{feedback}",
    en: "Hello, what you told us (“{title}”) has been dealt with: {feedback}",
};

pub(crate) const OVERDUE: Text = Text {
    key: "overdue",
    hans: "您好，您反映的“{title}”还在处理，比答应您的时间晚了，非常抱歉。我已上报负责人催办，一有结果马上告诉您。",
    hant: "您好，您反映的「{title}」還在處理，比答應您的時間晚了，非常抱歉。我已上報負責人催辦，一有結果馬上告訴您。",
    en: "Hello, we are still working on what you told us (“{title}”), later than we promised, and I am sorry. I have reported it to the manager, and you will hear from us as soon as there is a result.",
};

/// What the customer hears when a ticket of this kind is opened.
pub(crate) const fn acknowledgement(kind: Kind) -> &'static Text {
    match kind {
        Kind::Emergency => &EMERGENCY,
        Kind::Complaint => &COMPLAINT,
        Kind::Repair => &REPAIR,
        Kind::Order => &ORDER,
        Kind::Suggestion => &SUGGESTION,
    }
}
