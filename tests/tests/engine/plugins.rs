//! Versions that change while messages run.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use switchboard::engine::{
    Engine, Origin, PluginsError, ReplaySelection, SeededEntropy, ServiceConfig, VirtualClock,
};
use switchboard::store::SledStore;
use switchboard_tests::house::{House, chain, core, keyed, message, noon, replies};
use switchboard_tests::script::Script;
use tokio::task::JoinSet;

use crate::service::wait_for;

fn version(name: &str, version: &str) -> Vec<u8> {
    Script::new(name)
        .version(version)
        .reply(&format!("{name} {version}"))
        .component()
}

/// Two steps of one plugin, and one of another.
fn house() -> House {
    let workflow = "[[on]]\nevent = \"message.received\"\nsteps = [\"one\", \"two\", \"other\"]\n\
        [[step]]\nname = \"one\"\nplugin = \"talk@0.1\"\n[[step]]\nname = \"two\"\nplugin = \"talk@0.1\"\n\
        [[step]]\nname = \"other\"\nplugin = \"other@0.1\"\n";
    let plugins = [
        ("talk", version("talk", "0.1.0")),
        ("other", version("other", "0.1.0")),
    ];
    House::new(switchboard_tests::house::desk(&plugins, workflow))
}

const OLD: [&str; 3] = ["talk 0.1.0", "talk 0.1.0", "other 0.1.0"];
const NEW: [&str; 3] = ["talk 0.1.1", "talk 0.1.1", "other 0.1.0"];

#[test]
fn each_run_uses_one_version_throughout_and_none_is_dropped() {
    let house = house();
    house
        .core
        .push_plugin("talk", "0.1.1", &version("talk", "0.1.1"))
        .unwrap();
    let engine = Arc::new(
        Engine::start(
            Arc::clone(&house.core),
            ServiceConfig {
                workers: 4,
                ..ServiceConfig::default()
            },
        )
        .unwrap(),
    );
    let done = Arc::new(AtomicBool::new(false));
    let changing = {
        let (core, done) = (Arc::clone(&house.core), Arc::clone(&done));
        std::thread::spawn(move || {
            let mut rounds = 0;
            while !done.load(Ordering::Acquire) {
                assert_eq!(
                    core.activate_plugin("talk", "0.1.1", false)
                        .unwrap()
                        .version,
                    "0.1.1"
                );
                std::thread::sleep(std::time::Duration::from_millis(10));
                let back = core.roll_back_plugin("talk").unwrap();
                assert_eq!(
                    (back.version.as_str(), back.previous.as_deref()),
                    ("0.1.0", Some("0.1.1"))
                );
                std::thread::sleep(std::time::Duration::from_millis(10));
                rounds += 1;
            }
            rounds
        })
    };
    let answers = wait_for(async {
        let mut tasks = JoinSet::new();
        for number in 0..1_000 {
            let (engine, contact) = (Arc::clone(&engine), format!("contact-{}", number % 50));
            tasks.spawn(async move { engine.submit(message(&contact, "hello")).await.unwrap() });
        }
        tasks.join_all().await
    });
    done.store(true, Ordering::Release);
    assert!(changing.join().unwrap() > 0);
    engine.stop();
    assert_eq!(answers.len(), 1_000);
    for answer in &answers {
        assert!(
            replies(answer) == OLD || replies(answer) == NEW,
            "{:?}",
            replies(answer)
        );
        let talk = answer
            .run
            .invocations
            .iter()
            .filter(|invocation| invocation.plugin == "talk");
        assert_eq!(
            talk.map(|invocation| &invocation.sha256)
                .collect::<HashSet<_>>()
                .len(),
            1
        );
    }
    assert!(
        (0..50).all(|contact| house.conversation(&format!("contact-{contact}")).run_count == 20)
    );
    assert_eq!(house.replay().differences, []);
}

#[test]
fn what_was_pushed_is_live_only_once_somebody_says_so() {
    let mut house = house();
    house
        .core
        .push_plugin("talk", "0.1.1", &version("talk", "0.1.1"))
        .unwrap();
    house
        .core
        .push_plugin("other", "0.1.9", &version("other", "0.1.9"))
        .unwrap();
    assert_eq!(replies(&house.say("li", "hello")), OLD);
    house.restart();
    assert_eq!(
        replies(&house.say("li", "hello")),
        OLD,
        "a restart makes nothing live"
    );
    house.core.activate_plugin("talk", "0.1.1", false).unwrap();
    assert_eq!(
        replies(&house.say("li", "hello")),
        NEW,
        "and one plugin's version no other's"
    );
    house.restart();
    assert_eq!(
        replies(&house.say("li", "hello")),
        NEW,
        "what was made live stays so"
    );
    let versions = house.core.plugins().unwrap();
    let talk: Vec<_> = versions
        .iter()
        .filter(|version| version.name == "talk")
        .collect();
    assert_eq!(
        talk.iter()
            .map(|version| (version.version.as_str(), version.origin))
            .collect::<Vec<_>>(),
        [("0.1.0", Origin::Desk), ("0.1.1", Origin::Pushed)]
    );
    assert_eq!(talk[1].steps, ["one", "two"]);
    assert_eq!(
        house.core.roll_back_plugin("talk").unwrap().version,
        "0.1.0"
    );
    house.restart();
    assert_eq!(replies(&house.say("li", "hello")), OLD);
    assert!(matches!(
        house.core.roll_back_plugin("talk"),
        Err(PluginsError::Mismatch(_))
    ));
    assert_eq!(
        house.replay().differences,
        [],
        "runs of either version replay"
    );
}

#[test]
fn activating_what_no_step_accepts_changes_nothing() {
    let house = house();
    house
        .core
        .push_plugin("talk", "0.2.0", &version("talk", "0.2.0"))
        .unwrap();
    let script = Script::new("idle").version("1.0.0").component();
    house.core.push_plugin("idle", "1.0.0", &script).unwrap();
    for (name, version, why) in [
        (
            "talk",
            "0.2.0",
            "talk 0.2.0 is in the host, but step \"one\" wants talk@^0.1, step \"two\" wants talk@^0.1; change that in desk.toml, or push a version that it takes",
        ),
        (
            "idle",
            "1.0.0",
            "idle 1.0.0 is in the host, but no step uses idle; add one to desk.toml",
        ),
        ("talk", "0.1.7", "there is no plugin talk 0.1.7"),
        ("nobody", "1.0.0", "there is no plugin nobody 1.0.0"),
    ] {
        let refused = house.core.activate_plugin(name, version, false);
        assert_eq!(refused.unwrap_err().to_string(), why);
    }
    assert_eq!(replies(&house.say("li", "hello")), OLD);
    let other = version("talk", "0.1.1");
    assert!(matches!(
        house.core.push_plugin("talk", "0.1.2", &other),
        Err(PluginsError::Mismatch(_))
    ));
    house.core.push_plugin("talk", "0.1.1", &other).unwrap();
    house.core.push_plugin("talk", "0.1.1", &other).unwrap();
    let changed = Script::new("talk")
        .version("0.1.1")
        .reply("another")
        .component();
    assert!(matches!(
        house.core.push_plugin("talk", "0.1.1", &changed),
        Err(PluginsError::Mismatch(_))
    ));
    assert_eq!(replies(&house.say("li", "hello")), OLD);
}

#[test]
fn what_was_pushed_may_be_replaced_for_trying_things_out_and_old_runs_still_replay() {
    let house = house();
    house
        .core
        .push_plugin("talk", "0.1.1", &version("talk", "0.1.1"))
        .unwrap();
    house.core.activate_plugin("talk", "0.1.1", false).unwrap();
    let before = house.say("li", "hello");
    let changed = Script::new("talk")
        .version("0.1.1")
        .reply("another")
        .component();
    house
        .core
        .replace_plugin("talk", "0.1.1", &changed)
        .unwrap();
    assert_eq!(
        replies(&house.say("li", "again")),
        replies(&before),
        "it isn't live yet"
    );
    house.core.activate_plugin("talk", "0.1.1", false).unwrap();
    assert_eq!(
        replies(&house.say("li", "once more")),
        ["another", "another", "other 0.1.0"]
    );
    let report = house.replay();
    assert_eq!(report.runs, 3);
    assert!(report.differences.is_empty(), "{report:?}");
    // The desk's own version stays what it is.
    let own = Script::new("talk")
        .version("0.1.0")
        .reply("another")
        .component();
    assert!(matches!(
        house.core.replace_plugin("talk", "0.1.0", &own),
        Err(PluginsError::Mismatch(_))
    ));
}

#[test]
fn a_desk_that_rehearses_versions_has_none_replaced() {
    let desk = chain(
        &[("talk", version("talk", "0.1.0"))],
        &["message.received"],
        "[settings.rehearsal]\nover = \"1d\"\nbudget = \"40%\"\n",
    );
    let house = House::new(desk);
    let pushed = version("talk", "0.1.1");
    house.core.push_plugin("talk", "0.1.1", &pushed).unwrap();
    let changed = Script::new("talk")
        .version("0.1.1")
        .reply("another")
        .component();
    assert!(matches!(
        house.core.replace_plugin("talk", "0.1.1", &changed),
        Err(PluginsError::Mismatch(_))
    ));
}

#[test]
fn a_version_made_live_twice_is_rolled_back_once() {
    let house = house();
    house
        .core
        .push_plugin("talk", "0.1.1", &version("talk", "0.1.1"))
        .unwrap();
    house.core.activate_plugin("talk", "0.1.1", false).unwrap();
    house.core.activate_plugin("talk", "0.1.1", false).unwrap();
    assert_eq!(
        house.core.roll_back_plugin("talk").unwrap().version,
        "0.1.0"
    );
    assert_eq!(replies(&house.say("li", "hello")), OLD);
}

#[test]
fn a_chain_of_a_single_step_is_swapped_too() {
    let house = House::new(chain(
        &[("talk", version("talk", "0.1.0"))],
        &["message.received"],
        "",
    ));
    house
        .core
        .push_plugin("talk", "0.9.0", &version("talk", "0.9.0"))
        .unwrap();
    house.core.activate_plugin("talk", "0.9.0", false).unwrap();
    assert_eq!(replies(&house.say("li", "hello")), ["talk 0.9.0"]);
}

#[test]
fn pushed_versions_and_customers_are_there_after_a_start_from_disk() {
    let folder = tempfile::tempdir().unwrap();
    let desk = house().desk;
    let clock = Arc::new(VirtualClock::new(noon()));
    let entropy = Arc::new(SeededEntropy::new(7));
    let start = || {
        let store = Arc::new(SledStore::open(folder.path()).unwrap());
        core(&desk, store, &clock, &entropy)
    };
    let first = start();
    first
        .push_plugin("talk", "0.1.1", &version("talk", "0.1.1"))
        .unwrap();
    first.activate_plugin("talk", "0.1.1", false).unwrap();
    let before = first.process(&keyed("li", "hello", "k")).unwrap();
    assert_eq!(replies(&before), NEW);
    drop(first);
    let second = start();
    let again = second.process(&keyed("li", "hello", "k")).unwrap();
    assert!(again.repeated && again.run == before.run);
    let after = second.process(&message("li", "hello")).unwrap();
    assert_eq!(
        (replies(&after), after.run.before.run_count),
        (NEW.to_vec(), 2)
    );
    assert_eq!(after.run.before.id, before.run.before.id);
    let replay = second.replay(&ReplaySelection::default(), |_| {}).unwrap();
    assert_eq!((replay.runs, replay.differences), (2, Vec::new()));
}
