//! Exams: the desk's own cases, which a version has to get right before it goes live.

use std::path::Path;
use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use serde::Serialize;

use super::super::core::Core;
use super::super::desk_host::DeskHost;
use super::PluginsError;
use crate::author::cases::{Difference, Seat, read_text, run_in};
use crate::model::{AccountId, ConversationId};
use crate::sandbox::Host;

/// How many of the cases that went wrong are told.
const TOLD: usize = 3;

fn told(difference: &Difference) -> String {
    let value = |value: &Option<serde_json::Value>| {
        value
            .as_ref()
            .map_or("nothing".to_owned(), ToString::to_string)
    };
    let (expected, came) = (value(&difference.expected), value(&difference.came));
    format!("{}: expected {expected}, came {came}", difference.path)
}

/// What came of an exam, for one step.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ExamReport {
    /// The step.
    pub step: String,
    /// The plugin that sat it.
    pub plugin: String,
    /// Its version.
    pub version: String,
    /// Cases.
    pub cases: u64,
    /// Of them right.
    pub passed: u64,
    /// How many of a hundred the desk wants.
    pub pass: f64,
    /// Which went wrong, in the order of the file.
    pub wrong: Vec<WrongCase>,
}

/// A case that a version got wrong.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WrongCase {
    /// Its line in the file.
    pub line: usize,
    /// Its name.
    pub case: String,
    /// What was expected and what came, place by place.
    pub differences: Vec<String>,
}

impl ExamReport {
    /// Right ones, of a hundred.
    pub fn percent(&self) -> f64 {
        self.passed as f64 * 100.0 / self.cases.max(1) as f64
    }

    /// Whether that is enough.
    pub fn is_passed(&self) -> bool {
        self.percent() >= self.pass
    }
}

impl Core {
    /// Lets a version sit its exam in every step that would use it; none where the desk has no exam for it.
    ///
    /// # Errors
    /// Where there is no such version, no step may use it, or the desk's cases make no sense.
    pub fn examine(&self, name: &str, version: &str) -> Result<Vec<ExamReport>, PluginsError> {
        let desk = self.desk();
        let Some(exam) = desk.settings.exams.get(name) else {
            return Ok(Vec::new());
        };
        let text = desk.exams.get(&exam.file).cloned().unwrap_or_default();
        let cases = read_text(Path::new(&exam.file), &text).map_err(|problems| {
            let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
            PluginsError::Mismatch(problems.join("; "))
        })?;
        let workflow = Arc::new(self.workflow_with_live(name, version)?);
        let plans = workflow.steps.iter().chain(&workflow.reviewers);
        let mut reports = Vec::new();
        for plan in plans.filter(|plan| plan.plugin.manifest().name == name) {
            let mut report = ExamReport {
                step: plan.name.clone(),
                plugin: name.to_owned(),
                version: version.to_owned(),
                cases: 0,
                passed: 0,
                pass: exam.pass,
                wrong: Vec::new(),
            };
            for case in &cases {
                let seat = Seat {
                    config: &plan.config,
                    grants: &plan.grants,
                    limits: &plan.limits,
                    desk: &workflow.view,
                    host: self.nobodys_host(&workflow, name),
                };
                let came = run_in(case, &plan.plugin, Some(&seat));
                report.cases += 1;
                let differences = match came {
                    Ok(came) if came.passed => {
                        report.passed += 1;
                        continue;
                    }
                    Ok(came) => came.differences.iter().map(told).collect(),
                    Err(why) => vec![why],
                };
                report.wrong.push(WrongCase {
                    line: case.line,
                    case: case.name.clone(),
                    differences,
                });
            }
            reports.push(report);
        }
        Ok(reports)
    }

    /// The desk's articles, people and hours, with nobody's memory and no network.
    fn nobodys_host(
        &self,
        workflow: &Arc<super::super::plan::Workflow>,
        name: &str,
    ) -> Arc<dyn Host> {
        let at: Timestamp = self.clock.now();
        Arc::new(DeskHost {
            workflow: Arc::clone(workflow),
            store: Arc::new(crate::store::MemoryStore::new()),
            plugin: name.to_owned(),
            account: AccountId::new("acc_exam"),
            conversation: ConversationId::new("con_exam"),
            at,
            language: None,
            overlay: Arc::default(),
            desk_reads: Arc::new(Mutex::new(Vec::new())),
            unsettled: Arc::default(),
            outside: None,
        })
    }

    /// Refuses a version that fails the desk's exam.
    pub(super) fn examined(&self, name: &str, version: &str) -> Result<(), PluginsError> {
        let reports = self.examine(name, version)?;
        let Some(failed) = reports.iter().find(|report| !report.is_passed()) else {
            return Ok(());
        };
        let told = failed.wrong.iter().take(TOLD).map(|wrong| {
            let what = wrong.differences.join(", ");
            format!("line {} ({}): {what}", wrong.line, wrong.case)
        });
        Err(PluginsError::Unrehearsed(format!(
            "{name} {version} doesn't go live: in the step {:?} it gets {} of {} cases of its exam right ({:.1} %), and [settings.exams] of desk.toml wants {} %. Wrong are {}. See all of it with: switchboard plugin exam {name} {version}; make it live all the same with --force",
            failed.step,
            failed.passed,
            failed.cases,
            failed.percent(),
            failed.pass,
            told.collect::<Vec<_>>().join("; ")
        )))
    }
}
