//! A desk with its plugins chosen and activated.

use std::collections::HashMap;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::super::core::Core;
use super::super::intake::hex;
use super::super::keys;
use super::super::plan::{StepPlan, Workflow};
use crate::egress::Ask;
use crate::knowledge::Knowledge;
use crate::model::{DeskView, EventKind};
use crate::sandbox::{Grant, Grants, Limits, Plugin, Sandbox, World};
use crate::store::{Batch, Store, Table};
use crate::workflow::{Desk, Step, StepLimits, check_config};

use super::amend::{amended, revisions};
use super::candidates::{Candidate, Candidates, activations};
use super::trials::{Beside, TrialKind, on_record};
use super::{PluginsError, standard_plugins};

/// A desk with its plugins chosen and activated; what its runs need later for a replay is kept.
pub(crate) fn workflow(
    desk: Arc<Desk>,
    store: &Arc<dyn Store>,
    sandbox: &Arc<Sandbox>,
) -> Result<Workflow, PluginsError> {
    let amendments = revisions(store.as_ref())?.pop().map(|last| last.amendments);
    let changed = amended(&desk, &amendments.unwrap_or_default());
    if !Arc::ptr_eq(&changed, &desk) {
        match indexed(&changed)
            .and_then(|known| workflow_with((&desk, changed, known), store, sandbox, None))
        {
            Ok(workflow) => return Ok(workflow),
            // The files may have changed so that it fits no more: they win.
            Err(error) => {
                tracing::error!(%error, "what was changed about the desk does not fit its files any more and is left out");
            }
        }
    }
    let knowledge = indexed(&desk)?;
    workflow_with((&desk, Arc::clone(&desk), knowledge), store, sandbox, None)
}

/// The articles of a desk, to be searched.
pub(super) fn indexed(desk: &Desk) -> Result<Arc<Knowledge>, PluginsError> {
    let knowledge = Knowledge::build(desk.articles.clone()).map_err(|error| {
        PluginsError::Mismatch(format!("the articles could not be indexed: {error}"))
    })?;
    Ok(Arc::new(knowledge))
}

/// `base` is the desk as its files say, `desk` with what was changed about it.
pub(super) fn workflow_with(
    (base, desk, knowledge): (&Arc<Desk>, Arc<Desk>, Arc<Knowledge>),
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
    let mut beside = Beside::default();
    for trial in on_record(store)? {
        let mut there = candidates.0.get(&trial.plugin).into_iter().flatten();
        let is_it = |candidate: &&Candidate| candidate.version.to_string() == trial.version;
        let Some(candidate) = there.rfind(is_it) else {
            tracing::warn!(plugin = %trial.plugin, version = %trial.version, "a version on trial is gone");
            continue;
        };
        let of_steps = desk.steps.iter().map(|step| (step, World::Step));
        let of_reviewers = desk.reviewers.iter().map(|step| (step, World::Reviewer));
        for (step, world) in of_steps.chain(of_reviewers) {
            if !step.plugin.accepts(&trial.plugin, &candidate.version) {
                continue;
            }
            let plan = plan_of(step, &candidate.plugin, world)?;
            match trial.kind {
                TrialKind::Shadow => drop(beside.shadows.insert(step.name.clone(), plan)),
                TrialKind::Canary { per_mille } => {
                    beside.canaries.insert(step.name.clone(), (plan, per_mille));
                }
            }
        }
    }
    let all: Vec<_> = steps.iter().chain(beside.plans()).cloned().collect();
    keep_for_replay(&desk, store, &all, &reviewers)?;
    let mut histories = HashMap::new();
    for (kind, chain) in &desk.chains {
        let wanted = chain
            .iter()
            .filter_map(|index| steps.get(*index))
            .flat_map(|plan| {
                let canary = beside.canaries.get(&plan.name).map(|(canary, _)| canary);
                [Some(plan), canary].into_iter().flatten()
            })
            .map(|plan| plan.plugin.manifest().history);
        histories.insert(*kind, wanted.max().unwrap_or(0));
    }
    // Reviewers look at the texts of every event, and at an agent's even where no step handles it.
    let is_reviewer = |plan: &&Arc<StepPlan>| plan.plugin.world() == World::Reviewer;
    let reviewers_or_canaries = reviewers.iter().chain(beside.plans().filter(is_reviewer));
    let reviewed = reviewers_or_canaries.map(|plan| plan.plugin.manifest().history);
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
        base: Arc::clone(base),
        desk,
        knowledge,
        view,
        steps,
        reviewers,
        beside,
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
                .filter(|name| match Ask::parse(name) {
                    Some(ask) => !step.http.iter().any(|rule| ask.is_met_by(rule)),
                    None => !step.grants.has(name),
                })
                .cloned()
                .collect();
            let granted = step.grants.iter().map(str::to_owned);
            let named = missing.iter().filter(|name| Ask::parse(name).is_none());
            let named: Vec<String> = named.cloned().collect();
            (!missing.is_empty()).then(|| RefusedWish {
                step: step.name.clone(),
                plugin: format!("{} {}", manifest.name, manifest.version),
                line: step.grants_line,
                grants: granted.chain(named).collect(),
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
        grants: Grants::new(step.name.clone(), granted)
            .with_http(step.http.iter().cloned())
            .narrowed(&manifest.grants),
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
pub(super) fn limits_of(step: &StepLimits) -> Limits {
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
        http_time: step.http_time.unwrap_or(default.http_time),
        http_calls: step.http_calls.unwrap_or(default.http_calls),
        http_body: step.http_body.map_or(default.http_body, size),
        ..default
    }
}

/// Keeps each step's settings and each component in use, by digest, so that runs can be repeated when the desk has
/// changed. Writes only what isn't there yet.
pub(super) fn keep_for_replay(
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
        crash_point!("plugins::recorded");
    }
    Ok(())
}
