//! Which account and conversation a request concerns.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::keys;
use super::promises::PromiseRow;
use super::request::{EngineError, Inbound, Request};
use crate::model::{
    Account, AccountId, Conversation, ConversationId, PromiseId, Run, Ticket, TicketId, contact_key,
};
use crate::store::{Store, Table, get_json};

/// Who a customer's name on a channel is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Identity {
    pub(crate) account: AccountId,
    /// The current conversation; none until the first message is durable.
    #[serde(default)]
    pub(crate) conversation: Option<ConversationId>,
}

/// What is kept of a message's idempotency key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Seen {
    pub(crate) conversation: ConversationId,
    pub(crate) run: u32,
    pub(crate) digest: String,
    pub(crate) at: Timestamp,
}

/// A row of the timer table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct DueRow {
    pub(crate) account: AccountId,
    pub(crate) conversation: ConversationId,
    pub(crate) what: Due,
}

/// What comes due.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "due", rename_all = "kebab-case")]
pub(crate) enum Due {
    Timer {
        name: String,
    },
    Announcement {
        name: String,
        value: String,
        depth: u8,
    },
    Retry(crate::model::Resume),
    /// A customer in people's hands must hear something, or somebody of them.
    Care,
    /// A place is free and kept for the conversation.
    Offer {
        agent: String,
    },
    /// The host is back, and the customer may not have been answered meanwhile.
    Recovered {
        began_at: Timestamp,
        ended_at: Timestamp,
    },
    /// Something that was promised should be done.
    Promise {
        id: crate::model::PromiseId,
    },
    /// The desk is open again: an apology for what was broken meanwhile.
    Apology {
        id: crate::model::PromiseId,
    },
    /// All tickets of a conversation that was settled before are closed.
    Resolve,
    /// Somebody who wasn't there is told.
    Notice {
        to: String,
        text: String,
    },
}

/// The longest name of a contact, channel or key that is taken, in bytes.
pub(crate) const MAX_NAME_BYTES: usize = 128;

/// How long a message's key is remembered.
pub(crate) const REMEMBERED: SignedDuration = SignedDuration::from_hours(7 * 24);

/// A request as a run's input, with what its batch needs besides.
pub(crate) struct Inbox {
    pub(crate) input: super::run::Input,
    pub(crate) arrival: Option<super::commit::Arrival>,
    /// The timer row that the run takes away.
    pub(crate) taken: Option<Vec<u8>>,
}

impl Inbox {
    pub(crate) fn of(input: super::run::Input) -> Self {
        Self {
            input,
            arrival: None,
            taken: None,
        }
    }
}

/// Reads typed rows.
pub(crate) struct Records<'a>(pub(crate) &'a dyn Store);

impl Records<'_> {
    pub(crate) fn identity(
        &self,
        channel: &str,
        contact: &str,
    ) -> Result<Option<Identity>, EngineError> {
        Ok(get_json(
            self.0,
            Table::Identity,
            &keys::identity(channel, contact),
        )?)
    }

    pub(crate) fn account(&self, id: &AccountId) -> Result<Option<Account>, EngineError> {
        Ok(get_json(self.0, Table::Account, &keys::account(id))?)
    }

    pub(crate) fn conversation(&self, id: &ConversationId) -> Result<Conversation, EngineError> {
        get_json(self.0, Table::Conversation, &keys::conversation(id))?.ok_or_else(|| {
            EngineError::NotFound {
                what: "conversation",
                id: id.to_string(),
            }
        })
    }

    pub(crate) fn ticket(&self, id: &TicketId) -> Result<Ticket, EngineError> {
        get_json(self.0, Table::Ticket, &keys::ticket(id))?.ok_or_else(|| EngineError::NotFound {
            what: "ticket",
            id: id.to_string(),
        })
    }

    pub(crate) fn promise(&self, id: &PromiseId) -> Result<PromiseRow, EngineError> {
        get_json(self.0, Table::Promise, &keys::promise(id))?.ok_or_else(|| EngineError::NotFound {
            what: "promise",
            id: id.to_string(),
        })
    }

    pub(crate) fn run(
        &self,
        conversation: &ConversationId,
        number: u32,
    ) -> Result<Run, EngineError> {
        get_json(self.0, Table::Run, &keys::run(conversation, number))?.ok_or_else(|| {
            EngineError::NotFound {
                what: "run",
                id: format!("{conversation}/{number}"),
            }
        })
    }

    pub(crate) fn due(&self, key: &[u8]) -> Result<DueRow, EngineError> {
        get_json(self.0, Table::Timer, key)?.ok_or(EngineError::NothingDue)
    }

    pub(crate) fn seen(&self, key: &[u8]) -> Result<Option<Seen>, EngineError> {
        Ok(get_json(self.0, Table::Idempotency, key)?)
    }
}

/// Which account each new contact is going to be, until that is durable. So the first messages of a contact, however
/// many come at once, concern one account.
#[derive(Default)]
pub(crate) struct Newcomers(Mutex<HashMap<(String, String), (AccountId, usize)>>);

/// Holds a newcomer's place until the request is done.
pub(crate) struct Place {
    newcomers: Arc<Newcomers>,
    identity: (String, String),
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut places = self
            .newcomers
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some((_, holders)) = places.get_mut(&self.identity) {
            *holders -= 1;
            if *holders == 0 {
                places.remove(&self.identity);
            }
        }
    }
}

/// The account that a request concerns, and a newcomer's place where it needs one.
pub(crate) struct Lane {
    pub(crate) account: AccountId,
    /// Held, not read: the place is free again when the lane is dropped.
    pub(crate) _place: Option<Place>,
}

/// Finds the account of a request; `mint` makes a newcomer's. Cheap: at most two look-ups.
pub(crate) fn lane(
    store: &dyn Store,
    newcomers: &Arc<Newcomers>,
    mint: &dyn Fn() -> AccountId,
    request: &Request,
) -> Result<Lane, EngineError> {
    let records = Records(store);
    let account = match request {
        Request::Message(inbound) => return lane_of_message(&records, newcomers, mint, inbound),
        Request::Reply { conversation, .. }
        | Request::Take { conversation, .. }
        | Request::Release { conversation, .. }
        | Request::Resolve { conversation, .. }
        | Request::Survey { conversation, .. }
        | Request::Note { conversation, .. }
        | Request::HandOver { conversation, .. }
        | Request::EditRecord { conversation, .. } => records.conversation(conversation)?.account,
        Request::EditAccount { account, .. } => account.clone(),
        Request::Ticket { ticket, .. } => records.ticket(ticket)?.account,
        Request::Kept { promise, .. } => {
            let conversation = records.promise(promise)?.conversation;
            records.conversation(&conversation)?.account
        }
        Request::Due(key) => records.due(key)?.account,
    };
    Ok(Lane {
        account,
        _place: None,
    })
}

fn lane_of_message(
    records: &Records<'_>,
    newcomers: &Arc<Newcomers>,
    mint: &dyn Fn() -> AccountId,
    inbound: &Inbound,
) -> Result<Lane, EngineError> {
    check_inbound(inbound)?;
    // Nearly everybody is known: no lock for them.
    if let Some(known) = records.identity(&inbound.channel, &inbound.contact)? {
        return Ok(Lane {
            account: known.account,
            _place: None,
        });
    }
    let identity = (
        inbound.channel.clone(),
        contact_key(&inbound.channel, &inbound.contact),
    );
    let mut places = newcomers.0.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((account, holders)) = places.get_mut(&identity) {
        *holders += 1;
        let account = account.clone();
        return Ok(Lane {
            account,
            _place: Some(Place {
                newcomers: Arc::clone(newcomers),
                identity: identity.clone(),
            }),
        });
    }
    if let Some(known) = records.identity(&inbound.channel, &inbound.contact)? {
        return Ok(Lane {
            account: known.account,
            _place: None,
        });
    }
    let account = match &inbound.account {
        Some(name) => named_account(name),
        None => mint(),
    };
    places.insert(identity.clone(), (account.clone(), 1));
    Ok(Lane {
        account,
        _place: Some(Place {
            newcomers: Arc::clone(newcomers),
            identity,
        }),
    })
}

/// The account that a sender means by a name of its own.
fn named_account(name: &str) -> AccountId {
    if name.starts_with(AccountId::PREFIX) {
        return AccountId::new(name);
    }
    AccountId::from_random(digest_bits(&format!("account by name: {name}")))
}

/// The first 128 bits of a text's SHA-256.
pub(crate) fn digest_bits(text: &str) -> u128 {
    Sha256::digest(text)
        .iter()
        .take(16)
        .fold(0, |bits, byte| (bits << 8) | u128::from(*byte))
}

fn check_inbound(inbound: &Inbound) -> Result<(), EngineError> {
    check_name("channel", &inbound.channel)?;
    check_name("contact", &inbound.contact)?;
    if let Some(account) = &inbound.account {
        check_name("account", account)?;
    }
    if let Some(key) = &inbound.key {
        check_name("Idempotency-Key", key)?;
    }
    if inbound.text.trim().is_empty() {
        return Err(EngineError::Invalid(
            "text: there is nothing in it; write what the customer said".to_owned(),
        ));
    }
    Ok(())
}

fn check_name(what: &str, name: &str) -> Result<(), EngineError> {
    if name.is_empty() {
        return Err(EngineError::Invalid(format!(
            "{what}: is empty; give 1 to {MAX_NAME_BYTES} bytes"
        )));
    }
    if name.len() > MAX_NAME_BYTES {
        return Err(EngineError::Invalid(format!(
            "{what}: has {} bytes; give at most {MAX_NAME_BYTES}",
            name.len()
        )));
    }
    if name.chars().any(char::is_control) {
        return Err(EngineError::Invalid(format!(
            "{what}: holds a control character; leave it out"
        )));
    }
    Ok(())
}

/// What tells two messages under one key apart.
pub(crate) fn digest_of(inbound: &Inbound) -> String {
    let mut digest = Sha256::new();
    digest.update(inbound.text.as_bytes());
    digest.update([0]);
    digest.update(
        inbound
            .conversation
            .as_ref()
            .map_or("", |id| id.as_str())
            .as_bytes(),
    );
    hex(&digest.finalize())
}

/// Bytes as hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}
