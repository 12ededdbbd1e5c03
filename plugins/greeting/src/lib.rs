//! Greets each customer once in a conversation, before anything else is said (R15, R16), in the customer's language
//! and script (R30) and by the time of day; out of hours it says when people are back.

mod texts;

use serde::Deserialize;
use switchboard_sdk::{
    Host, Plan, Step,
    config::{self, permanent},
    language::{Language, detect},
    say::{self, Texts},
    text::Folded,
    turn::{self, Brand},
    types::{Context, Event, Handler, Manifest, Message, Occurrence, Outcome, Scope, StepError},
    when::{self, LocalTime},
};

/// The step's own memory of having greeted.
const GREETED: &str = "greeted";

const SCHEMA: &str = r#"{
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "brand": {"type": "object", "additionalProperties": {"type": "string"}, "description": "What the desk calls itself, by language. Default: its name."},
    "say-hours": {"type": "boolean", "description": "Out of hours, say when people are back. Default: true."},
    "texts": {
      "type": "object",
      "description": "Your own wording: morning, afternoon, evening, night, greeting ({day}, {desk}), urgent, closed ({opens}).",
      "propertyNames": {"enum": ["morning", "afternoon", "evening", "night", "greeting", "urgent", "closed"]},
      "additionalProperties": {"type": "object", "additionalProperties": {"type": "string"}}
    }
  }
}"#;

#[derive(Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
struct Config {
    brand: Brand,
    say_hours: bool,
    texts: Texts,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            brand: Brand::new(),
            say_hours: true,
            texts: Texts::new(),
        }
    }
}

/// The plugin.
pub struct Greeting;

impl Step for Greeting {
    fn describe() -> Manifest {
        Manifest {
            name: "greeting".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            summary: "Greets each customer once, in their language and by the time of day"
                .to_owned(),
            grants: ["kv", "calendar"].map(str::to_owned).to_vec(),
            events: vec!["message.received".to_owned()],
            history: 0,
            config_schema: Some(SCHEMA.to_owned()),
        }
    }

    fn handle<H: Host>(host: &H, context: &Context, event: &Event) -> Result<Outcome, StepError> {
        let mut plan = Plan::new();
        if let Occurrence::MessageReceived(message) = &event.what
            && is_first(host)?
            // Whoever joins a conversation that an agent leads would interrupt.
            && context.conversation.handler != Handler::Agent
        {
            let language = language_of(context, message);
            plan.reply(language, greeting(host, context, message, language)?);
        }
        Ok(plan.outcome())
    }
}

fn is_first(host: &impl Host) -> Result<bool, StepError> {
    host.kv_compare_and_set(Scope::Conversation, GREETED, None, b"1")
        .map_err(|error| permanent(error.to_string()))
}

/// The customer's language: this message's, else the one known so far, else the desk's first.
fn language_of(context: &Context, message: &Message) -> Language {
    let known = context
        .conversation
        .language
        .as_deref()
        .or(context.account.language.as_deref());
    let desk = &context.desk.languages;
    match detect(&message.text, known, desk) {
        Some(found) => say::spoken(found.language, desk),
        None => say::language_of(context),
    }
}

fn greeting(
    host: &impl Host,
    context: &Context,
    message: &Message,
    language: Language,
) -> Result<String, StepError> {
    let config: Config = config::load(host)?;
    let say = |text: &say::Text, values: &[(&str, &str)]| text.say(&config.texts, language, values);
    if is_emergency(&message.text) {
        return Ok(say(&texts::URGENT, &[]));
    }
    let now = host.now();
    let day = match LocalTime::parse(&now).map_or(0, LocalTime::hour) {
        5..12 => &texts::MORNING,
        12..18 => &texts::AFTERNOON,
        18..24 => &texts::EVENING,
        _ => &texts::NIGHT,
    };
    let day = say(day, &[]);
    let mut text = say(
        &texts::GREETING,
        &[
            ("day", &day),
            ("desk", turn::brand(&config.brand, context, language)),
        ],
    );
    if config.say_hours && !host.is_open(&now).map_err(permanent)? {
        let opens = host.next_open(&now).map_err(permanent)?;
        let opens = when::say(&now, &opens, language);
        text.push_str(if language.is_chinese() { "" } else { " " });
        text.push_str(&say(&texts::CLOSED, &[("opens", &opens)]));
    }
    Ok(text)
}

/// Words of somebody in danger, folded. Only the plain ones: triage decides, after the greeting, what really happened.
const DANGERS: [&str; 20] = [
    "着火",
    "起火",
    "失火",
    "冒烟",
    "爆炸",
    "触电",
    "误吞",
    "吞了",
    "吞下",
    "中毒",
    "救命",
    "流血",
    "on fire",
    "caught fire",
    "smoke",
    "explode",
    "electric shock",
    "swallowed",
    "choking",
    "bleeding",
];

/// Whether somebody seems to be in danger: then no word more than needed is said. Who only asks is not.
fn is_emergency(text: &str) -> bool {
    let folded = Folded::new(text);
    let folded = folded.text();
    let asks = folded.ends_with(['?', '吗', '么']) || folded.contains('会');
    !asks && DANGERS.iter().any(|danger| folded.contains(danger))
}

switchboard_sdk::export_step!(Greeting);

#[cfg(test)]
mod tests;
