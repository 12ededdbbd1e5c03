//! A new component on recorded history: what it would have done, beside what the old one did.
//!
//! Only the step that is tried is called; what came before it in a run is taken from the record. Its questions get the
//! recorded answers where the old version asked the same, else the desk's of today. New texts are shown to today's
//! reviewers. Nothing is kept, nothing is sent.
//!
//! - [`differences`]: two answers of a step, side by side
//! - [`case`]: a recorded call for the plugin's author

mod case;
mod differences;

use std::collections::HashMap;
use std::num::NonZero;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::core::Core;
use super::plan::StepPlan;
use super::plugins::PluginsError;
use super::replay::{ReplaySelection, input_of};
use super::review::of_step;
use super::run::{Plan, Runner};
use super::settle::Moments;
use crate::model::{
    Change, ConversationId, Finding, Invocation, InvocationResult, Message, Run, RunId,
};
use crate::sandbox::{Plugin, World};
use differences::{Answered, Differing};

/// What to try on which runs.
pub struct Rehearsal {
    /// On these.
    pub selection: ReplaySelection,
    /// A step or reviewer, by name.
    pub step: String,
    /// The component in its place.
    pub plugin: Arc<Plugin>,
    /// Examples of each group of differences, at most.
    pub examples: usize,
    /// How many runs at once; none: as many as there are processors.
    pub threads: Option<NonZero<usize>>,
}

/// One recorded call that another component answers otherwise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Example {
    /// The run.
    pub run: RunId,
    /// Its conversation.
    pub conversation: ConversationId,
    /// When it was.
    pub at: Timestamp,
    /// What the customer wrote, where the run answers a message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// What it did then.
    pub then: Vec<String>,
    /// What it does now.
    pub now: Vec<String>,
}

/// Calls that differ in the same way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DifferenceGroup {
    /// What differs: `reply`, `categories`, `ticket`, `timer`, `finding`, `failure` …
    pub kind: String,
    /// What it was then, in a few words.
    pub then: String,
    /// What it is now.
    pub now: String,
    /// How many calls.
    pub calls: u64,
    /// Some of them, the oldest first.
    pub examples: Vec<Example>,
}

impl DifferenceGroup {
    /// In a few words: `categories: complaint -> order`.
    pub fn change(&self) -> String {
        let Self {
            kind, then, now, ..
        } = self;
        if then == now {
            format!("{kind}: {then}, otherwise")
        } else {
            format!("{kind}: {then} -> {now}")
        }
    }
}

/// What a rehearsal found.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RehearsalReport {
    /// The step.
    pub step: String,
    /// The plugins that were on record, with their versions.
    pub then: Vec<String>,
    /// The one that was tried.
    pub now: String,
    /// Recorded calls that were tried.
    pub calls: u64,
    /// How many of them differ in anything.
    pub differing: u64,
    /// How they differ, the most frequent first.
    pub groups: Vec<DifferenceGroup>,
    /// Microseconds of all calls together then, as recorded.
    pub then_us: u64,
    /// And now.
    pub now_us: u64,
    /// The slowest call now.
    pub slowest_us: u32,
}

impl RehearsalReport {
    /// Calls that differ, of a hundred.
    pub fn percent(&self) -> f64 {
        self.differing as f64 * 100.0 / self.calls.max(1) as f64
    }

    /// Counts what is rare together.
    pub(super) fn keep_groups(&mut self, most: usize) {
        const MORE: &str = "more";
        if self.groups.len() <= most {
            return;
        }
        self.groups
            .sort_by_key(|group| (group.kind == MORE, std::cmp::Reverse(group.calls)));
        let rest = self.groups.split_off(most.saturating_sub(1));
        self.groups.push(DifferenceGroup {
            kind: MORE.to_owned(),
            then: "other differences".to_owned(),
            now: "other differences".to_owned(),
            calls: rest.iter().map(|group| group.calls).sum(),
            examples: rest
                .into_iter()
                .flat_map(|group| group.examples)
                .take(1)
                .collect(),
        });
    }

    fn take(&mut self, tried: Tried, examples: usize) {
        self.calls += 1;
        self.then_us += u64::from(tried.then_us);
        self.now_us += u64::from(tried.now_us);
        self.slowest_us = self.slowest_us.max(tried.now_us);
        if !self.then.contains(&tried.version) {
            self.then.push(tried.version);
        }
        self.differing += u64::from(!tried.differing.is_empty());
        for Differing { kind, then, now } in tried.differing {
            let example = Example {
                then: then.details,
                now: now.details,
                ..tried.example.clone()
            };
            let known = self.groups.iter_mut().find(|group| {
                group.kind == kind && group.then == then.label && group.now == now.label
            });
            if let Some(group) = known {
                group.calls += 1;
                if group.examples.len() < examples {
                    group.examples.push(example);
                }
                continue;
            }
            self.groups.push(DifferenceGroup {
                kind: kind.to_owned(),
                then: then.label,
                now: now.label,
                calls: 1,
                examples: (examples > 0).then_some(example).into_iter().collect(),
            });
        }
    }
}

impl Core {
    /// Rehearses a version that the host has in the place of every step and reviewer that would use it, on what happened
    /// within `over` before now. One run at a time: customers are served meanwhile.
    ///
    /// # Errors
    /// Where there is no such version, no step may use it, or the store can't be read.
    pub fn rehearse_version(
        &self,
        name: &str,
        version: &str,
        over: SignedDuration,
        examples: usize,
    ) -> Result<Vec<RehearsalReport>, PluginsError> {
        let workflow = self.workflow_with_live(name, version)?;
        let from = self.clock.now().checked_sub(over).ok();
        let plans = workflow.steps.iter().chain(&workflow.reviewers);
        let plans = plans.filter(|plan| plan.plugin.manifest().name == name);
        plans
            .map(|plan| {
                let rehearsal = Rehearsal {
                    selection: ReplaySelection {
                        from,
                        ..ReplaySelection::default()
                    },
                    step: plan.name.clone(),
                    plugin: Arc::clone(&plan.plugin),
                    examples,
                    threads: NonZero::new(1),
                };
                self.rehearse(&rehearsal, |_| ())
            })
            .collect()
    }

    /// Refuses a version that the desk wants rehearsed first and that differs too much from the past.
    pub(super) fn rehearsed(&self, name: &str, version: &str) -> Result<(), PluginsError> {
        let Some(settings) = self.desk().settings.rehearsal else {
            return Ok(());
        };
        if self.live_version(name).is_some_and(|live| live == version) {
            return Ok(());
        }
        let reports = self.rehearse_version(name, version, settings.over, 0)?;
        let exceeds =
            |report: &&RehearsalReport| !settings.budget.allows(report.differing, report.calls);
        let Some(report) = reports.iter().find(exceeds) else {
            return Ok(());
        };
        let groups = report.groups.iter().take(3);
        let groups = groups.map(|group| format!("{} x {}", group.calls, group.change()));
        Err(PluginsError::Unrehearsed(format!(
            "{name} {version} doesn't go live: on recorded history it differs in {} of {} calls of {:?} ({:.1} %), and [settings.rehearsal] of desk.toml allows {}. Most of all {}. See all of it with: switchboard plugin rehearse {name} {version}; make it live all the same with --force",
            report.differing,
            report.calls,
            report.step,
            report.percent(),
            settings.budget,
            groups.collect::<Vec<_>>().join(", ")
        )))
    }
}

/// One call, tried.
struct Tried {
    version: String,
    then_us: u32,
    now_us: u32,
    differing: Vec<Differing>,
    example: Example,
}

/// Settings of then, read once.
#[derive(Default)]
struct Plans(Mutex<HashMap<[String; 3], Arc<StepPlan>>>);

impl Plans {
    fn of(
        &self,
        core: &Core,
        recorded: &Invocation,
        instead: Option<&Arc<Plugin>>,
    ) -> Result<Arc<StepPlan>, PluginsError> {
        // The failure policy is the call's own.
        if !matches!(recorded.result, InvocationResult::Done { .. }) {
            return core.plan_of_recorded(recorded, instead);
        }
        let sha256 = instead.map_or(recorded.sha256.as_str(), |plugin| plugin.sha256());
        let key = [&recorded.step, sha256, &recorded.settings].map(str::to_owned);
        let known = |plans: &HashMap<_, _>| plans.get(&key).map(Arc::clone);
        if let Some(plan) = known(&self.0.lock().unwrap_or_else(PoisonError::into_inner)) {
            return Ok(plan);
        }
        let plan = core.plan_of_recorded(recorded, instead)?;
        let mut plans = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        plans.insert(key, Arc::clone(&plan));
        Ok(plan)
    }
}

impl Core {
    /// Tries a component on recorded runs, on all processors; the report is the same however many there are, times
    /// apart. `progress` is told how many runs were looked at.
    ///
    /// # Errors
    /// Where the store can't be read, a component that a run used is gone, or the component is a reviewer in a step's
    /// place or the other way round.
    pub fn rehearse(
        &self,
        rehearsal: &Rehearsal,
        progress: impl Fn(u64) + Sync,
    ) -> Result<RehearsalReport, PluginsError> {
        let mut report = RehearsalReport {
            step: rehearsal.step.clone(),
            now: {
                let manifest = rehearsal.plugin.manifest();
                format!("{} {}", manifest.name, manifest.version)
            },
            ..RehearsalReport::default()
        };
        let workflow = self.workflow();
        let is_reviewer = rehearsal.plugin.world() == World::Reviewer;
        let others = if is_reviewer {
            &workflow.steps
        } else {
            &workflow.reviewers
        };
        if others.iter().any(|plan| plan.name == rehearsal.step) {
            let [is, place] = if is_reviewer {
                ["reviewer", "step"]
            } else {
                ["step", "reviewer"]
            };
            let reason = format!(
                "{} is a {is}; it can't take the place of the {place} {:?}",
                report.now, rehearsal.step
            );
            return Err(PluginsError::Mismatch(reason));
        }
        let plans = Plans::default();
        let runner = self.runner(workflow);
        let seen = AtomicU64::new(0);
        let processors = || std::thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN);
        let threads = rehearsal.threads.unwrap_or_else(processors).get();
        self.recorded(&rehearsal.selection, &mut |page| {
            let one = |(conversation, number): &(ConversationId, u32)| {
                progress(seen.fetch_add(1, Ordering::Relaxed) + 1);
                match self.recorded_run(&rehearsal.selection, conversation, *number)? {
                    Some(run) => self.tried(&runner, &plans, rehearsal, &run),
                    None => Ok(None),
                }
            };
            let share = page.len().div_ceil(threads).max(1);
            let done: Vec<_> = std::thread::scope(|scope| {
                let shares = page.chunks(share);
                let running: Vec<_> = shares
                    .map(|share| scope.spawn(move || share.iter().map(one).collect::<Vec<_>>()))
                    .collect();
                let ended = running.into_iter().map(std::thread::ScopedJoinHandle::join);
                ended.collect()
            });
            for share in done {
                let share =
                    share.map_err(|_| PluginsError::Mismatch("a rehearsal panicked".to_owned()))?;
                for tried in share {
                    if let Some(tried) = tried? {
                        report.take(tried, rehearsal.examples);
                    }
                }
            }
            Ok(())
        })?;
        report.then.sort();
        // Sorting is stable: of equals, the one that was found first stays first.
        report
            .groups
            .sort_by_key(|group| std::cmp::Reverse(group.calls));
        Ok(report)
    }

    /// Tries a component on one run, and adds what came of it to a report.
    pub(super) fn rehearse_run(
        &self,
        rehearsal: &Rehearsal,
        run: &Run,
        report: &mut RehearsalReport,
    ) -> Result<(), PluginsError> {
        let runner = self.runner(self.workflow());
        if let Some(tried) = self.tried(&runner, &Plans::default(), rehearsal, run)? {
            report.take(tried, rehearsal.examples);
            report
                .groups
                .sort_by_key(|group| std::cmp::Reverse(group.calls));
        }
        Ok(())
    }

    fn tried(
        &self,
        runner: &Runner<'_>,
        plans: &Plans,
        rehearsal: &Rehearsal,
        run: &Run,
    ) -> Result<Option<Tried>, PluginsError> {
        let mut calls = run.invocations.iter();
        let Some(place) = calls.position(|call| call.step == rehearsal.step) else {
            return Ok(None);
        };
        let (before, rest) = run.invocations.split_at(place);
        let Some(recorded) = rest.first() else {
            return Ok(None);
        };
        let plan = plans.of(self, recorded, Some(&rehearsal.plugin))?;
        let earlier = before.iter().map(|call| plans.of(self, call, None));
        let earlier: Vec<Arc<StepPlan>> = earlier.collect::<Result<_, _>>()?;

        let input = input_of(run);
        let moments = Moments::Recorded(run.moments.iter().copied().collect());
        let steps = [&earlier[..], &[Arc::clone(&plan)]].concat();
        let history = runner.history(&input, &Plan::Recorded { run, steps })?;
        let mut progress = runner.begin(&input, moments, history);
        let mut attempt = run.resumed.as_ref().map_or(0, |resume| resume.attempt);
        for (call, plan) in before.iter().zip(&earlier) {
            runner.recall(&mut progress, plan, attempt, call);
            attempt = 0;
        }
        if let InvocationResult::Reviewed { .. } = recorded.result {
            let entries = std::mem::take(&mut progress.draft.entries);
            let drafts: Vec<&Message> = entries.iter().filter_map(of_step).collect();
            runner.reviewed_by(&mut progress, &plan, Some((recorded, true)), &drafts);
        } else {
            runner.step(&mut progress, &plan, attempt, Some((recorded, true)));
        }
        let Some(now) = progress.invocations.pop() else {
            return Ok(None);
        };
        let mut answers = [recorded, &now].map(Answered::of);
        let [said, says] = [recorded, &now].map(replies);
        if said != says {
            let of_step = |by: &str| by == rehearsal.step;
            let found = run.entries.iter().filter(|entry| of_step(&entry.by));
            let found = found.filter_map(|entry| match &entry.change {
                Change::Found { finding, text } if !says.contains(&text.as_str()) => Some(finding),
                _ => None,
            });
            answers[0].findings(found);
            let entries = std::mem::take(&mut progress.draft.entries);
            let new = entries.iter().filter(|entry| of_step(&entry.by));
            let new = new.filter_map(self::of_step);
            let new: Vec<&Message> = new.filter(|it| !said.contains(&it.text.as_str())).collect();
            let found: Vec<Finding> = runner.findings(&mut progress, &new);
            answers[1].findings(&found);
        }
        let [then, now_answered] = answers;
        Ok(Some(Tried {
            version: format!("{} {}", recorded.plugin, recorded.version),
            then_us: recorded.usage.time_us,
            now_us: now.usage.time_us,
            differing: differences::between(then, now_answered),
            example: Example {
                run: run.id.clone(),
                conversation: run.before.id.clone(),
                at: run.event.at,
                message: run.event.message().map(|message| message.text.clone()),
                then: Vec::new(),
                now: Vec::new(),
            },
        }))
    }
}

/// The texts that a call asked to send.
fn replies(call: &Invocation) -> Vec<&str> {
    let InvocationResult::Done { outcome } = &call.result else {
        return Vec::new();
    };
    let effects = outcome.effects.iter();
    effects
        .filter_map(|effect| match effect {
            crate::model::Effect::Reply(reply) => Some(reply.text.as_str()),
            _ => None,
        })
        .collect()
}
