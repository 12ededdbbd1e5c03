//! What triage finds becomes what the conversation knows. Nothing is said to the customer here.

use serde::Deserialize;
use switchboard_sdk::{
    Host, Plan, Step,
    about::has_timer,
    config::load,
    language::Language,
    rating,
    types::{
        self, Context, Effect, Event, Field, Handler, Manifest, Message, Occurrence, Outcome,
        StepError, SurveyStatus,
    },
};

use crate::{Category, EntityKind, Findings, Priority, Seen, Stage, Urgency, triage};

const SCHEMA: &str = r#"{
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "products": {"type": "array", "items": {"type": "string"}, "description": "Names of your products, to be found in messages."},
    "survey-codes": {"type": "integer", "minimum": 1, "maximum": 9, "description": "The highest digit of the satisfaction question. Default: 4."},
    "premises": {"type": "boolean", "description": "The business looks after buildings: a leak, a power cut or a broken lift is a repair. Off: it is a question for people. Default: true."},
    "order-field": {"type": "string", "description": "The field of the account that keeps the last order number that was named; `last-order` with the grant account.last-order. Default: none."}
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
    premises: bool,
    order_field: Option<String>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            products: Vec::new(),
            survey_codes: 4,
            premises: true,
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
            grants: vec!["account.last-order".to_owned()],
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
            report(&mut plan, context, &findings);
            named(&mut plan, context, message, &config, &findings);
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
        survey_open: conversation.survey == SurveyStatus::Asked
            || conversation.survey == SurveyStatus::Answered
                && has_timer(context, rating::CORRECTABLE),
        survey_codes: config.survey_codes,
        open_complaint: context.account.open_complaints > 0,
        waiting: conversation.handler == Handler::Queue,
        categories: conversation
            .categories
            .iter()
            .filter_map(|category| Category::from_name(&category.name))
            .collect(),
        language: known.cloned(),
        desk_languages: context.desk.languages.clone(),
        message_count: conversation.message_count.saturating_sub(1),
        products: config.products.clone(),
        no_premises: !config.premises,
    }
}

fn report(plan: &mut Plan, context: &Context, findings: &Findings) {
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
}

const fn rank(priority: types::Priority) -> u8 {
    match priority {
        types::Priority::Low => 0,
        types::Priority::Normal => 1,
        types::Priority::High => 2,
        types::Priority::Urgent => 3,
    }
}

/// Whether what was said before is still being dealt with: a ticket is open, or nobody has made one of it yet.
fn is_open(context: &Context) -> bool {
    let conversation = &context.conversation;
    let mut open = conversation
        .tickets
        .iter()
        .filter(|ticket| ticket.status != types::TicketStatus::Closed);
    open.next().is_some() || conversation.tickets.is_empty() && !conversation.resolved
}

/// How grave the matter is, 1 to 3: by what happened, never by the tone (R26, R71).
fn severity(findings: &Findings) -> u32 {
    let is_grave = findings
        .urgency
        .iter()
        .any(|reason| !matches!(reason, Urgency::Deadline));
    if findings.has(Category::Emergency) {
        3
    } else if is_grave || (findings.has(Category::Complaint) && findings.priority >= Priority::High)
    {
        2
    } else {
        1
    }
}

/// A grave matter stays as grave as it was until it is dealt with, whatever the customer says meanwhile.
fn label_severity(plan: &mut Plan, context: &Context, severity: u32) {
    let labels = context.conversation.labels.iter();
    let known: Option<u32> = labels
        .filter_map(|label| label.strip_prefix(SEVERITY)?.parse().ok())
        .max();
    let severity = severity.max(known.filter(|_| is_open(context)).unwrap_or_default());
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
fn named(
    plan: &mut Plan,
    context: &Context,
    message: &Message,
    config: &Config,
    findings: &Findings,
) {
    let mut lines: Vec<String> = Vec::new();
    let mut order = None;
    for entity in findings.entities.iter().take(MOST_ENTITIES) {
        let mut value = entity.value.as_str();
        let name = match entity.kind {
            EntityKind::OrderNumber => {
                // People look it up as it is written.
                value = message.text.get(entity.at.clone()).unwrap_or(value);
                order = Some(value.to_owned());
                "order"
            }
            EntityKind::Phone => "telephone",
            EntityKind::Email => "e-mail",
            EntityKind::Amount => "amount",
            EntityKind::Date => "date",
            EntityKind::Product => "product",
        };
        let line = format!("{name}: {value}");
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    if !lines.is_empty() {
        plan.note(format!("Named: {}", lines.join(", ")));
    }
    if let (Some(name), Some(value)) = (&config.order_field, order) {
        let known = context
            .account
            .fields
            .iter()
            .any(|field| field.name == *name && field.value == value);
        if !known {
            plan.push(Effect::SetField(Field {
                name: name.clone(),
                value,
            }));
        }
    }
}

#[cfg(test)]
mod tests {
    use switchboard_sdk::{
        Step,
        testing::{FakeHost, TUESDAY_MORNING, context, event, message},
        types::{
            Context, Effect, Occurrence, Priority, Stage, SurveyStatus, Ticket, TicketKind,
            TicketStatus,
        },
    };

    use super::Triage;

    fn run(host: &FakeHost, context: &Context) -> Vec<Effect> {
        let message = context.conversation.messages[0].clone();
        let event = event(Occurrence::MessageReceived(message));
        let effects = Triage::handle(host, context, &event).unwrap().effects;
        assert!(effects.len() <= 16, "{effects:?}");
        effects
    }

    fn first(text: &str) -> Vec<Effect> {
        run(
            &FakeHost::at(TUESDAY_MORNING),
            &context(&message(text, None)),
        )
    }

    fn ticket(status: TicketStatus) -> Ticket {
        Ticket {
            id: "t1".to_owned(),
            key: "complaint".to_owned(),
            kind: TicketKind::Complaint,
            department: "after-sales".to_owned(),
            title: "fire".to_owned(),
            status,
            priority: Priority::Urgent,
            opened_at: TUESDAY_MORNING.to_owned(),
            due: None,
            escalations: 0,
            feedback: None,
        }
    }

    fn categories(effects: &[Effect]) -> Vec<&str> {
        effects
            .iter()
            .filter_map(|effect| match effect {
                Effect::SetCategories(categories) => Some(categories),
                _ => None,
            })
            .flatten()
            .map(|category| category.name.as_str())
            .collect()
    }

    #[test]
    fn the_conversation_learns_its_language_and_categories() {
        for (text, language) in [
            ("我要投诉，收到的玩具是坏的，客服没人理我！", "zh-Hans"),
            ("我要投訴，收到的玩具是壞的，客服沒人理我！", "zh-Hant"),
            (
                "I want to complain: the toy arrived broken and nobody answers me!",
                "en",
            ),
        ] {
            let effects = first(text);
            assert!(
                effects.contains(&Effect::SetLanguage(language.to_owned())),
                "{effects:?}"
            );
            assert!(categories(&effects).contains(&"complaint"), "{effects:?}");
        }
    }

    #[test]
    fn a_short_word_of_another_language_does_not_change_the_conversations() {
        let mut context = context(&message("ok", None));
        context.conversation.language = Some("zh-Hans".to_owned());
        let effects = run(&FakeHost::at(TUESDAY_MORNING), &context);
        assert!(
            !effects
                .iter()
                .any(|effect| matches!(effect, Effect::SetLanguage(_)))
        );
    }

    #[test]
    fn an_emergency_is_urgent_and_most_grave() {
        for text in [
            "充电器着火了！",
            "充電器著火了！",
            "The charger is on fire!",
        ] {
            let effects = first(text);
            assert!(
                effects.contains(&Effect::SetPriority(Priority::Urgent)),
                "{effects:?}"
            );
            assert!(effects.contains(&Effect::AddLabel("severity-3".to_owned())));
            assert!(categories(&effects).contains(&"emergency"));
        }
    }

    #[test]
    fn an_insult_is_labelled_but_changes_no_priority() {
        let polite = first("快递还没到，订单BW20260001");
        let rude = first("你们这群废物，快递还没到，订单BW20260001");
        let priority = |effects: &[Effect]| {
            effects
                .iter()
                .find(|effect| matches!(effect, Effect::SetPriority(_)))
                .cloned()
        };
        assert_eq!(priority(&polite), priority(&rude));
        assert!(
            rude.contains(&Effect::AddLabel("abuse".to_owned())),
            "{rude:?}"
        );
    }

    #[test]
    fn a_later_thank_you_does_not_make_a_grave_matter_light() {
        let mut context = context(&message("thank you", Some("en")));
        context.conversation.priority = Priority::Urgent;
        context.conversation.message_count = 4;
        context.conversation.labels = vec!["severity-3".to_owned()];
        let effects = run(&FakeHost::at(TUESDAY_MORNING), &context);
        assert!(
            !effects
                .iter()
                .any(|effect| matches!(effect, Effect::SetPriority(_)))
        );
        let falls = Effect::RemoveLabel("severity-3".to_owned());
        assert!(!effects.contains(&falls), "nobody has dealt with it yet");

        context.conversation.tickets = vec![ticket(TicketStatus::InProgress)];
        assert!(!run(&FakeHost::at(TUESDAY_MORNING), &context).contains(&falls));
        context.conversation.tickets = vec![ticket(TicketStatus::Closed)];
        assert!(run(&FakeHost::at(TUESDAY_MORNING), &context).contains(&falls));
    }

    #[test]
    fn a_graver_matter_raises_the_severity_while_another_is_open() {
        let mut context = context(&message("充电器着火了！", None));
        context.conversation.message_count = 4;
        context.conversation.labels = vec!["severity-2".to_owned()];
        context.conversation.tickets = vec![ticket(TicketStatus::Opened)];
        let effects = run(&FakeHost::at(TUESDAY_MORNING), &context);
        assert!(effects.contains(&Effect::AddLabel("severity-3".to_owned())));
        assert!(effects.contains(&Effect::RemoveLabel("severity-2".to_owned())));
    }

    #[test]
    fn order_numbers_are_noted_and_kept_where_the_desk_keeps_them() {
        let host = FakeHost::at(TUESDAY_MORNING).with_config(r#"{"order-field": "last-order"}"#);
        let effects = run(
            &host,
            &context(&message("我的订单BW20260001到哪了？", None)),
        );
        assert!(
            effects.iter().any(
                |effect| matches!(effect, Effect::Note(note) if note.contains("order: BW20260001"))
            ),
            "{effects:?}"
        );
        assert!(effects.iter().any(
            |effect| matches!(effect, Effect::SetField(field) if field.value == "BW20260001")
        ));
    }

    #[test]
    fn the_stage_follows_the_message() {
        let effects = first("我收到的积木坏了，想退货");
        assert!(
            effects.contains(&Effect::SetStage(Stage::AfterSale)),
            "{effects:?}"
        );
    }

    #[test]
    fn a_digit_is_a_rating_only_when_one_was_asked_for() {
        let mut asked = context(&message("１", None));
        assert!(
            !categories(&run(&FakeHost::at(TUESDAY_MORNING), &asked)).contains(&"survey-answer")
        );
        asked.conversation.survey = SurveyStatus::Asked;
        assert_eq!(
            categories(&run(&FakeHost::at(TUESDAY_MORNING), &asked)),
            ["survey-answer"]
        );
    }

    #[test]
    fn the_schema_is_json() {
        let schema = Triage::describe().config_schema.unwrap();
        let _: serde_json::Value = serde_json::from_str(&schema).unwrap();
    }
}
