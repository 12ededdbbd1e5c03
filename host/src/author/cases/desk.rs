//! The desk that answers a case's questions, with what the case gives.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use jiff::Timestamp;

use super::form::{BytesForm, ContactForm, HitForm, SaidForm};
use crate::egress::{
    HttpError, ModelAnswer, ModelError, Prompt, Request, Response, Rule, Within, Written,
};
use crate::model::KvScope;
use crate::sandbox::{Contact, Hit, Host, KvUsage, Outside};
use crate::workflow::Calendar;

/// Answers from values.
pub(super) struct CaseDesk {
    pub(super) knowledge: Vec<HitForm>,
    pub(super) departments: Vec<String>,
    pub(super) responsible: BTreeMap<String, ContactForm>,
    pub(super) calendar: Calendar,
    pub(super) kv: BTreeMap<KvScope, BTreeMap<String, BytesForm>>,
    pub(super) http: Vec<Written>,
    pub(super) model: Vec<SaidForm>,
    /// How often the model was asked.
    pub(super) said: AtomicUsize,
    /// The desk's first language.
    pub(super) language: String,
}

impl Host for CaseDesk {
    fn search(
        &self,
        _query: &str,
        _language: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Hit>, String> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let hits = self.knowledge.iter().take(limit).map(|hit| Hit {
            article: hit.article.clone(),
            title: hit.title.clone(),
            text: hit.text.clone(),
            language: hit
                .language
                .clone()
                .unwrap_or_else(|| self.language.clone()),
            score: hit.score,
            labels: hit.labels.clone(),
        });
        Ok(hits.collect())
    }

    fn article(&self, id: &str) -> Result<Option<Hit>, String> {
        let hits = self.search("", None, u32::MAX)?;
        let found = hits.into_iter().find(|hit| hit.article == id);
        Ok(found.map(|hit| Hit { score: 1.0, ..hit }))
    }

    fn departments(&self) -> Vec<String> {
        self.departments.clone()
    }

    fn responsible(&self, topic: &str) -> Option<Contact> {
        let contact = self.responsible.get(topic)?;
        Some(Contact {
            name: contact.name.clone(),
            department: contact.department.clone(),
            role: contact.role.clone(),
            public_contact: contact.public_contact.clone(),
            reachable: contact.reachable,
            back_at: contact.back_at,
        })
    }

    fn is_open(&self, at: Timestamp) -> Result<bool, String> {
        Ok(self.calendar.is_open(at))
    }

    fn next_open(&self, at: Timestamp) -> Result<Timestamp, String> {
        self.calendar
            .next_open(at)
            .ok_or_else(|| "the desk never opens".to_owned())
    }

    fn end_of_day(&self, at: Timestamp) -> Result<Timestamp, String> {
        self.calendar
            .end_of_business_day(at)
            .map_err(|error| error.to_string())
    }

    fn add_business_seconds(&self, start: Timestamp, seconds: u32) -> Result<Timestamp, String> {
        self.calendar
            .add_business(start, std::time::Duration::from_secs(seconds.into()))
            .map_err(|error| error.to_string())
    }

    fn kv_get(&self, scope: KvScope, key: &str) -> Result<Option<Vec<u8>>, String> {
        let value = self.kv.get(&scope).and_then(|space| space.get(key));
        Ok(value.map(|bytes| bytes.0.clone()))
    }

    fn kv_scan(
        &self,
        scope: KvScope,
        prefix: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<(String, Vec<u8>)>, String> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let entries = self.kv.get(&scope).into_iter().flatten();
        let wanted = entries
            .filter(|(key, _)| key.starts_with(prefix))
            .filter(|(key, _)| after.is_none_or(|after| key.as_str() > after));
        Ok(wanted
            .take(limit)
            .map(|(key, value)| (key.clone(), value.0.clone()))
            .collect())
    }

    fn kv_usage(&self, scope: KvScope) -> Result<KvUsage, String> {
        let entries = self.kv.get(&scope).into_iter().flatten();
        Ok(
            entries.fold(KvUsage::default(), |sum, (key, value)| KvUsage {
                keys: sum.keys + 1,
                bytes: sum.bytes + (key.len() + value.0.len()) as u64,
            }),
        )
    }

    fn outside(&self) -> &dyn Outside {
        self
    }
}

impl Outside for CaseDesk {
    fn send(&self, request: &Request, _: &Rule, within: Within) -> Result<Response, HttpError> {
        let Some(written) = self.http.iter().find(|written| written.fits(request)) else {
            let line = serde_json::json!({"method": request.method, "url": request.url, "status": 200, "body": {}});
            return Err(HttpError::Unanswerable(format!(
                "the case has no answer to {} {}; add one to it: \"host\": {{\"http\": [{line}]}}",
                request.method, request.url
            )));
        };
        written.answer(within)
    }

    fn complete(&self, _: &Prompt, _: Within) -> Result<ModelAnswer, ModelError> {
        let last = self.model.len().saturating_sub(1);
        let turn = self.said.fetch_add(1, Ordering::Relaxed).min(last);
        match self.model.get(turn) {
            Some(SaidForm::Text(text)) => Ok(ModelAnswer {
                text: text.clone(),
                cut: false,
                tokens_in: 0,
                tokens_out: 0,
            }),
            Some(SaidForm::Error { error }) => Err(error.clone()),
            None => Err(ModelError::Unanswerable(
                "the case doesn't say what the model answers; add to it: \"host\": {\"model\": [\"…\"]}".to_owned(),
            )),
        }
    }
}
