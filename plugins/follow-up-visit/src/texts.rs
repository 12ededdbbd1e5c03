//! What the customer hears after a resolution and later.

use switchboard_sdk::say::Text;

pub(crate) const QUESTION: Text = Text {
    key: "question",
    hans: "感谢您的咨询！请回复数字为本次服务评分：1 非常满意，2 满意，3 对服务态度不满意，4 问题没有解决。",
    hant: "感謝您的諮詢！請回覆數字為本次服務評分：1 非常滿意，2 滿意，3 對服務態度不滿意，4 問題沒有解決。",
    en: "Thank you for contacting us! Please rate our service with one digit: 1 very satisfied, 2 satisfied, 3 not happy with how I was treated, 4 my problem is not solved.",
};
pub(crate) const THANKS: Text = Text {
    key: "thanks",
    hans: "感谢您的评价，祝您生活愉快！",
    hant: "感謝您的評價，祝您生活愉快！",
    en: "Thank you for your rating. Have a lovely day!",
};
pub(crate) const CORRECTED: Text = Text {
    key: "corrected",
    hans: "好的，您的评价已经更正，感谢您的反馈！",
    hant: "好的，您的評價已經更正，感謝您的回饋！",
    en: "Thank you, I have corrected your rating.",
};
pub(crate) const SORRY_ATTITUDE: Text = Text {
    key: "sorry-attitude",
    hans: "感谢您如实告诉我们。服务没有让您满意，非常抱歉，我已经反馈给主管，我们会认真改进。",
    hant: "感謝您如實告訴我們。服務沒有讓您滿意，非常抱歉，我已經反映給主管，我們會認真改進。",
    en: "Thank you for telling us. I am sorry that you were not treated as you should be; the team lead has been told, and we will do better.",
};
pub(crate) const REOPENED: Text = Text {
    key: "reopened",
    hans: "非常抱歉问题还没有解决。我已经重新打开您的问题并转交给同事跟进，您不用再说一遍。",
    hant: "非常抱歉問題還沒有解決。我已經重新開啟您的問題並轉交給同事跟進，您不用再說一遍。",
    en: "I am very sorry that this is not solved yet. I have reopened your case and passed it to a colleague; you need not repeat anything.",
};
pub(crate) const SORRY_UNSOLVED: Text = Text {
    key: "sorry-unsolved",
    hans: "非常抱歉问题仍未解决，我已经把您的情况上报主管跟进。",
    hant: "非常抱歉問題仍未解決，我已經把您的情況上報主管跟進。",
    en: "I am very sorry that this is still not solved. I have reported it to the team lead, who will follow it up.",
};
pub(crate) const VISIT: Text = Text {
    key: "visit",
    hans: "您好，我是{desk}的客服，来做个回访：之前的问题后来都还顺利吗？您对我们的商品和服务有什么意见或建议，欢迎直接回复告诉我。",
    hant: "您好，我是{desk}的客服，想做個回訪：之前的問題後來都還順利嗎？您對我們的商品和服務有什麼意見或建議，歡迎直接回覆告訴我。",
    en: "Hello, this is {desk} following up: is everything fine now? If you have an opinion on our products or our service, just reply, we would love to hear it.",
};
pub(crate) const OPINION_NOTED: Text = Text {
    key: "opinion-noted",
    hans: "感谢您的宝贵意见，我已经如实记录并转给负责的同事。",
    hant: "感謝您的寶貴意見，我已經如實記錄並轉給負責的同事。",
    en: "Thank you for your opinion. I have recorded it just as you said it, for the colleagues in charge.",
};
pub(crate) const SCALE: Text = Text {
    key: "scale",
    hans: "麻烦您用1到{most}之间的一个数字回复，谢谢您！",
    hant: "麻煩您用1到{most}之間的一個數字回覆，謝謝您！",
    en: "Could you answer with a number from 1 to {most}, please?",
};
pub(crate) const TAKE_YOUR_TIME: Text = Text {
    key: "take-your-time",
    hans: "好的，您慢慢考虑，不着急。我{due}再和您联系；方便的话，也可以告诉我您主要在考虑哪方面，我先帮您准备资料。",
    hant: "好的，您慢慢考慮，不著急。我{due}再和您聯絡；方便的話，也可以告訴我您主要在考慮哪方面，我先幫您準備資料。",
    en: "Of course, take your time. I will get back to you at {due}. If you like, tell me what you are still weighing, and I will prepare what you need.",
};
pub(crate) const GENTLE: Text = Text {
    key: "gentle",
    hans: "您好，之前您说要考虑一下，想问问您现在有什么想法？有任何问题我都可以为您解答。",
    hant: "您好，之前您說要考慮一下，想問問您現在有什麼想法？有任何問題我都可以為您解答。",
    en: "Hello, you wanted to think it over. How do you feel about it now? I am glad to answer any question.",
};
pub(crate) const BIRTHDAY: Text = Text {
    key: "birthday",
    hans: "祝您生日快乐！{desk}全体同事祝您身体健康、天天开心。",
    hant: "祝您生日快樂！{desk}全體同事祝您身體健康、天天開心。",
    en: "Happy birthday from all of us at {desk}! We wish you good health and much joy.",
};
pub(crate) const BIRTHDAY_LATE: Text = Text {
    key: "birthday-late",
    hans: "补祝您生日快乐！{desk}全体同事祝您身体健康、天天开心。",
    hant: "補祝您生日快樂！{desk}全體同事祝您身體健康、天天開心。",
    en: "A belated happy birthday from all of us at {desk}! We wish you good health and much joy.",
};
pub(crate) const CHILD_BIRTHDAY: Text = Text {
    key: "child-birthday",
    hans: "今天是小朋友的生日，{desk}全体同事祝小朋友生日快乐、健康成长！",
    hant: "今天是小朋友的生日，{desk}全體同事祝小朋友生日快樂、健康成長！",
    en: "It is your child's birthday today: all of us at {desk} wish a very happy one!",
};
pub(crate) const CHILD_BIRTHDAY_LATE: Text = Text {
    key: "child-birthday-late",
    hans: "小朋友的生日刚过，{desk}全体同事补祝小朋友生日快乐、健康成长！",
    hant: "小朋友的生日剛過，{desk}全體同事補祝小朋友生日快樂、健康成長！",
    en: "Your child has just had a birthday: all of us at {desk} send our belated wishes!",
};
