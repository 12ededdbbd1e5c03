//! What a version has to pass before it speaks to everybody: an exam, a time in shadow, a share of the accounts; and whose
//! signature it bears.

use std::sync::Arc;

use jiff::SignedDuration;
use sha2::{Digest, Sha256};
use switchboard::engine::{PluginsError, Trial, TrialKind};
use switchboard::workflow::{Desk, Files, SigningKey};
use switchboard_tests::house::{House, replies};
use switchboard_tests::script::Script;

fn talk(version: &str, text: &str) -> Vec<u8> {
    Script::new("talk").version(version).reply(text).component()
}

/// A desk of one step that says "old", with these further lines and files.
fn house(lines: &str, more: &[(&str, &str)]) -> House {
    let toml = format!(
        "name = \"D\"\ntime-zone = \"Asia/Shanghai\"\nlanguages = [\"zh-Hans\"]\n\
         [[on]]\nevent = \"message.received\"\nsteps = [\"talk\"]\n\
         [[step]]\nname = \"talk\"\nplugin = \"talk@0.1\"\n{lines}"
    );
    let mut files = Files::new();
    files.insert("desk.toml".to_owned(), toml.into_bytes());
    files.insert("plugins/talk.wasm".to_owned(), talk("0.1.0", "old"));
    for (name, text) in more {
        files.insert((*name).to_owned(), text.as_bytes().to_vec());
    }
    match Desk::from_files(&files) {
        Ok(desk) => House::new(Arc::new(desk)),
        Err(problems) => panic!("{problems:?}"),
    }
}

fn push(house: &House, version: &str, text: &str) {
    let bytes = talk(version, text);
    house.core.push_plugin("talk", version, &bytes).unwrap();
}

fn activated(house: &House, version: &str) -> Result<(), String> {
    let answer = house.core.activate_plugin("talk", version, false);
    answer.map(drop).map_err(|error| error.to_string())
}

#[test]
fn a_version_that_fails_the_desks_exam_doesnt_go_live() {
    let cases = "{\"case\": \"greets\", \"message\": \"a\", \"effects\": [{\"reply\": \"new\"}]}\n\
                 {\"case\": \"shouts\", \"message\": \"b\", \"effects\": [{\"reply\": \"NEW\"}]}\n";
    let exam = "[settings.exams]\ntalk = { file = \"exams/talk.jsonl\", pass = \"50%\" }\n";
    let house = house(exam, &[("exams/talk.jsonl", cases)]);
    push(&house, "0.1.1", "new");
    push(&house, "0.1.2", "other");
    let told = activated(&house, "0.1.2").unwrap_err();
    assert!(
        told.contains("gets 0 of 2 cases of its exam right (0.0 %)"),
        "{told}"
    );
    assert!(told.contains("line 1 (greets): effects[0].reply"), "{told}");
    assert_eq!(replies(&house.say("li", "a")), ["old"], "nothing changed");
    // Half of them is what the desk wants.
    let reports = house.core.examine("talk", "0.1.1").unwrap();
    assert_eq!((reports[0].passed, reports[0].wrong.len()), (1, 1));
    activated(&house, "0.1.1").unwrap();
    assert_eq!(replies(&house.say("li", "a")), ["new"]);
    house.core.activate_plugin("talk", "0.1.2", true).unwrap();
    assert_eq!(
        replies(&house.say("li", "a")),
        ["other"],
        "whoever insists may"
    );
    let missing = Desk::from_files(&Files::from([(
        "desk.toml".to_owned(),
        format!("name = \"D\"\ntime-zone = \"UTC\"\nlanguages = [\"en\"]\n[[on]]\nevent = \"message.received\"\nsteps = []\n{exam}").into_bytes(),
    )]));
    assert!(
        format!("{:?}", missing.unwrap_err())
            .contains("the exam of talk, exams/talk.jsonl, isn't there")
    );
}

/// Somebody writes, and the trials look at it as they do in a running host.
fn say(house: &House, contact: &str, text: &str) -> String {
    let answer = house.say(contact, text);
    house.core.look_for_trials(&answer.run);
    replies(&answer).concat()
}

fn trial(house: &House) -> Trial {
    house.core.trials().remove(0)
}

#[test]
fn a_version_in_shadow_sees_everything_and_nobody_hears_it() {
    let mut house = house("[settings.shadow]\ntime = \"1h\"\nbudget = \"50%\"\n", &[]);
    push(&house, "0.1.1", "new");
    let told = activated(&house, "0.1.1").unwrap_err();
    assert!(
        told.contains("begin with: switchboard plugin shadow talk 0.1.1"),
        "{told}"
    );
    house
        .core
        .begin_trial("talk", "0.1.1", TrialKind::Shadow, false)
        .unwrap();
    for number in 0..4 {
        assert_eq!(say(&house, "li", &format!("message {number}")), "old");
    }
    let seen = trial(&house).shadow.remove("talk").unwrap();
    assert_eq!((seen.calls, seen.differing), (4, 4));
    assert_eq!(seen.groups[0].kind, "reply");
    assert!(seen.now_us > 0, "what it cost is counted");
    assert!(house.key("n").is_none());

    let told = activated(&house, "0.1.1").unwrap_err();
    assert!(
        told.contains("it has been in shadow for 0s, and the desk wants 1h"),
        "{told}"
    );
    house.core.save_trials().unwrap();
    house.restart();
    assert_eq!(
        trial(&house).shadow["talk"].calls,
        4,
        "it outlives the host"
    );
    house.wait(SignedDuration::from_hours(1));
    let told = activated(&house, "0.1.1").unwrap_err();
    assert!(told.contains("it differed in 4 of 4 calls"), "{told}");
    assert_eq!(house.replay().differences, []);

    // One that says the same passes, and its trial is over with that.
    push(&house, "0.1.2", "old");
    house
        .core
        .begin_trial("talk", "0.1.2", TrialKind::Shadow, false)
        .unwrap();
    say(&house, "li", "hello");
    house.wait(SignedDuration::from_hours(1));
    activated(&house, "0.1.2").unwrap();
    assert_eq!(house.core.trials(), []);
    assert!(house.core.end_trial("talk").is_err());
}

#[test]
fn a_canary_answers_its_share_of_the_accounts_and_they_keep_it() {
    let mut house = house("", &[]);
    push(&house, "0.1.1", "new");
    let third = TrialKind::Canary { per_mille: 300 };
    house
        .core
        .begin_trial("talk", "0.1.1", third, false)
        .unwrap();
    let contacts: Vec<String> = (0..200).map(|number| format!("contact-{number}")).collect();
    let first: Vec<String> = contacts
        .iter()
        .map(|contact| say(&house, contact, "a"))
        .collect();
    let new = first.iter().filter(|text| *text == "new").count();
    assert!((40..=80).contains(&new), "{new} of 200");
    house.core.save_trials().unwrap();
    house.restart();
    let second: Vec<String> = contacts
        .iter()
        .map(|contact| say(&house, contact, "b"))
        .collect();
    assert_eq!(first, second, "who has it keeps it");

    let figures = trial(&house).versions;
    assert_eq!(figures["0.1.1"].calls, 2 * new as u64);
    assert_eq!(figures["0.1.0"].replies, 400 - 2 * new as u64);
    assert_eq!(figures["0.1.1"].failed, 0);
    let report = house.replay();
    assert_eq!((report.runs, report.differences.len()), (400, 0));

    house.core.end_trial("talk").unwrap();
    assert!(
        contacts
            .iter()
            .all(|contact| say(&house, contact, "c") == "old")
    );
    for wrong in [0, 1_000] {
        let kind = TrialKind::Canary { per_mille: wrong };
        assert!(
            house
                .core
                .begin_trial("talk", "0.1.1", kind, false)
                .is_err()
        );
    }
    assert!(
        house
            .core
            .begin_trial("talk", "0.1.0", third, false)
            .is_err(),
        "it is live already"
    );
    assert!(
        house
            .core
            .begin_trial("talk", "0.9.0", third, false)
            .is_err(),
        "there is none"
    );
}

#[test]
fn a_desk_that_lists_keys_takes_only_what_they_signed() {
    let key = SigningKey::parse(&SigningKey::generate().unwrap()).unwrap();
    let other = SigningKey::parse(&SigningKey::generate().unwrap()).unwrap();
    let own = key.sign(&Sha256::digest(talk("0.1.0", "old")));
    let trusts = format!("[plugins]\ntrusted-keys = [\"{}\"]\n", key.public());
    let house = house(&trusts, &[("plugins/talk.wasm.sig", &own)]);
    let bytes = talk("0.1.1", "new");
    let digest = Sha256::digest(&bytes);
    let push = |signature: Option<&str>| {
        house
            .core
            .push_signed_plugin("talk", "0.1.1", &bytes, signature, false)
    };
    for (signature, told) in [
        (None, "isn't signed"),
        (Some(other.sign(&digest)), "doesn't list"),
        (Some(key.sign(&[0; 32])), "isn't what was signed"),
    ] {
        let error = push(signature.as_deref()).unwrap_err();
        assert!(matches!(error, PluginsError::Untrusted(_)), "{error}");
        assert!(error.to_string().contains(told), "{error}");
    }
    push(Some(&key.sign(&digest))).unwrap();
    activated(&house, "0.1.1").unwrap();
    assert_eq!(replies(&house.say("li", "a")), ["new"]);
}
