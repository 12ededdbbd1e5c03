//! Machine code of components that were compiled before. Loading machine code is running it, so a file counts only
//! if this host wrote it: it carries an HMAC under a random key that lies beside the files, readable by the host's
//! user alone. Whoever can read the key could as well replace the host. Anything else in the file is compiled again.

use std::fs::{self, File, OpenOptions};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use wasmtime::Engine;

use super::compile::Compiled;

const MAGIC: &[u8; 8] = b"SBCODE01";
const KEY_BYTES: usize = 32;
const TAG_BYTES: usize = 32;

/// Whether a directory belongs to the same user as another, and to nobody else: then what lies in either may be trusted
/// alike.
pub(super) fn is_as_private(directory: &Path, other: &Path) -> bool {
    let (Ok(directory), Ok(other)) = (fs::symlink_metadata(directory), fs::metadata(other)) else {
        return false;
    };
    directory.is_dir() && directory.uid() == other.uid() && directory.mode() & 0o077 == 0
}

/// A directory of compiled components.
pub(super) struct Cache {
    directory: PathBuf,
    key: [u8; KEY_BYTES],
    /// Of the engine: code for another wasmtime, other settings or another processor has another name.
    engine: u64,
}

impl Cache {
    /// Makes the directory and the key where there are none.
    pub(super) fn open(directory: &Path, engine: &Engine) -> io::Result<Self> {
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(directory)?;
        let mut hasher = DefaultHasher::new();
        engine.precompile_compatibility_hash().hash(&mut hasher);
        Ok(Self {
            directory: directory.to_owned(),
            key: key(&directory.join("key"))?,
            engine: hasher.finish(),
        })
    }

    fn path(&self, sha256: &str) -> PathBuf {
        self.directory
            .join(format!("{sha256}-{:016x}.code", self.engine))
    }

    /// The file's name is part of what is authenticated: a file can't stand in for another.
    fn mac(&self, sha256: &str) -> io::Result<Hmac<Sha256>> {
        let mut mac =
            <Hmac<Sha256> as KeyInit>::new_from_slice(&self.key).map_err(io::Error::other)?;
        mac.update(MAGIC);
        mac.update(sha256.as_bytes());
        mac.update(&self.engine.to_le_bytes());
        Ok(mac)
    }

    /// What was stored; nothing where there is nothing, or where the file isn't as it was written.
    pub(super) fn load(&self, sha256: &str) -> Option<Compiled> {
        let path = self.path(sha256);
        let bytes = fs::read(&path).ok()?;
        let compiled = self.authentic(sha256, &bytes);
        if compiled.is_none() {
            tracing::warn!(path = %path.display(), "a file of compiled code was changed or damaged; it is compiled again");
        }
        compiled
    }

    fn authentic(&self, sha256: &str, bytes: &[u8]) -> Option<Compiled> {
        let rest = bytes.strip_prefix(MAGIC)?;
        let (tag, rest) = rest.split_first_chunk::<TAG_BYTES>()?;
        let mut mac = self.mac(sha256).ok()?;
        mac.update(rest);
        mac.verify_slice(tag).ok()?;
        let (length, rest) = rest.split_first_chunk::<4>()?;
        let (facts, code) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        Some(Compiled {
            facts: serde_json::from_slice(facts).ok()?,
            code: code.to_vec(),
        })
    }

    /// Durable and whole, or not there.
    pub(super) fn store(&self, sha256: &str, compiled: &Compiled) -> io::Result<()> {
        let facts = serde_json::to_vec(&compiled.facts)?;
        let length = u32::try_from(facts.len()).map_err(io::Error::other)?;
        let mut mac = self.mac(sha256)?;
        mac.update(&length.to_le_bytes());
        mac.update(&facts);
        mac.update(&compiled.code);
        let tag = mac.finalize().into_bytes();

        let mut random = [0; 8];
        getrandom::fill(&mut random).map_err(io::Error::other)?;
        let temporary = self
            .directory
            .join(format!("{:016x}.new", u64::from_le_bytes(random)));
        let written = write_private(
            &temporary,
            &[
                MAGIC,
                tag.as_slice(),
                &length.to_le_bytes(),
                &facts,
                &compiled.code,
            ],
        )
        .and_then(|()| {
            crash_point!("sandbox::compiled");
            fs::rename(&temporary, self.path(sha256))
        });
        if written.is_err() {
            drop(fs::remove_file(&temporary));
        }
        written?;
        crash_point!("sandbox::kept");
        File::open(&self.directory)?.sync_all()
    }
}

fn write_private(path: &Path, parts: &[&[u8]]) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    for part in parts {
        file.write_all(part)?;
    }
    file.sync_all()
}

/// The key of the directory, made where there is none. A key of the wrong length is replaced: what it vouched for is
/// compiled again.
fn key(path: &Path) -> io::Result<[u8; KEY_BYTES]> {
    match File::open(path) {
        Ok(file) => {
            let mut bytes = Vec::new();
            file.take(KEY_BYTES as u64 + 1).read_to_end(&mut bytes)?;
            if let Ok(key) = bytes.try_into() {
                return Ok(key);
            }
            fs::remove_file(path)?;
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    let mut bytes = [0; KEY_BYTES];
    getrandom::fill(&mut bytes).map_err(io::Error::other)?;
    let mut random = [0; 8];
    getrandom::fill(&mut random).map_err(io::Error::other)?;
    // A link appears with all of its bytes, and only where there is none: of several at once, one key counts.
    let temporary = path.with_extension(format!("{:016x}.new", u64::from_le_bytes(random)));
    let linked =
        write_private(&temporary, &[&bytes]).and_then(|()| fs::hard_link(&temporary, path));
    drop(fs::remove_file(&temporary));
    match linked {
        Ok(()) => Ok(bytes),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let theirs = fs::read(path)?;
            <[u8; KEY_BYTES]>::try_from(theirs).map_err(|_| {
                io::Error::other(format!(
                    "{} is no key for compiled code; delete it and start again",
                    path.display()
                ))
            })
        }
        Err(error) => Err(error),
    }
}
