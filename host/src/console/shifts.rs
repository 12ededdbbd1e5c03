//! Somebody's shifts: the week as it is, the days to come, and another week, shown as a difference before it holds.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};

use super::Console;
use super::form::{Asked, Form, encoded};
use super::frame::{Frame, page, redirect, with_status};
use super::gate::{Logged, Who};
use super::people::{kind, shifts, spoken};
use super::workflow::{Line, difference};
use crate::api::Problem;
use crate::engine::{Core, Revision};
use crate::workflow::{Calendar, Desk, WEEKDAYS, WeekProblem};

/// How many days to come are shown.
const DAYS: i32 = 7;
/// Weeks to begin with.
const PRESETS: [(&str, &str); 4] = [
    ("early", "07:00-15:00"),
    ("late", "14:00-22:00"),
    ("split", "08:00-12:00, 16:00-20:00"),
    ("overnight", "20:00-08:00"),
];
/// On how many days of such a week there is work.
const WORKED: usize = 5;

/// A day of the week in the form.
struct Day {
    name: &'static str,
    hours: String,
    problem: Option<String>,
}

/// A day to come.
struct Coming {
    date: Timestamp,
    name: Option<String>,
    shifts: Vec<String>,
    kind: Option<&'static str>,
    /// On duty without an end.
    is_always: bool,
}

#[derive(Template)]
#[template(path = "console/shifts.html")]
struct Shown<'a> {
    f: &'a Frame,
    name: String,
    called: String,
    total: String,
    days: Vec<Day>,
    problems: Vec<String>,
    coming: Vec<Coming>,
    is_amended: bool,
    presets: Vec<&'static str>,
    difference: Vec<Line>,
    is_shown: bool,
    revisions: Vec<Revision>,
}

/// Somebody of the directory by their name there.
fn known(desk: &Desk, name: &str) -> Result<(String, Calendar), Problem> {
    let person = desk.directory.person(name);
    let person = person.filter(|person| person.name == name);
    let person = person.ok_or_else(|| Problem::not_found(format!("there is no {name:?}")))?;
    Ok((person.name.clone(), person.calendar().clone()))
}

async fn shown<'a>(
    console: &Console,
    frame: &'a Frame,
    name: &str,
    wanted: Option<Vec<String>>,
) -> Result<Shown<'a>, Problem> {
    let core = console.api.engine.core();
    let desk = core.desk();
    let (name, calendar) = known(&desk, name)?;
    let person = desk.directory.person(&name);
    let called = person.map_or_else(String::new, |person| {
        person.display_name(Some(frame.lang.tag())).to_owned()
    });
    let now = calendar.week();
    let is_shown = wanted.is_some();
    let week = wanted.unwrap_or_else(|| now.clone());
    let (then, problems) = match calendar.with_week(&week) {
        Ok(then) => (then.week(), Vec::new()),
        Err(problems) => (now.clone(), problems),
    };
    let of_day = |day: &str| {
        let problem = problems.iter().find(|problem| problem.day == Some(day));
        problem.map(|problem| problem.message.clone())
    };
    let days = WEEKDAYS.iter().zip(week).map(|(name, hours)| Day {
        name,
        hours,
        problem: of_day(name),
    });
    let all = |problem: &&WeekProblem| problem.day.is_none();
    let said = |week: &[String]| {
        let lines = WEEKDAYS.iter().zip(week);
        let lines = lines.map(|(day, hours)| {
            let hours = if hours.is_empty() { "—" } else { hours };
            format!("{}  {hours}", frame.one("weekday", day))
        });
        lines.collect::<Vec<_>>().join("\n")
    };
    let wanted = name.clone();
    let revisions = console.api.manage(move |core: &Core| {
        let mut found = core.revisions()?;
        let mut last = None;
        // Those that changed this person's shifts, the newest first.
        found.retain(|revision| {
            let of = revision.amendments.shifts.get(&wanted).cloned();
            let is_other = of != last;
            last = of;
            is_other
        });
        found.reverse();
        Ok(found)
    });
    let revisions = revisions.await?;
    let base = core.desk_of_files();
    Ok(Shown {
        f: frame,
        total: calendar.weekly_total_text(),
        days: days.collect(),
        problems: problems
            .iter()
            .filter(all)
            .map(|problem| problem.message.clone())
            .collect(),
        coming: coming(&calendar, frame),
        is_amended: known(&base, &name)?.1.week() != now,
        presets: PRESETS.iter().map(|(preset, _)| *preset).collect(),
        difference: match problems.is_empty() {
            true => difference(&said(&now), &said(&then)),
            false => Vec::new(),
        },
        is_shown: is_shown && problems.is_empty(),
        revisions,
        name,
        called,
    })
}

fn coming(calendar: &Calendar, frame: &Frame) -> Vec<Coming> {
    let today = frame.now.to_zoned(frame.zone.clone()).date();
    let days = (0..DAYS).filter_map(|days| {
        let date: Date = today.checked_add(days.days()).ok()?;
        let begins = date.to_zoned(frame.zone.clone()).ok()?.timestamp();
        // What goes on since the day before stands there.
        let mut of_day = shifts(calendar, begins, &frame.zone);
        of_day.retain(|(from, _)| *from >= begins);
        Some(Coming {
            date: begins,
            name: calendar.day_name(date).map(str::to_owned),
            kind: kind(&of_day, &frame.zone),
            is_always: of_day.is_empty() && calendar.is_open(begins),
            shifts: of_day
                .iter()
                .map(|(from, to)| spoken(*from, *to, &frame.zone))
                .collect(),
        })
    });
    days.collect()
}

/// The page.
pub(super) async fn show(
    State(console): State<Console>,
    frame: Frame,
    Path(name): Path<String>,
    Asked(asked): Asked,
) -> Result<Response, Problem> {
    let wanted = asked.text("preset");
    let preset = PRESETS.iter().find(|(preset, _)| *preset == wanted);
    let week = preset.map(|(_, hours)| {
        let day = |nth| if nth < WORKED { *hours } else { "" };
        (0..WEEKDAYS.len()).map(|nth| day(nth).to_owned()).collect()
    });
    Ok(page(&shown(&console, &frame, &name, week).await?))
}

fn week(form: &Form) -> Vec<String> {
    WEEKDAYS.iter().map(|day| form.text(day)).collect()
}

/// What another week would change, once it is found sound; changes nothing.
pub(super) async fn preview(
    State(console): State<Console>,
    frame: Frame,
    Path(name): Path<String>,
    form: Form,
) -> Result<Response, Problem> {
    let shown = shown(&console, &frame, &name, Some(week(&form))).await?;
    let status = match shown.is_shown {
        true => StatusCode::OK,
        false => StatusCode::UNPROCESSABLE_ENTITY,
    };
    Ok(with_status(status, &shown))
}

/// Another week, from now on.
pub(super) async fn apply(
    State(console): State<Console>,
    frame: Frame,
    who: Who,
    Path(name): Path<String>,
    form: Form,
) -> Result<Response, Problem> {
    let wanted = week(&form);
    let (_, calendar) = known(&console.api.engine.core().desk(), &name)?;
    if calendar.with_week(&wanted).is_err() {
        let shown = shown(&console, &frame, &name, Some(wanted)).await?;
        return Ok(with_status(StatusCode::UNPROCESSABLE_ENTITY, &shown));
    }
    let (by, of) = (who.name().to_owned(), name.clone());
    let made = console
        .api
        .manage(move |core| core.amend_shifts(&by, &of, &wanted, false));
    Ok(done(&name, &made.await?))
}

/// As they were after an earlier revision, or as the files say.
pub(super) async fn roll_back(
    State(console): State<Console>,
    who: Who,
    Path(name): Path<String>,
    form: Form,
) -> Result<Response, Problem> {
    let number = form.needed("revision")?;
    let number: u32 = number
        .parse()
        .map_err(|_| Problem::bad_request("revision: give its number"))?;
    known(&console.api.engine.core().desk(), &name)?;
    let (by, of) = (who.name().to_owned(), name.clone());
    let made = console
        .api
        .manage(move |core| core.roll_back_shifts(&by, &of, number));
    Ok(done(&name, &made.await?))
}

fn done(name: &str, made: &Revision) -> Response {
    let path = format!("/console/people/{}/shifts?done=done-saved", encoded(name));
    let mut response = redirect(&path);
    let detail = format!("revision {}: {}", made.number, made.what);
    response.extensions_mut().insert(Logged(detail));
    response
}
