//! Data directories in which much is stored.
//!
//! A month is played in virtual time: each day somebody asks, complains, wants a person, and asks what nobody knows.
//! These conversations are then copied row by row under other ids, so that what is stored is what the host itself wrote.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use switchboard::engine::simulate::{Simulation, parse};
use switchboard::model::ConversationId;
use switchboard::sandbox::{Sandbox, SandboxConfig};
use switchboard::staff::{AuditRow, Role, Staff};
use switchboard::store::{Batch, SledStore, Store, Table, for_each_row};
use switchboard::workflow::{Desk, DeskFiles};

/// Lines of the audit log.
const AUDITED: u32 = 100_000;
/// The days over which they are spread.
const DAYS: i64 = 30;
/// What customers of a day do, and how many of a hundred do it.
const SHARES: [(&str, usize); 4] = [
    ("asks", 70),
    ("complains", 12),
    ("person", 12),
    ("nobody", 6),
];
/// How many copies are committed together.
const TOGETHER: usize = 400;

/// The tables whose rows tell of one conversation. Timers stay away: what has ended wakes nobody.
const OF_CONVERSATION: &[Table] = &[
    Table::Account,
    Table::Identity,
    Table::Conversation,
    Table::Message,
    Table::Run,
    Table::RunByTime,
    Table::Ticket,
    Table::Promise,
    Table::ConversationByTime,
];

/// Who looks.
const WHO: &str = "he-min";

/// What was stored.
pub(crate) struct Stored {
    /// A session of somebody who may see everything.
    pub(crate) session: String,
    /// Messages of customers, steps and people, as far as they were copied.
    pub(crate) messages: u64,
}

/// Stores a month of about so many conversations, and an audit log.
pub(crate) fn fill(folder: &Path, conversations: usize) -> anyhow::Result<Stored> {
    let store: Arc<dyn Store> = Arc::new(SledStore::open(folder)?);
    let now = Timestamp::now();
    let begin = now - SignedDuration::from_hours(24 * DAYS);
    let sandbox = Arc::new(Sandbox::new(SandboxConfig::in_process())?);
    let desk = Desk::load(&DeskFiles::Embedded);
    let desk = Arc::new(desk.map_err(|problems| anyhow::anyhow!("{problems:?}"))?);
    let mut simulation = Simulation::new(desk, sandbox, Arc::clone(&store), begin)?;
    let days = if conversations == 0 { 1 } else { DAYS };
    let scenario = scenario(begin, days);
    let lines = parse(&scenario).map_err(|problems| anyhow::anyhow!("{problems:?}"))?;
    for line in &lines {
        simulation.play(line, |_| ())?;
    }
    drop(simulation);
    let mut messages = 0;
    if conversations > 0 {
        messages = copies(store.as_ref(), conversations)?;
        audited(store.as_ref(), begin)?;
    }
    let staff = Staff::new(Arc::clone(&store));
    staff.add(WHO, Role::Administrator, "correct horse battery", now)?;
    let person = staff.person(WHO)?.context("somebody was added")?;
    Ok(Stored {
        session: staff.begin_session(&person, false, "::1", now)?,
        messages,
    })
}

/// Each day the same, but for the names.
fn scenario(begin: Timestamp, days: i64) -> String {
    let mut text = String::new();
    let mut put = |line: Value| {
        text.push_str(&line.to_string());
        text.push('\n');
    };
    for day in 0..days {
        let at = |minutes: i64| {
            (begin + SignedDuration::from_mins(day * 24 * 60 + 60 + minutes)).to_string()
        };
        let said = |minutes, who: &str, text: &str| json!({"at": at(minutes), "do": "message", "contact": format!("{who}-{day}"), "text": text});
        put(said(0, "asks", "运费多少？"));
        put(said(
            1,
            "complains",
            "收到的积木少了两块，我要投诉，没人理我！",
        ));
        put(said(2, "nobody", "Do you sell tickets to the moon?"));
        put(json!({"at": at(3), "do": "presence", "agent": "zhang-wei", "status": "online"}));
        put(said(4, "person", "我要转人工"));
        let contact = format!("person-{day}");
        put(json!({"at": at(5), "do": "take", "agent": "zhang-wei", "contact": contact}));
        let reply = "您好，已经为您查到订单，今天发货。";
        put(
            json!({"at": at(6), "do": "agent-reply", "agent": "zhang-wei", "contact": contact, "text": reply}),
        );
        put(json!({"at": at(7), "do": "resolve", "agent": "zhang-wei", "contact": contact}));
        put(said(8, "person", "2"));
    }
    text
}

/// Everything that tells of one conversation.
#[derive(Default)]
struct Original {
    ids: Vec<String>,
    rows: Vec<(Table, Vec<u8>, Vec<u8>)>,
    share: usize,
    messages: u64,
}

/// Copies what is stored until there are so many conversations; gives how many messages that made.
fn copies(store: &dyn Store, wanted: usize) -> anyhow::Result<u64> {
    let mut originals: Vec<Original> = Vec::new();
    let mut of_id: HashMap<String, usize> = HashMap::new();
    for_each_row(store, Table::Conversation, b"", |(_, value)| {
        let state: Value = serde_json::from_slice(&value).unwrap_or_default();
        let text = |field: &str| state.get(field).and_then(Value::as_str).unwrap_or_default();
        let contact = text("contact").to_owned();
        let share = SHARES.iter().find(|(kind, _)| contact.starts_with(kind));
        let mut ids = vec![text("id").to_owned(), text("account").to_owned()];
        for list in ["tickets", "promises"] {
            let rows = state.get(list).and_then(Value::as_array).into_iter();
            let named = rows.flatten().filter_map(|row| row.get("id")?.as_str());
            ids.extend(named.map(str::to_owned));
        }
        for id in &ids {
            of_id.insert(bare(id).to_owned(), originals.len());
        }
        originals.push(Original {
            ids,
            rows: Vec::new(),
            share: share.map_or(0, |(_, share)| *share),
            messages: state
                .get("message_count")
                .and_then(Value::as_u64)
                .unwrap_or_default(),
        });
        Ok(())
    })?;
    for table in OF_CONVERSATION {
        for_each_row(store, *table, b"", |(key, value)| {
            let named = id_in(&key, &of_id).or_else(|| id_in(&value, &of_id));
            if let Some(original) = named.and_then(|nth| originals.get_mut(nth)) {
                original.rows.push((*table, key, value));
            }
            Ok(())
        })?;
    }
    let days = usize::try_from(DAYS)?;
    let mut batch = Batch::new();
    let mut in_batch = 0;
    let mut messages = 0;
    for original in &originals {
        for nth in 1..=wanted * original.share / 100 / days {
            original.copy(nth, &mut batch);
            messages += original.messages;
            in_batch += 1;
            if in_batch % TOGETHER == 0 {
                store.commit(std::mem::take(&mut batch))?;
            }
        }
    }
    store.commit(batch)?;
    Ok(messages)
}

/// An id without its kind.
fn bare(id: &str) -> &str {
    id.split_once('_').map_or(id, |(_, bare)| bare)
}

/// The first known id that stands there.
fn id_in(bytes: &[u8], of_id: &HashMap<String, usize>) -> Option<usize> {
    const LENGTH: usize = 32;
    bytes.windows(LENGTH).find_map(|part| {
        let is_hex = part.iter().all(u8::is_ascii_hexdigit);
        let text = is_hex.then(|| std::str::from_utf8(part).ok())??;
        of_id.get(text).copied()
    })
}

impl Original {
    /// The same under other ids of the same length.
    fn copy(&self, nth: usize, batch: &mut Batch) {
        let others: Vec<(Vec<u8>, Vec<u8>)> = self
            .ids
            .iter()
            .map(|id| {
                let id = bare(id);
                let (kept, digits) = id.split_at(id.len().saturating_sub(12));
                let number = u64::from_str_radix(digits, 16).unwrap_or_default();
                let number = number.wrapping_add(nth as u64) & 0xffff_ffff_ffff;
                (id.into(), format!("{kept}{number:012x}").into())
            })
            .collect();
        for (table, key, value) in &self.rows {
            let mut key = with(key, &others);
            if *table == Table::Identity {
                // An identity isn't named after its account: each copy would be the same row.
                key.extend_from_slice(nth.to_string().as_bytes());
            }
            batch.put(*table, key, with(value, &others));
        }
    }
}

/// Bytes with other ids in them.
fn with(bytes: &[u8], others: &[(Vec<u8>, Vec<u8>)]) -> Vec<u8> {
    let mut out = bytes.to_vec();
    let mut at = 0;
    while at < out.len() {
        let rest = out.get_mut(at..).unwrap_or_default();
        let found = others.iter().find(|(id, _)| rest.starts_with(id));
        match found.and_then(|(id, other)| rest.get_mut(..id.len()).zip(Some(other))) {
            Some((place, other)) => {
                place.copy_from_slice(other);
                at += other.len();
            }
            None => at += 1,
        }
    }
    out
}

/// Lines of the audit log, over the month.
fn audited(store: &dyn Store, begin: Timestamp) -> anyhow::Result<()> {
    let mut batch = Batch::new();
    for nth in 0..AUDITED {
        let at = begin
            + SignedDuration::from_secs(i64::from(nth) * DAYS * 24 * 3600 / i64::from(AUDITED));
        let row = AuditRow {
            at,
            who: if nth % 2_000 == 0 {
                "zhang-wei"
            } else {
                "lin-mei"
            }
            .to_owned(),
            what: "conversations take".to_owned(),
            on: ConversationId::from_random(nth.into()).to_string(),
            from: "::1".to_owned(),
            status: 303,
            detail: String::new(),
        };
        let mut key = ((at.as_millisecond() as u64) ^ (1 << 63))
            .to_be_bytes()
            .to_vec();
        key.extend_from_slice(&nth.to_be_bytes());
        batch.put_json(Table::Audit, key, &row);
        if nth % 5_000 == 4_999 {
            store.commit(std::mem::take(&mut batch))?;
        }
    }
    store.commit(batch)?;
    Ok(())
}
