//! Whoever pushes a plugin's versions, whatever happens to the host, and remembers what they were told.

use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::{Value, json};

use super::aftermath::patch;
use super::customer::Whereabouts;

/// A request is given up after this time.
const PATIENCE: Duration = Duration::from_secs(60);

/// What is pushed.
#[derive(Clone, Copy)]
pub(crate) struct Made {
    /// The plugin, and the step that uses it.
    pub(crate) plugin: &'static str,
    /// Its version 0.1.N.
    pub(crate) component: fn(u32) -> Vec<u8>,
}

/// Pushes one version after the other and makes each live.
pub(crate) struct Pusher {
    thread: JoinHandle<Vec<u32>>,
    plugin: &'static str,
}

impl Pusher {
    /// Begins with version 0.1.1 of the plugin, as soon as it is told where.
    pub(crate) fn start(whereabouts: &Arc<Whereabouts>, made: Made) -> Self {
        let whereabouts = Arc::clone(whereabouts);
        Self {
            plugin: made.plugin,
            thread: std::thread::spawn(move || push(&whereabouts, made)),
        }
    }

    /// Ends it: every version that was acknowledged is there, and the last is live.
    pub(crate) fn leave(self, agent: &ureq::Agent, address: SocketAddr) {
        let acknowledged = self.thread.join().unwrap();
        let url = format!("http://{address}/api/v1/plugins");
        let listed: Value = agent
            .get(url)
            .call()
            .unwrap()
            .body_mut()
            .read_json()
            .unwrap();
        let listed = listed["plugins"].as_array().unwrap();
        let version = |plugin: &Value| patch(plugin["version"].as_str().unwrap());
        let of_it = listed.iter().filter(|plugin| plugin["name"] == self.plugin);
        let there: Vec<u32> = of_it.clone().map(version).collect();
        assert_eq!(there, [&[0], &acknowledged[..]].concat(), "what was pushed");
        let live = of_it.filter(|plugin| plugin["steps"] == json!([self.plugin]));
        let live: Vec<u32> = live.map(version).collect();
        assert_eq!(live, [*acknowledged.last().unwrap()], "what is live");
    }
}

/// Until nothing new is wanted; gives the versions.
fn push(whereabouts: &Whereabouts, made: Made) -> Vec<u32> {
    let config = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(PATIENCE))
        .build();
    let agent = ureq::Agent::from(config);
    let insist = |what: &dyn Fn(SocketAddr) -> Result<u16, ureq::Error>| loop {
        match what(whereabouts.wait()) {
            Ok(200 | 201) => return,
            Ok(503) | Err(_) => std::thread::sleep(Duration::from_millis(5)),
            Ok(status) => panic!("a push was answered with {status}"),
        }
    };
    let Made { plugin, component } = made;
    let mut versions = Vec::new();
    while !whereabouts.is_closed() {
        let version = versions.len() as u32 + 1;
        let component = component(version);
        insist(&|address| {
            let url = format!("http://{address}/api/v1/plugins/{plugin}/0.1.{version}");
            let request = agent.put(url).content_type("application/wasm");
            Ok(request.send(&component[..])?.status().as_u16())
        });
        insist(&|address| {
            let url = format!("http://{address}/api/v1/plugins/{plugin}/activate");
            let wanted = json!({ "version": format!("0.1.{version}") });
            let request = agent.post(url).content_type("application/json");
            Ok(request.send(wanted.to_string())?.status().as_u16())
        });
        versions.push(version);
    }
    versions
}
