//! Recorded runs once more: the same components, settings, context and host answers must give the same bytes; another
//! component shows what it would have done instead.

use std::sync::Arc;

use jiff::Timestamp;
use serde::Serialize;

use super::core::Core;
use super::intake::Records;
use super::keys;
use super::plugins::PluginsError;
use super::request::EngineError;
use super::run::{Input, Plan, not_repeatable};
use crate::model::{ConversationId, Entry, Invocation, InvocationResult, Run, RunId};
use crate::sandbox::Plugin;
use crate::store::{KeyRange, Table, decode_record};

/// How many runs are read at once.
const PAGE: usize = 500;

/// Which runs to repeat, and with what.
#[derive(Clone, Default)]
pub struct ReplaySelection {
    /// Only runs at or after this time.
    pub from: Option<Timestamp>,
    /// Only runs before this time.
    pub to: Option<Timestamp>,
    /// Only runs of this conversation.
    pub conversation: Option<ConversationId>,
    /// A step's component instead of the recorded one.
    pub with: Option<(String, Arc<Plugin>)>,
}

/// Where a repeated run went another way.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Difference {
    /// The run.
    pub run: RunId,
    /// When it was.
    pub at: Timestamp,
    /// The step, or `run` where the steps agree and the whole differs.
    pub step: String,
    /// What it did then.
    pub before: serde_json::Value,
    /// What it does now.
    pub after: serde_json::Value,
}

/// What a replay found.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ReplayReport {
    /// Runs repeated.
    pub runs: u64,
    /// Plugin calls repeated.
    pub calls: u64,
    /// Calls that failed for reasons of the machine then, and are carried over.
    pub carried_over: u64,
    /// Where they went another way.
    pub differences: Vec<Difference>,
}

impl Core {
    /// Repeats recorded runs. `progress` is told of each.
    ///
    /// # Errors
    /// Where the store can't be read or a component that a run used is gone.
    pub fn replay(
        &self,
        selection: &ReplaySelection,
        mut progress: impl FnMut(u64),
    ) -> Result<ReplayReport, PluginsError> {
        let mut report = ReplayReport::default();
        let mut repeat = |run: Run| -> Result<(), PluginsError> {
            self.repeat(&run, selection, &mut report)?;
            report.runs += 1;
            progress(report.runs);
            Ok(())
        };
        match &selection.conversation {
            Some(conversation) => {
                self.each_of_conversation(conversation, selection, &mut repeat)?
            }
            None => self.each_by_time(selection, &mut repeat)?,
        }
        Ok(report)
    }

    fn each_of_conversation(
        &self,
        conversation: &ConversationId,
        selection: &ReplaySelection,
        each: &mut dyn FnMut(Run) -> Result<(), PluginsError>,
    ) -> Result<(), PluginsError> {
        let known = Records(self.store.as_ref()).conversation(conversation);
        known.map_err(|error| PluginsError::Mismatch(error.to_string()))?;
        let prefix = keys::of_conversation(conversation);
        let mut last = prefix.clone();
        loop {
            let rows = self
                .store
                .scan(Table::Run, KeyRange::prefix(&prefix).after(&last), PAGE)?;
            let Some((key, _)) = rows.last() else {
                return Ok(());
            };
            last.clone_from(key);
            for (key, value) in rows {
                let run: Run = decode_record(Table::Run, &key, &value)?;
                let early = selection.from.is_some_and(|from| run.event.at < from);
                let late = selection.to.is_some_and(|to| run.event.at >= to);
                if !early && !late {
                    each(run)?;
                }
            }
        }
    }

    fn each_by_time(
        &self,
        selection: &ReplaySelection,
        each: &mut dyn FnMut(Run) -> Result<(), PluginsError>,
    ) -> Result<(), PluginsError> {
        let end = selection.to.map(keys::before);
        let mut last = selection.from.map(keys::before).unwrap_or_default();
        loop {
            let mut range = KeyRange::all().after(&last);
            if let Some(end) = &end {
                range = range.before(end);
            }
            let rows = self.store.scan(Table::RunByTime, range, PAGE)?;
            let Some((key, _)) = rows.last() else {
                return Ok(());
            };
            last.clone_from(key);
            for (key, _) in rows {
                let Some((conversation, number)) = keys::run_of(&key).and_then(|id| id.parts())
                else {
                    continue;
                };
                match Records(self.store.as_ref()).run(&conversation, number) {
                    Ok(run) => each(run)?,
                    // Erased since.
                    Err(EngineError::NotFound { .. }) => {}
                    Err(error) => return Err(PluginsError::Mismatch(error.to_string())),
                }
            }
        }
    }

    fn repeat(
        &self,
        run: &Run,
        selection: &ReplaySelection,
        report: &mut ReplayReport,
    ) -> Result<(), PluginsError> {
        let instead = |invocation: &Invocation| {
            selection
                .with
                .as_ref()
                .filter(|(step, _)| *step == invocation.step)
                .map(|(_, plugin)| plugin)
        };
        let rehearse = selection.with.as_ref().map(|(step, _)| step.as_str());
        if rehearse.is_some()
            && !run
                .invocations
                .iter()
                .any(|invocation| instead(invocation).is_some())
        {
            return Ok(());
        }
        let mut steps = Vec::with_capacity(run.invocations.len());
        for invocation in &run.invocations {
            steps.push(self.plan_of_recorded(invocation, instead(invocation))?);
            report.calls += 1;
            report.carried_over += u64::from(not_repeatable(invocation).is_some());
        }
        let number = run.id.parts().map_or(0, |(_, number)| number);
        let input = Input {
            id: run.id.clone(),
            number,
            event: run.event.clone(),
            before: run.before.clone(),
            account: run.account.clone(),
            opening: opening(run),
            resumed: run.resumed.clone(),
            tickets: Vec::new(),
            account_changed: false,
        };
        let plan = Plan::Recorded {
            run,
            steps,
            rehearse,
        };
        let mut again = self.runner(self.workflow()).execute(input, &plan)?.run;
        again.entries.extend(closing(run));
        compare(run, &again, rehearse, report);
        Ok(())
    }
}

/// What the event itself changed: the entries before those of the steps.
fn opening(run: &Run) -> Vec<Entry> {
    let own = usize::try_from(run.opening).unwrap_or(usize::MAX);
    run.entries.iter().take(own).cloned().collect()
}

/// What the host added after the last step, from what it knew of the rest of the desk.
fn closing(run: &Run) -> Vec<Entry> {
    let own = usize::try_from(run.closing).unwrap_or(usize::MAX);
    let first = run.entries.len().saturating_sub(own);
    run.entries.iter().skip(first).cloned().collect()
}

fn compare(then: &Run, now: &Run, rehearse: Option<&str>, report: &mut ReplayReport) {
    let mut differs = |step: &str, before: serde_json::Value, after: serde_json::Value| {
        report.differences.push(Difference {
            run: then.id.clone(),
            at: then.event.at,
            step: step.to_owned(),
            before,
            after,
        });
    };
    let found = report_len(then, now);
    for index in 0..found {
        let (before, after) = (then.invocations.get(index), now.invocations.get(index));
        if rehearse.is_some_and(|step| before.is_some_and(|before| before.step != step)) {
            continue;
        }
        let (before, after) = (before.map(essence), after.map(essence));
        if before != after {
            let step = then.invocations.get(index).or(now.invocations.get(index));
            let step = step.map_or("run", |invocation| invocation.step.as_str());
            differs(step, before.unwrap_or_default(), after.unwrap_or_default());
            return;
        }
    }
    if rehearse.is_none() && then.entries != now.entries {
        let json = |run: &Run| serde_json::to_value(&run.entries).unwrap_or_default();
        differs("run", json(then), json(now));
    }
}

fn report_len(then: &Run, now: &Run) -> usize {
    then.invocations.len().max(now.invocations.len())
}

/// What of an invocation must be the same again: everything that reaches the conversation, not what it cost.
fn essence(invocation: &Invocation) -> serde_json::Value {
    serde_json::json!({
        "result": match &invocation.result {
            InvocationResult::Done { outcome } => serde_json::to_value(outcome),
            other => serde_json::to_value(other),
        }.unwrap_or_default(),
        "kv_writes": serde_json::to_value(&invocation.kv_writes).unwrap_or_default(),
        // A call that the machine ended is carried over, not made again: it logs nothing.
        "log": match not_repeatable(invocation) {
            Some(_) => serde_json::Value::Null,
            None => serde_json::to_value(&invocation.log).unwrap_or_default(),
        },
    })
}
