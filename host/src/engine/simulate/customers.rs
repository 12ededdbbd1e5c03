//! What a scenario does with whole customers: look at one, merge two accounts, take that back, hand over, erase.

use std::collections::BTreeMap;
use std::sync::mpsc;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::scenario::read;
use super::{Line, SimulateError, Simulation, error};
use crate::engine::intake::Records;
use crate::engine::request::{EngineError, Request};
use crate::engine::timeline::{TimelineLine, local};
use crate::model::AccountId;

/// A customer by the name on a channel, and what to do with them.
#[derive(Clone, Debug, PartialEq)]
pub struct CustomerAction {
    /// Who.
    pub contact: String,
    /// On which channel.
    pub channel: String,
    /// What.
    pub act: CustomerAct,
}

/// What is done with a customer (R105–R107, R116, R118).
#[derive(Clone, Debug, PartialEq)]
pub enum CustomerAct {
    /// Show what the desk knows.
    Show,
    /// Say that the contact's account and another are one customer.
    Merge {
        /// Who says so.
        agent: String,
        /// The contact whose account it is merged into.
        into: String,
        /// On which channel.
        into_channel: String,
    },
    /// Write down what is known.
    Edit {
        /// Who does.
        agent: String,
        /// What to call the customer.
        name: Option<String>,
        /// What else, by field; none takes one away.
        fields: BTreeMap<String, Option<String>>,
    },
    /// Take the merge of the contact's account back.
    Split,
    /// Hand over everything that is kept.
    Export,
    /// Take everything away.
    Erase,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CustomerFields {
    contact: String,
    channel: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MergeFields {
    agent: String,
    contact: String,
    channel: Option<String>,
    into: String,
    #[serde(rename = "into-channel")]
    into_channel: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EditFields {
    agent: String,
    contact: String,
    channel: Option<String>,
    name: Option<String>,
    #[serde(default)]
    fields: BTreeMap<String, Option<String>>,
}

/// The action of a verb; none where the verb is none about customers.
pub(super) fn parse(
    verb: &str,
    fields: &Map<String, Value>,
) -> Option<Result<CustomerAction, String>> {
    let act = match verb {
        "account" => CustomerAct::Show,
        "split" => CustomerAct::Split,
        "export" => CustomerAct::Export,
        "erase" => CustomerAct::Erase,
        "merge" => return Some(merge(verb, fields.clone())),
        "edit" => return Some(edit(verb, fields.clone())),
        _ => return None,
    };
    let fields = read::<CustomerFields>(verb, fields.clone());
    Some(
        fields.map(|CustomerFields { contact, channel }| CustomerAction {
            contact,
            channel: or_default(channel),
            act,
        }),
    )
}

fn merge(verb: &str, fields: Map<String, Value>) -> Result<CustomerAction, String> {
    let fields: MergeFields = read(verb, fields)?;
    Ok(CustomerAction {
        contact: fields.contact,
        channel: or_default(fields.channel),
        act: CustomerAct::Merge {
            agent: fields.agent,
            into: fields.into,
            into_channel: or_default(fields.into_channel),
        },
    })
}

fn edit(verb: &str, fields: Map<String, Value>) -> Result<CustomerAction, String> {
    let fields: EditFields = read(verb, fields)?;
    Ok(CustomerAction {
        contact: fields.contact,
        channel: or_default(fields.channel),
        act: CustomerAct::Edit {
            agent: fields.agent,
            name: fields.name,
            fields: fields.fields,
        },
    })
}

fn or_default(channel: Option<String>) -> String {
    channel.unwrap_or_else(|| super::DEFAULT_CHANNEL.to_owned())
}

impl Simulation {
    /// Does it, whatever dies on the way.
    pub(super) fn customer(
        &mut self,
        line: &Line,
        at: Timestamp,
        action: &CustomerAction,
    ) -> Result<TimelineLine, SimulateError> {
        let because = |problem: EngineError| error(line, problem.to_string());
        let account = self.account_of(line, &action.channel, &action.contact)?;
        let (kind, details) = match (&action.act, account) {
            (CustomerAct::Show, None) => ("account", json!({"known": false})),
            (_, None) => {
                let message = format!("{:?} has not written yet", action.contact);
                return Err(error(line, message));
            }
            (CustomerAct::Show, Some(id)) => ("account", self.shown(&id).map_err(because)?),
            (
                CustomerAct::Merge {
                    agent,
                    into,
                    into_channel,
                },
                Some(from),
            ) => {
                let into = self
                    .account_of(line, into_channel, into)?
                    .ok_or_else(|| error(line, format!("{into:?} has not written yet")))?;
                self.merge(&from, &into, agent).map_err(because)?;
                (
                    "merged",
                    json!({"accounts": self.family_of(&into).map_err(because)?}),
                )
            }
            (
                CustomerAct::Edit {
                    agent,
                    name,
                    fields,
                },
                Some(account),
            ) => {
                let request = Request::EditAccount {
                    account: account.clone(),
                    agent: agent.clone(),
                    name: name.clone(),
                    fields: fields.clone(),
                };
                self.carry_out(&request).map_err(because)?;
                ("account", self.shown(&account).map_err(because)?)
            }
            (CustomerAct::Split, Some(from)) => {
                self.split(&from).map_err(because)?;
                (
                    "split",
                    json!({"accounts": self.family_of(&from).map_err(because)?}),
                )
            }
            (CustomerAct::Export, Some(id)) => (
                "exported",
                json!({"records": self.records_of(&id).map_err(because)?}),
            ),
            (CustomerAct::Erase, Some(id)) => (
                "erased",
                json!({"records": self.erase(&id).map_err(because)?}),
            ),
        };
        let by = match &action.act {
            CustomerAct::Merge { agent, .. } | CustomerAct::Edit { agent, .. } => agent.clone(),
            _ => "host".to_owned(),
        };
        Ok(TimelineLine {
            at: local(at, &self.desk.time_zone),
            kind,
            contact: action.contact.clone(),
            conversation: String::new(),
            channel: action.channel.clone(),
            by,
            details: match details {
                Value::Object(details) => details,
                _ => Map::new(),
            },
        })
    }

    fn account_of(
        &self,
        line: &Line,
        channel: &str,
        contact: &str,
    ) -> Result<Option<AccountId>, SimulateError> {
        let identity = Records(self.core.store().as_ref()).identity(channel, contact);
        identity
            .map(|identity| identity.map(|identity| identity.account))
            .map_err(|problem| error(line, problem.to_string()))
    }

    fn family_of(&self, id: &AccountId) -> Result<usize, EngineError> {
        Ok(self.core.family(id)?.len())
    }

    /// The customer whole: all accounts together.
    fn shown(&self, id: &AccountId) -> Result<Value, EngineError> {
        let whole = self.core.seen_whole(&self.core.account(id)?)?;
        let runs = self.core.timeline_page(id, None, usize::MAX)?.len();
        Ok(json!({
            "known": true,
            "accounts": self.family_of(id)?,
            "identities": whole.identities,
            "language": whole.language,
            "name": whole.name,
            "fields": whole.fields,
            "conversations": whole.conversations.len(),
            "open_complaints": whole.open_complaints,
            "runs": runs,
        }))
    }

    fn merge(&mut self, from: &AccountId, into: &AccountId, by: &str) -> Result<(), EngineError> {
        while let Err(problem) = self.core.merge(from, into, by) {
            self.start_again(problem)?;
            // Durable before the crash: whoever asks again sees it.
            if self
                .core
                .merge_of(from)?
                .is_some_and(|merge| merge.into == *into)
            {
                break;
            }
        }
        Ok(())
    }

    fn split(&mut self, from: &AccountId) -> Result<(), EngineError> {
        while let Err(problem) = self.core.split(from) {
            self.start_again(problem)?;
            if self.core.merge_of(from)?.is_none() {
                break;
            }
        }
        Ok(())
    }

    /// How many records of each kind a hand-over holds.
    fn records_of(&self, id: &AccountId) -> Result<BTreeMap<&'static str, usize>, EngineError> {
        let mut records = BTreeMap::new();
        for member in self.core.family(id)? {
            for held in self.core.holdings(&member)? {
                if !held.is_index() {
                    *records.entry(held.table.name()).or_default() += 1;
                }
            }
        }
        Ok(records)
    }

    /// Erases all accounts of a customer, the one that stands for them last; gives the number of rows.
    fn erase(&mut self, id: &AccountId) -> Result<usize, EngineError> {
        let mut rows = 0;
        for member in self.core.family(id)?.iter().rev() {
            let known = self.core.holdings(member)?.len();
            rows += loop {
                let (sender, receiver) = mpsc::channel();
                let done = move |result| {
                    // Whoever asked is still there: it waits for this.
                    let _ = sender.send(result);
                };
                self.core.erase(member, Box::new(done));
                match receiver.recv().unwrap_or(Err(EngineError::Stopping)) {
                    Ok(rows) => break rows,
                    // Durable before the crash.
                    Err(EngineError::NotFound { .. }) => break known,
                    Err(problem) => self.start_again(problem)?,
                }
            };
        }
        Ok(rows)
    }
}
