//! Who is told what and when: whoever is there now, at once; whoever isn't, on return (R53); in an emergency everybody,
//! whatever the time (R62).

use jiff::Timestamp;

use super::intake::Due;
use super::opening::begin;
use super::run::Input;
use super::settle::Draft;
use crate::model::{Account, Change, Conversation, Occurrence, Ticket, TicketKind, TicketStatus};
use crate::workflow::directory::Told;

/// The event of somebody being told on return.
const ON_RETURN: &str = "notice.due";

impl Conversation {
    /// Whether people may be in danger and nobody has said yet that they aren't.
    pub(crate) fn has_open_emergency(&self) -> bool {
        self.tickets.iter().any(|ticket| {
            ticket.kind == TicketKind::Emergency && ticket.status != TicketStatus::Closed
        })
    }
}

impl Draft<'_> {
    /// Tells each of them, nobody twice.
    pub(crate) fn notify_all(&mut self, by: &str, told: &[String], text: &str) {
        for (index, to) in told.iter().enumerate() {
            let is_told =
                self.past_those_it_is_hidden_from(to).is_none() && self.has_told(to, text);
            if !is_told && !told.iter().take(index).any(|earlier| earlier == to) {
                self.notify(by, to, text);
            }
        }
    }

    /// Tells somebody of the directory now or, where nobody of them is there, on return.
    pub(crate) fn notify(&mut self, by: &str, to: &str, text: &str) {
        let person = self.desk.directory.person(to);
        if person.is_some_and(|person| self.state.is_hidden_from(&person.name)) {
            return;
        }
        // What a department is sent is read by all of it, whoever of them this is hidden from, too (R74).
        let past = self.past_those_it_is_hidden_from(to);
        if past.as_ref().is_some_and(|name| self.has_told(name, text)) {
            return;
        }
        // Whatever a step calls them: everybody reads one name.
        let to = match &past {
            Some(name) => name,
            None => person.map_or(to, |person| &person.name),
        };
        let (to, text) = (to.to_owned(), text.to_owned());
        let urgent = self.state.has_open_emergency();
        if !urgent && let Told::Later(until) = self.desk.directory.told(&to, self.at) {
            let due = Due::Notice {
                to: to.clone(),
                text: text.clone(),
            };
            self.due.push((until, due));
            return self.push(by, Change::NoticeKept { to, text, until });
        }
        self.push(by, Change::Notified { to, text, urgent });
    }

    /// Who is told instead of a department to which somebody belongs from whom the conversation is hidden.
    fn past_those_it_is_hidden_from(&self, to: &str) -> Option<String> {
        let directory = &self.desk.directory;
        let department = directory.department(to)?;
        let hidden_from = &self.state.hidden_from;
        let mut hidden = hidden_from.iter().filter_map(|name| directory.person(name));
        hidden.find(|person| person.department == department.name)?;
        let supervisor = directory.supervisor(hidden_from)?;
        Some(supervisor.name.clone())
    }

    /// Whether somebody was told that in this run, or will be when they are there.
    fn has_told(&self, name: &str, what: &str) -> bool {
        self.entries.iter().any(|entry| match &entry.change {
            Change::Notified { to, text, .. } | Change::NoticeKept { to, text, .. } => {
                to == name && text == what
            }
            _ => false,
        })
    }

    /// What people read first of a ticket. In an emergency also whom it is about: they call or go there (R62).
    pub(crate) fn headline(&self, ticket: &Ticket, title: &str) -> String {
        if ticket.kind == TicketKind::Emergency {
            let (contact, channel) = (&self.state.contact, &self.state.channel);
            format!("[{}] {contact} ({channel}): {title}", ticket.kind)
        } else {
            format!("[{}] {title}", ticket.kind)
        }
    }
}

/// Tells somebody who is back.
pub(super) fn on_return(
    conversation: &mut Conversation,
    account: Account,
    at: Timestamp,
    to: String,
    text: String,
) -> Input {
    let what = Occurrence::Announced {
        name: ON_RETURN.to_owned(),
        value: serde_json::json!({ "to": to }).to_string(),
    };
    let urgent = false;
    let change = Change::Notified { to, text, urgent };
    begin(conversation, account, at, what, "host", vec![change])
}
