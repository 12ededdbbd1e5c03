//! A recorded call as a case for the plugin's author: what the step was told and answered then, and what it did.

use serde_json::Value;

use super::super::core::Core;
use super::super::plugins::PluginsError;
use super::super::replay::input_of;
use super::super::review::of_step;
use super::super::run::{Plan, not_repeatable};
use super::super::settle::Moments;
use crate::author::cases::{RecordedCall, RecordedResult, masked};
use crate::model::{Invocation, InvocationResult, Message, Run};
use crate::sandbox::{FailureCode, Grant};

impl Core {
    /// The call of a step or reviewer in a recorded run, as one line of a file of cases; with `masks`, without what is
    /// personal in it. The very component that was called passes it.
    ///
    /// # Errors
    /// Where the run has no such call, or one that no case can repeat: the machine ended it, or its effects broke a rule
    /// of the desk, of which a case knows nothing.
    pub fn recorded_case(&self, run: &Run, step: &str, masks: bool) -> Result<Value, PluginsError> {
        let place = run.invocations.iter().position(|call| call.step == step);
        let split = place.and_then(|place| run.invocations.split_at_checked(place));
        let Some((before, [recorded, ..])) = split else {
            let steps: Vec<&str> = run
                .invocations
                .iter()
                .map(|call| call.step.as_str())
                .collect();
            return Err(PluginsError::Mismatch(format!(
                "{} has no call of a step {step:?}; it called {}",
                run.id,
                steps.join(", ")
            )));
        };
        let result = result_of(recorded).map_err(|why| {
            PluginsError::Mismatch(format!(
                "the call of {step:?} in {} makes no case: {why}",
                run.id
            ))
        })?;
        let plan = self.plan_of_recorded(recorded, None)?;
        let mut steps = Vec::with_capacity(before.len() + 1);
        for call in before {
            steps.push(self.plan_of_recorded(call, None)?);
        }
        steps.push(std::sync::Arc::clone(&plan));
        let runner = self.runner(self.workflow());
        let input = input_of(run);
        let moments = Moments::Recorded(run.moments.iter().copied().collect());
        let history = runner.history(
            &input,
            &Plan::Recorded {
                run,
                steps: steps.clone(),
            },
        )?;
        let mut progress = runner.begin(&input, moments, history);
        let mut attempt = run.resumed.as_ref().map_or(0, |resume| resume.attempt);
        for (call, plan) in before.iter().zip(&steps) {
            runner.recall(&mut progress, plan, attempt, call);
            attempt = 0;
        }
        let is_review = matches!(recorded.result, InvocationResult::Reviewed { .. });
        let entries = std::mem::take(&mut progress.draft.entries);
        let drafts: Vec<Message> = match is_review {
            true => entries.iter().filter_map(of_step).cloned().collect(),
            false => Vec::new(),
        };
        let context = runner.context(&progress, &plan);
        let call = runner.call(&progress, &plan, &context, Some((recorded, false)));
        // A case has no [[step.http]]: there, what is asked for is granted.
        let manifest = plan.plugin.manifest();
        let asks = manifest.grants.iter();
        let asks = asks.filter(|name| {
            plan.grants.has_http() && matches!(Grant::parse(name), Some(Grant::Http(_)))
        });
        let granted = plan.grants.iter().map(ToString::to_string);
        let case = RecordedCall {
            name: format!("{} of {}", recorded.step, run.id),
            step: recorded.step.clone(),
            event: run.event.clone(),
            drafts,
            seed: call.seed,
            config: call.config.to_owned(),
            grants: granted.chain(asks.cloned()).collect(),
            limits: call.limits.clone(),
            host_calls: recorded.host_calls.clone(),
            kv_writes: recorded.kv_writes.clone(),
            log: recorded.log.clone(),
            result,
            context: call.context.clone(),
        };
        let case = case.to_case();
        Ok(if masks { masked(case) } else { case })
    }
}

/// # Errors
/// Why it can't be expected of a case.
fn result_of(recorded: &Invocation) -> Result<RecordedResult, String> {
    if let Some(failure) = not_repeatable(recorded) {
        return Err(format!("the machine ended it ({failure})"));
    }
    Ok(match &recorded.result {
        InvocationResult::Done { outcome } => RecordedResult::Done(outcome.clone()),
        InvocationResult::Reviewed {
            texts,
            failure: None,
        } => {
            let texts = texts.iter().map(|text| text.findings.clone());
            RecordedResult::Reviewed(texts.collect())
        }
        InvocationResult::Reviewed {
            failure: Some(failure),
            ..
        } => RecordedResult::Failed {
            code: failure.code.clone(),
            reason: failure.reason.clone(),
        },
        InvocationResult::Failed { code, reason, .. }
            if FailureCode::parse(code) == Some(FailureCode::InvalidOutput) =>
        {
            return Err(format!(
                "its effects broke a rule of the desk ({reason}), and a case has no desk; see it with `switchboard replay` or `simulate`"
            ));
        }
        InvocationResult::Failed { code, reason, .. } => RecordedResult::Failed {
            code: code.clone(),
            reason: reason.clone(),
        },
    })
}
