//! What people of the desk say among themselves: notes, and handing a conversation over.

use super::super::core::Core;
use super::super::intake::{Inbox, Records};
use super::super::request::{EngineError, HandTo};
use super::{begin, load, reopened, visible};
use crate::model::{Change, ConversationId, Finding, Message, MessageId, Occurrence};

/// The longest note or reason, in bytes.
const LONGEST: usize = 16 * 1024;

impl Core {
    /// What the desk's reviewers would say of an agent's text, before it is sent. Nothing is kept.
    ///
    /// # Errors
    /// [`EngineError::NotFound`], also where the conversation is hidden from the agent; where the store can't be read.
    pub fn review(
        &self,
        conversation: &ConversationId,
        agent: &str,
        text: &str,
    ) -> Result<Vec<Finding>, EngineError> {
        let records = Records(self.store.as_ref());
        let (conversation, customer) = load(&records, conversation)?;
        visible(&self.desk(), &conversation, agent)?;
        if text.trim().is_empty() {
            return Ok(Vec::new());
        }
        let at = self.clock.now();
        let number = conversation.message_count + 1;
        let message = Message {
            id: MessageId::of(&conversation.id, number),
            number,
            author: crate::model::Author::Agent(agent.to_owned()),
            text: text.to_owned(),
            language: conversation.language.clone(),
            sources: Vec::new(),
            at,
        };
        let runner = self.runner(self.workflow());
        Ok(runner.look_at(&conversation, &customer, &message, at))
    }

    /// A note, which no customer ever sees.
    pub(super) fn note(
        &self,
        conversation: &ConversationId,
        agent: &str,
        text: &str,
    ) -> Result<Inbox, EngineError> {
        written("text", text)?;
        let records = Records(self.store.as_ref());
        let (mut conversation, customer) = load(&records, conversation)?;
        visible(&self.desk(), &conversation, agent)?;
        let what = Occurrence::Announced {
            name: "conversation.noted".to_owned(),
            value: serde_json::json!({ "agent": agent }).to_string(),
        };
        let change = Change::Noted {
            text: text.to_owned(),
        };
        let at = self.clock.now();
        let input = begin(&mut conversation, customer, at, what, agent, vec![change]);
        Ok(Inbox::of(input))
    }

    /// Another agent has it from now on, or a team's queue.
    pub(super) fn hand_over(
        &self,
        conversation: &ConversationId,
        by: &str,
        to: &HandTo,
        reason: &str,
    ) -> Result<Inbox, EngineError> {
        written("reason", reason)?;
        let desk = self.desk();
        let records = Records(self.store.as_ref());
        let (mut conversation, customer) = load(&records, conversation)?;
        visible(&desk, &conversation, by)?;
        let mut changes = reopened(&conversation, by);
        let told = match to {
            HandTo::Agent(name) => {
                let person = desk.directory.person(name);
                let person = person.ok_or_else(|| EngineError::NotFound {
                    what: "agent",
                    id: name.clone(),
                })?;
                if conversation.is_hidden_from(&person.name) {
                    return Err(EngineError::Conflict(format!(
                        "{} can't have conversation {}: choose somebody else",
                        person.name, conversation.id
                    )));
                }
                changes.push(Change::Assigned {
                    agent: person.name.clone(),
                });
                person.name.clone()
            }
            HandTo::Team(name) => {
                let team = desk.directory.team(name);
                let team = team.ok_or_else(|| EngineError::NotFound {
                    what: "team",
                    id: name.clone(),
                })?;
                changes.push(Change::HandedOver {
                    team: Some(team.name.clone()),
                    reason: format!("{by}: {reason}"),
                });
                team.name.clone()
            }
        };
        changes.push(Change::Noted {
            text: format!("→ {told}: {reason}"),
        });
        let what = Occurrence::Announced {
            name: "conversation.handed-over".to_owned(),
            value: serde_json::json!({ "agent": by, "to": told }).to_string(),
        };
        let at = self.clock.now();
        let input = begin(&mut conversation, customer, at, what, by, changes);
        Ok(Inbox::of(input))
    }
}

fn written(field: &str, text: &str) -> Result<(), EngineError> {
    if text.trim().is_empty() {
        return Err(EngineError::Invalid(format!(
            "{field}: there is nothing in it; write something"
        )));
    }
    if text.len() > LONGEST {
        return Err(EngineError::Invalid(format!(
            "{field}: has {} bytes; at most {LONGEST} are taken",
            text.len()
        )));
    }
    Ok(())
}
