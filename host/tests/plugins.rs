//! A new version on its way into a desk that serves, by the program's own commands: signed, examined, in shadow, for a share
//! of the accounts, live, and back; and what happened, as a case of the plugin's project.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a panic is the failure report"
)]

#[path = "../../tests/support/guest.rs"]
#[allow(
    dead_code,
    unreachable_pub,
    reason = "the crate of whole-system tests has it for others"
)]
mod guest;
#[path = "../../tests/support/script.rs"]
#[allow(
    dead_code,
    unreachable_pub,
    reason = "the crate of whole-system tests has it for others"
)]
mod script;

use std::collections::BTreeSet;
use std::fs;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use script::{Script, Space};

/// A directory with a desk, its host, and the words that one types beside it.
struct Desk {
    dir: tempfile::TempDir,
    url: String,
    host: Option<Child>,
}

/// What a command printed, and whether it was content.
struct Said {
    out: String,
    err: String,
    code: i32,
}

impl Desk {
    fn new() -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = port.local_addr().unwrap().port();
        Self {
            dir: tempfile::tempdir().unwrap(),
            url: format!("http://127.0.0.1:{port}"),
            host: None,
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_switchboard"));
        command
            .args(words)
            .current_dir(self.dir.path())
            .env("RUST_LOG", "warn")
            .env("SWITCHBOARD_URL", &self.url)
            .env("SWITCHBOARD_LISTEN", self.url.trim_start_matches("http://"))
            .env("XDG_CACHE_HOME", self.path("cache"))
            .env_remove("SWITCHBOARD_TOKEN")
            .stdin(Stdio::null());
        command
    }

    fn says(&self, words: &[&str]) -> Said {
        let output = self.command(words).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Said {
            out: text(output.stdout),
            err: text(output.stderr),
            code: output.status.code().unwrap(),
        }
    }

    /// A command that must be content; what it prints.
    fn runs(&self, words: &[&str]) -> String {
        let Said { out, err, code } = self.says(words);
        assert_eq!(code, 0, "{words:?}: {out}{err}");
        out
    }

    /// A command that must not; what it says of it.
    fn refuses(&self, words: &[&str]) -> String {
        let Said { out, err, code } = self.says(words);
        assert_eq!(code, 1, "{words:?}: {out}{err}");
        out + &err
    }

    fn serve(&mut self) {
        let mut command = self.command(&["serve", "desk"]);
        let log = fs::File::create(self.path("host.log")).unwrap();
        let host = command.stdout(Stdio::null()).stderr(log).spawn().unwrap();
        self.host = Some(host);
        self.runs(&["plugin", "list", "--wait", "120"]);
    }

    fn stop(&mut self) {
        if let Some(mut host) = self.host.take() {
            host.kill().unwrap();
            host.wait().unwrap();
        }
    }

    /// What the step answers, first line of it.
    fn answer(&self, contact: &str, text: &str) -> String {
        let said = self.runs(&["send", text, "--contact", contact]);
        let first = said.lines().next().unwrap();
        first.trim_start_matches("← ").to_owned()
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A step that counts, notes down what was written, and answers this.
fn talk(version: &str, text: &str) -> Vec<u8> {
    Script::new("talk")
        .version(version)
        .count(Space::Conversation, "n")
        .echo()
        .reply(text)
        .log("said it")
        .component()
}

const CASES: &str = "{\"case\": \"greets\", \"message\": \"喂\", \"effects\": [{\"reply\": \"喂\"}, {\"reply\": \"new\"}]}\n";

/// A desk with a live version 0.1.0 that trusts the key of `desk/../key`.
fn desk() -> Desk {
    let desk = Desk::new();
    let told = desk.runs(&["plugin", "keygen", "key"]);
    let trusted = told.split_once("[plugins]").unwrap().1;
    desk.write(
        "desk/desk.toml",
        format!(
            "name = \"D\"\ntime-zone = \"Asia/Shanghai\"\nlanguages = [\"zh-Hans\", \"en\"]\n\
             [[on]]\nevent = \"message.received\"\nsteps = [\"talk\"]\n\
             [[step]]\nname = \"talk\"\nplugin = \"talk@0.1\"\ngrants = [\"kv\"]\n\
             [settings.exams]\ntalk = {{ file = \"exams/talk.jsonl\", pass = \"100%\" }}\n\
             [plugins]{trusted}"
        ),
    );
    desk.write("desk/exams/talk.jsonl", CASES);
    desk.write("desk/plugins/talk.wasm", talk("0.1.0", "old"));
    for (file, version, text) in [
        ("new.wasm", "0.1.1", "new"),
        ("other.wasm", "0.1.2", "other"),
    ] {
        desk.write(file, talk(version, text));
    }
    let unsigned = desk.refuses(&["check", "desk"]);
    assert!(unsigned.contains("isn't signed"), "{unsigned}");
    desk.runs(&["plugin", "sign", "desk/plugins/talk.wasm", "--key", "key"]);
    desk.runs(&["check", "desk"]);
    desk
}

#[test]
fn a_version_goes_through_signature_exam_shadow_and_canary_before_it_is_live_and_comes_back() {
    let mut desk = desk();
    desk.serve();
    assert_eq!(desk.answer("li", "喂"), "喂");

    // Signed, or not taken.
    let told = desk.refuses(&["plugin", "push", "new.wasm"]);
    assert!(told.contains("isn't signed"), "{told}");
    for file in ["new.wasm", "other.wasm"] {
        let signed = desk.runs(&["plugin", "sign", file, "--key", "key"]);
        assert!(signed.contains(&format!("{file}.sig")), "{signed}");
        let pushed = desk.runs(&["plugin", "push", file]);
        assert!(
            pushed.contains("make it live with: switchboard plugin activate talk 0.1."),
            "{pushed}"
        );
    }

    // Examined.
    let passed = desk.runs(&["plugin", "exam", "talk", "0.1.1"]);
    assert!(
        passed.contains("talk: 1 of 1 cases right (100.0 %), the desk wants 100 %"),
        "{passed}"
    );
    let failed = desk.refuses(&["plugin", "exam", "talk", "0.1.2"]);
    assert!(failed.contains("wrong  line 1: greets"), "{failed}");
    assert!(
        failed.contains("effects[1].reply.text: expected \"new\", came \"other\""),
        "{failed}"
    );
    let refused = desk.refuses(&["plugin", "activate", "talk", "0.1.2"]);
    assert!(
        refused.contains("gets 0 of 1 cases of its exam right"),
        "{refused}"
    );
    assert!(
        refused.contains("make it live all the same with --force"),
        "{refused}"
    );

    // Rehearsed on what happened, and in shadow of what happens.
    let rehearsed = desk.refuses(&["plugin", "rehearse", "talk", "0.1.1"]);
    assert!(
        rehearsed.contains("on 1 recorded calls, 1 differ (100.0 %)"),
        "{rehearsed}"
    );
    assert!(rehearsed.contains("now:  喂 | new"), "{rehearsed}");
    desk.runs(&["plugin", "rehearse", "talk", "0.1.1", "--budget", "1"]);
    desk.runs(&["plugin", "shadow", "talk", "0.1.1"]);
    assert_eq!(desk.answer("wang", "在吗"), "在吗");
    let shadow = (0..100)
        .map(|_| {
            std::thread::sleep(std::time::Duration::from_millis(50));
            desk.runs(&["plugin", "trial", "talk"])
        })
        .find(|told| told.contains("on 1 recorded calls, 1 differ"));
    let shadow = shadow.unwrap();
    assert!(shadow.starts_with("talk 0.1.1: shadow since "), "{shadow}");
    let over = desk.runs(&["plugin", "end-trial", "talk"]);
    assert!(
        over.ends_with("0.1.1 is over; the live version answers everybody\n"),
        "{over}"
    );
    let none = desk.refuses(&["plugin", "trial", "talk"]);
    assert!(
        none.contains("no version of talk runs beside the live one"),
        "{none}"
    );

    // A share of the accounts, which keep it.
    desk.runs(&["plugin", "canary", "talk", "0.1.1", "--share", "50%"]);
    let round = |desk: &Desk| -> Vec<bool> {
        (0..16)
            .map(|number| {
                let said = desk.runs(&["send", "喂", "--contact", &format!("c{number}")]);
                said.contains("← new")
            })
            .collect()
    };
    let first = round(&desk);
    assert_eq!(first, round(&desk), "who has it keeps it");
    assert_eq!(first.iter().collect::<BTreeSet<_>>().len(), 2, "{first:?}");
    let beside = desk.runs(&["plugin", "trial", "talk"]);
    let calls = |version: &str| -> usize {
        let line = beside.lines().find(|line| line.starts_with(version));
        let figures = line.unwrap_or_else(|| panic!("{beside}"));
        figures.split_whitespace().nth(1).unwrap().parse().unwrap()
    };
    let new = first.iter().filter(|is_new| **is_new).count();
    assert_eq!((calls("0.1.1"), calls("0.1.0")), (2 * new, 32 - 2 * new));
    let listed = desk.runs(&["plugin", "list"]);
    assert!(listed.contains("canary of 50% since"), "{listed}");

    // Live, for everybody; and back.
    let live = desk.runs(&["plugin", "activate", "talk", "0.1.1"]);
    assert_eq!(live, "talk 0.1.1 is live; before it was 0.1.0\n");
    assert!(round(&desk).iter().all(|is_new| *is_new));
    let back = desk.runs(&["plugin", "rollback", "talk"]);
    assert_eq!(back, "talk 0.1.0 is live again\n");
    assert!(round(&desk).iter().all(|is_new| !is_new));

    desk.stop();
    let replayed = desk.runs(&["replay", "desk"]);
    assert!(replayed.contains(" 0 differences"), "{replayed}");
    let rehearsed = desk.refuses(&["replay", "desk", "--with", "talk=other.wasm"]);
    assert!(
        rehearsed.contains("talk: talk 0.1.2 in place of talk 0.1.0, talk 0.1.1 on"),
        "{rehearsed}"
    );
}

#[test]
fn what_happened_becomes_a_case_that_the_same_component_passes() {
    let mut desk = desk();
    desk.write("talk/plugin.toml", "name = \"talk\"\nlanguage = \"c\"\n");
    // Newer than what it is made of: no compiler is needed to test it.
    desk.write("talk/build/talk.wasm", talk("0.1.0", "old"));
    desk.serve();
    let sent = |text: &str| {
        let answer = desk.runs(&["send", text, "--json"]);
        let (_, rest) = answer.split_once("\"run_").unwrap();
        format!("run_{}", rest.split_once('"').unwrap().0)
    };
    sent("喂");
    let run = sent("我的电话是13812345678");
    let made = desk.runs(&["plugin", "case", &run, "--project", "talk"]);
    assert_eq!(
        made,
        format!("talk/tests/recorded.jsonl: one more case, \"talk of {run}\"\n")
    );
    let again = desk.refuses(&["plugin", "case", &run, "--project", "talk"]);
    assert!(again.contains("has this case already"), "{again}");
    let masked = [
        "plugin",
        "case",
        &run,
        "--project",
        "talk",
        "--mask",
        "--name",
        "masked",
    ];
    desk.runs(&masked);
    let unknown = desk.refuses(&["plugin", "case", &run, "--step", "nobody", "--print"]);
    assert!(
        unknown.contains("has no call of a step \"nobody\"; it called talk"),
        "{unknown}"
    );

    let tested = desk.runs(&["plugin", "test", "talk"]);
    assert!(tested.ends_with("2 passed, 0 failed\n"), "{tested}");
    let fuel: Vec<&str> = tested
        .lines()
        .filter_map(|line| line.strip_suffix(" fuel")?.rsplit(' ').next())
        .collect();
    assert!(
        fuel.len() == 2 && fuel[0] == fuel[1] && fuel[0] != "0",
        "{tested}"
    );
    assert!(
        tested.contains("13812345678") && tested.contains("13800000001"),
        "{tested}"
    );
    let cases = fs::read_to_string(desk.path("talk/tests/recorded.jsonl")).unwrap();
    let lines: Vec<&str> = cases.lines().collect();
    assert!(
        lines[0].contains("kv.") && lines[0].contains("\"log\":[\"said it\"]"),
        "{cases}"
    );
    assert!(!lines[1].contains("13812345678"), "{cases}");
    // Another version does something else, and the case says what.
    desk.write("talk/build/talk.wasm", talk("0.1.1", "new"));
    let told = desk.refuses(&["plugin", "test", "talk"]);
    assert!(
        told.contains(
            "effects[1].reply.text\n        expected: \"old\"\n        came:     \"new\""
        ),
        "{told}"
    );

    desk.stop();
    let data = ["--data", "desk/switchboard-data", "--desk", "desk"];
    let words = [
        &["plugin", "case", &run, "--step", "talk", "--print"][..],
        &data,
    ]
    .concat();
    assert_eq!(desk.runs(&words).trim_end(), lines[0]);
}

#[test]
fn a_missing_tool_is_told_with_the_very_commands_that_install_it() {
    let desk = Desk::new();
    for (language, tool, install) in [
        (
            "rust",
            "Rust for WebAssembly",
            "  rustup target add wasm32-unknown-unknown\n",
        ),
        (
            "javascript",
            "componentize-qjs",
            "  (cd p-javascript && npm install)\n",
        ),
        (
            "python",
            "componentize-py",
            "  python3 -m venv p-python/.venv\n  p-python/.venv/bin/pip install -r p-python/requirements.txt\n",
        ),
        (
            "c",
            "clang for WebAssembly with wasi-libc",
            "  apt-get install --no-install-recommends clang-19 lld-19 wasi-libc\n",
        ),
        ("go", "Go 1.25 or newer", "  https://go.dev/doc/install\n"),
        (
            "cpp",
            "clang for WebAssembly with libc++ and wasi-libc",
            "  apt-get install --no-install-recommends clang-19 lld-19 wasi-libc \\\n    libc++-19-dev-wasm32 ",
        ),
        (
            "zig",
            "Zig 0.17",
            "  python3 -m venv p-zig/.venv\n  p-zig/.venv/bin/pip install -r p-zig/requirements.txt\n",
        ),
        (
            "assemblyscript",
            "asc",
            "  (cd p-assemblyscript && npm install)\n",
        ),
    ] {
        let dir = format!("p-{language}");
        desk.runs(&["plugin", "new", &dir, "--lang", language]);
        for words in [
            &["plugin", "build", &dir][..],
            &["plugin", "test", &dir],
            &["plugin", "dev", &dir, "--once"],
        ] {
            let mut command = desk.command(words);
            command
                .env("PATH", "")
                .env_remove("WASI_SDK_PATH")
                .env_remove("VIRTUAL_ENV");
            let output = command.output().unwrap();
            let said = String::from_utf8(output.stderr).unwrap();
            assert_eq!(output.status.code(), Some(1), "{said}");
            let told = format!(
                "Error: {tool} is not installed. Install it, then run the command again:\n{install}"
            );
            assert!(said.contains(&told), "{said}");
        }
    }
}
