//! Signatures of components: `switchboard plugin keygen`, `sign`.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use sha2::{Digest, Sha256};

use crate::workflow::SigningKey;

/// Make a key to sign components with
///
/// Writes the private key to FILE, readable by you alone, and prints the line for the desks that are to trust it.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  switchboard plugin keygen ~/.switchboard-key")]
pub(crate) struct KeygenArgs {
    /// Where the private key goes; must not be there yet
    file: PathBuf,
}

/// Sign a component
///
/// Writes FILE.sig beside it, which `plugin push` sends along, and which counts in a desk's plugins folder.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  switchboard plugin sign triage.wasm --key ~/.switchboard-key")]
pub(crate) struct SignArgs {
    /// The component
    file: PathBuf,
    /// The private key's file
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
}

/// Runs `plugin keygen`.
///
/// # Errors
/// Where the file is there already or can't be written.
pub(crate) fn keygen(args: &KeygenArgs) -> anyhow::Result<ExitCode> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let text = SigningKey::generate().map_err(anyhow::Error::msg)?;
    let key = SigningKey::parse(&text).map_err(anyhow::Error::msg)?;
    let shown = args.file.display();
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&args.file)
        .with_context(|| format!("{shown} can't be made"))?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    println!(
        "{shown} holds the private key; keep it to yourself. Desks that trust it have in desk.toml:\n"
    );
    println!("[plugins]\ntrusted-keys = [\"{}\"]", key.public());
    Ok(ExitCode::SUCCESS)
}

/// Where a component's signature is.
pub(crate) fn beside(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".sig");
    PathBuf::from(name)
}

/// Runs `plugin sign`.
///
/// # Errors
/// Where a file can't be read or written, or the key is none.
pub(crate) fn sign(args: &SignArgs) -> anyhow::Result<ExitCode> {
    let bytes = std::fs::read(&args.file).with_context(|| args.file.display().to_string())?;
    let text =
        std::fs::read_to_string(&args.key).with_context(|| args.key.display().to_string())?;
    let key = SigningKey::parse(&text).map_err(anyhow::Error::msg)?;
    let to = beside(&args.file);
    std::fs::write(&to, key.sign(&Sha256::digest(&bytes)) + "\n")
        .with_context(|| to.display().to_string())?;
    println!(
        "{} is signed by {}: {}",
        args.file.display(),
        key.public(),
        to.display()
    );
    Ok(ExitCode::SUCCESS)
}
