//! `switchboard report`: figures of a period, and the service record form.

use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::client::{Body, HostArgs};
use super::setup;
use super::usage::{Usage, not_a_moment};
use crate::report::{Kind, Period};

/// Figures of a period, or the service record form
///
/// Asks a running host, or reads a data directory that no host has open (--data). A day means its beginning on the
/// desk's clock.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  switchboard report agents --from 2026-03-01 --to 2026-04-01\n  \
    switchboard report records --from 2026-03-01 --to 2026-04-01 --format xlsx --out march.xlsx\n  \
    switchboard report workload --data switchboard-data --format csv"
)]
pub(crate) struct ReportArgs {
    /// `agents`: response time and satisfaction of each; `workload`: people and plugins apart; `quality`: what
    /// reviewers found; `records`: 《在线客服受理记录表》, a row for each conversation
    #[arg(value_parser = kind)]
    report: Kind,
    /// From then on: a day or a time with its offset [default: 30 days before --to]
    #[arg(long, value_name = "T")]
    from: Option<String>,
    /// Up to then, not included [default: now]
    #[arg(long, value_name = "T")]
    to: Option<String>,
    /// How it is written
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Into this file [default: standard output]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Read this data directory instead of asking a host
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// With --data: the desk directory [default: the built-in demo desk]
    #[arg(long, value_name = "DESK", requires = "data")]
    desk: Option<PathBuf>,
    #[command(flatten)]
    host: HostArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For reading here
    Text,
    Json,
    Csv,
    /// A workbook; needs --out on a terminal
    Xlsx,
}

fn kind(name: &str) -> Result<Kind, String> {
    Kind::parse(name).ok_or_else(|| {
        let names: Vec<_> = Kind::ALL.iter().map(|kind| kind.name()).collect();
        format!("there is {}", names.join(", "))
    })
}

/// Runs the command.
///
/// # Errors
/// Where host or data directory can't be reached, or a time makes no sense.
pub(crate) fn run(args: ReportArgs) -> anyhow::Result<ExitCode> {
    if args.format == Format::Xlsx && args.out.is_none() && std::io::stdout().is_terminal() {
        return Err(Usage("a workbook isn't for a terminal; add --out FILE".to_owned()).into());
    }
    let bytes = match &args.data {
        Some(_) => from_data(&args)?,
        None => from_host(&args)?,
    };
    match &args.out {
        Some(file) => {
            std::fs::write(file, bytes).with_context(|| file.display().to_string())?;
        }
        None => std::io::stdout()
            .write_all(&bytes)
            .context("standard output")?,
    }
    Ok(ExitCode::SUCCESS)
}

fn from_data(args: &ReportArgs) -> anyhow::Result<Vec<u8>> {
    let desk = setup::desk(args.desk.as_deref())?;
    let dir = setup::data_dir(args.data.clone(), args.desk.as_deref());
    if !dir.is_dir() {
        return Err(Usage(format!("--data: {} is not there", dir.display())).into());
    }
    let zone = desk.time_zone.clone();
    let read = |option: &str, text: &Option<String>| {
        text.as_deref()
            .map(|text| moment(option, text, &zone))
            .transpose()
    };
    let to = read("--to", &args.to)?.unwrap_or_else(Timestamp::now);
    let month = SignedDuration::from_hours(30 * 24);
    let from = match read("--from", &args.from)? {
        Some(from) => from,
        None => to.checked_sub(month)?,
    };
    if from > to {
        return Err(Usage("--from is after --to; exchange them".to_owned()).into());
    }
    let store = setup::store(&dir)?;
    let sandbox = setup::sandbox(setup::cache_dir(Some(&dir)))?;
    let core = setup::core(desk, store, sandbox)?;
    let sheet = args.report.of(&core, Period { from, to })?;
    Ok(match args.format {
        Format::Text => sheet.to_text().into_bytes(),
        Format::Csv => sheet.to_csv()?,
        Format::Xlsx => sheet.to_xlsx()?,
        Format::Json => {
            let rows = serde_json::json!({ "report": sheet.name, "rows": sheet.rows });
            (serde_json::to_string_pretty(&rows)? + "\n").into_bytes()
        }
    })
}

fn from_host(args: &ReportArgs) -> anyhow::Result<Vec<u8>> {
    let mut path = format!("/reports/{}", args.report.name());
    let format = match args.format {
        Format::Text | Format::Json => "json",
        Format::Csv => "csv",
        Format::Xlsx => "xlsx",
    };
    path.push_str(&format!("?format={format}"));
    for (name, text) in [("from", &args.from), ("to", &args.to)] {
        if let Some(text) = text {
            path.push_str(&format!("&{name}={}", text.replace('+', "%2B")));
        }
    }
    if matches!(args.format, Format::Csv | Format::Xlsx) {
        return args.host.download(&path);
    }
    let report = args.host.call("GET", &path, Body::None)?;
    if args.format == Format::Json {
        return Ok((serde_json::to_string_pretty(&report)? + "\n").into_bytes());
    }
    let rows = report.get("rows").and_then(Value::as_array);
    let rows = rows.into_iter().flatten();
    let sheet = crate::report::Sheet {
        name: args.report.name(),
        title: String::new(),
        columns: args.report.columns(),
        rows: rows.filter_map(Value::as_object).cloned().collect(),
    };
    Ok(sheet.to_text().into_bytes())
}

fn moment(option: &str, text: &str, zone: &TimeZone) -> anyhow::Result<Timestamp> {
    if let Ok(at) = text.parse() {
        return Ok(at);
    }
    let day = text.parse::<jiff::civil::Date>().ok();
    let day = day.filter(|_| text.len() == "2026-03-10".len());
    let start = day.and_then(|day| day.to_zoned(zone.clone()).ok());
    start
        .map(|start| start.timestamp())
        .ok_or_else(|| Usage(format!("{option}: {}", not_a_moment(text))).into())
}
