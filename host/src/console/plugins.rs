//! Plugins: their versions, what each asks for and has, what it uses, and how another one goes live.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use jiff::SignedDuration;

use super::Console;
use super::form::Form;
use super::frame::{Frame, page, redirect};
use super::gate::Logged;
use super::ledger::{Done, Wanted};
use crate::api::extract::{body, check_kind};
use crate::api::{MAX_COMPONENT_BYTES, Problem, SIGNATURE};
use crate::engine::{
    Core, ExamReport, Origin, PluginVersion, RehearsalReport, Trial, TrialKind, VersionFigures,
};

/// The days of history on which a version is tried, and how many examples are shown of each difference.
const DAYS: i64 = 30;
const EXAMPLES: usize = 3;

/// A plugin with its versions, newest first.
struct Named {
    name: String,
    summary: String,
    versions: Vec<PluginVersion>,
    /// The steps that use it.
    uses: Vec<Use>,
    /// What runs beside the live version.
    trial: Option<Trial>,
}

/// A grant that a plugin asks for, and whether the step has it.
struct Asked {
    name: String,
    is_granted: bool,
}

/// A step that uses a plugin: what it has, and how much of its limits it used within a day.
struct Use {
    step: String,
    version: String,
    asks: Vec<Asked>,
    calls: u64,
    failed: u64,
    time_us: u64,
    most_time_us: u64,
    time_share: u64,
    memory: u64,
    most_memory: u64,
    memory_share: u64,
}

#[derive(Template)]
#[template(path = "console/plugins.html")]
struct Plugins<'a> {
    f: &'a Frame,
    plugins: Vec<Named>,
    tried: Option<Tried>,
    examined: Option<Examined>,
    is_whole: bool,
}

impl Plugins<'_> {
    /// The name of an origin's text.
    fn origin(&self, origin: Origin) -> &'static str {
        match origin {
            Origin::Standard => "standard",
            Origin::Desk => "desk",
            Origin::Pushed => "pushed",
        }
    }

    /// The share of accounts that a canary answers, in percent; none: it is in shadow.
    fn percent(&self, trial: &Trial) -> Option<String> {
        match trial.kind {
            TrialKind::Shadow => None,
            TrialKind::Canary { per_mille } => Some(format!("{}", f64::from(per_mille) / 10.0)),
        }
    }

    /// What each call took on average.
    fn mean(&self, figures: &VersionFigures) -> String {
        self.f.micros(&(figures.time_us / figures.calls.max(1)))
    }
}

/// What a rehearsal found.
pub(super) struct Tried {
    name: String,
    version: String,
    reports: Vec<RehearsalReport>,
}

/// What came of an exam.
pub(super) struct Examined {
    pub(super) name: String,
    pub(super) version: String,
    pub(super) reports: Vec<ExamReport>,
}

/// What was tried just now.
#[derive(Default)]
pub(super) struct Outcome {
    pub(super) tried: Option<Tried>,
    pub(super) examined: Option<Examined>,
}

/// The page.
pub(super) async fn show(
    State(console): State<Console>,
    frame: Frame,
) -> Result<Response, Problem> {
    render(&console, &frame, Outcome::default()).await
}

pub(super) async fn render(
    console: &Console,
    frame: &Frame,
    outcome: Outcome,
) -> Result<Response, Problem> {
    let read = console
        .api
        .manage(|core: &Core| Ok((core.plugins()?, core.trials())));
    let (versions, trials) = read.await?;
    let from = frame.now.checked_sub(SignedDuration::from_hours(24));
    let from = from.unwrap_or(frame.now);
    let counted = console.counted(None, move |core, reading| {
        let figures = |step: &str, version: &str| {
            let wanted = Wanted {
                event: None,
                step,
                version: Some(version),
            };
            reading.books.steps.since(from, wanted)
        };
        Ok((uses(core, figures), reading.is_whole))
    });
    let (uses, is_whole) = counted.await?;
    let mut plugins: BTreeMap<String, Named> = BTreeMap::new();
    for version in versions {
        let named = plugins
            .entry(version.name.clone())
            .or_insert_with(|| Named {
                name: version.name.clone(),
                summary: String::new(),
                versions: Vec::new(),
                uses: Vec::new(),
                trial: None,
            });
        named.versions.insert(0, version);
    }
    for (used, summary) in uses {
        if let Some(named) = plugins.get_mut(&used.0) {
            named.summary = summary;
            named.uses.push(used.1);
        }
    }
    for trial in trials {
        if let Some(named) = plugins.get_mut(&trial.plugin) {
            named.trial = Some(trial);
        }
    }
    Ok(page(&Plugins {
        f: frame,
        plugins: plugins.into_values().collect(),
        tried: outcome.tried,
        examined: outcome.examined,
        is_whole,
    }))
}

fn uses(core: &Core, figures: impl Fn(&str, &str) -> Done) -> Vec<((String, Use), String)> {
    let workflow = core.workflow();
    let plans = workflow.steps.iter().chain(&workflow.reviewers);
    let configured = workflow.desk.steps.iter().chain(&workflow.desk.reviewers);
    plans
        .zip(configured)
        .map(|(plan, step)| {
            let manifest = plan.plugin.manifest();
            let done = figures(&plan.name, &manifest.version);
            let most_time_us = u64::try_from(plan.limits.time.as_micros()).unwrap_or(u64::MAX);
            let most_memory = u64::try_from(plan.limits.memory).unwrap_or(u64::MAX);
            let (time_us, memory) = (done.quantile(99), done.most_memory);
            let asks = manifest.grants.iter().map(|name| Asked {
                is_granted: step.grants.has(name) || name == "http" && !step.http.is_empty(),
                name: name.clone(),
            });
            let used = Use {
                step: plan.name.clone(),
                version: manifest.version.clone(),
                asks: asks.collect(),
                calls: done.calls,
                failed: done.failed,
                time_us,
                most_time_us,
                time_share: share(time_us, most_time_us),
                memory,
                most_memory,
                memory_share: share(memory, most_memory),
            };
            ((manifest.name.clone(), used), manifest.summary.clone())
        })
        .collect()
}

/// Of a hundred.
fn share(part: u64, whole: u64) -> u64 {
    (part.saturating_mul(100) / whole.max(1)).min(100)
}

/// Tries a version on recorded history; changes nothing.
pub(super) async fn rehearse(
    State(console): State<Console>,
    frame: Frame,
    Path(name): Path<String>,
    form: Form,
) -> Result<Response, Problem> {
    let version = form.needed("version")?;
    let place = console.api.rehearsing().await?;
    let (of, wanted) = (name.clone(), version.clone());
    let reports = console.api.manage(move |core| {
        let _place = place;
        let over = SignedDuration::from_hours(24 * DAYS);
        core.rehearse_version(&of, &wanted, over, EXAMPLES)
    });
    let tried = Tried {
        name,
        version,
        reports: reports.await?,
    };
    let outcome = Outcome {
        tried: Some(tried),
        ..Outcome::default()
    };
    render(&console, &frame, outcome).await
}

/// Makes a version live.
pub(super) async fn activate(
    State(console): State<Console>,
    Path(name): Path<String>,
    form: Form,
) -> Result<Response, Problem> {
    let version = form.needed("version")?;
    let force = form.text("force") == "yes";
    let settings = console.api.engine.core().desk().settings.clone();
    let rehearses = settings.rehearsal.is_some() || settings.exams.contains_key(&name);
    let place = match rehearses && !force {
        true => Some(console.api.rehearsing().await?),
        false => None,
    };
    let active = console.api.manage(move |core| {
        let _place = place;
        core.activate_plugin(&name, &version, force)
    });
    let active = active.await?;
    Ok(done(format!("{} {}", active.name, active.version)))
}

/// Makes the version live that was live before.
pub(super) async fn roll_back(
    State(console): State<Console>,
    Path(name): Path<String>,
) -> Result<Response, Problem> {
    let active = console
        .api
        .manage(move |core| core.roll_back_plugin(&name))
        .await?;
    Ok(done(format!("{} {}", active.name, active.version)))
}

pub(super) fn done(detail: String) -> Response {
    let mut response = redirect("/console/plugins?done=done-saved");
    response.extensions_mut().insert(Logged(detail));
    response
}

/// Takes a component in: its bytes as they are, sent by the page's script.
pub(super) async fn push(
    State(console): State<Console>,
    Path((name, version)): Path<(String, String)>,
    request: Request,
) -> Result<Response, Problem> {
    check_kind(
        request.headers(),
        "application/wasm",
        "the component's bytes",
    )?;
    let Some(place) = console.api.pushing() else {
        let busy = "another component is being taken in; try again shortly";
        return Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, busy).retry_after(2));
    };
    let signature = request.headers().get(SIGNATURE).cloned();
    let signature = signature.and_then(|value| value.to_str().ok().map(str::to_owned));
    let bytes = body(
        request,
        MAX_COMPONENT_BYTES,
        console.api.config.body_deadline,
    )
    .await?;
    let pushed = console.api.manage(move |core| {
        let _place = place;
        let signature = signature
            .as_deref()
            .filter(|signature| !signature.is_empty());
        core.push_signed_plugin(&name, &version, &bytes, signature, false)
    });
    let pushed = pushed.await?;
    let mut response = StatusCode::CREATED.into_response();
    response
        .extensions_mut()
        .insert(Logged(format!("{} {}", pushed.name, pushed.version)));
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_never_above_a_hundred() {
        assert_eq!((share(1, 4), share(9, 3), share(1, 0)), (25, 100, 100));
    }
}
