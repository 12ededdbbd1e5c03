//! Says whether a customer may still return something, and opens the ticket where they may.
//!
//! The day of delivery is a field of the account, `delivered-on`; the policy is the step's configuration.

wit_bindgen::generate!({ path: "wit", world: "step", generate_all });

use serde_json::Value;
use switchboard::plugin::types::{
    Effect, NextStep, Occurrence, PermanentError, Priority, Reply, TicketDraft, TicketKind,
};
use switchboard::plugin::{clock, config};

const SCHEMA: &str = r#"{
  "type": "object",
  "properties": {
    "days": {"type": "integer", "minimum": 0, "maximum": 365},
    "department": {"type": "string"}
  },
  "additionalProperties": false
}"#;

const ASKS: [&str; 10] = [
    "退货", "退貨", "退款", "退钱", "退錢", "refund", "return it", "money back", "send it back", "七天无理由",
];

struct Plugin;

impl Guest for Plugin {
    fn describe() -> Manifest {
        Manifest {
            name: "refund-policy".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            summary: "Says whether something may still be returned".to_owned(),
            grants: vec!["account.delivered-on".to_owned(), "tickets".to_owned()],
            events: vec!["message.received".to_owned()],
            history: 0,
            config_schema: Some(SCHEMA.to_owned()),
        }
    }

    fn handle(context: Context, event: Event) -> Result<Outcome, StepError> {
        let policy = Policy::read()?;
        let Occurrence::MessageReceived(message) = &event.what else {
            return Ok(nothing());
        };
        let text = message.text.to_lowercase();
        if !ASKS.iter().any(|word| text.contains(word)) {
            return Ok(nothing());
        }
        let language = language(&context);
        let delivered = context.account.fields.iter().find(|field| field.name == "delivered-on");
        let Some(delivered) = delivered.and_then(|field| Day::parse(&field.value)) else {
            return Ok(reply(language, words(language).when));
        };
        let today = Day::parse(&clock::now()).ok_or_else(|| permanent("the run's clock shows no date"))?;
        let left = delivered.0 + policy.days - today.0;
        if left < 0 {
            return Ok(reply(language, &words(language).late.replace("{days}", &policy.days.to_string())));
        }
        let mut outcome = reply(language, &words(language).may.replace("{left}", &left.to_string()));
        outcome.effects.push(Effect::OpenTicket(TicketDraft {
            key: "return".to_owned(),
            kind: TicketKind::Order,
            department: policy.department,
            title: "Return".to_owned(),
            body: format!("The customer wrote: {}\nDays left: {left}", message.text),
            priority: Priority::Normal,
            due: None,
            notify: Vec::new(),
        }));
        outcome.next = NextStep::Finish;
        Ok(outcome)
    }
}

struct Policy {
    days: i64,
    department: String,
}

impl Policy {
    fn read() -> Result<Self, StepError> {
        let config: Value = serde_json::from_str(&config::get())
            .map_err(|error| permanent(&format!("the configuration is no JSON: {error}")))?;
        Ok(Self {
            days: config.get("days").and_then(Value::as_i64).unwrap_or(7),
            department: config.get("department").and_then(Value::as_str).unwrap_or("service").to_owned(),
        })
    }
}

/// A date as the number of days since 1 March of the year 0.
#[derive(Clone, Copy)]
struct Day(i64);

impl Day {
    /// Of a text that begins with YYYY-MM-DD.
    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.get(..10)?.split('-').map(|part| part.parse::<i64>().ok());
        let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
        if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
            return None;
        }
        // The year begins in March, so that the leap day is its last.
        let (year, month) = if month < 3 { (year - 1, month + 9) } else { (year, month - 3) };
        Some(Self(365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 1))
    }
}

struct Words {
    when: &'static str,
    late: &'static str,
    may: &'static str,
}

fn words(language: &str) -> Words {
    match language {
        "en" => Words {
            when: "When did your order arrive? Then I can tell you whether it can still be returned.",
            late: "I'm sorry: returns are possible for {days} days after delivery, and these are over. If it is broken, tell me: that is a matter of repair.",
            may: "Yes, it can be returned; you have {left} more days. I have passed it on, and you will be told where to send it.",
        },
        "zh-Hant" => Words {
            when: "請問您是哪一天收到貨的？知道日期後就能確認是否還可以退貨。",
            late: "很抱歉，收貨後{days}天內可以退貨，現在已經超過期限。如果商品有問題，請告訴我，我們為您安排維修。",
            may: "可以退貨，您還有{left}天。已為您登記，會有同事告訴您寄回的地址。",
        },
        _ => Words {
            when: "请问您是哪一天收到货的？知道日期后就能确认是否还可以退货。",
            late: "很抱歉，收货后{days}天内可以退货，现在已经超过期限。如果商品有问题，请告诉我，我们为您安排维修。",
            may: "可以退货，您还有{left}天。已为您登记，会有同事告诉您寄回的地址。",
        },
    }
}

fn language(context: &Context) -> &'static str {
    let spoken = context.conversation.language.as_deref().or(context.account.language.as_deref());
    match spoken {
        Some("en") => "en",
        Some("zh-Hant") => "zh-Hant",
        _ => "zh-Hans",
    }
}

fn reply(language: &str, text: &str) -> Outcome {
    let reply = Reply { text: text.to_owned(), language: Some(language.to_owned()), sources: Vec::new() };
    Outcome { effects: vec![Effect::Reply(reply)], next: NextStep::GoOn }
}

fn nothing() -> Outcome {
    Outcome { effects: Vec::new(), next: NextStep::GoOn }
}

fn permanent(message: &str) -> StepError {
    StepError::Permanent(PermanentError { message: message.to_owned() })
}

export!(Plugin);
