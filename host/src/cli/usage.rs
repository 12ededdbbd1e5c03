//! What several commands read from the command line, and what they say when it makes no sense.

use jiff::Timestamp;

/// The command line asks for something that can't be: exit code 2, as for an option that there isn't.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Usage(pub(crate) String);

/// A time of the command line.
///
/// # Errors
/// What is wrong with it and how it is written.
pub(crate) fn moment(text: &str) -> Result<Timestamp, String> {
    text.parse::<Timestamp>().map_err(|_| not_a_moment(text))
}

/// Why a text is no moment, in words for whoever wrote it.
pub(crate) fn not_a_moment(text: &str) -> String {
    const EXAMPLE: &str = "2026-03-10T09:00:00+08:00";
    if text.parse::<jiff::civil::DateTime>().is_ok() {
        return format!(
            "{text:?} doesn't say how far the clock is from UTC, so it could be any of many moments; add that, as in {EXAMPLE}"
        );
    }
    format!("{text:?} is no date and time; write one such as {EXAMPLE}")
}

/// `STEP=FILE`.
///
/// # Errors
/// How it is written.
pub(crate) fn step_and_file(text: &str) -> Result<(String, std::path::PathBuf), String> {
    match text.split_once('=') {
        Some((step, file)) if !step.is_empty() && !file.is_empty() => {
            Ok((step.to_owned(), file.into()))
        }
        _ => Err("write STEP=FILE, such as triage=my-triage.wasm".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_without_an_offset_is_told_from_what_is_no_time() {
        assert!(moment("2026-03-10T09:00:00+08:00").is_ok());
        assert!(moment("2026-03-10T01:00:00Z").is_ok());
        let error = moment("2026-03-10T09:00:00").unwrap_err();
        assert!(error.contains("from UTC"), "{error}");
        let error = moment("2026-03-10").unwrap_err();
        assert!(error.contains("from UTC"), "{error}");
        let error = moment("yesterday").unwrap_err();
        assert!(error.contains("no date and time"), "{error}");
    }

    #[test]
    fn a_step_and_a_file_stand_on_both_sides_of_the_equals_sign() {
        assert_eq!(
            step_and_file("a=b=c.wasm").unwrap(),
            ("a".to_owned(), "b=c.wasm".into())
        );
        for wrong in ["nonsense", "=a", "a=", ""] {
            assert!(step_and_file(wrong).is_err(), "{wrong}");
        }
    }
}
