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
            if !told.iter().take(index).any(|earlier| earlier == to) {
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
        // Whatever a step calls them: everybody reads one name.
        let to = person.map_or(to, |person| &person.name);
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
