//! No desk file, however broken, makes the loader panic, and what it refuses it refuses with a reason.

use proptest::prelude::*;

use crate::workflow::files::demo;
use crate::workflow::{Condition, Desk};

/// What people and editors do to files.
fn mutate(text: &str, edits: &[(usize, u8, String)]) -> String {
    let mut characters: Vec<char> = text.chars().collect();
    for (place, kind, piece) in edits {
        let place = place % (characters.len() + 1);
        match kind % 4 {
            0 => drop(characters.splice(place..place, piece.chars())),
            1 => characters.truncate(place),
            2 => {
                let end = (place + piece.chars().count() + 1).min(characters.len());
                drop(characters.drain(place..end));
            }
            _ => {
                let end = (place + 1).min(characters.len());
                drop(characters.splice(place..end, piece.chars()));
            }
        }
    }
    characters.into_iter().collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_mutated_desk_is_read_or_refused(
        which in 0_usize..3,
        edits in prop::collection::vec((any::<usize>(), any::<u8>(), "[\\[\\]{}=\"'#\n.,a-z0-9 转-]{0,6}"), 1..5),
    ) {
        let mut files = demo();
        files.retain(|name, _| !name.starts_with("knowledge/"));
        let name = ["desk.toml", "directory.toml", "hours.toml"][which];
        let text = mutate(&String::from_utf8(files[name].clone()).unwrap(), &edits);
        files.insert(name.to_owned(), text.into_bytes());
        if let Err(problems) = Desk::from_files(&files) {
            prop_assert!(!problems.is_empty());
            prop_assert!(problems.iter().all(|problem| problem.line > 0 && !problem.message.is_empty()));
            prop_assert!(problems.is_sorted());
        }
    }

    #[test]
    fn bytes_of_any_kind_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200), which in 0_usize..4) {
        let mut files = demo();
        files.retain(|name, _| !name.starts_with("knowledge/"));
        let name = ["desk.toml", "directory.toml", "hours.toml", "knowledge/a.en.md"][which];
        files.insert(name.to_owned(), bytes);
        let _ = Desk::from_files(&files);
    }

    #[test]
    fn no_condition_makes_the_parser_panic(text in "[a-z.()\\[\\]{}!&|=<>\"'0-9 ?:,+\\-转\n]{0,60}") {
        let _ = Condition::parse(&text);
    }

    #[test]
    fn a_mutated_condition_is_read_or_refused(
        edits in prop::collection::vec((any::<usize>(), any::<u8>(), "[a-z.()!&|=\"\\\\]{0,4}"), 1..4),
    ) {
        let text = r#"conversation.handler == "bot" && !event.message.text.contains("转人工") && conversation.labels.exists(l, l == "vip")"#;
        if let Ok(condition) = Condition::parse(&mutate(text, &edits)) {
            let _ = condition.try_on(crate::model::EventKind::MessageReceived);
        }
    }
}

#[test]
fn a_deeply_nested_condition_is_refused_and_not_followed_into_the_stack() {
    for depth in [50, 90, 200, 2_000] {
        let _ = Condition::parse(&format!("{}true{}", "(".repeat(depth), ")".repeat(depth)));
        let _ = Condition::parse(&format!("{}true", "!".repeat(depth)));
        let _ = Condition::parse(&vec!["true"; depth.min(500)].join(" && "));
        let _ = Condition::parse(&format!("{}1{}", "[".repeat(depth), "]".repeat(depth)));
    }
}

#[test]
fn a_deeply_nested_desk_is_refused_and_not_followed_into_the_stack() {
    for depth in [100, 5_000] {
        let text = format!(
            "{}\n[step.config]\na = {}1{}\n",
            super::DESK,
            "[".repeat(depth),
            "]".repeat(depth)
        );
        let _ = super::desk_problems(&text);
        let text = format!(
            "{}\n[step.config]\n{}a = 1\n",
            super::DESK,
            "a.".repeat(depth)
        );
        let _ = super::desk_problems(&text);
    }
}
