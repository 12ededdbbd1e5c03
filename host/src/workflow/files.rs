//! Where a desk's files come from. The only place of this room that opens files.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use include_dir::{Dir, include_dir};

use super::Problem;

static DEMO: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../examples/blue-whale-toys");

/// Relative name, with `/` on every platform, and content.
pub type Files = BTreeMap<String, Vec<u8>>;

/// No text file of a desk is larger.
const MAX_TEXT: u64 = 1 << 20;
/// No component is larger: as the sandbox takes them. One of Python has 18 MiB.
const MAX_COMPONENT: u64 = 32 << 20;
/// No folder of a desk has more files.
const MAX_FILES: usize = 10_000;

/// Where a desk's files come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeskFiles {
    /// A directory on disk.
    Directory(PathBuf),
    /// The demo desk inside the binary: Blue Whale Toys.
    Embedded,
}

impl DeskFiles {
    /// The directory, or the built-in demo desk where there is none.
    pub fn from_argument(desk: Option<&Path>) -> Self {
        desk.map_or(Self::Embedded, |path| Self::Directory(path.to_owned()))
    }

    /// Reads every file that a desk is made of: the three TOML files, `knowledge/*.md`, `plugins/*.wasm` and `exams/*.jsonl`, and what
    /// else lies among them, so that a mistyped name can be noticed. Hidden files are left out.
    ///
    /// # Errors
    /// A directory or file that can't be read, or one that is too large.
    pub fn read(&self) -> Result<Files, Vec<Problem>> {
        match self {
            Self::Embedded => Ok(embedded(&DEMO)),
            Self::Directory(root) => {
                let mut reading = Reading {
                    root,
                    files: Files::new(),
                    problems: Vec::new(),
                };
                reading.folder("");
                for folder in ["knowledge", "plugins", "exams"] {
                    if root.join(folder).is_dir() {
                        reading.folder(folder);
                    }
                }
                if reading.problems.is_empty() {
                    Ok(reading.files)
                } else {
                    Err(reading.problems)
                }
            }
        }
    }
}

impl std::fmt::Display for DeskFiles {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Directory(path) => path.display().fmt(f),
            Self::Embedded => f.write_str("the built-in demo desk"),
        }
    }
}

/// All files of the demo desk.
pub(super) fn embedded(folder: &Dir<'_>) -> Files {
    let mut files: Files = folder
        .files()
        .filter(|file| !hidden(file.path()))
        .map(|file| {
            (
                file.path().to_string_lossy().replace('\\', "/"),
                file.contents().to_vec(),
            )
        })
        .collect();
    folder
        .dirs()
        .for_each(|folder| files.extend(embedded(folder)));
    files
}

/// All files of the demo desk.
pub(super) fn demo() -> Files {
    embedded(&DEMO)
}

fn hidden(path: &Path) -> bool {
    path.file_name()
        .is_some_and(|name| name.to_string_lossy().starts_with('.'))
}

struct Reading<'r> {
    root: &'r Path,
    files: Files,
    problems: Vec<Problem>,
}

impl Reading<'_> {
    fn problem(&mut self, file: &str, message: String) {
        self.problems.push(Problem::at(file, "", 0, message));
    }

    fn folder(&mut self, folder: &str) {
        let path = self.root.join(folder);
        let shown = if folder.is_empty() {
            "desk.toml"
        } else {
            folder
        };
        let entries = match fs::read_dir(&path) {
            Ok(entries) => entries,
            Err(error) => {
                let message = format!(
                    "the desk directory {} can't be read ({error}); check the path and its permissions, or write a desk with: switchboard init {0}",
                    path.display()
                );
                return self.problem(shown, message);
            }
        };
        for (number, entry) in entries.enumerate() {
            if number >= MAX_FILES {
                return self.problem(shown, format!("{} has more than {MAX_FILES} entries; keep only the desk's own files in it", path.display()));
            }
            match entry {
                Ok(entry) if hidden(&entry.path()) => {}
                Ok(entry) => self.file(folder, &entry.path()),
                Err(error) => self.problem(
                    shown,
                    format!("an entry of {} can't be read ({error})", path.display()),
                ),
            }
        }
    }

    fn file(&mut self, folder: &str, path: &Path) {
        let Some(name) = path.file_name() else { return };
        let base = name.to_string_lossy();
        let name = if folder.is_empty() {
            base.into_owned()
        } else {
            format!("{folder}/{base}")
        };
        if !path.is_file() || !matters(&name) {
            return;
        }
        let most = if name.to_lowercase().ends_with(".wasm") {
            MAX_COMPONENT
        } else {
            MAX_TEXT
        };
        let mut content = Vec::new();
        match fs::File::open(path).and_then(|file| file.take(most + 1).read_to_end(&mut content)) {
            Err(error) => self.problem(
                &name,
                format!("the file can't be read ({error}); check its permissions"),
            ),
            Ok(_) if content.len() as u64 > most => {
                self.problem(
                    &name,
                    format!(
                        "the file is larger than {} KiB; make it smaller or move it elsewhere",
                        most >> 10
                    ),
                );
            }
            Ok(_) => {
                self.files.insert(name, content);
            }
        }
    }
}

/// Whether a file belongs to a desk or is named as if it was meant to. Only these are read.
fn matters(name: &str) -> bool {
    let name = name.to_lowercase();
    match name.split_once('/') {
        None => name.ends_with(".toml"),
        Some(("knowledge", file)) => file.ends_with(".md") || file.ends_with(".markdown"),
        Some(("plugins", file)) => file.ends_with(".wasm") || file.ends_with(".wasm.sig"),
        Some(("exams", file)) => file.ends_with(".jsonl"),
        Some(_) => false,
    }
}
