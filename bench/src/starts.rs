//! From the start of the process to the first answered message, beside a server that has nothing to open.

use std::path::Path;

use serde_json::json;

use crate::child::Server;
use crate::table::{Table, median, round};
use crate::{floor, load};

/// Starts from an empty data directory: each compiles every plugin.
const EMPTY: usize = 3;
/// Starts with compiled plugins in the data directory.
const COMPILED: usize = 15;

/// Measures and prints.
pub(crate) fn measure(folder: &Path) -> anyhow::Result<()> {
    let mut empty = Vec::new();
    for number in 0..EMPTY {
        empty.push(answered(&Server::switchboard(
            &folder.join(format!("start-{number}")),
        )?)?);
    }
    let (mut compiled, mut echo) = (Vec::new(), Vec::new());
    for _ in 0..COMPILED {
        compiled.push(answered(&Server::switchboard(&folder.join("start-0"))?)?);
        echo.push(answered(&Server::start(&[floor::ECHO])?)?);
    }
    let figures = [
        ("echo", middle(echo)),
        ("plugins compiled before", middle(compiled)),
        ("empty data directory", middle(empty)),
    ];
    let [(_, [_, floor]), ..] = figures;
    let mut table = Table::new(
        "From the start of the process, in milliseconds",
        &["", "serving", "first answer", "ratio to echo"],
    );
    for (name, [serving, answer]) in figures {
        table.row([
            name.to_owned(),
            format!("{serving:.1}"),
            format!("{answer:.1}"),
            format!("{:.1}", answer / floor),
        ]);
    }
    table.print(
        "starts",
        &json!(figures.map(|(name, [serving, answer])| json!({ "start": name, "serving_ms": serving, "first_answer_ms": answer }))),
    );
    Ok(())
}

/// Milliseconds until it served, and until it had answered a message.
fn answered(server: &Server) -> anyhow::Result<[f64; 2]> {
    let serving = server.serving;
    load::one(server.address)?;
    Ok([serving, server.began.elapsed()].map(|time| time.as_secs_f64() * 1e3))
}

fn middle(starts: Vec<[f64; 2]>) -> [f64; 2] {
    let (serving, answered) = starts
        .into_iter()
        .map(|[serving, answered]| (serving, answered))
        .unzip();
    [median(serving), median(answered)].map(round)
}
