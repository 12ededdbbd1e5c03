//! What is wrong with a desk file, and where.

use std::fmt;

/// One mistake in a desk file. Displayed as `file:line: message`, the shape that `switchboard check` prints.
///
/// Problems order by file and place, so a sorted list reads like the file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Problem {
    /// The file as its reader named it, usually relative to the desk directory.
    pub file: String,
    /// Counted from 1.
    pub line: usize,
    /// Counted from 1, in characters.
    pub column: usize,
    /// What was wrong and how to mend it.
    pub message: String,
}

impl Problem {
    /// A problem at a byte offset of `text`. An offset past the end means the end.
    pub fn at(file: &str, text: &str, offset: usize, message: impl Into<String>) -> Self {
        let before = text.get(..text.floor_char_boundary(offset)).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Self {
            file: file.to_owned(),
            line: before.matches('\n').count() + 1,
            column: before.get(line_start..).unwrap_or_default().chars().count() + 1,
            message: message.into(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_counts_lines_and_characters_from_one() {
        let text = "a = 1\n春节 = 2\n";
        let start = Problem::at("hours.toml", text, 0, "m");
        assert_eq!((start.line, start.column), (1, 1));
        let second = text.find("= 2").unwrap();
        let problem = Problem::at("hours.toml", text, second, "m");
        assert_eq!((problem.line, problem.column), (2, 4));
        assert_eq!(problem.to_string(), "hours.toml:2: m");
    }

    #[test]
    fn an_offset_inside_a_character_or_past_the_end_is_harmless() {
        assert_eq!(Problem::at("f", "春", 1, "m").column, 1);
        assert_eq!(Problem::at("f", "春", 99, "m").column, 2);
    }
}
