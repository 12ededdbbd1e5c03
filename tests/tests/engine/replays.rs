//! A busy day, in which everything happens that can, and the same once more from its record.

use jiff::SignedDuration;
use switchboard::engine::{ReplaySelection, Request};
use switchboard::model::TicketStatus;
use switchboard_tests::house::{House, chain, keyed};
use switchboard_tests::script::{Script, Space};

const EVENTS: [&str; 6] = [
    "message.received",
    "announced",
    "timer.fired",
    "ticket.updated",
    "agent.replied",
    "conversation.resolved",
];

/// What the steps do goes by the first letter of what the customer writes.
pub(crate) fn day(clerk: Script) -> std::sync::Arc<switchboard::workflow::Desk> {
    let received = "when = 'event.kind == \"message.received\"'";
    let shaky = Script::new("shaky")
        .when('h', |step| step.set(Space::Desk, "healed"))
        .when('x', |step| {
            step.unless_set(Space::Desk, "healed", |step| {
                step.transient("the other side is down")
            })
        })
        .when('p', |step| step.permanent("never"))
        .when('q', |step| step.log("about to break").wat("(unreachable)"));
    let memory = Script::new("memory")
        .log("here")
        .count(Space::Conversation, "n")
        .count(Space::Desk, "all")
        .note("seen");
    let every = Script::new("every").note("something happened");
    let steps = [
        (format!("clerk | {received}"), clerk.component()),
        (
            format!("shaky | {received} ; on-failure = \"retry\""),
            shaky.component(),
        ),
        (format!("memory | {received}"), memory.component()),
        ("every".to_owned(), every.component()),
    ];
    let steps: Vec<_> = steps
        .iter()
        .map(|(step, component)| (step.as_str(), component.clone()))
        .collect();
    chain(
        &steps,
        &EVENTS,
        "[settings.retry]\nattempts = 2\nfirst-pause = \"10s\"\n",
    )
}

/// Answers, opens and adds to tickets, sets timers, announces.
pub(crate) fn clerk() -> Script {
    Script::new("clerk")
        .echo()
        .when('t', |step| {
            step.ticket("case", "service").timer("look", 120)
        })
        .when('a', |step| step.announce("news"))
        .when('n', |step| step.notify("boss"))
        .when('e', |step| step.language("en"))
}

/// Sixty messages and what agents and departments do about them; `send` carries each out, however often it takes.
pub(crate) fn live_through(house: &mut House, mut send: impl FnMut(&mut House, &Request)) {
    let texts = [
        "hello",
        "ticket",
        "announce",
        "x-fails",
        "query",
        "permanent",
        "notify",
        "english",
        "ticket more",
        "thanks",
    ];
    for round in 0..6 {
        for (number, text) in texts.iter().enumerate() {
            let contact = format!("contact-{}", number % 5);
            // Only the last round heals what fails.
            let text = if round < 5 && *text == "hello" {
                "good day"
            } else {
                text
            };
            send(
                house,
                &keyed(
                    &contact,
                    &format!("{text} {round}"),
                    &format!("{round}-{number}"),
                ),
            );
            let end = house.clock_now() + SignedDuration::from_secs(7);
            while let Some((due, key)) = house.next_due().filter(|(due, _)| *due <= end) {
                house.clock.advance_to(due);
                send(house, &Request::Due(key));
            }
            house.clock.advance_to(end);
        }
        for contact in ["contact-1", "contact-3"] {
            let conversation = house.conversation(contact);
            send(
                house,
                &Request::Take {
                    conversation: conversation.id.clone(),
                    agent: "boss".to_owned(),
                },
            );
            let ticket = conversation
                .tickets
                .iter()
                .find(|ticket| ticket.status != TicketStatus::Closed)
                .cloned();
            if let Some(ticket) = ticket {
                let (status, feedback) = match round % 3 {
                    0 => (TicketStatus::Acknowledged, None),
                    1 => (TicketStatus::InProgress, None),
                    _ => (TicketStatus::Closed, Some("It is mended.".to_owned())),
                };
                send(
                    house,
                    &Request::Ticket {
                        ticket: ticket.id,
                        by: "service".to_owned(),
                        status,
                        feedback,
                    },
                );
            }
            let conversation = conversation.id;
            if round == 2 {
                send(
                    house,
                    &Request::Resolve {
                        conversation,
                        by: "boss".to_owned(),
                        summary: None,
                    },
                );
            } else {
                let text = format!("We are on it: {round}.");
                send(
                    house,
                    &Request::Reply {
                        conversation,
                        agent: "boss".to_owned(),
                        text,
                    },
                );
            }
        }
    }
    while let Some((due, key)) = house.next_due() {
        house.clock.advance_to(due);
        send(house, &Request::Due(key));
    }
}

pub(crate) fn lived() -> House {
    let mut house = House::new(day(clerk()));
    live_through(&mut house, |house, request| {
        house.core.process(request).unwrap();
    });
    house
}

#[test]
fn every_run_of_a_day_replays_without_a_difference() {
    let house = lived();
    let report = house.replay();
    assert!(report.runs > 100, "{}", report.runs);
    assert!(report.calls > report.runs);
    let differences: Vec<_> = report.differences.iter().take(3).collect();
    assert!(
        differences.is_empty(),
        "{} differences: {differences:#?}",
        report.differences.len()
    );
    for contact in 0..5 {
        let conversation = Some(house.conversation(&format!("contact-{contact}")).id);
        let selection = ReplaySelection {
            conversation,
            ..ReplaySelection::default()
        };
        assert_eq!(
            house.core.replay(&selection, |_| {}).unwrap().differences,
            []
        );
    }
}

#[test]
fn replaying_changes_nothing() {
    let house = lived();
    let before = house.store.rows();
    house.replay();
    assert_eq!(house.store.rows(), before);
}

#[test]
fn a_day_replays_after_a_restart_with_another_desk() {
    let house = lived();
    let other = day(Script::new("clerk")
        .version("0.2.0")
        .reply("something else"));
    let later = House::over(other, house.store);
    assert_eq!(
        later.replay().differences,
        [],
        "components and settings of then are kept"
    );
}
