//! What the automatic answer says. None of these may hold a word that leaves the customer guessing (R18).

use switchboard_sdk::say::Text;

pub(crate) const ANSWER: Text = Text {
    key: "answer",
    hans: "{answer}\n如果还有其他问题，随时告诉我。",
    hant: "{answer}\n如果還有其他問題，隨時告訴我。",
    en: "{answer}\nIf there is anything else, just tell me.",
};
/// {department} and {name} are the directory's own words, for a desk that wants its customers to read them.
pub(crate) const RESPONSIBLE: Text = Text {
    key: "responsible",
    hans: "这个问题由专门的同事负责，现在就可以为您准确解答，请联系：{contact}。",
    hant: "這個問題由專門的同事負責，現在就可以為您準確解答，請聯絡：{contact}。",
    en: "The colleague who is responsible for this can give you an exact answer now: {contact}.",
};
pub(crate) const RECORDED: Text = Text {
    key: "recorded",
    hans: "为了给您准确的答复，我已经把您的问题详细记录并转交给同事核实，最迟{due}给您答复。",
    hant: "為了給您準確的答覆，我已經把您的問題詳細記錄並轉交給同事確認，最遲{due}給您答覆。",
    en: "So that you get an exact answer, I have recorded your question and passed it to a colleague. You will hear from us by {due}.",
};
pub(crate) const ADDED: Text = Text {
    key: "added",
    hans: "好的，已补充到您之前的问题里，同事会一并为您核实。",
    hant: "好的，已補充到您之前的問題裡，同事會一併為您確認。",
    en: "Thank you, I have added this to your question; my colleague will look at both together.",
};
pub(crate) const TAKING_OVER: Text = Text {
    key: "taking-over",
    hans: "好的，正在为您转接人工客服。同事看完我们的对话就会接手，不用您再说一遍；让您稍等了，非常抱歉。",
    hant: "好的，正在為您轉接專人客服。同事看完我們的對話就會接手，不用您再說一遍；讓您稍候了，非常抱歉。",
    en: "Of course, I am passing you to a colleague, who will read our conversation first so that you need not repeat anything. Sorry for the short wait.",
};
pub(crate) const STILL_WAITING: Text = Text {
    key: "still-waiting",
    hans: "咨询的客户较多，同事还在处理前面的问题，让您久等了，非常抱歉。您的对话已经排在队列中，我已再次提醒同事。",
    hant: "諮詢的客戶較多，同事還在處理前面的問題，讓您久等了，非常抱歉。您的對話已經排在佇列中，我已再次提醒同事。",
    en: "My colleagues are still helping customers before you. I am sorry that you have to wait; you keep your place, and I have just reminded them.",
};
pub(crate) const PEOPLE_BACK: Text = Text {
    key: "people-back",
    hans: "好的，已为您登记人工服务。现在是非工作时间，同事将于{opens}上班后优先与您联系；在此之前，常见问题我可以继续为您解答。",
    hant: "好的，已為您登記專人服務。現在是非服務時間，同事將於{opens}上班後優先與您聯絡；在此之前，常見問題我可以繼續為您解答。",
    en: "Of course, I have noted that you would like to speak to a person. My colleagues are back at {opens} and will contact you then. Until then I can go on answering common questions.",
};
pub(crate) const CLARIFY: Text = Text {
    key: "clarify",
    hans: "想确认一下，避免理解错您的意思：您是想咨询商品、查询订单，还是有售后方面的问题？麻烦再具体说一两句，我马上为您处理。",
    hant: "想確認一下，避免理解錯您的意思：您是想諮詢商品、查詢訂單，還是有售後方面的問題？麻煩再具體說一兩句，我馬上為您處理。",
    en: "I want to be certain that I understand you: is it about a product, an order, or something you have bought already? One more sentence, and I will take care of it.",
};
pub(crate) const WELCOME_BACK: Text = Text {
    key: "welcome",
    hans: "您好，我在的，请问有什么可以帮您？",
    hant: "您好，我在的，請問有什麼可以幫您？",
    en: "Hello, I am here. What can I do for you?",
};
pub(crate) const YOU_ARE_WELCOME: Text = Text {
    key: "you-are-welcome",
    hans: "不客气，能帮到您我很开心，祝您生活愉快！",
    hant: "不客氣，能幫到您我很開心，祝您生活愉快！",
    en: "You are very welcome, I am glad I could help. Have a lovely day!",
};
pub(crate) const NOTED: Text = Text {
    key: "noted",
    hans: "好的，我一直在，有需要随时告诉我。",
    hant: "好的，我一直在，有需要隨時告訴我。",
    en: "All right. I am here whenever you need anything.",
};
pub(crate) const NUISANCE: Text = Text {
    key: "nuisance",
    hans: "您好，这里是客户服务窗口，只能处理与商品和订单有关的事情。需要帮助时，请直接告诉我您的问题。",
    hant: "您好，這裡是客戶服務窗口，只能處理與商品和訂單有關的事情。需要幫助時，請直接告訴我您的問題。",
    en: "Hello, this is customer service, for products and orders only. Whenever you need help with these, please tell me.",
};
pub(crate) const HOLDING: Text = Text {
    key: "holding",
    hans: "已收到，我会一并转给同事，请您稍等。",
    hant: "已收到，我會一併轉給同事，請您稍候。",
    en: "Received. I will pass this on to my colleague as well; please bear with us.",
};
