//! The people of the desk: who may sign in as what, who is there, who is on duty when.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::Console;
use super::form::Form;
use super::frame::{Frame, page, redirect};
use super::gate::{Logged, Who};
use crate::api::Problem;
use crate::engine::{AgentAtWork, SignOfLife};
use crate::model::PresenceStatus;
use crate::staff::{Person, Role};
use crate::workflow::Calendar;

/// Where one comes back to.
const PAGE: &str = "/console/people";
/// A shift that begins before this hour is an early one.
const EARLY: i8 = 9;
/// One that ends at or after this hour is a late one.
const LATE: i8 = 20;

#[derive(Template)]
#[template(path = "console/people.html")]
struct People<'a> {
    f: &'a Frame,
    people: Vec<Line>,
    /// Who could be let in: name, what to call them.
    candidates: Vec<(String, String)>,
    roles: &'static [Role],
}

/// Somebody of the directory, or who may sign in without standing there.
struct Line {
    name: String,
    called: String,
    department: String,
    teams: String,
    is_listed: bool,
    presence: Option<&'static str>,
    since: Option<Timestamp>,
    conversations: u32,
    capacity: u32,
    duty: Duty,
    shifts: Vec<String>,
    kind: Option<&'static str>,
    person: Option<Person>,
}

/// When somebody is on duty.
enum Duty {
    Always,
    Until(Timestamp),
    From(Timestamp),
    Never,
}

/// The page.
pub(super) async fn show(
    State(console): State<Console>,
    frame: Frame,
) -> Result<Response, Problem> {
    let staff = console.with_staff(|staff| staff.people()).await?;
    let agents = console.api.read(|core| core.agents()).await?;
    let desk = console.api.engine.core().desk();
    let tag = Some(frame.lang.tag());
    let mut lines: Vec<Line> = Vec::new();
    for listed in desk.directory.people() {
        let agent = agents.iter().find(|agent| agent.agent == listed.name);
        let shifts = shifts(listed.calendar(), frame.now, &frame.zone);
        let department = desk.directory.department(&listed.department);
        lines.push(Line {
            name: listed.name.clone(),
            called: listed.display_name(tag).to_owned(),
            department: department.map_or_else(
                || listed.department.clone(),
                |department| department.display_name(tag).to_owned(),
            ),
            teams: teams(agent, &desk.directory, tag),
            is_listed: true,
            presence: agent
                .and_then(|agent| agent.presence.as_ref())
                .map(|presence| presence.status.as_str()),
            since: agent
                .and_then(|agent| agent.presence.as_ref())
                .map(|presence| presence.since),
            conversations: agent.map_or(0, |agent| agent.conversations),
            capacity: agent.map_or(0, |agent| agent.capacity),
            duty: duty(listed.calendar(), frame.now),
            kind: kind(&shifts, &frame.zone),
            shifts: shifts
                .iter()
                .map(|(from, to)| spoken(*from, *to, &frame.zone))
                .collect(),
            person: staff
                .iter()
                .find(|person| person.name == listed.name)
                .cloned(),
        });
    }
    let strangers = staff
        .iter()
        .filter(|person| desk.directory.person(&person.name).is_none());
    lines.extend(strangers.map(|person| Line {
        name: person.name.clone(),
        called: person.name.clone(),
        department: String::new(),
        teams: String::new(),
        is_listed: false,
        presence: None,
        since: None,
        conversations: 0,
        capacity: 0,
        duty: Duty::Never,
        shifts: Vec::new(),
        kind: None,
        person: Some(person.clone()),
    }));
    let candidates = lines.iter().filter(|line| line.person.is_none());
    Ok(page(&People {
        candidates: candidates
            .map(|line| (line.name.clone(), line.called.clone()))
            .collect(),
        f: &frame,
        people: lines,
        roles: Role::ALL,
    }))
}

fn teams(
    agent: Option<&AgentAtWork>,
    directory: &crate::workflow::Directory,
    tag: Option<&str>,
) -> String {
    let names = agent.map_or(&[] as &[String], |agent| &agent.teams);
    let names = names.iter().map(|name| {
        let team = directory.team(name);
        team.map_or(name.as_str(), |team| team.display_name(tag))
    });
    names.collect::<Vec<_>>().join(", ")
}

fn duty(calendar: &Calendar, now: Timestamp) -> Duty {
    if calendar.is_open(now) {
        return calendar.next_close(now).map_or(Duty::Always, Duty::Until);
    }
    calendar.next_open(now).map_or(Duty::Never, Duty::From)
}

/// The shifts that begin today, and the one that goes on since yesterday.
pub(super) fn shifts(
    calendar: &Calendar,
    now: Timestamp,
    zone: &TimeZone,
) -> Vec<(Timestamp, Timestamp)> {
    const MOST: usize = 8;
    let today = now.to_zoned(zone.clone()).date();
    let midnight = |date: Option<jiff::civil::Date>| {
        let begins = date?.to_zoned(zone.clone()).ok()?;
        Some(begins.timestamp())
    };
    let (Some(yesterday), Some(begins), Some(ends)) = (
        midnight(today.yesterday().ok()),
        midnight(Some(today)),
        midnight(today.tomorrow().ok()),
    ) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut from = yesterday;
    while found.len() < MOST
        && let Some(opens) = calendar.next_open(from).filter(|opens| *opens < ends)
        && let Some(closes) = calendar.next_close(opens)
    {
        if closes > begins {
            found.push((opens, closes));
        }
        from = closes;
    }
    found
}

pub(super) fn spoken(from: Timestamp, to: Timestamp, zone: &TimeZone) -> String {
    let clock = |at: Timestamp| at.to_zoned(zone.clone()).strftime("%H:%M").to_string();
    format!("{}–{}", clock(from), clock(to))
}

/// What people call such a day.
pub(super) fn kind(shifts: &[(Timestamp, Timestamp)], zone: &TimeZone) -> Option<&'static str> {
    let (from, to) = match shifts {
        [] => return None,
        [one] => *one,
        _ => return Some("split"),
    };
    let (from, to) = (from.to_zoned(zone.clone()), to.to_zoned(zone.clone()));
    let ends_at_midnight = to.hour() == 0 && to.minute() == 0;
    Some(if from.date() != to.date() && !ends_at_midnight {
        "overnight"
    } else if to.hour() >= LATE || ends_at_midnight {
        "late"
    } else if from.hour() < EARLY {
        "early"
    } else {
        "day"
    })
}

/// Somebody of the directory may sign in from now on.
pub(super) async fn add(State(console): State<Console>, form: Form) -> Result<Response, Problem> {
    let name = form.needed("name")?;
    let role = role(&form)?;
    let password = form.whole("password");
    let desk = console.api.engine.core().desk();
    let listed = desk.directory.person(&name).ok_or_else(|| {
        Problem::bad_request(format!("name: {name:?} is nobody of directory.toml"))
    })?;
    let (name, now) = (listed.name.clone(), console.now());
    let added = name.clone();
    console
        .with_password(move |staff| {
            let person = staff.add(&name, role, &password, now)?;
            staff.change(&person.name, now, |person| {
                person.must_change = true;
                Ok(())
            })
        })
        .await?;
    Ok(logged(
        redirect(&format!("{PAGE}?done=done-added")),
        format!("{added}: {role}"),
    ))
}

/// Another role; whatever they are signed in with ends.
pub(super) async fn change_role(
    State(console): State<Console>,
    Path(name): Path<String>,
    form: Form,
) -> Result<Response, Problem> {
    let role = role(&form)?;
    let now = console.now();
    console
        .with_staff(move |staff| {
            staff.change(&name, now, |person| {
                person.role = role;
                person.end_sessions();
                Ok(())
            })
        })
        .await?;
    Ok(logged(
        redirect(&format!("{PAGE}?done=done-saved")),
        role.to_string(),
    ))
}

/// Shut out, or let in again.
pub(super) async fn change_access(
    State(console): State<Console>,
    who: Who,
    Path(name): Path<String>,
    form: Form,
) -> Result<Response, Problem> {
    let disabled = form.text("access") == "no";
    if disabled && name == who.name() {
        return Err(Problem::new(
            StatusCode::CONFLICT,
            "you can't shut yourself out; somebody else can",
        ));
    }
    let now = console.now();
    console
        .with_staff(move |staff| {
            staff.change(&name, now, |person| {
                person.disabled = disabled;
                person.end_sessions();
                Ok(())
            })
        })
        .await?;
    let detail = if disabled { "shut out" } else { "let in" };
    Ok(logged(
        redirect(&format!("{PAGE}?done=done-saved")),
        detail.to_owned(),
    ))
}

/// A first password once more; one-time codes end, for whoever lost their telephone.
pub(super) async fn reset_password(
    State(console): State<Console>,
    Path(name): Path<String>,
    form: Form,
) -> Result<Response, Problem> {
    let password = form.whole("password");
    let now = console.now();
    console
        .with_password(move |staff| {
            staff.set_password(&name, &password, true, now)?;
            staff.change(&name, now, |person| {
                person.end_codes();
                Ok(())
            })
        })
        .await?;
    Ok(redirect(&format!("{PAGE}?done=done-saved")))
}

/// Somebody says whether they are there.
pub(super) async fn be(
    State(console): State<Console>,
    who: Who,
    form: Form,
) -> Result<Response, Problem> {
    let said = form.text("status");
    let status = PresenceStatus::parse(&said)
        .ok_or_else(|| Problem::bad_request(format!("status: there is no {said:?}")))?;
    let name = who.name().to_owned();
    console
        .api
        .read(move |core| core.presence(&name, status, SignOfLife::Now))
        .await?;
    let back = form.text("back");
    let back = if back.starts_with("/console/") && back.is_ascii() {
        back
    } else {
        "/console".to_owned()
    };
    Ok(logged(redirect(&back), said))
}

/// A page that is open says that somebody who is there still is.
pub(super) async fn alive(State(console): State<Console>, who: Who) -> Result<Response, Problem> {
    let name = who.name().to_owned();
    console
        .api
        .read(move |core| {
            let said = core.presence_of(&name)?.map(|presence| presence.status);
            if let Some(status @ (PresenceStatus::Online | PresenceStatus::Busy)) = said {
                core.presence(&name, status, SignOfLife::Now)?;
            }
            Ok(())
        })
        .await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn role(form: &Form) -> Result<Role, Problem> {
    let said = form.text("role");
    Role::parse(&said).ok_or_else(|| Problem::bad_request(format!("role: there is no {said:?}")))
}

fn logged(mut response: Response, detail: String) -> Response {
    response.extensions_mut().insert(Logged(detail));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_days_shifts_have_the_names_that_people_give_them() {
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        let at = |text: &str| {
            let local: jiff::civil::DateTime = text.parse().unwrap();
            local.to_zoned(zone.clone()).unwrap().timestamp()
        };
        let of = |shifts: &[(&str, &str)]| {
            let shifts: Vec<_> = shifts
                .iter()
                .map(|(from, to)| (at(&format!("2026-03-{from}")), at(&format!("2026-03-{to}"))))
                .collect();
            kind(&shifts, &zone)
        };
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[("10T08:00", "10T16:00")]), Some("early"));
        assert_eq!(of(&[("10T10:00", "10T18:00")]), Some("day"));
        assert_eq!(of(&[("10T14:00", "10T22:00")]), Some("late"));
        assert_eq!(of(&[("10T16:00", "11T00:00")]), Some("late"));
        assert_eq!(of(&[("10T22:00", "11T06:00")]), Some("overnight"));
        let split = [("10T09:00", "10T12:00"), ("10T14:00", "10T18:00")];
        assert_eq!(of(&split), Some("split"));
    }
}
