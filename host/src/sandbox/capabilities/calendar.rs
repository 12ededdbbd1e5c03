//! The desk's business hours. Grant `calendar`.

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::super::contract::v0_1::switchboard::plugin::calendar::Host;
use super::super::grants::Grant;
use super::super::host::Host as Desk;
use super::super::state::HostState;
use super::clock::rfc3339;

impl HostState {
    fn calendar<T: Serialize + DeserializeOwned>(
        &mut self,
        call: &'static str,
        at: &str,
        seconds: Option<u32>,
        live: impl FnOnce(&dyn Desk, Timestamp) -> Result<T, String>,
    ) -> wasmtime::Result<Result<T, String>> {
        self.count()?;
        if let Err(refusal) = self.allow(&Grant::Calendar) {
            return Ok(Err(refusal));
        }
        let at: Timestamp = match at.parse() {
            Ok(at) => at,
            Err(error) => {
                return Ok(Err(format!("{at:?} isn't an RFC 3339 time: {error}")));
            }
        };
        let mut arguments = json!({ "at": at });
        if let (Some(seconds), Value::Object(fields)) = (seconds, &mut arguments) {
            fields.insert("seconds".to_owned(), seconds.into());
        }
        self.ask(call, arguments, |host| live(host, at))
    }

    fn moment(
        &self,
        answer: wasmtime::Result<Result<Timestamp, String>>,
    ) -> wasmtime::Result<Result<String, String>> {
        Ok(answer?.map(|at| rfc3339(at, self.now.time_zone())))
    }
}

impl Host for HostState {
    fn is_open(&mut self, at: String) -> wasmtime::Result<Result<bool, String>> {
        self.calendar("calendar.is-open", &at, None, |host, at| host.is_open(at))
    }

    fn next_open(&mut self, at: String) -> wasmtime::Result<Result<String, String>> {
        let answer = self.calendar("calendar.next-open", &at, None, |host, at| {
            host.next_open(at)
        });
        self.moment(answer)
    }

    fn end_of_day(&mut self, at: String) -> wasmtime::Result<Result<String, String>> {
        let answer = self.calendar("calendar.end-of-day", &at, None, |host, at| {
            host.end_of_day(at)
        });
        self.moment(answer)
    }

    fn add_business_seconds(
        &mut self,
        start: String,
        seconds: u32,
    ) -> wasmtime::Result<Result<String, String>> {
        let call = "calendar.add-business-seconds";
        let answer = self.calendar(call, &start, Some(seconds), |host, start| {
            host.add_business_seconds(start, seconds)
        });
        self.moment(answer)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;

    #[test]
    fn without_the_grant_nothing_is_told() {
        let mut state = testing::state(testing::nothing());
        let at = "2026-03-10T12:00:00+08:00".to_owned();
        assert!(state.is_open(at.clone()).unwrap().is_err());
        assert!(state.end_of_day(at).unwrap().is_err());
    }

    #[test]
    fn times_go_in_and_out_with_any_offset() {
        let mut state = testing::state(testing::granted(&[Grant::Calendar]));
        assert!(
            state
                .is_open("2026-03-10T04:00:00Z".to_owned())
                .unwrap()
                .unwrap()
        );
        assert_eq!(
            state
                .add_business_seconds("2026-03-10T04:00:00Z".to_owned(), 60)
                .unwrap()
                .unwrap(),
            "2026-03-10T12:01:00+08:00"
        );
        assert_eq!(state.host_calls[1].arguments["seconds"], 60);
    }

    #[test]
    fn what_isnt_a_time_is_told_to_the_plugin() {
        let mut state = testing::state(testing::granted(&[Grant::Calendar]));
        let error = state.next_open("tomorrow".to_owned()).unwrap().unwrap_err();
        assert!(error.contains("isn't an RFC 3339 time"), "{error}");
        assert!(state.host_calls.is_empty());
    }
}
