//! `plugins/dist/dist.lock`: what each component in that directory was made from, and by what.

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;

const HEADING: &str = "# Written by `cargo xtask plugins`. Do not edit: rebuild instead.\n\n";

/// The whole file: one entry for each component, by the plugin's name.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Lock {
    #[serde(default)]
    pub(crate) plugin: BTreeMap<String, Entry>,
}

/// One component.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Entry {
    /// SHA-256 of the component's bytes, in hexadecimal.
    pub(crate) component: String,
    /// The digest of everything it was made from: see [`crate::sources`].
    pub(crate) sources: String,
    /// What made it. The same sources give the same bytes only with the same toolchain.
    pub(crate) toolchain: String,
}

impl Lock {
    /// The file at `path`; empty where there is none yet.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        match std::fs::read_to_string(path) {
            Ok(text) => toml::from_str(&text).with_context(|| {
                format!(
                    "{} is damaged: restore it, or run `cargo xtask plugins`",
                    path.display()
                )
            }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
        }
    }

    pub(crate) fn write(&self, path: &Path) -> Result<()> {
        let text = format!("{HEADING}{}", toml::to_string(self)?);
        std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_back() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("dist.lock");
        assert_eq!(Lock::read(&path).unwrap(), Lock::default());
        let mut lock = Lock::default();
        lock.plugin.insert(
            "auto-reply".to_owned(),
            Entry {
                component: "00".to_owned(),
                sources: "11".to_owned(),
                toolchain: "debian: rustc 1.96.0".to_owned(),
            },
        );
        lock.write(&path).unwrap();
        assert_eq!(Lock::read(&path).unwrap(), lock);
    }

    #[test]
    fn a_damaged_file_says_how_to_mend_it() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("dist.lock");
        std::fs::write(&path, "[plugin.greeting]\ncolour = 'blue'\n").unwrap();
        let message = format!("{:#}", Lock::read(&path).unwrap_err());
        assert!(message.contains("cargo xtask plugins"), "{message}");
    }
}
