//! Agents: who is there, and who waits for them.

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::acting::Acting;
use super::extract::{Params, Segments, Strict, name};
use super::{Api, Problem};
use crate::engine::{AgentAtWork, SignOfLife, Waiting};
use crate::model::{Login, Presence, PresenceStatus};

/// How many days of attendance are given at most.
const MOST_DAYS: i64 = 31;

/// Whether an agent is there.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPresence {
    /// `online`, `busy`, `away` or `offline`.
    status: String,
}

/// An agent at work.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AgentView {
    /// The person's name in the directory.
    agent: String,
    /// `online`, `busy`, `away` or `offline`; none: the agent never said.
    status: Option<&'static str>,
    /// Since when.
    #[schema(value_type = Option<String>, format = DateTime)]
    since: Option<Timestamp>,
    /// Without another sign of life until then the agent counts as away.
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Timestamp>,
    /// How many seconds after the beginning of the last shift the agent came.
    late_seconds: Option<u32>,
    /// How many conversations the agent has.
    conversations: u32,
    /// How many the agent has at most.
    capacity: u32,
    /// The teams whose queues the agent serves.
    teams: Vec<String>,
}

impl From<AgentAtWork> for AgentView {
    fn from(agent: AgentAtWork) -> Self {
        let known = |of: fn(&Presence) -> Option<Timestamp>| agent.presence.as_ref().and_then(of);
        Self {
            status: agent
                .presence
                .as_ref()
                .map(|presence| presence.status.as_str()),
            since: known(|presence| Some(presence.since)),
            expires_at: known(|presence| presence.expires_at),
            late_seconds: agent
                .presence
                .as_ref()
                .and_then(|presence| presence.late_seconds),
            agent: agent.agent,
            conversations: agent.conversations,
            capacity: agent.capacity,
            teams: agent.teams,
        }
    }
}

/// Say that an agent is there, or not
///
/// Also a sign of life: repeat it at least every 60 s, or after the desk's `heartbeat` (90 s unless set otherwise) the
/// agent counts as away and the workflow answers instead.
#[utoipa::path(
    post, path = "/api/v1/agents/{agent}/presence", tag = "agents", request_body = NewPresence,
    params(("agent" = String, Path, description = "a person of the directory")),
    responses((status = 200, body = AgentView),
        (status = "4XX", body = Problem, content_type = "application/problem+json"))
)]
pub(crate) async fn presence(
    State(api): State<Api>,
    Segments(agent): Segments<String>,
    Strict(presence): Strict<NewPresence>,
) -> Result<Json<AgentView>, Problem> {
    name("agent", &agent)?;
    let status = PresenceStatus::parse(&presence.status).ok_or_else(|| {
        Problem::bad_request(format!(
            "status: there is no {:?}; use online, busy, away or offline",
            presence.status
        ))
    })?;
    let view = api
        .read(move |core| {
            let change = core.presence(&agent, status, SignOfLife::Now)?;
            let agents = core.agents()?;
            Ok(agents
                .into_iter()
                .find(|agent| agent.agent == change.presence.agent))
        })
        .await?;
    view.map(|agent| Json(AgentView::from(agent)))
        .ok_or_else(Problem::broken)
}

/// Everybody of the directory.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Agents {
    /// In the order of the directory.
    agents: Vec<AgentView>,
}

/// List the people of the desk as they are at work
#[utoipa::path(get, path = "/api/v1/agents", tag = "agents", responses((status = 200, body = Agents)))]
pub(crate) async fn list(State(api): State<Api>) -> Result<Json<Agents>, Problem> {
    let agents = api.read(|core| core.agents()).await?;
    Ok(Json(Agents {
        agents: agents.into_iter().map(AgentView::from).collect(),
    }))
}

/// One who waits for a person.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WaitingView {
    /// The conversation.
    conversation: String,
    /// The team that it waits for; none: whoever is free.
    team: Option<String>,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    since: Timestamp,
    /// Its place in its team's queue, from 1.
    position: u32,
    /// How many seconds it is likely to take, where the desk can tell.
    wait_seconds: Option<u32>,
    /// Whether it came while the desk was closed.
    overnight: bool,
}

impl From<Waiting> for WaitingView {
    fn from(waiting: Waiting) -> Self {
        Self {
            conversation: waiting.conversation.to_string(),
            team: waiting.team,
            since: waiting.since,
            position: waiting.position,
            wait_seconds: waiting.wait_seconds,
            overnight: waiting.overnight,
        }
    }
}

/// Everybody who waits for a person.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Queue {
    /// In the order in which they come to their turn.
    waiting: Vec<WaitingView>,
}

/// List who waits for a person
#[utoipa::path(get, path = "/api/v1/queue", tag = "agents", responses((status = 200, body = Queue)))]
pub(crate) async fn queue(State(api): State<Api>, acting: Acting) -> Result<Json<Queue>, Problem> {
    let waiting = api.read(move |core| {
        let mut shown = Vec::new();
        for waiting in core.queue()? {
            if acting.sees_id(core, &waiting.conversation)? {
                shown.push(waiting);
            }
        }
        Ok(shown)
    });
    let waiting = waiting.await?;
    Ok(Json(Queue {
        waiting: waiting.into_iter().map(WaitingView::from).collect(),
    }))
}

/// Which shifts.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AttendanceQuery {
    /// Shifts that began at or after this time (RFC 3339 with an offset).
    from: String,
    /// And before this one, at most 31 days later.
    to: String,
}

/// One time that an agent came to work.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LoginView {
    /// Who.
    agent: String,
    /// When the shift began.
    #[schema(value_type = String, format = DateTime)]
    due: Timestamp,
    /// When the agent came.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// How many seconds later that was; 0: in time.
    late_seconds: u32,
}

impl From<Login> for LoginView {
    fn from(login: Login) -> Self {
        Self {
            agent: login.agent,
            due: login.due,
            at: login.at,
            late_seconds: login.late_seconds,
        }
    }
}

/// When agents came to work.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Attendance {
    /// In the order of the shifts.
    logins: Vec<LoginView>,
}

/// Say when agents came to their shifts, and how late
#[utoipa::path(
    get, path = "/api/v1/reports/attendance", tag = "reports", params(AttendanceQuery),
    responses((status = 200, body = Attendance),
        (status = "4XX", body = Problem, content_type = "application/problem+json"))
)]
pub(crate) async fn attendance(
    State(api): State<Api>,
    Params(query): Params<AttendanceQuery>,
) -> Result<Json<Attendance>, Problem> {
    let time = |field: &str, text: &str| {
        text.parse::<Timestamp>().map_err(|error| {
            Problem::bad_request(format!(
                "{field}: {error}; write RFC 3339 with an offset, such as 2026-03-10T00:00:00+08:00"
            ))
        })
    };
    let (from, to) = (time("from", &query.from)?, time("to", &query.to)?);
    if to <= from || to.duration_since(from).as_hours() > MOST_DAYS * 24 {
        return Err(Problem::bad_request(format!(
            "to: must be after from, by at most {MOST_DAYS} days"
        )));
    }
    let logins = api.read(move |core| core.logins(from, to)).await?;
    Ok(Json(Attendance {
        logins: logins.into_iter().map(LoginView::from).collect(),
    }))
}
