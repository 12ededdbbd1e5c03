//! What a step may know: the twin of the contract's `context`.

use std::borrow::Cow;

use super::{AccountId, Category, Conversation, Effect, Language, Message, SurveyStatus, Ticket};

/// Everything that a step may know besides the event. A run lends what it has.
#[derive(Clone, Debug, PartialEq)]
pub struct Context<'a> {
    /// The desk.
    pub desk: Cow<'a, DeskView>,
    /// The customer.
    pub account: AccountView,
    /// The conversation.
    pub conversation: ConversationView<'a>,
    /// What earlier steps of this run asked for.
    pub draft: Cow<'a, [Effect]>,
}

/// The desk, as plugins see it.
#[derive(Clone, Debug, PartialEq)]
pub struct DeskView {
    /// Its name.
    pub name: String,
    /// IANA name.
    pub time_zone: String,
    /// Best first.
    pub languages: Vec<Language>,
}

/// The customer, as one step may see them.
#[derive(Clone, Debug, PartialEq)]
pub struct AccountView {
    /// Its id.
    pub id: AccountId,
    /// What to call the customer.
    pub name: Option<String>,
    /// The language last spoken.
    pub language: Option<Language>,
    /// The granted fields.
    pub fields: Vec<(String, String)>,
    /// How many conversations there were.
    pub conversation_count: u32,
    /// How many complaints are open.
    pub open_complaints: u32,
}

/// The conversation with as many messages as the step asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct ConversationView<'a> {
    /// Its state, with what earlier steps of the run asked for already applied.
    pub state: Cow<'a, Conversation>,
    /// The newest messages, oldest first; what steps of this run drafted is not among them.
    pub messages: Cow<'a, [Message]>,
}

impl ConversationView<'_> {
    /// The categories.
    pub fn categories(&self) -> &[Category] {
        &self.state.categories
    }

    /// The tickets.
    pub fn tickets(&self) -> &[Ticket] {
        &self.state.tickets
    }

    /// The satisfaction question.
    pub fn survey(&self) -> SurveyStatus {
        self.state.survey
    }
}
