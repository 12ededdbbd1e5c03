//! From the first byte of a pushed component until it is live, beside compiling it and nothing else.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Instant;

use anyhow::Context as _;
use serde_json::json;
use switchboard::engine::standard_plugins;
use wasmtime::component::Component;

use crate::bare::Allocator;
use crate::child::Server;
use crate::load;
use crate::table::{Table, median, round};

/// The plugin that is pushed, and its version.
const NAME: &str = "greeting";
const VERSION: &str = "0.1.0";
/// Versions that nobody has seen before.
const ROUNDS: usize = 8;

const PLUGINS: &str = "/api/v1/plugins";

/// Measures and prints.
pub(crate) fn measure(folder: &Path) -> anyhow::Result<()> {
    let (_, bytes) = standard_plugins()
        .find(|(name, _)| *name == NAME)
        .context("the plugin isn't there")?;
    let engine = Allocator::OnDemand.engine()?;
    let server = Server::switchboard(&folder.join("pushes"))?;
    let (mut new, mut back, mut known, mut floor) = (vec![], vec![], vec![], vec![]);
    for round in 0..ROUNDS {
        let version = format!("0.1.{}", round + 1);
        let bytes = renumbered(bytes, &version);
        floor.push(milliseconds(|| {
            Component::new(&engine, &bytes)?;
            Ok(())
        })?);
        let live = || {
            push(server.address, &version, &bytes)?;
            activate(server.address, &version)
        };
        new.push(milliseconds(live)?);
        back.push(milliseconds(|| {
            let path = format!("{PLUGINS}/{NAME}/rollback");
            load::send(server.address, ["POST", &path, "application/json"], b"{}")
        })?);
        known.push(milliseconds(live)?);
        load::one(server.address)?;
    }
    let figures = [
        ("compiled, and nothing else", floor),
        ("pushed and live, never seen", new),
        ("pushed and live, compiled before", known),
        ("rolled back", back),
    ]
    .map(|(what, times)| (what, round(median(times))));
    let [(_, floor), ..] = figures;
    let mut table = Table::new(
        "The plugin greeting pushed, in milliseconds",
        &["", "ms", "ratio"],
    );
    for (what, time) in figures {
        table.row([
            what.to_owned(),
            format!("{time:.1}"),
            format!("{:.2}", time / floor),
        ]);
    }
    table.print(
        "pushes",
        &json!(figures.map(|(what, ms)| json!({ "what": what, "ms": ms }))),
    );
    Ok(())
}

fn push(address: SocketAddr, version: &str, bytes: &[u8]) -> anyhow::Result<()> {
    let path = format!("{PLUGINS}/{NAME}/{version}");
    load::send(address, ["PUT", &path, "application/wasm"], bytes)
}

fn activate(address: SocketAddr, version: &str) -> anyhow::Result<()> {
    let path = format!("{PLUGINS}/{NAME}/activate");
    let body = json!({ "version": version }).to_string();
    load::send(
        address,
        ["POST", &path, "application/json"],
        body.as_bytes(),
    )
}

/// The component under another version of the same length; that of the contract, which follows an `@`, stays. The host
/// refuses one whose version isn't found.
fn renumbered(bytes: &[u8], version: &str) -> Vec<u8> {
    let mut renumbered = bytes.to_vec();
    for at in 1..bytes.len() {
        let place = at..at + VERSION.len();
        if bytes.get(place.clone()) == Some(VERSION.as_bytes())
            && bytes.get(at - 1) != Some(&b'@')
            && let Some(place) = renumbered.get_mut(place)
        {
            place.copy_from_slice(version.as_bytes());
        }
    }
    renumbered
}

fn milliseconds(work: impl FnOnce() -> anyhow::Result<()>) -> anyhow::Result<f64> {
    let began = Instant::now();
    work()?;
    Ok(began.elapsed().as_secs_f64() * 1e3)
}
