//! How the host itself behaves at this desk.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::SignedDuration;

use super::floor::FloorSettings;
use super::language;
use super::reader::{Reader, Section, Value};
use super::requirement::time;
use super::widget::WidgetSettings;
use crate::model::Language;

/// How the host itself behaves at this desk.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// A message within this time of the last activity continues a resolved conversation; later it begins a new one.
    pub idle_after: SignedDuration,
    /// What the customer hears when a step fails, by language: explanation, apology, request to wait (R32).
    pub holding_reply: BTreeMap<Language, String>,
    /// How a step with the policy `retry` is tried again.
    pub retry: Retry,
    /// How people's work is organised: presence, queue, the minute, outages.
    pub floor: FloorSettings,
    /// What a new version of a plugin has to pass before it goes live; none: nothing.
    pub rehearsal: Option<RehearsalSettings>,
    /// How the chat may be embedded.
    pub widget: WidgetSettings,
    /// What versions have to know before they go live, by plugin.
    pub exams: BTreeMap<String, ExamSettings>,
    /// How long a version runs beside the live one before it goes live; none: not at all.
    pub shadow: Option<ShadowSettings>,
    fallback: Language,
}

/// On how much of the past a new version is tried before it goes live, and how much may differ.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RehearsalSettings {
    /// The time before now.
    pub over: SignedDuration,
    /// How many of the recorded calls may differ.
    pub budget: DifferenceBudget,
}

/// The desk's own cases, and how many of them a version has to get right.
#[derive(Clone, Debug, PartialEq)]
pub struct ExamSettings {
    /// The file, relative to the desk.
    pub file: String,
    /// The line of `desk.toml` that names it.
    pub line: usize,
    /// Of a hundred.
    pub pass: f64,
}

/// A time beside the live version, and how much may differ.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ShadowSettings {
    /// At least.
    pub time: SignedDuration,
    /// How many of the calls in it may differ.
    pub budget: DifferenceBudget,
}

/// How many of some recorded calls may differ.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum DifferenceBudget {
    /// So many.
    Calls(u64),
    /// So many of a hundred.
    Percent(f64),
}

impl DifferenceBudget {
    /// Whether so many of so many are within it.
    pub fn allows(self, differing: u64, of: u64) -> bool {
        match self {
            Self::Calls(most) => differing <= most,
            Self::Percent(most) => differing as f64 * 100.0 <= most * of as f64,
        }
    }
}

impl std::fmt::Display for DifferenceBudget {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Calls(most) => write!(f, "{most}"),
            Self::Percent(most) => write!(f, "{most}%"),
        }
    }
}

/// `10`, `1%`, `0.5%`.
impl std::str::FromStr for DifferenceBudget {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong =
            || format!("{text:?} is neither a number of calls (10) nor a share of them (1%)");
        let Some(share) = text.strip_suffix('%') else {
            return text.parse().map(Self::Calls).map_err(|_| wrong());
        };
        match share.trim().parse() {
            Ok(percent) if (0.0..=100.0).contains(&percent) => Ok(Self::Percent(percent)),
            _ => Err(wrong()),
        }
    }
}

/// How a failed step is tried again: after `first_pause`, each further pause twice as long, up to `longest_pause`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retry {
    /// How often at most, after which the customer gets the holding reply.
    pub attempts: u32,
    /// Before the first further attempt.
    pub first_pause: SignedDuration,
    /// No pause is longer.
    pub longest_pause: SignedDuration,
}

impl Retry {
    /// The pause before the next further attempt, after `done` of them; none when there were enough.
    pub fn pause(&self, done: u32) -> Option<SignedDuration> {
        if done >= self.attempts {
            return None;
        }
        let doubled = 2_i32
            .checked_pow(done)
            .and_then(|factor| self.first_pause.checked_mul(factor));
        Some(doubled.map_or(self.longest_pause, |pause| pause.min(self.longest_pause)))
    }
}

impl Default for Retry {
    fn default() -> Self {
        Self {
            attempts: 5,
            first_pause: SignedDuration::from_secs(10),
            longest_pause: SignedDuration::from_mins(10),
        }
    }
}

pub(super) const KEYS: &[&str] = &[
    "idle-after",
    "retry",
    "holding-reply",
    "floor",
    "rehearsal",
    "widget",
    "exams",
    "shadow",
];
pub(super) const EXAM_KEYS: &[&str] = &["file", "pass"];
pub(super) const SHADOW_KEYS: &[&str] = &["time", "budget"];
pub(super) const REHEARSAL_KEYS: &[&str] = &["over", "budget"];
pub(super) const RETRY_KEYS: &[&str] = &["attempts", "first-pause", "longest-pause"];

/// Holding replies that come with the host. They promise nothing that the host can't keep.
const HOLDING_REPLIES: &[(&str, &str)] = &[
    (
        "zh-Hans",
        "您的消息我们已经收到，只是系统刚才没能处理好。非常抱歉给您添了麻烦。请您稍等，同事查看后会在这里回复您。",
    ),
    (
        "zh-Hant",
        "您的訊息我們已經收到，只是系統剛才沒能處理好。非常抱歉給您添了麻煩。請您稍候，同事查看後會在這裡回覆您。",
    ),
    (
        "en",
        "We have received your message, but our system could not deal with it just now. We are sorry for the trouble. Please bear with us: a colleague will look at it and answer you here.",
    ),
];

impl Settings {
    /// Three days.
    const IDLE_AFTER: SignedDuration = SignedDuration::from_hours(72);

    /// What holds where the desk says nothing. `languages` are the desk's, best first.
    pub fn new(languages: &[Language]) -> Self {
        let holding = HOLDING_REPLIES
            .iter()
            .map(|(language, text)| ((*language).to_owned(), (*text).to_owned()));
        let fallback = languages
            .first()
            .cloned()
            .unwrap_or_else(|| "en".to_owned());
        Self {
            idle_after: Self::IDLE_AFTER,
            holding_reply: holding.collect(),
            retry: Retry::default(),
            rehearsal: None,
            widget: WidgetSettings::default(),
            exams: BTreeMap::new(),
            shadow: None,
            floor: FloorSettings::new(fallback.clone()),
            fallback,
        }
    }

    /// The holding reply in the customer's language (English where the desk has none of it), else in the desk's first (R32).
    pub fn holding_reply(&self, language: Option<&str>) -> &str {
        let text = |language: &str| self.holding_reply.get(language).map(String::as_str);
        language
            .and_then(text)
            .or_else(|| language.and_then(|_| text("en")))
            .or_else(|| text(&self.fallback))
            .or_else(|| text("en"))
            .unwrap_or_default()
    }

    pub(super) fn read(
        reader: &mut Reader<'_>,
        root: &Section<'_, '_>,
        languages: &[Language],
        languages_at: &Value<'_>,
    ) -> Self {
        let mut settings = Self::new(languages);
        let section = root
            .get("settings")
            .and_then(|value| reader.section(value, "settings", "[settings]"));
        if let Some(section) = &section {
            reader.known_keys(section, KEYS);
            let idle = time(
                reader,
                section,
                "idle-after",
                "\"72h\"",
                Duration::from_secs(60),
                days(365),
            );
            settings.idle_after = idle.map_or(settings.idle_after, signed);
            if let Some(value) = section.get("retry") {
                settings.retry = retry(reader, value);
            }
            if let Some(value) = section.get("rehearsal") {
                settings.rehearsal = rehearsal(reader, value);
            }
            if let Some(value) = section.get("widget") {
                settings.widget = WidgetSettings::read(reader, value);
            }
            if let Some(value) = section.get("exams") {
                settings.exams = exams(reader, value);
            }
            if let Some(value) = section.get("shadow") {
                settings.shadow = shadow(reader, value);
            }
            if let Some(value) = section.get("floor") {
                let usual = settings.floor;
                settings.floor = FloorSettings::read(reader, value, languages, usual);
            }
            if let Some(value) = section.get("holding-reply") {
                settings
                    .holding_reply
                    .extend(holding_replies(reader, value, languages));
            }
        }
        for language in languages {
            if !settings.holding_reply.contains_key(language) {
                reader.problem(&languages_at.span(), format!(
                    "there is no holding reply in {language} for when a step fails; add one under [settings.holding-reply] as {language} = \"…\""
                ));
            }
        }
        settings
    }
}

fn days(days: u64) -> Duration {
    Duration::from_secs(days * 86_400)
}

fn signed(time: Duration) -> SignedDuration {
    SignedDuration::try_from(time).unwrap_or(SignedDuration::MAX)
}

fn retry(reader: &mut Reader<'_>, value: &Value<'_>) -> Retry {
    let usual = Retry::default();
    let Some(section) = reader.section(value, "retry", "[settings.retry]") else {
        return usual;
    };
    reader.known_keys(&section, RETRY_KEYS);
    let second = Duration::from_secs(1);
    let first = time(reader, &section, "first-pause", "\"10s\"", second, days(1)).map(signed);
    let longest = time(
        reader,
        &section,
        "longest-pause",
        "\"10min\"",
        second,
        days(1),
    )
    .map(signed);
    let first_pause = first.unwrap_or(usual.first_pause);
    if let (Some(longest), Some(value)) = (
        longest.filter(|longest| *longest < first_pause),
        section.get("longest-pause"),
    ) {
        reader.problem(&value.span(), format!("longest-pause ({longest:#}) is shorter than first-pause ({first_pause:#}); exchange or raise it"));
    }
    Retry {
        attempts: section
            .get("attempts")
            .and_then(|value| reader.whole(value, "attempts", 1..20))
            .unwrap_or(usual.attempts),
        first_pause,
        longest_pause: longest.unwrap_or(usual.longest_pause).max(first_pause),
    }
}

fn rehearsal(reader: &mut Reader<'_>, value: &Value<'_>) -> Option<RehearsalSettings> {
    let section = reader.section(value, "rehearsal", "[settings.rehearsal]")?;
    reader.known_keys(&section, REHEARSAL_KEYS);
    let hour = Duration::from_secs(3_600);
    let over = time(reader, &section, "over", "\"30d\"", hour, days(365)).map(signed);
    Some(RehearsalSettings {
        over: over.unwrap_or(SignedDuration::from_hours(30 * 24)),
        budget: budget(reader, &section),
    })
}

fn budget(reader: &mut Reader<'_>, section: &Section<'_, '_>) -> DifferenceBudget {
    let mut budget = DifferenceBudget::Calls(0);
    if let Some(value) = section.get("budget")
        && let Some(text) = reader.text(value, "budget", "\"1%\"")
    {
        match text.parse() {
            Ok(read) => budget = read,
            Err(why) => reader.problem(&value.span(), format!("budget: {why}")),
        }
    }
    budget
}

fn shadow(reader: &mut Reader<'_>, value: &Value<'_>) -> Option<ShadowSettings> {
    let section = reader.section(value, "shadow", "[settings.shadow]")?;
    reader.known_keys(&section, SHADOW_KEYS);
    reader.required(&section, "time", "time = \"24h\"")?;
    let minute = Duration::from_secs(60);
    let time = time(reader, &section, "time", "\"24h\"", minute, days(90)).map(signed)?;
    Some(ShadowSettings {
        time,
        budget: budget(reader, &section),
    })
}

fn exams(reader: &mut Reader<'_>, value: &Value<'_>) -> BTreeMap<String, ExamSettings> {
    let mut exams = BTreeMap::new();
    let Some(section) = reader.section(value, "exams", "[settings.exams]") else {
        return exams;
    };
    for (key, value) in section.table {
        let plugin = key.get_ref().as_ref();
        let title = "[settings.exams] triage = { file = \"exams/triage.jsonl\", pass = \"95%\" }";
        let Some(section) = reader.section(value, plugin, title) else {
            continue;
        };
        let section = Section {
            title: "an exam",
            ..section
        };
        reader.known_keys(&section, EXAM_KEYS);
        let example = "\"exams/triage.jsonl\"";
        let file = reader
            .required(&section, "file", &format!("file = {example}"))
            .and_then(|value| reader.text(value, "file", example).map(str::to_owned));
        let pass = match section.get("pass") {
            None => Some(100.0),
            Some(value) => reader.text(value, "pass", "\"95%\"").and_then(|text| {
                let share = text.strip_suffix('%').and_then(|text| text.parse().ok());
                let share = share.filter(|share: &f64| (0.0..=100.0).contains(share));
                if share.is_none() {
                    let message = format!("pass = \"{text}\" is no share; write one like \"95%\"");
                    reader.problem(&value.span(), message);
                }
                share
            }),
        };
        if let (Some(file), Some(pass)) = (file, pass) {
            let line = reader.line(&key.span());
            exams.insert(plugin.to_owned(), ExamSettings { file, line, pass });
        }
    }
    exams
}

fn holding_replies(
    reader: &mut Reader<'_>,
    value: &Value<'_>,
    languages: &[Language],
) -> BTreeMap<Language, String> {
    let mut replies = BTreeMap::new();
    let Some(section) = reader.section(value, "holding-reply", "[settings.holding-reply]") else {
        return replies;
    };
    for (key, value) in section.table {
        let name = key.get_ref().as_ref();
        let language = match language::canonical(name) {
            Ok(language) if languages.contains(&language) => Some(language),
            Ok(language) => {
                let message = format!(
                    "the desk doesn't serve {language}; add it to languages or remove this line"
                );
                reader.problem(&key.span(), message);
                None
            }
            Err(message) => {
                reader.problem(&key.span(), message);
                None
            }
        };
        let text = reader.text(value, name, "\"We are sorry, please bear with us.\"");
        if let (Some(language), Some(text)) = (language, text) {
            replies.insert(language, text.to_owned());
        }
    }
    replies
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest_and_end() {
        let retry = Retry {
            attempts: 4,
            first_pause: SignedDuration::from_secs(10),
            longest_pause: SignedDuration::from_secs(35),
        };
        let pauses: Vec<_> = (0..6)
            .map(|done| retry.pause(done).map(|pause| pause.as_secs()))
            .collect();
        assert_eq!(pauses, [Some(10), Some(20), Some(35), Some(35), None, None]);
        let often = Retry {
            attempts: 40,
            ..retry
        };
        assert_eq!(often.pause(39), Some(often.longest_pause));
    }

    #[test]
    fn a_budget_is_a_number_or_a_share() {
        let budget = |text: &str| text.parse::<DifferenceBudget>();
        assert_eq!(budget("10"), Ok(DifferenceBudget::Calls(10)));
        assert_eq!(budget("0.5%"), Ok(DifferenceBudget::Percent(0.5)));
        assert!(budget("1%").unwrap().allows(1, 100) && !budget("1%").unwrap().allows(2, 100));
        assert!(budget("0").unwrap().allows(0, 0) && !budget("0").unwrap().allows(1, 9));
        for wrong in ["", "-1", "101%", "x%", "1.5", "NaN%"] {
            assert!(budget(wrong).unwrap_err().contains("share"), "{wrong}");
        }
    }

    #[test]
    fn a_language_that_nobody_speaks_hears_english_and_an_unknown_one_the_desks_first() {
        let settings = Settings::new(&["zh-Hant".to_owned(), "en".to_owned()]);
        assert!(settings.holding_reply(Some("ja")).contains("sorry"));
        assert!(settings.holding_reply(None).contains("抱歉給您"));
        assert!(settings.holding_reply(Some("en")).contains("sorry"));
    }
}
