//! The words of the rules, in Simplified characters and half-width forms: the text is folded before it is searched.
//! The words of Taiwan, Hong Kong and of written Cantonese are here too.
//!
//! A phrase of [`Kind::Nothing`] takes the sting out of what it holds ("照片不清楚", "妈妈的").

use switchboard_sdk::{
    phrases::{Entry, Group, Phrases, count, sorted},
    words::Words,
};

use crate::rule::Rule;

/// What a phrase is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// It breaks the rule wherever the desk speaks of itself.
    Breaks(Rule),
    /// Nothing: a look-alike.
    Nothing,
    /// Something of which customers are told no figure (R23).
    Secret,
}

const GROUPS: &[Group<Kind>] = &[
    (
        Kind::Breaks(Rule::Vague),
        "不知道|不晓得|不清楚|不太清楚|不大清楚|不是很清楚|不太了解|不大了解|不了解|不太懂|不懂这个|不确定|不太确定|不能确定|不敢确定|搞不清|弄不清|说不清|说不好|说不准|不好说|很难说|\
        可能吧|大概吧|也许吧|或许吧|应该吧|应该是|应该可以吧|应该没问题吧|应该不会吧|应该会吧|应该行吧|应该能吧|应该有吧|应该没有吧|应该差不多|好像是|好像吧|好像没有|好像不行|好像可以|貌似|估计是|估计吧|估计不行|估计可以|估计没有|差不多吧|可能是吧|可能不行吧|\
        我猜|猜的|谁知道|我哪知道|我哪里知道|我怎么知道|我怎么会知道|鬼知道|天知道|看情况吧|再说吧|到时候再说|随便吧|随你|随便你|听说是|没听说过|想不起来|记不清|记不得|不记得|无从得知|无法确定|\
        唔知|唔清楚|唔肯定|唔了解|应该系|可能系啩|唔知道",
    ),
    (
        Kind::Breaks(Rule::Vague),
        "i don't know|i dont know|i do not know|we don't know|we dont know|we do not know|i really don't know|i honestly don't know|don't know yet|dunno|idk|no idea|no clue|not a clue|haven't a clue|beats me|who knows|god knows|\
        i'm not sure|im not sure|i am not sure|i'm not certain|i am not certain|i'm not really sure|i'm not quite sure|we're not sure|we are not sure|not too sure|i'm unsure|i am unsure|i guess|my guess is|i suppose so|hard to say|can't say for sure|cannot say for sure|couldn't say|\
        couldn't tell you|don't have a clue|don't have any idea|can't say|cannot say|not sure|it depends|maybe, maybe not|probably fine|should be fine, i think|i think so, maybe|could be anything|i have forgotten|i forgot|don't remember|not that i know",
    ),
    (
        Kind::Breaks(Rule::Blame),
        "别的部门的责任|别的部门的问题|别的部门的事|别的部门负责|别的部门管|其他部门负责|其他部门的事|物流的问题|技术的问题|售后的问题|财务的问题|银行的问题|平台的问题|销售的问题|物流的责任|物流的错|物流那边的问题|快递的问题|快递的责任|快递的错|快递公司的问题|快递公司的责任|快递员的问题|快递员的责任|仓库的问题|仓库的责任|仓库的错|仓库那边的问题|厂家的问题|厂家的责任|工厂的问题|工厂的责任|供应商的问题|供应商的责任|商家的问题|卖家的问题|\
        财务的责任|技术部的问题|技术部的责任|销售的责任|售后的责任|其他部门的问题|其他部门的责任|其它部门的责任|他们部门的|同事的问题|同事的责任|同事的错|上一个客服的|前一个客服的|平台的责任|银行的责任|\
        不是我们的问题|不是我们的责任|不是我们的错|不是我的问题|不是我的责任|不是我的错|不是我们造成|不是我造成|不归我|不归我们|唔归我|不是我负责|不是我们负责|不由我负责|不由我们负责|不属于我们|不属于我|不在我们的责任|我不负责|我们不负责|我们概不负责|跟我们没关系|跟我们没有关系|跟我没关系|和我们没关系|和我们没有关系|和我没关系|与我们无关|与我无关|\
        不关我事|不关我们事|不是我们部门|不是我部门|不是我的事|不是我们的事|不归客服|跟我们无关|和我们无关|跟我无关|和我无关|我管不了|我们管不了|只是个客服|只是一个客服|只是客服|都怪物流|都怪快递|都怪仓库|都怪厂家|都怪技术|都怪售后|都怪销售|都怪财务|都怪他们|售后的事|物流的事|快递的事|仓库的事|技术的事|技术部的事|财务的事|销售的事|厂家的事|平台的事|去找快递|去找物流|去找厂家|去找售后|去找仓库|去找技术|去找财务|去找销售|你自己联系|您自己联系|你自己去联系|您自己去联系|不关我们的事|不关我的事|关我什么事|关我们什么事|唔关我事|唔关我哋事|你去找他们|您去找他们|你自己去找|您自己去找|你找他们去|您找他们去|你找别人|您找别人|找别的部门|您自己的问题|你自己的问题|您自己的责任|你自己的责任|您自己造成|你自己造成|您自己弄坏|你自己弄坏|\
        你的问题吧|是您的错|是你的错|怪你自己|怪您自己|怪不得我们|怪不了我们|谁让你|谁让您|谁叫你|谁叫您|那是你的事|那是您的事|你的事情我|我也没办法|我们也没办法|我也没有办法|我们也没有办法|我也冇办法|爱莫能助",
    ),
    (
        Kind::Breaks(Rule::Blame),
        "not our fault|not my fault|isn't our fault|isn't my fault|not our problem|not my problem|isn't our problem|isn't my problem|not our responsibility|not my responsibility|not my job|not our job|not my department|isn't my department|another department's|a different department's|that department's fault|\
        courier's fault|warehouse's problem|warehouse's responsibility|supplier's problem|manufacturer's problem|you'll have to take that up|you will have to take that up|you have to take that up|you'll need to take that up|you need to take that up|we have nothing to do with|i have nothing to do with|i just work here|i only work here|courier's problem|courier's responsibility|carrier's fault|carrier's problem|carrier's responsibility|warehouse's fault|supplier's fault|manufacturer's fault|the courier is to blame|the carrier is to blame|blame the|your own fault|your fault|your own problem|that's your problem|that is your problem|\
        nothing to do with us|nothing to do with me|nothing i can do|nothing we can do|you should have read|you should've read|you should have checked|you should have known|you should have told us|you did it wrong|not our concern|ask them yourself|ask someone else|take it up with them",
    ),
    (
        Kind::Breaks(Rule::Condescension),
        "你不懂|您不懂|不会看说明书吗|不会看说明吗|不会搜吗|不会百度吗|这么简单都|那么简单都|就你有问题|就您有问题|就你事多|就您事多|别人都没问题|别人都没有问题|别人怎么没问题|你自己看|您自己看|自己看说明|自己看吧|自己去看|自己去查|自己查吧|自己百度|你理解错了|您理解错了|你理解有误|您理解有误|催什么|吵什么|嚷什么|问什么问|闹什么|你不明白|你懂不懂|您懂不懂|你懂什么|您懂什么|外行|门外汉|说了你也不懂|说了您也不懂|你听不懂|您听不懂|听不懂吗|听不懂人话|看不懂吗|不识字|看不见吗|没看见吗|没看到吗|不会看吗|不会自己看|自己不会|你自己看去|自己看去|你自己查|不是说过了|不是说了吗|不是告诉你|不是告诉您|\
        都说了|我说过了|都说过|说过多少|说了多少|说几遍|说了几遍|讲过好几遍|讲过几多次|讲咗几多次|说了好几遍|都告诉你|都告诉您|都跟你说|都跟您说|早就说|早就告诉|早就跟|早跟你说|早跟您说|早告诉你|早告诉您|这么简单的|这么简单还|这都不会|这都不知道|这都不懂|这个都不会|这个都不知道|这个都不懂|这点常识|这是常识|没有常识|没常识|缺乏常识|\
        连这个都|连这都|小学生都|小孩都会|三岁小孩|傻子都|谁都知道|大家都知道|人人都知道|你到底|您到底|你究竟想|你想怎么样|您想怎么样|你想怎样|您想怎样|想怎么样啊|没文化|没见过世面|又是你|又是您|怎么又来|你有完没完|有完没完|没完没了|大惊小怪|小题大做|想多了|想太多|你急什么|您急什么|急什么急|\
        便宜没好货|买不起|嫌贵|爱买不买|爱要不要|爱信不信|随便你投诉|随便您投诉|你去投诉|您去投诉吧|去投诉好了|不想跟你说|懒得跟你|懒得理|懒得说|你搞错了吧|您搞错了吧|你弄错了吧|您弄错了吧|无理取闹|胡搅蛮缠|斤斤计较",
    ),
    (
        Kind::Breaks(Rule::Condescension),
        "as i already said|as i said before|as i already told you|as i told you|like i said|like i already said|i already told you|i've already told you|i already explained|i have already explained|i've already explained|you clearly don't|you clearly didn't|you clearly haven't|you obviously|you must have broken|you must have done something wrong|what do you expect for|what did you expect for|i have already told you|how many times do i|how many times have i|can't you read|can you not read|can you even read|did you even read|did you not read|are you even|do you even|\
        it's obvious|it is obvious|isn't it obvious|that's obvious|that is obvious|pretty obvious|it's common sense|is common sense|everyone knows|everybody knows|even a child|any child could|you don't understand|you do not understand|you wouldn't understand|you would not understand|you just don't get it|\
        too technical for you|hard for you to understand|it's not that hard|it isn't that hard|it's not that difficult|it's not rocket science|not rocket science|calm down|what do you want from me|what more do you want|you people|your lack of|if you had bothered|if you bothered|stop complaining|stop wasting|wasting my time|get over it|\
        learn to read|what's wrong with you|what is wrong with you",
    ),
    (
        Kind::Breaks(Rule::Blunt),
        "无可奉告|不能告诉你|不能告诉您|不告诉你|不会告诉你|不便告诉|这是秘密|这个保密|这是机密|不要问|别问了|别再问|问这个干|问这么多|你别管|您别管|不可能的事|没门|想得美|做不到就是做不到|规定就是规定|none of your business|can't tell you that|cannot tell you that|won't tell you|not allowed to tell you|out of the question|\
        don't ask me|stop asking|rules are rules",
    ),
    (
        Kind::Breaks(Rule::Brand),
        "加我微信|加我的微信|加我个人微信|我的微信号|我的微信是|我微信是|我的手机号|我的手机是|我的手机号码|我的私人|我个人的电话|我的电话号码|打我手机|打我电话|我的qq|加我qq|私聊我|加我line|我的line|我的whatsapp|加我whatsapp|\
        my personal phone|my personal number|my own number|my private number|my personal email|my personal e-mail|my cell number|my mobile number|my whatsapp|my wechat|add me on|text me at|dm me",
    ),
    (
        Kind::Secret,
        "进价|进货价|进货价格|进货成本|成本价|成本价格|供货价|供货价格|底价|毛利|毛利率|利润率|我们的利润|采购价|cost price|our cost|our costs|our margin|profit margin|our profit|mark-up|markup|what we pay|we pay our supplier|supplier price|landed cost",
    ),
    (
        Kind::Nothing,
        "看不清楚|拍不清楚|拍得不清楚|照得不清楚|照片不清楚|照片不太清楚|图片不清楚|图片不太清楚|图不清楚|截图不清楚|截图不太清楚|视频不清楚|视频不太清楚|画面不清楚|画面不太清楚|听不清楚|听得不清楚|听不太清楚|声音不清楚|写得不清楚|字迹不清楚|显示不清楚|说明不清楚|说明书不清楚|说得不清楚|讲得不清楚|地址不清楚|印刷不清楚|刻度不清楚|\
        不清楚的|不太清楚的|不知道的|不了解的|不确定的|不太确定的|不太了解的|不太懂的|不懂的地方|不明白的|不知不觉|不知所措|不知道方不方便|唔知仲有|唔知有咩|唔知您|唔知你|唔知有冇|应该是我|应该是由我们|应该是有|不记得的|记不清楚的|好像是您|不了解情况的|无法确定的|不属于我们的保|不属于我们的质|\
        是您的错觉|售后的事宜|售后的事项|物流的事宜|物流的事项|技术的事宜|财务的事宜|销售的事宜|都怪物流不|是你的错觉|不是您的错|不是你的错|想多了解|您想怎样|您想怎么样的|您想怎样的|大家都知道的|都说了算|内外行|国外行|海外行|境外行|户外行|室外行|外行李|外行程|野外行|在外行|意外行|门外行|对外行|不再说吧|您不懂的|你不懂的|您不明白的|没听说过的|随便您|随你喜欢|随您喜欢|\
        到底价|彻底价|年底价|月底价|底价值|要不要问|就不要问|不要问题|\
        i guess you|i guess that you|can't say enough|cannot say enough|can't say how sorry|cannot say how sorry|i'm not sure if i understand|i'm not sure i understand|i am not sure i understand|i am not sure if i understand|i'm not sure if i understood|i am not sure if i understood|i'm not sure i understood|i am not sure i understood|i'm not sure that i understood|i'm not sure i follow|i am not sure i follow|i'm not sure what you mean|i am not sure what you mean|i'm not sure whether you|i'm not sure if you|i am not sure if you|i am not sure whether you|i don't know if you|i don't know whether you|\
        not your fault|isn't your fault|is not your fault|wasn't your fault|was not your fault|add me on the|i forgot to thank|i forgot to mention",
    ),
];

static ENTRIES: [Entry; count(GROUPS)] = sorted(GROUPS);

/// The words of all rules but profanity.
pub(crate) static WORDS: Phrases<Kind> = Phrases::new(GROUPS, &ENTRIES);

/// True: swearing or an insult. False: a look-alike.
const SWEARING: &[Group<bool>] = &[
    (
        true,
        "傻逼|傻比|傻b|傻x|傻叉|傻缺|傻吊|傻鸟|傻帽|傻冒|傻蛋|傻子|煞笔|煞逼|沙比|沙雕|装逼|牛逼|逗逼|二逼|穷逼|妈逼|妈比|麻痹的|妈卖批|操你妈|操你大爷|操你|操他妈|操蛋|我操|卧槽|卧艹|我艹|日你妈|日了狗|狗日的|草你妈|草泥马|艹你|肏|尼玛|你妈的|他妈的|她妈的|它妈的|妈的智障|妈了个|你妈逼|去你妈|去你的吧|去你大爷|你大爷的|滚你妈|\
        滚蛋|滚开|滚出去|滚吧|滚远|滚犊子|给我滚|你滚|快滚|赶紧滚|去死|找死|死全家|全家死|不得好死|放屁|狗屁|屁话|混蛋|混账|王八蛋|王八羔子|龟儿子|龟孙子|狗东西|狗娘养|狗杂种|杂种|野种|贱人|贱货|贱骨头|犯贱|婊子|骚货|臭不要脸|不要脸|白痴|脑残|脑子进水|脑子有病|脑子有问题|智障|弱智|蠢货|蠢猪|蠢蛋|太蠢|真蠢|你蠢|笨蛋|笨猪|你真笨|太笨了|死猪|猪脑子|饭桶|废物|废话少说|废柴|人渣|败类|畜生|\
        神经病|有病吧|你丫|你有毛病|您有毛病|你有病|变态|闭嘴|少废话|老不死|土包子|乡巴佬|穷鬼|屌丝|屌你|屌毛|吊毛|鸡巴|扑街|仆街|冚家|死八婆|八婆|黐线|痴线|戆居|戆鸠|靠北|靠夭|靠腰|机掰|鸡掰|白目|顶你个肺|食屎|吃屎|狗屎|干你娘|干恁娘|干你妈|你娘的|丢你老母|屌你老母|收皮|收声啦|死开|去吃屎|cao你|草尼玛|操尼玛|tmd|nmsl",
    ),
    (
        false,
        "傻子瓜子|我操作|我操心|我操办|我操控|我操持|体操你|早操你|做操你|课间操你|操你可以|卧槽位|过去死|失去死|去死皮|去死角|滚开水|滚开的水|滚蛋糕|滚吧台|智障儿童|智障人士|智障者|弱智儿童|废物利用|废物箱|废物回收|废物处理|废弃物|医疗废物|神经病学|神经病变|变态反应|变态百货|\
        没有病吧|放屁垫|放屁袋|放屁坐垫|放屁枪|草泥马玩偶|草泥马公仔|草泥马毛绒|草泥马抱枕|草泥马挂件|不要脸红|不要脸盆|不要脸上|要不要脸|你滚动|快滚动|给我滚动|你滚轮|给我滚轮|有病吧台|找死角|收皮带|收皮具|收皮箱|收皮包|白目录|空白目|干你娘家|他妈的妈|白痴汉|死猪肉|笨猪跳|真笨重|太笨重",
    ),
];

static SWEARING_ENTRIES: [Entry; count(SWEARING)] = sorted(SWEARING);

/// Swearing in Han characters, looked for with everything between them taken out.
pub(crate) static SWEARWORDS: Phrases<bool> = Phrases::new(SWEARING, &SWEARING_ENTRIES);

/// Swearing in Latin letters, as whole words: English, pinyin, initials.
#[rustfmt::skip]
pub(crate) static LATIN: Words = Words::new(&[
    "fuck", "fucking", "fucked", "fucker", "fuckers", "fucks", "motherfucker", "motherfucking", "fck", "fcking", "fuk", "fuking", "phuck", "shit", "shits", "shitty", "bullshit", "asshole", "assholes", "arsehole", "ass", "bitch", "bitches", "bastard", "bastards",
    "cunt", "cunts", "dickhead", "dumbass", "jackass", "prick", "pricks", "twat", "wanker", "slut", "whore", "crap", "crappy", "damn", "damned", "damnit", "goddamn", "goddamned", "idiot", "idiots", "idiotic", "moron", "morons", "moronic", "imbecile", "retard", "retarded",
    "stupid", "wtf", "stfu", "gtfo", "lmfao", "screw you", "shut up", "go to hell", "piss off", "pissed off", "bugger off", "drop dead", "loser", "losers", "scumbag", "jerk", "son of a bitch",
    "shabi", "sha bi", "shabee", "tamade", "ta ma de", "nimade", "ni ma de", "caonima", "cao ni ma", "caoni", "wocao", "wo cao", "gundan", "gun dan", "gunkai", "gun kai", "naocan", "nao can", "shadiao", "sha diao", "hundan", "hun dan", "wangbadan", "wang ba dan", "biaozi", "zhizhang", "zhi zhang",
    "ruozhi", "ruo zhi", "baichi", "bai chi", "feiwu", "fei wu", "bendan", "ben dan", "tmd", "cnm", "wcnm", "nmsl", "mlgb", "nmb", "rnm", "wdnmd", "pukgai", "puk gai", "pk gai", "diu nei", "diu lei", "on9",
]);
/// Only beside Han characters: in English "sb" is somebody.
pub(crate) const LATIN_BESIDE_HAN: &[&str] = &["sb"];
/// Only behind somebody or something whom it abuses ("你tm别烦"): elsewhere it is a trade mark.
pub(crate) const TM_BEHIND: &str = "你您我他她它真都这那太";
/// Swearing where they are all of a clause: elsewhere they are ordinary characters (靠窗, 操作, 妈妈的).
pub(crate) const WHOLE_CLAUSE: &[&str] = &[
    "妈的",
    "他娘的",
    "靠",
    "我靠",
    "操",
    "艹",
    "我擦",
    "我去你的",
];
/// With letters replaced ("f**k", "sh!t", "a$$hole").
pub(crate) const MASKED: &[&str] = &[
    "fuck", "fucking", "fucked", "fucker", "shit", "shitty", "bullshit", "bitch", "asshole",
    "cunt", "bastard", "idiot", "moron",
];

/// What hedges a clause that ends with 吧 ("大概可以吧").
pub(crate) const HEDGES: &[&str] = &[
    "可能", "大概", "也许", "或许", "应该", "估计", "好像", "恐怕",
];

/// Words that end with a suffix's character and are none.
#[rustfmt::skip]
pub(crate) const WORDS_WITH_SUFFIX: &[&str] = &[
    "感恩", "报恩", "谢恩", "开恩", "施恩", "师恩", "隆恩", "大恩", "深恩", "养育之恩", "母恩", "父恩", "知恩", "图恩", "周恩", "肖恩", "瑞恩", "布莱恩", "凯恩", "科恩", "韦恩", "伊恩", "莱恩", "吟哦", "抛撒", "喷撒", "播撒", "弥撒", "挥撒", "泼撒", "撒撒", "洒撒", "均匀撒",
];
/// Those suffixes that are one only behind a word of assent, because so many words end with them.
pub(crate) const ONLY_AFTER_ASSENT: &str = "恩撒";
/// Words of assent.
pub(crate) const ASSENT: &str = "的好了对是行以啊哦嗯恩呢吧有会能来道";
/// The suffixes of the norm, as folded.
pub(crate) const SUFFIXES: [char; 7] = ['哦', '恩', '啊', '撒', '喔', '噢', '嗯'];

/// Replies that are courtesy and nothing else, folded and without punctuation: never too short (C1).
#[rustfmt::skip]
pub(crate) const COURTESY: &[&str] = &[
    "您好", "你好", "您早", "早安", "晚安", "午安", "早上好", "下午好", "晚上好", "中午好", "对不起", "不好意思", "抱歉", "很抱歉", "谢谢", "谢谢您", "感谢", "感谢您", "多谢", "多谢您", "不客气", "不用谢", "没关系", "请稍等", "请稍候", "稍等", "再见", "请讲", "请说", "唔该", "唔使客气", "欢迎您",
    "hello", "hi", "hey", "thanks", "thank you", "sorry", "apologies", "welcome", "you're welcome", "goodbye", "bye", "good morning", "good afternoon", "good evening", "greetings", "certainly", "absolutely", "hooray", "congratulations",
];
/// Too short in English, where nothing else is said.
#[rustfmt::skip]
pub(crate) const CURT: &[&str] = &[
    "ok", "okay", "k", "kk", "okey", "yes", "yeah", "yep", "yup", "ya", "no", "nope", "nah", "sure", "fine", "right", "true", "maybe", "cool", "got it", "noted", "done", "hm", "hmm", "mhm", "uh huh", "i see", "yes it is", "no it isn't", "no problem", "np", "alright", "all right", "nothing", "wait", "correct", "exactly",
];
