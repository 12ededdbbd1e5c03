//! What the greeting says.

use switchboard_sdk::say::Text;

pub(crate) const MORNING: Text = Text {
    key: "morning",
    hans: "早上好！",
    hant: "早安！",
    en: "Good morning!",
};
pub(crate) const AFTERNOON: Text = Text {
    key: "afternoon",
    hans: "下午好！",
    hant: "午安！",
    en: "Good afternoon!",
};
pub(crate) const EVENING: Text = Text {
    key: "evening",
    hans: "晚上好！",
    hant: "晚上好！",
    en: "Good evening!",
};
pub(crate) const NIGHT: Text = Text {
    key: "night",
    hans: "",
    hant: "",
    en: "Hello!",
};
pub(crate) const GREETING: Text = Text {
    key: "greeting",
    hans: "{day}您好，我是{desk}的在线客服，很高兴为您服务。",
    hant: "{day}您好，我是{desk}的線上客服，很高興為您服務。",
    en: "{day} This is the online customer service of {desk}. I'm happy to help you.",
};
/// The time of day does not matter to somebody in danger.
pub(crate) const URGENT: Text = Text {
    key: "urgent",
    hans: "您好，已收到您的紧急消息。",
    hant: "您好，已收到您的緊急訊息。",
    en: "Hello, we have received your urgent message.",
};
pub(crate) const CLOSED: Text = Text {
    key: "closed",
    hans: "现在是非工作时间，人工客服将于{opens}恢复服务。在此期间我会继续为您解答常见问题；如有紧急情况，请直接告诉我。",
    hant: "現在是非服務時間，專人客服將於{opens}恢復服務。在此期間我會繼續為您解答常見問題；如有緊急情況，請直接告訴我。",
    en: "Our team is back at {opens}. Until then I can answer common questions; in an emergency, please tell me right away.",
};
