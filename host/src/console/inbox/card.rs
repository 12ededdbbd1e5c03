//! The customer beside a conversation.

use jiff::Timestamp;

use super::super::frame::Frame;
use super::super::gate::Who;
use super::thread::event;
use crate::engine::{Core, EngineError};
use crate::model::{Account, Change, Conversation, PromiseStatus, Ticket, masked};
use crate::workflow::Directory;

/// The step whose timers are visits.
const VISITS: &str = "follow-up-visit";

/// How many earlier conversations are shown.
const EARLIER: usize = 8;
/// How many runs of each conversation the timeline looks at, and how many lines it has.
const LOOKED_AT: u32 = 30;
const LINES: usize = 15;

/// The customer.
pub(super) struct Card {
    pub(super) account: String,
    pub(super) called: String,
    /// Whether something of it is masked.
    pub(super) is_masked: bool,
    pub(super) language: String,
    pub(super) identities: Vec<String>,
    pub(super) fields: Vec<(String, String)>,
    pub(super) since: Timestamp,
    pub(super) open_complaints: u32,
    pub(super) tickets: Vec<Ticket>,
    pub(super) promises: Vec<(String, Timestamp, &'static str)>,
    pub(super) earlier: Vec<Earlier>,
    pub(super) timeline: Vec<Moment>,
}

/// Something that happened with the customer: a ticket, a promise, a visit, a note, a rating.
pub(super) struct Moment {
    pub(super) kind: &'static str,
    pub(super) at: Timestamp,
    pub(super) text: String,
    /// Another conversation in which it was.
    pub(super) conversation: Option<String>,
}

/// Another conversation of the customer.
pub(super) struct Earlier {
    pub(super) id: String,
    pub(super) opened_at: Timestamp,
    pub(super) topic: String,
    pub(super) status: &'static str,
}

impl Card {
    /// The customer whole, over merged accounts, without what is hidden from whoever looks.
    pub(super) fn of(
        core: &Core,
        state: &Conversation,
        who: &Who,
        frame: &Frame,
        is_revealed: bool,
    ) -> Result<Self, EngineError> {
        let mut account: Option<Account> = None;
        for member in core.family(&state.account)? {
            let member = core.account(&member)?;
            match &mut account {
                Some(whole) => whole.join(&member),
                None => account = Some(member),
            }
        }
        let account = match account {
            Some(account) => account,
            None => core.account(&state.account)?,
        };
        let mut is_masked = false;
        let mut show = |text: &str| {
            let hidden = masked(text).filter(|_| !is_revealed);
            is_masked |= hidden.is_some();
            hidden.unwrap_or_else(|| text.to_owned())
        };
        let identities = account.identities.iter().map(|identity| {
            let (channel, contact) = identity.split_once('/').unwrap_or(("", identity));
            format!(
                "{} · {}",
                frame.channel(channel),
                show(&frame.customer(contact))
            )
        });
        let identities = identities.collect();
        let fields = account.fields.iter();
        let fields = fields.map(|(name, value)| (name.clone(), show(value)));
        let fields = fields.collect();
        let name = account.name.as_deref().unwrap_or(&state.contact);
        let called = show(&frame.customer(name));
        let mut earlier = Vec::new();
        let mut tickets: Vec<Ticket> = state.open_tickets().cloned().collect();
        for id in account.conversations.iter().rev() {
            if earlier.len() == EARLIER {
                break;
            }
            if *id == state.id {
                continue;
            }
            let other = match who.acting().conversation(core, id) {
                Ok(other) => other,
                Err(EngineError::NotFound { .. }) => continue,
                Err(error) => return Err(error),
            };
            tickets.extend(other.open_tickets().cloned());
            earlier.push(Earlier {
                id: other.id.to_string(),
                opened_at: other.opened_at,
                topic: topic(&other),
                status: if other.resolved {
                    "resolved"
                } else {
                    other.handler.as_str()
                },
            });
        }
        let promises = state
            .promises
            .iter()
            .filter(|promise| promise.status != PromiseStatus::Kept)
            .map(|promise| {
                (
                    frame.promise(&promise.text),
                    promise.due,
                    promise.status.as_str(),
                )
            });
        let timeline = timeline(core, state, &account, who, frame)?;
        Ok(Self {
            account: account.id.to_string(),
            called,
            is_masked,
            language: state
                .language
                .clone()
                .or(account.language)
                .unwrap_or_default(),
            identities,
            fields,
            since: account.created_at,
            open_complaints: account.open_complaints,
            tickets,
            promises: promises.collect(),
            earlier,
            timeline,
        })
    }
}

/// What happened with the customer beside what was said, newest first.
fn timeline(
    core: &Core,
    state: &Conversation,
    account: &Account,
    who: &Who,
    frame: &Frame,
) -> Result<Vec<Moment>, EngineError> {
    let (acting, desk) = (who.acting(), core.desk());
    let others = account.conversations.iter().rev().take(EARLIER);
    let others = others.filter(|id| **id != state.id);
    let mut moments = Vec::new();
    for id in std::iter::once(&state.id).chain(others) {
        let conversation = match acting.conversation(core, id) {
            Ok(conversation) => conversation,
            // Hidden, or erased meanwhile.
            Err(EngineError::NotFound { .. }) => continue,
            Err(error) => return Err(error),
        };
        let before = conversation.run_count.saturating_sub(LOOKED_AT);
        let runs = core.runs_after(id, before, usize::try_from(LOOKED_AT).unwrap_or(0))?;
        for run in runs.iter().filter(|run| acting.sees_run(run)) {
            let told = run.entries.iter().filter_map(|entry| {
                let (kind, text) = moment(&entry.change, frame, &desk.directory)?;
                Some(Moment {
                    kind,
                    at: run.event.at,
                    text,
                    conversation: (*id != state.id).then(|| id.to_string()),
                })
            });
            moments.extend(told);
        }
    }
    // What happened later in a run stands further up, too.
    moments.reverse();
    moments.sort_by_key(|moment| std::cmp::Reverse(moment.at));
    moments.truncate(LINES);
    Ok(moments)
}

/// What is kept of a change in the timeline; none: it says nothing about the customer as a whole.
fn moment(change: &Change, frame: &Frame, directory: &Directory) -> Option<(&'static str, String)> {
    let kind = match change {
        Change::Noted { text } => return Some(("note", text.clone())),
        Change::TimerFired { timer } if timer.step == VISITS => {
            return Some(("visit", frame.t("visit-made").to_owned()));
        }
        Change::TimerSet { timer } if timer.step == VISITS => {
            let due = frame.clock(&timer.due);
            return Some(("visit", frame.fill("visit-planned", due)));
        }
        Change::TicketOpened { .. }
        | Change::TicketMoved { .. }
        | Change::TicketEscalated { .. } => "ticket",
        Change::Promised { .. } | Change::PromiseSettled { .. } => "promise",
        Change::SurveyAnswered { .. } | Change::Resolved { .. } | Change::Reopened { .. } => "end",
        _ => return None,
    };
    Some((kind, event(change, frame, directory)?))
}

/// What a conversation was about, in a line.
fn topic(state: &Conversation) -> String {
    match &state.record {
        Some(record) => record.topic.clone(),
        None => state.tally.asked.chars().take(80).collect(),
    }
}

/// What to call a customer; a telephone number is masked unless it was revealed.
pub(in crate::console) fn shown_contact(
    core: &Core,
    state: &Conversation,
    frame: &Frame,
    is_revealed: bool,
) -> Result<String, EngineError> {
    let account = core.account(&state.account)?;
    let name = account
        .name
        .unwrap_or_else(|| frame.customer(&state.contact));
    Ok(masked(&name).filter(|_| !is_revealed).unwrap_or(name))
}
