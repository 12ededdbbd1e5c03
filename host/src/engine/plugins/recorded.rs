//! The plans of recorded calls: the components and settings of then.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use serde::Deserialize;

use super::super::core::Core;
use super::super::keys;
use super::super::plan::StepPlan;
use super::super::review::REVIEWER_FAILED;
use crate::egress::Rule;
use crate::model::{Invocation, InvocationResult, Policy};
use crate::sandbox::{Grant, Grants, Plugin};
use crate::store::{Table, decode_record};
use crate::workflow::StepLimits;

use super::PluginsError;
use super::plans::limits_of;

/// What a run kept of a step's settings.
#[derive(Deserialize)]
struct KeptSettings {
    config: serde_json::Value,
    grants: Vec<String>,
    #[serde(default)]
    http: Vec<Rule>,
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
    http_time: Option<u64>,
    http_calls: Option<u32>,
    http_body: Option<u64>,
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
            http_time: kept.limits.http_time.map(Duration::from_millis),
            http_calls: kept.limits.http_calls,
            http_body: kept.limits.http_body,
        });
        let policy = match &invocation.result {
            InvocationResult::Failed { policy, .. } => *policy,
            // A failed reviewer holds the text back unless it is skipped.
            InvocationResult::Reviewed { texts, .. }
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
                .with_http(kept.http)
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
