//! `switchboard verify`, `export`, `import`, `backup`, `restore`: a whole data directory that no host has open.
//!
//! An export is JSON Lines: a head, one line for each row with its value as it is kept, and a foot with their number and
//! the SHA-256 over them. A backup is a data directory of its own, row by row, so that it can be served as it is.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, anyhow, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};

use super::progress;
use super::setup::data_dir;
use super::usage::Usage;
use crate::model::lasting;
use crate::store::{Batch, SledOptions, SledStore, Store, StoreError, Table, for_each_row};

/// The format of exports that this version writes and reads.
const FORMAT: u32 = 1;
/// Rows that are written together, at most.
const TOGETHER: usize = 1_000;
/// Their bytes together, at most, but for a single large one.
const TOGETHER_BYTES: usize = 8 * 1024 * 1024;

/// Look at every row of a data directory
///
/// Exit code 1 where a row is damaged or missing. The host has to be stopped.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  switchboard verify --data switchboard-data")]
pub(crate) struct VerifyArgs {
    /// The data directory [default: switchboard-data]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Write everything that is kept as JSON Lines
///
/// Customers' words, passwords' hashes and plugins are in it: keep it as you keep the data directory. The host has to be
/// stopped.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  switchboard export --data switchboard-data --out all.jsonl\n  switchboard export | gzip > all.jsonl.gz"
)]
pub(crate) struct ExportArgs {
    /// The data directory [default: switchboard-data]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Write to this new file, readable by its owner only [default: standard output]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Make a data directory of an export
///
/// The directory is made; one that has anything in it is left alone.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  switchboard import all.jsonl --data restored\n  gunzip -c all.jsonl.gz | switchboard import --data restored"
)]
pub(crate) struct ImportArgs {
    /// The export [default: standard input]
    file: Option<PathBuf>,
    /// The new data directory
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
}

/// Copy a data directory, row by row, and look at every row of the copy
///
/// The copy is a data directory itself. The host has to be stopped.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  switchboard backup /backup/monday --data switchboard-data")]
pub(crate) struct BackupArgs {
    /// Where to: a new directory
    dir: PathBuf,
    /// The data directory [default: switchboard-data]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

/// Make a data directory of a backup, and look at every row of it
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  switchboard restore /backup/monday --data switchboard-data")]
pub(crate) struct RestoreArgs {
    /// The backup
    dir: PathBuf,
    /// The new data directory [default: switchboard-data]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

/// Runs `verify`.
///
/// # Errors
/// Where the directory can't be opened.
pub(crate) fn verify(args: VerifyArgs) -> anyhow::Result<ExitCode> {
    let dir = data_dir(args.data, None);
    let store = existing(&dir)?;
    let verified = store.verify()?;
    let is_sound = verified.is_sound();
    if args.json {
        let told = serde_json::json!({
            "sound": is_sound,
            "rows": verified.rows,
            "damaged_rows": verified.damaged_rows,
            "damaged": verified.damaged,
        });
        println!("{told}");
    } else if is_sound {
        println!("{}: {} rows, all sound", dir.display(), verified.rows);
    } else {
        println!(
            "{}: of {} rows {} are damaged: {}",
            dir.display(),
            verified.rows,
            verified.damaged_rows,
            verified.damaged.join(", ")
        );
    }
    Ok(if is_sound {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Runs `export`.
///
/// # Errors
/// Where the directory can't be read, or the export can't be written.
pub(crate) fn export(args: ExportArgs) -> anyhow::Result<ExitCode> {
    let store = existing(&data_dir(args.data, None))?;
    match &args.out {
        Some(path) => {
            let file = private(path).with_context(|| format!("{}", path.display()))?;
            let rows = write_export(&store, BufWriter::new(&file))?;
            file.sync_all()
                .with_context(|| format!("{}", path.display()))?;
            eprintln!("{}: {rows} rows", path.display());
        }
        None => {
            write_export(&store, BufWriter::new(std::io::stdout().lock()))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Runs `import`.
///
/// # Errors
/// Where the export isn't whole, or the directory isn't new.
pub(crate) fn import(args: ImportArgs) -> anyhow::Result<ExitCode> {
    let read = |file: &PathBuf| -> anyhow::Result<usize> {
        let opened = File::open(file).with_context(|| format!("{}", file.display()))?;
        read_export(BufReader::new(opened), &fresh(&args.data)?)
    };
    let rows = match &args.file {
        Some(file) => read(file),
        None => read_export(std::io::stdin().lock(), &fresh(&args.data)?),
    };
    let rows = rows.with_context(|| {
        format!(
            "nothing of {} may be used; remove it before you try again",
            args.data.display()
        )
    })?;
    println!("{}: {rows} rows", args.data.display());
    Ok(ExitCode::SUCCESS)
}

/// Runs `backup`.
///
/// # Errors
/// Where the directory can't be read, or the copy isn't what was read.
pub(crate) fn backup(args: BackupArgs) -> anyhow::Result<ExitCode> {
    copy(&data_dir(args.data, None), &args.dir)
}

/// Runs `restore`.
///
/// # Errors
/// As for `backup`.
pub(crate) fn restore(args: RestoreArgs) -> anyhow::Result<ExitCode> {
    copy(&args.dir, &data_dir(args.data, None))
}

fn copy(from: &Path, to: &Path) -> anyhow::Result<ExitCode> {
    let source = existing(from)?;
    let verified = source.verify()?;
    if !verified.is_sound() {
        bail!(
            "{}: {} of its rows are damaged; look at it with: switchboard verify --data {0}",
            from.display(),
            verified.damaged_rows
        );
    }
    let target = fresh(to)?;
    let bar = progress::counter("copying rows");
    let mut writer = Writer::new(&target);
    for table in Table::ALL {
        for_each_row(&source, *table, b"", |(key, value)| {
            bar.inc(1);
            writer.put(*table, key, value)
        })?;
    }
    let rows = writer.end()?;
    bar.finish_and_clear();
    let copied = target.verify()?;
    if !copied.is_sound() {
        bail!("{}: the copy is damaged; is the disk sound?", to.display());
    }
    println!("{}: {rows} rows, all sound", to.display());
    Ok(ExitCode::SUCCESS)
}

/// A data directory that is there.
fn existing(dir: &Path) -> anyhow::Result<SledStore> {
    if !dir.is_dir() {
        return Err(Usage(format!("--data: {} is not there", dir.display())).into());
    }
    Ok(SledStore::open_with(dir, SledOptions::default())?)
}

/// A data directory that is made.
fn fresh(dir: &Path) -> anyhow::Result<SledStore> {
    let is_taken = dir
        .read_dir()
        .is_ok_and(|mut entries| entries.next().is_some());
    if is_taken {
        return Err(Usage(format!(
            "{} is not empty; name a new directory",
            dir.display()
        ))
        .into());
    }
    let options = SledOptions {
        lasting,
        ..SledOptions::default()
    };
    Ok(SledStore::open_with(dir, options)?)
}

/// A new file that only its owner may read.
fn private(path: &Path) -> std::io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
}

/// Writes rows, many in one batch.
struct Writer<'s> {
    store: &'s SledStore,
    batch: Batch,
    held: (usize, usize),
    rows: usize,
}

impl<'s> Writer<'s> {
    fn new(store: &'s SledStore) -> Self {
        Self {
            store,
            batch: Batch::new(),
            held: (0, 0),
            rows: 0,
        }
    }

    fn put(&mut self, table: Table, key: Vec<u8>, value: Vec<u8>) -> Result<(), StoreError> {
        let size = key.len() + value.len();
        if self.held.0 >= TOGETHER || self.held.0 > 0 && self.held.1 + size > TOGETHER_BYTES {
            self.flush()?;
        }
        self.held = (self.held.0 + 1, self.held.1 + size);
        self.rows += 1;
        self.batch.put(table, key, value);
        Ok(())
    }

    fn flush(&mut self) -> Result<(), StoreError> {
        self.held = (0, 0);
        self.store.commit(std::mem::take(&mut self.batch))
    }

    fn end(mut self) -> Result<usize, StoreError> {
        if self.held.0 > 0 {
            self.flush()?;
        }
        Ok(self.rows)
    }
}

/// The first line.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    switchboard_export: u32,
    version: String,
}

/// A row: its key and value as texts where they are, else as base64.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    table: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key_base64: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    value: Option<Box<RawValue>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    value_base64: Option<String>,
}

/// The last line.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Foot {
    rows: usize,
    sha256: String,
}

impl Line {
    fn of(table: Table, key: &[u8], value: &[u8]) -> Self {
        let text = std::str::from_utf8(key).ok();
        // A value that stands in one line stays byte for byte what it was.
        let json = std::str::from_utf8(value)
            .ok()
            .filter(|text| !text.contains(['\n', '\r']) && text.trim() == *text)
            .and_then(|text| RawValue::from_string(text.to_owned()).ok());
        Self {
            table: table.name().to_owned(),
            key: text.map(str::to_owned),
            key_base64: text.is_none().then(|| BASE64.encode(key)),
            value_base64: json.is_none().then(|| BASE64.encode(value)),
            value: json,
        }
    }

    fn row(self) -> anyhow::Result<(Table, Vec<u8>, Vec<u8>)> {
        let table = Table::from_name(&self.table)
            .ok_or_else(|| anyhow!("table: there is no {:?} in this version", self.table))?;
        let key = match (self.key, self.key_base64) {
            (Some(text), None) => text.into_bytes(),
            (None, Some(text)) => BASE64.decode(text).context("key_base64")?,
            _ => bail!("a row has one of key and key_base64"),
        };
        let value = match (self.value, self.value_base64) {
            (Some(json), None) => json.get().as_bytes().to_vec(),
            (None, Some(text)) => BASE64.decode(text).context("value_base64")?,
            _ => bail!("a row has one of value and value_base64"),
        };
        Ok((table, key, value))
    }
}

fn write_export(store: &SledStore, mut out: impl Write) -> anyhow::Result<usize> {
    let head = Head {
        switchboard_export: FORMAT,
        version: env!("CARGO_PKG_VERSION").to_owned(),
    };
    writeln!(out, "{}", serde_json::to_string(&head)?).context("the export")?;
    let (mut digest, mut rows) = (Sha256::new(), 0);
    let bar = progress::counter("writing rows");
    let mut failed = None;
    for table in Table::ALL {
        for_each_row(store, *table, b"", |(key, value)| {
            if failed.is_some() {
                return Ok(());
            }
            let line = serde_json::to_string(&Line::of(*table, &key, &value));
            let written = line.map_err(std::io::Error::from).and_then(|line| {
                digest.update(line.as_bytes());
                digest.update(b"\n");
                writeln!(out, "{line}")
            });
            failed = written.err();
            rows += 1;
            bar.inc(1);
            Ok(())
        })?;
    }
    if let Some(error) = failed {
        return Err(error).context("the export");
    }
    let foot = Foot {
        rows,
        sha256: format!("{:x}", Hex(&digest.finalize())),
    };
    writeln!(out, "{}", serde_json::to_string(&foot)?).context("the export")?;
    out.flush().context("the export")?;
    bar.finish_and_clear();
    Ok(rows)
}

/// Bytes as hexadecimal digits.
struct Hex<'b>(&'b [u8]);

impl std::fmt::LowerHex for Hex<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

fn read_export(input: impl BufRead, store: &SledStore) -> anyhow::Result<usize> {
    let mut lines = input.lines().enumerate();
    let (_, head) = lines.next().context("the export is empty")?;
    let head: Head = serde_json::from_str(&head?)
        .context("line 1: this is no export; its first line says switchboard_export")?;
    if head.switchboard_export != FORMAT {
        bail!(
            "line 1: an export of format {}; this version reads {FORMAT}",
            head.switchboard_export
        );
    }
    let bar = progress::counter("reading rows");
    let (mut digest, mut foot) = (Sha256::new(), None);
    let mut writer = Writer::new(store);
    for (index, line) in lines {
        let number = index + 1;
        let line = line.with_context(|| format!("line {number}"))?;
        if foot.is_some() {
            bail!("line {number}: there is something behind the last line");
        }
        if line.starts_with("{\"rows\":") {
            let read: Foot =
                serde_json::from_str(&line).with_context(|| format!("line {number}"))?;
            foot = Some(read);
            continue;
        }
        digest.update(line.as_bytes());
        digest.update(b"\n");
        let row: Line = serde_json::from_str(&line).with_context(|| format!("line {number}"))?;
        let (table, key, value) = row.row().with_context(|| format!("line {number}"))?;
        writer.put(table, key, value)?;
        bar.inc(1);
    }
    let foot = foot.context("the last line is missing: the export isn't whole")?;
    let rows = writer.end()?;
    if foot.rows != rows || foot.sha256 != format!("{:x}", Hex(&digest.finalize())) {
        bail!("what was read is not what was written: the export was changed, or isn't whole");
    }
    bar.finish_and_clear();
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(dir: &Path) -> SledStore {
        let store = fresh(dir).unwrap();
        let mut batch = Batch::new();
        batch.put(
            Table::Account,
            "a",
            b"{\"b\":1.50,\"a\":\"\\u6c49\"}".to_vec(),
        );
        batch.put(Table::Plugin, vec![0xff, 0], vec![0, 1, 2, 0xfe]);
        batch.put(Table::Config, "c", b"{\n}".to_vec());
        store.commit(batch).unwrap();
        store
    }

    fn all(store: &SledStore) -> Vec<(Table, Vec<u8>, Vec<u8>)> {
        let mut found = Vec::new();
        for table in Table::ALL {
            for_each_row(store, *table, b"", |(key, value)| {
                found.push((*table, key, value));
                Ok(())
            })
            .unwrap();
        }
        found
    }

    #[test]
    fn what_was_exported_and_imported_is_byte_for_byte_the_same() {
        let dir = tempfile::tempdir().unwrap();
        let store = filled(&dir.path().join("one"));
        let mut text = Vec::new();
        write_export(&store, &mut text).unwrap();
        let other = fresh(&dir.path().join("two")).unwrap();
        let rows = read_export(text.as_slice(), &other).unwrap();
        assert!(rows >= 3);
        assert_eq!(all(&store), all(&other));
    }

    #[test]
    fn an_export_that_was_cut_or_changed_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let store = filled(&dir.path().join("one"));
        let mut text = Vec::new();
        write_export(&store, &mut text).unwrap();
        let text = String::from_utf8(text).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        let cut = lines[..lines.len() - 1].join("\n");
        let less = [&lines[..1], &lines[2..]].concat().join("\n");
        let changed = text.replace("1.50", "1.51");
        for (nth, text) in [cut, less, changed, String::new(), "{}".to_owned()]
            .iter()
            .enumerate()
        {
            let other = fresh(&dir.path().join(format!("other{nth}"))).unwrap();
            assert!(read_export(text.as_bytes(), &other).is_err(), "{text}");
        }
    }

    #[test]
    fn a_backup_is_a_data_directory_with_the_same_rows() {
        let dir = tempfile::tempdir().unwrap();
        let (one, two) = (dir.path().join("one"), dir.path().join("two"));
        let rows = all(&filled(&one));
        copy(&one, &two).unwrap();
        assert_eq!(all(&existing(&two).unwrap()), rows);
        assert!(copy(&one, &two).is_err(), "nothing is written over");
    }
}
