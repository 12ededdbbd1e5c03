//! What the host keeps for one call: born with the store, gone with it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Zoned;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::call::{Call, FailureCode};
use super::capabilities::kv::KvBuffer;
use super::capabilities::log::LogBuffer;
use super::capabilities::wasi::Wasi;
use super::contract::v0_1::switchboard::plugin::types;
use super::epoch::{OutsideTime, thread_time};
use super::grants::{Grant, Grants};
use super::host::{Host, HostSide};
use super::limits::{Limiter, Limits};
use crate::egress::Within;
use crate::model::HostCall;

/// Why the host stopped a plugin: travels through wasmtime as the trap's error.
#[derive(Debug, thiserror::Error)]
#[error("{reason}")]
pub(super) struct Stop {
    pub(super) code: FailureCode,
    pub(super) reason: String,
}

impl Stop {
    pub(super) fn error(code: FailureCode, reason: impl Into<String>) -> wasmtime::Error {
        wasmtime::Error::from(Self {
            code,
            reason: reason.into(),
        })
    }
}

/// The data of one store.
pub(super) struct HostState {
    pub(super) limiter: Limiter,
    pub(super) limits: Limits,
    pub(super) now: Zoned,
    pub(super) config: String,
    pub(super) random: ChaCha8Rng,
    pub(super) log: LogBuffer,
    pub(super) kv: KvBuffer,
    /// Only for components that import WASI: nobody else pays for it.
    pub(super) wasi: Option<Box<Wasi>>,
    pub(super) host_calls: Vec<HostCall>,
    /// Questions so far, refused ones too.
    pub(super) asked: u32,
    /// Processor time so far, as of the last look at it.
    pub(super) computed: Duration,
    /// What requests to servers of others took.
    pub(super) outside: OutsideTime,
    /// How many there were.
    pub(super) requests: u32,
    pub(super) grants: Grants,
    host: HostSide,
    /// Answers of the recording used so far.
    replayed: usize,
    /// Bytes that passed so far.
    passed: usize,
}

impl HostState {
    pub(super) fn new(call: &Call<'_>, wasi: bool) -> Self {
        let limits = call.limits.clone();
        let random = ChaCha8Rng::from_seed(call.seed);
        Self {
            limiter: Limiter::new(&limits),
            log: LogBuffer::new(limits.log_lines, limits.log_line_bytes),
            wasi: wasi.then(|| Box::new(Wasi::new(&call.now, &random, &limits))),
            kv: KvBuffer::default(),
            now: call.now.clone(),
            config: call.config.to_owned(),
            random,
            host_calls: Vec::new(),
            asked: 0,
            computed: Duration::ZERO,
            outside: OutsideTime::default(),
            requests: 0,
            grants: call.grants.clone(),
            host: call.host.clone(),
            replayed: 0,
            passed: 0,
            limits,
        }
    }

    /// Counts a question; every function of ours begins with this.
    pub(super) fn count(&mut self) -> wasmtime::Result<()> {
        self.asked = self.asked.saturating_add(1);
        if self.asked > self.limits.host_calls {
            return Err(Stop::error(
                FailureCode::HostCallBudget,
                format!(
                    "it asked the host more than {} times in one call",
                    self.limits.host_calls
                ),
            ));
        }
        Ok(())
    }

    /// Counts bytes that pass between plugin and host.
    pub(super) fn pass(&mut self, bytes: usize) -> wasmtime::Result<()> {
        self.passed = self.passed.saturating_add(bytes);
        if self.passed > self.limits.host_data {
            return Err(Stop::error(
                FailureCode::HostData,
                format!(
                    "it passed more than {} bytes to and from the host in one call",
                    self.limits.host_data
                ),
            ));
        }
        Ok(())
    }

    /// Whether there is no desk: the plugin only describes itself.
    pub(super) fn is_described(&self) -> bool {
        matches!(self.host, HostSide::None)
    }

    /// # Errors
    /// The words of the refusal, for the plugin.
    pub(super) fn allow(&self, grant: &Grant) -> Result<(), String> {
        if self.is_described() {
            return Err(format!(
                "{grant} can't be used in describe: there is no desk yet"
            ));
        }
        self.grants.check(grant)
    }

    /// Gets an answer from a server of others, whose time isn't the plugin's own, or from the recording.
    ///
    /// # Errors
    /// As [`HostState::ask`].
    pub(super) fn ask_outside<T: Serialize + DeserializeOwned>(
        &mut self,
        call: &'static str,
        arguments: Value,
        live: impl FnOnce(&dyn Host, Within) -> T,
    ) -> wasmtime::Result<T> {
        let within = Within {
            time: self.limits.http_time.saturating_sub(self.outside.waited),
            body: self.limits.http_body,
        };
        let mut took = OutsideTime::default();
        let answer = self.ask(call, arguments, |host| {
            let (began, computed) = (Instant::now(), thread_time());
            let answer = live(host, within);
            took = OutsideTime {
                waited: began.elapsed(),
                computed: thread_time().saturating_sub(computed),
            };
            answer
        })?;
        self.outside.waited += took.waited;
        self.outside.computed += took.computed;
        Ok(answer)
    }

    /// Counts a request to a server of others.
    ///
    /// # Errors
    /// In words, where there were too many.
    pub(super) fn count_request(&mut self) -> Result<(), String> {
        self.requests = self.requests.saturating_add(1);
        let most = self.limits.http_calls;
        if self.requests > most {
            return Err(format!("a call may send {most} requests; this is one more"));
        }
        Ok(())
    }

    /// Gets an answer from the desk or the recording, and records it.
    ///
    /// # Errors
    /// Stops the call: too much data, or a question that isn't the recorded one.
    pub(super) fn ask<T: Serialize + DeserializeOwned>(
        &mut self,
        call: &'static str,
        arguments: Value,
        live: impl FnOnce(&dyn Host) -> T,
    ) -> wasmtime::Result<T> {
        let question = Question {
            call,
            arguments: &arguments,
        };
        let (answer, recorded) = match &self.host {
            HostSide::Live(host) => question.answered(live(host.as_ref()))?,
            HostSide::Recorded(recording) => {
                let answer = question.replayed(recording.get(self.replayed))?;
                self.replayed += 1;
                answer
            }
            HostSide::Rehearsed {
                recorded,
                live: host,
            } => match question.find(recorded) {
                Some(known) => question.recalled(known)?,
                None => question.answered(live(host.as_ref()))?,
            },
            HostSide::None => {
                return Err(Stop::error(
                    FailureCode::Host,
                    "there is no desk to answer in describe",
                ));
            }
        };
        self.pass(weight(&arguments) + weight(&recorded))?;
        self.host_calls.push(HostCall {
            call: call.to_owned(),
            arguments,
            answer: recorded,
        });
        Ok(answer)
    }
}

/// The interface of types has nothing to answer.
impl types::Host for HostState {}

struct Question<'a> {
    call: &'static str,
    arguments: &'a Value,
}

impl Question<'_> {
    fn is(&self, recorded: &HostCall) -> bool {
        recorded.call == self.call && recorded.arguments == *self.arguments
    }

    fn find<'r>(&self, recorded: &'r Arc<[HostCall]>) -> Option<&'r HostCall> {
        let exact = recorded.iter().find(|known| self.is(known));
        exact.or_else(|| recorded.iter().find(|known| self.is_nearly(known)))
    }

    /// A request is the same one whatever its headers.
    fn is_nearly(&self, recorded: &HostCall) -> bool {
        self.call == super::capabilities::http::SEND
            && recorded.call == self.call
            && ["method", "url", "body"]
                .iter()
                .all(|part| recorded.arguments.get(part) == self.arguments.get(part))
    }

    fn answered<T: Serialize>(&self, answer: T) -> wasmtime::Result<(T, Value)> {
        let recorded = serde_json::to_value(&answer).map_err(|error| {
            Stop::error(
                FailureCode::Host,
                format!("the answer to {} can't be recorded: {error}", self.call),
            )
        })?;
        Ok((answer, recorded))
    }

    fn replayed<T: DeserializeOwned>(
        &self,
        recorded: Option<&HostCall>,
    ) -> wasmtime::Result<(T, Value)> {
        let diverged = |was: String| {
            Stop::error(
                FailureCode::ReplayDivergence,
                format!("it asked {} {}, but {was}", self.call, self.arguments),
            )
        };
        let Some(recorded) = recorded else {
            return Err(diverged("the recorded run asked nothing more".to_owned()));
        };
        if !self.is(recorded) {
            return Err(diverged(format!(
                "the recorded run asked {} {}",
                recorded.call, recorded.arguments
            )));
        }
        self.recalled(recorded)
    }

    fn recalled<T: DeserializeOwned>(&self, recorded: &HostCall) -> wasmtime::Result<(T, Value)> {
        let answer = T::deserialize(&recorded.answer).map_err(|error| {
            Stop::error(
                FailureCode::ReplayDivergence,
                format!(
                    "the recorded answer to {} can't be read: {error}",
                    self.call
                ),
            )
        })?;
        Ok((answer, recorded.answer.clone()))
    }
}

/// About as many bytes as the value has as text.
fn weight(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 8,
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(weight).sum(),
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| name.len() + weight(value))
            .sum(),
    }
}
