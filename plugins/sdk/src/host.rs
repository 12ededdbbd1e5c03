//! What the host offers, as a trait, so that a plugin's behaviour can be tested without a host.

use crate::types::{
    Answer, Contact, Hit, HttpError, KvError, Level, ModelError, Request, Response, Scope,
};

/// The imported interfaces of the world `step`. See `wit/` for the promises and the limits of each.
///
/// Plugins are generic over it: what a plugin never calls is not imported by its component either, so that
/// `switchboard plugin inspect` shows how little it can do. A test passes [`crate::testing::FakeHost`].
pub trait Host {
    /// A line for whoever reads the run later.
    fn log(&self, level: Level, text: &str);
    /// The step's configuration as JSON.
    fn config(&self) -> String;
    /// The time of the run, RFC 3339 with the offset of the desk's zone.
    fn now(&self) -> String;
    /// A number seeded by the run.
    fn random(&self) -> u32;
    /// The value of a key of the step's own memory.
    ///
    /// # Errors
    /// The grant is missing, or the key is not allowed.
    fn kv_get(&self, scope: Scope, key: &str) -> Result<Option<Vec<u8>>, KvError>;
    /// Sets a value of the step's own memory.
    ///
    /// # Errors
    /// The grant is missing, the key is not allowed, or the quota is used up.
    fn kv_set(&self, scope: Scope, key: &str, value: &[u8]) -> Result<(), KvError>;
    /// Sets `value` only where the current value is `expected`; says whether it did.
    ///
    /// # Errors
    /// As [`Host::kv_set`].
    fn kv_compare_and_set(
        &self,
        scope: Scope,
        key: &str,
        expected: Option<&[u8]>,
        value: &[u8],
    ) -> Result<bool, KvError>;
    /// Removes a key of the step's own memory.
    ///
    /// # Errors
    /// As [`Host::kv_get`].
    fn kv_remove(&self, scope: Scope, key: &str) -> Result<(), KvError>;
    /// The desk's articles that answer `query`, best first.
    ///
    /// # Errors
    /// The line to add to the desk, where the grant is missing.
    fn search(&self, query: &str, language: Option<&str>, limit: u32) -> Result<Vec<Hit>, String>;
    /// The article of that id.
    ///
    /// # Errors
    /// As [`Host::search`].
    fn article(&self, id: &str) -> Result<Option<Hit>, String>;
    /// The desk's departments.
    ///
    /// # Errors
    /// As [`Host::search`].
    fn departments(&self) -> Result<Vec<String>, String>;
    /// Who answers for a topic, department, role or name.
    ///
    /// # Errors
    /// As [`Host::search`].
    fn responsible(&self, topic: &str) -> Result<Option<Contact>, String>;
    /// Whether the desk is open.
    ///
    /// # Errors
    /// The grant is missing, or `at` is no time.
    fn is_open(&self, at: &str) -> Result<bool, String>;
    /// The first open moment at or after `at`.
    ///
    /// # Errors
    /// As [`Host::is_open`].
    fn next_open(&self, at: &str) -> Result<String, String>;
    /// The end of the business day that `at` is in, or of the next one.
    ///
    /// # Errors
    /// As [`Host::is_open`].
    fn end_of_day(&self, at: &str) -> Result<String, String>;
    /// The moment when so many seconds of business time have passed.
    ///
    /// # Errors
    /// As [`Host::is_open`].
    fn add_business_seconds(&self, start: &str, seconds: u32) -> Result<String, String>;
    /// Sends a request to a server of others; [`crate::http`] makes one in a line.
    ///
    /// # Errors
    /// The desk doesn't let it out, or nobody answers in time.
    fn send(&self, request: &Request) -> Result<Response, HttpError>;
    /// Asks the desk's language model.
    ///
    /// # Errors
    /// The grant is missing, or it doesn't answer in time.
    fn complete(
        &self,
        instructions: &str,
        text: &str,
        most_tokens: Option<u32>,
    ) -> Result<Answer, ModelError>;
}

/// The host that called the component.
#[derive(Debug, Clone, Copy, Default)]
pub struct Imports;

mod imports {
    pub(super) use crate::bindings::switchboard::plugin::{
        calendar, clock, config, directory, http, knowledge, kv, log, model, random,
    };
}

impl Host for Imports {
    fn log(&self, level: Level, text: &str) {
        imports::log::write(level, text);
    }
    fn config(&self) -> String {
        imports::config::get()
    }
    fn now(&self) -> String {
        imports::clock::now()
    }
    fn random(&self) -> u32 {
        imports::random::next()
    }
    fn kv_get(&self, scope: Scope, key: &str) -> Result<Option<Vec<u8>>, KvError> {
        imports::kv::get(scope, key)
    }
    fn kv_set(&self, scope: Scope, key: &str, value: &[u8]) -> Result<(), KvError> {
        imports::kv::set(scope, key, value)
    }
    fn kv_compare_and_set(
        &self,
        scope: Scope,
        key: &str,
        expected: Option<&[u8]>,
        value: &[u8],
    ) -> Result<bool, KvError> {
        imports::kv::compare_and_set(scope, key, expected, value)
    }
    fn kv_remove(&self, scope: Scope, key: &str) -> Result<(), KvError> {
        imports::kv::remove(scope, key)
    }
    fn search(&self, query: &str, language: Option<&str>, limit: u32) -> Result<Vec<Hit>, String> {
        imports::knowledge::search(query, language, limit)
    }
    fn article(&self, id: &str) -> Result<Option<Hit>, String> {
        imports::knowledge::article(id)
    }
    fn departments(&self) -> Result<Vec<String>, String> {
        imports::directory::departments()
    }
    fn responsible(&self, topic: &str) -> Result<Option<Contact>, String> {
        imports::directory::responsible(topic)
    }
    fn is_open(&self, at: &str) -> Result<bool, String> {
        imports::calendar::is_open(at)
    }
    fn next_open(&self, at: &str) -> Result<String, String> {
        imports::calendar::next_open(at)
    }
    fn end_of_day(&self, at: &str) -> Result<String, String> {
        imports::calendar::end_of_day(at)
    }
    fn add_business_seconds(&self, start: &str, seconds: u32) -> Result<String, String> {
        imports::calendar::add_business_seconds(start, seconds)
    }
    fn send(&self, request: &Request) -> Result<Response, HttpError> {
        imports::http::send(request)
    }
    fn complete(
        &self,
        instructions: &str,
        text: &str,
        most_tokens: Option<u32>,
    ) -> Result<Answer, ModelError> {
        imports::model::complete(instructions, text, most_tokens)
    }
}
