//! What steps announce comes back, but not forever; timers fire once.

use jiff::SignedDuration;
use switchboard::model::Occurrence;
use switchboard_tests::house::{House, chain};
use switchboard_tests::script::Script;

#[test]
fn announcements_come_back_at_most_eight_deep() {
    let circle = Script::new("circle").announce("again").note("round");
    let events = ["message.received", "announced"];
    let house = House::new(chain(
        &[("circle | on-failure = \"skip\"", circle.component())],
        &events,
        "",
    ));
    house.say("li", "go");
    let rounds = house.wait(SignedDuration::from_hours(1));
    let depths: Vec<u8> = rounds.iter().map(|answer| answer.run.event.depth).collect();
    assert_eq!(depths, [1, 2, 3, 4, 5, 6, 7, 8]);
    assert!(rounds.iter().all(|answer| {
        matches!(&answer.run.event.what, Occurrence::Announced { name, value } if name == "again" && value == "{}")
    }));
    assert_eq!(house.next_due(), None);
    assert_eq!(house.replay().differences, []);
}

#[test]
fn a_circle_that_fails_and_is_tried_again_ends_too() {
    // A transient failure hands the event over to a timer: its depth must go with it.
    let circle = Script::new("circle").announce("again");
    let shaky = Script::new("shaky").transient("not now");
    let steps = [
        ("shaky | on-failure = \"retry\"", shaky.component()),
        ("circle | on-failure = \"skip\"", circle.component()),
    ];
    let retry = "[settings.retry]\nattempts = 1\nfirst-pause = \"1s\"\n";
    let house = House::new(chain(&steps, &["message.received", "announced"], retry));
    house.say("li", "go");
    let rounds = house.wait(SignedDuration::from_hours(1));
    assert_eq!(
        rounds.iter().map(|answer| answer.run.event.depth).max(),
        Some(8)
    );
    assert_eq!(rounds.len(), 17);
    assert_eq!(house.next_due(), None);
    assert_eq!(house.replay().differences, []);
}

#[test]
fn a_timer_fires_once_at_its_time_and_one_of_the_same_name_takes_its_place() {
    let clocks = Script::new("clocks")
        .when('s', |step| step.timer("tea", 60))
        .when('l', |step| step.timer("tea", 600));
    let house = House::new(chain(
        &[("clocks", clocks.component())],
        &["message.received"],
        "",
    ));
    house.say("li", "soon");
    house.wait(SignedDuration::from_secs(30));
    house.say("li", "later");
    let fired = house.wait(SignedDuration::from_hours(2));
    assert_eq!(fired.len(), 1);
    assert_eq!(
        (fired[0].run.event.at - switchboard_tests::house::noon()).get_seconds(),
        630
    );
    assert!(house.conversation("li").timers.is_empty());
    assert_eq!(house.next_due(), None);
    assert_eq!(house.replay().differences, []);
}

#[test]
fn whatever_a_timer_is_called_it_takes_no_announcements_place() {
    let clocks = Script::new("clocks").timer("host/1/0", 0).announce("news");
    let house = House::new(chain(
        &[("clocks", clocks.component())],
        &["message.received"],
        "",
    ));
    house.say("li", "hello");
    let came: Vec<_> = house
        .wait(SignedDuration::from_secs(1))
        .iter()
        .map(|answer| answer.run.event.kind().as_str())
        .collect();
    assert_eq!(came.len(), 2, "{came:?}");
    assert!(
        came.contains(&"timer.fired") && came.contains(&"announced"),
        "{came:?}"
    );
    assert!(house.conversation("li").timers.is_empty());
}
