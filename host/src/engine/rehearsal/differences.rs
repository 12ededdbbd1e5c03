//! Two answers of a step, side by side, told in words that group like with like.

use std::collections::BTreeMap;

use crate::model::{Effect, Finding, Invocation, InvocationResult, Moment, NextStep};

/// What a call did, by kind: a word or two to group by, and the whole for people.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Answered(BTreeMap<&'static str, Told>);

/// One kind of things that a call did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) label: String,
    pub(super) details: Vec<String>,
}

/// A kind in which two calls differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Differing {
    pub(super) kind: &'static str,
    pub(super) then: Told,
    pub(super) now: Told,
}

impl Answered {
    pub(super) fn of(call: &Invocation) -> Self {
        let mut answered = Self::default();
        match &call.result {
            InvocationResult::Done { outcome } => {
                for effect in &outcome.effects {
                    let (kind, label, detail) = effect_in_words(effect);
                    answered.tell(kind, &label, detail);
                }
                if outcome.next == NextStep::Finish {
                    let ends = "ends the chain";
                    answered.tell("chain", ends, ends.to_owned());
                }
            }
            InvocationResult::Failed { code, reason, .. } => {
                answered.tell("failure", code, format!("{code}: {reason}"));
            }
            InvocationResult::Reviewed { texts, failure } => {
                answered.findings(texts.iter().flat_map(|text| &text.findings));
                if let Some(failure) = failure {
                    let detail = format!("{}: {}", failure.code, failure.reason);
                    answered.tell("failure", &failure.code, detail);
                }
            }
        }
        for write in &call.kv_writes {
            let value = match &write.value {
                Some(value) => value.escape_ascii().to_string(),
                None => "removed".to_owned(),
            };
            answered.tell("memory", &write.key, format!("{} = {value}", write.key));
        }
        answered
    }

    /// With what reviewers found in its texts.
    pub(super) fn findings<'f>(&mut self, findings: impl IntoIterator<Item = &'f Finding>) {
        for finding in findings {
            let severity = finding.severity.as_str();
            let detail = format!("{} ({severity}): {}", finding.rule, finding.explanation);
            self.tell("finding", &finding.rule, detail);
        }
    }

    fn tell(&mut self, kind: &'static str, label: &str, detail: String) {
        let told = self.0.entry(kind).or_default();
        if !told.label.split(", ").any(|known| known == label) {
            if !told.label.is_empty() {
                told.label.push_str(", ");
            }
            told.label.push_str(label);
        }
        told.details.push(detail);
    }
}

/// The kinds in which they differ.
pub(super) fn between(then: Answered, now: Answered) -> Vec<Differing> {
    let (mut then, mut now) = (then.0, now.0);
    let kinds: std::collections::BTreeSet<_> = then.keys().chain(now.keys()).copied().collect();
    let mut differing = Vec::new();
    for kind in kinds {
        let told = |all: &mut BTreeMap<_, Told>| {
            all.remove(kind).unwrap_or_else(|| Told {
                label: "none".to_owned(),
                details: Vec::new(),
            })
        };
        let (then, now) = (told(&mut then), told(&mut now));
        if then != now {
            differing.push(Differing { kind, then, now });
        }
    }
    differing
}

fn moment(moment: &Moment) -> String {
    match moment {
        Moment::At(at) => format!("at {at}"),
        Moment::AfterSeconds(seconds) => format!("in {seconds} s"),
        Moment::AfterBusinessSeconds(seconds) => format!("in {seconds} s of business time"),
    }
}

/// Its kind, what to group it by, and all of it.
fn effect_in_words(effect: &Effect) -> (&'static str, String, String) {
    let whole = |kind, label: &str, detail: String| (kind, label.to_owned(), detail);
    let same = |kind, text: String| (kind, text.clone(), text);
    match effect {
        Effect::Reply(reply) => {
            let label = if reply.sources.is_empty() {
                "a text".to_owned()
            } else {
                format!("from {}", reply.sources.join(" and "))
            };
            ("reply", label, reply.text.clone())
        }
        Effect::Note(text) => whole("note", "a note", text.clone()),
        Effect::SetLanguage(tag) => same("language", tag.clone()),
        Effect::SetCategories(categories) => {
            let names: Vec<_> = categories.iter().map(|it| it.name.as_str()).collect();
            let sure = categories.iter();
            let sure = sure.map(|it| format!("{} {:.2}", it.name.as_str(), it.confidence));
            let label = match names.join(" and ") {
                none if none.is_empty() => "no category".to_owned(),
                some => some,
            };
            ("categories", label, sure.collect::<Vec<_>>().join(", "))
        }
        Effect::SetPriority(priority) => same("priority", priority.as_str().to_owned()),
        Effect::SetStage(stage) => same("stage", stage.as_str().to_owned()),
        Effect::AddLabel(label) => same("label", format!("+{label}")),
        Effect::RemoveLabel(label) => same("label", format!("-{label}")),
        Effect::SetField { name, value } => whole("field", name, format!("{name} = {value}")),
        Effect::OpenTicket(ticket) => {
            let label = format!("{} for {}", ticket.kind.as_str(), ticket.department);
            let due = ticket.due.as_ref().map(moment).unwrap_or_default();
            let priority = ticket.priority.as_str();
            let detail = format!("{label}: {} ({priority}) {due}", ticket.title);
            ("ticket", label, detail.trim_end().to_owned())
        }
        Effect::EscalateTicket(escalation) => {
            let to = escalation.notify.join(", ");
            let detail = format!("{} to {to}: {}", escalation.key, escalation.reason);
            whole("escalation", &escalation.key, detail)
        }
        Effect::Notify(told) => whole("notice", &told.to, format!("{}: {}", told.to, told.text)),
        Effect::SetTimer(timer) => {
            let detail = format!("{} {} {}", timer.name, moment(&timer.due), timer.payload);
            whole("timer", &timer.name, detail.trim_end().to_owned())
        }
        Effect::CancelTimer(name) => same("timer", format!("no {name}")),
        Effect::RecordPromise(promise) => {
            let detail = format!("{} {}", promise.text, moment(&promise.due));
            whole("promise", "a promise", detail)
        }
        Effect::AskSurvey => same("survey", "asked".to_owned()),
        Effect::RecordSurvey(answer) => {
            let detail = format!("code {}: {}", answer.code, answer.reason);
            whole("survey", &format!("code {}", answer.code), detail)
        }
        Effect::HandOver(over) => {
            let team = over.team.as_deref().unwrap_or("anybody");
            whole("hand-over", team, format!("{team}: {}", over.reason))
        }
        Effect::Resolve(why) => whole("state", "resolved", format!("resolved: {why}")),
        Effect::Reopen(why) => whole("state", "reopened", format!("reopened: {why}")),
        Effect::Announce { name, value } => whole("event", name, format!("{name} {value}")),
    }
}
