//! Triage: what a customer's message is about, how soon it needs somebody and what it names.
//!
//! - [`concept`]: what words stand for · `lexicon`: the words of each language
//! - [`reading`]: the message, clause by clause, without what it negates
//! - [`rules`]: from what is said to categories, priority and stage
//! - [`Triage`]: the plugin, which tells the host what was found
//! - [`entities`]: what is named
//!
//! Pure functions: the same message and history give the same findings, names and confidences.

pub mod concept;
pub mod entities;
pub mod findings;
mod lexicon;
pub mod reading;
pub mod rules;
mod step;

pub use findings::{
    Category, Entity, EntityKind, Findings, Priority, Scored, Seen, Stage, Urgency,
};
pub use step::Triage;
use switchboard_sdk::{language, rating};

/// How much of a message is read, in bytes; what stands behind it is still kept by the host.
const LONGEST: usize = 16 * 1024;

/// What a message is about, given what is known already (R4, R30, R62, R67, R68, R79, R80, R112, R146).
#[must_use]
pub fn triage(text: &str, seen: &Seen) -> Findings {
    let text = text
        .get(..text.floor_char_boundary(LONGEST))
        .unwrap_or(text);
    let reading = reading::Reading::of(text);
    let entities = entities::find(text, &reading.folded, &seen.products);
    let has_order_number = entities
        .iter()
        .any(|entity| entity.kind == EntityKind::OrderNumber);
    let survey_code = if seen.survey_open {
        rating::code(text, seen.survey_codes)
    } else {
        None
    };
    let categories = if survey_code.is_some() {
        vec![Scored {
            category: Category::SurveyAnswer,
            confidence: 0.95,
        }]
    } else {
        rules::categories(&reading, seen, has_order_number)
    };
    let urgency = if survey_code.is_some() {
        Vec::new()
    } else {
        rules::urgency(&reading)
    };
    Findings {
        language: language::detect(text, seen.language.as_deref(), &seen.desk_languages),
        stage: rules::stage(&reading, &categories),
        priority: rules::priority(&categories, &urgency),
        wants_human: categories
            .iter()
            .any(|scored| scored.category == Category::HumanRequest),
        abusive: reading.any(&[concept::Concept::Abuse]),
        urgency,
        survey_code,
        categories,
        entities,
    }
}

switchboard_sdk::export_step!(Triage);
