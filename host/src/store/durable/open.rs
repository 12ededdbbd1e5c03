//! Opening a data directory: lock, space, sled, format, completeness.

use std::collections::HashSet;
use std::fs::{DirBuilder, File};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::super::{StoreError, Table};
use super::applier::{Applier, Taken};
use super::committer::{Committer, Preflight, Queue, QueueLimits};
use super::disk::{Disk, Reserve, sync_directory};
use super::journal::{Group, Journal};
use super::large::LargeFiles;
use super::lock::DirectoryLock;
use super::packing::Dictionaries;
use super::pending::Share;
use super::reader::Reader;
use super::record::{Head, prefixed, space};
use super::state::{FORMAT, Mark, State, Sum};
use super::writer::Writer;
use super::{Paths, SledOptions, SledStore};

/// How long to wait for sled's own threads of a store closed a moment ago to let go of its file.
const SLED_LOCK_PATIENCE: Duration = Duration::from_secs(5);

/// What a look at every row found.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Verification {
    /// Rows read.
    pub rows: u64,
    /// Rows that should be there.
    pub expected_rows: u64,
    /// Bytes of keys and rows read (without large files).
    pub bytes: u64,
    /// The damaged rows, as table and escaped key; at most [`Verification::LISTED`] of them.
    pub damaged: Vec<String>,
    /// How many rows are damaged.
    pub damaged_rows: u64,
    /// Whether the rows add up to what was committed: no row is missing, none is older than it should be.
    pub complete: bool,
}

impl Verification {
    /// How many damaged rows are named.
    pub const LISTED: usize = 100;

    /// Whether everything is as it was written.
    pub fn is_sound(&self) -> bool {
        self.complete && self.damaged_rows == 0
    }
}

pub(super) fn open(dir: &Path, options: &SledOptions) -> Result<SledStore, StoreError> {
    let paths = Paths {
        dir: dir.to_owned(),
    };
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(dir)
        .map_err(|error| {
            StoreError::io(
                format!("create the data directory {}", dir.display()),
                &error,
            )
        })?;
    let lock = DirectoryLock::take(dir)?;
    let disk = Arc::clone(&options.disk);
    let failed =
        |error: &io::Error| StoreError::io(format!("open the store in {}", dir.display()), error);

    let reserve_path = paths.reserve();
    let reserve = Reserve {
        path: &reserve_path,
        bytes: options.reserve_bytes,
    };
    if disk.free_bytes(dir).map_err(|error| failed(&error))? < options.low_space_bytes {
        reserve.release();
    }
    let large = LargeFiles::open(paths.large()).map_err(|error| failed(&error))?;
    let db = open_sled(&paths, options)?;
    let dictionaries = Dictionaries::new(options.dictionary_after, options.lasting);
    let reader = Reader::new(dir.to_owned(), db, large, dictionaries);
    let mark = Mark::open(&paths.mark()).map_err(|error| failed(&error))?;
    let (mut journal, groups) = Journal::open(dir).map_err(|error| failed(&error))?;
    let found = read_state(&reader, mark.read(), groups, options)?;
    crash_point!("store::opened");

    let mut writer = Writer {
        data: File::open(paths.data()).map_err(|error| failed(&error))?,
        blobs: paths.blobs(),
        blobs_seen: None,
        reader: Arc::new(reader),
        disk: Arc::clone(&disk),
        state: found.as_ref().map_or(
            State {
                format: FORMAT,
                ..State::default()
            },
            |found| found.state,
        ),
    };
    let reader = Arc::clone(&writer.reader);
    let is_new = found.is_none();
    if let Some(found) = found {
        // Earlier programs don't know what this one may write.
        writer.state.format = FORMAT;
        // What the last process applied without having come to its barrier may be visible now: this is one. A round that it
        // had begun is done again by itself.
        let replayed = found.journal.len();
        let mut rounds = vec![(found.journal, found.group)];
        if let Some(begun) = found.state.next {
            let (journal, group) = rounds.remove(0);
            let (first, then): (Vec<_>, Vec<_>) = journal
                .into_iter()
                .partition(|group| group.number <= begun.group);
            rounds = vec![(first, begun.group.min(group)), (then, group)];
        }
        for (groups, end) in rounds {
            for group in groups {
                reader.exclusive().add(group.number, group.changes);
            }
            let mut share = reader.shared().share();
            share.group = end;
            // Large files that lose a row may be named by the next round: they are swept up when all is there.
            writer
                .bring(share)
                .map_err(|error| StoreError::io("bring the journal into the store", &error))?;
        }
        if replayed > 0 {
            crash_point!("store::replayed");
            tracing::info!(groups = replayed, "brought the journal into the store");
        }
        reader.read_dictionaries(options.accept_loss)?;
        let bytes = std::fs::metadata(paths.data()).map_or(0, |data| data.len());
        check_rows(&mut writer, bytes, options)?;
    }
    sweep(&reader).map_err(|error| failed(&error))?;
    settle(&paths, disk.as_ref()).map_err(|error| failed(&error))?;
    if is_new || options.accept_loss {
        // The first group of a store is its state.
        let share = Share {
            group: writer.state.sum.group.wrapping_add(1),
            changes: Vec::new(),
        };
        writer
            .take_over(share)
            .map_err(|error| StoreError::io("write the first record of the store", &error))?;
    }
    journal
        .clear(disk.as_ref())
        .map_err(|error| failed(&error))?;
    crash_point!("store::cleared");
    if let Ok(free) = disk.free_bytes(dir) {
        reserve.take(free, options.low_space_bytes);
    }
    start(writer, journal, mark, lock, options)
}

fn start(
    writer: Writer,
    journal: Journal,
    mark: Mark,
    lock: DirectoryLock,
    options: &SledOptions,
) -> Result<SledStore, StoreError> {
    let reader = Arc::clone(&writer.reader);
    let disk = Arc::clone(&options.disk);
    let limits = QueueLimits {
        batches: options.queue_batches.max(1),
        bytes: options.queue_bytes,
        patience: options.patience,
    };
    let queue = Arc::new(Queue::new(limits, options.on_stop.clone()));
    let preflight: Preflight = {
        let (disk, dir, low) = (
            Arc::clone(&disk),
            reader.dir.clone(),
            options.low_space_bytes,
        );
        Arc::new(move |bytes| {
            let free = disk
                .free_bytes(&dir)
                .map_err(|error| StoreError::io("read the free space", &error))?;
            let needed = low.saturating_add(bytes as u64);
            if free < needed {
                Err(StoreError::Full { free, needed })
            } else {
                Ok(())
            }
        })
    };
    let group = writer.state.sum.group;
    let taken = Arc::new(Taken::new(group));
    let applier = Applier {
        taken: Arc::clone(&taken),
        queue: Arc::clone(&queue),
        reader: Arc::clone(&reader),
        writer,
    };
    let applier = std::thread::Builder::new()
        .name("store-apply".to_owned())
        .spawn(move || applier.run())
        .map_err(|error| StoreError::io("start the apply thread", &error))?;
    let committer = Committer {
        queue: Arc::clone(&queue),
        reader: Arc::clone(&reader),
        disk: Arc::clone(&disk),
        journal,
        mark,
        group,
        taken: Arc::clone(&taken),
        preflight: Arc::clone(&preflight),
        applier: Some(applier),
    };
    let thread = std::thread::Builder::new()
        .name("store-commit".to_owned())
        .spawn(move || committer.run())
        .map_err(|error| StoreError::io("start the commit thread", &error))?;
    Ok(SledStore {
        reader,
        queue,
        disk,
        preflight,
        taken,
        thread: Some(thread),
        lock: Some(lock),
    })
}

fn open_sled(paths: &Paths, options: &SledOptions) -> Result<sled::Db, StoreError> {
    let config = || {
        sled::Config::new()
            .path(paths.sled())
            .cache_capacity(options.cache_bytes)
            .mode(sled::Mode::HighThroughput)
            .flush_every_ms(None)
    };
    let damaged = |why: String| StoreError::Damaged {
        dir: paths.dir.clone(),
        why,
    };
    let since = Instant::now();
    loop {
        match catch_unwind(AssertUnwindSafe(|| config().open())) {
            Ok(Ok(db)) => return Ok(db),
            Ok(Err(sled::Error::Io(error))) => {
                // We hold the directory, so the holder can only be what is left of an earlier store of this process.
                let held = error.to_string().contains("could not acquire lock");
                if held && since.elapsed() < SLED_LOCK_PATIENCE {
                    std::thread::sleep(Duration::from_millis(2));
                    continue;
                }
                if error.kind() == io::ErrorKind::StorageFull {
                    let free = options.disk.free_bytes(&paths.dir).unwrap_or(0);
                    return Err(StoreError::Full {
                        free,
                        needed: options.low_space_bytes,
                    });
                }
                return Err(StoreError::io(
                    format!("open {}", paths.sled().display()),
                    &error,
                ));
            }
            Ok(Err(error)) => return Err(damaged(error.to_string())),
            Err(_) => return Err(damaged("its files make no sense to sled".to_owned())),
        }
    }
}

/// What an existing store says of itself.
struct Existing {
    state: State,
    /// What sled lacks, in order.
    journal: Vec<Group>,
    /// The newest group.
    group: u64,
}

/// The state of an existing store, `None` for a new one.
fn read_state(
    reader: &Reader,
    marked: u64,
    groups: Vec<Group>,
    options: &SledOptions,
) -> Result<Option<Existing>, StoreError> {
    let damaged = |why: String| StoreError::Damaged {
        dir: reader.dir.clone(),
        why,
    };
    let row = reader.row(&prefixed(space::STORE, State::KEY))?;
    let Some(row) = row else {
        let empty = reader.guarded(|| Ok(reader.db.first()?.is_none()))?;
        if (empty && marked == 0 && groups.is_empty()) || options.accept_loss {
            return Ok(None);
        }
        return Err(damaged("the record of its state is missing".to_owned()));
    };
    let state = match State::read(&row) {
        Some(state) => state,
        None if options.accept_loss => return Ok(None),
        None => return Err(damaged("the record of its state is damaged".to_owned())),
    };
    if state.format > FORMAT {
        return Err(StoreError::NewerFormat {
            dir: reader.dir.clone(),
            found: state.format,
            supported: FORMAT,
        });
    }
    let begun = state.next.map_or(0, |next| next.group);
    let known = groups.last().map_or(0, |group| group.number);
    let known = known.max(marked).max(begun);
    let mut group = state.sum.group;
    let mut journal = Vec::new();
    for next in groups {
        if next.number == group.wrapping_add(1) {
            group = next.number;
            journal.push(next);
        }
    }
    if known > group && !options.accept_loss {
        let missing = known - group;
        return Err(damaged(format!(
            "the last {missing} acknowledged groups of commits are missing from its log"
        )));
    }
    Ok(Some(Existing {
        state,
        journal,
        group: group.max(known),
    }))
}

/// Verifies a small store, and takes over what is there where that was asked for.
fn check_rows(writer: &mut Writer, bytes: u64, options: &SledOptions) -> Result<(), StoreError> {
    if bytes > options.verify_below_bytes && !options.accept_loss {
        return Ok(());
    }
    let reader = &writer.reader;
    let (found, sum) = walk(reader)?;
    if options.accept_loss {
        writer.state.sum.rows = sum.rows;
        writer.state.sum.weight = sum.weight;
        return Ok(());
    }
    if found.is_sound() {
        return Ok(());
    }
    let why = match found.damaged.first() {
        Some(first) => format!(
            "{} of {} rows are damaged, the first is {first}",
            found.damaged_rows, found.rows
        ),
        None => format!(
            "it has {} rows instead of {}, or old ones among them",
            found.rows, found.expected_rows
        ),
    };
    Err(StoreError::Damaged {
        dir: reader.dir.clone(),
        why,
    })
}

pub(super) fn verify(reader: &Reader) -> Result<Verification, StoreError> {
    walk(reader).map(|(found, _)| found)
}

/// Reads every row; returns also what they add up to.
fn walk(reader: &Reader) -> Result<(Verification, Sum), StoreError> {
    let _whole = reader.applying();
    let expected = reader
        .row(&prefixed(space::STORE, State::KEY))?
        .and_then(|row| State::read(&row));
    let expected = expected.unwrap_or_default().sum;
    let mut sum = Sum::default();
    let mut found = Verification {
        expected_rows: expected.rows,
        ..Verification::default()
    };
    let mut rows =
        reader.guarded(|| Ok(reader.db.range([space::STORE + 1]..[space::DICTIONARY])))?;
    while let Some((placed, row)) = reader.guarded(|| rows.next().transpose())? {
        found.rows += 1;
        found.bytes += (placed.len() + row.len()) as u64;
        sum.rows += 1;
        sum.weight = sum
            .weight
            .wrapping_add(Head::read(&row).map_or(0, |head| head.weight()));
        let table = placed.first().copied().and_then(Table::from_number);
        let sound = table.is_some_and(|table| reader.check(table, &placed, &row).is_ok());
        if !sound {
            found.damaged_rows += 1;
            if found.damaged.len() < Verification::LISTED {
                let table = table.map_or("unknown", Table::name);
                found.damaged.push(format!(
                    "{table}/{}",
                    placed.get(1..).unwrap_or_default().escape_ascii()
                ));
            }
        }
    }
    found.complete = (sum.rows, sum.weight) == (expected.rows, expected.weight);
    Ok((found, sum))
}

fn sweep(reader: &Reader) -> io::Result<()> {
    let mut named = HashSet::new();
    let rows = reader.guarded(|| {
        for key in reader.db.range([space::LARGE]..[space::LARGE + 1]).keys() {
            named.extend(
                key?.get(1..33)
                    .and_then(|sha256| <[u8; 32]>::try_from(sha256).ok()),
            );
        }
        Ok(())
    });
    match rows {
        Ok(()) => reader.large.sweep(|sha256| named.contains(sha256)),
        // Without the list every file stays.
        Err(_) => Ok(()),
    }
}

/// Makes the names of everything in the directory durable, and sled's settings, which sled does not sync.
fn settle(paths: &Paths, disk: &dyn Disk) -> io::Result<()> {
    disk.sync(&File::open(paths.sled().join("conf"))?)?;
    for dir in [&paths.blobs(), &paths.sled(), &paths.large(), &paths.dir] {
        sync_directory(disk, dir)?;
    }
    match paths.dir.parent() {
        Some(parent) if parent.as_os_str().is_empty() => sync_directory(disk, Path::new(".")),
        Some(parent) => sync_directory(disk, parent),
        None => Ok(()),
    }
}
