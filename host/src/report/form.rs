//! The service record form 《在线客服受理记录表》 (R87): a row for each conversation that began in the period, filled in
//! from its wrap-up record. Where a conversation goes on, the row says what a record would say now.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};

use super::sheet::{Column, Sheet};
use super::{Period, seconds};
use crate::engine::{Core, EngineError};
use crate::model::{Conversation, Record, Worker};
use crate::workflow::Desk;

/// What it is called.
pub const TITLE: &str = "在线客服受理记录表 Online service record form";

/// Its columns.
pub const COLUMNS: &[Column] = &[
    Column::titled("no", "序号 No."),
    Column::titled("date", "受理日期 Date"),
    Column::titled("time", "受理时间 Time"),
    Column::titled("channel", "渠道 Channel"),
    Column::titled("customer", "客户 Customer"),
    Column::titled("category", "类别 Category"),
    Column::titled("topic", "主题 Topic"),
    Column::titled("asked", "咨询内容 Question"),
    Column::titled("result", "处理结果 Result"),
    Column::titled("next_action", "后续事项 Next action"),
    Column::titled("departments", "转办部门 Forwarded to"),
    Column::titled("people", "受理人 Handled by"),
    Column::titled("automatic_replies", "自动应答数 Automatic replies"),
    Column::titled("first_reply_s", "首次响应（秒） First reply (s)"),
    Column::titled("status", "状态 Status"),
    Column::titled("settled_at", "办结时间 Settled at"),
    Column::titled("satisfaction", "满意度 Satisfaction"),
    Column::titled("points", "得分 Points"),
    Column::titled("conversation", "会话编号 Conversation"),
];

/// The form of a period.
///
/// # Errors
/// Where the store can't be read.
pub fn report(core: &Core, period: Period) -> Result<Sheet, EngineError> {
    let desk = core.desk();
    let mut rows = Vec::new();
    core.conversations_between(period.from, period.to, |state| {
        let number = rows.len() + 1;
        rows.push(row(number, &state, &desk.time_zone));
        Ok(())
    })?;
    Ok(sheet(&desk, period, rows))
}

/// The same with its first lines only.
///
/// # Errors
/// Where the store can't be read.
pub(crate) fn beginning(core: &Core, period: Period, lines: usize) -> Result<Sheet, EngineError> {
    let desk = core.desk();
    let states = core.first_conversations(period.from, period.to, lines)?;
    let rows = states.iter().zip(1..);
    let rows = rows.map(|(state, number)| row(number, state, &desk.time_zone));
    Ok(sheet(&desk, period, rows.collect()))
}

fn sheet(desk: &Desk, period: Period, rows: Vec<Map<String, Value>>) -> Sheet {
    let zone = &desk.time_zone;
    let day = |at: Timestamp| at.to_zoned(zone.clone()).date();
    Sheet {
        name: "records",
        title: format!(
            "{TITLE} · {} · {} – {}",
            desk.name,
            day(period.from),
            day(last_moment(period))
        ),
        columns: COLUMNS,
        rows,
    }
}

/// The period's last moment, which tells its last day.
fn last_moment(period: Period) -> Timestamp {
    let before = period.to.checked_sub(jiff::SignedDuration::from_secs(1));
    before.unwrap_or(period.to).max(period.from)
}

fn row(number: usize, state: &Conversation, zone: &TimeZone) -> Map<String, Value> {
    let now = || Record::draft(state, "", state.last_activity, None);
    let record = state.record.as_deref().cloned().unwrap_or_else(now);
    let opened = state.opened_at.to_zoned(zone.clone());
    let (mut people, mut automatic) = (Vec::new(), 0);
    for handled in &record.handlers {
        match handled.worker {
            Worker::Person => people.push(handled.name.as_str()),
            Worker::Plugin | Worker::Host => automatic += handled.replies,
        }
    }
    let mut departments: Vec<&str> = Vec::new();
    for ticket in &state.tickets {
        if !departments.contains(&ticket.department.as_str()) {
            departments.push(&ticket.department);
        }
    }
    let list = |names: &[&str]| (!names.is_empty()).then(|| names.join("、"));
    let first_reply = record
        .first_reply_at
        .map(|at| seconds(record.opened_at, at));
    let local = |at: Timestamp| at.display_with_offset(zone.to_offset(at)).to_string();
    let row = json!({
        "no": number,
        "date": opened.date().to_string(),
        "time": opened.strftime("%H:%M:%S").to_string(),
        "channel": state.channel,
        "customer": state.contact,
        "category": record.category,
        "topic": record.topic,
        "asked": record.asked,
        "result": record.result,
        "next_action": record.next_action,
        "departments": list(&departments),
        "people": list(&people),
        "automatic_replies": automatic,
        "first_reply_s": first_reply,
        "status": if state.resolved { "已办结 settled" } else { "处理中 open" },
        "settled_at": state.resolved.then(|| local(record.resolved_at)),
        "satisfaction": record.satisfaction.as_ref().map(|result| &result.reason),
        "points": record.satisfaction.as_ref().and_then(|result| result.points),
        "conversation": state.id,
    });
    match row {
        Value::Object(row) => row,
        _ => Map::new(),
    }
}
