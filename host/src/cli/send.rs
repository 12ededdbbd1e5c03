//! `switchboard send`: one message to a running host.

use std::process::ExitCode;

use serde_json::{Value, json};

use super::client::{Body, HostArgs};

/// Send one message to a running host and print what happened
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  switchboard send \"My order arrived broken and nobody answers me!\" --contact ana"
)]
pub(crate) struct SendArgs {
    /// What the customer writes
    text: String,
    /// Who writes
    #[arg(long, value_name = "C", default_value = "me")]
    contact: String,
    /// On which channel
    #[arg(long, value_name = "CH", default_value = "api")]
    channel: String,
    /// Print the host's answer as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    host: HostArgs,
}

/// Runs the command.
///
/// # Errors
/// Where the host can't be reached or refuses.
pub(crate) fn run(args: SendArgs) -> anyhow::Result<ExitCode> {
    let body = json!({"contact": args.contact, "channel": args.channel, "text": args.text});
    let answer = args.host.call("POST", "/messages", Body::Json(&body))?;
    if args.json {
        println!("{}", serde_json::to_string_pretty(&answer)?);
        return Ok(ExitCode::SUCCESS);
    }
    let text = |value: &Value, name: &str| {
        value
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or("")
            .to_owned()
    };
    for reply in answer
        .get("replies")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        println!("← {}", text(reply, "text"));
    }
    if let Some(category) = answer.get("category").and_then(Value::as_str) {
        println!("  category: {category}");
    }
    for ticket in answer
        .get("tickets")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        println!(
            "  ticket:   {} for {}, due {}",
            text(ticket, "kind"),
            text(ticket, "department"),
            text(ticket, "due")
        );
    }
    println!(
        "  {} in {}",
        text(&answer, "run"),
        text(&answer, "conversation")
    );
    Ok(ExitCode::SUCCESS)
}
