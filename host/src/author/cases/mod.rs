//! A project's cases: what goes in, what must come out, and the difference.
//!
//! A case is one JSON object on a line of `tests/*.jsonl`. Everything that it doesn't say has a sensible default, so
//! that `{"message": "你好", "effects": []}` is a whole case. Names are those of the contract.
//!
//! - `form`: the words of a case, as a person writes them
//! - `desk`: the desk that answers a case's questions
//! - `differ`: what was expected against what came
//! - `run`: a case against a plugin
//! - `recorded`, `mask`: a recorded call as a case, and its personal data put out of sight

mod desk;
mod differ;
mod form;
mod mask;
mod recorded;
mod run;
mod scene;

use std::path::{Path, PathBuf};

pub use differ::Difference;
pub use mask::masked;
pub use recorded::{RecordedCall, RecordedResult};
pub use run::{Came, CaseReport, Seat, run, run_in};

use form::CaseForm;

/// One case, read and understood.
#[derive(Debug)]
pub struct Case {
    /// Where it stands.
    pub file: PathBuf,
    /// On which line, counted from 1.
    pub line: usize,
    /// What it is called.
    pub name: String,
    form: CaseForm,
}

/// What is wrong with a file of cases, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}:{line}: {message}", .file.display())]
pub struct CaseProblem {
    /// Which file.
    pub file: PathBuf,
    /// Which line; 0 where it is about the whole file.
    pub line: usize,
    /// What is wrong, with the path inside the line.
    pub message: String,
}

/// Reads every `*.jsonl` of a directory, in the order of their names.
///
/// # Errors
/// Everything that is wrong with any of them.
pub fn read_directory(dir: &Path) -> Result<Vec<Case>, Vec<CaseProblem>> {
    let broken = |file: &Path, message: String| {
        vec![CaseProblem {
            file: file.to_owned(),
            line: 0,
            message,
        }]
    };
    let entries = std::fs::read_dir(dir).map_err(|error| broken(dir, error.to_string()))?;
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "jsonl")
        })
        .collect();
    files.sort();
    if files.is_empty() {
        return Err(broken(dir, "there are no cases (*.jsonl) here".to_owned()));
    }
    let (mut cases, mut problems) = (Vec::new(), Vec::new());
    for file in files {
        match std::fs::read_to_string(&file) {
            Ok(text) => match read_text(&file, &text) {
                Ok(read) => cases.extend(read),
                Err(wrong) => problems.extend(wrong),
            },
            Err(error) => problems.extend(broken(&file, error.to_string())),
        }
    }
    if problems.is_empty() {
        Ok(cases)
    } else {
        Err(problems)
    }
}

/// Reads cases, one a line; empty lines and lines that begin with `//` are skipped.
///
/// # Errors
/// Every line that makes no sense.
pub fn read_text(file: &Path, text: &str) -> Result<Vec<Case>, Vec<CaseProblem>> {
    let (mut cases, mut problems) = (Vec::new(), Vec::new());
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        if line.is_empty() || line.starts_with("//") {
            continue;
        }
        match CaseForm::read(line) {
            Ok(form) => cases.push(Case {
                file: file.to_owned(),
                line: number,
                name: form
                    .case
                    .clone()
                    .unwrap_or_else(|| format!("line {number}")),
                form,
            }),
            Err(message) => problems.push(CaseProblem {
                file: file.to_owned(),
                line: number,
                message,
            }),
        }
    }
    if problems.is_empty() {
        Ok(cases)
    } else {
        Err(problems)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistake_is_told_with_its_line_and_its_path() {
        let text = concat!(
            "{\"message\": \"你好\", \"effects\": []}\n",
            "\n// a comment\n",
            "{\"message\": \"你好\", \"efects\": []}\n",
            "{\"message\": \"a\", \"effects\": [], \"conversation\": {\"priority\": \"hih\"}}\n",
            "{\"message\": \"a\"}\n",
            "{\"message\": \"a\", \"event\": {\"timer-fired\": {\"name\": \"x\"}}, \"effects\": []}\n",
            "{\"effects\": []}\n",
            "{\"message\": \"a\", \"draft\": [{\"shout\": \"a\"}], \"effects\": []}\n",
            "{\"message\": \"a\", \"limits\": {\"memory\": \"16 MB\"}, \"effects\": []}\n",
            "{\"message\": \"a\", \"grants\": [\"files\"], \"effects\": []}\n",
            "{\"message\"\n",
        );
        let problems = read_text(Path::new("t.jsonl"), text).unwrap_err();
        let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
        let expected = [
            "t.jsonl:4: efects: unknown field `efects`",
            "t.jsonl:5: conversation.priority: unknown variant `hih`",
            "t.jsonl:6: it expects nothing",
            "t.jsonl:7: it has both a message and an event",
            "t.jsonl:8: it has neither a message nor an event",
            "t.jsonl:9: draft[0]: unknown variant `shout`",
            "t.jsonl:10: limits.memory:",
            "t.jsonl:11: grants[0]: there is no grant \"files\"",
            "t.jsonl:12: ",
        ];
        assert_eq!(told.len(), expected.len(), "{told:#?}");
        for (told, expected) in told.iter().zip(expected) {
            assert!(told.starts_with(expected), "{told}\n{expected}");
        }
    }

    #[test]
    fn a_case_needs_no_more_than_a_message_and_effects() {
        let cases = read_text(Path::new("t"), "{\"message\": \"你好\", \"effects\": []}").unwrap();
        assert_eq!((cases[0].name.as_str(), cases[0].line), ("line 1", 1));
    }
}
