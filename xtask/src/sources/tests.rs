//! On a small workspace in a temporary directory.

use super::*;
use std::fs;

const ROOT: &str = r#"
[workspace]
members = ["plugins/greeting", "plugins/sdk", "host"]
[workspace.dependencies]
words = { version = "1", features = ["a"] }
[profile.plugin]
opt-level = "s"
"#;
const LOCK: &str = r#"
[[package]]
name = "greeting"
version = "0.1.0"
dependencies = ["server", "switchboard-sdk"]
[[package]]
name = "switchboard-sdk"
version = "0.1.0"
dependencies = ["words"]
[[package]]
name = "xtask"
version = "0.1.0"
dependencies = ["wit-component"]
[[package]]
name = "wit-component"
version = "0.263.0"
checksum = "ee"
[[package]]
name = "words"
version = "1.0.0"
checksum = "aa"
dependencies = ["letters 2.0.0"]
[[package]]
name = "letters"
version = "1.0.0"
checksum = "bb"
[[package]]
name = "letters"
version = "2.0.0"
checksum = "cc"
[[package]]
name = "server"
version = "1.0.0"
checksum = "dd"
"#;

/// A small workspace: greeting → sdk → words → letters 2; host → server.
fn workspace() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    let files = [
        ("Cargo.toml", ROOT),
        ("Cargo.lock", LOCK),
        ("wit/0.1.0/plugin.wit", "package switchboard:plugin@0.1.0;"),
        (
            "plugins/greeting/Cargo.toml",
            "[package]\nname = \"greeting\"\n[lib]\ncrate-type = [\"cdylib\", \"rlib\"]\n\
                 [dependencies]\nsdk = { path = \"../sdk\", package = \"switchboard-sdk\" }\n\
                 [dev-dependencies]\nserver = \"1\"\n",
        ),
        ("plugins/greeting/src/lib.rs", "//! Greets."),
        ("plugins/greeting/tests/all.rs", ""),
        (
            "plugins/sdk/Cargo.toml",
            "[package]\nname = \"switchboard-sdk\"\n[dependencies]\nwords.workspace = true\n",
        ),
        ("plugins/sdk/src/lib.rs", "//! Helps."),
        (
            "host/Cargo.toml",
            "[package]\nname = \"host\"\n[dependencies]\nserver = \"1\"\n",
        ),
        ("host/src/lib.rs", ""),
    ];
    for (path, text) in files {
        let path = directory.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    directory
}

fn digest(root: &Path) -> String {
    let workspace = Workspace::read(root).unwrap();
    let plugins = workspace.plugins();
    assert_eq!(
        plugins,
        [Plugin {
            name: "greeting".to_owned()
        }]
    );
    workspace.sources(&plugins[0]).unwrap().digest
}

fn changed_by(path: &str, from: &str, to: &str) -> bool {
    let directory = workspace();
    let before = digest(directory.path());
    let path = directory.path().join(path);
    let text = fs::read_to_string(&path).unwrap_or_default();
    assert!(text.contains(from));
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text.replacen(from, to, 1)).unwrap();
    before != digest(directory.path())
}

#[test]
fn the_same_sources_in_another_directory_have_the_same_digest() {
    assert_eq!(digest(workspace().path()), digest(workspace().path()));
}

#[test]
fn whatever_reaches_the_component_changes_the_digest() {
    assert!(changed_by(
        "plugins/greeting/src/lib.rs",
        "Greets",
        "Greets you"
    ));
    assert!(changed_by("plugins/greeting/data/words.txt", "", "new"));
    assert!(changed_by("plugins/sdk/src/lib.rs", "Helps", "Helps you"));
    assert!(changed_by("wit/0.1.0/plugin.wit", "0.1.0", "0.1.1"));
    assert!(changed_by(
        "Cargo.toml",
        "features = [\"a\"]",
        "features = []"
    ));
    assert!(changed_by(
        "Cargo.toml",
        "opt-level = \"s\"",
        "opt-level = 3"
    ));
    assert!(changed_by("Cargo.lock", "\"aa\"", "\"a1\""));
    assert!(changed_by("Cargo.lock", "\"cc\"", "\"c1\""));
    assert!(changed_by("Cargo.lock", "\"ee\"", "\"e1\""));
}

#[test]
fn what_does_not_reach_the_component_leaves_the_digest_alone() {
    assert!(!changed_by("plugins/greeting/tests/all.rs", "", "// more"));
    assert!(!changed_by("plugins/greeting/src/tests.rs", "", "// more"));
    assert!(!changed_by("host/src/lib.rs", "", "// more"));
    assert!(!changed_by("Cargo.lock", "\"bb\"", "\"b1\""));
    assert!(!changed_by("Cargo.lock", "\"dd\"", "\"d1\""));
    assert!(!changed_by(
        "Cargo.toml",
        "[workspace]",
        "# A remark.\n[workspace]"
    ));
}

#[test]
fn the_files_are_named_for_comparison_with_what_the_compiler_read() {
    let directory = workspace();
    let workspace = Workspace::read(directory.path()).unwrap();
    let files = workspace.sources(&workspace.plugins()[0]).unwrap().files;
    assert!(files.contains(Path::new("plugins/greeting/src/lib.rs")));
    assert!(files.contains(Path::new("wit/0.1.0/plugin.wit")));
    assert!(!files.contains(Path::new("plugins/greeting/tests/all.rs")));
}
