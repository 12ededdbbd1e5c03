//! Who changed what, when and from where. Rows are added and never changed.

use std::sync::atomic::Ordering;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Staff, StaffError};
use crate::store::{Batch, KeyRange, Table, decode_record};

/// How many rows are read at once.
const AT_ONCE: usize = 500;
/// How many rows one page looks through.
const LOOKED_THROUGH: usize = 5_000;

/// One line of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditRow {
    /// When.
    pub at: Timestamp,
    /// Who: somebody's name; `token` for a bearer of the access token, with whom it acts for; empty: nobody known.
    pub who: String,
    /// What: the words of the route, such as `conversations take`.
    pub what: String,
    /// On what: its ids.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub on: String,
    /// From where.
    pub from: String,
    /// What came of it, as HTTP has it: below 400 it was done.
    pub status: u16,
    /// What else is to be known; never a secret, never a customer's words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
}

/// Which lines.
#[derive(Clone, Debug, Default)]
pub struct AuditFilter {
    /// Only of this person.
    pub who: Option<String>,
    /// Only where this stands in what was done.
    pub what: Option<String>,
    /// Only on this.
    pub on: Option<String>,
    /// Only at or after this.
    pub from: Option<Timestamp>,
    /// Only before this.
    pub to: Option<Timestamp>,
}

impl AuditFilter {
    fn takes(&self, row: &AuditRow) -> bool {
        self.who.as_ref().is_none_or(|who| row.who.contains(who))
            && self
                .what
                .as_ref()
                .is_none_or(|what| row.what.contains(what))
            && self.on.as_ref().is_none_or(|on| row.on.contains(on))
    }
}

/// Where to go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditMark(Vec<u8>);

impl AuditMark {
    /// As text.
    pub fn to_text(&self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// What [`AuditMark::to_text`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != 24 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let digits = text.as_bytes().chunks(2);
        let bytes = digits.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
        bytes.collect::<Option<_>>().map(Self)
    }
}

/// A page of lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditPage {
    /// Newest first.
    pub rows: Vec<AuditRow>,
    /// Where to go on; none: that was all.
    pub next: Option<AuditMark>,
}

impl Staff {
    /// Writes a line; returns when it is durable.
    ///
    /// # Errors
    /// Where the store refuses.
    pub fn note(&self, row: &AuditRow) -> Result<(), StaffError> {
        let mut key = time(row.at).to_vec();
        let nth = self.nth.fetch_add(1, Ordering::Relaxed);
        key.extend_from_slice(&nth.to_be_bytes());
        let mut batch = Batch::new();
        batch.put_json(Table::Audit, key, row);
        Ok(self.store.commit(batch)?)
    }

    /// Lines of the log, newest first. A page looks through a bounded number, so it may be short and have a next one.
    ///
    /// # Errors
    /// Where the store can't be read.
    pub fn audit(
        &self,
        filter: &AuditFilter,
        after: Option<&AuditMark>,
        limit: usize,
    ) -> Result<AuditPage, StaffError> {
        let from = filter.from.map(time);
        let to = filter.to.map(time);
        let mut mark = after.cloned();
        let mut rows = Vec::new();
        let mut looked = 0;
        loop {
            let mut range = KeyRange::all().reverse();
            if let Some(from) = &from {
                range = range.from(from);
            }
            let before = mark.as_ref().map(|AuditMark(key)| key.as_slice());
            let to = to.as_ref().map(<[u8; 8]>::as_slice);
            if let Some(before) = before.or(to) {
                range = range.before(before);
            }
            let found = self.store.scan(Table::Audit, range, AT_ONCE)?;
            let whole = found.len() == AT_ONCE;
            for (key, value) in found {
                let row: AuditRow = decode_record(Table::Audit, &key, &value)?;
                mark = Some(AuditMark(key));
                looked += 1;
                if filter.takes(&row) {
                    rows.push(row);
                }
                if rows.len() == limit || looked == LOOKED_THROUGH {
                    return Ok(AuditPage { rows, next: mark });
                }
            }
            if !whole {
                return Ok(AuditPage { rows, next: None });
            }
        }
    }
}

/// Key order is the order of time.
fn time(at: Timestamp) -> [u8; 8] {
    ((at.as_millisecond() as u64) ^ (1 << 63)).to_be_bytes()
}
