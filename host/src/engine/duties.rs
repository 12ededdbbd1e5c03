//! What the host sees to of itself, whatever the steps of a chain do: a pure part of the run, before the reviewers look.

use super::promises;
use super::run::Input;
use super::settle::Draft;
use super::words::{self, Words};
use crate::model::{
    Author, Change, Entry, MessageId, Occurrence, Reply, Ticket, TicketKind, TicketStatus,
};

/// After the chain.
pub(crate) fn after_chain(draft: &mut Draft<'_>, input: &Input) {
    promises::account_for(draft, input);
    explain_outage(draft, input);
    keep_to_the_script(draft, input);
    if let Occurrence::TicketUpdated { ticket } = &input.event.what {
        pass_feedback_on(draft, ticket);
        super::case::close(draft);
    }
}

/// Whoever is new and wrote in an outage hears of it behind the greeting, in the language that they wrote in (R48).
fn explain_outage(draft: &mut Draft<'_>, input: &Input) {
    let outage = input.opening.iter().find_map(|entry| match entry.change {
        Change::OutageExplained {
            began_at,
            ended_at: Some(ended_at),
        } => Some((began_at, ended_at)),
        _ => None,
    });
    if let Some((began_at, ended_at)) = outage {
        let language = draft.language();
        let text =
            super::floor::recovered_text(draft.desk, began_at, ended_at, language.as_deref());
        draft.say_text(text);
    }
}

/// While people may be in danger, only the step that handles it speaks (R62): what others wanted to say stays here as a
/// note.
fn keep_to_the_script(draft: &mut Draft<'_>, input: &Input) {
    let emergencies = draft.state.tickets.iter().filter(|ticket| {
        ticket.kind == TicketKind::Emergency && ticket.status != TicketStatus::Closed
    });
    let speakers: Vec<String> = emergencies
        .map(|ticket| ticket.opened_by.clone())
        .filter(|step| !step.is_empty())
        .collect();
    if speakers.is_empty() {
        return;
    }
    let mut number = input.before.message_count;
    let entries = std::mem::take(&mut draft.entries);
    for (index, mut entry) in entries.into_iter().enumerate() {
        if index >= input.opening.len()
            && let Change::Replied { message } = &mut entry.change
        {
            let speaks = matches!(&message.author, Author::Step(step) if speakers.contains(step));
            if !speaks {
                let text = format!("Not sent while an emergency is open: {}", message.text);
                let change = Change::Noted { text };
                draft.entries.push(Entry {
                    by: entry.by,
                    change,
                });
                continue;
            }
            number += 1;
            message.number = number;
            message.id = MessageId::of(&input.before.id, number);
        }
        draft.entries.push(entry);
    }
    draft.state.message_count = number;
}

/// What a department did reaches the customer (R58), also where no step says so.
fn pass_feedback_on(draft: &mut Draft<'_>, ticket: &Ticket) {
    let feedback = ticket
        .feedback
        .as_deref()
        .map(str::trim)
        .unwrap_or_default();
    if ticket.status != TicketStatus::Closed || feedback.is_empty() {
        return;
    }
    let said = draft.entries.iter().any(|entry| {
        matches!(&entry.change, Change::Replied { message } if message.text.contains(feedback))
    });
    if said {
        return;
    }
    draft.say(&words::FEEDBACK, &ticket.title, feedback);
}

impl Draft<'_> {
    /// What the customer speaks, as far as it is known.
    pub(crate) fn language(&self) -> Option<String> {
        let here = self.state.language.clone();
        here.or_else(|| self.account.language.clone())
    }

    /// The host itself says this to the customer; `title` and `text` fill the places of the words.
    pub(crate) fn say(&mut self, words: &Words, title: &str, text: &str) {
        let language = self.language();
        let fallback = self.desk.languages.first().map(String::as_str);
        let text = words.say(language.as_deref(), fallback, title, text);
        self.say_text(text);
    }

    /// The host itself says this to the customer, whose language it is in already.
    pub(crate) fn say_text(&mut self, text: String) {
        let language = self.language();
        let sources = Vec::new();
        let reply = Reply {
            text,
            language,
            sources,
        };
        self.reply("host", Author::Host, reply);
    }
}
