//! Who may sign in, how long, and what is left of it.

use std::net::{IpAddr, Ipv4Addr};

use jiff::SignedDuration;

use super::*;
use crate::store::MemoryStore;

const GOOD: &str = "a long enough secret";

fn staff() -> Staff {
    Staff::new(Arc::new(MemoryStore::new()))
}

fn minute(minute: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + minute * 60).unwrap()
}

#[test]
fn there_is_one_first_administrator_and_always_one_left() {
    let staff = staff();
    assert!(!staff.is_set_up().unwrap());
    assert!(staff.add_first("ana", GOOD, minute(0)).unwrap().is_some());
    assert!(staff.add_first("eve", GOOD, minute(0)).unwrap().is_none());
    let demote = |name: &str| {
        staff.change(name, minute(1), |person| {
            person.role = Role::Agent;
            Ok(())
        })
    };
    assert!(matches!(
        demote("ana"),
        Err(StaffError::LastAdministrator(_))
    ));
    staff
        .add("bo", Role::Administrator, GOOD, minute(1))
        .unwrap();
    demote("ana").unwrap();
    assert!(matches!(
        demote("bo"),
        Err(StaffError::LastAdministrator(_))
    ));
    assert!(matches!(
        staff.add("bo", Role::Agent, GOOD, minute(1)),
        Err(StaffError::Known(_))
    ));
}

#[test]
fn a_session_ends_by_itself_by_its_owner_and_with_the_password() {
    let staff = staff();
    let ana = staff.add("ana", Role::Agent, GOOD, minute(0)).unwrap();
    let begin = |at| staff.begin_session(&ana, false, "::1", at).unwrap();
    let is_there = |id: &str, at| staff.session(id, at, true).unwrap().is_some();
    let idle = begin(minute(0));
    assert!(is_there(&idle, minute(119)));
    assert!(
        is_there(&idle, minute(238)),
        "seen two minutes before two hours"
    );
    assert!(!is_there(&idle, minute(238 + 120)));
    let used = begin(minute(0));
    for at in (0..720).step_by(60) {
        assert!(is_there(&used, minute(at)), "{at}");
    }
    assert!(!is_there(&used, minute(720)), "twelve hours are enough");
    let out = begin(minute(0));
    staff.end_session(&out).unwrap();
    assert!(!is_there(&out, minute(1)));
    let (one, other) = (begin(minute(0)), begin(minute(0)));
    staff
        .set_password("ana", "another long secret", false, minute(1))
        .unwrap();
    assert!(!is_there(&one, minute(1)) && !is_there(&other, minute(1)));
    assert!(!is_there("nonsense", minute(1)));
}

#[test]
fn a_page_that_asks_by_itself_keeps_nobody_signed_in() {
    let staff = staff();
    let ana = staff.add("ana", Role::Agent, GOOD, minute(0)).unwrap();
    let id = staff.begin_session(&ana, false, "::1", minute(0)).unwrap();
    for at in 1..120 {
        assert!(staff.session(&id, minute(at), false).unwrap().is_some());
    }
    assert!(staff.session(&id, minute(120), false).unwrap().is_none());
}

#[test]
fn whoever_reads_the_store_finds_neither_password_nor_session() {
    let store = Arc::new(MemoryStore::new());
    let staff = Staff::new(store.clone());
    let ana = staff.add("ana", Role::Agent, GOOD, minute(0)).unwrap();
    let id = staff.begin_session(&ana, false, "::1", minute(0)).unwrap();
    for table in [Table::Staff, Table::Session] {
        for (key, value) in store.scan(table, KeyRange::all(), 10).unwrap() {
            let text = format!(
                "{}{}",
                String::from_utf8_lossy(&key),
                String::from_utf8_lossy(&value)
            );
            assert!(!text.contains(GOOD) && !text.contains(&id));
        }
    }
}

#[test]
fn somebody_shut_out_is_out_at_once_and_cannot_come_back() {
    let staff = staff();
    let ana = staff.add("ana", Role::Agent, GOOD, minute(0)).unwrap();
    let id = staff.begin_session(&ana, false, "::1", minute(0)).unwrap();
    assert!(staff.verify("ana", GOOD).unwrap().is_some());
    staff
        .change("ana", minute(1), |person| {
            person.disabled = true;
            Ok(())
        })
        .unwrap();
    assert!(staff.session(&id, minute(1), true).unwrap().is_none());
    assert!(staff.verify("ana", GOOD).unwrap().is_none());
    assert!(staff.verify("nobody", GOOD).unwrap().is_none());
}

/// N04: ten thousand guesses a second apart from ten thousand addresses.
#[test]
fn ten_thousand_guesses_get_few_tries_and_the_owner_still_comes_in() {
    let backoff = Backoff::default();
    let guesser = |nth: u32| {
        [
            Trier::Account("ana".to_owned()),
            Trier::Address(IpAddr::V4(Ipv4Addr::from_bits(0x0a00_0000 + nth))),
        ]
    };
    let mut looked_at = 0;
    let mut now = minute(0);
    for nth in 0..10_000 {
        now = now.checked_add(SignedDuration::from_secs(1)).unwrap();
        if backoff.try_as(&guesser(nth), now).is_ok() {
            looked_at += 1;
        }
        // The owner's own telephone and office.
        if nth % 1_000 == 0 {
            let owner = [
                Trier::Device("hers".to_owned()),
                Trier::Address(IpAddr::V4(Ipv4Addr::LOCALHOST)),
            ];
            assert!(backoff.try_as(&owner, now).is_ok());
            backoff.succeeded(&owner);
        }
    }
    assert!(looked_at < 30, "{looked_at} of 10,000 were looked at");
    // From one address, at many names.
    let backoff = Backoff::default();
    let tried = (0..10_000).filter(|nth| {
        let triers = [
            Trier::Account(format!("somebody-{nth}")),
            Trier::Address(IpAddr::V4(Ipv4Addr::LOCALHOST)),
        ];
        backoff.try_as(&triers, minute(0)).is_ok()
    });
    assert_eq!(tried.count(), 31);
}

#[test]
fn a_pause_ends_and_memory_is_bounded() {
    let backoff = Backoff::default();
    let ana = [Trier::Account("ana".to_owned())];
    for _ in 0..6 {
        backoff.try_as(&ana, minute(0)).unwrap();
    }
    assert_eq!(
        backoff.try_as(&ana, minute(0)),
        Err(SignedDuration::from_secs(2))
    );
    assert!(backoff.try_as(&ana, minute(1)).is_ok());
    for nth in 0..30_000 {
        let _ = backoff.try_as(&[Trier::Account(format!("{nth}"))], minute(2));
    }
    assert!(backoff.0.lock().unwrap().len() <= 20_001);
}

#[test]
fn the_log_is_read_from_its_end_page_by_page_and_filtered() {
    let staff = staff();
    for nth in 0..7 {
        let row = AuditRow {
            at: minute(nth / 2),
            who: if nth % 2 == 0 { "ana" } else { "bo" }.to_owned(),
            what: "conversations take".to_owned(),
            on: format!("c-{nth}"),
            from: "::1".to_owned(),
            status: 200,
            detail: String::new(),
        };
        staff.note(&row).unwrap();
    }
    let all = AuditFilter::default();
    let first = staff.audit(&all, None, 3).unwrap();
    let on = |page: &AuditPage| {
        let on: Vec<_> = page.rows.iter().map(|row| row.on.clone()).collect();
        on.join(" ")
    };
    assert_eq!(on(&first), "c-6 c-5 c-4");
    let mark = AuditMark::parse(&first.next.unwrap().to_text()).unwrap();
    assert_eq!(
        on(&staff.audit(&all, Some(&mark), 10).unwrap()),
        "c-3 c-2 c-1 c-0"
    );
    let of_bo = AuditFilter {
        who: Some("bo".to_owned()),
        from: Some(minute(1)),
        to: Some(minute(3)),
        ..AuditFilter::default()
    };
    assert_eq!(on(&staff.audit(&of_bo, None, 10).unwrap()), "c-5 c-3");
    assert_eq!(AuditMark::parse("zz"), None);
}
