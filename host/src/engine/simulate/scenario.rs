//! Scenarios: what happens to a desk, one JSON object a line, in time order.

use jiff::{Timestamp, Zoned};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::customers::{self, CustomerAction};
use super::servers::{self, Said};
use crate::model::{PresenceStatus, TicketKind, TicketStatus};

/// A line of a scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Its number in the input, from 1.
    pub number: usize,
    /// When.
    pub at: Timestamp,
    /// What.
    pub action: Action,
}

/// What happens.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// A customer writes.
    Message {
        /// Who.
        contact: String,
        /// What.
        text: String,
        /// Where.
        channel: String,
        /// The sender's name for it.
        id: Option<String>,
        /// The account of a new contact.
        account: Option<String>,
    },
    /// An agent writes.
    AgentReply {
        /// Who.
        agent: String,
        /// To whom.
        contact: String,
        /// What.
        text: String,
    },
    /// An agent says whether they are there.
    Presence {
        /// Who.
        agent: String,
        /// Whether.
        status: PresenceStatus,
        /// Whether the agent's console goes on giving signs of life by itself.
        heartbeat: bool,
    },
    /// An agent gives a conversation back to the queue.
    Release {
        /// Who.
        agent: String,
        /// Whose.
        contact: String,
    },
    /// The host is down for a while; what customers send meanwhile arrives when it is back.
    Outage {
        /// Until when.
        until: Timestamp,
    },
    /// An agent takes a conversation.
    Take {
        /// Who.
        agent: String,
        /// Whose.
        contact: String,
    },
    /// An agent settles a conversation.
    Resolve {
        /// Who.
        agent: String,
        /// Whose.
        contact: String,
        /// How.
        summary: Option<String>,
    },
    /// A department moves the contact's newest open ticket of that kind on.
    Ticket {
        /// Whose.
        contact: String,
        /// Which.
        kind: TicketKind,
        /// Where to.
        status: TicketStatus,
        /// For the customer to hear.
        feedback: Option<String>,
    },
    /// Something about a whole customer.
    Customer(CustomerAction),
    /// What a server of others, or the model, says from now on.
    Server(Said),
    /// The process dies in the middle of its next commit and starts again.
    Crash,
    /// Time passes.
    Advance,
}

/// What is wrong with a scenario, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct ScenarioError {
    /// Which line, from 1.
    pub line: usize,
    /// What, and how to mend it.
    pub message: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MessageFields {
    contact: String,
    text: String,
    channel: Option<String>,
    id: Option<String>,
    account: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AgentReplyFields {
    agent: String,
    contact: String,
    text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AgentFields {
    agent: String,
    contact: String,
    summary: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TicketFields {
    contact: String,
    kind: String,
    status: String,
    feedback: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PresenceFields {
    agent: String,
    status: String,
    heartbeat: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OutageFields {
    until: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NoFields {}

const VERBS: &str = "message, presence, take, agent-reply, release, resolve, ticket, account, edit, merge, split, export, erase, http, model, outage, crash, advance";

/// Parses a whole scenario: every problem, not only the first. Empty lines are skipped.
///
/// # Errors
/// All problems, in order.
pub fn parse(text: &str) -> Result<Vec<Line>, Vec<ScenarioError>> {
    let (mut lines, mut problems) = (Vec::new(), Vec::new());
    let mut latest: Option<Timestamp> = None;
    // Some editors and shells begin a file with a mark of its byte order.
    for (index, text) in text
        .trim_start_matches('\u{feff}')
        .lines()
        .enumerate()
        .filter(|(_, text)| !text.trim().is_empty())
    {
        let number = index + 1;
        match parse_line(number, text) {
            Ok(line) if latest.is_some_and(|latest| line.at < latest) => {
                problems.push(ScenarioError {
                    line: number,
                    message: "at: is earlier than the line before; put the lines in time order"
                        .to_owned(),
                });
            }
            Ok(line) => {
                latest = Some(line.at);
                lines.push(line);
            }
            Err(message) => problems.push(ScenarioError {
                line: number,
                message,
            }),
        }
    }
    if problems.is_empty() {
        Ok(lines)
    } else {
        Err(problems)
    }
}

fn parse_line(number: usize, text: &str) -> Result<Line, String> {
    let mut fields: Map<String, Value> = serde_json::from_str(text)
        .map_err(|error| format!("is not a JSON object: {error}; write one object a line"))?;
    let at = take_text(&mut fields, "at", "\"2026-03-10T09:00:00+08:00\"")?;
    let verb = take_text(&mut fields, "do", "\"message\"")?;
    let at = time("at", &at)?;
    let action = action(&verb, fields)?;
    if let Action::Outage { until } = &action
        && *until <= at
    {
        return Err(
            "until: is not after at; the host must come back later than it went".to_owned(),
        );
    }
    Ok(Line { number, at, action })
}

fn take_text(fields: &mut Map<String, Value>, name: &str, example: &str) -> Result<String, String> {
    match fields.remove(name) {
        Some(Value::String(text)) => Ok(text),
        Some(other) => Err(format!(
            "{name}: is {other}; write a text such as {example}"
        )),
        None => Err(format!("{name}: is missing; add \"{name}\": {example}")),
    }
}

fn time(field: &str, text: &str) -> Result<Timestamp, String> {
    // An offset is needed, a zone name is not: `Timestamp` demands the first and takes the second.
    text.parse::<Timestamp>()
        .or_else(|_| text.parse::<Zoned>().map(|zoned| zoned.timestamp()))
        .map_err(|_| {
            const EXAMPLE: &str = "2026-03-10T09:00:00+08:00";
            if text.parse::<jiff::civil::DateTime>().is_ok() {
                return format!(
                    "{field}: {text:?} doesn't say how far the clock is from UTC; add that, as in {EXAMPLE}"
                );
            }
            format!("{field}: {text:?} is no date and time; write one such as {EXAMPLE}")
        })
}

fn action(verb: &str, fields: Map<String, Value>) -> Result<Action, String> {
    if let Some(action) = customers::parse(verb, &fields) {
        return action.map(Action::Customer);
    }
    if let Some(said) = servers::parse(verb, &fields) {
        return said.map(Action::Server);
    }
    Ok(match verb {
        "message" => {
            let MessageFields {
                contact,
                text,
                channel,
                id,
                account,
            } = read(verb, fields)?;
            let channel = channel.unwrap_or_else(|| super::DEFAULT_CHANNEL.to_owned());
            Action::Message {
                contact,
                text,
                channel,
                id,
                account,
            }
        }
        "agent-reply" => {
            let AgentReplyFields {
                agent,
                contact,
                text,
            } = read(verb, fields)?;
            Action::AgentReply {
                agent,
                contact,
                text,
            }
        }
        "presence" => {
            let PresenceFields {
                agent,
                status,
                heartbeat,
            } = read(verb, fields)?;
            let status = PresenceStatus::parse(&status).ok_or_else(|| {
                format!(
                    "status: there is no {status:?}; use {}",
                    names(PresenceStatus::ALL.iter().map(|status| status.as_str()))
                )
            })?;
            Action::Presence {
                agent,
                status,
                heartbeat: heartbeat.unwrap_or(true),
            }
        }
        "outage" => {
            let OutageFields { until } = read(verb, fields)?;
            Action::Outage {
                until: time("until", &until)?,
            }
        }
        "release" => {
            let AgentFields {
                agent,
                contact,
                summary,
            } = read(verb, fields)?;
            if summary.is_some() {
                return Err("release: has no field summary; only resolve has".to_owned());
            }
            Action::Release { agent, contact }
        }
        "take" => {
            let AgentFields {
                agent,
                contact,
                summary,
            } = read(verb, fields)?;
            if summary.is_some() {
                return Err("take: has no field summary; only resolve has".to_owned());
            }
            Action::Take { agent, contact }
        }
        "resolve" => {
            let AgentFields {
                agent,
                contact,
                summary,
            } = read(verb, fields)?;
            Action::Resolve {
                agent,
                contact,
                summary,
            }
        }
        "ticket" => {
            let TicketFields {
                contact,
                kind,
                status,
                feedback,
            } = read(verb, fields)?;
            let kind = TicketKind::parse(&kind).ok_or_else(|| {
                format!(
                    "kind: there is no {kind:?}; use one of {}",
                    names(TicketKind::ALL.iter().map(|kind| kind.as_str()))
                )
            })?;
            let status = TicketStatus::parse(&status)
                .filter(|status| *status != TicketStatus::Opened)
                .ok_or_else(|| {
                    format!("status: can't be {status:?}; use acknowledged, in-progress or closed")
                })?;
            Action::Ticket {
                contact,
                kind,
                status,
                feedback,
            }
        }
        "crash" => {
            let NoFields {} = read(verb, fields)?;
            Action::Crash
        }
        "advance" => {
            let NoFields {} = read(verb, fields)?;
            Action::Advance
        }
        other => return Err(format!("do: there is no {other:?}; use one of {VERBS}")),
    })
}

pub(super) fn read<T: for<'d> Deserialize<'d>>(
    verb: &str,
    fields: Map<String, Value>,
) -> Result<T, String> {
    serde_json::from_value(Value::Object(fields)).map_err(|error| format!("{verb}: {error}"))
}

fn names<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests;
