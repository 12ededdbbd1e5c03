//! Recorded runs once more: the same components, settings, context and host answers must give the same bytes. What
//! another component would have done is a rehearsal.

use jiff::Timestamp;
use serde::Serialize;

use super::core::Core;
use super::intake::Records;
use super::keys;
use super::plugins::PluginsError;
use super::request::EngineError;
use super::run::{Input, Plan, not_repeatable};
use crate::model::{ConversationId, Entry, Invocation, InvocationResult, Run, RunId};
use crate::store::{KeyRange, Table};

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
        self.recorded(selection, &mut |page| {
            for (conversation, number) in page {
                let Some(run) = self.recorded_run(selection, &conversation, number)? else {
                    continue;
                };
                self.repeat(&run, &mut report)?;
                report.runs += 1;
                progress(report.runs);
            }
            Ok(())
        })?;
        Ok(report)
    }

    /// Repeats one recorded run.
    ///
    /// # Errors
    /// Where a component that it used is gone.
    pub fn replay_run(&self, run: &Run) -> Result<ReplayReport, PluginsError> {
        let mut report = ReplayReport::default();
        self.repeat(run, &mut report)?;
        report.runs = 1;
        Ok(report)
    }

    /// The names of the selected runs, page by page, in the order in which they were.
    pub(super) fn recorded(
        &self,
        selection: &ReplaySelection,
        each: &mut dyn FnMut(Vec<(ConversationId, u32)>) -> Result<(), PluginsError>,
    ) -> Result<(), PluginsError> {
        if let Some(conversation) = &selection.conversation {
            let known = Records(self.store.as_ref()).conversation(conversation);
            let known = known.map_err(|error| PluginsError::Mismatch(error.to_string()))?;
            let numbers: Vec<_> = (1..=known.run_count)
                .map(|number| (conversation.clone(), number))
                .collect();
            return numbers
                .chunks(PAGE)
                .try_for_each(|page| each(page.to_vec()));
        }
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
            let names = rows
                .iter()
                .filter_map(|(key, _)| keys::run_of(key)?.parts());
            each(names.collect())?;
        }
    }

    /// A recorded run, where it is selected and was not erased since.
    pub(super) fn recorded_run(
        &self,
        selection: &ReplaySelection,
        conversation: &ConversationId,
        number: u32,
    ) -> Result<Option<Run>, PluginsError> {
        let run = match Records(self.store.as_ref()).run(conversation, number) {
            Ok(run) => run,
            Err(EngineError::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(PluginsError::Mismatch(error.to_string())),
        };
        let early = selection.from.is_some_and(|from| run.event.at < from);
        let late = selection.to.is_some_and(|to| run.event.at >= to);
        Ok((!early && !late).then_some(run))
    }

    fn repeat(&self, run: &Run, report: &mut ReplayReport) -> Result<(), PluginsError> {
        let mut steps = Vec::with_capacity(run.invocations.len());
        for invocation in &run.invocations {
            steps.push(self.plan_of_recorded(invocation, None)?);
            report.calls += 1;
            report.carried_over += u64::from(not_repeatable(invocation).is_some());
        }
        let plan = Plan::Recorded { run, steps };
        let runner = self.runner(self.workflow());
        let mut again = runner.execute(input_of(run), &plan)?.run;
        again.entries.extend(closing(run));
        compare(run, &again, report);
        Ok(())
    }
}

/// What a recorded run began with.
pub(super) fn input_of(run: &Run) -> Input {
    Input {
        id: run.id.clone(),
        number: run.id.parts().map_or(0, |(_, number)| number),
        event: run.event.clone(),
        before: run.before.clone(),
        account: run.account.clone(),
        opening: opening(run),
        resumed: run.resumed.clone(),
        tickets: Vec::new(),
        account_changed: false,
        once: None,
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

fn compare(then: &Run, now: &Run, report: &mut ReplayReport) {
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
        let (before, after) = (before.map(essence), after.map(essence));
        if before != after {
            let step = then.invocations.get(index).or(now.invocations.get(index));
            let step = step.map_or("run", |invocation| invocation.step.as_str());
            differs(step, before.unwrap_or_default(), after.unwrap_or_default());
            return;
        }
    }
    if then.entries != now.entries {
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
