//! Knowledge: the desk's articles and the search that answers from them (R28, R88, R90, R95, R96, R124).
//!
//! Layout
//! - [`parse_article`] reads one file of a desk's `knowledge/` directory;
//! - `analysis` turns text into words: one script, one case, one stem, jieba for Chinese;
//! - `vocabulary` numbers the words and knows how telling each is;
//! - `index` is the tantivy index that finds candidates;
//! - `score` says how sure we are that a candidate answers the question.
//!
//! Invariants
//! - [`Knowledge`] is immutable: built once when a desk is loaded, shared by every thread, replaced as a whole.
//! - A search is a pure function of (articles, query, language, instant): the same input gives the same bytes.
//! - An article that isn't valid at the instant asked about is never found and lends no other its wording.
//! - The work of a search is bounded, however long the customer's message is.
//!
//! This room does no I/O and reads no clock.

mod analysis;
mod article;
mod index;
mod score;
mod spelling;
mod vocabulary;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use analysis::Analyzer;
use index::ArticleIndex;
use score::{Confidence, Question, Wording};
use vocabulary::{Vocabulary, VocabularyBuilder};

pub use article::{Article, parse_article};

/// One article that may answer the question, best first in a search's result.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Hit {
    /// The article's id.
    pub article: String,
    /// The article's title.
    pub title: String,
    /// What may be said to the customer, Markdown.
    pub text: String,
    /// `zh-Hans`, `zh-Hant` or `en`.
    pub language: String,
    /// How sure we are that the article answers the question: 0 to 1 in steps of 0.001. From 0.6 upwards it
    /// is meant to be said without a person's check; `docs/knowledge.md` tells what was measured.
    pub score: f32,
    /// The article's labels.
    pub labels: Vec<String>,
}

/// Why articles can't be made searchable.
#[derive(Debug, thiserror::Error)]
pub enum KnowledgeError {
    /// Two articles of one desk share an id.
    #[error("two articles are named {0:?}: rename one of the files")]
    DuplicateArticle(String),
    /// The built-in word list or conversion table doesn't load.
    #[error("the built-in Chinese word data can't be loaded: {0}")]
    WordData(String),
    /// The full-text index can't be built.
    #[error("the full-text index can't be built: {0}")]
    Index(#[from] tantivy::TantivyError),
}

/// The label of an article that is no answer but a text that people send as it is.
pub const CANNED: &str = "canned";

/// A desk's articles, ready to be searched.
///
/// Versions of one article in several languages, named `topic.language.md`, belong together: a customer may ask
/// in any language that one of them knows, and is answered from the version in the customer's language.
pub struct Knowledge {
    articles: Vec<Article>,
    canned: Vec<Article>,
    positions: HashMap<String, usize>,
    /// The topic of each article.
    topics: Vec<usize>,
    /// The articles of each topic.
    versions: Vec<Vec<usize>>,
    wordings: Vec<Wording>,
    analyzer: Analyzer,
    vocabulary: Vocabulary,
    index: ArticleIndex,
}

impl Knowledge {
    /// Makes articles searchable.
    ///
    /// # Errors
    /// Two articles with the same id; otherwise only what would be a defect of this build.
    pub fn build(articles: Vec<Article>) -> Result<Self, KnowledgeError> {
        let is_canned = |article: &Article| article.labels.iter().any(|label| label == CANNED);
        let (mut canned, mut articles): (Vec<_>, Vec<_>) =
            articles.into_iter().partition(is_canned);
        articles.sort_by(|a, b| a.id.cmp(&b.id));
        canned.sort_by(|a, b| a.id.cmp(&b.id));
        let mut positions = HashMap::with_capacity(articles.len());
        for (position, article) in articles.iter().enumerate() {
            if positions.insert(article.id.clone(), position).is_some() {
                return Err(KnowledgeError::DuplicateArticle(article.id.clone()));
            }
        }
        let (topics, versions) = number_topics(&articles);
        let analyzer = Analyzer::new()?;
        let analyzed: Vec<_> = articles
            .iter()
            .map(|article| analyzer.article(article))
            .collect();
        let mut builder = VocabularyBuilder::default();
        for (article, topic) in analyzed.iter().zip(&topics) {
            builder.add(article, *topic);
        }
        let vocabulary = builder.finish();
        let wordings = analyzed
            .iter()
            .map(|article| Wording::new(article, &vocabulary))
            .collect();
        let index = ArticleIndex::build(&articles, &analyzed)?;
        Ok(Self {
            articles,
            canned,
            positions,
            topics,
            versions,
            wordings,
            analyzer,
            vocabulary,
            index,
        })
    }

    /// A text in one script, width and case, for finding one text in another.
    pub fn fold(&self, text: &str) -> String {
        self.analyzer.fold(text)
    }

    /// The articles that may answer `query`, the surest first, at most `limit`; of equally sure ones the smaller
    /// id first. Of each topic one version is returned: that in `language`, else in the other script of the same
    /// language, else in any. Without `language` the query's own decides.
    ///
    /// Only articles valid at `at` take part. Searching never fails: a query that says nothing finds nothing.
    pub fn search(
        &self,
        query: &str,
        language: Option<&str>,
        at: jiff::Timestamp,
        limit: usize,
    ) -> Vec<Hit> {
        if limit == 0 || self.articles.is_empty() {
            return Vec::new();
        }
        let text = self.analyzer.question(query);
        let language = language.unwrap_or(text.language);
        let mut question = Question::new(&text, &self.vocabulary);
        if question.is_empty() {
            return Vec::new();
        }
        let mut topics: BTreeMap<usize, Confidence> = BTreeMap::new();
        let candidates = self.index.candidates(
            &question.lookups,
            at,
            limit.saturating_mul(4).max(index::CANDIDATES),
        );
        for candidate in candidates {
            let (Some(wording), Some(topic)) =
                (self.wordings.get(candidate), self.topics.get(candidate))
            else {
                continue;
            };
            let confidence = question.confidence(wording);
            let best = topics.entry(*topic).or_insert(confidence);
            *best = best.max(confidence);
        }
        let mut found: Vec<(u16, &Article)> = topics
            .into_iter()
            .filter_map(|(topic, confidence)| self.answer(topic, confidence, language, at))
            .collect();
        found.sort_by(|(a_score, a), (b_score, b)| {
            b_score.cmp(a_score).then_with(|| a.id.cmp(&b.id))
        });
        found.truncate(limit);
        found
            .into_iter()
            .map(|(score, article)| hit(score, article))
            .collect()
    }

    /// Texts that people send as they are, ordered by id: no search finds them.
    pub fn canned(&self) -> &[Article] {
        &self.canned
    }

    /// The article of that id, valid or not.
    pub fn article(&self, id: &str) -> Option<&Article> {
        self.articles.get(*self.positions.get(id)?)
    }

    /// All articles, ordered by id.
    pub fn articles(&self) -> &[Article] {
        &self.articles
    }

    /// The version of a topic to answer with, and how sure we are that it serves this customer, in thousandths.
    fn answer(
        &self,
        topic: usize,
        confidence: Confidence,
        language: &str,
        at: jiff::Timestamp,
    ) -> Option<(u16, &Article)> {
        let versions = self
            .versions
            .get(topic)?
            .iter()
            .filter_map(|position| self.articles.get(*position));
        let (distance, article) = versions
            .filter(|article| article.is_valid(at))
            .map(|article| (Distance::between(&article.language, language), article))
            .min_by(|(a_distance, a), (b_distance, b)| {
                a_distance.cmp(b_distance).then_with(|| a.id.cmp(&b.id))
            })?;
        let score = confidence.thousandths(distance.factor());
        (score > 0).then_some((score, article))
    }
}

impl fmt::Debug for Knowledge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Knowledge")
            .field("articles", &self.articles.len())
            .finish_non_exhaustive()
    }
}

/// How far an article's language is from the customer's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Distance {
    Own,
    OtherScript,
    OtherLanguage,
}

impl Distance {
    fn between(article: &str, customer: &str) -> Self {
        let base = |language: &str| {
            language
                .split('-')
                .next()
                .unwrap_or_default()
                .to_ascii_lowercase()
        };
        if article.eq_ignore_ascii_case(customer) {
            Self::Own
        } else if base(article) == base(customer) {
            // A bare `zh` or `en-GB` names no script that would be another one.
            if base(article) == "zh" && customer.contains('-') {
                Self::OtherScript
            } else {
                Self::Own
            }
        } else {
            Self::OtherLanguage
        }
    }

    /// The other script is readable; an answer in another language should rather be seen by a person first.
    fn factor(self) -> f32 {
        match self {
            Self::Own => 1.0,
            Self::OtherScript => 0.95,
            Self::OtherLanguage => 0.6,
        }
    }
}

/// Articles whose ids differ only in a language at the end are versions of one topic. Gives the topic of each
/// article and the articles of each topic.
fn number_topics(articles: &[Article]) -> (Vec<usize>, Vec<Vec<usize>>) {
    let mut numbers: HashMap<&str, usize> = HashMap::new();
    let mut topics = Vec::with_capacity(articles.len());
    let mut versions: Vec<Vec<usize>> = Vec::new();
    for (position, article) in articles.iter().enumerate() {
        let number = *numbers.entry(article.topic()).or_insert(versions.len());
        match versions.get_mut(number) {
            Some(of_topic) => of_topic.push(position),
            None => versions.push(vec![position]),
        }
        topics.push(number);
    }
    (topics, versions)
}

fn hit(score: u16, article: &Article) -> Hit {
    Hit {
        article: article.id.clone(),
        title: article.title.clone(),
        text: article.text.clone(),
        language: article.language.clone(),
        score: f32::from(score) / 1000.0,
        labels: article.labels.clone(),
    }
}
