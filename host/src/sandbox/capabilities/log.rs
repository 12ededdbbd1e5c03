//! Lines for whoever reads the run later. Bounded in number and length; control characters are made visible, so that
//! a line can neither forge another nor steer a terminal.

use super::super::contract::v0_1::switchboard::plugin::log::{Host, Level};
use super::super::state::HostState;
use crate::model::{LogLevel, LogLine};

/// The lines of one call.
pub(in super::super) struct LogBuffer {
    lines: Vec<LogLine>,
    dropped: u32,
    most: usize,
    longest: usize,
}

impl LogBuffer {
    pub(in super::super) fn new(most: usize, longest: usize) -> Self {
        Self {
            lines: Vec::new(),
            dropped: 0,
            most,
            longest,
        }
    }

    pub(in super::super) fn push(&mut self, level: LogLevel, text: &str) {
        if self.lines.len() >= self.most {
            self.dropped = self.dropped.saturating_add(1);
            return;
        }
        let text = visible(text, self.longest);
        self.lines.push(LogLine { level, text });
    }

    /// The lines, and one that says how many are missing.
    pub(in super::super) fn finish(mut self) -> Vec<LogLine> {
        if self.dropped > 0 {
            let text = format!("{} more lines were dropped", self.dropped);
            self.lines.push(LogLine {
                level: LogLevel::Warn,
                text,
            });
        }
        self.lines
    }
}

/// The text with control characters and bidirectional overrides escaped, cut off after `longest` bytes.
pub(in super::super) fn visible(text: &str, longest: usize) -> String {
    let mut line = String::with_capacity(text.len().min(longest));
    for character in text.chars() {
        let hidden = character.is_control()
            || matches!(character, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        let before = line.len();
        if hidden {
            line.extend(character.escape_default());
        } else {
            line.push(character);
        }
        if line.len() > longest {
            line.truncate(before);
            line.push('…');
            break;
        }
    }
    line
}

impl Host for HostState {
    fn write(&mut self, level: Level, text: String) -> wasmtime::Result<()> {
        self.count()?;
        self.pass(text.len())?;
        let level = match level {
            Level::Debug => LogLevel::Debug,
            Level::Info => LogLevel::Info,
            Level::Warn => LogLevel::Warn,
            Level::Error => LogLevel::Error,
        };
        self.log.push(level, &text);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;

    #[test]
    fn a_line_can_neither_forge_another_nor_steer_a_terminal() {
        assert_eq!(
            visible("a\n{\"level\":\"error\"}\r\u{1b}[31m红\u{202e}", 1_000),
            "a\\n{\"level\":\"error\"}\\r\\u{1b}[31m红\\u{202e}"
        );
    }

    #[test]
    fn a_long_line_is_cut_off_between_characters() {
        assert_eq!(visible("退货退货", 7), "退货…");
        assert_eq!(visible("return", 6), "return");
    }

    #[test]
    fn lines_beyond_the_limit_are_counted_and_dropped() {
        let mut state = testing::state(testing::nothing());
        for _ in 0..100 {
            state.write(Level::Info, "line".to_owned()).unwrap();
        }
        let lines = state.log.finish();
        assert_eq!(lines.len(), 65);
        assert_eq!(lines[64].text, "36 more lines were dropped");
    }

    #[test]
    fn lines_count_as_questions() {
        let mut state = testing::state(testing::nothing());
        for _ in 0..1_000 {
            state.write(Level::Info, String::new()).unwrap();
        }
        let error = state.write(Level::Info, String::new()).unwrap_err();
        testing::assert_stopped(&error, "host-call-budget");
    }
}
