//! The versions at hand: of the host, of the desk, pushed.

use std::collections::BTreeMap;
use std::sync::Arc;

use semver::Version;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::super::keys;
use crate::model::Manifest;
use crate::sandbox::{Plugin, Sandbox};
use crate::store::{KeyRange, Store, StoreError, Table, decode_record, get_json};
use crate::workflow::{Desk, PluginRequirement, verify_signature};

use super::{Origin, PluginsError, standard_plugins};

/// A row of `Plugin`: a pushed version.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Pushed {
    pub(super) sha256: String,
    pub(super) size: u64,
    pub(super) manifest: Manifest,
    /// Who signed it, and how.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) signature: Option<String>,
}

/// A row of `Plugin`: the versions that were made live, newest last.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Activations {
    pub(super) versions: Vec<String>,
}

/// A version at hand.
pub(super) struct Candidate {
    pub(super) version: Version,
    pub(super) plugin: Arc<Plugin>,
    pub(super) size: u64,
    pub(super) origin: Origin,
}

/// Every version at hand, by plugin name.
pub(super) struct Candidates(pub(super) BTreeMap<String, Vec<Candidate>>);

impl Candidates {
    pub(super) fn gather(
        desk: &Desk,
        store: &Arc<dyn Store>,
        sandbox: &Sandbox,
    ) -> Result<Self, PluginsError> {
        let wanted = |name: &str| {
            desk.steps
                .iter()
                .chain(&desk.reviewers)
                .any(|step| step.plugin.name == name)
        };
        let mut all = Self(BTreeMap::new());
        for (name, bytes) in standard_plugins().filter(|(name, _)| wanted(name)) {
            all.add(
                sandbox,
                &format!("the standard plugin {name}"),
                bytes,
                Origin::Standard,
            )?;
        }
        for file in &desk.plugin_files {
            trusted(
                desk,
                &file.file,
                &Sha256::digest(&file.bytes),
                file.signature.as_deref(),
            )?;
            all.add(sandbox, &file.file, &file.bytes, Origin::Desk)?;
        }
        let versions = keys::plugin_versions();
        for (key, value) in store.scan(Table::Plugin, KeyRange::prefix(&versions), usize::MAX)? {
            let pushed: Pushed = decode_record(Table::Plugin, &key, &value)?;
            if wanted(&pushed.manifest.name)
                && let Some(bytes) =
                    store.get(Table::Plugin, &keys::plugin_bytes(&pushed.sha256))?
            {
                let from = format!("{} {}", pushed.manifest.name, pushed.manifest.version);
                let digest = Sha256::digest(&bytes);
                let signature = pushed.signature.as_deref();
                // Pushed before the desk listed keys, or by a key that it no longer trusts.
                if let Err(error) = trusted(desk, &from, &digest, signature) {
                    tracing::warn!(%error, "a pushed version isn't used");
                    continue;
                }
                all.add(sandbox, &from, &bytes, Origin::Pushed)?;
            }
        }
        Ok(all)
    }

    fn add(
        &mut self,
        sandbox: &Sandbox,
        from: &str,
        bytes: &[u8],
        origin: Origin,
    ) -> Result<(), PluginsError> {
        let plugin = sandbox
            .activate(bytes)
            .map_err(|error| PluginsError::Refused {
                from: from.to_owned(),
                error,
            })?;
        let version = version_of(plugin.manifest())?;
        let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        let name = plugin.manifest().name.clone();
        self.0.entry(name).or_default().push(Candidate {
            version,
            plugin,
            size,
            origin,
        });
        Ok(())
    }

    /// The version made live last where it fits, else the newest that fits; of equal versions the one that came last.
    /// What was only pushed counts last: it is live once somebody says so.
    pub(super) fn choose(
        &self,
        requirement: &PluginRequirement,
        live: Option<&str>,
    ) -> Option<&Candidate> {
        let fitting = || {
            self.0
                .get(&requirement.name)
                .into_iter()
                .flatten()
                .filter(|candidate| requirement.accepts(&requirement.name, &candidate.version))
        };
        let live = live
            .and_then(|live| fitting().rfind(|candidate| candidate.version.to_string() == live));
        live.or_else(|| {
            fitting().max_by_key(|candidate| {
                (
                    candidate.origin != Origin::Pushed,
                    candidate.version.clone(),
                )
            })
        })
    }
}

/// # Errors
/// Where the desk lists keys and none of them signed that.
pub(super) fn trusted(
    desk: &Desk,
    from: &str,
    digest: &[u8],
    signature: Option<&str>,
) -> Result<(), PluginsError> {
    if desk.trusted_keys.is_empty() {
        return Ok(());
    }
    verify_signature(&desk.trusted_keys, digest, signature)
        .map_err(|why| PluginsError::Untrusted(format!("{from}: {why}")))
}

pub(super) fn version_of(manifest: &Manifest) -> Result<Version, PluginsError> {
    Version::parse(&manifest.version).map_err(|error| {
        PluginsError::Mismatch(format!(
            "plugin {} calls its version {:?}, which is no semantic version: {error}",
            manifest.name, manifest.version
        ))
    })
}

pub(super) fn activations(store: &Arc<dyn Store>, name: &str) -> Result<Activations, StoreError> {
    Ok(get_json(store.as_ref(), Table::Plugin, &keys::plugin_active(name))?.unwrap_or_default())
}
