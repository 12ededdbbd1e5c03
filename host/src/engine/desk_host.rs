//! What a plugin's questions are answered from: the desk's articles, directory and calendar, and the committed
//! key-value space of that plugin.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use super::desk_memory::Unsettled;
use super::keys::{self, KvOwner};
use super::network::StepOutside;
use super::plan::Workflow;
use crate::model::{AccountId, ConversationId, KvScope};
use crate::sandbox::{Contact, Hit, Host, KvUsage, Outside};
use crate::store::{KeyRange, Store, Table, for_each_row};

/// What this run wrote to key-value spaces so far, by store key; none removes.
pub(crate) type KvOverlay = std::collections::BTreeMap<Vec<u8>, Option<Vec<u8>>>;

/// What this run read of desk-wide memory, by store key: whoever commits checks that it still holds.
pub(crate) type DeskReads = Arc<Mutex<Vec<(Vec<u8>, Option<Vec<u8>>)>>>;

/// Bound to one plugin, account and conversation.
pub(crate) struct DeskHost {
    pub(crate) workflow: Arc<Workflow>,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) plugin: String,
    pub(crate) account: AccountId,
    pub(crate) conversation: ConversationId,
    pub(crate) at: Timestamp,
    /// What the customer speaks: people are named in it.
    pub(crate) language: Option<String>,
    /// What earlier steps of the run wrote under the same plugin's name.
    pub(crate) overlay: Arc<KvOverlay>,
    pub(crate) desk_reads: DeskReads,
    /// Desk-wide memory that is on its way to the disk: what is read of it is that, or many conversations that change
    /// one key would each have to wait for the disk in turn.
    pub(crate) unsettled: Arc<Mutex<Unsettled>>,
    /// The step's way to servers of others; none: there is no network here.
    pub(crate) outside: Option<StepOutside>,
}

impl DeskHost {
    fn owner(&self) -> KvOwner<'_> {
        KvOwner {
            plugin: &self.plugin,
            account: &self.account,
            conversation: &self.conversation,
        }
    }

    fn stored(&self, key: &[u8]) -> Result<Option<Vec<u8>>, String> {
        self.store
            .get(Table::KeyValue, key)
            .map_err(|error| error.to_string())
    }
}

impl Host for DeskHost {
    fn search(&self, query: &str, language: Option<&str>, limit: u32) -> Result<Vec<Hit>, String> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let hits = self
            .workflow
            .knowledge
            .search(query, language, self.at, limit);
        Ok(hits
            .into_iter()
            .map(|hit| Hit {
                article: hit.article,
                title: hit.title,
                text: hit.text,
                language: hit.language,
                score: hit.score,
                labels: hit.labels,
            })
            .collect())
    }

    fn article(&self, id: &str) -> Result<Option<Hit>, String> {
        let article = self.workflow.knowledge.article(id);
        let article = article.filter(|article| article.is_valid(self.at));
        Ok(article.map(|article| Hit {
            article: article.id.clone(),
            title: article.title.clone(),
            text: article.text.clone(),
            language: article.language.clone(),
            score: 1.0,
            labels: article.labels.clone(),
        }))
    }

    fn departments(&self) -> Vec<String> {
        let departments = self.workflow.desk.directory.departments().iter();
        departments
            .map(|department| department.name.clone())
            .collect()
    }

    fn responsible(&self, topic: &str) -> Option<Contact> {
        let person = self
            .workflow
            .desk
            .directory
            .responsible_at(topic, self.at)?;
        Some(Contact {
            name: person.display_name(self.language.as_deref()).to_owned(),
            department: person.department.clone(),
            role: person.role.clone(),
            public_contact: person.public_contact.clone(),
            reachable: person.is_reachable(self.at),
            back_at: person.back_at(self.at),
        })
    }

    fn is_open(&self, at: Timestamp) -> Result<bool, String> {
        Ok(self.workflow.desk.calendar.is_open(at))
    }

    fn next_open(&self, at: Timestamp) -> Result<Timestamp, String> {
        self.workflow
            .desk
            .calendar
            .next_open(at)
            .ok_or_else(|| "the desk never opens again".to_owned())
    }

    fn end_of_day(&self, at: Timestamp) -> Result<Timestamp, String> {
        self.workflow
            .desk
            .calendar
            .end_of_business_day(at)
            .map_err(|error| error.to_string())
    }

    fn add_business_seconds(&self, start: Timestamp, seconds: u32) -> Result<Timestamp, String> {
        let amount = Duration::from_secs(u64::from(seconds));
        self.workflow
            .desk
            .calendar
            .add_business(start, amount)
            .map_err(|error| error.to_string())
    }

    fn kv_get(&self, scope: KvScope, key: &str) -> Result<Option<Vec<u8>>, String> {
        let key = keys::kv(&self.owner(), scope, key);
        if let Some(written) = self.overlay.get(&key) {
            return Ok(written.clone());
        }
        if scope != KvScope::Desk {
            return self.stored(&key);
        }
        // Looked at first: what is no longer there has reached the store.
        let on_its_way = {
            let unsettled = self
                .unsettled
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            unsettled.get(&key).map(|(value, _)| value.clone())
        };
        let value = match on_its_way {
            Some(value) => value,
            None => self.stored(&key)?,
        };
        let mut reads = self
            .desk_reads
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        reads.push((key, value.clone()));
        Ok(value)
    }

    fn kv_scan(
        &self,
        scope: KvScope,
        prefix: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<(String, Vec<u8>)>, String> {
        let space = keys::kv(&self.owner(), scope, "");
        let prefix = keys::kv(&self.owner(), scope, prefix);
        let after = after.map(|after| keys::kv(&self.owner(), scope, after));
        let mut range = KeyRange::prefix(&prefix);
        if let Some(after) = &after {
            range = range.after(after);
        }
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let wanted = limit.saturating_add(self.overlay.len());
        let rows = self
            .store
            .scan(Table::KeyValue, range, wanted)
            .map_err(|error| error.to_string())?;
        let mut found: std::collections::BTreeMap<Vec<u8>, Vec<u8>> = rows.into_iter().collect();
        for (key, value) in self.overlay.iter().filter(|(key, _)| range.contains(key)) {
            match value {
                Some(value) => found.insert(key.clone(), value.clone()),
                None => found.remove(key),
            };
        }
        let name = |key: Vec<u8>| {
            String::from_utf8_lossy(key.get(space.len()..).unwrap_or_default()).into_owned()
        };
        Ok(found
            .into_iter()
            .take(limit)
            .map(|(key, value)| (name(key), value))
            .collect())
    }

    fn kv_usage(&self, scope: KvScope) -> Result<KvUsage, String> {
        let space = keys::kv(&self.owner(), scope, "");
        let mut usage = KvUsage::default();
        for_each_row(
            self.store.as_ref(),
            Table::KeyValue,
            &space,
            |(key, value)| {
                usage.keys += 1;
                usage.bytes += (key.len() - space.len() + value.len()) as u64;
                Ok(())
            },
        )
        .map_err(|error| error.to_string())?;
        Ok(usage)
    }

    fn outside(&self) -> &dyn Outside {
        match &self.outside {
            Some(outside) => outside,
            None => &(),
        }
    }
}
