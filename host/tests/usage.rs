//! What the program says, and with which exit code, when it is used in the wrong way.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a panic is the failure report"
)]

use std::path::Path;
use std::process::{Command, Output, Stdio};

use switchboard::store::{SledOptions, SledStore};

fn switchboard(args: &[&str], data: Option<&Path>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_switchboard"));
    command
        .env("RUST_LOG", "warn")
        .env_remove("SWITCHBOARD_TOKEN")
        .args(args)
        .stdin(Stdio::null());
    if let Some(data) = data {
        command.arg("--data").arg(data);
    }
    command.output().unwrap()
}

fn error(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn wrong_usage_has_exit_code_2_and_says_how_it_is_written() {
    let data = tempfile::tempdir().unwrap();
    for (args, says) in [
        (&["replay", "--with", "nonsense"][..], "STEP=FILE"),
        (&["replay", "--with", "nobody=x.wasm"], "no step \"nobody\""),
        (
            &["replay", "--with", "triage=/nowhere.wasm"],
            "/nowhere.wasm",
        ),
        (&["replay", "--from", "2026-03-10T09:00:00"], "from UTC"),
        (&["replay", "--to", "soon"], "no date and time"),
        (&["serve", "--trusted-proxy", "10.0.0/8"], "10.0.0.0/8"),
    ] {
        let output = switchboard(args, Some(data.path()));
        assert_eq!(
            output.status.code(),
            Some(2),
            "{args:?}: {}",
            error(&output)
        );
        assert!(
            error(&output).contains(says),
            "{args:?}: {}",
            error(&output)
        );
    }
    let output = switchboard(&["replay"], Some(Path::new("/nowhere")));
    assert_eq!(output.status.code(), Some(2), "{}", error(&output));
}

#[test]
fn a_data_directory_that_is_in_use_has_exit_code_3_everywhere() {
    let data = tempfile::tempdir().unwrap();
    let _held = SledStore::open_with(data.path(), SledOptions::default()).unwrap();
    let line = data.path().with_extension("jsonl");
    std::fs::write(
        &line,
        "{\"at\":\"2026-03-10T09:00:00+08:00\",\"do\":\"advance\"}\n",
    )
    .unwrap();
    for command in ["serve", "replay", "simulate", "verify", "export"] {
        let output = Command::new(env!("CARGO_BIN_EXE_switchboard"))
            .env("RUST_LOG", "warn")
            .env_remove("SWITCHBOARD_TOKEN")
            .args([command, "--data"])
            .arg(data.path())
            .stdin(std::fs::File::open(&line).unwrap())
            .output()
            .unwrap();
        assert_eq!(
            output.status.code(),
            Some(3),
            "{command}: {}",
            error(&output)
        );
        assert!(
            error(&output).contains("another process") || error(&output).contains("in use"),
            "{}",
            error(&output)
        );
    }
    std::fs::remove_file(line).unwrap();
}

#[test]
fn a_file_that_is_no_plugin_is_named_in_one_line() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "hello").unwrap();
    let path = file.path().to_str().unwrap();
    let output = switchboard(&["plugin", "inspect", path], None);
    let said = error(&output);
    assert_eq!(output.status.code(), Some(1));
    assert!(said.contains("isn't valid WebAssembly"), "{said}");
    assert_eq!(said.trim().lines().count(), 1, "{said}");
}

#[test]
fn a_plugin_that_asks_for_more_than_its_step_is_granted_is_told_of_with_the_line_to_write() {
    let dir = tempfile::tempdir().unwrap();
    let desk = dir.path().join("desk");
    let path = desk.to_str().unwrap();
    assert!(switchboard(&["init", path], None).status.success());
    let toml = desk.join("desk.toml");
    let whole = std::fs::read_to_string(&toml).unwrap();
    let output = switchboard(&["check", path], None);
    assert!(output.status.success(), "{}", error(&output));
    assert!(!String::from_utf8_lossy(&output.stdout).contains("warning"));

    let (line, granted) = whole
        .lines()
        .enumerate()
        .find(|(_, line)| line.starts_with("grants"))
        .unwrap();
    std::fs::write(&toml, whole.replacen(granted, "grants = []", 1)).unwrap();
    let output = switchboard(&["check", path], None);
    let said = String::from_utf8(output.stdout.clone()).unwrap();
    assert!(output.status.success(), "{said}");
    assert!(
        said.contains(&format!("desk.toml:{}: warning: step", line + 1)),
        "{said}"
    );
    assert!(said.contains("write: grants = [\""), "{said}");
    let output = switchboard(&["check", path, "--json"], None);
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (&json["ok"], json["warnings"].as_array().unwrap().len()),
        (&true.into(), 1)
    );
}

#[test]
fn reports_come_from_a_data_directory_as_text_csv_json_and_a_workbook() {
    let dir = tempfile::tempdir().unwrap();
    let (data, book) = (dir.path().join("data"), dir.path().join("form.xlsx"));
    let scenario = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../examples/scenarios/records.jsonl"
    );
    let lived = Command::new(env!("CARGO_BIN_EXE_switchboard"))
        .env("RUST_LOG", "warn")
        .args(["simulate", "--data"])
        .arg(&data)
        .stdin(std::fs::File::open(scenario).unwrap())
        .output()
        .unwrap();
    assert!(lived.status.success(), "{}", error(&lived));
    let report = |args: &[&str]| {
        let march = ["--from", "2026-03-01", "--to", "2026-04-01"];
        let args: Vec<&str> = ["report"]
            .iter()
            .chain(args)
            .chain(&march)
            .copied()
            .collect();
        let output = switchboard(&args, Some(&data));
        assert!(output.status.success(), "{args:?}: {}", error(&output));
        output.stdout
    };
    let csv = String::from_utf8(report(&["records", "--format", "csv"])).unwrap();
    assert_eq!(csv.lines().count(), 1 + 4, "{csv}");
    let agents = String::from_utf8(report(&["agents"])).unwrap();
    assert!(agents.contains("lin-mei"), "{agents}");
    let workload: serde_json::Value =
        serde_json::from_slice(&report(&["workload", "--format", "json"])).unwrap();
    assert_eq!(workload["rows"][0]["worker"], "person");
    let file = book.to_str().unwrap();
    assert_eq!(report(&["records", "--format", "xlsx", "--out", file]), b"");
    assert!(std::fs::read(&book).unwrap().starts_with(b"PK"));

    let output = switchboard(&["report", "nothing"], Some(&data));
    assert_eq!(output.status.code(), Some(2));
    assert!(error(&output).contains("workload"), "{}", error(&output));
    let output = switchboard(&["report", "agents", "--from", "soon"], Some(&data));
    assert_eq!(output.status.code(), Some(2), "{}", error(&output));
}

#[test]
fn what_cannot_be_done_in_a_scenario_is_told_and_the_rest_is_played() {
    let dir = tempfile::tempdir().unwrap();
    let scenario = dir.path().join("day.jsonl");
    std::fs::write(
        &scenario,
        "\u{feff}{\"at\":\"2026-03-10T09:00:00+08:00\",\"do\":\"take\",\"agent\":\"lin-mei\",\"contact\":\"bo\"}\n\
         {\"at\":\"2026-03-10T09:01:00+08:00\",\"do\":\"message\",\"contact\":\"ana\",\"text\":\"hello\"}\n",
    )
    .unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_switchboard"))
        .arg("simulate")
        .stdin(std::fs::File::open(&scenario).unwrap())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = error(&output);
    assert!(
        said.contains("<stdin>:1: \"bo\" has not written yet"),
        "{said}"
    );
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(told.contains("\"contact\":\"ana\""), "{told}");
}
