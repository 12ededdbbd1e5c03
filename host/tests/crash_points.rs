//! The whole program dies at each of its crash points in turn, the first, the second, the third time that it gets there,
//! while customers write, timers fire, notices are delivered and a plugin changes: nothing that was acknowledged is lost,
//! nothing happens twice.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "only tests use this: a panic here is their failure report"
)]

#[path = "../../tests/support/files.rs"]
#[allow(
    unreachable_pub,
    reason = "the crate of whole-system tests has it for others"
)]
mod files;
#[path = "../../tests/support/guest.rs"]
#[allow(
    dead_code,
    unreachable_pub,
    reason = "the crate of whole-system tests has it for others"
)]
mod guest;
#[path = "../../tests/support/script.rs"]
#[allow(
    dead_code,
    unreachable_pub,
    reason = "the crate of whole-system tests has it for others"
)]
mod script;
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::net::SocketAddr;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use script::Script;
use serde_json::{Value, json};
use support::crowd::{Crowd, Size};
use support::customer::Whereabouts;
use support::oracle;
use support::process::{HostProcess, program, replay};
use support::receiver::Receiver;
use switchboard::model::{Change, Conversation, Occurrence, Run};
use switchboard::store::{SledStore, Table};

/// What goes on when a point is come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scene {
    /// The first start of all.
    FirstStart,
    /// A start after a crash in the middle of work.
    Recovery,
    /// Customers write, from the first start on.
    Work,
    /// The same, until nothing is due and nothing waits to be delivered.
    Settling,
    /// Versions of a plugin are pushed and made live besides.
    Pushing,
    /// More is written than a file of the journal holds.
    Flood,
}

use Scene::{FirstStart, Flood, Pushing, Recovery, Settling, Work};

/// The first three times.
const THRICE: &[u32] = &[1, 2, 3];
/// A start comes there once: three starts one after the other.
const EACH_START: &[u32] = &[1, 1, 1];
/// The first times are the start's own commits; the later ones are customers'.
const START_AND_WORK: &[u32] = &[1, 2, 3, 11, 24, 40];

/// Every point of the program, when it dies there, and which time that it comes there.
const ARMED: &[(&str, Scene, &[u32])] = &[
    // A message's way.
    ("engine::accepted", Work, THRICE),
    ("engine::taken", Work, THRICE),
    ("sandbox::instantiated", Work, THRICE),
    ("sandbox::answered", Work, THRICE),
    ("engine::ran", Work, THRICE),
    ("engine::batched", Work, THRICE),
    ("engine::submitted", Work, THRICE),
    ("store::grouped", Work, START_AND_WORK),
    ("store::written", Work, START_AND_WORK),
    ("store::synced", Work, START_AND_WORK),
    ("store::shown", Work, START_AND_WORK),
    ("store::marked", Work, START_AND_WORK),
    ("engine::committed", Work, THRICE),
    ("api::answering", Work, THRICE),
    // From the journal into sled.
    ("store::planned", Work, THRICE),
    ("store::applied", Work, THRICE),
    ("store::flushed", Work, THRICE),
    ("store::checkpointed", Work, THRICE),
    ("store::turned", Flood, THRICE),
    // What comes due, and what leaves.
    ("engine::due", Settling, THRICE),
    ("engine::fired", Settling, THRICE),
    ("outbox::sending", Settling, THRICE),
    ("outbox::sent", Settling, THRICE),
    ("outbox::marked", Settling, THRICE),
    // A plugin's new version.
    ("sandbox::compiled", Pushing, THRICE),
    ("sandbox::kept", Pushing, THRICE),
    ("plugins::compiled", Pushing, THRICE),
    ("large::written", Pushing, THRICE),
    ("large::named", Pushing, THRICE),
    ("plugins::stored", Pushing, THRICE),
    ("plugins::activating", Pushing, THRICE),
    ("plugins::activated", Pushing, THRICE),
    ("plugins::live", Pushing, THRICE),
    // The first start, which makes the store and keeps the components.
    ("store::opened", FirstStart, EACH_START),
    ("store::planned", FirstStart, &[1]),
    ("store::checkpointed", FirstStart, &[1]),
    ("store::blanked", FirstStart, &[1, 1]),
    ("store::cleared", FirstStart, EACH_START),
    ("large::written", FirstStart, THRICE),
    ("large::named", FirstStart, THRICE),
    ("plugins::recorded", FirstStart, &[1]),
    ("engine::recovered", FirstStart, EACH_START),
    // Starts after a crash.
    ("store::opened", Recovery, EACH_START),
    ("store::planned", Recovery, EACH_START),
    ("store::applied", Recovery, EACH_START),
    ("store::flushed", Recovery, EACH_START),
    ("store::checkpointed", Recovery, EACH_START),
    ("store::replayed", Recovery, EACH_START),
    ("store::blanked", Recovery, EACH_START),
    ("store::cleared", Recovery, EACH_START),
    ("engine::recovered", Recovery, EACH_START),
];

/// A host comes to its point within this time, however busy the machine is.
const PATIENCE: Duration = Duration::from_secs(60);
/// So many lives are lived beside each other.
const AT_ONCE: usize = 2;
/// The plugin of which versions are pushed: it sets a timer of its own name at each message.
const TICK: &str = "tick";
/// Notes down that the timer fired.
const TOCK: &str = "tock";
/// Who is told of complaints, at an address of their own.
const TOLD: &str = "after-sales";

/// A version of the plugin, large enough to be kept in a file of its own.
fn tick(version: u32) -> Vec<u8> {
    let padding = "-".repeat(70_000);
    Script::new(TICK)
        .version(&format!("0.1.{version}"))
        .with(&format!("(data (i32.const 100000) \"{padding}\")"))
        .timer(TICK, 1)
        .component()
}

/// The demo desk, with a timer at each message and an address for complaints.
fn write_desk(dir: &Path, receiver: SocketAddr) {
    let demo = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/blue-whale-toys");
    files::copy(Path::new(demo), dir);
    let edit = |file: &str, changes: &[(&str, &str)]| {
        let mut text = fs::read_to_string(dir.join(file)).unwrap();
        for (old, new) in changes {
            assert_eq!(text.matches(old).count(), 1, "{file}: {old}");
            text = text.replace(old, new);
        }
        fs::write(dir.join(file), text).unwrap();
    };
    edit(
        "desk.toml",
        &[
            (
                "\"complaint-forwarding\", \"follow-up-visit\"]\n\n[[on]]\nevent = \"timer.fired\"",
                "\"complaint-forwarding\", \"follow-up-visit\", \"tick\"]\n\n[[on]]\nevent = \"timer.fired\"",
            ),
            (
                "\"complaint-forwarding\", \"follow-up-visit\"]\n\n[[on]]\nevent = \"ticket.updated\"",
                "\"complaint-forwarding\", \"follow-up-visit\", \"tock\"]\n\n[[on]]\nevent = \"ticket.updated\"",
            ),
            (
                "[[reviewer]]\n",
                "[[step]]\nname = \"tick\"\nplugin = \"tick@0.1\"\n\n[[step]]\nname = \"tock\"\nplugin = \"tock@0.1\"\n\n[[reviewer]]\n",
            ),
        ],
    );
    let department = format!("[[department]]\nname = \"{TOLD}\"\n");
    let told = format!("{department}notify = [\"desk\", \"webhook:http://{receiver}/\"]\n");
    edit("directory.toml", &[(&department, &told)]);
    let plugins = dir.join("plugins");
    fs::create_dir_all(&plugins).unwrap();
    fs::write(plugins.join("tick.wasm"), tick(0)).unwrap();
    let tock = Script::new(TOCK).note("tock").component();
    fs::write(plugins.join("tock.wasm"), tock).unwrap();
}

/// One data directory with everybody around it.
struct Life {
    folder: tempfile::TempDir,
    data: PathBuf,
    receiver: Receiver,
    crowd: Crowd,
    crashes: usize,
}

impl Life {
    /// Begins, with the compiled components of another one, so that no start takes long.
    fn begin(scene: Scene, compiled: Option<&Path>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let receiver = Receiver::start();
        write_desk(&folder.path().join("desk"), receiver.address);
        if let Some(compiled) = compiled {
            files::copy(compiled, &data.join("compiled"));
        }
        let size = Size {
            customers: 3,
            contacts: 2,
            pause: Duration::from_millis(if scene == Flood { 0 } else { 5 }),
        };
        Self {
            folder,
            data,
            receiver,
            crowd: Crowd::start(size, 20_260_310),
            crashes: 0,
        }
    }

    fn program(&self) -> Command {
        program(&self.data)
    }

    fn desk(&self) -> PathBuf {
        self.folder.path().join("desk")
    }

    fn serve(&self, failpoints: Option<&str>) -> HostProcess {
        let mut command = self.program();
        command.envs(failpoints.map(|points| ("FAILPOINTS", points)));
        command.arg("serve").arg(self.desk());
        HostProcess::serve(command, &self.data)
    }

    /// Starts the host; everybody hears where it is.
    fn open(&self) -> (HostProcess, SocketAddr) {
        let host = self.serve(None);
        let (address, _) = host.ready();
        self.crowd.whereabouts.set(Some(address));
        (host, address)
    }

    /// Works for a moment and is killed: not everything is in sled then.
    fn work_and_die(&mut self) {
        let (host, _) = self.open();
        let heard = || self.crowd.whereabouts.acknowledged.load(Ordering::Relaxed);
        let before = heard();
        wait_until("customers are answered", || heard() >= before + 8);
        host.kill();
        self.crowd.whereabouts.set(None);
        self.crashes += 1;
    }

    /// Starts and dies at the point; whether it did.
    fn die_at(&mut self, point: &str, hit: u32, scene: Scene) -> bool {
        let before = match hit {
            1 => String::new(),
            hit => format!("{}*off->", hit - 1),
        };
        let mut host = self.serve(Some(&format!("{point}={before}return")));
        let address = host.serves();
        if address.is_some() && matches!(scene, Recovery | FirstStart) {
            host.kill();
            self.crashes += 1;
            return false;
        }
        self.crowd.whereabouts.set(address);
        let status = host.ended_within(PATIENCE);
        self.crowd.whereabouts.set(None);
        let signal = status.and_then(|status| status.signal());
        assert_eq!(
            signal,
            Some(9),
            "{point}, {hit}: {status:?}, none: it never got there"
        );
        self.crashes += 1;
        true
    }

    /// What is on the disk, held against what everybody was told.
    fn check(&self) -> oracle::Checked {
        let checked = oracle::check(&self.data, &self.crowd.contacts());
        let store = SledStore::open(&self.data).unwrap();
        let runs = oracle::rows::<Run>(&store, Table::Run);
        check_timers(&oracle::rows(&store, Table::Conversation), &runs);
        check_versions(&runs);
        let waiting = oracle::rows(&store, Table::Outbox);
        check_deliveries(&self.receiver, &runs, &waiting, self.crashes);
        checked
    }

    /// The end: everybody is answered and goes, and the program itself finds nothing wrong with what is left.
    fn end(&mut self, scene: Scene, pusher: Option<Pusher>) -> oracle::Checked {
        let (host, address) = self.open();
        self.crowd.leave();
        let agent = ureq::Agent::new_with_defaults();
        if let Some(pusher) = pusher {
            pusher.leave(&agent, address);
        }
        oracle::check_over_http(&agent, address, &self.crowd.contacts());
        if scene == Settling {
            wait_until("everything is delivered", || {
                let figures = agent.get(format!("http://{address}/metrics")).call();
                let figures = figures.unwrap().body_mut().read_to_string().unwrap();
                figures.contains("switchboard_outbox_pending 0\n")
            });
            // A timer is set for a second, and looked at five times in another.
            std::thread::sleep(Duration::from_millis(1_500));
        }
        let (status, _) = host.terminate(Duration::from_secs(20));
        assert!(status.success(), "{status}");
        let checked = self.check();
        assert_eq!(checked.not_told, 0, "everybody was told of everything");
        if scene == Settling {
            self.assert_settled();
        }
        let replayed = replay(&self.data, Some(&self.desk()));
        assert_eq!(replayed["runs"], checked.runs);
        self.doctor();
        checked
    }

    fn assert_settled(&self) {
        let store = SledStore::open(&self.data).unwrap();
        assert_eq!(
            oracle::rows::<Value>(&store, Table::Outbox),
            [Value::Null; 0]
        );
        let conversations: Vec<Conversation> = oracle::rows(&store, Table::Conversation);
        let timers = conversations.iter().flat_map(|state| &state.timers);
        assert_eq!(timers.filter(|timer| timer.name == TICK).count(), 0);
        assert!(!self.receiver.received().is_empty());
    }

    fn doctor(&self) {
        let mut doctor = self.program();
        doctor.arg("doctor").arg(self.desk());
        doctor.args(["--listen", "127.0.0.1:0", "--json", "--data"]);
        let said = doctor.arg(&self.data).output().unwrap();
        let found = String::from_utf8_lossy(&said.stdout);
        assert!(said.status.success(), "{found}");
        assert!(found.contains("all sound"), "{found}");
    }
}

fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < PATIENCE, "never: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// The runs of each conversation, in order.
fn by_conversation(runs: &[Run]) -> BTreeMap<String, Vec<&Run>> {
    let mut all: BTreeMap<String, Vec<&Run>> = BTreeMap::new();
    for run in runs {
        let conversation = oracle::conversation_of(run.id.as_str());
        all.entry(conversation).or_default().push(run);
    }
    all
}

/// Whatever fired had been set and not fired before, and what hasn't fired is still set.
fn check_timers(conversations: &[Conversation], runs: &[Run]) {
    let runs = by_conversation(runs);
    for state in conversations {
        let mut set = BTreeMap::new();
        for run in &runs[state.id.as_str()] {
            for entry in &run.entries {
                match &entry.change {
                    Change::TimerSet { timer } => drop(set.insert(&timer.name, timer.due)),
                    Change::TimerCancelled { timer } => drop(set.remove(&timer.name)),
                    Change::TimerFired { timer } => {
                        assert_eq!(set.remove(&timer.name), Some(timer.due), "{}", run.id);
                        assert!(timer.due <= run.event.at, "{}: too early", run.id);
                    }
                    _ => {}
                }
            }
            let heard = run.entries.iter().filter(|entry| entry.by == TOCK).count();
            let fired = matches!(run.event.what, Occurrence::TimerFired { .. });
            assert_eq!(heard, usize::from(fired), "{}: notes of a timer", run.id);
        }
        let left = state.timers.iter().map(|timer| (&timer.name, timer.due));
        assert_eq!(left.collect::<BTreeMap<_, _>>(), set, "{}", state.id);
    }
}

/// The last part of a version.
fn patch(version: &str) -> u32 {
    version.rsplit_once('.').unwrap().1.parse().unwrap()
}

/// Who was served by a version never gets an older one again.
fn check_versions(runs: &[Run]) {
    for (conversation, runs) in by_conversation(runs) {
        let calls = runs.iter().flat_map(|run| &run.invocations);
        let calls = calls.filter(|call| call.step == TICK);
        let versions: Vec<u32> = calls.map(|call| patch(&call.version)).collect();
        assert!(versions.is_sorted(), "{conversation}: {versions:?}");
    }
}

/// Every notice was delivered or waits for that; what was delivered more than once is the same, once a crash at most;
/// and a conversation's came in order.
fn check_deliveries(receiver: &Receiver, runs: &[Run], waiting: &[Value], crashes: usize) {
    let mut expected = BTreeMap::new();
    for run in runs {
        let told = run.entries.iter().filter_map(|entry| match &entry.change {
            Change::Notified { to, text, .. } if to == TOLD => Some(text),
            _ => None,
        });
        for (nth, text) in told.enumerate() {
            expected.insert(format!("{}_{nth}", run.id), text.clone());
        }
    }
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    let mut last: BTreeMap<String, (u32, u32)> = BTreeMap::new();
    for delivery in receiver.received() {
        let id = delivery.id;
        assert_eq!(
            delivery.body["text"],
            Value::from(expected[&id].clone()),
            "{id}"
        );
        let count = times.entry(id.clone()).or_default();
        *count += 1;
        if *count == 1 {
            let (run, nth) = id.rsplit_once('_').unwrap();
            let number = run.rsplit_once('_').unwrap().1.parse().unwrap();
            let place = (number, nth.parse().unwrap());
            let before = last.insert(oracle::conversation_of(run), place);
            assert!(before < Some(place), "{id} came after {before:?}");
        }
    }
    assert!(
        times.values().all(|count| *count <= 1 + crashes),
        "{times:?}"
    );
    let waiting = waiting.iter().map(|row| row["key"].as_str().unwrap());
    let there: BTreeSet<&str> = times.keys().map(String::as_str).chain(waiting).collect();
    let expected: BTreeSet<&str> = expected.keys().map(String::as_str).collect();
    assert_eq!(
        there, expected,
        "delivered or waiting, and what people are to be told"
    );
}

/// Pushes one version after the other and makes each live.
struct Pusher {
    thread: JoinHandle<Vec<u32>>,
}

impl Pusher {
    fn start(whereabouts: &Arc<Whereabouts>) -> Self {
        let whereabouts = Arc::clone(whereabouts);
        Self {
            thread: std::thread::spawn(move || push(&whereabouts)),
        }
    }

    /// Ends it: every version that was acknowledged is there, and the last is live.
    fn leave(self, agent: &ureq::Agent, address: SocketAddr) {
        let acknowledged = self.thread.join().unwrap();
        let url = format!("http://{address}/api/v1/plugins");
        let listed: Value = agent
            .get(url)
            .call()
            .unwrap()
            .body_mut()
            .read_json()
            .unwrap();
        let listed = listed["plugins"].as_array().unwrap();
        let version = |plugin: &Value| patch(plugin["version"].as_str().unwrap());
        let of_it = listed.iter().filter(|plugin| plugin["name"] == TICK);
        let there: Vec<u32> = of_it.clone().map(version).collect();
        assert_eq!(there, [&[0], &acknowledged[..]].concat(), "what was pushed");
        let live = of_it.filter(|plugin| plugin["steps"] == json!([TICK]));
        let live: Vec<u32> = live.map(version).collect();
        assert_eq!(live, [*acknowledged.last().unwrap()], "what is live");
    }
}

/// Until nothing new is wanted; gives the versions.
fn push(whereabouts: &Whereabouts) -> Vec<u32> {
    let config = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(PATIENCE))
        .build();
    let agent = ureq::Agent::from(config);
    let insist = |what: &dyn Fn(SocketAddr) -> Result<u16, ureq::Error>| loop {
        match what(whereabouts.wait()) {
            Ok(200 | 201) => return,
            Ok(503) | Err(_) => std::thread::sleep(Duration::from_millis(5)),
            Ok(status) => panic!("a push was answered with {status}"),
        }
    };
    let mut versions = Vec::new();
    while !whereabouts.is_closed() {
        let version = versions.len() as u32 + 1;
        let component = tick(version);
        insist(&|address| {
            let url = format!("http://{address}/api/v1/plugins/{TICK}/0.1.{version}");
            let request = agent.put(url).content_type("application/wasm");
            Ok(request.send(&component[..])?.status().as_u16())
        });
        insist(&|address| {
            let url = format!("http://{address}/api/v1/plugins/{TICK}/activate");
            let wanted = json!({ "version": format!("0.1.{version}") });
            let request = agent.post(url).content_type("application/json");
            Ok(request.send(wanted.to_string())?.status().as_u16())
        });
        versions.push(version);
    }
    versions
}

/// Dies at the point as often as it is to, looks at what is left each time, and at the end lives on.
fn live_through(point: &str, scene: Scene, hits: &[u32], compiled: &Path) {
    let began = Instant::now();
    let mut life = Life::begin(scene, Some(compiled));
    let pusher = (scene == Pushing).then(|| {
        // The first start keeps the components: that isn't meant.
        life.work_and_die();
        Pusher::start(&life.crowd.whereabouts)
    });
    for hit in hits {
        if scene == Recovery {
            life.work_and_die();
        }
        assert!(
            life.die_at(point, *hit, scene),
            "{point}, {scene:?}, {hit}: never"
        );
        life.crowd.assert_well();
        if scene != FirstStart {
            life.check();
        }
    }
    let checked = life.end(scene, pusher);
    eprintln!(
        "{point}, {scene:?}, {hits:?}: {:.1?}, {} runs, {} acknowledged, {} deliveries, {:?}",
        began.elapsed(),
        checked.runs,
        checked.acknowledged,
        life.receiver.received().len(),
        checked.failures,
    );
}

#[test]
fn wherever_it_dies_nothing_acknowledged_is_lost_and_nothing_happens_twice() {
    assert!(fail::has_failpoints(), "built with its points");
    let first = Life::begin(Work, None);
    first.serve(None).ready();
    let compiled = first.data.join("compiled");
    let wanted = std::env::var("SWITCHBOARD_CRASH_POINT").unwrap_or_default();
    let armed = ARMED.iter().filter(|(point, ..)| point.contains(&wanted));
    let armed: Vec<_> = armed.collect();
    let next = AtomicUsize::new(0);
    let began = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some((point, scene, hits)) =
                    armed.get(next.fetch_add(1, Ordering::Relaxed))
                {
                    live_through(point, *scene, hits, &compiled);
                }
            });
        }
    });
    let deaths: usize = armed.iter().map(|(_, _, hits)| hits.len()).sum();
    eprintln!("{deaths} deaths in {:.1?}", began.elapsed());
}

/// The names of all points in a directory's files.
fn points_in(dir: &Path, points: &mut Vec<String>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            points_in(&path, points);
        } else {
            let text = fs::read_to_string(&path).unwrap_or_default();
            let found = text.split("crash_point!(\"").skip(1);
            points.extend(found.map(|rest| rest.split_once('"').unwrap().0.to_owned()));
        }
    }
}

#[test]
fn every_point_of_the_program_is_armed_and_none_that_it_does_not_have() {
    let mut there = Vec::new();
    points_in(
        Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")),
        &mut there,
    );
    there.sort();
    assert!(there.windows(2).all(|two| two[0] != two[1]), "a name twice");
    let armed: BTreeSet<&str> = ARMED.iter().map(|(point, ..)| *point).collect();
    assert_eq!(there, armed.into_iter().collect::<Vec<_>>());
}
