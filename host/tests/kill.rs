//! The whole program is killed at any moment, again and again, while customers write: nothing that was acknowledged is
//! lost, nothing happens twice. `SWITCHBOARD_KILL_CYCLES` says how often (200), `SWITCHBOARD_KILL_SEED` when.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "only tests use this: a panic here is their failure report"
)]

mod support;

use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use support::Dice;
use support::crowd::{Crowd, Size};
use support::customer::{Contact, send};
use support::oracle::{self, Checked};
use support::process::{HostProcess, program, replay};

/// Who writes: as fast as they can.
const CROWD: Size = Size {
    customers: 6,
    contacts: 3,
    pause: Duration::ZERO,
    noise: 0,
};
/// After so many kills the data directory is looked at.
const CHECK_EVERY: u64 = 50;

fn number_from(variable: &str, default: u64) -> u64 {
    std::env::var(variable)
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(default)
}

/// Runs the host until it is killed: mostly at work, sometimes while it starts.
fn run_and_kill(data: &Path, dice: &mut Dice, crowd: &Crowd) -> Option<Duration> {
    let host = HostProcess::start(data);
    let early = dice.percent(15);
    let ready = if early {
        host.ready_within(dice.within_ms(150))
    } else {
        Some(host.ready())
    };
    if let Some((address, _)) = ready {
        crowd.whereabouts.set(Some(address));
        std::thread::sleep(if dice.percent(50) {
            dice.within_ms(60)
        } else {
            dice.within_ms(400)
        });
    }
    host.kill();
    crowd.whereabouts.set(None);
    ready.map(|(_, took)| took)
}

/// What a fault is called, and what it does to a contact's record.
type Fault = (&'static str, fn(&mut Contact));

/// A check that never fails proves nothing: told something that isn't so, the oracle must say no.
fn notices_every_fault(data: &Path, contacts: &[Contact]) {
    let busy = contacts
        .iter()
        .position(|contact| contact.acknowledged.len() > 2)
        .unwrap();
    let faults: [Fault; 5] = [
        ("a message is missing", |contact| {
            let more = contact.acknowledged[0].clone();
            contact.pending = None;
            contact.acknowledged.push(more);
        }),
        ("a message is there that nobody sent", |contact| {
            contact.pending = None;
            contact.acknowledged.pop();
        }),
        ("two are in the wrong order", |contact| {
            contact.acknowledged.swap(0, 1)
        }),
        ("a byte is wrong", |contact| {
            contact.acknowledged[1].text.push(' ')
        }),
        ("another answer was given", |contact| {
            let answer = contact.acknowledged[0].answer.clone();
            contact.acknowledged[1].answer = answer;
        }),
    ];
    for (fault, spoil) in faults {
        let mut spoiled = contacts.to_vec();
        spoil(&mut spoiled[busy]);
        let noticed = std::panic::catch_unwind(|| oracle::check(data, &spoiled)).is_err();
        assert!(noticed, "not noticed: {fault}");
    }
}

fn tell(what: &str, checked: &Checked) {
    eprintln!("{what}: {checked:?}");
}

#[test]
fn killed_two_hundred_times_under_load_it_loses_nothing_and_does_nothing_twice() {
    let cycles = number_from("SWITCHBOARD_KILL_CYCLES", 200);
    let seed = number_from("SWITCHBOARD_KILL_SEED", 20_260_310);
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let first = HostProcess::start(&data);
    let (_, compiling) = first.ready();
    first.kill();

    let mut dice = Dice::new(seed);
    let mut crowd = Crowd::start(CROWD, seed);
    let mut starts = Vec::new();
    let began = Instant::now();
    for cycle in 1..=cycles {
        starts.extend(run_and_kill(&data, &mut dice, &crowd));
        crowd.assert_well();
        if cycle % CHECK_EVERY == 0 {
            tell(
                &format!("after {cycle} kills"),
                &oracle::check(&data, &crowd.contacts()),
            );
        }
    }
    let took = began.elapsed();

    let host = HostProcess::start(&data);
    let (address, _) = host.ready();
    crowd.whereabouts.set(Some(address));
    crowd.leave();
    oracle::check_over_http(
        &ureq::Agent::new_with_defaults(),
        address,
        &crowd.contacts(),
    );
    let (status, _) = host.terminate(Duration::from_secs(10));
    assert!(status.success(), "{status}");
    let checked = oracle::check(&data, &crowd.contacts());
    tell("at the end", &checked);
    assert_eq!(checked.not_told, 0, "everybody was told of everything");
    assert!(
        checked.acknowledged as u64 > cycles,
        "{} messages for {cycles} kills",
        checked.acknowledged
    );
    let interrupted = crowd.whereabouts.interrupted.load(Ordering::Relaxed);
    assert!(
        interrupted > cycles / 4,
        "only {interrupted} requests were interrupted"
    );
    let replayed = replay(&data, None);
    assert_eq!(replayed["runs"], checked.runs);
    starts.sort();
    eprintln!(
        "{cycles} kills in {took:.1?} (seed {seed}), {interrupted} requests interrupted; {} runs repeated without a difference; \
         first start {compiling:.1?}, later ones {:.0?} in the middle and {:.0?} at worst",
        replayed["runs"],
        starts[starts.len() / 2],
        starts[starts.len() - 1],
    );
}

#[test]
fn a_second_host_on_the_same_data_is_told_who_has_it() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let host = HostProcess::start(&data);
    host.ready();
    let second = program(&data)
        .args(["serve", "--listen", "127.0.0.1:0", "--data"])
        .arg(&data)
        .stderr(std::process::Stdio::piped())
        .output()
        .unwrap();
    assert_eq!(second.status.code(), Some(3));
    let said = String::from_utf8_lossy(&second.stderr);
    assert!(said.contains(&format!("process {}", host.pid())), "{said}");
}

#[test]
fn told_to_stop_it_ends_in_time_with_everything_that_it_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let mut crowd = Crowd::start(CROWD, 7);
    let host = HostProcess::start(&data);
    crowd.whereabouts.set(Some(host.ready().0));
    while crowd.whereabouts.acknowledged.load(Ordering::Relaxed) < 60 {
        crowd.assert_well();
        std::thread::sleep(Duration::from_millis(5));
    }
    let (status, took) = host.terminate(Duration::from_secs(10));
    crowd.whereabouts.set(None);
    assert!(status.success(), "{status}");
    eprintln!("stopped in {took:.1?}");
    let checked = oracle::check(&data, &crowd.contacts());
    assert!(checked.acknowledged >= 60);
    notices_every_fault(&data, &crowd.contacts());

    let host = HostProcess::start(&data);
    let (address, _) = host.ready();
    crowd.whereabouts.set(Some(address));
    crowd.leave();
    let agent = ureq::Agent::from(
        ureq::Agent::config_builder()
            .http_status_as_error(false)
            .build(),
    );
    let (status, _) = send(&agent, address, "newcomer", "Hello!", None).unwrap();
    assert_eq!(status, 200);
}
