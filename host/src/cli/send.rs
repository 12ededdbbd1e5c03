//! `switchboard send`: one message to a running host.

use std::process::ExitCode;

use jiff::Timestamp;
use jiff::tz::TimeZone;
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
    let zone = answer
        .get("time_zone")
        .and_then(Value::as_str)
        .and_then(|name| TimeZone::get(name).ok());
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
            local(&text(ticket, "due"), zone.as_ref())
        );
    }
    println!(
        "  {} in {}",
        text(&answer, "run"),
        text(&answer, "conversation")
    );
    Ok(ExitCode::SUCCESS)
}

/// A time of the answer on the desk's clock; as it came where the host doesn't tell its zone.
fn local(text: &str, zone: Option<&TimeZone>) -> String {
    match (text.parse::<Timestamp>(), zone) {
        (Ok(at), Some(zone)) => at.display_with_offset(zone.to_offset(at)).to_string(),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_due_time_is_on_the_clock_of_the_desk() {
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        assert_eq!(
            local("2026-11-24T09:30:00Z", Some(&zone)),
            "2026-11-24T17:30:00+08:00"
        );
        assert_eq!(local("2026-11-24T09:30:00Z", None), "2026-11-24T09:30:00Z");
        assert_eq!(local("", Some(&zone)), "");
    }
}
