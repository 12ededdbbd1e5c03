//! Accounts that turn out to be one customer, and don't after all.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::SignedDuration;
use switchboard::engine::{Core, Engine, EngineError, Request, ServiceConfig, TimelineMark};
use switchboard::model::{AccountId, Run};
use switchboard::store::{CrashPoint, KeyRange, Store, StoreError, Table};
use switchboard_tests::house::{House, chain, inbound, message};
use switchboard_tests::script::{Script, Space};

use crate::service::wait_for;

/// Counts in the account's memory and echoes.
fn house() -> House {
    let echo = Script::new("echo").count(Space::Conversation, "n").echo();
    House::new(chain(
        &[("echo", echo.component())],
        &["message.received"],
        "",
    ))
}

fn account(house: &House, contact: &str) -> AccountId {
    house.conversation(contact).account
}

/// Every row of every table but the links.
fn rows(store: &dyn Store) -> BTreeMap<(Table, Vec<u8>), Vec<u8>> {
    let tables = Table::ALL.iter().filter(|table| **table != Table::Merge);
    tables
        .flat_map(|table| {
            let rows = store.scan(*table, KeyRange::all(), usize::MAX).unwrap();
            rows.into_iter().map(|(key, value)| ((*table, key), value))
        })
        .collect()
}

/// The whole timeline in pages of `limit`, as bytes.
fn timeline(core: &Core, id: &AccountId, limit: usize) -> Vec<u8> {
    let (mut bytes, mut after): (Vec<u8>, Option<TimelineMark>) = (Vec::new(), None);
    loop {
        let page = core.timeline_page(id, after.as_ref(), limit).unwrap();
        for (_, run) in &page {
            let run: Run = core.run(run).unwrap();
            bytes.extend(serde_json::to_vec(&run.entries).unwrap());
        }
        match page.into_iter().nth(limit - 1) {
            Some((mark, _)) => after = TimelineMark::parse(&mark.to_text()),
            None => return bytes,
        }
    }
}

#[test]
fn a_merge_shows_the_customer_whole_and_taking_it_back_leaves_both_as_they_were() {
    let house = house();
    for contact in ["ana", "ben", "ana", "ben", "ana"] {
        house.core.process(&message(contact, "a")).unwrap();
        house.wait(SignedDuration::from_secs(5));
    }
    let (ana, ben) = (account(&house, "ana"), account(&house, "ben"));
    let (of_ana, of_ben) = (
        timeline(&house.core, &ana, 2),
        timeline(&house.core, &ben, 2),
    );
    let before = rows(house.store.as_ref());

    house.core.merge(&ben, &ana, "li").unwrap();
    let whole = timeline(&house.core, &ana, 2);
    assert_eq!(whole, timeline(&house.core, &ben, 2), "one customer");
    assert_eq!(
        whole,
        timeline(&house.core, &ana, 100),
        "pages change nothing"
    );
    assert_eq!(whole.len(), of_ana.len() + of_ben.len());
    assert_eq!(house.core.family(&ben).unwrap(), [ana.clone(), ben.clone()]);

    house.core.split(&ben).unwrap();
    assert_eq!(timeline(&house.core, &ana, 2), of_ana);
    assert_eq!(timeline(&house.core, &ben, 2), of_ben);
    assert_eq!(rows(house.store.as_ref()), before, "byte for byte");
    assert!(house.core.family(&ana).unwrap().len() == 1);
}

#[test]
fn what_happens_while_they_are_one_stays_with_the_account_that_it_happened_to() {
    let (merged, apart) = (house(), house());
    for house in [&merged, &apart] {
        house.core.process(&message("ana", "a")).unwrap();
        house.core.process(&message("ben", "b")).unwrap();
    }
    let (ana, ben) = (account(&merged, "ana"), account(&merged, "ben"));
    merged.core.merge(&ben, &ana, "li").unwrap();
    for house in [&merged, &apart] {
        for contact in ["ben", "ana", "ben"] {
            house.core.process(&message(contact, "c")).unwrap();
        }
    }
    // Steps of either saw both conversations.
    let id = merged.conversation("ben").id;
    let run = merged.core.runs_after(&id, 1, 1).unwrap().remove(0);
    assert_eq!(run.account.id, ben);
    assert_eq!(run.account.conversations.len(), 2);
    assert_eq!(merged.replay().differences, []);

    merged.core.split(&ben).unwrap();
    for id in [&ana, &ben] {
        let timelines = [&merged, &apart].map(|house| timeline(&house.core, id, 3));
        assert_eq!(timelines[0], timelines[1], "as if it had never been");
        let accounts = [&merged, &apart].map(|house| house.core.account(id).unwrap());
        assert_eq!(accounts[0], accounts[1]);
    }
}

#[test]
fn links_make_a_tree_and_nothing_else() {
    let house = house();
    let ids = ["a", "b", "c", "d"].map(|contact| {
        house.core.process(&message(contact, "x")).unwrap();
        account(&house, contact)
    });
    let [a, b, c, d] = &ids;
    let core = &house.core;
    let refused = |result: Result<_, EngineError>| {
        assert!(
            matches!(result, Err(EngineError::Conflict(_))),
            "{result:?}"
        );
    };
    refused(core.merge(a, a, "li"));
    core.merge(b, a, "li").unwrap();
    refused(core.merge(b, c, "li"));
    refused(core.merge(a, b, "li"));
    core.merge(d, c, "li").unwrap();
    core.merge(c, b, "li").unwrap();
    refused(core.merge(a, d, "li"));
    for id in &ids {
        assert_eq!(core.root_of(id).unwrap(), *a);
    }
    core.split(b).unwrap();
    assert_eq!(core.family(d).unwrap(), [b.clone(), c.clone(), d.clone()]);
    refused(core.split(b));
    let nobody = AccountId::from_random(99);
    assert!(matches!(
        core.merge(&nobody, a, "li"),
        Err(EngineError::NotFound { .. })
    ));
}

#[test]
fn a_crash_in_a_merge_or_in_taking_it_back_leaves_all_or_nothing() {
    for point in [CrashPoint::BeforeDurable, CrashPoint::AfterDurable] {
        let house = house();
        house.core.process(&message("ana", "a")).unwrap();
        house.core.process(&message("ben", "b")).unwrap();
        let (ana, ben) = (account(&house, "ana"), account(&house, "ben"));
        let done = matches!(point, CrashPoint::AfterDurable);

        let begun = begin_again(&house, point, |core| {
            core.merge(&ben, &ana, "li").map(|_| ())
        });
        assert_eq!(begun.family(&ana).unwrap().len(), 1 + usize::from(done));
        assert_eq!(begun.merge_of(&ben).unwrap().is_some(), done);
        if !done {
            begun.merge(&ben, &ana, "li").unwrap();
        }
        let begun = begin_again(&house, point, |core| core.split(&ben).map(|_| ()));
        assert_eq!(begun.family(&ana).unwrap().len(), 2 - usize::from(done));
        assert_eq!(begun.merge_of(&ben).unwrap().is_none(), done);
    }
}

/// Does something on a fresh process that dies in its commit; gives the process after that.
fn begin_again(
    house: &House,
    point: CrashPoint,
    work: impl FnOnce(&Core) -> Result<(), EngineError>,
) -> Arc<Core> {
    let fresh = House::over(Arc::clone(&house.desk), Arc::clone(&house.store));
    house.store.arm_crash(point);
    let crashed = work(&fresh.core);
    assert!(
        matches!(&crashed, Err(EngineError::Store(problem)) if matches!(**problem, StoreError::Crashed)),
        "{crashed:?}"
    );
    house.store.restart();
    House::over(Arc::clone(&house.desk), Arc::clone(&house.store)).core
}

#[test]
fn merging_back_and_forth_under_load_loses_and_reorders_nothing() {
    const EACH: u32 = 60;
    let house = house();
    house.core.process(&message("ana", "0")).unwrap();
    house.core.process(&message("ben", "0")).unwrap();
    let (ana, ben) = (account(&house, "ana"), account(&house, "ben"));
    let config = ServiceConfig {
        workers: 4,
        ..ServiceConfig::default()
    };
    let engine = Arc::new(Engine::start(Arc::clone(&house.core), config).unwrap());
    let core = Arc::clone(&house.core);
    let merging = std::thread::spawn(move || {
        for _ in 0..40 {
            core.merge(&ben, &ana, "li").unwrap();
            std::thread::yield_now();
            core.split(&ben).unwrap();
        }
    });
    wait_for(async {
        let mut sending = tokio::task::JoinSet::new();
        for contact in ["ana", "ben"] {
            let engine = Arc::clone(&engine);
            sending.spawn(async move {
                for number in 1..=EACH {
                    let sent = engine.submit(message(contact, &number.to_string())).await;
                    sent.unwrap();
                }
            });
        }
        sending.join_all().await;
    });
    merging.join().unwrap();
    engine.stop();
    for contact in ["ana", "ben"] {
        let conversation = house.conversation(contact);
        let mut texts = house.messages(&conversation.id);
        texts.retain(|message| message.author == switchboard::model::Author::Customer);
        let texts: Vec<_> = texts.into_iter().map(|message| message.text).collect();
        let wanted: Vec<_> = (0..=EACH).map(|number| number.to_string()).collect();
        assert_eq!(texts, wanted, "{contact}");
        let account = house.core.account(&conversation.account).unwrap();
        assert_eq!(account.conversations, [conversation.id]);
    }
    assert_eq!(house.replay().differences, []);
}

#[test]
fn a_telephone_number_is_one_contact_however_it_is_written() {
    let house = house();
    let mut accounts = Vec::new();
    for number in ["138 0013 8000", "+86-13800138000", "１３８００１３８０００"] {
        let mut inbound = inbound(number, "a", None);
        inbound.channel = "sms".to_owned();
        let answer = house.core.process(&Request::Message(inbound)).unwrap();
        accounts.push(answer.run.before.account.clone());
    }
    accounts.dedup();
    assert_eq!(accounts.len(), 1);
    let account = house.core.account(&accounts[0]).unwrap();
    assert_eq!(account.identities, ["sms/+8613800138000"]);
    assert_eq!(account.conversations.len(), 1);
    let held = house.core.holdings(&account.id).unwrap();
    let identities = held.iter().filter(|row| row.table == Table::Identity);
    assert_eq!(identities.count(), 1);
}
