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

use std::collections::BTreeSet;
use std::fs;
use std::net::SocketAddr;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use script::Script;
use serde_json::Value;
use support::aftermath::{check_deliveries, check_timers, check_versions};
use support::crowd::{Crowd, Size};
use support::oracle;
use support::process::{HostProcess, program, replay};
use support::pusher::{Made, Pusher};
use support::receiver::Receiver;
use switchboard::model::{Conversation, Run};
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
const START_AND_WORK: &[u32] = &[1, 2, 3, 12, 30];

/// Every point of the program, when it dies there, and which time that it comes there.
const ARMED: &[(&str, Scene, &[u32])] = &[
    // What takes longest is begun first: the journal goes on in its other file, ...
    ("store::turned", Flood, THRICE),
    // ... things come due, and leave.
    ("engine::due", Settling, THRICE),
    ("engine::fired", Settling, THRICE),
    ("outbox::sending", Settling, THRICE),
    ("outbox::sent", Settling, THRICE),
    ("outbox::marked", Settling, THRICE),
    // A message's way.
    ("engine::accepted", Work, THRICE),
    ("engine::taken", Work, THRICE),
    ("sandbox::instantiated", Work, THRICE),
    ("sandbox::answered", Work, THRICE),
    ("engine::ran", Work, THRICE),
    ("engine::batched", Work, THRICE),
    ("engine::submitted", Work, THRICE),
    ("store::grouped", Work, START_AND_WORK),
    ("store::writing", Work, START_AND_WORK),
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

/// Once more, its other threads going on for so many milliseconds: whoever was told too early has heard it then.
const LINGERING: &str = "(25)";
/// A host comes to its point within this time, however busy the machine is.
const PATIENCE: Duration = Duration::from_secs(60);
/// So many lives are lived beside each other.
const AT_ONCE: usize = 3;
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
            // Each message sets its conversation's timer anew: somebody must be silent for long enough.
            contacts: if scene == Settling { 12 } else { 2 },
            pause: Duration::from_millis(match scene {
                Settling | Pushing => 100,
                Flood => 0,
                _ => 15,
            }),
            noise: if scene == Flood { 25_000 } else { 0 },
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

    /// Waits until some more messages were acknowledged.
    fn work(&self) {
        let heard = || self.crowd.whereabouts.acknowledged.load(Ordering::Relaxed);
        let before = heard();
        wait_until("customers are answered", || heard() >= before + 8);
    }

    /// Works for a moment and is killed: not everything is in sled then.
    fn work_and_die(&mut self) {
        let (host, _) = self.open();
        self.work();
        host.kill();
        self.crowd.whereabouts.set(None);
        self.crashes += 1;
    }

    /// Starts and dies at the point; whether it did.
    fn die_at(&mut self, point: &str, hit: u32, scene: Scene, pause: &str) -> bool {
        let before = match hit {
            1 => String::new(),
            hit => format!("{}*off->", hit - 1),
        };
        let mut host = self.serve(Some(&format!("{point}={before}return{pause}")));
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
        let store = SledStore::open(&self.data).unwrap();
        let checked = oracle::check_store(&store, &self.crowd.contacts());
        let runs = oracle::rows::<Run>(&store, Table::Run);
        check_timers(&oracle::rows(&store, Table::Conversation), &runs, TOCK);
        check_versions(&runs, TICK);
        let waiting = oracle::rows(&store, Table::Outbox);
        check_deliveries(TOLD, &self.receiver, &runs, &waiting, self.crashes);
        checked
    }

    /// The end: everybody is answered and goes, and the program itself finds nothing wrong with what is left.
    fn end(&mut self, scene: Scene, pusher: Option<Pusher>) -> oracle::Checked {
        let (host, address) = self.open();
        self.work();
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

/// Dies at the point as often as it is to, looks at what is left each time, and at the end lives on.
fn live_through(point: &str, scene: Scene, hits: &[u32], compiled: &Path) {
    let began = Instant::now();
    let mut life = Life::begin(scene, Some(compiled));
    let pusher = (scene == Pushing).then(|| {
        // The first start keeps the components: that isn't meant.
        life.work_and_die();
        let made = Made {
            plugin: TICK,
            component: tick,
        };
        Pusher::start(&life.crowd.whereabouts, made)
    });
    for (nth, hit) in hits.iter().enumerate() {
        if scene == Recovery && nth == 0 {
            life.work_and_die();
        }
        let mut died = life.die_at(point, *hit, scene, "");
        if scene == Recovery && !died {
            // The start before it had recovered everything.
            life.work_and_die();
            died = life.die_at(point, *hit, scene, "");
        }
        assert!(died, "{point}, {scene:?}, {hit}: it never got there");
        life.crowd.assert_well();
        // Looking is recovering: a start goes on from what the one before it left.
        if !matches!(scene, FirstStart | Recovery) {
            life.check();
        }
    }
    if matches!(scene, Work | Settling | Pushing) {
        life.die_at(point, hits[hits.len() - 1], scene, LINGERING);
        life.check();
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
