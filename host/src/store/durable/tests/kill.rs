//! The test binary starts itself as a child that writes and says so, kills it, and looks at what is there.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::sync::mpsc;

use super::super::super::KeyRange;
use super::*;

pub(super) const DIRECTORY: &str = "SWITCHBOARD_STORE_CHILD";
pub(super) const WRITERS: usize = 4;

/// Batch `number` of a writer: its number in the counter, and rows of every kind that belong to it.
fn batch(writer: usize, number: u64) -> Batch {
    let mut batch = Batch::new();
    batch.put(
        Table::Counter,
        writer.to_string(),
        number.to_be_bytes().to_vec(),
    );
    batch.put(
        Table::Message,
        format!("{writer}/{number:08}"),
        number.to_be_bytes().to_vec(),
    );
    batch.put(
        Table::Run,
        format!("{writer}/{:08}", number % 50),
        chunked(number),
    );
    if number.is_multiple_of(40) {
        batch.put(Table::Plugin, writer.to_string(), large(number));
    }
    batch
}

fn chunked(number: u64) -> Vec<u8> {
    with_common(vec![number as u8; 100 + (number as usize % 7) * 1500])
}

fn large(number: u64) -> Vec<u8> {
    number.to_be_bytes().repeat(9000)
}

fn count(store: &SledStore, writer: usize) -> u64 {
    let bytes = store
        .get(Table::Counter, writer.to_string().as_bytes())
        .unwrap();
    bytes.map_or(0, |bytes| u64::from_be_bytes(bytes.try_into().unwrap()))
}

#[test]
#[ignore = "started by the test that kills it"]
fn child() {
    let Some(dir) = std::env::var_os(DIRECTORY) else {
        return;
    };
    let store = SledStore::open_with(Path::new(&dir), options()).unwrap();
    std::thread::scope(|scope| {
        for writer in 0..WRITERS {
            let store = &store;
            scope.spawn(move || {
                for number in count(store, writer) + 1.. {
                    store.commit(batch(writer, number)).unwrap();
                    writeln!(io::stdout().lock(), "ack {writer} {number}").unwrap();
                }
            });
        }
    });
}

/// Runs the child until it is killed; the last number it had acknowledged for each writer.
fn run_and_kill(dir: &Path, after: Duration) -> [u64; WRITERS] {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "store::durable::tests::kill::child",
            "--ignored",
            "--nocapture",
        ])
        .env(DIRECTORY, dir)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let output = BufReader::new(child.stdout.take().unwrap());
    let (started, first) = mpsc::channel();
    let reader = std::thread::spawn(move || {
        let mut acknowledged = [0; WRITERS];
        for line in output.split(b'\n').map_while(Result::ok) {
            let line = String::from_utf8_lossy(&line).into_owned();
            let mut words = line.split(' ').skip_while(|word| *word != "ack").skip(1);
            if let (Some(writer), Some(number)) = (words.next(), words.next()) {
                let number: u64 = number.parse().unwrap();
                acknowledged[writer.parse::<usize>().unwrap()] = number;
                let _ = started.send(());
            }
        }
        acknowledged
    });
    first
        .recv_timeout(Duration::from_secs(60))
        .expect("the child acknowledges something");
    std::thread::sleep(after);
    child.kill().unwrap();
    child.wait().unwrap();
    reader.join().unwrap()
}

pub(super) fn check(store: &SledStore, writer: usize, acknowledged: u64) -> u64 {
    let number = count(store, writer);
    assert!(
        number >= acknowledged,
        "writer {writer}: {acknowledged} was acknowledged, {number} is there"
    );
    let prefix = format!("{writer}/");
    let messages = store
        .scan(Table::Message, KeyRange::prefix(&prefix), usize::MAX)
        .unwrap();
    assert_eq!(
        messages.len() as u64,
        number,
        "writer {writer}: as many messages as batches"
    );
    let runs = store
        .scan(Table::Run, KeyRange::prefix(&prefix), usize::MAX)
        .unwrap();
    for (key, value) in runs {
        let slot: u64 = String::from_utf8(key)
            .unwrap()
            .split('/')
            .nth(1)
            .unwrap()
            .parse()
            .unwrap();
        let newest = number - (number + 50 - slot) % 50;
        assert_eq!(
            value,
            chunked(newest),
            "writer {writer}: run {slot} is that of batch {newest}"
        );
    }
    let plugin = store
        .get(Table::Plugin, writer.to_string().as_bytes())
        .unwrap();
    assert_eq!(plugin, (number >= 40).then(|| large(number - number % 40)));
    number
}

#[test]
fn killed_at_any_time_it_has_every_acknowledged_batch_and_no_half_one() {
    let cycles = std::env::var("SWITCHBOARD_KILL_CYCLES")
        .ok()
        .and_then(|cycles| cycles.parse().ok())
        .unwrap_or(30_u64);
    let dir = tempfile::tempdir().unwrap();
    let mut total = 0;
    for cycle in 0..cycles {
        // Spread over the time that a few groups take, without a common period.
        let acknowledged = run_and_kill(dir.path(), Duration::from_micros(cycle * 7919 % 60_000));
        let store = SledStore::open_with(dir.path(), options()).unwrap();
        total = (0..WRITERS)
            .map(|writer| check(&store, writer, acknowledged[writer]))
            .sum();
        let found = store.verify().unwrap();
        assert!(found.is_sound(), "cycle {cycle}: {found:?}");
    }
    eprintln!("{cycles} kills, {total} batches kept");
}
