//! The steps of a workflow and which events run through them.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use super::condition::{Condition, ConditionError};
use super::config;
use super::outside;
use super::reader::{Place, Placed, Reader, Section};
use super::requirement::{Grants, PluginRequirement, StepLimits};
use super::suggest;
use crate::egress::Rule;
use crate::model::{EventKind, Policy};

/// A plugin with its configuration, grants and limits.
#[derive(Clone, Debug)]
pub struct Step {
    /// Its name, unique in the desk.
    pub name: String,
    /// Which plugin it is.
    pub plugin: PluginRequirement,
    /// When it runs; none: always.
    pub when: Option<Condition>,
    /// What it is allowed.
    pub grants: Grants,
    /// The requests to servers of others that it may send.
    pub http: Vec<Rule>,
    /// What the host does when it fails.
    pub on_failure: Policy,
    /// What it may use.
    pub limits: StepLimits,
    /// Its configuration.
    pub config: Json,
    /// The line of `desk.toml` on which its configuration begins, else the step itself.
    pub config_line: usize,
    /// The line of `desk.toml` on which its grants stand, else the step itself.
    pub grants_line: usize,
    /// The configuration as the plugin gets it: JSON, keys in order.
    pub config_json: Arc<str>,
    /// Configuration, grants, requests and limits as JSON, keys in order: what runs keep under `settings_sha256`.
    pub settings_json: Arc<str>,
    /// SHA-256 of `settings_json`, in hexadecimal.
    pub settings_sha256: String,
}

/// The workflow part of `desk.toml`.
#[derive(Debug, Default)]
pub(super) struct Steps {
    pub(super) steps: Vec<Step>,
    pub(super) chains: BTreeMap<EventKind, Vec<usize>>,
    pub(super) reviewers: Vec<Step>,
}

pub(super) const STEP_KEYS: &[&str] = &[
    "name",
    "plugin",
    "when",
    "grants",
    "http",
    "on-failure",
    "limits",
    "config",
];
const REVIEWER_KEYS: &[&str] = &["name", "plugin", "grants", "on-failure", "limits", "config"];
pub(super) const ON_KEYS: &[&str] = &["event", "steps"];
/// The steps that events run through are counted in tens; more is a mistake.
const MAX_STEPS: usize = 100;

pub(super) fn read(reader: &mut Reader<'_>, root: &Section<'_, '_>) -> Steps {
    let mut steps = Steps::default();
    let mut names: BTreeMap<String, Place> = BTreeMap::new();
    let sections = reader.sections(root, "step", "[[step]]");
    let mut readable = Vec::new();
    for section in sections.iter().take(MAX_STEPS) {
        if let Some(step) = read_step(reader, section, STEP_KEYS, &mut names) {
            steps.steps.push(step);
            readable.push(section);
        }
    }
    if let Some(section) = sections.get(MAX_STEPS) {
        reader.problem(
            &section.place,
            format!("the desk has more than {MAX_STEPS} steps; join some of them"),
        );
    }
    for section in reader
        .sections(root, "reviewer", "[[reviewer]]")
        .iter()
        .take(MAX_STEPS)
    {
        steps
            .reviewers
            .extend(read_step(reader, section, REVIEWER_KEYS, &mut names));
    }
    let ons = reader.sections(root, "on", "[[on]]");
    if ons.is_empty() && !root.table.contains_key("on") {
        let message = "the desk reacts to nothing; add [[on]] with event = \"message.received\" and steps = [\"…\"]";
        reader.problem(&root.place, message);
    }
    // A step that couldn't be read is there all the same: its own problem says enough.
    let declared: Vec<String> = names.into_keys().collect();
    for section in &ons {
        read_chain(reader, section, &declared, &mut steps);
    }
    for (index, section) in readable.iter().enumerate() {
        check_use(reader, section, index, &steps, !ons.is_empty());
    }
    steps
}

fn read_step(
    reader: &mut Reader<'_>,
    section: &Section<'_, '_>,
    known: &[&str],
    names: &mut BTreeMap<String, Place>,
) -> Option<Step> {
    reader.known_keys(section, known);
    let name = reader.required(section, "name", "name = \"greeting\"").and_then(|value| {
        let name = reader.name(value, "name", "\"greeting\"")?;
        if let Some(first) = names.get(&name) {
            let line = reader.line(first);
            reader.problem(&value.span(), format!("there is a step \"{name}\" already, on line {line}; give this one another name"));
        } else {
            names.insert(name.clone(), value.span());
        }
        Some(name)
    });
    let plugin = reader
        .required(section, "plugin", "plugin = \"greeting@0.1\"")
        .and_then(|value| {
            let text = reader.text(value, "plugin", "\"greeting@0.1\"")?;
            PluginRequirement::parse(text)
                .map_err(|message| reader.problem(&value.span(), message))
                .ok()
        });
    let when = section.get("when").and_then(|value| {
        let text = reader.text(value, "when", "'conversation.handler == \"bot\"'")?;
        let problems = match Condition::parse(text) {
            Ok(condition) => return Some(condition),
            Err(problems) => problems,
        };
        for problem in problems {
            let place = reader.inside(value, problem.offset);
            reader.problem(&place, problem.message);
        }
        None
    });
    let grants_at = section.get("grants");
    let grants_line =
        reader.line(&grants_at.map_or_else(|| section.place.clone(), |value| value.span()));
    let grants = grants_at.map_or_else(Grants::default, |value| Grants::read(reader, value));
    let http = outside::rules(reader, section);
    let on_failure = section
        .get("on-failure")
        .map_or(Some(Policy::HoldMessage), |value| {
            let text = reader.text(value, "on-failure", "\"hold-message\"")?;
            let policies: Vec<&str> = Policy::ALL.iter().map(|policy| policy.as_str()).collect();
            let policy = Policy::parse(text);
            if policy.is_none() {
                reader.problem(
                    &value.span(),
                    format!(
                        "there is no failure policy \"{text}\"; {}",
                        suggest::hint(text, &policies)
                    ),
                );
            }
            policy
        });
    let limits = section
        .get("limits")
        .map_or_else(StepLimits::default, |value| StepLimits::read(reader, value));
    let config_at = section.get("config");
    let config = config_at.map_or_else(
        || Json::Object(serde_json::Map::new()),
        |value| config::read(reader, value),
    );
    let config_line =
        reader.line(&config_at.map_or_else(|| section.place.clone(), |value| value.span()));
    Some(Step::new(
        name?,
        plugin?,
        when,
        (grants, http),
        on_failure?,
        limits,
        config,
        (config_line, grants_line),
    ))
}

impl Step {
    /// The same step with other grants and another configuration; the requests that it may send stay what they are.
    pub fn with_settings(&self, grants: Grants, config: Json) -> Self {
        Self::new(
            self.name.clone(),
            self.plugin.clone(),
            self.when.clone(),
            (grants, self.http.clone()),
            self.on_failure,
            self.limits.clone(),
            config,
            (self.config_line, self.grants_line),
        )
    }

    #[expect(clippy::too_many_arguments, reason = "one for each key of the file")]
    fn new(
        name: String,
        plugin: PluginRequirement,
        when: Option<Condition>,
        (grants, http): (Grants, Vec<Rule>),
        on_failure: Policy,
        limits: StepLimits,
        config: Json,
        (config_line, grants_line): (usize, usize),
    ) -> Self {
        let config_json = config::canonical(&config);
        let part = |value: Result<Json, _>| {
            value.map_or_else(
                |_: serde_json::Error| "null".to_owned(),
                |json| config::canonical(&json),
            )
        };
        let settings_json = format!(
            "{{\"config\":{config_json},\"grants\":{}{},\"limits\":{}}}",
            part(serde_json::to_value(&grants)),
            // Said only where there is something: what was kept before stays what it was.
            match http.is_empty() {
                true => String::new(),
                false => format!(",\"http\":{}", part(serde_json::to_value(&http))),
            },
            part(serde_json::to_value(&limits))
        );
        Self {
            name,
            plugin,
            when,
            grants,
            http,
            on_failure,
            limits,
            config,
            config_line,
            grants_line,
            config_json: config_json.into(),
            settings_sha256: hexadecimal(&Sha256::digest(settings_json.as_bytes())),
            settings_json: settings_json.into(),
        }
    }
}

fn read_chain(
    reader: &mut Reader<'_>,
    section: &Section<'_, '_>,
    declared: &[String],
    steps: &mut Steps,
) {
    reader.known_keys(section, ON_KEYS);
    let event = reader
        .required(section, "event", "event = \"message.received\"")
        .and_then(|value| {
            let text = reader.text(value, "event", "\"message.received\"")?;
            let kinds: Vec<&str> = EventKind::ALL.iter().map(|kind| kind.as_str()).collect();
            let event = EventKind::parse(text);
            match event {
                None => reader.problem(
                    &value.span(),
                    format!(
                        "there is no event \"{text}\"; {}",
                        suggest::hint(text, &kinds)
                    ),
                ),
                Some(event) if steps.chains.contains_key(&event) => {
                    reader.problem(
                        &value.span(),
                        format!(
                            "there is an [[on]] for {event} already; join the two lists of steps"
                        ),
                    );
                    return None;
                }
                Some(_) => {}
            }
            event
        });
    let Some(value) = reader.required(section, "steps", "steps = [\"greeting\"]") else {
        return;
    };
    let mut chain = Vec::new();
    let mut listed: Vec<&str> = Vec::new();
    for Placed { place, value: name } in reader.texts(value, "steps", "[\"greeting\", \"triage\"]")
    {
        if listed.contains(&name) {
            reader.problem(
                &place,
                format!("the step \"{name}\" stands in this chain twice; remove one"),
            );
            continue;
        }
        listed.push(name);
        match steps.steps.iter().position(|step| step.name == name) {
            Some(index) => chain.push(index),
            None if steps.reviewers.iter().any(|reviewer| reviewer.name == name) => {
                reader.problem(&place, format!("\"{name}\" is a reviewer, which looks at every reply anyway; remove it here, or make it a [[step]]"));
            }
            None if declared.iter().any(|declared| declared == name) => {}
            None => {
                let known: Vec<&str> = declared.iter().map(String::as_str).collect();
                let hint = suggest::nearest(name, known).map_or_else(
                    || format!("add [[step]] with name = \"{name}\", or remove it here"),
                    |meant| format!("did you mean \"{meant}\"?"),
                );
                reader.problem(&place, format!("there is no step \"{name}\"; {hint}"));
            }
        }
    }
    if let Some(event) = event {
        steps.chains.insert(event, chain);
    }
}

/// A step must be used, and its condition must have an answer for every event that it handles.
fn check_use(
    reader: &mut Reader<'_>,
    section: &Section<'_, '_>,
    index: usize,
    steps: &Steps,
    has_chains: bool,
) {
    let Some(step) = steps.steps.get(index) else {
        return;
    };
    let mut events = steps
        .chains
        .iter()
        .filter(|(_, chain)| chain.contains(&index))
        .map(|(event, _)| *event)
        .peekable();
    // Of two steps of one name the chains mean the first, and the second has its problem already.
    let is_first = steps.steps.iter().position(|other| other.name == step.name) == Some(index);
    if events.peek().is_none() && has_chains && is_first {
        let message = format!(
            "the step \"{}\" is never used; name it in the steps of an [[on]], or remove it",
            step.name
        );
        return reader.problem(&section.place, message);
    }
    let (Some(condition), Some(value)) = (&step.when, section.get("when")) else {
        return;
    };
    for event in events {
        let hint = match condition.try_on(event) {
            Ok(()) => continue,
            Err(ConditionError::NotBoolean { kind, .. }) => {
                format!(
                    "the condition gives {kind} instead of true or false; compare it with something"
                )
            }
            Err(ConditionError::Missing { name, .. }) => {
                let guard = match condition.text().contains(&format!("account.fields.{name}")) {
                    true => format!("has(account.fields.{name}) && …"),
                    false => format!("has(event.{name}) && …, or for event.kind"),
                };
                format!(
                    "the condition fails on {event}: there is no {name} in it, or not always; ask first, as in {guard}"
                )
            }
            Err(ConditionError::Failed { reason, .. }) => format!(
                "the condition fails on {event}: {reason}; compare like with like, texts in quotes and numbers without"
            ),
        };
        return reader.problem(&value.span(), hint);
    }
}

/// Bytes as hexadecimal digits.
pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
