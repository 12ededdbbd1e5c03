//! What desks say, and what is said about broken ones.

mod conditions;
mod demo;
mod documentation;
mod mutations;
mod problems;

use super::{Desk, Files, Problem};

/// A small desk without a mistake.
const DESK: &str = r#"name = "Toys"
time-zone = "Asia/Shanghai"
languages = ["zh-Hans", "en"]

[[on]]
event = "message.received"
steps = ["greeting"]

[[step]]
name = "greeting"
plugin = "greeting@0.1"
"#;

fn files(named: &[(&str, &str)]) -> Files {
    named
        .iter()
        .map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec()))
        .collect()
}

/// The problems as `switchboard check` prints them; empty where there is none.
fn problems(named: &[(&str, &str)]) -> String {
    let found = Desk::from_files(&files(named)).err().unwrap_or_default();
    found
        .iter()
        .map(Problem::to_string)
        .collect::<Vec<_>>()
        .join("\n")
}

/// The problems of a desk.toml on its own.
fn desk_problems(text: &str) -> String {
    problems(&[("desk.toml", text)])
}
