//! What `switchboard check` prints for each kind of mistake. The snapshots are for reading: each line must say what
//! was wrong, where, and how to mend it.

use insta::assert_snapshot;

use super::{DESK, desk_problems, problems};

fn with(from: &str, to: &str) -> String {
    assert!(DESK.contains(from), "{from}");
    desk_problems(&DESK.replace(from, to))
}

#[test]
fn a_sound_desk_has_no_problem() {
    assert_eq!(desk_problems(DESK), "");
}

#[test]
fn a_directory_without_a_desk() {
    assert_snapshot!(problems(&[]));
    assert_snapshot!(problems(&[
        ("Desk.toml", DESK),
        ("hour.toml", ""),
        ("Cargo.toml", "")
    ]));
}

#[test]
fn an_empty_file_lacks_everything() {
    assert_snapshot!(desk_problems(""));
}

#[test]
fn broken_toml_is_shown_with_the_other_mistakes() {
    assert_snapshot!(with("name = \"Toys\"", "name = \"Toys\ntime-zon = 3"));
    assert_snapshot!(desk_problems(&format!("{DESK}\n[[step]\nname = ")));
}

#[test]
fn text_in_another_encoding() {
    let mut files = super::files(&[]);
    files.insert(
        "desk.toml".to_owned(),
        b"name = \"Blue\"\n# \xb0\xa1 toys\n".to_vec(),
    );
    let found = super::Desk::from_files(&files).err().unwrap_or_default();
    assert_snapshot!(
        found
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join("\n")
    );
}

#[test]
fn unknown_keys_at_every_level() {
    assert_snapshot!(desk_problems(
        r#"name = "Toys"
timezone = "Asia/Shanghai"
languages = ["en"]

[settings]
idle-afer = "72h"

[settings.retry]
first_pause = "1s"
colour = "blue"

[[on]]
events = "message.received"
step = ["greeting"]

[[step]]
nmae = "greeting"
plugin = "greeting@0.1"
on-failur = "skip"
limits = { tiem = "5ms", fuel = 3 }
"#
    ));
}

#[test]
fn values_of_the_wrong_kind() {
    assert_snapshot!(desk_problems(
        r#"name = 3
time-zone = ["Asia/Shanghai"]
languages = "en"
settings = "none"

[on]
event = "message.received"

[[step]]
name = ""
plugin = true
when = 1
grants = "kv"
on-failure = ["skip"]
limits = "50ms"
config = 5
"#
    ));
}

#[test]
fn time_zones() {
    assert_snapshot!(with("Asia/Shanghai", "Asia/Shanghia"));
    assert_snapshot!(with("Asia/Shanghai", "Asia/Beijing"));
    assert_snapshot!(with("Asia/Shanghai", "Berlin"));
    assert_snapshot!(with("Asia/Shanghai", "UTC+8"));
}

#[test]
fn languages() {
    assert_snapshot!(with(
        r#"["zh-Hans", "en"]"#,
        r#"["zh-CN", "english", "en", "EN", "日本語", "fr"]"#
    ));
    assert_snapshot!(with(r#"["zh-Hans", "en"]"#, "[]"));
}

#[test]
fn events_and_their_steps() {
    assert_snapshot!(desk_problems(
        r#"name = "Toys"
time-zone = "Asia/Shanghai"
languages = ["en"]

[[on]]
event = "message.recieved"
steps = ["greeting"]

[[on]]
event = "timer.fired"
steps = ["greting", "greeting", "greeting", "reviewing", "absent"]

[[on]]
event = "timer.fired"
steps = ["greeting"]

[[step]]
name = "greeting"
plugin = "greeting@0.1"

[[step]]
name = "greeting"
plugin = "greeting@0.1"

[[step]]
name = "idle"
plugin = "idle@0.1"

[[reviewer]]
name = "reviewing"
plugin = "reviewing@0.1"
"#
    ));
    assert_snapshot!(desk_problems(
        "name = \"T\"\ntime-zone = \"UTC\"\nlanguages = [\"en\"]\n"
    ));
}

#[test]
fn plugins_grants_and_policies() {
    assert_snapshot!(with("greeting@0.1\"", "greeting\""));
    assert_snapshot!(with("greeting@0.1\"", "greeting@newest\""));
    assert_snapshot!(with("greeting@0.1\"", "Greeting@0.1\""));
    assert_snapshot!(with(
        "greeting@0.1\"",
        "greeting@0.1\"\ngrants = [\"knowlege\", \"kv\", \"kv\", \"account.\", \"internet\"]"
    ));
    assert_snapshot!(with(
        "greeting@0.1\"",
        "greeting@0.1\"\non-failure = \"hold\""
    ));
    assert_snapshot!(with("name = \"greeting\"", "name = \"Große Begrüßung\""));
}

#[test]
fn limits() {
    assert_snapshot!(with(
        "greeting@0.1\"",
        "greeting@0.1\"\nlimits = { time = 50, wall = \"5 parsecs\", memory = \"16MB\", output = \"1TiB\", host-calls = 5000, log-lines = -1, kv-writes = \"3\" }"
    ));
    assert_snapshot!(with(
        "greeting@0.1\"",
        "greeting@0.1\"\nlimits = { time = \"1s\", wall = \"50ms\", memory = \"9999MiB\" }"
    ));
}

#[test]
fn conditions() {
    let condition = |text: &str| {
        with(
            "greeting@0.1\"",
            &format!("greeting@0.1\"\nwhen = '{text}'"),
        )
    };
    assert_snapshot!(condition(r#"conversation.handler = "bot""#));
    assert_snapshot!(condition(
        r#"conversation.handler == "bot" and conversation.resolved"#
    ));
    assert_snapshot!(condition(
        r#"!event.message.text.contains("转人工") && conversation.handlr == "bot""#
    ));
    assert_snapshot!(condition(
        r#"conversation.mood == "angry" || sender == "ana""#
    ));
    assert_snapshot!(condition(r#"event.message.text.contain("x")"#));
    assert_snapshot!(condition("conversation.handler"));
    assert_snapshot!(condition("conversation.message_count > \"3\""));
    assert_snapshot!(condition(r#"account.fields.vip == "yes""#));
    assert_snapshot!(condition(r#"event.timer.name == "due""#));
    assert_snapshot!(condition(" "));
    assert_snapshot!(desk_problems(&format!(
        "{}when = '''\nconversation.handler == \"bot\" &&\n  conversation.lnguage == \"en\"\n'''\n",
        DESK
    )));
}

#[test]
fn settings() {
    assert_snapshot!(desk_problems(&format!(
        r#"{DESK}
[settings]
idle-after = "5s"

[settings.retry]
attempts = 0
first-pause = "1h"
longest-pause = "1min"

[settings.holding-reply]
en = ""
ja = "お待ちください"
klingon = "loS"
"#
    )));
}

#[test]
fn configuration() {
    assert_snapshot!(desk_problems(&format!(
        "{DESK}\n[step.config]\nratio = nan\nlarge = 99999999999999999999\n"
    )));
}

#[test]
fn the_directory() {
    assert_snapshot!(problems(&[
        ("desk.toml", DESK),
        (
            "directory.toml",
            r#"on-call = ["lin-mei", "nobody", "lin-mei"]

[[department]]
name = "after-sales"
lead = "lin-mai"
notify = ["fax", "mail:nowhere", "webhook:example.com"]

[[department]]
name = "after-sales"

[[department]]
names = { zh-CN = "销售部" }

[[person]]
name = "lin-mei"
names = { en = "On-call" }
department = "aftersales"

[[person]]
name = "lin-mei"
department = "after-sales"
hours = "nights"
responsibilities = ["warranty", "Warranty"]
languages = ["chinese"]
phone = "110"

[[team]]
name = "first-line"
department = "after-sales"

[[team]]
name = "manager"
department = "after-sales"
members = ["lin-mei"]

[[person]]
name = "zhang-wei"
aliases = ["张"]
department = "after-sales"
notify = ["webhook:pagers"]

[[webhook]]
name = "pager"
url = "http://user:password@example.com/"
secrets = ["hunter2", "whsec_c2hvcnQ=", "env:PAGER SECRET"]
private = "yes"

[[webhook]]
name = "pager"
url = "https://example.com/pager"
secrets = []
"#
        ),
    ]));
}

#[test]
fn hours_articles_and_plugins_are_checked_with_the_desk() {
    assert_snapshot!(problems(&[
        ("desk.toml", &DESK.replace("Asia/Shanghai", "Mars/Olympus")),
        ("hours.toml", "[weekly]\nmonday = [\"9-25\"]\n"),
        ("knowledge/broken.en.md", "no front matter"),
        ("knowledge/NOTES.MD", "never read"),
        ("plugins/My Plugin.wasm", ""),
        ("plugins/mine@first.wasm", ""),
        ("plugins/mine@0.1.0.wasm", ""),
        ("plugins/mine@0.2.0.WASM", ""),
    ]));
}

#[test]
fn an_article_that_nobody_answers_for() {
    let article = "+++\ntitle = \"Warranty\"\nlanguage = \"en\"\nquestions = [\"Is there a warranty?\"]\nresponsible = \"guarantees\"\n+++\n\nTwo years.\n";
    let directory = "[[department]]\nname = \"sales\"\n";
    assert_snapshot!(problems(&[
        ("desk.toml", DESK),
        ("directory.toml", directory),
        ("knowledge/warranty.en.md", article),
    ]));
    assert_eq!(
        problems(&[("desk.toml", DESK), ("knowledge/warranty.en.md", article)]),
        ""
    );
}
