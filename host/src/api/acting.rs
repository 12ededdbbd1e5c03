//! For whom a program acts: the agent that `X-Switchboard-Agent` names.
//!
//! People sign in to the console, which holds to the same by their session. The header takes something away from what
//! the bearer of the access token may see and never adds anything, so whoever forges it gains nothing. Who sends none
//! sees everything.

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;

use super::{Api, Problem};
use crate::engine::{Core, EngineError};
use crate::model::{Conversation, ConversationId, Run, RunId, Ticket};

/// The header.
pub(crate) const HEADER: &str = "x-switchboard-agent";

/// Whoever looks or acts; none: the bearer of the token itself.
#[derive(Clone, Debug, Default)]
pub(crate) struct Acting(Option<String>);

impl FromRequestParts<Api> for Acting {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        let mut named = parts.headers.get_all(HEADER).iter();
        let Some(name) = named.next() else {
            return Ok(Self(None));
        };
        let desk = api.engine.core().desk();
        let text = std::str::from_utf8(name.as_bytes()).unwrap_or_default();
        match desk.directory.person(text) {
            Some(person) if named.next().is_none() => Ok(Self(Some(person.name.clone()))),
            _ => Err(Problem::new(
                StatusCode::FORBIDDEN,
                format!(
                    "X-Switchboard-Agent: {text:?} is nobody of directory.toml; name one person, or leave the header out"
                ),
            )),
        }
    }
}

impl Acting {
    /// A person of the desk.
    pub(crate) fn person(name: &str) -> Self {
        Self(Some(name.to_owned()))
    }

    /// Whether a conversation is shown.
    pub(crate) fn sees(&self, conversation: &Conversation) -> bool {
        self.0
            .as_ref()
            .is_none_or(|name| !conversation.is_hidden_from(name))
    }

    /// Whether a ticket is shown: if its conversation is.
    pub(crate) fn sees_ticket(&self, core: &Core, ticket: &Ticket) -> Result<bool, EngineError> {
        self.sees_id(core, &ticket.conversation)
    }

    /// Whether the conversation of this id is shown.
    pub(crate) fn sees_id(&self, core: &Core, id: &ConversationId) -> Result<bool, EngineError> {
        if self.0.is_none() {
            return Ok(true);
        }
        match core.conversation(id) {
            Ok(conversation) => Ok(self.sees(&conversation)),
            Err(EngineError::NotFound { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// A run; one of a conversation that is hidden is as if it weren't there.
    pub(crate) fn run(&self, core: &Core, id: &RunId) -> Result<Run, EngineError> {
        let run = core.run(id)?;
        let shown = self.conversation(core, &run.before.id);
        shown.map_err(|_| EngineError::NotFound {
            what: "run",
            id: id.to_string(),
        })?;
        Ok(run)
    }

    /// A conversation; one that is hidden is as if it weren't there.
    pub(crate) fn conversation(
        &self,
        core: &Core,
        id: &ConversationId,
    ) -> Result<Conversation, EngineError> {
        let conversation = core.conversation(id)?;
        if self.sees(&conversation) {
            Ok(conversation)
        } else {
            Err(EngineError::NotFound {
                what: "conversation",
                id: id.to_string(),
            })
        }
    }

    /// Refuses what is done in another agent's name.
    pub(crate) fn speaks_for(&self, core: &Core, agent: &str) -> Result<(), Problem> {
        let desk = core.desk();
        let named = desk.directory.person(agent);
        let named = named.map_or(agent, |person| person.name.as_str());
        match &self.0 {
            Some(acting) if acting != named => Err(Problem::new(
                StatusCode::FORBIDDEN,
                format!(
                    "X-Switchboard-Agent says {acting}, but this is done in the name of {agent}"
                ),
            )),
            _ => Ok(()),
        }
    }

    /// Refuses what concerns a customer as a whole, whatever there is of it.
    pub(crate) fn is_nobody(&self) -> Result<(), Problem> {
        match &self.0 {
            None => Ok(()),
            Some(acting) => Err(Problem::new(
                StatusCode::FORBIDDEN,
                format!(
                    "this goes beyond what one agent ({acting}) is shown or may do; leave X-Switchboard-Agent out"
                ),
            )),
        }
    }

    /// Whether something that a run tells is shown: nothing of the run that begins to hide its conversation, and
    /// nothing after it.
    pub(crate) fn sees_run(&self, run: &crate::model::Run) -> bool {
        use crate::model::Change;
        let Some(name) = &self.0 else { return true };
        let about = run.entries.iter().any(|entry| match &entry.change {
            Change::TicketOpened { ticket } | Change::TicketAppended { ticket, .. } => {
                ticket.about.contains(name)
            }
            _ => false,
        });
        !about && self.sees(&run.before)
    }
}
