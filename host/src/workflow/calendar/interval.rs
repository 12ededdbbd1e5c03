//! One stretch of opening hours, as people write it: `08:30-12:00`, `20:00-08:00`, `00:00-24:00`.

use std::fmt;

/// Seconds of a nominal day.
pub(super) const DAY: u32 = 24 * 60 * 60;

/// The longest interval that may cross midnight. Longer ones are nearly always start and end in the wrong
/// order: `17:30-13:00` would be a shift of nineteen and a half hours.
pub(super) const MAX_OVERNIGHT: u32 = 18 * 60 * 60;

/// Opening hours on the wall clock, from `start` up to but not including `end`. An interval belongs to the
/// date it starts on, however far into the next day it reaches (R1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Interval {
    start: u32,
    end: u32,
}

impl Interval {
    /// From midnight to midnight.
    pub const WHOLE_DAY: Self = Self { start: 0, end: DAY };

    /// Seconds on the wall clock since the midnight that begins the date; less than a day.
    pub fn start(self) -> u32 {
        self.start
    }

    /// Seconds on the wall clock since the same midnight; more than a day where the interval crosses midnight.
    pub fn end(self) -> u32 {
        self.end
    }

    /// The nominal length in seconds. On a day when the clock changes the real length may differ.
    pub fn seconds(self) -> u32 {
        self.end - self.start
    }

    /// Reads `start-end`. Full-width colons and the dashes that Chinese input methods produce are understood.
    /// The error says what is wrong and how to mend it.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        const DASHES: [char; 6] = ['-', '–', '—', '~', '－', '～'];
        let Some((start_text, end_text)) = text.split_once(DASHES) else {
            return Err(format!(
                "\"{text}\" is not an interval; write start and end like \"08:30-12:00\""
            ));
        };
        let start = time(start_text)?;
        let end = time(end_text)?;
        if start == DAY {
            return Err(format!(
                "\"{text}\" starts at 24:00; that is 00:00 of the next day, so write it there"
            ));
        }
        if start == end {
            return Err(format!(
                "\"{text}\" is empty; for a whole day write \"00:00-24:00\""
            ));
        }
        let end = if end < start { end + DAY } else { end };
        let interval = Self { start, end };
        if end > DAY && interval.seconds() > MAX_OVERNIGHT {
            return Err(format!(
                "\"{text}\" ends before it starts, and as a shift across midnight it would last {}, more than {}; \
                 exchange start and end, or split it in two",
                length(interval.seconds()),
                length(MAX_OVERNIGHT)
            ));
        }
        Ok(interval)
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end = if self.end > DAY {
            self.end - DAY
        } else {
            self.end
        };
        clock(f, self.start)?;
        f.write_str("-")?;
        clock(f, end)
    }
}

fn clock(f: &mut fmt::Formatter<'_>, seconds: u32) -> fmt::Result {
    write!(f, "{:02}:{:02}", seconds / 3600, seconds / 60 % 60)?;
    match seconds % 60 {
        0 => Ok(()),
        rest => write!(f, ":{rest:02}"),
    }
}

/// A length for people: `48 h`, `7 h 30 min`, `45 s`.
pub(super) fn length(seconds: u32) -> String {
    let parts: Vec<String> = [
        (seconds / 3600, "h"),
        (seconds / 60 % 60, "min"),
        (seconds % 60, "s"),
    ]
    .into_iter()
    .filter(|(amount, _)| *amount > 0)
    .map(|(amount, unit)| format!("{amount} {unit}"))
    .collect();
    if parts.is_empty() {
        "0 h".to_owned()
    } else {
        parts.join(" ")
    }
}

/// Seconds since midnight of `8:30`, `08:30`, `08:30:15` or `24:00`.
fn time(text: &str) -> Result<u32, String> {
    let text = text.trim();
    let malformed = || {
        format!(
            "\"{text}\" is not a time of day; write hours and minutes like 08:30, at most 24:00"
        )
    };
    let mut fields = text.split([':', '：']).map(two_digits);
    let hours = fields.next().flatten().ok_or_else(malformed)?;
    let minutes = fields.next().flatten().ok_or_else(malformed)?;
    let seconds = fields
        .next()
        .map_or(Ok(0), |field| field.ok_or_else(malformed))?;
    let total = hours * 3600 + minutes * 60 + seconds;
    if fields.next().is_some() || minutes > 59 || seconds > 59 || total > DAY {
        return Err(malformed());
    }
    Ok(total)
}

fn two_digits(field: &str) -> Option<u32> {
    let plain = matches!(field.len(), 1 | 2) && field.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| field.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Interval {
        Interval::parse(text).unwrap()
    }

    #[test]
    fn ordinary_overnight_and_whole_day_intervals_are_read() {
        assert_eq!(
            parsed("08:30-12:00"),
            Interval {
                start: 30_600,
                end: 43_200
            }
        );
        assert_eq!(parsed("8:30—12:00"), parsed("08:30-12:00"));
        assert_eq!(parsed("8：30 － 12：00"), parsed("08:30-12:00"));
        assert_eq!(parsed("20:00-08:00").seconds(), 12 * 3600);
        assert_eq!(parsed("20:00-00:00"), parsed("20:00-24:00"));
        assert_eq!(parsed("00:00-24:00"), Interval::WHOLE_DAY);
        assert_eq!(parsed("00:00:01-00:00:02").seconds(), 1);
    }

    #[test]
    fn nonsense_is_refused_with_a_way_out() {
        for (text, part) in [
            ("", "write start and end"),
            ("08:30", "write start and end"),
            ("08:30-", "not a time of day"),
            ("25:00-26:00", "at most 24:00"),
            ("08:60-09:00", "not a time of day"),
            ("24:00-08:00", "00:00 of the next day"),
            ("09:00-09:00", "is empty"),
            ("24:01-25:00", "not a time of day"),
            ("17:30-13:00", "19 h 30 min"),
            ("08:30-12:00-13:00", "not a time of day"),
            ("+8:30-12:00", "not a time of day"),
        ] {
            let message = Interval::parse(text).unwrap_err();
            assert!(message.contains(part), "{text}: {message}");
        }
    }

    #[test]
    fn an_interval_prints_as_it_is_written() {
        for text in [
            "08:30-12:00",
            "20:00-08:00",
            "00:00-24:00",
            "22:00-24:00",
            "01:02:03-04:05:06",
        ] {
            assert_eq!(parsed(text).to_string(), text);
        }
    }

    #[test]
    fn lengths_are_for_people() {
        assert_eq!(length(48 * 3600), "48 h");
        assert_eq!(length(27_045), "7 h 30 min 45 s");
        assert_eq!(length(0), "0 h");
    }
}
