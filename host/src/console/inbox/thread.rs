//! What happened in a conversation, as people read it: messages, notes, and one line for everything else.

use jiff::Timestamp;

use super::super::frame::Frame;
use crate::model::{Author, Change, Message, Run, Severity};
use crate::workflow::Directory;

/// One thing that happened.
pub(super) struct Item {
    /// `customer`, `agent`, `step`, `host`, `note` or `event`.
    pub(super) kind: &'static str,
    /// Who.
    pub(super) by: String,
    /// When.
    pub(super) at: Timestamp,
    /// What was written, or the line.
    pub(super) text: String,
    /// Its language.
    pub(super) language: String,
    /// Articles that it comes from.
    pub(super) sources: Vec<String>,
    /// The run that did it.
    pub(super) run: String,
}

/// What runs did, in order.
pub(super) fn items(runs: &[Run], directory: &Directory, frame: &Frame) -> Vec<Item> {
    let mut items = Vec::new();
    for run in runs {
        for entry in &run.entries {
            let item = match &entry.change {
                Change::Received { message } | Change::Replied { message } => {
                    said(message, run, directory, frame)
                }
                Change::Noted { text } => Item {
                    kind: "note",
                    text: text.clone(),
                    ..line(run, called(&entry.by, directory, frame))
                },
                other => match event(other, frame, directory) {
                    Some(text) => Item {
                        text,
                        ..line(run, called(&entry.by, directory, frame))
                    },
                    None => continue,
                },
            };
            items.push(item);
        }
    }
    items
}

fn line(run: &Run, by: String) -> Item {
    Item {
        kind: "event",
        by,
        at: run.event.at,
        text: String::new(),
        language: String::new(),
        sources: Vec::new(),
        run: run.id.to_string(),
    }
}

fn said(message: &Message, run: &Run, directory: &Directory, frame: &Frame) -> Item {
    let (kind, by) = match &message.author {
        Author::Customer => ("customer", frame.t("by-customer").to_owned()),
        Author::Agent(name) => ("agent", called(name, directory, frame)),
        Author::Step(name) => ("step", name.clone()),
        Author::Host => ("host", frame.t("by-host").to_owned()),
    };
    Item {
        kind,
        at: message.at,
        text: message.text.clone(),
        language: message.language.clone().unwrap_or_default(),
        sources: message.sources.clone(),
        ..line(run, by)
    }
}

/// What to call somebody.
pub(super) fn called(name: &str, directory: &Directory, frame: &Frame) -> String {
    let person = directory.person(name);
    person.map_or_else(
        || name.to_owned(),
        |person| person.display_name(Some(frame.lang.tag())).to_owned(),
    )
}

/// The line of what isn't said; none for what only machines care about.
pub(super) fn event(change: &Change, frame: &Frame, directory: &Directory) -> Option<String> {
    let f = frame;
    Some(match change {
        Change::HandedOver { team, reason } => {
            let team = team.as_deref().and_then(|team| directory.team(team));
            let team = team.map(|team| team.display_name(Some(f.lang.tag())));
            let what = f.fill("event-handed-over", team.unwrap_or("—"));
            format!("{what} · {}", f.because(reason))
        }
        Change::Assigned { agent } => f.fill("event-assigned", called(agent, directory, f)),
        Change::Queued { position, .. } => f.fill("event-queued", position),
        Change::TicketOpened { ticket } => f.fill("event-ticket-opened", &ticket.title),
        Change::TicketMoved { ticket } => {
            let status = f.one("status", ticket.status.as_str());
            format!("{} · {status}", ticket.title)
        }
        Change::TicketEscalated { ticket, .. } => f.fill("event-ticket-escalated", &ticket.title),
        Change::Promised { promise } => f.fill("event-promised", f.promise(&promise.text)),
        Change::PromiseSettled { promise } => {
            let status = f.one("promise", promise.status.as_str());
            format!("{status}: {}", f.promise(&promise.text))
        }
        Change::SurveyAsked => f.t("event-survey-asked").to_owned(),
        Change::SurveyAnswered { result } => f.fill("event-survey-answered", result.code),
        Change::Resolved { .. } => f.t("event-resolved").to_owned(),
        Change::ResolveLater { .. } => f.t("event-resolve-later").to_owned(),
        Change::Reopened { reason } => f.fill("event-reopened", f.because(reason)),
        Change::Escalated { to } => f.fill("event-escalated", called(to, directory, f)),
        Change::AutoReplyOn { agent, .. } => f.fill("event-auto-on", called(agent, directory, f)),
        Change::AutoReplyOff { agent } => f.fill("event-auto-off", called(agent, directory, f)),
        Change::Failed { step, reason, .. } => {
            let failed = f.fill("event-failed", step);
            format!("{failed} · {reason}")
        }
        Change::Found { finding, .. } if finding.severity == Severity::Blocking => {
            f.fill("event-held-back", &finding.explanation)
        }
        Change::Found { finding, .. } => f.fill("event-found", &finding.explanation),
        _ => return None,
    })
}
