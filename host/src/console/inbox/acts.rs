//! What people do in a conversation.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::super::Console;
use super::super::form::{Form, encoded};
use super::super::frame::{Frame, page, redirect};
use super::super::gate::{Logged, Who};
use super::conversation::{Found, Suggestion, Wish, render, suggestions};
use super::thread::called;
use crate::api::Problem;
use crate::api::typing::Side;
use crate::engine::{EngineError, HandTo, Request};
use crate::model::{Author, Change, ConversationId, RecordEdit};

fn back(id: &str) -> Response {
    redirect(&format!("/console/conversations/{}", encoded(id)))
}

/// Whatever is hidden from somebody is not there for them, whatever they do.
async fn seen(console: &Console, who: &Who, id: &str) -> Result<ConversationId, Problem> {
    let (acting, id) = (who.acting(), ConversationId::new(id));
    console
        .api
        .read(move |core| acting.conversation(core, &id).map(|state| state.id))
        .await
}

async fn act(console: &Console, id: &str, request: Request) -> Result<Response, Problem> {
    console.api.engine.submit(request).await?;
    Ok(back(id))
}

/// Somebody answers. What a reviewer holds back, and what somebody else answered meanwhile, comes back with the text.
pub(crate) async fn reply(
    State(console): State<Console>,
    frame: Frame,
    who: Who,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Problem> {
    let conversation = seen(&console, &who, &id).await?;
    let text = form.text("text");
    let known: u32 = form.text("seen").parse().unwrap_or(u32::MAX);
    let (wanted, me) = (conversation.clone(), who.name().to_owned());
    let meanwhile = console
        .api
        .read(move |core| {
            const MOST: usize = 50;
            let runs = core.runs_after(&wanted, known, MOST)?;
            let entries = runs.iter().rev().flat_map(|run| &run.entries);
            let mut others = entries.filter_map(|entry| match &entry.change {
                Change::Replied { message } => match &message.author {
                    Author::Agent(name) if *name != me => Some(name.clone()),
                    _ => None,
                },
                _ => None,
            });
            Ok(others.next())
        })
        .await?;
    if let Some(other) = meanwhile {
        let desk = console.api.engine.core().desk();
        let wish = Wish {
            meanwhile: Some(called(&other, &desk.directory, &frame)),
            draft: text,
            ..Wish::default()
        };
        return render(&console, frame, who, id, wish, StatusCode::CONFLICT).await;
    }
    let request = Request::Reply {
        conversation,
        agent: who.name().to_owned(),
        text: text.clone(),
    };
    match console.api.engine.submit(request).await {
        Ok(_) => Ok(back(&id)),
        Err(EngineError::HeldBack { findings }) => {
            let wish = Wish {
                draft: text,
                findings,
                ..Wish::default()
            };
            render(
                &console,
                frame,
                who,
                id,
                wish,
                StatusCode::UNPROCESSABLE_ENTITY,
            )
            .await
        }
        Err(error) => Err(error.into()),
    }
}

/// Somebody takes it over.
pub(crate) async fn take(
    State(console): State<Console>,
    who: Who,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let conversation = seen(&console, &who, &id).await?;
    let agent = who.name().to_owned();
    let request = Request::Take {
        conversation,
        agent,
    };
    act(&console, &id, request).await
}

/// Somebody gives it back to the queue.
pub(crate) async fn release(
    State(console): State<Console>,
    who: Who,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let conversation = seen(&console, &who, &id).await?;
    let request = Request::Release {
        conversation,
        agent: who.name().to_owned(),
        reason: None,
    };
    act(&console, &id, request).await
}

/// Somebody writes down what no customer sees.
pub(crate) async fn note(
    State(console): State<Console>,
    who: Who,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Problem> {
    let conversation = seen(&console, &who, &id).await?;
    let request = Request::Note {
        conversation,
        agent: who.name().to_owned(),
        text: form.text("text"),
    };
    act(&console, &id, request).await
}

/// Somebody hands it over to somebody else, or to a team.
pub(crate) async fn hand_over(
    State(console): State<Console>,
    who: Who,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Problem> {
    let conversation = seen(&console, &who, &id).await?;
    let chosen = form.needed("to")?;
    let to = match chosen.split_once(':') {
        Some(("agent", name)) => HandTo::Agent(name.to_owned()),
        Some(("team", name)) => HandTo::Team(name.to_owned()),
        _ => return Err(Problem::bad_request("to: choose an agent or a team")),
    };
    let request = Request::HandOver {
        conversation,
        by: who.name().to_owned(),
        to,
        reason: form.text("reason"),
    };
    let mut response = act(&console, &id, request).await?;
    response.extensions_mut().insert(Logged(chosen));
    Ok(response)
}

/// Somebody settles it; the record is drafted by that.
pub(crate) async fn resolve(
    State(console): State<Console>,
    who: Who,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Problem> {
    let conversation = seen(&console, &who, &id).await?;
    let request = Request::Resolve {
        conversation,
        by: who.name().to_owned(),
        summary: form.some("summary"),
    };
    act(&console, &id, request).await
}

/// Somebody puts their own words into the record.
pub(crate) async fn edit_record(
    State(console): State<Console>,
    who: Who,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Problem> {
    let conversation = seen(&console, &who, &id).await?;
    let edit = RecordEdit {
        topic: Some(form.needed("topic")?),
        category: Some(form.text("category")),
        asked: Some(form.needed("asked")?),
        result: Some(form.needed("result")?),
        next_action: Some(form.text("next_action")),
    };
    crate::api::check_record(&edit)?;
    let request = Request::EditRecord {
        conversation,
        agent: who.name().to_owned(),
        edit,
    };
    act(&console, &id, request).await
}

/// The customer's telephone number, for whoever needs it: who looked stands in the log.
pub(crate) async fn reveal(
    State(console): State<Console>,
    frame: Frame,
    who: Who,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let wish = Wish {
        is_revealed: true,
        ..Wish::default()
    };
    render(&console, frame, who, id, wish, StatusCode::OK).await
}

#[derive(Template)]
#[template(path = "console/review.html")]
struct Review<'a> {
    f: &'a Frame,
    findings: Vec<Found>,
    suggestions: Vec<Suggestion>,
}

/// What the reviewers and the knowledge say to a text that isn't sent yet.
pub(crate) async fn review(
    State(console): State<Console>,
    frame: Frame,
    who: Who,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Problem> {
    let conversation = seen(&console, &who, &id).await?;
    let text = form.text("text");
    let agent = who.name().to_owned();
    let (findings, suggestions) = console
        .api
        .read(move |core| {
            let findings = core.review(&conversation, &agent, &text)?;
            let findings = findings.iter().map(|finding| Found::of(finding, &text));
            let language = core.conversation(&conversation)?.language;
            let suggestions = suggestions(core, &text, "", language.as_deref());
            Ok((findings.collect(), suggestions))
        })
        .await?;
    Ok(page(&Review {
        f: &frame,
        findings,
        suggestions,
    }))
}

#[derive(Template)]
#[template(path = "console/company.html")]
struct Others<'a> {
    f: &'a Frame,
    looking: String,
    typing: String,
    customer_writes: bool,
}

/// Somebody looks at a conversation or writes in it; says who else does.
pub(crate) async fn typing(
    State(console): State<Console>,
    frame: Frame,
    who: Who,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Problem> {
    let conversation = seen(&console, &who, &id).await?;
    let is_typing = form.text("typing") == "yes";
    let others = console
        .company
        .join(&conversation, who.name(), is_typing, console.now());
    if is_typing {
        let name = Some(who.name().to_owned());
        console.api.note_typing(&conversation, Side::Agent, name);
    }
    let desk = console.api.engine.core().desk();
    let names = |is_typing: bool| {
        let names = others
            .iter()
            .filter(|looker| looker.is_typing == is_typing)
            .map(|looker| called(&looker.name, &desk.directory, &frame));
        names.collect::<Vec<_>>().join(", ")
    };
    Ok(page(&Others {
        looking: names(false),
        typing: names(true),
        customer_writes: console.api.customer_is_typing(&conversation),
        f: &frame,
    }))
}
