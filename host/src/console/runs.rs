//! Runs: what happened with every event, step by step, and the same once more.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use serde_json::Value;

use super::Console;
use super::form::Asked;
use super::frame::{Frame, page};
use super::gate::Who;
use crate::api::Problem;
use crate::api::acting::Acting;
use crate::engine::{Core, EngineError, ReplayReport, RunMark, timeline};
use crate::model::{
    ConversationId, Effect, Invocation, InvocationResult, NextStep, Occurrence, Run, RunId,
};

/// How many runs a page shows.
const SHOWN: usize = 50;
/// How many are looked at for one page where only some are wanted.
const LOOKED_AT: usize = 1_000;
/// How much of a text a list shows, in characters.
const EXCERPT: usize = 80;

/// A run in the list.
struct Line {
    run: Run,
    what: String,
    micros: u64,
    failures: usize,
}

impl Line {
    fn of(run: Run) -> Self {
        let failures = run.invocations.iter().filter(|call| has_failed(call));
        Self {
            what: excerpt(&run),
            micros: run
                .invocations
                .iter()
                .map(|call| u64::from(call.usage.time_us))
                .sum(),
            failures: failures.count(),
            run,
        }
    }
}

fn has_failed(call: &Invocation) -> bool {
    match &call.result {
        InvocationResult::Failed { .. } => true,
        InvocationResult::Reviewed { failure, .. } => failure.is_some(),
        InvocationResult::Done { .. } => false,
    }
}

/// What an event was about.
fn excerpt(run: &Run) -> String {
    let text = match &run.event.what {
        Occurrence::MessageReceived { message } | Occurrence::AgentReplied { message } => {
            message.text.clone()
        }
        Occurrence::TimerFired { timer } => timer.name.clone(),
        Occurrence::ConversationResolved { by, summary } => {
            summary.clone().unwrap_or_else(|| by.clone())
        }
        Occurrence::SurveyAnswered { code, .. } => code.to_string(),
        Occurrence::TicketUpdated { ticket } => ticket.title.clone(),
        Occurrence::DeskRecovered { began_at, .. } => began_at.to_string(),
        Occurrence::Announced { name, .. } => name.trim_start_matches('\u{1}').to_owned(),
    };
    let mut short: String = text.chars().take(EXCERPT).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

#[derive(Template)]
#[template(path = "console/runs.html")]
struct Runs<'a> {
    f: &'a Frame,
    lines: Vec<Line>,
    conversation: String,
    failed: bool,
    next: Option<String>,
}

/// The newest runs, of all conversations or of one.
pub(super) async fn show(
    State(console): State<Console>,
    frame: Frame,
    who: Who,
    Asked(asked): Asked,
) -> Result<Response, Problem> {
    let failed = asked.text("failed") == "yes";
    let conversation = asked.some("conversation");
    let before = match asked.some("before") {
        Some(text) => Some(
            RunMark::parse(&text)
                .ok_or_else(|| Problem::bad_request("before: use the link of the page before"))?,
        ),
        None => None,
    };
    let (acting, wanted) = (who.acting(), conversation.clone().map(ConversationId::new));
    let (runs, next) = console
        .api
        .read(move |core| match wanted {
            Some(id) => of_conversation(core, &acting, &id, failed),
            None => newest(core, &acting, before, failed),
        })
        .await?;
    Ok(page(&Runs {
        f: &frame,
        lines: runs.into_iter().map(Line::of).collect(),
        conversation: conversation.unwrap_or_default(),
        failed,
        next: next.map(|mark| mark.to_text()),
    }))
}

type Found = (Vec<Run>, Option<RunMark>);

fn newest(
    core: &Core,
    acting: &Acting,
    mut before: Option<RunMark>,
    failed: bool,
) -> Result<Found, EngineError> {
    let (mut runs, mut looked_at) = (Vec::new(), 0);
    loop {
        let marks = core.newest_runs(before.as_ref(), SHOWN)?;
        let whole = marks.len() == SHOWN;
        for (mark, id) in marks {
            looked_at += 1;
            before = Some(mark);
            let run = match core.run(&id) {
                Ok(run) => run,
                // Erased meanwhile.
                Err(EngineError::NotFound { .. }) => continue,
                Err(error) => return Err(error),
            };
            if (!failed || run.invocations.iter().any(has_failed)) && acting.sees_run(&run) {
                runs.push(run);
            }
            if runs.len() == SHOWN {
                return Ok((runs, before));
            }
        }
        if !whole {
            return Ok((runs, None));
        }
        if looked_at >= LOOKED_AT {
            return Ok((runs, before));
        }
    }
}

fn of_conversation(
    core: &Core,
    acting: &Acting,
    id: &ConversationId,
    failed: bool,
) -> Result<Found, EngineError> {
    let state = acting.conversation(core, id)?;
    let first = state.run_count.saturating_sub(200);
    let mut runs = core.runs_after(id, first, 200)?;
    runs.retain(|run| !failed || run.invocations.iter().any(has_failed));
    runs.reverse();
    Ok((runs, None))
}

/// Something that a step asked for, or that came of a run: what kind, and its words.
struct Said {
    kind: String,
    text: String,
}

/// A question to the host.
struct Asking {
    call: String,
    arguments: String,
    answer: String,
}

/// A plugin call, as people read it.
struct Call {
    step: String,
    plugin: String,
    version: String,
    effects: Vec<Said>,
    finished: bool,
    /// Its code, its reason, and what was done about it.
    failure: Option<(String, String, String)>,
    asked: Vec<Asking>,
    kept: Vec<Said>,
    log: Vec<Said>,
    micros: u64,
    fuel: Option<u64>,
    memory: u64,
    host_calls: u32,
    /// How wide its bar is, of a hundred.
    share: u32,
}

impl Call {
    fn of(call: &Invocation, longest: u32) -> Self {
        let (mut effects, mut finished, mut failure) = (Vec::new(), false, None);
        match &call.result {
            InvocationResult::Done { outcome } => {
                effects = outcome.effects.iter().map(said).collect();
                finished = outcome.next == NextStep::Finish;
            }
            InvocationResult::Reviewed {
                texts,
                failure: why,
            } => {
                effects = texts
                    .iter()
                    .flat_map(|text| &text.findings)
                    .map(|finding| Said {
                        kind: "finding".to_owned(),
                        text: format!("{}: {}", finding.rule, finding.explanation),
                    })
                    .collect();
                failure = why
                    .as_ref()
                    .map(|why| (why.code.clone(), why.reason.clone(), String::new()));
            }
            InvocationResult::Failed {
                code,
                reason,
                policy,
            } => {
                failure = Some((code.clone(), reason.clone(), policy.as_str().to_owned()));
            }
        }
        let asked = call.host_calls.iter().map(|asked| Asking {
            call: asked.call.clone(),
            arguments: pretty(&asked.arguments),
            answer: pretty(&asked.answer),
        });
        let kept = call.kv_writes.iter().map(|write| Said {
            kind: format!("{} · {}", write.scope.as_str(), write.key),
            text: write
                .value
                .as_ref()
                .map_or_else(|| "—".to_owned(), |value| readable(value)),
        });
        let log = call.log.iter().map(|line| Said {
            kind: line.level.as_str().to_owned(),
            text: line.text.clone(),
        });
        Self {
            step: call.step.clone(),
            plugin: call.plugin.clone(),
            version: call.version.clone(),
            effects,
            finished,
            failure,
            asked: asked.collect(),
            kept: kept.collect(),
            log: log.collect(),
            micros: u64::from(call.usage.time_us),
            fuel: call.usage.fuel,
            memory: call.usage.memory,
            host_calls: call.usage.host_calls,
            share: (u64::from(call.usage.time_us) * 100 / u64::from(longest.max(1))) as u32,
        }
    }
}

fn said(effect: &Effect) -> Said {
    let value = serde_json::to_value(effect).unwrap_or_default();
    let kind = value
        .get("effect")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let inner = value.get("value").unwrap_or(&Value::Null);
    let text = match (inner, inner.get("text").and_then(Value::as_str)) {
        (Value::String(text), _) => text.clone(),
        (Value::Object(object), Some(text)) if object.len() == 1 || kind == "reply" => {
            text.to_owned()
        }
        (Value::Null, _) => String::new(),
        _ => pretty(inner),
    };
    Said {
        kind: kind.to_owned(),
        text,
    }
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

fn readable(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
    }
}

#[derive(Template)]
#[template(path = "console/run.html")]
struct One<'a> {
    f: &'a Frame,
    run: &'a Run,
    what: String,
    event: String,
    calls: Vec<Call>,
    came: Vec<Came>,
    again: Option<ReplayReport>,
    number: u32,
}

/// What came of the run: who did it, what, its words.
struct Came {
    by: String,
    kind: &'static str,
    text: String,
}

async fn run_of(console: &Console, who: &Who, id: &str) -> Result<Run, Problem> {
    let (acting, id) = (who.acting(), RunId::new(id));
    console.api.read(move |core| acting.run(core, &id)).await
}

/// One run as a timeline.
pub(super) async fn one(
    State(console): State<Console>,
    frame: Frame,
    who: Who,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let run = run_of(&console, &who, &id).await?;
    Ok(shown(&frame, &run, None))
}

/// The same once more: changes nothing that is kept.
pub(super) async fn replay(
    State(console): State<Console>,
    frame: Frame,
    who: Who,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let run = run_of(&console, &who, &id).await?;
    let recorded = run.clone();
    let again = console.api.manage(move |core| core.replay_run(&recorded));
    Ok(shown(&frame, &run, Some(again.await?)))
}

fn shown(frame: &Frame, run: &Run, again: Option<ReplayReport>) -> Response {
    let longest = run.invocations.iter().map(|call| call.usage.time_us).max();
    let calls = run.invocations.iter();
    let came = timeline(run, &frame.zone).into_iter().map(|line| Came {
        by: line.by,
        kind: line.kind,
        text: line
            .details
            .iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| match value {
                Value::String(text) => format!("{name}: {text}"),
                other => format!("{name}: {other}"),
            })
            .collect::<Vec<_>>()
            .join("\n"),
    });
    page(&One {
        f: frame,
        run,
        what: excerpt(run),
        event: pretty(&serde_json::to_value(&run.event.what).unwrap_or_default()),
        calls: calls
            .map(|call| Call::of(call, longest.unwrap_or(1)))
            .collect(),
        came: came.collect(),
        again,
        number: run.id.parts().map_or(0, |(_, number)| number),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Reply;

    #[test]
    fn effects_are_said_in_words_where_they_are_words() {
        let reply = Effect::Reply(Reply {
            text: "您好".into(),
            language: Some("zh-Hans".into()),
            sources: Vec::new(),
        });
        let Said { kind, text } = said(&reply);
        assert_eq!((kind.as_str(), text.as_str()), ("reply", "您好"));
        let Said { kind, text } = said(&Effect::AskSurvey);
        assert_eq!((kind.as_str(), text.as_str()), ("ask-survey", ""));
        let field = said(&Effect::SetField {
            name: "a".into(),
            value: "b".into(),
        });
        assert!(field.text.contains("\"b\""), "{}", field.text);
    }

    #[test]
    fn bytes_that_are_no_text_are_shown_as_digits() {
        assert_eq!(readable(b"42"), "42");
        assert_eq!(readable(&[0xff, 0]), "ff00");
    }
}
