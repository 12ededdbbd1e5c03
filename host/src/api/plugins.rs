//! Plugin versions: looked at, taken in, made live, rolled back.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::extract::{Params, Segments, Strict, body, check_kind, refuse};
use super::{Api, MAX_COMPONENT_BYTES, Problem};
use crate::engine::{
    ActivePlugin, ExamReport, PluginVersion, RehearsalReport, Trial, TrialKind, WHOLE,
};

/// A plugin version that the desk may use.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PluginView {
    /// The plugin.
    name: String,
    /// The version.
    version: String,
    /// The component's SHA-256.
    sha256: String,
    /// The component's size in bytes.
    size: u64,
    /// `standard`, `desk` or `pushed`.
    #[schema(value_type = String)]
    origin: crate::engine::Origin,
    /// The steps that use it now.
    steps: Vec<String>,
    /// Where it runs beside the live version: how, since when, and what came of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    trial: Option<Trial>,
}

impl From<PluginVersion> for PluginView {
    fn from(plugin: PluginVersion) -> Self {
        let PluginVersion {
            name,
            version,
            sha256,
            size,
            origin,
            steps,
        } = plugin;
        Self {
            name,
            version,
            sha256,
            size,
            origin,
            steps,
            trial: None,
        }
    }
}

/// Every plugin version at hand.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PluginList {
    /// By name and version.
    plugins: Vec<PluginView>,
}

/// List plugin versions
#[utoipa::path(get, path = "/api/v1/plugins", tag = "plugins", responses((status = 200, body = PluginList)))]
pub(crate) async fn list(State(api): State<Api>) -> Result<Json<PluginList>, Problem> {
    let (plugins, trials) = api
        .manage(|core| Ok((core.plugins()?, core.trials())))
        .await?;
    let view = |plugin: PluginVersion| {
        let is_it = |trial: &&Trial| trial.plugin == plugin.name && trial.version == plugin.version;
        PluginView {
            trial: trials.iter().find(is_it).cloned(),
            ..PluginView::from(plugin)
        }
    };
    Ok(Json(PluginList {
        plugins: plugins.into_iter().map(view).collect(),
    }))
}

/// The header with a component's signature: `ed25519:KEY SIGNATURE`.
pub(crate) const SIGNATURE: &str = "switchboard-signature";

/// How a component is taken in.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PushQuery {
    /// Takes the place of other bytes that were pushed under the same version, for trying things out.
    #[serde(default)]
    replace: bool,
}

/// Take a component in
///
/// The host compiles and checks it and keeps it; it isn't live yet. One at a time.
#[utoipa::path(
    put, path = "/api/v1/plugins/{name}/{version}", tag = "plugins",
    params(("name" = String, Path, description = "the plugin"), ("version" = String, Path, description = "its version"), PushQuery,
        ("switchboard-signature" = Option<String>, Header, description = "`ed25519:KEY SIGNATURE`; demanded where the desk lists keys that it trusts")),
    request_body(content = Vec<u8>, content_type = "application/wasm", description = "at most 32 MiB"),
    responses((status = 201, body = PluginView),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"))
)]
pub(crate) async fn push(
    State(api): State<Api>,
    Segments((name, version)): Segments<(String, String)>,
    Params(query): Params<PushQuery>,
    request: Request,
) -> Result<(StatusCode, Json<PluginView>), Problem> {
    if let Err(problem) = check_kind(
        request.headers(),
        "application/wasm",
        "the component's bytes",
    ) {
        return Err(refuse(request, problem).await);
    }
    let Some(place) = api.pushing() else {
        let busy = "another component is being taken in; try again shortly";
        let problem = Problem::new(StatusCode::SERVICE_UNAVAILABLE, busy).retry_after(2);
        return Err(refuse(request, problem).await);
    };
    let signature = request.headers().get(SIGNATURE).cloned();
    let signature = signature.and_then(|value| value.to_str().ok().map(str::to_owned));
    let bytes = body(request, MAX_COMPONENT_BYTES, api.config.body_deadline).await?;
    let pushed = api.manage(move |core| {
        let _place = place;
        let signature = signature.as_deref();
        core.push_signed_plugin(&name, &version, &bytes, signature, query.replace)
    });
    Ok((StatusCode::CREATED, Json(PluginView::from(pushed.await?))))
}

/// Which version is to be live.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Activation {
    /// The version.
    version: String,
    /// Also where it isn't what the desk wants first: an exam, a rehearsal, a time in shadow.
    #[serde(default)]
    force: bool,
}

/// Which version is live now.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ActiveView {
    /// The plugin.
    name: String,
    /// The version that is live now.
    version: String,
    /// The one before.
    previous: Option<String>,
}

impl From<ActivePlugin> for ActiveView {
    fn from(
        ActivePlugin {
            name,
            version,
            previous,
        }: ActivePlugin,
    ) -> Self {
        Self {
            name,
            version,
            previous,
        }
    }
}

/// Make a version live
///
/// For every run that begins from now on; runs under way end with the version that they began with.
#[utoipa::path(
    post, path = "/api/v1/plugins/{name}/activate", tag = "plugins", request_body = Activation,
    params(("name" = String, Path, description = "the plugin")),
    responses((status = 200, body = ActiveView),
        (status = "4XX", body = Problem, content_type = "application/problem+json"))
)]
pub(crate) async fn activate(
    State(api): State<Api>,
    Segments(name): Segments<String>,
    Strict(activation): Strict<Activation>,
) -> Result<Json<ActiveView>, Problem> {
    let settings = api.engine.core().desk().settings.clone();
    let rehearses = settings.rehearsal.is_some() || settings.exams.contains_key(&name);
    let place = match rehearses && !activation.force {
        true => Some(api.rehearsing().await?),
        false => None,
    };
    let active = api
        .manage(move |core| {
            let _place = place;
            core.activate_plugin(&name, &activation.version, activation.force)
        })
        .await?;
    Ok(Json(ActiveView::from(active)))
}

/// Which version to try, and on what.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RehearsalRequest {
    /// The version.
    version: String,
    /// On the recorded calls of so many days before now; by default 30.
    #[serde(default = "usual_days")]
    days: u32,
    /// Examples of each group of differences, at most 20; by default 3.
    #[serde(default = "usual_examples")]
    examples: u32,
}

const fn usual_days() -> u32 {
    30
}

const fn usual_examples() -> u32 {
    3
}

/// What a rehearsal found, step by step.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Rehearsals {
    /// One for each step and reviewer that would use the version: `step`, `then`, `now`, `calls`, `differing`, `groups`
    /// (`kind`, `then`, `now`, `calls`, `examples`), `then_us`, `now_us`, `slowest_us`.
    #[schema(value_type = Vec<Object>)]
    rehearsals: Vec<RehearsalReport>,
}

/// Try a version on recorded history
///
/// What it would have done in the place of every step that would use it, grouped and by example. Nothing is kept and
/// nothing is sent. One rehearsal runs at a time; it may take a while.
#[utoipa::path(
    post, path = "/api/v1/plugins/{name}/rehearse", tag = "plugins", request_body = RehearsalRequest,
    params(("name" = String, Path, description = "the plugin")),
    responses((status = 200, body = Rehearsals),
        (status = "4XX", body = Problem, content_type = "application/problem+json"))
)]
pub(crate) async fn rehearse(
    State(api): State<Api>,
    Segments(name): Segments<String>,
    Strict(request): Strict<RehearsalRequest>,
) -> Result<Json<Rehearsals>, Problem> {
    const MOST_DAYS: u32 = 400;
    const MOST_EXAMPLES: u32 = 20;
    if !(1..=MOST_DAYS).contains(&request.days) {
        let problem = format!("days: {}; give 1 to {MOST_DAYS}", request.days);
        return Err(Problem::bad_request(problem));
    }
    if request.examples > MOST_EXAMPLES {
        let problem = format!("examples: {}; give 0 to {MOST_EXAMPLES}", request.examples);
        return Err(Problem::bad_request(problem));
    }
    let over = jiff::SignedDuration::from_hours(24 * i64::from(request.days));
    let examples = usize::try_from(request.examples).unwrap_or(usize::MAX);
    let place = api.rehearsing().await?;
    let rehearsals = api.manage(move |core| {
        let _place = place;
        core.rehearse_version(&name, &request.version, over, examples)
    });
    Ok(Json(Rehearsals {
        rehearsals: rehearsals.await?,
    }))
}

/// What came of an exam, step by step.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Exams {
    /// One for each step that would use the version: `step`, `cases`, `passed`, `pass` (of a hundred), `wrong` (`line`,
    /// `case`, `differences`). Empty where the desk has no exam for the plugin.
    #[schema(value_type = Vec<Object>)]
    exams: Vec<ExamReport>,
}

/// Which version sits the exam.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExamRequest {
    /// The version.
    version: String,
}

/// Let a version sit the desk's exam
///
/// The desk's own cases (`[settings.exams]`), with the step's settings. Nothing is kept.
#[utoipa::path(
    post, path = "/api/v1/plugins/{name}/exam", tag = "plugins", request_body = ExamRequest,
    params(("name" = String, Path, description = "the plugin")),
    responses((status = 200, body = Exams),
        (status = "4XX", body = Problem, content_type = "application/problem+json"))
)]
pub(crate) async fn examine(
    State(api): State<Api>,
    Segments(name): Segments<String>,
    Strict(request): Strict<ExamRequest>,
) -> Result<Json<Exams>, Problem> {
    let place = api.rehearsing().await?;
    let exams = api.manage(move |core| {
        let _place = place;
        core.examine(&name, &request.version)
    });
    Ok(Json(Exams {
        exams: exams.await?,
    }))
}

/// Which version is to run beside the live one, and how.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TrialRequest {
    /// The version.
    version: String,
    /// The share of accounts that it answers, in percent; left out: none, it is in shadow.
    #[serde(default)]
    percent: Option<f64>,
    /// A canary also where it isn't what the desk wants first: an exam, a rehearsal, a time in shadow.
    #[serde(default)]
    force: bool,
}

/// A version beside the live one.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TrialView {
    /// `plugin`, `version`, `kind` (`shadow` or `canary` with `per_mille`), `since`, `shadow` (what differs, step by step),
    /// `missed`, `versions` (figures of each version).
    #[schema(value_type = Object)]
    trial: Trial,
}

/// Let a version run beside the live one
///
/// In shadow it sees what customers send and nobody hears it; as a canary it answers a share of the accounts.
#[utoipa::path(
    post, path = "/api/v1/plugins/{name}/trial", tag = "plugins", request_body = TrialRequest,
    params(("name" = String, Path, description = "the plugin")),
    responses((status = 200, body = TrialView),
        (status = "4XX", body = Problem, content_type = "application/problem+json"))
)]
pub(crate) async fn begin_trial(
    State(api): State<Api>,
    Segments(name): Segments<String>,
    Strict(request): Strict<TrialRequest>,
) -> Result<Json<TrialView>, Problem> {
    let kind = match request.percent {
        None => TrialKind::Shadow,
        Some(percent) if (0.1..=99.9).contains(&percent) => {
            let of_thousand = percent / 100.0 * f64::from(WHOLE);
            let per_mille = (1..WHOLE).find(|number| f64::from(*number) >= of_thousand - 0.5);
            TrialKind::Canary {
                per_mille: per_mille.unwrap_or(WHOLE - 1),
            }
        }
        Some(percent) => {
            let problem = format!("percent: {percent}; give 0.1 to 99.9");
            return Err(Problem::bad_request(problem));
        }
    };
    let place = api.rehearsing().await?;
    let trial = api.manage(move |core| {
        let _place = place;
        core.begin_trial(&name, &request.version, kind, request.force)
    });
    Ok(Json(TrialView {
        trial: trial.await?,
    }))
}

/// End what runs beside the live version
///
/// From now on the live version answers everybody again.
#[utoipa::path(
    delete, path = "/api/v1/plugins/{name}/trial", tag = "plugins",
    params(("name" = String, Path, description = "the plugin")),
    responses((status = 200, body = TrialView),
        (status = "4XX", body = Problem, content_type = "application/problem+json"))
)]
pub(crate) async fn end_trial(
    State(api): State<Api>,
    Segments(name): Segments<String>,
) -> Result<Json<TrialView>, Problem> {
    let trial = api.manage(move |core| core.end_trial(&name)).await?;
    Ok(Json(TrialView { trial }))
}

/// Make the version live that was live before
#[utoipa::path(
    post, path = "/api/v1/plugins/{name}/rollback", tag = "plugins",
    params(("name" = String, Path, description = "the plugin")),
    responses((status = 200, body = ActiveView),
        (status = "4XX", body = Problem, content_type = "application/problem+json"))
)]
pub(crate) async fn roll_back(
    State(api): State<Api>,
    Segments(name): Segments<String>,
) -> Result<Json<ActiveView>, Problem> {
    let active = api.manage(move |core| core.roll_back_plugin(&name)).await?;
    Ok(Json(ActiveView::from(active)))
}
