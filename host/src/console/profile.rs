//! One's own account: password, one-time codes, language, appearance, sessions.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use qrcode::{Color, QrCode};

use super::Console;
use super::entrance::{check_password, forget, welcome};
use super::form::{Form, encoded};
use super::frame::{Frame, page, redirect, with_status};
use super::gate::{Caller, Who};
use super::words::Lang;
use crate::api::Problem;
use crate::staff::{StaffError, Theme, new_totp_secret, secret_text};

#[derive(Template)]
#[template(path = "console/profile.html")]
struct Profile<'a> {
    f: &'a Frame,
    who: &'a Who,
    language: String,
    error: Option<String>,
    /// What the telephone is to be told; none where it knows.
    key: Option<Key>,
    /// Shown once.
    recovery: Vec<String>,
}

/// A new secret for one-time codes.
struct Key {
    /// As telephones take it.
    text: String,
    /// As the form brings it back.
    field: String,
    /// For an app on this device.
    link: String,
    /// The link for a camera; none where it is too long for that.
    picture: Option<Picture>,
}

/// A QR code.
struct Picture {
    /// How many squares it is wide, with the margin that cameras need.
    width: usize,
    /// Its dark squares as the path of a drawing.
    path: String,
}

impl Picture {
    /// The light squares around it.
    const MARGIN: usize = 4;

    fn of(text: &str) -> Option<Self> {
        let code = QrCode::new(text).ok()?;
        let mut path = String::new();
        for (nth, color) in code.to_colors().into_iter().enumerate() {
            if color == Color::Dark {
                let (x, y) = (nth % code.width(), nth / code.width());
                let (x, y) = (x + Self::MARGIN, y + Self::MARGIN);
                path.push_str(&format!("M{x} {y}h1v1h-1z"));
            }
        }
        Some(Self {
            width: code.width() + 2 * Self::MARGIN,
            path,
        })
    }
}

impl Key {
    fn of(secret: &[u8], desk: &str, name: &str) -> Self {
        let text = secret_text(secret);
        let link = format!(
            "otpauth://totp/{}:{}?secret={text}&issuer={}",
            encoded(desk),
            encoded(name),
            encoded(desk)
        );
        Self {
            text,
            field: URL_SAFE_NO_PAD.encode(secret),
            picture: Picture::of(&link),
            link,
        }
    }
}

fn profile<'a>(frame: &'a Frame, who: &'a Who) -> Result<Profile<'a>, Problem> {
    let key = if who.person.wants_code() {
        None
    } else {
        let secret = new_totp_secret().map_err(super::problem)?;
        Some(Key::of(&secret, &frame.desk, who.name()))
    };
    Ok(Profile {
        f: frame,
        who,
        language: who.person.language.clone().unwrap_or_default(),
        error: None,
        key,
        recovery: Vec::new(),
    })
}

fn refused(frame: &Frame, who: &Who, error: &str) -> Result<Response, Problem> {
    let mut page = profile(frame, who)?;
    page.error = Some(error.to_owned());
    Ok(with_status(StatusCode::BAD_REQUEST, &page))
}

/// The page.
pub(super) async fn show(frame: Frame, who: Who) -> Result<Response, Problem> {
    Ok(page(&profile(&frame, &who)?))
}

/// Language and appearance.
pub(super) async fn change(
    State(console): State<Console>,
    who: Who,
    form: Form,
) -> Result<Response, Problem> {
    let language = form.some("language").and_then(|tag| Lang::of(&tag));
    let theme = form.some("theme").and_then(|theme| Theme::parse(&theme));
    let now = console.now();
    console
        .with_staff(move |staff| {
            staff.change(who.name(), now, |person| {
                person.language = language.map(|language| language.tag().to_owned());
                person.theme = theme;
                Ok(())
            })
        })
        .await?;
    Ok(redirect("/console/profile?done=done-saved"))
}

/// Another password: every session ends, and this browser gets a new one.
pub(super) async fn password(
    State(console): State<Console>,
    frame: Frame,
    who: Who,
    caller: Caller,
    headers: HeaderMap,
    form: Form,
) -> Result<Response, Problem> {
    if !check_password(&console, &who, form.whole("old")).await? {
        return refused(&frame, &who, frame.t("sign-in-wrong"));
    }
    let new = form.whole("new");
    if new != form.whole("again") {
        return refused(&frame, &who, frame.t("password-differs"));
    }
    let (name, now) = (who.name().to_owned(), console.now());
    let changed = console
        .with_password(
            move |staff| match staff.set_password(&name, &new, false, now) {
                Err(StaffError::Password(why)) => Ok(Err(format!("the password {why}"))),
                other => other.map(Ok),
            },
        )
        .await?;
    if let Err(why) = changed {
        return refused(&frame, &who, &why);
    }
    let mut response = redirect("/console/profile?done=done-password");
    welcome(&console, &caller, who.name(), &headers, &mut response).await?;
    Ok(response)
}

/// One-time codes from now on.
pub(super) async fn begin_codes(
    State(console): State<Console>,
    mut frame: Frame,
    who: Who,
    form: Form,
) -> Result<Response, Problem> {
    if !check_password(&console, &who, form.whole("password")).await? {
        return refused(&frame, &who, frame.t("sign-in-wrong"));
    }
    let secret = URL_SAFE_NO_PAD
        .decode(form.text("secret"))
        .ok()
        .filter(|secret| secret.len() >= 16)
        .ok_or_else(|| Problem::bad_request("secret: load the page again"))?;
    let (name, now, code) = (who.name().to_owned(), console.now(), form.text("code"));
    let begun = console
        .with_staff(move |staff| {
            let begun = staff.change(&name, now, |person| {
                let recovery = person.begin_codes(&secret, &code, now)?;
                Ok((recovery, person.clone()))
            });
            match begun {
                Err(StaffError::Code) => Ok(None),
                other => other.map(Some),
            }
        })
        .await?;
    let Some((recovery, person)) = begun else {
        return refused(&frame, &who, frame.t("code-wrong"));
    };
    let who = who.with(person);
    frame.who = Some(who.clone());
    let mut shown = profile(&frame, &who)?;
    shown.recovery = recovery;
    Ok(page(&shown))
}

/// No one-time codes any more.
pub(super) async fn end_codes(
    State(console): State<Console>,
    frame: Frame,
    who: Who,
    form: Form,
) -> Result<Response, Problem> {
    if !check_password(&console, &who, form.whole("password")).await? {
        return refused(&frame, &who, frame.t("sign-in-wrong"));
    }
    let now = console.now();
    console
        .with_staff(move |staff| {
            staff.change(who.name(), now, |person| {
                person.end_codes();
                Ok(())
            })
        })
        .await?;
    Ok(redirect("/console/profile?done=done-codes-off"))
}

/// Every session ends, this one too.
pub(super) async fn sign_out_everywhere(
    State(console): State<Console>,
    who: Who,
    caller: Caller,
) -> Result<Response, Problem> {
    let now = console.now();
    console
        .with_staff(move |staff| {
            staff.change(who.name(), now, |person| {
                person.end_sessions();
                Ok(())
            })
        })
        .await?;
    let mut response = redirect("/console/sign-in?done=done-out");
    forget(&caller, &mut response);
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_has_three_corners_and_a_margin() {
        let key = Key::of(&[7; 20], "蓝鲸玩具", "he-min");
        let picture = key.picture.unwrap();
        // Each corner begins with seven dark squares in a row.
        let row =
            |x: usize, y: usize| (x..x + 7).all(|x| picture.path.contains(&format!("M{x} {y}h1")));
        assert!(row(4, 4) && row(picture.width - 11, 4) && row(4, picture.width - 5));
        assert!(!picture.path.contains("M3 ") && !picture.path.contains(" 3h1"));
    }
}
