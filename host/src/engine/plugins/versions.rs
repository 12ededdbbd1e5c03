//! Versions come in, go live, and are rolled back, while messages run.

use std::sync::{Arc, PoisonError};

use sha2::{Digest, Sha256};

use super::super::core::Core;
use super::super::keys;
use super::super::plan::Workflow;
use crate::store::{Batch, Table, get_json};

use super::candidates::{Activations, Candidates, Pushed, activations, trusted, version_of};
use super::plans::workflow_with;
use super::{ActivePlugin, Origin, PluginVersion, PluginsError};

/// How many activations are remembered for rolling back.
const REMEMBERED_ACTIVATIONS: usize = 32;

/// What becomes of a version that was pushed before with other bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SameVersion {
    Refuse,
    Replace,
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
        self.take_in(name, version, bytes, None, SameVersion::Refuse)
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
        self.take_in(name, version, bytes, None, SameVersion::Replace)
    }

    /// As [`Core::push_plugin`], with a signature (`ed25519:KEY SIGNATURE`); `replace`: as [`Core::replace_plugin`].
    ///
    /// # Errors
    /// As there, and where the desk lists keys and none of them signed it.
    pub fn push_signed_plugin(
        &self,
        name: &str,
        version: &str,
        bytes: &[u8],
        signature: Option<&str>,
        replace: bool,
    ) -> Result<PluginVersion, PluginsError> {
        let same_version = match replace {
            true => SameVersion::Replace,
            false => SameVersion::Refuse,
        };
        self.take_in(name, version, bytes, signature, same_version)
    }

    fn take_in(
        &self,
        name: &str,
        version: &str,
        bytes: &[u8],
        signature: Option<&str>,
        same_version: SameVersion,
    ) -> Result<PluginVersion, PluginsError> {
        let from = format!("{name} {version}");
        trusted(&self.desk(), &from, &Sha256::digest(bytes), signature)?;
        let plugin = self
            .sandbox
            .activate(bytes)
            .map_err(|error| PluginsError::Refused { from, error })?;
        crash_point!("plugins::compiled");
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
        // The same bytes with another signature: the new one counts.
        let known = known.filter(|known| {
            known.sha256 != sha256 || signature.is_none() || known.signature.as_deref() == signature
        });
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
                    signature: signature.map(str::to_owned),
                },
            );
            self.store.commit(batch)?;
            crash_point!("plugins::stored");
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
                "a version goes live without what the desk wants first"
            );
        } else {
            self.may_go_live(name, version)?;
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

    /// Whether the desk lets a version speak to customers: its exam, its rehearsal, its time in shadow.
    pub(super) fn may_go_live(&self, name: &str, version: &str) -> Result<(), PluginsError> {
        if self.live_version(name).is_some_and(|live| live == version) {
            return Ok(());
        }
        self.examined(name, version)?;
        self.rehearsed(name, version)?;
        self.shadowed(name, version)
    }

    pub(in super::super) fn live_version(&self, name: &str) -> Option<String> {
        let workflow = self.workflow();
        let mut plans = workflow.steps.iter().chain(&workflow.reviewers);
        let plan = plans.find(|plan| plan.plugin.manifest().name == name)?;
        Some(plan.plugin.manifest().version.clone())
    }

    /// The desk as it is now, with that version of a plugin.
    pub(in super::super) fn workflow_with_live(
        &self,
        name: &str,
        version: &str,
    ) -> Result<Workflow, PluginsError> {
        let now = self.workflow();
        let (desk, knowledge) = (Arc::clone(&now.desk), Arc::clone(&now.knowledge));
        let workflow = workflow_with(
            (&now.base, desk, knowledge),
            &self.store,
            &self.sandbox,
            Some((name, version)),
        )?;
        let mut plans = workflow.steps.iter().chain(&workflow.reviewers);
        let live = plans.any(|plan| {
            plan.plugin.manifest().name == name && plan.plugin.manifest().version == version
        });
        if live {
            Ok(workflow)
        } else {
            Err(self.why_not_live(name, version)?)
        }
    }

    /// A version that isn't there, or that no step takes.
    fn why_not_live(&self, name: &str, version: &str) -> Result<PluginsError, PluginsError> {
        let desk = self.desk();
        // Those that steps use, whoever brought them; and all that were pushed.
        let used = Candidates::gather(&desk, &self.store, &self.sandbox)?;
        let mut used = used.0.get(name).into_iter().flatten();
        let key = keys::plugin_version(name, version);
        let is_there = used.any(|candidate| candidate.version.to_string() == version)
            || self.store.get(Table::Plugin, &key)?.is_some();
        if !is_there {
            return Ok(PluginsError::NotFound {
                name: name.to_owned(),
                version: version.to_owned(),
            });
        }
        let steps = desk.steps.iter().chain(&desk.reviewers);
        let wanted: Vec<String> = steps
            .filter(|step| step.plugin.name == name)
            .map(|step| format!("step {:?} wants {}", step.name, step.plugin))
            .collect();
        Ok(PluginsError::Mismatch(if wanted.is_empty() {
            format!(
                "{name} {version} is in the host, but no step uses {name}; add one to desk.toml"
            )
        } else {
            format!(
                "{name} {version} is in the host, but {}; change that in desk.toml, or push a version that it takes",
                wanted.join(", ")
            )
        }))
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
        // What was beside the old version says nothing of the new one.
        batch.delete(Table::Plugin, keys::plugin_trial(name));
        crash_point!("plugins::activating");
        self.store.commit(batch)?;
        crash_point!("plugins::activated");
        self.replace_workflow(Workflow {
            beside: workflow.beside.without(name),
            ..workflow
        });
        self.save_trials()?;
        self.take_up_trials()?;
        crash_point!("plugins::live");
        tracing::info!(plugin = name, version, "a plugin version is live");
        Ok(())
    }
}
