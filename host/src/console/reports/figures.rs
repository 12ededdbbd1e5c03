//! The figures of a period: from what was counted, or read from the store.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};

use super::SHOWN;
use super::charts::number;
use crate::api::acting::Acting;
use crate::api::reports::{Figures, Joined, Satisfaction, Tickets, Volume, figures_of};
use crate::console::ledger::Day;
use crate::engine::{Core, EngineError};
use crate::model::{Change, ConversationId, Run};
use crate::report::{Column, Kind, Period, Sheet, Tally as _, form};

/// The reports of the page, by the name of their file.
pub(super) const NAMES: &[&str] = &[
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
pub(in crate::console) struct Hours(BTreeMap<(String, i8), (u32, u32)>);

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
pub(super) type Cut = (Sheet, usize);

/// All of them from what was counted, without reading more than what a page shows.
pub(super) fn sheets(
    core: &Core,
    acting: &Acting,
    day: Day,
    period: Period,
) -> Result<Vec<Cut>, EngineError> {
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
pub(super) fn sheet(
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
