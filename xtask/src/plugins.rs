//! `cargo xtask plugins`: keeps `plugins/dist/` built, so that nobody needs a WebAssembly
//! toolchain to run the host, and proves that what is kept there comes from its source.

use crate::component;
use crate::lock::{Entry, Lock};
use crate::sources::{Plugin, Sources, Workspace, sha256};
use crate::toolchain::{Origin, PROFILE, TARGET, Toolchain, output};
use anyhow::{Context, Result, ensure};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

const DIST: &str = "plugins/dist";
const LOCK: &str = "dist.lock";
/// The exit code of a comparison that proves nothing either way.
const UNPROVEN: u8 = 2;

/// What to do with the built components.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Build,
    Check,
    CheckSources,
}

/// The command's arguments.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Options {
    mode: Mode,
    toolchain: Option<Origin>,
    /// Empty: all plugins.
    names: Vec<String>,
}

impl Options {
    /// Reads the arguments after `plugins`; the error is for the user.
    pub(crate) fn parse(arguments: &[String]) -> Result<Self, String> {
        let mut options = Self {
            mode: Mode::Build,
            toolchain: None,
            names: Vec::new(),
        };
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            match argument.as_str() {
                "--check" => options.mode = Mode::Check,
                "--check-sources" => options.mode = Mode::CheckSources,
                "--toolchain" => {
                    let origin = rest.next().and_then(|name| Origin::named(name));
                    options.toolchain =
                        Some(origin.ok_or("--toolchain takes `rustup` or `debian`")?);
                }
                unknown if unknown.starts_with('-') => {
                    return Err(format!("there is no option `{unknown}`"));
                }
                name => options.names.push(name.to_owned()),
            }
        }
        Ok(options)
    }
}

/// How a component that is kept compares with one built now.
#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    Same,
    Differs(String),
    /// Other bytes from another toolchain: the same in all that can be compared.
    Unproven,
}

/// Does what `options` say; problems of the plugins are printed and become the exit code.
pub(crate) fn run(options: &Options) -> Result<ExitCode> {
    let project = Project::open(&workspace_root()?)?;
    let selected = project.selected(&options.names)?;
    if options.mode == Mode::CheckSources {
        return Ok(report(&project.stale(&selected)?));
    }
    let origins = match (options.toolchain, options.mode) {
        (Some(origin), _) => vec![origin],
        (None, Mode::Check) => project.recorded_first(),
        (None, _) => vec![Origin::Rustup, Origin::Debian],
    };
    let toolchain = Toolchain::find(&project.root, &origins)?;
    let target = target_directory(&project.root)?.join("wasm");
    println!("Compiling with {}", toolchain.description());
    let builder = Builder {
        project: &project,
        toolchain: &toolchain,
        target: &target,
    };
    match options.mode {
        Mode::Check => builder.check(&selected),
        _ => builder.write(&selected).map(|()| ExitCode::SUCCESS),
    }
}

fn report(problems: &[String]) -> ExitCode {
    for problem in problems {
        eprintln!("{problem}");
    }
    if problems.is_empty() {
        println!("{DIST} matches its sources' digests");
        return ExitCode::SUCCESS;
    }
    eprintln!("Run `cargo xtask plugins` and commit {DIST}.");
    ExitCode::FAILURE
}

/// The workspace and what is kept built in it.
struct Project {
    root: PathBuf,
    workspace: Workspace,
    plugins: Vec<Plugin>,
    lock: Lock,
}

impl Project {
    fn open(root: &Path) -> Result<Self> {
        let workspace = Workspace::read(root)?;
        let plugins = workspace.plugins();
        let lock = Lock::read(&root.join(DIST).join(LOCK))?;
        Ok(Self {
            root: root.to_owned(),
            workspace,
            plugins,
            lock,
        })
    }

    fn selected(&self, names: &[String]) -> Result<Vec<Plugin>> {
        for name in names {
            ensure!(
                self.plugins.iter().any(|plugin| plugin.name == *name),
                "there is no plugin `{name}`; there are: {}",
                self.plugins
                    .iter()
                    .map(|plugin| plugin.name.as_str())
                    .collect::<Vec<_>>()
                    .join(", ")
            );
        }
        let wanted = |plugin: &&Plugin| names.is_empty() || names.contains(&plugin.name);
        Ok(self.plugins.iter().filter(wanted).cloned().collect())
    }

    fn component_path(&self, name: &str) -> PathBuf {
        self.root.join(DIST).join(format!("{name}.wasm"))
    }

    /// All origins, those that made what is kept before the others.
    fn recorded_first(&self) -> Vec<Origin> {
        let recorded = |origin: &Origin| {
            let prefix = format!("{origin}:");
            self.lock
                .plugin
                .values()
                .any(|entry| entry.toolchain.starts_with(&prefix))
        };
        let mut origins = vec![Origin::Rustup, Origin::Debian];
        origins.sort_by_key(|origin| !recorded(origin));
        origins
    }

    /// Which of `plugins` are not built from their sources, as far as digests tell.
    fn stale(&self, plugins: &[Plugin]) -> Result<Vec<String>> {
        let mut problems = self.leftovers()?;
        for plugin in plugins {
            let name = &plugin.name;
            let Some(entry) = self.lock.plugin.get(name) else {
                problems.push(format!("{name}: not in {DIST}/{LOCK}"));
                continue;
            };
            if entry.sources != self.workspace.sources(plugin)?.digest {
                problems.push(format!(
                    "{name}: its sources changed after {DIST}/{name}.wasm was built"
                ));
            }
            match std::fs::read(self.component_path(name)) {
                Ok(bytes) if sha256(&bytes) == entry.component => {}
                Ok(_) => problems.push(format!(
                    "{name}: {DIST}/{name}.wasm is not what {LOCK} says"
                )),
                Err(error) => problems.push(format!("{name}: {DIST}/{name}.wasm: {error}")),
            }
        }
        Ok(problems)
    }

    /// Components and entries that belong to no plugin any more.
    fn leftovers(&self) -> Result<Vec<String>> {
        let is_plugin = |name: &str| self.plugins.iter().any(|plugin| plugin.name == name);
        let mut names: Vec<String> = self.lock.plugin.keys().cloned().collect();
        if let Ok(entries) = std::fs::read_dir(self.root.join(DIST)) {
            for entry in entries {
                let name = entry?.file_name().to_string_lossy().into_owned();
                names.extend(name.strip_suffix(".wasm").map(str::to_owned));
            }
        }
        names.sort();
        names.dedup();
        names.retain(|name| !is_plugin(name));
        Ok(names
            .iter()
            .map(|name| format!("{name}: in {DIST}, but there is no such plugin"))
            .collect())
    }
}

struct Builder<'a> {
    project: &'a Project,
    toolchain: &'a Toolchain,
    target: &'a Path,
}

impl Builder<'_> {
    /// Builds `plugins` and keeps them.
    fn write(&self, plugins: &[Plugin]) -> Result<()> {
        let dist = self.project.root.join(DIST);
        std::fs::create_dir_all(&dist)
            .with_context(|| format!("cannot make {}", dist.display()))?;
        let mut lock = self.project.lock.clone();
        for plugin in plugins {
            let (bytes, sources) = self.build(plugin)?;
            let path = self.project.component_path(&plugin.name);
            std::fs::write(&path, &bytes)
                .with_context(|| format!("cannot write {}", path.display()))?;
            println!("{DIST}/{}.wasm: {} bytes", plugin.name, bytes.len());
            let entry = Entry {
                component: sha256(&bytes),
                sources: sources.digest,
                toolchain: self.toolchain.description().to_owned(),
            };
            lock.plugin.insert(plugin.name.clone(), entry);
        }
        lock.plugin.retain(|name, _| {
            self.project
                .plugins
                .iter()
                .any(|plugin| plugin.name == *name)
        });
        lock.write(&dist.join(LOCK))?;
        for leftover in self.project.leftovers()? {
            println!("{leftover}: delete the file");
        }
        Ok(())
    }

    /// Builds `plugins` and compares them with what is kept.
    fn check(&self, plugins: &[Plugin]) -> Result<ExitCode> {
        let mut problems = self.project.stale(plugins)?;
        let mut unproven = Vec::new();
        for plugin in plugins {
            let (bytes, _) = self.build(plugin)?;
            match self.compare(plugin, &bytes)? {
                Verdict::Same => println!("{}: the same {} bytes", plugin.name, bytes.len()),
                Verdict::Differs(how) => problems.push(format!("{}: {how}", plugin.name)),
                Verdict::Unproven => unproven.push(plugin.name.as_str()),
            }
        }
        if !problems.is_empty() {
            return Ok(report(&problems));
        }
        if unproven.is_empty() {
            println!("{DIST} is what its sources compile to");
            return Ok(ExitCode::SUCCESS);
        }
        eprintln!(
            "NOT PROVEN: {}\nThe digests of the sources and the contracts match, but the bytes can only be compared\n\
             with the toolchain that made them (see {DIST}/{LOCK}). Here it is\n    {}\n\
             Install the recorded one and check again, or run `cargo xtask plugins` and commit {DIST}.",
            unproven.join(", "),
            self.toolchain.description()
        );
        Ok(ExitCode::from(UNPROVEN))
    }

    fn compare(&self, plugin: &Plugin, built: &[u8]) -> Result<Verdict> {
        let name = &plugin.name;
        let (Ok(kept), Some(entry)) = (
            std::fs::read(self.project.component_path(name)),
            self.project.lock.plugin.get(name),
        ) else {
            return Ok(Verdict::Differs(format!("{DIST} does not have it")));
        };
        if kept == built {
            return Ok(Verdict::Same);
        }
        let where_built = self.target.join(format!("{name}.wasm"));
        std::fs::write(&where_built, built)
            .with_context(|| format!("cannot write {}", where_built.display()))?;
        let compiled = format!(
            "its sources compile to other bytes than {DIST}/{name}.wasm (compare {})",
            where_built.display()
        );
        if entry.toolchain == self.toolchain.description() {
            return Ok(Verdict::Differs(compiled));
        }
        let same_contract = component::interface(&kept)
            .is_ok_and(|contract| component::interface(built).is_ok_and(|built| built == contract));
        Ok(if same_contract {
            Verdict::Unproven
        } else {
            Verdict::Differs(compiled)
        })
    }

    fn build(&self, plugin: &Plugin) -> Result<(Vec<u8>, Sources)> {
        let name = &plugin.name;
        let sources = self.project.workspace.sources(plugin)?;
        let artifacts = self.target.join(TARGET).join(PROFILE);
        let root = &self.project.root;
        output(&mut self.toolchain.forget(root, self.target, &sources.crates))?;
        let status = self.toolchain.compile(root, self.target, name).status();
        ensure!(
            status.context("cannot start cargo")?.success(),
            "{name} does not compile for {TARGET}"
        );
        let library = plugin.lib_name();
        self.covered(&sources, &artifacts.join(format!("{library}.d")))
            .with_context(|| name.clone())?;
        let path = artifacts.join(format!("{library}.wasm"));
        let core =
            std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let bytes = component::make(&core).with_context(|| format!("{name} makes no component"))?;
        Ok((bytes, sources))
    }

    /// Refuses a build that read a file of the workspace which the sources' digest leaves out.
    fn covered(&self, sources: &Sources, dependency_file: &Path) -> Result<()> {
        let text = std::fs::read_to_string(dependency_file)
            .with_context(|| format!("cannot read {}", dependency_file.display()))?;
        for file in dependency_file_inputs(&text) {
            let Ok(relative) = Path::new(&file).strip_prefix(&self.project.root) else {
                continue;
            };
            let generated = Path::new(&file).starts_with(self.target);
            let known = sources
                .files
                .iter()
                .any(|source| source.starts_with(relative));
            ensure!(
                generated || known,
                "it is compiled from {}, which the digest of its sources leaves out: move the file into the crate's `src`",
                relative.display()
            );
        }
        Ok(())
    }
}

/// The inputs that a `.d` file lists: after the colon, separated by spaces, which are escaped
/// within names.
fn dependency_file_inputs(text: &str) -> Vec<String> {
    let inputs = text
        .lines()
        .filter_map(|line| Some(line.split_once(": ")?.1));
    let protected = inputs.map(|line| line.replace("\\ ", "\0"));
    protected
        .flat_map(|line| {
            line.split(' ')
                .map(|file| file.replace('\0', " "))
                .collect::<Vec<_>>()
        })
        .filter(|file| !file.is_empty())
        .collect()
}

fn workspace_root() -> Result<PathBuf> {
    // Asked at run time: a binary built by another checkout would name that one.
    let own = std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
    let root = own.parent().context("xtask is not in a workspace")?;
    root.canonicalize()
        .with_context(|| format!("{} is gone", root.display()))
}

/// Cargo's target directory, as its settings and environment say.
fn target_directory(root: &Path) -> Result<PathBuf> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command
        .args([
            "metadata",
            "--no-deps",
            "--format-version",
            "1",
            "--offline",
        ])
        .current_dir(root);
    let metadata: serde_json::Value = serde_json::from_str(&output(&mut command)?)?;
    let directory = metadata
        .get("target_directory")
        .and_then(serde_json::Value::as_str);
    Ok(directory
        .context("cargo metadata names no target directory")?
        .into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kept_components_are_built_from_the_present_sources() {
        let project = Project::open(&workspace_root().unwrap()).unwrap();
        let problems = project.stale(&project.plugins).unwrap();
        assert!(
            problems.is_empty(),
            "run `cargo xtask plugins` and commit {DIST}:\n{}",
            problems.join("\n")
        );
    }

    fn parse(arguments: &[&str]) -> Result<Options, String> {
        Options::parse(&arguments.iter().map(|&a| a.to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn arguments_choose_plugins_mode_and_toolchain() {
        assert_eq!(
            parse(&["--check", "triage", "--toolchain", "debian"]).unwrap(),
            Options {
                mode: Mode::Check,
                toolchain: Some(Origin::Debian),
                names: vec!["triage".to_owned()]
            }
        );
    }

    #[test]
    fn wrong_arguments_are_named() {
        assert!(parse(&["--chekc"]).unwrap_err().contains("--chekc"));
        assert!(
            parse(&["--toolchain", "conda"])
                .unwrap_err()
                .contains("rustup")
        );
        assert!(parse(&["--toolchain"]).is_err());
    }

    #[test]
    fn inputs_are_read_from_a_dependency_file() {
        let text = "/t/g.wasm: /w/src/lib.rs /w/my\\ words.txt\n\n/w/src/lib.rs:\n";
        assert_eq!(
            dependency_file_inputs(text),
            ["/w/src/lib.rs", "/w/my words.txt"]
        );
    }
}
