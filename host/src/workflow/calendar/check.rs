//! Finds what contradicts itself in a calendar: intervals that overlap, dates listed twice.

use std::collections::BTreeSet;

use jiff::civil::Weekday;

use super::dates::{DateTable, Dates};
use super::interval::{DAY, Interval};
use super::reader::{Placed, Reader};
use super::rules::Week;

const WEEK: u32 = 7 * DAY;

/// The intervals of one date in order. Two that overlap are a problem at the later one.
pub(super) fn one_day(
    reader: &mut Reader<'_>,
    mut intervals: Vec<Placed<Interval>>,
) -> Vec<Interval> {
    intervals.sort_by_key(|interval| interval.value);
    let spans = intervals
        .iter()
        .map(|placed| Span::new(placed, 0))
        .collect();
    report_overlaps(reader, spans);
    intervals
        .into_iter()
        .map(|interval| interval.value)
        .collect()
}

/// The ordinary week from what each weekday lists. A night shift that reaches into the next morning's hours
/// is an overlap too, from Sunday to Monday as between any two days.
pub(super) fn week(reader: &mut Reader<'_>, listed: &[(Weekday, Placed<Interval>)]) -> Week {
    let mut week = Week::default();
    let mut spans = Vec::new();
    for (weekday, placed) in listed {
        if let Some(day) = week.on_mut(*weekday) {
            day.push(placed.value);
            day.sort();
        }
        let midnight = weekday.to_monday_zero_offset().unsigned_abs();
        spans.push(Span::new(placed, u32::from(midnight) * DAY));
    }
    // The same week again, so that Sunday night is compared with Monday morning.
    let again: Vec<Span<'_>> = spans
        .iter()
        .map(|span| Span {
            start: span.start + WEEK,
            end: span.end + WEEK,
            ..*span
        })
        .collect();
    spans.extend(again);
    report_overlaps(reader, spans);
    week
}

#[derive(Clone, Copy)]
struct Span<'p> {
    start: u32,
    end: u32,
    placed: &'p Placed<Interval>,
}

impl<'p> Span<'p> {
    fn new(placed: &'p Placed<Interval>, midnight: u32) -> Self {
        Self {
            start: midnight + placed.value.start(),
            end: midnight + placed.value.end(),
            placed,
        }
    }
}

fn report_overlaps(reader: &mut Reader<'_>, mut spans: Vec<Span<'_>>) {
    spans.sort_by_key(|span| (span.start, span.end));
    let mut reported = BTreeSet::new();
    let mut longest: Option<Span<'_>> = None;
    for span in spans {
        if let Some(before) = longest.filter(|before| span.start < before.end) {
            let (first, second) = if before.placed.place.start <= span.placed.place.start {
                (before.placed, span.placed)
            } else {
                (span.placed, before.placed)
            };
            if reported.insert((first.place.start, second.place.start)) {
                let line = reader.line(&first.place);
                let message = format!(
                    "{} overlaps {} in line {line}; let one end before the other starts, or make them one interval",
                    second.value, first.value
                );
                reader.problem(&second.place, message);
            }
        }
        if longest.is_none_or(|before| before.end < span.end) {
            longest = Some(span);
        }
    }
}

/// A table of dates. A date that two entries of the same list name is a problem at the later one.
pub(super) fn dates<T>(
    reader: &mut Reader<'_>,
    key: &str,
    listed: Vec<(Placed<Dates>, T)>,
) -> DateTable<T> {
    let mut places: Vec<&Placed<Dates>> = listed.iter().map(|(dates, _)| dates).collect();
    places.sort_by_key(|placed| (placed.value, placed.place.start));
    let mut furthest: Option<&Placed<Dates>> = None;
    for placed in places {
        if let Some(before) = furthest.filter(|before| before.value.overlaps(placed.value)) {
            let (first, second) = if before.place.start < placed.place.start {
                (before, placed)
            } else {
                (placed, before)
            };
            let day = before.value.first.max(placed.value.first);
            let line = reader.line(&first.place);
            reader.problem(
                &second.place,
                format!(
                    "{day} is listed twice under {key}, also in line {line}; keep one of the two"
                ),
            );
        }
        if furthest.is_none_or(|before| before.value.last < placed.value.last) {
            furthest = Some(placed);
        }
    }
    DateTable::new(
        listed
            .into_iter()
            .map(|(dates, value)| (dates.value, value))
            .collect(),
    )
}
