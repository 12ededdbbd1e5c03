//! The customer beside a conversation.

use jiff::Timestamp;

use super::super::gate::Who;
use crate::engine::{Core, EngineError};
use crate::model::{Account, Conversation, PromiseStatus, Ticket, masked};

/// How many earlier conversations are shown.
const EARLIER: usize = 8;

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
            format!("{channel} · {}", show(contact))
        });
        let identities = identities.collect();
        let fields = account.fields.iter();
        let fields = fields.map(|(name, value)| (name.clone(), show(value)));
        let fields = fields.collect();
        let name = account.name.as_deref().unwrap_or(&state.contact);
        let called = show(name);
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
            .map(|promise| (promise.text.clone(), promise.due, promise.status.as_str()));
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
        })
    }
}

/// What a conversation was about, in a line.
fn topic(state: &Conversation) -> String {
    match &state.record {
        Some(record) => record.topic.clone(),
        None => state.tally.asked.chars().take(80).collect(),
    }
}

/// What to call a customer; a telephone number is masked unless it was revealed.
pub(super) fn shown_contact(
    core: &Core,
    state: &Conversation,
    is_revealed: bool,
) -> Result<String, EngineError> {
    let account = core.account(&state.account)?;
    let name = account.name.unwrap_or_else(|| state.contact.clone());
    Ok(masked(&name).filter(|_| !is_revealed).unwrap_or(name))
}
