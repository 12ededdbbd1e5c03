//! A case against a plugin, in the sandbox that a desk uses.

use std::sync::Arc;

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::Case;
use super::differ::{Difference, compare, to_contract};
use super::form::{BytesForm, FailureForm, TextOr};
use super::scene::Given;
use super::scene::Scene;
use crate::model::{DeskView, Finding, HostCall, KvWrite, LogLine, NextStep, Usage};
use crate::sandbox::{CallReport, Grants, Host, HostSide, Limits, Plugin};

/// What came of a case.
#[derive(Clone, Debug, Serialize)]
pub struct CaseReport {
    /// The file of the case.
    pub file: String,
    /// Its line.
    pub line: usize,
    /// Its name.
    pub case: String,
    /// Whether everything was as expected.
    pub passed: bool,
    /// Where it wasn't.
    pub differences: Vec<Difference>,
    /// What came.
    pub came: Came,
    /// What the plugin asked and was told; may stand in a case as its `answers`.
    pub host_calls: Vec<HostCall>,
    /// What it cost.
    pub usage: Usage,
}

/// What a call left behind, in the words of a case.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Came {
    /// The effects.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effects: Option<Value>,
    /// `go-on` or `finish`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<Value>,
    /// A reviewer's findings, each with the number of its draft, counted from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub findings: Option<Value>,
    /// Code, reason and when to try again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<Value>,
    /// Writes, by scope and key; null removes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kv: Option<Value>,
    /// The log's lines.
    pub log: Vec<LogLine>,
}

/// Runs a case twice: once with the case's desk, and once more with the recorded answers, which must give the same.
///
/// # Errors
/// Where the case can't be set up: an unknown time zone.
pub fn run(case: &Case, plugin: &Plugin) -> Result<CaseReport, String> {
    run_in(case, plugin, None)
}

/// The seat of a step in a desk, for cases that say nothing else.
pub struct Seat<'a> {
    /// The step's configuration, as JSON.
    pub config: &'a str,
    /// What it may do.
    pub grants: &'a Grants,
    /// What it may use.
    pub limits: &'a Limits,
    /// What it is told of the desk.
    pub desk: &'a DeskView,
    /// Who answers where the case says nothing of the host.
    pub host: Arc<dyn Host>,
}

/// As [`run`], in the seat of a step.
///
/// # Errors
/// As there.
pub fn run_in(case: &Case, plugin: &Plugin, seat: Option<&Seat<'_>>) -> Result<CaseReport, String> {
    let mut scene = Scene::of(case, plugin)?;
    if let Some(seat) = seat {
        scene.sit(case, seat);
    }
    let report = scene.run(plugin, scene.live());
    let came = Came::of(&report);
    let mut differences = Vec::new();
    expect(case, &report, &came, &mut differences);
    let recorded: Arc<[HostCall]> = report.host_calls.clone().into();
    // A stopped call was stopped by the machine's clock; how far it came differs from time to time.
    if report.result.is_ok() {
        let again = Came::of(&scene.run(plugin, HostSide::Recorded(recorded)));
        let (now, then) = (json!(again), json!(came));
        if now != then {
            compare("a replay of this case", &then, &now, &mut differences);
        }
    }
    Ok(CaseReport {
        file: case.file.display().to_string(),
        line: case.line,
        case: case.name.clone(),
        passed: differences.is_empty(),
        differences,
        came,
        host_calls: report.host_calls,
        usage: report.usage,
    })
}

impl Came {
    fn of(report: &CallReport<Given>) -> Self {
        let mut came = Self {
            log: report.log.clone(),
            kv: written(&report.kv_writes),
            ..Self::default()
        };
        match &report.result {
            Ok(Given::Findings(findings)) => came.findings = Some(flat(findings)),
            Ok(Given::Outcome(outcome)) => {
                came.effects = Some(outcome.effects.iter().map(to_contract).collect());
                came.next = Some(json!(match outcome.next {
                    NextStep::GoOn => "go-on",
                    NextStep::Finish => "finish",
                }));
            }
            Err(failure) => {
                let mut told = json!({ "code": failure.code, "reason": failure.reason });
                if let (Some(after), Some(told)) = (failure.retry_after, told.as_object_mut()) {
                    told.insert("retry-after-seconds".to_owned(), json!(after.as_secs()));
                }
                came.failure = Some(told);
            }
        }
        came
    }
}

pub(super) fn flat(findings: &[Vec<Finding>]) -> Value {
    let numbered = (0..).zip(findings).flat_map(|(draft, findings)| {
        findings.iter().map(move |finding| {
            let mut told = json!(finding);
            if let Some(told) = told.as_object_mut() {
                let number: u32 = draft;
                told.insert("draft".to_owned(), json!(number));
            }
            told
        })
    });
    numbered.collect()
}

pub(super) fn written(writes: &[KvWrite]) -> Option<Value> {
    if writes.is_empty() {
        return None;
    }
    let mut scopes = Map::new();
    for write in writes {
        let value = write.value.as_deref().map_or(Value::Null, bytes);
        let scope = scopes
            .entry(write.scope.as_str())
            .or_insert_with(|| json!({}));
        if let Some(keys) = scope.as_object_mut() {
            keys.insert(write.key.clone(), value);
        }
    }
    Some(Value::Object(scopes))
}

/// As a case writes it.
fn bytes(value: &[u8]) -> Value {
    use base64::Engine as _;
    match std::str::from_utf8(value) {
        Ok(text) => json!(text),
        Err(_) => json!({ "base64": base64::engine::general_purpose::STANDARD.encode(value) }),
    }
}

fn expect(case: &Case, report: &CallReport<Given>, came: &Came, differences: &mut Vec<Difference>) {
    let form = &case.form;
    let unexpected = |path: &str, value: &Option<Value>| Difference {
        path: path.to_owned(),
        expected: None,
        came: value.clone(),
    };
    match &form.failure {
        Some(failure) => {
            let wanted = match failure {
                TextOr::Text(code) => json!({ "code": code }),
                TextOr::More(form) => wanted_failure(form),
            };
            let came = came.failure.clone().unwrap_or_else(|| json!("no failure"));
            compare("failure", &wanted, &came, differences);
        }
        None if report.result.is_err() => {
            differences.push(unexpected("failure", &came.failure));
            return;
        }
        None => {}
    }
    let came_effects = came.effects.clone().unwrap_or_default();
    if let Some(wanted) = &form.category {
        let surest = surest_category(&came_effects);
        compare("category", &json!(wanted), &surest, differences);
    }
    if let Some(wanted) = &form.effects {
        let wanted = Value::Array(wanted.clone());
        compare("effects", &wanted, &came_effects, differences);
    }
    if let Some(wanted) = &form.findings {
        let came = came.findings.clone().unwrap_or_default();
        compare(
            "findings",
            &Value::Array(wanted.clone()),
            &came,
            differences,
        );
    }
    if let Some(wanted) = form.next {
        let came = came.next.clone().unwrap_or_default();
        compare("next", &json!(wanted.as_str()), &came, differences);
    }
    if let Some(wanted) = &form.kv {
        let wanted = wanted.iter().map(|(scope, keys)| {
            let keys = keys.iter().map(|(key, value)| {
                let value = value
                    .as_ref()
                    .map_or(Value::Null, |value: &BytesForm| bytes(&value.0));
                (key.clone(), value)
            });
            (scope.as_str().to_owned(), Value::Object(keys.collect()))
        });
        let came = came.kv.clone().unwrap_or_else(|| json!({}));
        compare("kv", &Value::Object(wanted.collect()), &came, differences);
    }
    if let Some(wanted) = &form.log {
        let lines = came.log.iter().map(|line| json!(line.text)).collect();
        compare("log", &Value::Array(wanted.clone()), &lines, differences);
    }
}

/// The first of the categories that were set last.
fn surest_category(effects: &Value) -> Value {
    let effects = effects.as_array().map(Vec::as_slice).unwrap_or_default();
    let mut set = effects
        .iter()
        .filter_map(|effect| effect.get("set-categories"));
    let name = set
        .next_back()
        .and_then(|categories| categories.pointer("/0/name"));
    name.cloned().unwrap_or_else(|| json!(""))
}

fn wanted_failure(form: &FailureForm) -> Value {
    let mut wanted = json!({ "code": form.code });
    if let Some(fields) = wanted.as_object_mut() {
        if let Some(reason) = &form.reason {
            fields.insert("reason".to_owned(), reason.clone());
        }
        if let Some(after) = form.retry_after_seconds {
            fields.insert("retry-after-seconds".to_owned(), json!(after));
        }
    }
    wanted
}
