//! What triage finds becomes what the conversation knows. Nothing is said to the customer here.

use serde::Deserialize;
use switchboard_sdk::{
    Host, Plan, Step,
    config::load,
    language::Language,
    types::{
        self, Context, Effect, Event, Field, Manifest, Message, Occurrence, Outcome, StepError,
        SurveyStatus,
    },
};

use crate::{
    Category, EntityKind, Findings, Priority, Seen, Stage, Urgency, triage,
};

const SCHEMA: &str = r#"{
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "products": {"type": "array", "items": {"type": "string"}, "description": "Names of your products, to be found in messages."},
    "survey-codes": {"type": "integer", "minimum": 1, "maximum": 9, "description": "The highest digit of the satisfaction question. Default: 4."},
    "order-field": {"type": "string", "description": "The field of the account that keeps the last order number that was named; needs the grant account.NAME. Default: none."}
  }
}"#;

/// What a label of a grave matter begins with; behind it stands 2 or 3 (R71).
const SEVERITY: &str = "severity-";
/// The label of a message with insults in it; it changes nothing about who is served when (R26).
const ABUSE: &str = "abuse";
/// A language is kept only when the message itself says it.
const SURE_OF_LANGUAGE: f32 = 0.5;
/// Named things that become labels, at most: a pasted list is not a hundred labels.
const MOST_ENTITIES: usize = 5;

#[derive(Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
struct Config {
    products: Vec<String>,
    survey_codes: u8,
    order_field: Option<String>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            products: Vec::new(),
            survey_codes: 4,
            order_field: None,
        }
    }
}

/// The plugin.
pub struct Triage;

impl Step for Triage {
    fn describe() -> Manifest {
        Manifest {
            name: "triage".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            summary: "Says what a message is about, in which language, how urgent it is and what it names"
                .to_owned(),
            grants: Vec::new(),
            events: vec!["message.received".to_owned()],
            history: 0,
            config_schema: Some(SCHEMA.to_owned()),
        }
    }

    fn handle<H: Host>(host: &H, context: &Context, event: &Event) -> Result<Outcome, StepError> {
        let mut plan = Plan::new();
        if let Occurrence::MessageReceived(message) = &event.what {
            let config: Config = load(host)?;
            let findings = triage(&message.text, &seen(context, message, &config));
            report(&mut plan, context, &config, &findings);
        }
        Ok(plan.outcome())
    }
}

fn seen(context: &Context, message: &Message, config: &Config) -> Seen {
    let conversation = &context.conversation;
    let known = conversation
        .language
        .as_ref()
        .or(message.language.as_ref())
        .or(context.account.language.as_ref());
    Seen {
        survey_open: conversation.survey == SurveyStatus::Asked,
        survey_codes: config.survey_codes,
        open_complaint: context.account.open_complaints > 0,
        categories: conversation
            .categories
            .iter()
            .filter_map(|category| Category::from_name(&category.name))
            .collect(),
        language: known.cloned(),
        desk_languages: context.desk.languages.clone(),
        message_count: conversation.message_count.saturating_sub(1),
        products: config.products.clone(),
    }
}

fn report(plan: &mut Plan, context: &Context, config: &Config, findings: &Findings) {
    let conversation = &context.conversation;
    if let Some(found) = &findings.language {
        let is_new = conversation.language.as_deref() != Some(found.language.tag());
        let is_sure = found.confidence >= SURE_OF_LANGUAGE && found.language != Language::Other;
        if is_new && (is_sure || conversation.language.is_none()) {
            plan.push(Effect::SetLanguage(found.language.tag().to_owned()));
        }
    }
    plan.push(Effect::SetCategories(
        findings
            .categories
            .iter()
            .map(|scored| types::Category {
                name: scored.category.name().to_owned(),
                confidence: scored.confidence,
            })
            .collect(),
    ));
    let priority = match findings.priority {
        Priority::Low => types::Priority::Low,
        Priority::Normal => types::Priority::Normal,
        Priority::High => types::Priority::High,
        Priority::Urgent => types::Priority::Urgent,
    };
    // A later "thank you" does not make a grave matter light.
    if rank(priority) > rank(conversation.priority)
        || (conversation.message_count <= 1 && priority != conversation.priority)
    {
        plan.push(Effect::SetPriority(priority));
    }
    let stage = findings.stage.map(|stage| match stage {
        Stage::PreSale => types::Stage::PreSale,
        Stage::InSale => types::Stage::InSale,
        Stage::AfterSale => types::Stage::AfterSale,
    });
    if let Some(stage) = stage.filter(|stage| conversation.stage != Some(*stage)) {
        plan.push(Effect::SetStage(stage));
    }
    label_severity(plan, context, severity(findings));
    if findings.abusive {
        add_label(plan, context, ABUSE.to_owned());
    }
    for reason in findings.urgency.iter().take(MOST_ENTITIES) {
        add_label(plan, context, reason.name().to_owned());
    }
    named(plan, context, config, findings);
}

const fn rank(priority: types::Priority) -> u8 {
    match priority {
        types::Priority::Low => 0,
        types::Priority::Normal => 1,
        types::Priority::High => 2,
        types::Priority::Urgent => 3,
    }
}

/// How grave the matter is, 1 to 3: by what happened, never by the tone (R26, R71).
fn severity(findings: &Findings) -> u32 {
    let is_grave = findings.urgency.iter().any(|reason| {
        !matches!(reason, Urgency::Deadline)
    });
    if findings.has(Category::Emergency) {
        3
    } else if is_grave || (findings.has(Category::Complaint) && findings.priority >= Priority::High)
    {
        2
    } else {
        1
    }
}

fn label_severity(plan: &mut Plan, context: &Context, severity: u32) {
    let wanted = (severity > 1).then(|| format!("{SEVERITY}{severity}"));
    for label in &context.conversation.labels {
        if label.starts_with(SEVERITY) && wanted.as_ref() != Some(label) {
            plan.push(Effect::RemoveLabel(label.clone()));
        }
    }
    if let Some(label) = wanted {
        add_label(plan, context, label);
    }
}

fn add_label(plan: &mut Plan, context: &Context, label: String) {
    if !context.conversation.labels.contains(&label) {
        plan.push(Effect::AddLabel(label));
    }
}

/// What is named becomes one line for the agents; the last order number also a field, where the desk keeps it.
fn named(plan: &mut Plan, context: &Context, config: &Config, findings: &Findings) {
    let mut lines: Vec<String> = Vec::new();
    let mut order = None;
    for entity in findings.entities.iter().take(MOST_ENTITIES) {
        let name = match entity.kind {
            EntityKind::OrderNumber => {
                order = Some(entity.value.clone());
                "order"
            }
            EntityKind::Phone => "telephone",
            EntityKind::Email => "e-mail",
            EntityKind::Amount => "amount",
            EntityKind::Date => "date",
            EntityKind::Product => "product",
        };
        let line = format!("{name}: {}", entity.value);
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    if !lines.is_empty() {
        plan.note(format!("Named: {}", lines.join(", ")));
    }
    if let (Some(name), Some(value)) = (&config.order_field, order) {
        let known = context.account.fields.iter().any(|field| field.name == *name && field.value == value);
        if !known {
            plan.push(Effect::SetField(Field { name: name.clone(), value }));
        }
    }
}
