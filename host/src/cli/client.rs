//! Talking to a running host.

use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use serde_json::Value;

use crate::api::SIGNATURE;

/// The largest answer that is read, in bytes.
const LARGEST_ANSWER: u64 = 1 << 30;
/// How often a host that is waited for is asked.
const POLL: Duration = Duration::from_millis(100);

/// How commands reach a running host.
#[derive(Debug, clap::Args)]
pub(crate) struct HostArgs {
    /// The running host
    #[arg(
        long,
        value_name = "URL",
        default_value = "http://127.0.0.1:8080",
        env = "SWITCHBOARD_URL"
    )]
    url: String,
    /// Its access token, where it has one
    #[arg(
        long,
        env = "SWITCHBOARD_TOKEN",
        value_name = "TOKEN",
        hide_env_values = true
    )]
    token: Option<String>,
    /// Wait for the host to be ready, at most so long
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    wait: u64,
}

/// What goes with a request.
pub(crate) enum Body<'a> {
    None,
    Json(&'a Value),
    Bytes(&'a [u8]),
    /// A component with its signature.
    Signed(&'a [u8], &'a str),
}

impl HostArgs {
    /// Calls the host's API.
    ///
    /// # Errors
    /// Where the host can't be reached or refuses, with its own words.
    pub(crate) fn call(&self, method: &str, path: &str, body: Body<'_>) -> anyhow::Result<Value> {
        let bytes = self.ask(method, path, body)?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        serde_json::from_str(&text).or_else(|_| Ok(Value::String(text)))
    }

    /// What the host's API has under that path, as it is.
    ///
    /// # Errors
    /// As [`HostArgs::call`].
    pub(crate) fn download(&self, path: &str) -> anyhow::Result<Vec<u8>> {
        self.ask("GET", path, Body::None)
    }

    /// Waits for a host that has just been started. One that isn't ready in time says so itself, or isn't there.
    fn ready(&self, agent: &ureq::Agent) {
        let until = Instant::now() + Duration::from_secs(self.wait);
        let url = format!("{}/readyz", self.url.trim_end_matches('/'));
        while Instant::now() < until {
            if agent
                .get(&url)
                .call()
                .is_ok_and(|answer| answer.status().is_success())
            {
                return;
            }
            std::thread::sleep(POLL);
        }
    }

    fn ask(&self, method: &str, path: &str, body: Body<'_>) -> anyhow::Result<Vec<u8>> {
        let url = format!("{}/api/v1{path}", self.url.trim_end_matches('/'));
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .build()
            .into();
        self.ready(&agent);
        let mut request = ureq::http::Request::builder().method(method).uri(&url);
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let (kind, bytes) = match body {
            Body::None => ("", Vec::new()),
            Body::Json(value) => ("application/json", serde_json::to_vec(value)?),
            Body::Bytes(bytes) => ("application/wasm", bytes.to_vec()),
            Body::Signed(bytes, signature) => {
                request = request.header(SIGNATURE, signature);
                ("application/wasm", bytes.to_vec())
            }
        };
        if !kind.is_empty() {
            request = request.header("content-type", kind);
        }
        let unreachable = || {
            format!(
                "no host answers at {}; start one with `switchboard serve` or give --url",
                self.url
            )
        };
        let mut response = agent.run(request.body(bytes)?).with_context(unreachable)?;
        let status = response.status();
        let bytes = response
            .body_mut()
            .with_config()
            .limit(LARGEST_ANSWER)
            .read_to_vec()
            .context("the host's answer")?;
        if status.is_success() {
            return Ok(bytes);
        }
        let text = String::from_utf8_lossy(&bytes);
        let problem: Value = serde_json::from_str(&text).unwrap_or(Value::Null);
        let detail = problem
            .get("detail")
            .or_else(|| problem.get("title"))
            .and_then(Value::as_str);
        bail!("the host says {status}: {}", detail.unwrap_or(&text));
    }
}
