//! What people of the desk do: take, answer, settle, give back, move tickets.

use super::super::case;
use super::super::core::Core;
use super::super::intake::{Inbox, Records};
use super::super::promises;
use super::super::request::{EngineError, Request};
use super::begin;
use super::load;
use super::reopened;
use super::visible;
use crate::model::{
    Author, Change, ConversationId, Handler, Message, MessageId, Occurrence, RecordEdit,
    TicketStatus,
};

impl Core {
    pub(in super::super) fn other(&self, request: &Request) -> Result<Inbox, EngineError> {
        let records = Records(self.store.as_ref());
        let at = self.clock.now();
        match request {
            Request::Message(_) => Err(EngineError::Invalid(
                "a message goes another way".to_owned(),
            )),
            Request::Reply {
                conversation,
                agent,
                text,
            } => self.agent_reply(&records, conversation, agent, text, at),
            Request::Take {
                conversation,
                agent,
            } => {
                let (mut conversation, customer) = load(&records, conversation)?;
                visible(&self.desk(), &conversation, agent)?;
                let what = Occurrence::Announced {
                    name: "conversation.taken".to_owned(),
                    value: serde_json::json!({ "agent": agent }).to_string(),
                };
                let mut changes = reopened(&conversation, agent);
                changes.push(Change::Assigned {
                    agent: agent.clone(),
                });
                Ok(Inbox::of(begin(
                    &mut conversation,
                    customer,
                    at,
                    what,
                    agent,
                    changes,
                )))
            }
            Request::Release {
                conversation,
                agent,
                reason,
            } => {
                let (mut conversation, customer) = load(&records, conversation)?;
                if conversation.handler != Handler::Agent {
                    return Err(EngineError::Conflict(format!(
                        "no agent has conversation {}",
                        conversation.id
                    )));
                }
                let what = Occurrence::Announced {
                    name: "conversation.released".to_owned(),
                    value: serde_json::json!({ "agent": agent }).to_string(),
                };
                let change = Change::HandedOver {
                    team: conversation.team.clone(),
                    reason: reason
                        .clone()
                        .unwrap_or_else(|| format!("released by {agent}")),
                };
                Ok(Inbox::of(begin(
                    &mut conversation,
                    customer,
                    at,
                    what,
                    agent,
                    vec![change],
                )))
            }
            Request::Resolve {
                conversation,
                by,
                summary,
            } => {
                let (mut conversation, customer) = load(&records, conversation)?;
                if conversation.resolved {
                    return Err(EngineError::Conflict(format!(
                        "conversation {} is resolved already",
                        conversation.id
                    )));
                }
                visible(&self.desk(), &conversation, by)?;
                let input = case::resolve(
                    &records,
                    &mut conversation,
                    customer,
                    at,
                    by,
                    summary.clone(),
                )?;
                Ok(Inbox::of(input))
            }
            Request::Survey {
                conversation,
                code,
                text,
            } => {
                let (mut conversation, customer) = load(&records, conversation)?;
                if conversation.survey == crate::model::SurveyStatus::NotAsked {
                    return Err(EngineError::Conflict(format!(
                        "conversation {} does not wait for a rating",
                        conversation.id
                    )));
                }
                let what = Occurrence::SurveyAnswered {
                    code: *code,
                    text: text.clone(),
                };
                Ok(Inbox::of(begin(
                    &mut conversation,
                    customer,
                    at,
                    what,
                    "customer",
                    Vec::new(),
                )))
            }
            Request::EditRecord {
                conversation,
                agent,
                edit,
            } => {
                visible(&self.desk(), &records.conversation(conversation)?, agent)?;
                edit_record(&records, conversation, agent, edit, at)
            }
            Request::Note {
                conversation,
                agent,
                text,
            } => self.note(conversation, agent, text),
            Request::HandOver {
                conversation,
                by,
                to,
                reason,
            } => self.hand_over(conversation, by, to, reason),
            Request::EditAccount {
                account,
                agent,
                name,
                fields,
            } => self.edit_account(&records, account, agent, name.as_deref(), fields, at),
            Request::Ticket {
                ticket,
                by,
                status,
                feedback,
            } => {
                let mut ticket = records.ticket(ticket)?;
                let desk = self.desk();
                let person = desk.directory.person(by).map(|person| &person.name);
                if person.is_some_and(|person| ticket.about.contains(person)) {
                    return Err(EngineError::NotFound {
                        what: "ticket",
                        id: ticket.id.to_string(),
                    });
                }
                if !ticket.may_become(*status) {
                    return Err(EngineError::Conflict(format!(
                        "ticket {} is {}; it can't become {status}: a ticket goes from opened to acknowledged, in-progress and closed, never back",
                        ticket.id, ticket.status
                    )));
                }
                if *status == TicketStatus::Closed
                    && feedback.as_ref().is_none_or(|text| text.trim().is_empty())
                {
                    return Err(EngineError::Invalid(
                        "feedback: closing a ticket needs a word for the customer; add `feedback`"
                            .to_owned(),
                    ));
                }
                ticket.status = *status;
                if feedback.is_some() {
                    ticket.feedback.clone_from(feedback);
                }
                let (mut conversation, customer) = load(&records, &ticket.conversation)?;
                let brief = crate::model::Ticket {
                    body: String::new(),
                    ..ticket.clone()
                };
                let what = Occurrence::TicketUpdated {
                    ticket: brief.clone(),
                };
                let mut changes = vec![Change::TicketMoved {
                    ticket: brief.clone(),
                }];
                changes.extend(promises::kept_by_ticket(&conversation, &brief, by, at));
                let mut input = begin(&mut conversation, customer, at, what, by, changes);
                input.tickets.push(ticket);
                Ok(Inbox::of(input))
            }
            Request::Kept {
                promise,
                by,
                evidence,
            } => {
                let row = records.promise(promise)?;
                let (mut conversation, customer) = load(&records, &row.conversation)?;
                visible(&self.desk(), &conversation, by)?;
                let input =
                    promises::kept_by_hand(&mut conversation, customer, at, promise, by, evidence)?;
                Ok(Inbox::of(input))
            }
            Request::Due(key) => self.due(&records, key, at),
        }
    }

    fn agent_reply(
        &self,
        records: &Records<'_>,
        conversation: &ConversationId,
        agent: &str,
        text: &str,
        at: jiff::Timestamp,
    ) -> Result<Inbox, EngineError> {
        if text.trim().is_empty() {
            return Err(EngineError::Invalid(
                "text: there is nothing in it; write what to say".to_owned(),
            ));
        }
        let (mut conversation, customer) = load(records, conversation)?;
        visible(&self.desk(), &conversation, agent)?;
        let number = conversation.message_count + 1;
        let message = Message {
            id: MessageId::of(&conversation.id, number),
            number,
            author: Author::Agent(agent.to_owned()),
            text: text.to_owned(),
            language: conversation.language.clone(),
            sources: Vec::new(),
            at,
        };
        let findings = self
            .runner(self.workflow())
            .look_at(&conversation, &customer, &message, at);
        if findings
            .iter()
            .any(|finding| finding.severity == crate::model::Severity::Blocking)
        {
            return Err(EngineError::HeldBack { findings });
        }
        let mut changes = reopened(&conversation, agent);
        // Whoever answers has the conversation: the workflow no longer speaks over them.
        if conversation.handler != Handler::Agent {
            changes.push(Change::Assigned {
                agent: agent.to_owned(),
            });
        }
        let kept = promises::kept_by_word(&conversation, at, &format!("{agent}: {text}"));
        changes.push(Change::Replied {
            message: message.clone(),
        });
        changes.extend(kept);
        changes.extend(findings.into_iter().map(|finding| Change::Found {
            finding,
            text: text.to_owned(),
        }));
        let what = Occurrence::AgentReplied { message };
        Ok(Inbox::of(begin(
            &mut conversation,
            customer,
            at,
            what,
            agent,
            changes,
        )))
    }
}

/// An agent's words in the wrap-up record. Announced, so that steps may react to it.
fn edit_record(
    records: &Records<'_>,
    conversation: &ConversationId,
    agent: &str,
    edit: &RecordEdit,
    at: jiff::Timestamp,
) -> Result<Inbox, EngineError> {
    let (mut conversation, customer) = load(records, conversation)?;
    let Some(mut record) = conversation.record.clone() else {
        return Err(EngineError::Conflict(format!(
            "conversation {} has no record yet: it is drafted when the conversation is settled",
            conversation.id
        )));
    };
    record.edit(edit, agent, at);
    let what = Occurrence::Announced {
        name: "record.edited".to_owned(),
        value: serde_json::json!({ "agent": agent }).to_string(),
    };
    let change = Change::Recorded { record };
    let input = begin(&mut conversation, customer, at, what, agent, vec![change]);
    Ok(Inbox::of(input))
}
