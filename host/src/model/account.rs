//! The customer.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{AccountId, Change, ConversationId, Language, TicketKind, TicketStatus};

/// A customer: the aggregate that conversations, tickets and promises hang from (R105).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// What to call the customer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The language last spoken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// What else the desk knows, by field name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, String>,
    /// Where the customer writes from: `channel/contact`.
    #[serde(default)]
    pub identities: Vec<String>,
    /// All conversations, oldest first.
    #[serde(default)]
    pub conversations: Vec<ConversationId>,
    /// Complaint tickets that no department has closed yet.
    #[serde(default)]
    pub open_complaints: u32,
    /// First contact.
    pub created_at: Timestamp,
}

impl Account {
    /// A customer who writes for the first time.
    pub fn new(id: AccountId, identity: String, at: Timestamp) -> Self {
        Self {
            id,
            name: None,
            language: None,
            fields: BTreeMap::new(),
            identities: vec![identity],
            conversations: Vec::new(),
            open_complaints: 0,
            created_at: at,
        }
    }

    /// What another account of the same customer knows besides. What both know stays as it is here.
    pub fn join(&mut self, other: &Self) {
        if self.name.is_none() {
            self.name.clone_from(&other.name);
        }
        if self.language.is_none() {
            self.language.clone_from(&other.language);
        }
        for (field, value) in &other.fields {
            self.fields
                .entry(field.clone())
                .or_insert_with(|| value.clone());
        }
        let more = |mine: &mut Vec<String>, theirs: &[String]| {
            for one in theirs {
                if !mine.contains(one) {
                    mine.push(one.clone());
                }
            }
        };
        more(&mut self.identities, &other.identities);
        for id in &other.conversations {
            if !self.conversations.contains(id) {
                self.conversations.push(id.clone());
            }
        }
        self.open_complaints += other.open_complaints;
        self.created_at = self.created_at.min(other.created_at);
    }

    /// What a change in one of the conversations does to the account; says whether it did anything.
    pub fn apply(&mut self, change: &Change) -> bool {
        match change {
            Change::FieldSet { name, value } => {
                self.fields.insert(name.clone(), value.clone()).as_ref() != Some(value)
            }
            Change::FieldRemoved { name } => self.fields.remove(name).is_some(),
            Change::AccountNamed { name } => {
                let name = Some(name.clone()).filter(|name| !name.is_empty());
                std::mem::replace(&mut self.name, name.clone()) != name
            }
            Change::LanguageSet { language } => {
                self.language.replace(language.clone()).as_ref() != Some(language)
            }
            Change::TicketOpened { ticket } if ticket.kind == TicketKind::Complaint => {
                self.open_complaints += 1;
                true
            }
            Change::TicketMoved { ticket }
                if ticket.kind == TicketKind::Complaint
                    && ticket.status == TicketStatus::Closed =>
            {
                self.open_complaints = self.open_complaints.saturating_sub(1);
                true
            }
            _ => false,
        }
    }
}
