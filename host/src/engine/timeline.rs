//! What people read of a run: one line for each thing that happened, as `simulate` prints them.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::floor::PresenceChange;
use crate::model::{Author, Change, Conversation, Finding, Promise, Record, Run, Ticket, Timer};

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TimelineLine {
    /// When, with the desk's offset.
    pub at: String,
    /// What kind of thing.
    pub kind: &'static str,
    /// The customer's name on the channel; empty where the line concerns the whole desk.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub contact: String,
    /// The conversation; empty as above.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub conversation: String,
    /// The channel; empty as above.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub channel: String,
    /// A step, an agent, a department or `host`.
    pub by: String,
    /// What it is about, by kind.
    #[serde(flatten)]
    pub details: Map<String, Value>,
}

impl TimelineLine {
    /// Something that the host did for no customer.
    pub(crate) fn of_host(
        at: Timestamp,
        zone: &TimeZone,
        kind: &'static str,
        details: Value,
    ) -> Self {
        Self {
            at: local(at, zone),
            kind,
            contact: String::new(),
            conversation: String::new(),
            channel: String::new(),
            by: "host".to_owned(),
            details: match details {
                Value::Object(details) => details,
                _ => Map::new(),
            },
        }
    }
}

/// The lines of a run, in order. What the customer wrote isn't one of them.
pub fn timeline(run: &Run, zone: &TimeZone) -> Vec<TimelineLine> {
    let mut lines = Vec::new();
    for entry in &run.entries {
        for (kind, details) in lines_of(&entry.change, zone) {
            let details = match details {
                Value::Object(details) => details
                    .into_iter()
                    .filter(|(_, value)| !value.is_null())
                    .collect(),
                _ => Map::new(),
            };
            lines.push(TimelineLine {
                at: local(run.event.at, zone),
                kind,
                contact: run.before.contact.clone(),
                conversation: run.before.id.to_string(),
                channel: run.before.channel.clone(),
                by: entry.by.clone(),
                details,
            });
        }
    }
    lines
}

/// What the reviewers said of an agent's text that they held back: it left no run behind.
pub(crate) fn held_back(
    conversation: &Conversation,
    agent: &str,
    text: &str,
    findings: &[Finding],
    at: String,
) -> Vec<TimelineLine> {
    let line = |finding: &Finding| TimelineLine {
        at: at.clone(),
        kind: "finding",
        contact: conversation.contact.clone(),
        conversation: conversation.id.to_string(),
        channel: conversation.channel.clone(),
        by: agent.to_owned(),
        details: match finding_line(finding, text) {
            Value::Object(details) => details
                .into_iter()
                .filter(|(_, value)| !value.is_null())
                .collect(),
            _ => Map::new(),
        },
    };
    findings.iter().map(line).collect()
}

fn finding_line(finding: &Finding, text: &str) -> Value {
    json!({
        "rule": finding.rule,
        "severity": finding.severity,
        "text": text,
        "explanation": finding.explanation,
        "suggestion": finding.suggestion,
    })
}

/// The line of an agent who comes, goes or gives no sign of life any more; none where nothing changed.
pub(super) fn presence_line(change: &PresenceChange, zone: &TimeZone) -> Option<TimelineLine> {
    if !change.changed && change.login.is_none() {
        return None;
    }
    let presence = &change.presence;
    let late = change.login.as_ref().map(|login| login.late_seconds);
    let late = late.filter(|late| *late > 0);
    let Value::Object(mut details) = json!({"agent": presence.agent, "status": presence.status})
    else {
        return None;
    };
    if let Some(late) = late {
        details.insert("late_seconds".to_owned(), json!(late));
    }
    Some(TimelineLine {
        at: local(presence.since.max(presence.seen_at), zone),
        kind: "presence",
        contact: String::new(),
        conversation: String::new(),
        channel: String::new(),
        by: change.by.clone(),
        details,
    })
}

/// RFC 3339 with the desk's offset, to the second, or finer where the time is.
pub(crate) fn local(at: Timestamp, zone: &TimeZone) -> String {
    at.display_with_offset(zone.to_offset(at)).to_string()
}

fn lines_of(change: &Change, zone: &TimeZone) -> Vec<(&'static str, Value)> {
    let line = match change {
        Change::Received { .. }
        | Change::FieldSet { .. }
        | Change::FieldRemoved { .. }
        | Change::AccountNamed { .. }
        | Change::Announced { .. }
        | Change::WaitExcused { .. }
        | Change::Offered
        | Change::OutageExplained { .. }
        | Change::StageSet { .. } => {
            return Vec::new();
        }
        Change::CategoriesSet { categories } => {
            let line = |category: &crate::model::Category| {
                (
                    "category",
                    json!({"value": category.name, "confidence": rounded(category.confidence)}),
                )
            };
            return categories.iter().map(line).collect();
        }
        Change::Replied { message } => (
            "reply",
            json!({
                "text": message.text,
                "sources": if message.sources.is_empty() { Value::Null } else { json!(message.sources) },
                "agent": matches!(message.author, Author::Agent(_)).then_some(true),
            }),
        ),
        Change::Noted { text } => ("note", json!({"text": text})),
        Change::LanguageSet { language } => ("language", json!({"value": language})),
        Change::PrioritySet { priority } => ("priority", json!({"value": priority})),
        Change::LabelAdded { label } => ("label", json!({"value": label})),
        Change::LabelRemoved { label } => ("label", json!({"value": label, "removed": true})),
        Change::TicketOpened { ticket } | Change::TicketMoved { ticket } => {
            ("ticket", ticket_line(ticket, zone))
        }
        Change::TicketAppended { ticket, text } => (
            "ticket",
            with(ticket_line(ticket, zone), json!({"added": text})),
        ),
        Change::TicketEscalated { ticket, reason } => {
            let more = json!({"escalations": ticket.escalations, "reason": reason});
            ("ticket", with(ticket_line(ticket, zone), more))
        }
        Change::Notified { to, text, urgent } => (
            "notify",
            json!({"to": to, "text": text, "urgent": urgent.then_some(true)}),
        ),
        Change::NoticeKept { to, text, until } => (
            "notify",
            json!({"to": to, "text": text, "until": local(*until, zone)}),
        ),
        Change::TimerSet { timer } => ("timer", timer_line(timer, "set", zone)),
        Change::TimerCancelled { timer } => ("timer", timer_line(timer, "cancelled", zone)),
        Change::TimerFired { timer } => ("timer", timer_line(timer, "fired", zone)),
        Change::Promised { promise } | Change::PromiseSettled { promise } => {
            ("promise", promise_line(promise, zone))
        }
        Change::SurveyAsked => ("survey", json!({"status": "asked"})),
        Change::SurveyAnswered { result } => (
            "survey",
            json!({"status": "answered", "code": result.code, "points": result.points, "reason": result.reason}),
        ),
        Change::HandedOver { team, reason } => {
            ("hand-off", json!({"team": team, "reason": reason}))
        }
        Change::Assigned { agent } => ("assigned", json!({"agent": agent})),
        Change::Recorded { record } => ("record", record_line(record)),
        Change::Queued {
            team,
            position,
            wait_seconds,
        } => (
            "queued",
            json!({"team": team, "position": position, "wait_seconds": wait_seconds}),
        ),
        Change::SelfServed { choice } => ("queued", json!({"left": true, "choice": choice})),
        Change::AutoReplyOn { agent, reason } => (
            "auto-reply",
            json!({"status": "on", "agent": agent, "reason": reason}),
        ),
        Change::AutoReplyOff { agent } => ("auto-reply", json!({"status": "off", "agent": agent})),
        Change::Escalated { to } => ("escalated", json!({"to": to})),
        Change::Resolved { summary } => ("resolved", json!({"summary": summary})),
        Change::ResolveLater { closing, open } => (
            "note",
            json!({
                "text": format!("To be resolved when its tickets are closed: {}", open.join(", ")),
                "summary": closing.summary,
            }),
        ),
        Change::Reopened { reason } => ("reopened", json!({"reason": reason})),
        Change::Found { finding, text } => ("finding", finding_line(finding, text)),
        Change::Failed {
            step,
            reason,
            policy,
        } => (
            "failure",
            json!({"step": step, "reason": reason, "policy": policy}),
        ),
    };
    vec![line]
}

/// Both objects in one.
fn with(mut line: Value, more: Value) -> Value {
    if let (Value::Object(line), Value::Object(more)) = (&mut line, more) {
        line.extend(more);
    }
    line
}

fn record_line(record: &Record) -> Value {
    json!({
        "topic": record.topic,
        "category": record.category,
        "asked": record.asked,
        "result": record.result,
        "next_action": record.next_action,
        "handlers": record.handlers,
        "edited_by": record.edited.as_ref().map(|edited| &edited.by),
    })
}

fn ticket_line(ticket: &Ticket, zone: &TimeZone) -> Value {
    json!({
        "ticket": ticket.id,
        "ticket_kind": ticket.kind,
        "department": ticket.department,
        "status": ticket.status,
        "title": ticket.title,
        "priority": ticket.priority,
        "due": ticket.due.map(|due| local(due, zone)),
        "feedback": ticket.feedback,
        "about": if ticket.about.is_empty() { Value::Null } else { json!(ticket.about) },
    })
}

fn timer_line(timer: &Timer, status: &str, zone: &TimeZone) -> Value {
    json!({"name": timer.name, "due": local(timer.due, zone), "status": status})
}

fn promise_line(promise: &Promise, zone: &TimeZone) -> Value {
    json!({
        "text": promise.text,
        "due": local(promise.due, zone),
        "status": promise.status,
        "owner": promise.owner,
        "evidence": promise.evidence,
    })
}

/// To three digits: a plugin's single-precision figure printed as a person would write it.
fn rounded(confidence: f32) -> f64 {
    (f64::from(confidence) * 1_000.0).round() / 1_000.0
}
