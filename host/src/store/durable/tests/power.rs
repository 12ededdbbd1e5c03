//! A loss of power: a child writes while a preloaded library writes down everything it asks of the disk. From that record
//! the disk is rebuilt as it may be after a loss of power at any moment, and the store is opened on it.
//!
//! What a loss of power may leave: of a file everything that was written before a sync of it began that had ended; of
//! what was written later any part, each write whole, not at all or torn between sectors; of names in a directory what
//! was there when a sync of the directory began, and any first part of what was done to it later.
//!
//! Needs a C compiler for the library, as linking Rust does; says so where there is none.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::process::ExitStatusExt as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use super::kill::{DIRECTORY, WRITERS, check};
use super::*;

/// Bytes that a disk writes whole.
const SECTOR: usize = 512;
/// How many disks are rebuilt, where `SWITCHBOARD_POWER_IMAGES` doesn't say otherwise.
const IMAGES: usize = 240;

/// What was asked of the disk.
#[derive(Debug)]
enum Act {
    Opened { path: PathBuf, truncated: bool },
    Wrote { at: usize, bytes: Vec<u8> },
    Cut { length: usize },
    SyncBegan,
    SyncEnded,
    Renamed { from: PathBuf, to: PathBuf },
    Removed { path: PathBuf },
    Said { text: String },
    Made { path: PathBuf },
}

#[derive(Debug)]
struct Entry {
    inode: u64,
    thread: u64,
    act: Act,
}

fn read(record: &[u8]) -> Vec<Entry> {
    let mut entries = Vec::new();
    let mut rest = record;
    while rest.len() >= 40 {
        let word = |nth: usize| u64::from_ne_bytes(rest[nth * 8..nth * 8 + 8].try_into().unwrap());
        let length = usize::try_from(word(1)).unwrap();
        let (inode, offset, thread) = (word(2), word(3), word(4));
        let payload = rest[40..40 + length].to_vec();
        let text = || String::from_utf8(payload.clone()).unwrap();
        let path = || PathBuf::from(text());
        let act = match word(0) {
            1 => Act::Opened {
                path: path(),
                truncated: offset != 0,
            },
            2 => Act::Wrote {
                at: usize::try_from(offset).unwrap(),
                bytes: payload,
            },
            3 => Act::Cut {
                length: usize::try_from(offset).unwrap(),
            },
            4 => Act::SyncBegan,
            5 => Act::SyncEnded,
            6 => {
                let both = text();
                let (from, to) = both.split_once('\0').unwrap();
                Act::Renamed {
                    from: from.into(),
                    to: to.into(),
                }
            }
            7 => Act::Removed { path: path() },
            8 => Act::Said { text: text() },
            9 => Act::Made { path: path() },
            other => panic!("the record has a {other}"),
        };
        entries.push(Entry { inode, thread, act });
        rest = &rest[40 + length..];
    }
    entries
}

/// A change of a file's bytes.
#[derive(Clone, Debug)]
enum Change {
    Write(usize, Vec<u8>),
    Cut(usize),
}

/// A change of the names.
#[derive(Clone, Debug)]
enum Naming {
    Is(PathBuf, u64),
    Gone(PathBuf),
    Moved(PathBuf, PathBuf),
}

/// What was asked so far, and what of it is durable.
#[derive(Default)]
struct Disk {
    /// Changes of each file; the first so many are durable.
    files: BTreeMap<u64, (Vec<Change>, usize)>,
    /// Changes of the names in each directory; the first so many are durable.
    names: BTreeMap<PathBuf, (Vec<Naming>, usize)>,
    /// The names as the process sees them.
    seen: BTreeMap<PathBuf, u64>,
    directories: BTreeSet<PathBuf>,
    directory_of: BTreeMap<u64, PathBuf>,
    /// How many changes there were when a thread began to sync.
    syncing: BTreeMap<u64, usize>,
    acknowledged: [u64; WRITERS],
}

/// What becomes of what isn't durable.
#[derive(Clone, Copy, Debug)]
enum Fate {
    Lost,
    Kept,
    Chance(u64),
}

impl Disk {
    fn name(&mut self, naming: Naming) {
        let (Naming::Is(path, _) | Naming::Gone(path) | Naming::Moved(path, _)) = &naming;
        let directory = path.parent().unwrap().to_owned();
        self.names.entry(directory).or_default().0.push(naming);
    }

    fn play(&mut self, entry: &Entry) {
        let Entry { inode, thread, act } = entry;
        match act {
            Act::Opened { path, truncated } => {
                if path.is_dir() || self.directories.contains(path) {
                    self.directories.insert(path.clone());
                    self.directory_of.insert(*inode, path.clone());
                    return;
                }
                if self.seen.insert(path.clone(), *inode) != Some(*inode) {
                    self.files.insert(*inode, (Vec::new(), 0));
                    self.name(Naming::Is(path.clone(), *inode));
                } else if *truncated {
                    self.files.entry(*inode).or_default().0.push(Change::Cut(0));
                }
            }
            Act::Wrote { at, bytes } => {
                let change = Change::Write(*at, bytes.clone());
                self.files.entry(*inode).or_default().0.push(change);
            }
            Act::Cut { length } => {
                let change = Change::Cut(*length);
                self.files.entry(*inode).or_default().0.push(change);
            }
            Act::SyncBegan => {
                let changes = match self.directory_of.get(inode) {
                    Some(directory) => self.names.entry(directory.clone()).or_default().0.len(),
                    None => self.files.entry(*inode).or_default().0.len(),
                };
                self.syncing.insert(*thread, changes);
            }
            Act::SyncEnded => {
                let changes = self.syncing.remove(thread).unwrap();
                let durable = match self.directory_of.get(inode) {
                    Some(directory) => &mut self.names.entry(directory.clone()).or_default().1,
                    None => &mut self.files.entry(*inode).or_default().1,
                };
                *durable = changes.max(*durable);
            }
            Act::Renamed { from, to } => {
                let inode = self.seen.remove(from).unwrap();
                self.seen.insert(to.clone(), inode);
                self.name(Naming::Moved(from.clone(), to.clone()));
            }
            Act::Removed { path } => {
                self.seen.remove(path);
                self.name(Naming::Gone(path.clone()));
            }
            Act::Made { path } => {
                self.directories.insert(path.clone());
            }
            Act::Said { text } => {
                let mut words = text.split_whitespace().skip_while(|word| *word != "ack");
                if let (Some(_), Some(writer), Some(number)) =
                    (words.next(), words.next(), words.next())
                {
                    self.acknowledged[writer.parse::<usize>().unwrap()] = number.parse().unwrap();
                }
            }
        }
    }

    /// Writes the disk down as it may be after the loss.
    fn rebuild(&self, root: &Path, into: &Path, fate: Fate) {
        let mut chance = Chance(match fate {
            Fate::Chance(seed) => seed,
            _ => 0,
        });
        let place = |path: &Path| into.join(path.strip_prefix(root).unwrap());
        for directory in &self.directories {
            std::fs::create_dir_all(place(directory)).unwrap();
        }
        let mut names: BTreeMap<PathBuf, u64> = BTreeMap::new();
        for (changes, durable) in self.names.values() {
            let kept = match fate {
                Fate::Lost => *durable,
                Fate::Kept => changes.len(),
                Fate::Chance(_) => durable + chance.below(changes.len() - durable + 1),
            };
            for change in &changes[..kept] {
                match change {
                    Naming::Is(path, inode) => {
                        names.insert(path.clone(), *inode);
                    }
                    Naming::Gone(path) => {
                        names.remove(path);
                    }
                    Naming::Moved(from, to) => {
                        if let Some(inode) = names.remove(from) {
                            names.insert(to.clone(), inode);
                        }
                    }
                }
            }
        }
        for (path, inode) in names {
            let (changes, durable) = &self.files[&inode];
            let mut bytes = Vec::new();
            for (nth, change) in changes.iter().enumerate() {
                let whole = nth < *durable || matches!(fate, Fate::Kept);
                if whole {
                    apply(&mut bytes, change, None);
                } else if matches!(fate, Fate::Chance(_)) {
                    match chance.below(3) {
                        0 => {}
                        1 => apply(&mut bytes, change, None),
                        _ => apply(&mut bytes, change, Some(&mut chance)),
                    }
                }
            }
            std::fs::write(place(&path), bytes).unwrap();
        }
    }
}

/// Does a change; with a chance a write is torn: each sector is there or not.
fn apply(bytes: &mut Vec<u8>, change: &Change, mut torn: Option<&mut Chance>) {
    match change {
        Change::Cut(length) => bytes.resize(*length, 0),
        Change::Write(at, written) => {
            let end = at + written.len();
            if bytes.len() < end {
                bytes.resize(end, 0);
            }
            let mut from = *at;
            while from < end {
                let until = end.min((from / SECTOR + 1) * SECTOR);
                if torn.as_mut().is_none_or(|chance| chance.below(2) == 0) {
                    bytes[from..until].copy_from_slice(&written[from - at..until - at]);
                }
                from = until;
            }
        }
    }
}

/// Numbers that look random and are the same every time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % most
    }
}

/// The library that writes down what is asked of the disk; none where there is no compiler.
fn library(dir: &Path) -> Option<PathBuf> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store/durable/tests/power/shim.c");
    let library = dir.join("libpower.so");
    let compiled = Command::new("cc")
        .args(["-shared", "-fPIC", "-O1", "-o"])
        .args([&library, &source])
        .args(["-ldl", "-lpthread"])
        .status();
    compiled
        .is_ok_and(|status| status.success())
        .then_some(library)
}

/// Lets the child write until it has been written down enough and it dies of that.
fn recorded(dir: &Path, root: &Path, library: &Path) -> Vec<Entry> {
    let record = dir.join("record");
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "store::durable::tests::kill::child",
            "--ignored",
            "--nocapture",
        ])
        .env(DIRECTORY, root)
        .env("LD_PRELOAD", library)
        .env("POWER_ROOT", root)
        .env("POWER_RECORD", &record)
        .env("POWER_BYTES", (24 << 20).to_string())
        .env("POWER_SECONDS", "20")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // One that isn't watched, because preloading does nothing here, would write for ever.
    let begun = std::time::Instant::now();
    let ended = loop {
        if let Some(ended) = child.try_wait().unwrap() {
            break ended;
        }
        if begun.elapsed() > Duration::from_secs(120) {
            child.kill().unwrap();
            child.wait().unwrap();
            panic!("nothing was written down of what the child did");
        }
        std::thread::sleep(Duration::from_millis(100));
    };
    assert_eq!(ended.signal(), Some(9), "{ended}");
    read(&std::fs::read(&record).unwrap())
}

/// The files below a directory and what is in them.
fn contents(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut open = vec![dir.to_owned()];
    while let Some(at) = open.pop() {
        for entry in std::fs::read_dir(&at).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                let bytes = std::fs::read(&path).unwrap();
                found.insert(path.strip_prefix(dir).unwrap().to_owned(), bytes);
            }
        }
    }
    found
}

#[test]
fn a_loss_of_power_at_any_moment_loses_nothing_acknowledged() {
    let images = std::env::var("SWITCHBOARD_POWER_IMAGES")
        .ok()
        .and_then(|images| images.parse().ok())
        .unwrap_or(IMAGES);
    let dir = tempfile::tempdir().unwrap();
    let Some(library) = library(dir.path()) else {
        eprintln!("skipped: no C compiler (cc)");
        return;
    };
    let root = dir.path().join("data");
    std::fs::create_dir(&root).unwrap();
    let entries = recorded(dir.path(), &root, &library);
    let is_ack = |entry: &Entry| matches!(&entry.act, Act::Said { text } if text.contains("ack "));
    let acks: Vec<usize> = (0..entries.len())
        .filter(|nth| is_ack(&entries[*nth]))
        .collect();
    assert!(acks.len() > 50, "only {} acknowledgements", acks.len());

    // The record is whole: all of it together is what the disk has.
    let mut disk = Disk::default();
    entries.iter().for_each(|entry| disk.play(entry));
    let whole = dir.path().join("whole");
    disk.rebuild(&root, &whole, Fate::Kept);
    let (recorded, real) = (contents(&whole), contents(&root));
    for (path, bytes) in &real {
        let same = recorded.get(path) == Some(bytes);
        assert!(same, "the record of {} is not whole", path.display());
    }

    // Moments from the first acknowledgement on: half of them just after one.
    let mut chance = Chance(7);
    let mut moments: Vec<usize> = (0..images)
        .map(|nth| match nth % 2 {
            0 => acks[chance.below(acks.len())],
            _ => acks[0] + chance.below(entries.len() - acks[0]),
        })
        .collect();
    moments.sort_unstable();
    let mut disk = Disk::default();
    let mut played = 0;
    for (nth, moment) in moments.into_iter().enumerate() {
        entries[played..=moment]
            .iter()
            .for_each(|entry| disk.play(entry));
        played = moment + 1;
        let fate = match nth % 4 {
            0 => Fate::Lost,
            1 => Fate::Kept,
            _ => Fate::Chance(nth as u64),
        };
        let image = dir.path().join("image");
        disk.rebuild(&root, &image, fate);
        let store = SledStore::open_with(&image, options())
            .unwrap_or_else(|error| panic!("moment {moment}, {fate:?}: {error}"));
        for (writer, acknowledged) in disk.acknowledged.iter().enumerate() {
            check(&store, writer, *acknowledged);
        }
        let found = store.verify().unwrap();
        assert!(found.is_sound(), "moment {moment}, {fate:?}: {found:?}");
        drop(store);
        std::fs::remove_dir_all(&image).unwrap();
    }
    eprintln!("{images} losses of power, {} acknowledgements", acks.len());
}
