//! How the floor of the desk works: how many conversations an agent has at once, how long customers wait before they
//! hear an apology, when what nobody does climbs, and the host's own words for all of it (R5, R6, R31–R35, R39, R48).

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::SignedDuration;

use super::language;
use super::reader::{Reader, Value};
use super::requirement::time;
use crate::model::Language;

/// How the floor of the desk works. Times are business time where a customer waits for people, else on the clock.
#[derive(Clone, Debug, PartialEq)]
pub struct FloorSettings {
    /// Whether the desk has a floor at all: without `[settings.floor]` hand-overs wait until somebody takes them.
    pub enabled: bool,
    /// How many conversations an agent has at once, where directory.toml doesn't say otherwise (R35).
    pub capacity: u32,
    /// Without a sign of life for so long an agent counts as away (R5).
    pub heartbeat: SignedDuration,
    /// A customer who has heard nothing for so much business time hears the holding reply (R31, R32).
    pub hold_after: SignedDuration,
    /// What a person owes a customer for so much business time is brought before the lead, after twice that before the
    /// manager (R54).
    pub escalate_after: SignedDuration,
    /// The pause between apologies to whoever waits for a person, in business time (R33).
    pub apologise_every: SignedDuration,
    /// How many of them one wait has at most (R33).
    pub apologies: u32,
    /// Whoever waits or will wait for longer than this is offered a call-back or self-service, once (R39).
    pub offer_after: SignedDuration,
    /// Whoever has waited for so long comes before those of higher priority who came later, urgent ones excepted (R34).
    pub patience: SignedDuration,
    /// Whether those who came while the desk was closed are served before those who come while it is open (R44).
    pub overnight_first: bool,
    /// A gap in the host's signs of life longer than this was an outage (R47).
    pub outage_after: SignedDuration,
    /// An agent who has had nothing to do for so much business time hears of messages that were left behind (R45).
    pub idle_nudge_after: SignedDuration,
    texts: BTreeMap<&'static str, BTreeMap<Language, String>>,
    fallback: Language,
}

pub(super) const KEYS: &[&str] = &[
    "capacity",
    "heartbeat",
    "hold-after",
    "escalate-after",
    "apologise-every",
    "apologies",
    "offer-after",
    "patience",
    "overnight-first",
    "outage-after",
    "idle-nudge-after",
    "texts",
];

/// One of the host's own texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FloorText {
    /// The key under `[settings.floor.texts]`.
    pub key: &'static str,
    /// What may stand in it in braces.
    pub places: &'static [&'static str],
    wording: [(&'static str, &'static str); 3],
}

macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident = $key:literal [$($place:literal),*] { $hans:literal, $hant:literal, $en:literal })+) => {
        $($(#[$doc])* pub const $name: FloorText = FloorText {
            key: $key,
            places: &[$($place),*],
            wording: [("zh-Hans", $hans), ("zh-Hant", $hant), ("en", $en)],
        };)+
        /// Every text that the host says by itself on the floor.
        pub const TEXTS: &[FloorText] = &[$($name),+];
    };
}

texts! {
    /// To whoever waits for a person and is the next.
    WAITING_NEXT = "waiting-next" [] {
        "现在咨询的客户较多，让您久等了，非常抱歉。下一位就是您，同事一有空就会接待您，请您稍等。",
        "現在諮詢的客戶較多，讓您久等了，非常抱歉。下一位就是您，同事一有空就會接待您，請您稍候。",
        "Many customers are writing to us right now, and we are sorry that you have to wait. You are the next: please bear with us until a colleague is free."
    }
    /// To whoever waits for a person, where the desk can't tell how long.
    WAITING = "waiting" ["ahead"] {
        "现在咨询的客户较多，让您久等了，非常抱歉。您前面还有{ahead}位客户，同事会按先后顺序接待，请您稍等。",
        "現在諮詢的客戶較多，讓您久等了，非常抱歉。您前面還有{ahead}位客戶，同事會按先後順序接待，請您稍候。",
        "Many customers are writing to us right now, and we are sorry that you have to wait. Customers before you: {ahead}. We answer in order; please bear with us."
    }
    /// To whoever waits for a person, where the desk can tell how long.
    WAITING_TIME = "waiting-time" ["ahead", "minutes"] {
        "现在咨询的客户较多，让您久等了，非常抱歉。您前面还有{ahead}位客户，预计还需{minutes}分钟，请您稍等。",
        "現在諮詢的客戶較多，讓您久等了，非常抱歉。您前面還有{ahead}位客戶，預計還需{minutes}分鐘，請您稍候。",
        "Many customers are writing to us right now, and we are sorry that you have to wait. Customers before you: {ahead}; expected wait in minutes: {minutes}. Please bear with us."
    }
    /// Instead of a long wait.
    OFFER = "offer" [] {
        "目前排队的客户较多，等待时间较长，非常抱歉。如果您不方便等，请回复“回电”，同事会给您回电；或者回复“自助”，我马上为您解答。继续等待不用回复，您的位置会一直保留。",
        "目前排隊的客戶較多，等待時間較長，非常抱歉。如果您不方便等，請回覆「回電」，同事會給您回電；或者回覆「自助」，我馬上為您解答。繼續等待不用回覆，您的位置會一直保留。",
        "The queue is long right now, and we are sorry for that. If you would rather not wait, answer “call back” and a colleague will call you, or “self-service” and I will help you at once. To go on waiting you need not answer: you keep your place."
    }
    /// To whoever chose the call-back.
    CALL_BACK = "call-back" ["due"] {
        "好的，已为您登记回电，同事会在{due}前与您联系。请在这里留下您的电话号码和方便接听的时间。",
        "好的，已為您登記回電，同事會在{due}前與您聯絡。請在這裡留下您的電話號碼和方便接聽的時間。",
        "Of course: a colleague will contact you by {due}. Please leave your telephone number here, and a time that suits you."
    }
    /// To whoever chose self-service.
    SELF_SERVICE = "self-service" [] {
        "好的，您已离开排队。请直接告诉我您的问题，我马上为您解答；需要人工客服时，请回复“转人工”。",
        "好的，您已離開排隊。請直接告訴我您的問題，我馬上為您解答；需要專人客服時，請回覆「轉人工」。",
        "Of course, you have left the queue. Just tell me your question and I will answer at once; whenever you want a person, answer “agent please”."
    }
    /// To whoever has written to an agent and heard nothing.
    HOLD = "hold" [] {
        "同事正在核实您的问题，还需要一些时间，让您久等了，非常抱歉，请您稍等。",
        "同事正在確認您的問題，還需要一些時間，讓您久等了，非常抱歉，請您稍候。",
        "My colleague is still looking into your question and needs some more time. We are sorry to keep you waiting; please bear with us."
    }
    /// To the same, when it was brought before the lead.
    HOLD_AGAIN = "hold-again" [] {
        "您的问题还没有得到答复，让您继续等待，非常抱歉。我已经通知负责人来处理，请您再稍等。",
        "您的問題還沒有得到答覆，讓您繼續等待，非常抱歉。我已經通知負責人來處理，請您再稍候。",
        "Your question has not been answered yet, and we are sorry that you are still waiting. I have now told the team lead about it; please bear with us a little longer."
    }
    /// To whoever writes to an agent who isn't there, where the workflow had no answer.
    AWAY = "away" [] {
        "您的消息已经收到。负责您的同事现在不在座位上，非常抱歉；同事回来后会先回复您，请您稍等。",
        "您的訊息已經收到。負責您的同事現在不在座位上，非常抱歉；同事回來後會先回覆您，請您稍候。",
        "We have received your message. The colleague who looks after you is away from the desk just now, we are sorry; you will be answered first on their return. Please bear with us."
    }
    /// After an outage.
    RECOVERED = "recovered" ["from", "to"] {
        "我们的系统在{from}到{to}之间出现故障，没能及时回复您，非常抱歉。现在已经恢复，您的消息我们已经收到，会按先后顺序回复，请您稍等。",
        "我們的系統在{from}到{to}之間出現故障，沒能及時回覆您，非常抱歉。現在已經恢復，您的訊息我們已經收到，會按先後順序回覆，請您稍候。",
        "Our system was down from {from} to {to}, so we could not answer you in time. We are sorry. It works again, we have your message and are answering in order; please bear with us."
    }
}

impl FloorSettings {
    /// What holds where the desk says nothing. `fallback` is the desk's first language.
    pub fn new(fallback: Language) -> Self {
        Self {
            enabled: false,
            capacity: 5,
            heartbeat: SignedDuration::from_secs(90),
            hold_after: SignedDuration::from_secs(50),
            escalate_after: SignedDuration::from_mins(5),
            apologise_every: SignedDuration::from_mins(3),
            apologies: 3,
            offer_after: SignedDuration::from_mins(10),
            patience: SignedDuration::from_mins(30),
            overnight_first: true,
            outage_after: SignedDuration::from_secs(60),
            idle_nudge_after: SignedDuration::from_mins(5),
            texts: BTreeMap::new(),
            fallback,
        }
    }

    /// A text in the customer's language (English where the desk has none of it), else in the desk's first, with these words in its places.
    pub fn say(&self, text: &FloorText, language: Option<&str>, words: &[(&str, &str)]) -> String {
        let own = |language: &str| {
            let own = self.texts.get(text.key);
            let own = own.and_then(|wordings| wordings.get(language));
            own.map(String::as_str).or_else(|| {
                let mut wording = text.wording.iter();
                wording
                    .find(|(known, _)| *known == language)
                    .map(|(_, text)| *text)
            })
        };
        let said = language
            .and_then(own)
            // A language that nobody here speaks: English reaches further than the desk's own.
            .or_else(|| language.and_then(|_| own("en")))
            .or_else(|| own(&self.fallback))
            .or_else(|| own("en"))
            .unwrap_or_default();
        let mut said = said.to_owned();
        for (place, word) in words {
            said = said.replace(&format!("{{{place}}}"), word);
        }
        said
    }

    pub(super) fn read(
        reader: &mut Reader<'_>,
        value: &Value<'_>,
        languages: &[Language],
        usual: Self,
    ) -> Self {
        let Some(section) = reader.section(value, "floor", "[settings.floor]") else {
            return usual;
        };
        reader.known_keys(&section, KEYS);
        let second = Duration::from_secs(1);
        let day = Duration::from_secs(86_400);
        let mut span = |key: &str, example: &str, usual: SignedDuration| {
            time(reader, &section, key, example, second, day)
                .and_then(|time| SignedDuration::try_from(time).ok())
                .unwrap_or(usual)
        };
        let heartbeat = span("heartbeat", "\"90s\"", usual.heartbeat);
        let hold_after = span("hold-after", "\"50s\"", usual.hold_after);
        let escalate_after = span("escalate-after", "\"5min\"", usual.escalate_after);
        let apologise_every = span("apologise-every", "\"3min\"", usual.apologise_every);
        let offer_after = span("offer-after", "\"10min\"", usual.offer_after);
        let patience = span("patience", "\"30min\"", usual.patience);
        let outage_after = span("outage-after", "\"60s\"", usual.outage_after);
        let idle_nudge_after = span("idle-nudge-after", "\"5min\"", usual.idle_nudge_after);
        if let Some(value) = section
            .get("escalate-after")
            .filter(|_| escalate_after < hold_after)
        {
            reader.problem(&value.span(), format!(
                "escalate-after ({escalate_after:#}) is shorter than hold-after ({hold_after:#}); exchange or raise it"
            ));
        }
        let mut whole = |key: &str, bounds: std::ops::Range<u32>, usual: u32| {
            let value = section.get(key);
            value
                .and_then(|value| reader.whole(value, key, bounds))
                .unwrap_or(usual)
        };
        let capacity = whole("capacity", 1..100, usual.capacity);
        let apologies = whole("apologies", 0..100, usual.apologies);
        let overnight_first = section.get("overnight-first").map(|value| {
            value.get_ref().as_bool().unwrap_or_else(|| {
                reader.problem(
                    &value.span(),
                    "overnight-first is neither true nor false; write one of them",
                );
                true
            })
        });
        let texts = section.get("texts");
        Self {
            enabled: true,
            capacity,
            heartbeat,
            hold_after,
            escalate_after,
            apologise_every,
            apologies,
            offer_after,
            patience,
            overnight_first: overnight_first.unwrap_or(usual.overnight_first),
            outage_after,
            idle_nudge_after,
            texts: texts.map_or_else(BTreeMap::new, |value| read_texts(reader, value, languages)),
            fallback: usual.fallback,
        }
    }
}

fn read_texts(
    reader: &mut Reader<'_>,
    value: &Value<'_>,
    languages: &[Language],
) -> BTreeMap<&'static str, BTreeMap<Language, String>> {
    let mut texts = BTreeMap::new();
    let Some(section) = reader.section(value, "texts", "[settings.floor.texts]") else {
        return texts;
    };
    let keys: Vec<&str> = TEXTS.iter().map(|text| text.key).collect();
    reader.known_keys(&section, &keys);
    for text in TEXTS {
        let wordings = section
            .get(text.key)
            .and_then(|value| reader.section(value, text.key, "[settings.floor.texts.KEY]"));
        for (key, value) in wordings.iter().flat_map(|section| section.table) {
            let name = key.get_ref().as_ref();
            match language::canonical(name) {
                Ok(language) if languages.contains(&language) => {
                    let said = reader.text(value, name, "\"We are sorry, please bear with us.\"");
                    let Some(said) = said else { continue };
                    if let Some(place) = unknown_place(said, text.places) {
                        let known = text.places.join(", ");
                        reader.problem(&value.span(), format!(
                            "{{{place}}} means nothing in the text {}; what can stand in braces here: {}",
                            text.key,
                            if known.is_empty() { "nothing" } else { &known }
                        ));
                    }
                    let wordings: &mut BTreeMap<_, _> = texts.entry(text.key).or_default();
                    wordings.insert(language, said.to_owned());
                }
                Ok(language) => reader.problem(
                    &key.span(),
                    format!(
                        "the desk doesn't serve {language}; add it to languages or remove this line"
                    ),
                ),
                Err(message) => reader.problem(&key.span(), message),
            }
        }
    }
    texts
}

/// The first word in braces that isn't among the places.
fn unknown_place<'t>(text: &'t str, places: &[&str]) -> Option<&'t str> {
    text.split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}'))
        .map(|(place, _)| place)
        .find(|place| !places.contains(place))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_uses_its_places_in_each_language() {
        for text in TEXTS {
            for (language, wording) in text.wording {
                assert_eq!(
                    unknown_place(wording, text.places),
                    None,
                    "{} {language}",
                    text.key
                );
                for place in text.places {
                    assert!(
                        wording.contains(&format!("{{{place}}}")),
                        "{} {language}",
                        text.key
                    );
                }
            }
        }
    }

    #[test]
    fn every_apology_says_sorry_in_the_customers_script() {
        let settings = FloorSettings::new("zh-Hant".to_owned());
        for text in TEXTS
            .iter()
            .filter(|text| !["call-back", "self-service"].contains(&text.key))
        {
            assert!(
                settings
                    .say(text, Some("zh-Hans"), &[])
                    .contains("非常抱歉"),
                "{}",
                text.key
            );
            assert!(
                settings
                    .say(text, Some("zh-Hant"), &[])
                    .contains("非常抱歉"),
                "{}",
                text.key
            );
            assert!(
                settings.say(text, Some("en"), &[]).contains("sorry"),
                "{}",
                text.key
            );
        }
        let waiting = |language| settings.say(&WAITING, language, &[("ahead", "3")]);
        assert!(waiting(Some("ja")).contains("sorry"));
        assert!(waiting(None).contains("還有3位客戶"));
    }
}
