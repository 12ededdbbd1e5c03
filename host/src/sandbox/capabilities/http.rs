//! Servers of others, by HTTP. Granted by the desk's `[[step.http]]`.

use serde_json::json;

use super::super::contract::v0_1::switchboard::plugin::http::{self as wit, Host};
use super::super::contract::v0_1::switchboard::plugin::types;
use super::super::state::HostState;
use crate::egress::{Header, HttpError, Method, Request, Response, Target};

/// What a recorded request is called.
pub(crate) const SEND: &str = "http.send";
/// More headers aren't sent.
const MOST_HEADERS: usize = 32;
/// Nor longer ones.
const LONGEST_HEADERS: usize = 8 << 10;

impl Host for HostState {
    fn send(
        &mut self,
        request: wit::Request,
    ) -> wasmtime::Result<Result<wit::Response, wit::HttpError>> {
        self.count()?;
        let request = match self.checked(request) {
            Ok(request) => request,
            Err(error) => return Ok(Err(error.into())),
        };
        let arguments = json!({
            "method": request.0.method,
            "url": request.0.url,
            "headers": request.0.headers,
            "body": request.0.body,
        });
        let (request, rule) = request;
        let answer = self.ask_outside(SEND, arguments, |host, within| {
            host.outside().send(&request, &rule, within)
        })?;
        Ok(answer.map(Into::into).map_err(Into::into))
    }
}

impl HostState {
    /// What can be told of a request before it is sent; nothing of it depends on the machine.
    fn checked(
        &mut self,
        request: wit::Request,
    ) -> Result<(Request, crate::egress::Rule), HttpError> {
        if self.is_described() {
            let why = "http can't be used in describe: there is no desk yet";
            return Err(HttpError::NoGrant(why.to_owned()));
        }
        let invalid = HttpError::InvalidRequest;
        let method = Method::parse(&request.method).ok_or_else(|| {
            let known: Vec<&str> = Method::ALL.iter().map(|method| method.as_str()).collect();
            invalid(format!(
                "there is no method {:?}; there are {}",
                request.method.chars().take(20).collect::<String>(),
                known.join(", ")
            ))
        })?;
        let target = Target::parse(&request.url).map_err(invalid)?;
        let rule = self
            .grants
            .check_http(method, &target.origin)
            .map_err(HttpError::NoGrant)?
            .into_owned();
        let bytes: usize = request
            .headers
            .iter()
            .map(|header| header.name.len() + header.value.len())
            .sum();
        if request.headers.len() > MOST_HEADERS || bytes > LONGEST_HEADERS {
            return Err(HttpError::TooLarge(format!(
                "a request has at most {MOST_HEADERS} headers of {LONGEST_HEADERS} bytes"
            )));
        }
        for header in &request.headers {
            rule.check_header(&header.name, &header.value)
                .map_err(invalid)?;
        }
        if request.body.is_some() && !method.has_body() {
            return Err(invalid(format!("{method} has no body")));
        }
        let most = self.limits.http_body;
        if request.body.as_ref().is_some_and(|body| body.len() > most) {
            return Err(HttpError::TooLarge(format!(
                "a body has at most {most} bytes"
            )));
        }
        self.count_request().map_err(HttpError::TooMany)?;
        let headers = request.headers.into_iter().map(|header| Header {
            name: header.name,
            value: header.value,
        });
        let request = Request {
            method,
            url: target.to_string(),
            headers: headers.collect(),
            body: request.body,
        };
        Ok((request, rule))
    }
}

impl From<Response> for wit::Response {
    fn from(response: Response) -> Self {
        let headers = response.headers.into_iter().map(|header| types::Field {
            name: header.name,
            value: header.value,
        });
        Self {
            status: response.status,
            headers: headers.collect(),
            body: response.body,
        }
    }
}

impl From<HttpError> for wit::HttpError {
    fn from(error: HttpError) -> Self {
        match error {
            HttpError::NoGrant(why) => Self::NoGrant(why),
            HttpError::InvalidRequest(why) => Self::InvalidRequest(why),
            HttpError::Unreachable(why) => Self::Unreachable(why),
            HttpError::Timeout(why) => Self::Timeout(why),
            HttpError::TooLarge(why) => Self::TooLarge(why),
            HttpError::TooMany(why) => Self::TooMany(why),
            HttpError::Unanswerable(why) => Self::Unanswerable(why),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::testing;
    use super::*;
    use crate::egress::{Origin, Rule};
    use crate::sandbox::Limits;

    fn rule() -> Rule {
        Rule {
            origin: Origin::parse("https://orders.example").unwrap(),
            methods: vec![Method::Get, Method::Post],
            private: false,
            secrets: Default::default(),
        }
    }

    fn request(method: &str, url: &str, body: Option<&str>) -> wit::Request {
        wit::Request {
            method: method.to_owned(),
            url: url.to_owned(),
            headers: Vec::new(),
            body: body.map(str::to_owned),
        }
    }

    const URL: &str = "https://orders.example/1";

    #[test]
    fn without_the_desks_line_the_answer_is_that_line() {
        let mut state = testing::state(testing::nothing());
        let refusal = state.send(request("GET", URL, None)).unwrap().unwrap_err();
        let wit::HttpError::NoGrant(told) = refusal else {
            panic!("{refusal:?}");
        };
        assert!(
            told.ends_with("http = [{ origin = \"https://orders.example\", methods = [\"GET\"] }]"),
            "{told}"
        );
        assert!(state.host_calls.is_empty());
    }

    #[test]
    fn an_answer_is_recorded_played_back_and_found_again_whatever_the_headers() {
        let mut live = testing::state(testing::with_rules([rule()]));
        let answer = live
            .send(request("POST", URL, Some("{}")))
            .unwrap()
            .unwrap();
        assert_eq!(
            answer.body,
            "https://orders.example POST https://orders.example/1"
        );
        assert!(live.outside.waited >= Duration::from_millis(5));
        let recorded = live.host_calls;
        assert_eq!(recorded[0].arguments["url"], URL);

        let side = testing::recorded(testing::with_rules([rule()]), recorded.clone());
        let mut again = testing::state(side);
        assert_eq!(
            again
                .send(request("POST", URL, Some("{}")))
                .unwrap()
                .unwrap()
                .body,
            answer.body
        );
        assert_eq!(again.outside.waited, Duration::ZERO);
        let error = again.send(request("POST", URL, Some("{}"))).unwrap_err();
        testing::assert_stopped(&error, "replay-divergence");

        let side = testing::rehearsed(testing::with_rules([rule()]), recorded);
        let mut other = testing::state(side);
        let mut asked = request("POST", URL, Some("{}"));
        asked.headers.push(types::Field {
            name: "x-version".to_owned(),
            value: "2".to_owned(),
        });
        assert_eq!(other.send(asked).unwrap().unwrap().body, answer.body);
        assert_eq!(
            other.outside.waited,
            Duration::ZERO,
            "answered from the record"
        );
    }

    #[test]
    fn what_cant_be_sent_is_told_before_anything_is_sent() {
        let mut state = testing::state(testing::with_rules([rule()]));
        let headers = |name: &str, value: &str| wit::Request {
            headers: vec![types::Field {
                name: name.to_owned(),
                value: value.to_owned(),
            }],
            ..request("GET", URL, None)
        };
        for wrong in [
            request("TRACE", URL, None),
            request("get", URL, None),
            request("GET", "https://orders.example@evil/", None),
            request("GET", "https://orders.example\\@evil/", None),
            request("GET", URL, Some("x")),
            headers("Host", "evil"),
            headers("authorization", "x"),
            headers("Transfer-Encoding", "chunked"),
            headers("x", "a\r\nHost: evil"),
        ] {
            let error = state.send(wrong).unwrap().unwrap_err();
            assert!(
                matches!(error, wit::HttpError::InvalidRequest(_)),
                "{error:?}"
            );
        }
        let long = "x".repeat(300 << 10);
        let error = state
            .send(request("POST", URL, Some(&long)))
            .unwrap()
            .unwrap_err();
        assert!(matches!(error, wit::HttpError::TooLarge(_)), "{error:?}");
        assert!(state.host_calls.is_empty());
    }

    #[test]
    fn requests_and_their_time_are_counted() {
        let limits = Limits {
            http_calls: 2,
            http_time: Duration::from_millis(4),
            ..Limits::default()
        };
        let mut state = testing::state_within(testing::with_rules([rule()]), &limits);
        assert!(state.send(request("GET", URL, None)).unwrap().is_ok());
        let late = state.send(request("GET", URL, None)).unwrap().unwrap_err();
        assert!(matches!(late, wit::HttpError::Timeout(_)), "{late:?}");
        let many = state.send(request("GET", URL, None)).unwrap().unwrap_err();
        assert!(matches!(many, wit::HttpError::TooMany(_)), "{many:?}");
        assert_eq!(state.host_calls.len(), 2);
    }
}
