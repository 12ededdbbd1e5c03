//! Versions beside the live one: in shadow, where a version sees what customers send and nobody hears it, or as a canary,
//! which answers a share of the accounts.
//!
//! A shadow is a rehearsal that goes on: each run, once it is durable, is tried with the other version on the answers that
//! the run was given. A canary's accounts are chosen by their id, so that a customer who has it keeps it. Which version
//! answered is in each run: replays don't know of trials.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::super::core::Core;
use super::super::keys;
use super::super::plan::{StepPlan, Workflow};
use super::super::rehearsal::{Rehearsal, RehearsalReport};
use super::super::replay::ReplaySelection;
use super::PluginsError;
use super::plans::workflow_with;
use crate::model::{AccountId, Effect, Invocation, InvocationResult, Run, Severity};
use crate::store::{Batch, KeyRange, Store, Table, decode_record, get_json};

/// Kinds of differences that are told apart; the rest is counted together.
const MOST_GROUPS: usize = 60;
/// Examples of each.
const EXAMPLES: usize = 2;
/// A share is counted in thousandths.
pub const WHOLE: u32 = 1_000;

/// How a version runs beside the live one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum TrialKind {
    /// It sees everything, and nobody hears it.
    Shadow,
    /// It answers so many of a thousand accounts.
    Canary {
        /// How many.
        per_mille: u32,
    },
}

/// What one version did in a trial.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionFigures {
    /// Calls.
    pub calls: u64,
    /// Of them failed or were stopped.
    pub failed: u64,
    /// Replies that it asked for.
    pub replies: u64,
    /// Conversations that it handed to people.
    pub handed_over: u64,
    /// Texts of its runs that a reviewer held back.
    pub blocked: u64,
    /// Microseconds of all calls together.
    pub time_us: u64,
}

/// A version beside the live one, and what came of it so far.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trial {
    /// The plugin.
    pub plugin: String,
    /// The version on trial.
    pub version: String,
    /// How.
    #[serde(flatten)]
    pub kind: TrialKind,
    /// Since when.
    pub since: Timestamp,
    /// In shadow: how it differs from the live version, step by step.
    #[serde(default)]
    pub shadow: BTreeMap<String, RehearsalReport>,
    /// In shadow: runs that came too fast to be tried.
    #[serde(default)]
    pub missed: u64,
    /// As a canary: what each version did since then.
    #[serde(default)]
    pub versions: BTreeMap<String, VersionFigures>,
}

/// Trials under way, counted.
#[derive(Default)]
pub(crate) struct Trials {
    under_way: AtomicBool,
    missed: AtomicU64,
    figures: Mutex<HashMap<String, (Trial, bool)>>,
}

impl Trials {
    /// Whether runs are to be looked at.
    pub(crate) fn are_under_way(&self) -> bool {
        self.under_way.load(Ordering::Relaxed)
    }

    /// A run came too fast.
    pub(crate) fn miss(&self) {
        self.missed.fetch_add(1, Ordering::Relaxed);
    }

    fn figures(&self) -> std::sync::MutexGuard<'_, HashMap<String, (Trial, bool)>> {
        self.figures.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A version's plans beside the live ones, by step.
#[derive(Default)]
pub(crate) struct Beside {
    pub(crate) shadows: HashMap<String, Arc<StepPlan>>,
    pub(crate) canaries: HashMap<String, (Arc<StepPlan>, u32)>,
}

impl Beside {
    /// All plans, for what is kept and what is seen.
    pub(crate) fn plans(&self) -> impl Iterator<Item = &Arc<StepPlan>> {
        let canaries = self.canaries.values().map(|(plan, _)| plan);
        self.shadows.values().chain(canaries)
    }

    /// Without those of a plugin.
    pub(super) fn without(mut self, name: &str) -> Self {
        let others = |plan: &Arc<StepPlan>| plan.plugin.manifest().name != name;
        self.shadows.retain(|_, plan| others(plan));
        self.canaries.retain(|_, (plan, _)| others(plan));
        self
    }

    /// The plan that an account's call of a step takes.
    pub(crate) fn chosen<'p>(
        &'p self,
        plan: &'p Arc<StepPlan>,
        account: &AccountId,
    ) -> &'p Arc<StepPlan> {
        match self.canaries.get(&plan.name) {
            Some((canary, per_mille)) if share_of(plan, account) < *per_mille => canary,
            _ => plan,
        }
    }
}

/// Where an account stands among a thousand: the same for all steps of a plugin, another for another plugin.
fn share_of(plan: &StepPlan, account: &AccountId) -> u32 {
    let digest = Sha256::digest(format!("{}\n{account}", plan.plugin.manifest().name));
    let number = digest
        .iter()
        .take(4)
        .fold(0_u32, |sum, byte| (sum << 8) | u32::from(*byte));
    number % WHOLE
}

/// Every trial on record.
pub(super) fn on_record(store: &Arc<dyn Store>) -> Result<Vec<Trial>, PluginsError> {
    let prefix = keys::plugin_trials();
    let rows = store.scan(Table::Plugin, KeyRange::prefix(&prefix), usize::MAX)?;
    let trials = rows
        .iter()
        .map(|(key, value)| decode_record(Table::Plugin, key, value));
    Ok(trials.collect::<Result<_, _>>()?)
}

impl Core {
    /// The trials under way, with their figures.
    pub fn trials(&self) -> Vec<Trial> {
        let figures = self.trials.figures();
        let mut trials: Vec<_> = figures.values().map(|(trial, _)| trial.clone()).collect();
        trials.sort_by(|a, b| a.plugin.cmp(&b.plugin));
        trials
    }

    /// Takes the trials on record up again.
    ///
    /// # Errors
    /// Where the store can't be read.
    pub(crate) fn take_up_trials(&self) -> Result<(), PluginsError> {
        let trials = on_record(&self.store)?;
        self.trials
            .under_way
            .store(!trials.is_empty(), Ordering::Relaxed);
        let mut figures = self.trials.figures();
        *figures = trials
            .into_iter()
            .map(|trial| (trial.plugin.clone(), (trial, false)))
            .collect();
        Ok(())
    }

    /// Lets a version run beside the live one, in the place of any other that did. `force`: a canary also where the desk
    /// wants it examined, rehearsed or shadowed first.
    ///
    /// # Errors
    /// Where there is no such version, no step may use it, it is live already, or it isn't let to customers yet.
    pub fn begin_trial(
        &self,
        name: &str,
        version: &str,
        kind: TrialKind,
        force: bool,
    ) -> Result<Trial, PluginsError> {
        if let TrialKind::Canary { per_mille } = kind {
            if per_mille == 0 || per_mille >= WHOLE {
                return Err(PluginsError::Mismatch(
                    "a canary has a share between 0.1% and 99.9%; all of it is: plugin activate"
                        .to_owned(),
                ));
            }
            if !force {
                self.may_go_live(name, version)?;
            }
        }
        let _one_at_a_time = self
            .activation
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if self.live_version(name).is_some_and(|live| live == version) {
            return Err(PluginsError::Mismatch(format!(
                "{name} {version} is live already"
            )));
        }
        // Whether there is such a version that a step may use.
        self.workflow_with_live(name, version)?;
        let trial = Trial {
            plugin: name.to_owned(),
            version: version.to_owned(),
            kind,
            since: self.clock.now(),
            shadow: BTreeMap::new(),
            missed: 0,
            versions: BTreeMap::new(),
        };
        let mut batch = Batch::new();
        batch.put_json(Table::Plugin, keys::plugin_trial(name), &trial);
        self.store.commit(batch)?;
        self.renew()?;
        tracing::info!(
            plugin = name,
            version,
            ?kind,
            "a version runs beside the live one"
        );
        Ok(trial)
    }

    /// Ends what runs beside the live version of a plugin; gives what came of it.
    ///
    /// # Errors
    /// Where nothing does.
    pub fn end_trial(&self, name: &str) -> Result<Trial, PluginsError> {
        let _one_at_a_time = self
            .activation
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        self.save_trials()?;
        let key = keys::plugin_trial(name);
        let trial: Option<Trial> = get_json(self.store.as_ref(), Table::Plugin, &key)?;
        let trial = trial.ok_or_else(|| {
            PluginsError::Mismatch(format!("no version of {name} runs beside the live one"))
        })?;
        let mut batch = Batch::new();
        batch.delete(Table::Plugin, key);
        self.store.commit(batch)?;
        self.renew()?;
        Ok(trial)
    }

    /// The workflow anew, as desk and store have it.
    fn renew(&self) -> Result<(), PluginsError> {
        let now = self.workflow();
        let (desk, knowledge) = (Arc::clone(&now.desk), Arc::clone(&now.knowledge));
        let parts = (&now.base, desk, knowledge);
        let workflow = workflow_with(parts, &self.store, &self.sandbox, None)?;
        self.replace_workflow(workflow);
        self.save_trials()?;
        self.take_up_trials()
    }

    /// Looks at a durable run: what the shadows would have done, what the canaries did.
    pub fn look_for_trials(&self, run: &Run) {
        let workflow = self.workflow();
        for call in &run.invocations {
            if let Some(shadow) = workflow.beside.shadows.get(&call.step) {
                self.shadow(&workflow, shadow, run, call);
            }
            self.count(run, call);
        }
    }

    fn shadow(&self, workflow: &Workflow, shadow: &Arc<StepPlan>, run: &Run, call: &Invocation) {
        // The live version may have become the one in shadow.
        let plugin = &shadow.plugin;
        if call.sha256 == plugin.sha256() || workflow.beside.shadows.is_empty() {
            return;
        }
        let rehearsal = Rehearsal {
            selection: ReplaySelection::default(),
            step: call.step.clone(),
            plugin: Arc::clone(plugin),
            examples: EXAMPLES,
            threads: None,
        };
        let manifest = plugin.manifest();
        let mut figures = self.trials.figures();
        let Some((trial, _)) = figures.get_mut(&manifest.name) else {
            return;
        };
        let mut report = trial
            .shadow
            .remove(&call.step)
            .unwrap_or_else(|| RehearsalReport {
                step: call.step.clone(),
                now: format!("{} {}", manifest.name, manifest.version),
                ..RehearsalReport::default()
            });
        drop(figures);
        if let Err(error) = self.rehearse_run(&rehearsal, run, &mut report) {
            tracing::warn!(step = %call.step, %error, "a run can't be tried in shadow");
        }
        report.keep_groups(MOST_GROUPS);
        let mut figures = self.trials.figures();
        if let Some((trial, changed)) = figures.get_mut(&manifest.name) {
            trial.shadow.insert(call.step.clone(), report);
            *changed = true;
        }
    }

    fn count(&self, run: &Run, call: &Invocation) {
        let mut figures = self.trials.figures();
        let Some((trial, changed)) = figures.get_mut(&call.plugin) else {
            return;
        };
        if !matches!(trial.kind, TrialKind::Canary { .. }) || run.event.at < trial.since {
            return;
        }
        let of_version = trial.versions.entry(call.version.clone()).or_default();
        of_version.calls += 1;
        of_version.time_us += u64::from(call.usage.time_us);
        match &call.result {
            InvocationResult::Done { outcome } => {
                for effect in &outcome.effects {
                    match effect {
                        Effect::Reply(_) => of_version.replies += 1,
                        Effect::HandOver(_) => of_version.handed_over += 1,
                        _ => {}
                    }
                }
                of_version.blocked += blocked(run, &call.step);
            }
            InvocationResult::Failed { .. } => of_version.failed += 1,
            InvocationResult::Reviewed { texts, failure } => {
                of_version.failed += u64::from(failure.is_some());
                let findings = texts.iter().flat_map(|text| &text.findings);
                let blocking = findings.filter(|finding| finding.severity == Severity::Blocking);
                of_version.blocked += blocking.count() as u64;
            }
        }
        *changed = true;
    }

    /// Keeps the figures. Called every few seconds and at the end.
    ///
    /// # Errors
    /// Where the store refuses.
    pub fn save_trials(&self) -> Result<(), PluginsError> {
        let mut figures = self.trials.figures();
        let missed = self.trials.missed.swap(0, Ordering::Relaxed);
        let mut batch = Batch::new();
        for (name, (trial, changed)) in figures.iter_mut() {
            if trial.kind == TrialKind::Shadow && missed > 0 {
                trial.missed += missed;
                *changed = true;
            }
            let key = keys::plugin_trial(name);
            // Another trial may have begun, or this one ended.
            let kept: Option<Trial> = get_json(self.store.as_ref(), Table::Plugin, &key)?;
            let is_same =
                kept.is_some_and(|kept| kept.since == trial.since && kept.version == trial.version);
            if std::mem::take(changed) && is_same {
                batch.put_json(Table::Plugin, key, trial);
            }
        }
        if batch.is_empty() {
            return Ok(());
        }
        Ok(self.store.commit(batch)?)
    }

    /// Refuses a version that the desk wants in shadow first and that wasn't long enough, or differs too much.
    pub(super) fn shadowed(&self, name: &str, version: &str) -> Result<(), PluginsError> {
        let Some(settings) = self.desk().settings.shadow else {
            return Ok(());
        };
        let refused = |why: String| {
            Err(PluginsError::Unrehearsed(format!(
                "{name} {version} doesn't go live: {why}; see [settings.shadow] of desk.toml, or make it live all the same with --force"
            )))
        };
        let trials = self.trials();
        let is_it = |trial: &&Trial| {
            trial.plugin == name && trial.version == version && trial.kind == TrialKind::Shadow
        };
        let Some(trial) = trials.iter().find(is_it) else {
            return refused(format!(
                "the desk wants it {:#} in shadow first; begin with: switchboard plugin shadow {name} {version}",
                settings.time
            ));
        };
        let been = self.clock.now().duration_since(trial.since);
        if been < settings.time {
            return refused(format!(
                "it has been in shadow for {:#}, and the desk wants {:#}",
                jiff::SignedDuration::from_secs(been.as_secs()),
                settings.time
            ));
        }
        for report in trial.shadow.values() {
            if !settings.budget.allows(report.differing, report.calls) {
                return refused(format!(
                    "in shadow it differed in {} of {} calls of {:?} ({:.1} %), and the desk allows {}; see which: switchboard plugin trial {name}",
                    report.differing,
                    report.calls,
                    report.step,
                    report.percent(),
                    settings.budget
                ));
            }
        }
        Ok(())
    }
}

/// Texts of a step that a reviewer held back in a run.
fn blocked(run: &Run, step: &str) -> u64 {
    let found = run.entries.iter().filter(|entry| {
        entry.by == step
            && matches!(&entry.change, crate::model::Change::Found { finding, .. } if finding.severity == Severity::Blocking)
    });
    found.count() as u64
}
