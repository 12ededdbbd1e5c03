//! Opening hours and business time (R1–R3).
//!
//! [`Hours`] is a desk's `hours.toml`, read and found sound. [`Calendar`] is it in a time zone and answers:
//! is the desk open, when does it open next, when have sixty seconds of business time passed. Both are pure
//! values; the instant is always a parameter.
//!
//! Invariants: intervals are half-open, the closing instant is closed; an interval belongs to the date it
//! starts on; every search ends ([`MAX_CLOSED_DAYS`], [`MAX_SPAN_DAYS`]); time zones come from the binary.
//!
//! - `interval`, `dates`: the smallest parts
//! - `reader`, `read`, `lists`, `check`: from text to rules, or to every problem in it
//! - `rules`: which hours hold on which date
//! - `official`, `zone`: facts carried in the binary
//! - `compiled`, `walk`: the calendar and its arithmetic; `week`: somebody's own week in its place

mod check;
mod compiled;
mod dates;
mod hours;
mod interval;
mod lists;
mod official;
mod read;
mod reader;
mod rules;
#[cfg(test)]
mod tests;
mod walk;
mod week;
mod zone;

pub use compiled::Calendar;
pub use hours::Hours;
pub use interval::Interval;
pub use official::Official;
pub use rules::{Day, DayKind};
pub use walk::{CalendarError, MAX_CLOSED_DAYS, MAX_SPAN_DAYS};
pub use week::{WEEKDAYS, WeekProblem};
pub use zone::zone;
