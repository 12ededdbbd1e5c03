//! The norms of wording, for every text before it goes to a customer, whoever wrote it: no vague words (R18), no
//! swearing (R22), no suffixes (R19), no curt replies (R20), no blame on others (R24), no condescension (R25), polite
//! refusals (R23), no private contacts (R29); promises are noticed (R138); and where a step's texts must rest on the
//! desk's articles, nothing invented.
//!
//! What the desk itself says is judged, never what it quotes. It must not cry wolf: whatever is not plainly a breach
//! passes.
//!
//! - [`Rule`]: the rules · `phrases`: their words · `find`: where a text breaks them · `grounds`: what a text
//!   rests on · `rewrite`: a better wording

mod config;
mod courtesy;
mod draft;
mod find;
mod grounds;
mod phrases;
mod promises;
mod rewrite;
mod rule;
mod suffix;
mod swearing;
mod texts;

pub use config::Config;
use draft::Draft;
pub use rule::{Level, Rule};
use switchboard_sdk::{
    Host, Reviewer,
    config::load,
    text::Folded,
    types::{AuthorKind, Context, Finding, Manifest, Message, StepError},
};

/// How much of a text is read, in bytes.
const LONGEST: usize = 16 * 1024;
/// Findings of one text, at most: whoever has so many writes it anew.
const MOST: usize = 20;
/// How many of the newest messages are searched for what the customer said.
const HISTORY: u32 = 10;

/// The plugin.
pub struct ServiceNorms;

impl Reviewer for ServiceNorms {
    fn describe() -> Manifest {
        Manifest {
            name: "service-norms".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            summary: "Checks the wording of every reply: vague, rude, curt, blaming, condescending"
                .to_owned(),
            grants: vec!["knowledge".to_owned()],
            events: Vec::new(),
            history: HISTORY,
            config_schema: Some(config::SCHEMA.to_owned()),
        }
    }

    fn review<H: Host>(
        host: &H,
        context: &Context,
        drafts: &[Message],
    ) -> Result<Vec<Finding>, StepError> {
        let config: Config = load(host)?;
        let heard = |words: &str| was_heard(context, words);
        let mut found = Vec::new();
        for (number, draft) in (0..).zip(drafts) {
            // What a step promises goes into the ledger as an effect of its own.
            let promises = draft.author == AuthorKind::Agent;
            let language = draft.language.as_deref();
            let mut of_draft = review(&draft.text, language, &config, promises, heard);
            of_draft.extend(grounds::invented(host, context, draft, &config)?);
            found.extend(of_draft.into_iter().map(|finding| Finding {
                draft: number,
                ..finding
            }));
        }
        Ok(found)
    }
}

/// What is wrong with `text`.
///
/// `known`: the language tag of the conversation; `promises`: whether promises are noticed; `heard`: whether the
/// customer said the words, so that they may be quoted whatever they are.
pub fn review(
    text: &str,
    known: Option<&str>,
    config: &Config,
    promises: bool,
    heard: impl Fn(&str) -> bool,
) -> Vec<Finding> {
    let text = text
        .get(..text.floor_char_boundary(LONGEST))
        .unwrap_or(text);
    let draft = Draft::new(text, known);
    let mut breaches = find::breaches(&draft, config, promises);
    breaches.retain(|breach| {
        breach.rule != Rule::Profanity || !draft.quotation(&breach.at).is_some_and(&heard)
    });
    if breaches.is_empty() {
        return Vec::new();
    }
    let better = rewrite::better(&draft, config, &breaches);
    breaches.truncate(MOST);
    breaches
        .into_iter()
        .filter_map(|breach| {
            let severity = config.level(breach.rule).severity()?;
            let words = text.get(breach.at.clone()).unwrap_or_default();
            let why = texts::why(breach.rule).standard(draft.language);
            Some(Finding {
                draft: 0,
                rule: breach.rule.name().to_owned(),
                severity,
                start: u32::try_from(breach.at.start).unwrap_or(u32::MAX),
                end: u32::try_from(breach.at.end).unwrap_or(u32::MAX),
                explanation: switchboard_sdk::say::fill(why, &[("words", words)]),
                suggestion: better.clone().filter(|_| breach.rule != Rule::Promise),
            })
        })
        .collect()
}

/// Whether the customer said the words: in a message that is seen, or in one that became a ticket's title.
fn was_heard(context: &Context, words: &str) -> bool {
    let plain = |text: &str| Folded::new(text).text().to_owned();
    let words = plain(words);
    let words = words.trim_matches(|c: char| !c.is_alphanumeric());
    let conversation = &context.conversation;
    let messages = conversation
        .messages
        .iter()
        .filter(|message| message.author == AuthorKind::Customer)
        .map(|message| message.text.as_str());
    let titles = conversation
        .tickets
        .iter()
        .map(|ticket| ticket.title.as_str());
    messages
        .chain(titles)
        .any(|said| plain(said).contains(words))
}

switchboard_sdk::export_reviewer!(ServiceNorms);
