//! Messages over HTTP: the demo desk's five steps, durable, beside servers that do less: the same components in bare
//! wasmtime and one durable row, one durable row alone, nothing at all.

use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use serde_json::json;

use crate::bare::Allocator;
use crate::child::Server;
use crate::table::{Table, median, round};
use crate::{floor, load};

/// How often every server is loaded in turn.
const ROUNDS: usize = 5;
/// How long each time.
const TIME: Duration = Duration::from_millis(1_500);
/// Connections at once.
const CONNECTIONS: [u64; 3] = [1, 32, 256];

/// What the table calls Switchboard.
const DESK: &str = "five steps, durable";

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

/// Measures and prints.
pub(crate) fn measure(folder: &Path) -> anyhow::Result<()> {
    let mut servers = vec![(DESK.to_owned(), Server::switchboard(&folder.join("desk"))?)];
    for (allocator, _) in Allocator::ALL {
        let data = folder.join(allocator);
        let data = data.to_str().context("the folder has an odd name")?;
        servers.push((
            format!("five bare calls ({allocator}), one durable row"),
            Server::start(&[floor::STEPS, data, allocator])?,
        ));
    }
    let data = folder.join("commit");
    let data = data.to_str().context("the folder has an odd name")?;
    let row = Server::start(&[floor::COMMIT, data])?;
    servers.push(("one durable row".to_owned(), row));
    servers.push(("echo".to_owned(), Server::start(&[floor::ECHO])?));

    let [(_, desk), ..] = servers.as_slice() else {
        return Ok(());
    };
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
        .flat_map(|connections| servers.iter().map(move |(name, _)| (*connections, name)));
    for (figures, (connections, name)) in figures.into_iter().zip(each) {
        let [per_second, middle, processor] = figures.middle();
        if connections == 32 {
            processor_at_32.push((name, processor));
        }
        table.row([
            name.clone(),
            connections.to_string(),
            format!("{per_second:.0}"),
            format!("{middle:.2}"),
            format!("{processor:.0}"),
        ]);
        lines.push(json!({ "server": name, "connections": connections, "per_second": per_second, "p50_ms": middle, "cpu_us": processor }));
    }
    table.print("messages", &json!(lines));

    if let [(_, desk), floors @ ..] = processor_at_32.as_slice() {
        let mut table = Table::new(
            "Processor time of a message with 32 connections, beside servers that do less",
            &["", "µs", "floor µs", "ratio"],
        );
        for (name, floor) in floors {
            table.row([
                format!("beside {name}"),
                format!("{desk:.0}"),
                format!("{floor:.0}"),
                format!("{:.2}", desk / floor),
            ]);
        }
        table.print(
            "processor",
            &json!({ "message_us": desk, "floors_us": floors }),
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
