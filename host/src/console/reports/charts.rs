//! What a report looks like: bars, and the chart by hour.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use serde_json::{Map, Value};

use crate::console::frame::Frame;
use crate::console::words::Lang;

/// How many channels have a colour of their own.
const COLOURS: usize = 5;

/// A bar with its name and its figure.
pub(super) struct Bar {
    pub(super) name: String,
    pub(super) figure: String,
    /// Of a hundred.
    pub(super) share: u64,
    pub(super) is_bad: bool,
}

pub(super) fn bars(rows: impl IntoIterator<Item = (String, f64, String, bool)>) -> Vec<Bar> {
    let rows: Vec<_> = rows.into_iter().collect();
    let most = rows
        .iter()
        .map(|(_, value, _, _)| *value)
        .fold(0.0, f64::max);
    rows.into_iter()
        .map(|(name, value, figure, is_bad)| Bar {
            name,
            figure,
            share: if most > 0.0 {
                (value * 100.0 / most).round() as u64
            } else {
                0
            },
            is_bad,
        })
        .collect()
}

/// A part of a column of the chart by hour.
pub(super) struct Part {
    pub(super) x: usize,
    pub(super) y: u64,
    pub(super) height: u64,
    pub(super) colour: usize,
    pub(super) title: String,
}

/// Messages by hour and channel.
pub(super) struct Chart {
    pub(super) parts: Vec<Part>,
    pub(super) channels: Vec<(String, usize, u64)>,
    pub(super) most: u64,
}

/// How high the chart is; 24 columns, each ten wide.
const HEIGHT: u64 = 100;

/// Messages by hour and channel, these as people call them.
pub(super) fn chart(rows: &[Map<String, Value>], called: impl Fn(&str) -> String) -> Chart {
    let mut totals: BTreeMap<&str, u64> = BTreeMap::new();
    let mut hours = [0_u64; 24];
    for row in rows {
        *totals.entry(text(row, "channel")).or_default() += number(row, "messages");
        if let Some(hour) = hour_of(row).and_then(|hour| hours.get_mut(hour)) {
            *hour += number(row, "messages");
        }
    }
    let most = hours.iter().copied().max().unwrap_or(0);
    let colour = |channel: &str| {
        let nth = totals.keys().position(|known| *known == channel);
        nth.unwrap_or(0).min(COLOURS - 1)
    };
    let mut tops = [HEIGHT; 24];
    let mut parts = Vec::new();
    for row in rows {
        let (Some(hour), messages) = (hour_of(row), number(row, "messages")) else {
            continue;
        };
        let Some(top) = tops.get_mut(hour).filter(|_| messages > 0) else {
            continue;
        };
        let height = (messages * HEIGHT / most.max(1)).max(1).min(*top);
        *top -= height;
        let channel = text(row, "channel");
        parts.push(Part {
            x: hour * 10 + 1,
            y: *top,
            height,
            colour: colour(channel),
            title: format!("{hour:02}:00 {}: {messages}", called(channel)),
        });
    }
    Chart {
        parts,
        most,
        channels: totals
            .iter()
            .map(|(channel, total)| (called(channel), colour(channel), *total))
            .collect(),
    }
}

fn hour_of(row: &Map<String, Value>) -> Option<usize> {
    usize::try_from(number(row, "hour"))
        .ok()
        .filter(|hour| *hour < 24)
}

pub(super) fn text<'v>(row: &'v Map<String, Value>, name: &str) -> &'v str {
    row.get(name).and_then(Value::as_str).unwrap_or_default()
}

pub(super) fn number(row: &Map<String, Value>, name: &str) -> u64 {
    row.get(name).and_then(Value::as_u64).unwrap_or_default()
}

pub(super) fn real(row: &Map<String, Value>, name: &str) -> Option<f64> {
    row.get(name).and_then(Value::as_f64)
}

/// How long something took: up to ten minutes in seconds, because a minute is what answers are measured by (R31).
pub(super) fn seconds(value: Option<f64>, frame: &Frame) -> String {
    let Some(value) = value else {
        return "—".to_owned();
    };
    match value.round() as i64 {
        seconds @ 60..600 if frame.lang == Lang::En => format!("{seconds} s"),
        seconds @ 60..600 => format!("{seconds} 秒"),
        seconds => frame.span(SignedDuration::from_secs(seconds)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn row(channel: &str, hour: u64, messages: u64) -> Map<String, Value> {
        let row = json!({"channel": channel, "hour": hour, "messages": messages});
        row.as_object().unwrap().clone()
    }

    #[test]
    fn the_busiest_hour_is_as_high_as_the_chart_and_channels_stand_on_one_another() {
        let chart = chart(
            &[
                row("api", 9, 10),
                row("web", 9, 30),
                row("web", 10, 20),
                row("web", 30, 9),
            ],
            str::to_owned,
        );
        assert_eq!(chart.most, 40);
        let parts: Vec<_> = chart
            .parts
            .iter()
            .map(|part| (part.x, part.y, part.height))
            .collect();
        assert_eq!(parts, [(91, 75, 25), (91, 0, 75), (101, 50, 50)]);
        assert_eq!(chart.channels[1], ("web".to_owned(), 1, 59));
    }

    #[test]
    fn nothing_at_all_is_a_chart_without_columns() {
        assert!(chart(&[], str::to_owned).parts.is_empty());
        assert!(bars([]).is_empty());
        let none = bars([("a".to_owned(), 0.0, "0".to_owned(), false)]);
        assert_eq!(none[0].share, 0);
    }
}
