//! Contract → model: everything that a plugin says is checked before anybody else sees it.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::super::call::{CallFailure, FailureCode};
use super::super::grants::{Grant, Grants};
use super::super::limits::Limits;
use super::v0_1::switchboard::plugin::types as wit;
use crate::model::{
    Category, Effect, Escalation, Finding, Handover, Manifest, Moment, NextStep, Notification,
    Outcome, Priority, PromiseDraft, Reply, Severity, Stage, SurveyResult, TicketDraft, TicketKind,
    TimerDraft,
};

/// Nothing is planned further ahead.
const FARTHEST: SignedDuration = SignedDuration::from_hours(400 * 24);
/// The points of a satisfaction answer.
const MOST_POINTS: u32 = 10;
/// Bytes of a plugin's own words for its failure.
const LONGEST_REASON: usize = 1 << 10;

/// What a plugin returned is held against these.
pub(in super::super) struct FromGuest<'a> {
    pub(in super::super) limits: &'a Limits,
    pub(in super::super) grants: &'a Grants,
    pub(in super::super) now: Timestamp,
}

type Checked<T> = Result<T, CallFailure>;

fn invalid(reason: impl Into<String>) -> CallFailure {
    CallFailure::new(FailureCode::InvalidOutput, reason)
}

fn too_much(reason: impl Into<String>) -> CallFailure {
    CallFailure::new(FailureCode::Output, reason)
}

/// A language tag, as far as a host can tell without a registry: letters, digits, hyphens.
fn language(tag: String) -> Checked<String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if tag.is_empty() || tag.len() > 35 || !tag.chars().all(plain) {
        return Err(invalid(format!("{tag:?} isn't a language tag")));
    }
    Ok(tag)
}

fn named(what: &str, name: String) -> Checked<String> {
    if name.trim().is_empty() || name.len() > 256 {
        return Err(invalid(format!("{what} has 1 to 256 bytes")));
    }
    Ok(name)
}

fn category(category: wit::Category) -> Checked<Category> {
    let confidence = category.confidence;
    if !(0.0..=1.0).contains(&confidence) {
        return Err(invalid(format!(
            "the confidence of {:?} is {confidence}, not 0 to 1",
            category.name
        )));
    }
    Ok(Category {
        name: named("the name of a category", category.name)?,
        confidence,
    })
}

impl FromGuest<'_> {
    pub(in super::super) fn outcome(&self, outcome: wit::Outcome) -> Checked<Outcome> {
        let (count, most) = (outcome.effects.len(), self.limits.effects);
        if count > most {
            return Err(too_much(format!(
                "it asked for {count} effects; at most {most} are allowed"
            )));
        }
        let bytes: usize = outcome.effects.iter().map(text_bytes).sum();
        self.output(bytes)?;
        let effects: Checked<Vec<Effect>> = outcome
            .effects
            .into_iter()
            .map(|e| self.effect(e))
            .collect();
        Ok(Outcome {
            effects: effects?,
            next: match outcome.next {
                wit::NextStep::GoOn => NextStep::GoOn,
                wit::NextStep::Finish => NextStep::Finish,
            },
        })
    }

    fn output(&self, bytes: usize) -> Checked<()> {
        let most = self.limits.output_bytes;
        if bytes > most {
            return Err(too_much(format!(
                "it returned {bytes} bytes of text; at most {most} are allowed"
            )));
        }
        Ok(())
    }

    fn granted(&self, grant: &Grant) -> Checked<()> {
        self.grants
            .check(grant)
            .map_err(|refusal| CallFailure::new(FailureCode::NoGrant, refusal))
    }

    fn moment(&self, moment: wit::Moment) -> Checked<Moment> {
        let near = |ahead: SignedDuration| {
            if ahead > FARTHEST {
                return Err(invalid("a moment is more than 400 days ahead"));
            }
            Ok(())
        };
        let seconds = |seconds: u32| near(SignedDuration::from_secs(seconds.into()));
        Ok(match moment {
            wit::Moment::At(at) => {
                let at: Timestamp = at
                    .parse()
                    .map_err(|error| invalid(format!("{at:?} isn't an RFC 3339 time: {error}")))?;
                near(at.duration_since(self.now))?;
                Moment::At(at)
            }
            wit::Moment::AfterSeconds(after) => {
                seconds(after)?;
                Moment::AfterSeconds(after)
            }
            wit::Moment::AfterBusinessSeconds(after) => {
                seconds(after)?;
                Moment::AfterBusinessSeconds(after)
            }
        })
    }

    fn effect(&self, effect: wit::Effect) -> Checked<Effect> {
        use wit::Effect as W;
        Ok(match effect {
            W::Reply(reply) => Effect::Reply(self.reply(reply)?),
            W::Note(text) => Effect::Note(text),
            W::SetLanguage(tag) => Effect::SetLanguage(language(tag)?),
            W::SetCategories(all) => {
                let all: Checked<Vec<_>> = all.into_iter().map(category).collect();
                Effect::SetCategories(all?)
            }
            W::SetPriority(value) => Effect::SetPriority(priority(value)),
            W::SetStage(value) => Effect::SetStage(match value {
                wit::Stage::PreSale => Stage::PreSale,
                wit::Stage::InSale => Stage::InSale,
                wit::Stage::AfterSale => Stage::AfterSale,
            }),
            W::AddLabel(label) => Effect::AddLabel(named("a label", label)?),
            W::RemoveLabel(label) => Effect::RemoveLabel(named("a label", label)?),
            W::SetField(wit::Field { name, value }) => {
                let grant = Grant::parse(&format!("account.{name}"))
                    .ok_or_else(|| invalid(format!("{name:?} can't be the name of a field")))?;
                self.granted(&grant)?;
                Effect::SetField { name, value }
            }
            W::OpenTicket(draft) => {
                self.granted(&Grant::Tickets)?;
                Effect::OpenTicket(self.ticket(draft)?)
            }
            W::EscalateTicket(escalation) => {
                self.granted(&Grant::Tickets)?;
                Effect::EscalateTicket(Escalation {
                    key: named("the key of a ticket", escalation.key)?,
                    notify: escalation.notify,
                    reason: escalation.reason,
                })
            }
            W::Notify(notification) => {
                self.granted(&Grant::Notify)?;
                Effect::Notify(Notification {
                    to: named("who is to be told", notification.to)?,
                    text: notification.text,
                })
            }
            W::SetTimer(timer) => Effect::SetTimer(TimerDraft {
                name: named("the name of a timer", timer.name)?,
                due: self.moment(timer.due)?,
                payload: timer.payload,
            }),
            W::CancelTimer(name) => Effect::CancelTimer(named("the name of a timer", name)?),
            W::RecordPromise(promise) => Effect::RecordPromise(PromiseDraft {
                text: promise.text,
                due: self.moment(promise.due)?,
                owner: promise.owner,
            }),
            W::AskSurvey => Effect::AskSurvey,
            W::RecordSurvey(result) => Effect::RecordSurvey(survey(result)?),
            W::HandOver(handover) => Effect::HandOver(Handover {
                team: handover.team,
                reason: handover.reason,
            }),
            W::Resolve(summary) => Effect::Resolve(summary),
            W::Reopen(reason) => Effect::Reopen(reason),
            W::Announce(wit::Field { name, value }) => {
                serde_json::from_str::<serde::de::IgnoredAny>(&value).map_err(|error| {
                    invalid(format!("what {name:?} announces isn't JSON: {error}"))
                })?;
                Effect::Announce {
                    name: named("the name of what is announced", name)?,
                    value,
                }
            }
        })
    }

    fn reply(&self, reply: wit::Reply) -> Checked<Reply> {
        if reply.text.trim().is_empty() {
            return Err(invalid("a reply is empty"));
        }
        Ok(Reply {
            text: reply.text,
            language: reply.language.map(language).transpose()?,
            sources: reply.sources,
        })
    }

    fn ticket(&self, draft: wit::TicketDraft) -> Checked<TicketDraft> {
        Ok(TicketDraft {
            key: named("the key of a ticket", draft.key)?,
            kind: match draft.kind {
                wit::TicketKind::Complaint => TicketKind::Complaint,
                wit::TicketKind::Suggestion => TicketKind::Suggestion,
                wit::TicketKind::Repair => TicketKind::Repair,
                wit::TicketKind::Order => TicketKind::Order,
                wit::TicketKind::Lead => TicketKind::Lead,
                wit::TicketKind::Question => TicketKind::Question,
                wit::TicketKind::Emergency => TicketKind::Emergency,
            },
            department: named("the department of a ticket", draft.department)?,
            title: draft.title,
            body: draft.body,
            priority: priority(draft.priority),
            due: draft.due.map(|due| self.moment(due)).transpose()?,
            notify: draft.notify,
        })
    }

    /// Findings of a reviewer, draft by draft; their places must be places of the drafts.
    pub(in super::super) fn findings(
        &self,
        findings: Vec<wit::Finding>,
        drafts: &[&str],
    ) -> Checked<Vec<Vec<Finding>>> {
        let count = findings.len();
        let most = self.limits.findings.saturating_mul(drafts.len());
        if count > most {
            return Err(too_much(format!(
                "it returned {count} findings; at most {most} are allowed"
            )));
        }
        let bytes = |finding: &wit::Finding| {
            finding.rule.len()
                + finding.explanation.len()
                + finding.suggestion.as_ref().map_or(0, String::len)
        };
        self.output(findings.iter().map(bytes).sum())?;
        let mut found = vec![Vec::new(); drafts.len()];
        for told in findings {
            let at = told.draft as usize;
            let (Some(draft), Some(of_draft)) = (drafts.get(at), found.get_mut(at)) else {
                return Err(invalid(format!(
                    "the finding {:?} is about draft {at}; there are {}, counted from 0",
                    told.rule,
                    drafts.len()
                )));
            };
            of_draft.push(finding(told, draft)?);
        }
        Ok(found)
    }

    /// The plugin's own words for why it failed.
    pub(in super::super) fn error(&self, error: wit::StepError) -> CallFailure {
        let cut = |text: &str| super::super::capabilities::log::visible(text, LONGEST_REASON);
        match error {
            wit::StepError::Transient(error) => CallFailure {
                code: FailureCode::Transient,
                reason: cut(&error.message),
                retry_after: error
                    .retry_after_seconds
                    .map(|seconds| Duration::from_secs(seconds.into())),
            },
            wit::StepError::Permanent(error) => {
                CallFailure::new(FailureCode::Permanent, cut(&error.message))
            }
        }
    }
}

/// What a plugin says of itself; whether it makes sense is for the manifest's own checks.
pub(in super::super) fn manifest(manifest: wit::Manifest) -> Manifest {
    Manifest {
        name: manifest.name,
        version: manifest.version,
        summary: manifest.summary,
        grants: manifest.grants,
        events: manifest.events,
        history: manifest.history,
        config_schema: manifest.config_schema,
    }
}

fn finding(finding: wit::Finding, text: &str) -> Checked<Finding> {
    let (start, end) = (finding.start as usize, finding.end as usize);
    if text.get(start..end).is_none() {
        return Err(invalid(format!(
            "the finding {:?} is about bytes {start} to {end}, which aren't a place in the text",
            finding.rule
        )));
    }
    Ok(Finding {
        rule: named("the rule of a finding", finding.rule)?,
        severity: match finding.severity {
            wit::Severity::Info => Severity::Info,
            wit::Severity::Warning => Severity::Warning,
            wit::Severity::Blocking => Severity::Blocking,
        },
        start: finding.start,
        end: finding.end,
        explanation: finding.explanation,
        suggestion: finding.suggestion,
    })
}

fn survey(result: wit::SurveyResult) -> Checked<SurveyResult> {
    if result.points.is_some_and(|points| points > MOST_POINTS) {
        return Err(invalid("a satisfaction answer has 0 to 10 points"));
    }
    Ok(SurveyResult {
        code: result.code,
        points: result.points,
        reason: result.reason,
    })
}

fn priority(priority: wit::Priority) -> Priority {
    match priority {
        wit::Priority::Low => Priority::Low,
        wit::Priority::Normal => Priority::Normal,
        wit::Priority::High => Priority::High,
        wit::Priority::Urgent => Priority::Urgent,
    }
}

/// Bytes of text in an effect. A list's items count a little even where they are empty.
fn text_bytes(effect: &wit::Effect) -> usize {
    const ITEM: usize = 8;
    use wit::Effect as W;
    let list = |items: &[String]| items.iter().map(|item| item.len() + ITEM).sum::<usize>();
    let option = |text: &Option<String>| text.as_ref().map_or(0, String::len);
    let moment = |moment: &wit::Moment| match moment {
        wit::Moment::At(at) => at.len(),
        wit::Moment::AfterSeconds(_) | wit::Moment::AfterBusinessSeconds(_) => 0,
    };
    ITEM + match effect {
        W::Reply(reply) => reply.text.len() + option(&reply.language) + list(&reply.sources),
        W::Note(text)
        | W::SetLanguage(text)
        | W::AddLabel(text)
        | W::RemoveLabel(text)
        | W::CancelTimer(text)
        | W::Resolve(text)
        | W::Reopen(text) => text.len(),
        W::SetCategories(all) => all.iter().map(|one| one.name.len() + ITEM).sum(),
        W::SetPriority(_) | W::SetStage(_) | W::AskSurvey => 0,
        W::SetField(field) | W::Announce(field) => field.name.len() + field.value.len(),
        W::OpenTicket(draft) => {
            draft.key.len()
                + draft.department.len()
                + draft.title.len()
                + draft.body.len()
                + draft.due.as_ref().map_or(0, moment)
                + list(&draft.notify)
        }
        W::EscalateTicket(escalation) => {
            escalation.key.len() + escalation.reason.len() + list(&escalation.notify)
        }
        W::Notify(notification) => notification.to.len() + notification.text.len(),
        W::SetTimer(timer) => timer.name.len() + moment(&timer.due) + timer.payload.len(),
        W::RecordPromise(promise) => {
            promise.text.len() + moment(&promise.due) + option(&promise.owner)
        }
        W::RecordSurvey(result) => result.reason.len(),
        W::HandOver(handover) => option(&handover.team) + handover.reason.len(),
    }
}

#[cfg(test)]
#[path = "from_guest_tests.rs"]
mod tests;
