//! What a plugin is made from, as one digest, worked out without compiling anything: so that a
//! test can tell that a component in `plugins/dist/` is older than its source.
//!
//! In it go the files of the plugin's crate and of the workspace crates that it depends on, all
//! of `wit/`, the compiler profiles, the versions and checksums of every dependency (from
//! `Cargo.lock`), and those of the encoder. Tests, benches and examples stay out, and so do
//! dependencies that only they need.

use crate::toolchain::PROFILE;
use anyhow::{Context, Result, ensure};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use toml::{Table, Value};

/// The contract's folder, part of every plugin.
const CONTRACT: &str = "wit";
/// The crate that turns modules into components: another version makes other bytes.
const ENCODER: &str = "wit-component";
/// Names of a crate's folders and files that never go into its library. (Should one do so all the
/// same, the build refuses it.)
const NOT_SOURCE: [&str; 7] = [
    "tests.rs",
    "tests",
    "benches",
    "examples",
    "snapshots",
    "proptest-regressions",
    "target",
];

/// A workspace crate that is compiled to a component: one in `plugins/` whose library has the
/// crate type `cdylib`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Plugin {
    /// The package's name, which is also the component's.
    pub(crate) name: String,
}

impl Plugin {
    /// The name of its library target, as in file names.
    pub(crate) fn lib_name(&self) -> String {
        self.name.replace('-', "_")
    }
}

/// What a plugin is made from.
#[derive(Debug)]
pub(crate) struct Sources {
    /// SHA-256 in hexadecimal.
    pub(crate) digest: String,
    /// The files it covers, relative to the workspace.
    pub(crate) files: BTreeSet<PathBuf>,
    /// The workspace crates among them.
    pub(crate) crates: Vec<String>,
}

/// The workspace's manifests and its lock file.
#[derive(Debug)]
pub(crate) struct Workspace {
    root: PathBuf,
    manifest: Table,
    members: BTreeMap<String, Member>,
    locked: Vec<Locked>,
}

#[derive(Debug)]
struct Member {
    /// Relative to the workspace.
    directory: PathBuf,
    manifest: Table,
}

/// An entry of `Cargo.lock`.
#[derive(Debug)]
struct Locked {
    name: String,
    version: String,
    checksum: String,
    /// As cargo writes them: `name`, or `name version` where several versions are there.
    dependencies: Vec<String>,
}

impl Workspace {
    /// Reads the workspace at `root`.
    pub(crate) fn read(root: &Path) -> Result<Self> {
        let manifest = read_toml(&root.join("Cargo.toml"))?;
        let mut members = BTreeMap::new();
        for directory in strings(manifest.get("workspace").and_then(|w| w.get("members"))) {
            let member = read_toml(&root.join(&directory).join("Cargo.toml"))?;
            let name = member
                .get("package")
                .and_then(|package| package.get("name"))
                .and_then(Value::as_str)
                .with_context(|| format!("{directory}/Cargo.toml names no package"))?;
            let name = name.to_owned();
            members.insert(
                name,
                Member {
                    directory: directory.into(),
                    manifest: member,
                },
            );
        }
        let lock = read_toml(&root.join("Cargo.lock"))?;
        let packages = lock.get("package").and_then(Value::as_array);
        let locked = packages.into_iter().flatten().map(Locked::new).collect();
        Ok(Self {
            root: root.to_owned(),
            manifest,
            members,
            locked,
        })
    }

    /// The plugins, in the order of their names.
    pub(crate) fn plugins(&self) -> Vec<Plugin> {
        let is_component = |member: &Member| {
            let library = member.manifest.get("lib");
            member.directory.starts_with("plugins")
                && strings(library.and_then(|lib| lib.get("crate-type")))
                    .contains(&"cdylib".to_owned())
        };
        let named = self
            .members
            .iter()
            .filter(|(_, member)| is_component(member));
        named
            .map(|(name, _)| Plugin { name: name.clone() })
            .collect()
    }

    /// Everything that `plugin` is made from.
    pub(crate) fn sources(&self, plugin: &Plugin) -> Result<Sources> {
        let crates = self.crates_below(&plugin.name)?;
        let mut parts: BTreeSet<String> = BTreeSet::new();
        let mut files = BTreeSet::new();
        let mut registry = self.locked_for("xtask", &[ENCODER.to_owned()]);
        list_files(&self.root, Path::new(CONTRACT), &mut files)?;
        for (crate_name, member) in &crates {
            let mut wanted = Vec::new();
            list_files(&self.root, &member.directory, &mut files)?;
            for (name, declared) in dependencies(&member.manifest) {
                let shared = self.shared_dependency(&name);
                parts.insert(format!("dependency {name} {}", canonical(&declared)));
                parts.insert(format!("shared dependency {name} {}", canonical(&shared)));
                wanted.push(package_name(&name, &declared, &shared));
            }
            registry.extend(self.locked_for(crate_name, &wanted));
        }
        ensure!(
            files.iter().any(|file| file.starts_with(CONTRACT)),
            "the folder {CONTRACT}/ is missing or empty: it holds the contract of the plugins"
        );
        parts.extend(self.locked_below(registry));
        for profile in [PROFILE, "release"] {
            let profile_settings = self.manifest.get("profile").and_then(|p| p.get(profile));
            parts.extend(profile_settings.map(|p| format!("profile {profile} {}", canonical(p))));
        }
        let shared_package = self
            .manifest
            .get("workspace")
            .and_then(|w| w.get("package"));
        parts.extend(shared_package.map(|p| format!("package {}", canonical(p))));
        Ok(Sources {
            digest: self.digest(&parts, &files)?,
            files,
            crates: crates.into_keys().collect(),
        })
    }

    /// The plugin's crate and the workspace crates that it depends on.
    fn crates_below(&self, name: &str) -> Result<BTreeMap<String, &Member>> {
        let mut found = BTreeMap::new();
        let mut waiting = vec![name.to_owned()];
        while let Some(name) = waiting.pop() {
            let Some(member) = self.members.get(&name) else {
                continue;
            };
            if found.insert(name, member).is_none() {
                for (key, declared) in dependencies(&member.manifest) {
                    waiting.push(package_name(&key, &declared, &self.shared_dependency(&key)));
                }
            }
        }
        ensure!(!found.is_empty(), "the workspace has no crate `{name}`");
        Ok(found)
    }

    fn shared_dependency(&self, name: &str) -> Value {
        let shared = self
            .manifest
            .get("workspace")
            .and_then(|w| w.get("dependencies"));
        shared
            .and_then(|d| d.get(name))
            .cloned()
            .unwrap_or(Value::Boolean(false))
    }

    /// Those of the workspace crate's locked dependencies that have one of the `names`. (The lock
    /// file also lists what only its tests need.)
    fn locked_for(&self, crate_name: &str, names: &[String]) -> Vec<String> {
        let own = self
            .locked
            .iter()
            .filter(|package| package.name == crate_name);
        let dependencies = own.flat_map(|package| &package.dependencies);
        let name = |dependency: &str| dependency.split(' ').next().map(str::to_owned);
        let wanted = dependencies.filter(|d| name(d).is_some_and(|name| names.contains(&name)));
        wanted.cloned().collect()
    }

    /// The entries of `Cargo.lock` that `names` lead to, workspace members left out.
    fn locked_below(&self, names: Vec<String>) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let mut waiting = names;
        while let Some(wanted) = waiting.pop() {
            for package in self.locked.iter().filter(|p| p.is_called(&wanted)) {
                let is_member = self.members.contains_key(&package.name);
                if !is_member && found.insert(package.line()) {
                    waiting.extend(package.dependencies.iter().cloned());
                }
            }
        }
        found
    }

    fn digest(&self, parts: &BTreeSet<String>, files: &BTreeSet<PathBuf>) -> Result<String> {
        let mut hash = Sha256::new();
        let mut add = |name: &str, bytes: &[u8]| {
            hash.update(format!("{} {name}\n{}\n", name.len(), bytes.len()));
            hash.update(bytes);
        };
        for part in parts {
            add("part", part.as_bytes());
        }
        for file in files {
            let path = self.root.join(file);
            let bytes =
                std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
            let name: Vec<_> = file.iter().map(|part| part.to_string_lossy()).collect();
            add(&name.join("/"), &bytes);
        }
        Ok(hexadecimal(&hash.finalize()))
    }
}

impl Locked {
    fn new(entry: &Value) -> Self {
        let text = |key| {
            entry
                .get(key)
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        Self {
            name: text("name"),
            version: text("version"),
            checksum: text("checksum"),
            dependencies: strings(entry.get("dependencies")),
        }
    }

    fn is_called(&self, wanted: &str) -> bool {
        match wanted.split_once(' ') {
            Some((name, version)) => {
                self.name == name && version.split(' ').next() == Some(&self.version)
            }
            None => self.name == wanted,
        }
    }

    fn line(&self) -> String {
        format!("locked {} {} {}", self.name, self.version, self.checksum)
    }
}

/// SHA-256 of `bytes` in hexadecimal.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What goes into the library: normal and build dependencies, for any target.
fn dependencies(manifest: &Table) -> Vec<(String, Value)> {
    let of_targets = manifest.get("target").and_then(Value::as_table);
    let tables = of_targets
        .into_iter()
        .flat_map(Table::values)
        .filter_map(Value::as_table);
    let declared = tables.chain([manifest]).flat_map(|table| {
        ["dependencies", "build-dependencies"]
            .into_iter()
            .filter_map(|kind| table.get(kind))
    });
    let entries = declared.filter_map(Value::as_table).flatten();
    entries
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// The package behind a dependency's key, which may rename it.
fn package_name(key: &str, declared: &Value, shared: &Value) -> String {
    let renamed = [declared, shared]
        .into_iter()
        .find_map(|d| d.get("package")?.as_str());
    renamed.unwrap_or(key).to_owned()
}

fn list_files(root: &Path, directory: &Path, found: &mut BTreeSet<PathBuf>) -> Result<()> {
    let absolute = root.join(directory);
    let Ok(entries) = std::fs::read_dir(&absolute) else {
        return Ok(());
    };
    for entry in entries {
        let entry = entry.with_context(|| format!("cannot list {}", absolute.display()))?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let path = directory.join(&*name);
        if name.starts_with('.') || name.ends_with('~') || NOT_SOURCE.contains(&&*name) {
            continue;
        }
        if entry.file_type()?.is_dir() {
            list_files(root, &path, found)?;
        } else {
            found.insert(path);
        }
    }
    Ok(())
}

fn read_toml(path: &Path) -> Result<Table> {
    let text =
        std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    toml::from_str(&text).with_context(|| format!("{} is not TOML", path.display()))
}

fn strings(list: Option<&Value>) -> Vec<String> {
    let items = list.and_then(Value::as_array).into_iter().flatten();
    items.filter_map(Value::as_str).map(str::to_owned).collect()
}

/// A value with the keys of its tables in order, however the parser kept them.
fn canonical(value: &Value) -> String {
    match value {
        Value::Table(table) => {
            let sorted: BTreeMap<_, _> = table.iter().collect();
            let items = sorted
                .into_iter()
                .map(|(key, value)| format!("{key}={}", canonical(value)));
            format!("{{{}}}", items.collect::<Vec<_>>().join(","))
        }
        Value::Array(items) => {
            format!(
                "[{}]",
                items.iter().map(canonical).collect::<Vec<_>>().join(",")
            )
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests;
