//! {{name}}: greets, and labels questions about invoices.

wit_bindgen::generate!({ path: "wit", world: "step", generate_all });

use switchboard::plugin::log;
use switchboard::plugin::types::{Effect, Message, NextStep, Occurrence, Reply};

struct Plugin;

impl Guest for Plugin {
    fn describe() -> Manifest {
        Manifest {
            name: "{{name}}".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            summary: "Greets, and labels questions about invoices".to_owned(),
            grants: Vec::new(),
            events: vec!["message.received".to_owned()],
            history: 0,
            config_schema: None,
        }
    }

    fn handle(_context: Context, event: Event) -> Result<Outcome, StepError> {
        let mut effects = Vec::new();
        if let Occurrence::MessageReceived(message) = event.what {
            let text = message.text.to_lowercase();
            if ["你好", "您好", "hello"].iter().any(|word| text.contains(word)) {
                effects.push(Effect::Reply(greeting(&message)));
            }
            if ["发票", "發票", "invoice"].iter().any(|word| text.contains(word)) {
                log::write(log::Level::Info, "the customer asks for an invoice");
                effects.push(Effect::AddLabel("invoice".to_owned()));
            }
        }
        Ok(Outcome { effects, next: NextStep::GoOn })
    }
}

fn greeting(message: &Message) -> Reply {
    let (language, text) = match message.language.as_deref() {
        Some("en") => ("en", "Hello! How can I help you?"),
        Some("zh-Hant") => ("zh-Hant", "您好！請問有什麼可以幫您？"),
        _ => ("zh-Hans", "您好！请问有什么可以帮您？"),
    };
    Reply { text: text.to_owned(), language: Some(language.to_owned()), sources: Vec::new() }
}

export!(Plugin);
