//! What people of the desk write down about a customer.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::super::core::Core;
use super::super::intake::{Inbox, Records};
use super::super::request::EngineError;
use super::{begin, load};
use crate::model::{AccountId, Change, Occurrence};

/// How many fields an account may have.
const MOST_FIELDS: usize = 64;
/// The longest name of a field, in bytes.
const LONGEST_FIELD_NAME: usize = 64;
/// The longest name of a customer and the longest value of a field, in bytes.
const LONGEST_VALUE: usize = 1_024;

impl Core {
    /// Writes it down, as a run of the customer's newest conversation: steps may react to `account.updated`.
    pub(super) fn edit_account(
        &self,
        records: &Records<'_>,
        account: &AccountId,
        agent: &str,
        name: Option<&str>,
        fields: &BTreeMap<String, Option<String>>,
        at: Timestamp,
    ) -> Result<Inbox, EngineError> {
        let newest = self.account(account)?.conversations.last().cloned();
        let newest = newest.ok_or_else(|| EngineError::NotFound {
            what: "conversation of account",
            id: account.to_string(),
        })?;
        let (mut conversation, customer) = load(records, &newest)?;
        let name = name.map(|name| checked("name", name)).transpose()?;
        let mut after = customer.fields.clone();
        let mut changes = Vec::new();
        if let Some(name) = name {
            let name = name.to_owned();
            changes.push(Change::AccountNamed { name });
        }
        for (field, value) in fields {
            changes.push(match value {
                Some(value) => {
                    let value = checked(field, value)?.to_owned();
                    let name = field_name(field)?.to_owned();
                    after.insert(name.clone(), value.clone());
                    Change::FieldSet { name, value }
                }
                None => {
                    after.remove(field);
                    let name = field.clone();
                    Change::FieldRemoved { name }
                }
            });
        }
        if changes.is_empty() {
            let nothing = "nothing is to be changed; give a name or fields";
            return Err(EngineError::Invalid(nothing.to_owned()));
        }
        if after.len() > MOST_FIELDS {
            return Err(EngineError::Invalid(format!(
                "fields: an account has at most {MOST_FIELDS}; take some away with null"
            )));
        }
        let names: Vec<&String> = fields.keys().collect();
        let what = Occurrence::Announced {
            name: "account.updated".to_owned(),
            value: serde_json::json!({"agent": agent, "name": name, "fields": names}).to_string(),
        };
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

fn field_name(name: &str) -> Result<&str, EngineError> {
    let is_allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if (1..=LONGEST_FIELD_NAME).contains(&name.len()) && name.chars().all(is_allowed) {
        return Ok(name);
    }
    Err(EngineError::Invalid(format!(
        "fields: {name:?} is no name of a field; use 1 to {LONGEST_FIELD_NAME} lower-case letters, digits and hyphens, such as birthday"
    )))
}

fn checked<'t>(field: &str, text: &'t str) -> Result<&'t str, EngineError> {
    if text.len() > LONGEST_VALUE || text.chars().any(|c| c.is_control() && c != '\n') {
        return Err(EngineError::Invalid(format!(
            "{field}: is too long or holds a control character; give at most {LONGEST_VALUE} bytes of text"
        )));
    }
    Ok(text.trim())
}
