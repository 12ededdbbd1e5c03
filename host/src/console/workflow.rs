//! The workflow: each chain as it runs, and a step's configuration and grants, changed while it runs.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use jiff::SignedDuration;
use serde_json::Value;

use super::Console;
use super::form::Form;
use super::frame::{Frame, page, redirect};
use super::gate::{Logged, Who};
use super::ledger::{Done, Wanted as WantedCalls};
use crate::api::Problem;
use crate::engine::{Core, Revision};
use crate::workflow::{Grants, Step};

/// How many lines of a configuration are compared.
const COMPARED: usize = 400;

/// How a step did in a while.
#[derive(Clone, Default)]
struct While {
    calls: u64,
    failed: u64,
    usual_us: u64,
    slow_us: u64,
}

/// A step of a chain.
struct Stop {
    name: String,
    plugin: String,
    when: String,
    policy: &'static str,
    is_amended: bool,
    hour: While,
    day: While,
}

/// A chain: what it handles, and its steps in order.
struct Chain {
    event: &'static str,
    stops: Vec<Stop>,
}

#[derive(Template)]
#[template(path = "console/workflow.html")]
struct Shown<'a> {
    f: &'a Frame,
    chains: Vec<Chain>,
    reviewers: Vec<Stop>,
    revisions: Vec<Revision>,
    is_whole: bool,
}

impl While {
    fn of(done: &Done) -> Self {
        Self {
            calls: done.calls,
            failed: done.failed,
            usual_us: done.quantile(50),
            slow_us: done.quantile(99),
        }
    }
}

/// The page.
pub(super) async fn show(
    State(console): State<Console>,
    frame: Frame,
) -> Result<Response, Problem> {
    let now = frame.now;
    let back = |hours| {
        now.checked_sub(SignedDuration::from_hours(hours))
            .unwrap_or(now)
    };
    let (hour, day) = (back(1), back(24));
    let steps: Vec<(Option<&'static str>, String)> = {
        let desk = console.api.engine.core().desk();
        let chains = desk.chains.iter().flat_map(|(kind, chain)| {
            let steps = chain.iter().filter_map(|index| desk.steps.get(*index));
            steps.map(|step| (Some(kind.as_str()), step.name.clone()))
        });
        let reviewers = desk.reviewers.iter().map(|step| (None, step.name.clone()));
        chains.chain(reviewers).collect()
    };
    let counted = console.counted(None, move |_, reading| {
        let figures = steps.into_iter().map(|(event, step)| {
            let since = |from| {
                let wanted = WantedCalls {
                    event,
                    step: &step,
                    version: None,
                };
                While::of(&reading.books.steps.since(from, wanted))
            };
            let both = (since(hour), since(day));
            ((event.unwrap_or_default(), step), both)
        });
        let figures: BTreeMap<_, _> = figures.collect();
        Ok((figures, reading.is_whole))
    });
    let (figures, is_whole) = counted.await?;
    let core = console.api.engine.core();
    let workflow = core.workflow();
    let desk = &workflow.desk;
    let plans = workflow.steps.iter().chain(&workflow.reviewers);
    let versions: BTreeMap<&str, String> = plans
        .map(|plan| {
            let manifest = plan.plugin.manifest();
            let plugin = format!("{} {}", manifest.name, manifest.version);
            (plan.name.as_str(), plugin)
        })
        .collect();
    let base = workflow.base.steps.iter().chain(&workflow.base.reviewers);
    let of_files: BTreeMap<&str, &str> = base
        .map(|step| (step.name.as_str(), step.settings_sha256.as_str()))
        .collect();
    let stop = |event: &'static str, step: &Step| {
        let (hour, day) = figures
            .get(&(event, step.name.clone()))
            .cloned()
            .unwrap_or_default();
        Stop {
            name: step.name.clone(),
            plugin: versions
                .get(step.name.as_str())
                .cloned()
                .unwrap_or_default(),
            when: step
                .when
                .as_ref()
                .map(|when| when.text().to_owned())
                .unwrap_or_default(),
            policy: step.on_failure.as_str(),
            is_amended: of_files.get(step.name.as_str()) != Some(&step.settings_sha256.as_str()),
            hour,
            day,
        }
    };
    let chains = desk.chains.iter().map(|(kind, chain)| Chain {
        event: kind.as_str(),
        stops: chain
            .iter()
            .filter_map(|index| desk.steps.get(*index))
            .map(|step| stop(kind.as_str(), step))
            .collect(),
    });
    let chains = chains.collect();
    let reviewers = desk.reviewers.iter().map(|step| stop("", step)).collect();
    let mut revisions = console.api.manage(Core::revisions).await?;
    revisions.reverse();
    Ok(page(&Shown {
        f: &frame,
        chains,
        reviewers,
        revisions,
        is_whole,
    }))
}

/// A line of two texts side by side: ` ` in both, `-` only before, `+` only after.
pub(super) struct Line {
    pub(super) sign: char,
    pub(super) text: String,
}

/// A grant that a step may have.
struct Choice {
    name: String,
    is_granted: bool,
    is_asked: bool,
}

#[derive(Template)]
#[template(path = "console/step.html")]
struct Edited<'a> {
    f: &'a Frame,
    name: String,
    plugin: String,
    summary: String,
    config: String,
    schema: String,
    choices: Vec<Choice>,
    difference: Vec<Line>,
    is_shown: bool,
}

/// What somebody wants of a step.
struct Wanted {
    grants: Vec<String>,
    config: String,
}

fn edited<'a>(
    console: &Console,
    frame: &'a Frame,
    name: &str,
    wanted: Option<Wanted>,
) -> Result<Edited<'a>, Problem> {
    let workflow = console.api.engine.core().workflow();
    let steps = workflow.desk.steps.iter().chain(&workflow.desk.reviewers);
    let plans = workflow.steps.iter().chain(&workflow.reviewers);
    let mut both = steps.zip(plans);
    let Some((step, plan)) = both.find(|(step, _)| step.name == name) else {
        return Err(Problem::not_found(format!("there is no step {name:?}")));
    };
    let manifest = plan.plugin.manifest();
    let now = said(step.grants.iter(), &step.config);
    let is_shown = wanted.is_some();
    let wanted = wanted.unwrap_or_else(|| Wanted {
        grants: step.grants.iter().map(str::to_owned).collect(),
        config: pretty(&step.config),
    });
    let then = match serde_json::from_str::<Value>(&wanted.config) {
        Ok(config) => said(wanted.grants.iter().map(String::as_str), &config),
        Err(_) => now.clone(),
    };
    let mut names: Vec<String> = Grants::KNOWN
        .iter()
        .map(|name| (*name).to_owned())
        .collect();
    for name in manifest.grants.iter().chain(&wanted.grants) {
        // Requests are granted by origin, in the files alone.
        if !names.contains(name) && name != "http" {
            names.push(name.clone());
        }
    }
    let choices = names.into_iter().map(|name| Choice {
        is_granted: wanted.grants.contains(&name),
        is_asked: manifest.grants.contains(&name),
        name,
    });
    let schema = manifest.config_schema.as_deref().unwrap_or_default();
    let schema = serde_json::from_str::<Value>(schema).map(|schema| pretty(&schema));
    Ok(Edited {
        f: frame,
        name: step.name.clone(),
        plugin: format!("{} {}", manifest.name, manifest.version),
        summary: manifest.summary.clone(),
        choices: choices.collect(),
        schema: schema.unwrap_or_default(),
        config: wanted.config,
        difference: difference(&now, &then),
        is_shown,
    })
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

fn said<'g>(grants: impl Iterator<Item = &'g str>, config: &Value) -> String {
    let mut grants: Vec<&str> = grants.collect();
    grants.sort_unstable();
    format!("grants: {}\n{}", grants.join(", "), pretty(config))
}

/// The lines of two texts, those that are in both once, by their longest common part.
pub(super) fn difference(before: &str, after: &str) -> Vec<Line> {
    let a: Vec<&str> = before.lines().take(COMPARED).collect();
    let b: Vec<&str> = after.lines().take(COMPARED).collect();
    let width = b.len() + 1;
    let mut lengths = vec![0_u32; (a.len() + 1) * width];
    let at = |lengths: &[u32], i: usize, j: usize| lengths.get(i * width + j).copied().unwrap_or(0);
    for (i, left) in a.iter().enumerate().rev() {
        for (j, right) in b.iter().enumerate().rev() {
            let length = if left == right {
                at(&lengths, i + 1, j + 1) + 1
            } else {
                at(&lengths, i + 1, j).max(at(&lengths, i, j + 1))
            };
            if let Some(place) = lengths.get_mut(i * width + j) {
                *place = length;
            }
        }
    }
    let (mut i, mut j, mut lines) = (0, 0, Vec::new());
    loop {
        let line = |sign, text: &str| Line {
            sign,
            text: text.to_owned(),
        };
        match (a.get(i), b.get(j)) {
            (Some(left), Some(right)) if left == right => {
                lines.push(line(' ', left));
                (i, j) = (i + 1, j + 1);
            }
            (Some(left), right)
                if right.is_none() || at(&lengths, i + 1, j) >= at(&lengths, i, j + 1) =>
            {
                lines.push(line('-', left));
                i += 1;
            }
            (_, Some(right)) => {
                lines.push(line('+', right));
                j += 1;
            }
            _ => return lines,
        }
    }
}

/// A step, to be changed.
pub(super) async fn step(
    State(console): State<Console>,
    frame: Frame,
    Path(name): Path<String>,
) -> Result<Response, Problem> {
    Ok(page(&edited(&console, &frame, &name, None)?))
}

fn wanted(form: &Form) -> Result<(Wanted, Value), Problem> {
    let config = form.text("config");
    let value: Value = serde_json::from_str(&config)
        .map_err(|error| Problem::bad_request(format!("the configuration is no JSON: {error}")))?;
    if !value.is_object() {
        return Err(Problem::bad_request(
            "the configuration is no object; write { … }",
        ));
    }
    let mut grants = form.all("grant");
    grants.extend(
        form.some("more")
            .map(|more| {
                let more = more.split([',', ' ']).map(str::trim);
                more.filter(|one| !one.is_empty())
                    .map(str::to_owned)
                    .collect::<Vec<_>>()
            })
            .unwrap_or_default(),
    );
    Ok((Wanted { grants, config }, value))
}

/// What a change would change, once it is found sound; changes nothing.
pub(super) async fn preview(
    State(console): State<Console>,
    frame: Frame,
    who: Who,
    Path(name): Path<String>,
    form: Form,
) -> Result<Response, Problem> {
    let (wanted, value) = wanted(&form)?;
    let (by, of, grants) = (who.name().to_owned(), name.clone(), wanted.grants.clone());
    console
        .api
        .manage(move |core| core.amend_step(&by, &of, (grants, value), true))
        .await?;
    Ok(page(&edited(&console, &frame, &name, Some(wanted))?))
}

/// Changes a step, for every run that begins from now on.
pub(super) async fn apply(
    State(console): State<Console>,
    who: Who,
    Path(name): Path<String>,
    form: Form,
) -> Result<Response, Problem> {
    let (Wanted { grants, .. }, value) = wanted(&form)?;
    let by = who.name().to_owned();
    let made = console
        .api
        .manage(move |core| core.amend_step(&by, &name, (grants, value), false));
    Ok(done(&made.await?))
}

/// Everything as it was after an earlier revision.
pub(super) async fn roll_back(
    State(console): State<Console>,
    who: Who,
    form: Form,
) -> Result<Response, Problem> {
    let number = form.needed("revision")?;
    let number: u32 = number
        .parse()
        .map_err(|_| Problem::bad_request("revision: give its number"))?;
    let by = who.name().to_owned();
    let made = console
        .api
        .manage(move |core| core.roll_back_desk(&by, number));
    Ok(done(&made.await?))
}

fn done(made: &Revision) -> Response {
    let mut response = redirect("/console/workflow?done=done-saved");
    let detail = format!("revision {}: {}", made.number, made.what);
    response.extensions_mut().insert(Logged(detail));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_shows_what_went_and_what_came_in_their_places() {
        let lines = difference("a\nb\nc", "a\nx\nc\nd");
        let said: Vec<String> = lines
            .iter()
            .map(|line| format!("{}{}", line.sign, line.text))
            .collect();
        assert_eq!(said, [" a", "-b", "+x", " c", "+d"]);
        assert!(difference("", "").is_empty());
    }
}
