//! Effects become changes: checked against grants and the desk, given ids and times, applied to the working state.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::complaints::told_of;
use super::intake::{Due, digest_bits};
use crate::model::{
    Account, Author, Change, Conversation, Effect, Entry, Handover, Message, MessageId, Moment,
    PromiseId, Reply, RunId, SurveyStatus, Ticket, TicketDraft, TicketId, TicketKind, TicketStatus,
    Timer,
};
use crate::sandbox::{Grant, Grants};
use crate::workflow::Desk;

/// How far ahead a timer, ticket or promise may lie.
const FARTHEST: SignedDuration = SignedDuration::from_hours(400 * 24);
/// How many announcements may lead to one another.
pub(crate) const MAX_DEPTH: u8 = 8;
/// How many timers a conversation may have.
const MAX_TIMERS: usize = 64;
/// How many tickets a conversation may have open.
const MAX_OPEN_TICKETS: usize = 32;
/// How many labels a conversation may have.
const MAX_LABELS: usize = 64;
/// The longest name (label, timer, ticket key, field, category), in bytes.
const MAX_NAME_BYTES: usize = 128;

/// An effect that breaks a rule; the step fails with it.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("effect {number} ({effect}): {message}")]
pub(crate) struct InvalidEffect {
    number: usize,
    effect: &'static str,
    message: String,
}

/// Where the times of moments come from: the calendar, or a recorded run.
pub(crate) enum Moments {
    Calendar,
    Recorded(VecDeque<Timestamp>),
}

/// A run's changes so far and the state that they make.
pub(crate) struct Draft<'a> {
    pub(super) desk: &'a Desk,
    run: &'a RunId,
    pub(super) at: Timestamp,
    depth: u8,
    moments: Moments,
    pub(crate) resolved_moments: Vec<Timestamp>,
    pub(crate) state: Conversation,
    pub(crate) account: Account,
    pub(crate) entries: Vec<Entry>,
    /// Tickets that changed, whole.
    pub(crate) tickets: BTreeMap<TicketId, Ticket>,
    /// What comes due besides the conversation's timers.
    pub(crate) due: Vec<(Timestamp, Due)>,
    ids: u32,
}

/// What is put back where a step's effects turn out to be invalid.
pub(crate) struct Mark {
    state: Conversation,
    account: Account,
    entries: usize,
    tickets: BTreeMap<TicketId, Ticket>,
    due: usize,
    ids: u32,
}

/// Reads a ticket whole: its body is not part of the conversation's state.
pub(crate) trait TicketSource {
    fn ticket(&self, id: &TicketId) -> Option<Ticket>;
}

impl<'a> Draft<'a> {
    pub(crate) fn new(
        desk: &'a Desk,
        run: &'a RunId,
        at: Timestamp,
        depth: u8,
        moments: Moments,
        state: Conversation,
        account: Account,
    ) -> Self {
        Self {
            desk,
            run,
            at,
            depth,
            moments,
            resolved_moments: Vec::new(),
            state,
            account,
            entries: Vec::new(),
            tickets: BTreeMap::new(),
            due: Vec::new(),
            ids: 0,
        }
    }

    pub(crate) fn mark(&self) -> Mark {
        Mark {
            state: self.state.clone(),
            account: self.account.clone(),
            entries: self.entries.len(),
            tickets: self.tickets.clone(),
            due: self.due.len(),
            ids: self.ids,
        }
    }

    /// Takes everything since the mark back, except the moments: a replay settles those of a failed step again too.
    pub(crate) fn back_to(&mut self, mark: Mark) {
        self.state = mark.state;
        self.account = mark.account;
        self.entries.truncate(mark.entries);
        self.tickets = mark.tickets;
        self.due.truncate(mark.due);
        self.ids = mark.ids;
    }

    /// Applies a change and keeps it.
    pub(crate) fn push(&mut self, by: &str, change: Change) {
        self.state.apply(&change, self.at);
        self.account.apply(&change);
        self.entries.push(Entry {
            by: by.to_owned(),
            change,
        });
    }

    /// The desk.
    pub(crate) fn desk(&self) -> &'a Desk {
        self.desk
    }

    /// When it happens.
    pub(crate) fn at(&self) -> Timestamp {
        self.at
    }

    /// Something comes due so much later.
    pub(crate) fn later(&mut self, pause: SignedDuration, due: Due) {
        let at = self.at.checked_add(pause.min(FARTHEST)).unwrap_or(self.at);
        self.due.push((at, due));
    }

    /// Settles a step's effects, all or none.
    pub(crate) fn settle(
        &mut self,
        step: &str,
        grants: &Grants,
        effects: &[Effect],
        tickets: &dyn TicketSource,
    ) -> Result<(), InvalidEffect> {
        // Most steps ask for nothing, and then there is nothing to keep a copy for.
        if effects.is_empty() {
            return Ok(());
        }
        let mark = self.mark();
        for (index, effect) in effects.iter().enumerate() {
            if let Err(message) = self.effect(step, grants, effect, tickets) {
                self.back_to(mark);
                return Err(InvalidEffect {
                    number: index + 1,
                    effect: name_of(effect),
                    message,
                });
            }
        }
        Ok(())
    }

    /// A text for the customer, in the order of the conversation.
    pub(crate) fn reply(&mut self, by: &str, author: Author, reply: Reply) {
        let number = self.state.message_count + 1;
        let message = Message {
            id: MessageId::of(&self.state.id, number),
            number,
            author,
            text: reply.text,
            language: reply.language.or_else(|| self.state.language.clone()),
            sources: reply.sources,
            at: self.at,
        };
        self.push(by, Change::Replied { message });
    }

    fn effect(
        &mut self,
        step: &str,
        grants: &Grants,
        effect: &Effect,
        tickets: &dyn TicketSource,
    ) -> Result<(), String> {
        let change = match effect {
            Effect::Reply(reply) => {
                if reply.text.trim().is_empty() {
                    return Err("the text is empty".to_owned());
                }
                self.reply(step, Author::Step(step.to_owned()), reply.clone());
                return Ok(());
            }
            Effect::Note(text) => Change::Noted { text: text.clone() },
            Effect::SetLanguage(language) => Change::LanguageSet {
                language: name("language", language)?,
            },
            Effect::SetCategories(categories) => {
                for category in categories {
                    name("category", &category.name)?;
                    if !(0.0..=1.0).contains(&category.confidence) {
                        return Err(format!(
                            "confidence {} is not between 0 and 1",
                            category.confidence
                        ));
                    }
                }
                Change::CategoriesSet {
                    categories: categories.clone(),
                }
            }
            Effect::SetPriority(priority) => Change::PrioritySet {
                priority: *priority,
            },
            Effect::SetStage(stage) => Change::StageSet { stage: *stage },
            Effect::AddLabel(label) => {
                if self.state.labels.len() >= MAX_LABELS {
                    return Err(format!("the conversation has {MAX_LABELS} labels already"));
                }
                Change::LabelAdded {
                    label: name("label", label)?,
                }
            }
            Effect::RemoveLabel(label) => Change::LabelRemoved {
                label: name("label", label)?,
            },
            Effect::SetField { name: field, value } => {
                granted(grants, &Grant::Account(field.clone()))?;
                Change::FieldSet {
                    name: name("field", field)?,
                    value: value.clone(),
                }
            }
            Effect::OpenTicket(draft) => {
                granted(grants, &Grant::Tickets)?;
                return self.open_ticket(step, draft, tickets);
            }
            Effect::EscalateTicket(escalation) => {
                granted(grants, &Grant::Tickets)?;
                return self.escalate(step, escalation, tickets);
            }
            Effect::Notify(notification) => {
                granted(grants, &Grant::Notify)?;
                self.known(&notification.to)?;
                self.notify(step, &notification.to, &notification.text);
                return Ok(());
            }
            Effect::SetTimer(timer) => {
                let due = self.moment(&timer.due)?;
                let known = self
                    .state
                    .timers
                    .iter()
                    .any(|existing| existing.name == timer.name);
                if !known && self.state.timers.len() >= MAX_TIMERS {
                    return Err(format!("the conversation has {MAX_TIMERS} timers already"));
                }
                Change::TimerSet {
                    timer: Timer {
                        name: name("timer", &timer.name)?,
                        step: step.to_owned(),
                        due,
                        payload: timer.payload.clone(),
                    },
                }
            }
            Effect::CancelTimer(timer) => {
                let Some(timer) = self
                    .state
                    .timers
                    .iter()
                    .find(|existing| existing.name == *timer)
                else {
                    return Ok(());
                };
                Change::TimerCancelled {
                    timer: timer.clone(),
                }
            }
            Effect::RecordPromise(promise) => return self.promise(step, promise),
            Effect::AskSurvey => Change::SurveyAsked,
            Effect::RecordSurvey(result) => {
                // A rating may be corrected: the step that asked says how long.
                if self.state.survey == SurveyStatus::NotAsked {
                    return Err("no satisfaction answer is awaited".to_owned());
                }
                Change::SurveyAnswered {
                    result: result.clone(),
                }
            }
            Effect::HandOver(Handover { team, reason }) => {
                self.reopen(reason);
                Change::HandedOver {
                    team: team.clone(),
                    reason: reason.clone(),
                }
            }
            Effect::Resolve(summary) => Change::Resolved {
                summary: Some(summary.clone()),
            },
            Effect::Reopen(reason) => Change::Reopened {
                reason: reason.clone(),
            },
            Effect::Announce {
                name: announced,
                value,
            } => {
                if self.depth >= MAX_DEPTH {
                    return Err(format!(
                        "announcements led to one another {MAX_DEPTH} times already"
                    ));
                }
                let due = Due::Announcement {
                    name: name("name", announced)?,
                    value: value.clone(),
                    depth: self.depth + 1,
                };
                self.later(SignedDuration::ZERO, due);
                Change::Announced {
                    name: announced.clone(),
                    value: value.clone(),
                }
            }
        };
        self.push(step, change);
        Ok(())
    }

    /// What was settled is open again as soon as somebody of the desk has to do something about it: else nobody would
    /// see that they have to.
    fn reopen(&mut self, reason: &str) {
        if self.state.resolved {
            let reason = reason.to_owned();
            self.push("host", Change::Reopened { reason });
        }
    }

    fn open_ticket(
        &mut self,
        step: &str,
        draft: &TicketDraft,
        tickets: &dyn TicketSource,
    ) -> Result<(), String> {
        name("key", &draft.key)?;
        if self.desk.directory.department(&draft.department).is_none() {
            let known = self
                .desk
                .directory
                .departments()
                .iter()
                .map(|department| department.name.as_str());
            let known = known.collect::<Vec<_>>().join(", ");
            return Err(format!(
                "there is no department {:?}; directory.toml names {known}",
                draft.department
            ));
        }
        for to in &draft.notify {
            self.known(to)?;
        }
        if let Some(id) = self
            .state
            .open_ticket(&draft.key)
            .map(|open| open.id.clone())
        {
            let mut ticket = self.whole(&id, tickets)?;
            ticket.body.push_str("\n\n");
            ticket.body.push_str(&draft.body);
            let named = self.route_around(&mut ticket);
            self.tickets.insert(id, ticket.clone());
            ticket.body = String::new();
            let headline = self.headline(&ticket, &draft.title);
            // Whoever helps somebody in danger hears every word (R62); a supervisor, whom it is about now (R74).
            let told = match ticket.kind {
                TicketKind::Emergency => draft.notify.clone(),
                _ if named => told_of(&ticket),
                _ => Vec::new(),
            };
            let text = draft.body.clone();
            self.push_ticket(step, Change::TicketAppended { ticket, text });
            self.notify_all(step, &told, &headline);
            return Ok(());
        }
        let open = self
            .state
            .tickets
            .iter()
            .filter(|ticket| ticket.status != TicketStatus::Closed)
            .count();
        if open >= MAX_OPEN_TICKETS {
            return Err(format!(
                "the conversation has {MAX_OPEN_TICKETS} open tickets already"
            ));
        }
        let due = draft.due.as_ref().map(|due| self.moment(due)).transpose()?;
        self.reopen(&format!("a new {} ticket", draft.kind));
        let mut ticket = Ticket {
            id: self.ticket_id(),
            key: draft.key.clone(),
            conversation: self.state.id.clone(),
            account: self.state.account.clone(),
            kind: draft.kind,
            department: draft.department.clone(),
            title: draft.title.clone(),
            body: draft.body.clone(),
            status: TicketStatus::Opened,
            priority: draft.priority,
            opened_at: self.at,
            due,
            escalations: 0,
            notified: draft.notify.clone(),
            feedback: None,
            opened_by: step.to_owned(),
            about: Vec::new(),
        };
        self.route_around(&mut ticket);
        self.tickets.insert(ticket.id.clone(), ticket.clone());
        let headline = self.headline(&ticket, &ticket.title);
        let told = told_of(&ticket);
        self.push_ticket(step, Change::TicketOpened { ticket });
        self.notify_all(step, &told, &headline);
        Ok(())
    }

    fn escalate(
        &mut self,
        step: &str,
        escalation: &crate::model::Escalation,
        tickets: &dyn TicketSource,
    ) -> Result<(), String> {
        for to in &escalation.notify {
            self.known(to)?;
        }
        let Some(id) = self
            .state
            .open_ticket(&escalation.key)
            .map(|open| open.id.clone())
        else {
            return Err(format!(
                "the conversation has no open ticket of key {:?}",
                escalation.key
            ));
        };
        let mut ticket = self.whole(&id, tickets)?;
        ticket.escalations += 1;
        let told = self.told_above(&ticket, &escalation.notify);
        for to in &told {
            if !ticket.notified.contains(to) {
                ticket.notified.push(to.clone());
            }
        }
        self.tickets.insert(id, ticket.clone());
        let headline = self.headline(&ticket, &ticket.title);
        let text = format!("{headline}: {}", escalation.reason);
        ticket.body = String::new();
        self.push(
            step,
            Change::TicketEscalated {
                ticket,
                reason: escalation.reason.clone(),
            },
        );
        self.notify_all(step, &told, &text);
        Ok(())
    }

    /// A ticket with its body.
    pub(crate) fn whole(
        &self,
        id: &TicketId,
        tickets: &dyn TicketSource,
    ) -> Result<Ticket, String> {
        let known = self.tickets.get(id).cloned().or_else(|| tickets.ticket(id));
        let state = self.state.tickets.iter().find(|ticket| ticket.id == *id);
        match (known, state) {
            // A replay has the conversation's state but not the desk's tickets of that time.
            (Some(Ticket { body, .. }), Some(ticket)) => Ok(Ticket {
                body,
                ..ticket.clone()
            }),
            (Some(ticket), None) => Ok(ticket),
            (None, Some(ticket)) => Ok(ticket.clone()),
            (None, None) => Err(format!("there is no ticket {id}")),
        }
    }

    fn known(&self, who: &str) -> Result<(), String> {
        if self.desk.directory.has(who) {
            Ok(())
        } else {
            Err(format!("directory.toml knows nobody called {who:?}"))
        }
    }

    pub(super) fn moment(&mut self, moment: &Moment) -> Result<Timestamp, String> {
        let at = match &mut self.moments {
            Moments::Recorded(times) => times
                .pop_front()
                .ok_or("the recorded run settled fewer moments")?,
            Moments::Calendar => match moment {
                Moment::At(at) => (*at).max(self.at),
                Moment::AfterSeconds(seconds) => self
                    .at
                    .checked_add(SignedDuration::from_secs(i64::from(*seconds)))
                    .map_err(|error| error.to_string())?,
                Moment::AfterBusinessSeconds(seconds) => self
                    .desk
                    .calendar
                    .add_business(self.at, Duration::from_secs(u64::from(*seconds)))
                    .map_err(|error| error.to_string())?,
            },
        };
        if at.duration_since(self.at) > FARTHEST {
            return Err(format!("{at} is more than 400 days ahead"));
        }
        self.resolved_moments.push(at);
        Ok(at)
    }

    /// As a ticket's.
    pub(super) fn promise_id(&mut self) -> PromiseId {
        self.ids += 1;
        PromiseId::from_random(digest_bits(&format!("{}/promise/{}", self.run, self.ids)))
    }

    /// From the run's id, so that a replay makes the same; unguessable because that is.
    fn ticket_id(&mut self) -> TicketId {
        self.ids += 1;
        let bits = digest_bits(&format!("{}/ticket/{}", self.run, self.ids));
        TicketId::minted(self.at, bits)
    }
}

fn name(what: &str, text: &str) -> Result<String, String> {
    if text.trim().is_empty() {
        return Err(format!("the {what} is empty"));
    }
    if text.len() > MAX_NAME_BYTES {
        return Err(format!(
            "the {what} has {} bytes; at most {MAX_NAME_BYTES} are taken",
            text.len()
        ));
    }
    if text.chars().any(char::is_control) {
        return Err(format!("the {what} holds a control character"));
    }
    Ok(text.to_owned())
}

fn granted(grants: &Grants, grant: &Grant) -> Result<(), String> {
    grants.check(grant)
}

/// The contract's name of an effect.
fn name_of(effect: &Effect) -> &'static str {
    match effect {
        Effect::Reply(_) => "reply",
        Effect::Note(_) => "note",
        Effect::SetLanguage(_) => "set-language",
        Effect::SetCategories(_) => "set-categories",
        Effect::SetPriority(_) => "set-priority",
        Effect::SetStage(_) => "set-stage",
        Effect::AddLabel(_) => "add-label",
        Effect::RemoveLabel(_) => "remove-label",
        Effect::SetField { .. } => "set-field",
        Effect::OpenTicket(_) => "open-ticket",
        Effect::EscalateTicket(_) => "escalate-ticket",
        Effect::Notify(_) => "notify",
        Effect::SetTimer(_) => "set-timer",
        Effect::CancelTimer(_) => "cancel-timer",
        Effect::RecordPromise(_) => "record-promise",
        Effect::AskSurvey => "ask-survey",
        Effect::RecordSurvey(_) => "record-survey",
        Effect::HandOver(_) => "hand-over",
        Effect::Resolve(_) => "resolve",
        Effect::Reopen(_) => "reopen",
        Effect::Announce { .. } => "announce",
    }
}
