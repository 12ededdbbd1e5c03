//! The first administrator.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::Console;
use super::entrance::welcome;
use super::form::Form;
use super::frame::{Frame, page, redirect, with_status};
use super::gate::{Caller, Logged};
use crate::api::Problem;
use crate::api::limiter::address;
use crate::staff::{StaffError, Trier};

#[derive(Template)]
#[template(path = "console/set_up.html")]
struct SetUp<'a> {
    f: &'a Frame,
    /// Names, and what to call them.
    people: Vec<(String, String)>,
    error: Option<String>,
    name: String,
}

/// The page, while there is nobody.
pub(super) async fn show(
    State(console): State<Console>,
    frame: Frame,
) -> Result<Response, Problem> {
    if console.with_staff(|staff| staff.is_set_up()).await? {
        return Ok(redirect("/console/sign-in"));
    }
    Ok(page(&SetUp {
        people: people(&console, &frame),
        f: &frame,
        error: None,
        name: String::new(),
    }))
}

/// The code of the terminal makes the first administrator, once.
pub(super) async fn set_up(
    State(console): State<Console>,
    frame: Frame,
    caller: Caller,
    headers: HeaderMap,
    form: Form,
) -> Result<Response, Problem> {
    let over = || Problem::new(StatusCode::CONFLICT, "there is an administrator already");
    if console.with_staff(|staff| staff.is_set_up()).await? {
        return Err(over());
    }
    let name = form.needed("name")?;
    let refused = |status, error: String| {
        with_status(
            status,
            &SetUp {
                people: people(&console, &frame),
                f: &frame,
                error: Some(error),
                name: name.clone(),
            },
        )
    };
    let desk = console.api.engine.core().desk();
    let person = desk.directory.person(&name);
    let person = person.ok_or_else(|| {
        Problem::bad_request(format!("name: {name:?} is nobody of directory.toml"))
    })?;
    let triers = [Trier::Address(address(caller.address))];
    if let Err(wait) = console.backoff.try_as(&triers, console.now()) {
        let error = frame.fill("sign-in-wait", frame.span(wait));
        return Ok(refused(StatusCode::TOO_MANY_REQUESTS, error));
    }
    if !console.staff().is_set_up_code(&form.text("code")) {
        let error = frame.t("set-up-wrong").to_owned();
        return Ok(refused(StatusCode::UNAUTHORIZED, error));
    }
    console.backoff.succeeded(&triers);
    let password = form.whole("password");
    if password != form.whole("again") {
        let error = frame.t("password-differs").to_owned();
        return Ok(refused(StatusCode::BAD_REQUEST, error));
    }
    let (called, now) = (person.name.clone(), console.now());
    let added = console
        .with_password(
            move |staff| match staff.add_first(&called, &password, now) {
                Err(StaffError::Password(why)) => Ok(Err(format!("the password {why}"))),
                other => other.map(Ok),
            },
        )
        .await?;
    let added = match added {
        Ok(added) => added.ok_or_else(over)?,
        Err(why) => return Ok(refused(StatusCode::BAD_REQUEST, why)),
    };
    let mut response = redirect("/console");
    welcome(&console, &caller, &added.name, &headers, &mut response).await?;
    response.extensions_mut().insert(Logged(added.name));
    Ok(response)
}

fn people(console: &Console, frame: &Frame) -> Vec<(String, String)> {
    let desk = console.api.engine.core().desk();
    let people = desk.directory.people().iter().map(|person| {
        let called = person.display_name(Some(frame.lang.tag()));
        let called = if called == person.name {
            called.to_owned()
        } else {
            format!("{called} ({})", person.name)
        };
        (person.name.clone(), called)
    });
    people.collect()
}
