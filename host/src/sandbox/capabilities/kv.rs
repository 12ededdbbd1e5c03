//! The step's own memory. Grant `kv`.
//!
//! Writes are buffered with the call and lie over what the desk answers; the engine commits them with the run, or
//! drops them all. A plugin names a scope and a key and nothing else: which plugin, conversation and account they
//! belong to, the engine says.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::json;

use super::super::call::FailureCode;
use super::super::contract::v0_1::switchboard::plugin::kv::{Entry, Host, KvError, Scope};
use super::super::grants::Grant;
use super::super::host::KvUsage;
use super::super::state::{HostState, Stop};
use crate::model::{KvScope, KvWrite};

/// More entries than this aren't given by one scan.
const MOST_ENTRIES: u32 = 1_000;

/// A value as the trace keeps it: text where it is text, so that people can read it.
#[derive(Clone, Debug, PartialEq)]
pub(in super::super) struct Bytes(Vec<u8>);

#[derive(Serialize, Deserialize)]
enum BytesForm {
    #[serde(rename = "text")]
    Text(String),
    #[serde(rename = "base64")]
    Base64(String),
}

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match std::str::from_utf8(&self.0) {
            Ok(text) => BytesForm::Text(text.to_owned()),
            Err(_) => BytesForm::Base64(BASE64.encode(&self.0)),
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match BytesForm::deserialize(deserializer)? {
            BytesForm::Text(text) => Ok(Self(text.into_bytes())),
            BytesForm::Base64(text) => BASE64.decode(text).map(Self).map_err(D::Error::custom),
        }
    }
}

/// The writes of one call, one entry a key, in the order of the first write to each.
#[derive(Default)]
pub(in super::super) struct KvBuffer {
    writes: Vec<KvWrite>,
    /// Writes so far; a key written twice counts twice.
    count: usize,
    /// What each space held when the call first wrote to it.
    usage: std::collections::BTreeMap<KvScope, KvUsage>,
}

impl KvBuffer {
    fn find(&self, scope: KvScope, key: &str) -> Option<&KvWrite> {
        self.writes
            .iter()
            .find(|write| write.scope == scope && write.key == key)
    }

    fn put(&mut self, scope: KvScope, key: String, value: Option<Vec<u8>>) {
        let same = |write: &&mut KvWrite| write.scope == scope && write.key == key;
        match self.writes.iter_mut().find(same) {
            Some(write) => write.value = value,
            None => self.writes.push(KvWrite { scope, key, value }),
        }
    }

    /// What the buffered writes add at most: the values that they replace aren't subtracted.
    fn added(&self, scope: KvScope) -> KvUsage {
        let sets = self.writes.iter().filter_map(|write| {
            let value = write.value.as_ref().filter(|_| write.scope == scope)?;
            Some((write.key.len() + value.len()) as u64)
        });
        sets.fold(KvUsage::default(), |sum, bytes| KvUsage {
            keys: sum.keys + 1,
            bytes: sum.bytes + bytes,
        })
    }

    pub(in super::super) fn finish(self) -> Vec<KvWrite> {
        self.writes
    }
}

/// A question's result: refused in words that the plugin gets, or a stop of the call.
type Answer<T> = wasmtime::Result<Result<T, KvError>>;

fn host_error(reason: String) -> wasmtime::Error {
    Stop::error(
        FailureCode::Host,
        format!("the key-value space can't be read: {reason}"),
    )
}

impl HostState {
    fn kv_allowed(&mut self, key: Option<&str>) -> Answer<()> {
        self.count()?;
        if let Err(refusal) = self.allow(&Grant::Kv) {
            return Ok(Err(KvError::NoGrant(refusal)));
        }
        let most = self.limits.kv_key_bytes;
        match key {
            Some(key) if key.is_empty() || key.len() > most => Ok(Err(KvError::InvalidKey(
                format!("a key has 1 to {most} bytes, this one {}", key.len()),
            ))),
            _ => Ok(Ok(())),
        }
    }

    /// The value as this call sees it.
    fn kv_read(&mut self, scope: KvScope, key: &str) -> wasmtime::Result<Option<Vec<u8>>> {
        if let Some(write) = self.kv.find(scope, key) {
            let value = write.value.clone();
            self.pass(value.as_ref().map_or(0, Vec::len))?;
            return Ok(value);
        }
        self.kv_committed(scope, key)
    }

    fn kv_committed(&mut self, scope: KvScope, key: &str) -> wasmtime::Result<Option<Vec<u8>>> {
        let arguments = json!({ "scope": scope, "key": key });
        let answer = self.ask("kv.get", arguments, |host| {
            host.kv_get(scope, key).map(|value| value.map(Bytes))
        })?;
        Ok(answer.map_err(host_error)?.map(|bytes| bytes.0))
    }

    /// Whether the write fits the quotas; in words if not.
    fn kv_fits(
        &mut self,
        scope: KvScope,
        key: &str,
        value: &[u8],
    ) -> wasmtime::Result<Result<(), String>> {
        let limits = &self.limits;
        let (most_keys, most_bytes) = (limits.kv_keys, limits.kv_bytes);
        if value.len() > limits.kv_value_bytes {
            return Ok(Err(format!(
                "a value has at most {} bytes, this one {}",
                limits.kv_value_bytes,
                value.len()
            )));
        }
        let usage = match self.kv.usage.get(&scope) {
            Some(usage) => *usage,
            None => {
                let arguments = json!({ "scope": scope });
                let usage = self.ask("kv.usage", arguments, |host| host.kv_usage(scope))?;
                let usage = usage.map_err(host_error)?;
                self.kv.usage.insert(scope, usage);
                usage
            }
        };
        let added = self.kv.added(scope);
        let mut keys = usage.keys + added.keys + 1;
        let mut bytes = usage.bytes + added.bytes + (key.len() + value.len()) as u64;
        if keys <= most_keys && bytes <= most_bytes {
            return Ok(Ok(()));
        }
        // Near the quota, a write that replaces a value counts only for what it adds.
        if let Some(old) = self.kv_read(scope, key)? {
            keys -= 1;
            bytes = bytes.saturating_sub((key.len() + old.len()) as u64);
        }
        if keys > most_keys {
            return Ok(Err(format!("this space has its {most_keys} keys already")));
        }
        if bytes > most_bytes {
            return Ok(Err(format!(
                "this space would hold more than its {most_bytes} bytes"
            )));
        }
        Ok(Ok(()))
    }

    fn kv_write(&mut self, scope: KvScope, key: String, value: Option<Vec<u8>>) -> Answer<()> {
        self.pass(key.len() + value.as_ref().map_or(0, Vec::len))?;
        let most = self.limits.kv_writes;
        if self.kv.count >= most {
            return Ok(Err(KvError::Quota(format!(
                "a call writes at most {most} times"
            ))));
        }
        if let Some(value) = &value
            && let Err(reason) = self.kv_fits(scope, &key, value)?
        {
            return Ok(Err(KvError::Quota(reason)));
        }
        self.kv.count += 1;
        self.kv.put(scope, key, value);
        Ok(Ok(()))
    }
}

macro_rules! allowed {
    ($allowed:expr) => {
        if let Err(refusal) = $allowed? {
            return Ok(Err(refusal));
        }
    };
}

impl Host for HostState {
    fn get(&mut self, scope: Scope, key: String) -> Answer<Option<Vec<u8>>> {
        allowed!(self.kv_allowed(Some(&key)));
        self.kv_read(scope.into(), &key).map(Ok)
    }

    fn set(&mut self, scope: Scope, key: String, value: Vec<u8>) -> Answer<()> {
        allowed!(self.kv_allowed(Some(&key)));
        self.kv_write(scope.into(), key, Some(value))
    }

    fn remove(&mut self, scope: Scope, key: String) -> Answer<()> {
        allowed!(self.kv_allowed(Some(&key)));
        self.kv_write(scope.into(), key, None)
    }

    fn compare_and_set(
        &mut self,
        scope: Scope,
        key: String,
        expected: Option<Vec<u8>>,
        value: Vec<u8>,
    ) -> Answer<bool> {
        allowed!(self.kv_allowed(Some(&key)));
        let scope = scope.into();
        if self.kv_read(scope, &key)? != expected {
            return Ok(Ok(false));
        }
        Ok(self.kv_write(scope, key, Some(value))?.map(|()| true))
    }

    fn scan(
        &mut self,
        scope: Scope,
        prefix: String,
        after: Option<String>,
        limit: u32,
    ) -> Answer<Vec<Entry>> {
        allowed!(self.kv_allowed(None));
        let scope: KvScope = scope.into();
        let limit = limit.min(MOST_ENTRIES);
        let wanted = |key: &str| {
            key.starts_with(&prefix) && after.as_deref().is_none_or(|after| key > after)
        };
        let buffered: Vec<(String, Option<Vec<u8>>)> = self
            .kv
            .writes
            .iter()
            .filter(|write| write.scope == scope && wanted(&write.key))
            .map(|write| (write.key.clone(), write.value.clone()))
            .collect();
        // Each buffered write may hide one of the desk's keys.
        let asked = limit.saturating_add(u32::try_from(buffered.len()).unwrap_or(u32::MAX));
        let arguments = json!({ "scope": scope, "prefix": prefix, "after": after, "limit": asked });
        let answer = self.ask("kv.scan", arguments, |host| {
            let rows = host.kv_scan(scope, &prefix, after.as_deref(), asked)?;
            let rows = rows.into_iter().map(|(key, value)| (key, Bytes(value)));
            Ok::<_, String>(rows.collect::<Vec<_>>())
        })?;
        let rows = answer.map_err(host_error)?;
        Ok(Ok(overlay(rows, buffered, asked, limit)))
    }
}

/// The desk's rows with the call's own writes over them.
fn overlay(
    rows: Vec<(String, Bytes)>,
    buffered: Vec<(String, Option<Vec<u8>>)>,
    asked: u32,
    limit: u32,
) -> Vec<Entry> {
    let full = rows.len() >= asked as usize;
    // Beyond the last row of a full answer the desk may have more, so nothing may be shown from there.
    let horizon = if full {
        rows.last().map(|(key, _)| key.clone())
    } else {
        None
    };
    let mut merged: BTreeMap<String, Vec<u8>> = rows
        .into_iter()
        .map(|(key, value)| (key, value.0))
        .collect();
    for (key, value) in buffered {
        if horizon.as_ref().is_some_and(|horizon| key > *horizon) {
            continue;
        }
        match value {
            Some(value) => merged.insert(key, value),
            None => merged.remove(&key),
        };
    }
    merged
        .into_iter()
        .take(limit as usize)
        .map(|(key, value)| Entry { key, value })
        .collect()
}

impl From<Scope> for KvScope {
    fn from(scope: Scope) -> Self {
        match scope {
            Scope::Conversation => Self::Conversation,
            Scope::Account => Self::Account,
            Scope::Desk => Self::Desk,
        }
    }
}

#[cfg(test)]
#[path = "kv_tests.rs"]
mod tests;
