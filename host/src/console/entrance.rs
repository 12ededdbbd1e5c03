//! Signing in and out.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};

use super::Console;
use super::form::{Asked, Form};
use super::frame::{Frame, page, redirect, with_status};
use super::gate::{Caller, Logged, Who, cookie, device_cookie, session_cookie, set_cookie};
use super::time::span;
use super::words::Lang;
use crate::api::Problem;
use crate::api::limiter::address;
use crate::staff::{ABSOLUTE, Person, Trier, new_secret};

/// How long a device is known, in seconds: half a year.
const DEVICE_SECONDS: u32 = 180 * 24 * 3_600;

#[derive(Template)]
#[template(path = "console/sign_in.html")]
struct SignIn<'a> {
    f: &'a Frame,
    next: String,
    name: String,
    error: Option<String>,
    wants_code: bool,
}

/// The way in.
pub(super) async fn show(
    frame: Frame,
    caller: Caller,
    Asked(asked): Asked,
) -> Result<Response, Problem> {
    if caller.who.is_some() {
        return Ok(redirect("/console"));
    }
    Ok(page(&SignIn {
        f: &frame,
        next: next(&asked),
        name: String::new(),
        error: None,
        wants_code: caller.halfway.is_some(),
    }))
}

/// To the first page that somebody may see.
pub(super) async fn home(frame: Frame) -> Response {
    let first = frame.places.first();
    redirect(first.map_or("/console/profile", |place| place.path))
}

/// Name and password.
pub(super) async fn sign_in(
    State(console): State<Console>,
    frame: Frame,
    caller: Caller,
    headers: HeaderMap,
    form: Form,
) -> Result<Response, Problem> {
    let typed = form.text("name");
    let password = form.whole("password");
    let desk = console.api.engine.core().desk();
    let listed = desk.directory.person(&typed);
    let name = listed.map_or_else(String::new, |person| person.name.clone());
    let device = cookie(&headers, device_cookie(caller.is_secure)).map(str::to_owned);
    let known = console
        .with_staff({
            let (name, device) = (name.clone(), device.clone());
            move |staff| {
                let person = staff.person(&name)?;
                Ok(person
                    .zip(device)
                    .is_some_and(|(person, device)| person.knows_device(&device)))
            }
        })
        .await?;
    let trier = match device.filter(|_| known) {
        Some(device) => Trier::Device(device),
        // Somebody whom the directory doesn't know is counted by what was typed.
        None => Trier::Account(if name.is_empty() {
            typed.clone()
        } else {
            name.clone()
        }),
    };
    let triers = [trier, Trier::Address(address(caller.address))];
    let refused = |status, error| {
        let mut response = with_status(
            status,
            &SignIn {
                f: &frame,
                next: next(&form),
                name: typed.clone(),
                error: Some(error),
                wants_code: false,
            },
        );
        response.extensions_mut().insert(Logged(name.clone()));
        response
    };
    if let Err(wait) = console.backoff.try_as(&triers, console.now()) {
        let mut response = refused(
            StatusCode::TOO_MANY_REQUESTS,
            frame.fill("sign-in-wait", frame.span(wait)),
        );
        let seconds = HeaderValue::from(wait.as_secs().max(1));
        response.headers_mut().insert(header::RETRY_AFTER, seconds);
        return Ok(response);
    }
    let person = console
        .with_password({
            let name = name.clone();
            move |staff| staff.verify(&name, &password)
        })
        .await?;
    let Some(person) = person else {
        let error = frame.t("sign-in-wrong").to_owned();
        return Ok(refused(StatusCode::UNAUTHORIZED, error));
    };
    console.backoff.succeeded(&triers);
    let mut response = if person.wants_code() {
        let next = super::form::encoded(&next(&form));
        let mut response = redirect(&format!("/console/sign-in?next={next}"));
        begin(&console, &caller, &person, true, &mut response).await?;
        response
    } else {
        let mut response = redirect(&next(&form));
        welcome(&console, &caller, &person.name, &headers, &mut response).await?;
        response
    };
    response.extensions_mut().insert(Logged(name));
    Ok(response)
}

/// The one-time code after the password.
pub(super) async fn take_code(
    State(console): State<Console>,
    frame: Frame,
    caller: Caller,
    headers: HeaderMap,
    form: Form,
) -> Result<Response, Problem> {
    let Some(who) = &caller.halfway else {
        return Ok(redirect("/console/sign-in"));
    };
    let name = who.name().to_owned();
    let triers = [
        Trier::Account(format!("code/{name}")),
        Trier::Address(address(caller.address)),
    ];
    let refused = |status, error| {
        with_status(
            status,
            &SignIn {
                f: &frame,
                next: next(&form),
                name: String::new(),
                error: Some(error),
                wants_code: true,
            },
        )
    };
    let now = console.now();
    if let Err(wait) = console.backoff.try_as(&triers, now) {
        let error = frame.fill("sign-in-wait", frame.span(wait));
        return Ok(refused(StatusCode::TOO_MANY_REQUESTS, error));
    }
    let code = form.text("code");
    let used = console
        .with_staff({
            let name = name.clone();
            move |staff| match staff.use_code(&name, &code, now) {
                Err(crate::staff::StaffError::Code) => Ok(false),
                other => other.map(|()| true),
            }
        })
        .await?;
    if !used {
        let error = frame.t("code-wrong").to_owned();
        return Ok(refused(StatusCode::UNAUTHORIZED, error));
    }
    console.backoff.succeeded(&triers);
    let mut response = redirect(&next(&form));
    // Another id than the one that was good for half of the way.
    let old = who.session().to_owned();
    console
        .with_staff(move |staff| staff.end_session(&old))
        .await?;
    welcome(&console, &caller, &name, &headers, &mut response).await?;
    Ok(response)
}

/// Out again.
pub(super) async fn sign_out(
    State(console): State<Console>,
    caller: Caller,
) -> Result<Response, Problem> {
    if let Some(who) = caller.who.as_ref().or(caller.halfway.as_ref()) {
        let id = who.session().to_owned();
        console
            .with_staff(move |staff| staff.end_session(&id))
            .await?;
    }
    let mut response = redirect("/console/sign-in");
    forget(&caller, &mut response);
    Ok(response.into_response())
}

/// Somebody is in: their session, and their device is known from now on.
pub(super) async fn welcome(
    console: &Console,
    caller: &Caller,
    name: &str,
    headers: &HeaderMap,
    response: &mut Response,
) -> Result<(), Problem> {
    let given = cookie(headers, device_cookie(caller.is_secure)).map(str::to_owned);
    let device = match given {
        Some(device) => device,
        None => new_secret().map_err(super::problem)?,
    };
    let now = console.now();
    let person = console
        .with_staff({
            let (name, device) = (name.to_owned(), device.clone());
            move |staff| {
                staff.change(&name, now, |person| {
                    person.learn_device(&device);
                    person.signed_in_at = Some(now);
                    Ok(person.clone())
                })
            }
        })
        .await?;
    let is_secure = caller.is_secure;
    let name = device_cookie(is_secure);
    set_cookie(response, name, &device, Some(DEVICE_SECONDS), is_secure);
    begin(console, caller, &person, false, response).await
}

/// A new session in its cookie.
async fn begin(
    console: &Console,
    caller: &Caller,
    person: &Person,
    wants_code: bool,
    response: &mut Response,
) -> Result<(), Problem> {
    let (person, from, now) = (person.clone(), caller.address.to_string(), console.now());
    let id = console
        .with_staff(move |staff| staff.begin_session(&person, wants_code, &from, now))
        .await?;
    let seconds = u32::try_from(ABSOLUTE.as_secs()).ok();
    let name = session_cookie(caller.is_secure);
    set_cookie(response, name, &id, seconds, caller.is_secure);
    Ok(())
}

/// The browser forgets the session.
pub(super) fn forget(caller: &Caller, response: &mut Response) {
    let name = session_cookie(caller.is_secure);
    set_cookie(response, name, "", Some(0), caller.is_secure);
}

/// Checks a signed-in person's own password, as slowly as at the entrance.
pub(super) async fn check_password(
    console: &Console,
    who: &Who,
    password: String,
) -> Result<bool, Problem> {
    // A session that somebody else got hold of doesn't guess either. Its owner's other sessions go on.
    let trier = [Trier::Device(format!("session/{}", who.session()))];
    if let Err(wait) = console.backoff.try_as(&trier, console.now()) {
        let problem = Problem::new(
            StatusCode::TOO_MANY_REQUESTS,
            format!("too many tries; wait {}", span(wait, Lang::En)),
        );
        return Err(problem.retry_after(wait.as_secs().unsigned_abs()));
    }
    let name = who.name().to_owned();
    let person = console
        .with_password(move |staff| staff.verify(&name, &password))
        .await?;
    if person.is_some() {
        console.backoff.succeeded(&trier);
    }
    Ok(person.is_some())
}

/// Where somebody wanted to go: a page of the console, never elsewhere.
fn next(form: &Form) -> String {
    let wanted = form.text("next");
    let is_ours =
        wanted == "/console" || wanted.starts_with("/console/") || wanted.starts_with("/console?");
    let is_plain = wanted.chars().all(|c| !c.is_control() && c != '\\') && wanted.is_ascii();
    if is_ours && is_plain && !wanted.starts_with("/console/sign-") {
        wanted
    } else {
        "/console".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_led_elsewhere_after_signing_in() {
        for (wanted, goes) in [
            ("/console/people", "/console/people"),
            ("/console/inbox?tab=mine", "/console/inbox?tab=mine"),
            ("//evil.example", "/console"),
            ("https://evil.example/console/", "/console"),
            ("/consoles", "/console"),
            ("/console/\\evil", "/console"),
            ("/console/sign-out", "/console"),
            ("", "/console"),
        ] {
            let form =
                Form::read(format!("next={}", super::super::form::encoded(wanted)).as_bytes());
            assert_eq!(next(&form), goes, "{wanted}");
        }
    }
}
