//! A Rust that can compile for `wasm32-unknown-unknown`, and how it is called so that the same
//! sources give the same bytes wherever the checkout, the target directory and cargo's home are.

use anyhow::{Context, Result, bail, ensure};
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The compiler profile of the components, in the workspace's manifest.
pub(crate) const PROFILE: &str = "plugin";
/// What the components are compiled for: no WASI, no JavaScript.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// Bytes of stack of a component. Small, because a fresh memory for each call is what a call
/// mostly costs; the stack lies at the memory's beginning, so that an overflow traps.
const STACK_SIZE: u32 = 65_536;

/// Bytes of memory that a component begins with, besides its stack and its data: what any usual call needs, because
/// growing is a system call that interrupts every other thread. Not more, because the system is asked after each call
/// which pages of it were written.
const INITIAL_HEAP: u32 = 256 << 10;

/// Variables that reach the compiler's process; all others could change the bytes.
const KEPT_VARIABLES: [&str; 30] = [
    "ALL_PROXY",
    "APPDATA",
    "CARGO_BUILD_JOBS",
    "CARGO_HOME",
    "CARGO_HTTP_CAINFO",
    "CARGO_HTTP_PROXY",
    "CARGO_NET_GIT_FETCH_WITH_CLI",
    "CARGO_NET_OFFLINE",
    "CARGO_TERM_COLOR",
    "HOME",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "LANG",
    "LOCALAPPDATA",
    "NO_PROXY",
    "PATH",
    "RUSTUP_AUTO_INSTALL",
    "RUSTUP_HOME",
    "RUSTUP_TOOLCHAIN",
    "SSL_CERT_DIR",
    "SSL_CERT_FILE",
    "SYSTEMROOT",
    "TEMP",
    "TERM",
    "TMP",
    "TMPDIR",
    "USER",
    "USERPROFILE",
    "http_proxy",
    "https_proxy",
];

const HOW_TO_INSTALL: &str = "\
    with rustup:  rustup target add wasm32-unknown-unknown\n    \
    on Debian:    apt-get install --no-install-recommends rustc-web cargo-web rust-web-src lld-22\n\
    (Debian's packages can't be installed beside its packages `rustc` and `cargo`; rustup's Rust is not touched)";

/// Where a toolchain comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The active toolchain, with the target's compiled library.
    Rustup,
    /// Debian's `rustc-web`, which compiles the library from its source.
    Debian,
}

impl Origin {
    /// The origin called `name`.
    pub(crate) fn named(name: &str) -> Option<Self> {
        [Self::Rustup, Self::Debian]
            .into_iter()
            .find(|origin| origin.to_string() == name)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Rustup => "rustup",
            Self::Debian => "debian",
        })
    }
}

/// A toolchain that is installed.
#[derive(Debug)]
pub(crate) struct Toolchain {
    origin: Origin,
    cargo: PathBuf,
    rustc: PathBuf,
    /// None: the one that the compiler brings along.
    linker: Option<PathBuf>,
    /// Where the standard library's source is, whether or not it is installed.
    std_source: PathBuf,
    /// The compiler's commit, by which its own builds name the library's source.
    commit: String,
    description: String,
}

impl Toolchain {
    /// The first that is installed, of `origins`.
    pub(crate) fn find(root: &Path, origins: &[Origin]) -> Result<Self> {
        let mut missing = Vec::new();
        for origin in origins {
            let found = match origin {
                Origin::Rustup => Self::rustup(root),
                Origin::Debian => Self::debian(),
            };
            match found {
                Ok(toolchain) => return Ok(toolchain),
                Err(error) => missing.push(format!("{origin}: {error:#}")),
            }
        }
        bail!(
            "no Rust here can compile for {TARGET}\n    {}\nInstall one, then run the command again:\n    {HOW_TO_INSTALL}",
            missing.join("\n    ")
        )
    }

    /// Everything about it that decides the bytes; begins with its origin.
    pub(crate) fn description(&self) -> &str {
        &self.description
    }

    fn rustup(root: &Path) -> Result<Self> {
        let cargo = std::env::var_os("CARGO").map_or_else(|| "cargo".into(), PathBuf::from);
        let rustc = cargo.with_file_name("rustc");
        let sysroot = output(
            Command::new(&rustc)
                .args(["--print", "sysroot"])
                .current_dir(root),
        )?;
        let libraries = Path::new(&sysroot).join("lib/rustlib");
        ensure!(
            libraries.join(TARGET).join("lib").is_dir(),
            "the active toolchain ({sysroot}) has no library for {TARGET}"
        );
        let version = Version::of(&rustc)?;
        Ok(Self {
            origin: Origin::Rustup,
            description: format!("{}: {version}", Origin::Rustup),
            cargo,
            rustc,
            linker: None,
            std_source: libraries.join("src/rust"),
            commit: version.commit,
        })
    }

    fn debian() -> Result<Self> {
        let cargo = PathBuf::from("/usr/bin/cargo");
        let rustc = PathBuf::from("/usr/bin/rustc");
        let std_source = PathBuf::from("/usr/lib/rustlib/src/rust");
        for needed in [&cargo, &rustc, &std_source.join("library/Cargo.lock")] {
            ensure!(needed.exists(), "{} is missing", needed.display());
        }
        let version = Version::of(&rustc)?;
        let linker = PathBuf::from(format!("/usr/bin/wasm-ld-{}", version.llvm_major()));
        ensure!(linker.exists(), "{} is missing", linker.display());
        let linker_version = output(Command::new(&linker).arg("--version"))?;
        Ok(Self {
            origin: Origin::Debian,
            description: format!("{}: {version}, {linker_version}", Origin::Debian),
            cargo,
            rustc,
            linker: Some(linker),
            std_source,
            commit: version.commit,
        })
    }

    /// A command that compiles the library of `package` to a core module below `target`.
    pub(crate) fn compile(&self, root: &Path, target: &Path, package: &str) -> Command {
        let mut command = self.cargo("rustc", root, target);
        command.args([
            "--locked",
            "--lib",
            "--crate-type",
            "cdylib",
            "--package",
            package,
        ]);
        if self.origin == Origin::Debian {
            // Compiling the library is unstable; the permission is for this process only.
            command
                .env("RUSTC_BOOTSTRAP", "1")
                .arg("-Zbuild-std=std,panic_abort");
        }
        command
    }

    /// A command that makes cargo compile `packages` again. Cargo believes modification times, and
    /// takes another checkout's build for its own where the two share a target directory.
    pub(crate) fn forget(&self, root: &Path, target: &Path, packages: &[String]) -> Command {
        let mut command = self.cargo("clean", root, target);
        command.args(packages.iter().flat_map(|package| ["--package", package]));
        command
    }

    fn cargo(&self, subcommand: &str, root: &Path, target: &Path) -> Command {
        let mut command = Command::new(&self.cargo);
        command.current_dir(root).env_clear();
        command.envs(
            KEPT_VARIABLES
                .iter()
                .filter_map(|name| Some((name, std::env::var_os(name)?))),
        );
        command.env("RUSTC", &self.rustc);
        command.env("CARGO_ENCODED_RUSTFLAGS", self.flags(root, target));
        if self.origin == Origin::Debian {
            command.env("PATH", "/usr/bin:/bin");
        }
        if let Some(linker) = &self.linker {
            command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
        }
        command
            .args([
                subcommand,
                "--profile",
                PROFILE,
                "--target",
                TARGET,
                "--target-dir",
            ])
            .arg(target);
        command
    }

    /// Flags for the target, in cargo's encoding: no path of this machine may be in the bytes. With SIMD, of which Rust 1.96
    /// makes words compared and copied sixteen bytes at once: a tenth of a guest's time.
    fn flags(&self, root: &Path, target: &Path) -> OsString {
        let library = PathBuf::from(format!("/rustc/{}", self.commit));
        let mut renamed = vec![(root.to_owned(), "/switchboard".into())];
        renamed.extend(cargo_home().map(|home| (home, "/cargo".into())));
        renamed.push((target.to_owned(), "/target".into()));
        renamed.push((self.std_source.clone(), library));
        let mut flags = OsString::from(format!(
            "-Ctarget-feature=+simd128\x1f-Clink-arg=-zstack-size={STACK_SIZE}\x1f-Clink-arg=--initial-heap={INITIAL_HEAP}"
        ));
        for (from, to) in renamed {
            for from in [from.canonicalize().unwrap_or_else(|_| from.clone()), from] {
                flags.push("\x1f--remap-path-prefix=");
                flags.push(from);
                flags.push("=");
                flags.push(&to);
            }
        }
        flags
    }
}

/// What `rustc --version --verbose` says.
struct Version {
    release: String,
    host: String,
    llvm: String,
    commit: String,
}

impl Version {
    fn of(rustc: &Path) -> Result<Self> {
        let text = output(Command::new(rustc).args(["--version", "--verbose"]))?;
        let value = |key: &str| {
            let mut values = text.lines().filter_map(|line| line.strip_prefix(key));
            values.next().unwrap_or("unknown").trim().to_owned()
        };
        Ok(Self {
            release: text.lines().next().unwrap_or_default().to_owned(),
            host: value("host:"),
            llvm: value("LLVM version:"),
            commit: value("commit-hash:"),
        })
    }

    fn llvm_major(&self) -> &str {
        self.llvm
            .split_once('.')
            .map_or(&self.llvm, |(major, _)| major)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{}, LLVM {}, {}",
            self.release, self.llvm, self.host
        )
    }
}

fn cargo_home() -> Option<PathBuf> {
    let named = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    named.or_else(|| Some(std::env::home_dir()?.join(".cargo")))
}

/// What `command` prints, trimmed.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command
        .output()
        .with_context(|| format!("cannot run `{name}`"))?;
    ensure!(
        output.status.success(),
        "`{name}` failed: {}",
        String::from_utf8_lossy(&output.stderr).trim()
    );
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_any_toolchain_the_message_names_both_ways_to_get_one() {
        let message = format!("{:#}", Toolchain::find(Path::new("."), &[]).unwrap_err());
        assert!(
            message.contains("rustup target add wasm32-unknown-unknown"),
            "{message}"
        );
        assert!(
            message.contains("apt-get install --no-install-recommends rustc-web"),
            "{message}"
        );
    }

    #[test]
    fn origins_are_read_back_by_name() {
        for origin in [Origin::Rustup, Origin::Debian] {
            assert_eq!(Origin::named(&origin.to_string()), Some(origin));
        }
        assert_eq!(Origin::named("conda"), None);
    }
}
