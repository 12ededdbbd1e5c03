//! Which plugin versions there are, which of them is live, and how that changes while messages run.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use include_dir::{Dir, include_dir};
use semver::Version;
use serde::{Deserialize, Serialize};

use super::core::Core;
use super::intake::hex;
use super::keys;
use super::plan::{StepPlan, Workflow};
use super::review::REVIEWER_FAILED;
use crate::knowledge::Knowledge;
use crate::model::{DeskView, EventKind, Invocation, Manifest, Policy};
use crate::sandbox::{Grant, Grants, Limits, Plugin, Sandbox, SandboxError, World};
use crate::store::{Batch, KeyRange, Store, StoreError, Table, decode_record, get_json};
use crate::workflow::{Desk, PluginRequirement, Step, StepLimits, check_config};
use sha2::{Digest, Sha256};

static STANDARD: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../plugins/dist");

/// The standard plugins' components: name and bytes.
pub fn standard_plugins() -> impl Iterator<Item = (&'static str, &'static [u8])> {
    STANDARD.files().filter_map(|file| {
        let name = file.path().file_name()?.to_str()?.strip_suffix(".wasm")?;
        Some((name, file.contents()))
    })
}

/// Why a plugin can't be had.
#[derive(Debug, thiserror::Error)]
pub enum PluginsError {
    /// No version fits a step.
    #[error(
        "step {step:?} wants plugin {wanted}, and there is {there}; put NAME.wasm into the desk's plugins folder, push one, or change the requirement in desk.toml"
    )]
    Missing {
        /// The step.
        step: String,
        /// What it wants.
        wanted: String,
        /// What there is.
        there: String,
    },
    /// A component doesn't do.
    #[error("{from}: {error}")]
    Refused {
        /// Where it came from.
        from: String,
        /// Why.
        error: SandboxError,
    },
    /// The component isn't what it was said to be.
    #[error("{0}")]
    Mismatch(String),
    /// On the past it differs more than the desk allows.
    #[error("{0}")]
    Unrehearsed(String),
    /// There is no such version.
    #[error("there is no plugin {name} {version}")]
    NotFound {
        /// The plugin.
        name: String,
        /// The version.
        version: String,
    },
    /// A step's configuration isn't what its plugin wants.
    #[error("desk.toml:{line}: step {step:?}: {path}: {message}")]
    Config {
        /// Where.
        line: usize,
        /// The step.
        step: String,
        /// Where in the configuration.
        path: String,
        /// What is wrong.
        message: String,
    },
    /// The store refused.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Where a version came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// Built into the host.
    Standard,
    /// In the desk's directory.
    Desk,
    /// Pushed to the running host.
    Pushed,
}

/// A version that a desk may use.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PluginVersion {
    /// The plugin.
    pub name: String,
    /// The version.
    pub version: String,
    /// The component's SHA-256.
    pub sha256: String,
    /// The component's size in bytes.
    pub size: u64,
    /// Where it came from.
    pub origin: Origin,
    /// The steps that use it now.
    pub steps: Vec<String>,
}

/// What was activated or rolled back to.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ActivePlugin {
    /// The plugin.
    pub name: String,
    /// The version that is live now.
    pub version: String,
    /// The one before.
    pub previous: Option<String>,
}

/// A row of `Plugin`: a pushed version.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Pushed {
    sha256: String,
    size: u64,
    manifest: Manifest,
}

/// A row of `Plugin`: the versions that were made live, newest last.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Activations {
    versions: Vec<String>,
}

/// How many activations are remembered for rolling back.
const REMEMBERED_ACTIVATIONS: usize = 32;

/// What becomes of a version that was pushed before with other bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SameVersion {
    Refuse,
    Replace,
}

/// A version at hand.
struct Candidate {
    version: Version,
    plugin: Arc<Plugin>,
    size: u64,
    origin: Origin,
}

/// Every version at hand, by plugin name.
struct Candidates(BTreeMap<String, Vec<Candidate>>);

impl Candidates {
    fn gather(
        desk: &Desk,
        store: &Arc<dyn Store>,
        sandbox: &Sandbox,
    ) -> Result<Self, PluginsError> {
        let wanted = |name: &str| {
            desk.steps
                .iter()
                .chain(&desk.reviewers)
                .any(|step| step.plugin.name == name)
        };
        let mut all = Self(BTreeMap::new());
        for (name, bytes) in standard_plugins().filter(|(name, _)| wanted(name)) {
            all.add(
                sandbox,
                &format!("the standard plugin {name}"),
                bytes,
                Origin::Standard,
            )?;
        }
        for file in &desk.plugin_files {
            all.add(sandbox, &file.file, &file.bytes, Origin::Desk)?;
        }
        let versions = keys::plugin_versions();
        for (key, value) in store.scan(Table::Plugin, KeyRange::prefix(&versions), usize::MAX)? {
            let pushed: Pushed = decode_record(Table::Plugin, &key, &value)?;
            if wanted(&pushed.manifest.name)
                && let Some(bytes) =
                    store.get(Table::Plugin, &keys::plugin_bytes(&pushed.sha256))?
            {
                let from = format!("{} {}", pushed.manifest.name, pushed.manifest.version);
                all.add(sandbox, &from, &bytes, Origin::Pushed)?;
            }
        }
        Ok(all)
    }

    fn add(
        &mut self,
        sandbox: &Sandbox,
        from: &str,
        bytes: &[u8],
        origin: Origin,
    ) -> Result<(), PluginsError> {
        let plugin = sandbox
            .activate(bytes)
            .map_err(|error| PluginsError::Refused {
                from: from.to_owned(),
                error,
            })?;
        let version = version_of(plugin.manifest())?;
        let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        let name = plugin.manifest().name.clone();
        self.0.entry(name).or_default().push(Candidate {
            version,
            plugin,
            size,
            origin,
        });
        Ok(())
    }

    /// The version made live last where it fits, else the newest that fits; of equal versions the one that came last.
    /// What was only pushed counts last: it is live once somebody says so.
    fn choose(&self, requirement: &PluginRequirement, live: Option<&str>) -> Option<&Candidate> {
        let fitting = || {
            self.0
                .get(&requirement.name)
                .into_iter()
                .flatten()
                .filter(|candidate| requirement.accepts(&requirement.name, &candidate.version))
        };
        let live = live
            .and_then(|live| fitting().rfind(|candidate| candidate.version.to_string() == live));
        live.or_else(|| {
            fitting().max_by_key(|candidate| {
                (
                    candidate.origin != Origin::Pushed,
                    candidate.version.clone(),
                )
            })
        })
    }
}

fn version_of(manifest: &Manifest) -> Result<Version, PluginsError> {
    Version::parse(&manifest.version).map_err(|error| {
        PluginsError::Mismatch(format!(
            "plugin {} calls its version {:?}, which is no semantic version: {error}",
            manifest.name, manifest.version
        ))
    })
}

fn activations(store: &Arc<dyn Store>, name: &str) -> Result<Activations, StoreError> {
    Ok(get_json(store.as_ref(), Table::Plugin, &keys::plugin_active(name))?.unwrap_or_default())
}

/// A desk with its plugins chosen and activated; what its runs need later for a replay is kept.
pub(crate) fn workflow(
    desk: Arc<Desk>,
    store: &Arc<dyn Store>,
    sandbox: &Arc<Sandbox>,
) -> Result<Workflow, PluginsError> {
    let knowledge = Knowledge::build(desk.articles.clone()).map_err(|error| {
        PluginsError::Mismatch(format!("the articles could not be indexed: {error}"))
    })?;
    workflow_with(desk, Arc::new(knowledge), store, sandbox, None)
}

fn workflow_with(
    desk: Arc<Desk>,
    knowledge: Arc<Knowledge>,
    store: &Arc<dyn Store>,
    sandbox: &Arc<Sandbox>,
    live: Option<(&str, &str)>,
) -> Result<Workflow, PluginsError> {
    let candidates = Candidates::gather(&desk, store, sandbox)?;
    let plan = |step: &Step, world: World| -> Result<Arc<StepPlan>, PluginsError> {
        let recorded = activations(store, &step.plugin.name)?.versions.pop();
        let live = live
            .filter(|(name, _)| *name == step.plugin.name)
            .map(|(_, version)| version.to_owned());
        let chosen = candidates
            .choose(&step.plugin, live.or(recorded).as_deref())
            .ok_or_else(|| {
                let there = candidates.0.get(&step.plugin.name);
                let there = there
                    .into_iter()
                    .flatten()
                    .map(|candidate| candidate.version.to_string());
                let there = there.collect::<Vec<_>>().join(", ");
                PluginsError::Missing {
                    step: step.name.clone(),
                    wanted: step.plugin.to_string(),
                    there: if there.is_empty() {
                        "none".to_owned()
                    } else {
                        format!("only {there}")
                    },
                }
            })?;
        plan_of(step, &chosen.plugin, world)
    };
    let steps = desk
        .steps
        .iter()
        .map(|step| plan(step, World::Step))
        .collect::<Result<Vec<_>, _>>()?;
    let reviewers = desk
        .reviewers
        .iter()
        .map(|step| plan(step, World::Reviewer))
        .collect::<Result<Vec<_>, _>>()?;
    keep_for_replay(&desk, store, &steps, &reviewers)?;
    let mut histories = HashMap::new();
    for (kind, chain) in &desk.chains {
        let wanted = chain
            .iter()
            .filter_map(|index| steps.get(*index))
            .map(|plan| plan.plugin.manifest().history);
        histories.insert(*kind, wanted.max().unwrap_or(0));
    }
    // Reviewers look at the texts of every event, and at an agent's even where no step handles it.
    let reviewed = reviewers.iter().map(|plan| plan.plugin.manifest().history);
    let reviewed = reviewed.max().unwrap_or(0);
    histories.entry(EventKind::AgentReplied).or_insert(0);
    for wanted in histories.values_mut() {
        *wanted = reviewed.max(*wanted);
    }
    let view = DeskView {
        name: desk.name.clone(),
        time_zone: desk.time_zone_name.clone(),
        languages: desk.languages.clone(),
    };
    Ok(Workflow {
        desk,
        knowledge,
        view,
        steps,
        reviewers,
        histories,
    })
}

/// What a plugin asks for and its step isn't granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedWish {
    /// The step.
    pub step: String,
    /// The plugin and its version.
    pub plugin: String,
    /// What is asked for and not granted, in the manifest's order.
    pub missing: Vec<String>,
    /// The line of `desk.toml` that would say so.
    pub line: usize,
    /// What would have to stand there.
    pub grants: Vec<String>,
}

impl Core {
    /// Every step whose plugin asks for more than the step is granted.
    pub fn refused_wishes(&self) -> Vec<RefusedWish> {
        let workflow = self.workflow();
        let desk = &workflow.desk;
        let steps = desk.steps.iter().chain(&desk.reviewers);
        let plans = workflow.steps.iter().chain(&workflow.reviewers);
        let wish = |(step, plan): (&Step, &Arc<StepPlan>)| {
            let manifest = plan.plugin.manifest();
            let asked = manifest.grants.iter();
            let missing: Vec<_> = asked
                .filter(|name| !step.grants.has(name))
                .cloned()
                .collect();
            let granted = step.grants.iter().map(str::to_owned);
            (!missing.is_empty()).then(|| RefusedWish {
                step: step.name.clone(),
                plugin: format!("{} {}", manifest.name, manifest.version),
                line: step.grants_line,
                grants: granted.chain(missing.iter().cloned()).collect(),
                missing,
            })
        };
        steps.zip(plans).filter_map(wish).collect()
    }
}

/// A step's plan, with its configuration checked against what the plugin wants.
pub(crate) fn plan_of(
    step: &Step,
    plugin: &Arc<Plugin>,
    world: World,
) -> Result<Arc<StepPlan>, PluginsError> {
    let manifest = plugin.manifest();
    if plugin.world() != world {
        return Err(PluginsError::Mismatch(format!(
            "step {:?} uses {} {} as a {world}, but it is a {}",
            step.name,
            manifest.name,
            manifest.version,
            plugin.world()
        )));
    }
    if let Some(schema) = &manifest.config_schema {
        check_config(schema, &step.config).map_err(|problems| {
            let first = problems.into_iter().next();
            PluginsError::Config {
                line: step.config_line,
                step: step.name.clone(),
                path: first
                    .as_ref()
                    .map(|problem| problem.path.clone())
                    .unwrap_or_default(),
                message: first.map(|problem| problem.message).unwrap_or_default(),
            }
        })?;
    }
    let granted = step.grants.iter().filter_map(Grant::parse);
    Ok(Arc::new(StepPlan {
        name: step.name.clone(),
        plugin: Arc::clone(plugin),
        grants: Grants::new(step.name.clone(), granted).narrowed(&manifest.grants),
        limits: limits_of(&step.limits),
        config: Arc::clone(&step.config_json),
        settings: step.settings_sha256.clone(),
        policy: step.on_failure,
        events: manifest
            .events
            .iter()
            .filter_map(|event| EventKind::parse(event))
            .collect(),
    }))
}

/// The sandbox's limits with what a desk narrows.
fn limits_of(step: &StepLimits) -> Limits {
    let size = |bytes: u64| usize::try_from(bytes).unwrap_or(usize::MAX);
    let count = |count: u32| usize::try_from(count).unwrap_or(usize::MAX);
    let default = Limits::default();
    Limits {
        time: step.time.unwrap_or(default.time),
        wall: step.wall.unwrap_or(default.wall),
        load: step.load.unwrap_or(default.load),
        memory: step.memory.map_or(default.memory, size),
        output_bytes: step.output.map_or(default.output_bytes, size),
        host_calls: step.host_calls.unwrap_or(default.host_calls),
        log_lines: step.log_lines.map_or(default.log_lines, count),
        kv_writes: step.kv_writes.map_or(default.kv_writes, count),
        ..default
    }
}

/// What a run kept of a step's settings.
#[derive(Deserialize)]
struct KeptSettings {
    config: serde_json::Value,
    grants: Vec<String>,
    limits: KeptLimits,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct KeptLimits {
    time: Option<u64>,
    wall: Option<u64>,
    memory: Option<u64>,
    output: Option<u64>,
    host_calls: Option<u32>,
    log_lines: Option<u32>,
    kv_writes: Option<u32>,
}

impl Core {
    /// The plan of a recorded invocation: the same component under the same settings, or another component under them.
    pub(crate) fn plan_of_recorded(
        &self,
        invocation: &Invocation,
        instead: Option<&Arc<Plugin>>,
    ) -> Result<Arc<StepPlan>, PluginsError> {
        let plugin = match instead {
            Some(plugin) => Arc::clone(plugin),
            None => self.kept_plugin(&invocation.sha256)?,
        };
        let key = keys::config(&invocation.settings);
        let text = self.store.get(Table::Config, &key)?.unwrap_or_default();
        let kept: KeptSettings = decode_record(Table::Config, &key, &text)?;
        let limits = limits_of(&StepLimits {
            time: kept.limits.time.map(Duration::from_millis),
            wall: kept.limits.wall.map(Duration::from_millis),
            // What is repeated isn't held up.
            load: None,
            memory: kept.limits.memory,
            output: kept.limits.output,
            host_calls: kept.limits.host_calls,
            log_lines: kept.limits.log_lines,
            kv_writes: kept.limits.kv_writes,
        });
        let policy = match &invocation.result {
            crate::model::InvocationResult::Failed { policy, .. } => *policy,
            // A failed reviewer holds the text back unless it is skipped.
            crate::model::InvocationResult::Reviewed { texts, .. }
                if texts
                    .iter()
                    .flat_map(|text| &text.findings)
                    .all(|finding| finding.rule != REVIEWER_FAILED) =>
            {
                Policy::Skip
            }
            _ => Policy::HoldMessage,
        };
        let granted = kept.grants.iter().filter_map(|grant| Grant::parse(grant));
        Ok(Arc::new(StepPlan {
            name: invocation.step.clone(),
            grants: Grants::new(invocation.step.clone(), granted)
                .narrowed(&plugin.manifest().grants),
            plugin,
            limits,
            config: kept.config.to_string().into(),
            settings: invocation.settings.clone(),
            policy,
            events: Vec::new(),
        }))
    }

    fn kept_plugin(&self, sha256: &str) -> Result<Arc<Plugin>, PluginsError> {
        let workflow = self.workflow();
        let mut live = workflow.steps.iter().chain(&workflow.reviewers);
        if let Some(plan) = live.find(|plan| plan.plugin.sha256() == sha256) {
            return Ok(Arc::clone(&plan.plugin));
        }
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(plugin) = kept.get(sha256) {
            return Ok(Arc::clone(plugin));
        }
        let bytes = self
            .store
            .get(Table::Plugin, &keys::plugin_bytes(sha256))?
            .ok_or_else(|| {
                PluginsError::Mismatch(format!(
                    "the component {sha256} that a run used is no longer kept"
                ))
            })?;
        let plugin = self
            .sandbox
            .activate(&bytes)
            .map_err(|error| PluginsError::Refused {
                from: format!("component {sha256}"),
                error,
            })?;
        kept.insert(sha256.to_owned(), Arc::clone(&plugin));
        Ok(plugin)
    }
}

/// Keeps each step's settings and each component in use, by digest, so that runs can be repeated when the desk has
/// changed. Writes only what isn't there yet.
fn keep_for_replay(
    desk: &Desk,
    store: &Arc<dyn Store>,
    steps: &[Arc<StepPlan>],
    reviewers: &[Arc<StepPlan>],
) -> Result<(), PluginsError> {
    let mut batch = Batch::new();
    for step in desk.steps.iter().chain(&desk.reviewers) {
        let key = keys::config(&step.settings_sha256);
        if store.get(Table::Config, &key)?.is_none() {
            batch.put(Table::Config, key, step.settings_json.as_bytes().to_vec());
        }
    }
    let used = |sha256: &str| {
        steps
            .iter()
            .chain(reviewers)
            .any(|plan| plan.plugin.sha256() == sha256)
    };
    let standard = standard_plugins().map(|(_, bytes)| bytes);
    for bytes in standard.chain(desk.plugin_files.iter().map(|file| file.bytes.as_ref())) {
        let sha256 = hex(&Sha256::digest(bytes));
        let key = keys::plugin_bytes(&sha256);
        if used(&sha256) && store.get(Table::Plugin, &key)?.is_none() {
            batch.put(Table::Plugin, key, bytes.to_vec());
        }
    }
    if !batch.is_empty() {
        store.commit(batch)?;
    }
    Ok(())
}

impl Core {
    /// Every version at hand, by name and version.
    ///
    /// # Errors
    /// Where the store can't be read or a component no longer does.
    pub fn plugins(&self) -> Result<Vec<PluginVersion>, PluginsError> {
        let workflow = self.workflow();
        let candidates = Candidates::gather(&workflow.desk, &self.store, &self.sandbox)?;
        let mut versions = Vec::new();
        for (name, candidates) in candidates.0 {
            for candidate in candidates {
                let sha256 = candidate.plugin.sha256().to_owned();
                let plans = workflow.steps.iter().chain(&workflow.reviewers);
                let steps = plans
                    .filter(|plan| plan.plugin.sha256() == sha256)
                    .map(|plan| plan.name.clone());
                versions.push((
                    candidate.version.clone(),
                    PluginVersion {
                        name: name.clone(),
                        version: candidate.version.to_string(),
                        steps: steps.collect(),
                        sha256,
                        size: candidate.size,
                        origin: candidate.origin,
                    },
                ));
            }
        }
        versions.sort_by(|(a, left), (b, right)| (&left.name, a).cmp(&(&right.name, b)));
        Ok(versions.into_iter().map(|(_, version)| version).collect())
    }

    /// Takes a component in: compiles it, checks it, keeps it. It isn't live yet.
    ///
    /// # Errors
    /// Where the component doesn't do, isn't the named version, or that version has other bytes already.
    pub fn push_plugin(
        &self,
        name: &str,
        version: &str,
        bytes: &[u8],
    ) -> Result<PluginVersion, PluginsError> {
        self.take_in(name, version, bytes, SameVersion::Refuse)
    }

    /// As [`Core::push_plugin`], but takes the place of what was pushed under that version before, for trying things
    /// out. Runs name the bytes that they used by their hash, and those are kept: replays don't mind.
    ///
    /// # Errors
    /// As there; a version of the host's own or of the desk's directory isn't replaced, and none where the desk demands a
    /// rehearsal.
    pub fn replace_plugin(
        &self,
        name: &str,
        version: &str,
        bytes: &[u8],
    ) -> Result<PluginVersion, PluginsError> {
        self.take_in(name, version, bytes, SameVersion::Replace)
    }

    fn take_in(
        &self,
        name: &str,
        version: &str,
        bytes: &[u8],
        same_version: SameVersion,
    ) -> Result<PluginVersion, PluginsError> {
        let from = format!("{name} {version}");
        let plugin = self
            .sandbox
            .activate(bytes)
            .map_err(|error| PluginsError::Refused { from, error })?;
        let manifest = plugin.manifest().clone();
        version_of(&manifest)?;
        if manifest.name != name || manifest.version != version {
            return Err(PluginsError::Mismatch(format!(
                "the component calls itself {} {}; push it under that name",
                manifest.name, manifest.version
            )));
        }
        let _one_at_a_time = self
            .activation
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let key = keys::plugin_version(name, version);
        let sha256 = plugin.sha256().to_owned();
        let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        let there = Candidates::gather(&self.desk(), &self.store, &self.sandbox)?;
        let mut same = there.0.get(name).into_iter().flatten();
        // Other bytes under a live version would go live unseen at the next start.
        let rehearses = self.desk().settings.rehearsal.is_some();
        let replaces =
            |origin| same_version == SameVersion::Replace && !rehearses && origin == Origin::Pushed;
        if same.any(|other| {
            other.version.to_string() == version
                && other.plugin.sha256() != sha256
                && !replaces(other.origin)
        }) {
            return Err(PluginsError::Mismatch(format!(
                "there is a {name} {version} with other bytes already; give the new ones a new version"
            )));
        }
        let known = get_json::<Pushed>(self.store.as_ref(), Table::Plugin, &key)?;
        let known = known.filter(|known| known.sha256 == sha256 || !replaces(Origin::Pushed));
        if let Some(known) = known {
            if known.sha256 != sha256 {
                return Err(PluginsError::Mismatch(format!(
                    "{name} {version} was pushed before with other bytes; give the new ones a new version"
                )));
            }
        } else {
            let mut batch = Batch::new();
            batch.put(Table::Plugin, keys::plugin_bytes(&sha256), bytes.to_vec());
            batch.put_json(
                Table::Plugin,
                key,
                &Pushed {
                    sha256: sha256.clone(),
                    size,
                    manifest,
                },
            );
            self.store.commit(batch)?;
        }
        Ok(PluginVersion {
            name: name.to_owned(),
            version: version.to_owned(),
            sha256,
            size,
            origin: Origin::Pushed,
            steps: Vec::new(),
        })
    }

    /// Makes a version live, for every run that begins from now on. `force`: also where the desk wants it rehearsed and
    /// it differs too much from the past.
    ///
    /// # Errors
    /// Where there is no such version, no step of the desk may use it, or its rehearsal fails; nothing changes then.
    pub fn activate_plugin(
        &self,
        name: &str,
        version: &str,
        force: bool,
    ) -> Result<ActivePlugin, PluginsError> {
        if force {
            tracing::warn!(
                plugin = name,
                version,
                "a version goes live without a rehearsal"
            );
        } else {
            self.rehearsed(name, version)?;
        }
        let _one_at_a_time = self
            .activation
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let mut history = activations(&self.store, name)?;
        let previous = self.live_version(name);
        if history.versions.is_empty() {
            history.versions.extend(previous.clone());
        }
        if history.versions.last().is_none_or(|last| last != version) {
            history.versions.push(version.to_owned());
        }
        let surplus = history
            .versions
            .len()
            .saturating_sub(REMEMBERED_ACTIVATIONS);
        history.versions.drain(..surplus);
        self.go_live(name, version, &history)?;
        Ok(ActivePlugin {
            name: name.to_owned(),
            version: version.to_owned(),
            previous,
        })
    }

    /// Makes the version live that was live before.
    ///
    /// # Errors
    /// Where there is none before; nothing changes then.
    pub fn roll_back_plugin(&self, name: &str) -> Result<ActivePlugin, PluginsError> {
        let _one_at_a_time = self
            .activation
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let mut history = activations(&self.store, name)?;
        let previous = history.versions.pop();
        let Some(version) = history.versions.last().cloned() else {
            return Err(PluginsError::Mismatch(format!(
                "there is no version of {name} to roll back to"
            )));
        };
        self.go_live(name, &version, &history)?;
        Ok(ActivePlugin {
            name: name.to_owned(),
            version,
            previous,
        })
    }

    pub(super) fn live_version(&self, name: &str) -> Option<String> {
        let workflow = self.workflow();
        let mut plans = workflow.steps.iter().chain(&workflow.reviewers);
        let plan = plans.find(|plan| plan.plugin.manifest().name == name)?;
        Some(plan.plugin.manifest().version.clone())
    }

    /// The desk as it is now, with that version of a plugin.
    pub(super) fn workflow_with_live(
        &self,
        name: &str,
        version: &str,
    ) -> Result<Workflow, PluginsError> {
        let now = self.workflow();
        let (desk, knowledge) = (Arc::clone(&now.desk), Arc::clone(&now.knowledge));
        let workflow = workflow_with(
            desk,
            knowledge,
            &self.store,
            &self.sandbox,
            Some((name, version)),
        )?;
        let mut plans = workflow.steps.iter().chain(&workflow.reviewers);
        let live = plans.any(|plan| {
            plan.plugin.manifest().name == name && plan.plugin.manifest().version == version
        });
        if !live {
            return Err(PluginsError::NotFound {
                name: name.to_owned(),
                version: version.to_owned(),
            });
        }
        Ok(workflow)
    }

    fn go_live(
        &self,
        name: &str,
        version: &str,
        history: &Activations,
    ) -> Result<(), PluginsError> {
        let workflow = self.workflow_with_live(name, version)?;
        let mut batch = Batch::new();
        batch.put_json(Table::Plugin, keys::plugin_active(name), history);
        self.store.commit(batch)?;
        self.replace_workflow(workflow);
        tracing::info!(plugin = name, version, "a plugin version is live");
        Ok(())
    }
}
