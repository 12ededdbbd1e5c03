//! Sizes and durations as people write them: `16MiB`, `50ms`, `72h`.

use std::time::Duration;

const SIZES: &[(&str, u64)] = &[
    ("GiB", 1 << 30),
    ("MiB", 1 << 20),
    ("KiB", 1 << 10),
    ("B", 1),
];
const TIMES: &[(&str, u64)] = &[
    ("ms", 1),
    ("s", 1_000),
    ("min", 60_000),
    ("m", 60_000),
    ("h", 3_600_000),
    ("d", 86_400_000),
];

/// Bytes.
pub(crate) fn size(text: &str) -> Result<u64, String> {
    let wanted = "a size like 512KiB or 16MiB";
    match quantity(text, SIZES) {
        Ok(bytes) => Ok(bytes),
        Err(Wrong::Unit(unit))
            if ["kb", "mb", "gb", "k", "m", "g"].contains(&unit.to_lowercase().as_str()) =>
        {
            let meant = unit
                .chars()
                .take(1)
                .flat_map(char::to_uppercase)
                .collect::<String>();
            Err(format!(
                "\"{text}\" has the unit {unit}; sizes are counted in {meant}iB here, write {wanted}"
            ))
        }
        Err(wrong) => Err(wrong.message(text, wanted)),
    }
}

/// A span of time with a resolution of a millisecond.
pub(crate) fn time(text: &str) -> Result<Duration, String> {
    quantity(text, TIMES)
        .map(Duration::from_millis)
        .map_err(|wrong| wrong.message(text, "a time like 50ms, 2s, 15min, 72h or 3d"))
}

enum Wrong {
    Number,
    NoUnit,
    Unit(String),
    TooMuch,
}

impl Wrong {
    fn message(&self, text: &str, wanted: &str) -> String {
        match self {
            Self::Number => format!("\"{text}\" is not a whole number with a unit; write {wanted}"),
            Self::NoUnit => format!("\"{text}\" has no unit; write {wanted}"),
            Self::Unit(unit) => {
                format!("\"{text}\" has the unknown unit \"{unit}\"; write {wanted}")
            }
            Self::TooMuch => format!("\"{text}\" is more than can be counted; write {wanted}"),
        }
    }
}

fn quantity(text: &str, units: &[(&str, u64)]) -> Result<u64, Wrong> {
    let text = text.trim();
    let digits = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at_checked(digits).ok_or(Wrong::Number)?;
    let unit = unit.trim_start();
    if number.is_empty() || unit.starts_with(['.', ',']) {
        return Err(Wrong::Number);
    }
    if unit.is_empty() {
        return Err(Wrong::NoUnit);
    }
    let factor = units
        .iter()
        .find(|(name, _)| *name == unit)
        .map(|(_, factor)| *factor);
    let factor = factor.ok_or_else(|| Wrong::Unit(unit.to_owned()))?;
    let number: u64 = number.parse().map_err(|_| Wrong::TooMuch)?;
    // Bounded so that every sum of a few of them fits a signed duration.
    number
        .checked_mul(factor)
        .filter(|product| *product <= 1 << 53)
        .ok_or(Wrong::TooMuch)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_times_are_read_with_their_units() {
        assert_eq!(size("16MiB"), Ok(16 << 20));
        assert_eq!(size("512 KiB"), Ok(512 << 10));
        assert_eq!(time("50ms"), Ok(Duration::from_millis(50)));
        assert_eq!(time("15min"), Ok(Duration::from_secs(900)));
        assert_eq!(time("72h"), Ok(Duration::from_secs(72 * 3600)));
    }

    #[test]
    fn what_is_wrong_with_a_quantity_is_said() {
        assert!(size("16MB").unwrap_err().contains("MiB"));
        assert!(size("16").unwrap_err().contains("no unit"));
        assert!(size("1.5MiB").unwrap_err().contains("whole number"));
        assert!(time("-5s").unwrap_err().contains("whole number"));
        assert!(time("5 parsecs").unwrap_err().contains("unknown unit"));
        assert!(
            time("99999999999999999999s")
                .unwrap_err()
                .contains("more than")
        );
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_a_quantity_panic(text in ".{0,40}") {
            let _ = size(&text);
            let _ = time(&text);
        }
    }
}
