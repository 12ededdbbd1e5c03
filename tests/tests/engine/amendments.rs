//! What is changed about a desk while it runs: steps' grants and configuration.

use serde_json::json;
use switchboard::engine::{PluginsError, ReplaySelection};
use switchboard_tests::house::{House, chain, replies};
use switchboard_tests::script::Script;

/// A step that tells a department, which needs the grant `notify`.
fn house() -> House {
    let told = Script::new("told").reply("hello").notify("service");
    House::new(chain(
        &[("told", told.component())],
        &["message.received"],
        "",
    ))
}

fn without_notify() -> (Vec<String>, serde_json::Value) {
    (vec!["kv".to_owned(), "tickets".to_owned()], json!({}))
}

fn has_failed(house: &House, contact: &str) -> bool {
    let answer = house.say(contact, "hello");
    !replies(&answer).contains(&"hello")
}

#[test]
fn a_change_holds_from_the_next_run_on_outlives_a_restart_and_is_taken_back() {
    let mut house = house();
    assert!(!has_failed(&house, "before"));
    let before = house.core.desk().revision.clone();
    let made = house
        .core
        .amend_step("he-min", "told", without_notify(), false);
    assert_eq!(made.unwrap().number, 1);
    assert!(has_failed(&house, "without the grant"));
    assert_ne!(house.core.desk().revision, before, "runs name another desk");
    house.restart();
    assert!(has_failed(&house, "after a restart"));
    house.core.roll_back_desk("he-min", 0).unwrap();
    assert!(!has_failed(&house, "taken back"));
    assert_eq!(house.core.desk().revision, before);
    let revisions = house.core.revisions().unwrap();
    assert_eq!(revisions.len(), 2);
    house.core.roll_back_desk("he-min", 1).unwrap();
    assert!(has_failed(&house, "once more"));
    assert!(house.core.roll_back_desk("he-min", 99).is_err());
    let report = house
        .core
        .replay(&ReplaySelection::default(), |_| {})
        .unwrap();
    assert_eq!(
        report.differences,
        [],
        "every run as it was, under its own settings"
    );
}

#[test]
fn what_makes_no_sense_is_refused_and_changes_nothing() {
    let house = house();
    let amend = |step: &str, grants: &[&str], dry| {
        let grants = grants.iter().map(|grant| (*grant).to_owned()).collect();
        house
            .core
            .amend_step("he-min", step, (grants, json!({})), dry)
    };
    let refused = |made: Result<_, PluginsError>, why: &str| {
        let said = made.unwrap_err().to_string();
        assert!(said.contains(why), "{said}");
    };
    refused(amend("told", &["everything"], false), "no grant");
    refused(amend("nobody", &["kv"], false), "no step");
    refused(
        amend("told", &["notify", "kv", "tickets"], false),
        "nothing is changed",
    );
    amend("told", &["kv"], true).unwrap();
    assert_eq!(house.core.revisions().unwrap(), [], "it was only tried");
    assert!(!has_failed(&house, "as ever"));
}

#[test]
fn the_files_win_once_they_say_something_else() {
    let told = || {
        Script::new("told")
            .reply("hello")
            .notify("service")
            .component()
    };
    let house = house();
    house
        .core
        .amend_step("he-min", "told", without_notify(), false)
        .unwrap();
    assert!(has_failed(&house, "amended"));
    let other = "told | grants = [\"notify\"]";
    let desk = chain(&[(other, told())], &["message.received"], "");
    let house = House::over(desk, std::sync::Arc::clone(&house.store));
    assert!(!has_failed(&house, "as the new file says"));
}
