//! What is changed about a running desk without its files: a step's configuration and grants, articles that are no longer
//! told, somebody's shifts. Kept as revisions in the store, so that each can be looked at and taken back.
//!
//! The files win: what was changed about a step holds only as long as `desk.toml` says of it what it said then.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::super::core::Core;
use super::super::intake::hex;
use super::PluginsError;
use super::plans::{indexed, workflow_with};
use super::shifts::{ShiftAmendment, changed};
use crate::store::{Batch, Store, StoreError, Table, get_json};
use crate::workflow::{Desk, Grants, Step};

/// The row of the revisions.
const REVISIONS: &[u8] = b"desk-revisions";
/// How many revisions are kept.
const REMEMBERED: usize = 50;

/// What is changed about a step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepAmendment {
    /// Its grants instead.
    pub grants: Vec<String>,
    /// Its configuration instead.
    pub config: Value,
    /// What `desk.toml` said when it was changed, by its digest.
    pub over: String,
}

/// What is changed about a desk.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Amendments {
    /// By step or reviewer.
    #[serde(default)]
    pub steps: BTreeMap<String, StepAmendment>,
    /// Articles that nobody is told any more, by id.
    #[serde(default)]
    pub retracted: BTreeSet<String>,
    /// Whose shifts are others, by person.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub shifts: BTreeMap<String, ShiftAmendment>,
}

/// One state of the changes, with who made it so.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Revision {
    /// Counted from 1.
    pub number: u32,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: String,
    /// What was done, in a few words.
    pub what: String,
    /// Everything that is changed since.
    pub amendments: Amendments,
}

/// The revisions, oldest first.
pub(super) fn revisions(store: &dyn Store) -> Result<Vec<Revision>, StoreError> {
    Ok(get_json(store, Table::Meta, REVISIONS)?.unwrap_or_default())
}

/// The desk of the files with what was changed about it.
pub(super) fn amended(base: &Arc<Desk>, amendments: &Amendments) -> Arc<Desk> {
    let holds = |step: &Step| {
        let amendment = amendments.steps.get(&step.name)?;
        (amendment.over == step.settings_sha256).then_some(amendment)
    };
    let steps = base.steps.iter().chain(&base.reviewers);
    let is_changed = steps.clone().any(|step| holds(step).is_some());
    let retracts = |id: &str| amendments.retracted.contains(id);
    let shifts = changed(base, amendments);
    if !is_changed
        && shifts.is_empty()
        && !base.articles.iter().any(|article| retracts(&article.id))
    {
        return Arc::clone(base);
    }
    let mut desk = Desk::clone(base);
    for step in desk.steps.iter_mut().chain(&mut desk.reviewers) {
        if let Some(amendment) = holds(step) {
            let grants = Grants::new(amendment.grants.iter().cloned());
            *step = step.with_settings(grants, amendment.config.clone());
        }
    }
    for (person, calendar) in shifts {
        desk.directory.set_hours(&person, calendar);
    }
    desk.articles.retain(|article| !retracts(&article.id));
    let said = serde_json::to_string(amendments).unwrap_or_default();
    desk.revision = hex(&Sha256::digest(format!("{}\n{said}", base.revision)));
    Arc::new(desk)
}

impl Core {
    /// What was changed about the desk, oldest first; the last one holds.
    ///
    /// # Errors
    /// Where the store can't be read.
    pub fn revisions(&self) -> Result<Vec<Revision>, PluginsError> {
        Ok(revisions(self.store.as_ref())?)
    }

    /// Changes something about the desk, for every run that begins from now on; `dry`: only says whether it could be.
    ///
    /// # Errors
    /// Where there is no such step or grant, a configuration isn't what its plugin wants, or nothing changes.
    pub fn amend(
        &self,
        by: &str,
        what: &str,
        dry: bool,
        change: impl FnOnce(&mut Amendments, &Desk) -> Result<(), PluginsError>,
    ) -> Result<Revision, PluginsError> {
        let _one_at_a_time = self
            .activation
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let mut known = revisions(self.store.as_ref())?;
        let last = known.last();
        let before = last.map(|last| last.amendments.clone()).unwrap_or_default();
        let mut amendments = before.clone();
        let now = self.workflow();
        change(&mut amendments, &now.base)?;
        if amendments == before {
            return Err(PluginsError::Mismatch("nothing is changed by that".into()));
        }
        let revision = Revision {
            number: last.map_or(1, |last| last.number.saturating_add(1)),
            at: self.clock.now(),
            by: by.to_owned(),
            what: what.to_owned(),
            amendments,
        };
        let desk = amended(&now.base, &revision.amendments);
        let knowledge = match desk.articles == now.desk.articles {
            true => Arc::clone(&now.knowledge),
            false => indexed(&desk)?,
        };
        let parts = (&now.base, desk, knowledge);
        let workflow = workflow_with(parts, &self.store, &self.sandbox, None)?;
        if dry {
            return Ok(revision);
        }
        known.push(revision.clone());
        let surplus = known.len().saturating_sub(REMEMBERED);
        known.drain(..surplus);
        let mut batch = Batch::new();
        batch.put_json(Table::Meta, REVISIONS.to_vec(), &known);
        self.store.commit(batch)?;
        self.replace_workflow(workflow);
        tracing::info!(by, what, number = revision.number, "the desk was changed");
        Ok(revision)
    }

    /// Another configuration and other grants for a step.
    ///
    /// # Errors
    /// As [`Core::amend`].
    pub fn amend_step(
        &self,
        by: &str,
        step: &str,
        (grants, config): (Vec<String>, Value),
        dry: bool,
    ) -> Result<Revision, PluginsError> {
        if let Some(unknown) = grants.iter().find(|grant| !Grants::is_known(grant)) {
            return Err(PluginsError::Mismatch(format!(
                "there is no grant {unknown:?}; there is {} and account.NAME for a field of the account",
                Grants::KNOWN.join(", ")
            )));
        }
        self.amend(by, step, dry, |amendments, base| {
            let found = base.steps.iter().chain(&base.reviewers);
            let of_file = found.into_iter().find(|known| known.name == step);
            let Some(of_file) = of_file else {
                return Err(PluginsError::Mismatch(format!("there is no step {step:?}")));
            };
            let wanted = of_file.with_settings(Grants::new(grants), config);
            if wanted.settings_sha256 == of_file.settings_sha256 {
                amendments.steps.remove(step);
            } else {
                let amendment = StepAmendment {
                    grants: wanted.grants.iter().map(str::to_owned).collect(),
                    config: wanted.config,
                    over: of_file.settings_sha256.clone(),
                };
                amendments.steps.insert(step.to_owned(), amendment);
            }
            Ok(())
        })
    }

    /// Tells an article to nobody any more, or again.
    ///
    /// # Errors
    /// As [`Core::amend`].
    pub fn retract(&self, by: &str, article: &str, again: bool) -> Result<Revision, PluginsError> {
        self.amend(by, article, false, |amendments, base| {
            if !base.articles.iter().any(|known| known.id == article) {
                let why = format!("there is no article {article:?}");
                return Err(PluginsError::Mismatch(why));
            }
            match again {
                true => amendments.retracted.remove(article),
                false => amendments.retracted.insert(article.to_owned()),
            };
            Ok(())
        })
    }

    /// Everything as it was after an earlier revision; 0: as the files say.
    ///
    /// # Errors
    /// As [`Core::amend`]; where that revision is no longer kept.
    pub fn roll_back_desk(&self, by: &str, number: u32) -> Result<Revision, PluginsError> {
        let known = self.revisions()?;
        let wanted = known.into_iter().find(|revision| revision.number == number);
        if number > 0 && wanted.is_none() {
            let why = format!("revision {number} is not kept");
            return Err(PluginsError::Mismatch(why));
        }
        let wanted = wanted.map(|revision| revision.amendments);
        self.amend(by, &format!("← {number}"), false, |amendments, _| {
            *amendments = wanted.unwrap_or_default();
            Ok(())
        })
    }
}
