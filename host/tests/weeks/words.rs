//! What people write in random weeks.

/// What a customer may have on their mind.
#[derive(Clone, Copy)]
pub(crate) enum Mind {
    Question,
    Person,
    Complaint,
    ComplaintAboutSomebody,
    Suggestion,
    Repair,
    Order,
    Emergency,
    Thanks,
    Nod,
    Nuisance,
    Choice,
    Later,
    Rating,
    Other,
}

/// In Simplified Chinese, Traditional Chinese and English.
pub(crate) const WORDS: [(Mind, [&[&str]; 3]); 15] = [
    (
        Mind::Question,
        [
            &[
                "你们的发票怎么开？",
                "毛绒可以机洗吗",
                "运费怎么算",
                "你们几点上班",
                "换货流程怎么走？",
                "会员积分怎么用",
            ],
            &[
                "請問寄到台灣運費多少？",
                "請問發票怎麼開？",
                "你們幾點開門？",
                "可以退貨嗎",
            ],
            &[
                "Do you ship to Canada?",
                "How long does shipping take?",
                "whats ur refund policy",
                "When are you open?",
            ],
        ],
    ),
    (
        Mind::Person,
        [
            &["转人工", "人工客服在吗，转人工", "我要找人工"],
            &["轉人工，謝謝您", "我要真人客服"],
            &[
                "I want to talk to a person, please",
                "human please",
                "Can I speak to an agent?",
            ],
        ],
    ),
    (
        Mind::Complaint,
        [
            &[
                "我要投诉！你们发来的火车是坏的，打电话三次没人接！",
                "我要投诉，收到的拼图少了一块！",
                "太差劲了，我要投诉到12315",
            ],
            &[
                "我要投訴！買的積木少了三塊，打了兩次電話都沒有人理我",
                "我要投訴，收到的娃娃是壞的！",
            ],
            &[
                "I want to complain: my order arrived broken and nobody answers me!",
                "This is unacceptable, I am filing a complaint.",
            ],
        ],
    ),
    (
        Mind::ComplaintAboutSomebody,
        [
            &[
                "我要投诉张薇，她昨天在电话里骂我",
                "投诉！客服林梅态度恶劣，还挂我电话",
            ],
            &[
                "我要投訴李嘉欣，她好冇禮貌，仲掛我線！",
                "我要投訴你們的張薇，態度很差",
            ],
            &[
                "I want to complain about Zhang Wei, she hung up on me.",
                "I have a complaint about Lin Mei: she was rude to me.",
            ],
        ],
    ),
    (
        Mind::Suggestion,
        [
            &["建议你们出一款浅粉色的鲸鱼", "提个建议，包装盒能不能小一点"],
            &["建議你們出一款小一點的鯨魚", "建議說明書的字印大一點"],
            &[
                "One suggestion: it would be great if you sold a smaller whale.",
                "I suggest you print the battery type on the box.",
            ],
        ],
    ),
    (
        Mind::Repair,
        [
            &["小火车坏了，能修吗？", "遥控车跑着跑着不动了，能修不"],
            &["小火車壞了，換了電池也不走，能修嗎？"],
            &["My remote control car is broken and needs a repair."],
        ],
    ),
    (
        Mind::Order,
        [
            &[
                "我的快递到哪了？订单号BW20260350",
                "我要取消订单 BW20260355",
                "我要改一下收货地址，订单BW20260392",
            ],
            &[
                "我要取消訂單 BW20260355，謝謝",
                "訂單BW20260421什麼時候出貨呢？",
            ],
            &[
                "Where is my parcel?? BW20260312",
                "can i cancel my order BW20260412",
            ],
        ],
    ),
    (
        Mind::Emergency,
        [
            &[
                "充电器冒烟了！！！插座那边一股烧焦的味道",
                "我孙子把积木的小零件吞下去了 怎么办",
                "着火了！快来人！",
            ],
            &["我的車充電充到一半冒煙，剛剛有火花，小孩在旁邊！"],
            &[
                "The charger is on fire!",
                "My son swallowed a battery, what do I do?",
            ],
        ],
    ),
    (
        Mind::Thanks,
        [
            &["谢谢", "好的谢谢", "非常感谢！"],
            &["好，謝謝您", "唔該晒"],
            &["thanks!", "Perfect, thank you!"],
        ],
    ),
    (
        Mind::Nod,
        [
            &["好的", "嗯", "知道了", "哦"],
            &["好的", "了解"],
            &["ok", "I see", "got it"],
        ],
    ),
    (
        Mind::Nuisance,
        [
            &[
                "兼职刷单日赚500，加微信 zs88889 秒结，点击链接 http://t.example/zz",
                "傻逼",
                "【贷款】无抵押低息贷款，点击链接 http://loan.example",
            ],
            &["加LINE賺錢，名額有限 http://t.example/zz"],
            &["Make money fast!!! Click http://spam.example now"],
        ],
    ),
    (
        Mind::Choice,
        [
            &["回电", "自助"],
            &["回電，謝謝", "自助服務"],
            &["call back", "self-service"],
        ],
    ),
    (
        Mind::Later,
        [
            &[
                "我再考虑一下，周六给你答复",
                "我跟老婆商量一下，下周一告诉你",
                "不用回访，谢谢",
                "我白天上班不要打电话，请晚上联系我",
            ],
            &["我再考慮一下，明天告訴你", "不用回訪，謝謝"],
            &[
                "Let me think about it, I'll tell you on Friday",
                "please don't contact me again",
            ],
        ],
    ),
    (
        Mind::Rating,
        [
            &[
                "1",
                "１",
                "一",
                "2",
                "3",
                "4",
                "4 还没收到呢",
                "1号楼漏水",
                "我给1分，很满意",
            ],
            &["1", "２", "3 道歉咁冇誠意", "四", "滿意！給你100分"],
            &[
                "1",
                "1 thanks!",
                "Rating: 2",
                "three",
                "4",
                "1 more question",
            ],
        ],
    ),
    (
        Mind::Other,
        [
            &[
                "🐳🐳🐳",
                "?",
                "人呢",
                "那个",
                "有人管吗？",
                "13800138000",
                "[图片]",
            ],
            &["喔喔", "？？", "有人嗎"],
            &["hello?", "...", "anybody there?", "hola, hablan español?"],
        ],
    ),
];

/// What people of the desk write, by the language of the customer.
pub(crate) const ANSWERS: [&[&str]; 3] = [
    &[
        "您好，请问有什么可以帮您？",
        "我帮您查一下，明天给您答复。",
        "已经为您处理好了，请您放心。",
        "这个我不清楚",
        "两小时内给您回电话。",
    ],
    &[
        "您好，請問有什麼可以幫您？",
        "我幫您查一下，明天給您答覆。",
        "已經為您處理好了，請您放心。",
    ],
    &[
        "Hello, how can I help you?",
        "I will get back to you within 2 hours.",
        "I am looking into it for you.",
        "I don't know.",
    ],
];
