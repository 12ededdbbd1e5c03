//! Messages over HTTP: the demo desk's five steps, durable, beside one durable row and beside nothing at all.

use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use serde_json::json;

use crate::child::Server;
use crate::table::{Table, median, round};
use crate::{floor, load};

/// How often every server is loaded in turn.
const ROUNDS: usize = 5;
/// How long each time.
const TIME: Duration = Duration::from_millis(1_500);
/// Connections at once.
const CONNECTIONS: [u64; 3] = [1, 32, 256];

/// What one server showed with so many connections, a figure for each round.
#[derive(Default)]
struct Figures {
    per_second: Vec<f64>,
    middle_ms: Vec<f64>,
    processor_us: Vec<f64>,
}

impl Figures {
    fn take(&mut self, server: &Server, connections: u64, name: &str) -> anyhow::Result<()> {
        let before = server.processor_time()?;
        let phase = load::load(server.address, connections, TIME, name)?;
        let used = server.processor_time()?.saturating_sub(before);
        self.per_second.push(phase.per_second);
        self.middle_ms.push(phase.middle_ms);
        self.processor_us
            .push(used.as_secs_f64() * 1e6 / phase.requests.max(1) as f64);
        Ok(())
    }

    fn middle(self) -> [f64; 3] {
        [self.per_second, self.middle_ms, self.processor_us]
            .map(median)
            .map(round)
    }
}

/// Measures and prints. `calls`: processor time of the desk's five calls without anything around them, in µs.
pub(crate) fn measure(folder: &Path, calls: Option<f64>) -> anyhow::Result<()> {
    let commit = folder.join("commit");
    let commit = commit
        .to_str()
        .context("the data directory has an odd name")?;
    let servers = [
        (
            "five steps, durable",
            Server::switchboard(&folder.join("desk"))?,
        ),
        ("one durable row", Server::start(&[floor::COMMIT, commit])?),
        ("echo", Server::start(&[floor::ECHO])?),
    ];
    let [(_, desk), ..] = &servers;
    load::one(desk.address)?;
    std::thread::sleep(Duration::from_secs(1));
    let (at_rest, _) = desk.memory()?;

    let mut figures: Vec<Figures> = (0..servers.len() * CONNECTIONS.len())
        .map(|_| Figures::default())
        .collect();
    for round in 0..ROUNDS {
        let each = CONNECTIONS.iter().flat_map(|connections| {
            servers
                .iter()
                .map(move |(_, server)| (*connections, server))
        });
        for (figures, (connections, server)) in figures.iter_mut().zip(each) {
            figures.take(server, connections, &format!("r{round}-{connections}"))?;
        }
    }
    let (after, under_load) = desk.memory()?;

    let mut table = Table::new(
        "Messages over HTTP (keep-alive, one request under way on each connection, the client on the same machine)",
        &["", "connections", "per second", "p50 ms", "CPU µs/message"],
    );
    let mut processor_at_32 = Vec::new();
    let mut lines = Vec::new();
    let each = CONNECTIONS
        .iter()
        .flat_map(|connections| servers.iter().map(move |(name, _)| (*connections, *name)));
    for (figures, (connections, name)) in figures.into_iter().zip(each) {
        let [per_second, middle, processor] = figures.middle();
        if connections == 32 {
            processor_at_32.push(processor);
        }
        table.row([
            name.to_owned(),
            connections.to_string(),
            format!("{per_second:.0}"),
            format!("{middle:.2}"),
            format!("{processor:.0}"),
        ]);
        lines.push(json!({ "server": name, "connections": connections, "per_second": per_second, "p50_ms": middle, "cpu_us": processor }));
    }
    table.print("messages", &json!(lines));

    if let [desk, commit, _] = processor_at_32.as_slice() {
        let mut table = Table::new(
            "Processor time of a message with 32 connections, and the sum of its floors",
            &["", "µs", "floor µs", "ratio"],
        );
        let mut row = |name: &str, floor: f64| {
            table.row([
                name.to_owned(),
                format!("{desk:.0}"),
                format!("{floor:.0}"),
                format!("{:.2}", desk / floor),
            ]);
        };
        row("beside HTTP and one durable row", *commit);
        if let Some(calls) = calls {
            row(
                "beside HTTP, one durable row and five bare fresh calls",
                commit + calls,
            );
        }
        table.print(
            "processor",
            &json!({ "message_us": desk, "row_us": commit, "calls_us": calls.map(round) }),
        );
    }

    let mut table = Table::new(
        "Resident memory of Switchboard with the demo desk",
        &["", "MiB"],
    );
    for (name, mib) in [
        ("after one message", at_rest),
        ("at most, under load", under_load),
        ("after the load", after),
    ] {
        table.row([name.to_owned(), format!("{mib:.0}")]);
    }
    table.print("memory", &json!({ "at_rest_mib": round(at_rest), "most_mib": round(under_load), "after_mib": round(after) }));
    Ok(())
}
