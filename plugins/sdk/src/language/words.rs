//! The words that tell languages apart.

use crate::words::Words;

/// Written by people of every language; a sign of English only where nothing else is known.
#[rustfmt::skip]
pub(super) const INTERNATIONAL: &[&str] = &[
    "app", "bug", "bye", "email", "haha", "hello", "hey", "hi", "lol", "no", "ok", "okay", "okey", "pk", "pls",
    "plz", "qq", "sorry", "thanks", "thx", "vip", "wechat", "wow", "yes",
];

/// Frequent words of English that the languages beside it in Latin letters don't have.
#[rustfmt::skip]
pub(super) const ENGLISH: &[&str] = &[
    "about", "address", "after", "again", "agent", "all", "already", "always", "am", "and", "another", "any",
    "anyone", "are", "arrive", "arrived", "as", "ask", "at", "back", "bad", "be", "because", "been", "before",
    "better", "bill", "bought", "broke", "broken", "but", "buy", "by", "call", "came", "can", "cancel", "cannot",
    "change", "charged", "check", "come", "could", "customer", "damaged", "day", "days", "deliver", "delivery",
    "did", "do", "does", "doesnt", "dont", "each", "every", "feedback", "fire", "first", "fix", "for", "found",
    "from", "get", "give", "go", "good", "got", "great", "had", "has", "have", "he", "help", "her", "here", "him",
    "his", "how", "human", "if", "in", "instead", "invoice", "is", "it", "item", "its", "just", "know", "last",
    "late", "leave", "like", "long", "look", "lost", "made", "make", "many", "may", "me", "missing", "money",
    "more", "much", "must", "my", "need", "never", "new", "next", "nice", "not", "nothing", "now", "of", "off",
    "on", "one", "only", "open", "or", "order", "ordered", "other", "our", "out", "over", "paid", "parcel",
    "password", "pay", "payment", "people", "person", "please", "price", "problem", "product", "put", "quality",
    "question", "ready", "really", "receive", "received", "refund", "replace", "representative", "return", "review",
    "right", "said", "same", "say", "see", "seller", "send", "sent", "service", "she", "shipping", "should", "show",
    "size", "smoke", "so", "some", "someone", "something", "soon", "speak", "status", "still", "stop", "such",
    "support", "take", "talk", "tell", "terrible", "than", "thank", "that", "the", "their", "them", "then", "there",
    "these", "they", "thing", "think", "this", "those", "time", "to", "today", "tomorrow", "too", "toy", "track",
    "try", "trying", "two", "up", "use", "very", "waiting", "want", "warranty", "was", "way", "we", "week", "well",
    "were", "what", "whats", "when", "where", "which", "who", "why", "will", "with", "working", "works", "worst",
    "would", "wrong", "yesterday", "yet", "you", "your",
];

/// Frequent words of other languages in Latin letters that English does not have.
#[rustfmt::skip]
pub(super) const FOREIGN: &[&str] = &[
    "aber", "ada", "adalah", "anda", "apa", "aqui", "auf", "aus", "avec", "bei", "bitte", "bonjour", "buenas",
    "bueno", "buenos", "bukan", "chao", "che", "ciao", "com", "como", "con", "cosa", "cual", "cuando", "da",
    "danke", "dans", "das", "dei", "del", "della", "dem", "den", "der", "des", "dia", "die", "donde", "du", "ein",
    "eine", "el", "ela", "ele", "en", "er", "es", "esta", "este", "et", "gracias", "grazie", "guten", "habe",
    "hallo", "hay", "het", "hola", "ich", "il", "ist", "ja", "je", "kein", "khong", "la", "las", "le", "les", "los",
    "lui", "mais", "merci", "mi", "mich", "mijn", "min", "mir", "mit", "muy", "nao", "ne", "nein", "nicht", "niet",
    "noch", "non", "nous", "och", "oder", "ola", "ou", "oui", "para", "pas", "pedido", "per", "pero", "por",
    "porque", "pour", "puedo", "quand", "que", "quiero", "saya", "sehr", "sein", "si", "sie", "sind", "sono", "sur",
    "tak", "te", "terima", "tidak", "tu", "um", "una", "und", "une", "uno", "van", "vielen", "von", "vous", "wann",
    "warum", "wie", "wir", "wo", "yang", "yo", "zu", "zum",
];

/// Words in characters that both scripts share, used on the mainland.
#[rustfmt::skip]
pub(super) static SIMPLIFIED_WORDS: Words = Words::anywhere(&[
    "打印", "短信", "信息", "充值", "公交", "回复", "手工费", "小票", "硬件", "拉黑", "微信", "支付宝", "菜品",
    "吐槽",
]);

/// Words in characters that both scripts share, used in Taiwan, Hong Kong and Macao.
#[rustfmt::skip]
pub(super) static TRADITIONAL_WORDS: Words = Words::anywhere(&[
    "影片", "列印", "伺服器", "程式", "滑鼠", "硬碟", "光碟", "登入", "宅配", "超商", "公尺", "品管", "回覆",
    "甚麼", "巴士", "早晨",
]);
