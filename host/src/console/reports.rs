//! Reports: the figures of a period as charts and tables, and the same numbers as files.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::Console;
use super::charts::{Bar, Chart, bars, chart, number, real, seconds, text};
use super::form::{Asked, Form};
use super::frame::{Frame, page};
use super::gate::Who;
use super::ledger::{Day, MOST_DAYS};
use crate::api::Problem;
use crate::api::acting::Acting;
use crate::api::reports::{Figures, Joined, Satisfaction, Tickets, Volume, figures_of};
use crate::engine::{Core, EngineError};
use crate::model::{Change, ConversationId, Run};
use crate::report::{Column, Kind, Period, Sheet, Tally as _, form};
use crate::workflow::Desk;

/// The days of a report where none are said.
const DAYS: i64 = 30;
/// How many lines of a long table a page shows; files have all.
const SHOWN: usize = 20;
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// The reports of the page, by the name of their file.
const NAMES: &[&str] = &[
    "hours",
    "volume",
    "agents",
    "satisfaction",
    "tickets",
    "workload",
    "quality",
    "records",
];

const HOURS: &[Column] = &[
    Column::plain("channel"),
    Column::plain("hour"),
    Column::plain("messages"),
    Column::plain("conversations"),
];
const VOLUME: &[Column] = &[
    Column::plain("date"),
    Column::plain("conversations"),
    Column::plain("messages"),
    Column::plain("step_replies"),
    Column::plain("agent_replies"),
    Column::plain("host_replies"),
    Column::plain("hand_offs"),
    Column::plain("tickets"),
    Column::plain("resolved"),
    Column::plain("reopened"),
    Column::plain("failures"),
];
const SATISFACTION: &[Column] = &[
    Column::plain("code"),
    Column::plain("reason"),
    Column::plain("asked"),
    Column::plain("answers"),
    Column::plain("share"),
    Column::plain("mean_points"),
];
const TICKETS: &[Column] = &[
    Column::plain("department"),
    Column::plain("kind"),
    Column::plain("opened"),
    Column::plain("escalated"),
    Column::plain("closed"),
    Column::plain("closed_late"),
    Column::plain("mean_seconds_to_acknowledge"),
    Column::plain("mean_seconds_to_close"),
];

/// What customers wrote, by channel and hour of the desk's day.
#[derive(Clone, Default)]
pub(super) struct Hours(BTreeMap<(String, i8), (u32, u32)>);

impl Figures for Hours {
    const COLUMNS: &'static [&'static str] = &["channel", "hour", "messages", "conversations"];

    fn add(&mut self, run: &Run, zone: &TimeZone) {
        for entry in &run.entries {
            let Change::Received { message } = &entry.change else {
                continue;
            };
            let hour = zone.to_datetime(message.at).hour();
            let key = (run.before.channel.clone(), hour);
            let (messages, conversations) = self.0.entry(key).or_default();
            *messages += 1;
            *conversations += u32::from(message.number == 1);
        }
    }

    fn rows(self) -> Vec<Value> {
        let row = |((channel, hour), (messages, conversations))| json!({"channel": channel, "hour": hour, "messages": messages, "conversations": conversations});
        self.0.into_iter().map(row).collect()
    }
}

impl Joined for Hours {
    fn join(&mut self, later: &Self) {
        for (key, (more, others)) in &later.0 {
            let (messages, conversations) = self.0.entry(key.clone()).or_default();
            *messages += more;
            *conversations += others;
        }
    }
}

fn of_rows(name: &'static str, columns: &'static [Column], rows: Vec<Value>) -> Sheet {
    let rows = rows.into_iter().filter_map(|row| match row {
        Value::Object(row) => Some(row),
        _ => None,
    });
    Sheet {
        name,
        title: name.to_owned(),
        columns,
        rows: rows.collect(),
    }
}

/// The rows that somebody may see, so many of them: what is hidden from somebody must not show.
fn shown(
    core: &Core,
    acting: &Acting,
    rows: Vec<Map<String, Value>>,
    most: usize,
) -> Result<Vec<Map<String, Value>>, EngineError> {
    let mut found = Vec::new();
    for row in rows {
        if found.len() == most {
            break;
        }
        let id = row.get("conversation").and_then(Value::as_str);
        let id = id.filter(|id| id.starts_with(ConversationId::PREFIX));
        let is_shown = match id {
            Some(id) => acting.sees_id(core, &ConversationId::new(id))?,
            None => true,
        };
        if is_shown {
            found.push(row);
        }
    }
    Ok(found)
}

/// A report with how many rows it has all in all: of those that tell of one conversation each, only the first are there.
type Cut = (Sheet, usize);

/// All of them from what was counted, without reading more than what a page shows.
fn sheets(core: &Core, acting: &Acting, day: Day, period: Period) -> Result<Vec<Cut>, EngineError> {
    let hours = of_rows("hours", HOURS, day.hours.rows());
    let conversations = hours.rows.iter().map(|row| number(row, "conversations"));
    let conversations = usize::try_from(conversations.sum::<u64>()).unwrap_or(usize::MAX);
    let volume = of_rows("volume", VOLUME, day.volume.rows());
    let satisfaction = of_rows("satisfaction", SATISFACTION, day.satisfaction.rows());
    let tickets = of_rows("tickets", TICKETS, day.tickets.rows());
    let mut quality = day.quality.sheet();
    let found = quality.rows.len();
    quality.rows = shown(core, acting, quality.rows, SHOWN)?;
    // A few more than are shown, for those that are hidden.
    let mut records = form::beginning(core, period, 2 * SHOWN)?;
    let conversations = conversations.max(records.rows.len());
    records.rows = shown(core, acting, records.rows, SHOWN)?;
    let whole = |sheet: Sheet| {
        let rows = sheet.rows.len();
        (sheet, rows)
    };
    Ok(vec![
        whole(hours),
        whole(volume),
        whole(day.agents.sheet()),
        whole(satisfaction),
        whole(tickets),
        whole(day.workload.sheet()),
        (quality, found),
        (records, conversations),
    ])
}

/// One of the reports, read from its period.
fn sheet(
    core: &Core,
    acting: &Acting,
    name: &str,
    period: Period,
) -> Result<Option<Sheet>, EngineError> {
    let zone = core.desk().time_zone.clone();
    let Period { from, to } = period;
    let (name, columns, rows) = match name {
        "hours" => ("hours", HOURS, figures_of::<Hours>(core, from, to, &zone)?),
        "volume" => {
            let rows = figures_of::<Volume>(core, from, to, &zone)?;
            ("volume", VOLUME, rows)
        }
        "satisfaction" => {
            let rows = figures_of::<Satisfaction>(core, from, to, &zone)?;
            ("satisfaction", SATISFACTION, rows)
        }
        "tickets" => (
            "tickets",
            TICKETS,
            figures_of::<Tickets>(core, from, to, &zone)?,
        ),
        other => {
            let Some(kind) = Kind::parse(other) else {
                return Ok(None);
            };
            let mut sheet = kind.of(core, period)?;
            sheet.rows = shown(core, acting, sheet.rows, usize::MAX)?;
            return Ok(Some(sheet));
        }
    };
    Ok(Some(of_rows(name, columns, rows)))
}

/// A table of the page: at most so many lines.
struct Table {
    name: &'static str,
    heads: Vec<String>,
    rows: Vec<Vec<String>>,
    more: usize,
}

impl Table {
    fn of((sheet, all): &Cut, frame: &Frame) -> Self {
        let cell = |row: &Map<String, Value>, key: &str| match row.get(key) {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
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
        chart: chart(hours.map_or(&[], |(sheet, _)| sheet.rows.as_slice())),
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
                text(row, "agent").to_owned(),
                mean.unwrap_or(0.0),
                seconds(mean),
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
                text(row, "name")
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
        table: Table::of(cut, frame),
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
