//! `GET /api/v1/tickets/{id}/evidence`: everything that shows what happened around a ticket, to hand to whoever looks
//! into it (R73), with a hash that shows that nothing was changed since.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use utoipa::IntoParams;

use super::acting::Acting;
use super::extract::{Params, Segments};
use super::views::MessageView;
use super::{Api, Problem};
use crate::engine::{Core, EngineError, timeline};
use crate::model::{Author, Change, Conversation, Message, Run, Ticket, TicketId, TicketStatus};

/// How many runs are read at once.
const RUNS_AT_ONCE: usize = 200;

/// How far a pack goes.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct EvidenceQuery {
    /// Up to and with this run of the conversation, to write an earlier pack again; left out: all of it.
    through: Option<u32>,
}

/// Export a ticket's evidence
///
/// JSON Lines: the ticket with its timings, each message and each thing that happened, in order, and last
/// `{"sha256": …}` over all bytes before that line. The same `through` gives the same bytes again as long as the desk keeps
/// them, so a pack that was handed out can be compared with what the desk has.
#[utoipa::path(
    get, path = "/api/v1/tickets/{id}/evidence", tag = "tickets",
    params(("id" = String, Path, description = "the ticket"), EvidenceQuery),
    responses((status = 200, body = String, content_type = "application/x-ndjson"),
        (status = "4XX", body = Problem, content_type = "application/problem+json"))
)]
pub(crate) async fn export(
    State(api): State<Api>,
    acting: Acting,
    Segments(id): Segments<String>,
    Params(query): Params<EvidenceQuery>,
) -> Result<Response, Problem> {
    let id = TicketId::new(id);
    let pack = api.read(move |core| {
        let ticket = core.ticket(&id)?;
        if !acting.sees_ticket(core, &ticket)? {
            return Err(EngineError::NotFound {
                what: "ticket",
                id: id.to_string(),
            });
        }
        let conversation = core.conversation(&ticket.conversation)?;
        let through = query.through.unwrap_or(conversation.run_count);
        if through > conversation.run_count {
            return Err(EngineError::Invalid(format!(
                "through: the conversation has {} runs",
                conversation.run_count
            )));
        }
        pack(core, &ticket.id, &conversation, through)
    });
    let (pack, digest) = pack.await?;
    let mut headers = HeaderMap::new();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/x-ndjson"),
    );
    headers.insert(
        header::CONTENT_DISPOSITION,
        HeaderValue::from_static("attachment; filename=\"evidence.jsonl\""),
    );
    if let Ok(digest) = HeaderValue::from_str(&digest) {
        headers.insert("repr-digest", digest);
    }
    Ok((headers, pack).into_response())
}

/// The pack, and its digest as RFC 9530 writes it.
fn pack(
    core: &Core,
    id: &TicketId,
    conversation: &Conversation,
    through: u32,
) -> Result<(String, String), EngineError> {
    let mut runs = Vec::new();
    let mut last = 0;
    while last < through {
        let some = core.runs_after(&conversation.id, last, RUNS_AT_ONCE)?;
        let Some(newest) = some.last().and_then(|run| run.id.parts()) else {
            break;
        };
        last = newest.1;
        runs.extend(
            some.into_iter()
                .filter(|run| run.id.parts().is_some_and(|(_, number)| number <= through)),
        );
    }
    let mut text = String::new();
    let mut line = |value: Value| {
        text.push_str(&value.to_string());
        text.push('\n');
    };
    let zone = core.desk().time_zone.clone();
    line(head(id, conversation, &runs, through));
    for run in &runs {
        for message in messages(run) {
            line(json!({"message": MessageView::from(message)}));
        }
        for happened in timeline(run, &zone) {
            // The text of a reply stands in its message.
            if happened.kind != "reply" {
                line(json!({"run": run.id, "line": happened}));
            }
        }
    }
    let hash: String = Sha256::digest(text.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    text.push_str(&json!({ "sha256": hash }).to_string());
    text.push('\n');
    let digest = STANDARD.encode(Sha256::digest(text.as_bytes()));
    Ok((text, format!("sha-256=:{digest}:")))
}

fn messages(run: &Run) -> impl Iterator<Item = &Message> {
    run.entries.iter().filter_map(|entry| match &entry.change {
        Change::Received { message } | Change::Replied { message } => Some(message),
        _ => None,
    })
}

/// What the pack is about: the ticket as its runs left it, and how long everything took.
fn head(id: &TicketId, conversation: &Conversation, runs: &[Run], through: u32) -> Value {
    let mut ticket: Option<Ticket> = None;
    let (mut acknowledged, mut closed) = (None, None);
    let mut waits: Vec<i64> = Vec::new();
    let (mut longest_person, mut unanswered): (Option<i64>, Option<Timestamp>) = (None, None);
    let mut for_person: Option<Timestamp> = None;
    for run in runs {
        let at = run.event.at;
        for entry in &run.entries {
            match &entry.change {
                Change::TicketOpened { ticket: changed }
                | Change::TicketAppended {
                    ticket: changed, ..
                }
                | Change::TicketEscalated {
                    ticket: changed, ..
                }
                | Change::TicketMoved { ticket: changed }
                    if changed.id == *id =>
                {
                    if changed.status >= TicketStatus::Acknowledged {
                        acknowledged.get_or_insert(at);
                    }
                    if changed.status == TicketStatus::Closed {
                        closed.get_or_insert(at);
                    }
                    ticket = Some(Ticket {
                        body: String::new(),
                        ..changed.clone()
                    });
                }
                Change::Received { message } => {
                    unanswered.get_or_insert(message.at);
                    for_person.get_or_insert(message.at);
                }
                Change::Replied { message } => {
                    waits.extend(unanswered.take().map(|since| seconds(since, message.at)));
                    if matches!(message.author, Author::Agent(_)) {
                        let waited = for_person.take().map(|since| seconds(since, message.at));
                        longest_person = longest_person.max(waited);
                    }
                }
                _ => {}
            }
        }
    }
    let since = |at: Option<Timestamp>| {
        let opened = ticket.as_ref().map(|ticket| ticket.opened_at)?;
        at.map(|at| seconds(opened, at))
    };
    json!({
        "format": "switchboard-evidence/1",
        "ticket": ticket,
        "conversation": conversation.id,
        "account": conversation.account,
        "channel": conversation.channel,
        "contact": conversation.contact,
        "opened_at": conversation.opened_at,
        "through": through,
        "seconds": {
            "first_response": waits.first(),
            "longest_response": waits.iter().max(),
            "longest_response_of_a_person": longest_person,
            "to_acknowledgement": since(acknowledged),
            "to_closing": since(closed),
        },
    })
}

fn seconds(from: Timestamp, to: Timestamp) -> i64 {
    to.duration_since(from).as_secs()
}
