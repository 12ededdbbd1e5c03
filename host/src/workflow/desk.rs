//! A desk, read and found sound.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::tz::TimeZone;
use semver::Version;
use sha2::{Digest, Sha256};

use super::calendar::{Calendar, Hours, zone};
use super::directory::{self, Directory};
use super::files::{DeskFiles, Files};
use super::reader::{self, Placed, Reader, Section, Value, is_name};
use super::record_form::RecordForm;
use super::settings::Settings;
use super::step::{self, Step, Steps};
use super::{Problem, TrustedKey, language, outside, suggest, trust};
use crate::egress::ModelServer;
use crate::knowledge::{Article, parse_article};
use crate::model::{EventKind, Language};

/// The name of the file that makes a directory a desk.
pub const DESK_FILE: &str = "desk.toml";
/// Opening hours.
pub const HOURS_FILE: &str = "hours.toml";
/// Departments and people.
pub const DIRECTORY_FILE: &str = "directory.toml";

/// One support operation: all that its directory says, read and found sound.
#[derive(Clone, Debug)]
pub struct Desk {
    /// What the business is called.
    pub name: String,
    /// Where its clock stands.
    pub time_zone: TimeZone,
    /// The zone's IANA name.
    pub time_zone_name: String,
    /// The languages it serves, best first; at least one.
    pub languages: Vec<Language>,
    /// Its business hours.
    pub calendar: Calendar,
    /// Its hours with the further calendars that `hours.toml` names.
    pub hours: Hours,
    /// Its people.
    pub directory: Directory,
    /// What it knows, by file name.
    pub articles: Vec<Article>,
    /// Its steps, in the order of the file.
    pub steps: Vec<Step>,
    /// For each kind of event that it handles the indices of the steps, in order.
    pub chains: BTreeMap<EventKind, Vec<usize>>,
    /// What looks at every text before it goes to a customer, in order.
    pub reviewers: Vec<Step>,
    /// How the host itself behaves here.
    pub settings: Settings,
    /// When the service record form is delivered, and to whom; none: it isn't.
    pub record_form: Option<RecordForm>,
    /// Its language model; none: plugins that ask for one are told so.
    pub model: Option<ModelServer>,
    /// SHA-256 over all files, in hexadecimal: two desks of one revision answer alike.
    pub revision: String,
    /// Its own plugins, by file name.
    pub plugin_files: Vec<PluginFile>,
    /// Whose signatures count; empty: plugins needn't be signed.
    pub trusted_keys: Vec<TrustedKey>,
    /// Its files of exams, by name.
    pub exams: BTreeMap<String, Arc<str>>,
}

/// A component in the desk's `plugins` folder: `NAME.wasm` or `NAME@VERSION.wasm`.
#[derive(Clone, PartialEq, Eq)]
pub struct PluginFile {
    /// The plugin's name, as the file has it.
    pub name: String,
    /// Its version, where the file's name says it.
    pub version: Option<Version>,
    /// The file, relative to the desk.
    pub file: String,
    /// The component.
    pub bytes: Arc<[u8]>,
    /// What stands in `NAME.wasm.sig` beside it.
    pub signature: Option<String>,
}

impl std::fmt::Debug for PluginFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PluginFile({}, {} bytes)", self.file, self.bytes.len())
    }
}

impl Desk {
    /// Reads a desk.
    ///
    /// # Errors
    /// Everything that is wrong with any of its files, sorted by file and line.
    pub fn load(files: &DeskFiles) -> Result<Self, Vec<Problem>> {
        Self::from_files(&files.read()?)
    }

    /// Reads a desk from the content of its files.
    ///
    /// # Errors
    /// As [`Desk::load`].
    pub fn from_files(files: &Files) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let desk = load(files, &mut problems);
        problems.sort();
        problems.dedup();
        match desk {
            Some(desk) if problems.is_empty() => Ok(desk),
            _ => Err(problems),
        }
    }

    /// The steps that an event of this kind runs through, in order.
    pub fn chain(&self, event: EventKind) -> impl Iterator<Item = &Step> {
        self.chains
            .get(&event)
            .into_iter()
            .flatten()
            .filter_map(|index| self.steps.get(*index))
    }

    /// The step or reviewer of that name.
    pub fn step(&self, name: &str) -> Option<&Step> {
        self.steps
            .iter()
            .chain(&self.reviewers)
            .find(|step| step.name == name)
    }
}

fn load(files: &Files, problems: &mut Vec<Problem>) -> Option<Desk> {
    misnamed_files(files, problems);
    let basics = match text(files, DESK_FILE, problems) {
        Some(text) => reader::read(DESK_FILE, text, problems, |reader, root| {
            desk_file(reader, &root)
        }),
        None => {
            if !files.contains_key(DESK_FILE) {
                let message = "there is no desk.toml here; check the path, or write a desk to start from with: switchboard init DIR";
                problems.push(Problem::at(DESK_FILE, "", 0, message));
            }
            None
        }
    };
    let zone = basics
        .as_ref()
        .map_or(TimeZone::UTC, |basics| basics.time_zone.clone());
    let hours = hours_file(files, problems);
    let directory = match text(files, DIRECTORY_FILE, problems) {
        Some(text) => reader::read(DIRECTORY_FILE, text, problems, |reader, root| {
            directory::read(reader, &root, &hours, &zone)
        }),
        None => Directory::default(),
    };
    let articles = articles(files, problems);
    unknown_responsible(files, &articles, &directory, problems);
    let plugin_files = plugin_files(files, problems);
    let basics = basics?;
    let exams = exams(files, &basics.settings, problems);
    if let Some(form) = &basics.record_form
        && files.contains_key(DIRECTORY_FILE)
    {
        form.check(&directory, problems);
    }
    Some(Desk {
        name: basics.name,
        calendar: hours.calendar(&zone),
        time_zone: zone,
        time_zone_name: basics.time_zone_name,
        languages: basics.languages,
        hours,
        directory,
        articles,
        steps: basics.steps.steps,
        chains: basics.steps.chains,
        reviewers: basics.steps.reviewers,
        settings: basics.settings,
        record_form: basics.record_form,
        model: basics.model,
        revision: revision(files),
        plugin_files,
        trusted_keys: basics.trusted_keys,
        exams,
    })
}

/// What `desk.toml` says.
struct Basics {
    name: String,
    time_zone: TimeZone,
    time_zone_name: String,
    languages: Vec<Language>,
    steps: Steps,
    settings: Settings,
    record_form: Option<RecordForm>,
    model: Option<ModelServer>,
    trusted_keys: Vec<TrustedKey>,
}

pub(super) const FILE_KEYS: &[&str] = &[
    "name",
    "time-zone",
    "languages",
    "on",
    "step",
    "reviewer",
    "settings",
    "record-form",
    "model",
    "plugins",
];

fn desk_file(reader: &mut Reader<'_>, root: &Section<'_, '_>) -> Option<Basics> {
    reader.known_keys(root, FILE_KEYS);
    let name = reader.required(root, "name", "name = \"Blue Whale Toys\"");
    let name = name
        .and_then(|value| reader.text(value, "name", "\"Blue Whale Toys\""))
        .map(str::to_owned);
    let zone = reader
        .required(root, "time-zone", "time-zone = \"Asia/Shanghai\"")
        .and_then(|value| time_zone(reader, value));
    let spoken = reader.required(
        root,
        "languages",
        "languages = [\"zh-Hans\", \"zh-Hant\", \"en\"]",
    );
    let languages = spoken.map_or_else(Vec::new, |value| languages(reader, value));
    let settings = spoken.map(|value| Settings::read(reader, root, &languages, value));
    let steps = step::read(reader, root);
    let record_form = RecordForm::read(reader, root);
    let model = root
        .get("model")
        .and_then(|value| outside::model(reader, value));
    let trusted_keys = trust::read(reader, root);
    let (time_zone_name, time_zone) = zone?;
    Some(Basics {
        name: name?,
        time_zone,
        time_zone_name,
        languages,
        steps,
        settings: settings?,
        record_form,
        model,
        trusted_keys,
    })
}

fn time_zone(reader: &mut Reader<'_>, value: &Value<'_>) -> Option<(String, TimeZone)> {
    let name = reader.text(value, "time-zone", "\"Asia/Shanghai\"")?;
    if let Some(zone) = zone(name) {
        return Some((zone.iana_name().unwrap_or(name).to_owned(), zone));
    }
    let hint = match nearest_zone(name) {
        Some(meant) => format!("did you mean \"{meant}\"?"),
        None => "write an IANA name like \"Asia/Shanghai\" or \"Europe/Berlin\"".to_owned(),
    };
    reader.problem(
        &value.span(),
        format!("there is no time zone \"{name}\"; {hint}"),
    );
    None
}

/// The zone whose name or city is nearest.
fn nearest_zone(name: &str) -> Option<String> {
    let database = jiff::tz::TimeZoneDatabase::bundled();
    let names: Vec<String> = database
        .available()
        .map(|name| name.to_string())
        .filter(|name| name.contains('/'))
        .collect();
    let city = |name: &str| name.rsplit('/').next().unwrap_or(name).to_lowercase();
    // Half of China looks for the zone of its own city; all of it keeps Shanghai's time.
    let wanted = match city(name).as_str() {
        "beijing" | "peking" | "shenzhen" | "guangzhou" | "china" | "prc" | "cst" => {
            "shanghai".to_owned()
        }
        other => other.replace(' ', "_"),
    };
    let by_city = names.iter().find(|known| city(known) == wanted);
    by_city
        .cloned()
        .or_else(|| suggest::nearest(name, names.iter().map(String::as_str)).map(str::to_owned))
}

fn languages(reader: &mut Reader<'_>, value: &Value<'_>) -> Vec<Language> {
    let before = reader.problem_count();
    let mut languages: Vec<Language> = Vec::new();
    for Placed { place, value: tag } in reader.texts(value, "languages", "[\"zh-Hans\", \"en\"]") {
        match language::canonical(tag) {
            Ok(language) if languages.contains(&language) => {
                reader.problem(
                    &place,
                    format!("the language {language} stands here twice; remove one"),
                );
            }
            Ok(language) => languages.push(language),
            Err(message) => reader.problem(&place, message),
        }
    }
    if languages.is_empty() && reader.problem_count() == before {
        reader.problem(
            &value.span(),
            "the desk serves no language; write one like languages = [\"zh-Hans\", \"en\"]",
        );
    }
    languages
}

/// The text of a file, where it is there and is text.
fn text<'f>(files: &'f Files, name: &str, problems: &mut Vec<Problem>) -> Option<&'f str> {
    let bytes = files.get(name)?;
    match std::str::from_utf8(bytes) {
        Ok(text) => Some(text),
        Err(error) => {
            let valid = bytes.get(..error.valid_up_to()).unwrap_or_default();
            let before = String::from_utf8_lossy(valid);
            problems.push(Problem::at(
                name,
                &before,
                before.len(),
                "this is not UTF-8 text; save the file with the encoding UTF-8",
            ));
            None
        }
    }
}

fn hours_file(files: &Files, problems: &mut Vec<Problem>) -> Hours {
    let parsed = text(files, HOURS_FILE, problems).map(|text| Hours::parse(HOURS_FILE, text));
    match parsed {
        Some(Ok(hours)) => hours,
        Some(Err(found)) => {
            problems.extend(found);
            Hours::round_the_clock()
        }
        None => Hours::round_the_clock(),
    }
}

fn articles(files: &Files, problems: &mut Vec<Problem>) -> Vec<Article> {
    let mut articles = Vec::new();
    for name in files
        .keys()
        .filter(|name| name.starts_with("knowledge/") && name.ends_with(".md"))
    {
        match text(files, name, problems).map(|text| parse_article(name, text)) {
            Some(Ok(article)) => articles.push(article),
            Some(Err(found)) => problems.extend(found),
            None => {}
        }
    }
    articles
}

/// An article whose people the directory doesn't know would send customers nowhere.
fn unknown_responsible(
    files: &Files,
    articles: &[Article],
    directory: &Directory,
    problems: &mut Vec<Problem>,
) {
    if !files.contains_key(DIRECTORY_FILE) {
        return;
    }
    for article in articles {
        let Some(topic) = article
            .responsible
            .as_deref()
            .filter(|topic| !directory.has(topic))
        else {
            continue;
        };
        let file = format!("knowledge/{}.md", article.id);
        let text = files
            .get(&file)
            .map(|bytes| String::from_utf8_lossy(bytes))
            .unwrap_or_default();
        let offset = text.find("responsible").unwrap_or_default();
        let message = format!(
            "nobody in directory.toml answers for \"{topic}\"; add it to the responsibilities of a [[person]], or name a department"
        );
        problems.push(Problem::at(&file, &text, offset, message));
    }
}

/// The files of exams, each of which must be there.
fn exams(
    files: &Files,
    settings: &Settings,
    problems: &mut Vec<Problem>,
) -> BTreeMap<String, Arc<str>> {
    let mut exams = BTreeMap::new();
    for (plugin, exam) in &settings.exams {
        if !files.contains_key(&exam.file) {
            problems.push(Problem {
                file: DESK_FILE.to_owned(),
                line: exam.line,
                column: 1,
                message: format!(
                    "the exam of {plugin}, {}, isn't there; write it into the desk's folder exams, one case a line",
                    exam.file
                ),
            });
        } else if let Some(text) = text(files, &exam.file, problems) {
            exams.insert(exam.file.clone(), text.into());
        }
    }
    exams
}

fn plugin_files(files: &Files, problems: &mut Vec<Problem>) -> Vec<PluginFile> {
    let mut plugins = Vec::new();
    let mut seen = BTreeSet::new();
    for (file, bytes) in files {
        let Some(stem) = file
            .strip_prefix("plugins/")
            .and_then(|name| name.strip_suffix(".wasm"))
        else {
            continue;
        };
        let (name, version) = match stem.split_once('@') {
            Some((name, version)) => (name, Some(version)),
            None => (stem, None),
        };
        let parsed = version.map(Version::parse).transpose();
        match parsed {
            Ok(version) if is_name(name) => {
                if !seen.insert((name.to_owned(), version.clone())) {
                    continue;
                }
                plugins.push(PluginFile {
                    name: name.to_owned(),
                    version,
                    file: file.clone(),
                    bytes: bytes.clone().into(),
                    signature: files
                        .get(&format!("{file}.sig"))
                        .map(|text| String::from_utf8_lossy(text).into_owned()),
                });
            }
            _ => {
                let message = "the file's name doesn't say which plugin it is; call it NAME.wasm or NAME@VERSION.wasm, with NAME of lower-case letters, digits and hyphens, like plugins/auto-reply@0.1.0.wasm";
                problems.push(Problem::at(file, "", 0, message));
            }
        }
    }
    plugins
}

/// A file that is never read because a letter of its name is wrong is the hardest mistake to see.
fn misnamed_files(files: &Files, problems: &mut Vec<Problem>) {
    for file in files.keys() {
        let expected = match file.split_once('/') {
            None => [DESK_FILE, HOURS_FILE, DIRECTORY_FILE].contains(&file.as_str()),
            Some(("knowledge", name)) => name.ends_with(".md"),
            Some(("plugins", name)) => name.ends_with(".wasm") || name.ends_with(".wasm.sig"),
            Some(("exams", name)) => name.ends_with(".jsonl"),
            Some(_) => true,
        };
        if expected {
            continue;
        }
        let message = match suggest::nearest(file, [DESK_FILE, HOURS_FILE, DIRECTORY_FILE]) {
            Some(meant) => format!("this file is not read; did you mean {meant}?"),
            None if file.contains('/') => {
                "this file is not read; write its ending as .md, .wasm or .jsonl, in small letters"
                    .to_owned()
            }
            // Another tool's file.
            None => continue,
        };
        problems.push(Problem::at(file, "", 0, message));
    }
}

fn revision(files: &Files) -> String {
    let mut hash = Sha256::new();
    for (name, content) in files {
        for part in [name.as_bytes(), content] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
    }
    step::hexadecimal(&hash.finalize())
}
