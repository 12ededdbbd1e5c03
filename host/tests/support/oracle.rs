//! Holds what is in a data directory against what customers were told.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::Path;

use serde::de::DeserializeOwned;
use serde_json::Value;
use switchboard::model::{
    Account, Author, Change, Conversation, InvocationResult, Message, Occurrence, Run, Ticket,
    TicketKind, TicketStatus,
};
use switchboard::store::{KeyRange, SledStore, Store, Table, decode_record};

use super::customer::{Contact, is_complaint};

/// How many rows are read at once.
const PAGE: usize = 500;

/// Everything in a data directory that a customer could have been told of.
struct Found {
    conversations: Vec<Conversation>,
    messages: BTreeMap<String, Vec<Message>>,
    runs: BTreeMap<String, Vec<Run>>,
    tickets: Vec<Ticket>,
    timers: BTreeSet<(String, String)>,
}

/// What was checked.
#[derive(Debug, Default)]
pub(crate) struct Checked {
    pub(crate) contacts: usize,
    pub(crate) acknowledged: usize,
    /// Messages that are there although nobody was told yet.
    pub(crate) not_told: usize,
    pub(crate) runs: usize,
    pub(crate) complaint_tickets: usize,
    pub(crate) failures: BTreeMap<String, usize>,
}

/// Opens the data directory, which no host may have open, and checks all of it.
pub(crate) fn check(data: &Path, contacts: &[Contact]) -> Checked {
    check_store(&SledStore::open(data).unwrap(), contacts)
}

/// Checks all of an open store.
pub(crate) fn check_store(store: &SledStore, contacts: &[Contact]) -> Checked {
    let sound = store.verify().unwrap();
    assert!(sound.is_sound(), "{sound:?}");
    let found = Found::read(store);
    let mut checked = Checked::default();
    let by_contact = found.by_contact();
    for contact in contacts {
        match by_contact.get(contact.name.as_str()) {
            Some(conversation) => found.check_contact(contact, conversation, &mut checked),
            None => assert!(
                contact.acknowledged.is_empty(),
                "{}: nothing is there",
                contact.name
            ),
        }
    }
    let known: BTreeSet<&str> = contacts
        .iter()
        .map(|contact| contact.name.as_str())
        .collect();
    assert!(
        by_contact.keys().all(|contact| known.contains(contact)),
        "a conversation of nobody"
    );
    found.check_indexes(store);
    checked
}

/// Asks a running host for each conversation and compares the customers' texts in it with what was acknowledged.
pub(crate) fn check_over_http(agent: &ureq::Agent, address: SocketAddr, contacts: &[Contact]) {
    for contact in contacts {
        let Some(first) = contact.acknowledged.first() else {
            continue;
        };
        let id = first.json()["conversation"].as_str().unwrap().to_owned();
        let mut there = Vec::new();
        let mut after = Some(0);
        while let Some(number) = after {
            let url =
                format!("http://{address}/api/v1/conversations/{id}?after={number}&limit=200");
            let page: Value = agent
                .get(url)
                .call()
                .unwrap()
                .body_mut()
                .read_json()
                .unwrap();
            let messages = page["messages"].as_array().unwrap();
            let received = messages
                .iter()
                .filter(|message| message["author"] == "customer");
            there.extend(received.map(|message| message["text"].as_str().unwrap().to_owned()));
            after = page["later"].as_u64();
        }
        let sent: Vec<&str> = contact
            .acknowledged
            .iter()
            .map(|sent| sent.text.as_str())
            .collect();
        assert_eq!(
            there, sent,
            "{}: what the API shows, and what was sent",
            contact.name
        );
    }
}

/// Every row of a table, in order.
pub(crate) fn rows<T: DeserializeOwned>(store: &SledStore, table: Table) -> Vec<T> {
    let mut last = Vec::new();
    let mut all = Vec::new();
    loop {
        let rows = store
            .scan(table, KeyRange::all().after(&last), PAGE)
            .unwrap();
        let Some((key, _)) = rows.last() else {
            return all;
        };
        last.clone_from(key);
        all.extend(
            rows.iter()
                .map(|(key, value)| decode_record::<T>(table, key, value).unwrap()),
        );
    }
}

fn count(store: &SledStore, table: Table) -> usize {
    let mut last = Vec::new();
    let mut count = 0;
    loop {
        let rows = store
            .scan(table, KeyRange::all().after(&last), PAGE)
            .unwrap();
        let Some((key, _)) = rows.last() else {
            return count;
        };
        last.clone_from(key);
        count += rows.len();
    }
}

/// The conversation that the id of a message or run names.
pub(crate) fn conversation_of(id: &str) -> String {
    let bare = id.split_once('_').unwrap().1.rsplit_once('_').unwrap().0;
    format!("con_{bare}")
}

impl Found {
    fn read(store: &SledStore) -> Self {
        let mut messages: BTreeMap<String, Vec<Message>> = BTreeMap::new();
        for message in rows::<Vec<Message>>(store, Table::Message)
            .into_iter()
            .flatten()
        {
            messages
                .entry(conversation_of(message.id.as_str()))
                .or_default()
                .push(message);
        }
        let mut runs: BTreeMap<String, Vec<Run>> = BTreeMap::new();
        for run in rows::<Run>(store, Table::Run) {
            runs.entry(conversation_of(run.id.as_str()))
                .or_default()
                .push(run);
        }
        let timers = rows::<Value>(store, Table::Timer)
            .into_iter()
            .filter_map(|row| {
                let of = |name: &Value| name.as_str().map(str::to_owned);
                (row["what"]["due"] == "timer")
                    .then(|| Some((of(&row["conversation"])?, of(&row["what"]["name"])?)))?
            });
        Self {
            conversations: rows(store, Table::Conversation),
            messages,
            runs,
            tickets: rows(store, Table::Ticket),
            timers: timers.collect(),
        }
    }

    /// Each contact's conversation: one, because none was resolved.
    fn by_contact(&self) -> BTreeMap<&str, &Conversation> {
        let mut by_contact = BTreeMap::new();
        for conversation in &self.conversations {
            let twice = by_contact.insert(conversation.contact.as_str(), conversation);
            assert!(
                twice.is_none(),
                "{} has two conversations",
                conversation.contact
            );
        }
        by_contact
    }

    fn check_contact(&self, contact: &Contact, conversation: &Conversation, checked: &mut Checked) {
        let id = conversation.id.as_str();
        let name = &contact.name;
        let messages = self.messages.get(id).map(Vec::as_slice).unwrap_or_default();
        let runs = self.runs.get(id).map(Vec::as_slice).unwrap_or_default();
        check_conversation(conversation, messages, runs);
        check_received(contact, conversation, messages, runs);
        self.check_service(conversation, messages, runs, checked);
        let timers = self
            .timers
            .iter()
            .filter(|(of, _)| of == id)
            .map(|(_, timer)| timer.as_str());
        let expected: BTreeSet<&str> = conversation
            .timers
            .iter()
            .map(|timer| timer.name.as_str())
            .collect();
        assert_eq!(timers.collect::<BTreeSet<_>>(), expected, "{name}: timers");
        checked.contacts += 1;
        checked.acknowledged += contact.acknowledged.len();
        let there = messages
            .iter()
            .filter(|message| message.author == Author::Customer)
            .count();
        checked.not_told += there - contact.acknowledged.len();
        checked.runs += runs.len();
        for invocation in runs.iter().flat_map(|run| &run.invocations) {
            if let InvocationResult::Failed { code, .. } = &invocation.result {
                *checked
                    .failures
                    .entry(format!("{}: {code}", invocation.step))
                    .or_default() += 1;
            }
        }
    }

    /// One greeting, one open ticket a kind, each complaint in it.
    fn check_service(
        &self,
        conversation: &Conversation,
        messages: &[Message],
        runs: &[Run],
        checked: &mut Checked,
    ) {
        let id = &conversation.id;
        let greetings = messages
            .iter()
            .filter(|message| message.author == Author::Step("greeting".to_owned()))
            .count();
        assert_eq!(greetings, 1, "{id}: greetings");

        let tickets: Vec<&Ticket> = self
            .tickets
            .iter()
            .filter(|ticket| ticket.conversation == *id)
            .collect();
        assert_eq!(tickets.len(), conversation.tickets.len(), "{id}: tickets");
        let (mut kinds, mut keys) = (BTreeSet::new(), BTreeSet::new());
        for ticket in &tickets {
            kinds.insert(ticket.kind);
            assert_ne!(
                ticket.status,
                TicketStatus::Closed,
                "{id}: nobody closes tickets here"
            );
            assert!(
                keys.insert(ticket.key.clone()),
                "{id}: two open tickets for {}",
                ticket.key
            );
        }
        let complaints = messages
            .iter()
            .filter(|message| message.author == Author::Customer && is_complaint(&message.text))
            .count();
        if complaints > 0 {
            assert!(
                kinds.contains(&TicketKind::Complaint),
                "{id}: {complaints} complaints and no ticket"
            );
            checked.complaint_tickets += 1;
        }
        for run in runs {
            let of_complaint = |entry: &&switchboard::model::Entry| {
                matches!(&entry.change, Change::TicketOpened { ticket } | Change::TicketAppended { ticket, .. }
                    if ticket.kind == TicketKind::Complaint)
            };
            let filed = run.entries.iter().filter(of_complaint).count();
            let failed = run
                .invocations
                .iter()
                .any(|call| matches!(call.result, InvocationResult::Failed { .. }));
            let complaint = run
                .event
                .message()
                .is_some_and(|message| is_complaint(&message.text));
            assert!(
                filed <= 1,
                "{}: a complaint was filed {filed} times",
                run.id
            );
            assert!(
                !complaint || filed == 1 || failed,
                "{}: a complaint was not filed",
                run.id
            );
        }
    }

    /// Rows that point to others: one for each, and no more.
    fn check_indexes(&self, store: &SledStore) {
        let runs: Vec<&Run> = self.runs.values().flatten().collect();
        let received = runs.iter().filter(|run| is_received(run)).count();
        assert_eq!(count(store, Table::RunByTime), runs.len(), "runs by time");
        assert_eq!(
            count(store, Table::Idempotency),
            received,
            "idempotency keys"
        );
        assert_eq!(
            count(store, Table::IdempotencyByTime),
            received,
            "idempotency keys by time"
        );
        assert_eq!(
            count(store, Table::Identity),
            self.conversations.len(),
            "identities"
        );
        let accounts: Vec<Account> = rows(store, Table::Account);
        assert_eq!(accounts.len(), self.conversations.len(), "accounts");
        let unknown = |id: &&String| {
            self.conversations
                .iter()
                .all(|conversation| conversation.id.as_str() != *id)
        };
        assert_eq!(
            self.messages.keys().chain(self.runs.keys()).find(unknown),
            None,
            "rows of no conversation"
        );
    }
}

/// Whether a run is the first one of a customer's message, not another try of one.
fn is_received(run: &Run) -> bool {
    run.resumed.is_none() && matches!(run.event.what, Occurrence::MessageReceived { .. })
}

/// Messages and runs have no gap, and each message is in exactly one run, as it was there.
fn check_conversation(conversation: &Conversation, messages: &[Message], runs: &[Run]) {
    let id = &conversation.id;
    let numbers: Vec<u32> = messages.iter().map(|message| message.number).collect();
    assert_eq!(
        numbers,
        (1..=conversation.message_count).collect::<Vec<_>>(),
        "{id}: the messages' numbers"
    );
    let numbers: Vec<u32> = runs.iter().map(|run| run.id.parts().unwrap().1).collect();
    assert_eq!(
        numbers,
        (1..=conversation.run_count).collect::<Vec<_>>(),
        "{id}: the runs' numbers"
    );
    let from_runs: Vec<&Message> = runs
        .iter()
        .flat_map(|run| &run.entries)
        .filter_map(|entry| match &entry.change {
            Change::Received { message } | Change::Replied { message } => Some(message),
            _ => None,
        })
        .collect();
    assert_eq!(
        from_runs,
        messages.iter().collect::<Vec<_>>(),
        "{id}: the messages and what the runs say of them"
    );
}

/// What was acknowledged is there once, in order and byte for byte, with the run and the replies that were answered.
fn check_received(
    contact: &Contact,
    conversation: &Conversation,
    messages: &[Message],
    runs: &[Run],
) {
    let name = &contact.name;
    let received: Vec<&Message> = messages
        .iter()
        .filter(|message| message.author == Author::Customer)
        .collect();
    let mut sent: Vec<&str> = contact
        .acknowledged
        .iter()
        .map(|sent| sent.text.as_str())
        .collect();
    if received.len() > sent.len() {
        sent.extend(contact.pending.as_deref());
    }
    let texts: Vec<&str> = received
        .iter()
        .map(|message| message.text.as_str())
        .collect();
    assert_eq!(texts, sent, "{name}: what is there, and what was sent");

    let run_of: BTreeMap<&str, &Run> = runs
        .iter()
        .filter(|run| is_received(run))
        .map(|run| (run.event.message().unwrap().id.as_str(), run))
        .collect();
    assert_eq!(
        run_of.len(),
        received.len(),
        "{name}: a run for each message"
    );
    assert_eq!(
        runs.iter().filter(|run| is_received(run)).count(),
        received.len(),
        "{name}: one run for each message"
    );
    for (sent, message) in contact.acknowledged.iter().zip(&received) {
        let answer = sent.json();
        let run = run_of[message.id.as_str()];
        assert_eq!(
            answer["conversation"],
            conversation.id.as_str(),
            "{name}: {}",
            sent.text
        );
        assert_eq!(
            answer["message"],
            message.id.as_str(),
            "{name}: {}",
            sent.text
        );
        assert_eq!(answer["run"], run.id.as_str(), "{name}: {}", sent.text);
        let told = answer["replies"].as_array().unwrap();
        let told: Vec<_> = told
            .iter()
            .map(|reply| {
                (
                    reply["message"].as_str().unwrap(),
                    reply["text"].as_str().unwrap(),
                )
            })
            .collect();
        let replies: Vec<_> = run
            .entries
            .iter()
            .filter_map(|entry| match &entry.change {
                Change::Replied { message } => Some((message.id.as_str(), message.text.as_str())),
                _ => None,
            })
            .collect();
        assert_eq!(told, replies, "{name}: the replies to {}", sent.text);
    }
}
