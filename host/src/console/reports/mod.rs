//! Reports: the figures of a period as charts and tables, and the same numbers as files.

mod charts;
mod figures;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};

use self::charts::{Bar, Chart, bars, chart, number, real, seconds, text};
pub(super) use self::figures::Hours;
use self::figures::{Cut, NAMES, sheet, sheets};
use super::Console;
use super::form::{Asked, Form};
use super::frame::{Frame, page};
use super::gate::Who;
use super::ledger::MOST_DAYS;
use crate::api::Problem;
use crate::report::Period;
use crate::workflow::Desk;

/// The days of a report where none are said.
const DAYS: i64 = 30;
/// How many lines of a long table a page shows; files have all.
const SHOWN: usize = 20;
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// What people call what stands in that column. Files keep the names, for whoever counts further with them.
fn called(key: &str, name: &str, frame: &Frame, desk: &Desk) -> String {
    match key {
        "channel" => frame.channel(name),
        "agent" | "name" => frame.person(name, &desk.directory),
        "department" => desk.directory.department(name).map_or_else(
            || name.to_owned(),
            |known| known.display_name(Some(frame.lang.tag())).to_owned(),
        ),
        "kind" => frame.one("kind", name),
        "worker" => frame.one("worker", name),
        "contact" => frame.customer(name),
        "language" => frame.tongue(name),
        _ => name.to_owned(),
    }
}

/// A table of the page: at most so many lines.
struct Table {
    name: &'static str,
    heads: Vec<String>,
    rows: Vec<Vec<Cell>>,
    more: usize,
}

/// What stands in a table.
struct Cell {
    shown: String,
    /// What the files write instead; none: the same.
    name: Option<String>,
}

impl Table {
    fn of((sheet, all): &Cut, frame: &Frame, desk: &Desk) -> Self {
        let cell = |row: &Map<String, Value>, key: &str| match row.get(key) {
            Some(Value::String(text)) => {
                let shown = called(key, text, frame, desk);
                let name = (shown != *text).then(|| text.clone());
                Cell { shown, name }
            }
            other => Cell {
                shown: match other {
                    None | Some(Value::Null) => String::new(),
                    Some(other) => other.to_string(),
                },
                name: None,
            },
        };
        // The record form has heads of its own, in two languages.
        let heads = sheet.columns.iter().map(|column| match column.head() {
            head if head == column.key => frame.one("column", head),
            head => head.to_owned(),
        });
        let rows = sheet.rows.iter().take(SHOWN).map(|row| {
            let cells = sheet.columns.iter().map(|column| cell(row, column.key));
            cells.collect()
        });
        Self {
            name: sheet.name,
            heads: heads.collect(),
            rows: rows.collect(),
            more: all.saturating_sub(SHOWN),
        }
    }
}

/// A report with its chart.
struct Section {
    bars: Vec<Bar>,
    table: Table,
}

#[derive(Template)]
#[template(path = "console/reports.html")]
struct Reports<'a> {
    f: &'a Frame,
    chart: Chart,
    sections: Vec<Section>,
    from: String,
    to: String,
    query: String,
    is_whole: bool,
}

/// Which days; the last one counts whole.
struct Days {
    from: Date,
    to: Date,
    period: Period,
}

fn days(asked: &Form, frame: &Frame) -> Result<Days, Problem> {
    let day = |field: &str| -> Result<Option<Date>, Problem> {
        let read = asked.some(field).map(|text| {
            text.parse().map_err(|_| {
                Problem::bad_request(format!("{field}: {text:?} is no day; write 2026-03-10"))
            })
        });
        read.transpose()
    };
    let today = frame.now.to_zoned(frame.zone.clone()).date();
    let to = day("to")?.unwrap_or(today);
    let usual = to.checked_sub(SignedDuration::from_hours(24 * (DAYS - 1)));
    let from = day("from")?.unwrap_or_else(|| usual.unwrap_or(to));
    if from > to {
        return Err(Problem::bad_request("from: is after `to`; exchange them"));
    }
    let midnight = |day: Date| -> Result<Timestamp, Problem> {
        let begins = day.to_zoned(frame.zone.clone());
        let begins = begins.map_err(|error| Problem::bad_request(error.to_string()))?;
        Ok(begins.timestamp())
    };
    Ok(Days {
        from,
        to,
        period: Period {
            from: midnight(from)?,
            to: midnight(to.tomorrow().unwrap_or(to))?,
        },
    })
}

/// The page.
pub(super) async fn show(
    State(console): State<Console>,
    frame: Frame,
    who: Who,
    Asked(asked): Asked,
) -> Result<Response, Problem> {
    let Days { from, to, period } = days(&asked, &frame)?;
    let acting = who.acting();
    let today = frame.now.to_zoned(frame.zone.clone()).date();
    let kept_from = today.checked_sub(SignedDuration::from_hours(24 * i64::from(MOST_DAYS)));
    let (sheets, is_whole) = if kept_from.is_ok_and(|kept_from| from < kept_from) {
        let place = console.api.reporting().await?;
        let read = console.api.read(move |core| {
            let _place = place;
            let mut sheets = Vec::new();
            for name in NAMES {
                if let Some(sheet) = sheet(core, &acting, name, period)? {
                    let rows = sheet.rows.len();
                    sheets.push((sheet, rows));
                }
            }
            Ok((sheets, true))
        });
        read.await?
    } else {
        let counted = console.counted(Some(from), move |core, reading| {
            let (day, is_whole) = (reading.books.between(from, to), reading.is_whole);
            drop(reading);
            Ok((sheets(core, &acting, day, period)?, is_whole))
        });
        counted.await?
    };
    let hours = sheets.iter().find(|(sheet, _)| sheet.name == "hours");
    let desk = console.api.engine.core().desk();
    let query = format!("from={from}&to={to}");
    Ok(page(&Reports {
        f: &frame,
        chart: chart(
            hours.map_or(&[], |(sheet, _)| sheet.rows.as_slice()),
            |channel| frame.channel(channel),
        ),
        sections: sheets
            .iter()
            .map(|sheet| section(sheet, &frame, &desk))
            .collect(),
        from: from.to_string(),
        to: to.to_string(),
        query,
        is_whole,
    }))
}

fn section(cut: &Cut, frame: &Frame, desk: &Desk) -> Section {
    let sheet = &cut.0;
    let rows = sheet.rows.iter();
    let bars = match sheet.name {
        "agents" => bars(rows.skip(1).map(|row| {
            let mean = real(row, "mean_response_s");
            (
                frame.person(text(row, "agent"), &desk.directory),
                mean.unwrap_or(0.0),
                seconds(mean, frame),
                mean.is_some_and(|mean| mean > 60.0),
            )
        })),
        "volume" => bars(
            [
                "conversations",
                "hand_offs",
                "resolved",
                "reopened",
                "failures",
            ]
            .into_iter()
            .map(|name| {
                let all: u64 = sheet.rows.iter().map(|row| number(row, name)).sum();
                let is_bad = matches!(name, "reopened" | "failures");
                (
                    frame.one("column", name),
                    all as f64,
                    all.to_string(),
                    is_bad,
                )
            }),
        ),
        "satisfaction" => bars(["1", "2", "3", "4"].into_iter().map(|code| {
            let row = sheet.rows.iter().find(|row| text(row, "code") == code);
            let answers = row.map_or(0, |row| number(row, "answers"));
            let share = row.and_then(|row| real(row, "share")).unwrap_or(0.0) * 100.0;
            let name = format!("{code} {}", frame.one("code-is", code));
            (
                name,
                answers as f64,
                format!("{answers} · {share:.0} %"),
                matches!(code, "3" | "4"),
            )
        })),
        "tickets" => bars(rows.map(|row| {
            let opened = number(row, "opened");
            let kind = text(row, "kind");
            let department = text(row, "department");
            let known = desk.directory.department(department);
            let department = known.map_or(department, |known| {
                known.display_name(Some(frame.lang.tag()))
            });
            let name = format!("{} · {department}", frame.one("kind", kind));
            (name, opened as f64, opened.to_string(), kind == "complaint")
        })),
        "workload" => bars(rows.filter(|row| text(row, "name") != "all").map(|row| {
            let replies = number(row, "replies");
            let name = format!(
                "{} · {}",
                frame.one("worker", text(row, "worker")),
                frame.person(text(row, "name"), &desk.directory)
            );
            (name, replies as f64, replies.to_string(), false)
        })),
        "quality" => bars(["blocking", "warnings", "remarks"].into_iter().map(|name| {
            let found = sheet.rows.first().map_or(0, |row| number(row, name));
            (
                frame.one("finding", name),
                found as f64,
                found.to_string(),
                name == "blocking",
            )
        })),
        _ => Vec::new(),
    };
    Section {
        bars,
        table: Table::of(cut, frame, desk),
    }
}

/// The same numbers as a file: `agents.csv`, `agents.xlsx`.
pub(super) async fn file(
    State(console): State<Console>,
    frame: Frame,
    who: Who,
    Path(file): Path<String>,
    Asked(asked): Asked,
) -> Result<Response, Problem> {
    let nothing = || Problem::not_found(format!("there is no report {file:?}"));
    let (name, ending) = file.rsplit_once('.').ok_or_else(nothing)?;
    let mime = match ending {
        "csv" => "text/csv; charset=utf-8",
        "xlsx" => XLSX,
        _ => return Err(nothing()),
    };
    let name = NAMES
        .iter()
        .find(|known| **known == name)
        .ok_or_else(nothing)?;
    let period = days(&asked, &frame)?.period;
    let (acting, is_csv) = (who.acting(), ending == "csv");
    let place = console.api.reporting().await?;
    let written = console.api.read(move |core| {
        let _place = place;
        let sheet = sheet(core, &acting, name, period)?;
        Ok(sheet.map(|sheet| match is_csv {
            true => sheet.to_csv(),
            false => sheet.to_xlsx(),
        }))
    });
    let bytes = written.await?.ok_or_else(nothing)?;
    let bytes =
        bytes.map_err(|why| Problem::bad_request(format!("{why}; ask for a shorter period")))?;
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(mime));
    if let Ok(name) = HeaderValue::try_from(format!("attachment; filename=\"{name}.{ending}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(response)
}
