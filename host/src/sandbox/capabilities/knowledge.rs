//! The desk's articles. Grant `knowledge`.

use serde_json::json;

use super::super::contract::v0_1::switchboard::plugin::knowledge::{self as wit, Host};
use super::super::grants::Grant;
use super::super::host::Hit;
use super::super::state::HostState;

/// More hits than this aren't given, whatever is asked for.
const MOST_HITS: u32 = 10;

impl Host for HostState {
    fn search(
        &mut self,
        query: String,
        language: Option<String>,
        limit: u32,
    ) -> wasmtime::Result<Result<Vec<wit::Hit>, String>> {
        self.count()?;
        if let Err(refusal) = self.allow(&Grant::Knowledge) {
            return Ok(Err(refusal));
        }
        let limit = limit.min(MOST_HITS);
        let arguments = json!({ "query": query, "language": language, "limit": limit });
        let answer = self.ask("knowledge.search", arguments, |host| {
            host.search(&query, language.as_deref(), limit)
        })?;
        Ok(answer.map(|hits| hits.into_iter().map(Into::into).collect()))
    }

    fn article(&mut self, id: String) -> wasmtime::Result<Result<Option<wit::Hit>, String>> {
        self.count()?;
        if let Err(refusal) = self.allow(&Grant::Knowledge) {
            return Ok(Err(refusal));
        }
        let answer = self.ask("knowledge.article", json!({ "id": id }), |host| {
            host.article(&id)
        })?;
        Ok(answer.map(|article| article.map(Into::into)))
    }
}

impl From<Hit> for wit::Hit {
    fn from(hit: Hit) -> Self {
        Self {
            article: hit.article,
            title: hit.title,
            text: hit.text,
            language: hit.language,
            score: hit.score,
            labels: hit.labels,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;

    #[test]
    fn without_the_grant_the_answer_is_the_line_to_add() {
        let mut state = testing::state(testing::nothing());
        let refusal = state
            .search("退货".to_owned(), None, 3)
            .unwrap()
            .unwrap_err();
        assert!(refusal.contains("add \"knowledge\" to grants"), "{refusal}");
        assert!(state.host_calls.is_empty());
    }

    #[test]
    fn an_article_is_read_by_its_id() {
        let mut live = testing::state(testing::granted(&[Grant::Knowledge]));
        let article = live.article("returns".to_owned()).unwrap().unwrap();
        assert_eq!(article.unwrap().text, "七天内可以退货。");
        assert!(live.article("other".to_owned()).unwrap().unwrap().is_none());
        let mut refused = testing::state(testing::nothing());
        assert!(refused.article("returns".to_owned()).unwrap().is_err());
    }

    #[test]
    fn a_search_is_recorded_and_played_back() {
        let mut live = testing::state(testing::granted(&[Grant::Knowledge]));
        let hits = live.search("退货".to_owned(), Some("zh-Hans".to_owned()), 99);
        let hits = hits.unwrap().unwrap();
        assert_eq!(hits[0].title, "退货 zh-Hans 10");

        let recorded = live.host_calls;
        let mut again = testing::state(testing::replaying(&[Grant::Knowledge], recorded));
        let replayed = again.search("退货".to_owned(), Some("zh-Hans".to_owned()), 10);
        let replayed = replayed.unwrap().unwrap();
        assert_eq!(replayed[0].title, hits[0].title);
        assert!(replayed[0].score.to_bits() == hits[0].score.to_bits());

        let error = again.search("退货".to_owned(), None, 10).unwrap_err();
        testing::assert_stopped(&error, "replay-divergence");
    }
}
