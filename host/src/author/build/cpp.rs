//! C++: clang with libc++ and wasi-libc, of Debian or of the WASI SDK.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use super::{BuildError, tools};
use crate::author::component;
use crate::author::project::Project;

const CLANGS: [&str; 6] = [
    "clang++-19",
    "clang++-22",
    "clang++-21",
    "clang++-20",
    "clang++-18",
    "clang++",
];
/// Where Debian's packages put the C++ library for WebAssembly: what is missing is told before clang stumbles over it.
const DEBIAN_LIBRARY: [&str; 3] = [
    "/usr/include/wasm32-wasi/stdlib.h",
    "/usr/include/wasm32-wasi/c++/v1/vector",
    "/usr/lib/wasm32-wasi/libc++abi.a",
];
/// Bytes of stack: a fresh memory is most of a small call's cost.
const STACK: &str = "-Wl,-z,stack-size=65536";
const LANGUAGE: [&str; 6] = [
    "--target=wasm32-wasi",
    "-std=c++23",
    "-Oz",
    "-fno-exceptions",
    "-fno-rtti",
    "-Wall",
];

pub(super) fn build(project: &Project, to: &Path) -> Result<(), BuildError> {
    let clang = installed().ok_or_else(|| {
        BuildError::missing(
            "clang for WebAssembly with libc++ and wasi-libc",
            &[
                "apt-get install --no-install-recommends clang-19 lld-19 wasi-libc \\",
                "  libc++-19-dev-wasm32 libc++abi-19-dev-wasm32 libclang-rt-19-dev-wasm32",
                "(elsewhere: https://github.com/WebAssembly/wasi-sdk, then export WASI_SDK_PATH=…)",
            ],
        )
    })?;
    let objects = objects(&clang, project, &to.with_extension("objects"))?;
    let module = tools::absolute(&to.with_extension("core.wasm"))?;
    let mut command = Command::new(clang);
    command.args(["--target=wasm32-wasi", "-mexec-model=reactor", "-s", STACK]);
    tools::run(command.args(objects).arg("-o").arg(&module), &project.dir)?;
    let core = tools::made(&module, "clang++")?;
    let bytes = component::of_plain(&core, &project.wit(), &project.world).map_err(|error| {
        BuildError::Component(format!(
            "{error:#}. If it asks for wasi_snapshot_preview1: there are no files, streams or clocks; log with log::write"
        ))
    })?;
    std::fs::write(to, bytes).map_err(BuildError::file(to))?;
    std::fs::remove_file(&module).map_err(BuildError::file(module))
}

fn installed() -> Option<PathBuf> {
    let sdk = std::env::var_os("WASI_SDK_PATH").map(|sdk| PathBuf::from(sdk).join("bin/clang++"));
    if let Some(clang) = sdk.filter(|clang| tools::is_program(clang)) {
        return Some(clang);
    }
    let has_library = DEBIAN_LIBRARY.iter().all(|file| Path::new(file).is_file());
    tools::on_path(&CLANGS).filter(|_| has_library)
}

/// Compiles what has changed, all at once, and says where everything is.
fn objects(clang: &Path, project: &Project, folder: &Path) -> Result<Vec<PathBuf>, BuildError> {
    let folder = tools::absolute(folder)?;
    std::fs::create_dir_all(&folder).map_err(BuildError::file(&folder))?;
    let files = files(&project.dir)?;
    let headers = files.iter().filter(|file| has(file, &["h", "hpp"]));
    let mut newest: Vec<PathBuf> = headers.map(|file| project.dir.join(file)).collect();
    // The same file by another compiler is another object.
    newest.push(clang.to_owned());
    let newest = newest.iter().filter_map(|file| changed(file)).max();
    let (mut objects, mut commands) = (Vec::new(), Vec::new());
    for source in files.iter().filter(|file| has(file, &["cpp", "cc", "c"])) {
        let name = source.to_string_lossy().replace('/', "-");
        let object = folder.join(format!("{name}.o"));
        let sources_changed = changed(&project.dir.join(source)).max(newest);
        if changed(&object).is_none_or(|made| Some(made) <= sources_changed) {
            let mut command = Command::new(clang);
            match has(source, &["c"]) {
                true => command.args(["--target=wasm32-wasi", "-Oz", "-Wall"]),
                false => command.args(LANGUAGE),
            };
            command.arg("-I.").arg("-c").arg(source);
            command.arg("-o").arg(&object);
            commands.push(command);
        }
        objects.push(object);
    }
    let ended: Vec<Result<(), BuildError>> = std::thread::scope(|scope| {
        let calls: Vec<_> = commands
            .iter_mut()
            .map(|command| scope.spawn(|| tools::run(command, &project.dir)))
            .collect();
        calls
            .into_iter()
            .filter_map(|call| call.join().ok())
            .collect()
    });
    ended.into_iter().collect::<Result<(), BuildError>>()?;
    Ok(objects)
}

fn changed(file: &Path) -> Option<SystemTime> {
    file.metadata().and_then(|data| data.modified()).ok()
}

fn has(file: &Path, extensions: &[&str]) -> bool {
    let extension = file.extension().and_then(|extension| extension.to_str());
    extension.is_some_and(|extension| extensions.contains(&extension))
}

/// Every file beside `plugin.toml` and in `bindings/`, in order.
fn files(dir: &Path) -> Result<Vec<PathBuf>, BuildError> {
    let mut files = Vec::new();
    for folder in ["", "bindings"] {
        let path = dir.join(folder);
        let entries = std::fs::read_dir(&path).map_err(BuildError::file(&path))?;
        for entry in entries {
            let name = entry.map_err(BuildError::file(&path))?.file_name();
            files.push(Path::new(folder).join(name));
        }
    }
    files.sort();
    Ok(files)
}
