//! `docs/desk.md` explains every key, and its examples are desks.

use super::problems;
use crate::model::EventKind;
use crate::workflow::condition::NAMES;
use crate::workflow::{
    Grants, desk, directory, floor, outside, record_form, requirement, settings, step, trust,
    widget,
};

const PAGE: &str = include_str!("../../../../docs/desk.md");

/// The code block that is labelled with that file name.
fn example(file: &str) -> &'static str {
    let opening = format!("```toml {file}\n");
    let start = PAGE.find(&opening).unwrap() + opening.len();
    let length = PAGE[start..].find("```").unwrap();
    &PAGE[start..start + length]
}

#[test]
fn the_examples_make_a_desk_without_a_problem() {
    let found = problems(&[
        ("desk.toml", example("desk.toml")),
        ("directory.toml", example("directory.toml")),
        (
            "exams/triage.jsonl",
            "{\"message\": \"退货\", \"category\": \"refund\"}\n",
        ),
        (
            "hours.toml",
            "[weekly]\nmonday = [\"09:00-17:00\"]\n[calendars.around-the-clock.weekly]\nmonday-sunday = [\"00:00-24:00\"]\n",
        ),
    ]);
    assert_eq!(found, "");
}

#[test]
fn every_key_is_explained_and_shown() {
    let desk_keys = [
        desk::FILE_KEYS,
        step::ON_KEYS,
        step::STEP_KEYS,
        settings::KEYS,
        settings::RETRY_KEYS,
        settings::REHEARSAL_KEYS,
        settings::EXAM_KEYS,
        settings::SHADOW_KEYS,
        trust::PLUGINS_KEYS,
        floor::KEYS,
        widget::KEYS,
        requirement::LIMIT_KEYS,
        outside::HTTP_KEYS,
        outside::MODEL_KEYS,
        record_form::KEYS,
    ];
    let directory_keys = [
        directory::FILE_KEYS,
        directory::DEPARTMENT_KEYS,
        directory::PERSON_KEYS,
        directory::TEAM_KEYS,
        directory::WEBHOOK_KEYS,
    ];
    for (file, keys) in [
        ("desk.toml", desk_keys.concat()),
        ("directory.toml", directory_keys.concat()),
    ] {
        for key in keys {
            let explained = PAGE.contains(&format!("`{key}`"))
                || PAGE.contains(&format!("`[[{key}]]`"))
                || PAGE.contains(&format!("`[{key}]`"));
            assert!(explained, "{key} is not explained");
            assert!(
                example(file).contains(key),
                "{key} is not in the example of {file}"
            );
        }
    }
}

#[test]
fn every_event_grant_and_name_is_explained() {
    let events = EventKind::ALL.iter().map(|kind| kind.as_str());
    let policies = crate::model::Policy::ALL
        .iter()
        .map(|policy| policy.as_str());
    for word in events
        .chain(policies)
        .chain(Grants::KNOWN.iter().copied())
        .chain(NAMES.iter().copied())
    {
        assert!(
            PAGE.contains(&format!("`{word}`")),
            "{word} is not explained"
        );
    }
}
