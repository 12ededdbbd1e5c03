//! What may become a plugin, how it is compiled, and what is kept of that.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a panic in a test is its failure report"
)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use switchboard::sandbox::{
    CompileLimits, Compiler, Sandbox, SandboxConfig, SandboxError, World, compile_child_main,
};
use switchboard_tests::desk::Setting;
use switchboard_tests::guest::Guest;

/// Not a test: what the tests below start as the compiling child. Without a component on its standard input it does
/// nothing.
#[test]
#[ignore = "the compiling child of other tests"]
fn child() {
    compile_child_main();
    std::process::exit(0);
}

fn in_child(limits: CompileLimits) -> Compiler {
    Compiler::Child {
        program: std::env::current_exe().unwrap(),
        args: ["--exact", "child", "--ignored", "--nocapture"]
            .map(Into::into)
            .to_vec(),
        limits,
    }
}

fn with(compiler: Compiler, cache_dir: Option<PathBuf>) -> Sandbox {
    Sandbox::new(SandboxConfig {
        compiler,
        cache_dir,
        ..SandboxConfig::in_process()
    })
    .unwrap()
}

fn sandbox() -> Sandbox {
    Sandbox::new(SandboxConfig::in_process()).unwrap()
}

fn refusal(bytes: &[u8]) -> String {
    sandbox().activate(bytes).unwrap_err().to_string()
}

/// The component with one name replaced by another of the same length, everywhere.
fn renamed(component: &[u8], from: &str, to: &str) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let mut bytes = component.to_vec();
    let mut found = 0;
    for at in 0..bytes.len().saturating_sub(from.len()) {
        if &bytes[at..at + from.len()] == from.as_bytes() {
            bytes[at..at + from.len()].copy_from_slice(to.as_bytes());
            found += 1;
        }
    }
    assert!(found > 0, "{from} isn't there");
    bytes
}

fn clock() -> Guest {
    Guest::doing("(call $now (i32.const 3000))").importing("clock", "now", "(param i32)")
}

#[test]
fn an_inspection_tells_what_a_component_asks_for() {
    let guest = Guest {
        grants: vec!["knowledge".to_owned(), "account.tier".to_owned()],
        ..clock()
    };
    let bytes = guest.component();
    let inspection = sandbox().inspect(&bytes).unwrap();
    assert_eq!(inspection.world, World::Step);
    assert_eq!(inspection.contract, "0.1.0");
    assert!(
        inspection
            .imports
            .contains(&"switchboard:plugin/clock@0.1.0".to_owned())
    );
    assert!(inspection.exports.contains(&"handle".to_owned()));
    assert_eq!(inspection.manifest.name, "hostile");
    assert_eq!(inspection.manifest.grants, ["knowledge", "account.tier"]);
    assert_eq!(inspection.size, bytes.len());
    assert_eq!(inspection.sha256.len(), 64);
    assert!(inspection.problems.is_empty());
}

#[test]
fn versions_of_the_contract_are_served_side_by_side() {
    let old = sandbox().inspect(&clock().component()).unwrap();
    let new = sandbox()
        .inspect(&clock().of_contract("0.1.1").component())
        .unwrap();
    assert_eq!(
        (old.contract.as_str(), new.contract.as_str()),
        ("0.1.0", "0.1.1")
    );
    for component in [
        clock().component(),
        clock().of_contract("0.1.1").component(),
    ] {
        let plugin = sandbox().activate(&component).unwrap();
        assert!(Setting::default().call(&plugin).result.is_ok());
    }
}

#[test]
fn a_reviewer_is_known_and_doesnt_handle_events() {
    let guest = Guest {
        world: "reviewer",
        export: "review",
        ..Guest::default()
    };
    let plugin = sandbox().activate(&guest.component()).unwrap();
    assert_eq!(plugin.world(), World::Reviewer);
    let failure = Setting::default().call(&plugin).result.unwrap_err();
    assert_eq!(failure.code.as_str(), "wrong-world");
}

#[test]
fn what_isnt_a_plugin_is_told_what_it_lacks() {
    let good = clock().component();
    for (bytes, told) in [
        (b"hello".to_vec(), "isn't valid WebAssembly"),
        (Vec::new(), "isn't valid WebAssembly"),
        (clock().module(), "core module"),
        (renamed(&good, "handle", "hundle"), "neither handle"),
        (
            renamed(&good, "describe", "xescribe"),
            "doesn't export describe",
        ),
        (
            renamed(&good, "@0.1.0", "@0.2.0"),
            "built for version 0.2.0",
        ),
        (
            renamed(
                &good,
                "switchboard:plugin/clock@0.1.0",
                "wasi:sockets/udp-create@0.2.10",
            ),
            "wasi:sockets/udp-create@0.2.10: plugins have no network",
        ),
        (
            renamed(
                &good,
                "switchboard:plugin/clock@0.1.0",
                "switchboard:plugin/fetch@0.1.0",
            ),
            "switchboard:plugin/fetch@0.1.0, which the world step of version 0.1.0 doesn't have",
        ),
    ] {
        let refusal = refusal(&bytes);
        assert!(refusal.contains(told), "{refusal}");
    }
}

#[test]
fn exports_of_the_right_name_and_the_wrong_type_are_refused() {
    let wit = "package evil:corp; world step { export describe: func() -> u32; export handle: func(a: u32) -> u32; }";
    let refusal = refusal(&Guest::default().component_of_wit(wit));
    assert!(refusal.contains("describe"), "{refusal}");
}

#[test]
fn imports_of_the_right_name_and_the_wrong_type_are_refused() {
    let wit = "package switchboard:plugin@0.1.0;
        interface clock { now: func() -> u32; }
        world step { import clock; export describe: func() -> u32; export handle: func(a: u32) -> u32; }";
    let guest = Guest::doing("(drop (call $now))").importing("clock", "now", "(result i32)");
    let refusal = refusal(&guest.component_of_wit(wit));
    assert!(
        refusal.contains("imports aren't the contract's"),
        "{refusal}"
    );
}

#[test]
fn a_manifest_without_sense_is_refused() {
    let guest = Guest {
        manifest: ["Bad Name", "one", ""].map(str::to_owned),
        ..Guest::default()
    };
    let refusal = refusal(&guest.component());
    assert!(
        refusal.contains("Bad Name") && refusal.contains("semantic version"),
        "{refusal}"
    );
}

#[test]
fn a_component_that_is_too_large_isnt_looked_at() {
    let sandbox = Sandbox::new(SandboxConfig {
        largest_component: 100,
        ..SandboxConfig::in_process()
    })
    .unwrap();
    let error = sandbox.activate(&[0; 101]).unwrap_err();
    assert!(matches!(
        error,
        SandboxError::TooLarge {
            size: 101,
            largest: 100
        }
    ));
}

#[test]
fn damaged_components_are_refused_and_never_a_panic() {
    let sandbox = sandbox();
    let good = clock().component();
    for length in (0..good.len()).step_by(7) {
        assert!(sandbox.activate(&good[..length]).is_err(), "{length}");
    }
    // A flipped bit may leave a valid plugin; what matters is that there is an answer, and that it can be called.
    for at in (0..good.len()).step_by(3) {
        let mut bytes = good.clone();
        bytes[at] ^= 1 << (at % 8);
        if let Ok(plugin) = sandbox.activate(&bytes) {
            drop(Setting::default().call(&plugin));
        }
    }
    let plugin = sandbox.activate(&good).unwrap();
    assert!(Setting::default().call(&plugin).result.is_ok());
}

#[test]
fn a_child_compiles_as_this_process_does() {
    let sandbox = with(in_child(CompileLimits::default()), None);
    let plugin = sandbox.activate(&clock().component()).unwrap();
    assert!(Setting::default().call(&plugin).result.is_ok());
    let refused = sandbox.activate(b"hello").unwrap_err();
    assert!(
        matches!(refused, SandboxError::NotAComponent(_)),
        "{refused}"
    );
}

/// Small modules that keep a compiler busy for minutes.
fn bombs() -> [Guest; 2] {
    let nested = format!(
        "(func (param i32) {} {})",
        "loop ".repeat(2_000),
        "local.get 0 br_if 0 end ".repeat(2_000)
    );
    let deep = format!(
        "(func (param i32) (result i32) {} {})",
        "local.get 0 i32.load ".repeat(50_000),
        "i32.add ".repeat(49_999)
    );
    [nested, deep].map(|function| Guest::default().with(&function))
}

#[test]
fn a_compile_bomb_stops_its_child_and_nobody_else() {
    let limits = CompileLimits {
        cpu: Duration::from_secs(1),
        ..CompileLimits::default()
    };
    let sandbox = with(in_child(limits), None);
    let mut stopped = 0;
    for bomb in bombs() {
        let bytes = bomb.component();
        let began = Instant::now();
        match sandbox.activate(&bytes) {
            Err(SandboxError::Compile(reason)) => {
                stopped += 1;
                assert!(
                    reason.contains("processor time") || reason.contains("longer"),
                    "{reason}"
                );
            }
            // A compiler may get better.
            Ok(_) => {}
            Err(other) => panic!("{other}"),
        }
        assert!(began.elapsed() < Duration::from_secs(20));
    }
    assert!(stopped > 0, "these bombs are duds");
    // The parent lives and goes on.
    assert!(
        Setting::default()
            .call(&self::sandbox().activate(&clock().component()).unwrap())
            .result
            .is_ok()
    );
}

#[test]
fn a_compiler_that_never_answers_or_isnt_there_is_a_typed_failure() {
    let limits = CompileLimits {
        cpu: Duration::from_secs(1),
        wall_factor: 1,
        ..CompileLimits::default()
    };
    for program in ["/bin/sleep", "/bin/false", "/no/such/program"] {
        let compiler = Compiler::Child {
            program: program.into(),
            args: vec!["1000".into()],
            limits,
        };
        let error = with(compiler, None)
            .activate(&clock().component())
            .unwrap_err();
        assert!(matches!(error, SandboxError::Compile(_)), "{error}");
    }
}

fn code_file(directory: &Path) -> PathBuf {
    fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| {
            path.extension()
                .is_some_and(|extension| extension == "code")
        })
        .unwrap()
}

/// A compiler that would be noticed.
fn no_compiler() -> Compiler {
    Compiler::Child {
        program: "/bin/false".into(),
        args: Vec::new(),
        limits: CompileLimits::default(),
    }
}

#[test]
fn what_was_compiled_once_is_taken_from_the_cache() {
    let directory = tempfile::tempdir().unwrap();
    let cache = directory.path().join("compiled");
    let bytes = clock().component();
    with(Compiler::InProcess, Some(cache.clone()))
        .activate(&bytes)
        .unwrap();

    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&cache), 0o700);
    assert_eq!(mode(&cache.join("key")), 0o600);
    assert_eq!(mode(&code_file(&cache)), 0o600);

    let later = with(no_compiler(), Some(cache));
    let plugin = later.activate(&bytes).unwrap();
    assert!(Setting::default().call(&plugin).result.is_ok());
}

#[test]
fn what_lies_in_the_users_cache_is_taken_into_the_hosts_own() {
    let directory = tempfile::tempdir().unwrap();
    let (own, users) = (directory.path().join("own"), directory.path().join("users"));
    let bytes = clock().component();
    with(Compiler::InProcess, Some(users.clone()))
        .activate(&bytes)
        .unwrap();
    let host = || {
        Sandbox::new(SandboxConfig {
            compiler: no_compiler(),
            cache_dir: Some(own.clone()),
            second_cache_dir: Some(users.clone()),
            ..SandboxConfig::in_process()
        })
        .unwrap()
    };
    let plugin = host().activate(&bytes).unwrap();
    assert!(Setting::default().call(&plugin).result.is_ok());
    // Where others could put something, nothing is taken.
    fs::remove_file(code_file(&own)).unwrap();
    fs::set_permissions(&users, fs::Permissions::from_mode(0o755)).unwrap();
    assert!(host().activate(&bytes).is_err());
    fs::set_permissions(&users, fs::Permissions::from_mode(0o700)).unwrap();
    assert!(host().activate(&bytes).is_ok());
    // What isn't as it was written counts as little there as anywhere.
    let file = code_file(&users);
    let mut code = fs::read(&file).unwrap();
    *code.last_mut().unwrap() ^= 1;
    fs::write(&file, code).unwrap();
    assert!(host().activate(&bytes).is_ok(), "it is in the host's own");
    fs::remove_file(code_file(&own)).unwrap();
    assert!(host().activate(&bytes).is_err());
    // None is made where there is none.
    fs::remove_dir_all(&users).unwrap();
    assert!(host().activate(&bytes).is_err());
    assert!(!users.exists());
}

#[test]
fn a_file_that_was_changed_is_compiled_again_and_never_loaded() {
    let directory = tempfile::tempdir().unwrap();
    let cache = directory.path().to_owned();
    let bytes = clock().component();
    with(Compiler::InProcess, Some(cache.clone()))
        .activate(&bytes)
        .unwrap();
    let file = code_file(&cache);
    let good = fs::read(&file).unwrap();

    let last = good.len() - 1;
    let places = [0, 8, 20, 41, 60, good.len() / 2, last];
    let mut changed: Vec<Vec<u8>> = places
        .iter()
        .map(|at| {
            let mut bytes = good.clone();
            bytes[*at] ^= 0x40;
            bytes
        })
        .collect();
    changed.extend([Vec::new(), good[..50].to_vec(), good[..last].to_vec()]);
    changed.push([&good[..], b"more"].concat());
    for content in changed {
        fs::write(&file, &content).unwrap();
        let refused = with(no_compiler(), Some(cache.clone())).activate(&bytes);
        assert!(matches!(refused, Err(SandboxError::Compile(_))));
        with(Compiler::InProcess, Some(cache.clone()))
            .activate(&bytes)
            .unwrap();
        assert!(
            fs::read(&file).unwrap() != content,
            "it wasn't written again"
        );
    }
}

#[test]
fn a_file_of_another_component_or_another_key_doesnt_count() {
    let directory = tempfile::tempdir().unwrap();
    let cache = directory.path().to_owned();
    let (one, other) = (clock().component(), Guest::default().component());
    with(Compiler::InProcess, Some(cache.clone()))
        .activate(&one)
        .unwrap();
    let file_of_one = code_file(&cache);
    let inspection = sandbox().inspect(&other).unwrap();
    let name = file_of_one.file_name().unwrap().to_str().unwrap();
    let file_of_other = cache.join(format!("{}{}", inspection.sha256, &name[64..]));
    fs::copy(&file_of_one, &file_of_other).unwrap();
    assert!(
        with(no_compiler(), Some(cache.clone()))
            .activate(&other)
            .is_err()
    );

    fs::write(cache.join("key"), [1; 32]).unwrap();
    assert!(
        with(no_compiler(), Some(cache.clone()))
            .activate(&one)
            .is_err()
    );
    fs::write(cache.join("key"), b"short").unwrap();
    assert!(
        with(no_compiler(), Some(cache.clone()))
            .activate(&one)
            .is_err()
    );
    with(Compiler::InProcess, Some(cache))
        .activate(&one)
        .unwrap();
}
