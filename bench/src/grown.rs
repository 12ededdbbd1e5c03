//! Whether a desk stays as fast as it grows: a message where a million are stored, beside one of an empty desk; one of a
//! conversation of ten thousand, beside one of a new conversation; and the start of a host that was killed with all that.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::child::Server;
use crate::table::{Table, median, round};
use crate::{load, stored};

/// Conversations stored; each has three or four messages.
const STORED: usize = 300_000;
/// Connections at once.
const CONNECTIONS: u64 = 32;
/// How often each has its turn, and how long.
const ROUNDS: usize = 5;
const TIME: Duration = Duration::from_secs(2);
/// Messages that the customer of the long conversation has written before it is measured; each is answered.
const LONG: usize = 5_000;
/// Messages of a turn of one conversation.
const TURN: usize = 200;
/// How often the host is killed and started.
const STARTS: usize = 5;
/// How long a host may count what it finds.
const COUNTING: Duration = Duration::from_secs(600);

/// Measures and prints.
pub(crate) fn measure(folder: &Path) -> anyhow::Result<()> {
    let (full, empty) = (folder.join("grown"), folder.join("grown-empty"));
    let messages = stored::fill(&full, STORED)?.messages;
    stored::fill(&empty, 0)?;
    let mut serving = Vec::new();
    let mut answered = Vec::new();
    for start in 0..=STARTS {
        // Dropped at the end of the turn, and killed by that.
        let server = Server::switchboard(&full)?;
        load::one(server.address)?;
        // The first has to compile the plugins.
        if start > 0 {
            serving.push(server.serving.as_secs_f64() * 1e3);
            answered.push(server.began.elapsed().as_secs_f64() * 1e3);
        }
    }
    let (serving, answered) = (round(median(serving)), round(median(answered)));

    let (server, beside) = (Server::switchboard(&full)?, Server::switchboard(&empty)?);
    load::one(beside.address)?;
    for server in [&server, &beside] {
        quiet(server)?;
    }
    let of_load = |server: &Server, name: &str| {
        cost(server, || {
            load::load(server.address, CONNECTIONS, TIME, name).map(|phase| phase.requests)
        })
    };
    let of_talk = |contact: &str| {
        cost(&beside, || {
            load::talk(beside.address, contact, TURN).map(|()| TURN as u64)
        })
    };
    let mut desks: [Vec<f64>; 2] = Default::default();
    for turn in 0..ROUNDS {
        let name = format!("grown-{turn}");
        for (figures, server) in desks.iter_mut().zip([&server, &beside]) {
            figures.push(of_load(server, &name)?);
        }
    }
    load::talk(beside.address, "long", LONG)?;
    let mut talks: [Vec<f64>; 2] = Default::default();
    for turn in 0..ROUNDS {
        let names = ["long".to_owned(), format!("new-{turn}")];
        for (figures, name) in talks.iter_mut().zip(names) {
            figures.push(of_talk(&name)?);
        }
    }

    let mut table = Table::new(
        "Processor time of a message as a desk grows, in µs",
        &["", "grown", "new", "ratio"],
    );
    let mut lines = Vec::new();
    let names = [
        format!("a desk with {messages} messages, 32 connections"),
        format!("a conversation of more than {} messages", 2 * LONG),
    ];
    for (name, figures) in names.into_iter().zip([desks, talks]) {
        let [grown, new] = figures.map(median).map(round);
        lines.push(json!({ "what": name, "grown_us": grown, "new_us": new }));
        let ratio = format!("{:.2}", grown / new);
        table.row([name, format!("{grown:.0}"), format!("{new:.0}"), ratio]);
    }
    table.print("grown", &json!(lines));
    println!(
        "killed and started again with {messages} messages: serving after {serving:.0} ms, first answer after {answered:.0} ms"
    );
    println!(
        "{}",
        json!({ "restart": { "messages": messages, "serving_ms": serving, "answered_ms": answered } })
    );
    Ok(())
}

/// Processor time of the server for each of the messages that `work` sends, in µs.
fn cost(server: &Server, work: impl FnOnce() -> anyhow::Result<u64>) -> anyhow::Result<f64> {
    let before = server.processor_time()?;
    let messages = work()?;
    let used = server.processor_time()?.saturating_sub(before);
    Ok(used.as_secs_f64() * 1e6 / messages.max(1) as f64)
}

/// Waits until the server has counted what it found at its start.
fn quiet(server: &Server) -> anyhow::Result<()> {
    let began = Instant::now();
    let mut quiet = 0;
    while quiet < 3 {
        anyhow::ensure!(began.elapsed() < COUNTING, "the host counts for too long");
        let before = server.processor_time()?;
        std::thread::sleep(Duration::from_secs(1));
        let used = server.processor_time()?.saturating_sub(before);
        quiet = if used < Duration::from_millis(50) {
            quiet + 1
        } else {
            0
        };
    }
    Ok(())
}
